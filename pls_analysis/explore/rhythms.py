"""How often a form is filed, and where its period is written, judged from its tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pls_analysis.explore.tidy import titled
from pls_analysis.ingest import values, words
from pls_analysis.ingest.layout import Layout, Table
from pls_analysis.ingest.timing import as_title, periods_in, says_only_period
from pls_analysis.periods import CALENDAR, Period

LENGTHS = {1: "month", 3: "quarter", 6: "half_year", 12: "year"}
NAMED = {"月报|月度|每月|按月": "month", "季报|季度": "quarter", "半年": "half_year",
         "年报|年度|年鉴|年末": "year"}  # fmt: skip


@dataclass(frozen=True)
class Timing:
    """The rhythm of a form, where its period is read, and what a person should look at.

    `period` is that of the first table, where it says one.
    """

    rhythm: str
    sources: tuple[str, ...] = ("title",)
    note: str = ""
    period: Period | None = None


def find_timing(kin: Sequence[tuple[Layout, Table]], file: str) -> Timing:
    """Find where the tables of one form say their period, and how long it is."""
    named = {"title": [], "sheet": [], "file": []}
    for layout, table in kin:
        facts = [box.text for box in table.facts if not words.DATE_FACT.search(box.text)]
        named["title"].append(_last([*table.titles, *facts]))
        named["sheet"].append(_last([as_title(layout.sheet.name)]))
        named["file"].append(_last([as_title(file.rsplit("/", 1)[-1].rsplit(".", 1)[0])]))
    said = " ".join(titled(table) for _, table in kin[:1])
    inner = _inner(kin)
    for source, periods in named.items():
        if found := [period for period in periods if period is not None]:
            rhythm = _rhythm(inner or found, said)
            lacking = len(found) < len(periods) and source == "title" and any(named["sheet"])
            sources = ("title", "sheet") if lacking else (source,)
            return Timing(rhythm, sources, period=found[0])
    if inner:
        return Timing(_rhythm(inner, said))
    by_name = next((one for words_, one in NAMED.items() if re.search(words_, said + file)), "year")
    return Timing(by_name, note="nothing says the period: no figure is read before the title does")


def _inner(kin: Sequence[tuple[Layout, Table]]) -> list[Period]:
    """The periods that headings and row labels say."""
    texts = {
        part
        for _, table in kin
        for record in table.records
        for path in (record.keys, record.headings)
        for part in path
        if says_only_period(values.label(part))
    }
    said = (periods_in(as_title(text), CALENDAR) for text in sorted(texts))
    return [found[-1] for found in said if found]


def _rhythm(periods: Sequence[Period], said: str) -> str:
    """The rhythm of the shortest period named; a running total is filed by the month."""
    if all(period.basis == "cumulative" and period.start.month == 1 for period in periods):
        word = next((one for words_, one in NAMED.items() if re.search(words_, said)), None)
        return word or "month"
    months = min(round(period.days / 30.4) for period in periods)
    return LENGTHS.get(months, "year")


def _last(texts: Sequence[str]) -> Period | None:
    for text in texts:
        if found := periods_in(text, CALENDAR):
            return found[-1]
    return None
