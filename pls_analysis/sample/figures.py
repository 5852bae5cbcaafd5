"""How large figures are: read the part of a form's settings that says how each is invented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pls_analysis.configs import Problems, unknown

WAYS = ("per_unit", "yearly", "stock", "of", "times", "each", "ratio", "sum", "row", "contract",
        "says")  # fmt: skip
KEYS = {*WAYS, "share", "mean", "decimals", "growth", "remote", "parts", "overlap", "season",
        "spread", "dip", "listed", "chance", "most", "noise", "within", "areas",
        "blank", "breaks"}  # fmt: skip
BASELESS = ("per_unit", "yearly", "stock", "row", "contract", "says")
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
    A figure that is `listed` in another form is the sum of that form's rows, where it has any.

    In a list each row may have a figure of its own (`row`, and what is made from it): so many a
    period or, by day, at the end of one. `spread` is then over rows, `noise` over periods, `chance`
    the share of rows that have at least 1, `within` another figure without which it does not
    apply, `areas` has factors or weights by code, and `blank` is the share that nobody fills in.
    `contract` is the `start` or `end` of one. `texts` are what is said of a milestone from a day
    on, `breaks` the days from which figures do not compare with those before.
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
    by_row: bool = False
    chance: Path = ()
    most: float = float("inf")
    noise: float = 0.0
    within: str = ""
    areas: Mapping[str, float] = field(default_factory=dict)
    blank: float = 0.0
    listed: str = ""
    texts: tuple[tuple[dt.date, str], ...] = ()
    breaks: tuple[dt.date, ...] = ()

    def amount(self, year: int, part: str = TOTAL) -> float:
        """The number that holds in a year, of a part where it has one of its own."""
        by_year = self.amounts.get(part) or self.amounts[TOTAL]
        return by_year[max((one for one in by_year if one <= year), default=min(by_year))]

    def stock(self, part: str, at: dt.date) -> float:
        """The stock of a part on a day."""
        return round(between(self.paths[part], at), self.decimals)

    def text(self, at: dt.date) -> tuple[dt.date, str]:
        """What is said on a day, and since when; no text where nothing is said yet."""
        begun = [one for one in self.texts if one[0] <= at]
        return begun[-1] if begun else (at, "")


def between(path: Path, at: dt.date) -> float:
    """Return where an even movement between days stands on a day."""
    for (begin, first), (end, last) in pairwise(path):
        if at <= end:
            done = max(0.0, (at - begin).days / (end - begin).days)
            return first + (last - first) * done
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
        bases = figure.base if figure.way != "contract" else ()
        made_from = (*bases, *(one for names in figure.sums.values() for one in names))
        for name in (*made_from, *filter(None, [figure.within])):
            if name not in figures or name == measure:
                problems.add(f"figures: {measure} is made from {name}, which must stand above it")
        figures[measure] = figure
    return figures


def _figure(measure: str, way: str, spec: Mapping[str, Any], above: Mapping[str, Figure]) -> Figure:
    said = spec[way]
    sums = _by_part(said) if way == "sum" and isinstance(said, dict) else {}
    base = () if way in BASELESS or sums else _names(said)
    dated = way == "stock" or (way == "row" and _is_dated(said))
    counted = way in ("per_unit", "yearly", "row") and not dated
    amount = said if counted else spec.get("share", spec.get("mean", 0.0))
    paths = _paths(said) if dated else {}
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
        is_stock=dated or way in ("contract", "says") or (way == "sum" and any(stocks)),
        by_row=way in ("row", "contract")
        or any(above[name].by_row for name in base if name in above),
        chance=_chance(spec.get("chance")),
        most=spec.get("most", float("inf")),
        noise=spec.get("noise", 0.0),
        within=spec.get("within", ""),
        areas={str(code): factor for code, factor in (spec.get("areas") or {}).items()},
        blank=spec.get("blank", 0.0),
        listed=spec.get("listed", ""),
        breaks=tuple(spec.get("breaks") or ()),
        texts=tuple(sorted(said.items())) if way == "says" else (),
        base=(str(said),) if way == "contract" else base,
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


def _chance(given: Any) -> Path:
    """A share that holds always, or by day."""
    if given is None:
        return ()
    return tuple(sorted(given.items())) if _is_dated(given) else ((dt.date.min, float(given)),)


def _is_dated(given: Any) -> bool:
    return isinstance(given, dict) and all(isinstance(day, dt.date) for day in given)


def _paths(given: Mapping[Any, Any]) -> dict[str, dict[dt.date, float]]:
    if _is_dated(given):
        return {TOTAL: dict(given)}
    return _by_part(given)
