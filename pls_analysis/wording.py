"""What a target asks for, in words: bounds, days and units as the language writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from pls_analysis.messages import Messages
from pls_analysis.observations import RATES
from pls_analysis.policy.catalogue import Entry
from pls_analysis.policy.targets import Amount, Bound, By, Every, Target

MOST_PLACES = 4


def target_text(entry: Entry, say: Messages) -> str:
    """Say what a target asks for: 2022年底达到8,000人."""
    target = entry.target
    if target.bound is None or target.when is None:
        return say("target.monitored")
    strength = say(f"target.{entry.strength}", asked=_asked(entry, say))
    if target.measured.kind == "sum" and target.measured.since is not None:
        return strength
    return say("target.sentence", when=when(target, say), asked=strength)


def _asked(entry: Entry, say: Messages) -> str:
    target = entry.target
    measured, bound = target.measured, target.bound
    assert bound is not None
    match measured.kind:
        case "milestone":
            return say("target.done")
        case "rank_in":
            assert bound.upper is not None
            level = say(f"level.{measured.within}")
            return say("target.rank", level=level, k=say.count(bound.upper.number))
        case "change":
            return say("target.rising" if bound.lower is not None else "target.falling")
        case "gain" if bound.lower is not None and bound.lower_open and not bound.lower.number:
            return say("target.gain", day=_day(measured.since, say))
        case "gain":
            limit = bound_text(entry, say)
            return say("target.gain_by", day=_day(measured.since, say), limit=limit)
        case "share_of":
            level = say(f"level.{measured.within}")
            return say("target.share", level=level, limit=bound_text(entry, say))
        case "each":
            unit = say("target.each_unit", unit=counted(entry, 1, say))
            return say("target.each", unit=unit, limit=bound_text(entry, say, each=True))
        case "sum" if measured.since is not None:
            since, until = say.date(measured.since), when(target, say)
            return say("target.since", day=since, until=until, limit=bound_text(entry, say))
    return bound_text(entry, say)


def when(target: Target, say: Messages) -> str:
    """Say by when, or how often, something is asked for: 2022年底, 每年."""
    match target.when:
        case By(date):
            return _day(date, say)
        case Every(span):
            return say(f"target.every_{span}")
    return ""


def _day(day: dt.date | None, say: Messages) -> str:
    assert day is not None
    if (day.month, day.day) == (12, 31):
        return say("target.year_end", year=day.year)
    return say.date(day)


def bound_text(entry: Entry, say: Messages, each: bool = False, bare: bool = False) -> str:
    """Say a bound: 达到8,000人, 超过25%; of `each` 不少于1名; `bare`, as an aim, 8,000人."""
    bound = entry.target.bound
    assert bound is not None
    unit = unit_of(entry)
    if bound.planned is not None and bound.lower is not None:
        low, high = say.count(bound.lower.number), say.count(bound.planned)
        return say("target.planned", low=low, high=high, unit=say.unit(unit, 2))
    texts = []
    for amount, kind in _ends(bound):
        written = amount_text(amount, unit, say)
        rate = "_rate" if unit in RATES or amount.unit else "_each" if each else ""
        texts.append(written if bare and kind == "at_least" else
                     say(f"target.{kind}{rate}", amount=written))  # fmt: skip
    return say("target.and").join(texts)


def _ends(bound: Bound) -> Iterable[tuple[Amount, str]]:
    if bound.lower is not None:
        yield bound.lower, "more_than" if bound.lower_open else "at_least"
    if bound.upper is not None:
        yield bound.upper, "less_than" if bound.upper_open else "at_most"


def amount_text(amount: Amount, unit: str, say: Messages) -> str:
    """Say a number of the policy as it writes it, with its unit: 8,000人, 0.6‰."""
    number = say.count(amount.number)
    if amount.unit == "pp":
        return say("common.points", value=number)
    if amount.unit or unit in RATES:
        return number + (amount.unit or unit)
    return say("common.quantity", value=number, unit=say.unit(unit, float(amount.number)))


def unit_of(entry: Entry) -> str:
    """The unit of a target's bound."""
    if entry.target.measured.kind == "share_of":
        return "%"
    return entry.indicator.unit


def counted(entry: Entry, number: float, say: Messages) -> str:
    """What follows a number of those that a target judges one by one: 个居村, villages."""
    if not entry.counted:
        return say(f"level.{entry.indicator.at}")
    one, _, more = entry.counted[say.lang].partition("|")
    return one if number == 1 else more or one


def definition(entry: Entry, say: Messages) -> str:
    """How a figure is defined, and how the policy's words are read; "" where both are plain."""
    said = [entry.indicator.note.get(say.lang, ""), entry.reading.get(say.lang, "")]
    stop = say("target.stop")
    return "".join(text.rstrip(stop.strip()) + stop for text in said if text).strip()


# -- numbers that agree with what is said of them --------------------------------------------------


def places_for(values: Iterable[float | None], unit: str) -> int:
    """Decimals at which figures that differ also look different, four at most."""
    exact = {Decimal(repr(float(value))) for value in values if value is not None}
    whole = all(value == value.to_integral_value() for value in exact)
    least = {"%": 1, "‰": 2}.get(unit, 0 if whole else 1)
    for places in range(least, MOST_PLACES):
        step = Decimal(1).scaleb(-places)
        if len({value.quantize(step, ROUND_HALF_UP) for value in exact}) == len(exact):
            return places
    return MOST_PLACES


def figure_text(value: float, unit: str, say: Messages, places: int | None = None) -> str:
    """Write a figure with its unit: 98.96%, 1,234件."""
    number = say.number(value, places_for([value], unit) if places is None else places)
    if unit in RATES:
        return number + unit
    return say("common.quantity", value=number, unit=say.unit(unit, value)) if unit else number


def whole_required(value: float, upwards: bool) -> float:
    """Round what is required of a count to the next whole number that fulfils it."""
    rounding = ROUND_CEILING if upwards else ROUND_FLOOR
    # Dust of binary fractions must not ask for one more.
    return float(Decimal(repr(round(value, 6))).to_integral_value(rounding))
