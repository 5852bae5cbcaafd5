"""Hold a detected table against its form spec: observations, or issues that say why not."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence
from functools import cache, partial

from pls_analysis.areas import AmbiguousArea, Area, UnknownArea
from pls_analysis.configs import nearest
from pls_analysis.ingest import units, values, words
from pls_analysis.ingest.extraction import Context, Extraction, Observed
from pls_analysis.ingest.filing import FilingError, find_office
from pls_analysis.ingest.forms import Form, Measure, Target
from pls_analysis.ingest.layout import Layout, Record, Table
from pls_analysis.ingest.rows import Box
from pls_analysis.ingest.timing import (
    UNRESOLVED,
    SaidPeriod,
    periods_in,
    table_period,
    take_period,
    year_start,
)
from pls_analysis.observations import RATES
from pls_analysis.periods import CALENDAR, Period

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
        form = _choose(table, layout, context, out)
        if form is not None:
            _Reader(form, table, layout, context, out).read()
        _log_sides(table, form, sheet, out)
    for address, role in layout.roles.items():
        box = layout.grid.boxes[address]
        key = (sheet, address)
        if key in out.logged:
            continue
        figure = box.is_figure or box.is_refused
        if role == "unplaced" or (figure and role in NO_PLACE_FOR_FIGURES):
            severity = "info" if role in ("note", "fact") or not figure else "warning"
            out.log(severity, "unplaced", "Belongs to no table that could be read.", sheet, [box])
        elif role != "value":
            out.used.add(key)


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


def _choose(table: Table, layout: Layout, context: Context, out: Extraction) -> Form | None:
    sheet = layout.sheet.name
    fitting = [form for form in context.forms if _fits(form, table, out.file, sheet)]
    if len({form.id for form in fitting}) == 1:
        fitting = _in_force(fitting, table, out.file, sheet)
    if len(fitting) == 1:
        return fitting[0]
    boxes = [record.box for record in table.records]
    said = "".join(table.titles[:1]) or "without a title"
    if fitting:
        names = ", ".join(form.source for form in fitting)
        message = f"The table {said} fits several form specs ({names})."
        out.log("error", "form_ambiguous", message, sheet, boxes, "Make their `match:` narrower.")
    else:
        near = nearest(said, (form.title for form in context.forms), cutoff=50)
        message = f"No form spec fits the table {said}" + (f" (nearest: {near})." if near else ".")
        remedy = "Add a spec to config/forms, or an alias to the title it matches."
        out.log("warning", "form_unknown", message, sheet, boxes, remedy)
    return None


def _in_force(versions: list[Form], table: Table, file: str, sheet: str) -> list[Form]:
    """The version of one form that serves the table's period; without a period the latest, which
    then says that the period is missing.
    """
    period = table_period(versions[0], table, file, sheet)
    if period is None:
        return versions[-1:]
    return [form for form in versions if form.serves(period)]


def said_by_name(path: str, forms: Sequence[Form]) -> object:
    """What the name of a file alone tells: which forms it may be, and for which period."""
    told = tuple(
        form.source
        for form in forms
        if "file" in form.match and fnmatch.fnmatch(path, form.match["file"])
    )
    dated = any("file" in form.period_sources for form in forms)
    return told, periods_in(path.rsplit("/", 1)[-1], CALENDAR) if dated else ()


def _fits(form: Form, table: Table, file: str, sheet: str) -> bool:
    match = form.match
    if "file" in match and not fnmatch.fnmatch(file, match["file"]):
        return False
    if "sheet" in match and not re.search(match["sheet"], sheet):
        return False
    said = words.squeeze("".join((*table.titles, *(box.text for box in table.facts))))
    titles = match.get("title", [])
    titles = [titles] if isinstance(titles, str) else titles
    return not titles or any(words.squeeze(title) in said for title in titles)


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
        # Every row repeats the columns' paths and every column the rows': look each up once.
        self._ignored = cache(self._ignored)
        self._take_period = cache(partial(take_period, form))

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
        self._check_key_heading()
        for record in self.table.records:
            self._read_record(record)
        self._log_unknown()
        return None

    def _refuse(self, code: str, message: str, remedy: str, place: Box | None = None) -> None:
        self.out.log("error", code, message, self.sheet, self.boxes, remedy, place)

    def _find_office(self) -> str:
        if self.form.area != "office":
            return self.scope
        return find_office(self.form, self.table, self.layout.grid, self._resolve_sender)

    def _periods_in_headings(self) -> list[SaidPeriod]:
        paths = {path for r in self.table.records for path in (r.headings, r.keys)}
        return [said for path in paths if (said := self._take_period(path)[0]) is not None]

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
        parts = {"rows": record.keys, "columns": record.headings}
        if any(self._ignored(path) for path in parts.values()):
            self.unknown.setdefault(("ignored", "".join(record.headings)), []).append(record.box)
            return
        basis, period, area, target = None, self.period, None, None
        for axis, path in parts.items():
            kind = self.form.rows if axis == "rows" else self.form.columns
            said_period, rest = self._take_period(path)
            if said_period == UNRESOLVED:
                return self._unknown("period", path, record.box)
            period = said_period or period
            if kind == "variant":
                basis = self.form.variants.find([values.label(part) for part in rest])
                if basis is None:
                    return self._unknown("variant", rest, record.box)
                continue
            said_basis, rest = self._take_basis(rest)
            basis = said_basis or basis
            labels = tuple(values.label(part) for part in rest)
            if kind == "measure":
                target = self.form.labels.find(labels)
                if target is None:
                    return self._unknown("measure", rest, record.box)
            else:
                area = self._area(labels)
                if area is None:
                    return self._unknown("area", rest[-1:], record.box)
        if target is None or period is None:
            return self._unknown("period", record.headings, record.box)
        return self._observe(record, target, basis, period, area or self.office)

    def _ignored(self, path: tuple[str, ...]) -> bool:
        return self.form.ignored.find(values.label(part) for part in path) is not None

    def _unknown(self, kind: str, path: Sequence[str], box: Box) -> None:
        """Note a figure under a path that the form does not know; one issue for each path."""
        label = "/".join(values.label(part) for part in path)
        self.unknown.setdefault((kind, label), []).append(box)

    def _take_basis(self, path: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
        """Take from a path the part that says the basis: 本月/受理 is a flow of 受理."""
        basis, rest = None, []
        for part in path:
            found = self.form.variants.find([values.label(part)])
            basis = found or basis
            if found is None:
                rest.append(part)
        return basis, tuple(rest)

    def _area(self, labels: Sequence[str]) -> str | None:
        if not labels:
            return self.scope
        code = self.form.areas.find(labels) or self.form.areas.find(labels[-1:])
        if code is not None:
            return code
        try:
            return self._resolve(labels[-1]).code
        except (UnknownArea, AmbiguousArea):
            return None

    def _observe(
        self, record: Record, target: Target, basis: str | None, period: Period, area: str
    ) -> None:
        measure = self.form.measures[target.measure]
        value, status = self._value(record, target, measure)
        if status == "refused":
            return
        basis = basis or measure.basis or period.basis
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

        The unit of the whole table counts only where it measures the same thing.
        """
        if own in RATES or (own and units.convert(1, own, wanted) is not None):
            return own
        labels = (*record.headings[::-1], *record.keys[::-1])
        named = [unit for _, unit in map(values.split_label, labels) if unit]
        headed = next((unit for unit in named if units.is_unit(unit)), None)
        stated = record.unit or headed or target.unit
        table = self.table.unit
        if stated is None and table and units.convert(1, table, wanted) is not None:
            return table
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
