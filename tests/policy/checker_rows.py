"""What a right reading of the sample holds, and how it adds up: straight from the truth.

Nothing here or in `checker` comes from the package: it is a second reading of the same rules.
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

HOME = "310115"
CITY = ["310101", "310104", "310105", "310106", "310107", "310109", "310110", "310112",
        "310113", "310114", "310115", "310116", "310117", "310118", "310120", "310151"]  # fmt: skip
DAY = dt.timedelta(days=1)
AS_WRITTEN = ("sum_off", "part_off")
"""Figures that a failed sum puts in doubt: until they are corrected they stand as written."""


@dataclass(frozen=True)
class Row:
    start: dt.date
    end: dt.date
    basis: str
    value: Fraction | None
    status: str


@dataclass
class Places:
    """The towns and villages of the district, straight from the two tables of areas."""

    kinds: dict[str, str]
    villages: dict[str, list[str]]

    @property
    def towns(self) -> list[str]:
        return list(self.kinds)

    def under(self, area: str, kind: str = "") -> list[str]:
        """The towns of the district, or the town itself."""
        chosen = self.towns if area == HOME else [area]
        return [town for town in chosen if kind in ("", self.kinds[town])]


def read_places(areas: Path, villages: Path) -> Places:
    kinds, below = {}, defaultdict(list)
    with areas.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["level"] == "town":
                kinds[line["code"]] = line["kind"]
    with villages.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["level"] == "village":
                below[line["parent"]].append(line["code"])
    return Places(kinds, below)


@dataclass
class Rows:
    """The rows that stand: by measure and part, then area and subject."""

    by: dict[str, dict[tuple[str, str], list[Row]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    parts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, line: dict[str, str]) -> None:
        """Take a line of the truth if a right reading holds it."""
        value = line["value"]
        if line["expected"] != "used":
            if line["fault"] in AS_WRITTEN:
                value = line["raw"]
            elif not (line["fault"] == "column_unit" and value in ("0.0", "0")):
                return
        part = line["breakdown"]
        term = line["measure"] if part == "total" else f"{line['measure']}/{part}"
        row = Row(
            dt.date.fromisoformat(line["period_start"]),
            dt.date.fromisoformat(line["period_end"]),
            line["basis"],
            Fraction(value) if value not in ("", None) else None,
            line["status"],
        )
        self.by[term][line["area"], line["subject"]].append(row)
        self.parts[line["measure"]].add(term)

    def of(self, term: str, area: str) -> list[Row]:
        """The rows of an area and all its subjects."""
        if term not in self._areas:
            found = defaultdict(list)
            for (place, _), rows in self.by.get(term, {}).items():
                found[place].extend(rows)
            self._areas[term] = found
        return self._areas[term].get(area, [])

    def __post_init__(self) -> None:
        self._areas: dict[str, dict[str, list[Row]]] = {}


def read_truth(truth: Path) -> Rows:
    """Read what `pls sample --truth` wrote."""
    rows = Rows()
    with truth.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            rows.add(line | {"subject": line.get("subject", "")})
    return rows


# -- days --------------------------------------------------------------------------------------


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last of a month stays the last."""
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    last = calendar.monthrange(year, month)[1]
    ends = day.day == calendar.monthrange(day.year, day.month)[1]
    return dt.date(year, month, last if ends else min(day.day, last))


def month_end(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def year_of(day: dt.date, rule: str) -> tuple[dt.date, dt.date]:
    """First and last day of the year that a day is in: calendar, or 21 December to 20 December."""
    if rule != "dec21":
        return dt.date(day.year, 1, 1), dt.date(day.year, 12, 31)
    year = day.year + (1 if (day.month, day.day) >= (12, 21) else 0)
    return dt.date(year - 1, 12, 21), dt.date(year, 12, 20)


# -- sums --------------------------------------------------------------------------------------


def known(row: Row) -> bool:
    """Whether it says how much: what is not applicable, or below the smallest unit, is nothing."""
    return row.value is not None or row.status in ("z", "k")


def amount(row: Row | None) -> Fraction:
    return Fraction(0) if row is None or row.value is None else row.value


def add_up(rows: list[Row], start: dt.date, end: dt.date) -> tuple[Fraction, bool, bool]:
    """What was done from one day to another: the sum, whether it is whole, whether any is known.

    A month's own figure comes first; what none covers is the difference of two running totals of
    its year; a negative difference is no value.
    """
    if start.year != end.year and start == dt.date(start.year, 1, 1):
        total, whole, some = Fraction(0), True, False
        for year in range(start.year, end.year + 1):
            part = add_up(rows, dt.date(year, 1, 1), min(end, dt.date(year, 12, 31)))
            total, whole, some = total + part[0], whole and part[1], some or part[2]
        return total, whole, some
    flows = {
        row.start: row for row in rows if row.basis == "flow" and known(row) and row.end <= end
    }
    runs = {
        row.end: amount(row)
        for row in rows
        if row.basis == "cumulative" and known(row) and row.start == start and row.end <= end
    }
    at, total, whole, some = start, Fraction(0), True, False
    while at <= end:
        if at in flows:
            total, some, at = total + amount(flows[at]), True, flows[at].end + DAY
            continue
        before = Fraction(0) if at == start else runs.get(at - DAY, total if whole else None)
        later = [day for day in sorted(runs) if day >= at]
        if later and before is not None and runs[later[0]] >= before:
            total, some, at = total + runs[later[0]] - before, True, later[0] + DAY
        elif later and before is None:
            total, whole, some, at = runs[later[0]], True, True, later[0] + DAY
        else:
            whole = False
            at = min([day for day in flows if day > at], default=end + DAY)
    return total, whole, some
