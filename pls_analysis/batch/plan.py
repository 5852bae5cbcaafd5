"""Plan a batch: from notebooks, areas, a period and languages to a list of single reports."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from pls_analysis.areas import AmbiguousArea, Area, AreaTree, UnknownArea
from pls_analysis.batch.quick_start import load_validation
from pls_analysis.configs import INVISIBLE, ConfigError, read_text, unknown
from pls_analysis.periods import Period, parse_period
from pls_analysis.project import LANGUAGES, Project
from pls_analysis.store import Store

FORMATS = ("html", "pdf", "xlsx", "ipynb")
DEFAULT_FORMATS = ("html", "pdf", "xlsx")
PARAMETERS = ("area", "period", "lang")
NAME_LENGTH_MAX = 60

# What Windows allows in no file name; a slash anywhere would make a folder.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')


class PlanError(ValueError):
    """A batch that cannot be planned; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Report:
    """One report to make: a notebook for one area, period and language.

    `folder` is the folder of the period, `reports/<period>`; all outputs lie below it.
    """

    notebook: Path
    title: str
    area: str
    name: str
    period: Period
    lang: str
    formats: tuple[str, ...]
    folder: Path

    @property
    def id(self) -> str:
        """What the report is called in `run.json`: its path below the folder, without ending."""
        return f"{self.notebook.stem}/{self.stem}"

    @property
    def stem(self) -> str:
        """The file name without its ending, the same on every system."""
        return f"{safe_name(self.area)}-{safe_name(self.name)}.{self.lang}"

    @property
    def parameters(self) -> dict[str, str]:
        """What the notebook is run with."""
        return {"area": self.area, "period": str(self.period), "lang": self.lang}

    @property
    def outputs(self) -> dict[str, Path]:
        """Where each format goes."""
        return {kind: self.folder / f"{self.id}.{kind}" for kind in self.formats}

    @property
    def failed(self) -> Path:
        """Where the notebook is kept when it fails."""
        return self.folder / "failed" / f"{self.id}.ipynb"


@dataclass(frozen=True, slots=True)
class Plan:
    """The reports of a batch, all of one period.

    `silent` are areas left out of `all` because the store holds no figure that would be shown.
    """

    period: Period
    folder: Path
    reports: tuple[Report, ...]
    silent: tuple[Area, ...] = ()


def plan_reports(
    project: Project,
    tree: AreaTree,
    notebooks: Sequence[str],
    period: str | int | Period = "latest",
    areas: str | Sequence[str] = "all",
    langs: Sequence[str] = (),
    formats: Sequence[str] = DEFAULT_FORMATS,
    today: dt.date | None = None,
) -> Plan:
    """List the reports to make, in the order of notebooks, areas and languages.

    `notebooks` are names or paths, or "all": what `pls.toml` lists. `period` may be "latest": the
    last complete month that the store holds figures of, or what longer period they are of.
    `areas` are codes or confirmed names, or "all": those under home at the level that `pls.toml`
    gives the notebook, as they were at the end of the period. Without `langs`: the project's own
    language. Raises PlanError with everything that is wrong, and StoreError where nothing was
    ingested yet.
    """
    problems: list[str] = []
    store = Store(project.processed)
    when = _period(store, period, today, problems)
    langs = tuple(dict.fromkeys(langs)) or (project.lang,)
    formats = tuple(dict.fromkeys(formats))
    problems += [unknown("language", one, LANGUAGES) for one in langs if one not in LANGUAGES]
    problems += [unknown("format", one, FORMATS) for one in formats if one not in FORMATS]
    files = _notebooks(project, notebooks, problems)
    for file in files:
        problems += parameter_problems(file)
    if when is None:
        raise PlanError(problems)
    folder = project.reports_dir / str(when)
    figures = store.held()
    reports: list[Report] = []
    silent: dict[str, Area] = {}
    for file in files:
        titles = {lang: notebook_title(file, lang) for lang in langs}
        with_figures = _areas_shown(figures, project, file)
        for area in _areas(project, tree, file, areas, when, problems):
            if areas == "all" and area.code not in with_figures:
                silent[area.code] = area
                continue
            reports += [
                Report(file, titles[lang], area.code, area.name, when, lang, formats, folder)
                for lang in langs
            ]
    problems += _collisions(reports)
    if not reports and not problems:
        problems.append("the store holds no figure of any of these areas; name areas, or ingest")
    if problems:
        raise PlanError(dict.fromkeys(problems))
    return Plan(when, folder, tuple(reports), tuple(silent.values()))


def safe_name(text: str) -> str:
    """Return a name as it may stand in a file name on every system; never empty."""
    text = _FORBIDDEN.sub("_", INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    return text[:NAME_LENGTH_MAX].strip(" .") or "_"


def latest_period(store: Store, today: dt.date | None = None) -> Period:
    """Return the last complete month that the store holds figures of.

    Where its newest figures are of a longer period (a yearbook), that period. Raises PlanError
    where it holds none that is over, StoreError where there is no store.
    """
    last_day = (today or dt.date.today()).replace(day=1) - dt.timedelta(days=1)
    rows = store.observations(columns=["period_start", "period_end"])
    rows = rows[rows["period_end"] <= pd.Timestamp(last_day)]
    if rows.empty:
        raise PlanError([f"the store holds no figures up to {last_day}; name a period"])
    end = rows["period_end"].max()
    start = rows.loc[rows["period_end"] == end, "period_start"].max()
    return Period(start.date(), end.date())


def find_notebooks(project: Project) -> dict[str, Path]:
    """Return the notebooks that a project can run, by name.

    They lie in `notebooks/` of the project, of a folder above it (examples), or beside the
    package (a checkout).
    """
    beside_package = Path(__file__).resolve().parents[2]
    for folder in (project.root, *project.root.parents, beside_package):
        if files := sorted((folder / "notebooks").glob("*.ipynb")):
            return {file.stem: file for file in files}
    return {}


def notebook_title(notebook: Path, lang: str) -> str:
    """Return what a notebook calls itself in a language.

    That is its metadata `titles` ({"zh": …, "en": …}) or `title`, else its first heading, else
    its file name. Raises PlanError for a file that is no notebook.
    """
    content = _load(notebook)
    metadata = content.get("metadata", {})
    if title := metadata.get("titles", {}).get(lang) or metadata.get("title"):
        return str(title)
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            found = re.search(r"^#\s+(.+)$", "".join(cell["source"]), flags=re.MULTILINE)
            if found:
                return found[1].strip()
    return notebook.stem


def declared_parameters(notebook: Path) -> dict[str, Any]:
    """Return name -> default, as written, of a notebook's parameters cell."""
    # papermill takes more than a second to import; only a run needs it.
    load_validation()
    from papermill import inspect_notebook

    return {name: found["default"] for name, found in inspect_notebook(str(notebook)).items()}


def parameter_problems(notebook: Path) -> list[str]:
    """Say which of area, period and lang the parameters cell of a notebook does not declare."""
    metadata = _load(notebook).get("metadata", {})
    if not any(metadata.get(key) for key in ("kernelspec", "language_info")):
        return [
            f"{notebook.name}: it does not say its language; open it in JupyterLab with the "
            "kernel Python 3 and save it"
        ]
    declared = declared_parameters(notebook)
    if not declared:
        names = ", ".join(PARAMETERS)
        return [f'{notebook.name}: no cell is tagged "parameters"; it must assign {names}']
    return [
        f"{notebook.name}: its parameters cell does not declare "
        + unknown("parameter", name, declared).removeprefix("unknown parameter ")
        for name in PARAMETERS
        if name not in declared
    ]


def _load(notebook: Path) -> Mapping[str, Any]:
    return _loaded(notebook, notebook.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _loaded(notebook: Path, changed: int) -> Mapping[str, Any]:
    load_validation()
    import nbformat

    try:
        return nbformat.reads(read_text(notebook), as_version=4)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
        first = str(error).splitlines()[0]
        raise PlanError([f"{notebook.name}: not a notebook: {first}"]) from None


def _period(
    store: Store, period: str | int | Period, today: dt.date | None, problems: list[str]
) -> Period | None:
    try:
        return latest_period(store, today) if period == "latest" else parse_period(period)
    except PlanError as error:
        problems += error.problems
    except ValueError as error:
        problems.append(str(error))
    return None


def _notebooks(project: Project, asked: Sequence[str], problems: list[str]) -> list[Path]:
    known = find_notebooks(project)
    if list(asked) == ["all"]:
        asked = list(project.reports)
        if not asked:
            problems.append("pls.toml lists no reports; add [reports.<notebook>], or name one")
    files: dict[Path, None] = {}
    for name in asked:
        path = Path(name)
        if path.suffix == ".ipynb" and path.is_file():
            files[path.resolve()] = None
        elif path.name == name and (file := known.get(name.removesuffix(".ipynb"))):
            files[file] = None
        else:
            problems.append(unknown("notebook", name, known) if known else _no_notebooks(project))
    return [file for file in files if _is_notebook(file, problems)]


def _is_notebook(file: Path, problems: list[str]) -> bool:
    try:
        _load(file)
    except (PlanError, ConfigError) as error:
        problems += error.problems
        return False
    return True


def _no_notebooks(project: Project) -> str:
    return f"there are no notebooks in {project.root / 'notebooks'} or above it"


def _areas(
    project: Project,
    tree: AreaTree,
    notebook: Path,
    asked: str | Sequence[str],
    period: Period,
    problems: list[str],
) -> list[Area]:
    if asked == "all":
        entry = project.reports.get(notebook.stem)
        if entry is None:
            problems.append(
                f'pls.toml gives no level for "all" areas of {notebook.stem}; '
                f"name areas, or add [reports.{notebook.stem}] with a level"
            )
            return []
        return areas_at(tree, project.home, entry.level, period.end)
    found: dict[str, Area] = {}
    for name in [asked] if isinstance(asked, str) else asked:
        try:
            area = tree.resolve(name, at=period.end)
            found[area.code] = area
        except (UnknownArea, AmbiguousArea) as error:
            problems.append(str(error))
    return list(found.values())


def _areas_shown(figures: pd.DataFrame, project: Project, notebook: Path) -> set[str]:
    """The areas that a report has something to say of: figures of the measures that it lists.

    Another office may file of an area that has sent nothing itself. Where an indicator of the
    policy is listed any figure may be behind it.
    """
    section = project.reports.get(notebook.stem)
    listed = set(section.measures) if section is not None else set()
    if listed and listed <= set(figures["measure"].unique()):
        figures = figures[figures["measure"].isin(listed)]
    return set(figures["area"].unique())


def areas_at(tree: AreaTree, home: str, level: str, day: dt.date) -> list[Area]:
    """Return the areas of a level that home holds, is, or lies in, as they were on a day."""
    own = tree.levels.index(tree[home].level)
    if tree.levels.index(level) > own:
        return list(tree.descendants(home, level, at=day))
    return [area for area in tree.path(home) if area.level == level]


def _collisions(reports: Iterable[Report]) -> list[str]:
    """Name areas whose files would overwrite each other, also where upper case counts for lower."""
    seen: dict[str, Report] = {}
    problems: list[str] = []
    for report in reports:
        other = seen.setdefault(report.id.casefold(), report)
        if other is not report:
            problems.append(
                f"{other.area} {other.name} ({other.notebook}) and {report.area} {report.name} "
                f"({report.notebook}) would both be written to {report.id}"
            )
    return problems
