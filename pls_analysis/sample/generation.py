"""Write the sample: the workbooks of every office and period, their truth, and their removal."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pls_analysis.areas import AreaTree, load_areas
from pls_analysis.configs import ConfigError, Problems, read_rows, unknown
from pls_analysis.periods import Period, parse_period
from pls_analysis.project import Project
from pls_analysis.sample.composing import compose
from pls_analysis.sample.files import check_clear, remove, write_manifest
from pls_analysis.sample.lists import Lists
from pls_analysis.sample.model import Figures, Office, opening, periods, simulate
from pls_analysis.sample.planning import Plan, known_kinds, plan_faults
from pls_analysis.sample.reports import Entry, Line, Report, Written, plain
from pls_analysis.sample.rosters import make_roster
from pls_analysis.sample.settings import Settings, load_sample, load_settings
from pls_analysis.sample.styles import draw_style
from pls_analysis.sample.truth import Fault, Mending, SampleTruth, TruthRow
from pls_analysis.sample.workbooks import write_report

REASON = "电话核实"
DECIDED_BY = "样例"
ALIAS_COLUMNS = ("alias", "code")


@dataclass(frozen=True)
class Made:
    """One form's reports by area code and period, before they are written, and their faults."""

    settings: Settings
    reports: Mapping[tuple[str, Period], Report]
    plan: Plan

    @property
    def written(self) -> list[Report]:
        """The reports that are files: without those never filed, with earlier versions."""
        filed = [one for place, one in self.reports.items() if place not in self.plan.missing]
        return [*filed, *(report for _, report in self.plan.extra)]


def generate(
    project: Project,
    out: Path | None = None,
    seed: int | None = None,
    start: str | Period = "2020-01",
    until: str | Period = "2022-06",
    progress: Callable[[int, int], None] | None = None,
    forms: Sequence[str] = (),
) -> SampleTruth:
    """Write what each office filed of each form for the periods that end from `start` to `until`.

    Returns the truth. `out` is by default the project's raw folder, `seed` that of config/sample;
    `forms` are the ids of the forms to write, by default all. An earlier sample in `out` is
    replaced; other files are left alone. `progress(done, total)` is called after each file. Raises
    ConfigError where config/sample or the areas are wrong, ValueError where a period is, and
    SampleError where a file that is not the sample's is in the way.
    """
    out = out or project.raw
    settings = load_sample(project.config / "sample", forms)
    _check_faults(settings)
    first, last = parse_period(start), parse_period(until)
    if last.end < first.start:
        raise ValueError(f"from {start} until {until} there is nothing; give the earlier one first")
    seed = settings[0].seed if seed is None else seed
    areas = load_areas(project)
    made = [_make(project, one, areas, first, last, seed) for one in settings]
    written = [report for one in made for report in one.written]
    copies = {path: other for one in made for path, other in one.plan.copies.items()}
    paths = [report.path for report in written] + list(copies.values())
    remove(out)
    check_clear(out, paths)
    # The list of files comes first: a run that is stopped can still be removed.
    write_manifest(out, seed, paths)
    gc.freeze()  # the reports are many, and stay; only workbooks come and go from here
    for number, report in enumerate(written, 1):
        write_report(report, out, seed)
        if report.path in copies:
            shutil.copyfile(out / report.path, out / copies[report.path])
        if progress is not None:
            progress(number, len(written))
    gc.unfreeze()
    write_manifest(out, seed, paths)
    return _truth(made, tuple(sorted(paths)), seed)


def _make(
    project: Project, settings: Settings, areas: AreaTree, first: Period, last: Period, seed: int
) -> Made:
    offices = find_offices(project, settings, areas)
    span = periods(first, last, settings.length, settings.rule)
    reports = compose_reports(project, settings, offices, span, areas, seed)
    return Made(settings, reports, plan_faults(settings, reports, areas, project.home, seed))


def find_offices(project: Project, settings: Settings, areas: AreaTree) -> list[Office]:
    """The offices that file a form: that of home or above it, or one for each area below it.

    Raises ConfigError where there is none, or where a town says nothing of its committees.
    """
    home = areas[project.home]
    for area in areas.path(home.code):
        if area.level == settings.level:
            return [Office(area.code, area.name, key=f"{home.code} {settings.form}")]
    short = _short_names(project)
    offices: list[Office] = []
    problems = Problems(project.config / "areas.csv")
    for area in areas.descendants(project.home, settings.level):
        facts = areas.facts(area.code)
        counts = [facts.get(name, "") for name in ("village_committees", "residents_committees")]
        if not all(count.isdigit() for count in counts) or not any(map(int, counts)):
            problems.add(
                f"{area.code} {area.name}: village_committees and residents_committees must be "
                "numbers, one of them above 0; the sample's figures depend on them"
            )
            continue
        aliases = tuple(name for name in short.get(area.code, ()) if name[:2] == area.name[:2])
        offices.append(
            Office(area.code, area.name, int(counts[0]), int(counts[1]), aliases, area.code)
        )
    if not offices and not problems.found:
        problems.add(f"no area of the level {settings.level} lies below {project.home}")
    problems.raise_if_any()
    return offices


def _short_names(project: Project) -> dict[str, list[str]]:
    """Confirmed aliases by code; which of them hold in a month, the area tree says."""
    file = project.config / "aliases.csv"
    names: dict[str, list[str]] = {}
    if file.is_file():
        for _, row in read_rows(file, Problems(file), ALIAS_COLUMNS, extra=True):
            names.setdefault(row["code"], []).append(row["alias"])
    return names


def _check_faults(settings: Sequence[Settings]) -> None:
    problems = [
        f"sample/{one.form}: faults: " + unknown("fault", kind, known_kinds())
        for one in settings
        for kind in one.faults
        if kind not in known_kinds()
    ]
    if problems:
        raise ConfigError(problems)


def compose_reports(
    project: Project,
    settings: Settings,
    offices: Sequence[Office],
    span: Sequence[Period],
    areas: AreaTree,
    seed: int,
) -> dict[tuple[str, Period], Report]:
    """Write down every office's true figures in its own layout, by (area code, period).

    An office has nothing to file where there is nothing to list.
    """
    if not span:
        return {}
    lists = _lists(project, settings, areas, span[-1], seed)
    listed = _listed(project, settings, areas, span[-1], seed)
    counted = simulate(settings, offices, span, seed, listed)
    reports = {
        (office.code, when): compose(lists, office, when, style, counted[office.code, when])
        for office in offices
        for style in (draw_style(settings, office, seed),)
        for when in span
    }
    return {place: report for place, report in reports.items() if any(report.entries())}


def _lists(project: Project, settings: Settings, areas: AreaTree, last: Period, seed: int) -> Lists:
    """What the lists of a form are made from: areas below its offices, and advisers in these."""
    home = areas[project.home]
    offices = [home, *areas.path(home.code)[:-1], *areas.descendants(home.code, settings.level)]
    levels = {table.level for table in settings.tables if table.level}
    named = {
        level: {
            office.code: {one.code: one.name for one in areas.descendants(office.code, level)}
            for office in offices
            if office.level == settings.level
        }
        for level in levels
    }
    served = next(
        (named[table.level] for table in settings.tables if table.about == "advisers"), {}
    )
    villages = {town: list(codes) for town, codes in served.items()}
    roster = make_roster(settings.advisers, settings.names, villages, last.end, seed)
    return Lists(settings, areas, named, roster, seed)


def _listed(
    project: Project, settings: Settings, areas: AreaTree, last: Period, seed: int
) -> Callable[[Office, Period], Figures] | None:
    """The sums of the rows of another form, for the figures that stand in it too."""
    named = {name: one.listed for name, one in settings.figures.items() if one.listed}
    if not named:
        return None
    (form,) = set(named.values())
    other = load_settings(project.config / "sample" / f"{form}.yml")
    (table,) = (one for one in other.tables if one.about == "advisers")
    lists = _lists(project, other, areas, last, seed)

    def sums(office: Office, month: Period) -> Figures:
        totals = lists.totals(table, office, month)
        return {key: value for key, value in totals.items() if key[0] in named}

    return sums


# -- the truth ---------------------------------------------------------------------------------


def _truth(made: Sequence[Made], files: tuple[str, ...], seed: int) -> SampleTruth:
    rows: list[TruthRow] = []
    faults = [fault for one in made for fault in _whole_faults(one.plan)]
    mendings: list[Mending] = []
    for one in made:
        for place, report in one.reports.items():
            if place in one.plan.missing:
                continue
            path = one.plan.read_as.get(report.path, report.path)
            for line in report.lines:
                for entry in line.entries.values():
                    if entry.written is None:
                        continue
                    if line.fault:
                        faults.append(_fault(line.fault, path, entry))
                        continue
                    rows.append(_row(one.settings, report, path, entry))
                    if entry.fault and entry.fault not in ("revision", "office_typo"):
                        faults.append(_fault(entry.fault, path, entry))
                mendings += _mendings(path, line)
    return SampleTruth(seed, files, tuple(rows), tuple(faults), tuple(mendings))


def _whole_faults(plan: Plan) -> Iterable[Fault]:
    outcome = {
        "missing_report": "absent",
        "late_report": "absent",
        "office_typo": "logged",
        "cumulative_as_month": "logged",
    }
    for kind, report in plan.whole:
        if kind == "duplicate_file":
            copy = max(report.path, plan.copies[report.path])
            yield Fault(kind, copy, "", "", "", "duplicate")
        elif kind not in ("revision", "two_versions", "misspelt"):
            yield Fault(kind, report.path, report.sheet, "", report.office,
                        outcome.get(kind, "used"))  # fmt: skip
    for kind, report in plan.extra:
        expected = "superseded" if kind == "revision" else "logged"
        yield Fault(kind, report.path, report.sheet, "", "", expected)


def _fault(kind: str, path: str, entry: Entry) -> Fault:
    return Fault(kind, path, entry.sheet, entry.cell, raw_text(entry), entry.expected)


def _row(settings: Settings, report: Report, path: str, entry: Entry) -> TruthRow:
    period = report.period
    first = (opening(settings, period) if entry.basis == "cumulative" else period).start
    measure, breakdown = entry.key
    broken = any(first <= day <= period.end for day in settings.figures[measure].breaks)
    return TruthRow(
        measure, entry.area or report.filer.code, entry.subject, breakdown, first, period.end,
        entry.basis, entry.value, settings.unit_of[measure], entry.status or "b" * broken,
        settings.form, path, entry.sheet, entry.cell, raw_text(entry), entry.fault, entry.expected,
    )  # fmt: skip


def raw_text(entry: Entry) -> str:
    """What the cell of a drawn figure holds, as text; "" for a formula without a result."""
    if entry.fault == "formula_without_value":
        return ""
    written: Written = plain(entry.cached) if entry.cached is not None else entry.written
    return "" if written is None else str(written)


def _mendings(path: str, line: Line) -> Iterable[Mending]:
    mended = [entry for entry in line.entries.values() if entry.expected == "corrected"]
    if mended and mended[0].fault == "unit_wrong":
        yield Mending(path, mended[0].sheet, line.unit_cell, line.unit, line.row.unit, REASON,
                      DECIDED_BY)  # fmt: skip
        return
    for entry in mended:
        yield Mending(path, entry.sheet, entry.cell, raw_text(entry), plain(entry.value), REASON,
                      DECIDED_BY)  # fmt: skip
