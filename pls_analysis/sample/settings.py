"""Read `config/sample/`: what one file says of all forms, and one file for each form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pls_analysis.configs import ConfigError, Problems, read_yaml, unknown
from pls_analysis.periods import (
    CALENDAR,
    STATISTICAL_YEARS,
    Period,
    StatisticalYear,
    parse_period,
)
from pls_analysis.sample.figures import Figure, read_figures
from pls_analysis.sample.rosters import Names, Terms, read_terms

SHARED = "shared.yml"
REQUIRED = ("form", "titles", "office", "figures")
TABLE_KEYS = ("layout", "title", "sheet", "rows", "headings", "columns", "level", "notes",
              "local_rows", "about", "total", "own")  # fmt: skip
OPTIONAL = (
    "seed", "level", "rhythm", "statistical_year", "file_type", "files", "sheets", "style",
    "surnames", "phone", "skew", "noise", "concentration", "base_year", "season", "dips",
    "rural_only", "local_rows", "corrected", "faults", "form_lines", "notes_sheet", "tables",
    "advisers", "names", "firms", "professions", "short",
)  # fmt: skip
LENGTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
ROW_KEYS = {"section", "measure", "part", "unit", "indent", "wordings", "from", "until", "words",
            "zeros", "total"}  # fmt: skip
ABOUT = ("areas", "advisers", "people")
"""What the rows of a list are about: areas, advisers in them, or people who are counted."""
LABELS = ("serial", "office", "key", "name", "subject", "profession", "firm", "note")
"""The columns of a list that hold no figure; `key` is that of the area."""
ZEROS = ("always", "some", "never")
LAYOUTS = {"items": ("key", "unit"), "wide": (), "list": ()}
"""How a table can be laid out, and the headings that it needs besides those of its columns."""
COLUMNS = {
    "items": ("flow", "cumulative", "standing", "yoy", "previous", "change", "year_before",
              "cumulative_yoy"),
    "wide": ("flow", "cumulative", "standing"),
    "list": ("flow", "standing"),
}  # fmt: skip
"""The figures of a line: of the period, of the year so far, and beside them others.

`standing` is a stock at the end, or else what was counted since the year began.
"""
FILE_TYPES = ("xlsx", "xls", "csv", "ods")


@dataclass(frozen=True, slots=True)
class Dip:
    """Months in which work at counters was `factor` of the usual, and remote work `remote`."""

    first: Period
    last: Period
    factor: float
    remote: float = 1.0

    def covers(self, month: Period) -> bool:
        """Whether a month ends in it."""
        return self.first.start <= month.end <= self.last.end


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the printed form; a section line has only `section`.

    In a wide table and in a list it is a column, and `wordings` are paths of headings: 刑事/侦查.
    `words` are what is written for a figure, or for those who stand in a part; `zeros` says whether
    offices write them (always, some, never), and `total` whether the column is added up.
    """

    section: str = ""
    measure: str = ""
    part: str = "total"
    unit: str = ""
    indent: int = 0
    wordings: tuple[str, ...] = ()
    first: Period | None = None
    last: Period | None = None
    words: Mapping[Any, str] = field(default_factory=dict, hash=False)
    zeros: str = "always"
    total: bool = True

    def stands_in(self, period: Period) -> bool:
        """Whether the form of a period has this line."""
        begun = self.first is None or self.first.start <= period.end
        return begun and (self.last is None or period.end <= self.last.end)


@dataclass(frozen=True, slots=True)
class TableSettings:
    """One printed table of a form: its layout, its lines, and the figures printed of each.

    `level` is that of the areas that a list has for its rows, `about` says what these are about.
    Its `total` stands first or last; so does a row of the office's `own` area, with its label. A
    table without `title` and `sheet` is the form's first, and is called as its office calls it.
    """

    layout: str
    rows: tuple[Row, ...]
    headings: Mapping[str, Any]
    columns: tuple[str, ...]
    title: str = ""
    sheet: str = ""
    level: str = ""
    notes: tuple[str, ...] = ()
    local_rows: tuple[Row, ...] = ()
    about: str = "areas"
    total: str = ""
    own: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """All that `config/sample/` says of one form."""

    form: str
    titles: tuple[str, ...]
    office: str
    figures: Mapping[str, Figure]
    tables: tuple[TableSettings, ...]
    seed: int = 1
    level: str = "town"
    length: int = 1
    rule: StatisticalYear = CALENDAR
    file_type: str = "xlsx"
    files: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ("Sheet1",)
    style: Mapping[str, Any] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    advisers: Terms = field(default_factory=Terms)
    short: tuple[str, ...] = ()
    phone: str = "{:04d}"
    skew: float = 0.3
    noise: float = 0.05
    concentration: float = 60.0
    base_year: int = 2020
    season: tuple[float, ...] = (1.0,) * 12
    dips: tuple[Dip, ...] = ()
    rural_only: frozenset[str] = frozenset()
    corrected: float = 0.0
    faults: Mapping[str, float] = field(default_factory=dict)
    form_lines: tuple[str, ...] = ()
    notes_sheet: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The lines of all its tables."""
        return tuple(row for table in self.tables for row in table.rows)

    @property
    def unit_of(self) -> dict[str, str]:
        """The unit in which each measure is kept."""
        return {row.measure: row.unit for row in self.rows if row.measure}

    def unprinted(self, period: Period) -> set[tuple[str, str]]:
        """The figures, as (measure, part), that have a line in the form, but not in a period's."""
        lines = {(row.measure, row.part) for row in self.rows}
        return lines - {(row.measure, row.part) for row in self.rows if row.stands_in(period)}


def load_sample(folder: Path, forms: Sequence[str] = ()) -> list[Settings]:
    """Read the settings of a project's sample, in order of file name: of all forms, or of these.

    Raises ConfigError with everything that is wrong in the files, or that there is none.
    """
    files = sorted(file for file in folder.glob("*.yml") if file.name != SHARED)
    if not files:
        raise ConfigError(
            [f"{folder.name}: no form to write; copy config/sample of the package and change it"]
        )
    found, problems = [], []
    for file in files:
        try:
            found.append(load_settings(file))
        except ConfigError as error:
            problems += error.problems
    known = [one.form for one in found]
    problems += [
        unknown("form", form, known) for form in forms if not problems and form not in known
    ]
    if problems:
        raise ConfigError(problems)
    return [one for one in found if not forms or one.form in forms]


def monthly_form(folder: Path) -> Settings:
    """The settings of the form of figures that most offices file: the towns' month, else the first.

    Raises ConfigError as load_sample does.
    """
    forms = load_sample(folder)
    monthly = (one for one in forms if one.level != "district" and one.length == 1)
    return next((one for one in monthly if one.tables[0].layout == "items"), forms[0])


def load_settings(file: Path) -> Settings:
    """Read the settings of one form, with those shared by all forms beside it.

    Raises ConfigError with everything that is wrong in the file, or that it is missing.
    """
    problems = Problems(file)
    shared = file.with_name(SHARED)
    given = read_yaml(file)
    if not isinstance(given, dict):
        problems.add("is not a mapping; copy a form of the package's config/sample and change it")
        problems.raise_if_any()
    given = (read_yaml(shared) if shared.is_file() else {}) | given
    known = (*REQUIRED, *TABLE_KEYS, *OPTIONAL)
    for key in given.keys() - set(known):
        problems.add(unknown("key", str(key), known))
    for key in (*REQUIRED, *(() if given.get("tables") else ("rows", "headings"))):
        if not given.get(key):
            problems.add(f"`{key}:` is missing")
    for key, allowed in (("rhythm", LENGTHS), ("statistical_year", STATISTICAL_YEARS),
                         ("file_type", FILE_TYPES)):  # fmt: skip
        if given.get(key) and given[key] not in allowed:
            problems.add(f"`{key}: {given[key]}` is none of {', '.join(allowed)}")
    problems.raise_if_any()
    return _settings(given, problems)


def _settings(given: Mapping[str, Any], problems: Problems) -> Settings:
    figures = read_figures(given["figures"], problems)
    tables = tuple(_table(one, problems) for one in given.get("tables") or [given])
    for row in (row for table in tables for row in table.rows):
        if row.measure and row.measure not in figures:
            problems.add("rows: " + unknown("measure", row.measure, figures))
    season = tuple(given.get("season", (1.0,) * 12))
    for figure in figures.values():
        for numbers in (season, figure.season):
            if numbers and len(numbers) != 12:
                problems.add(f"season: needs 12 numbers, one for each month, not {len(numbers)}")
    dips = tuple(_dips(given.get("dips") or [], problems))
    problems.raise_if_any()
    own = (*TABLE_KEYS, "tables", "rhythm", "statistical_year", "surnames", "firms", "professions")
    plain: dict[str, Any] = {key: value for key, value in given.items() if key not in own} | {
        key: tuple(given[key])
        for key in ("titles", "files", "sheets", "form_lines", "notes_sheet", "short")
        if key in given
    }
    return Settings(
        **plain
        | {
            "figures": figures,
            "tables": tables,
            "level": given.get("level", "town"),
            "length": LENGTHS[given.get("rhythm", "month")],
            "rule": STATISTICAL_YEARS[given.get("statistical_year", "calendar")],
            "season": season,
            "dips": dips,
            "rural_only": frozenset(given.get("rural_only") or ()),
            "faults": dict(given.get("faults") or {}),
            "advisers": read_terms(given.get("advisers") or {}),
            "names": Names(
                given.get("surnames", "张"),
                given.get("names", "甲乙丙丁"),
                tuple(given.get("firms") or Names().firms),
                given.get("professions") or Names().professions,
            ),
        },
    )


def _table(given: Mapping[str, Any], problems: Problems) -> TableSettings:
    layout = given.get("layout", "items")
    if layout not in LAYOUTS:
        problems.add(f"`layout: {layout}` is none of {', '.join(LAYOUTS)}")
        layout = "items"
    columns = tuple(given.get("columns") or ("flow",))
    for name in columns:
        if name not in COLUMNS[layout]:
            problems.add(f"columns: {name} is none of {', '.join(COLUMNS[layout])}")
    headings = given.get("headings") or {}
    for key, allowed in (("about", ABOUT), ("total", ("first", "last"))):
        if given.get(key, allowed[0]) not in allowed:
            problems.add(f"`{key}: {given[key]}` is none of {', '.join(allowed)}")
    if layout == "list":
        for name in headings.keys() - {*LABELS}:
            problems.add("headings: " + unknown("column", str(name), LABELS))
    for name in (*LAYOUTS[layout], *(columns if layout == "items" else ())):
        if name not in headings:
            problems.add(f"headings: `{name}:` is missing")
    return TableSettings(
        layout,
        tuple(_rows(given.get("rows") or (), problems)),
        headings,
        columns,
        given.get("title", ""),
        given.get("sheet", ""),
        given.get("level", "") if layout == "list" else "",
        tuple(given.get("notes") or ()),
        tuple(
            Row(unit=one["unit"], wordings=(one["wording"],))
            for one in given.get("local_rows") or ()
        ),
        given.get("about", "areas"),
        given.get("total", ""),
        given.get("own") or {},
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
            words=spec.get("words") or {}, zeros=spec.get("zeros", "always"),
            total=spec.get("total", True),
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
