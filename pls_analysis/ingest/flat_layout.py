"""Lay out a flat table by the headings that its spec declares, whatever its cells hold.

A list of people or of texts has no figures by which a layout could be found. The spec of a flat
table names its label columns, so its headings are the row where all of them stand, and everything
below that is data. A sheet in which no spec finds its headings is laid out by what it looks like.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from pls_analysis.ingest import units, values, words
from pls_analysis.ingest.blocks import facts_of, named_unit, table_unit
from pls_analysis.ingest.cells import Address, Sheet
from pls_analysis.ingest.choosing import fits
from pls_analysis.ingest.flat import is_figure_heading
from pls_analysis.ingest.forms import Form
from pls_analysis.ingest.headings import Headings, find_heading_rows
from pls_analysis.ingest.labels import OpenLabels
from pls_analysis.ingest.layout import detect
from pls_analysis.ingest.rows import Box, Grid, RowKind, classify, read_grid, without_remarks
from pls_analysis.ingest.tables import Layout, Record, Role, Table

ROWS_SEARCHED = 60
"""Filled rows from the top among which the headings of a flat table are looked for."""


def lay_out(sheets: Iterable[Sheet], forms: Sequence[Form], file: str) -> list[Layout]:
    """The layouts of a workbook's sheets: by the first flat spec that finds its headings, or found.

    `file` is the path of the workbook below the raw folder.
    """
    layouts: list[Layout] = []
    for sheet in sheets:
        grid = read_grid(sheet)
        earlier = [table for layout in layouts for table in layout.tables]
        layouts.append(_flat(sheet, grid, forms, file) or detect(sheet, earlier, grid))
    return layouts


def _flat(sheet: Sheet, grid: Grid, forms: Sequence[Form], file: str) -> Layout | None:
    flat = [form for form in forms if form.row_labels]
    top = _top_labels(grid) if flat else []
    for form in flat:
        heads = next(filter(None, (_headings_in(labels, form) for labels in top)), None)
        if heads is not None:
            layout = _FlatSheet(sheet, grid, form, heads).layout()
            if fits(form, layout.tables[0], file, sheet.name):
                return layout
    return None


def _top_labels(grid: Grid) -> list[dict[str, Box]]:
    """The labels that stand in each of the top rows or are merged over it."""
    last_col = max((col for _, col in grid.boxes), default=0)
    found = []
    for row in islice(grid.rows, ROWS_SEARCHED):
        boxes = filter(None, (grid.at(row, col) for col in range(1, last_col + 1)))
        found.append({values.label(box.text): box for box in boxes if box.is_label})
    return found


def _headings_in(labels: Mapping[str, Box], form: Form) -> list[Box] | None:
    """The headings of the label columns of a form, where all of them are among some labels."""
    found = [[labels[name] for name in names if name in labels] for names in form.row_heads]
    return [one[0] for one in found] if all(found) else None


class _FlatSheet:
    """A sheet whose label headings are known, while it is laid out. Lives only in `lay_out`."""

    def __init__(self, sheet: Sheet, grid: Grid, form: Form, heads: Sequence[Box]) -> None:
        self.sheet, self.grid, self.form = sheet, grid, form
        self.kinds: Mapping[int, RowKind] = {r: classify(boxes) for r, boxes in grid.rows.items()}
        self.heads = heads
        self.label_cols = {box.col for box in heads}
        self.first_data = self._below(heads)
        self.columns = range(min(col for _, col in grid.boxes), max(c for _, c in grid.boxes) + 1)
        self.heading_rows = self._heading_rows(heads)
        plain = [row for row in self.heading_rows if self._is_plain(row, heads)]
        span = range(plain[0], plain[-1] + 1)
        self.unit_row = next((r for r in self.heading_rows if self.kinds.get(r) == "units"), None)
        rows = [row for row in span if row != self.unit_row]
        headings = Headings(grid, rows, self.columns)
        self.paths = {col: headings.path(col) for col in self.columns}
        self.units = {col: unit for col in self.columns if (unit := self._unit(col)) is not None}
        heads_unit = (c for c, path in self.paths.items() if path and _heads_units(path[-1]))
        self.unit_col = next(heads_unit, None)
        self.roles: dict[Address, Role] = {}

    def _below(self, heads: Sequence[Box]) -> int:
        """The first row below the headings: leaves under merged groups, column numbers and units
        still belong to them.
        """
        last = max(box.last_row for box in heads)
        for row in self.grid.rows:
            if row <= last:
                continue
            labelled = any(box.col in self.label_cols for box in self.grid.rows[row])
            if self.kinds[row] in ("index", "units") or (
                self.kinds[row] == "head" and not labelled and row == last + 1
            ):
                last = row
                continue
            break
        return last + 1

    def _heading_rows(self, heads: Sequence[Box]) -> list[int]:
        above = [row for row in self.grid.rows if row < self.first_data]
        found = find_heading_rows(self.grid, dict(self.kinds), above, self.first_data, self.columns)
        own = range(min(box.row for box in heads), max(box.last_row for box in heads) + 1)
        return sorted({*found, *own})

    def _is_plain(self, row: int, heads: Sequence[Box]) -> bool:
        """A row of headings proper. Numbers that stand beside merged labels are headings too."""
        within = any(box.row <= row <= box.last_row for box in heads)
        return within or self.kinds.get(row) not in ("index", "units")

    def layout(self) -> Layout:
        """The one table of the sheet and the role of every cell."""
        titles, facts = [], []
        data: list[int] = []
        for row, boxes in self.grid.rows.items():
            if row in self.heading_rows:
                self._mark(boxes, "unit" if row == self.unit_row else "header")
            elif row < self.first_data:
                stated = self.kinds[row] in ("meta", "note")
                (facts if stated else titles).extend(boxes)
                self._mark(boxes, "fact" if stated else "title")
            elif self._is_note(row):
                facts.extend(boxes)
                self._mark(boxes, "note")
            elif self._repeats_headings(row):
                self._mark(boxes, "header")
            else:
                data.append(row)
        figures = {col for col in self.columns if self._holds_figures(col, data)}
        records = [one for row in data for one in self._read_row(row, figures)]
        said = tuple(box.text for box in titles)
        table = Table(
            sheet=self.sheet.name,
            titles=said,
            facts=tuple(facts_of(self.grid, without_remarks(facts))),
            unit=table_unit([box.text for box in (*titles, *facts)], said),
            key_heading="",
            records=tuple(records),
            sides=(),
            rows=(self.first_data, max([self.first_data, *data])),
            columns=(self.columns.start, self.columns.stop - 1),
            headings=self.paths,
            units=self.units,
            open_labels=OpenLabels(),
        )
        return Layout(self.sheet, self.grid, (table,), self.roles)

    def _mark(self, boxes: Sequence[Box], role: Role) -> None:
        for box in boxes:
            self.roles[box.row, box.col] = role

    def _repeats_headings(self, row: int) -> bool:
        """The headings once more, at the top of the next page."""
        beside = ((head, self.grid.boxes.get((row, head.col))) for head in self.heads)
        return all(box is not None and box.text == head.text for head, box in beside)

    def _is_note(self, row: int) -> bool:
        first = self.grid.rows[row][0]
        if self.kinds[row] == "meta":
            return bool(words.META.search(first.text))
        return self.kinds[row] == "note"

    def _holds_figures(self, col: int, data: Sequence[int]) -> bool:
        path = self.paths[col]
        if col in self.label_cols or not path or values.label(path[-1]) in self.form.attributes:
            return False
        boxes = (self.grid.boxes.get((row, col)) for row in data)
        counts = (box is not None and (box.is_figure or box.is_refused) for box in boxes)
        return is_figure_heading(self.form, path) or any(counts)

    def _read_row(self, row: int, figures: set[int]) -> list[Record]:
        boxes = self.grid.rows[row]
        if len(boxes) == 1 and boxes[0].last_col > boxes[0].col and boxes[0].is_label:
            self._mark(boxes, "unplaced")
            return []
        key = self._key(row)
        of_row = self._unit_in(row, self.unit_col) or named_unit(key)
        records = []
        for box in boxes:
            path = self.paths[box.col]
            if box.col in self.label_cols:
                self._mark([box], "key")
            elif box.col in figures:
                self._mark([box], "value")
                records.append(Record(box, key, path, self.units.get(box.col) or of_row))
            else:
                attribute = bool(path) or box.last_col > box.col
                self._mark([box], "attribute" if attribute else "unplaced")
        return records

    def _key(self, row: int) -> tuple[str, ...]:
        """The labels of a row; of a row without any, the 合计 that stands elsewhere in it."""
        labels = [self.grid.at(row, col) for col in sorted(self.label_cols)]
        texts = dict.fromkeys(box.text for box in labels if box is not None)
        if not texts:
            others = self.grid.rows[row]
            texts = [
                box.text for box in others if words.SUM_OF_ROWS.match(words.squeeze(box.text))
            ][:1]
        return tuple(texts) or ("",)

    def _unit(self, col: int) -> str | None:
        """The unit of a column: in the row of units, else in its headings."""
        box = None if self.unit_row is None else self.grid.at(self.unit_row, col)
        stated = None if box is None or box.is_missing else box.text.strip("()")
        return stated or named_unit(self.paths[col])

    def _unit_in(self, row: int, col: int | None) -> str | None:
        box = None if col is None else self.grid.at(row, col)
        return box.text if box is not None and units.is_unit(box.text) else None


def _heads_units(heading: str) -> bool:
    return bool(words.UNIT_HEADING.match(words.squeeze(heading)))
