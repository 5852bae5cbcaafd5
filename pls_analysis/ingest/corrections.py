"""Declared corrections: what a person decided about one cell, with the reason and the name.

`config/corrections.yml` is a list of entries with file, sheet, cell, expected, value, reason and
decided_by. One that matches nothing, or whose source has changed, fails the run: a correction is a
statement about a file that was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from openpyxl.utils import column_index_from_string
from openpyxl.utils.cell import coordinate_from_string

from pls_analysis.configs import Problems, read_yaml, unknown
from pls_analysis.ingest.cells import Address, Cell, Sheet

FIELDS = ("file", "sheet", "cell", "expected", "value", "reason", "decided_by")


@dataclass(frozen=True, slots=True)
class Correction:
    """One cell whose stored value is wrong, what it should be, why, and who says so."""

    file: str
    sheet: str
    cell: str
    expected: str
    value: str | int | float
    reason: str
    decided_by: str

    @property
    def address(self) -> Address:
        """Row and column, counted from 1."""
        letters, row = coordinate_from_string(self.cell)
        return row, column_index_from_string(letters)


def load_corrections(file: Path) -> tuple[Correction, ...]:
    """Read the declared corrections; none where the file is absent.

    Raises ConfigError with every fault of the file.
    """
    if not file.is_file():
        return ()
    problems = Problems(file)
    found: list[Correction] = []
    for number, entry in enumerate(read_yaml(file) or [], 1):
        if not isinstance(entry, dict):
            problems.add(f"entry {number} is not a mapping")
            continue
        faults = [unknown("key", str(key), FIELDS) for key in entry.keys() - set(FIELDS)]
        faults += [f"`{key}:` is missing" for key in FIELDS if entry.get(key) in (None, "")]
        for fault in faults:
            problems.add(f"entry {number}: {fault}")
        if not faults:
            found.append(Correction(**{**entry, "expected": str(entry["expected"])}))
    problems.raise_if_any()
    return tuple(found)


def correct(
    sheets: Iterable[Sheet], corrections: Sequence[Correction]
) -> tuple[list[Sheet], list[tuple[Correction, Cell]], list[str]]:
    """Put the declared values into a file's sheets.

    Returns the sheets, each correction with the cell it replaced, and what did not fit.
    """
    corrected: list[Sheet] = []
    applied: list[tuple[Correction, Cell]] = []
    wrong: list[str] = []
    names: set[str] = set()
    for sheet in sheets:
        names.add(sheet.name)
        cells = dict(sheet.cells)
        for correction in corrections:
            if correction.sheet != sheet.name:
                continue
            cell = cells.get(correction.address)
            if cell is None or cell.raw != correction.expected:
                said = "is empty" if cell is None else f"holds {cell.raw!r}"
                wrong.append(_complaint(correction, f"the cell {said}"))
                continue
            kind = "text" if isinstance(correction.value, str) else "number"
            cells[correction.address] = replace(cell, value=correction.value, kind=kind)
            applied.append((correction, cell))
        corrected.append(replace(sheet, cells=cells))
    missing = [one for one in corrections if one.sheet not in names]
    wrong += [_complaint(one, "the file has no such sheet") for one in missing]
    return corrected, applied, wrong


def _complaint(correction: Correction, why: str) -> str:
    place = f"{correction.file} {correction.sheet} {correction.cell}"
    return f"config/corrections.yml: {place}: expected {correction.expected!r}, but {why}"
