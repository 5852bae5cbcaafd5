"""Lay a report out sideways: items as columns under merged headings, one row or a list of areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pls_analysis.sample.pages import Page, foot_page, head_page
from pls_analysis.sample.reports import Line, Report, Table

TOTAL_LABEL = "合计"


def draw_wide(page: Page, report: Report, table: Table, number: int) -> None:
    """Draw items as columns: a row for each kind of figure, called as its heading says."""
    words = report.style.headings[number]
    rows = {
        column: words.get(column, "{area}").format(area=report.filer.name)
        for column in table.settings.columns
    }
    row, first = _draw_head(page, report, table, words)
    for name, label in rows.items():
        page.put(row, first, label, "cell")
        _draw_figures(page, row, first + 1, table.lines, name)
        row += 1
    foot_page(page, report, table, row, first, first + len(table.lines))


def draw_list(page: Page, report: Report, table: Table, number: int) -> None:
    """Draw a list: a row for each area below the office's, its total first or last."""
    words = report.style.headings[number]
    row, first = _draw_head(page, report, table, words)
    total = words.get("total", "")
    codes = list(table.areas)
    order = ["", *codes] if total == "first" else [*codes, ""] if total else codes
    for code in order:
        page.put(row, first, table.areas.get(code, TOTAL_LABEL), "cell")
        if code:
            _draw_figures(page, row, first + 1, table.lines, code)
        else:
            for col, line in enumerate(table.lines, first + 1):
                whole = sum(int(entry.value) for entry in line.entries.values())
                page.put(row, col, whole, "figure", number_format="General")
        row += 1
    foot_page(page, report, table, row, first, first + len(table.lines))


def _draw_figures(page: Page, row: int, col: int, lines: Sequence[Line], name: str) -> None:
    for place, line in enumerate(lines):
        entry = line.entries.get(name)
        if entry is not None:
            entry.cell = page.put(row, col + place, entry.written, "figure",
                                  number_format=entry.number_format)  # fmt: skip


def _draw_head(
    page: Page, report: Report, table: Table, words: Mapping[str, str]
) -> tuple[int, int]:
    """Draw the headings, equal neighbours merged; returns the row below and the first column."""
    first = 1 + report.style.left
    paths = [line.label.split("/") for line in table.lines]
    depth = max(len(path) for path in paths)
    row = head_page(page, report, table, first, first + len(paths))
    if report.style.index_row:
        for place in range(len(paths)):
            page.put(row, first + 1 + place, place + 1, "head")
        row += 1
    page.put(row, first, words["key"], "head")
    page.merge(row, first, first, row + depth - 1)
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
                page.put(row + level, first + 1 + place, paths[place][level], "head")
                page.merge(row + level, first + 1 + place, first + 1 + last, down)
            place = last + 1
    page.widths = {first: 18.0} | {first + 1 + place: 11.0 for place in range(len(paths))}
    return row + depth, first
