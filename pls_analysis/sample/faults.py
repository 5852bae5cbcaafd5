"""Faults of single figures, as they are seen in offices' workbooks: each changes what is written.

A fault never changes what is true: `Entry.value` stays what a right reading gives, and
`Entry.expected` says whether ingest can use the cell, or shall log it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from numpy.random import RandomState

from pls_analysis.sample.reports import Entry, Line, Report, plain

FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
UNKNOWN_HEADING = "其他情况"
EXEMPT = "免"
DAY = "日期"
UNIT = re.compile("[（(][^）(]*[）)]$")
MARKS = (("暂缺", "x"), ("—", "z"), ("…", "k"), ("不适用", "z"))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where a fault can be planted: a figure on its line of a report."""

    report: Report
    line: Line
    entry: Entry

    @property
    def has_parts(self) -> bool:
        """Whether the figure is a total whose parts stand below it."""
        measure = self.line.row.measure
        return self.line.row.part == "total" and any(
            other.row.measure == measure and other.row.part != "total"
            for other in self.report.lines
        )

    @property
    def whole(self) -> int:
        """The figure as a whole number; -1 where it is none, or is written as a day or a word."""
        number = self.entry.value
        if self.entry.unit == DAY or self.line.row.words:
            return -1
        return int(number) if not math.isnan(number) and float(number).is_integer() else -1


@dataclass(frozen=True, slots=True)
class CellFault:
    """A kind of fault: where it can stand, what it writes, and what ingest shall do.

    `plant` may leave the entry's own `expected`; `mended` says that a person could know the right
    figure, so that a correction can be declared.
    """

    fits: Callable[[Spot], bool]
    plant: Callable[[Spot, RandomState], None]
    expected: str = "used"
    mended: bool = False
    checked: bool = False


def spots(report: Report) -> Iterator[Spot]:
    """Every figure of a report that has no fault yet and that is filled in."""
    for line in report.lines:
        for entry in line.entries.values():
            if not entry.fault and entry.written not in (None, "") and not entry.status:
                yield Spot(report, line, entry)


def _write(text: Callable[[Spot], str | float], number_format: str | None = None):
    def plant(spot: Spot, draw: RandomState) -> None:
        spot.entry.written = text(spot)
        if number_format is not None:
            spot.entry.number_format = number_format

    return plant


def _scale(spot: Spot, draw: RandomState) -> None:
    """The whole line is filed in 万, figure and unit."""
    for entry in spot.line.entries.values():
        entry.written, entry.number_format = plain(round(entry.value / 10_000, 4)), "0.0000"
    _mark_line(spot)


def _mark_line(spot: Spot, draw: RandomState | None = None) -> None:
    spot.line.unit = f"万{spot.line.row.unit}"
    for entry in spot.line.entries.values():
        entry.fault, entry.expected = spot.entry.fault, spot.entry.expected


def _rename(spot: Spot, draw: RandomState) -> None:
    """A column of a list has a heading that nobody knows."""
    spot.line.label = "/".join((*spot.line.label.split("/")[:-1], UNKNOWN_HEADING))
    _mark_column(spot)


def _rescale(spot: Spot, draw: RandomState) -> None:
    """The heading of a list's column names a unit ten thousand times too large."""
    spot.line.label = UNIT.sub("", spot.line.label) + f"（万{spot.line.row.unit}）"
    _mark_column(spot)


def _mark_column(spot: Spot) -> None:
    for entry in spot.line.entries.values():
        entry.fault, entry.expected = spot.entry.fault, spot.entry.expected


def _exempt(spot: Spot, draw: RandomState) -> None:
    """Somebody is exempt from a month's service: the total figures of the row say so."""
    key = next(key for key, entry in spot.line.entries.items() if entry is spot.entry)
    for line in spot.report.lines:
        entry = line.entries.get(key)
        if entry is None or entry.basis != "flow":
            continue
        entry.value, entry.status = math.nan, "z"
        entry.written = EXEMPT if line.row.part == "total" else None
        entry.fault = spot.entry.fault


def _forget_day(spot: Spot, draw: RandomState) -> None:
    year, month = int(spot.entry.value) // 10_000, int(spot.entry.value) // 100 % 100
    spot.entry.written = f"{year}年{month}月建成。"


def _of_list(spot: Spot) -> bool:
    """A column of figures, not of words or days, whose entries are sound."""
    clean = all(not entry.fault and not entry.status for entry in spot.line.entries.values())
    return clean and bool(spot.entry.area) and spot.line.row.total


def _missing(spot: Spot, draw: RandomState) -> None:
    mark, status = MARKS[draw.randint(len(MARKS))]
    spot.entry.written, spot.entry.status, spot.entry.value = mark, status, math.nan


def _truncate(spot: Spot, draw: RandomState) -> None:
    cut = math.floor(spot.entry.value * 10 + 1e-9) / 10
    spot.entry.value, spot.entry.written, spot.entry.number_format = cut, plain(cut), "0.0"


def _is_rate(spot: Spot) -> bool:
    return spot.entry.unit == "%" and spot.entry.value > 0


def _flow(spot: Spot, least: int) -> bool:
    return spot.entry.basis == "flow" and spot.whole >= least and spot.entry.unit != "%"


def _count(spot: Spot, least: int) -> bool:
    return spot.whole >= least and spot.entry.unit != "%"


def _large_line(spot: Spot) -> bool:
    """A line that can change its unit as a whole: both figures large, no part of another."""
    figures = spot.line.entries.values()
    free = all(not entry.fault and not entry.status for entry in figures)
    counts = spot.line.row.unit in ("件", "人次") and spot.line.row.part == "total"
    return free and counts and all(entry.value > 100 for entry in figures)


def _digits(spot: Spot) -> str:
    return str(spot.whole)


CELL_FAULTS: dict[str, CellFault] = {
    "unit_scale": CellFault(_large_line, _scale),
    "unit_wrong": CellFault(_large_line, _mark_line, "logged", mended=True),
    "damaged": CellFault(
        _is_rate,
        _write(lambda s: f"{s.entry.value:.2f} %".replace(".", "·"), "General"),
        "logged",
        mended=True,
    ),
    "full_width": CellFault(
        lambda s: _count(s, 10), _write(lambda s: _digits(s).translate(FULL_WIDTH))
    ),
    "trailing_more": CellFault(
        lambda s: _flow(s, 20), _write(lambda s: f"{s.whole // 10 * 10}余"), "logged", mended=True
    ),
    "approximate": CellFault(
        lambda s: _flow(s, 5), _write(lambda s: f"约{s.whole}"), "logged", mended=True
    ),
    "range": CellFault(
        lambda s: _flow(s, 3), _write(lambda s: f"{s.whole}-{s.whole + 2}"), "logged"
    ),
    "word": CellFault(
        lambda s: s.entry.basis == "flow" and s.entry.value == 0,
        _write(lambda s: "无"),
        "logged",
        mended=True,
    ),
    "bad_grouping": CellFault(
        lambda s: _count(s, 100) and s.whole < 10_000,
        _write(lambda s: f"{_digits(s)[:-2]},{_digits(s)[-2:]}"),
        "logged",
        mended=True,
    ),
    "inner_blank": CellFault(
        lambda s: _flow(s, 100),
        _write(lambda s: f"{_digits(s)[:-1]} {_digits(s)[-1]}"),
        "logged",
        mended=True,
    ),
    "grouped_text": CellFault(lambda s: _count(s, 1000), _write(lambda s: f"{s.whole:,}")),
    "text_number": CellFault(lambda s: _count(s, 1), _write(_digits)),
    "own_unit": CellFault(
        lambda s: _count(s, 1) and "(" not in s.entry.unit,
        _write(lambda s: f"{s.whole}{s.entry.unit}"),
    ),
    "footnote": CellFault(lambda s: _flow(s, 1), _write(lambda s: "(1)"), "logged"),
    "missing_mark": CellFault(
        lambda s: s.entry.basis == "flow" and s.line.row.part == "total" and not s.has_parts,
        _missing,
    ),
    "percent_fraction": CellFault(
        _is_rate, _write(lambda s: plain(round(s.entry.value / 100, 4)), "0.00%")
    ),
    "percent_text": CellFault(_is_rate, _write(lambda s: f"{s.entry.value:.2f}%", "General")),
    "truncated_rate": CellFault(
        lambda s: _is_rate(s) and math.floor(s.entry.value * 10 + 1e-9) / 10 != s.entry.value,
        _truncate,
    ),
    "sum_off": CellFault(
        lambda s: s.has_parts and _flow(s, 20),
        _write(lambda s: s.whole + 10),
        "logged",
        mended=True,
        checked=True,
    ),
    "part_off": CellFault(
        lambda s: s.line.row.part != "total" and _flow(s, 10),
        _write(lambda s: s.whole + 10),
        "logged",
        mended=True,
        checked=True,
    ),
    "formula_without_value": CellFault(
        lambda s: s.has_parts and _flow(s, 5), lambda s, draw: None, "logged"
    ),
    "column_unknown": CellFault(_of_list, _rename, "logged"),
    "column_unit": CellFault(
        lambda s: _of_list(s) and _count(s, 1) and "(" not in s.entry.unit, _rescale, "logged"
    ),
    "exempt": CellFault(lambda s: bool(s.entry.subject) and _flow(s, 1), _exempt),
    "no_day": CellFault(
        lambda s: s.entry.unit == DAY and not s.entry.area, _forget_day, "logged", mended=False
    ),
    "error_value": CellFault(
        lambda s: _flow(s, 1), _write(lambda s: "#N/A"), "logged", mended=True
    ),
}
"""`checked` faults read as plain numbers: only the arithmetic of the form can find them."""


def plant(kind: str, report: Report, draw: RandomState, mend: bool) -> Entry | None:
    """Plant a fault somewhere in a report. Returns the figure, or None where no place fits."""
    fault = CELL_FAULTS[kind]
    places = [spot for spot in spots(report) if fault.fits(spot)]
    if not places:
        return None
    spot = places[draw.randint(len(places))]
    spot.entry.fault = kind
    spot.entry.expected = "corrected" if mend and fault.mended else fault.expected
    fault.plant(spot, draw)
    return spot.entry
