"""Find the tables of any sheet: every non-empty cell gets one role, every figure its two paths.

The detector finds *where* things are; what a heading *means* is for the form spec to say. The
paths are text as written: row labels from the outermost group to the row's own, headings from the
top down. Nothing is expanded, guessed or dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pls_analysis.ingest.bands import cut_rows
from pls_analysis.ingest.blocks import Block, Scene
from pls_analysis.ingest.cells import Address, Sheet
from pls_analysis.ingest.continuations import carry_over
from pls_analysis.ingest.rows import Grid, RowKind, classify, read_grid
from pls_analysis.ingest.side_by_side import levels, side_by_side
from pls_analysis.ingest.tables import Fact, Layout, Record, Role, Table

__all__ = ["Fact", "Layout", "Record", "Role", "Table", "detect", "detect_all"]


def detect_all(sheets: Iterable[Sheet]) -> list[Layout]:
    """Find the tables of a workbook: one that goes on from sheet to sheet is known as one."""
    layouts: list[Layout] = []
    for sheet in sheets:
        earlier = [table for layout in layouts for table in layout.tables]
        layouts.append(detect(sheet, earlier))
    return layouts


def detect(sheet: Sheet, earlier: Sequence[Table] = (), grid: Grid | None = None) -> Layout:
    """Find the tables of a sheet; an empty sheet has none.

    `earlier` are the tables of the sheets before it, with which one marked 续表 may go on; `grid`
    is the sheet's, where it is at hand.
    """
    grid = read_grid(sheet) if grid is None else grid
    if not grid.boxes:
        return Layout(sheet, grid, ())
    roles: dict[Address, Role] = {}
    tables: list[Table] = []
    for level in levels(grid):
        beside: list[Table] = []
        for part in side_by_side(level):
            found = _detect_part(sheet.name, part, roles, [*earlier, *tables])
            shared = _with_shared_facts(found, beside)
            beside += shared
            for table in shared:
                tables.append(carry_over(table, [*earlier, *tables]))
    for address in grid.boxes:
        roles.setdefault(address, "unplaced")
    return Layout(sheet, grid, tuple(tables), roles)


def _with_shared_facts(found: list[Table], before: list[Table]) -> list[Table]:
    """Give a table at the right the title and unit typed once over the table at its left."""
    if not before:
        return found
    left = before[-1]
    return [
        replace(
            table,
            titles=table.titles or left.titles,
            facts=table.facts or left.facts,
            unit=table.unit or (None if table.titles else left.unit),
        )
        for table in found
    ]


def _detect_part(
    sheet: str, grid: Grid, roles: dict[Address, Role], earlier: Sequence[Table]
) -> list[Table]:
    kinds: dict[int, RowKind] = {row: classify(boxes) for row, boxes in grid.rows.items()}
    tables: list[Table] = []
    for band in cut_rows(grid, kinds):
        columns = sorted({box.col for row in band.data for box in grid.rows[row]})
        scene = Scene(sheet, grid, kinds, roles, [*earlier, *tables])
        tables += Block(scene, band, range(columns[0], columns[-1] + 1)).tables()
    return tables
