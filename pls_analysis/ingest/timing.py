"""Which period a table and a heading are about, in the rhythm and statistical year of the form."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from pls_analysis.ingest import values, words
from pls_analysis.ingest.aliases import YEAR
from pls_analysis.ingest.forms import Form
from pls_analysis.ingest.layout import Table
from pls_analysis.periods import Period, StatisticalYear, find_periods

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
UNRESOLVED: Literal["unresolved"] = "unresolved"
SaidPeriod = Period | Literal["unresolved"]
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?")
PERIOD_ONLY = re.compile(r"[\d年月日度至第一二三四季上下半.\-—~()]+")


@lru_cache(maxsize=4096)
def periods_in(text: str, rule: StatisticalYear) -> tuple[Period, ...]:
    """What `find_periods` finds; a sheet says the same few things over and over."""
    return tuple(find_periods(text, rule))


def reporting_period(found: Sequence[Period], rhythm: str, rule: StatisticalYear) -> Period | None:
    """The period of a form's rhythm that the last of the periods found ends.

    A span from the start of the year ends in its last month: 1—6月 in a monthly form is June, and
    1—12月 is December, on the basis of a running total. 2022年 alone names no month, so that a
    monthly form so headed has no period.
    """
    if not found:
        return None
    last, length = found[-1], MONTHS[rhythm]
    for year in (last.end.year, last.end.year + 1):
        for number in range(1, 12 // length + 1):
            part = rule.part(year, length, number)
            if part.end == last.end and _names(last, part, rule.part(year, 12, 1)):
                return part.with_basis("flow" if last.start == part.start else last.basis)
    return None


def _names(said: Period, part: Period, year: Period) -> bool:
    if said.start == part.start:
        return True
    return said.start == year.start and (said.end < year.end or said.basis == "cumulative")


def row_period(texts: Sequence[str], form: Form) -> Period | None:
    """The period that the labels of a row in a flat table state together: 2016 and Q1.

    A day stands for the period of the form's rhythm that it lies in. None where they state no
    period, or where one contradicts another.
    """
    said = periods_in(" ".join(map(as_title, texts)), form.statistical_year)
    named = reporting_period(said, form.rhythm, form.statistical_year)
    found = {named, *(_period_around(day, form) for day in _days(texts))} - {None}
    period = found.pop() if len(found) == 1 else None
    if period is None or not all(one.start <= period.end <= one.end for one in said):
        return None
    return period


def _days(texts: Sequence[str]) -> list[dt.date]:
    found = (DAY.fullmatch(text.strip()) for text in texts)
    with contextlib.suppress(ValueError):
        return [dt.date(*map(int, day.groups())) for day in found if day]
    return []


def _period_around(day: dt.date, form: Form) -> Period | None:
    rule, length = form.statistical_year, MONTHS[form.rhythm]
    parts = (
        rule.part(year, length, number)
        for year in (day.year, day.year + 1)
        for number in range(1, 12 // length + 1)
    )
    return next((part for part in parts if part.start <= day <= part.end), None)


def year_start(period: Period, rule: StatisticalYear) -> dt.date:
    """The first day of the statistical year that a period ends in."""
    for year in (period.end.year, period.end.year + 1):
        whole = rule.part(year, 12, 1)
        if whole.start <= period.end <= whole.end:
            return whole.start
    raise ValueError(f"{period} ends in no year of the rule {rule.name}")


def table_period(form: Form, table: Table, file: str, sheet: str) -> Period | None:
    """The period a table is about, from the most trusted source that names one."""
    for source in form.period_sources:
        for text in _texts(source, table, file, sheet):
            found = periods_in(text, form.statistical_year)
            if found:
                return reporting_period(found, form.rhythm, form.statistical_year)
    return None


def _texts(source: str, table: Table, file: str, sheet: str) -> list[str]:
    if source == "title":
        facts = [box.text for box in table.facts if not words.DATE_FACT.search(box.text)]
        return [*table.titles, *facts]
    return [as_title(name) for name in ([sheet] if source == "sheet" else names_of(file))]


def names_of(path: str) -> list[str]:
    """Where the path of a file may say a period: its name, then its folders, the nearest first."""
    *folders, file = path.split("/")
    return [file.rsplit(".", 1)[0], *reversed(folders)]


def as_title(name: str) -> str:
    """A name or label as a title would say it: 2022 alone is a year."""
    return f"{name}年" if YEAR.fullmatch(name.strip()) else name


def says_only_period(label: str) -> bool:
    """Whether a heading is nothing but a period: 2018年, and not 2018年比2017年增长."""
    return bool(PERIOD_ONLY.fullmatch(label))


def take_period(form: Form, path: Sequence[str]) -> tuple[SaidPeriod | None, tuple[str, ...]]:
    """Take from a path of headings the part that says the period: 2018年/禅城区.

    An alias that names a year ({year}年平均人口) keeps its label. A heading that is a period of
    another rhythm is unresolved: its figures are not those of the table's own period.
    """
    period: SaidPeriod | None = None
    rest = []
    for part in path:
        label = values.label(part)
        found = periods_in(part, form.statistical_year)
        if found:
            said = reporting_period(found, form.rhythm, form.statistical_year)
            alone = says_only_period(label)
            period = said or (UNRESOLVED if alone else None) or period
            if alone and form.labels.find([label]) is None:
                continue
        rest.append(part)
    return period, tuple(rest)
