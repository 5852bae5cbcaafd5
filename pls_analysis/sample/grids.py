"""Lay a report out sideways: items as columns under merged headings, one row or a list of areas."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.utils import get_column_letter

from pls_analysis.sample.pages import Page, foot_page, head_page
from pls_analysis.sample.reports import Line, Report, Table, plain

TOTAL_LABEL = "合计"


def draw_wide(page: Page, report: Report, table: Table, number: int) -> None:
    """Draw items as columns: a row for each kind of figure, called as its heading says."""
    words = report.style.headings[number]
    rows = {
        column: words.get(column, "{area}").format(area=report.filer.name)
        for column in table.settings.columns
    }
    row, first = _draw_head(page, report, table, [words["key"]])
    for name, label in rows.items():
        page.put(row, first, label, "cell")
        _draw_figures(page, row, first + 1, table.lines, name)
        row += 1
    foot_page(page, report, table, row, first, first + len(table.lines))


def draw_list(page: Page, report: Report, table: Table, number: int) -> None:
    """Draw a list: a row for each of its members, their total first or last."""
    words = report.style.headings[number]
    row, first = _draw_head(page, report, table, list(words.values()))
    figures = first + len(words)
    if table.settings.total == "first":
        row = _draw_total(page, row, first, figures, table)
    top = row
    for serial, member in enumerate(table.members, 1):
        for col, name in enumerate(words, first):
            text = serial if name == "serial" else member.said.get(name)
            repeated = name == "office" and report.style.merged and row > top
            if text and not repeated:
                page.put(row, col, text, "cell")
        if member.part:
            for col, line in enumerate(table.lines, figures):
                page.put(row, col, line.row.words[member.part], "cell")
        _draw_figures(page, row, figures, table.lines, member.key)
        row += 1
    if "office" in words and report.style.merged:
        col = first + list(words).index("office")
        page.merge(top, col, col, row - 1)
    _note_counted(table, top, row - 1, figures)
    if table.settings.total == "last":
        row = _draw_total(page, row, first, figures, table)
    foot_page(page, report, table, row, first, figures + len(table.lines) - 1)


def _draw_total(page: Page, row: int, first: int, figures: int, table: Table) -> int:
    page.put(row, first, TOTAL_LABEL, "cell")
    page.merge(row, first, figures - 1)
    for col, line in enumerate(table.lines, figures):
        values = [entry.value for entry in line.entries.values() if not entry.status]
        if line.row.total and values:
            page.put(row, col, plain(round(sum(values), 2)), "figure", number_format="General")
    return row + 1


def _note_counted(table: Table, top: int, last: int, figures: int) -> None:
    """Where people are counted, every figure stands in all the cells of its column."""
    if not any(member.part for member in table.members):
        return
    for col, line in enumerate(table.lines, figures):
        letter = get_column_letter(col)
        for entry in line.entries.values():
            entry.cell = f"{letter}{top}:{letter}{last}"


def _draw_figures(page: Page, row: int, col: int, lines: Sequence[Line], name: str) -> None:
    for place, line in enumerate(lines):
        entry = line.entries.get(name)
        if entry is not None:
            entry.cell = page.put(row, col + place, entry.written, "figure",
                                  number_format=entry.number_format)  # fmt: skip


def _draw_head(page: Page, report: Report, table: Table, labels: Sequence[str]) -> tuple[int, int]:
    """Draw the headings, of the labels first, equal neighbours merged.

    Returns the row below and the first column.
    """
    first = 1 + report.style.left
    paths = [label.split("/") for label in (*labels, *(line.label for line in table.lines))]
    depth = max(len(path) for path in paths)
    row = head_page(page, report, table, first, first + len(paths) - 1)
    if report.style.index_row:
        for place in range(len(table.lines)):
            page.put(row, first + len(labels) + place, place + 1, "head")
        row += 1
    for level in range(depth):
        place = 0
        while place < len(paths):
            last = place
            while (
                last + 1 < len(paths) and paths[last + 1][: level + 1] == paths[place][: level + 1]
            ):
                last += 1
            if level < len(paths[place]):
                down = row + depth - 1 if level == len(paths[place]) - 1 else row + level
                page.put(row + level, first + place, paths[place][level], "head")
                page.merge(row + level, first + place, first + last, down)
            place = last + 1
    page.widths = {first + place: 18.0 if place == 0 else 11.0 for place in range(len(paths))}
    return row + depth, first
