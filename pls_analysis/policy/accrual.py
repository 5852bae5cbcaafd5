"""What came together since a day: flows laid end to end, running totals where they are missing.

Nothing is spread over days and no quarter is made of parts of another: a stretch is covered by the
periods that were filed, or it is missing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

DAY = dt.timedelta(days=1)
Stretch = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class Filed:
    """What was filed for one period: the sum of what is known, how many cells are and are not."""

    value: Fraction
    unknown: int = 0
    known: int = 1
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Accrued:
    """A sum over a stretch: what is known, where it is not, and the periods it was made of."""

    value: Fraction = Fraction(0)
    gaps: tuple[Stretch, ...] = ()
    used: tuple[tuple[str, Stretch], ...] = ()
    marks: frozenset[str] = field(default_factory=frozenset)

    @property
    def days_missing(self) -> int:
        """How many days of the stretch nothing is known of."""
        return sum((last - first).days + 1 for first, last in self.gaps)


def accrue(
    flows: Mapping[Stretch, Filed], totals: Mapping[Stretch, Filed], start: dt.date, end: dt.date
) -> Accrued:
    """Return the sum from `start` to `end`.

    Flows come first; where they leave a gap, a running total from `start` with flows after it, if
    that leaves a smaller one. Of the running `totals`, those that begin on another day are of
    another year.
    """
    best = _laid(flows, start, end)
    if not best.gaps:
        return best
    until = sorted((last for first, last in totals if first == start and last <= end), reverse=True)
    for last in until:
        total = totals[start, last]
        if total.unknown:
            continue
        rest = _laid(flows, last + DAY, end)
        if rest.days_missing < best.days_missing:
            best = Accrued(
                total.value + rest.value,
                rest.gaps,
                (("cumulative", (start, last)), *rest.used),
                total.marks | rest.marks,
            )
    return best


def _laid(flows: Mapping[Stretch, Filed], start: dt.date, end: dt.date) -> Accrued:
    value, gaps, used, marks = Fraction(0), [], [], frozenset[str]()
    for stretch, filed in _steps(flows, start, end):
        if filed is None or filed.unknown:
            gaps.append(stretch)
        if filed is not None:
            value += filed.value
            marks |= filed.marks
            used.append(("flow", stretch))
    return Accrued(value, tuple(gaps), tuple(used), marks)


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
