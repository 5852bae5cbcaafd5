"""Read one raw file whole: gate, cells, corrections, layout, form, totals. Runs in a worker."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pls_analysis.ingest import values, words
from pls_analysis.ingest.cells import Address, Cell
from pls_analysis.ingest.corrections import Correction, correct
from pls_analysis.ingest.extraction import Context, Extraction, Observed
from pls_analysis.ingest.flat_layout import lay_out
from pls_analysis.ingest.gate import Refused, inspect
from pls_analysis.ingest.layout import Layout, Record
from pls_analysis.ingest.matching import apply_forms
from pls_analysis.ingest.oddities import log_oddities
from pls_analysis.ingest.readers import read_workbook
from pls_analysis.ingest.totals import Suspect, check_totals, find_suspects
from pls_analysis.observations import Issue

SYNTHETIC_MARK = "合成数据"
"""What `pls sample` writes into every workbook of its making, in a cell of its own."""


@dataclass(frozen=True)
class FileReading:
    """What one file gave. `outcome` is "read" or "refused"; counts are non-empty cells."""

    path: str
    outcome: str
    observed: Sequence[Observed] = ()
    issues: Sequence[Issue] = ()
    declared: dt.date | None = None
    synthetic: bool = False
    cells: int = 0
    used: int = 0
    logged: int = 0
    wrong_corrections: Sequence[str] = ()


def read_file(
    file: Path, path: str, context: Context, corrections: Sequence[Correction] = ()
) -> FileReading:
    """Read one raw file; `path` is its name relative to the raw folder.

    A file that the gate refuses gives one issue and nothing else. Conservation is checked here:
    every non-empty cell was used or logged, else this is a defect of the reader and raises
    AssertionError.
    """
    try:
        inspection = inspect(file)
        sheets = read_workbook(file, inspection)
    except Refused as refusal:
        return refused(path, refusal.code, refusal.message, refusal.remedy)
    sheets, applied, wrong = correct(sheets, corrections)
    out = Extraction(path)
    for note in inspection.notes:
        out.issues.append(Issue(note.severity, note.code, note.message, path, remedy=note.remedy))
    layouts = lay_out(sheets, context.forms, path)
    declared = _declared_date(layouts)
    for layout in layouts:
        before = len(out.observed)
        apply_forms(layout, context, out)
        log_oddities(layout, out)
        own = _declared_date([layout]) or declared
        out.observed[before:] = [one._replace(declared=own) for one in out.observed[before:]]
    _log_sums(layouts, out)
    _log_corrections(applied, out)
    cells = {(layout.sheet.name, at) for layout in layouts for at in _filled(layout)}
    _assert_conserved(cells, out)
    return FileReading(
        path,
        "read",
        _with_stored_text(out.observed, applied),
        out.issues,
        declared,
        _is_synthetic(layouts),
        len(cells),
        len(cells) - len(out.logged),
        len(out.logged),
        wrong,
    )


def _filled(layout: Layout) -> Iterator[Address]:
    """Addresses of the cells that say anything: all but those of invisible characters alone."""
    for at, cell in layout.sheet.cells.items():
        if at in layout.grid.boxes or values.read(cell).text:
            yield at


def refused(path: str, code: str, message: str, remedy: str) -> FileReading:
    """A file that gave nothing but the reason why."""
    return FileReading(path, "refused", issues=(Issue("error", code, message, path,
                                                      remedy=remedy),))  # fmt: skip


def _assert_conserved(cells: set[tuple[str, Address]], out: Extraction) -> None:
    lost = cells - out.used - out.logged
    twice = out.used & out.logged
    if lost or twice:
        sheet, (row, col) = min(lost or twice)
        fate = "neither used nor logged" if lost else "both used and logged"
        raise AssertionError(f"{out.file} {sheet} row {row} column {col}: {fate}")


def _with_stored_text(
    observed: Sequence[Observed], applied: Sequence[tuple[Correction, Cell]]
) -> Sequence[Observed]:
    """Give corrected observations the text that the file holds, not the declared one."""
    stored: Mapping[tuple[str, str], Cell] = {
        (correction.sheet, correction.cell): cell for correction, cell in applied
    }
    return [
        one._replace(raw=stored[one.sheet, one.cell].raw)
        if (one.sheet, one.cell) in stored
        else one
        for one in observed
    ]


def _log_corrections(applied: Sequence[tuple[Correction, Cell]], out: Extraction) -> None:
    for correction, cell in applied:
        message = (
            f"Corrected from {cell.raw} to {correction.value}: {correction.reason} "
            f"(decided by {correction.decided_by})."
        )
        out.issues.append(
            Issue("info", "corrected", message, out.file, correction.sheet, correction.cell,
                  cell.raw)
        )  # fmt: skip


def _log_sums(layouts: Sequence[Layout], out: Extraction) -> None:
    """Log every sum that fails, of tables whole: with all their parts over pages and sheets."""
    tables = [table for layout in layouts for table in layout.tables]
    continued = {id(table.before) for table in tables}
    for table in tables:
        if id(table) in continued:
            continue
        for suspect in find_suspects(check_totals(*table.parts())):
            sheets = {id(one): part.sheet for part in table.parts() for one in part.records}
            record = suspect.record
            out.log(
                "warning", "sum_mismatch", _sum_message(suspect, sheets), sheets[id(record)], (),
                "Ask the office, or declare the right figure in config/corrections.yml.",
                record.box,
            )  # fmt: skip


def _sum_message(suspect: Suspect, sheets: Mapping[int, str]) -> str:
    """What the sums say; cells on other sheets than the suspect's are named with their sheet."""

    def address(record: Record) -> str:
        sheet = sheets[id(record)]
        elsewhere = f"{sheet}!" if sheet != sheets[id(suspect.record)] else ""
        return elsewhere + record.box.cell.address

    said = f"{suspect.record.box.cell.raw} should be {_plain(suspect.proposed)}: "
    sums = []
    for check in suspect.checks:
        cells = [address(part) for part in check.parts]
        places = f"{cells[0]}, {cells[-1]}" if len(cells) == 2 else f"{cells[0]} … {cells[-1]}"
        sums.append(
            f"{address(check.whole)} is {_plain(check.whole.box.reading.value or 0)}, "
            f"its parts ({places}) add up to {_plain(check.expected)}"
        )
    return said + "; ".join(sums) + "."


def _plain(value: float) -> str:
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def _declared_date(layouts: Sequence[Layout]) -> dt.date | None:
    """The date an office declares for its report: 报出日期, 报送日期 or 填报日期, the latest.

    Each sheet has its own; one without takes that of the workbook.
    """
    dates = []
    for layout in layouts:
        for (row, _), box in layout.grid.boxes.items():
            if not isinstance(box.cell.value, str) or not words.DATE_FACT.search(box.text):
                continue
            beside = layout.grid.at(row, box.last_col + 1)
            for text in (box.text, beside.text if beside is not None else ""):
                found = re.search(r"((?:19|20)\d\d)[年./-](\d{1,2})[月./-](\d{1,2})", text)
                if found:
                    dates.append(_date(*map(int, found.groups())))
                    break
    return max((date for date in dates if date is not None), default=None)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _is_synthetic(layouts: Sequence[Layout]) -> bool:
    return any(
        box.text.startswith(SYNTHETIC_MARK)
        for layout in layouts
        for box in layout.grid.boxes.values()
        if box.is_label
    )
