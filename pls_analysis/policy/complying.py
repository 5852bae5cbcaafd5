"""How many of those that a target is for comply: areas one by one (rules S4 and S11).

Who is expected comes from the area tree or from contracts, never from what was filed. The value is
the share that complies; what is not known leaves it open upwards.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from pls_analysis.policy.catalogue import Indicator
from pls_analysis.policy.figures import Figure, Range
from pls_analysis.policy.observed import Observed, Place, year_of
from pls_analysis.policy.targets import Amount, Bound, Target

HUNDRED = Fraction(100)
AT_LEAST_ONE = Range(low=Fraction(1))
WHOLE = Bound(lower=Amount(Decimal(100), "%"))


def all_of(target: Target) -> Target:
    """Return a target on the share that complies: all of them."""
    return replace(target, bound=WHOLE)


def share(
    states: Mapping[str, Fraction | None],
    wanted: Range,
    end: dt.date,
    planned: Decimal | None = None,
) -> Figure:
    """Return the share of units whose value lies in a range; None is a value that is not known.

    Units that are exempt are not among the states. The facts count who complies, is known and is
    expected, and name who fails and who is not known.
    """
    sure = {unit: wanted.holds(value) for unit, value in states.items() if value is not None}
    good = [unit for unit, complies in sure.items() if complies]
    open_ = [unit for unit, value in states.items() if value is None]
    failing = [unit for unit, complies in sure.items() if not complies]
    expected = len(states)
    facts = {
        "complying": len(good), "known": len(sure), "expected": expected,
        "failing": failing, "unknown": open_, "units": list(states),
    }  # fmt: skip
    if planned is not None:
        over = [unit for unit, value in states.items() if value is not None and value > planned]
        facts["over_planned_units"] = over
    least = HUNDRED * len(good) / expected if expected else None
    most = HUNDRED * (len(good) + len(open_)) / expected if expected else None
    return Figure(
        end, end, least if sure else None, least, most, Fraction(len(good)), Fraction(expected),
        missing=tuple(f"{unit} {end}" for unit in open_), expected=expected, facts=facts,
    )  # fmt: skip


def shares(
    observed: Observed,
    indicator: Indicator,
    area: str,
    levels: tuple[str, ...],
    wanted: Range,
    planned: Decimal | None = None,
) -> list[Figure]:
    """Return the shares of areas of some levels that comply, for each day on which figures end."""
    found: list[Figure] = []
    place = _units(observed, area, levels, observed.as_of)
    for end in sorted(observed.ends(indicator.numerator, place)):
        states = unit_values(observed, indicator, area, levels, end)
        year, whole = year_of(indicator.year, end)
        one = share(states, wanted, end, planned)
        found.append(replace(one, year=year, over=end == whole.end))
    return found


def unit_values(
    observed: Observed, indicator: Indicator, area: str, levels: tuple[str, ...], end: dt.date
) -> dict[str, Fraction | None]:
    """Return the value of each area of some levels at the end of a period; None: not known.

    Areas that are marked as exempt (z) are left out.
    """
    place = _units(observed, area, levels, end)
    _, whole = year_of(indicator.year, end)
    accrues = observed.accrues(indicator.numerator, place)
    start = whole.start if accrues else end
    found = observed.sum(indicator.numerator, place, start, end, indicator.year)
    exempt = _exempt(observed, indicator, place, end)
    return {
        unit: None if unit in found.absent else found.by_part[unit]
        for unit in place.expected
        if unit not in exempt
    }


def _exempt(observed: Observed, indicator: Indicator, place: Place, end: dt.date) -> set[str]:
    return {
        part
        for term in indicator.numerator
        for part, filing in observed.filing(term, place).items()
        for (_, last), filed in filing.get("stock", {}).items()
        if last == end and "z" in filed.marks and not filed.value
    }


def _units(observed: Observed, area: str, levels: tuple[str, ...], day: dt.date) -> Place:
    own = [area] if observed.tree[area].level in levels else []
    below = [
        one.code for level in levels for one in observed.tree.descendants(area, level, day)
    ]  # fmt: skip
    codes = [*own, *below]
    return Place(tuple(codes), {code: code for code in codes}, tuple(codes))
