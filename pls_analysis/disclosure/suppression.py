"""Hide small counts of people, and what else is needed so that nobody can work them out.

A count from 1 to below the threshold is hidden. Then, period by period in their order, further
cells are hidden until each small count could also be another one: there is a second table, whole
and with the same published cells, in which it is (`moves`). What a period's report hides or
publishes depends on it and on what came before, and stays so in every later report.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pls_analysis.disclosure.moves import Move, Ties, cheapest
from pls_analysis.disclosure.relations import CELL, Relation, Rules, relations

HIDDEN = "c"
"""The status letter of a figure that is not published."""
MARK = f"[{HIDDEN}]"


def hidden_cells(
    versions: Sequence[pd.DataFrame], rules: Rules, threshold: float, secondary: bool = True
) -> pd.DataFrame:
    """Return the cells (columns CELL) that may not be published, in their order.

    `versions` are observations of measures that count people: what stood first, then what stood
    after each revision; all of them were, or are, published. What one version hides stays hidden.
    In a later one only cells that it changed are hidden besides, as readers know the others: those
    that are tied to a hidden one which it changed.
    Without `secondary` only the small counts themselves are hidden.
    """
    tables = [_table(one) for one in versions]
    cells = pd.concat([one.index.to_frame(index=False) for one in tables]).drop_duplicates()
    cells = cells.sort_values(CELL, ignore_index=True)
    if cells.empty:
        return cells
    index = pd.MultiIndex.from_frame(cells)
    columns = [one.reindex(index).tolist() for one in tables]
    hidden: set[int] = set()
    first = True
    known = [math.nan] * len(cells)
    ends = list(cells["period_end"])
    for filed in columns:
        values = [old if math.isnan(new) else new for new, old in zip(filed, known, strict=True)]
        changed = {at for at, new in enumerate(values) if not math.isnan(new) and new != known[at]}
        there = [at for at, value in enumerate(values) if not math.isnan(value)]
        found = _among(cells, there, rules) if secondary else []
        _Round(values, found, ends, changed, threshold, hidden, first).decide()
        known, first = values, False
    return cells.loc[sorted(hidden)].reset_index(drop=True)


def suppress(observations: pd.DataFrame, hidden: pd.DataFrame) -> pd.DataFrame:
    """Return observations as the public sees them: of hidden cells no value, no raw text.

    Their status is HIDDEN; where they stand in a workbook is no secret.
    """
    if hidden.empty or observations.empty:
        return observations
    gone = is_hidden(observations, hidden)
    if not gone.any():
        return observations
    public = observations.assign(
        value=observations["value"].mask(gone), status=observations["status"].mask(gone, HIDDEN)
    )
    return public.assign(raw=public["raw"].mask(gone, "")) if "raw" in public else public


def is_hidden(observations: pd.DataFrame, hidden: pd.DataFrame) -> pd.Series:
    """Tell which observations are of hidden cells, whatever their subject."""
    keys = pd.MultiIndex.from_frame(observations[CELL])
    found = keys.isin(pd.MultiIndex.from_frame(hidden[CELL]))
    return pd.Series(found, index=observations.index)


def _table(observations: pd.DataFrame) -> pd.Series:
    """Return the counts by cell; those of several subjects are one count."""
    known = observations[observations["value"].notna()]
    return known.groupby(CELL, observed=True, sort=True)["value"].sum()


def _among(cells: pd.DataFrame, there: list[int], rules: Rules) -> list[Relation]:
    """Return the relations among the cells that have a value, by their places among all."""
    return [
        Relation({there[at]: sign for at, sign in one.terms.items()}, one.exact, one.end)
        for one in relations(cells.loc[there], rules)
    ]


@dataclass
class _Round:
    """One version of the figures, decided period by period; it adds to `hidden`.

    Of the cells that a later version than the `first` changed, hidden ones may be 0.
    """

    values: list[float]
    relations: list[Relation]
    ends: list[pd.Timestamp]
    changed: set[int]
    threshold: float
    hidden: set[int]
    first: bool

    def decide(self) -> None:
        """Hide what has to be hidden of the changed cells."""
        by_end: dict[pd.Timestamp, list[int]] = defaultdict(list)
        for cell, value in enumerate(self.values):
            if not math.isnan(value):
                by_end[self.ends[cell]].append(cell)
        dated: dict[pd.Timestamp, list[Relation]] = defaultdict(list)
        for one in self.relations:
            dated[one.end].append(one)
        ties = Ties(self.values)
        moves: dict[int, Move] = {}
        touched: list[int] = []
        for end in sorted(by_end):
            open_ = [cell for cell in by_end[end] if cell in self.changed]
            small = [cell for cell in by_end[end] if self.is_small(cell)]
            self.hidden.update(small)
            touched += [cell for cell in open_ if cell in self.hidden]
            moves |= {cell: {} for cell in small}
            for one in dated[end]:
                ties.add(one)
            if not self.first:
                self.hidden.update(self._tied(ties, touched) & set(open_))
            self._protect(ties, moves, set(open_))

    def is_small(self, cell: int) -> bool:
        """Whether a cell counts fewer people than may be published; 0 counts none."""
        return 0 < self.values[cell] < self.threshold

    def _tied(self, ties: Ties, touched: list[int]) -> set[int]:
        """Return the changed cells that are tied to hidden ones, through others that changed.

        Where a revision adds up they could all have changed a little more: readers who know every
        other cell cannot tell.
        """
        found = set(touched)
        queue = list(touched)
        for cell in queue:
            for at in ties.of_cell.get(cell, ()):
                if ties.room[at] >= self.threshold:
                    continue  # a limit so far off tells nothing
                more = [one for one in ties.terms[at] if one in self.changed and one not in found]
                found.update(more)
                queue += more
        return found

    def _protect(self, ties: Ties, moves: dict[int, Move], open_: set[int]) -> None:
        """Find for each small count a table in which it is another; hide what that changes."""
        for cell in list(moves):
            if moves[cell] and not ties.broken(moves[cell]):
                continue
            found = self._move(ties, cell, moves[cell], open_)
            if found is not None:
                moves[cell] = found
                self.hidden.update(found)

    def _move(self, ties: Ties, cell: int, before: Move, open_: set[int]) -> Move | None:
        afresh = [{cell: 1}, {cell: -1}]

        def price(one: int) -> float | None:
            if one in self.hidden:
                return 0.0
            return self.values[one] if one in open_ else None

        for fits in (self._strictly, self._loosely):
            fitting = [one for one in afresh if fits(cell, one[cell])]
            for starts in ([before] if before else [], fitting):
                if starts and (found := cheapest(ties, starts, price, fits)) is not None:
                    return found
        return None

    def _strictly(self, cell: int, step: int) -> bool:
        """Whether a cell can be so much more: what is small stays small, what is not stays not.

        Then not even those are told it who know which of the hidden counts are small.
        """
        value = self.values[cell]
        if self.is_small(cell):
            return 0 < value + step < self.threshold
        return value > 0 and value + step >= self.threshold

    def _loosely(self, cell: int, step: int) -> bool:
        """Whether a hidden cell can be so much more to those who know only that it counts some."""
        if not self.first and cell in self.changed:
            return self.values[cell] + step >= 0
        return self.values[cell] > 0 and self.values[cell] + step > 0
