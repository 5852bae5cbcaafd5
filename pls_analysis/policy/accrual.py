"""What came together since a day: flows laid end to end, running totals where they are missing.

A month's own figure comes first; where it is missing, it is the difference of two running totals.
Nothing is spread over days and no quarter is made of parts of another: a stretch is covered by the
periods that were filed, or it is missing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from pls_analysis.policy.figures import total

DAY = dt.timedelta(days=1)
Stretch = tuple[dt.date, dt.date]
Used = tuple[str, Stretch]
"""What was filed on a basis for a stretch."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What was filed for one period: the sum of what is known, how many cells are and are not."""

    value: Fraction
    unknown: int = 0
    known: int = 1
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Accrued:
    """A sum over a stretch: what is known, where it is not, and the periods it was made of.

    The value is the sum of those `used` without those that are taken off (`less`).
    """

    value: Fraction = Fraction(0)
    gaps: tuple[Stretch, ...] = ()
    used: tuple[Used, ...] = ()
    less: tuple[Used, ...] = ()
    marks: frozenset[str] = field(default_factory=frozenset)


def accrue(
    flows: Mapping[Stretch, Filed], totals: Mapping[Stretch, Filed], start: dt.date, end: dt.date
) -> Accrued:
    """Return the sum from `start` to `end`.

    Flows come first. What they leave open is the difference of two running totals; a negative one
    is no value. Of the running `totals`, those that begin on another day are of another year.
    """
    told = {
        last: filed
        for (first, last), filed in totals.items()
        if first == start and last <= end and not filed.unknown
    }
    steps = list(_steps(flows, start, end))
    whole = [filed for _, filed in steps if filed is not None and not filed.unknown]
    if len(whole) == len(steps):
        marks = frozenset().union(*(one.marks for one in whole))
        used = tuple(("flow", stretch) for stretch, _ in steps)
        return Accrued(total(one.value for one in whole), (), used, (), marks)
    found = Accrued()
    for stretch, filed in steps:
        if filed is None or filed.unknown:
            filled, day = _filled(found, flows, told, start, stretch)
            rest = ((day + DAY, stretch[1]),) if day < stretch[1] else ()
            found = replace(filled, gaps=(*filled.gaps, *rest))
            if day >= stretch[0]:  # what is known of a stretch already filled is in it
                continue
        if filed is not None:
            found = _with(found, stretch, filed)
    return _netted(found)


def _with(found: Accrued, stretch: Stretch, filed: Filed) -> Accrued:
    return replace(
        found,
        value=found.value + filed.value,
        used=(*found.used, ("flow", stretch)),
        marks=found.marks | filed.marks,
    )


def _netted(found: Accrued) -> Accrued:
    """Leave out what was both added and taken off."""
    if not found.less:
        return found
    both = Counter(found.used) & Counter(found.less)
    used, less = (
        tuple((Counter(one) - both).elements()) for one in (found.used, found.less)
    )  # fmt: skip
    return replace(found, used=used, less=less)


def _filled(
    found: Accrued,
    flows: Mapping[Stretch, Filed],
    told: Mapping[dt.date, Filed],
    start: dt.date,
    gap: Stretch,
) -> tuple[Accrued, dt.date]:
    """Fill a gap from running totals as far as they reach: the sum, and the last day it has.

    Without a total up to the gap, one at its end tells all since `start` and stands for what was
    added so far: what was missing before is missing no more.
    """
    before = told.get(gap[0] - DAY)
    base = found.value if before is None else before.value
    inside = sorted((day for day in told if gap[0] <= day < gap[1]), reverse=True)
    for last in (gap[1], *inside):
        day, rest = _total(flows, told, last)
        if day is None or (since := told[day].value - rest.value) < base:
            continue
        used, marks = ("cumulative", (start, day)), found.marks | told[day].marks
        if before is None:
            return Accrued(since, (), (used,), rest.used, marks), last
        less = (*found.less, ("cumulative", (start, gap[0] - DAY)), *rest.used)
        value = found.value + since - base
        return Accrued(value, found.gaps, (*found.used, used), less, marks), last
    return found, gap[0] - DAY


def _total(
    flows: Mapping[Stretch, Filed], told: Mapping[dt.date, Filed], day: dt.date
) -> tuple[dt.date | None, Accrued]:
    """Return the day of the running total that tells one day's, and the flows between them."""
    for later in sorted(one for one in told if one >= day):
        rest = _laid(flows, day + DAY, later)
        if not rest.gaps:
            return later, rest
    return None, Accrued()


def _laid(flows: Mapping[Stretch, Filed], start: dt.date, end: dt.date) -> Accrued:
    """Lay flows end to end, without running totals."""
    found = Accrued()
    for stretch, filed in _steps(flows, start, end):
        if filed is None or filed.unknown:
            found = replace(found, gaps=(*found.gaps, stretch))
        if filed is not None:
            found = _with(found, stretch, filed)
    return found


def _steps(
    flows: Mapping[Stretch, Filed], start: dt.date, end: dt.date
) -> Iterator[tuple[Stretch, Filed | None]]:
    """Walk from day to day: the shortest period filed from here, or the gap up to the next one."""
    inside = sorted(one for one in flows if one[0] >= start and one[1] <= end)
    day = start
    for stretch in inside:
        if stretch[0] < day:
            continue
        if stretch[0] > day:
            yield (day, stretch[0] - DAY), None
        yield stretch, flows[stretch]
        day = stretch[1] + DAY
    if day <= end:
        yield (day, end), None
