"""Hold a detected table against its form spec: observations, or issues that say why not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import Any

from pls_analysis.areas import Area
from pls_analysis.configs import nearest
from pls_analysis.ingest import values, words
from pls_analysis.ingest.aliases import Aliases
from pls_analysis.ingest.choosing import choose_form
from pls_analysis.ingest.counting import Count, Row, Tally
from pls_analysis.ingest.extraction import Context, Extraction, Observed
from pls_analysis.ingest.filing import FilingError, find_office
from pls_analysis.ingest.flat import FlatRows, flat_rows
from pls_analysis.ingest.forms import Form, Target
from pls_analysis.ingest.layout import Layout, Record, Table
from pls_analysis.ingest.measuring import Measured, Unusable, measure_cell
from pls_analysis.ingest.remains import account_for_rest, log_sides
from pls_analysis.ingest.rows import Box
from pls_analysis.ingest.timing import (
    UNRESOLVED,
    SaidPeriod,
    row_period,
    table_period,
    take_period,
    year_start,
)
from pls_analysis.periods import Period

ROW_FAULTS = {
    "subject": (
        "subject_unknown",
        "Nothing beside these figures is a key as the form declares it.",
        "Ask the office for the key; without it nobody knows whose figures they are.",
    ),
    "shared": (
        "merged_figure",
        "One figure is merged over several rows: nobody can say whether it is each one's or all's.",
        "Ask the office for a figure for each row.",
    ),
}


def apply_forms(layout: Layout, context: Context, out: Extraction) -> None:
    """Turn every table of a sheet into observations and issues, and account for every cell."""
    sheet = layout.sheet.name
    for table in layout.tables:
        form = choose_form(table, sheet, context, out)
        if form is not None:
            _Reader(form, table, layout, context, out).read()
        log_sides(table, form, sheet, out)
    account_for_rest(layout, out)


class _Reader:
    """One table while it is held against its form. Lives only inside `apply_forms`."""

    def __init__(
        self, form: Form, table: Table, layout: Layout, context: Context, out: Extraction
    ) -> None:
        self.form, self.table, self.layout, self.out = form, table, layout, out
        self.context, self.sheet = context, layout.sheet.name
        self.boxes = [record.box for record in table.records]
        self.unknown: dict[tuple[str, str], list[Box]] = {}
        self.tally = Tally()
        self.scope = form.scope or context.home
        self.flat = flat_rows(form, table, layout.grid) if form.row_labels else None
        # Every row repeats the columns' paths and every column the rows': look each up once.
        self._ignored = cache(self._ignored)
        self._take_period = cache(partial(take_period, form))
        self._take_earlier = cache(partial(self._take, form.year_before))
        self._take_basis = cache(partial(self._take, form.variants))
        self._target_of = cache(form.labels.find)

    def read(self) -> None:
        """Read every record; what cannot be read is logged once for each cause."""
        self.period = table_period(self.form, self.table, self.out.file, self.sheet)
        said = self._periods_in_headings() if self.period is None else [self.period]
        if not said:
            return self._refuse(
                "period_missing",
                f"Nothing says which {self.form.rhythm} this is: no period in the title.",
                "Write the period into the title, e.g. （2022年6月）, and send the file again.",
            )
        # A table whose headings say 2020年 and 2021年 is filed for the later one.
        periods = [one for one in said if one != UNRESOLVED]
        self.filed = max(periods, key=lambda one: (one.end, one.start, one.basis), default=None)
        try:
            self.office = self._find_office()
        except FilingError as error:
            return self._refuse(error.code, str(error), error.remedy, error.box)
        if not self._check_labels():
            return None
        for record in self.table.records:
            self._read_record(record)
        self._count_rows()
        self._log_unknown()
        return None

    def _refuse(self, code: str, message: str, remedy: str, place: Box | None = None) -> None:
        self.out.log("error", code, message, self.sheet, self.boxes, remedy, place)

    def _find_office(self) -> str:
        if self.form.area != "office":
            return self.scope
        return find_office(self.form, self.table, self._resolve_sender)

    def _periods_in_headings(self) -> list[SaidPeriod]:
        paths = {said for record in self.table.records for said in self._said(record)}
        found: list[SaidPeriod | None] = [self._period_of(*path)[0] for path in paths]
        return [said for said in found if said is not None]

    def _check_labels(self) -> bool:
        """Check what heads the row labels; in a flat table every label column must be declared."""
        if self.flat is None:
            self._check_key_heading()
            return True
        for headings, why in (
            (self.flat.undeclared, "is not in the form spec and may tell rows apart"),
            (self.flat.absent, "is in the form spec and not in the table"),
        ):
            if headings:
                message = f"The label column {headings[0]} {why}."
                remedy = f"Correct `rows:` or `attributes:` in {self.form.source}."
                self._refuse("label_column", message, remedy)
                return False
        return True

    def _check_key_heading(self) -> None:
        heading = values.label(self.table.key_heading)
        if self.form.keys and heading and heading not in self.form.keys:
            message = f"The row labels are headed {heading}, which the form does not list."
            self.out.log("info", "key_heading", message, self.sheet,
                         remedy=f"Add it to `key:` in {self.form.source}.")  # fmt: skip

    def _resolve_sender(self, text: str) -> Area:
        """The area that a filing office stands for: one of the level that files this form."""
        return self._resolve(text, self.form.sender or None)

    def _resolve(self, text: str, level: str | None = None) -> Area:
        at = self.period.end if self.period is not None else None
        return self.context.areas.resolve(text, within=self.scope, at=at, level=level)

    def _find_scope(self) -> str:
        """The area that a row's area lies in: in a table of an office's own, that office's."""
        return self.office if self.form.area == "office" else self.scope

    # -- one figure ---------------------------------------------------------------------------

    def _read_record(self, record: Record) -> None:
        if self.flat is not None and record.box.col in self.flat.labels:
            self.out.used.add((self.sheet, (record.box.row, record.box.col)))
            return
        said = self._said(record)
        ignored = next((path for _, path in said if self._ignored(path)), None)
        if ignored is None and self._is_sum(record.keys):
            ignored = record.keys
        if ignored is not None:
            self._unknown("ignored", ignored, record.box)
            return
        basis, period, area, target, earlier = None, self.period, None, None, None
        subject = ""
        for kind, path in said:
            if kind == "each":
                continue
            if kind == "subject":
                subject = words.squeeze("/".join(path))
                if not re.fullmatch(self.form.subject, subject):
                    return self._unknown("subject", (), record.box)
                continue
            said_period, rest = self._period_of(kind, path)
            if said_period == UNRESOLVED:
                return self._unknown("period", path, record.box)
            period = said_period or period
            before, without = self._take_earlier(rest)
            earlier = before or earlier
            if kind == "variant":
                basis = self.form.variants.find([values.label(part) for part in rest])
                if basis is None:
                    return self._unknown("variant", rest, record.box)
            if kind in ("variant", "period"):
                continue
            said_basis, rest = self._take_basis(without)
            basis = said_basis or basis
            labels = tuple(values.label(part) for part in rest)
            if kind == "measure":
                target = self._target_of(labels)
                if target is not None and self.form.measures[target.measure].count:
                    rest = (*rest, record.box.text)
                    target = self._target_of((*labels, values.label(record.box.text)))
                if target is None:
                    return self._unknown("measure", rest, record.box)
            else:
                area = self._area(labels)
                if area is None:
                    return self._unknown("area", rest[-1:], record.box)
        if target is None or period is None:
            return self._unknown("period", record.headings, record.box)
        period = period.year_before() if earlier else period
        area = area or self.office
        if self.form.measures[target.measure].count:
            return self._tally(record.box, target, area, period)
        if len(self._labels_beside(record.box)) > 1:
            return self._unknown("shared", record.headings, record.box)
        return self._observe(record, target, basis, period, area, subject)

    def _labels_beside(self, box: Box, *but: str) -> set[tuple]:
        """What the rows of a flat table that a cell is merged over say, `but` for some of it."""
        if self.flat is None:
            return set()
        said = map(self.flat.said, range(box.row, box.last_row + 1))
        return {tuple(one for one in row if one[0] not in but) for row in said}

    def _is_sum(self, keys: Sequence[str]) -> bool:
        """Whether a row of a flat table is the sum of others: 合计, unless an area is called so."""
        last = words.squeeze(next(filter(None, reversed(keys)), ""))
        is_sum = self.flat is not None and words.SUM_OF_ROWS.match(last)
        return bool(is_sum) and self.form.areas.find([values.label(last)]) is None

    def _said(self, record: Record) -> list[tuple[str, tuple[str, ...]]]:
        """What a figure's labels are about, row labels first: each with its path."""
        if self.flat is None:
            return [(self.form.rows, record.keys), (self.form.columns, record.headings)]
        return [*self.flat.said(record.box.row), (self.form.columns, record.headings)]

    def _period_of(
        self, kind: str, path: tuple[str, ...]
    ) -> tuple[SaidPeriod | None, tuple[str, ...]]:
        if kind == "period":
            return row_period(path, self.form) or UNRESOLVED, ()
        if self.flat is not None and kind == "area":
            return None, path
        return self._take_period(path)

    def _ignored(self, path: tuple[str, ...]) -> bool:
        return self.form.ignored.find(values.label(part) for part in path) is not None

    def _unknown(self, kind: str, path: Sequence[str], box: Box) -> None:
        """Note a figure under a path that the form does not know; one issue for each path."""
        label = "/".join(values.label(part) for part in path)
        self.unknown.setdefault((kind, label), []).append(box)

    def _take(self, aliases: Aliases, path: Sequence[str]) -> tuple[Any, tuple[str, ...]]:
        """Take from a path the part that aliases know: 本月/受理 is a flow of 受理.

        A label that is an alias of a measure as it stands keeps its place.
        """
        meaning, rest = None, []
        for part in path:
            label = values.label(part)
            found, left = aliases.cut(label)
            meaning = found or meaning
            if found is None or self.form.labels.find([label]) is not None:
                rest.append(part)
            elif left:
                rest.append(left)
        return meaning, tuple(rest)

    def _area(self, labels: Sequence[str]) -> str | None:
        """The area of a path. In a flat table each label lies within the area before it."""
        if not labels:
            return self.scope
        code = self.form.areas.find(labels) or self.form.areas.find(labels[-1:])
        if code is not None:
            return self.office if code == "office" else code
        at = self.period.end if self.period is not None else None
        within = self._find_scope()
        for label in labels if self.flat is not None else labels[-1:]:
            area = self.context.areas.find(label, within, at)
            if area is None:
                return None
            within = area.code
        right = self.form.level in ("", self.context.areas[within].level)
        return within if right else None

    def _observe(
        self,
        record: Record,
        target: Target,
        basis: str | None,
        period: Period,
        area: str,
        subject: str,
    ) -> None:
        said = measure_cell(record, target, self.form, self.table.unit)
        box = record.box
        if isinstance(said, Unusable):
            self.out.log("error", said.code, said.message, self.sheet, [box], said.remedy)
            return
        if said.repaired:
            message = f"{said.repaired} was read as {box.reading.value:g}."
            remedy = f"Declared by `repair:` in {self.form.source}."
            self.out.log("info", "repaired", message, self.sheet, (), remedy, box)
        self.out.used.add((self.sheet, (box.row, box.col)))
        measure = self.form.measures[target.measure]
        # A number of people is that at the period's end, whatever its column is called.
        stock = "stock" if measure.basis == "stock" else None
        basis = stock or basis or measure.basis or period.basis
        place = (box.cell.address, box.cell.raw)
        self._store(target, said, area, subject, period.with_basis(basis), place)

    def _store(
        self,
        target: Target,
        said: Measured,
        area: str,
        subject: str,
        period: Period,
        place: tuple[str, str],
    ) -> None:
        """Add an observation; `place` is its cell and the text that stands there."""
        measure = self.form.measures[target.measure]
        start = period.start
        if period.basis == "cumulative":
            start = year_start(period, self.form.statistical_year)
        told = Period(start, period.end, period.basis)
        self.out.observed.append(
            Observed(
                measure.id, area, subject, target.breakdown, told, said.value, measure.unit,
                said.status or measure.break_in(told), self.form.id, self.sheet, *place,
                self.office, self.filed or period,
            )
        )  # fmt: skip

    # -- rows that are counted ----------------------------------------------------------------

    def _tally(self, box: Box, target: Target, area: str, period: Period) -> None:
        """Note the rows that a cell of a list is about: all that it is merged over."""
        if self.flat is None or len(self._labels_beside(box, "each")) > 1:
            return
        for row in range(box.row, box.last_row + 1):
            each = self.flat.labels_of("each", row)
            if any(each) or row == box.row:
                self.tally.rows.append(Row(row, each, target, area, period, box))

    def _count_rows(self) -> None:
        """Count the rows of the list, if every one of them can be counted."""
        measures = [one for one in self.form.measures.values() if one.count]
        if not measures or self.flat is None:
            return
        boxes = [row.box for row in self.tally.rows]
        unsure = self._unsure_rows(self.flat)
        if unsure:
            rows = ", ".join(map(str, unsure))
            message = f"Nothing was counted: row {rows} lacks what tells it apart, or what it is."
            remedy = "Complete the row, or add its words to the spec, so that no row is left out."
            self.out.log("error", "count_unsure", message, self.sheet, boxes, remedy)
            return
        for box in self.tally.repeated():
            message = "This row repeats an earlier one; what it names was counted once."
            self.out.log("warning", "counted_once", message, self.sheet, (), "", box)
        self.out.used.update((self.sheet, (box.row, box.col)) for box in boxes)
        for count in (one for measure in measures for one in self.tally.counts(measure)):
            self._store_count(count)

    def _store_count(self, count: Count) -> None:
        basis = self.form.measures[count.target.measure].basis or count.period.basis
        period = count.period.with_basis(basis)
        self._store(count.target, Measured(count.number), count.area, "", period, (count.cells, ""))

    def _unsure_rows(self, flat: FlatRows) -> list[int]:
        """Rows of the list that name nothing, or of which nothing countable is said."""
        counted = {row.row for row in self.tally.rows if any(row.each)}
        ignored = [boxes for (kind, _), boxes in self.unknown.items() if kind == "ignored"]
        counted |= {box.row for boxes in ignored for box in boxes}
        data = range(self.table.rows[0], self.table.rows[1] + 1)
        labels = {row: flat.labels_of("each", row) for row in data}
        named = {row for row, path in labels.items() if any(path) and not self._is_sum(path)}
        return sorted((named | {box.row for box in self.boxes}) - counted)

    # -- what was not understood --------------------------------------------------------------

    def _log_unknown(self) -> None:
        for (kind, label), boxes in self.unknown.items():
            if kind == "ignored":
                for box in boxes:
                    self.out.logged.add((self.sheet, (box.row, box.col)))
                self.out.log("info", "ignored", f"{label}: known and not used.", self.sheet, boxes)
                continue
            if kind in ROW_FAULTS:
                code, message, remedy = ROW_FAULTS[kind]
                self.out.log("error", code, message, self.sheet, boxes, remedy)
                continue
            known: Iterable[str] = self.form.labels if kind == "measure" else self.form.variants
            what = "heading" if kind in ("measure", "variant") else kind
            if kind == "area":
                within = self._find_scope()
                known = [area.name for area in self.context.areas.children(within)]
            near = nearest(label, known)
            hint = f" (nearest: {near})" if near else ""
            message = f"Unknown {what} {label or '(none)'}{hint}."
            remedy = f"Add it to {self.form.source}, as an alias or to `ignored:`."
            self.out.log("warning", f"{kind}_unknown", message, self.sheet, boxes, remedy)
