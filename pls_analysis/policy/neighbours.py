"""An area among its like in a larger one: its share of the whole, and its rank."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from pls_analysis.policy.catalogue import Indicator, Term
from pls_analysis.policy.figures import Figure
from pls_analysis.policy.observed import Observed, year_of
from pls_analysis.policy.ranks import Sampled, standing

_Make = Callable[[dt.date, Mapping[str, Figure]], Figure]


def shares_of(observed: Observed, indicator: Indicator, area: str, within: str) -> list[Figure]:
    """Return an area's share of the sum over all its like, in per cent; only of whole sums."""

    def make(end: dt.date, figures: Mapping[str, Figure]) -> Figure:
        own = figures[area]
        values = [one.value for one in figures.values()]
        total = sum((value for value in values if value is not None), Fraction(0))
        top = own.value
        value = top * 100 / total if top is not None and total else None
        return replace(
            own, value=value, least=value, most=value, numerator=top, denominator=total,
            facts={"among": list(figures)},
        )  # fmt: skip

    return _among(observed, indicator, area, within, make)


def ranks(
    observed: Observed, indicator: Indicator, area: str, within: str, confidence_pct: float
) -> list[Figure]:
    """Return an area's rank among all its like: the larger its figure, the nearer to the first.

    Figures of a survey need each area's sample size; without it there is no rank.
    """

    def make(end: dt.date, figures: Mapping[str, Figure]) -> Figure:
        sizes = sample_sizes(observed, indicator, figures, end)
        own = figures[area]
        facts = {"among": list(figures), "itself": own.value}
        if indicator.sample and None in sizes.values():
            return replace(own, value=None, least=None, most=None,
                           facts={**facts, "why": "no_sample_size"})  # fmt: skip
        values: dict[str, Sampled] = {
            code: (one.value, sizes[code]) for code, one in figures.items() if one.value is not None
        }
        place = standing(area, values, confidence_pct if indicator.sample else None)
        rank = Fraction(place.rank)
        return replace(
            own, value=rank, least=Fraction(place.best), most=Fraction(place.worst),
            denominator=sizes[area], facts={**facts, "standing": place},
        )  # fmt: skip

    return _among(observed, indicator, area, within, make)


def sample_sizes(
    observed: Observed, indicator: Indicator, codes: Iterable[str], end: dt.date
) -> dict[str, Fraction | None]:
    """Return the size of the sample behind each area's figure; None where there is none."""
    sizes: dict[str, Fraction | None] = dict.fromkeys(codes)
    if not indicator.sample:
        return sizes
    counted = replace(indicator, numerator=(Term(indicator.sample),), adds="stock")
    for code in codes:
        found = [one.value for one in observed.figures(counted, code) if one.end == end]
        sizes[code] = found[0] if found and found[0] else None
    return sizes


def _among(
    observed: Observed, indicator: Indicator, area: str, within: str, make: _Make
) -> list[Figure]:
    """Return one figure for each day on which any of the areas has one; open where one has none."""
    tree = observed.tree
    whole = next((step for step in tree.path(area) if step.level == within), None)
    if whole is None:
        return []
    level = tree[area].level
    series = {
        one.code: {figure.end: figure for figure in observed.figures(indicator, one.code)}
        for one in tree.descendants(whole.code, level)
    }
    found = []
    for end in sorted({end for one in series.values() for end in one}):
        codes = [one.code for one in tree.descendants(whole.code, level, end)]
        absent = [code for code in codes if _lacks(series.get(code, {}).get(end))]
        year, days = year_of(indicator.year, end)
        if absent or area not in codes:
            found.append(Figure(
                end, end, None, year=year, over=end == days.end, expected=len(codes),
                missing=tuple(f"{code} {end}" for code in absent), facts={"why": "parts_missing"},
            ))  # fmt: skip
        else:
            found.append(make(end, {code: series[code][end] for code in codes}))
    return found


def _lacks(figure: Figure | None) -> bool:
    return figure is None or figure.value is None or bool(figure.missing)
