"""Invent true figures: for each office and month what it counted.

Each office and month draws from a generator of its own, seeded by its key and date, so that a
longer range or another office changes nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from pls_analysis.periods import CALENDAR, Period, StatisticalYear
from pls_analysis.sample.draws import random
from pls_analysis.sample.figures import TOTAL, Figure
from pls_analysis.sample.settings import Settings

Key = tuple[str, str]
"""A measure and its breakdown ("total" or "dimension=part")."""
Figures = Mapping[Key, float]
Listed = Callable[["Office", Period], Figures]


@dataclass(frozen=True, slots=True)
class Office:
    """Who files a form: an area's office, with the number of its committees.

    `key` seeds its figures: an area can have several offices, each with a form of its own.
    """

    code: str
    name: str
    villages: int = 0
    neighbourhoods: int = 0
    aliases: tuple[str, ...] = ()
    key: str = ""

    @property
    def units(self) -> int:
        """Villages and neighbourhoods together."""
        return self.villages + self.neighbourhoods


@dataclass(frozen=True, slots=True)
class Counted:
    """The true figures of one office and period, and of the periods that forms print beside it.

    `flow` has what happened in the period and stocks at its end, `cumulative` the year so far.
    """

    flow: Figures
    cumulative: Figures
    year_before: Figures
    previous: Figures
    cumulative_before: Figures


def periods(
    first: Period, last: Period, length: int = 1, rule: StatisticalYear = CALENDAR
) -> list[Period]:
    """Return the periods, each so many months long, that end from `first` until `last`."""
    found = (
        rule.part(year, length, number)
        for year in range(first.start.year, last.end.year + 2)
        for number in range(1, 12 // length + 1)
    )
    return [one for one in found if first.start <= one.end <= last.end]


def simulate(
    settings: Settings,
    offices: Sequence[Office],
    span: Sequence[Period],
    seed: int,
    listed: Listed | None = None,
) -> dict[tuple[str, Period], Counted]:
    """Invent the figures of each office and period of the span, by (area code, period).

    `listed` gives the sums of another form's rows, for the figures that stand in it too.
    """
    if not span:
        return {}
    activity = _activity(settings, offices, seed)
    year = span[0].shift(-12 // settings.length).start
    first = Period(year.replace(month=1, day=1), span[0].end)
    months = periods(first, span[-1], 1, settings.rule)
    absent = {each: settings.unprinted(each) for each in months}
    counted: dict[tuple[str, Period], Counted] = {}
    for office in offices:
        shares = _shares(settings, office, seed)
        flows: dict[Period, dict[Key, float]] = {}
        for each, unprinted in absent.items():
            flow = _flow(settings, office, each, activity[office.code], shares, seed)
            if listed is not None:
                flow |= listed(office, each)
            flows[each] = {key: value for key, value in flow.items() if key not in unprinted}
        for each in span:
            counted[office.code, each] = _count(settings, flows, each)
    return counted


def _count(settings: Settings, flows: Mapping[Period, Figures], period: Period) -> Counted:
    def within(begun: Period, ended: Period) -> dict[Key, float]:
        return _sum(
            settings,
            [flow for month, flow in flows.items()
             if begun.start <= month.start and month.end <= ended.end],
        )  # fmt: skip

    before = period.year_before()
    return Counted(
        within(period, period),
        within(opening(settings, period), period),
        within(before, before),
        within(period.shift(-1), period.shift(-1)),
        within(opening(settings, before), before),
    )


def opening(settings: Settings, period: Period) -> Period:
    """The first part, as long as a period, of the year that it lies in."""
    year = period.end.year
    for each in (year, year + 1):
        whole = settings.rule.part(each, 12, 1)
        if whole.start <= period.start <= whole.end:
            return settings.rule.part(each, settings.length, 1)
    raise ValueError(f"{period} lies in no year of the rule {settings.rule.name}")


def _activity(settings: Settings, offices: Sequence[Office], seed: int) -> dict[str, float]:
    """How busy each office is for each committee; 1 on average over all committees."""
    drawn = {
        office.code: float(np.exp(random(seed, office.key, "activity").normal(0, settings.skew)))
        for office in offices
    }
    units = sum(office.units for office in offices)
    mean = sum(drawn[office.code] * office.units for office in offices) / units if units else 1.0
    return {code: value / mean for code, value in drawn.items()}


def _shares(settings: Settings, office: Office, seed: int) -> dict[Key, float]:
    """The office's own shares of parts, near those of the settings."""
    shares: dict[Key, float] = {}
    for figure in settings.figures.values():
        parts = [
            part for part in figure.parts if office.villages or part not in settings.rural_only
        ]
        if not parts or figure.overlap or figure.each_part or figure.by_row:
            continue
        wanted = np.array([figure.parts[part] for part in parts])
        drawn = random(seed, office.key, figure.measure).dirichlet(wanted * settings.concentration)
        shares |= {
            (figure.measure, part): float(share) for part, share in zip(parts, drawn, strict=True)
        }
    return shares


def _flow(
    settings: Settings,
    office: Office,
    when: Period,
    activity: float,
    shares: Mapping[Key, float],
    seed: int,
) -> dict[Key, float]:
    """The figures of one month, parts after their whole."""
    figures: dict[Key, float] = {}
    draw = random(seed, office.key, str(when), "figures")
    for figure in settings.figures.values():
        if figure.by_row or figure.way == "says":
            continue
        if figure.each_part or figure.paths or figure.sums:
            figures |= _from_parts(figure, figures, draw, when)
            continue
        total = _draw(settings, figure, figures, draw, office.units * activity, when)
        figures[figure.measure, TOTAL] = total
        if figure.parts:
            figures |= _split(figure, int(total), shares, draw)
    return figures


def _from_parts(
    figure: Figure, so_far: Figures, draw: np.random.RandomState, when: Period
) -> dict[Key, float]:
    """The figures of a measure that are known part by part; their sum where no total is."""
    found: dict[Key, float] = {}
    for part in figure.paths or figure.sums or figure.parts:
        if figure.paths:
            value = figure.stock(part, when.end)
        elif figure.sums:
            value = sum(so_far[name, TOTAL] for name in figure.sums[part])
        else:
            cases = int(so_far[figure.base[0], part])
            value = float(draw.binomial(cases, figure.amount(when.end.year, part)))
        found[figure.measure, part] = value
    return {(figure.measure, TOTAL): sum(found.values())} | found


def _draw(
    settings: Settings,
    figure: Figure,
    so_far: Figures,
    draw: np.random.RandomState,
    size: float,
    when: Period,
) -> float:
    amount = figure.amount(when.end.year)
    if figure.way in ("per_unit", "yearly"):
        expected = amount / 12 * (size if figure.way == "per_unit" else 1.0)
        expected *= level_of(settings, figure, when)
        noise = np.exp(draw.normal(-(settings.noise**2) / 2, settings.noise))
        return float(draw.poisson(expected * noise))
    bases = [so_far[name, TOTAL] for name in figure.base]
    if figure.way == "of":
        return float(draw.binomial(int(bases[0]), amount))
    if figure.way == "times":
        return float(draw.poisson(bases[0] * amount))
    if figure.way == "each":
        # The sum of so many amounts, each exponential around its mean.
        total = draw.gamma(max(bases[0], 1e-9)) * amount if bases[0] else 0.0
        return round(float(total), figure.decimals)
    if figure.way == "ratio":
        return per_cent(bases[0], bases[1])
    return sum(bases)


def level_of(settings: Settings, figure: Figure, when: Period) -> float:
    """Season, growth and dips: what a month is of a usual month of the base year."""
    year, number = when.end.year, when.end.month
    season = figure.season or settings.season
    level = season[number - 1] / (sum(season) / 12)
    level *= (1 + figure.growth) ** (year - settings.base_year + (number - 6.5) / 12)
    return level * dipped(settings, figure, when)


def dipped(settings: Settings, figure: Figure, when: Period) -> float:
    """What dips leave of a month."""
    level = 1.0
    for dip in settings.dips:
        if dip.covers(when):
            level *= (dip.remote if figure.remote else dip.factor) ** figure.dip
    return level


def _split(
    figure: Figure, total: int, shares: Mapping[Key, float], draw: np.random.RandomState
) -> dict[Key, float]:
    if figure.overlap:
        return {
            (figure.measure, part): float(draw.binomial(total, share))
            for part, share in figure.parts.items()
        }
    parts = [part for part in figure.parts if (figure.measure, part) in shares]
    counts = draw.multinomial(total, [shares[figure.measure, part] for part in parts])
    found = dict.fromkeys(figure.parts, 0.0) | dict(zip(parts, map(float, counts), strict=True))
    return {(figure.measure, part): value for part, value in found.items()}


def _sum(settings: Settings, flows: Sequence[Figures]) -> dict[Key, float]:
    """Add up months; rates are taken anew from their sums, and stocks are the last month's."""
    stocks = {figure.measure for figure in settings.figures.values() if figure.is_stock}
    total: dict[Key, float] = {}
    for flow in flows:
        for key, value in flow.items():
            total[key] = value if key[0] in stocks else total.get(key, 0.0) + value
    for figure in settings.figures.values():
        key = (figure.measure, TOTAL)
        if key not in total:
            continue
        if figure.way == "ratio":
            part, whole = (total[name, TOTAL] for name in figure.base)
            total[key] = per_cent(part, whole)
        elif figure.decimals:
            total[key] = round(total[key], figure.decimals)
    return total


def per_cent(part: float, whole: float) -> float:
    """Return a rate in per cent, two decimals, halves up; 0 where there is nothing to divide by."""
    if not whole:
        return 0.0
    exact = Decimal(int(part)) * 100 / Decimal(int(whole))
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def divide(total: float, weights: Mapping[str, float]) -> dict[str, int]:
    """Divide a whole number among areas by their weights, nothing lost to rounding."""
    whole = sum(weights.values())
    exact = {code: total * weight / whole for code, weight in weights.items()}
    found = {code: int(value) for code, value in exact.items()}
    rest = int(total) - sum(found.values())
    for code in sorted(exact, key=lambda code: found[code] - exact[code])[:rest]:
        found[code] += 1
    return found


def weights(figure: Figure, codes: Iterable[str], form: str, seed: int) -> dict[str, float]:
    """How much of an office's figure each of the areas below it has."""
    return {
        code: figure.areas[code]
        if code in figure.areas
        else float(np.exp(random(seed, form, figure.measure, code).normal(0, figure.spread)))
        for code in codes
    }
