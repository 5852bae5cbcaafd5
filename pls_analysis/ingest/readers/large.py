"""Read large flat sheets of .xlsx with python-calamine: its values, openpyxl's styles.

calamine takes a tenth of openpyxl's time and says nothing of percent signs, crossed-out cells or
formulas without a result; those the gate's pass over the XML has noted. Where the two could differ
(a date under a format that is none, a figure of more than 15 digits) it is not used.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils.datetime import WINDOWS_EPOCH
from python_calamine import CalamineWorkbook

from pls_analysis.ingest.cells import Address, Cell, integral
from pls_analysis.ingest.inspection import SheetFacts
from pls_analysis.ingest.number_formats import CHINESE_DATES

EXACT = 1e15
FIRST_SAFE_YEAR = 1901
"""Both count 1900 as a leap year, as Excel does, and correct it at different days."""


class Unsure(Exception):
    """calamine may give another value than the file holds."""


def read_cells(
    content: bytes,
    book: Workbook,
    title: str,
    facts: SheetFacts,
    read: Callable[[ReadOnlyCell], Cell | None],
) -> dict[Address, Cell]:
    """The cells of a flat sheet; `read` makes ours of what openpyxl's read-only mode would give.

    Raises Unsure where a value could be another than openpyxl's.
    """
    if facts.flat is None or book.epoch != WINDOWS_EPOCH:
        raise Unsure
    sheet: Any = book[title]
    dates = _date_styles(book)
    styles: dict[int, int] = {}
    numbers: dict[int, Cell] = {}
    cells: dict[Address, Cell] = {}
    for row, values in enumerate(_rows(content, title), 1):
        styles.update(facts.flat.changes.get(row, ()))
        for col, value in enumerate(values, 1):
            style = styles.get(col, 0)
            if value == "":
                if (row, col) in facts.uncached:
                    _put(cells, read(ReadOnlyCell(sheet, row, col, None, "n", style)))
                continue
            kind = _kind(value, style in dates)
            like = numbers.get(style) if kind == "n" else None
            if like is not None:
                cells[row, col] = _same(like, row, col, integral(value), facts)
                continue
            cell = _put(cells, read(ReadOnlyCell(sheet, row, col, value, kind, style)))
            if cell is not None and cell.kind == "number":
                numbers[style] = cell
    return cells


def _put(cells: dict[Address, Cell], cell: Cell | None) -> Cell | None:
    if cell is not None:
        cells[cell.row, cell.col] = cell
    return cell


def _same(like: Cell, row: int, col: int, value: int | float, facts: SheetFacts) -> Cell:
    """A number in the style of another."""
    commented = (row, col) in facts.commented
    return Cell(row, col, value, "number", like.number_format, like.struck, commented)


def _rows(content: bytes, title: str) -> Iterator[list[Any]]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            yield from book.get_sheet_by_name(title).iter_rows()
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:  # its PanicException is no Exception
        raise Unsure from error


def _date_styles(book: Any) -> frozenset[int]:
    chinese = (
        number for number, style in enumerate(book._cell_styles) if style.numFmtId in CHINESE_DATES
    )
    return frozenset((*book._date_formats, *chinese))


def _kind(value: Any, is_date: bool) -> str:
    """openpyxl's letter for the type of a value."""
    if isinstance(value, str):
        if "_x" in value:
            raise Unsure
        return "s"
    if isinstance(value, bool):
        return "b"
    if isinstance(value, (int, float)) and not is_date and abs(value) < EXACT:
        return "n"
    is_safe = isinstance(value, dt.date) and value.year >= FIRST_SAFE_YEAR
    if is_date and is_safe and getattr(value, "microsecond", 0) == 0:
        return "d"
    raise Unsure
