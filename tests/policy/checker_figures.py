"""The figures of a target, line by line from the rows that stand."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from fractions import Fraction

from checker_ledgers import Ledgers
from checker_rows import CITY, HOME, Places, Rows, add_up, known, year_of
from checker_targets import Figure, Target, fits, rule_of

Sum = tuple[Fraction, bool, bool]
"""What is known, whether it is whole, whether anything is known."""


class Figures:
    def __init__(self, rows: Rows, places: Places, ledgers: Ledgers):
        self.rows, self.places, self.ledgers = rows, places, ledgers

    def areas(self, target: Target, area: str) -> list[str]:
        """The areas whose rows are added."""
        if target.at == "town":
            return self.places.under(area, "镇" if target.rule == "rural" else "")
        if target.at == "village":
            return [v for town in self.places.under(area) for v in self.places.villages[town]]
        return [area]

    def ends(self, target: Target, area: str, as_of: dt.date) -> list[dt.date]:
        """The days on which any row of the target ends, until a day."""
        if target.adds == "coverage":
            areas = [*self.places.under(area), *self.areas(replace(target, at="village"), area)]
        elif target.kind in ("rank_in", "share_of"):
            areas = CITY
        else:
            areas = self.areas(target, area)
        if target.adds == "parts":
            found = {
                end for term in self.terms(target) for end in self.ends_of([term], areas, as_of)
            }
            return sorted(found)
        return self.ends_of(self.terms(target), areas, as_of)

    def ends_of(
        self, terms: list[str], areas: list[str], as_of: dt.date, part: str = ""
    ) -> list[dt.date]:
        """The days until another on which a known figure of each term ends."""
        by_term = [
            {
                row.end
                for place in areas
                for row in self.rows.of(f"{term}/{part}" if part else term, place)
                if row.end <= as_of and known(row)
            }
            for term in terms
        ]
        return sorted(set.intersection(*by_term))

    def terms(self, target: Target) -> list[str]:
        """The measures that have to be there for a figure to be one."""
        if target.adds == "ratio":
            return [*target.terms, *target.below]
        if target.adds == "parts":
            measure = target.terms[0].split("/")[0]
            return [one for one in self.rows.parts[measure] if "/item" in one]
        return list(target.terms)

    def figure(self, target: Target, area: str, end: dt.date) -> Figure:
        """The figure of a target for an area that ends on a day."""
        made = {
            "stock": self.stock,
            "sum": self.sum_of_year,
            "ratio": self.ratio,
            "parts": self.count_parts,
            "gap": self.town_gap,
            "coverage": self.coverage,
            "survey": self.of_city,
            "score": self.of_city,
        }
        return made[target.adds](target, area, end)

    def stock(self, target: Target, area: str, end: dt.date) -> Figure:
        if target.kind == "share_of":
            own, city = (self.added(target.terms, places, end) for places in ([HOME], CITY))
            whole = own[1] and city[1] and bool(city[0])
            share = own[0] / city[0] * 100 if whole else None
            return Figure(end, share, whole, cases=own[0], of=city[0] if city[1] else None)
        areas = self.areas(target, area)
        total, whole, some = self.added(target.terms, areas, end)
        broken = self.breaks(list(target.terms), areas, end, end)
        year = year_of(end, rule_of(target))
        return Figure(end, total if some else None, whole, year=year, broken=broken)

    def added(self, terms: tuple[str, ...], areas: list[str], end: dt.date) -> Sum:
        """Stocks on a day added over terms and areas: sum, whole, any known."""
        total, whole, some = Fraction(0), True, False
        for place in areas:
            for term in terms:
                found = [row for row in self.rows.of(term, place) if row.end == end]
                if found and all(known(row) for row in found):
                    total += sum((row.value or Fraction(0) for row in found), Fraction(0))
                    some = True
                else:
                    whole = False
        return total, whole, some

    def breaks(self, terms: list[str], areas: list[str], start: dt.date, end: dt.date) -> bool:
        """Whether a figure from one day to another is marked as a break."""
        return any(
            row.status == "b" and start <= row.end <= end
            for term in terms
            for place in areas
            for row in self.rows.of(term, place)
        )

    def flow(self, term: str, area: str, target: Target, start: dt.date, end: dt.date) -> Sum:
        """What an area did between two days: sum, whole, any known."""
        if target.at != "village":
            total, whole, some = Fraction(0), True, False
            for place in self.areas(target, area):
                part = add_up(self.rows.of(term, place), start, end)
                total, whole, some = total + part[0], whole and part[1], some or part[2]
            return total, whole, some
        total, whole, some = Fraction(0), True, False
        for town in self.places.under(area):
            part = self.ledgers.total(term, town, start, end)
            total, whole, some = total + part[0], whole and part[1], some or part[2]
        return total, whole, some

    def sum_of_year(self, target: Target, area: str, end: dt.date) -> Figure:
        year = year_of(end, rule_of(target))
        since = re.search(r"since ([\d-]+)", target.what)
        start = dt.date.fromisoformat(since[1]) if since else year[0]
        total, whole, some = Fraction(0), True, False
        for term in target.terms:
            part = self.flow(term, area, target, start, end)
            total, whole, some = total + part[0], whole and part[1], some or part[2]
        return Figure(end, total if some else None, whole, year=year, yearly=True)

    def ratio(self, target: Target, area: str, end: dt.date) -> Figure:
        return self.quotient(target, self.areas(target, area), end)

    def quotient(self, target: Target, areas: list[str], end: dt.date, part: str = "") -> Figure:
        """A quotient of sums over those areas that have both sides for the same days."""
        year = year_of(end, rule_of(target))
        cases, of, found, whole = Fraction(0), Fraction(0), 0, True
        for place in areas:
            sides = []
            for terms in (target.terms, target.below):
                names = [f"{term}/{part}" if part else term for term in terms]
                sides.append([self.amount(name, place, year[0], end) for name in names])
            if all(known_ for side in sides for _, known_ in side):
                cases += sum(value for value, _ in sides[0])
                of += sum(value for value, _ in sides[1])
                found += 1
            else:
                whole = False
        value = cases / of * target.scale if of else None
        flowing = any(
            row.basis != "stock"
            for term in target.terms
            for place in areas
            for row in self.rows.of(f"{term}/{part}" if part else term, place)
        )
        names = [f"{term}/{part}" if part else term for term in (*target.terms, *target.below)]
        broken = self.breaks(names, areas, year[0] if flowing else end, end)
        return Figure(end, value, whole, None, cases, of if found else None, year, flowing, broken)

    def amount(self, term: str, area: str, start: dt.date, end: dt.date) -> tuple[Fraction, bool]:
        """A stock on a day, or what was done up to it since another; and whether it is whole."""
        if any(row.basis == "stock" for row in self.rows.of(term, area)):
            return self.added((term,), [area], end)[:2]
        return add_up(self.rows.of(term, area), start, end)[:2]

    def count_parts(self, target: Target, area: str, end: dt.date) -> Figure:
        year = year_of(end, "")
        found, whole = 0, False
        for term in self.terms(target):
            total, complete, _ = self.flow(term, area, target, year[0], end)
            found += total > 0
            whole = whole or complete
        of = Fraction(target.below[0]) if target.below else None
        value = Fraction(found) / of * 100 if of else Fraction(found)
        return Figure(end, value, whole, cases=Fraction(found), of=of, year=year)

    def town_gap(self, target: Target, area: str, end: dt.date) -> Figure:
        year = year_of(end, "")
        level = {}
        whole = True
        for kind in ("街道", "镇"):
            total, villages = Fraction(0), 0
            for town in self.places.under(HOME, kind):
                part = self.ledgers.total(target.terms[0], town, year[0], end)
                total, whole = total + part[0], whole and part[1]
                villages += len(self.places.villages[town])
            level[kind] = total / villages
        urban, rural = level["街道"], level["镇"]
        value = max(Fraction(0), (urban - rural) / urban * 100) if urban and whole else None
        villages = [one for some in self.places.villages.values() for one in some]
        broken = self.breaks(list(target.terms), villages, year[0], end)
        return Figure(end, value, whole, year=year, yearly=True, broken=broken)

    def coverage(self, target: Target, area: str, end: dt.date) -> Figure:
        areas = [*self.places.under(area), *self.areas(replace(target, at="village"), area)]
        covered = unknown = expected = 0
        for place in areas:
            rows = [row for row in self.rows.of(target.terms[0], place) if row.end == end]
            if rows and rows[0].status == "z":
                continue
            expected += 1
            unknown += not (rows and known(rows[0]))
            covered += bool(rows) and (rows[0].value or 0) >= 1
        return Figure(end, Fraction(covered * 100, expected), not unknown, of=Fraction(expected))

    def each_area(self, target: Target, area: str, end: dt.date) -> Figure:
        """The share of areas that comply, of all that are expected."""
        complying = unknown = expected = 0
        for place in self.areas(target, area):
            rows = [row for row in self.rows.of(target.terms[0], place) if row.end == end]
            if rows and rows[0].status == "z":
                continue
            expected += 1
            if not rows or not known(rows[0]):
                unknown += 1
            else:
                complying += fits(target, rows[0].value or Fraction(0))
        if not expected:
            return Figure(end, None, False)
        share, most = (Fraction(n * 100, expected) for n in (complying, complying + unknown))
        return Figure(end, share, not unknown, most, of=Fraction(expected))

    def of_city(self, target: Target, area: str, end: dt.date) -> Figure:
        return Figure(end, None, year=year_of(end, ""))

    def of_districts(self, term: str, end: dt.date) -> dict[str, Fraction]:
        """The values on a day of the city's districts that have one."""
        found = {}
        for area in CITY:
            rows = [row for row in self.rows.of(term, area) if row.end == end and known(row)]
            if rows and rows[0].status != "z":
                found[area] = rows[0].value or Fraction(0)
        return found
