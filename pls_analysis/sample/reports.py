"""One office's report of one month, before it is drawn: lines, figures, and what is right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from pls_analysis.periods import Period
from pls_analysis.sample.model import Counted, Key, Town, random
from pls_analysis.sample.settings import Figure, Row, Settings
from pls_analysis.sample.styles import Style

Written = str | int | float | None


@dataclass
class Entry:
    """A figure: what a right reading gives (`value`, `status`) and what the cell holds (`written`).

    `expected` says what ingest shall do: "used", "corrected" (by a declared correction, else
    logged) or "logged". `cell` is the address, known once the report is drawn. `cached` is the
    stored result of a formula.
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


@dataclass
class Line:
    """A line of the form. `unit_cell` is known once the report is drawn."""

    row: Row
    label: str
    unit: str
    entries: dict[str, Entry] = field(default_factory=dict)
    yoy: Written = None
    unit_cell: str = ""
    fault: str = ""


@dataclass
class Report:
    """What one file holds. `path` is relative to the folder the sample is written to."""

    town: Town
    month: Period
    style: Style
    path: str
    office: str
    declared: dt.date
    lines: list[Line]
    remark: str = ""

    def entries(self) -> Iterator[Entry]:
        """Every figure of the form, in the order of its lines."""
        for line in self.lines:
            yield from line.entries.values()

    @property
    def sheet(self) -> str:
        """The name of the sheet that holds the form."""
        start = self.month.start
        return self.style.sheet.format(year=start.year, month=start.month)


def compose(
    settings: Settings, town: Town, month: Period, style: Style, counted: Counted, seed: int
) -> Report:
    """Write down a month's true figures as the office would, without any fault."""
    draw = random(seed, town.code, str(month), "report")
    late = int(
        draw.choice([1, 2, 3, 4, 5, 6, 8, 11], p=[0.1, 0.2, 0.2, 0.2, 0.15, 0.08, 0.05, 0.02])
    )
    lines = [
        _line(settings, row, town, style, counted)
        for row in settings.rows
        if row.stands_in(month) and (style.sections or not row.section)
    ]
    if style.local_row is not None:
        lines.append(_local_line(style.local_row, draw.randint(1, 9), draw.randint(10, 40)))
    return Report(
        town=town,
        month=month,
        style=style,
        path=style.file_name(town, month),
        office=f"{town.name}{settings.office}",
        declared=month.end + dt.timedelta(days=late),
        lines=lines,
    )


def _line(settings: Settings, row: Row, town: Town, style: Style, counted: Counted) -> Line:
    if row.section:
        return Line(row, row.section, "")
    figure, key = settings.figures[row.measure], (row.measure, row.part)
    line = Line(row, style.wordings[row], row.unit)
    for basis, figures in (("flow", counted.flow), ("cumulative", counted.cumulative)):
        value = figures[key]
        entry = Entry(key, basis, value, row.unit, plain(value), _format(figure, style))
        if not town.villages and row.part in settings.rural_only:
            _say_nothing(entry, style.nothing)
        line.entries[basis] = entry
    line.yoy = _change(figure, counted.flow[key], counted.year_before.get(key))
    return line


def _local_line(row: Row, month: int, year: int) -> Line:
    line = Line(row, row.wordings[0], row.unit, fault="local_row")
    for basis, value in (("flow", month), ("cumulative", max(month, year))):
        line.entries[basis] = Entry(("", ""), basis, value, row.unit, int(value), fault="local_row",
                                    expected="logged")  # fmt: skip
    return line


def _say_nothing(entry: Entry, mark: str) -> None:
    """Write what the office writes where there is nothing to count."""
    if mark == "—":
        entry.value, entry.status, entry.written = float("nan"), "z", mark
    elif mark == "":
        entry.value, entry.written = float("nan"), None


def plain(value: float) -> int | float:
    """Return a figure as a spreadsheet stores it: whole numbers without a point."""
    return int(value) if float(value).is_integer() else value


def _format(figure: Figure, style: Style) -> str:
    if figure.decimals == 0:
        return "#,##0" if style.grouped else "General"
    return "0." + "0" * figure.decimals


def _change(figure: Figure, now: float, before: float | None) -> Written:
    """同比: per cent for counts, percentage points for rates."""
    if figure.way == "ratio" and before:
        return plain(round(now - before, 2))
    return plain(round((now - before) / before * 100, 1)) if before else "—"
