"""Read the worksheets of an .xlsx in one pass over their XML (ECMA-376 Part 1, section 18.3).

One pass gives values, formats, formulas without a result, merges and what is hidden, and refuses
what would fill the memory: nothing else than what was checked is ever parsed. openpyxl would need
two passes, keeps no formula beside its result, and takes four times as long (`benchmarks/`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.utils.datetime import from_excel, from_ISO8601

from pls_analysis.ingest.cells import Address, Cell, CellKind, Sheet, Span, integral
from pls_analysis.ingest.inspection import Inspection, SheetPart
from pls_analysis.ingest.limits import (
    LAST_COL,
    LAST_ROW,
    MOST_CELLS,
    MOST_MERGES,
    MOST_STYLED_CELLS,
    check_merges,
    outside,
    spread_out,
    too_many_cells,
)
from pls_analysis.ingest.packages import Package, damaged, local, open_package, parser_of
from pls_analysis.ingest.readers.xlsx_parts import PLAIN, Book, is_on, read_book

MOST_ROW_CELLS = 50_000_000
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_sheets(inspection: Inspection, name: str) -> list[Sheet]:
    """Read the worksheets of a workbook; values are those the file keeps, never recalculated.

    Raises Refused: damaged, outside_grid, too_big, too_many_merges.
    """
    sheets: list[Sheet] = []
    with open_package(inspection.content) as package:
        book = read_book(package)
        filled = 0
        for part in inspection.sheets:
            reading = _SheetReading(part, book, _comments(package, part), filled)
            reading.run(package.chunks(part.part))
            sheets.append(reading.sheet())
            filled = reading.filled
    return sheets


def _comments(package: Package, part: SheetPart) -> set[Address]:
    return {
        _address(attrs.get("ref", ""))
        for kind, target in package.relations(part.part).values()
        if kind == "comments" and target in package
        for tag, attrs in package.elements(target)
        if tag == "comment"
    }


class _SheetReading:
    """The pass over one worksheet; `filled` counts cells with content of the whole workbook."""

    def __init__(self, part: SheetPart, book: Book, commented: set[Address], filled: int) -> None:
        self.filled = filled
        self._part, self._book, self._commented = part, book, commented
        self._found: dict[Address, Cell] = {}
        self._merges: list[Span] = []
        self._hidden_rows: set[int] = set()
        self._hidden_cols: set[int] = set()
        self._last_row = self._last_col = 0
        self._row = self._col = self._cells = self._row_cells = 0
        self._columns: dict[str, int] = {}
        self._type = self._style = ""
        self._text: list[str] = []
        self._has_formula = self._has_value = self._is_phonetic = self._is_struck = False
        self._parser = parser_of(self._start)
        self._parser.buffer_text = True
        self._parser.EndElementHandler = self._end
        self._starts = {
            "c": self._start_cell, "v": self._start_value, "row": self._start_row,
            "f": self._start_formula, "is": self._start_value, "rPh": self._start_phonetic,
            "t": self._start_text, "strike": self._start_strike, "mergeCell": self._add_merge,
            "col": self._add_column,
        }  # fmt: skip
        self._ends = {
            "c": self._end_cell, "v": self._end_text, "t": self._end_text,
            "rPh": self._end_phonetic,
        }  # fmt: skip

    def run(self, chunks: Iterator[bytes]) -> None:
        """Read the XML of the sheet."""
        for chunk in chunks:
            self._parser.Parse(chunk, False)
        self._parser.Parse(b"", True)
        self._end_row()
        check_merges(self._part.name, self._merges, self._last_row, self._last_col)

    def sheet(self) -> Sheet:
        """What was read."""
        return Sheet(
            self._part.name,
            self._found,
            tuple(self._merges),
            frozenset(self._hidden_rows),
            frozenset(self._hidden_cols),
            self._part.state,
        )

    def _start(self, tag: str, attrs: dict[str, str]) -> None:
        handler = self._starts.get(tag if ":" not in tag else local(tag))
        if handler is not None:
            handler(attrs)

    def _end(self, tag: str) -> None:
        handler = self._ends.get(tag if ":" not in tag else local(tag))
        if handler is not None:
            handler()

    # -- rows and cells -----------------------------------------------------------------------

    def _start_row(self, attrs: dict[str, str]) -> None:
        self._end_row()
        row = int(attrs["r"]) if "r" in attrs else self._row + 1
        if row <= self._row:
            raise damaged(f"row {row} comes after row {self._row}")
        if row > LAST_ROW:
            raise outside(f"row {row}")
        self._row, self._col = row, 0
        if "hidden" in attrs and is_on(attrs, "hidden"):
            self._hidden_rows.add(row)

    def _end_row(self) -> None:
        if self._col:
            self._last_row = self._row
            self._last_col = max(self._last_col, self._col)
            self._row_cells += self._col
            if self._row_cells > MOST_ROW_CELLS:
                raise spread_out(f"Sheet {self._part.name}")

    def _start_cell(self, attrs: dict[str, str]) -> None:
        name = attrs.get("r")
        if name is None:
            col = self._col + 1
        else:
            letters = name.rstrip("0123456789")
            col = self._columns.get(letters) or self._column_of(letters, name)
            if name[len(letters) :] != str(self._row):
                raise damaged(f"cell {name} stands in row {self._row}")
        if col <= self._col:
            raise damaged(f"the cells of row {self._row} are not in order")
        if col > LAST_COL:
            raise outside(f"column {col} in row {self._row}")
        self._col = col
        self._type, self._style = attrs.get("t", "n"), attrs.get("s", "0")
        self._has_formula = self._has_value = self._is_struck = False
        self._text = []
        self._cells += 1
        if self._cells > MOST_STYLED_CELLS:
            raise spread_out(f"Sheet {self._part.name}")

    def _column_of(self, letters: str, name: str) -> int:
        if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
            raise outside(f"a cell named {name[:20]}")
        col = column_index_from_string(letters)
        self._columns[letters] = col
        return col

    def _start_formula(self, attrs: dict[str, str]) -> None:
        self._has_formula = True

    def _start_value(self, attrs: dict[str, str]) -> None:
        self._has_value = True
        self.filled += 1
        if self.filled > MOST_CELLS:
            raise too_many_cells(f"Sheet {self._part.name}")
        if self._type != "inlineStr":
            self._parser.CharacterDataHandler = self._text.append

    def _start_text(self, attrs: dict[str, str]) -> None:
        if self._has_value and not self._is_phonetic:
            self._parser.CharacterDataHandler = self._text.append

    def _start_strike(self, attrs: dict[str, str]) -> None:
        self._is_struck = self._is_struck or is_on(attrs)

    def _start_phonetic(self, attrs: dict[str, str]) -> None:
        self._is_phonetic = True

    def _end_phonetic(self) -> None:
        self._is_phonetic = False

    def _end_text(self) -> None:
        self._parser.CharacterDataHandler = None

    def _end_cell(self) -> None:
        self._parser.CharacterDataHandler = None
        if not (self._has_value or self._has_formula):
            return
        stored = "".join(self._text)
        style = self._book.styles.get(self._style, PLAIN)
        value, kind = self._value(stored, style.is_date, style.is_duration)
        if value is None:
            # An empty text is a result as well: the cell is as good as empty.
            if not self._has_formula or (self._has_value and self._type == "str"):
                return
            kind = "uncached"
        address = (self._row, self._col)
        struck = style.struck or self._is_struck
        if self._type == "s" and self._book.struck:
            struck = struck or int(stored) in self._book.struck
        self._found[address] = Cell(
            *address, value, kind, style.number_format, struck, address in self._commented
        )

    def _value(self, stored: str, is_date: bool, is_duration: bool) -> tuple[Any, CellKind]:
        """A cell's value and kind (18.18.11); None where there is none."""
        if self._type == "n":
            if not stored.strip():
                return None, "number"
            number = integral(float(stored))
            return self._date(number, is_duration) if is_date else (number, "number")
        if self._type in ("s", "str", "inlineStr"):
            text = self._book.strings[int(stored)] if self._type == "s" and stored else stored
            if "_x" in text:
                text = _unescape(text)
            return (text, "text") if text.strip() else (None, "text")
        if not stored:
            return None, "number"
        if self._type == "b":
            return bool(int(stored)), "boolean"
        if self._type == "d":
            return _without_midnight(from_ISO8601(stored)), "date"
        if self._type == "e":
            return stored, "error"
        raise damaged(f"cell {self._row},{self._col} has the unknown type {self._type[:20]}")

    def _date(self, serial: int | float, is_duration: bool) -> tuple[Any, CellKind]:
        try:
            date = from_excel(serial, self._book.epoch, timedelta=is_duration)
        except (OverflowError, ValueError):
            return "#VALUE!", "error"  # Excel shows nothing but ##### for it
        return _without_midnight(date), "date"

    # -- merges and columns -------------------------------------------------------------------

    def _add_merge(self, attrs: dict[str, str]) -> None:
        if len(self._merges) > MOST_MERGES:
            return
        first_col, first_row, last_col, last_row = _bounds(attrs.get("ref", ""))
        self._merges.append(Span(first_row, first_col, last_row, last_col))

    def _add_column(self, attrs: dict[str, str]) -> None:
        if "hidden" in attrs and is_on(attrs, "hidden"):
            last = min(int(attrs["max"]), LAST_COL)
            self._hidden_cols.update(range(int(attrs["min"]), last + 1))


def _bounds(ref: str) -> tuple[int, int, int, int]:
    try:
        first_col, first_row, last_col, last_row = range_boundaries(ref)
    except (ValueError, TypeError) as error:
        raise damaged(f"it merges a range called {ref[:30] or 'nothing'}") from error
    first_col, first_row = first_col or 1, first_row or 1  # A:C names whole columns
    last_col, last_row = last_col or LAST_COL, last_row or LAST_ROW
    if last_row > LAST_ROW or last_col > LAST_COL:
        raise outside(f"a merge over {ref}")
    return first_col, first_row, last_col, last_row


def _address(ref: str) -> Address:
    first_col, first_row, _, _ = _bounds(ref)
    return first_row, first_col


def _unescape(text: str) -> str:
    """Text with its `_x000D_` escapes read; halves of a character that lack the other half go."""
    text = ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _without_midnight(value: Any) -> Any:
    """A date where the time of day is midnight; times of day and durations as they are."""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return value
