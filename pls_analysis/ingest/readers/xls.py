"""Read .xls (and WPS's .et, which is the same format) with xlrd."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import xlrd
from xlrd.xldate import XLDateError, xldate_as_datetime

from pls_analysis.ingest.cells import Address, Cell, CellKind, Sheet, Span, integral
from pls_analysis.ingest.inspection import Inspection
from pls_analysis.ingest.limits import MOST_CELLS, check_merges, too_many_cells
from pls_analysis.ingest.number_formats import CHINESE_DATES

BLANKS = (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)
STATES = ("visible", "hidden", "veryHidden")


def read_sheets(inspection: Inspection, name: str) -> list[Sheet]:
    """Read the worksheets of a workbook, with formats, merges, hidden rows and comments."""
    book = xlrd.open_workbook(
        file_contents=inspection.content, formatting_info=True, logfile=io.StringIO()
    )
    filled = 0
    for sheet in book.sheets():
        kinds = (sheet.row_types(row) for row in range(sheet.nrows))
        filled += sum(len(row) - sum(map(row.count, BLANKS)) for row in kinds)
        if filled > MOST_CELLS:
            raise too_many_cells(f"Sheet {sheet.name}")
    return [_read_sheet(book, sheet) for sheet in book.sheets()]


def _read_sheet(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Sheet:
    cells: dict[Address, Cell] = {}
    for row in range(sheet.nrows):
        for col in range(sheet.row_len(row)):
            if sheet.cell_type(row, col) in BLANKS:
                continue
            cell = _read_cell(book, sheet, row, col)
            if cell is not None:
                cells[cell.row, cell.col] = cell
    merges = [
        Span(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells
    ]
    check_merges(sheet.name, merges, sheet.nrows, sheet.ncols)
    return Sheet(
        sheet.name,
        cells,
        tuple(merges),
        frozenset(row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden),
        frozenset(col + 1 for col, info in sheet.colinfo_map.items() if info.hidden),
        STATES[sheet.visibility],
    )


def _read_cell(book: xlrd.Book, sheet: xlrd.sheet.Sheet, row: int, col: int) -> Cell | None:
    stored: Any = sheet.cell_value(row, col)
    style = book.xf_list[sheet.cell_xf_index(row, col)]
    number_format = CHINESE_DATES.get(style.format_key)
    number_format = number_format or book.format_map[style.format_key].format_str or "General"
    value, kind = _value(book, sheet.cell_type(row, col), stored)
    if kind == "text" and not str(value).strip():
        return None
    return Cell(
        row + 1,
        col + 1,
        value,
        kind,
        number_format,
        _is_struck(book, sheet, row, col, style.font_index),
        (row, col) in sheet.cell_note_map,
    )


def _is_struck(book: xlrd.Book, sheet: xlrd.sheet.Sheet, row: int, col: int, font: int) -> bool:
    """Whether a cell is crossed out, as a whole or in a part of its text."""
    runs = sheet.rich_text_runlist_map.get((row, col), ())
    fonts = (font, *(index for _, index in runs))
    return any(book.font_list[index].struck_out for index in fonts)


def _value(book: xlrd.Book, cell_type: int, stored: Any) -> tuple[Any, CellKind]:
    if cell_type == xlrd.XL_CELL_TEXT:
        return stored, "text"
    if cell_type == xlrd.XL_CELL_BOOLEAN:
        return bool(stored), "boolean"
    if cell_type == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(stored, f"#ERR{stored}"), "error"
    if cell_type == xlrd.XL_CELL_DATE:
        try:
            moment = xldate_as_datetime(stored, book.datemode)
        except (XLDateError, OverflowError, ValueError):
            return integral(stored), "number"
        return (moment.date() if moment.time() == dt.time() else moment), "date"
    return integral(stored), "number"
