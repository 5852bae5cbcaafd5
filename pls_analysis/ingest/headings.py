"""Read merged, wrapped and unmerged multi-level headings: from a number up to its heading path."""

from __future__ import annotations

from collections.abc import Container, Sequence

from pls_analysis.ingest import words
from pls_analysis.ingest.rows import Box, Grid, RowKind

HeadingBoxes = dict[tuple[int, int], Box]
"""Heading boxes by (level from the top, column)."""


def find_heading_rows(
    grid: Grid, kinds: dict[int, RowKind], head: Sequence[int], first_data: int, columns: range
) -> list[int]:
    """Which of the rows above a table's data are its headings, top to bottom.

    Walks upwards from the data and stops at a title: a lone text at the left or over the width,
    a line of facts about the form, or a gap that no merge bridges.
    """
    found: list[int] = []
    below = first_data
    for row in reversed(head):
        boxes = [box for box in grid.rows[row] if columns.start <= box.col < columns.stop]
        if found and below - row > 1 and not _bridged(grid, row, below, columns):
            break
        if not boxes:
            continue
        if kinds[row] in ("meta", "note"):
            if found:
                break
            below = row
            continue
        if kinds[row] not in ("index", "units") and _is_title(boxes, columns, bool(found)):
            break
        found.append(row)
        below = row
    return found[::-1]


def _bridged(grid: Grid, row: int, below: int, columns: range) -> bool:
    between = range(row + 1, below)
    return any((gap, col) in grid.covered for gap in between for col in columns)


def _is_title(boxes: Sequence[Box], columns: range, has_headings: bool) -> bool:
    if len(boxes) != 1 or boxes[0].last_row > boxes[0].row:
        return False
    box = boxes[0]
    if len(columns) > 1 and (box.col <= columns.start or box.col >= columns.stop):
        return True
    return has_headings and box.last_col == box.col


def heading_boxes(grid: Grid, rows: Sequence[int], columns: range) -> HeadingBoxes:
    """The boxes of heading rows by level and column; a label over unmerged columns spread right."""
    found: HeadingBoxes = {}
    for level, row in enumerate(rows):
        for col in columns:
            box = grid.at(row, col)
            if box is not None and not box.is_missing and box.col <= col <= box.last_col:
                found[level, col] = box
    _spread_right(found, len(rows), columns)
    return found


def _spread_right(found: HeadingBoxes, depth: int, columns: range) -> None:
    """Let a group label typed over its first column only stand over the columns it means."""
    for level in range(depth - 1):
        for col in columns[1:]:
            left = found.get((level, col - 1))
            if left is None or (level, col) in found:
                continue
            if left.last_col > left.col or left.last_row > left.row:
                continue  # merged on purpose: the author said how far it goes
            if _stands_over(found, level, depth, left, col):
                found[level, col] = left


def _stands_over(found: HeadingBoxes, level: int, depth: int, left: Box, col: int) -> bool:
    def has_leaf(column: int) -> bool:
        below = (found.get((low, column)) for low in range(level + 1, depth))
        return any(box is not None and box is not found.get((level, column)) for box in below)

    if not (has_leaf(left.col) and has_leaf(col) and (depth - 1, left.col) in found):
        return False
    above = range(level)
    return not any(
        (up, col) in found and (up, col - 1) in found and found[up, col] is not found[up, col - 1]
        for up in above
    )


def nest_under_left(
    found: HeadingBoxes, depth: int, columns: range, value_cols: Container[int]
) -> None:
    """Let a heading at the left, one level up, be the parent: 总数 | 男 | 女 in an L shape."""
    for level in range(depth - 1):
        for col in columns[1:]:
            left = found.get((level, col - 1))
            if left is None or (level, col) in found or left.col not in value_cols:
                continue
            if left.last_col > left.col and col > left.last_col:
                continue
            lower = range(level + 1, depth)
            is_leaf = all(found.get((low, left.col)) in (None, left) for low in lower)
            if is_leaf and any((low, col) in found for low in lower):
                found[level, col] = left


def heading_path(
    found: HeadingBoxes, depth: int, col: int, value_cols: Container[int] = ()
) -> tuple[str, ...]:
    """The labels from the top heading down to a column's own, as written.

    A label wrapped over several cells of one column is joined by line feeds. A heading that says
    only 其中 stands for the column at its left.
    """
    path: list[str] = []
    last: Box | None = None
    for level in range(depth):
        box = found.get((level, col))
        if box is None or box is last:
            continue
        text = box.text
        if words.ONLY_OF_WHICH.match(words.squeeze(text)):
            if box.col - 1 in value_cols and box.col > 1:
                path = list(heading_path(found, depth, box.col - 1, value_cols))
            last = None
            continue
        if path and path[-1] == text:
            last = box
            continue
        if path and last is not None and _is_wrapped(found, last, path[-1]):
            path[-1] += f"\n{text}"
        else:
            path.append(text)
        last = box
    return tuple(path)


def _is_wrapped(found: HeadingBoxes, above: Box, text: str) -> bool:
    if above.last_col > above.col or words.SUBTOTAL_HEADING.match(words.squeeze(text)):
        return False
    return len({col for (_, col), box in found.items() if box is above}) == 1
