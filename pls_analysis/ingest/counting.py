"""Count the rows of a list by what their cells say: people by field, venues by kind.

What tells the rows apart (a name, a number) is compared and never leaves this module. One row that
cannot be read makes every count of its table unsure, and then nothing is counted: a count that
misses one looks like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pls_analysis.ingest.forms import Measure, Target
from pls_analysis.ingest.rows import Box
from pls_analysis.periods import Period

TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Row:
    """A row to be counted: what tells it apart, what its cell stands for, its area and period."""

    row: int
    each: tuple[str, ...]
    target: Target
    area: str
    period: Period
    box: Box


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are of one part of a measure, and the cells that were counted."""

    target: Target
    area: str
    period: Period
    number: int
    boxes: tuple[Box, ...]

    @property
    def cells(self) -> str:
        """The range of the cells that were looked through: D4:D53."""
        first, last = self.boxes[0].cell.address, self.boxes[-1].cell.address
        return first if first == last else f"{first}:{last}"


@dataclass
class Tally:
    """The rows of one list, as they are read."""

    rows: list[Row] = field(default_factory=list)

    def counts(self, measure: Measure) -> list[Count]:
        """The whole and every part of a measure, each thing counted once in each.

        A part that no row of the list names is 0: the list names all there are.
        """
        found: list[Count] = []
        own = [row for row in self.rows if row.target.measure == measure.id]
        for area, period in dict.fromkeys((row.area, row.period) for row in own):
            rows = [row for row in own if (row.area, row.period) == (area, period)]
            boxes = tuple(row.box for row in rows)
            for part in (TOTAL, *measure.parts):
                counted = {row.each for row in rows if part in (TOTAL, row.target.breakdown)}
                target = Target(measure.id, part)
                found.append(Count(target, area, period, len(counted), boxes))
        return found

    def repeated(self) -> Sequence[Box]:
        """The cells of rows that say once more what an earlier row says."""
        seen: set[tuple] = set()
        again = []
        for row in self.rows:
            said = (row.each, row.target, row.area, row.period)
            again += [row.box] if said in seen else []
            seen.add(said)
        return again
