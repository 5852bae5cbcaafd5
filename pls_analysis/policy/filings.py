"""What was filed of a term, added up by the parts of a place.

Rows of a measure are put in order once; each place is then answered from the rows of its areas.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from pls_analysis.policy.accrual import Filed, Stretch
from pls_analysis.policy.figures import exact

NOTHING_THERE = ("z", "k")
"""Marks of figures that are missing and yet known: not applicable, below the smallest unit."""
NO_LINE = -1
LARGEST = 2**53
"""Whole numbers below it are added without rounding in whatever order."""
Filing = Mapping[str, Mapping[Stretch, Filed]]
"""Basis -> stretch -> what was filed, of one part."""


@dataclass(frozen=True)
class Lines:
    """The lines of all lists: each is a submission's area and subject, for a last day.

    A list has a line for each area and subject: its other columns tell which. `of` has the number
    of the line that each row of a measure stands in, NO_LINE for one of no list. By its number,
    a line has a submission (a number too), an area and a last day (since 1970).
    """

    of: Mapping[str, np.ndarray]
    submission: np.ndarray
    area: np.ndarray
    end: np.ndarray

    @classmethod
    def among(cls, of_measure: Mapping[str, pd.DataFrame]) -> Lines:
        """Return the lines of all lists among observations, given by measure."""
        listed = {name: is_listed(rows) for name, rows in of_measure.items()}
        frames = [rows.loc[listed[name]] for name, rows in of_measure.items()]
        key = np.zeros(sum(map(len, frames)), dtype="int64")
        parts = {}
        for name in ("submission", "area", "subject"):
            whole = pd.concat([rows[name] for rows in frames]) if frames else pd.Series(dtype=str)
            codes, parts[name] = pd.factorize(whole)
            key = key * (len(parts[name]) + 1) + codes
            parts[name] = np.asarray(parts[name], dtype=object)[codes] if name == "area" else codes
        ends = np.concatenate([_days(rows["period_end"]) for rows in frames] or [key])
        days, codes = np.unique(ends, return_inverse=True)
        _, first, line = np.unique(
            key * (len(days) + 1) + codes, return_index=True, return_inverse=True
        )
        of = {}
        start = 0
        for name, there in listed.items():
            of[name] = np.full(len(there), NO_LINE)
            of[name][there] = line[start : start + int(there.sum())]
            start += int(there.sum())
        return cls(of, parts["submission"][first], parts["area"][first], ends[first])

    @cached_property
    def submissions(self) -> Mapping[str, frozenset[int]]:
        """The submissions in whose lists each measure stands."""
        return {
            name: frozenset(np.unique(self.submission[line[line != NO_LINE]]).tolist())
            for name, line in self.of.items()
        }

    def sharing(self, measure: str) -> list[str]:
        """Return the measures that stand in the same lists as one, itself among them."""
        own = self.submissions[measure]
        return [name for name, other in self.submissions.items() if not own.isdisjoint(other)]


class Filings:
    """What was filed of one term: the rows of a measure and of one of its parts, by area."""

    def __init__(self, rows: pd.DataFrame, line: np.ndarray, lines: Lines, listed: bool) -> None:
        """Take the rows and the line that each stands in.

        `listed`: a line of a list that has none of them says something too, namely that what it
        should have is missing. Of breakdowns that is not asked: they need not be filled in.
        """
        self._rows = rows[["submission", "sheet", "cell"]]
        self._of_area = rows.groupby("area").indices
        self._stretch, self._stretches = _stretches(rows)
        value = rows["value"].to_numpy("float64")
        absent = np.isnan(value)
        status = rows["status"].fillna("")
        self._unknown = absent & ~status.isin(NOTHING_THERE).to_numpy()
        self._value = np.where(absent, 0.0, value)
        self._exact = bool((self._value % 1 == 0).all()) and np.abs(self._value).sum() < LARGEST
        self._status, letters = pd.factorize(status)
        self._letters = list(letters)
        self._line, self._lines = line, lines
        self.is_listed = listed and bool((line != NO_LINE).any())
        self._unread = _unread(line, lines) if self.is_listed else {}

    def by_part(self, codes: Mapping[str, str]) -> Mapping[str, Filing]:
        """Return what each part of a place filed; `codes` leads from areas to their parts."""
        names = sorted(set(codes.values()))
        number = {name: at for at, name in enumerate(names)}
        at, part = self._rows_of((area, number[part]) for area, part in codes.items())
        more = list(self._lines_without_a_row(at, codes, number))
        key = np.concatenate([
            part * len(self._stretches) + self._stretch[at], np.array(more, dtype="int64")
        ])  # fmt: skip
        unknown = np.concatenate([self._unknown[at], np.ones(len(more), dtype=bool)])
        keys, group = np.unique(key, return_inverse=True)
        sums = self._added(group[: len(at)], at, len(keys))
        unknowns = np.bincount(group, unknown, len(keys)).astype(int)
        counts = np.bincount(group, minlength=len(keys)) - unknowns
        marks = self._marks(group[: len(at)], at)
        found: dict[str, dict[str, dict[Stretch, Filed]]] = {}
        rows = zip(keys.tolist(), sums.tolist(), unknowns.tolist(), counts.tolist(), strict=True)
        for place, (one, value, missing, there) in enumerate(rows):
            part_at, stretch_at = divmod(one, len(self._stretches))
            basis, stretch = self._stretches[stretch_at]
            filed = Filed(exact(value), missing, there, marks.get(place, frozenset()))
            found.setdefault(names[part_at], {}).setdefault(basis, {})[stretch] = filed
        return found

    def rows_behind(
        self, codes: Mapping[str, str], wanted: Iterable[tuple[str, str, Stretch]]
    ) -> pd.DataFrame:
        """Return the rows behind what parts of a place filed: part, basis and stretch of each."""
        number = {name: at for at, name in enumerate(sorted(set(codes.values())))}
        place = {one: at for at, one in enumerate(self._stretches)}
        keys = [
            number[part] * len(place) + place[basis, stretch]
            for part, basis, stretch in wanted
            if (basis, stretch) in place
        ]
        at, part = self._rows_of((area, number[part]) for area, part in codes.items())
        return self._rows.take(at[np.isin(part * len(place) + self._stretch[at], keys)])

    def _rows_of(self, parts: Iterable[tuple[str, int]]) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of areas in their order, each with the number of its part."""
        there = [(self._of_area[area], part) for area, part in parts if area in self._of_area]
        if not there:
            return np.array([], dtype="int64"), np.array([], dtype="int64")
        at = np.concatenate([rows for rows, _ in there])
        part = np.repeat([part for _, part in there], [len(rows) for rows, _ in there])
        order = np.argsort(at, kind="stable")
        return at[order], part[order]

    def _added(self, group: np.ndarray, at: np.ndarray, groups: int) -> np.ndarray:
        if self._exact:
            return np.bincount(group, self._value[at], groups)
        sums = pd.Series(self._value[at]).groupby(group).sum()
        return sums.reindex(range(groups), fill_value=0.0).to_numpy()

    def _marks(self, group: np.ndarray, at: np.ndarray) -> dict[int, frozenset[str]]:
        pairs = np.unique(group * len(self._letters) + self._status[at])
        found: dict[int, str] = defaultdict(str)
        for pair in pairs.tolist():
            place, letters = divmod(pair, len(self._letters))
            found[place] += self._letters[letters]
        return {place: frozenset(letters) for place, letters in found.items() if letters}

    def _lines_without_a_row(
        self, at: np.ndarray, codes: Mapping[str, str], number: Mapping[str, int]
    ) -> Iterator[int]:
        """Yield the part and stretch of each line of a list that has no row among the others.

        It is missing on each basis and from each day that the list's rows have.
        """
        open_ = [(line, area) for area in codes for line in self._unread.get(area, ())]
        if not open_:
            return
        listed = at[self._line[at] != NO_LINE]
        shapes: dict[tuple[int, dt.date], list[int]] = defaultdict(list)
        submissions = self._lines.submission[self._line[listed]].tolist()
        for submission, stretch in set(
            zip(submissions, self._stretch[listed].tolist(), strict=True)
        ):
            shapes[submission, self._stretches[stretch][1][1]].append(stretch)
        for line, area in open_:
            end = _day(int(self._lines.end[line]))
            for stretch in shapes.get((int(self._lines.submission[line]), end), ()):
                yield number[codes[area]] * len(self._stretches) + stretch


def is_listed(rows: pd.DataFrame) -> np.ndarray:
    """Tell which observations stand in a line of a list: they have a subject."""
    return (rows["subject"].fillna("") != "").to_numpy(dtype=bool)


def _unread(line: np.ndarray, lines: Lines) -> dict[str, list[int]]:
    """Return the lines without a row, by area: those of lists in which other lines have one."""
    own = np.unique(line[line != NO_LINE])
    if not len(own):
        return {}
    there = np.isin(lines.submission, np.unique(lines.submission[own]))
    there[own] = False
    found: dict[str, list[int]] = defaultdict(list)
    for one in np.flatnonzero(there).tolist():
        found[lines.area[one]].append(one)
    return dict(found)


def _stretches(rows: pd.DataFrame) -> tuple[np.ndarray, list[tuple[str, Stretch]]]:
    """Return which basis and stretch each row has, and all there are, in their order."""
    basis, found_bases = pd.factorize(rows["basis"], sort=True)
    bases = list(found_bases)
    starts, start = np.unique(_days(rows["period_start"]), return_inverse=True)
    ends, end = np.unique(_days(rows["period_end"]), return_inverse=True)
    key = (basis * len(starts) + start) * len(ends) + end
    keys, stretch = np.unique(key, return_inverse=True)
    found = []
    first_days, last_days = ([_day(one) for one in days.tolist()] for days in (starts, ends))
    for one in keys.tolist():
        rest, at = divmod(one, len(ends))
        basis_at, first = divmod(rest, len(starts))
        found.append((bases[basis_at], (first_days[first], last_days[at])))
    return stretch, found


def _days(column: pd.Series) -> np.ndarray:
    return column.to_numpy("datetime64[D]").astype("int64")


def _day(number: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=number)
