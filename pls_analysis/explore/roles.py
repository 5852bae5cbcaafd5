"""The roles a cell can have, how each is shown, and what a sheet shows of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from openpyxl.utils import get_column_letter


class Look(NamedTuple):
    """How a role is shown: its letter, its tint by day and by night, its terminal colour.

    The tints are those of Okabe and Ito, apart for colour-blind readers; the letter stands on
    each cell, so that none depends on its colour.
    """

    letter: str
    meaning: str
    day: str
    night: str
    terminal: int | None


ROLES: dict[str, Look] = {
    "title": Look("T", "title of a table", "#cfe3f7", "#12395c", 153),
    "fact": Look("F", "fact about the form: office, period", "#dfe3f5", "#2b3058", 189),
    "unit": Look("U", "unit", "#f9dfae", "#5c3f06", 223),
    "header": Look("H", "heading of a column", "#9ccbee", "#0e4f7d", 117),
    "index": Look("I", "column number", "#e2e7ec", "#333b44", 252),
    "section": Look("S", "section among the rows", "#e4d2e6", "#4d2b51", 182),
    "key": Look("K", "row label", "#bfe8da", "#07513f", 158),
    "serial": Look("#", "running number", "#eceeef", "#2d3236", 255),
    "attribute": Look("A", "column without figures", "#f3e0ec", "#52304a", 225),
    "value": Look("V", "figure", "#ffffff", "#16191d", None),
    "total": Look("Σ", "total", "#f8ef9c", "#575006", 229),
    "note": Look("N", "note", "#ececec", "#30302e", 254),
    "unplaced": Look("?", "belongs to no table", "#f7c7ab", "#6b2c08", 216),
}  # fmt: skip
MARKS = {"struck": "struck through", "hidden": "hidden", "comment": "has a comment"}


@dataclass(frozen=True, slots=True)
class CellView:
    """One filled cell as it is shown: its range, role and text, and where its figure belongs.

    `table` is the number of its table on the sheet, 0 outside the figures. `marks` say in words
    what a reader should know: why it is not used, that it is struck, hidden or commented.
    """

    row: int
    col: int
    last_row: int
    last_col: int
    role: str
    text: str
    kind: str
    format: str
    table: int = 0
    key: str = ""
    heading: str = ""
    unit: str = ""
    marks: tuple[str, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether its figure is not used, or no sum agrees with it."""
        return any(mark not in MARKS.values() for mark in self.marks)

    @property
    def is_figure(self) -> bool:
        return self.role in ("value", "total")

    def tip(self) -> str:
        """All that is known of the cell, on one line."""
        place = " × ".join(filter(None, (self.key, self.heading)))
        unit = f"unit {self.unit}" if self.unit else ""
        number_format = f"format {self.format}" if self.format != "General" else ""
        address = f"{get_column_letter(self.col)}{self.row}"
        return " · ".join(filter(None, (address, self.role, place, unit, number_format,
                                        *self.marks)))  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableView:
    """Where a table lies, rows and columns from 1, first and last, and how many figures it has."""

    number: int
    title: str
    rows: tuple[int, int]
    columns: tuple[int, int]
    figures: int

    def __str__(self) -> str:
        first, last = map(get_column_letter, self.columns)
        noun = "figure" if self.figures == 1 else "figures"
        where = f"{first}{self.rows[0]}:{last}{self.rows[1]}"
        return f"table {self.number}  {where}  {self.figures:,} {noun}  {self.title}".rstrip()


@dataclass(frozen=True, slots=True)
class SheetView:
    """One sheet: its cells and tables, and how much of it is shown."""

    name: str
    state: str
    cells: tuple[CellView, ...]
    tables: tuple[TableView, ...]
    last_row: int
    last_col: int
    shown_rows: int
    shown_cols: int
    hidden_rows: tuple[int, ...] = ()
    hidden_cols: tuple[int, ...] = ()

    def heading(self) -> str:
        """The sheet's name, and what is hidden of it."""
        return self.name + ("" if self.state == "visible" else " (hidden sheet)")

    def left_out(self) -> str:
        """What of the sheet is not shown, in words; "" where all of it is."""
        said = []
        if self.shown_rows < self.last_row:
            said.append(f"the first {self.shown_rows:,} of {self.last_row:,} rows")
        if self.shown_cols < self.last_col:
            said.append(f"the first {self.shown_cols:,} of {self.last_col:,} columns")
        return f"Shown: {' and '.join(said)}." if said else ""


def roles_used(sheets: tuple[SheetView, ...]) -> list[str]:
    """The roles that occur, in the order of ROLES."""
    used = {cell.role for sheet in sheets for cell in sheet.cells}
    return [role for role in ROLES if role in used]
