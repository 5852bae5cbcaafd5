"""Commands from raw workbooks to figures: sample, ingest, issues, completeness, trace."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pls_analysis.cli.output import (
    Progress,
    comma_list,
    counted,
    example,
    json_option,
    lines,
    parsed,
    show,
)
from pls_analysis.cli.running import dask_option, stoppable
from pls_analysis.periods import Period, parse_period
from pls_analysis.project import Project, find_project

if TYPE_CHECKING:
    from pls_analysis.store import Store

# Reading and analysing import half of the scientific stack; `pls --help` should not wait for it.

SEVERITIES = ("error", "warning", "info")
ALIASES = "config/aliases.csv: "
UNKNOWN_CODE = ",CODE,"
"""In an alias line: no area comes near, so that a person has to look for it."""
FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog=example("pls sample", "pls sample --from 2022-01 --until 2022-06 --broken"))
@click.option("--out", type=FOLDER, help="Folder to write to; by default the raw folder.")
@click.option("--seed", type=int, help="Another seed, other figures.")
@click.option("--from", "start", default="2020-01", show_default=True,
              callback=parsed(parse_period), help="First month.")  # fmt: skip
@click.option("--until", default="2022-06", show_default=True,
              callback=parsed(parse_period), help="Last month.")  # fmt: skip
@click.option("--truth", type=FILE, help="Also write the truth behind the workbooks (CSV).")
@click.option("--corrections", type=FILE, help="Also write the corrections a person would declare, "
              "such as config/corrections.yml.")  # fmt: skip
@click.option("--broken", is_flag=True, help="Add files that have to be refused.")
@click.option("--remove", is_flag=True, help="Take the sample away again; other files stay.")
def sample(
    out: Path | None,
    seed: int | None,
    start: Period,
    until: Period,
    truth: Path | None,
    corrections: Path | None,
    broken: bool,
    remove: bool,
) -> None:
    """Write synthetic workbooks as offices send them, faults included, to try everything on."""
    from pls_analysis import sample as samples

    project = find_project()
    out = out or project.raw
    if remove:
        _remove_sample(out)
        return
    if until < start:
        raise click.BadParameter(f"{until} is before {start}", param_hint="--until")
    if corrections is not None and corrections.exists():
        raise click.BadParameter(f"{corrections} exists; it is not overwritten",
                                 param_hint="--corrections")  # fmt: skip
    with Progress("workbook") as progress:
        made = samples.generate(project, out, seed, start, until, progress)
    click.echo(f"{counted(len(made.files), 'workbook')} written to {out}")
    if truth is not None:
        written = samples.write_truth(made, truth)
        click.echo("their truth: " + ", ".join(map(str, written)))
    if corrections is not None:
        samples.write_corrections(made, corrections)
        click.echo(f"{counted(len(made.corrections), 'correction')} drafted in {corrections}")
    if broken:
        added = samples.broken(project, out, seed, str(until))
        click.echo(f"{counted(len(added), 'broken file')} added")


def _remove_sample(out: Path) -> None:
    from pls_analysis import sample as samples

    removal = samples.remove(out)
    click.echo(f"{counted(len(removal.removed), 'sample file')} removed from {out}")
    for path in removal.kept:
        click.echo(f"kept, as somebody has changed it: {path}", err=True)


@contextmanager
def _without_search_for_cycles() -> Iterator[None]:
    """Leave garbage in cycles alone: one run makes little, and looking for it costs its part."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@click.command(
    epilog=example(
        "pls ingest", "pls ingest data/raw --jobs 4", "pls ingest --dask tcp://10.0.0.5:8786"
    )
)
@click.argument("raw", type=FOLDER, required=False)
@click.option("--out", type=FOLDER, help="Folder of the store; by default the project's.")
@click.option("--jobs", type=click.IntRange(min=1), help="Files to read at once.")
@dask_option
@click.pass_context
def ingest(
    ctx: click.Context, raw: Path | None, out: Path | None, jobs: int | None, dask: str | None
) -> None:
    """Read new and changed workbooks of the raw folder RAW into the store.

    Exit code 1 says that a file was refused that was not refused before, 130 or 143 that reading
    was stopped: the store is then as it was.
    """
    from pls_analysis.ingest.workers import warm_up

    if dask is None:
        warm_up()  # before pandas is imported, which takes as long as starting the readers
    from pls_analysis.ingest.pipeline import ingest as read_raw

    with (
        stoppable(ctx, lambda: "Stopped; the store is as it was."),
        _without_search_for_cycles(),
        Progress("file") as progress,
    ):
        outcome = read_raw(find_project(), raw, out, jobs, progress, dask)
    click.echo(
        f"files: {outcome.read} read, {outcome.unchanged} unchanged, "
        f"{outcome.duplicate} duplicate, {outcome.superseded} superseded, "
        f"{len(outcome.refused)} refused"
    )
    click.echo(
        f"cells: {outcome.cells_used:,} used, {outcome.cells_logged:,} logged, "
        f"of {outcome.cells:,} that are filled"
    )
    counts = ", ".join(counted(outcome.issues.get(one, 0), one) for one in SEVERITIES[:2])
    click.echo(f"issues: {counts} (pls issues)")
    for path in outcome.newly_refused:
        click.echo(f"refused: {path}", err=True)
    if outcome.newly_refused:
        ctx.exit(1)


@click.command(epilog=example("pls issues --severity error", "pls issues --office 440103 --json"))
@click.option("--office", help="Only files from this office: an area's code or name.")
@click.option(
    "--severity",
    callback=comma_list,
    help="Only issues of these severities: error, warning, info.",
)
@json_option
def issues(office: str | None, severity: tuple[str, ...], as_json: bool) -> None:
    """Show what could not be used, which checks fail, and what to do about it.

    As text, what is only for information is counted unless --severity asks for it.
    """
    from pls_analysis.observations import Issue
    from pls_analysis.store import Store

    for one in severity:
        if one not in SEVERITIES:
            raise click.BadParameter(f"{one} is none of {', '.join(SEVERITIES)}",
                                     param_hint="--severity")  # fmt: skip
    project = find_project()
    store = Store(project.processed)
    found = store.issues()
    if office is not None:
        found = found[found["file"].isin(_files_of(project, store, office))]
    if severity:
        found = found[found["severity"].isin(severity)]
    rank = found["severity"].map({name: place for place, name in enumerate(SEVERITIES)})
    found = found.assign(rank=rank).sort_values(["rank", "file", "sheet"], kind="stable")
    rows = found.drop(columns="rank").to_dict("records")
    if as_json:
        show(rows, as_json)
        return
    told = [row for row in rows if severity or row["severity"] != "info"]
    lines(f"{row['severity']}: {Issue(**row)}" for row in told)
    _suggest_aliases([row["remedy"] for row in told])
    counts = found["severity"].value_counts()
    click.echo(", ".join(counted(int(counts.get(one, 0)), one) for one in SEVERITIES))


def _files_of(project: Project, store: Store, office: str) -> set[str]:
    """The raw files that an office, or one in an area under it, has sent."""
    from pls_analysis.analysis import area_tree, resolve_area

    tree = area_tree(project)
    area = resolve_area(tree, project.home, office)
    codes = {area.code, *(one.code for one in tree.descendants(area.code))}
    filed = store.submissions()
    return set(filed.loc[filed["office"].isin(codes), "path"])


def _suggest_aliases(remedies: list[str]) -> None:
    """Print the lines for config/aliases.csv that remedies hold, ready to be pasted."""
    said = dict.fromkeys(
        line
        for remedy in remedies
        if ALIASES in remedy
        for line in [remedy.split(ALIASES, 1)[1].strip()]
        if UNKNOWN_CODE not in line
    )
    if said:
        click.echo("\nFor config/aliases.csv, each once a person is sure and with that name:")
        lines(said)
        click.echo()


@click.command(epilog=example("pls completeness --period 2022-06"))
@click.option("--period", required=True, callback=parsed(parse_period),
              help="2022-06, 2022-Q2, 2022-H1 or 2022.")  # fmt: skip
@click.option("--days", type=click.IntRange(min=0), default=10, show_default=True,
              help="Days after the end of a period within which a form is on time.")  # fmt: skip
@json_option
def completeness(period: Period, days: int, as_json: bool) -> None:
    """Show which office has sent what for a period, whether on time, and how full."""
    from pls_analysis.analysis import area_tree, form_specs
    from pls_analysis.offices.completeness import completeness as list_filings
    from pls_analysis.store import Store

    project = find_project()
    filings = list_filings(
        Store(project.processed),
        form_specs(project),
        area_tree(project),
        project.home,
        period,
        days,
    )
    rows = [asdict(filing) for filing in filings]
    columns = ("form", "period", "office", "name", "received", "on_time", "cells_filled",
               "cells_expected", "declared")  # fmt: skip
    show(rows, as_json, columns, f"no form is due in {period}")
    if rows and not as_json:
        received = [filing for filing in filings if filing.received]
        on_time = sum(filing.on_time is True for filing in received)
        filled = sum(filing.cells_filled for filing in filings)
        expected = sum(filing.cells_expected for filing in filings)
        click.echo(
            f"expected {len(filings)}, received {len(received)}, on time {on_time}, "
            f"cells filled {filled:,} of {expected:,}"
        )


@click.command(
    epilog=example(
        "pls trace mediation_accepted --area 440103 --period 2022-06",
        "pls trace hotline_connection_rate --area 440103 --period 2022-H1 --json",
    )
)
@click.argument("name", metavar="INDICATOR|MEASURE")
@click.option("--area", required=True, help="An area's code or confirmed name.")
@click.option("--period", required=True, callback=parsed(parse_period),
              help="2022-06, 2022-Q2, 2022-H1, 2022 or 2022-03-21..2022-06-20.")  # fmt: skip
@click.option("--breakdown", help='A part of a measure such as "kind=family", or "all".')
@json_option
def trace(name: str, area: str, period: Period, breakdown: str | None, as_json: bool) -> None:
    """Go from a printed figure down to file, sheet, cell and the text in it.

    Of an indicator it says first how the figure is made. A name that both an indicator and a
    measure have is the indicator's; --breakdown asks for the measure.
    """
    from pls_analysis.analysis import area_tree, measure_specs, resolve_area
    from pls_analysis.configs import unknown

    project = find_project()
    watched = [] if breakdown or project.policy is None else _watched(project)
    known = measure_specs(project)
    if name not in watched and name not in known:
        known = [*watched, *known]
        raise click.BadParameter(unknown("indicator or measure", name, known), param_hint="NAME")
    where = resolve_area(area_tree(project), project.home, area)
    if name in watched:
        from pls_analysis.figure_traces import trace_indicator

        found = trace_indicator(project, name, where.code, period)
        if as_json:
            show(found.steps, as_json)
        else:
            click.echo(str(found))
        return
    from pls_analysis.trace import origin
    from pls_analysis.trace import trace as find_steps

    part = None if breakdown == "all" else breakdown or "total"
    steps = find_steps(project, name, where.code, period, part)
    if as_json:
        show(steps, as_json)
    else:
        lines(str(origin(project, step, where.name)) for step in steps)


def _watched(project: Project) -> list[str]:
    """The indicators of the policy, and the targets, which are about one each."""
    from pls_analysis.policies import catalogue

    policy = catalogue(project)
    return [*dict.fromkeys([*policy.indicators, *policy.targets])]


COMMANDS = (sample, ingest, issues, completeness, trace)
