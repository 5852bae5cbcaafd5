"""Write the sample: one workbook for each town and month, its truth, and its removal."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from pls_analysis.areas import AreaTree, load_areas
from pls_analysis.configs import ConfigError, Problems, read_rows, unknown
from pls_analysis.periods import CALENDAR, Period, parse_period
from pls_analysis.project import Project
from pls_analysis.sample.files import check_clear, remove, write_manifest
from pls_analysis.sample.model import Town, months, simulate
from pls_analysis.sample.planning import Plan, known_kinds, plan_faults
from pls_analysis.sample.reports import Entry, Line, Report, Written, compose, plain
from pls_analysis.sample.settings import Settings, load_settings
from pls_analysis.sample.styles import draw_style
from pls_analysis.sample.truth import Fault, Mending, SampleTruth, TruthRow
from pls_analysis.sample.workbooks import write_report

REASON = "电话核实"
DECIDED_BY = "样例"
ALIAS_COLUMNS = ("alias", "code")


def generate(
    project: Project,
    out: Path | None = None,
    seed: int | None = None,
    start: str | Period = "2020-01",
    until: str | Period = "2022-06",
    progress: Callable[[int, int], None] | None = None,
) -> SampleTruth:
    """Write one workbook for each town below home and each month, and return the truth.

    `out` is by default the project's raw folder, `seed` that of config/sample.yml. An earlier
    sample in `out` is replaced; other files are left alone. `progress(done, total)` is called
    after each file. Raises ConfigError where config/sample.yml or the areas are wrong, ValueError
    where a period is, and SampleError where a file that is not the sample's is in the way.
    """
    out = out or project.raw
    settings = load_settings(project.config / "sample.yml")
    _check_faults(settings, project)
    seed = settings.seed if seed is None else seed
    areas = load_areas(project)
    towns = find_towns(project, settings, areas)
    span = months(parse_period(start), parse_period(until))
    if not span:
        raise ValueError(
            f"from {start} until {until} there is no month; give the earlier one first"
        )
    reports = compose_reports(settings, towns, span, seed)
    plan = plan_faults(settings, reports, areas, project.home, seed)
    written = [report for place, report in reports.items() if place not in plan.missing]
    written += [report for _, report in plan.extra]
    paths = [report.path for report in written] + list(plan.copies.values())
    remove(out)
    check_clear(out, paths)
    # The list of files comes first: a run that is stopped can still be removed.
    write_manifest(out, seed, paths)
    for number, report in enumerate(written, 1):
        write_report(report, out, seed)
        if report.path in plan.copies:
            shutil.copyfile(out / report.path, out / plan.copies[report.path])
        if progress is not None:
            progress(number, len(written))
    write_manifest(out, seed, paths)
    return _truth(settings, reports, plan, tuple(sorted(paths)), seed)


def find_towns(project: Project, settings: Settings, areas: AreaTree) -> list[Town]:
    """The towns whose offices file, with their committees from config/areas.csv.

    Raises ConfigError where there is none, or where one says nothing of its committees.
    """
    short = _short_names(project)
    towns: list[Town] = []
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
        towns.append(Town(area.code, area.name, int(counts[0]), int(counts[1]), aliases))
    if not towns and not problems.found:
        problems.add(f"no area of the level {settings.level} lies below {project.home}")
    problems.raise_if_any()
    return towns


def _short_names(project: Project) -> dict[str, list[str]]:
    """Confirmed aliases by code; which of them hold in a month, the area tree says."""
    file = project.config / "aliases.csv"
    names: dict[str, list[str]] = {}
    if file.is_file():
        for _, row in read_rows(file, Problems(file), ALIAS_COLUMNS, extra=True):
            names.setdefault(row["code"], []).append(row["alias"])
    return names


def _check_faults(settings: Settings, project: Project) -> None:
    strange = [kind for kind in settings.faults if kind not in known_kinds()]
    if strange:
        file = project.config / "sample.yml"
        raise ConfigError(
            [f"{file.parent.name}/{file.name}: faults: " + unknown("fault", kind, known_kinds())
             for kind in strange]
        )  # fmt: skip


def compose_reports(
    settings: Settings, towns: Sequence[Town], span: Sequence[Period], seed: int
) -> dict[tuple[str, Period], Report]:
    """Write down every town's true figures in its own layout, by (town code, month)."""
    counted = simulate(settings, towns, span, seed)
    return {
        (town.code, when): compose(settings, town, when, style, counted[town.code, when], seed)
        for town in towns
        for style in (draw_style(settings, town, seed),)
        for when in span
    }


# -- the truth ---------------------------------------------------------------------------------


def _truth(
    settings: Settings,
    reports: dict[tuple[str, Period], Report],
    plan: Plan,
    files: tuple[str, ...],
    seed: int,
) -> SampleTruth:
    rows: list[TruthRow] = []
    faults = list(_whole_faults(plan))
    mendings: list[Mending] = []
    for place, report in reports.items():
        if place in plan.missing:
            continue
        path = plan.read_as.get(report.path, report.path)
        for line in report.lines:
            for entry in line.entries.values():
                if entry.written is None:
                    continue
                if line.fault:
                    faults.append(_fault(line.fault, report, path, entry))
                    continue
                rows.append(_row(settings, report, path, entry))
                if entry.fault and entry.fault not in ("revision", "office_typo"):
                    faults.append(_fault(entry.fault, report, path, entry))
            mendings += _mendings(report, path, line)
    return SampleTruth(seed, files, tuple(rows), tuple(faults), tuple(mendings))


def _whole_faults(plan: Plan) -> Iterable[Fault]:
    outcome = {"missing_report": "absent", "office_typo": "logged", "cumulative_as_month": "logged"}
    for kind, report in plan.whole:
        if kind == "duplicate_file":
            copy = max(report.path, plan.copies[report.path])
            yield Fault(kind, copy, "", "", "", "duplicate")
        elif kind not in ("revision", "two_versions"):
            yield Fault(kind, report.path, report.sheet, "", report.office,
                        outcome.get(kind, "used"))  # fmt: skip
    for kind, report in plan.extra:
        expected = "superseded" if kind == "revision" else "logged"
        yield Fault(kind, report.path, report.sheet, "", "", expected)


def _fault(kind: str, report: Report, path: str, entry: Entry) -> Fault:
    return Fault(kind, path, report.sheet, entry.cell, raw_text(entry), entry.expected)


def _row(settings: Settings, report: Report, path: str, entry: Entry) -> TruthRow:
    first = report.month.start
    if entry.basis == "cumulative":
        first = CALENDAR.part(first.year, 12, 1).start
    return TruthRow(
        entry.key[0], report.town.code, entry.key[1], first, report.month.end, entry.basis,
        entry.value, settings.unit_of[entry.key[0]], entry.status, settings.form, path,
        report.sheet, entry.cell, raw_text(entry), entry.fault, entry.expected,
    )  # fmt: skip


def raw_text(entry: Entry) -> str:
    """What the cell of a drawn figure holds, as text; "" for a formula without a result."""
    if entry.fault == "formula_without_value":
        return ""
    written: Written = plain(entry.cached) if entry.cached is not None else entry.written
    return "" if written is None else str(written)


def _mendings(report: Report, path: str, line: Line) -> Iterable[Mending]:
    mended = [entry for entry in line.entries.values() if entry.expected == "corrected"]
    if mended and mended[0].fault == "unit_wrong":
        yield Mending(path, report.sheet, line.unit_cell, line.unit, line.row.unit, REASON,
                      DECIDED_BY)  # fmt: skip
        return
    for entry in mended:
        yield Mending(path, report.sheet, entry.cell, raw_text(entry), plain(entry.value), REASON,
                      DECIDED_BY)  # fmt: skip
