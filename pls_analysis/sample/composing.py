"""Write down what an office counted as the lines of its report, without any fault."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import PurePosixPath

from pls_analysis.periods import Period
from pls_analysis.sample.draws import random
from pls_analysis.sample.figures import Figure
from pls_analysis.sample.lists import Lists
from pls_analysis.sample.model import Counted, Key, Office
from pls_analysis.sample.reports import (
    OWN,
    Entry,
    Line,
    Report,
    Table,
    Written,
    look_of,
    plain,
    say_nothing,
)
from pls_analysis.sample.rosters import Member
from pls_analysis.sample.settings import Row, Settings, TableSettings
from pls_analysis.sample.styles import Style


def compose(lists: Lists, filer: Office, period: Period, style: Style, counted: Counted) -> Report:
    """Write down a period's true figures as the office would, without any fault."""
    settings = lists.settings
    draw = random(lists.seed, filer.key, str(period), "report")
    late = int(
        draw.choice([1, 2, 3, 4, 5, 6, 8, 11], p=[0.1, 0.2, 0.2, 0.2, 0.15, 0.08, 0.05, 0.02])
    )
    tables = [_table(lists, table, filer, period, style, counted) for table in settings.tables]
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
    lists: Lists,
    table: TableSettings,
    filer: Office,
    period: Period,
    style: Style,
    counted: Counted,
) -> Table:
    rows = [row for row in table.rows if row.stands_in(period)]
    sheet = style.fill(table.sheet or style.sheet, period)
    title = table.title or style.title
    if table.layout == "list":
        members = lists.members(table, filer, period, style, counted)
        drawn = lists.draw(members, filer, period)
        lines = [lists.line(row, members, drawn, filer, period, style, counted) for row in rows]
        return Table(table, title, sheet, lines, members)
    own = lists.draw([Member(filer.code, filer.code)], filer, period)
    flow = {**counted.flow, **{key: float(values[0]) for key, values in own.items()}}
    counted = replace(counted, flow=flow)
    lines = [
        Line(row, row.section, "")
        if row.section
        else _line(lists.settings, table, row, filer, style, counted, period)
        for row in rows
        if style.sections or not row.section
    ]
    return Table(table, title, sheet, lines)


def _line(
    settings: Settings,
    table: TableSettings,
    row: Row,
    filer: Office,
    style: Style,
    counted: Counted,
    period: Period,
) -> Line:
    figure, key = settings.figures[row.measure], (row.measure, row.part)
    line = Line(row, style.wordings[row], "" if figure.way == "says" else row.unit)
    for column in table.columns:
        if figure.way == "says":
            line.entries[column] = _said(figure, key, row, style, period)
        elif column not in OWN:
            line.beside[column] = _beside(column, figure, key, counted)
        elif column != "cumulative" or not figure.is_stock:
            flow = column == "flow"
            basis = "stock" if figure.is_stock else "flow" if flow else "cumulative"
            value = (counted.flow if flow or figure.is_stock else counted.cumulative)[key]
            entry = Entry(key, basis, value, row.unit, plain(value), look_of(figure, style))
            if not filer.villages and row.part in settings.rural_only:
                say_nothing(entry, style.nothing)
            line.entries[column] = entry
    return line


def _said(figure: Figure, key: Key, row: Row, style: Style, period: Period) -> Entry:
    """What is said of a milestone: with the day on which it was done, or that it is not yet."""
    since, text = figure.text(period.end)
    entry = Entry(key, "stock", float("nan"), row.unit, None)
    if "{day}" in text:
        day = style.date.format(since)
        entry.value, entry.written = float(f"{since:%Y%m%d}"), text.format(day=day)
    elif text:
        entry.status, entry.written = "z", text
    return entry


def _local_line(settings: Settings, row: Row, month: int, year: int) -> Line:
    line = Line(row, row.wordings[0], row.unit, fault="local_row")
    line.beside = dict.fromkeys(set(settings.tables[0].columns) - {*OWN})
    for basis, value in (("flow", month), ("cumulative", max(month, year))):
        line.entries[basis] = Entry(("", ""), basis, value, row.unit, int(value), fault="local_row",
                                    expected="logged")  # fmt: skip
    return line


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
