"""One office's report of one period, before it is drawn: lines, figures, and what is right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pls_analysis.periods import Period
from pls_analysis.sample.figures import Figure
from pls_analysis.sample.model import Key, Office
from pls_analysis.sample.rosters import Member
from pls_analysis.sample.settings import Row, TableSettings
from pls_analysis.sample.styles import Style

Written = str | int | float | None
OWN = ("flow", "cumulative", "standing")
"""Columns whose figures are the report's own, and not beside them for comparison."""


@dataclass(slots=True)
class Entry:
    """A figure: what a right reading gives (`value`, `status`) and what the cell holds (`written`).

    `expected` says what ingest shall do: "used", "corrected" (by a declared correction, else
    logged) or "logged". `cell` is the address, known once the report is drawn. `cached` is the
    stored result of a formula. `area` is "" for a figure of the office's own area, `subject` the
    key of whom it is about.
    """

    key: Key
    basis: str
    value: float
    unit: str
    written: Written
    number_format: str = "General"
    status: str = ""
    fault: str = ""
    expected: str = "used"
    cell: str = ""
    cached: float | None = None
    area: str = ""
    subject: str = ""
    sheet: str = ""


@dataclass
class Line:
    """A line of the form: its figures by column, and `beside` them what is no figure of its own.

    In a list the figures are by the key of their row. `unit_cell` is known once it is drawn.
    """

    row: Row
    label: str
    unit: str
    entries: dict[str, Entry] = field(default_factory=dict)
    beside: dict[str, Written] = field(default_factory=dict)
    unit_cell: str = ""
    fault: str = ""


@dataclass
class Table:
    """One printed table: its layout, the sheet it stands on, its lines, and a list's rows."""

    settings: TableSettings
    title: str
    sheet: str
    lines: list[Line]
    members: Sequence[Member] = ()


@dataclass
class Report:
    """What one file holds. `path` is relative to the folder the sample is written to."""

    filer: Office
    period: Period
    style: Style
    path: str
    office: str
    declared: dt.date
    tables: list[Table]
    remark: str = ""
    form_lines: tuple[str, ...] = ()
    notes_sheet: tuple[str, ...] = ()

    @property
    def lines(self) -> list[Line]:
        """The lines of all its tables."""
        return [line for table in self.tables for line in table.lines]

    def entries(self) -> Iterator[Entry]:
        """Every figure of the form, in the order of its lines."""
        for line in self.lines:
            yield from line.entries.values()

    @property
    def sheet(self) -> str:
        """The name of the sheet that holds the form, or its first table."""
        return self.tables[0].sheet


def say_nothing(entry: Entry, mark: str) -> None:
    """Write what the office writes where there is nothing to count."""
    if mark == "—":
        entry.value, entry.status, entry.written = float("nan"), "z", mark
    elif mark == "":
        entry.value, entry.written = float("nan"), None


def plain(value: float) -> int | float:
    """Return a figure as a spreadsheet stores it: whole numbers without a point."""
    return int(value) if float(value).is_integer() else value


def look_of(figure: Figure, style: Style) -> str:
    if figure.decimals == 0:
        return "#,##0" if style.grouped else "General"
    return "0." + "0" * figure.decimals
