"""What one cell says of a measure: a value in the unit of the store, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from pls_analysis.ingest import days, units
from pls_analysis.ingest.forms import Form, Measure, Target
from pls_analysis.ingest.tables import Record
from pls_analysis.ingest.values import Reading
from pls_analysis.observations import RATES

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
    "no_day": "states no day on which it was done",
    "two_days": "states several days",
    "month_only": "states a month or a year where a day belongs",
    "bound": "states a day before or up to which, not the day",
    "half_done": "says of one part that it is done and of another that it is not",
}
ASK = "Ask the office, or declare the right figure in config/corrections.yml."


@dataclass(frozen=True, slots=True)
class Measured:
    """A value in the unit of the store; NaN with a status letter where the cell says none.

    `repaired` is the text of a damaged figure that the form allows to be mended.
    """

    value: float
    status: str = ""
    repaired: str = ""


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a cell gives no value: the code of its issue, the message and the remedy."""

    code: str
    message: str
    remedy: str


def measure_cell(
    record: Record, target: Target, form: Form, table_unit: str | None
) -> Measured | Unusable:
    """Read a cell as a value of the measure that it stands under."""
    measure, reading = form.measures[target.measure], record.box.reading
    if reading.reason != "struck":
        said = _in_words(reading, measure, form)
        if said is not None:
            return said
    if measure.unit == days.UNIT:
        return _day(record, form)
    value, repaired = reading.value, ""
    if reading.kind == "refused" and reading.reason in form.repair and value is not None:
        repaired = reading.text
    elif reading.kind != "number" or value is None:
        return _unusable(record)
    stated = _stated_unit(record, target, measure.unit, table_unit)
    if reading.scale != 1 and stated and units.split(stated)[0] != 1:
        return _unusable(record, "two_scales")
    converted = units.convert(value, stated or measure.unit, measure.unit)
    if converted is None:
        message = f"Stands under the unit {stated}, but {measure.id} is kept in {measure.unit}."
        return Unusable("unit_mismatch", message, "Correct the unit or the spec.")
    if (measure.least is not None and converted < measure.least) or (
        measure.most is not None and converted > measure.most
    ):
        message = (
            f"{converted:g} {measure.unit} is outside what {measure.id} can be "
            f"({measure.least:g} to {measure.most:g})."
        )
        return Unusable("out_of_range", message, "Ask the office for the figure.")
    return Measured(converted, repaired=repaired)


def _in_words(reading: Reading, measure: Measure, form: Form) -> Measured | None:
    """What a text means that the spec declares: 免 an exemption, 有 one, or a mark for missing."""
    if reading.text in form.markers:
        return Measured(float("nan"), form.markers[reading.text])
    if reading.text in measure.words:
        return Measured(measure.words[reading.text])
    if reading.kind == "missing":
        return Measured(float("nan"), reading.status)
    return None


def _day(record: Record, form: Form) -> Measured | Unusable:
    """A date, or a text that states one, as yyyymmdd."""
    reading = record.box.reading
    if reading.kind not in ("date", "text", "number") or reading.reason:
        return _unusable(record)
    day = days.read_day(reading.text)
    if day is not None:
        return Measured(days.as_number(day))
    if reading.kind != "text" or not form.done:
        return _unusable(record, "no_day")
    stated = days.stated_day(reading.text, form.done, form.undone)
    if stated == days.NOT_YET:
        return Measured(float("nan"), "z")
    if isinstance(stated, str):
        return _unusable(record, stated)
    return Measured(days.as_number(stated))


def _unusable(record: Record, reason: str = "") -> Unusable:
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
        remedy = ASK
    return Unusable(code, f"{record.box.cell.raw or 'The cell'} {why}.", remedy)


def _stated_unit(record: Record, target: Target, wanted: str, table_unit: str | None) -> str | None:
    """The unit that stands nearest to a figure: in it, in its row, its headings, its alias.

    The unit of the whole table counts only where it measures the same thing. Where it states two
    that do, 元、万元, nobody can say which is meant, and no unit is both.
    """
    own = record.box.reading.unit
    if own in RATES or (own and units.convert(1, own, wanted) is not None):
        return own
    stated = record.unit or target.unit
    if stated is None and table_unit:
        listed = table_unit.split("、")
        fitting = [unit for unit in listed if units.convert(1, unit, wanted) is not None]
        return "、".join(fitting) or None
    return stated
