"""What a target asks for, in words: bounds, days and units as the language writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from pls_analysis.messages import Messages
from pls_analysis.observations import RATES
from pls_analysis.policy.catalogue import Entry
from pls_analysis.policy.targets import Amount, Bound, By, Every, Target

WHOLE = {"%": 100, "‰": 1000}
"""What all of them are as a rate."""
MOST_PLACES = 9
"""Where to stop looking for decimals that tell two figures apart."""


def target_text(entry: Entry, say: Messages) -> str:
    """Say what a target asks for: 2022年底达到8,000人."""
    target = entry.target
    if target.bound is None or target.when is None:
        return say("target.monitored")
    strength = say(f"target.{entry.strength}", asked=_asked(entry, say))
    if target.measured.kind == "sum" and target.measured.since is not None:
        return strength
    key = {"each": "sentence_each", "milestone": "sentence_done"}.get(target.measured.kind)
    return say(f"target.{key or 'sentence'}", when=when(target, say), asked=strength)


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
            return say("target.gain", day=day_text(measured.since, say))
        case "gain":
            limit = bound_text(entry, say)
            return say("target.gain_by", day=day_text(measured.since, say), limit=limit)
        case "share_of":
            level = say(f"level.{measured.within}")
            return say("target.share", level=level, limit=bound_text(entry, say))
        case "each":
            limit = bound_text(entry, say, each=True)
            return say("target.each", unit=each_unit(entry, say), limit=limit)
        case "sum" if measured.since is not None:
            assert isinstance(target.when, By)
            since, until = say.date(measured.since), day_text(target.when.date, say)
            return say("target.since", day=since, until=until, limit=bound_text(entry, say))
    return bound_text(entry, say)


def when(target: Target, say: Messages) -> str:
    """Say by when, or how often, something is asked for: 2022年底, 每年; by the end of 2022."""
    match target.when:
        case By(date):
            return say("target.by", day=day_text(date, say))
        case Every(span):
            return say(f"target.every_{span}")
    return ""


def day_text(day: dt.date | None, say: Messages) -> str:
    """Say a day, the last of a year as such: 2022年底."""
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
        return with_unit(say("target.planned", low=low, high=high), unit, 2, say)
    texts = []
    for amount, kind in _ends(bound):
        written = amount_text(amount, unit, say)
        rate = "_rate" if unit in RATES or amount.unit else "_each" if each else ""
        if amount.number == WHOLE.get(amount.unit or unit) and kind == "at_least":
            rate = "_whole"
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
    number = say.number(amount.number, decimals_of(amount))
    if amount.unit == "pp":
        return say("common.points", value=number)
    if amount.unit or unit in RATES:
        return number + (amount.unit or unit)
    return with_unit(number, unit, float(amount.number), say)


def decimals_of(amount: Amount) -> int:
    """How many decimals a number of the policy has."""
    return max(0, -int(amount.number.normalize().as_tuple().exponent))


def unit_of(entry: Entry) -> str:
    """The unit of a target's bound."""
    if entry.target.measured.kind == "share_of":
        return "%"
    return entry.indicator.unit


def each_unit(entry: Entry, say: Messages) -> str:
    """Say whom a target is for: 每个居村."""
    return say("target.each_unit", unit=counted(entry, 1, say))


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
    """Decimals at which figures that differ also look different, and so stand as they do.

    A rate that is not 0 does not look like it either, nor like the whole if it is not.
    """
    exact = {
        Decimal(repr(round(float(value), MOST_PLACES))) for value in values if value is not None
    }
    exact |= {Decimal(0), Decimal(WHOLE[unit])} if unit in WHOLE else set()
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
    return with_unit(number, unit, value, say)


def with_unit(written: str, unit: str, value: float, say: Messages) -> str:
    """Put a unit, if there is one, behind a number as it is written."""
    return say("common.quantity", value=written, unit=say.unit(unit, value)) if unit else written


def whole_required(value: float, upwards: bool) -> float:
    """Round what is required of a count to the next whole number that fulfils it."""
    rounding = ROUND_CEILING if upwards else ROUND_FLOOR
    # Dust of binary fractions must not ask for one more.
    return float(Decimal(repr(round(value, 6))).to_integral_value(rounding))
