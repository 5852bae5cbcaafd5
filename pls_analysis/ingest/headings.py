"""Read merged, wrapped and unmerged multi-level headings: from a number up to its heading path."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from pls_analysis.ingest import units, words
from pls_analysis.ingest.rows import Box, Grid, RowKind


def find_heading_rows(
    grid: Grid, kinds: dict[int, RowKind], head: Sequence[int], first_data: int, columns: range
) -> list[int]:
    """Which of the rows above a table's data are its headings, top to bottom.

    Walks upwards from the data and stops at a title: a lone text at the left or over the width,
    a line of facts about the form, or a gap that neither a merge nor an empty corner bridges.
    """
    found: list[int] = []
    below = first_data
    for row in reversed(head):
        boxes = [box for box in grid.rows[row] if columns.start <= box.col < columns.stop]
        named = any(kinds[one] not in ("index", "units") for one in found)
        if named and below - row > 1 and not _bridged(grid, row, below, columns):
            break
        if not boxes:
            continue
        if kinds[row] in ("meta", "note"):
            if found:
                break
            below = row
            continue
        free = bool(found) and not _stands_on(grid, boxes[0], found[-1], columns)
        if kinds[row] not in ("index", "units") and _is_title(boxes, columns, free):
            break
        found.append(row)
        below = row
    if not found and head and head[-1] == first_data - 1:
        boxes = [box for box in grid.rows[head[-1]] if box.col in columns]
        if len(boxes) > 1 and boxes[0].col == columns.start and not _states_facts(boxes):
            return [head[-1]]  # 行业 | 2020年3月, for want of any other heading
    return found[::-1]


def _states_facts(boxes: Sequence[Box]) -> bool:
    return any(":" in box.text for box in boxes)


def _bridged(grid: Grid, row: int, below: int, columns: range) -> bool:
    between = range(row + 1, below)
    if any((gap, col) in grid.covered for gap in between for col in columns):
        return True
    labels = [box for box in grid.rows[row] if box.is_label and box.col in columns]
    return len(between) == 1 and len(labels) > 1 and grid.at(below, columns.start) is None


def _stands_on(grid: Grid, box: Box, row: int, columns: range) -> bool:
    """Whether a label stands right on headings that leave the corner blank, or on the only one."""
    below = [one.col for one in grid.rows[row] if one.col in columns]
    over_last = len(below) == 2 and box.col == columns.stop - 1
    return box.row == row - 1 and (box.col == below[0] or over_last) and box.col > columns.start


def _is_title(boxes: Sequence[Box], columns: range, over_headings: bool) -> bool:
    if any(words.CONTINUED.fullmatch(box.text) for box in boxes):
        return True
    if len(boxes) != 1 or boxes[0].last_row > boxes[0].row:
        return False
    box = boxes[0]
    if len(columns) > 1 and (box.col <= columns.start or box.col >= columns.stop):
        return True
    return over_headings and box.last_col == box.col


class Headings:
    """The heading cells over some columns, by level from the top, and the way down to each column.

    `columns` are those that hold anything: what stands on both sides of a blank column is
    neighbours. Once it is known which of them hold figures, `nest` places parts below their whole.
    """

    def __init__(self, grid: Grid, rows: Sequence[int], columns: Sequence[int]) -> None:
        self._depth, self._columns = len(rows), columns
        self._right = dict(pairwise(columns))
        self._left = {right: left for left, right in self._right.items()}
        self._figures: Collection[int] = ()
        self._found: dict[tuple[int, int], Box] = {}
        for level, row in enumerate(rows):
            for col in columns:
                box = grid.at(row, col)
                if box is not None and box.col <= col <= box.last_col:
                    self._found[level, col] = box
        self._spread_right()

    def _spread_right(self) -> None:
        """Let a group label typed over its first column only stand over the columns it means."""
        for level in range(self._depth - 1):
            for col, before in self._left.items():
                left = self._found.get((level, before))
                if left is None or (level, col) in self._found:
                    continue
                if left.last_col > left.col or left.last_row > left.row:
                    continue  # merged on purpose: the author said how far it goes
                if self._stands_over(level, left, col, before):
                    self._found[level, col] = left

    def _stands_over(self, level: int, left: Box, col: int, before: int) -> bool:
        def has_leaf(column: int) -> bool:
            below = (self._found.get((low, column)) for low in range(level + 1, self._depth))
            return any(box is not None and box is not left for box in below)

        if not (has_leaf(left.col) and has_leaf(col)):
            return False
        if (self._depth - 1, left.col) not in self._found:
            return False
        return all(self._same(up, col, before) for up in range(level))

    def _same(self, level: int, col: int, other: int) -> bool:
        """Whether two columns do not stand under different cells of a level."""
        mine, others = self._found.get((level, col)), self._found.get((level, other))
        return mine is None or others is None or mine is others

    def nest(self, figures: Collection[int]) -> None:
        """Let a heading at the left, one level up, be the parent: 总数 | 男 | 女 in an L shape.

        `figures` are the columns that hold figures.
        """
        self._figures = figures
        for level in range(self._depth - 1):
            for col, before in self._left.items():
                left = self._found.get((level, before))
                if left is None or (level, col) in self._found or left.col not in figures:
                    continue
                if left.last_col > left.col and col > left.last_col:
                    continue
                lower = range(level + 1, self._depth)
                is_leaf = all(self._found.get((low, left.col)) in (None, left) for low in lower)
                if is_leaf and any((low, col) in self._found for low in lower):
                    self._found[level, col] = left

    def path(self, col: int) -> tuple[str, ...]:
        """The labels from the top heading down to a column's own, as written.

        A label wrapped over several cells of one column, and a unit in brackets below a label,
        are joined to it by line feeds. A heading that says only 其中, or starts with 其中 or #,
        is a part of what the column at its left counts.
        """
        path: list[str] = []
        last: Box | None = None
        for level in range(self._depth):
            box = self._found.get((level, col))
            if box is None or box is last:
                continue
            text = box.text
            alone = words.ONLY_OF_WHICH.match(words.squeeze(text))
            if alone or (words.OF_WHICH.match(text) and (last is not None or not path)):
                whole = self._counted_at_left(level, box.col)
                path = path if whole is None else self._whole(whole)
                last = None
                if alone:
                    continue
            if path and path[-1] == text:
                last = box
                continue
            wrapped = last is not None and self._is_wrapped(last, col, path[-1])
            if path and (wrapped or _is_bracketed_unit(text)):
                path[-1] += f"\n{text}"
            else:
                path.append(text)
            last = box
        return _without_gloss(path)

    def _whole(self, col: int) -> list[str]:
        """What a column counts: 受理, where its heading is 合计 under 受理."""
        path = list(self.path(col))
        return path[:-1] if len(path) > 1 and words.TOTAL.match(words.squeeze(path[-1])) else path

    def _counted_at_left(self, level: int, col: int) -> int | None:
        """The nearest column at the left, in the same group, that is not itself a part."""
        left = self._left.get(col)
        while left is not None and left in self._figures:
            if not all(self._same(up, col, left) for up in range(level)):
                return None
            box = self._found.get((level, left))
            if box is not None and not words.OF_WHICH.match(box.text):
                return left
            left = self._left.get(left)
        return None

    def _is_wrapped(self, above: Box, col: int, text: str) -> bool:
        """Whether the text below goes on with what `above` says: it stands over no other."""
        if above.last_col > above.col or words.SUBTOTAL_HEADING.match(words.squeeze(text)):
            return False
        beside = [one for one in (self._left.get(col), self._right.get(col)) if one is not None]
        levels = range(self._depth)
        return not any(self._found.get((level, one)) is above for one in beside for level in levels)


def _is_bracketed_unit(text: str) -> bool:
    return text.startswith("(") and text.endswith(")") and units.is_unit(text[1:-1])


def _without_gloss(path: Sequence[str]) -> tuple[str, ...]:
    """Drop English repetitions from a Chinese heading: 出生 | Birth | 人数."""
    if not any(words.CJK.search(part) for part in path):
        return tuple(path)
    return tuple(
        part for part in path if words.CJK.search(part) or not words.LATIN_WORD.search(part)
    )
