"""Read a text as a day: a date that stands alone, or the one that a sentence says a thing was done.

Nothing is guessed: a month, a deadline (前) and a text that says both done and not yet are refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Literal

UNIT = "日期"
"""The unit of measures whose value is a day, kept as the number yyyymmdd."""
NOT_YET: Literal["not_yet"] = "not_yet"
NoDay = Literal["not_yet", "no_day", "two_days", "month_only", "bound", "half_done"]
"""Why a text states no day; "not_yet" alone is a plain answer."""

_DAY = r"((?:19|20)\d\d)(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?"
_ALONE = re.compile(rf"{_DAY}(?:[ T]00:00(?::00)?)?")
_DIGITS = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_WITHIN = re.compile(rf"(截[至止]|截止到)?{_DAY}([之以]?前|[-—~至到])?")
_IMPRECISE = re.compile(r"\d{1,2}月|[年月季]底|(?:19|20)\d\d年(?!度)")
_CLAUSE = re.compile(r"(?<!日)[,，]|[;；。\n]")


def as_number(day: dt.date) -> float:
    """A day as it is stored: 2021-06-30 is 20210630."""
    return float(f"{day:%Y%m%d}")


def read_day(text: str) -> dt.date | None:
    """The day that a normalised text is, and nothing else: 2021年6月30日, 2021-6-30, 20210630."""
    found = _ALONE.fullmatch(text) or _DIGITS.fullmatch(text)
    return None if found is None else _date(*found.groups())


def stated_day(text: str, done: Sequence[str], undone: Sequence[str]) -> dt.date | NoDay:
    """The one day on which a text says that a thing was done, else why there is none.

    Clause by clause: one with a word of `undone` says that it is not done, one with a word of
    `done` that it is, and only there a day counts. A day that stands before a comma belongs to what
    follows it.
    """
    clauses = [clause for clause in _CLAUSE.split(text) if clause.strip()]
    pending = [clause for clause in clauses if _holds(clause, undone)]
    settled = [one for one in clauses if one not in pending and _holds(one, done)]
    if pending:
        return "half_done" if settled else NOT_YET
    found: set[dt.date] = set()
    for clause in settled:
        for since, *parts, until in _WITHIN.findall(clause):
            day = _date(*parts)
            if day is None:
                return "no_day"
            if since or until:
                return "bound"
            found.add(day)
        if _IMPRECISE.search(_WITHIN.sub("", clause)):
            return "month_only"
    if len(found) > 1:
        return "two_days"
    return found.pop() if found else "no_day"


def _holds(clause: str, words: Sequence[str]) -> bool:
    return any(word in clause for word in words)


def _date(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
