"""Run the reports of a plan in guarded processes, side by side, and record each of them."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pls_analysis.batch.execute import (
    AUTO,
    EXPORTERS,
    FACTS,
    READS,
    USUAL,
    Failure,
    Limits,
    keep_failed,
    publish_report,
    timing,
)
from pls_analysis.batch.ledger import Ledger
from pls_analysis.batch.lock import only_batch
from pls_analysis.batch.log import Log, now, summed_up, told
from pls_analysis.batch.manifest import (
    FILE,
    Batch,
    Entry,
    Inputs,
    ManifestError,
    file_digest,
    read_entries,
    up_to_date,
    with_earlier_formats,
)
from pls_analysis.batch.plan import Plan, Report
from pls_analysis.project import Project
from pls_analysis.store import Store

if TYPE_CHECKING:
    from pls_analysis.batch.jobs import Timed

PAGE = "index.html"

Progress = Callable[[int, int, Entry], None]
Make = Callable[[Sequence[Report]], "Generator[tuple[Report, Timed]]"]


def run_batch(
    project: Project,
    plan: Plan,
    limits: Limits = USUAL,
    force: bool = False,
    progress: Progress | None = None,
    exporters: Mapping[str, str] = EXPORTERS,
    dask: str | None = None,
    kernel: str = AUTO,
) -> list[Entry]:
    """Make every report of a plan that is not up to date; return all of them, in plan order.

    They are made by processes of this machine, or by the workers of the Dask scheduler at an
    address. One that fails, hangs or kills its process stops no other. `run.json`, `run.log` and
    the index pages are written whatever happens. `progress(done, total, entry)` is called for each.
    Raises StoreError where nothing was ingested yet, ManifestError for a damaged `run.json`,
    ExecutorError where there is nobody to make reports, Busy where another batch is at work on the
    period.
    """
    log = Log(plan.folder)

    def make(todo: Sequence[Report]) -> Generator[tuple[Report, Timed]]:
        from pls_analysis.batch import jobs  # what speaks with kernels takes long to load

        return jobs.make_all(project, plan, todo, limits, exporters, dask, kernel, log)

    with only_batch(plan.folder):
        return _run(project, plan, make, force, progress, log)


def _run(
    project: Project,
    plan: Plan,
    make: Make,
    force: bool,
    progress: Progress | None,
    log: Log,
) -> list[Entry]:
    started, clock = now(), time.monotonic()
    inputs = Inputs.of(project, Store(project.processed))
    ledger = Ledger(plan.folder, project, inputs)
    before = dict(ledger.entries)
    keys = ledger.keys(plan.reports)
    done: dict[str, Entry] = {}

    def record(entry: Entry) -> None:
        done[entry.report] = entry
        if entry.outcome != "skipped":
            log(told(entry))
        if progress is not None:
            progress(len(done), len(plan.reports), entry)

    log(f"{len(plan.reports)} reports of {plan.period} with pls-analysis {inputs.package}")
    todo: list[Report] = []
    try:
        for report in plan.reports:
            entry = before.get(report.id)
            if entry is not None and not force and up_to_date(report, entry, keys[report.id]):
                record(replace(entry, outcome="skipped", error="", cell=None))
            else:
                todo.append(with_earlier_formats(report, entry))
        todo = longest_first(todo, before or _last_batch(project))
        if todo:
            with closing(make(todo)) as making:
                for report, timed in making:
                    entry = _finish(report, timed, ledger, before.get(report.id))
                    ledger.record(entry)
                    record(entry)
    except BaseException as error:
        log(f"stopped: {type(error).__name__}: {error}".rstrip(": "))
        raise
    finally:
        batch = _batch(plan, done, started, time.monotonic() - clock)
        log(summed_up(batch))
        ledger.close(done.values(), batch)
        pages = (plan.folder / PAGE, project.reports_dir / PAGE)
        if todo or not all(page.is_file() for page in pages):
            from pls_analysis.batch.indexes import write_indexes  # its import takes half a second

            write_indexes(project)
    return [done[report.id] for report in plan.reports]


def longest_first(reports: Iterable[Report], before: Mapping[str, Entry]) -> list[Report]:
    """Order reports so that workers end together: by how long each, or its like, last took.

    What no report is known of comes first, in the order given.
    """
    took: dict[str, list[float]] = {}
    for entry in before.values():
        took.setdefault(entry.notebook, []).append(entry.duration_seconds)
    usual = {notebook: statistics.median(seconds) for notebook, seconds in took.items()}

    def expected(report: Report) -> float:
        entry = before.get(report.id)
        known = entry.duration_seconds if entry is not None else 0.0
        return known or usual.get(report.notebook.stem, float("inf"))

    return sorted(reports, key=expected, reverse=True)


def _last_batch(project: Project) -> Mapping[str, Entry]:
    """The reports of the period that was made last: they say how long each may take."""
    files = project.reports_dir.glob(f"*/{FILE}")
    for file in sorted(files, key=lambda file: file.stat().st_mtime, reverse=True):
        with suppress(ManifestError):
            return read_entries(file.parent)
    return {}


def _finish(report: Report, timed: Timed, ledger: Ledger, before: Entry | None) -> Entry:
    """Put a report's files in place, or keep its failed notebook; say what became of it."""
    work, failure = timed.folder, timed.failure
    steps = dict(timed.steps)
    if failure is None:
        try:
            with timing(steps, "publish"):
                publish_report(report, work)
        except OSError as error:
            failure = Failure(
                f"{type(error).__name__}: {error.strerror}: {error.filename}; "
                "close the file if it is open, and run again"
            )
    if failure is not None:
        keep_failed(report, work)
    return Entry(
        report=report.id,
        notebook=report.notebook.stem,
        title=report.title,
        area=report.area,
        name=report.name,
        parameters=report.parameters,
        outcome="failed" if failure else "ok",
        started=timed.started,
        finished=now(),
        duration_seconds=timed.duration_seconds,
        inputs=_inputs(before) if failure else ledger.key_after(report, work / READS),
        outputs=_standing(report, before) if failure else _outputs(report),
        error=failure.error if failure else "",
        cell=failure.cell if failure else None,
        summary=_summary(work / FACTS) if not failure else before.summary if before else {},
        steps=steps,
        tries=timed.tries,
    )


def _inputs(before: Entry | None) -> str:
    """What an earlier version was made from; "" where there is none."""
    return before.inputs if before is not None else ""


def _outputs(report: Report) -> dict[str, dict[str, str]]:
    return {
        kind: {"path": file.relative_to(report.folder).as_posix(), "sha256": file_digest(file)}
        for kind, file in report.outputs.items()
    }


def _summary(facts: Path) -> dict[str, Any]:
    """What a report that was made says in short."""
    return json.loads(facts.read_text(encoding="utf-8")) if facts.is_file() else {}


def _standing(report: Report, before: Entry | None) -> dict[str, dict[str, str]]:
    """The outputs of an earlier version that still lie there."""
    outputs = before.outputs if before is not None else {}
    return {
        kind: dict(said)
        for kind, said in outputs.items()
        if (report.folder / said["path"]).is_file()
    }


def _batch(plan: Plan, done: Mapping[str, Entry], started: str, seconds: float) -> Batch:
    outcomes = [entry.outcome for entry in done.values()]
    ok, failed = outcomes.count("ok"), outcomes.count("failed")
    return Batch(
        started=started,
        finished=now(),
        duration_seconds=round(seconds, 3),
        notebooks=list(dict.fromkeys(report.notebook.stem for report in plan.reports)),
        ok=ok,
        failed=failed,
        skipped=outcomes.count("skipped"),
        left=len(plan.reports) - len(done),
        per_minute=round((ok + failed) / max(seconds, 0.001) * 60, 1),
    )
