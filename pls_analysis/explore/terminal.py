"""A preview as text: columns that line up with Chinese too, a letter and a colour for each role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from openpyxl.utils import get_column_letter

from pls_analysis.explore.roles import MARKS, ROLES, CellView, SheetView, roles_used
from pls_analysis.text_tables import clipped, text_width

WIDEST, NARROWEST = 20, 7
SPILLING = ("title", "fact", "note", "section")
"""Long texts that run on over blank cells at their right, as spreadsheets show them."""
DOUBTFUL, STRUCK, HIDDEN, COMMENTED = "!", "~", "h", "*"
SIGNS = {
    DOUBTFUL: "not used, or no sum agrees",
    STRUCK: MARKS["struck"],
    HIDDEN: MARKS["hidden"],
    COMMENTED: MARKS["comment"],
}


def text(sheets: tuple[SheetView, ...], more: int, width: int, colour: bool) -> str:
    """Every sheet with its tables listed, then its cells, then what the letters say."""
    lines: list[str] = []
    for sheet in sheets:
        lines += [*_sheet_lines(sheet, width, colour), ""]
    if more:
        lines += [f"{more:,} more sheets are not shown; name one.", ""]
    used = roles_used(sheets)
    lines += [_painted(f"{ROLES[role].letter} {role}", role, colour) for role in used]
    seen = {sign for sheet in sheets for cell in sheet.cells for sign in _signs(cell)}
    lines += [f"{sign} {meaning}" for sign, meaning in SIGNS.items() if sign in seen]
    return "\n".join(lines)


def _sheet_lines(sheet: SheetView, width: int, colour: bool) -> Iterator[str]:
    yield f"Sheet {sheet.heading()}"
    yield from (f"  {table}" for table in sheet.tables)
    if not sheet.tables:
        yield "  no table was found"
    by_place = {(cell.row, cell.col): cell for cell in sheet.cells}
    gutter = len(str(sheet.shown_rows)) + 2
    widths = _widths(sheet, width - gutter if width else 0)
    hidden = set(sheet.hidden_cols)
    names = (get_column_letter(col) + (HIDDEN if col in hidden else "") for col in widths)
    heads = (_fit(name, size, False) for name, size in zip(names, widths.values(), strict=True))
    yield (" " * gutter + " ".join(heads)).rstrip()
    for row in range(1, sheet.shown_rows + 1):
        number = f"{row:>{gutter - 2}}{HIDDEN if row in sheet.hidden_rows else ' '}"
        inside = any(table.rows[0] <= row <= table.rows[1] for table in sheet.tables)
        line = "".join(_row(by_place, row, widths, colour))
        yield f"{number}{'|' if inside else ' '}{line}".rstrip()
    if len(widths) < sheet.shown_cols:
        last = get_column_letter(len(widths))
        yield f"Shown: columns A to {last} of {sheet.shown_cols}; the rest needs a wider window."
    if said := sheet.left_out():
        yield said


def _widths(sheet: SheetView, room: int) -> dict[int, int]:
    """The width of each column: as wide as its cells need, narrower where there is no room."""
    needs = dict.fromkeys(range(1, sheet.shown_cols + 1), 3)
    for cell in sheet.cells:
        if cell.last_col == cell.col:
            needs[cell.col] = max(needs[cell.col], text_width(_said(cell)))
    for widest in range(WIDEST, NARROWEST - 1, -1):
        widths = {col: min(need, widest) for col, need in needs.items()}
        if not room or sum(widths.values()) + len(widths) <= room:
            return widths
    fitting: dict[int, int] = {}
    for col, size in widths.items():
        if fitting and sum(fitting.values()) + len(fitting) + size > room:
            break
        fitting[col] = size
    return fitting


def _row(
    by_place: Mapping[tuple[int, int], CellView], row: int, widths: Mapping[int, int], colour: bool
) -> Iterator[str]:
    col = 1
    while col in widths:
        cell = by_place.get((row, col))
        last, need = col, 0 if cell is None else text_width(_said(cell))
        while cell is not None and last < max(widths) and (row, last + 1) not in by_place:
            spills = cell.role in SPILLING and need > _size(widths, col, last)
            if last >= cell.last_col and not spills:
                break
            last += 1
        size = _size(widths, col, last)
        if cell is None:
            yield " " * size + " "
        else:
            yield _painted(_fit(_said(cell), size, cell.is_figure), cell.role, colour) + " "
        col = last + 1


def _size(widths: Mapping[int, int], first: int, last: int) -> int:
    """How wide some columns are together, with the blanks between them."""
    taken = [widths[col] for col in range(first, last + 1) if col in widths]
    return sum(taken) + len(taken) - 1


def _said(cell: CellView) -> str:
    return f"{ROLES[cell.role].letter}{''.join(_signs(cell))} {cell.text}"


def _signs(cell: CellView) -> Iterator[str]:
    if cell.is_doubtful:
        yield DOUBTFUL
    if MARKS["struck"] in cell.marks:
        yield STRUCK
    if MARKS["comment"] in cell.marks:
        yield COMMENTED
    if MARKS["hidden"] in cell.marks:
        yield HIDDEN


def _fit(said: str, size: int, right: bool) -> str:
    said = clipped(said, size)
    blank = " " * (size - text_width(said))
    if not right:
        return said + blank
    head, _, rest = said.partition(" ")
    return f"{head}{blank} {rest}" if rest else head + blank


def _painted(said: str, role: str, colour: bool) -> str:
    code = ROLES[role].terminal
    return f"\x1b[38;5;16;48;5;{code}m{said}\x1b[0m" if colour and code is not None else said
