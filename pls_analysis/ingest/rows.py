"""A sheet as a grid of boxes, and what kind of row each of its rows is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from pls_analysis.ingest import units, values, words
from pls_analysis.ingest.cells import Address, Cell, Sheet, Span
from pls_analysis.ingest.values import Reading

RowKind = Literal["data", "head", "years", "index", "units", "meta", "note", "single"]


class Box(NamedTuple):
    """A cell with what it says and, where it is merged, the range it covers."""

    cell: Cell
    reading: Reading
    span: Span | None = None

    @property
    def row(self) -> int:
        return self.cell.row

    @property
    def col(self) -> int:
        return self.cell.col

    @property
    def last_row(self) -> int:
        return self.cell.row if self.span is None else self.span.last_row

    @property
    def last_col(self) -> int:
        return self.cell.col if self.span is None else self.span.last_col

    @property
    def text(self) -> str:
        return self.reading.text

    @property
    def is_label(self) -> bool:
        """Text or a date: something that names rather than counts."""
        return self.reading.kind in ("text", "date")

    @property
    def is_figure(self) -> bool:
        """A number, or a cell that should hold one: formula without result, #N/A."""
        return self.reading.kind in ("number", "uncached", "error")

    @property
    def is_missing(self) -> bool:
        return self.reading.kind == "missing"

    @property
    def is_refused(self) -> bool:
        return self.reading.kind == "refused"

    @property
    def indent(self) -> int:
        """Leading blanks of the stored text, a full-width blank counting two."""
        raw = self.cell.value
        if not isinstance(raw, str):
            return 0
        lead = raw[: len(raw) - len(raw.lstrip())]
        return sum(2 if blank == "\u3000" else 1 for blank in lead if blank not in "\r\n")


@dataclass(frozen=True)
class Grid:
    """The boxes of a sheet (or of some of its columns) by address.

    `covered` gives the box of a merged range for the addresses it covers beyond its first.
    """

    boxes: Mapping[Address, Box]
    covered: Mapping[Address, Box]

    def at(self, row: int, col: int) -> Box | None:
        """The box that holds or covers an address."""
        return self.boxes.get((row, col)) or self.covered.get((row, col))

    @cached_property
    def rows(self) -> dict[int, list[Box]]:
        """Boxes by the row they start in, left to right."""
        rows: dict[int, list[Box]] = {}
        for address in sorted(self.boxes):
            rows.setdefault(address[0], []).append(self.boxes[address])
        return rows

    def columns(self, first: int, last: int) -> Grid:
        """The part of the grid between two columns, both included."""
        return Grid(
            {at: box for at, box in self.boxes.items() if first <= at[1] <= last},
            {
                at: box
                for at, box in self.covered.items()
                if first <= at[1] <= last and first <= box.col
            },
        )

    def blocks(self) -> list[Grid]:
        """The parts between blank rows; a merged cell over a row leaves it not blank."""
        filled = {row for row, _ in (*self.boxes, *self.covered)}
        starts = sorted(row for row in filled if row - 1 not in filled)
        ends = [*(start - 1 for start in starts[1:]), max(filled, default=0)]
        return [
            Grid(
                {at: box for at, box in self.boxes.items() if first <= at[0] <= last},
                {at: box for at, box in self.covered.items() if first <= at[0] <= last},
            )
            for first, last in zip(starts, ends, strict=False)
        ]

    def joined(self, other: Grid) -> Grid:
        """The two grids as one."""
        return Grid({**self.boxes, **other.boxes}, {**self.covered, **other.covered})


def read_grid(sheet: Sheet) -> Grid:
    """Read the cells of a sheet, pictures left out; merges are clipped to what is in use."""
    if not sheet.cells:
        return Grid({}, {})
    spans = {(merge.first_row, merge.first_col): merge for merge in sheet.merges}
    last_row = max(row for row, _ in sheet.cells)
    last_col = max(col for _, col in sheet.cells)
    boxes: dict[Address, Box] = {}
    covered: dict[Address, Box] = {}
    for address, cell in sheet.cells.items():
        reading = values.read(cell)
        if reading.kind == "picture" or (reading.kind == "text" and not reading.text):
            continue
        merge = spans.get(address)
        if merge is None:
            boxes[address] = Box(cell, reading)
            continue
        span = Span(*address, min(merge.last_row, last_row), min(merge.last_col, last_col))
        boxes[address] = box = Box(cell, reading, span)
        _cover(box, sheet.cells, covered)
    return Grid(boxes, covered)


def _cover(box: Box, cells: Mapping[Address, Cell], covered: dict[Address, Box]) -> None:
    for row in range(box.row, box.last_row + 1):
        for col in range(box.col, box.last_col + 1):
            if (row, col) not in cells:
                covered[row, col] = box


def classify(row: Sequence[Box]) -> RowKind:
    """Say what kind of row these boxes make, judged by the row alone."""
    figures = [box for box in row if box.is_figure]
    if figures:
        figures += [box for box in row if box.is_refused]
    missing = [box for box in row if box.is_missing]
    labels = [box for box in row if box.is_label or (box.is_refused and not figures)]
    leads = bool(labels) and labels[0] is row[0]
    if leads and words.NOTE.search(row[0].text) and len(figures) <= 1 and len(labels) <= 6:
        return "note"
    if leads and words.STARRED.search(row[0].text) and not figures and not missing:
        return "note"
    if leads and _is_unit_row(row, figures):
        return "units"
    if len(figures) < 2 and _is_meta(row, labels, figures):
        return "meta"
    if _is_index(row, figures):
        return "index"
    if not missing and _is_year_row(figures):
        return "years"
    if len(labels) >= 3 and figures and 4 * len(figures) <= len(row) and _all_years(figures):
        return "head"
    if figures or (missing and (not labels or missing[0].col > labels[0].col)):
        return "data"
    return "single" if len(row) == 1 else "head"


def without_remarks(boxes: Iterable[Box]) -> Iterable[Box]:
    """Leave out remarks and sources with the lines they go on in: the years they name are others.

    注：2018年起口径有变 says nothing about the period of the table above it.
    """
    in_remark = False
    for box in boxes:
        if words.NOTE.search(box.text) or words.META.search(box.text):
            in_remark = bool(words.REMARK.match(box.text))
        if not in_remark:
            yield box


def _is_unit_row(row: Sequence[Box], figures: Sequence[Box]) -> bool:
    first, rest = row[0], row[1:]
    return (
        bool(words.UNIT_HEADING.match(words.squeeze(first.text)))
        and not figures
        and len(rest) > 1
        and all(box.is_missing or units.is_unit(box.text) for box in rest)
    )


def _is_meta(row: Sequence[Box], labels: Sequence[Box], figures: Sequence[Box]) -> bool:
    """A line of facts about the form: 填报单位：…  计量单位：…  2022年6月."""
    periods = sum(bool(words.PERIOD_HEADING.match(values.label(box.text))) for box in labels)
    if len(labels) >= 2 and periods >= max(2, len(labels) - 2):
        return False  # a heading row of periods
    if _heads_columns(labels):
        return False
    facts = sum(_states_fact(box.text) for box in labels)
    if len(row) > len(labels):  # 2012年 | 5732 | … is no fact, 填报时间：7月 | 5 is one
        facts = sum(_states_fact(box.text) and ":" in box.text for box in labels)
    few = len(row) <= 3 or facts * 2 >= len(labels)
    return bool(facts) and few and len(row) <= 6 and len(labels) >= len(figures)


def _heads_columns(labels: Sequence[Box]) -> bool:
    """项目 | 计量单位 | 2012年 and 项目 | 2012年 are headings, not facts about the form."""
    said = words.squeeze(labels[0].text) if len(labels) > 1 else ""
    if not words.HEADS_LABELS.match(said) or any(":" in box.text for box in labels):
        return False
    return len(labels) > 3 or not said.startswith("单位")


def _states_fact(text: str) -> bool:
    """Whether a text is a fact about the form. Behind a name, 受理数(单位:件), it is its unit."""
    return bool(words.META.search(re.sub(r"(?<=.)[(][^()]*[)]$", "", text)))


def _whole_numbers(boxes: Iterable[Box]) -> list[int] | None:
    """The figures as integers, or None where one is no whole number."""
    numbers = []
    for box in boxes:
        value = box.reading.value
        if value is None or not float(value).is_integer():
            return None
        numbers.append(int(value))
    return numbers


def _is_index(row: Sequence[Box], figures: Sequence[Box]) -> bool:
    """A row of column numbers: 甲 | 1 | 2 | 3 …"""
    numbers = _whole_numbers(figures)
    if not numbers or len(row) < 2 or numbers[0] not in (0, 1, 2):
        return False
    labels = [box.text for box in row if not box.is_figure]
    if len(numbers) == 1 and not (labels and labels[0] in words.INDEX_MARKS):
        return False
    runs_on = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return runs_on and all(label in words.INDEX_MARKS for label in labels)


def _all_years(figures: Sequence[Box]) -> bool:
    return all(words.is_year(box.reading.value) for box in figures)


def _is_year_row(figures: Sequence[Box]) -> bool:
    """A heading row of years: 2018 2019 2020, rising or falling, none twice."""
    if len(figures) < 2 or not _all_years(figures):
        return False
    years = _whole_numbers(figures) or []
    return len(set(years)) == len(years) and sorted(years) in (years, years[::-1])
