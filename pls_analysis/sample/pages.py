"""A sheet before it is written to a file of some kind: cells, merges, and how they look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from openpyxl.utils import coordinate_to_tuple, get_column_letter

from pls_analysis.sample.reports import Report, Table

MARK = "合成数据·仅供演示"
"""The line that every workbook of the sample carries in a cell of its own."""
BLANK = "\u3000"


@dataclass(slots=True)
class Put:
    """What is written in a cell. `look` is one of title, head, text, cell, figure."""

    value: object
    look: str
    number_format: str = ""
    indent: int = 0


@dataclass
class Page:
    """A sheet: what stands in its cells by (row, column), from 1, and which cells are merged.

    `merges` are (row, column, last row, last column); `cached` are results of formulas.
    """

    name: str
    font: str
    cells: dict[tuple[int, int], Put] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    widths: dict[int, float] = field(default_factory=dict)
    cached: dict[str, float] = field(default_factory=dict)

    def put(self, row: int, col: int, value: object, look: str = "text", **more: object) -> str:
        """Write a value and return its address."""
        self.cells[row, col] = Put(value, look, **more)  # type: ignore[arg-type]
        return f"{get_column_letter(col)}{row}"

    def rewrite(self, address: str, value: object) -> None:
        """Write another value where one stands."""
        row, col = coordinate_to_tuple(address)
        self.cells[row, col].value = value

    def merge(self, row: int, first: int, last: int, last_row: int | None = None) -> None:
        """Merge the cells of a row from one column to another, or down to another row."""
        if last > first or (last_row or row) > row:
            self.merges.append((row, first, last_row or row, last))


def head_page(page: Page, report: Report, table: Table, first: int, last: int) -> int:
    """Write what stands above a table, and return the row below."""
    style, row = report.style, 1 + report.style.top
    said = {"office": report.office, "title": table.title + report.remark}
    said["period"] = style.fill(style.period, report.period)
    for number, pattern in enumerate(style.titles):
        page.put(row, first, pattern.format(**said), "title" if number == 0 else "text")
        if number == 0 or style.top:
            page.merge(row, first, last)
        row += 1
    if style.form_number:
        for text in report.form_lines:
            page.put(row, last - 1, text)
            row += 1
    if style.office_beside:
        page.put(row, first, "填报单位：")
        page.put(row, first + 1, report.office)
    else:
        page.put(row, first, f"填报单位：{report.office}")
    return row + 1


def foot_page(page: Page, report: Report, table: Table, row: int, first: int, last: int) -> None:
    """Write what stands below a table: who signed, when, and that the figures are invented."""
    for text in table.settings.notes:
        page.put(row, first, text)
        row += 1
    said = list(_signatures(report))
    if report.style.footer == "cells":
        cols = [first + min(place, last - first) for place in range(5)]
        if len(set(cols)) == 5:
            for col, text in zip(cols, said, strict=True):
                page.put(row, col, text)
            said = []
    groups = [said[:3], said[3:]] if report.style.footer == "lines" else [said]
    for group in filter(None, groups):
        page.put(row, first, (BLANK * 2).join(group))
        row += 1
    page.put(row + 1, first, MARK)


def _signatures(report: Report) -> Iterator[str]:
    date = f"{report.declared.year}年{report.declared.month}月{report.declared.day}日"
    labels = ("单位负责人", "统计负责人", "填表人", "联系电话", "报出日期")
    for label, text in zip(labels, (*report.style.people, date), strict=True):
        yield f"{label}：{text}"
