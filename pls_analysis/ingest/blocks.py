"""Read one block of a sheet, a band of rows within some columns, into its tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pls_analysis.ingest import units, values, words
from pls_analysis.ingest.bands import Band
from pls_analysis.ingest.cells import Address
from pls_analysis.ingest.columns import column_kind
from pls_analysis.ingest.headings import Headings, find_heading_rows
from pls_analysis.ingest.labels import OpenLabels, RowLabels
from pls_analysis.ingest.rows import Box, Grid, RowKind, without_remarks
from pls_analysis.ingest.tables import Fact, Record, Role, Table

_HEADING_ROLES: dict[RowKind, Role] = {"index": "index", "units": "unit"}


class Scene(NamedTuple):
    """What the blocks of one part of a sheet share. Roles are filled in while blocks are read."""

    sheet: str
    grid: Grid
    kinds: dict[int, RowKind]
    roles: dict[Address, Role]
    earlier: Sequence[Table]


class Block:
    """A band within some columns while it is being read. Lives only inside `detect`."""

    def __init__(self, scene: Scene, band: Band, columns: range, may_split: bool = True) -> None:
        self.scene, self.grid, self.kinds, self.roles = scene, scene.grid, scene.kinds, scene.roles
        self.band, self.columns, self.may_split = band, columns, may_split
        self.cells = self._cells_by_column()
        self.heading_rows = find_heading_rows(
            self.grid, self.kinds, band.head, band.data[0], columns
        )
        self.unit_row = next((row for row in self.heading_rows if self.kinds[row] == "units"), None)
        self.label_rows = self._label_rows()
        self.used = self._used_columns()
        self.headings = Headings(self.grid, self.label_rows, self.used)
        self.begun = self._begun_earlier()
        self.kind_of = {
            col: column_kind(self.cells.get(col, ()), self._heading(col), col - columns.start)
            for col in columns
        }
        if self.unit_row is None:
            self._take_unit_row()

    def _cells_by_column(self) -> dict[int, list[Box]]:
        cells: dict[int, list[Box]] = {}
        for row in self.band.data:
            for box in self.grid.rows[row]:
                cells.setdefault(box.cell.col, []).append(box)
        return cells

    def _label_rows(self) -> list[int]:
        rows = [row for row in self.heading_rows if self.kinds[row] not in ("index", "units")]
        if not rows:
            return []
        first_data = self.band.data[0]
        ends = [box.last_row for row in rows for box in self.grid.rows[row]]
        limit = first_data if self.unit_row is None else min(first_data, self.unit_row)
        last = max([end for end in ends if end < limit], default=rows[-1])
        structural = {row for row in self.heading_rows if self.kinds[row] in ("index", "units")}
        return [row for row in range(rows[0], max(last, rows[-1]) + 1) if row not in structural]

    def _used_columns(self) -> list[int]:
        """Columns that hold anything: figures and labels, or a heading of their own."""
        headed = {
            box.col for row in self.label_rows for box in self.grid.rows.get(row, ())
            if box.last_col == box.col
        }  # fmt: skip
        return [col for col in self.columns if col in self.cells or col in headed]

    def _begun_earlier(self) -> Table | None:
        """The table that goes on here under the same headings or none, after a line 续表."""
        above = [box.text for row in self.band.head for box in self.grid.rows[row]]
        if not any(map(words.CONTINUED.search, (*above, self.scene.sheet))):
            return None
        width = (self.columns.start, self.columns.stop - 1)
        mine = [_labels(self.headings.path(col)) for col in self.columns]
        for one in reversed(self.scene.earlier):
            same = mine == [_labels(one.headings.get(col, ())) for col in self.columns]
            if one.columns == width and (same or not self.label_rows):
                return one
        return None

    def _take_unit_row(self) -> None:
        """Take the lowest heading row for units where it says nothing but 件 or 万元.

        Where it tells columns apart, 户 and 人 under one heading, it names what they count.
        """
        figures = [col for col, kind in self.kind_of.items() if kind == "value"]
        if len(self.label_rows) < 2 or not figures:
            return
        row = self.label_rows[-1]
        boxes = [box for box in self.grid.rows.get(row, ()) if self._within(box)]
        if boxes and words.UNIT_HEADING.match(words.squeeze(boxes[0].text)):
            boxes = boxes[1:]
        if not boxes or not all(units.is_unit(box.text) for box in boxes):
            return
        above = Headings(self.grid, self.label_rows[:-1], self.used)
        paths = [above.path(col) for col in figures if self.grid.at(row, col) is not None]
        if all(paths) and len(set(paths)) == len(paths):
            self.unit_row, self.label_rows, self.headings = row, self.label_rows[:-1], above

    def _heading(self, col: int) -> str:
        path = self._path(col)
        return words.squeeze(path[-1]) if path else ""

    def _path(self, col: int) -> tuple[str, ...]:
        if self.begun is not None and not self.label_rows:
            return self.begun.headings.get(col, ())
        return self.headings.path(col)

    # -- tables -------------------------------------------------------------------------------

    def tables(self) -> list[Table]:
        """The tables of this block: none, one, or one for each repetition of the key column."""
        value_cols = [col for col, kind in self.kind_of.items() if kind == "value"]
        if not value_cols:
            return []
        split = self._second_key(value_cols) if self.may_split else None
        if split is None:
            return [self._table(value_cols)]
        left = Block(self.scene, self.band, range(self.columns.start, split), may_split=False)
        right = Block(self.scene, self.band, range(split, self.columns.stop))
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
            texts = [box.text for box in self.cells.get(col, ()) if box.is_label]
            return sum(bool(words.CJK.search(text)) for text in texts) / max(1, len(texts))

        if len(keys) < 2:
            return keys
        shares = {col: share_cjk(col) for col in keys}
        if max(shares.values()) < 0.5:
            return keys
        return [col for col in keys if shares[col] > 0.1 or self.kind_of[col] == "dates"]

    def _table(self, value_cols: list[int]) -> Table:
        keys, value_cols = self._key_columns(value_cols)
        self.headings.nest(set(value_cols))
        paths = {col: self._path(col) for col in self.columns}
        titles, facts, unit = self._mark_frame(value_cols)
        column_units = self._column_units(paths)
        start = self.begun.open_labels if self.begun is not None else OpenLabels()
        labels = RowLabels(self.grid, keys, start)
        records, sides = self._records(labels, set(value_cols), paths, column_units)
        key_heading = paths[keys[-1]][-1] if keys and paths[keys[-1]] else ""
        return Table(
            sheet=self.scene.sheet,
            titles=titles,
            facts=facts,
            unit=unit,
            key_heading=key_heading,
            records=tuple(records),
            sides=tuple(sides),
            rows=(self.heading_rows[0] if self.heading_rows else self.band.data[0],
                  self.band.data[-1]),
            columns=(self.columns.start, self.columns.stop - 1),
            headings=paths,
            units=column_units,
            open_labels=labels.unfinished(),
        )  # fmt: skip

    def _column_units(self, paths: Mapping[int, tuple[str, ...]]) -> dict[int, str]:
        """The unit of each column that has one: in the row of units, else in its headings."""
        if self.begun is not None and not self.label_rows:
            return dict(self.begun.units)
        found: dict[int, str] = {}
        for col, path in paths.items():
            box = None if self.unit_row is None else self.grid.at(self.unit_row, col)
            if box is not None and not box.is_missing:
                found[col] = units.bare(box.text)
            elif (named := named_unit(path)) is not None:
                found[col] = named
        return found

    def _mark_frame(
        self, value_cols: Sequence[int]
    ) -> tuple[tuple[str, ...], tuple[Fact, ...], str | None]:
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
            role: Role = "unit" if box.row == self.unit_row else "header"
            self._mark([box], _HEADING_ROLES.get(self.kinds[box.row], role))
        self._mark(titles, "title")
        self._mark(facts, "fact")
        self._mark(notes, "note")
        for row in band.repeats:
            self._mark(self.grid.rows[row], "header")
        for row in band.sections:
            self._mark(self.grid.rows[row], "section")
        corner = [box for box in headings if box.col < value_cols[0]]
        said = tuple(box.text for box in titles)
        unit = table_unit([box.text for box in (*titles, *facts, *corner)], said)
        return said, tuple(facts_of(self.grid, without_remarks([*facts, *notes]))), unit

    def _mark(self, boxes: Iterable[Box], role: Role) -> None:
        for box in boxes:
            self.roles.setdefault((box.row, box.col), role)

    def _is_fact(self, row: int) -> bool:
        return self.kinds[row] in ("meta", "note")

    def _within(self, box: Box) -> bool:
        return self.columns.start <= box.last_col and box.col < self.columns.stop

    # -- rows ---------------------------------------------------------------------------------

    def _records(
        self,
        labels: RowLabels,
        value_cols: set[int],
        paths: Mapping[int, tuple[str, ...]],
        column_units: Mapping[int, str],
    ) -> tuple[list[Record], list[tuple[str, Box]]]:
        """The figures of the columns that hold figures, and those that stand in others."""
        unit_col = next((col for col, kind in self.kind_of.items() if kind == "unit"), None)
        sections = set(self.band.sections)
        section: str | None = None
        records: list[Record] = []
        sides: list[tuple[str, Box]] = []
        for row in sorted({*self.band.data, *sections}):
            if row in sections:
                section = self.grid.rows[row][0].text
                labels.restart()
                continue
            key, key_boxes = labels.read(row)
            self._mark(key_boxes, "key")
            if not key:
                key = self._serial_total(row)
            row_unit = None if unit_col is None else self._unit_in(row, unit_col)
            named = named_unit(key)
            for box in self.grid.rows[row]:
                col = box.cell.col
                if col not in self.columns or (row, col) in self.roles:
                    continue
                if col not in value_cols:
                    role = self.roles[row, col] = self._side_role(col, box)
                    if role == "attribute" and (box.is_figure or box.is_refused):
                        sides.append(("".join(paths.get(col, ())), box))
                elif key and paths[col]:
                    self.roles[row, col] = "value"
                    unit = row_unit or column_units.get(col) or named
                    records.append(Record(box, key, paths[col], unit, section))
                else:
                    self.roles[row, col] = "unplaced"
        return records, sides

    def _unit_in(self, row: int, col: int) -> str | None:
        box = self.grid.at(row, col)
        return None if box is None or box.is_missing else units.bare(box.text)

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


def facts_of(grid: Grid, boxes: Iterable[Box]) -> Iterable[Fact]:
    """The lines about a form; the date beside 填报日期 is no line of its own."""
    dated: Box | None = None
    for box in boxes:
        if box is dated:
            continue
        beside = grid.at(box.row, box.last_col + 1)
        dated = beside if words.DATE_FACT.search(box.text) else None
        yield Fact(box.text, beside.text if beside is not None else "", box)


def _labels(path: Sequence[str]) -> list[str]:
    return [values.label(part) for part in path]


def named_unit(path: Sequence[str]) -> str | None:
    """The unit that the lowest label names that names one: 金额（万元）/本月, 咨询/人次."""
    for depth in range(len(path) - 1, -1, -1):
        label, unit = values.split_label(path[depth])
        if unit is not None:
            return unit
        if depth and units.is_unit(label):
            return label
    return None


def table_unit(lines: Sequence[str], titles: Sequence[str]) -> str | None:
    """The unit stated around a table: 单位：万人 in any line, else (万人) behind a title.

    Several, 单位：人、万元, are given as written: which of them is meant is for the form to say.
    """
    for line in reversed(lines):
        stated = words.TABLE_UNIT.search(line)
        if stated is not None:
            first, *more = re.split(r"[,，、]", stated.group(1))
            return "、".join([first, *filter(units.is_unit, more)])
    named = (values.split_label(title)[1] for title in titles)
    return next((one for one in named if one is not None), None)
