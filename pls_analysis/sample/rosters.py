"""Invent the people of lists: advisers with their contracts, and others by name.

Whoever is listed is the same in every period, whatever the range of the sample: an adviser's key,
name and contracts depend on the seed alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.random import RandomState

from pls_analysis.periods import Period
from pls_analysis.sample.draws import random

FIRST_YEAR = 2018
"""The year in which the first contracts begin: long before any sample does."""
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Names:
    """What people and firms of the sample are called, and their professions with their shares."""

    surnames: str = "张"
    given: str = "甲乙丙丁"
    firms: tuple[str, ...] = ("甲律师事务所",)
    professions: Mapping[str, float] = field(default_factory=lambda: {"律师": 1.0})

    def person(self, number: int, seed: int) -> dict[str, str]:
        """Return what a list says of a person; no two numbers below the count of names share one.

        Names are taken from a shuffled list of all that can be made.
        """
        size = len(self.given)
        whole = len(self.surnames) * size * size
        place = int(_shuffled(whole, seed)[number % whole])
        rest, second = divmod(place, size)
        last, first = divmod(rest, size)
        draw = random(seed, "person", str(number))
        shares = list(self.professions.values())
        chosen = draw.choice(len(shares), p=[share / sum(shares) for share in shares])
        return {
            "name": f"{self.surnames[last]}{self.given[first]}{self.given[second]}",
            "firm": self.firms[draw.randint(len(self.firms))],
            "profession": list(self.professions)[chosen],
        }


@cache
def _shuffled(size: int, seed: int) -> np.ndarray:
    return random(seed, "names").permutation(size)


@dataclass(frozen=True, slots=True)
class Terms:
    """How advisers are contracted.

    `villages` are the chances that one serves 1, 2, 3 … villages, `years` that a contract runs 1,
    2 … years; the others are shares: of advisers who serve two towns, of villages without any, of
    contracts that begin in mid-year, of renewals after a `gap`, and of those with a `new` adviser.
    """

    villages: tuple[float, ...] = (0.2, 0.35, 0.3, 0.15)
    years: tuple[float, ...] = (0.6, 0.4)
    two_towns: float = 0.2
    vacant: float = 0.004
    mid_year: float = 0.35
    gap: float = 0.03
    new: float = 0.1
    key: str = "A{:04d}"


def read_terms(given: Mapping[str, Any]) -> Terms:
    """Read `advisers:` of a form's settings."""
    plain: dict[str, Any] = {
        name: tuple(said) if isinstance(said, list) else said for name, said in given.items()
    }
    return Terms(**plain)


@dataclass(frozen=True, slots=True)
class Contract:
    """An adviser's contract for a village."""

    village: str
    adviser: str
    start: dt.date
    end: dt.date


@dataclass(slots=True)
class Member:
    """Who or what a row of a list is about; `said` are its labels by the name of their column.

    `key` tells the rows of a list apart. `part` is what a person is counted in, `own` says that the
    row is about the office's own area.
    """

    key: str
    area: str
    subject: str = ""
    part: str = ""
    own: bool = False
    contract: Contract | None = None
    said: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Roster:
    """The contracts of all villages, by town, and what lists say of each adviser, by key."""

    contracts: Mapping[str, Sequence[Contract]]
    people: Mapping[str, Mapping[str, str]]

    def serving(self, town: str, month: Period) -> list[Contract]:
        """Return the contracts that run in a month, in order of the villages.

        A contract that follows on another of the same two within the month takes its place.
        """
        found: dict[tuple[str, str], Contract] = {}
        for one in self.contracts.get(town, ()):
            if one.start <= month.end and one.end >= month.start:
                found[one.village, one.adviser] = one
        return list(found.values())


def make_roster(
    terms: Terms, names: Names, villages: Mapping[str, Sequence[str]], until: dt.date, seed: int
) -> Roster:
    """Contract advisers for villages, given by town, until a day."""
    contracts: dict[str, list[Contract]] = {}
    people: dict[str, dict[str, str]] = {}
    before = ""
    for town, codes in villages.items():
        draw = random(seed, "advisers", town)
        runs = _runs(terms, codes, draw)
        shared = bool(before) and draw.rand() < terms.two_towns
        advisers = []
        for number in range(len(runs)):
            if number == 0 and shared:
                advisers.append(before)
                continue
            key = terms.key.format(len(people) + 1)
            people[key] = names.person(len(people), seed) | {"subject": key}
            advisers.append(key)
        contracts[town] = [
            contract
            for adviser, run in zip(advisers, runs, strict=True)
            for contract in _contracts(terms, run, adviser, advisers, until, seed)
        ]
        before = advisers[-1] if advisers else before
    return Roster(contracts, people)


def _runs(terms: Terms, codes: Sequence[str], draw: RandomState) -> list[list[str]]:
    """Neighbouring villages that one adviser serves."""
    runs, rest = [], list(codes)
    while rest:
        size = int(draw.choice(len(terms.villages), p=terms.villages)) + 1
        runs.append(rest[:size])
        rest = rest[size:]
    return runs


def _contracts(
    terms: Terms, run: Sequence[str], adviser: str, town: Sequence[str], until: dt.date, seed: int
) -> Iterator[Contract]:
    begin = dt.date(FIRST_YEAR, 1, 1)
    draw = random(seed, "term", run[0])
    if draw.rand() < terms.mid_year:
        begin += dt.timedelta(days=int(draw.randint(365)))
    for village in run:
        own = random(seed, "contract", village)
        if own.rand() < terms.vacant:
            continue
        start, serving = begin, adviser
        while start <= until:
            years = int(own.choice(len(terms.years), p=terms.years)) + 1
            end = _same_day(start, start.year + years) - DAY
            yield Contract(village, serving, start, end)
            start = end + DAY
            if own.rand() < terms.gap:
                start += dt.timedelta(days=int(own.randint(5, 70)))
            if own.rand() < terms.new:
                serving = town[own.randint(len(town))]


def _same_day(day: dt.date, year: int) -> dt.date:
    return day.replace(year=year, day=min(day.day, 28) if day.month == 2 else day.day)
