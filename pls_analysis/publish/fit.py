"""Where a brief's pages end, and how high its charts stand, so that each page is well filled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

PAGE_PT = 748.3
"""Height of the text on an A4 page."""
FOOT_PT = 3.0
"""What is left free on each page, for what a measure in points cannot tell."""
LEAST_FILLED = 0.55
"""The last page is to be at least this full."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What stays on one page: a part, or a row of a table that may go on overleaf.

    `height` in points, with the space above it. `give` and `gain`: by how much a chart may be
    lower and higher. `glued` to what stands before it; `inner` to its part, so that the page ends
    by itself. `head` is what it takes more at the top of a page, where a table's head is repeated
    and the space over a section falls away. `opens` a section.
    """

    part: int
    height: float
    give: float = 0.0
    gain: float = 0.0
    glued: bool = False
    inner: bool = False
    head: float = 0.0
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts that begin a new page, what is added to each chart, the pages and how good it is.

    `added` is in points, by part; a lower `cost` is better.
    """

    pages: int = 1
    cost: float = 0.0
    breaks: frozenset[int] = frozenset()
    added: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One page: pieces from `start` to `end`, and how far its charts give (−1) or grow (1)."""

    start: int
    end: int
    pull: float
    cost: float


def plan_pages(
    pieces: Sequence[Piece], limit: int | None = None, slack: float = 0.0
) -> Plan | None:
    """Choose where pages end: at most `limit` of them; None where the pieces do not fit.

    `slack` points more are left free on each page.
    """
    return _Flow(pieces, PAGE_PT - FOOT_PT - slack).plan(limit)


def between(first: Sequence[Piece], other: Sequence[Piece], share: float) -> list[Piece]:
    """The pieces as high as they would be at `share` of the way from one setting to another."""
    return [
        replace(
            one,
            height=one.height + (end.height - one.height) * share,
            head=one.head + (end.head - one.head) * share,
        )
        for one, end in zip(first, other, strict=True)
    ]


class _Flow:
    """Pieces in order, as they follow each other through the pages."""

    def __init__(self, pieces: Sequence[Piece], room: float) -> None:
        self.pieces = list(pieces)
        self.room = room
        sums = ([one.height for one in pieces], [one.give for one in pieces])
        self._heights, self._gives, self._gains = (
            [0.0, *accumulate(values)] for values in (*sums, [one.gain for one in pieces])
        )

    def plan(self, limit: int | None) -> Plan | None:
        """Choose where pages end: at most `limit` of them; None where that cannot be."""
        count = len(self.pieces)
        best: dict[tuple[int, int], tuple[float, list[_Sheet]]] = {(0, 0): (0.0, [])}
        for number in range(1, (limit or count) + 1):
            began = [at for at, pages in best if pages == number - 1 and at < count]
            for start in began:
                cost, before = best[start, number - 1]
                for sheet in self._sheets(start):
                    total = cost + sheet.cost
                    if total < best.get((sheet.end, number), (float("inf"),))[0]:
                        best[sheet.end, number] = total, [*before, sheet]
        ends = [made for (at, _), made in best.items() if at == count]
        return self._planned(*min(ends, key=lambda made: made[0])) if ends else None

    def _sheets(self, start: int) -> Iterator[_Sheet]:
        """Every page that can begin with the piece `start`."""
        first, count = self.pieces[start], len(self.pieces)
        for end in range(start + 1, count + 1):
            spare = self.room - first.head - (self._heights[end] - self._heights[start])
            give = self._gives[end] - self._gives[start]
            if spare < -give and end > start + 1:
                return
            if end < count and self.pieces[end].glued:
                continue
            gain = self._gains[end] - self._gains[start]
            pull = max(spare / give if give else 0.0, -1) if spare < 0 else 0.0
            if spare > 0 and gain:
                pull = min(spare / gain, 1.0)
            left = max(spare - max(pull, 0) * gain, 0.0) / self.room
            inner = end < count and self.pieces[end].inner
            if inner and left * self.room > self.pieces[end].height:
                continue
            yield _Sheet(start, end, pull, self._cost(end, pull, left, inner))

    def _cost(self, end: int, pull: float, left: float, inner: bool) -> float:
        """What a page costs: charts pressed or drawn out, white space, and a break within."""
        cost = (1.2 if pull < 0 else 0.25) * pull**2 + 0.08
        if end == len(self.pieces):
            return cost + left**2 + 6 * max(left - 1 + LEAST_FILLED, 0)
        if not self.pieces[end].opens:
            cost += 0.06 if inner else 0.03
        return cost + 8 * left**2

    def _planned(self, cost: float, sheets: list[_Sheet]) -> Plan:
        added: dict[int, float] = {}
        for sheet in sheets:
            for piece in self.pieces[sheet.start : sheet.end]:
                if piece.give or piece.gain:
                    span = piece.gain if sheet.pull > 0 else piece.give
                    added[piece.part] = sheet.pull * span
        starts = (self.pieces[sheet.start] for sheet in sheets[1:])
        breaks = frozenset(piece.part for piece in starts if not piece.inner)
        return Plan(len(sheets), cost, breaks, added)
