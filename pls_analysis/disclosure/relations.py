"""What ties published counts to each other: sums and limits that tell a hidden one.

A total is the sum of its parts where a form says so, an area the sum of those below it, a running
total the sum of its months, a quarter that of three. A group is never more than the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

CELL = ["measure", "area", "breakdown", "period_start", "period_end", "basis"]
"""What tells one count from another."""
TOTAL = "total"
ADDS_UP = ("flow", "cumulative")


@dataclass(frozen=True, slots=True)
class Relation:
    """A sum over cells, by their places: coefficients by cell, 0 where it is `exact`, else ≤ 0.

    It can be used from the day `end` on, when the last of its cells is published.
    """

    terms: Mapping[int, int]
    exact: bool
    end: pd.Timestamp


@dataclass(frozen=True)
class Rules:
    """What is known of measures and areas.

    `parent` leads from an area to the one above it. `splits` are (measure, dimension, relation of
    the whole to the sum of its parts: equal, at_least, at_most), `limits` pairs of measures (whole,
    part) of which the part is never more than the whole.
    """

    parent: Mapping[str, str]
    splits: frozenset[tuple[str, str, str]] = frozenset()
    limits: frozenset[tuple[str, str]] = frozenset()


def relations(cells: pd.DataFrame, rules: Rules) -> list[Relation]:
    """Return every relation among cells: a frame with the columns CELL, no cell twice."""
    keys = list(cells[CELL].itertuples(index=False, name=None))
    ends = [key[4] for key in keys]
    found = (*_over_areas(keys, rules), *_over_parts(keys, rules), *_over_time(keys))
    return [Relation(terms, exact, max(ends[cell] for cell in terms)) for terms, exact in found]


Key = tuple[str, str, str, pd.Timestamp, pd.Timestamp, str]
Found = Iterator[tuple[dict[int, int], bool]]


def _grouped(keys: Iterable[Key], *without: int) -> Iterable[dict]:
    """Group cells that differ in some columns alone: what is in those columns -> place."""
    groups: dict[tuple, dict] = defaultdict(dict)
    for cell, key in enumerate(keys):
        rest = tuple(part for at, part in enumerate(key) if at not in without)
        own = key[without[0]] if len(without) == 1 else tuple(key[at] for at in without)
        groups[rest][own] = cell
    return groups.values()


def _over_areas(keys: list[Key], rules: Rules) -> Found:
    """An area is the sum of the next areas below it that have a figure.

    Where one is missing the sum may be that of the others, so that counts as known.
    """
    for areas in _grouped(keys, 1):
        below: dict[str, list[str]] = defaultdict(list)
        for area in areas:
            above = rules.parent.get(area)
            while above is not None and above not in areas:
                above = rules.parent.get(above)
            if above is not None:
                below[above].append(area)
        for above, parts in below.items():
            yield {areas[above]: 1, **{areas[part]: -1 for part in parts}}, True


def _over_parts(keys: list[Key], rules: Rules) -> Found:
    """A part is never more than its whole; together they are what the form says they are."""
    splits: dict[str, dict[str, str]] = defaultdict(dict)
    for measure, dimension, relation in rules.splits:
        splits[measure][dimension] = relation
    for group in _grouped(keys, 0, 2):
        for (measure, part), cell in group.items():
            whole = group.get((measure, TOTAL))
            if part != TOTAL and whole is not None:
                if splits[measure].get(part.split("=")[0]) != "equal":
                    yield {cell: 1, whole: -1}, False
            elif part == TOTAL:
                for dimension, relation in splits[measure].items():
                    parts = [
                        at
                        for (one, name), at in group.items()
                        if one == measure and name.startswith(f"{dimension}=")
                    ]
                    sign = 1 if relation == "at_most" else -1
                    if parts:
                        terms = {cell: sign, **dict.fromkeys(parts, -sign)}
                        yield terms, relation == "equal"
            for most, least in rules.limits:
                if measure == least and (most, part) in group:
                    yield {cell: 1, group[most, part]: -1}, False


def _over_time(keys: list[Key]) -> Found:
    """Counts of the same thing over days that fit together: every cycle of days tells a sum.

    Counts are steps from the day on which they begin to the day after their end. Taken in the order
    of their ends, each that closes a cycle is the sum of earlier ones.
    """
    for spans in _grouped(keys, 3, 4, 5):
        steps: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        order = sorted(
            (end, end - start, basis, start, cell)
            for (start, end, basis), cell in (
                ((one[0].toordinal(), one[1].toordinal() + 1, one[2]), cell)
                for one, cell in spans.items()
            )
            if basis in ADDS_UP
        )
        for end, _, _, start, cell in order:
            path = _path(steps, start, end)
            if path is None:
                steps[start].append((end, cell, 1))
                steps[end].append((start, cell, -1))
            else:
                yield {cell: 1, **{one: -sign for one, sign in path}}, True


def _path(
    steps: Mapping[int, list[tuple[int, int, int]]], start: int, end: int
) -> list[tuple[int, int]] | None:
    """Return the cells that lead from a day to another, each with the direction; None if none."""
    came: dict[int, tuple[int, int, int] | None] = {start: None}
    queue = [start]
    for day in queue:
        for other, cell, sign in steps.get(day, ()):
            if other not in came:
                came[other] = (day, cell, sign)
                queue.append(other)
    if end not in came:
        return None
    path = []
    day = end
    while (step := came[day]) is not None:
        day, cell, sign = step
        path.append((cell, sign))
    return path
