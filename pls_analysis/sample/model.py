"""Invent true figures: for each town and month what its office counted.

Each town and month draws from a generator of its own, seeded by its code and date, so that a longer
range or another town changes nothing else. `RandomState` is used because numpy guarantees its
stream for ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from pls_analysis.periods import CALENDAR, Period
from pls_analysis.sample.settings import Figure, Settings

Key = tuple[str, str]
"""A measure and its breakdown ("total" or "dimension=part")."""
Figures = Mapping[Key, float]


@dataclass(frozen=True, slots=True)
class Town:
    """An area whose office files, with the number of its committees."""

    code: str
    name: str
    villages: int
    neighbourhoods: int
    aliases: tuple[str, ...] = ()

    @property
    def units(self) -> int:
        """Villages and neighbourhoods together."""
        return self.villages + self.neighbourhoods


@dataclass(frozen=True, slots=True)
class Counted:
    """The true figures of one town and month: its own, the year's so far, the year before."""

    flow: Figures
    cumulative: Figures
    year_before: Figures


def random(seed: int, *names: str) -> np.random.RandomState:
    """Return the generator that belongs to a seed and names, the same on every machine."""
    digest = hashlib.sha256("\0".join((str(seed), *names)).encode()).digest()
    return np.random.RandomState(np.frombuffer(digest[:16], dtype="<u4").astype(np.uint32))


def month(year: int, number: int) -> Period:
    """Return a calendar month; `number` may run on beyond 12 or below 1."""
    year, number = year + (number - 1) // 12, (number - 1) % 12 + 1
    return CALENDAR.part(year, 1, number)


def months(first: Period, last: Period) -> list[Period]:
    """Return the calendar months from that of `first` to that of `last`, both included."""
    count = (last.end.year - first.start.year) * 12 + last.end.month - first.start.month + 1
    return [month(first.start.year, first.start.month + step) for step in range(count)]


def simulate(
    settings: Settings, towns: Sequence[Town], span: Sequence[Period], seed: int
) -> dict[tuple[str, Period], Counted]:
    """Invent the figures of each town and month of the span, by (town code, month)."""
    activity = _activity(settings, towns, seed)
    absent = {
        each: settings.unprinted(each)
        for each in months(month(span[0].start.year - 1, 1), span[-1])
    }
    counted: dict[tuple[str, Period], Counted] = {}
    for town in towns:
        shares = _shares(settings, town, seed)
        flows: dict[Period, dict[Key, float]] = {}
        for each, unprinted in absent.items():
            flow = _flow(settings, town, each, activity[town.code], shares, seed)
            flows[each] = {key: value for key, value in flow.items() if key not in unprinted}
        for each in span:
            year = [flows[month(each.start.year, n)] for n in range(1, each.start.month + 1)]
            before = flows[month(each.start.year - 1, each.start.month)]
            counted[town.code, each] = Counted(flows[each], _sum(settings, year), before)
    return counted


def _activity(settings: Settings, towns: Sequence[Town], seed: int) -> dict[str, float]:
    """How busy each town is for each committee; 1 on average over all committees."""
    drawn = {
        town.code: float(np.exp(random(seed, town.code, "activity").normal(0, settings.skew)))
        for town in towns
    }
    units = sum(town.units for town in towns)
    mean = sum(drawn[town.code] * town.units for town in towns) / units if units else 1.0
    return {code: value / mean for code, value in drawn.items()}


def _shares(settings: Settings, town: Town, seed: int) -> dict[Key, float]:
    """The town's own shares of parts, near those of the settings."""
    shares: dict[Key, float] = {}
    for figure in settings.figures.values():
        parts = [part for part in figure.parts if town.villages or part not in settings.rural_only]
        if not parts:
            continue
        wanted = np.array([figure.parts[part] for part in parts])
        drawn = random(seed, town.code, figure.measure).dirichlet(wanted * settings.concentration)
        shares |= {
            (figure.measure, part): float(share) for part, share in zip(parts, drawn, strict=True)
        }
    return shares


def _flow(
    settings: Settings,
    town: Town,
    when: Period,
    activity: float,
    shares: Mapping[Key, float],
    seed: int,
) -> dict[Key, float]:
    """The figures of one month, parts after their whole."""
    figures: dict[Key, float] = {}
    draw = random(seed, town.code, str(when), "figures")
    for figure in settings.figures.values():
        total = _draw(settings, figure, figures, draw, town.units * activity, when)
        figures[figure.measure, "total"] = total
        if figure.parts:
            figures |= _split(figure, int(total), shares, draw)
    return figures


def _draw(
    settings: Settings,
    figure: Figure,
    so_far: Figures,
    draw: np.random.RandomState,
    size: float,
    when: Period,
) -> float:
    if figure.way == "per_unit":
        expected = figure.amount / 12 * size * _level(settings, figure, when)
        noise = np.exp(draw.normal(-(settings.noise**2) / 2, settings.noise))
        return float(draw.poisson(expected * noise))
    bases = [so_far[name, "total"] for name in figure.base]
    if figure.way == "of":
        return float(draw.binomial(int(bases[0]), figure.amount))
    if figure.way == "times":
        return float(draw.poisson(bases[0] * figure.amount))
    if figure.way == "each":
        # The sum of so many amounts, each exponential around its mean.
        amount = draw.gamma(max(bases[0], 1e-9)) * figure.amount if bases[0] else 0.0
        return round(float(amount), figure.decimals)
    if figure.way == "ratio":
        return per_cent(bases[0], bases[1])
    return sum(bases)


def _level(settings: Settings, figure: Figure, when: Period) -> float:
    """Season, growth and dips: what a month is of a usual month of the base year."""
    year, number = when.start.year, when.start.month
    level = settings.season[number - 1] / (sum(settings.season) / 12)
    level *= (1 + figure.growth) ** (year - settings.base_year + (number - 6.5) / 12)
    for dip in settings.dips:
        if dip.covers(when):
            level *= dip.remote if figure.remote else dip.factor
    return level


def _split(
    figure: Figure, total: int, shares: Mapping[Key, float], draw: np.random.RandomState
) -> dict[Key, float]:
    parts = [part for part in figure.parts if (figure.measure, part) in shares]
    counts = draw.multinomial(total, [shares[figure.measure, part] for part in parts])
    found = dict.fromkeys(figure.parts, 0.0) | dict(zip(parts, map(float, counts), strict=True))
    return {(figure.measure, part): value for part, value in found.items()}


def _sum(settings: Settings, flows: Iterable[Figures]) -> dict[Key, float]:
    """Add up months; rates are taken anew from their sums, never added."""
    total: dict[Key, float] = {}
    for flow in flows:
        for key, value in flow.items():
            total[key] = total.get(key, 0.0) + value
    for figure in settings.figures.values():
        key = (figure.measure, "total")
        if figure.way == "ratio":
            part, whole = (total[name, "total"] for name in figure.base)
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
