"""Account for the cells that no table used: figures beside one, text and figures of none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pls_analysis.ingest import values
from pls_analysis.ingest.extraction import Extraction
from pls_analysis.ingest.forms import Form
from pls_analysis.ingest.rows import Box
from pls_analysis.ingest.tables import Layout, Table

NO_PLACE_FOR_FIGURES = ("title", "fact", "note", "section")


def log_sides(table: Table, form: Form | None, sheet: str, out: Extraction) -> None:
    """Log figures in columns that the form does not declare to carry none."""
    by_heading: dict[str, list[Box]] = {}
    for heading, box in table.sides:
        if form is None or values.label(heading) not in form.attributes:
            by_heading.setdefault(heading, []).append(box)
    for heading, boxes in by_heading.items():
        message = f"The column {heading or '(no heading)'} was not taken for figures."
        remedy = "If it holds none, add it to `attributes:` of the form spec."
        out.log("warning", "column_unknown", message, sheet, boxes, remedy)


def account_for_rest(layout: Layout, out: Extraction) -> None:
    """Count what frames a table as used, and log what belongs to none."""
    sheet = layout.sheet.name
    unplaced: dict[str, list[Box]] = {}
    for address, role in sorted(layout.roles.items()):
        box = layout.grid.boxes[address]
        key = (sheet, address)
        if key in out.logged:
            continue
        figure = box.is_figure or box.is_refused
        if role == "unplaced" or (figure and role in NO_PLACE_FOR_FIGURES):
            severity = "info" if role in ("note", "fact") or not figure else "warning"
            unplaced.setdefault(severity, []).append(box)
        elif role != "value":
            out.used.add(key)
    for severity, boxes in unplaced.items():
        for block in _blocks(boxes):
            message = "Belongs to no table that could be read."
            out.log(severity, "unplaced", message, sheet, block)


def _blocks(boxes: Sequence[Box]) -> Iterable[list[Box]]:
    """Boxes, in order of rows, in blocks that blank rows or used ones part."""
    block: list[Box] = []
    for box in boxes:
        if block and box.row > block[-1].row + 1:
            yield block
            block = []
        block.append(box)
    if block:
        yield block
