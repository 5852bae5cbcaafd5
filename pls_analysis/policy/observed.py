"""From observations to an indicator's figures: sums over areas, stretches of time, quotients.

An area's own figures are added over the areas below it as the indicator says. What is not filed or
blank is missing and named, never 0 (rule S11); the areas that are expected come from the area tree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd

from pls_analysis.areas import AreaTree
from pls_analysis.periods import Period, StatisticalYear
from pls_analysis.policy.accrual import DAY, Accrued, Stretch, accrue
from pls_analysis.policy.catalogue import TOTAL, Indicator, Term
from pls_analysis.policy.figures import Figure, known, total
from pls_analysis.policy.filings import Filing, Filings, Lines
from pls_analysis.reads import Kept, note
from pls_analysis.store import Asked

NEEDED = [
    "measure", "area", "subject", "breakdown", "period_start", "period_end", "basis", "value",
    "status", "submission", "sheet", "cell",
]  # fmt: skip
"""The columns of observations that are read."""
MANY = 200
"""More areas than a town has villages, and fewer than a district."""


Cells = tuple[str, Term, str, Stretch]
"""The cells of a part for a term, on a basis and for a stretch."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the figures of an indicator for an area come from.

    `codes` leads from the areas whose figures are added to the parts that file them; `expected`
    are all parts there are. The `key` tells one place from another.
    """

    key: tuple[object, ...]
    codes: Mapping[str, str]
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of terms at the end of a period, what is missing of it, and what it was made of."""

    by_part: Mapping[str, Fraction]
    missing: tuple[str, ...] = ()
    absent: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    used: tuple[Cells, ...] = ()
    less: tuple[Cells, ...] = ()

    @property
    def value(self) -> Fraction:
        """What is known."""
        return total(self.by_part.values())


class Observed:
    """The observations up to a day, asked for an indicator's figures.

    `observations` is a tidy frame as the store gives it, with at least the columns NEEDED; `home`
    is the area whose policy it is.
    """

    def __init__(
        self, observations: pd.DataFrame, tree: AreaTree, home: str, as_of: dt.date
    ) -> None:
        frame = observations[NEEDED]
        frame = frame[frame["period_end"] <= pd.Timestamp(as_of)]
        self.tree, self.home, self.as_of = tree, home, as_of
        self._of_measure = dict(list(frame.groupby("measure", observed=True)))
        self._empty = frame.iloc[:0]
        self._at: dict[str, Mapping[str, np.ndarray]] = {}
        self._places: dict[Hashable, Place] = {}
        self._of_term: dict[Term, Filings] = {}
        self._filed: dict[tuple[Term, tuple], tuple[Mapping[str, Filing], Asked]] = {}
        self._stocks: dict[tuple[Term, tuple], Mapping[dt.date, Mapping[str, Accrued]]] = {}
        self._figures = Kept()

    def rows(self, measure: str, areas: Iterable[str] | None = None) -> pd.DataFrame:
        """The observations of a measure up to the day: of some areas, or of all."""
        rows = self._of_measure.get(measure, self._empty)
        areas = None if areas is None else list(areas)
        self.note([measure], areas)
        if areas is None:
            return rows
        if measure not in self._at:
            self._at[measure] = rows.groupby("area").indices
        there = [at for area in dict.fromkeys(areas)
                 if (at := self._at[measure].get(area)) is not None]  # fmt: skip
        return rows.take(np.sort(np.concatenate(there))) if there else rows.iloc[:0]

    def unnoted(self, measure: str) -> pd.DataFrame:
        """All rows of a measure, of which nothing is noted: whoever gives out a part notes it."""
        return self._of_measure.get(measure, self._empty)

    def note(self, measures: Iterable[str], areas: Collection[str] | None = None) -> None:
        """Note that observations of some measures were read, of some areas or of all."""
        note(self._asked(measures, areas))

    def _asked(self, measures: Iterable[str], areas: Collection[str] | None = None) -> Asked:
        """Return what is noted of a reading; whoever asks for very many areas asks for all."""
        few = () if areas is None or len(areas) > MANY else tuple(sorted(areas)) or ("",)
        return Asked("observations", tuple(sorted(measures)), few, end=self.as_of.isoformat())

    # -- where figures come from

    def place(self, indicator: Indicator, area: str) -> Place:
        """Return where an indicator's figures for an area come from; no codes: from nowhere."""
        key = (area, indicator.at, indicator.parts, indicator.kinds, indicator.adds == "gap")
        if key not in self._places:
            self._places[key] = self._place(indicator, area)
        return self._places[key]

    def _place(self, indicator: Indicator, area: str) -> Place:
        own = self.tree[area]
        if not indicator.at or indicator.at == own.level:
            counts = not indicator.kinds or own.kind in indicator.kinds
            return Place((area, counts), {area: area} if counts else {}, (area,))
        kinds = () if indicator.adds == "gap" else indicator.kinds
        codes = {}
        for one in self.tree.descendants(area, indicator.at, self.as_of):
            path = {step.level: step for step in self.tree.path(one.code)}
            part = path.get(indicator.parts, one)
            if not kinds or any(step.kind in kinds for step in path.values()):
                codes[one.code] = part.code
        key = (area, indicator.at, indicator.parts, kinds)
        return Place(key, codes, tuple(dict.fromkeys(codes.values())))

    def filing(self, term: Term, place: Place) -> Mapping[str, Filing]:
        """Return what each part of a place filed of a term: part -> basis -> stretch -> Filed."""
        key = (term, place.key)
        if key not in self._filed:
            filings = self._filings(term)
            measures = self._lines.sharing(term.measure) if filings.is_listed else [term.measure]
            self._filed[key] = filings.by_part(place.codes), self._asked(measures, place.codes)
        found, asked = self._filed[key]
        note(asked)
        return found

    def cells(self, place: Place, used: Iterable[Cells]) -> list[pd.DataFrame]:
        """Return the observations behind the cells of a place, a frame for each term."""
        keys = list(used)
        frames = []
        for term in dict.fromkeys(term for _, term, _, _ in keys):
            wanted = [(part, basis, days) for part, one, basis, days in keys if one == term]
            self.filing(term, place)
            frames.append(self._filings(term).rows_behind(place.codes, wanted))
        return frames

    def _filings(self, term: Term) -> Filings:
        if term not in self._of_term:
            rows = self._of_measure.get(term.measure, self._empty)
            line = self._lines.of.get(term.measure, np.array([], dtype="int64"))
            right = (rows["breakdown"] == term.breakdown).to_numpy(dtype=bool)
            self._of_term[term] = Filings(
                rows[right], line[right], self._lines, listed=term.breakdown == TOTAL
            )
        return self._of_term[term]

    @cached_property
    def _lines(self) -> Lines:
        return Lines.among(self._of_measure)

    # -- sums

    def accrues(self, terms: Iterable[Term], place: Place) -> bool:
        """Whether terms add up through a year: they are filed as flows or running totals."""
        return not any(
            "stock" in filing for term in terms for filing in self.filing(term, place).values()
        )

    def ends(self, terms: Iterable[Term], place: Place) -> set[dt.date]:
        """Return the days on which figures of all terms end that are known in some part."""
        of_terms = [
            {
                end
                for filing in self.filing(term, place).values()
                for stretches in filing.values()
                for (_, end), filed in stretches.items()
                if filed.known
            }
            for term in terms
        ]
        return set.intersection(*of_terms) if of_terms else set()

    def sum(
        self,
        terms: Iterable[Term],
        place: Place,
        start: dt.date,
        end: dt.date,
        rule: StatisticalYear,
    ) -> Sum:
        """Return the sum of terms from `start` to `end`, or as it stood at `end` for stocks."""
        by_part: dict[str, Fraction] = {}
        missing: dict[str, None] = {}
        absent: set[str] = set()
        marks: set[str] = set()
        used: list[Cells] = []
        less: list[Cells] = []
        for term in terms:
            filings = self.filing(term, place)
            accrues = self.accrues([term], place)
            stood = {} if accrues else self._stood(term, place, end)
            nothing = Accrued(gaps=((end, end),))
            for part in place.expected:
                if accrues:
                    one = _accrued(filings.get(part, {}), start, end, rule)
                else:
                    one = stood.get(part, nothing)
                by_part[part] = by_part[part] + one.value if part in by_part else one.value
                marks |= one.marks
                used += [(part, term, basis, stretch) for basis, stretch in one.used]
                less += [(part, term, basis, stretch) for basis, stretch in one.less]
                if one.gaps:
                    absent.add(part)
                    missing |= {f"{part} {_named(gap)}": None for gap in one.gaps}
        return Sum(
            by_part, tuple(missing), frozenset(absent), frozenset(marks), tuple(used), tuple(less)
        )

    def _stood(self, term: Term, place: Place, end: dt.date) -> Mapping[str, Accrued]:
        """Return the stocks at the end of a period, by part."""
        key = (term, place.key)
        if key not in self._stocks:
            found: dict[dt.date, dict[str, Accrued]] = {}
            for part, filing in self.filing(term, place).items():
                for stretch, filed in filing.get("stock", {}).items():
                    gaps = ((stretch[1], stretch[1]),) if filed.unknown else ()
                    one = Accrued(filed.value, gaps, (("stock", stretch),), marks=filed.marks)
                    found.setdefault(stretch[1], {}).setdefault(part, one)
            self._stocks[key] = found
        return self._stocks[key].get(end, {})

    # -- figures

    def figures(
        self, indicator: Indicator, area: str, since: dt.date | None = None
    ) -> list[Figure]:
        """Return an indicator's figures for an area, one for each day on which some end.

        With `since` sums run from that day, else from the start of the statistical year.
        """
        key = (
            indicator.adds, indicator.numerator, indicator.denominator, indicator.scale,
            indicator.year, indicator.at, indicator.parts, indicator.kinds, area, since,
        )  # fmt: skip
        return list(self._figures.get(key, lambda: self._made(indicator, area, since)))

    def _made(self, indicator: Indicator, area: str, since: dt.date | None) -> list[Figure]:
        place = self.place(indicator, area)
        terms = (*indicator.numerator, *indicator.denominator)
        if not place.codes:
            return []
        if indicator.adds == "date":
            return self._dates(indicator, place)
        accrues = self.accrues(indicator.numerator, place)
        return [
            self.figure(indicator, place, end, accrues, since)
            for end in sorted(self.ends(terms, place))
            if since is None or end >= since
        ]

    def figure(
        self,
        indicator: Indicator,
        place: Place,
        end: dt.date,
        accrues: bool,
        since: dt.date | None = None,
    ) -> Figure:
        """Return one figure: of the stretch that ends on a day, or as it stood then."""
        year, whole = year_of(indicator.year, end)
        start = (since or whole.start) if accrues else end
        over = self.sum(indicator.numerator, place, start, end, indicator.year)
        more: dict[str, Any] = {
            "year": year, "over": end == whole.end, "accrues": accrues,
            "expected": len(place.expected), "marks": over.marks,
        }  # fmt: skip
        if indicator.adds == "ratio":
            under = self.sum(indicator.denominator, place, start, end, indicator.year)
            return _quotient(indicator, over, under, start, end, more)
        if over.missing:
            return Figure(start, end, over.value, over.value, missing=over.missing, **more)
        if indicator.adds == "none" and "z" in over.marks:
            return Figure(start, end, None, **more)
        return known(start, end, over.value, **more)

    def _dates(self, indicator: Indicator, place: Place) -> list[Figure]:
        """Return what was declared, report by report: the day it was done, or None for not yet."""
        filings = self.filing(indicator.numerator[0], place).values()
        told = {
            end: filed.value or None
            for filing in filings
            for stretches in filing.values()
            for (_, end), filed in stretches.items()
            if filed.known
        }
        return [Figure(end, end, value, value, value) for end, value in sorted(told.items())]


@lru_cache(maxsize=1 << 12)
def year_of(rule: StatisticalYear, day: dt.date) -> tuple[int, Period]:
    """Return the statistical year a day lies in: what it is called, and its days."""
    for year in (day.year, day.year + 1):
        whole = rule.part(year, 12, 1)
        if whole.start <= day <= whole.end:
            return year, whole
    raise ValueError(f"{day} lies in no year of the rule {rule.name}")


def _accrued(filing: Filing, start: dt.date, end: dt.date, rule: StatisticalYear) -> Accrued:
    """Add up what a part filed, year by year: running totals begin anew each year."""
    flows, totals = filing.get("flow", {}), filing.get("cumulative", {})
    years: list[Accrued] = []
    while start <= end:
        last = min(year_of(rule, start)[1].end, end)
        if not years and last == end:
            return accrue(flows, totals, start, end)
        years.append(accrue(flows, totals, start, last))
        start = last + DAY
    return Accrued(
        total(one.value for one in years),
        tuple(gap for one in years for gap in one.gaps),
        tuple(used for one in years for used in one.used),
        tuple(less for one in years for less in one.less),
        frozenset().union(*(one.marks for one in years)),
    )


def _named(gap: Stretch) -> str:
    return f"{gap[0]}" if gap[0] == gap[1] else f"{Period(*gap)}"


def _quotient(
    indicator: Indicator, over: Sum, under: Sum, start: dt.date, end: dt.date, more: dict[str, Any]
) -> Figure:
    """Return a quotient of sums over the parts that have both; open where a part is missing."""
    absent = over.absent | under.absent
    missing = tuple(dict.fromkeys((*over.missing, *under.missing)))
    top, bottom = (
        total(value for part, value in one.by_part.items() if part not in absent)
        for one in (over, under)
    )
    value = top * indicator.scale / bottom if bottom else None
    more |= {"marks": over.marks | under.marks}
    if not over.by_part.keys() <= absent:
        more |= {"numerator": top, "denominator": bottom}
    if missing:
        return Figure(start, end, value, missing=missing, **more)
    return Figure(start, end, value, value, value, **more)
