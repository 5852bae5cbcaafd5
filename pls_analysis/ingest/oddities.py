"""What a reader of figures should know of a sheet: crossed out, hidden, pictures for figures."""

from __future__ import annotations

from collections.abc import Iterable

from openpyxl.utils import get_column_letter

from pls_analysis.ingest import values
from pls_analysis.ingest.cells import Address, Cell
from pls_analysis.ingest.extraction import Extraction
from pls_analysis.ingest.layout import Layout
from pls_analysis.observations import Issue

UNHIDE = "Unhide it in Excel or WPS, and ask the office whether these figures count."


def log_oddities(layout: Layout, out: Extraction) -> None:
    """Log what stands in a sheet beside plain figures; `apply_forms` must have read it before.

    Pictures are logged and not used. Hidden rows, columns and sheets are read as any other; figures
    that were used from there are named in one warning for each sheet.
    """
    _log_pictures(layout, out)
    _log_hidden(layout, out)
    _log_struck_labels(layout, out)


def _log_pictures(layout: Layout, out: Extraction) -> None:
    sheet = layout.sheet
    pictures = [
        cell
        for at, cell in sheet.cells.items()
        if at not in layout.grid.boxes and values.read(cell).kind == "picture"
    ]
    if not pictures:
        return
    out.logged.update((sheet.name, (cell.row, cell.col)) for cell in pictures)
    message = f"{_named(pictures)}: pictures (WPS DISPIMG), which hold no figure to read."
    _add(out, "info", "picture", message, sheet.name, pictures[0],
         "If a picture shows figures, ask the office for them as numbers.")  # fmt: skip


def _log_hidden(layout: Layout, out: Extraction) -> None:
    sheet = layout.sheet
    figures = [
        layout.grid.boxes[at].cell
        for at, role in layout.roles.items()
        if role == "value" and (sheet.name, at) in out.used
    ]
    if figures and sheet.state != "visible":
        message = f"The sheet is hidden; {len(figures)} figures of it were used."
        _add(out, "warning", "hidden_sheet", message, sheet.name, figures[0], UNHIDE)
    inside = [
        cell for cell in figures if cell.row in sheet.hidden_rows or cell.col in sheet.hidden_cols
    ]
    if not inside:
        return
    rows = _runs(cell.row for cell in inside if cell.row in sheet.hidden_rows)
    columns = _runs(cell.col for cell in inside if cell.col in sheet.hidden_cols)
    places = [f"row {_span(str(a), str(b))}" for a, b in rows]
    places += [f"column {_span(get_column_letter(a), get_column_letter(b))}" for a, b in columns]
    message = f"Figures that nobody sees were used: {len(inside)} in hidden {', '.join(places)}."
    _add(out, "warning", "hidden_figures", message, sheet.name, inside[0], UNHIDE)


def _log_struck_labels(layout: Layout, out: Extraction) -> None:
    struck = [box.cell for box in layout.grid.boxes.values() if box.cell.struck and box.is_label]
    if struck:
        message = f"{_named(struck)}: crossed-out text, read as if it were not."
        _add(out, "warning", "struck_text", message, layout.sheet.name, struck[0],
             "Ask the office whether the figures beside or below it still count.")  # fmt: skip


def _add(
    out: Extraction, severity: str, code: str, message: str, sheet: str, cell: Cell, remedy: str
) -> None:
    out.issues.append(
        Issue(severity, code, message, out.file, sheet, cell.address, cell.raw, remedy)
    )


def _named(cells: list[Cell]) -> str:
    names = [cell.address for cell in cells[:5]]
    return ", ".join(names) + (f" … ({len(cells)} cells)" if len(cells) > len(names) else "")


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first}–{last}"


def _runs(numbers: Iterable[int]) -> list[Address]:
    """Runs of whole numbers, first and last: 3, 4, 5, 8 are 3 to 5 and 8 to 8."""
    runs: list[Address] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
