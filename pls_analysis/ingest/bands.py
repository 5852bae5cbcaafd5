"""Cut some columns of a sheet into bands: the rows that make one table each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pls_analysis.ingest import values, words
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
    first_labels: frozenset[str] = frozenset()


def _labels_years(boxes: list[Box]) -> bool:
    """指标 | 单位 | 2020 | 2021: a heading of years that looks like data."""
    years = [box for box in boxes if words.is_year(box.reading.value)]
    labels = boxes[: len(boxes) - len(years)]
    named = bool(labels) and all(box.reading.kind == "text" for box in labels)
    said = "".join(box.text for box in labels)
    return bool(years) and named and not any(letter.isdigit() for letter in said)


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
            kinds[row] = _kind_above_data(grid, kinds, head, row, following[row])
            if kinds[row] == "data":
                sections = _sections_above(grid, kinds, head, row)
                starts = frozenset(values.label(grid.rows[one][0].text) for one in head)
                data = [*_periods_above(grid, kinds, head, row), row]
                band = Band(head, data, sections, first_labels=starts)
                bands.append(band)
                head = []
            else:
                head.append(row)
            continue
        place = _place(grid, kinds, band, row, following[row])
        if place is None:
            head = [*_take_repeats(band, row), row]
            band = None
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


def _kind_above_data(
    grid: Grid, kinds: dict[int, RowKind], head: list[int], row: int, after: int | None
) -> RowKind:
    """What a row is above a table's first data row, where only its neighbours tell."""
    if _is_year_heading(grid, kinds, head, row, after):
        return "years"
    counts_years = kinds[row] == "years" and _counts_years(grid, row, after)
    return "data" if counts_years or _is_damaged(grid, kinds, head, row, after) else kinds[row]


def _take_repeats(band: Band, row: int) -> list[int]:
    """Take back the rows right above that repeat a heading: a longer one begins with them."""
    taken: list[int] = []
    while band.repeats and band.repeats[-1] == row - 1 - len(taken):
        taken.insert(0, band.repeats.pop())
    return taken


def _is_year_heading(
    grid: Grid, kinds: dict[int, RowKind], head: list[int], row: int, after: int | None
) -> bool:
    if after is None or kinds[row] != "data":
        return False
    has_heading = any(kinds[above] in ("head", "years") for above in head)
    boxes = grid.rows[row]
    over_heading = after == row + 1 and kinds[after] in ("head", "years", "index", "units")
    may_be_lower = over_heading or (has_heading and len(boxes) > 1)
    if may_be_lower and all(words.is_year(box.reading.value) for box in boxes):
        return True  # 2019 | 2020 | 2019 | 2020 under two headings
    return not has_heading and (over_heading or kinds[after] == "data") and _labels_years(boxes)


def _is_damaged(
    grid: Grid, kinds: dict[int, RowKind], head: list[int], row: int, after: int | None
) -> bool:
    """甲镇 | 12① right below a heading is data, though its only figure cannot be read.

    Ranges, 0-14, may be headings: in a row whose own label stands below another they are not.
    """
    if kinds[row] != "head" or not any(kinds[above] in ("head", "years") for above in head):
        return False
    below = {} if after is None else {box.col: box for box in grid.rows[after]}
    first = grid.rows[row][0]
    labelled = first.col in below and first.is_label and below[first.col].is_label
    named = labelled and any((above, first.col) in grid.boxes for above in head)
    return any(
        named or box.reading.value is not None or box.reading.reason in ("struck", "word")
        for box in grid.rows[row]
        if box.is_refused and not words.is_year(box.reading.value)
        if box.col in below and not below[box.col].is_label
    )


def _counts_years(grid: Grid, row: int, after: int | None) -> bool:
    """2019 | 2084 above 2020 | 6050 is a year and a figure, not a heading of two years."""
    first = grid.rows[row][0]
    below = None if after is None else grid.boxes.get((after, first.col))
    said = first.reading.value
    return below is not None and said is not None and below.reading.value in (said + 1, said - 1)


def _place(
    grid: Grid, kinds: dict[int, RowKind], band: Band, row: int, after: int | None
) -> str | None:
    """Where a row below a table's first data row belongs, or None where a new table starts."""
    kind, next_kind = kinds[row], kinds.get(after) if after is not None else None
    boxes = grid.rows[row]
    starts_alike = values.label(boxes[0].text) in band.first_labels
    if (starts_alike or row - 1 in band.repeats) and _repeats_heading(grid, band, row):
        return "repeats"
    if kind == "data" or (kind == "years" and _is_data_like_years(grid, band, row)):
        return "data"
    if kind == "note":
        return "notes"
    if kind == "index" or _repeats_heading(grid, band, row):
        return "repeats"
    if kind == "single":
        if words.CONTINUED.search(boxes[0].text):
            goes_on = after is not None and _repeats_heading(grid, band, after)
            return "repeats" if goes_on or next_kind == "data" else None
        return _place_single(grid, kinds, boxes[0], row, after, next_kind)
    if kind == "head":
        figure_cols = _figure_columns(grid, band)
        among = [box for box in boxes if box.col in figure_cols]
        damaged = [box for box in among if box.is_refused]
        if row - 1 in grid.rows and (damaged or (next_kind == "data" and not among)):
            return "data"
        if damaged and not any(words.is_year(box.reading.value) for box in damaged):
            return "data"
    return None


def _is_data_like_years(grid: Grid, band: Band, row: int) -> bool:
    """周家渡 | 2010 | 1985 right below data is data, though its figures could be years."""
    first = grid.rows[row][0]
    follows_data = row - 1 in band.data
    if first.is_figure:
        above = grid.boxes.get((band.data[-1], first.col))
        return above is not None and words.is_year(above.reading.value)
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
    """Whether a row says what one of the heading says; one label alone, if the next does too."""
    said = _signature(grid, row)
    for above, below in zip(band.head, [*band.head[1:], None], strict=True):
        if said == _signature(grid, above):
            if len(said) > 1 or row - 1 in band.repeats:
                return True
            if below is not None and _signature(grid, row + 1) == _signature(grid, below):
                return True
    return False


def _signature(grid: Grid, row: int) -> list[tuple[int, str]]:
    return [(box.col, values.label(box.text)) for box in grid.rows.get(row, ())]


def _figure_columns(grid: Grid, band: Band) -> set[int]:
    return {box.col for row in band.data for box in grid.rows[row] if not box.is_label}
