"""Read periods: as people type them (2022-Q2), and out of the titles of workbooks."""

from __future__ import annotations

import datetime as dt
import operator
import re

from pls_analysis.period_titles import find_periods
from pls_analysis.period_values import (
    CALENDAR,
    STATISTICAL_YEARS,
    Frequency,
    Period,
    StatisticalYear,
    statistical_year,
)

__all__ = [
    "CALENDAR",
    "STATISTICAL_YEARS",
    "Frequency",
    "Period",
    "StatisticalYear",
    "find_periods",
    "parse_day",
    "parse_period",
    "statistical_year",
]

_YEARS = range(1900, 2101)
_WRITTEN = re.compile(r"(?P<year>\d{4})(?:-(?:(?P<month>\d\d)|Q(?P<quarter>\d)|H(?P<half>\d)))?")
_SPAN = re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)")


def parse_period(value: str | int | Period) -> Period:
    """Read a period: 2022-06, 2022-Q2, 2022-H1, 2022 or 2022-03-21..2022-06-20.

    Takes a year as a number too. Raises ValueError saying what is right.
    """
    if isinstance(value, Period):
        return value
    text = _text_of(value)
    if span := _SPAN.fullmatch(text):
        try:
            return Period(dt.date.fromisoformat(span[1]), dt.date.fromisoformat(span[2]))
        except ValueError as error:
            raise ValueError(f'"{value}" is no period: {error}') from None
    match = _WRITTEN.fullmatch(text)
    if match and int(match["year"]) in _YEARS:
        length, number = _part_of(match)
        if 1 <= number <= 12 // length:
            return CALENDAR.part(int(match["year"]), length, number)
    raise ValueError(
        f'"{value}" is no period; write a month as 2022-06, a quarter as 2022-Q2, '
        "a half-year as 2022-H1, a year as 2022, other days as 2022-03-21..2022-06-20"
    )


def parse_day(value: str) -> dt.date:
    """Read a day (2022-06-30), or a period, whose last day is meant (2022-06).

    Raises ValueError saying what is right.
    """
    try:
        return dt.date.fromisoformat(value.strip())
    except ValueError:
        pass
    try:
        return parse_period(value).end
    except ValueError:
        raise ValueError(
            f'"{value}" is no day; write 2022-06-30, or a period whose end is meant: 2022-06'
        ) from None


def _text_of(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    try:
        # Notebooks hand over numpy's integers too; True is no year.
        return str(value) if isinstance(value, bool) else str(operator.index(value))  # type: ignore
    except TypeError:
        return str(value)


def _part_of(match: re.Match[str]) -> tuple[int, int]:
    if match["month"]:
        return 1, int(match["month"])
    if match["quarter"]:
        return 3, int(match["quarter"])
    if match["half"]:
        return 6, int(match["half"])
    return 12, 1
