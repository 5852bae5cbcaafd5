"""Read `config/sample.yml`: how large figures are, how the form is printed, what goes wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pls_analysis.configs import Problems, read_yaml, unknown
from pls_analysis.periods import Period, parse_period

REQUIRED = ("form", "titles", "office", "figures", "rows", "headings")
OPTIONAL = (
    "seed", "level", "surnames", "phone", "skew", "noise", "concentration", "base_year", "season",
    "dips", "rural_only", "local_rows", "corrected", "faults",
)  # fmt: skip
WAYS = ("per_unit", "of", "times", "each", "ratio", "sum")
FIGURE_KEYS = {*WAYS, "share", "mean", "decimals", "growth", "remote", "parts"}
ROW_KEYS = {"section", "measure", "part", "unit", "indent", "wordings", "from", "until"}
HEADINGS = ("key", "unit", "flow", "cumulative", "yoy", "group")


@dataclass(frozen=True, slots=True)
class Dip:
    """Months in which work at counters was `factor` of the usual, and remote work `remote`."""

    first: Period
    last: Period
    factor: float
    remote: float = 1.0

    def covers(self, month: Period) -> bool:
        """Whether a month lies in it."""
        return self.first.start <= month.start and month.end <= self.last.end


@dataclass(frozen=True, slots=True)
class Figure:
    """How one measure is invented: `way` is one of WAYS, `base` what it is a part or sum of.

    `amount` is a yearly number for each committee (per_unit), a share (of) or a mean (times,
    each). `parts` has the shares of its breakdown, by "dimension=part".
    """

    measure: str
    way: str
    amount: float = 0.0
    base: tuple[str, ...] = ()
    growth: float = 0.0
    remote: bool = False
    decimals: int = 0
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the printed form; a section line has only `section`."""

    section: str = ""
    measure: str = ""
    part: str = "total"
    unit: str = ""
    indent: int = 0
    wordings: tuple[str, ...] = ()
    first: Period | None = None
    last: Period | None = None

    def stands_in(self, month: Period) -> bool:
        """Whether the form of a month has this line."""
        begun = self.first is None or self.first.start <= month.start
        return begun and (self.last is None or month.end <= self.last.end)


@dataclass(frozen=True, slots=True)
class Settings:
    """All that `config/sample.yml` says."""

    form: str
    titles: tuple[str, ...]
    office: str
    figures: Mapping[str, Figure]
    rows: tuple[Row, ...]
    headings: Mapping[str, Any]
    seed: int = 1
    level: str = "town"
    surnames: str = "张"
    phone: str = "{:04d}"
    skew: float = 0.3
    noise: float = 0.05
    concentration: float = 60.0
    base_year: int = 2020
    season: tuple[float, ...] = (1.0,) * 12
    dips: tuple[Dip, ...] = ()
    rural_only: frozenset[str] = frozenset()
    local_rows: tuple[Row, ...] = ()
    corrected: float = 0.0
    faults: Mapping[str, float] = field(default_factory=dict)

    @property
    def unit_of(self) -> dict[str, str]:
        """The unit in which each measure is kept."""
        return {row.measure: row.unit for row in self.rows if row.measure}

    def unprinted(self, month: Period) -> set[tuple[str, str]]:
        """The figures, as (measure, part), that have a line in the form, but not in a month's."""
        lines = {(row.measure, row.part) for row in self.rows}
        return lines - {(row.measure, row.part) for row in self.rows if row.stands_in(month)}


def load_settings(file: Path) -> Settings:
    """Read the settings of a project's sample.

    Raises ConfigError with everything that is wrong in the file, or that it is missing.
    """
    problems = Problems(file)
    given = read_yaml(file)
    if not isinstance(given, dict):
        problems.add("is not a mapping; copy config/sample.yml of the package and change it")
        problems.raise_if_any()
    for key in given.keys() - {*REQUIRED, *OPTIONAL}:
        problems.add(unknown("key", str(key), (*REQUIRED, *OPTIONAL)))
    for key in REQUIRED:
        if not given.get(key):
            problems.add(f"`{key}:` is missing")
    problems.raise_if_any()
    figures = _figures(given["figures"], problems)
    rows = tuple(_rows(given["rows"], problems))
    for row in rows:
        if row.measure and row.measure not in figures:
            problems.add("rows: " + unknown("measure", row.measure, figures))
    for name in HEADINGS:
        if name not in given["headings"]:
            problems.add(f"headings: `{name}:` is missing")
    season = tuple(given.get("season", (1.0,) * 12))
    if len(season) != 12:
        problems.add(f"season: needs 12 numbers, one for each month, not {len(season)}")
    dips = tuple(_dips(given.get("dips") or [], problems))
    problems.raise_if_any()
    plain = {key: given[key] for key in OPTIONAL if key in given}
    return Settings(
        form=given["form"],
        titles=tuple(given["titles"]),
        office=given["office"],
        figures=figures,
        rows=rows,
        headings=given["headings"],
        **plain
        | {
            "season": season,
            "dips": dips,
            "rural_only": frozenset(given.get("rural_only") or ()),
            "local_rows": tuple(
                Row(unit=one["unit"], wordings=(one["wording"],))
                for one in given.get("local_rows") or ()
            ),
            "faults": dict(given.get("faults") or {}),
        },
    )


def _figures(given: Mapping[str, Any], problems: Problems) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for measure, spec in given.items():
        ways = [way for way in WAYS if way in spec]
        for key in spec.keys() - FIGURE_KEYS:
            problems.add(f"figures: {measure}: " + unknown("key", str(key), FIGURE_KEYS))
        if len(ways) != 1:
            problems.add(f"figures: {measure} needs one of {', '.join(WAYS)}")
            continue
        figures[measure] = _figure(measure, ways[0], spec)
        for name in figures[measure].base:
            if name not in figures or name == measure:
                problems.add(f"figures: {measure} is made from {name}, which must stand above it")
    return figures


def _figure(measure: str, way: str, spec: Mapping[str, Any]) -> Figure:
    base = () if way == "per_unit" else spec[way]
    amount = spec[way] if way == "per_unit" else spec.get("share", spec.get("mean", 0.0))
    parts = {
        f"{dimension}={part}": share
        for dimension, shares in (spec.get("parts") or {}).items()
        for part, share in shares.items()
    }
    return Figure(
        measure,
        way,
        float(amount),
        (base,) if isinstance(base, str) else tuple(base),
        spec.get("growth", 0.0),
        spec.get("remote", False),
        2 if way == "ratio" else spec.get("decimals", 0),
        parts,
    )


def _rows(given: Sequence[Mapping[str, Any]], problems: Problems) -> Iterable[Row]:
    for number, spec in enumerate(given, 1):
        for key in spec.keys() - ROW_KEYS:
            problems.add(f"rows: {number}: " + unknown("key", str(key), ROW_KEYS))
        if "section" in spec:
            yield Row(section=spec["section"])
            continue
        missing = [key for key in ("measure", "unit", "wordings") if not spec.get(key)]
        if missing:
            problems.add(f"rows: {number}: `{missing[0]}:` is missing")
            continue
        first, last = (_period(spec.get(key), problems) for key in ("from", "until"))
        yield Row(
            measure=spec["measure"], part=spec.get("part", "total"), unit=spec["unit"],
            indent=spec.get("indent", 0), wordings=tuple(spec["wordings"]), first=first, last=last,
        )  # fmt: skip


def _dips(given: Sequence[Mapping[str, Any]], problems: Problems) -> Iterable[Dip]:
    for spec in given:
        first, last = (_period(spec.get(key), problems) for key in ("from", "until"))
        if first is None or last is None:
            problems.add(f"dips: {spec} needs `from:` and `until:`")
            continue
        yield Dip(first, last, spec["factor"], spec.get("remote", 1.0))


def _period(value: Any, problems: Problems) -> Period | None:
    if value is None:
        return None
    try:
        return parse_period(value)
    except ValueError as error:
        problems.add(str(error))
        return None
