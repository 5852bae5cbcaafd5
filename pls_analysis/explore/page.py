"""A preview as HTML: a fragment for a notebook, or one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path

from openpyxl.utils import get_column_letter

from pls_analysis.explore.roles import MARKS, ROLES, CellView, SheetView, roles_used

DATA = Path(__file__).parent.parent / "data"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; "
    "form-action 'none'"
)


def page(file: str, sheets: tuple[SheetView, ...], more: int, fonts: str = "") -> str:
    """A whole page. Touching or focusing a cell says what is known of it.

    `fonts` are `@font-face` rules, for a reader whose system lacks the characters.
    """
    name = escape(file)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n<style>{fonts}{_style()}{_read('preview_page.css')}</style></head>\n"
        f'<body><main class="pls-preview"><h1>{name}</h1>\n'
        f"{_body(sheets, more, 'data-tip')}</main></body></html>\n"
    )


def fragment(file: str, sheets: tuple[SheetView, ...], more: int) -> str:
    """What a notebook shows. Hovering over a cell says what is known of it."""
    return f'<style>{_style()}</style><div class="pls-preview">{_body(sheets, more, "title")}</div>'


def _body(sheets: tuple[SheetView, ...], more: int, tip: str) -> str:
    parts = [_legend(sheets), *(_sheet(sheet, tip) for sheet in sheets)]
    if more:
        parts.append(f"<p>{more:,} more sheets are not shown; name one.</p>")
    return "\n".join(parts)


@cache
def _style() -> str:
    def tints(which: str) -> str:
        return "".join(
            f".pls-preview.pls-preview .{role}{{background:{getattr(look, which)}}}"
            for role, look in ROLES.items()
        )

    night = f"@media (prefers-color-scheme:dark){{{tints('night')}}}"
    return _read("preview.css") + tints("day") + night


def _read(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def _legend(sheets: tuple[SheetView, ...]) -> str:
    items = "".join(
        f'<li><b class="{role}" data-r="{ROLES[role].letter}">{role}</b>'
        f"<span>{ROLES[role].meaning}</span></li>"
        for role in roles_used(sheets)
    )
    return f'<ul class="legend">{items}</ul>'


def _sheet(sheet: SheetView, tip: str) -> str:
    found = "".join(f"<li>{escape(str(table))}</li>" for table in sheet.tables)
    cols = range(1, sheet.shown_cols + 1)
    letters = "".join(
        f'<th scope="col"{_hid(col in sheet.hidden_cols)}>{get_column_letter(col)}</th>'
        for col in cols
    )
    rows = "".join(_rows(sheet, tip))
    note = sheet.left_out()
    return (
        f"<section><h2>{escape(sheet.heading())}</h2>"
        f"<ul>{found or '<li>no table was found</li>'}</ul>"
        + (f"<p>{note}</p>" if note else "")
        + f'<div class="sheet" tabindex="0" role="region" aria-label="{escape(sheet.name)}">'
        f"<table><thead><tr><th></th>{letters}</tr></thead><tbody>{rows}</tbody></table>"
        "</div></section>"
    )


def _hid(hidden: bool) -> str:
    return ' class="hid" title="hidden"' if hidden else ""


def _rows(sheet: SheetView, tip: str) -> Iterator[str]:
    by_place = {(cell.row, cell.col): cell for cell in sheet.cells}
    edges = _edges(sheet)
    covered: set[tuple[int, int]] = set()
    for row in range(1, sheet.shown_rows + 1):
        tds = []
        for col in range(1, sheet.shown_cols + 1):
            at = (row, col)
            if at in covered:
                continue
            cell = by_place.get(at)
            if cell is None:
                tds.append(f"<td{_class(edges.get(at, ''))}></td>")
                continue
            height, width = _span(cell, sheet, by_place.keys(), covered)
            area = [(r, c) for r in range(row, row + height) for c in range(col, col + width)]
            covered.update(area)
            around = " ".join(sorted({one for at in area for one in edges.get(at, "").split()}))
            tds.append(_td(cell, height, width, around, tip))
        head = f'<th scope="row"{_hid(row in sheet.hidden_rows)}>{row}</th>'
        yield f"<tr>{head}{''.join(tds)}</tr>"


def _span(
    cell: CellView, sheet: SheetView, filled: object, covered: set[tuple[int, int]]
) -> tuple[int, int]:
    """Rows and columns a merged cell takes; 1, 1 where another cell lies in its way."""
    rows = range(cell.row, min(cell.last_row, sheet.shown_rows) + 1)
    cols = range(cell.col, min(cell.last_col, sheet.shown_cols) + 1)
    area = {(row, col) for row in rows for col in cols} - {(cell.row, cell.col)}
    if area & covered or area & filled:  # type: ignore[operator]
        return 1, 1
    return len(rows), len(cols)


def _edges(sheet: SheetView) -> dict[tuple[int, int], str]:
    """The classes that outline each table: for the cells along its four sides."""
    edges: dict[tuple[int, int], str] = {}

    def add(row: int, col: int, name: str) -> None:
        if row <= sheet.shown_rows and col <= sheet.shown_cols:
            edges[row, col] = f"{edges.get((row, col), '')} {name}".strip()

    for table in sheet.tables:
        (top, bottom), (left, right) = table.rows, table.columns
        for col in range(left, min(right, sheet.shown_cols) + 1):
            add(top, col, "et")
            add(bottom, col, "eb")
        for row in range(top, min(bottom, sheet.shown_rows) + 1):
            add(row, left, "el")
            add(row, right, "er")
    return edges


def _class(*names: str) -> str:
    said = " ".join(filter(None, names))
    return f' class="{said}"' if said else ""


def _td(cell: CellView, height: int, width: int, edges: str, tip: str) -> str:
    names = _class(
        cell.role, "num" if cell.is_figure else "", "doubt" if cell.is_doubtful else "",
        "hid" if MARKS["hidden"] in cell.marks else "", edges,
    )  # fmt: skip
    spans = (f' rowspan="{height}"' if height > 1 else "") + (
        f' colspan="{width}"' if width > 1 else ""
    )
    said = escape(cell.text)
    if MARKS["struck"] in cell.marks:
        said = f"<s>{said}</s>"
    letter = ROLES[cell.role].letter + ("*" if MARKS["comment"] in cell.marks else "")
    return (
        f'<td{names}{spans} data-r="{letter}" {tip}="{escape(cell.tip())}" tabindex="0">{said}</td>'
    )
