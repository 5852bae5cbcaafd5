"""Periods as (start, end, basis), how they step, what they are called, and statistical years."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pls_analysis.period_labels import label_of

if TYPE_CHECKING:
    import pandas as pd

Frequency = Literal["M", "Q", "H", "Y"]
BASES = ("flow", "cumulative", "stock")

_LENGTHS: dict[str, int] = {"M": 1, "Q": 3, "H": 6, "Y": 12}
_FREQUENCIES: dict[int, Frequency] = {1: "M", 3: "Q", 6: "H", 12: "Y"}


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """A stretch of days, both ends included, and how figures relate to it.

    `basis` is "flow" (happened within), "cumulative" (happened since the start of the year) or
    "stock" (stood so at the end).
    """

    start: dt.date
    end: dt.date
    basis: str = "flow"

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a period ends on {self.end}, before it starts on {self.start}")
        if self.basis not in BASES:
            raise ValueError(f'unknown basis "{self.basis}"; known are {", ".join(BASES)}')

    def __str__(self) -> str:
        """Write the period as parse_period reads it; the basis is left out."""
        year = self.start.year
        match self.frequency:
            case "M":
                return f"{year}-{self.start.month:02}"
            case "Q":
                return f"{year}-Q{self.number}"
            case "H":
                return f"{year}-H{self.number}"
            case "Y":
                return f"{year}"
        return f"{self.start}..{self.end}"

    @property
    def frequency(self) -> Frequency | None:
        """M, Q, H or Y for a month, quarter, half-year or year of the calendar, else None."""
        length = self.whole_months
        if length not in _FREQUENCIES or self.start.day != 1:
            return None
        return _FREQUENCIES[length] if (self.start.month - 1) % length == 0 else None

    @property
    def number(self) -> int | None:
        """The place of a calendar period within its year, from 1; None for other periods."""
        if self.frequency is None:
            return None
        return (self.start.month - 1) // _LENGTHS[self.frequency] + 1

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.end - self.start).days + 1

    @property
    def whole_months(self) -> int | None:
        """How many months it has, when it ends a day before that day of the month comes again."""
        after = self.end + dt.timedelta(days=1)
        if after.day != self.start.day:
            return None
        return _months_between(self.start, after)

    def shift(self, steps: int) -> Period:
        """Return the period that many of its own lengths later (earlier when negative).

        Whole months step by months (a quarter from the 21st to the 20th too), others by days.
        """
        length = self.whole_months
        if length is None:
            step = dt.timedelta(days=self.days * steps)
            return Period(self.start + step, self.end + step, self.basis)
        return self._moved(length * steps)

    def year_before(self) -> Period:
        """Return the same period of the year before."""
        return self._moved(-12)

    def months(self) -> list[Period]:
        """Return the months the period is made of, each a flow.

        Raises ValueError when it is not made of whole months.
        """
        length = self.whole_months
        if length is None:
            raise ValueError(f"{self} is not made of whole months")
        starts = [_add_months(self.start, count) for count in range(length + 1)]
        return [
            Period(start, after - dt.timedelta(days=1))
            for start, after in itertools.pairwise(starts)
        ]

    def with_basis(self, basis: str) -> Period:
        """Return the same days on another basis."""
        return Period(self.start, self.end, basis)

    def to_pandas(self) -> pd.Period:
        """Return the pandas period: M, Q, Y, or 2Q for a half-year.

        Raises ValueError for a period that is none of the calendar's.
        """
        import pandas as pd

        freq = self.frequency
        if freq is None:
            raise ValueError(f"pandas has no period for {self}; use its start and end")
        return pd.Period(f"{self.start}", freq="2Q" if freq == "H" else freq)  # type: ignore

    def label(self, lang: str = "zh") -> str:
        """Return the period in words, in Chinese ("zh") or English ("en").

        Raises ValueError for another language.
        """
        return label_of(self, lang)

    def _moved(self, months: int) -> Period:
        if self.whole_months is None:
            return Period(
                _add_months(self.start, months), _add_months(self.end, months), self.basis
            )
        after = _add_months(self.end + dt.timedelta(days=1), months)
        start = _add_months(self.start, months)
        return Period(start, after - dt.timedelta(days=1), self.basis)


@dataclass(frozen=True, slots=True)
class StatisticalYear:
    """When a form's year begins: on `day` of `month`, of the year before unless that is January.

    Months run from `day` to the day before it in the next; quarters and halves count from the
    start of the year.
    """

    name: str
    month: int = 1
    day: int = 1

    def span(self, year: int, first: int, last: int, basis: str = "flow") -> Period:
        """Return months `first` to `last` (1 to 12) of a year as they are named."""
        start = dt.date(year, first, 1) if self.day == 1 else self._begin(year, first)
        after = _add_months(self._begin(year, last), 1)
        return Period(start, after - dt.timedelta(days=1), basis)

    def part(self, year: int, length: int, number: int, basis: str = "flow") -> Period:
        """Return the part of a year that is `length` months long, counted from 1."""
        begin = dt.date(year if self.month == 1 else year - 1, self.month, self.day)
        start = _add_months(begin, length * (number - 1))
        return Period(start, _add_months(start, length) - dt.timedelta(days=1), basis)

    def _begin(self, year: int, month: int) -> dt.date:
        first = dt.date(year, month, 1)
        return first if self.day == 1 else _add_months(first, -1).replace(day=self.day)


CALENDAR = StatisticalYear("calendar")
STATISTICAL_YEARS = {
    rule.name: rule
    for rule in (
        CALENDAR,
        StatisticalYear("dec21_dec20", 12, 21),
        StatisticalYear("dec_nov", 12, 1),
        StatisticalYear("nov26_nov25", 11, 26),
    )
}


def statistical_year(name: str) -> StatisticalYear:
    """Return the rule a form spec names. Raises ValueError listing the known ones."""
    try:
        return STATISTICAL_YEARS[name]
    except KeyError:
        known = ", ".join(STATISTICAL_YEARS)
        raise ValueError(f'unknown statistical year "{name}"; known are {known}') from None


def _months_between(start: dt.date, end: dt.date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def _add_months(day: dt.date, months: int) -> dt.date:
    """Move a day by months; the 31st becomes the last day of a shorter month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(years, month + 1)[1]
    return dt.date(years, month + 1, min(day.day, last))
