"""What does not fit together in a policy: an indicator in itself, a target with its indicator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pls_analysis.observations import RATES
from pls_analysis.policy.catalogue import Indicator, Unit
from pls_analysis.policy.targets import Every, Target

KINDS_OF = {
    "value": ("stock", "parts", "none"),
    "ratio": ("ratio", "coverage", "contracts", "parts"),
    "share_of": ("stock", "sum", "none"),
    "sum": ("sum",),
    "gain": ("stock", "ratio", "sum", "none"),
    "change": ("stock", "ratio", "sum", "none", "gap"),
    "each": ("sum", "stock", "ratio"),
    "rank_in": ("none", "stock", "ratio", "sum"),
    "milestone": ("date",),
}
"""What kind of measure goes with which way of adding up."""
OF_ONE_MEASURE = ("date", "parts", "contracts", "none")


def faults_of_indicator(indicator: Indicator, units: Mapping[str, Unit]) -> Iterator[str]:
    """Say what is wrong with an indicator, whoever asks for it."""
    adds, over, under = indicator.adds, indicator.numerator, indicator.denominator
    if (adds in ("ratio", "contracts")) is not bool(under) or (indicator.whole and adds != "parts"):
        yield f"adds: {adds} and this denominator do not go together"
    if adds in OF_ONE_MEASURE and len(over) != 1:
        yield f"adds: {adds} needs one measure as its numerator"
    if adds == "parts" and (over[0].breakdown == "total" or "=" in over[0].breakdown):
        yield "parts are counted of a dimension: measure/dimension"
    if adds == "gap" and len(indicator.kinds) != 2:
        yield "a gap is between two kinds of towns"
    if adds == "coverage" and not indicator.levels:
        yield "a coverage needs the levels of the areas that it counts"
    if adds == "contracts" and not any(unit.contracts for unit in units.values()):
        yield "no unit has contracts"


def faults_of_target(target: Target, units: Mapping[str, Unit]) -> Iterator[str]:
    """Say what is wrong with a target, whatever its indicator is."""
    measured, when = target.measured, target.when
    named = [units[name] for name in measured.units if name in units]
    if any(unit.contracts for unit in named):
        if when != Every("month"):
            yield "who is under contract is judged every(month)"
    elif len(measured.units) > 1:
        yield "units are combined only with one that has contracts"
    if measured.kind == "change" and (measured.span != "year" or when not in (None, Every("year"))):
        yield "a change is one from year to year, judged every(year)"
    span = measured.span
    if measured.kind == "sum" and span not in ("", "year") and when != Every(span):
        yield f"a sum of the {span} is judged every({span})"
    since = measured.kind == "gain" or measured.since is not None
    if (since or measured.kind == "milestone") and isinstance(when, Every):
        yield "what counts from a day, or is done once, is judged by(a day)"


def mismatches(target: Target, indicator: Indicator, units: Mapping[str, Unit]) -> Iterator[str]:
    """Say why a target cannot be asked of an indicator."""
    measured = target.measured
    if measured.of not in (indicator.id, indicator.reads):
        yield f'it is about "{measured.of}", its indicator is "{indicator.id}"'
    if not _kind_fits(target, indicator):
        yield f"{measured.kind}() cannot be taken of an indicator that adds: {indicator.adds}"
    level = [name for name in measured.units if name in units and units[name].level]
    if level and indicator.adds == "ratio":
        yield f"a quotient is not judged for each {level[0]}; count who complies"
    if not unit_fits(target, indicator):
        said = target.bound.unit if target.bound else ""
        yield f'the bound has the unit "{said}", the indicator "{indicator.unit}"'


def is_called(target: Target, indicator: Indicator) -> bool:
    """Whether a target names an indicator, and its kind can be taken of it."""
    named = target.measured.of in (indicator.id, indicator.reads)
    return named and _kind_fits(target, indicator)


def unit_fits(target: Target, indicator: Indicator) -> bool:
    """Whether a bound is in the unit of what is measured; a difference of rates is in points."""
    kind, bound = target.measured.kind, target.bound
    if bound is None or kind in ("milestone", "rank_in"):
        return True
    quotient = indicator.unit if indicator.unit in RATES else ""
    if kind in ("gain", "change"):
        return bound.unit in ("", "pp") if quotient else bound.unit == ""
    if kind == "each" and indicator.adds != "ratio":
        return bound.unit == ""
    return bound.unit == quotient


def _kind_fits(target: Target, indicator: Indicator) -> bool:
    return indicator.adds in KINDS_OF[target.measured.kind]
