"""Another table that would look the same: what proves that a hidden count cannot be told.

A move changes some cells by one so that every relation still holds. As long as all cells that it
changes are hidden, a reader cannot tell the one table from the other. The cheapest move that
changes a small count says which cells have to be hidden with it.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pls_analysis.disclosure.relations import Relation

EXACT_STEPS = 60
"""Partial moves that are looked at for the cheapest; after that many the first that fits is
taken."""
MOST_STEPS = 5_000

Move = Mapping[int, int]
Open = tuple[tuple[int, int, float, tuple[int, ...]], int, dict[int, int]]
"""A move that may still break relations: how many where that counts, what it costs, its place."""
Price = Callable[[int], float | None]
Fits = Callable[[int, int], bool]


@dataclass
class Ties:
    """The relations among cells that can be used by now, and how much room their limits leave."""

    values: Sequence[float]
    of_cell: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    terms: list[Mapping[int, int]] = field(default_factory=list)
    room: list[float] = field(default_factory=list)

    def add(self, relation: Relation) -> None:
        """Take another relation into account."""
        left = -sum(sign * self.values[cell] for cell, sign in relation.terms.items())
        for cell in relation.terms:
            self.of_cell[cell].append(len(self.terms))
        self.terms.append(relation.terms)
        self.room.append(-1 if relation.exact else max(left, 0))

    def broken(self, move: Move) -> dict[int, int]:
        """Return the relations that a move breaks, each with the direction in which it does."""
        off: dict[int, int] = defaultdict(int)
        for cell, step in move.items():
            for at in self.of_cell.get(cell, ()):
                off[at] += step * self.terms[at][cell]
        return {
            at: 1 if by > 0 else -1
            for at, by in off.items()
            if by and (self.room[at] < 0 or by > self.room[at])
        }


def cheapest(ties: Ties, starts: Iterable[Move], price: Price, fits: Fits) -> Move | None:
    """Return the move that costs least of those that begin like one of some, or None.

    `price` says what it costs to hide a cell: 0 where it is hidden, None where it is published for
    good; `fits` whether a cell may have so much more or less. Few cells go before small prices, and
    of equals the first cells are taken.
    """
    queue: list[Open] = [
        ((0, 0, 0.0, tuple(sorted(start))), at, dict(start)) for at, start in enumerate(starts)
    ]
    heapq.heapify(queue)
    seen: set[frozenset] = set()
    for steps in range(MOST_STEPS):
        if not queue:
            return None
        cost, _, move = heapq.heappop(queue)
        broken = ties.broken(move)
        if not broken:
            return move
        if steps == EXACT_STEPS:
            queue = [((len(ties.broken(one)), *paid[1:]), at, one) for paid, at, one in queue]
            heapq.heapify(queue)
        hurry = steps >= EXACT_STEPS
        for cell, step, paid in _narrowest(ties, move, broken, price, fits):
            longer = {**move, cell: step}
            if (whole := frozenset(longer.items())) in seen:
                continue
            seen.add(whole)
            open_ = len(ties.broken(longer)) if hurry else 0
            more = (open_, cost[1] + bool(paid), cost[2] + paid, tuple(sorted(longer)))
            heapq.heappush(queue, (more, len(seen), longer))
    return None


def _narrowest(
    ties: Ties, move: Move, broken: Mapping[int, int], price: Price, fits: Fits
) -> list[tuple[int, int, float]]:
    """Return the cells that can mend the broken relation which leaves the fewest choices."""
    best: list[tuple[int, int, float]] | None = None
    for at, off in broken.items():
        found = []
        for cell, sign in ties.terms[at].items():
            if cell in move or (paid := price(cell)) is None:
                continue
            step = -off * sign
            if fits(cell, step):
                found.append((cell, step, paid))
        if best is None or len(found) < len(best):
            best = found
        if not best:
            break
    return best or []
