"""Run the reports of a plan in guarded processes, side by side, and record each of them."""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures import TimeoutError as JobTimeout
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from pls_analysis.batch.execute import (
    EXPORTERS,
    FACTS,
    NOTEBOOK,
    READS,
    Failure,
    keep_failed,
    last_started_cell,
    make_report,
    note_failure,
    prepare_worker,
    publish_report,
)
from pls_analysis.batch.indexes import write_indexes
from pls_analysis.batch.ledger import Ledger
from pls_analysis.batch.lock import only_batch, work_prefix
from pls_analysis.batch.manifest import (
    Batch,
    Entry,
    Inputs,
    file_digest,
    up_to_date,
    with_earlier_formats,
)
from pls_analysis.batch.plan import Plan, Report
from pls_analysis.project import Project
from pls_analysis.store import Store

SECONDS_PER_REPORT = 600
SECONDS_TO_STOP = 60
"""How long after its time limit a report's worker may still take to stop by itself."""

Progress = Callable[[int, int, Entry], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a batch may take: processes at once, and seconds for each report."""

    jobs: int | None = None
    seconds: float = SECONDS_PER_REPORT


def run_batch(
    project: Project,
    plan: Plan,
    limits: Limits = Limits(),
    force: bool = False,
    progress: Progress | None = None,
    exporters: Mapping[str, str] = EXPORTERS,
) -> list[Entry]:
    """Make every report of a plan that is not up to date; return all of them, in plan order.

    One that fails, hangs or kills its process stops no other. `run.json` and the index pages are
    written whatever happens. `progress(done, total, entry)` is called for each.
    Raises StoreError where nothing was ingested yet, ManifestError for a damaged `run.json`, Busy
    where another batch is at work on the period.
    """
    with only_batch(plan.folder):
        return _run(project, plan, limits, force, progress, exporters)


def _run(
    project: Project,
    plan: Plan,
    limits: Limits,
    force: bool,
    progress: Progress | None,
    exporters: Mapping[str, str],
) -> list[Entry]:
    started, clock = _now(), time.monotonic()
    store = Store(project.processed)
    ledger = Ledger(plan.folder, project, Inputs.of(project, store))
    before = dict(ledger.entries)
    keys = ledger.keys(plan.reports)
    done: dict[str, Entry] = {}

    def record(entry: Entry) -> None:
        done[entry.report] = entry
        if progress is not None:
            progress(len(done), len(plan.reports), entry)

    todo: list[Report] = []
    for report in plan.reports:
        entry = before.get(report.id)
        if entry is not None and not force and up_to_date(report, entry, keys[report.id]):
            record(replace(entry, outcome="skipped", error="", cell=None))
        else:
            todo.append(with_earlier_formats(report, entry))
    try:
        with closing(_make_all(project, plan, todo, limits, exporters, ledger, before)) as making:
            for entry in making:
                ledger.record(entry)
                record(entry)
    finally:
        batch = _batch(plan, done, started, time.monotonic() - clock)
        ledger.close(done.values(), batch)
        write_indexes(project)
    return [done[report.id] for report in plan.reports]


def _make_all(
    project: Project,
    plan: Plan,
    todo: Sequence[Report],
    limits: Limits,
    exporters: Mapping[str, str],
    ledger: Ledger,
    before: Mapping[str, Entry],
) -> Generator[Entry]:
    """Make reports in worker processes; yield each as it ends."""
    if not todo:
        return
    with _work_folder(plan.folder) as work, _runtime_folder() as runtime:
        pool = ProcessPool(
            max_workers=min(limits.jobs or _processors(), len(todo)),
            initializer=prepare_worker,
            initargs=(project.root, runtime),
            context=multiprocessing.get_context("spawn"),  # type: ignore[arg-type]
        )
        try:
            jobs: dict[Future, tuple[Report, Path]] = {}
            for number, report in enumerate(todo):
                folder = work / str(number)
                folder.mkdir()
                job = pool.schedule(
                    make_timed,
                    args=(report, folder, limits.seconds, exporters),
                    timeout=limits.seconds + SECONDS_TO_STOP,
                )
                jobs[job] = (report, folder)
            for job in as_completed(jobs):
                report, folder = jobs[job]
                yield _finish(report, folder, job, limits, ledger, before.get(report.id))
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            pool.stop()
            pool.join()


@dataclass(frozen=True, slots=True)
class Timed:
    """When a report was made, how long it took, and why it failed if it did."""

    started: str
    duration_seconds: float
    failure: Failure | None


def make_timed(report: Report, work: Path, seconds: float, exporters: Mapping[str, str]) -> Timed:
    """Make one report in a worker process and take its time."""
    started, clock = _now(), time.monotonic()
    failure = make_report(report, work, seconds, exporters)
    return Timed(started, round(time.monotonic() - clock, 3), failure)


def _finish(
    report: Report,
    work: Path,
    job: Future,
    limits: Limits,
    ledger: Ledger,
    before: Entry | None,
) -> Entry:
    """Put a report's files in place, or keep its failed notebook; say what became of it."""
    timed = _outcome(job, work / NOTEBOOK, limits.seconds)
    failure = timed.failure
    if failure is None:
        try:
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
        finished=_now(),
        duration_seconds=timed.duration_seconds,
        inputs=ledger.key_after(report, work / READS) if not failure else _inputs(before),
        outputs=_standing(report, before) if failure else _outputs(report),
        error=failure.error if failure else "",
        cell=failure.cell if failure else None,
        summary=_summary(work / FACTS) if not failure else before.summary if before else {},
    )


def _outcome(job: Future, executed: Path, seconds: float) -> Timed:
    """What a worker returned, also where it was stopped or died."""
    try:
        return job.result()
    except JobTimeout:
        took, reason = seconds, f"Timeout: it took more than {seconds:g} seconds and was stopped"
    except ProcessExpired as expired:
        took = 0.0
        reason = f"WorkerDied: the process that made it died (exit code {expired.exitcode})"
    failure = note_failure(executed, Failure(reason, last_started_cell(executed)))
    return Timed(_now(), took, failure)


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
    return Batch(
        started=started,
        finished=_now(),
        duration_seconds=round(seconds, 3),
        notebooks=list(dict.fromkeys(report.notebook.stem for report in plan.reports)),
        ok=outcomes.count("ok"),
        failed=outcomes.count("failed"),
        skipped=outcomes.count("skipped"),
    )


@contextmanager
def _work_folder(folder: Path) -> Iterator[Path]:
    """A folder beside the reports, so that finished files only need to be renamed."""
    with tempfile.TemporaryDirectory(
        prefix=work_prefix(folder), dir=folder.parent, ignore_cleanup_errors=True
    ) as name:
        yield Path(name)


@contextmanager
def _runtime_folder() -> Iterator[Path]:
    """A private folder with a short name: a socket's path may have about 100 characters."""
    with tempfile.TemporaryDirectory(prefix="pls-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def _processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
