"""What is judged: an indicator's figures for one area, exact, with what is not known of them."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from pls_analysis.policy.targets import Bound

STATUSES = (
    "met", "on_track", "off_track", "missed", "not_due", "no_data", "too_few", "monitored",
)  # fmt: skip
PLACES = 6
"""Decimals of a figure that count: what lies behind is the dust of binary fractions."""


@lru_cache(maxsize=1 << 16)  # most are small whole numbers, again and again
def exact(number: float | Decimal) -> Fraction:
    """Return a figure as an exact number: a rate of 0.6 ‰ is neither above nor below 0.6 ‰."""
    whole = int(number)
    return Fraction(whole) if whole == number else Fraction(str(round(number, PLACES)))


def total(numbers: Iterable[Fraction]) -> Fraction:
    """Return the sum of exact numbers; most are whole, and those are added as such."""
    whole, rest = 0, Fraction(0)
    for one in numbers:
        if one.denominator == 1:
            whole += one.numerator
        else:
            rest += one
    return rest + whole


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator's figure for an area, from `start` to `end` or as it stood at `end`.

    `value` is what is known. What it can be at `least` and at `most` tell how far missing parts
    leave it open (None: no limit). `year` is the statistical year it belongs to, `over` says that
    this year ends with it, and `accrues` that it grows through the year: a sum or a quotient of
    sums. `missing` names the parts that are not in, of `expected`; `marks` are the status letters
    of what it is made of.
    """

    start: dt.date
    end: dt.date
    value: Fraction | None
    least: Fraction | None = None
    most: Fraction | None = None
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    year: int = 0
    over: bool = True
    accrues: bool = False
    missing: tuple[str, ...] = ()
    expected: int = 1
    marks: frozenset[str] = frozenset()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        """Whether it grows through a year that is not over."""
        return self.accrues and not self.over


@dataclass(frozen=True, slots=True)
class Range:
    """The values that are good enough, from `low` to `high` (None: no end)."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = False
    high_open: bool = False

    @property
    def end(self) -> Fraction | None:
        """The end that a value has to come to."""
        return self.high if self.low is None else self.low

    def moved(self, end: Fraction) -> Range:
        """Return the side that it has at another value, which is included."""
        return Range(low=end) if self.low is not None else Range(high=end)

    def surely(self, figure: Figure) -> bool:
        """Whether every value that a figure can have lies in it."""
        return self._reaches(figure.least, False) and self._keeps(figure.most, False)

    def holds(self, value: Fraction) -> bool:
        """Whether a value that is known lies in it."""
        return self._reaches(value, False) and self._keeps(value, False)

    def possibly(self, figure: Figure) -> bool:
        """Whether some value that a figure can have lies in it."""
        return self._reaches(figure.most, True) and self._keeps(figure.least, True)

    def gap(self, value: Fraction) -> Fraction:
        """Return how far a value is from it: 0 where it lies in it."""
        below = self.low - value if self.low is not None else Fraction(0)
        above = value - self.high if self.high is not None else Fraction(0)
        return max(below, above, Fraction(0))

    def _reaches(self, value: Fraction | None, unlimited: bool) -> bool:
        if self.low is None:
            return True
        if value is None:
            return unlimited
        return value > self.low if self.low_open else value >= self.low

    def _keeps(self, value: Fraction | None, unlimited: bool) -> bool:
        if self.high is None:
            return True
        if value is None:
            return unlimited
        return value < self.high if self.high_open else value <= self.high


def range_of(bound: Bound) -> Range:
    """Return the values that satisfy a bound."""
    low = None if bound.lower is None else Fraction(bound.lower.number)
    high = None if bound.upper is None else Fraction(bound.upper.number)
    return Range(low, high, bound.lower_open, bound.upper_open)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status with the figure it rests on and the value that was required of it then.

    `gap` is how far the value is from the bound. `facts` say more: why there is no verdict, what
    lies below the bound, ranks, counts.
    """

    status: str
    figure: Figure | None = None
    required: Fraction | None = None
    gap: Fraction | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def noting(self, **facts: Any) -> Verdict:
        """Return the verdict with more facts."""
        return replace(self, facts={**self.facts, **facts})


def known(start: dt.date, end: dt.date, value: Fraction, **more: Any) -> Figure:
    """Return a figure of which nothing is missing."""
    return Figure(start, end, value, value, value, **more)


def later(day: dt.date, months: int) -> dt.date:
    """Return the day that many months later; the last of a month stays the last of one."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(years, month + 1)[1]
    at_end = (day + dt.timedelta(days=1)).day == 1
    return dt.date(years, month + 1, last if at_end else min(day.day, last))


def up_to(series: Sequence[Figure], day: dt.date) -> list[Figure]:
    """Return the figures that end on or before a day, in order of their ends."""
    return sorted((one for one in series if one.end <= day), key=lambda one: one.end)
