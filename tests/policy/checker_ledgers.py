"""The advisers' ledgers: each month of a town, with every cell that it should hold."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from fractions import Fraction

from checker_rows import DAY, Places, Row, Rows, amount, known, month_end
from checker_targets import Target, Verdict

Span = tuple[dt.date, dt.date]
States = list[bool | None]
"""For each unit that is expected: it complies, it fails, or nothing is known."""


class Ledgers:
    def __init__(self, rows: Rows, places: Places):
        self.rows, self.places = rows, places
        self._ledgers: dict[str, dict[tuple[str, dt.date], dict[tuple[str, str], Row]]] = {}
        self._contracts: dict[dt.date, dict[tuple[str, str], list[Span]]] = {}

    def total(
        self, term: str, town: str, start: dt.date, end: dt.date
    ) -> tuple[Fraction, bool, bool]:
        """A town's monthly ledgers: each month filed, and no cell of an adviser in it unread."""
        total, whole, some = Fraction(0), True, False
        for first in months_between(start, end):
            filed = self.ledger(term, town, month_end(first))
            pairs = self.ledger("adviser_contract_start", town, month_end(first))
            some = some or bool(filed)
            for pair in filed.keys() | pairs.keys():
                row = filed.get(pair)
                if row is None or not known(row):
                    whole = False
                else:
                    total += row.value or Fraction(0)
            whole = whole and bool(filed)
        return total, whole, some

    def ledger(self, term: str, town: str, end: dt.date) -> dict[tuple[str, str], Row]:
        """A town's rows of a month, by village and adviser."""
        if term not in self._ledgers:
            made: dict[tuple[str, dt.date], dict[tuple[str, str], Row]] = defaultdict(dict)
            for (place, subject), rows in self.rows.by.get(term, {}).items():
                for row in rows:
                    made[place[:9], row.end][place, subject] = row
            self._ledgers[term] = made
        return self._ledgers[term].get((town, end), {})

    def monthly(self, target: Target, area: str, as_of: dt.date) -> Verdict:
        end = as_of if as_of == month_end(as_of) else as_of.replace(day=1) - DAY
        if end < dt.date(2021, 4, 30):
            return Verdict("not_due", required=Fraction(100))
        if target.adds == "contracts":
            states = self.adviser_coverage(area, end)
        elif target.what.startswith("adviser *"):
            states = self.visits(target, area, end)
        else:
            states = self.hours(target, area, end)
        return of_states(states)

    def adviser_coverage(self, area: str, end: dt.date) -> States:
        states: States = []
        for town in self.places.under(area):
            starts = self.ledger("adviser_contract_start", town, end)
            ends = self.ledger("adviser_contract_end", town, end)
            for village in self.places.villages[town]:
                if not starts:
                    states.append(None)
                    continue
                spans = [
                    (day_of(row), day_of(ends.get(pair)))
                    for pair, row in starts.items()
                    if pair[0] == village
                ]
                covered = any(a and a <= end and (b is None or b >= end) for a, b in spans)
                unread = any(
                    start <= end <= until
                    for pair, known_before in self.contracts(end).items()
                    if pair[0] == village and pair not in starts
                    for start, until in known_before
                )
                states.append(True if covered else None if unread else False)
        return states

    def contracts(self, until: dt.date) -> dict[tuple[str, str], list[Span]]:
        """The contracts of each village and adviser, each as last filed until a day."""
        if until in self._contracts:
            return self._contracts[until]
        ends = self.rows.by["adviser_contract_end"]
        made = {}
        for pair, rows in self.rows.by["adviser_contract_start"].items():
            last = {row.end: row for row in ends.get(pair, ())}
            spans = {}
            for row in sorted(rows, key=lambda one: one.end):
                if row.end <= until and day_of(row):
                    spans[day_of(row)] = day_of(last.get(row.end)) or dt.date.max
            made[pair] = sorted(spans.items())
        self._contracts[until] = made
        return made

    def visits(self, target: Target, area: str, end: dt.date) -> States:
        first, states = end.replace(day=1), []
        towns = set(self.places.under(area))
        for pair, spans in self.contracts(end).items():
            if pair[0][:9] not in towns or not covers(spans, first, end):
                continue
            row = self.ledger(target.terms[0], pair[0][:9], end).get(pair)
            if row is not None and row.status == "z":
                continue
            unknown = row is None or not known(row)
            states.append(None if unknown else amount(row) >= target.limit)
        return states

    def hours(self, target: Target, area: str, end: dt.date) -> States:
        first, states = end.replace(day=1), []
        towns = set(self.places.under(area))
        contracts = defaultdict(dict)
        for pair, spans in self.contracts(end).items():
            contracts[pair[1]][pair[0]] = spans
        for adviser, villages in contracts.items():
            if not any(
                v[:9] in towns and covers(spans, first, end) for v, spans in villages.items()
            ):
                continue
            total, unknown, exempt = Fraction(0), False, 0
            under = [
                v for v, spans in villages.items() if any(a <= end and b >= first for a, b in spans)
            ]
            for village in villages:
                row = self.ledger(target.terms[0], village[:9], end).get((village, adviser))
                if row is not None and row.status == "z":
                    exempt += village in under
                elif row is not None and known(row):
                    total += amount(row)
                elif village in under or row is not None:
                    unknown = True
            if exempt == len(under):
                continue
            states.append(True if total >= target.limit else None if unknown else False)
        return states


# -- small rules -------------------------------------------------------------------------------


def months_between(start: dt.date, end: dt.date) -> list[dt.date]:
    found, at = [], start
    while at <= end:
        found.append(at)
        at = month_end(at) + DAY
    return found


def day_of(row: Row | None) -> dt.date | None:
    if row is None or row.value is None:
        return None
    return dt.datetime.strptime(str(int(row.value)), "%Y%m%d").date()


def covers(spans: list[Span], first: dt.date, end: dt.date) -> bool:
    """Whether contracts cover every day from one to another, one after the other."""
    at = first
    for start, until in sorted(spans):
        if start <= at <= until:
            if until >= end:
                return True
            at = until + DAY
    return False


def of_states(states: States) -> Verdict:
    """One failure: missed; all known and complying: met; else no_data (S4)."""
    if all(state is None for state in states):
        return Verdict("no_data", None, Fraction(100), None, Fraction(len(states)))
    complying = sum(state is True for state in states)
    share = Fraction(complying * 100, len(states))
    status = "missed" if False in states else "no_data" if None in states else "met"
    return Verdict(status, share, Fraction(100), Fraction(100) - share, Fraction(len(states)))
