"""One office's report of one period, before it is drawn: lines, figures, and what is right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pls_analysis.periods import Period
from pls_analysis.sample.figures import Figure
from pls_analysis.sample.model import Counted, Key, Office, divide, random, weights
from pls_analysis.sample.settings import Row, Settings, TableSettings
from pls_analysis.sample.styles import Style

Written = str | int | float | None
OWN = ("flow", "cumulative", "standing")
"""Columns whose figures are the report's own, and not beside them for comparison."""


@dataclass
class Entry:
    """A figure: what a right reading gives (`value`, `status`) and what the cell holds (`written`).

    `expected` says what ingest shall do: "used", "corrected" (by a declared correction, else
    logged) or "logged". `cell` is the address, known once the report is drawn. `cached` is the
    stored result of a formula. `area` is "" for a figure of the office's own area.
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
    sheet: str = ""


@dataclass
class Line:
    """A line of the form: its figures by column, and `beside` them what is no figure of its own.

    In a list the figures are by area. `unit_cell` is known once the report is drawn.
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
    """One printed table: its layout, the sheet it stands on, its lines, and areas by code."""

    settings: TableSettings
    title: str
    sheet: str
    lines: list[Line]
    areas: Mapping[str, str] = field(default_factory=dict)


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


def compose(
    settings: Settings,
    filer: Office,
    period: Period,
    style: Style,
    counted: Counted,
    areas: Mapping[str, Mapping[str, str]],
    seed: int,
) -> Report:
    """Write down a period's true figures as the office would, without any fault.

    `areas` are the names of the areas below it by level and code, for its lists.
    """
    draw = random(seed, filer.key, str(period), "report")
    late = int(
        draw.choice([1, 2, 3, 4, 5, 6, 8, 11], p=[0.1, 0.2, 0.2, 0.2, 0.15, 0.08, 0.05, 0.02])
    )
    tables = [
        _table(settings, table, filer, period, style, counted, areas.get(table.level, {}), seed)
        for table in settings.tables
    ]
    if style.local_row is not None:
        tables[0].lines.append(
            _local_line(settings, style.local_row, draw.randint(1, 9), draw.randint(10, 40))
        )
    path = style.file_name(filer, period, settings.file_type)
    for table in tables:
        if settings.file_type == "csv":
            # A text file has no sheets: its name stands for that of its only one.
            table.sheet = PurePosixPath(path).stem
        for line in table.lines:
            for entry in line.entries.values():
                entry.sheet = table.sheet
    return Report(
        filer=filer,
        period=period,
        style=style,
        path=path,
        office=f"{filer.name}{settings.office}",
        declared=period.end + dt.timedelta(days=late),
        tables=tables,
        form_lines=settings.form_lines,
        notes_sheet=settings.notes_sheet,
    )


def _table(
    settings: Settings,
    table: TableSettings,
    filer: Office,
    period: Period,
    style: Style,
    counted: Counted,
    areas: Mapping[str, str],
    seed: int,
) -> Table:
    lines = []
    for row in table.rows:
        if not row.stands_in(period) or (row.section and not style.sections):
            continue
        if row.section:
            lines.append(Line(row, row.section, ""))
        elif table.layout == "list":
            lines.append(_list_line(settings, row, style, counted, areas, seed))
        else:
            lines.append(_line(settings, table, row, filer, style, counted))
    sheet = style.fill(table.sheet or style.sheet, period)
    return Table(table, table.title or style.title, sheet, lines, areas)


def _line(
    settings: Settings,
    table: TableSettings,
    row: Row,
    filer: Office,
    style: Style,
    counted: Counted,
) -> Line:
    figure, key = settings.figures[row.measure], (row.measure, row.part)
    line = Line(row, style.wordings[row], row.unit)
    for column in table.columns:
        if column not in OWN:
            line.beside[column] = _beside(column, figure, key, counted)
        elif column != "cumulative" or not figure.is_stock:
            flow = column == "flow"
            basis = "stock" if figure.is_stock else "flow" if flow else "cumulative"
            value = (counted.flow if flow or figure.is_stock else counted.cumulative)[key]
            entry = Entry(key, basis, value, row.unit, plain(value), _format(figure, style))
            if not filer.villages and row.part in settings.rural_only:
                _say_nothing(entry, style.nothing)
            line.entries[column] = entry
    return line


def _list_line(
    settings: Settings,
    row: Row,
    style: Style,
    counted: Counted,
    areas: Mapping[str, str],
    seed: int,
) -> Line:
    """A column of a list: the office's figure divided among the areas below it."""
    figure, key = settings.figures[row.measure], (row.measure, row.part)
    line = Line(row, style.wordings[row], row.unit)
    shares = weights(figure, areas, settings.form, seed)
    basis = "stock" if figure.is_stock else "flow"
    for code, value in divide(counted.flow[key], shares).items():
        line.entries[code] = Entry(key, basis, float(value), row.unit, value,
                                   _format(figure, style), area=code)  # fmt: skip
    return line


def _local_line(settings: Settings, row: Row, month: int, year: int) -> Line:
    line = Line(row, row.wordings[0], row.unit, fault="local_row")
    line.beside = dict.fromkeys(set(settings.tables[0].columns) - {*OWN})
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


def _beside(column: str, figure: Figure, key: Key, counted: Counted) -> Written:
    """What a form prints beside its figures: other periods, and the change since then."""
    others = {"previous": counted.previous, "change": counted.previous,
              "cumulative_yoy": counted.cumulative_before}  # fmt: skip
    other = others.get(column, counted.year_before).get(key)
    if column in ("previous", "year_before"):
        return "—" if other is None else plain(other)
    now = (counted.cumulative if column == "cumulative_yoy" else counted.flow)[key]
    return _change(figure, now, other)


def _change(figure: Figure, now: float, before: float | None) -> Written:
    """同比, 环比: per cent for counts, percentage points for rates."""
    if figure.way == "ratio" and before:
        return plain(round(now - before, 2))
    return plain(round((now - before) / before * 100, 1)) if before else "—"
