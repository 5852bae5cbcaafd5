"""Lists: who or what each row is about, and the figures that belong to that row."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pls_analysis.areas import AmbiguousArea, AreaTree
from pls_analysis.periods import Period
from pls_analysis.sample.draws import random
from pls_analysis.sample.figures import TOTAL, Figure, between
from pls_analysis.sample.model import (
    Counted,
    Figures,
    Key,
    Office,
    dipped,
    divide,
    level_of,
    weights,
)
from pls_analysis.sample.reports import Entry, Line, look_of, plain, say_nothing
from pls_analysis.sample.rosters import Member, Roster
from pls_analysis.sample.settings import Row, Settings, TableSettings
from pls_analysis.sample.styles import Style

Drawn = Mapping[Key, np.ndarray]
"""Figures of rows, in order of the rows; NaN where one does not apply."""


@dataclass(frozen=True)
class Lists:
    """What the lists of a form are made from: the areas below its offices, and their advisers.

    `areas` has the names of areas by level, office and code, `short` those without their kind that
    were found so far.
    """

    settings: Settings
    tree: AreaTree
    areas: Mapping[str, Mapping[str, Mapping[str, str]]]
    roster: Roster
    seed: int
    short: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def members(
        self, table: TableSettings, office: Office, period: Period, style: Style, counted: Counted
    ) -> list[Member]:
        """Return the rows of a list in a period, as an office calls them."""
        if table.about == "people":
            return list(self._people(table, office, counted))
        names = self.areas[table.level].get(office.code, {})
        called = names
        if style.short and office.code not in self.short:
            self.short[office.code] = self._short(names, office, period.end)
        if style.short:
            called = self.short[office.code]
        if table.about == "advisers":
            found = list(self._advisers(office, period, called))
        else:
            found = [Member(code, code, said={"key": called[code]}) for code in names]
        for place, label in table.own.items():
            own = Member(office.code, office.code, own=True, said={"key": label})
            found.insert(0 if place == "first" else len(found), own)
        for member in found:
            member.said.setdefault("office", office.name)
        return found

    def _short(self, names: Mapping[str, str], office: Office, at: dt.date) -> dict[str, str]:
        """Names without their kind, where they still mean the same village."""
        short = {}
        for code, name in names.items():
            said = name
            for kind in self.settings.short:
                said = said.removesuffix(kind)
            short[code] = said if self.means(said, office.code, at) == code else name
        return short

    def means(self, name: str, within: str, at: dt.date) -> str:
        """Return the code of the area that a name means within another, or ""."""
        try:
            area = self.tree.find(name, within, at)
        except AmbiguousArea:
            area = None
        return "" if area is None else area.code

    def _advisers(
        self, office: Office, period: Period, called: Mapping[str, str]
    ) -> Iterator[Member]:
        for one in self.roster.serving(office.code, period):
            said = {**self.roster.people[one.adviser], "key": called[one.village]}
            yield Member(f"{one.village} {one.adviser}", one.village, one.adviser, contract=one,
                         said=said)  # fmt: skip

    def _people(self, table: TableSettings, office: Office, counted: Counted) -> Iterator[Member]:
        """The people who are counted, by part; who was there before stays."""
        for row in table.rows:
            parts = sorted(part for name, part in counted.flow
                           if name == row.measure and part != TOTAL)  # fmt: skip
            for place, part in enumerate(parts):
                for number in range(int(counted.flow[row.measure, part])):
                    person = self.settings.names.person(number * len(parts) + place, self.seed)
                    yield Member(f"{part} {number}", office.code, part=part, said=person)

    # -- figures --------------------------------------------------------------------------------

    def draw(
        self, members: Sequence[Member], office: Office, when: Period
    ) -> dict[Key, np.ndarray]:
        """Invent the figures that each row has of its own."""
        found: dict[Key, np.ndarray] = {}
        draw = random(self.seed, self.settings.form, office.key, str(when), "rows")
        for figure in self.settings.figures.values():
            contracts = all(one.contract is not None for one in members)
            if not figure.by_row or (figure.way == "contract" and not contracts):
                continue
            rows = _Rows(self.settings, figure, members, office, when, self.seed)
            found[figure.measure, TOTAL] = rows.values(found, draw)
            for dimension in dict.fromkeys(part.split("=")[0] for part in figure.parts):
                found |= _split(figure, dimension, found[figure.measure, TOTAL], draw)
        return found

    def totals(self, table: TableSettings, office: Office, period: Period) -> Figures:
        """Return the sums of an office's list, for a form in which they stand too."""
        if table.about != "advisers" or not self.roster.contracts.get(office.code):
            return {}
        members = list(self._advisers(office, period, self.areas[table.level][office.code]))
        return {
            key: float(np.nansum(values))
            for key, values in self.draw(members, office, period).items()
        }

    def line(
        self,
        row: Row,
        members: Sequence[Member],
        drawn: Drawn,
        office: Office,
        period: Period,
        style: Style,
        counted: Counted,
    ) -> Line:
        """A column of a list: the figure of each row."""
        figure, key = self.settings.figures[row.measure], (row.measure, row.part)
        line = Line(row, style.wordings[row], row.unit)
        basis = "stock" if figure.is_stock else "flow"
        if any(member.part for member in members):
            parts = dict.fromkeys(row.words)
            for part in (TOTAL, *parts):
                value = counted.flow.get((row.measure, part), 0.0)
                line.entries[part] = Entry((row.measure, part), basis, value, row.unit, "",
                                           area=office.code)  # fmt: skip
            return line
        draw = random(self.seed, self.settings.form, office.key, str(period), "blank", *key)
        blank = draw.rand(len(members)) < figure.blank
        if figure.by_row:
            values = _with_own(drawn[key], members, figure, row).tolist()
        else:
            values = self._divided(key, members, counted.flow)
        look = look_of(figure, style)
        hides = row.zeros == "never" or (row.zeros == "some" and not style.zeros)
        for member, value, unknown in zip(members, values, blank, strict=True):
            if unknown or (hides and value == 0):
                continue
            entry = Entry(key, basis, value, row.unit, None, look, area=member.area,
                          subject=member.subject)  # fmt: skip
            if math.isnan(value):
                say_nothing(entry, style.nothing)
            elif figure.way == "contract":
                entry.written = style.date.format(_day(value))
            else:
                entry.written = row.words.get(value, plain(value))
            if entry.written is not None:
                if entry.written == 0 and row.words:
                    entry.written = row.words[0]
                line.entries[member.key] = entry
        return line

    def _divided(self, key: Key, members: Sequence[Member], flow: Figures) -> list[float]:
        """An office's figure divided among the areas below it; its own row has all.

        One that is a sum is the sum of what is so divided, each by its own shares where it has any.
        """
        whole = self.settings.figures[key[0]]
        made_from = {
            (name, TOTAL): part
            for name, part in self.settings.figures.items()
            if any(name in names for said, names in whole.sums.items() if key[1] in (TOTAL, said))
        }
        areas = [one.area for one in members if not one.own]
        found: Counter[str] = Counter()
        for source, figure in (made_from or {key: whole}).items():
            uneven = figure if figure.areas or figure.spread else whole
            shares = weights(uneven, areas, self.settings.form, self.seed)
            found.update(divide(flow[source], shares))
        own = sum(found.values())
        return [float(own if one.own else found[one.area]) for one in members]


@dataclass(frozen=True)
class _Rows:
    """One figure of all rows of a list, while it is invented."""

    settings: Settings
    figure: Figure
    members: Sequence[Member]
    office: Office
    when: Period
    seed: int

    def values(self, found: Drawn, draw: np.random.RandomState) -> np.ndarray:
        figure = self.figure
        if figure.way == "contract":
            return np.array([_stated(one, figure.base[0]) for one in self.members])
        if figure.way == "row":
            values = self._stocks(draw) if figure.is_stock else self._flows(draw)
        else:
            values = self._from(found[figure.base[0], TOTAL], draw)
        values = np.round(np.minimum(values, figure.most), figure.decimals)
        if figure.within:
            values = np.where(found[figure.within, TOTAL] == 0, np.nan, values)
        return values

    def _from(self, base: np.ndarray, draw: np.random.RandomState) -> np.ndarray:
        amount = self.figure.amount(self.when.end.year)
        base = np.nan_to_num(base)
        if self.figure.way == "of":
            return draw.binomial(base.astype(int), amount).astype(float)
        if self.figure.way == "times":
            return draw.poisson(base * amount).astype(float)
        return base * amount * np.exp(draw.normal(0, self.figure.spread, len(base)))

    def _flows(self, draw: np.random.RandomState) -> np.ndarray:
        """So much in the period: at least once in those rows that are reached at all."""
        own = random(self.seed, self.settings.form, self.office.key, self.figure.measure)
        busy = math.exp(own.normal(0, self.settings.skew))
        mean = self.figure.amount(self.when.end.year) * busy
        mean *= self.figure.areas.get(self.office.code, 1.0)
        mean *= level_of(self.settings, self.figure, self.when)
        if not self.figure.chance:
            return draw.poisson(mean, len(self.members)).astype(float)
        share = between(self.figure.chance, self.when.end)
        share *= dipped(self.settings, replace(self.figure, dip=self.figure.dip / 10), self.when)
        reached = draw.rand(len(self.members)) < share
        return reached * (1.0 + draw.poisson(max(0.0, mean - 1), len(self.members)))

    def _stocks(self, draw: np.random.RandomState) -> np.ndarray:
        """So much at the end: each row keeps its place among the others while all move."""
        size, figure = len(self.members), self.figure
        own = random(self.seed, self.settings.form, self.office.key, figure.measure)
        place, chance = own.normal(0, 1, size), own.rand(size)
        factors = np.exp(figure.spread * place)
        given = [figure.areas.get(one.area) for one in self.members]
        factors = np.array([f if g is None else g for f, g in zip(factors, given, strict=True)])
        factors = factors * np.exp(figure.noise * draw.normal(0, 1, size))
        values = between(figure.paths[TOTAL], self.when.end) * factors
        if not figure.chance:
            return values
        reached = chance < between(figure.chance, self.when.end)
        return reached * np.maximum(1.0, values)


def _split(
    figure: Figure, dimension: str, totals: np.ndarray, draw: np.random.RandomState
) -> dict[Key, np.ndarray]:
    parts = [part for part in figure.parts if part.split("=")[0] == dimension]
    shares = np.array([figure.parts[part] for part in parts])
    counts = [draw.multinomial(int(total), shares / shares.sum()) for total in totals]
    by_part = np.array(counts, dtype=float).reshape(len(totals), len(parts)).T
    return {(figure.measure, part): values for part, values in zip(parts, by_part, strict=True)}


def _with_own(
    values: np.ndarray, members: Sequence[Member], figure: Figure, row: Row
) -> np.ndarray:
    """Let the row of the office's own area be the sum or the mean of the others.

    Where each row has something or not, the office's own has too.
    """
    own = np.array([one.own for one in members], dtype=bool)
    if figure.chance or not own.any():
        return values
    rest = values[~own]
    whole = rest.sum() if row.total else round(float(rest.mean()), figure.decimals)
    return np.where(own, whole, values)


def _stated(member: Member, which: str) -> float:
    assert member.contract is not None
    return float(f"{getattr(member.contract, which):%Y%m%d}")


def _day(value: float) -> dt.date:
    return dt.datetime.strptime(str(int(value)), "%Y%m%d").date()
