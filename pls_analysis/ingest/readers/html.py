"""Read the tables of a web page, as statistics portals send them under the name .xls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pls_analysis.ingest.cells import Address, Cell, Sheet, Span
from pls_analysis.ingest.inspection import Inspection
from pls_analysis.ingest.limits import MOST_CELLS, too_many_cells

if TYPE_CHECKING:
    from bs4 import Tag

WIDEST_SPAN = 1_000
"""Browsers cut wider spans too (HTML standard, section 4.9.11)."""
TALLEST_SPAN = 65_534
STRUCK = ["s", "strike", "del"]


class _Page:
    """Cells and merges of a page, tables one below another with a blank row between."""

    def __init__(self) -> None:
        self.cells: dict[Address, Cell] = {}
        self.merges: list[Span] = []
        self._covered: dict[int, set[int]] = {}
        self._count = 0

    def add_table(self, table: Tag, first: int) -> int:
        """Add a table from a row on; returns the row after it."""
        rows = list(_rows(table))
        last = first + len(rows) - 1
        for row, line in enumerate(rows, first):
            col = 1
            for item in _own(line, ("td", "th")):
                while col in self._covered.get(row, ()):
                    col += 1
                col = self._add(item, row, col, last)
            self._covered.pop(row, None)
        return last + 1

    def _add(self, item: Tag, row: int, col: int, last: int) -> int:
        wide = _span(item, "colspan", WIDEST_SPAN)
        tall = min(_span(item, "rowspan", TALLEST_SPAN), last - row + 1)
        self._count += wide * tall
        if self._count > MOST_CELLS:
            raise too_many_cells("The page")
        if wide > 1 or tall > 1:
            self.merges.append(Span(row, col, row + tall - 1, col + wide - 1))
            for covered in range(row + 1, row + tall):
                self._covered.setdefault(covered, set()).update(range(col, col + wide))
        text = _text(item)
        if text.strip():
            struck = item.find(STRUCK) is not None
            self.cells[row, col] = Cell(row, col, text, "text", struck=struck)
        return col + wide


def read_sheets(inspection: Inspection, name: str) -> list[Sheet]:
    """Read every outermost table of a page into one sheet, every cell a text."""
    from bs4 import BeautifulSoup  # its import costs more than reading ten forms

    soup = BeautifulSoup(inspection.content.decode(inspection.encoding), "html.parser")
    for hidden in soup.find_all(["script", "style", "noscript"]):
        hidden.decompose()
    page = _Page()
    row = 1
    for table in soup.find_all("table"):
        if table.find_parent("table") is None:
            row = page.add_table(table, row) + 1
    return [Sheet(name, page.cells, tuple(page.merges))]


def _rows(table: Tag) -> Iterator[Tag]:
    yield from _own(table, ("tr",))


def _own(parent: Tag, names: tuple[str, ...]) -> Iterator[Tag]:
    """The rows of a table or cells of a row, without those of a table inside it."""
    for child in parent.find_all(names):
        if child.find_parent(("table",) if "tr" in names else ("tr",)) is parent:
            yield child


def _span(item: Tag, name: str, most: int) -> int:
    found = re.match(r"\s*(\d{1,6})", str(item.get(name, "1")))
    return max(1, min(most, int(found[1]))) if found else 1


def _text(item: Tag) -> str:
    """The text of a cell: blanks run together as browsers show them, <br> a line feed."""
    for line_break in item.find_all("br"):
        line_break.replace_with("\n")
    lines = item.get_text().split("\n")
    return "\n".join(line for line in (_squeeze(line) for line in lines) if line)


def _squeeze(line: str) -> str:
    return re.sub(r"[ \t\r]+", " ", line).strip(" ")
