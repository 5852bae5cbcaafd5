"""Commands from figures to reports: list, run, runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from pls_analysis.cli.output import (
    Progress,
    comma_list,
    counted,
    example,
    json_option,
    parsed,
    show,
)
from pls_analysis.cli.running import dask_option, size, stoppable
from pls_analysis.project import Project, find_project

WHAT = ("notebooks", "areas", "indicators", "measures", "forms")


@click.command("list", epilog=example("pls list areas --level town", "pls list measures --json"))
@click.argument("what", type=click.Choice(WHAT))
@click.option("--level", help="Only areas of this level, such as town.")
@json_option
def list_things(what: str, level: str | None, as_json: bool) -> None:
    """Show WHAT there is: notebooks, areas under home, indicators, measures or forms."""
    rows = LISTS[what](find_project())
    if level is not None:
        rows = [row for row in rows if row.get("level") == level]
    show(rows, as_json, empty=f"there are no {what}")


def _notebooks(project: Project) -> list[dict[str, Any]]:
    from pls_analysis.batch.plan import declared_parameters, find_notebooks, notebook_title

    return [
        {
            "notebook": name,
            "title": notebook_title(file, project.lang),
            "level": project.reports[name].level if name in project.reports else None,
            "parameters": list(declared_parameters(file)),
        }
        for name, file in find_notebooks(project).items()
    ]


def _areas(project: Project) -> list[dict[str, Any]]:
    from pls_analysis.analysis import area_tree

    tree = area_tree(project)
    return [
        {"code": one.code, "name": one.name, "level": one.level, "parent": one.parent}
        for one in (tree[project.home], *tree.descendants(project.home))
    ]


def _measures(project: Project) -> list[dict[str, Any]]:
    from pls_analysis.analysis import form_specs

    return [
        {
            "measure": measure.id,
            "name": measure.name["zh"],
            "name_en": measure.name["en"],
            "unit": measure.unit,
            "form": form.id,
        }
        for form in form_specs(project)
        for measure in form.measures.values()
    ]


def _indicators(project: Project) -> list[dict[str, Any]]:
    from pls_analysis.policies import catalogue

    return [
        {
            "indicator": one.id,
            "name": one.name["zh"],
            "name_en": one.name["en"],
            "unit": one.unit,
            "adds": one.adds,
            "measures": list(one.measures),
        }
        for one in catalogue(project).indicators.values()
    ]


def _forms(project: Project) -> list[dict[str, Any]]:
    from pls_analysis.analysis import form_specs

    return [
        {
            "form": form.id,
            "title": form.title,
            "sender": form.sender,
            "rhythm": form.rhythm,
            "from": None if form.valid_from is None else str(form.valid_from),
            "until": None if form.valid_until is None else str(form.valid_until),
            "measures": len(form.measures),
            "source": form.source,
        }
        for form in form_specs(project)
    ]


LISTS: dict[str, Callable[[Project], list[dict[str, Any]]]] = {
    "notebooks": _notebooks,
    "areas": _areas,
    "indicators": _indicators,
    "measures": _measures,
    "forms": _forms,
}


@click.command(
    epilog=example(
        "pls run all --period latest",
        "pls run district_trends --areas 440103,440104 --period 2021 --lang zh,en",
        "pls run target_scorecard --period 2022-06 --format xlsx,pdf",
        "pls run all --jobs 4 --memory 4G --seconds 300 --cell-seconds 60",
        "pls run all --dask tcp://10.0.0.5:8786",
    )
)
@click.argument("notebooks", nargs=-1, required=True, metavar="NOTEBOOK... | all")
@click.option("--period", default="latest", show_default=True,
              help="2022-06, 2022-Q2, 2022-H1, 2022; latest: the last full month.")  # fmt: skip
@click.option("--areas", default="all", show_default=True, callback=comma_list,
              help="Codes or names, or all: those under home at the report's level.")  # fmt: skip
@click.option("--lang", callback=comma_list, help="zh, en or both; by default the project's.")
@click.option("--format", "formats", default="html,pdf,xlsx", show_default=True,
              callback=comma_list, help="html, pdf, xlsx (its tables), ipynb.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), help="Notebooks to run at once.")
@dask_option
@click.option("--seconds", type=click.FloatRange(min=1), default=600, show_default=True,
              help="Time limit of a notebook.")  # fmt: skip
@click.option("--cell-seconds", type=click.FloatRange(min=1), help="Time limit of each cell.")
@click.option("--memory", default="8G", show_default=True, callback=parsed(size),
              help="Memory limit of each kernel, where the system has such.")  # fmt: skip
@click.option("--kernel", default="auto", show_default=True, help="Kernel to run notebooks in.")
@click.option("--force", is_flag=True, help="Also make what is up to date.")
@click.pass_context
def run(
    ctx: click.Context,
    notebooks: tuple[str, ...],
    period: str,
    areas: tuple[str, ...],
    lang: tuple[str, ...],
    formats: tuple[str, ...],
    jobs: int | None,
    dask: str | None,
    seconds: float,
    cell_seconds: float | None,
    memory: int,
    kernel: str,
    force: bool,
) -> None:
    """Run notebooks for areas and publish them into reports/<period>/.

    What is up to date is skipped; a report that fails stops no other, leaves nothing half made,
    and is named. One whose kernel or worker died is made once again. Ctrl-C ends a batch in good
    order: the same command goes on from there. Exit code 1 says that a report failed, 130 or 143
    that the batch was stopped. Each event is a line of reports/<period>/run.log.
    """
    from pls_analysis.analysis import area_tree
    from pls_analysis.batch.log import told
    from pls_analysis.batch.plan import plan_reports
    from pls_analysis.batch.run import Limits, run_batch

    project = find_project()
    plan = plan_reports(
        project, area_tree(project), notebooks, period,
        "all" if areas == ("all",) else areas, lang, formats,
    )  # fmt: skip
    if plan.silent:
        names = ", ".join(area.name for area in plan.silent)
        click.echo(f"left out, no figures at all: {names}", err=True)
    left = len(plan.reports)

    def tell(done: int, total: int, entry) -> None:
        nonlocal left
        left = total - done
        if entry.outcome != "skipped":
            progress(done, total, "" if progress.terminal else told(entry))

    def stopped() -> str:
        return f"Stopped with {counted(left, 'report')} left; the same command goes on from there."

    limits = Limits(jobs, seconds, cell_seconds, memory)
    with stoppable(ctx, stopped), Progress("report") as progress:
        entries = run_batch(project, plan, limits, force, tell, dask=dask, kernel=kernel)
    failed = [entry for entry in entries if entry.outcome == "failed"]
    made, skipped = (sum(entry.outcome == one for entry in entries) for one in ("ok", "skipped"))
    click.echo(
        f"{counted(len(entries), 'report')} of {plan.period}: {made} made, {skipped} up to date, "
        f"{len(failed)} failed; see {plan.folder / 'index.html'}"
    )
    for entry in failed:
        where = f" in cell [{entry.cell}]" if entry.cell is not None else ""
        click.echo(f"failed: {entry.report}: {entry.error}{where}", err=True)
    if failed:
        click.echo(f"The notebooks that failed are in {plan.folder / 'failed'}", err=True)
        ctx.exit(1)


RUN_COLUMNS = {
    "period": "period",
    "started": "started",
    "ok": "made",
    "failed": "failed",
    "skipped": "up to date",
    "left": "not reached",
    "duration_seconds": "seconds",
    "per_minute": "per minute",
    "notebooks": "notebooks",
}
"""What `pls runs` prints of a batch, and under which heading."""


@click.command(epilog=example("pls runs", "pls runs --json"))
@json_option
def runs(as_json: bool) -> None:
    """Show the batches so far: what ran, failed or was skipped, and how long it took."""
    from pls_analysis.batch.manifest import FILE, read_run

    folder = find_project().reports_dir
    rows = [
        {"period": said["period"], **batch}
        for file in sorted(folder.glob(f"*/{FILE}"))
        for said in [read_run(file.parent)]
        for batch in said["batches"]
    ]
    rows.sort(key=lambda row: row["started"])
    if as_json:
        show(rows, as_json)
        return
    listed = [{shown: row.get(name) for name, shown in RUN_COLUMNS.items()} for row in rows]
    show(listed, as_json, empty="nothing has been run yet")


COMMANDS = (list_things, run, runs)
