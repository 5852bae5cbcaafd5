"""Find a project and read its `pls.toml`: what a district decides, and where things lie."""

from __future__ import annotations

import os
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pls_analysis.configs import ConfigError, Problems, read_toml, unknown
from pls_analysis.reads import Noted
from pls_analysis.texts import LANGUAGES

FILE = "pls.toml"
VARIABLE = "PLS_PROJECT"
NOTEBOOK = "JPY_SESSION_NAME"
LEVELS = ("country", "province", "city", "district", "town", "village", "zone")
"""Levels of the package's own list of areas, from the top."""

_TEXT, _LIST, _NUMBER, _TABLE = "text", "a list of texts", "a number", "a table"
_PROJECT_KEYS = {
    "home": _TEXT,
    "name": _TEXT,
    "lang": _TEXT,
    "policy": _TEXT,
    "raw": _TEXT,
    "processed": _TEXT,
    "reports": _TEXT,
}
_MASTHEAD_KEYS = {
    "org": _TEXT,
    "title": _TEXT,
    "issue": _TEXT,
    "office": _TEXT,
    "imprint": _LIST,
    "contact": _TEXT,
}
LEAST_PEOPLE = 5
"""The smallest count of people that is printed where pls.toml says nothing else."""
_THRESHOLD_KEYS = {"suppress_below_people": _NUMBER}
PAGES = 2
"""Pages of a report's PDF, unless it says otherwise."""
_REPORT_KEYS = {
    "level": _TEXT, "measures": _LIST, "rates": _LIST, "services": _LIST, "map": _TEXT,
    "pages": _NUMBER,
}  # fmt: skip
_SECTIONS = ("project", "levels", "thresholds", "masthead", "reports")
_ISSUE_FIELDS = ("year", "number")


@dataclass(frozen=True, slots=True)
class Report:
    """A report that `pls run all` makes: a notebook, for every area of `level` under home.

    `measures` are those it shows, in that order; `rates` the indicators or targets by which an
    area is shown beside its peers; `services` the measures by which kinds of towns are compared;
    `map` the target that is drawn on the map of tiles. Its PDF has no more than so many `pages`.
    """

    notebook: str
    level: str
    measures: tuple[str, ...] = ()
    rates: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    map: str = ""
    pages: int = PAGES


@dataclass(frozen=True, slots=True)
class Section:
    """A note that the [reports.…] of a notebook was looked up, see `reads`."""

    report: str


@dataclass(frozen=True, slots=True)
class RawFile:
    """A note that a file of the raw folder was read, see `reads`."""

    path: str


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder and what its `pls.toml` says.

    `home` is an area code; all paths are absolute; `policy` is None where no policy is set.
    `masthead` has the keys org, title, issue, office, contact (texts) and imprint (list), in the
    project's own language; `mastheads` the same by language. `reports` is keyed by notebook name.
    `own_levels` are the levels of an area tree of the project's own, from the top, with their names
    by language; empty where the project lives in the package's tree.
    """

    root: Path
    home: str
    name: str
    lang: str
    raw: Path
    processed: Path
    reports_dir: Path
    config: Path
    policy: Path | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    mastheads: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reports: Mapping[str, Report] = field(default_factory=dict)
    own_levels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def least_people(self) -> float:
        """The smallest count of people, but for none, that public output prints."""
        return self.thresholds.get("suppress_below_people", LEAST_PEOPLE)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of the project's area tree, from the top."""
        return tuple(self.own_levels) or LEVELS

    @property
    def masthead(self) -> Mapping[str, Any]:
        """The masthead in the project's own language."""
        return self.masthead_in(self.lang)

    def masthead_in(self, lang: str) -> Mapping[str, Any]:
        """Return the masthead for a language; raise ValueError for one that is not spoken."""
        if lang not in LANGUAGES:
            raise ValueError(unknown("language", lang, LANGUAGES))
        return self.mastheads[lang]

    def issue(self, year: int, number: int, lang: str | None = None) -> str:
        """Return the issue line of the masthead, such as 2022年第6期."""
        pattern: str = self.masthead_in(lang or self.lang)["issue"]
        return pattern.format(year=year, number=number)


def find_project(start: str | Path | None = None) -> Project:
    """Load the project that `start` lies in.

    Without `start`: the folder that PLS_PROJECT names, else the first `pls.toml` upwards from
    the working directory, else upwards from the notebook that runs (JupyterLab names it in
    JPY_SESSION_NAME). Raises ConfigError when there is none or when `pls.toml` has faults.
    """
    if start is not None:
        places = [Path(start)]
    elif named := os.environ.get(VARIABLE):
        root = Path(named).expanduser().resolve()
        if not (root / FILE).is_file():
            raise ConfigError([f"{VARIABLE} names {root}, but there is no {FILE} in that folder"])
        return load_project(root)
    else:
        places = [Path.cwd()]
        if notebook := os.environ.get(NOTEBOOK):
            places.append(Path(notebook).parent)
    for place in places:
        lowest = place.expanduser().resolve()
        for folder in (lowest, *lowest.parents):
            if (folder / FILE).is_file():
                return load_project(folder)
    raise ConfigError(
        [
            f"there is no {FILE} in {places[0].resolve()} or above it; "
            f"change to a project folder, or name one in {VARIABLE}"
        ]
    )


def load_project(root: str | Path) -> Project:
    """Read `root/pls.toml`. Raises ConfigError with everything that is wrong in it."""
    root = Path(root).resolve()
    source = root / FILE
    problems = Problems(source)
    tables = read_toml(source)
    for name in tables:
        if name not in _SECTIONS:
            problems.add(unknown("section", name, _SECTIONS))
    main = _checked(tables.get("project"), "project", _PROJECT_KEYS, problems)
    home = main.get("home", "")
    if "project" not in tables:
        problems.add("the section [project] is missing")
    elif not home and "home" not in tables["project"]:
        problems.add('[project] home is missing: the code of the home area, such as "440100"')
    lang = main.get("lang", LANGUAGES[0])
    if lang not in LANGUAGES:
        problems.add("[project] lang: " + unknown("language", lang, LANGUAGES))
        lang = LANGUAGES[0]
    thresholds = _checked(tables.get("thresholds"), "thresholds", _THRESHOLD_KEYS, problems)
    mastheads = _mastheads(tables.get("masthead"), problems)
    own_levels = _own_levels(tables.get("levels"), problems)
    reports = _reports(tables.get("reports"), tuple(own_levels) or LEVELS, problems)
    problems.raise_if_any()
    return Project(
        root=root,
        home=home,
        name=main.get("name", root.name),
        lang=lang,
        raw=_folder(root, main.get("raw", "data/raw")),
        processed=_folder(root, main.get("processed", "data/processed")),
        reports_dir=_folder(root, main.get("reports", "reports")),
        config=root / "config",
        policy=_folder(root, main["policy"]) if "policy" in main else None,
        thresholds=thresholds,
        mastheads=mastheads,
        reports=Noted(reports, Section),
        own_levels=own_levels,
    )


def _folder(root: Path, named: str) -> Path:
    """Make a path of the project absolute; an absolute one stays as it is."""
    return (root / named).resolve()


def _checked(
    table: Any, section: str, keys: Mapping[str, str], problems: Problems
) -> dict[str, Any]:
    """Return the entries of a section that are known and of the right type; note the others."""
    if table is None:
        return {}
    if not isinstance(table, dict):
        problems.add(f"[{section}] must be {_TABLE}")
        return {}
    good: dict[str, Any] = {}
    for key, value in table.items():
        if key not in keys:
            problems.add(f"[{section}] " + unknown("key", key, keys))
        elif not _is(value, keys[key]):
            problems.add(f"[{section}] {key} must be {keys[key]}, not {value!r}")
        else:
            good[key] = value
    return good


def _is(value: Any, wanted: str) -> bool:
    if wanted == _LIST:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if wanted == _NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


def _mastheads(table: Any, problems: Problems) -> dict[str, dict[str, Any]]:
    """Read [masthead], and [masthead.en] or [masthead.zh] for what another language says."""
    table = dict(table) if isinstance(table, dict) else table
    others = {
        other: table.pop(other)
        for other in LANGUAGES
        if isinstance(table, dict) and isinstance(table.get(other), dict)
    }
    empty: dict[str, Any] = {
        key: [] if kind == _LIST else "" for key, kind in _MASTHEAD_KEYS.items()
    }
    own = empty | _checked(table, "masthead", _MASTHEAD_KEYS, problems)
    heads = {
        other: own | _checked(others.get(other), f"masthead.{other}", _MASTHEAD_KEYS, problems)
        for other in LANGUAGES
    }
    _check_issue(own["issue"], "masthead", problems)
    for other in others:
        _check_issue(heads[other]["issue"], f"masthead.{other}", problems)
    return heads


def _check_issue(pattern: str, section: str, problems: Problems) -> None:
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None]
    except ValueError as error:
        problems.add(f'[{section}] issue "{pattern}": {error}')
        return
    for name in names:
        if name not in _ISSUE_FIELDS:
            problems.add(f"[{section}] issue: " + unknown("field", name, _ISSUE_FIELDS))


def _own_levels(table: Any, problems: Problems) -> dict[str, dict[str, str]]:
    """Read [levels]: from the top, what each is called in the languages it is named in."""
    if table is not None and not isinstance(table, dict):
        problems.add(f"[levels] must be {_TABLE}")
        return {}
    keys: dict[str, str] = dict.fromkeys(LANGUAGES, _TEXT)
    return {
        level: _checked(names, f"levels.{level}", keys, problems)
        for level, names in (table or {}).items()
    }


def _reports(table: Any, levels: Sequence[str], problems: Problems) -> dict[str, Report]:
    if table is None:
        return {}
    if not isinstance(table, dict):
        problems.add(f"[reports] must be {_TABLE}")
        return {}
    reports: dict[str, Report] = {}
    for notebook, entry in table.items():
        section = f"reports.{notebook}"
        checked = _checked(entry, section, _REPORT_KEYS, problems)
        if not isinstance(entry, dict):
            continue
        level = checked.get("level")
        if level is None:
            problems.add(f"[{section}] level is missing: one of {', '.join(levels)}")
        elif level not in levels:
            problems.add(f"[{section}] " + unknown("level", level, levels))
        else:
            lists = {key: tuple(checked.get(key, ())) for key in ("measures", "rates", "services")}
            more = {"map": checked.get("map", ""), "pages": int(checked.get("pages", PAGES))}
            reports[notebook] = Report(notebook, level, **lists, **more)
    return reports
