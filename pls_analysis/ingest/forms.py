"""Form specs: what a form's headings mean, as YAML that an office's statistician can edit.

A spec lists the exact aliases of each heading path (see `aliases`). The format is described in
docs/form-spec.md.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pls_analysis.configs import ConfigError, read_yaml, unknown
from pls_analysis.ingest import values
from pls_analysis.ingest.aliases import Aliases, read_aliases, split_alias
from pls_analysis.periods import (
    CALENDAR,
    STATISTICAL_YEARS,
    Period,
    StatisticalYear,
    parse_period,
    statistical_year,
)
from pls_analysis.project import LEVELS

AXES = ("measure", "area", "variant", "period")
ROW_LABELS = (*AXES, "subject", "each")
"""What a label column of a flat table may say."""
RHYTHMS = ("month", "quarter", "half_year", "year")
BASES = ("flow", "cumulative", "stock")
RELATIONS = ("equal", "at_least", "at_most")
PERIOD_SOURCES = ("title", "sheet", "file")
REPAIRS = ("inner_blank", "damaged")

KEYS = {
    "form", "title", "sender", "rhythm", "from", "until", "match", "rows", "columns", "area",
    "scope", "office", "key", "attributes", "variants", "ignored", "measures", "checks",
    "period", "statistical_year", "areas", "repair", "markers", "year_before", "together",
    "subject", "done", "undone", "level",
}  # fmt: skip
MEASURE_KEYS = {"name", "unit", "labels", "breakdown", "range", "basis", "public", "people",
                "adds_up", "words", "count", "breaks"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """What a heading path stands for: a measure and its part, with the unit the alias implies."""

    measure: str
    breakdown: str = "total"
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """What a form delivers: a name per language, the unit of the store, and limits of belief.

    `parts` names the parts of its breakdowns ("kind=family") per language. What is not `public`
    stays out of briefs and reports; counts of `people` are suppressed there where small. What does
    not `adds_up` (a median, an index) is never summed over periods. `words` are the figures that
    texts stand for; a measure that is to `count` counts rows by what their cells say. `breaks` are
    the days from which figures do not compare with those before.
    """

    id: str
    name: Mapping[str, str]
    unit: str
    basis: str | None = None
    least: float | None = None
    most: float | None = None
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    public: bool = True
    people: bool = False
    adds_up: bool = True
    words: Mapping[str, float] = field(default_factory=dict)
    count: bool = False
    breaks: tuple[dt.date, ...] = ()

    def break_in(self, period: Period) -> str:
        """The letter that marks a break of the series in a period, or ""."""
        return "b" if any(period.start <= day <= period.end for day in self.breaks) else ""


@dataclass(frozen=True, slots=True)
class Check:
    """An arithmetic rule of a form: `parts` (a dimension) or `part` against `whole`.

    `relation` is that of the whole to the sum of its parts: of parts that overlap it is `at_most`.
    """

    whole: str
    parts: str | None = None
    part: str | None = None
    relation: str = "at_least"


@dataclass(frozen=True)
class Form:
    """One form spec, valid for the periods from `valid_from` to `valid_until`.

    `row_labels` gives, for a flat table, what each label column says, by its heading; `rows` is
    then empty, and `row_heads` has the spellings of each of those headings. `subject` is what a key
    of its rows looks like, `level` that of the areas that figures are about. `together` are the
    parts of a year whose figures are published as one. `done` and `undone` are the words by which a
    text says on which day something was done.
    """

    id: str
    title: str
    source: str
    sender: str
    rhythm: str
    rows: str
    columns: str
    area: str
    measures: Mapping[str, Measure]
    labels: Aliases
    variants: Aliases
    ignored: Aliases
    areas: Aliases
    attributes: frozenset[str]
    keys: frozenset[str]
    office_labels: tuple[str, ...]
    scope: str | None = None
    match: Mapping[str, Any] = field(default_factory=dict)
    period_sources: tuple[str, ...] = ("title",)
    statistical_year: StatisticalYear = CALENDAR
    repair: frozenset[str] = frozenset()
    markers: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    row_labels: Mapping[str, str] = field(default_factory=dict)
    row_heads: tuple[tuple[str, ...], ...] = ()
    year_before: Aliases = field(default_factory=Aliases)
    together: tuple[int, ...] = ()
    subject: str = ""
    done: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    level: str = ""
    valid_from: Period | None = None
    valid_until: Period | None = None

    def serves(self, period: Period) -> bool:
        """Whether the spec is in force for a period."""
        starts = self.valid_from is None or period.end >= self.valid_from.start
        return starts and (self.valid_until is None or period.end <= self.valid_until.end)


def load_forms(folder: Path, levels: Sequence[str] = LEVELS) -> list[Form]:
    """Load every form spec of a folder, in order of file name; `levels` are those of the areas.

    Raises ConfigError listing all that is wrong in all of them: file, key and remedy.
    """
    forms: list[Form] = []
    problems: list[str] = []
    for file in sorted(folder.glob("*.yml")):
        try:
            spec = read_yaml(file)
        except ConfigError as error:
            problems += error.problems
            continue
        found = list(_problems(spec, levels))
        problems += [f"{file.name}: {problem}" for problem in found]
        if not found:
            forms.append(_form(spec, file.name))
    if problems:
        raise ConfigError(problems)
    return forms


def _problems(spec: Any, levels: Sequence[str]) -> Iterable[str]:
    if not isinstance(spec, dict):
        yield "a form spec is a mapping with the key `form:`"
        return
    for key in spec.keys() - KEYS:
        yield unknown("key", str(key), sorted(KEYS))
    for key in ("form", "rhythm", "measures", "match"):
        if not spec.get(key):
            yield f"`{key}:` is missing"
    for key, allowed in (
        ("rows", AXES), ("columns", AXES), ("rhythm", RHYTHMS),
        ("area", ("office", "rows", "columns", "scope")),
    ):  # fmt: skip
        if key in spec and not isinstance(spec[key], dict) and spec[key] not in allowed:
            yield f"`{key}: {spec[key]}` is none of {', '.join(allowed)}"
    for head, says in spec["rows"].items() if isinstance(spec.get("rows"), dict) else ():
        if says not in ROW_LABELS:
            yield f"`rows: {head}: {says}` is none of {', '.join(ROW_LABELS)}"
    yield from _row_problems(spec)
    for key in ("sender", "level"):
        if spec.get(key) and spec[key] not in levels:
            yield unknown(f"level in `{key}:`", str(spec[key]), levels)
    if spec.get("statistical_year", "calendar") not in STATISTICAL_YEARS:
        yield unknown("statistical year", str(spec["statistical_year"]), STATISTICAL_YEARS)
    for source in _listed(spec.get("period")):
        if source not in PERIOD_SOURCES:
            yield f"`period: {source}` is none of {', '.join(PERIOD_SOURCES)}"
    for repair in _listed(spec.get("repair")):
        if repair not in REPAIRS:
            yield f"`repair: {repair}` is none of {', '.join(REPAIRS)}"
    together = spec.get("together") or []
    if not isinstance(together, list) or not all(isinstance(part, int) for part in together):
        yield f"`together: {together}` is not a list of the parts of a year, such as [1, 2]"
    for basis in spec.get("variants") or {}:
        if basis not in BASES:
            yield f"`variants: {basis}` is none of {', '.join(BASES)}"
    measures = spec.get("measures") or {}
    for name, measure in measures.items():
        yield from (f"measure `{name}`: {problem}" for problem in _measure_problems(measure))
    yield from _alias_problems(measures)
    yield from _check_problems(spec.get("checks") or [], measures)


def _row_problems(spec: Mapping[str, Any]) -> Iterable[str]:
    """Faults of what only tables of rows have: keys of subjects, and rows that are counted."""
    rows, measures = spec.get("rows"), spec.get("measures")
    said = set(rows.values()) if isinstance(rows, dict) else set()
    counts = [
        name
        for name, measure in (measures.items() if isinstance(measures, dict) else ())
        if isinstance(measure, dict) and measure.get("count")
    ]
    if "subject" in said and not spec.get("subject"):
        yield "`rows:` has a subject, so `subject:` must say what its keys look like"
    try:
        re.compile(str(spec.get("subject", "")))
    except re.error as error:
        yield f"`subject: {spec['subject']}` is no pattern: {error}"
    if counts and "each" not in said:
        yield f"measure `{counts[0]}` counts rows, so `rows:` must say what tells them apart (each)"


def _measure_problems(measure: Any) -> Iterable[str]:
    if not isinstance(measure, dict):
        yield "needs `unit:` and `labels:`"
        return
    for key in measure.keys() - MEASURE_KEYS:
        yield unknown("key", str(key), sorted(MEASURE_KEYS))
    if not measure.get("unit"):
        yield "`unit:` is missing"
    if not measure.get("labels") and not measure.get("breakdown"):
        yield "has neither `labels:` nor `breakdown:`"
    if measure.get("basis") not in (None, *BASES):
        yield f"`basis: {measure['basis']}` is none of {', '.join(BASES)}"
    limits = measure.get("range")
    if limits is not None and not _is_range(limits):
        yield f"`range: {limits}` is not two numbers, the smaller first"
    words = measure.get("words") or {}
    if not isinstance(words, dict) or not all(
        isinstance(one, int | float) for one in words.values()
    ):
        yield f"`words: {words}` does not give a figure for each text, such as {{有: 1, 无: 0}}"
    for day in _listed(measure.get("breaks")):
        try:
            parse_period(day)
        except ValueError as error:
            yield f"`breaks:` {error}"
    for key in ("public", "people", "adds_up", "count"):
        if not isinstance(measure.get(key, True), bool):
            yield f"`{key}:` is yes or no"
    for part in measure.get("breakdown") or {}:
        if not re.fullmatch(r"\w+=\w+", str(part)):
            yield f"breakdown `{part}` is not written dimension=part"


def _is_range(limits: Any) -> bool:
    numbers = isinstance(limits, list) and all(isinstance(one, int | float) for one in limits)
    return numbers and len(limits) == 2 and limits[0] <= limits[1]


def _alias_problems(measures: Mapping[str, Any]) -> Iterable[str]:
    seen: dict[str, Target] = {}
    for alias, target in _alias_targets(measures):
        text, _ = split_alias(alias)
        other = seen.setdefault(text, target)
        if (other.measure, other.breakdown) != (target.measure, target.breakdown):
            yield (
                f"the alias `{alias}` stands for two things: {other.measure} ({other.breakdown}) "
                f"and {target.measure} ({target.breakdown})"
            )


def _check_problems(checks: Iterable[Any], measures: Mapping[str, Any]) -> Iterable[str]:
    for check in checks:
        named = [check.get("whole"), check.get("part")] if isinstance(check, dict) else [None]
        for name in named:
            if name is not None and name not in measures:
                yield "check: " + unknown("measure", str(name), measures)
        if not isinstance(check, dict) or not check.get("whole"):
            yield f"check {check!r} needs `whole:` and `parts:` or `part:`"
        elif check.get("relation", "at_least") not in RELATIONS:
            yield f"check `relation: {check['relation']}` is none of {', '.join(RELATIONS)}"


def _alias_targets(measures: Mapping[str, Any]) -> Iterable[tuple[str, Target]]:
    for name, measure in measures.items():
        if not isinstance(measure, dict):
            continue
        for alias in _listed(measure.get("labels")):
            yield alias, Target(name)
        for part, aliases in (measure.get("breakdown") or {}).items():
            for alias in _listed(aliases):
                yield alias, Target(name, str(part))


def _form(spec: Mapping[str, Any], source: str) -> Form:
    measures = spec["measures"]
    targets = [
        (alias, Target(target.measure, target.breakdown, split_alias(alias)[1]))
        for alias, target in _alias_targets(measures)
    ]
    variants = [(a, basis) for basis, names in (spec.get("variants") or {}).items() for a in names]
    areas = [(str(a), str(code)) for a, code in (spec.get("areas") or {}).items()]
    rows = spec.get("rows", "area")
    flat = rows if isinstance(rows, dict) else {}
    spelled = {tuple(map(values.label, str(head).split("|"))): flat[head] for head in flat}
    return Form(
        id=spec["form"],
        title=spec.get("title", spec["form"]),
        source=source,
        sender=spec.get("sender", ""),
        rhythm=spec["rhythm"],
        rows="" if flat else str(rows),
        columns=spec.get("columns", "measure"),
        area=spec.get("area", "rows"),
        measures={name: _measure(name, measure) for name, measure in measures.items()},
        labels=read_aliases(targets),
        variants=read_aliases(variants),
        ignored=read_aliases((alias, alias) for alias in _listed(spec.get("ignored"))),
        areas=read_aliases(areas),
        attributes=frozenset(values.label(name) for name in _listed(spec.get("attributes"))),
        keys=frozenset(values.label(name) for name in _listed(spec.get("key"))),
        office_labels=tuple(_listed(spec.get("office"))),
        scope=str(spec["scope"]) if spec.get("scope") else None,
        match=spec["match"],
        period_sources=tuple(_listed(spec.get("period")) or ("title",)),
        statistical_year=statistical_year(spec.get("statistical_year", "calendar")),
        repair=frozenset(_listed(spec.get("repair"))),
        markers={values.normalise(str(a)): b for a, b in (spec.get("markers") or {}).items()},
        row_labels={head: says for heads, says in spelled.items() for head in heads},
        row_heads=tuple(spelled),
        year_before=read_aliases((a, True) for a in _listed(spec.get("year_before"))),
        together=tuple(spec.get("together") or ()),
        subject=str(spec.get("subject") or ""),
        done=tuple(_listed(spec.get("done"))),
        undone=tuple(_listed(spec.get("undone"))),
        level=spec.get("level", ""),
        checks=tuple(Check(**check) for check in spec.get("checks") or []),
        valid_from=parse_period(str(spec["from"])) if spec.get("from") else None,
        valid_until=parse_period(str(spec["until"])) if spec.get("until") else None,
    )


def _measure(name: str, spec: Mapping[str, Any]) -> Measure:
    least, most = spec.get("range") or (None, None)
    names = {"zh": name, "en": name} | (spec.get("name") or {})
    parts = {
        str(part): {"zh": _last_label(aliases), "en": _in_words(str(part))}
        for part, aliases in (spec.get("breakdown") or {}).items()
    }
    return Measure(
        name, names, spec["unit"], spec.get("basis"), least, most, parts,
        spec.get("public", True), spec.get("people", False), spec.get("adds_up", True),
        {values.normalise(str(text)): float(n) for text, n in (spec.get("words") or {}).items()},
        spec.get("count", False),
        tuple(parse_period(day).start for day in _listed(spec.get("breaks"))),
    )  # fmt: skip


def _last_label(aliases: Any) -> str:
    """What the form itself calls a part: the last label of its first alias."""
    return split_alias(_listed(aliases)[0])[0].rsplit("/", 1)[-1]


def _in_words(part: str) -> str:
    """A part's id in words: kind=property_management is Property management."""
    return part.partition("=")[2].replace("_", " ").capitalize()


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
