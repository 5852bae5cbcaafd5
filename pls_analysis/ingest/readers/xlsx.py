"""Read .xlsx with openpyxl in its read-only mode, joined with what the gate found in the XML."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from typing import Any, NamedTuple

from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.utils.datetime import from_excel

from pls_analysis.ingest.cells import Address, Cell, CellKind, Sheet, integral
from pls_analysis.ingest.inspection import Inspection, SheetFacts
from pls_analysis.ingest.number_formats import CHINESE_DATES
from pls_analysis.ingest.readers import large

KINDS: dict[str, CellKind] = {"n": "number", "s": "text", "d": "date", "b": "boolean", "e": "error"}
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class _Style(NamedTuple):
    number_format: str
    struck: bool
    is_chinese_date: bool


def read_sheets(inspection: Inspection, name: str) -> list[Sheet]:
    """Read the worksheets of a workbook; values are those the file keeps, never recalculated."""
    with warnings.catch_warnings():
        # openpyxl warns of parts it leaves out (headers, validation); none of them hold cells.
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(
            io.BytesIO(inspection.content),
            read_only=True,
            data_only=True,
            keep_links=False,
            rich_text=inspection.struck_text,
        )
        try:
            return [
                _read_sheet(book, title, facts, inspection)
                for title, facts in inspection.sheets.items()
            ]
        finally:
            book.close()


def _read_sheet(book: Workbook, title: str, facts: SheetFacts, inspection: Inspection) -> Sheet:
    reader = _CellReader(book.epoch, facts)
    try:
        if inspection.struck_text:
            raise large.Unsure
        cells = large.read_cells(inspection.content, book, title, facts, reader.read)
    except large.Unsure:
        cells = _read_cells(book[title], reader)
    return Sheet(title, cells, facts.merges, facts.hidden_rows, facts.hidden_cols, facts.state)


def _read_cells(sheet: Any, reader: _CellReader) -> dict[Address, Cell]:
    sheet.reset_dimensions()  # what a file declares of its size is often wrong (WPS: A1)
    cells: dict[Address, Cell] = {}
    for row in sheet.iter_rows():
        for stored in row:
            cell = reader.read(stored)
            if cell is not None:
                cells[cell.row, cell.col] = cell
    return cells


class _CellReader:
    """Turns openpyxl's cells of one sheet into ours; each style is looked up once."""

    def __init__(self, epoch: dt.datetime, facts: SheetFacts) -> None:
        self._epoch, self._facts = epoch, facts
        self._styles: dict[int, _Style] = {}

    def read(self, stored: Any) -> Cell | None:
        """A cell, or None where it has no content."""
        value = stored.value
        if value is None:
            return self._read_uncached(stored) if self._facts.uncached else None
        kind = KINDS[stored.data_type]
        style = self._style(stored)
        struck = style.struck
        if kind == "text":
            struck = struck or self._has_struck_part(stored)
            value = str(value)
            if "_x" in value:
                value = _unescape(value)
            if not value.strip():
                return None
        elif kind == "date":
            value = _without_midnight(value)
        elif style.is_chinese_date and kind == "number":
            value, kind = self._read_date(value)
        elif isinstance(value, float):
            value = integral(value)
        return self._cell(stored, value, kind, style, struck)

    def _read_uncached(self, stored: Any) -> Cell | None:
        address = (getattr(stored, "row", 0), getattr(stored, "column", 0))
        if address not in self._facts.uncached:
            return None
        style = self._style(stored)
        return self._cell(stored, None, "uncached", style, style.struck)

    def _has_struck_part(self, stored: Any) -> bool:
        """Whether a part of a text is crossed out: an old figure with the new one behind it."""
        if not isinstance(stored.value, CellRichText):
            return bool(self._facts.struck) and (stored.row, stored.column) in self._facts.struck
        fonts = (part.font for part in stored.value if isinstance(part, TextBlock))
        return any(font is not None and bool(font.strike) for font in fonts)

    def _read_date(self, serial: float) -> tuple[Any, CellKind]:
        try:
            return _without_midnight(from_excel(serial, self._epoch)), "date"
        except (OverflowError, ValueError):
            return integral(serial), "number"

    def _cell(self, stored: Any, value: Any, kind: CellKind, style: _Style, struck: bool) -> Cell:
        row, col = stored.row, stored.column
        commented = (row, col) in self._facts.commented
        return Cell(row, col, value, kind, style.number_format, struck, commented)

    def _style(self, stored: Any) -> _Style:
        # The style's number is the one thing openpyxl keeps to itself; asking for the format of
        # each cell instead doubles the time of reading.
        style = self._styles.get(stored._style_id)
        if style is None:
            chinese = CHINESE_DATES.get(stored.style_array.numFmtId)
            code = chinese or stored.number_format or "General"
            style = _Style(code, bool(stored.font and stored.font.strike), chinese is not None)
            self._styles[stored._style_id] = style
        return style


def _unescape(text: str) -> str:
    """Text with its `_x000D_` escapes read; halves of a character that lack the other half go."""
    text = ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _without_midnight(value: Any) -> Any:
    """A date where the time of day is midnight; times of day and durations as they are."""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return value
