"""Cut a sheet into bands: the rows, and the columns side by side, that make one table each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pls_analysis.ingest import words
from pls_analysis.ingest.rows import Box, Grid, RowKind

FULL_LINE = 20
"""Characters of a line that may break off because the page was full."""


@dataclass
class Band:
    """The rows of one table: above the data, the data, and what stands between and below."""

    head: list[int]
    data: list[int]
    sections: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    repeats: list[int] = field(default_factory=list)


def cut_columns(grid: Grid) -> list[tuple[int, int]]:
    """Split at blank columns where both sides are tables of their own: first and last columns."""
    occupied = sorted(_occupied_columns(grid))
    runs: list[list[int]] = []
    for col in occupied:
        if runs and col == runs[-1][1] + 1:
            runs[-1][1] = col
        else:
            runs.append([col, col])
    parts = runs[:1]
    for run in runs[1:]:
        if _is_table(grid, run) and _is_table(grid, parts[-1]):
            parts.append(run)
        else:
            parts[-1] = [parts[-1][0], run[1]]
    return [(first, last) for first, last in parts]


def _occupied_columns(grid: Grid) -> set[int]:
    leftmost = min((col for _, col in grid.boxes), default=1)
    occupied: set[int] = set()
    for boxes in grid.rows.values():
        alone = len(boxes) == 1
        for box in boxes:
            is_caption = alone and box.is_label and box.last_col == box.col
            if is_caption and len(grid.rows) > 4 and box.col == leftmost:
                continue
            occupied.update(range(box.col, (box.col if alone else box.last_col) + 1))
    return occupied or {1}


def _is_table(grid: Grid, columns: list[int]) -> bool:
    """Whether these columns hold labels and, to the right of them, numbers."""
    first, last = columns
    labels: dict[int, int] = {}
    numbers: dict[int, int] = {}
    for (_, col), box in grid.boxes.items():
        if first <= col <= last:
            counts = labels if box.is_label else numbers
            counts[col] = counts.get(col, 0) + (box.is_label or box.reading.kind == "number")
    label_col = next((col for col in sorted(labels) if labels[col] >= 3), last)
    return sum(count for col, count in numbers.items() if col > label_col) >= 3


def _labels_years(boxes: list[Box]) -> bool:
    """指标 | 2020 | 2021: a heading of years that looks like data."""
    first, rest = boxes[0], boxes[1:]
    if first.reading.kind != "text" or not rest:
        return False
    no_digits = not any(letter.isdigit() for letter in first.text)
    return no_digits and all(words.is_year(box.reading.value) for box in rest)


def cut_rows(grid: Grid, kinds: dict[int, RowKind]) -> list[Band]:
    """Split the rows of a grid into bands, in order.

    `kinds` is amended where only the neighbours tell: a row of years that looks like data.
    """
    _join_notes(grid, kinds)
    bands: list[Band] = []
    band: Band | None = None
    head: list[int] = []
    order = list(grid.rows)
    following: dict[int, int | None] = dict(zip(order, [*order[1:], None], strict=True))
    for row in order:
        if band is None:
            if _is_year_heading(grid, kinds, head, row, following[row]):
                kinds[row] = "years"
            if kinds[row] == "data":
                sections = _sections_above(grid, kinds, head, row)
                band = Band(head, [*_periods_above(grid, kinds, head, row), row], sections)
                bands.append(band)
                head = []
            else:
                head.append(row)
            continue
        place = _place(grid, kinds, band, row, following[row])
        if place is None:
            band, head = None, [row]
        else:
            getattr(band, place).append(row)
    return bands


def _join_notes(grid: Grid, kinds: dict[int, RowKind]) -> None:
    """Join to a note the lines below it that end its sentence or go on counting: 注：1. 2."""
    order = list(grid.rows)
    for place, row in enumerate(order):
        first = grid.rows[row][0]
        if kinds[row] != "note" or not words.REMARK.match(first.text):
            continue
        lines = [row]
        for line in order[place + 1 :]:
            above = grid.rows[lines[-1]][0]
            runs_on = len(above.text) >= FULL_LINE and not words.SENTENCE_END.search(above.text)
            counts_on = _number(grid.rows[line][0]) == _number(above) + 1 > 1
            if (
                not (runs_on or counts_on)
                or kinds[line] != "single"
                or grid.rows[line][0].col != first.col
            ):
                break
            lines.append(line)
        if words.SENTENCE_END.search(grid.rows[lines[-1]][0].text):
            kinds.update(dict.fromkeys(lines, "note"))


def _number(line: Box) -> int:
    """The number that a remark or one of its lines begins with, or 0."""
    found = words.REMARK_NUMBER.match(line.text)
    return int(found[1]) if found else 0


def _is_year_heading(
    grid: Grid, kinds: dict[int, RowKind], head: list[int], row: int, after: int | None
) -> bool:
    has_heading = any(kinds[above] in ("head", "years") for above in head)
    runs_on = after is not None and kinds[row] == "data" == kinds[after]
    return runs_on and not has_heading and _labels_years(grid.rows[row])


def _place(
    grid: Grid, kinds: dict[int, RowKind], band: Band, row: int, after: int | None
) -> str | None:
    """Where a row below a table's first data row belongs, or None where a new table starts."""
    kind, next_kind = kinds[row], kinds.get(after) if after is not None else None
    boxes = grid.rows[row]
    if kind == "data" or (kind == "years" and _is_data_like_years(grid, band, row)):
        return "data"
    if kind == "note":
        return "notes"
    if kind == "index" or _repeats_heading(grid, band, row):
        return "repeats"
    if kind == "single":
        return _place_single(grid, kinds, boxes[0], row, after, next_kind)
    if kind == "head" and row - 1 in grid.rows:
        figure_cols = _figure_columns(grid, band)
        damaged = any(box.is_refused and box.col in figure_cols for box in boxes)
        beside = not any(box.col in figure_cols for box in boxes)
        if damaged or (next_kind == "data" and beside):
            return "data"
    return None


def _is_data_like_years(grid: Grid, band: Band, row: int) -> bool:
    """周家渡 | 2010 | 1985 right below data is data, though its figures could be years."""
    first = grid.rows[row][0]
    follows_data = row - 1 in band.data
    is_heading = words.HEADS_LABELS.match(words.squeeze(first.text)) is not None
    return (
        follows_data and first.is_label and not is_heading and not _repeats_heading(grid, band, row)
    )


def _place_single(
    grid: Grid,
    kinds: dict[int, RowKind],
    box: Box,
    row: int,
    after: int | None,
    next_kind: RowKind | None,
) -> str | None:
    starts_left = after is not None and box.col <= min(other.col for other in grid.rows[after])
    if next_kind == "data" and starts_left and is_section(box):
        return "sections"
    beside_data = next_kind == "data" or kinds.get(row - 1) == "data"
    heads_table = next_kind in ("head", "years") and row + 1 in grid.rows
    if beside_data and row - 1 in grid.rows and box.last_col == box.col and not heads_table:
        return "data"
    return "notes" if next_kind in ("note", None) else None


def is_section(box: Box) -> bool:
    """A line over the width, or one numbered like a chapter: a heading within the data."""
    return box.last_col > box.col or bool(words.SECTION.search(box.text))


def _sections_above(grid: Grid, kinds: dict[int, RowKind], head: list[int], row: int) -> list[int]:
    """Take from the head the chapter lines that stand right above the first data row."""
    sections: list[int] = []
    while len(head) > 1 and kinds[head[-1]] == "single":
        line = head[-1]
        box = grid.rows[line][0]
        touches = line + 1 == (sections[-1] if sections else row)
        under_heading = any(
            kinds[h] in ("head", "years") and len(grid.rows[h]) > 1 and h >= line - 4
            for h in head[:-1]
        )
        at_left = box.col <= grid.rows[row][0].col and box.last_row == line
        if not (touches and under_heading and at_left):
            break
        if not (is_section(box) or _right_below_heading(grid, kinds, head)):
            break
        sections.append(head.pop())
    return sections


def _periods_above(grid: Grid, kinds: dict[int, RowKind], head: list[int], row: int) -> list[int]:
    """Take from the head the first periods of a table that have no figure yet: 2020年1月 | | |."""
    blank: list[int] = []
    key = grid.rows[row][0]
    while len(head) > 1 and kinds[head[-1]] in ("single", "meta"):
        line = grid.rows[head[-1]]
        touches = head[-1] + 1 == (blank[0] if blank else row)
        if not touches or len(line) > 1 or line[0].col != key.col or not _like(line[0], key):
            break
        blank.insert(0, head.pop())
    return blank


def _like(box: Box, other: Box) -> bool:
    """Whether two labels are periods written alike: 2020-01 and 2020-02, not 2020年 and 1月."""
    texts = [words.squeeze(one.text) for one in (box, other)]
    shapes = {re.sub(r"\d+", "0", text) for text in texts}
    return len(shapes) == 1 and all(map(words.PERIOD_HEADING.match, texts))


def _right_below_heading(grid: Grid, kinds: dict[int, RowKind], head: list[int]) -> bool:
    above, line = head[-2], head[-1]
    boxes = grid.rows[above]
    return (
        kinds[above] in ("head", "years")
        and len(boxes) >= 3
        and line - above == 1
        and grid.rows[line][0].col == min(box.col for box in boxes)
    )


def _repeats_heading(grid: Grid, band: Band, row: int) -> bool:
    labels = _label_signature(grid, row)
    return len(labels) > 1 and any(labels == _label_signature(grid, head) for head in band.head)


def _label_signature(grid: Grid, row: int) -> list[tuple[int, str]]:
    return [(box.col, box.text) for box in grid.rows[row] if box.is_label]


def _figure_columns(grid: Grid, band: Band) -> set[int]:
    return {
        box.col
        for row in band.data
        for box in grid.rows[row]
        if box.reading.kind in ("number", "refused")
    }
