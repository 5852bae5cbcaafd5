"""Find the tables of any sheet: every non-empty cell gets one role, every figure its two paths.

The detector finds *where* things are; what a heading *means* is for the form spec to say. The
paths are text as written: row labels from the outermost group to the row's own, headings from the
top down. Nothing is expanded, guessed or dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pls_analysis.ingest import units, words
from pls_analysis.ingest.bands import Band, cut_columns, cut_rows
from pls_analysis.ingest.cells import Address, Sheet
from pls_analysis.ingest.headings import (
    find_heading_rows,
    heading_boxes,
    heading_path,
    nest_under_left,
)
from pls_analysis.ingest.labels import RowLabels
from pls_analysis.ingest.rows import (
    Box,
    Grid,
    RowKind,
    classify,
    read_grid,
    without_remarks,
)

Role = Literal[
    "title", "fact", "unit", "header", "index", "section", "key", "serial", "attribute",
    "value", "note", "unplaced",
]  # fmt: skip
ColumnKind = Literal["empty", "serial", "attribute", "dates", "value", "text", "unit"]
_HEADING_ROLES: dict[RowKind, Role] = {"index": "index", "units": "unit"}
CUT_LIMIT = 200_000
"""Cells above which a sheet is taken as one block: no form is that large, a flat export is."""


@dataclass(frozen=True, slots=True)
class Record:
    """One figure where it stands: its row labels, its headings and the unit nearest to it."""

    box: Box
    keys: tuple[str, ...]
    headings: tuple[str, ...]
    unit: str | None
    section: str | None = None


@dataclass(frozen=True)
class Table:
    """One table of a sheet: the lines above it, what heads its row labels, and its figures.

    `sides` are figures in columns that carry no figures as a rule (a telephone number, a count
    among remarks), each with the heading of its column. `headings` are the heading paths of all
    columns, those of the row labels too.
    """

    titles: tuple[str, ...]
    facts: tuple[Box, ...]
    unit: str | None
    key_heading: str
    records: tuple[Record, ...]
    sides: tuple[tuple[str, Box], ...]
    rows: tuple[int, int]
    columns: tuple[int, int]
    headings: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """What was found in one sheet: its tables, and one role for each non-empty cell."""

    sheet: Sheet
    grid: Grid
    tables: tuple[Table, ...]
    roles: Mapping[Address, Role] = field(default_factory=dict)


def detect(sheet: Sheet) -> Layout:
    """Find the tables of a sheet; an empty sheet has none."""
    grid = read_grid(sheet)
    roles: dict[Address, Role] = {}
    tables: list[Table] = []
    for part in _side_by_side(grid):
        found = _detect_part(part, roles)
        tables += _with_shared_facts(found, tables)
    for address in grid.boxes:
        roles.setdefault(address, "unplaced")
    return Layout(sheet, grid, tuple(tables), roles)


def _side_by_side(grid: Grid) -> Iterable[Grid]:
    if not grid.boxes:
        return []
    cuts = cut_columns(grid) if len(grid.boxes) < CUT_LIMIT else []
    if len(cuts) < 2:
        return [grid]
    starts = [0, *(first for first, _ in cuts[1:])]
    ends = [*(first - 1 for first, _ in cuts[1:]), max(col for _, col in grid.boxes)]
    return [grid.columns(first, last) for first, last in zip(starts, ends, strict=True)]


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
            unit=table.unit or left.unit,
        )
        for table in found
    ]


def _detect_part(grid: Grid, roles: dict[Address, Role]) -> list[Table]:
    kinds: dict[int, RowKind] = {row: classify(boxes) for row, boxes in grid.rows.items()}
    tables: list[Table] = []
    for band in cut_rows(grid, kinds):
        columns = sorted({box.col for row in band.data for box in grid.rows[row]})
        block = _Block(grid, kinds, band, range(columns[0], columns[-1] + 1), roles)
        tables += block.tables()
    return tables


class _Block:
    """A band within some columns while it is being read. Lives only inside `detect`."""

    def __init__(
        self,
        grid: Grid,
        kinds: dict[int, RowKind],
        band: Band,
        columns: range,
        roles: dict[Address, Role],
        may_split: bool = True,
    ) -> None:
        self.grid, self.kinds, self.band, self.columns = grid, kinds, band, columns
        self.roles, self.may_split = roles, may_split
        first_data = band.data[0]
        self.heading_rows = find_heading_rows(grid, kinds, band.head, first_data, columns)
        self.unit_row = next((row for row in self.heading_rows if kinds[row] == "units"), None)
        self.label_rows = self._label_rows(first_data)
        self.found = heading_boxes(grid, self.label_rows, columns)
        self.kind_of = {col: self._column_kind(col) for col in columns}

    def _label_rows(self, first_data: int) -> list[int]:
        rows = [row for row in self.heading_rows if self.kinds[row] not in ("index", "units")]
        if not rows:
            return []
        ends = [box.last_row for row in rows for box in self.grid.rows[row]]
        limit = first_data if self.unit_row is None else min(first_data, self.unit_row)
        last = max([end for end in ends if end < limit], default=rows[-1])
        structural = {row for row in self.heading_rows if self.kinds[row] in ("index", "units")}
        return [row for row in range(rows[0], max(last, rows[-1]) + 1) if row not in structural]

    # -- columns ------------------------------------------------------------------------------

    def _cells_of(self, col: int) -> list[Box]:
        boxes = (self.grid.boxes.get((row, col)) for row in self.band.data)
        return [box for box in boxes if box is not None]

    def _heading(self, col: int) -> str:
        path = heading_path(self.found, len(self.label_rows), col)
        return words.squeeze(path[-1]) if path else ""

    def _column_kind(self, col: int) -> ColumnKind:
        boxes, heading = self._cells_of(col), self._heading(col)
        if not boxes:
            return "empty"
        numbers = [box for box in boxes if box.is_figure]
        texts = [box for box in boxes if box.reading.kind == "text"]
        dates = sum(box.reading.kind == "date" for box in boxes)
        missing = sum(box.is_missing for box in boxes)
        refused = sum(box.is_refused for box in boxes)
        if words.SERIAL.match(heading) and len(numbers) >= len(texts):
            return "serial"
        if self._counts_up(col, boxes, heading):
            return "serial"
        if words.CODE.search(heading):
            return "attribute"
        if dates >= max(1, len(boxes) / 2) or words.DATE_KEY.match(heading):
            return "dates"
        if self._holds_years(col, boxes):
            return "dates"
        if self._holds_units(boxes, texts, heading):
            return "unit"
        if numbers and len(numbers) + missing + refused > len(texts):
            return "value"
        if (missing or refused) and not texts:
            return "value"
        return "text"

    def _counts_up(self, col: int, boxes: Sequence[Box], heading: str) -> bool:
        if col > self.columns.start + 1 or not (heading == "" or words.SERIAL.match(heading)):
            return False
        numbers = [box.reading.value for box in boxes if box.reading.kind == "number"]
        counted = list(range(1, len(numbers) + 1))
        return len(numbers) >= max(3, len(boxes) - 2) and numbers == counted

    def _holds_years(self, col: int, boxes: Sequence[Box]) -> bool:
        return (
            col == self.columns.start
            and len(boxes) >= 2
            and all(box.is_figure and words.is_year(box.reading.value) for box in boxes)
        )

    def _holds_units(self, boxes: Sequence[Box], texts: Sequence[Box], heading: str) -> bool:
        if len(texts) < max(1, len(boxes) - sum(box.is_missing or box.is_refused for box in boxes)):
            return False
        named = sum(units.is_unit(box.text.strip("()")) for box in texts)
        headed = bool(words.UNIT_HEADING.match(heading))
        return named >= (0.6 if headed else 0.9) * len(texts) and (headed or heading == "")

    # -- tables -------------------------------------------------------------------------------

    def tables(self) -> list[Table]:
        """The tables of this block: none, one, or one for each repetition of the key column."""
        value_cols = [col for col, kind in self.kind_of.items() if kind == "value"]
        if not value_cols:
            return []
        split = self._second_key(value_cols) if self.may_split else None
        if split is None:
            return [self._table(value_cols)]
        first, last = self.columns.start, self.columns.stop
        left, right = (
            _Block(self.grid, self.kinds, self.band, columns, self.roles, may_split)
            for columns, may_split in ((range(first, split), False), (range(split, last), True))
        )
        return [*left.tables(), *right.tables()]

    def _second_key(self, value_cols: Sequence[int]) -> int | None:
        """The column where the row labels start again, in a table printed side by side."""
        for col in range(value_cols[0] + 1, value_cols[-1]):
            kind, heading = self.kind_of[col], self._heading(col)
            if kind not in ("text", "serial", "dates") or not heading:
                continue
            before = range(self.columns.start, value_cols[0])
            same = any(self.kind_of[k] == kind and self._heading(k) == heading for k in before)
            after_gap = kind == "text" and self.kind_of.get(col - 1) == "empty"
            if same or (after_gap and not self._heading(col - 1)):
                return col
        return None

    def _key_columns(self, value_cols: list[int]) -> tuple[list[int], list[int]]:
        """Which columns label the rows, and which hold figures."""
        left = [col for col in self.kind_of if col < value_cols[0]]
        keys = [col for col in left if self.kind_of[col] in ("text", "dates")]
        for kinds in (("serial",), ("unit",), ("text", "dates")):
            keys = keys or [col for col, kind in self.kind_of.items() if kind in kinds][:1]
        if not keys and len(value_cols) > 1 and self.label_rows:
            return value_cols[:1], value_cols[1:]
        return self._without_gloss(keys), value_cols

    def _without_gloss(self, keys: list[int]) -> list[int]:
        """Leave out a column that repeats the labels in Latin letters: 全市 | Total."""

        def share_cjk(col: int) -> float:
            texts = [box.text for box in self._cells_of(col) if box.is_label]
            return sum(bool(words.CJK.search(text)) for text in texts) / max(1, len(texts))

        shares = {col: share_cjk(col) for col in keys}
        if max(shares.values(), default=0) < 0.5:
            return keys
        return [col for col in keys if shares[col] > 0.1 or self.kind_of[col] == "dates"]

    def _table(self, value_cols: list[int]) -> Table:
        keys, value_cols = self._key_columns(value_cols)
        figures = set(value_cols)
        depth = len(self.label_rows)
        nest_under_left(self.found, depth, self.columns, figures)
        paths = {col: heading_path(self.found, depth, col, figures) for col in self.columns}
        titles, facts, unit = self._mark_frame()
        unit_col = next((col for col, kind in self.kind_of.items() if kind == "unit"), None)
        records = self._records(keys, value_cols, paths, unit_col)
        key_heading = paths[keys[-1]][-1] if keys and paths[keys[-1]] else ""
        return Table(
            titles=titles,
            facts=facts,
            unit=unit,
            key_heading=key_heading,
            records=tuple(records),
            sides=tuple(self._sides(paths)),
            rows=(self.heading_rows[0] if self.heading_rows else self.band.data[0],
                  self.band.data[-1]),
            columns=(self.columns.start, self.columns.stop - 1),
            headings=paths,
        )  # fmt: skip

    def _mark_frame(self) -> tuple[tuple[str, ...], tuple[Box, ...], str | None]:
        """Give the rows around the data their roles; returns titles, facts and the unit."""
        band = self.band
        headings = [
            box for row in self.heading_rows for box in self.grid.rows[row] if self._within(box)
        ]
        above = [row for row in band.head if row not in self.heading_rows]
        titles = [box for row in above if not self._is_fact(row) for box in self.grid.rows[row]]
        facts = [box for row in above if self._is_fact(row) for box in self.grid.rows[row]]
        notes = [box for row in band.notes for box in self.grid.rows[row]]
        for box in headings:
            self._mark([box], _HEADING_ROLES.get(self.kinds[box.row], "header"))
        self._mark(titles, "title")
        self._mark(facts, "fact")
        self._mark(notes, "note")
        for row in band.repeats:
            self._mark(self.grid.rows[row], "header")
        for row in band.sections:
            self._mark(self.grid.rows[row], "section")
        stated = [words.TABLE_UNIT.search(box.text) for box in (*titles, *facts, *headings)]
        unit = next((found.group(1) for found in reversed(stated) if found), None)
        return tuple(box.text for box in titles), tuple(without_remarks((*facts, *notes))), unit

    def _mark(self, boxes: Iterable[Box], role: Role) -> None:
        for box in boxes:
            self.roles.setdefault((box.row, box.col), role)

    def _is_fact(self, row: int) -> bool:
        return self.kinds[row] in ("meta", "note")

    def _within(self, box: Box) -> bool:
        return self.columns.start <= box.last_col and box.col < self.columns.stop

    def _records(
        self,
        keys: list[int],
        value_cols: list[int],
        paths: Mapping[int, tuple[str, ...]],
        unit_col: int | None,
    ) -> list[Record]:
        labels = RowLabels(self.grid, keys)
        sections = set(self.band.sections)
        section: str | None = None
        records: list[Record] = []
        for row in sorted({*self.band.data, *sections}):
            if row in sections:
                section = self.grid.rows[row][0].text
                labels.restart()
                continue
            key, key_boxes = labels.read(row)
            for box in key_boxes:
                self.roles.setdefault((box.row, box.col), "key")
            if not key:
                key = self._serial_total(row)
            for col in self.columns:
                box = self.grid.boxes.get((row, col))
                if box is None or (row, col) in self.roles:
                    continue
                if col not in value_cols:
                    self.roles[row, col] = self._side_role(col, box)
                elif key and paths[col]:
                    self.roles[row, col] = "value"
                    unit = self._unit(row, col, unit_col)
                    records.append(Record(box, key, paths[col], unit, section))
                else:
                    self.roles[row, col] = "unplaced"
        return records

    def _sides(self, paths: Mapping[int, tuple[str, ...]]) -> Iterable[tuple[str, Box]]:
        for row in self.band.data:
            for box in self.grid.rows[row]:
                beside = self._within(box) and self.roles.get((row, box.col)) == "attribute"
                if beside and (box.is_figure or box.is_refused):
                    yield "".join(paths.get(box.col, ())), box

    def _serial_total(self, row: int) -> tuple[str, ...]:
        """合计 written in the column of running numbers labels its row all the same."""
        for col, kind in self.kind_of.items():
            box = self.grid.boxes.get((row, col))
            if kind == "serial" and box is not None and box.reading.kind == "text":
                self.roles[row, col] = "key"
                return (box.text,)
        return ()

    def _side_role(self, col: int, box: Box) -> Role:
        kind = self.kind_of[col]
        if kind == "serial":
            return "serial"
        if kind == "unit":
            return "unit"
        return "unplaced" if box.is_figure and kind == "empty" else "attribute"

    def _unit(self, row: int, col: int, unit_col: int | None) -> str | None:
        """The unit of a figure's row, else of its column."""
        for at_row, at_col in ((row, unit_col), (self.unit_row, col)):
            box = None if at_row is None or at_col is None else self.grid.at(at_row, at_col)
            if box is not None and not box.is_missing:
                return box.text.strip("()")
        return None
