"""What a store says of what was asked of it, as one number each: many are looked up at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pls_analysis.store import DIGESTS, Asked, Store

EPOCH = dt.date(1970, 1, 1).toordinal()
Days = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rows:
    """The digests of one table of a store, by area: `first` has where each area's rows begin."""

    areas: Mapping[str, int]
    first: np.ndarray
    measures: Mapping[str, int]
    measure: np.ndarray
    start: np.ndarray
    end: np.ndarray
    digest: np.ndarray

    def sums(self, measures: Sequence[str], days: Days, asked: Sequence[Asked]) -> np.ndarray:
        """Add up, for the areas of each of `asked`, what it says of the measures and days."""
        several = [self._places(one.areas) for one in asked]
        places = np.concatenate(several)
        counts = self.first[places + 1] - self.first[places]
        rows = _ranges(self.first[places], counts)
        said = self.digest[rows]
        if measures:
            wanted = np.zeros(len(self.measures), dtype=bool)
            wanted[[self.measures[one] for one in measures if one in self.measures]] = True
            said[~wanted[self.measure[rows]]] = 0
        if days != ("", ""):
            start, end = map(_day, days)
            said[(self.start[rows] < start) | (self.end[rows] > end)] = 0
        total = np.zeros(len(rows) + 1, dtype=np.uint64)
        np.cumsum(said, out=total[1:])
        ends = np.cumsum([0, *counts])[np.cumsum([0, *map(len, several)])]
        return np.diff(total[ends])

    def _places(self, areas: Sequence[str]) -> np.ndarray:
        known = self.areas
        found = [known[one] for one in areas if one in known] if areas else list(known.values())
        return np.array(found, dtype=np.int64)


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
        """The version of a whole table, or of the whole store; "" where part of one was asked."""
        if self.is_whole or not one.table:
            return self._version
        whole = one == Asked(one.table)
        return self._files.get(one.table, "") if whole else ""


def _by_table(found: pa.Table) -> dict[str, Rows]:
    table, areas, measures = (_codes(found, name) for name in ("table", "area", "measure"))
    start, end = (_numbers(found, name) for name in ("period_start", "period_end"))
    digest = found["digest"].to_numpy()
    result: dict[str, Rows] = {}
    for name, code in table[0].items():
        rows = np.flatnonzero(table[1] == code)
        rows = rows[np.argsort(areas[1][rows], kind="stable")]
        there, first = np.unique(areas[1][rows], return_index=True)
        names = {code: area for area, code in areas[0].items()}
        result[name] = Rows(
            {names[one]: place for place, one in enumerate(there)},
            np.concatenate([first, [len(rows)]]),
            measures[0],
            *(values[rows] for values in (measures[1], start, end, digest)),
        )
    return result


def _codes(found: pa.Table, name: str) -> tuple[dict[str, int], np.ndarray]:
    column = found[name].unify_dictionaries().combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    texts = {text: code for code, text in enumerate(column.dictionary.to_pylist())}
    return texts, column.indices.to_numpy(zero_copy_only=False)


def _numbers(found: pa.Table, name: str) -> np.ndarray:
    """Days since 1970; what has none lies within no days."""
    return found[name].cast(pa.int32()).fill_null(-(2**31)).to_numpy()


def _day(text: str) -> int:
    return dt.date.fromisoformat(text).toordinal() - EPOCH


def _ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The numbers from each start on, so many of each, one after the other."""
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(int(counts.sum()))
