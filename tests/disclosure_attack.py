"""An attack on published counts of people, by somebody who has read every report.

It knows each published cell of every report it is given, that counts are whole, that a hidden one
is at least 1 (0 is not hidden, unless it was more before a revision), how totals, areas, months and
running totals add up, and that a part is never more than its whole. It shares no code with what
hides cells: equations are solved by elimination over fractions, and what is left is narrowed by
bounds of whole numbers.
"""

from __future__ import annotations

import io
import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import pandas as pd

KEY = ["measure", "area", "breakdown", "period_start", "period_end", "basis"]
Cell = tuple[str, str, str, pd.Timestamp, pd.Timestamp, str]
Row = dict[Cell, Fraction]
Sum = tuple[Row, Fraction]


@dataclass(frozen=True)
class Knowledge:
    """What the attacker knows beside the figures: who belongs to whom, what adds up to what.

    `above` is area -> the area above it; `parts` the dimensions of a measure whose parts add up to
    the total, `covers` those that overlap and leave nobody out; `within` pairs (whole, part).
    """

    above: Mapping[str, str]
    parts: frozenset[tuple[str, str]] = frozenset()
    covers: frozenset[tuple[str, str]] = frozenset()
    within: frozenset[tuple[str, str]] = frozenset()


@dataclass
class Attack:
    """All that is published, put together, and what follows from it.

    `revised` are cells that a revision changed: one of them may be 0 and hidden, for it was not 0
    before. `small` are cells of which the attacker has been told that they are below `threshold`.
    """

    knowledge: Knowledge
    published: dict[Cell, Fraction] = field(default_factory=dict)
    hidden: set[Cell] = field(default_factory=set)
    revised: frozenset[Cell] = frozenset()
    small: frozenset[Cell] = frozenset()
    threshold: int = 0

    def read(self, csv: str) -> None:
        """Add a report's attachment."""
        frame = pd.read_csv(io.StringIO(csv), parse_dates=["period_start", "period_end"],
                            dtype={"area": str}, keep_default_na=True)  # fmt: skip
        self.see(frame)

    def see(self, frame: pd.DataFrame) -> None:
        """Add published observations: a value, or status c."""
        for *key, value, status in frame[[*KEY, "value", "status"]].itertuples(index=False):
            if not math.isnan(value):
                self.published[tuple(key)] = Fraction(int(value))
            elif status == "c":
                self.hidden.add(tuple(key))
        self.hidden -= self.published.keys()  # published once is known for good

    def recovered(self) -> dict[Cell, int]:
        """Return the hidden cells that have only one value left, with it."""
        equal, at_most = self._equations()
        equal = _reduced(equal)
        low = {cell: 0 if cell in self.revised else 1 for cell in self.hidden}
        high: dict[Cell, float] = {
            cell: self.threshold - 1 if cell in self.small else math.inf for cell in self.hidden
        }
        rows = [*((row, left, True) for row, left in equal),
                *((row, left, False) for row, left in at_most)]  # fmt: skip
        changed = True
        while changed:
            steps = [_narrow(row, left, exact, low, high) for row, left, exact in rows]
            changed = any(steps)
        return {cell: low[cell] for cell in self.hidden if low[cell] == high[cell]}

    # -- what adds up

    def _equations(self) -> tuple[list[Sum], list[Sum]]:
        """Sums of hidden cells: those that are exactly, and those that are at most, a number."""
        cells = self.published.keys() | self.hidden
        equal = [self._put(row) for row in itertools.chain(
            self._areas(cells), self._parts(cells), self._times(cells))]  # fmt: skip
        at_most = [self._put(row) for row in self._limits(cells)]
        return [one for one in equal if one[0]], [one for one in at_most if one[0]]

    def _put(self, row: Mapping[Cell, int]) -> Sum:
        """Move what is published to the other side."""
        unknown = {cell: Fraction(by) for cell, by in row.items() if cell in self.hidden}
        left = -sum((by * self.published[cell] for cell, by in row.items()
                     if cell not in self.hidden), Fraction(0))  # fmt: skip
        return unknown, left

    def _areas(self, cells: Iterable[Cell]) -> Iterable[dict[Cell, int]]:
        below: dict[Cell, list[Cell]] = defaultdict(list)
        for cell in cells:
            above = self.knowledge.above.get(cell[1])
            if above is not None:
                below[(cell[0], above, cell[2], cell[3], cell[4], cell[5])].append(cell)
        for above, parts in below.items():
            if above in self.published or above in self.hidden:
                yield {above: 1, **dict.fromkeys(parts, -1)}

    def _parts(self, cells: Iterable[Cell]) -> Iterable[dict[Cell, int]]:
        for whole, parts in self._by_dimension(cells, self.knowledge.parts):
            yield {whole: 1, **dict.fromkeys(parts, -1)}

    def _by_dimension(self, cells, known) -> Iterable[tuple[Cell, list[Cell]]]:
        found: dict[Cell, list[Cell]] = defaultdict(list)
        for cell in cells:
            if (cell[0], cell[2].split("=")[0]) in known:
                found[_part(cell, "total")].append(cell)
        return [(whole, parts) for whole, parts in found.items()
                if whole in self.published or whole in self.hidden]  # fmt: skip

    def _times(self, cells: Iterable[Cell]) -> Iterable[dict[Cell, int]]:
        """A longer stretch of days is a shorter one from its start, and the rest."""
        spans: dict[tuple, dict[tuple, list[Cell]]] = defaultdict(lambda: defaultdict(list))
        for cell in cells:
            if cell[5] != "stock":
                spans[cell[:3]][cell[3], cell[4]].append(cell)
        for own in spans.values():
            for same in own.values():
                yield from ({one: 1, same[0]: -1} for one in same[1:])
            for start, end in own:
                for first, middle in own:
                    rest = (middle + pd.Timedelta(days=1), end)
                    if first == start and middle < end and rest in own:
                        yield {own[start, end][0]: 1, own[start, middle][0]: -1, own[rest][0]: -1}
                months = sorted(one for one in own if start <= one[0] and one[1] <= end
                                and (one[1] - one[0]).days < 31)  # fmt: skip
                days = sum((one[1] - one[0]).days + 1 for one in months)
                if len(months) > 1 and days == (end - start).days + 1:
                    yield {own[start, end][0]: 1} | {own[one][0]: -1 for one in months}

    def _limits(self, cells: Iterable[Cell]) -> Iterable[dict[Cell, int]]:
        there = set(cells)
        for cell in there:
            whole = _part(cell, "total")
            if cell[2] != "total" and whole in there:
                yield {cell: 1, whole: -1}
            for most, least in self.knowledge.within:
                if (
                    cell[0] == least
                    and (most, cell[1], cell[2], cell[3], cell[4], cell[5]) in there
                ):
                    yield {cell: 1, (most, cell[1], cell[2], cell[3], cell[4], cell[5]): -1}
        for whole, parts in self._by_dimension(there, self.knowledge.covers):
            yield {whole: 1, **dict.fromkeys(parts, -1)}


def _part(cell: Cell, breakdown: str) -> Cell:
    measure, area, _, start, end, basis = cell
    return measure, area, breakdown, start, end, basis


def _reduced(rows: list[Sum]) -> list[Sum]:
    """The equations and what elimination makes of them: what a solver sees, and what a reader."""
    echelon: dict[Cell, Sum] = {}
    for one in rows:
        found = one
        for pivot in [cell for cell in one[0] if cell in echelon]:
            found = _less(found, found[0][pivot], echelon[pivot])
        if not found[0]:
            continue
        pivot = min(found[0])
        found = _less(({}, Fraction(0)), -1 / found[0][pivot], found)
        for other, known in list(echelon.items()):
            if pivot in known[0]:
                echelon[other] = _less(known, known[0][pivot], found)
        echelon[pivot] = found
    return [*rows, *echelon.values()]


def _less(one: Sum, by: Fraction, other: Sum) -> Sum:
    """A sum without so many times another."""
    made = dict(one[0])
    for cell, value in other[0].items():
        made[cell] = made.get(cell, Fraction(0)) - by * value
    return {cell: value for cell, value in made.items() if value}, one[1] - by * other[1]


def _narrow(row: Row, left: Fraction, exact: bool, low: dict, high: dict) -> bool:
    """Narrow every cell of a sum that is (at most) `left` by what the others can be."""
    changed = False
    for cell, by in row.items():
        others = [(one, value) for one, value in row.items() if one != cell]
        least = sum((value * (low[one] if value > 0 else high[one]) for one, value in others),
                    Fraction(0))  # fmt: skip
        most = sum((value * (high[one] if value > 0 else low[one]) for one, value in others),
                   Fraction(0))  # fmt: skip
        ends = [(left - least) / by if abs(least) != math.inf else None]
        ends.append((left - most) / by if exact and abs(most) != math.inf else None)
        top, bottom = ends if by > 0 else ends[::-1]
        if top is not None and math.floor(top) < high[cell]:
            high[cell], changed = math.floor(top), True
        if bottom is not None and math.ceil(bottom) > low[cell]:
            low[cell], changed = math.ceil(bottom), True
    return changed
