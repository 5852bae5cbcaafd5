"""Advisers and the villages they are contracted for: who is expected where, and what they did.

The ledgers that towns file every month say of each adviser and village when the contract begins and
ends; they also say what the adviser did there. A contract that is known from one ledger holds when
another is missing.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import pandas as pd

from pls_analysis.periods import CALENDAR, Period
from pls_analysis.policy.accrual import DAY
from pls_analysis.policy.catalogue import Unit
from pls_analysis.policy.complying import AT_LEAST_ONE, share
from pls_analysis.policy.figures import Figure, Range, exact, total
from pls_analysis.policy.filings import NOTHING_THERE
from pls_analysis.policy.observed import Observed
from pls_analysis.policy.pace import as_day

Pair = tuple[str, str]
"""A village and the key of an adviser."""
Span = tuple[dt.date, dt.date]
EXEMPT = "exempt"
State = Fraction | str | None
"""What was filed for a pair and month: a number, EXEMPT, or None where it is not known."""
Entries = dict[tuple[str, str, dt.date], State]
"""What was filed, by village, adviser and the month's last day."""


@dataclass
class Ledgers:
    """The ledgers of all towns of the home area, as far as they were filed up to a day."""

    observed: Observed
    unit: Unit
    _entries: dict[str, Entries] = field(default_factory=dict)
    _under: dict[tuple[dt.date, bool], Mapping[str, list[str]]] = field(default_factory=dict)
    _towns: dict[str, str] = field(default_factory=dict)
    _villages: dict[tuple[str, dt.date], list[str]] = field(default_factory=dict)
    _told_on: dict[dt.date, tuple[set[str], set[str]]] = field(default_factory=dict)
    _on: dict[dt.date, list[Pair]] = field(default_factory=dict)
    _of_advisers: dict[tuple[str, dt.date], Mapping[str, list[State]]] = field(default_factory=dict)

    @cached_property
    def contracts(self) -> dict[Pair, list[Span]]:
        """The contracts of each pair, joined where one follows on another.

        Of one that ledgers tell differently, the latest ledger's last day counts.
        """
        first, last = (self._pairs(self.observed.unnoted(name)) for name in self.unit.contracts)
        keys = ["area", "subject", "period_end"]
        told = first.merge(last[[*keys, "value"]], on=keys, how="left", suffixes=("", "_end"))
        told = told.dropna(subset="value").sort_values("period_end", kind="stable")
        spans: dict[Pair, dict[dt.date, dt.date]] = {}
        columns = (told[name].tolist() for name in ("area", "subject", "value", "value_end"))
        for area, subject, start, end in zip(*columns, strict=True):
            until = dt.date.max if pd.isna(end) else as_day(end)
            spans.setdefault((area, subject), {})[as_day(start)] = until
        return {pair: list(_joined(sorted(one.items()))) for pair, one in spans.items()}

    @cached_property
    def months_filed(self) -> set[tuple[str, dt.date]]:
        """The towns that filed a ledger, with the last day of its month."""
        lines = {(village, end) for village, _, end in self.lines}
        return {(self.town_of(village), end) for village, end in lines}

    @cached_property
    def lines(self) -> set[tuple[str, str, dt.date]]:
        """The lines of the ledgers: village, adviser and the month's last day."""
        rows = self._pairs(self.observed.unnoted(self.unit.contracts[0]))
        columns = (rows["area"].tolist(), rows["subject"].tolist(), _days(rows["period_end"]))
        return set(zip(*columns, strict=True))

    def town_of(self, village: str) -> str:
        """Return the area that files the ledger in which a village stands."""
        if village not in self._towns:
            path = self.observed.tree.path(village)
            self._towns[village] = next(one.code for one in path if one.level == self.unit.ledger)
        return self._towns[village]

    def _pairs(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[rows["subject"].fillna("") != ""]

    def entries(self, measure: str) -> Entries:
        """Return what was filed of a measure by all pairs in all months."""
        if measure not in self._entries:
            rows = self._pairs(self.observed.unnoted(measure))
            rows = rows[(rows["breakdown"] == "total") & (rows["basis"] == "flow")]
            columns = (rows[name].tolist() for name in ("area", "subject", "value", "status"))
            self._entries[measure] = {
                (area, subject, end): _state(value, status)
                for area, subject, value, status, end in zip(
                    *columns, _days(rows["period_end"]), strict=True
                )
            }
        return self._entries[measure]

    def under(self, month: Period, whole: bool) -> Mapping[str, list[str]]:
        """Return the advisers under a contract in a month, or in the `whole` of it, by village."""
        key = (month.end, whole)
        if key not in self._under:
            found: dict[str, list[str]] = {}
            for (village, adviser), spans in self.contracts.items():
                if any(_covers(span, month, whole) for span in spans):
                    found.setdefault(village, []).append(adviser)
            self._under[key] = found
        return self._under[key]

    def pairs_in(self, villages: Iterable[str], month: Period, whole: bool) -> list[Pair]:
        """Return the pairs of villages under a contract in a month, or in the `whole` of it."""
        under = self.under(month, whole)
        return [(village, adviser) for village in villages for adviser in under.get(village, ())]

    def _note(self, area: str, *measures: str) -> None:
        """Note that the ledgers in which an area's villages stand were read, not those of others.

        All villages that such a ledger ever had are named: each is a line that can be there.
        """
        path = self.observed.tree.path(area)
        whole = next((one.code for one in path if one.level == self.unit.ledger), area)
        self.observed.note((*self.unit.contracts, *measures), self._ever[whole])

    @cached_property
    def _ever(self) -> Mapping[str, list[str]]:
        """The areas that ever were under each area, and itself."""
        found: dict[str, list[str]] = {}
        for one in self.observed.tree:
            for step in self.observed.tree.path(one.code):
                found.setdefault(step.code, []).append(one.code)
        return found

    # -- what targets ask of them

    def visits(self, measure: str, area: str, wanted: Range, months: Iterable[Period]):
        """Return for each month the share of adviser × village that comply, of those expected."""
        self._note(area, measure)
        entries, found = self.entries(measure), []
        for month in months:
            pairs = self.pairs_in(self.villages(area, month.end), month, True)
            filed = {pair: entries.get((*pair, month.end)) for pair in pairs}
            states = {
                f"{village} {adviser}": _number(state)
                for (village, adviser), state in filed.items()
                if state != EXEMPT
            }
            found.append(_of_month(share(states, wanted, month.end), month))
        return found

    def hours(self, measure: str, area: str, wanted: Range, months: Iterable[Period]):
        """Return for each month the share of the area's advisers that comply.

        What an adviser did counts over every village of the home area. While one of the ledgers is
        missing, the sum can only prove that the adviser complies.
        """
        self.observed.note([*self.unit.contracts, measure])
        found = []
        for month in months:
            states = self._hours(measure, area, wanted, month)
            found.append(_of_month(share(states, wanted, month.end), month))
        return found

    def _everywhere(self, measure: str, month: Period) -> Mapping[str, list[State]]:
        """Return what was filed of each adviser under contract, in all villages of home."""
        key = (measure, month.end)
        if key not in self._of_advisers:
            entries = self.entries(measure)
            under: dict[str, list[State]] = {}
            villages = self.villages(self.observed.home, month.end)
            for village, adviser in self.pairs_in(villages, month, False):
                state = entries.get((village, adviser, month.end))
                under.setdefault(adviser, []).append(state)
            self._of_advisers[key] = under
        return self._of_advisers[key]

    def _hours(
        self, measure: str, area: str, wanted: Range, month: Period
    ) -> dict[str, Fraction | None]:
        under = self._everywhere(measure, month)
        states: dict[str, Fraction | None] = {}
        for adviser in {adviser for _, adviser in
                        self.pairs_in(self.villages(area, month.end), month, True)}:  # fmt: skip
            filed = [state for state in under[adviser] if state != EXEMPT]
            if not filed:
                continue
            hours = total(one for one in filed if isinstance(one, Fraction))
            enough = wanted.gap(hours) == 0
            states[adviser] = hours if None not in filed or enough else None
        return dict(sorted(states.items()))

    def coverage(self, area: str, months: Iterable[Period]) -> list[Figure]:
        """Return for each month the share of villages with an adviser under contract at its end.

        Of a town that has not filed the month nothing is known, nor of a village whose contract
        goes on while its line is not in the month's ledger.
        """
        self._note(area)
        found = []
        for month in months:
            told, open_ = self._told(month.end)
            states = {
                village: Fraction(village in told)
                if (self.town_of(village), month.end) in self.months_filed and village not in open_
                else None
                for village in self.villages(area, month.end)
            }
            found.append(_of_month(share(states, AT_LEAST_ONE, month.end), month))
        return found

    def _told(self, day: dt.date) -> tuple[set[str], set[str]]:
        """Return the villages under a contract on a last day: told by the ledger, or not."""
        if day not in self._told_on:
            under = self.pairs_on(day)
            told = {village for village, adviser in under if (village, adviser, day) in self.lines}
            self._told_on[day] = told, {village for village, _ in under} - told
        return self._told_on[day]

    def pairs_on(self, day: dt.date) -> list[Pair]:
        """Return the pairs under a contract on a day."""
        if day not in self._on:
            self._on[day] = [
                pair
                for pair, spans in self.contracts.items()
                if any(start <= day <= end for start, end in spans)
            ]
        return self._on[day]

    def villages(self, area: str, day: dt.date) -> list[str]:
        """Return the villages of an area on a day: all that ledgers could be about."""
        if (area, day) not in self._villages:
            tree = self.observed.tree
            self._villages[area, day] = [
                one.code
                for one in tree.descendants(area, at=day)
                if any(step.level == self.unit.ledger for step in tree.path(one.code)[:-1])
            ]
        return self._villages[area, day]


def months_until(first: dt.date, last: dt.date) -> list[Period]:
    """Return the months from the one of a day to the last that is over on another."""
    found = []
    month = CALENDAR.part(first.year, 1, first.month)
    while month.end <= last:
        found.append(month)
        month = month.shift(1)
    return found


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Join spans that overlap or follow on each other."""
    open_: Span | None = None
    for start, end in spans:
        if open_ is not None and (open_[1] == dt.date.max or start <= open_[1] + DAY):
            open_ = (open_[0], max(open_[1], end))
            continue
        if open_ is not None:
            yield open_
        open_ = (start, end)
    if open_ is not None:
        yield open_


def _covers(span: Span, month: Period, whole: bool) -> bool:
    if whole:
        return span[0] <= month.start and span[1] >= month.end
    return span[0] <= month.end and span[1] >= month.start


def _days(column: pd.Series) -> list[dt.date]:
    """Return the days of a column of which few differ."""
    days = {day: day.date() for day in column.unique()}
    return column.map(days).tolist()


def _state(value: float, status: str | None) -> State:
    if not math.isnan(value):
        return exact(value)
    if status == "z":
        return EXEMPT
    return Fraction(0) if status in NOTHING_THERE else None


def _number(state: State) -> Fraction | None:
    return state if isinstance(state, Fraction) else None


def _of_month(figure: Figure, month: Period) -> Figure:
    return replace(figure, start=month.start, year=month.end.year)
