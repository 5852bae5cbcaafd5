"""Services in towns of two kinds held against each other, exactly: per village, per resident.

A figure is the services of all towns of a kind by all their villages (or residents): a quotient of
sums, never a mean of the towns' quotients. Nothing is prorated: a town of which a month is not
known is left out, with its villages, and named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from pls_analysis.analysis import Measure
from pls_analysis.areas import AreaTree
from pls_analysis.configs import ConfigError, unknown
from pls_analysis.observations import RATES
from pls_analysis.policy.accrual import DAY
from pls_analysis.policy.catalogue import Catalogue, Indicator, Term
from pls_analysis.policy.figures import later
from pls_analysis.policy.observed import Observed, Place, year_of

PER = ("village", "residents")
"""What services are counted by: villages, or ten thousand residents."""
TEN_THOUSAND = 10_000
WHY = ("missing", "missing_before", "break", "joined", "gone", "no_villages", "no_residents")
"""Why a town is left out: a month is not known, or one of the year before; its series breaks, or
another area joined it, between the two; it is no more; it has no villages or no residents."""

Stretch = tuple[int, dt.date, dt.date, bool]
"""A year, its days as far as they are filed, and whether it is over."""


@dataclass(frozen=True, slots=True)
class Residents:
    """How many people live in a town; `status` "e" for an estimate, `source` where it is from."""

    count: int
    status: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared: services in towns of the two kinds of `gap`, under the observations' home.

    `gap` is the policy's indicator: its `kinds`, the level of villages (`at`) and of towns
    (`parts`). `residents` is by town.
    """

    observed: Observed
    gap: Indicator
    services: tuple[Indicator, ...]
    residents: Mapping[str, Residents]


@dataclass(frozen=True, slots=True)
class Side:
    """The towns of one kind: their services together, and their villages or 10,000 residents."""

    kind: str
    towns: tuple[str, ...] = ()
    services: Fraction = Fraction(0)
    units: Fraction = Fraction(0)

    @property
    def value(self) -> Fraction | None:
        """Services per village or per 10,000 residents; None where no town is in."""
        return self.services / self.units if self.units else None


@dataclass(frozen=True, slots=True)
class Gap:
    """Two kinds of towns held against each other over some days; `left_out` is town -> one of WHY.

    `estimated`: the residents of some town are an estimate.
    """

    first: Side
    second: Side
    left_out: Mapping[str, str]
    estimated: bool = False

    @property
    def difference(self) -> Fraction | None:
        """How far the two figures are apart, whichever is higher."""
        one, other = self.first.value, self.second.value
        return None if one is None or other is None else abs(one - other)

    @property
    def share(self) -> Fraction | None:
        """The difference in per cent of the higher figure; None where both are 0."""
        highest = max(self.first.value or 0, self.second.value or 0)
        return None if self.difference is None or not highest else self.difference * 100 / highest

    @property
    def behind(self) -> Fraction | None:
        """How far the second kind is behind the first, in per cent of it: what the policy judges.

        0 where the second is ahead; None where the first has none.
        """
        one, other = self.first.value, self.second.value
        if other is None or not one:
            return None
        return max(Fraction(0), (one - other) * 100 / one)

    @property
    def ahead(self) -> str:
        """The kind whose figure is higher; "" where neither is."""
        one, other = self.first.value, self.second.value
        if one is None or other is None or one == other:
            return ""
        return self.first.kind if one > other else self.second.kind

    @property
    def status(self) -> str:
        """The status letters of its figures: e estimated, p of a part of the towns."""
        return ("e" if self.estimated else "") + ("p" if self.left_out else "")


# -- what is asked for


def gap_of(policy: Catalogue) -> Indicator:
    """Return the indicator of a policy that compares two kinds of towns; raise ConfigError."""
    found = [one for one in policy.indicators.values() if one.adds == "gap"]
    if not found:
        raise ConfigError([f"policy {policy.id}: no indicator compares two kinds (adds: gap)"])
    return found[0]


def services_of(gap: Indicator, measures: Mapping[str, Measure]) -> tuple[Indicator, ...]:
    """Return measures as services to compare: that of `gap` by village, the others by town.

    Raises ValueError for rates, stocks and whatever else does not add up through a year.
    """
    wrong = [
        name
        for name, one in measures.items()
        if one.unit in RATES or one.basis == "stock" or not one.adds_up
    ]
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: not added up through a year, so no services")
    own = [term.measure for term in gap.numerator]
    return tuple(
        replace(
            gap, id=name, name=one.name, unit=one.unit, numerator=(Term(name),),
            at=gap.at if name in own else gap.parts,
        )
        for name, one in measures.items()
    )  # fmt: skip


def residents_of(tree: AreaTree, home: str) -> dict[str, Residents]:
    """Return the residents of areas from the columns residents, residents_status and …_source.

    Areas that state none are left out. Raises ConfigError for what is no whole number above 0.
    """
    found: dict[str, Residents] = {}
    faults = []
    for area in tree.descendants(home):
        facts = tree.facts(area.code)
        if not (text := facts.get("residents", "")):
            continue
        if not text.isdecimal() or not int(text):
            faults.append(
                f'config/areas.csv: residents of {area.code} {area.name} is "{text}"; '
                "give a whole number above 0, or leave it empty"
            )
            continue
        found[area.code] = Residents(
            int(text), facts.get("residents_status", ""), facts.get("residents_source", "")
        )
    if faults:
        raise ConfigError(faults)
    return found


# -- figures


def gap_between(
    comparison: Comparison, service: Indicator, per: str, start: dt.date, end: dt.date
) -> Gap:
    """Hold the two kinds against each other from one day to another, over the towns that are in.

    `per` is one of PER.
    """
    parts, left_out = _parts(comparison, service, per, start, end)
    return _joined(comparison, per, parts, left_out)


def gaps_compared(
    comparison: Comparison, service: Indicator, per: str, start: dt.date, end: dt.date
) -> tuple[Gap, Gap]:
    """Return the gap over some days and over the same days of the year before, of the same towns.

    A town that is not whole in either, or whose series breaks between them, is left out of both.
    """
    first, last = year_before(start, end)
    now, out = _parts(comparison, service, per, start, end)
    before, out_before = _parts(comparison, service, per, first, last)
    out |= {town: why + "_before" if why == "missing" else why
            for town, why in out_before.items() if town not in out}  # fmt: skip
    changed = _changed(comparison, service, first, last, end)
    for town in (*now, *before):
        if town in changed:
            out[town] = changed[town]
        elif (town not in now or town not in before) and town not in out:
            out[town] = "missing_before" if town in now else "gone"
    now, before = (
        {town: one for town, one in parts.items() if town not in out} for parts in (now, before)
    )
    return _joined(comparison, per, now, out), _joined(comparison, per, before, out)


_Part = tuple[Fraction, Fraction]
"""The services of a town, and its villages or ten thousands of residents."""


def _parts(
    comparison: Comparison, service: Indicator, per: str, start: dt.date, end: dt.date
) -> tuple[dict[str, _Part], dict[str, str]]:
    """Return what each town that is in did, and why each other one is left out."""
    if per not in PER:
        raise ValueError(unknown("per", per, PER))
    observed, gap = comparison.observed, comparison.gap
    place = observed.place(service, observed.home)
    expected = set(place.expected)
    parts: dict[str, _Part] = {}
    left_out: dict[str, str] = {}
    for town in towns_of(comparison, end):
        units = _units(comparison, per, town, end)
        if not units:
            left_out[town] = "no_villages" if per == "village" else "no_residents"
        elif town not in expected:
            gone = town not in towns_of(comparison, observed.as_of)
            left_out[town] = "gone" if gone else "no_villages"
        else:
            one = observed.sum(service.numerator, only(place, [town]), start, end, gap.year)
            if one.missing:
                left_out[town] = "missing"
            else:
                parts[town] = (one.value, units)
    return parts, left_out


def towns_of(comparison: Comparison, day: dt.date) -> list[str]:
    """Return the towns of both kinds that exist on a day, in official order."""
    observed, gap = comparison.observed, comparison.gap
    below = observed.tree.descendants(observed.home, gap.parts, day)
    return [one.code for one in below if one.kind in gap.kinds]


def _units(comparison: Comparison, per: str, town: str, end: dt.date) -> Fraction:
    if per == "village":
        tree, gap = comparison.observed.tree, comparison.gap
        return Fraction(len(tree.descendants(town, gap.at, end)))
    known = comparison.residents.get(town)
    return Fraction(known.count, TEN_THOUSAND) if known else Fraction(0)


def only(place: Place, towns: Iterable[str]) -> Place:
    """Return a place of which only some towns are asked; what they filed is read once for all."""
    return replace(place, expected=tuple(towns))


def _joined(
    comparison: Comparison, per: str, parts: Mapping[str, _Part], left_out: Mapping[str, str]
) -> Gap:
    """Add towns up by their kinds."""
    tree = comparison.observed.tree
    sides = []
    for kind in comparison.gap.kinds:
        towns = tuple(town for town in parts if tree[town].kind == kind)
        services, units = (sum((parts[town][n] for town in towns), Fraction(0)) for n in (0, 1))
        sides.append(Side(kind, towns, services, units))
    estimated = per == "residents" and any(comparison.residents[t].status == "e" for t in parts)
    order = {town: left_out[town] for town in tree.order(left_out)}
    return Gap(*sides, left_out=order, estimated=estimated)


def _changed(
    comparison: Comparison, service: Indicator, first: dt.date, last: dt.date, end: dt.date
) -> dict[str, str]:
    """Return the towns that are not what they were: another joined them, or their series breaks."""
    observed = comparison.observed
    found = {
        one.successor: "joined"
        for one in observed.tree
        if one.successor and one.valid_until and first <= one.valid_until < end
    }
    place = observed.place(service, observed.home)
    for town in place.expected:
        between = only(place, [town])
        since = observed.sum(service.numerator, between, last + DAY, end, service.year)
        if "b" in since.marks:
            found[town] = "break"
    return found


def year_before(start: dt.date, end: dt.date) -> tuple[dt.date, dt.date]:
    """Return the same days of the year before."""
    return later(start, -12), later(end, -12)


def stretches(comparison: Comparison) -> Iterator[tuple[Indicator, Stretch]]:
    """Return the years in which any town filed a service, for each service in turn."""
    observed = comparison.observed
    for service in comparison.services:
        place = observed.place(service, observed.home)
        last: dict[int, Stretch] = {}
        for end in sorted(observed.ends(service.numerator, place)):
            year, whole = year_of(service.year, end)
            last[year] = (year, whole.start, end, end == whole.end)
        yield from ((service, stretch) for _, stretch in sorted(last.items()))
