"""Indicators that are no sum and no quotient of sums: parts that occur, and gaps between towns."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

from pls_analysis.policy.catalogue import Indicator, Term
from pls_analysis.policy.figures import Figure
from pls_analysis.policy.observed import Observed, Place, year_of


def parts_that_occur(observed: Observed, indicator: Indicator, area: str) -> list[Figure]:
    """Return how many parts of a breakdown are above zero, of a `whole` where there is one.

    A part that is filed nowhere does not occur; where no part at all is filed, it is missing.
    """
    [term] = indicator.numerator
    place = observed.place(indicator, area)
    names = sorted(set(observed.rows(term.measure, place.codes)["breakdown"]))
    terms = [replace(term, breakdown=name) for name in names
             if name.startswith(f"{term.breakdown}=")]  # fmt: skip
    if not terms or not place.codes:
        return []
    accrues = observed.accrues(terms, place)
    ends = set().union(*(observed.ends([one], place) for one in terms))
    return [_occurring(observed, indicator, terms, place, end, accrues) for end in sorted(ends)]


def _occurring(
    observed: Observed,
    indicator: Indicator,
    terms: list[Term],
    place: Place,
    end: dt.date,
    accrues: bool,
) -> Figure:
    year, whole = year_of(indicator.year, end)
    start = whole.start if accrues else end
    sums = [observed.sum([term], place, start, end, indicator.year) for term in terms]
    number = Fraction(sum(one.value > 0 for one in sums))
    missing = tuple(part for part in sums[0].missing if all(part in one.missing for one in sums))
    below = indicator.whole
    value = number * indicator.scale / below if below else number
    return Figure(
        start, end, value, value, None if missing else value,
        numerator=number, denominator=Fraction(below) if below else None,
        year=year, over=end == whole.end, accrues=accrues, missing=missing,
        expected=len(place.expected),
        marks=frozenset().union(*(one.marks for one in sums)),
    )  # fmt: skip


def gap_between_kinds(observed: Observed, indicator: Indicator, area: str) -> list[Figure]:
    """Return how far towns of the second kind are behind those of the first, per village.

    In per cent of the first; 0 where the second are ahead. Only whole sums are compared.
    """
    place = observed.place(indicator, area)
    kinds = {part: observed.tree[part].kind for part in place.expected}
    if not set(indicator.kinds) <= set(kinds.values()):
        return []
    return [
        _gap(observed, indicator, place, kinds, end)
        for end in sorted(observed.ends(indicator.numerator, place))
    ]


def _gap(
    observed: Observed, indicator: Indicator, place: Place, kinds: dict[str, str], end: dt.date
) -> Figure:
    year, whole = year_of(indicator.year, end)
    found = observed.sum(indicator.numerator, place, whole.start, end, indicator.year)
    of_kind: dict[str, Fraction] = {}
    for kind in indicator.kinds:
        parts = [part for part, one in kinds.items() if one == kind]
        villages = sum(len(observed.tree.descendants(part, indicator.at, end)) for part in parts)
        total = sum((found.by_part[part] for part in parts), Fraction(0))
        of_kind[kind] = total / villages if villages else Fraction(0)
    first, second = (of_kind[kind] for kind in indicator.kinds)
    value = None
    if not found.missing and first:
        value = max(Fraction(0), (first - second) * indicator.scale / first)
    return Figure(
        whole.start, end, value, value, value, year=year, over=end == whole.end, accrues=True,
        missing=found.missing, expected=len(place.expected), marks=found.marks,
        facts={"per_village": of_kind},
    )  # fmt: skip
