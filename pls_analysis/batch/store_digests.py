"""What a store says of what was asked of it, as one number each: many are looked up at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pls_analysis.store import DIGESTS, Asked, Store

OBSERVATIONS = ("observations", "superseded")
EPOCH = dt.date(1970, 1, 1).toordinal()
NO_DAY = -(2**31)
"""Where what has no days lies."""
Days = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rows:
    """The digests of one table of a store, in the order of areas and measures.

    `pairs` are the areas and measures that there are, as one number each and rising; `first` has
    where the rows of each begin, `total` the sum of all digests before each row.
    """

    areas: Mapping[str, int]
    measures: Mapping[str, int]
    pairs: np.ndarray
    first: np.ndarray
    total: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def sums(self, measures: Sequence[str], days: Days, asked: Sequence[Asked]) -> np.ndarray:
        """Add up, for the areas of each of `asked`, what it says of the measures and days."""
        areas = [one.areas or tuple(self.areas) for one in asked]
        codes = np.array([self.areas.get(one, -1) for some in areas for one in some], np.int64)
        starts, ends = self._rows(codes, measures)
        if self._lies_within(days):
            said = self.total[ends] - self.total[starts]
        else:
            rows = _ranges(starts, ends - starts)
            each = self.total[rows + 1] - self.total[rows]
            first, last = _limits(days)
            each[(self.start[rows] < first) | (self.end[rows] > last)] = 0
            said = _sums(each, np.cumsum([0, *(ends - starts)]))
        per_area = len(said) // max(len(codes), 1)
        return _sums(said, np.cumsum([0, *map(len, areas)]) * per_area)

    def _rows(self, codes: np.ndarray, measures: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Where the rows of each area begin and end; those of each of the measures, if any."""
        many = len(self.measures)
        if not measures:
            below, above = np.searchsorted(self.pairs, [codes * many, (codes + 1) * many])
            return self.first[below], self.first[above]
        wanted = np.array([self.measures.get(one, -1) for one in measures], np.int64)
        pairs = (codes[:, None] * many + wanted).ravel()
        places = np.minimum(np.searchsorted(self.pairs, pairs), len(self.pairs) - 1)
        there = self.pairs[places] == pairs
        there &= np.tile(wanted >= 0, len(codes)) & np.repeat(codes >= 0, len(wanted))
        starts = self.first[places]
        return starts, np.where(there, self.first[places + 1], starts)

    def _lies_within(self, days: Days) -> bool:
        """Whether no row is left out for its days."""
        if days == ("", ""):
            return True
        first, last = _limits(days)
        return bool(first <= self.start.min() and self.end.max() <= last)


class StoreDigests:
    """The digests of a store; `of` gives what stands there of each of several things asked."""

    def __init__(self, store: Store) -> None:
        self._files = store.manifest["files"]
        self._version = store.manifest["version"]
        found = store.digests() if "digests" in self._files else None
        # An older version wrote the store: all of it counts as one.
        self.is_whole = found is None or found.schema.names != DIGESTS.names
        self._tables = {} if found is None or self.is_whole else _by_table(found)

    def of(self, asked: Sequence[Asked]) -> list[str]:
        """Name the version of what each asked for: equal only where all of it is."""
        found = [self._of_all(one) for one in asked]
        groups: dict[tuple, list[int]] = {}
        for place, one in enumerate(asked):
            if not found[place]:
                groups.setdefault((one.table, one.measures, one.start, one.end), []).append(place)
        for (table, measures, *days), places in groups.items():
            several = [asked[place] for place in places]
            rows, span = self._tables.get(table), (days[0], days[1])
            sums = rows.sums(measures, span, several) if rows else [0] * len(places)
            for place, said in zip(places, sums, strict=True):
                found[place] = f"{said:016x}"
        return found

    def _of_all(self, one: Asked) -> str:
        """The version of a whole table, or of the whole store; "" where part of one was asked.

        The file of observations does not say what is known of their submissions: the digests do.
        """
        if self.is_whole or not one.table:
            return self._version
        whole = one == Asked(one.table) and one.table not in OBSERVATIONS
        return self._files.get(one.table, "") if whole else ""


def _by_table(found: pa.Table) -> dict[str, Rows]:
    """Take the tables apart: `store` writes them in the order of GROUP."""
    found = found.unify_dictionaries().combine_chunks()
    table, areas, measures = (_codes(found, name) for name in ("table", "area", "measure"))
    start, end = (_numbers(found, name) for name in ("period_start", "period_end"))
    pair = areas[1].astype(np.int64) * len(measures[0]) + measures[1]
    digest = found["digest"].to_numpy()
    result: dict[str, Rows] = {}
    for name, code in table[0].items():
        rows = np.flatnonzero(table[1] == code)
        rows = slice(rows[0], rows[-1] + 1) if len(rows) else slice(0)
        own = pair[rows]
        begins = np.flatnonzero(np.diff(own, prepend=-1))
        # The codes of areas rise as they first occur; those of measures need not.
        if np.any(np.diff(own[begins]) < 0):
            order = np.argsort(own, kind="stable")
            own, rows = own[order], np.arange(len(pair))[rows][order]
            begins = np.flatnonzero(np.diff(own, prepend=-1))
        total = np.zeros(len(own) + 1, dtype=np.uint64)
        np.cumsum(digest[rows], out=total[1:])
        first = np.append(begins, len(own))
        result[name] = Rows(
            areas[0], measures[0], own[begins], first, total, start[rows], end[rows]
        )
    return result


def _codes(found: pa.Table, name: str) -> tuple[dict[str, int], np.ndarray]:
    column = found[name].combine_chunks()
    column = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    texts = {text: code for code, text in enumerate(column.dictionary.to_pylist())}
    return texts, column.indices.to_numpy(zero_copy_only=False)


def _numbers(found: pa.Table, name: str) -> np.ndarray:
    """Days since 1970; what has none lies within no days."""
    days = found[name].cast(pa.int32())
    return (days.fill_null(NO_DAY) if days.null_count else days).to_numpy()


def _limits(days: Days) -> tuple[int, int]:
    """The first and the last day as numbers; what has no days lies before the first of all."""
    first, last = (dt.date.fromisoformat(day).toordinal() - EPOCH if day else None for day in days)
    return NO_DAY + 1 if first is None else first, -NO_DAY - 1 if last is None else last


def _ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The numbers from each start on, so many of each, one after the other."""
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(int(counts.sum()))


def _sums(values: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Add up the values between each limit and the next; what is too large begins anew at 0."""
    total = np.zeros(len(values) + 1, dtype=np.uint64)
    np.cumsum(values, out=total[1:])
    return np.diff(total[limits])
