"""How large figures are: read the part of a form's settings that says how each is invented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pls_analysis.configs import Problems, unknown

WAYS = ("per_unit", "yearly", "stock", "of", "times", "each", "ratio", "sum")
KEYS = {*WAYS, "share", "mean", "decimals", "growth", "remote", "parts", "overlap", "season",
        "spread", "dip"}  # fmt: skip
TOTAL = "total"

ByYear = Mapping[int, float]
"""A number by the year from which it holds; before the first year the first holds."""
Path = tuple[tuple[dt.date, float], ...]
"""A stock on given days; between them it moves evenly."""


@dataclass(frozen=True, slots=True)
class Figure:
    """How one measure is invented: `way` is one of WAYS, `base` what it is a part or sum of.

    `amounts` is a yearly number for each committee (per_unit) or for the office (yearly), a share
    (of) or a mean (times, each), by part where they differ. `parts` has the shares of its
    breakdown, by "dimension=part"; of parts that `overlap`, a case may belong to several, and
    `each_part` is drawn from the same part of the base. `paths` are stocks by part, and `sums`
    what the parts of a sum are made from. A figure with a `spread` is divided among areas below the
    office's, so unevenly (sigma of a log-normal). A `dip` below 1 softens those of the settings.
    """

    measure: str
    way: str
    amounts: Mapping[str, ByYear] = field(default_factory=dict)
    base: tuple[str, ...] = ()
    growth: float = 0.0
    remote: bool = False
    dip: float = 1.0
    decimals: int = 0
    parts: Mapping[str, float] = field(default_factory=dict)
    overlap: bool = False
    each_part: bool = False
    season: tuple[float, ...] = ()
    paths: Mapping[str, Path] = field(default_factory=dict)
    sums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spread: float = 0.0
    is_stock: bool = False

    def amount(self, year: int, part: str = TOTAL) -> float:
        """The number that holds in a year, of a part where it has one of its own."""
        by_year = self.amounts.get(part) or self.amounts[TOTAL]
        return by_year[max((one for one in by_year if one <= year), default=min(by_year))]

    def stock(self, part: str, at: dt.date) -> float:
        """The stock of a part on a day."""
        path = self.paths[part]
        for (begin, first), (end, last) in pairwise(path):
            if at <= end:
                done = max(0.0, (at - begin).days / (end - begin).days)
                return round(first + (last - first) * done, self.decimals)
        return path[-1][1]


def read_figures(given: Mapping[str, Any], problems: Problems) -> dict[str, Figure]:
    """Read `figures:`; whatever one is made from must stand above it."""
    figures: dict[str, Figure] = {}
    for measure, spec in given.items():
        ways = [way for way in WAYS if way in spec]
        for key in spec.keys() - KEYS:
            problems.add(f"figures: {measure}: " + unknown("key", str(key), KEYS))
        if len(ways) != 1:
            problems.add(f"figures: {measure} needs one of {', '.join(WAYS)}")
            continue
        figure = _figure(measure, ways[0], spec, figures)
        for name in (*figure.base, *(one for names in figure.sums.values() for one in names)):
            if name not in figures or name == measure:
                problems.add(f"figures: {measure} is made from {name}, which must stand above it")
        figures[measure] = figure
    return figures


def _figure(measure: str, way: str, spec: Mapping[str, Any], above: Mapping[str, Figure]) -> Figure:
    said = spec[way]
    sums = _by_part(said) if way == "sum" and isinstance(said, dict) else {}
    base = () if way in ("per_unit", "yearly", "stock") or sums else _names(said)
    amount = said if way in ("per_unit", "yearly") else spec.get("share", spec.get("mean", 0.0))
    paths = _paths(said) if way == "stock" else {}
    bases = (*base, *(name for names in sums.values() for name in _names(names)))
    stocks = [above[name].is_stock for name in bases if name in above]
    parts = _by_part(spec.get("parts") or {})
    each_part = spec.get("parts") == "same"
    if each_part:
        whole = above.get(base[0]) if base else None
        parts = dict.fromkeys(whole.parts or whole.sums, 0.0) if whole else {}
    return Figure(
        measure,
        way,
        amounts=_amounts(amount),
        base=base,
        growth=spec.get("growth", 0.0),
        remote=spec.get("remote", False),
        dip=spec.get("dip", 1.0),
        decimals=2 if way == "ratio" else spec.get("decimals", 0),
        parts=parts,
        overlap=bool(spec.get("overlap")),
        each_part=each_part,
        season=tuple(spec.get("season") or ()),
        paths={part: tuple(sorted(path.items())) for part, path in paths.items()},
        sums={part: _names(names) for part, names in sums.items()},
        spread=spec.get("spread", 0.0),
        is_stock=way == "stock" or (way == "sum" and any(stocks)),
    )


def _names(said: Any) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def _by_part(given: Any) -> dict[str, Any]:
    """{kind: {oral: x}} as {"kind=oral": x}."""
    if not isinstance(given, dict):
        return {}
    return {
        f"{dimension}={part}": said
        for dimension, parts in given.items()
        for part, said in parts.items()
    }


def _amounts(given: Any) -> dict[str, dict[int, float]]:
    """A number, numbers by year, or either by part."""
    if not isinstance(given, dict):
        return {TOTAL: {0: float(given)}}
    if all(isinstance(year, int) for year in given):
        return {TOTAL: {year: float(value) for year, value in given.items()}}
    return {part: _amounts(said)[TOTAL] for part, said in _by_part(given).items()}


def _paths(given: Mapping[Any, Any]) -> dict[str, dict[dt.date, float]]:
    if all(isinstance(day, dt.date) for day in given):
        return {TOTAL: dict(given)}
    return _by_part(given)
