"""Read any workbook into one plain model: a sheet is a table of cells with addresses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

CellKind = Literal["number", "text", "date", "boolean", "error", "uncached"]
Address = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Span:
    """A merged range, rows and columns counted from 1, both ends included."""

    first_row: int
    first_col: int
    last_row: int
    last_col: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A non-empty cell as the file stores it.

    `kind` is "uncached" for a formula whose result the file does not hold, "error" for #N/A and
    its kin. `number_format` is the format code ("General", '0.0%', '0.0"‰"').
    """

    row: int
    col: int
    value: str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
    kind: CellKind
    number_format: str = "General"
    struck: bool = False
    commented: bool = False

    @property
    def address(self) -> str:
        """The cell's name in A1 style."""
        from openpyxl.utils import get_column_letter  # loads as long as all the rest together

        return f"{get_column_letter(self.col)}{self.row}"

    @property
    def raw(self) -> str:
        """The stored value as text, for the record of where a figure came from."""
        return "" if self.value is None else str(self.value)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its non-empty cells by (row, column), counted from 1, and its merges."""

    name: str
    cells: Mapping[Address, Cell]
    merges: tuple[Span, ...] = ()
    hidden_rows: frozenset[int] = field(default_factory=frozenset)
    hidden_cols: frozenset[int] = field(default_factory=frozenset)
    state: str = "visible"


def integral(value: int | float) -> int | float:
    """A whole number as int: spreadsheets keep every number as a float."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value
