"""Read a policy file, and say all that is wrong with it: file, line, and what would be right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any

from pls_analysis.configs import Problems, Source, read_yaml, unknown, yaml_lines
from pls_analysis.periods import CALENDAR, STATISTICAL_YEARS
from pls_analysis.policy.catalogue import (
    ADDS,
    RHYTHMS,
    STRENGTHS,
    TOTAL,
    TOWN_VIEWS,
    Catalogue,
    Entry,
    Field,
    Indicator,
    Judging,
    Term,
    Unit,
    Worded,
)
from pls_analysis.policy.fitting import (
    faults_of_indicator,
    faults_of_target,
    is_called,
    mismatches,
    unit_fits,
)
from pls_analysis.policy.targets import Target, TargetError, parse
from pls_analysis.project import LANGUAGES, LEVELS
from pls_analysis.reads import Noted

SECTIONS = ("policy", "judging", "units", "tasks", "indicators", "targets")
OPTIONAL = ("fields",)
FIELD_KEYS = {"name": dict, "tasks": list}
POLICY_KEYS = {"id": str, "name": dict, "published": dt.date, "baseline": dict, "horizon": dt.date}
BASELINE_KEYS = {"from": dt.date, "at": dt.date}
JUDGING_KEYS = {"grace": dict, "flow_days": int, "confidence_pct": (int, float)}
UNIT_KEYS = {
    "level": str, "levels": list, "breakdown": list, "contracts": list, "ledger": str,
    "noun": dict, "pairs": dict, "names": dict,
}  # fmt: skip
INDICATOR_KEYS = {
    "name": dict, "unit": str, "adds": str, "numerator": (str, list),
    "denominator": (str, list, int), "rhythm": str, "statistical_year": str, "at": str,
    "parts": str, "kinds": list, "levels": list, "sample": str, "few_cases": int, "reads": str,
    "below": str, "note": dict, "public": bool,
}  # fmt: skip
TARGET_KEYS = {
    "clause": str, "task": int, "indicator": str, "name": dict, "target": str, "reading": dict,
    "strength": str, "judged_at": list, "town_view": str, "forms": list, "public": bool,
    "beside": list,
}  # fmt: skip
WORDS: dict[Any, str] = {
    str: "a text", dict: "a mapping", list: "a list", int: "a whole number", bool: "yes or no",
    dt.date: "a day such as 2021-03-03",
}  # fmt: skip


def load_catalogue(source: Source, levels: Collection[str] = LEVELS) -> Catalogue:
    """Return the policy that a file holds; `levels` are those of the project's area tree.

    Raises ConfigError with everything that is wrong in it: file, line, and what would be right.
    """
    content = read_yaml(source)
    reader = _Reader(source, levels)
    tables = reader.table(content, (), dict.fromkeys((*SECTIONS, *OPTIONAL), dict), SECTIONS)
    judging, head = reader.head(tables)
    tasks = {
        number: reader.texts(name, ("tasks", number))
        for number, name in tables.get("tasks", {}).items()
    }
    fields = {
        name: reader.field(name, entry, tasks) for name, entry in tables.get("fields", {}).items()
    }
    units = {name: reader.unit(name, entry) for name, entry in tables.get("units", {}).items()}
    indicators = {
        name: found
        for name, entry in tables.get("indicators", {}).items()
        if (found := reader.indicator(name, entry)) is not None
    }
    declared = tables.get("indicators", {})
    for name, one in indicators.items():
        reader.all_wrong(("indicators", name), faults_of_indicator(one, units))
        if one.below and one.below not in declared:
            reader.wrong(("indicators", name, "below"), unknown("indicator", one.below, declared))
    targets = {
        name: found
        for name, entry in tables.get("targets", {}).items()
        if (found := reader.entry(name, entry, indicators, declared, units, tasks)) is not None
    }
    reader.problems.raise_if_any()
    assert judging is not None
    return Catalogue(*head, judging, tasks, fields, units, indicators, targets)


class _Reader:
    """Checks tables of one file; what is wrong goes to `problems`, with its line."""

    def __init__(self, source: Source, levels: Collection[str]) -> None:
        self.levels = levels
        self.problems = Problems(source)
        self.lines = yaml_lines(source)

    def wrong(self, path: tuple[Hashable, ...], text: str) -> None:
        place = path
        while place not in self.lines and place:
            place = place[:-1]
        self.problems.add(f"{'.'.join(map(str, path))}: {text}", self.lines.get(place))

    def all_wrong(self, path: tuple[Hashable, ...], texts: Iterable[str]) -> None:
        for text in texts:
            self.wrong(path, text)

    def table(
        self,
        content: Any,
        path: tuple[Hashable, ...],
        keys: Mapping[str, Any],
        required: Collection[str] = (),
    ) -> dict[str, Any]:
        """Return the entries that are known and of the right type; note the others."""
        if not isinstance(content, dict):
            self.wrong(path or ("the file",), f"must be {WORDS[dict]}")
            return {}
        good: dict[str, Any] = {}
        for key, value in content.items():
            if key not in keys:
                self.wrong((*path, key), unknown("key", str(key), keys))
            elif not _fits(value, keys[key]):
                self.wrong((*path, key), f"must be {_worded(keys[key])}, not {value!r}")
            else:
                good[key] = value
        for key in required:
            if key not in content:
                self.wrong(path or ("the file",), f'"{key}" is missing')
        return good

    def texts(self, entry: Any, path: tuple[Hashable, ...]) -> Mapping[str, str]:
        """Return a text by language; every language is needed."""
        texts = self.table(entry, path, dict.fromkeys(LANGUAGES, str), LANGUAGES)
        return Noted(texts, Worded, path)

    def one_of(
        self, value: str, path: tuple[Hashable, ...], what: str, known: Collection[str]
    ) -> str:
        if value not in known:
            self.wrong(path, unknown(what, value, known))
        return value

    def head(self, tables: Mapping[str, Any]) -> tuple[Judging | None, tuple[str, Mapping]]:
        said = self.table(tables.get("policy", {}), ("policy",), POLICY_KEYS, POLICY_KEYS)
        name = self.texts(said.get("name", {}), ("policy", "name"))
        days = self.table(
            said.get("baseline", {}), ("policy", "baseline"), BASELINE_KEYS, BASELINE_KEYS
        )
        how = self.table(tables.get("judging", {}), ("judging",), JUDGING_KEYS, JUDGING_KEYS)
        grace = self.table(
            how.get("grace", {}), ("judging", "grace"), dict.fromkeys(RHYTHMS, int), RHYTHMS
        )
        if len(days) < 2 or len(said) < len(POLICY_KEYS) or len(how) < len(JUDGING_KEYS):
            return None, ("", {})
        if days["from"] > days["at"]:
            self.wrong(("policy", "baseline"), f"{days['from']} is after {days['at']}")
        judging = Judging(
            said["published"], days["from"], days["at"], said["horizon"], grace,
            how["flow_days"], how["confidence_pct"],
        )  # fmt: skip
        return judging, (said["id"], name)

    def field(self, number: int, entry: Any, tasks: Collection[int]) -> Field:
        """Return a group of tasks."""
        path = ("fields", number)
        said = self.table(entry, path, FIELD_KEYS, FIELD_KEYS)
        own = said.get("tasks", ())
        self.all_wrong(path, (f"there is no task {one}" for one in own if one not in tasks))
        return Field(self.texts(said.get("name", {}), (*path, "name")), tuple(own))

    def unit(self, name: str, entry: Any) -> Unit:
        path = ("units", name)
        said = self.table(entry, path, UNIT_KEYS)
        for key in ("level", "ledger"):
            if key in said:
                self.one_of(said[key], (*path, key), "level", self.levels)
        for level in said.get("levels", ()):
            self.one_of(level, (*path, "levels"), "level", self.levels)
        if "noun" not in said or ("pairs" in said) != ("contracts" in said):
            self.wrong(path, "a noun is needed, and with contracts what pairs are called")
        parts = [str(part).partition("=")[2] for part in said.get("breakdown", ())]
        if list(said.get("names", ())) != parts:
            self.wrong(path, "the parts of a breakdown, and only they, have names, each its own")
        kinds = [key for key in ("level", "levels", "breakdown", "contracts") if key in said]
        if len(kinds) != 1:
            self.wrong(path, "one of level, levels, breakdown and contracts is needed")
        if "contracts" in said and (len(said["contracts"]) != 2 or "ledger" not in said):
            self.wrong(path, "contracts are two measures, and the level that files the ledger")
        return Unit(
            name,
            said.get("level", ""),
            tuple(said.get("levels", ())),
            tuple(said.get("breakdown", ())),
            tuple(said.get("contracts", ())),
            said.get("ledger", ""),
            self.texts(said.get("noun", {}), (*path, "noun")) if "noun" in said else {},
            self.texts(said.get("pairs", {}), (*path, "pairs")) if "pairs" in said else {},
            {
                part: self.texts(text, (*path, "names", part))
                for part, text in said.get("names", {}).items()
            },
        )

    def indicator(self, name: str, entry: Any) -> Indicator | None:
        path = ("indicators", name)
        needed = ("name", "adds", "numerator", "rhythm")
        said = self.table(entry, path, INDICATOR_KEYS, needed)
        if any(key not in said for key in needed):
            return None
        self.one_of(said["adds"], (*path, "adds"), "way of adding up", ADDS)
        self.one_of(said["rhythm"], (*path, "rhythm"), "rhythm", RHYTHMS)
        for level in (*(said[key] for key in ("at", "parts") if key in said),
                      *said.get("levels", ())):  # fmt: skip
            self.one_of(level, path, "level", self.levels)
        year = said.get("statistical_year", CALENDAR.name)
        self.one_of(year, (*path, "statistical_year"), "statistical year", STATISTICAL_YEARS)
        below = said.get("denominator", ())
        if said["rhythm"] not in RHYTHMS:
            return None
        return Indicator(
            id=name,
            name=self.texts(said["name"], (*path, "name")),
            unit=said.get("unit", ""),
            adds=said["adds"],
            numerator=_terms(said["numerator"]),
            denominator=() if isinstance(below, int) else _terms(below),
            whole=below if isinstance(below, int) else None,
            rhythm=said["rhythm"],
            year=STATISTICAL_YEARS.get(year, CALENDAR),
            at=said.get("at", ""),
            parts=said.get("parts", said.get("at", "")),
            kinds=tuple(said.get("kinds", ())),
            levels=tuple(said.get("levels", ())),
            sample=said.get("sample", ""),
            few_cases=said.get("few_cases", 0),
            reads=said.get("reads", ""),
            below=said.get("below", ""),
            note=self.texts(said["note"], (*path, "note")) if "note" in said else {},
            public=said.get("public", True),
        )

    def entry(
        self,
        name: str,
        entry: Any,
        indicators: Mapping[str, Indicator],
        declared: Collection[str],
        units: Mapping[str, Unit],
        tasks: Collection[int],
    ) -> Entry | None:
        path = ("targets", name)
        needed = ("clause", "task", "name", "target")
        said = self.table(entry, path, TARGET_KEYS, needed)
        if any(key not in said for key in needed):
            return None
        if said["task"] not in tasks:
            self.wrong((*path, "task"), f"there is no task {said['task']}")
        self.one_of(said.get("strength", "required"), (*path, "strength"), "strength", STRENGTHS)
        self.one_of(said.get("town_view", "no"), (*path, "town_view"), "view", TOWN_VIEWS)
        for level in said.get("judged_at", ()):
            self.one_of(level, (*path, "judged_at"), "level", self.levels)
        of = said.get("indicator", name)
        if of not in declared:
            self.wrong((*path, "indicator" if "indicator" in said else ""),
                       unknown("indicator", of, declared))  # fmt: skip
        indicator = indicators.get(of)
        target = self.target(said["target"], (*path, "target"), units)
        if indicator is None or target is None:
            return None
        self.all_wrong((*path, "target"), mismatches(target, indicator, units))
        if (target.bound is None) is bool(said.get("judged_at")):
            self.wrong((*path, "judged_at"), "what is monitored is judged nowhere, "
                       "and what has a bound needs the levels it is judged at")  # fmt: skip
        return Entry(
            id=name,
            indicator=indicator,
            target=target,
            name=self.texts(said["name"], (*path, "name")),
            clause=said["clause"],
            task=said["task"],
            reading=self.texts(said["reading"], (*path, "reading")) if "reading" in said else {},
            strength=said.get("strength", "required"),
            judged_at=tuple(said.get("judged_at", ())),
            town_view=said.get("town_view", "no"),
            forms=tuple(said.get("forms", ())),
            public=said.get("public", True) and indicator.public,
            beside=tuple(self.beside(said.get("beside", ()), path, indicators, units)),
            counted=_counted(target, indicator, units),
            parts={
                part: name
                for one in target.measured.units
                if one in units
                for part, name in units[one].names.items()
            },
        )

    def beside(self, texts, path, indicators, units):
        for place, text in enumerate(texts):
            where = (*path, "beside", place)
            target = self.target(text, where, units)
            if target is None:
                continue
            called = [one for one in indicators.values() if is_called(target, one)]
            if not called:
                self.wrong(where, unknown("indicator", target.measured.of, indicators))
                continue
            indicator = next((one for one in called if unit_fits(target, one)), called[0])
            self.all_wrong(where, mismatches(target, indicator, units))
            yield indicator, target

    def target(self, text: Any, path: tuple, units: Mapping[str, Unit]) -> Target | None:
        try:
            target = parse(str(text))
        except TargetError as error:
            self.wrong(path, str(error))
            return None
        for unit in target.measured.units:
            self.one_of(unit, path, "unit", units)
        self.all_wrong(path, faults_of_target(target, units))
        if target.measured.within:
            self.one_of(target.measured.within, path, "level", self.levels)
        return target


def _terms(said: Any) -> tuple[Term, ...]:
    texts = [said] if isinstance(said, str) else said
    pairs = (str(text).partition("/") for text in texts)
    return tuple(Term(measure, part or TOTAL) for measure, _, part in pairs)


def _fits(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool):
        return wanted is bool
    return isinstance(value, wanted)


def _worded(wanted: Any) -> str:
    kinds = wanted if isinstance(wanted, tuple) else (wanted,)
    words = [WORDS.get(kind, "a number") for kind in kinds]
    return " or ".join(dict.fromkeys(words))


def _counted(target: Target, indicator: Indicator, units: Mapping[str, Unit]) -> Mapping[str, str]:
    """Return what follows a number of what is judged one by one: of advisers in villages, pairs."""
    own = [units[one] for one in target.measured.units if one in units]
    if not own and indicator.adds == "contracts":
        own = [one for one in units.values() if one.level == indicator.at]
    pairs = [one.pairs for one in own if one.pairs and len(own) > 1]
    return pairs[0] if pairs else own[0].noun if own else {}
