"""Row labels: groups filled downwards, and the tree that indents and 其中 draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pls_analysis.ingest import words
from pls_analysis.ingest.rows import Box, Grid


@dataclass(frozen=True, slots=True)
class OpenLabels:
    """The groups and the branch of the tree that are open after a row: what may yet go on.

    `groups` are by position among the label columns; the tree is (indent, label, is a part).
    """

    groups: tuple[tuple[int, str], ...] = ()
    tree: tuple[tuple[int, str, bool], ...] = ()


class RowLabels:
    """Read the label path of one row after another, outermost group first.

    A row indented deeper than an earlier one belongs to it. Rows that follow 其中 and are indented
    deeper than it are further parts of the same whole. A column that says only 其中 makes its rows
    parts of the row above.
    """

    def __init__(self, grid: Grid, columns: Sequence[int], start: OpenLabels) -> None:
        self._grid, self._columns = grid, columns
        self._groups: dict[int, str] = dict(start.groups)
        self._tree: list[tuple[int, str, bool]] = list(start.tree)

    def unfinished(self) -> OpenLabels:
        """What is open after the rows read so far."""
        return OpenLabels(tuple(self._groups.items()), tuple(self._tree))

    def restart(self) -> None:
        """Forget groups and indents: a new section begins."""
        self._groups.clear()
        self._tree.clear()

    def read(self, row: int) -> tuple[tuple[str, ...], list[Box]]:
        """The path of a row and the boxes it was read from; an empty path where it has none."""
        groups: list[str] = []
        boxes: list[Box] = []
        for position, col in enumerate(self._columns[:-1]):
            box = self._grid.at(row, col)
            if box is not None and box.col == col:
                boxes.append(box)
                self._start_group(position, box.text)
            elif not self._has_label(row, position + 1):
                continue
            if position in self._groups:
                groups.append(self._groups[position])
        own = self._grid.at(row, self._columns[-1]) if self._columns else None
        if own is None or own in boxes:
            return tuple(groups) if boxes else (), boxes
        boxes.append(own)
        return (*groups, *self._descend(own)), boxes

    def _start_group(self, position: int, text: str) -> None:
        of_which = position in self._groups and words.ONLY_OF_WHICH.match(words.squeeze(text))
        if self._groups.get(position) != text:
            self._tree.clear()
        if not of_which:
            self._groups[position] = text
        for deeper in [p for p in self._groups if p > position]:
            del self._groups[deeper]

    def _has_label(self, row: int, start: int) -> bool:
        return any(self._grid.at(row, col) is not None for col in self._columns[start:])

    def _descend(self, box: Box) -> tuple[str, ...]:
        """Place a label in the tree of indents and return the way down to it."""
        of_which = bool(words.OF_WHICH.match(box.text))
        indent = box.indent
        while self._tree:
            above, _, above_of_which = self._tree[-1]
            same_parts = above_of_which and (of_which or indent > above)
            if indent > above and not same_parts:
                break
            if indent == above and of_which and not above_of_which:
                break  # 其中 needs no indent to be a part of the line above
            self._tree.pop()
        self._tree.append((indent, box.text, of_which))
        return tuple(text for _, text, _ in self._tree)
