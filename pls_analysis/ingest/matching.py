"""Hold a detected table against its form spec: observations, or issues that say why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import Any

from pls_analysis.areas import Area
from pls_analysis.configs import nearest
from pls_analysis.ingest import units, values
from pls_analysis.ingest.aliases import Aliases
from pls_analysis.ingest.choosing import choose_form
from pls_analysis.ingest.extraction import Context, Extraction, Observed
from pls_analysis.ingest.filing import FilingError, find_office
from pls_analysis.ingest.flat import flat_rows
from pls_analysis.ingest.forms import Form, Measure, Target
from pls_analysis.ingest.layout import Layout, Record, Table
from pls_analysis.ingest.rows import Box
from pls_analysis.ingest.timing import (
    UNRESOLVED,
    SaidPeriod,
    row_period,
    table_period,
    take_period,
    year_start,
)
from pls_analysis.observations import RATES
from pls_analysis.periods import Period

REFUSALS = {
    "approximate": "is approximate (约, 余, 多): nobody can add it up",
    "range": "is a range, not one figure",
    "bad_grouping": "has its thousands commas in the wrong places",
    "damaged": "is damaged: a stray sign stands among its digits",
    "inner_blank": "has a blank among its digits",
    "bracketed": "stands in brackets: a footnote or a negative figure, the file does not say",
    "word": "is a word where a figure belongs",
    "fraction": "is a fraction or a date, the file does not say which",
    "two_figures": "holds two figures",
    "footnote": "carries a footnote mark that may be one of its digits",
    "mixed_scales": "names two scales (万 and 亿)",
    "scientific": "is written as a power of ten: its digits may have been cut",
    "hidden_scale": "is shown by its number format as another figure than the file holds",
    "shown_as_date": "is shown as a date by its number format",
    "two_scales": "names its scale, and so does its heading: nobody can say whether both count",
}

NO_PLACE_FOR_FIGURES = ("title", "fact", "note", "section")


def apply_forms(layout: Layout, context: Context, out: Extraction) -> None:
    """Turn every table of a sheet into observations and issues, and account for every cell."""
    sheet = layout.sheet.name
    for table in layout.tables:
        form = choose_form(table, sheet, context, out)
        if form is not None:
            _Reader(form, table, layout, context, out).read()
        _log_sides(table, form, sheet, out)
    unplaced: dict[str, list[Box]] = {}
    for address, role in sorted(layout.roles.items()):
        box = layout.grid.boxes[address]
        key = (sheet, address)
        if key in out.logged:
            continue
        figure = box.is_figure or box.is_refused
        if role == "unplaced" or (figure and role in NO_PLACE_FOR_FIGURES):
            severity = "info" if role in ("note", "fact") or not figure else "warning"
            unplaced.setdefault(severity, []).append(box)
        elif role != "value":
            out.used.add(key)
    for severity, boxes in unplaced.items():
        for block in _blocks(boxes):
            message = "Belongs to no table that could be read."
            out.log(severity, "unplaced", message, sheet, block)


def _blocks(boxes: Sequence[Box]) -> Iterable[list[Box]]:
    """Boxes, in order of rows, in blocks that blank rows or used ones part."""
    block: list[Box] = []
    for box in boxes:
        if block and box.row > block[-1].row + 1:
            yield block
            block = []
        block.append(box)
    if block:
        yield block


def _log_sides(table: Table, form: Form | None, sheet: str, out: Extraction) -> None:
    """Log figures in columns that the form does not declare to carry none."""
    by_heading: dict[str, list[Box]] = {}
    for heading, box in table.sides:
        if form is None or values.label(heading) not in form.attributes:
            by_heading.setdefault(heading, []).append(box)
    for heading, boxes in by_heading.items():
        message = f"The column {heading or '(no heading)'} was not taken for figures."
        remedy = "If it holds none, add it to `attributes:` of the form spec."
        out.log("warning", "column_unknown", message, sheet, boxes, remedy)


class _Reader:
    """One table while it is held against its form. Lives only inside `apply_forms`."""

    def __init__(
        self, form: Form, table: Table, layout: Layout, context: Context, out: Extraction
    ) -> None:
        self.form, self.table, self.layout, self.out = form, table, layout, out
        self.context, self.sheet = context, layout.sheet.name
        self.boxes = [record.box for record in table.records]
        self.unknown: dict[tuple[str, str], list[Box]] = {}
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

    # -- one figure ---------------------------------------------------------------------------

    def _read_record(self, record: Record) -> None:
        if self.flat is not None and record.box.col in self.flat.labels:
            self.out.used.add((self.sheet, (record.box.row, record.box.col)))
            return
        said = self._said(record)
        ignored = next((path for _, path in said if self._ignored(path)), None)
        if ignored is not None:
            self._unknown("ignored", ignored, record.box)
            return
        basis, period, area, target, earlier = None, self.period, None, None, None
        for kind, path in said:
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
                if target is None:
                    return self._unknown("measure", rest, record.box)
            else:
                area = self._area(labels)
                if area is None:
                    return self._unknown("area", rest[-1:], record.box)
        if target is None or period is None:
            return self._unknown("period", record.headings, record.box)
        period = period.year_before() if earlier else period
        return self._observe(record, target, basis, period, area or self.office)

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
            return code
        at = self.period.end if self.period is not None else None
        within = self.scope
        for label in labels if self.flat is not None else labels[-1:]:
            area = self.context.areas.find(label, within, at)
            if area is None:
                return None
            within = area.code
        return within

    def _observe(
        self, record: Record, target: Target, basis: str | None, period: Period, area: str
    ) -> None:
        measure = self.form.measures[target.measure]
        value, status = self._value(record, target, measure)
        if status == "refused":
            return
        # A number of people is that at the period's end, whatever its column is called.
        stock = "stock" if measure.basis == "stock" else None
        basis = stock or basis or measure.basis or period.basis
        start = period.start
        if basis == "cumulative":
            start = year_start(period, self.form.statistical_year)
        cell = record.box.cell
        self.out.used.add((self.sheet, (cell.row, cell.col)))
        self.out.observed.append(
            Observed(
                measure.id, area, "", target.breakdown, Period(start, period.end, basis), value,
                measure.unit, status, self.form.id, self.sheet, cell.address, cell.raw,
                self.office, self.filed or period,
            )
        )  # fmt: skip

    def _value(self, record: Record, target: Target, measure: Measure) -> tuple[float, str]:
        """The figure in the store's unit and its status; status "refused" where it is logged."""
        reading = record.box.reading
        if reading.kind == "missing":
            return float("nan"), self.form.markers.get(reading.text, reading.status)
        value = reading.value
        if reading.kind == "refused" and reading.reason in self.form.repair and value is not None:
            self._log(record, "info", "repaired", f"{reading.text} was read as {value:g}.",
                      f"Declared by `repair:` in {self.form.source}.")  # fmt: skip
        elif reading.kind != "number" or value is None:
            return self._refused(record)
        stated = self._stated_unit(record, target, reading.unit, measure.unit)
        if reading.scale != 1 and stated and units.split(stated)[0] != 1:
            return self._refused(record, "two_scales")
        converted = units.convert(value, stated or measure.unit, measure.unit)
        if converted is None:
            message = f"Stands under the unit {stated}, but {measure.id} is kept in {measure.unit}."
            self._log(record, "error", "unit_mismatch", message, "Correct the unit or the spec.")
            return 0.0, "refused"
        if (measure.least is not None and converted < measure.least) or (
            measure.most is not None and converted > measure.most
        ):
            message = (
                f"{converted:g} {measure.unit} is outside what {measure.id} can be "
                f"({measure.least:g} to {measure.most:g})."
            )
            self._log(record, "error", "out_of_range", message, "Ask the office for the figure.")
            return 0.0, "refused"
        return converted, ""

    def _refused(self, record: Record, reason: str = "") -> tuple[float, str]:
        reading = record.box.reading
        if reading.kind == "uncached":
            code, why = "formula_without_value", "is a formula whose result the file does not hold"
            remedy = "Open the file in Excel or WPS, save it, and send it again."
        elif reading.kind == "error":
            code, why = "error_value", "is an error of the spreadsheet, not a figure"
            remedy = "Ask the office for the figure."
        elif reading.reason == "struck":
            code, why = "struck", "is crossed out: a withdrawn figure, which is not used"
            remedy = "Ask the office for the figure that stands, or that there is none."
        else:
            code, why = "not_a_number", REFUSALS.get(reason or reading.reason, "is not a figure")
            remedy = "Ask the office, or declare the right figure in config/corrections.yml."
        self._log(record, "error", code, f"{record.box.cell.raw or 'The cell'} {why}.", remedy)
        return 0.0, "refused"

    def _log(self, record: Record, severity: str, code: str, message: str, remedy: str) -> None:
        boxes = [] if code == "repaired" else [record.box]
        self.out.log(severity, code, message, self.sheet, boxes, remedy, record.box)

    def _stated_unit(
        self, record: Record, target: Target, own: str | None, wanted: str
    ) -> str | None:
        """The unit that stands nearest to a figure: in it, in its row, its headings, its alias.

        The unit of the whole table counts only where it measures the same thing. Where it states
        two that do, 元、万元, nobody can say which is meant, and no unit is both.
        """
        if own in RATES or (own and units.convert(1, own, wanted) is not None):
            return own
        stated = record.unit or target.unit
        if stated is None and self.table.unit:
            listed = self.table.unit.split("、")
            fitting = [unit for unit in listed if units.convert(1, unit, wanted) is not None]
            return "、".join(fitting) or None
        return stated

    # -- what was not understood --------------------------------------------------------------

    def _log_unknown(self) -> None:
        for (kind, label), boxes in self.unknown.items():
            if kind == "ignored":
                for box in boxes:
                    self.out.logged.add((self.sheet, (box.row, box.col)))
                self.out.log("info", "ignored", f"{label}: known and not used.", self.sheet, boxes)
                continue
            known: Iterable[str] = self.form.labels if kind == "measure" else self.form.variants
            what = {"measure": "heading", "variant": "heading", "area": "area", "period": "period"}
            if kind == "area":
                known = [area.name for area in self.context.areas.children(self.scope)]
            near = nearest(label, known)
            hint = f" (nearest: {near})" if near else ""
            message = f"Unknown {what[kind]} {label or '(none)'}{hint}."
            remedy = f"Add it to {self.form.source}, as an alias or to `ignored:`."
            self.out.log("warning", f"{kind}_unknown", message, self.sheet, boxes, remedy)
