"""What the sample was made from: the true figures with their cells, and the faults planted."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pandas as pd
import yaml


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One figure as a right reading gives it, and the cell that holds it.

    `value` is NaN where the office wrote a mark (`status` says which). `expected` is "used",
    "corrected" (used once the sample's corrections are declared, else logged) or "logged": the
    cell is named in an issue, and its figure is not used or is doubtful.
    """

    measure: str
    area: str
    subject: str
    breakdown: str
    period_start: dt.date
    period_end: dt.date
    basis: str
    value: float
    unit: str
    status: str
    form: str
    file: str
    sheet: str
    cell: str
    raw: str
    fault: str
    expected: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong on purpose; `cell` is "" where it concerns the whole file.

    `expected` is as in TruthRow, or "absent" for a report that was never filed, "duplicate" for a
    file not read twice, "superseded" for an earlier version.
    """

    kind: str
    file: str
    sheet: str
    cell: str
    raw: str
    expected: str


@dataclass(frozen=True, slots=True)
class Mending:
    """A declared correction, with the fields of an entry of config/corrections.yml."""

    file: str
    sheet: str
    cell: str
    expected: str
    value: str | int | float
    reason: str
    decided_by: str


@dataclass(frozen=True)
class SampleTruth:
    """All that is known of a sample. `files` are relative to the folder it was written to."""

    seed: int
    files: tuple[str, ...]
    rows: tuple[TruthRow, ...]
    faults: tuple[Fault, ...]
    corrections: tuple[Mending, ...]

    def frame(self) -> pd.DataFrame:
        """The rows as a data frame: one row a figure, columns as in TruthRow."""
        return pd.DataFrame(
            [[getattr(row, name) for name in _names(TruthRow)] for row in self.rows],
            columns=pd.Index(_names(TruthRow)),
        )


def write_truth(truth: SampleTruth, file: Path) -> tuple[Path, Path]:
    """Write the figures to `file` and the faults to a file beside it; returns both paths."""
    beside = file.with_name(f"{file.stem}-faults.csv")
    _write(file, TruthRow, truth.rows)
    _write(beside, Fault, truth.faults)
    return file, beside


def write_corrections(truth: SampleTruth, file: Path) -> None:
    """Write the corrections that a person would declare, as a config/corrections.yml."""
    file.parent.mkdir(parents=True, exist_ok=True)
    entries = [asdict(one) for one in truth.corrections]
    text = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False)
    file.write_text(text, encoding="utf-8", newline="\n")


def _names(kind: type) -> list[str]:
    return [one.name for one in fields(kind)]


def _write(file: Path, kind: type, rows: Iterable[object]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(_names(kind))
        for row in rows:
            values = (getattr(row, name) for name in _names(kind))
            writer.writerow("" if value != value else value for value in values)
