"""Cut a sheet where tables stand side by side: into levels of rows, and those into columns."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from pls_analysis.ingest import values, words
from pls_analysis.ingest.rows import Grid, classify

CUT_LIMIT = 200_000
"""Cells above which a sheet is taken as one block: no form is that large, a flat export is."""


def levels(grid: Grid) -> list[Grid]:
    """Cut at blank rows where that parts tables side by side from others above or below them."""
    blocks = grid.blocks() if _may_be_cut(grid) else []
    if len(blocks) < 2 or all(len(_runs(block)) < 2 for block in blocks):
        return [grid]
    if _all_agree(grid, blocks):
        return [grid]
    found = blocks[:1]
    for block in blocks[1:]:
        joined = found[-1].joined(block)
        if not _has_figures(found[-1]) or _all_agree(joined, (found[-1], block)):
            found[-1] = joined
        else:
            found.append(block)
    return found


def _all_agree(grid: Grid, blocks: Iterable[Grid]) -> bool:
    parts = cut_columns(grid)
    return all(_agree(parts, block) for block in blocks if _has_figures(block))


def _has_figures(grid: Grid) -> bool:
    return any(classify(boxes) == "data" for boxes in grid.rows.values())


def _may_be_cut(grid: Grid) -> bool:
    return len(grid.boxes) < CUT_LIMIT


def side_by_side(grid: Grid) -> list[Grid]:
    """Cut at blank columns where both sides are tables of their own."""
    cuts = cut_columns(grid) if _may_be_cut(grid) else []
    if len(cuts) < 2:
        return [grid]
    starts = [0, *(first for first, _ in cuts[1:])]
    ends = [*(first - 1 for first, _ in cuts[1:]), max(col for _, col in grid.boxes)]
    return [grid.columns(first, last) for first, last in zip(starts, ends, strict=True)]


def cut_columns(grid: Grid) -> list[tuple[int, int]]:
    """Split at blank columns where both sides are tables of their own: first and last columns."""
    runs = _runs(grid)
    parts = runs[:1]
    for run in runs[1:]:
        alone = _heads_labels(grid, parts[-1][0], run)
        whole = (run[0], runs[-1][1]) if alone else run
        if _is_table(grid, whole) and _is_table(grid, parts[-1]):
            parts.append(run)
        else:
            parts[-1] = (parts[-1][0], run[1])
    return parts


def _heads_labels(grid: Grid, first: int, columns: tuple[int, int]) -> bool:
    """Whether columns hold row labels alone: headed so, or as those at their left, or years.

    Running numbers under their own heading may stand among them.
    """
    heads: set[str] = set()
    said: set[str] = set()
    serials: set[int] = set()
    years = 0
    for row, boxes in grid.rows.items():
        mine = [box for box in boxes if columns[0] <= box.col <= columns[1]]
        serials |= {box.col for box in mine if words.SERIAL.match(box.text)}
        counted = [box for box in mine if box.is_figure and box.col not in serials]
        if not all(words.is_year(box.reading.value) for box in counted):
            return False
        texts = {values.label(box.text) for box in mine if box.is_label}
        dated = {text for text in texts if words.YEAR_LABEL.match(text)}
        years += bool(counted or dated)
        said |= texts - dated
        beside = grid.boxes.get((row, first))
        if mine and beside is not None:
            heads.add(values.label(beside.text))
    if years > 2 and len(said) < 3:
        return True
    return any(text in heads or words.HEADS_LABELS.match(text) for text in said)


def _runs(grid: Grid) -> list[tuple[int, int]]:
    """The runs of columns without a blank one: first and last of each."""
    runs: list[tuple[int, int]] = []
    for col in sorted(_occupied_columns(grid)):
        if runs and col == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], col)
        else:
            runs.append((col, col))
    return runs


def _occupied_columns(grid: Grid) -> set[int]:
    """The columns in which anything stands, but for lone lines of text at the left."""
    rows = grid.rows
    leftmost = min((col for _, col in grid.boxes), default=1)
    occupied: set[int] = set()
    for boxes in rows.values():
        if len(boxes) > 1:
            occupied.update([box.cell.col for box in boxes])
            continue
        box = boxes[0]
        is_caption = box.is_label and box.last_col == box.col
        if not (is_caption and len(rows) > 4 and box.col == leftmost):
            occupied.add(box.col)
    occupied.update([col for (_, col), box in grid.covered.items() if len(rows[box.row]) > 1])
    return occupied or {1}


def _is_table(grid: Grid, columns: tuple[int, int]) -> bool:
    """Whether these columns hold numbers and, in the same rows at their left, labels or years."""
    first, last = columns
    lead = [box for row in grid.rows if (box := grid.boxes.get((row, first))) is not None]
    counted = [box for box in lead if box.is_figure]
    are_years = all(words.is_year(box.reading.value) for box in counted)
    years = {box.row for box in counted} if are_years else set()
    labels: dict[int, int] = {}
    numbered, labelled, numbers = 0, 0, 0
    for row, boxes in grid.rows.items():
        mine = [box for box in boxes if first <= box.col <= last]
        figures = [box.col for box in mine if not box.is_label]
        names = [box.col for box in mine if box.is_label]
        if row in years:
            names, figures = figures[:1], figures[1:]
        for col in names:
            labels[col] = labels.get(col, 0) + 1
        if figures:
            numbered += 1
            numbers += len(figures)
            labelled += bool(names) and names[0] < figures[-1]
    enough = any(count >= 3 for count in labels.values()) and numbers >= 3
    return enough and labelled >= 2 and 2 * labelled >= numbered


def _agree(parts: list[tuple[int, int]], block: Grid) -> bool:
    """Whether tables side by side, as a sheet is cut into them, stand so in some of its rows.

    Nothing stands between them, no two in what is one, and each has labels of its own.
    """
    gaps = [(left, right) for (_, left), (right, _) in pairwise(parts)]
    occupied = _occupied_columns(block)
    if any(left < col < right for left, right in gaps for col in occupied):
        return False
    inner = cut_columns(block)
    for (_, end), (start, _) in pairwise(inner):
        if not any(max(end, left) < min(start, right) - 1 for left, right in gaps):
            return False
    return all(_is_labelled(block, part) for part in parts)


def _is_labelled(grid: Grid, columns: tuple[int, int]) -> bool:
    """Whether at least half of the rows with figures have something at the left of the last."""
    numbered, labelled = 0, 0
    for boxes in grid.rows.values():
        mine = [box for box in boxes if columns[0] <= box.col <= columns[1]]
        if any(not box.is_label for box in mine):
            numbered += 1
            named = mine[0].is_label or words.is_year(mine[0].reading.value)
            labelled += named or (len(mine) > 1 and mine[1].is_label)
    return 2 * labelled >= numbered
