"""Reports as jobs of an executor: a few in flight, the longest first, once again after a death."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pls_analysis.batch import kernels
from pls_analysis.batch.execute import (
    AUTO,
    KERNEL,
    LIBRARIES,
    NOTEBOOK,
    Failure,
    Limits,
    Way,
    last_started_cell,
    make_report,
    note_failure,
    prepare_worker,
    without_backend,
    worker_settings,
)
from pls_analysis.batch.lock import work_prefix
from pls_analysis.batch.log import now
from pls_analysis.batch.manifest import DISTRIBUTION, library_versions, source_digest
from pls_analysis.batch.plan import Plan, Report
from pls_analysis.batch.zygotes import WARM
from pls_analysis.configs import ConfigError
from pls_analysis.executors.cluster import on_dask
from pls_analysis.executors.guarded import Guarded, WorkerDied, outcome, processors
from pls_analysis.project import FILE as PROJECT_FILE
from pls_analysis.project import Project, load_project
from pls_analysis.store import Store, StoreError

SECONDS_TO_STOP = 60
"""How long after its time limit a report's worker may still take to stop by itself."""
TRY = "try-"
INDEXES = "pls_analysis.batch.indexes"
"""What is needed when all reports are made; to load it takes a third of a second."""
WARMING = "pls_analysis.warming:warm"
"""What makes a process ready; not imported here, as it takes a second."""


@dataclass(frozen=True, slots=True)
class Timed:
    """When a report was made, how long it took, and why it failed if it did.

    What it left lies in `folder`. `steps` are the seconds of each step that was finished, `tries`
    how often it was begun.
    """

    started: str
    duration_seconds: float
    failure: Failure | None
    folder: Path
    steps: Mapping[str, float] = field(default_factory=dict)
    tries: int = 1


def make_all(
    project: Project,
    plan: Plan,
    todo: Sequence[Report],
    limits: Limits,
    exporters: Mapping[str, str],
    dask: str | None,
    kernel: str,
    log: Callable[[str], None],
) -> Generator[tuple[Report, Timed]]:
    """Make reports in worker processes; yield each as it ends, with what it left lying there."""
    way = Way(kernel_for(kernel, log), limits.seconds, limits.cell_seconds, exporters)
    number = min(limits.jobs or processors(), len(todo))
    place = Place(project.root, str(plan.period), way.kernel, limits.memory, limits.seconds)
    with (
        _work_folder(plan.folder) as work,
        executor_for(place, number, dask, limits.jobs) as executor,
    ):
        yield from run_jobs(executor, todo, work, way, log)


def make_timed(report: Report, work: Path, way: Way) -> Timed:
    """Make one report in a worker process and take its time.

    Each try has a folder of its own: a worker that was given up may still be writing.
    """
    started, clock = now(), time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix=TRY, dir=work))
    steps: dict[str, float] = {}
    failure = make_report(report, folder, way, steps)
    return Timed(started, round(time.monotonic() - clock, 3), failure, folder, steps)


def run_jobs(
    executor: Any,
    reports: Sequence[Report],
    work: Path,
    way: Way,
    log: Callable[[str], None],
) -> Iterator[tuple[Report, Timed]]:
    """Make reports below `work`; yield each as it ends, while what it left still lies there.

    One whose kernel or worker died is made once again, at the end; one with an error is not.
    """
    waiting = deque((report, work / str(number)) for number, report in enumerate(reports))
    running: dict[Future, tuple[Report, Path]] = {}
    again: set[str] = set()
    while waiting or running:
        while waiting and len(running) < executor.in_flight:
            report, folder = waiting.popleft()
            folder.mkdir(exist_ok=True)
            running[executor.submit(make_timed, report, folder, way)] = report, folder
        import_module(INDEXES)  # once, while the processes get ready
        ended = wait(running, return_when=FIRST_COMPLETED).done
        for future in [one for one in running if one in ended]:
            report, folder = running.pop(future)
            timed = _ended(future, folder, way.seconds)
            if timed.failure and timed.failure.dead and report.id not in again:
                log(f"{report.id}: {timed.failure}; it is made once again")
                again.add(report.id)
                waiting.append((report, folder))
                continue
            yield report, timed
            shutil.rmtree(folder, ignore_errors=True)


def _ended(future: Future, work: Path, seconds: float) -> Timed:
    """What a worker returned, also where it was stopped or died."""
    tries = sorted(work.glob(f"{TRY}*"), key=lambda folder: folder.stat().st_mtime_ns)
    count = max(1, len(tries))
    try:
        made = outcome(future)
        return Timed(
            made.started, made.duration_seconds, made.failure, made.folder, made.steps, count
        )
    except TimeoutError:
        took, dead = seconds, False
        reason = f"Timeout: it took more than {seconds:g} seconds and was stopped"
    except WorkerDied as died:
        took, dead = 0.0, True
        reason = f"WorkerDied: the process that made it died ({died})"
    folder = tries[-1] if tries else work
    executed = folder / NOTEBOOK
    failure = note_failure(executed, Failure(reason, last_started_cell(executed), dead))
    return Timed(now(), took, failure, folder, {}, count)


# -- who makes them ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where and for what processes make reports: of which project and period, with which kernel.

    `memory` is what a kernel may take in bytes, `seconds` what a report may.
    """

    root: Path
    period: str
    kernel: str
    memory: int
    seconds: float

    @property
    def settings(self) -> dict[str, str]:
        """The environment variables by which kernels are forked from a process made ready."""
        if self.kernel != kernels.KERNEL:
            return {}
        return {WARM: WARMING, "PLS_WARM_PERIOD": self.period}


@contextmanager
def workers(number: int, place: Place) -> Iterator[Guarded]:
    """So many processes that can make reports, on whichever machine this is called."""
    with ExitStack() as stack:
        # A socket's path may have about 100 characters: the folder has a short name.
        runtime = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="pls-", ignore_cleanup_errors=True)
        )
        settings = worker_settings(place.root, Path(runtime)) | place.settings
        if place.settings:
            settings |= stack.enter_context(kernels.serve(without_backend(os.environ) | settings))
        yield stack.enter_context(
            Guarded(
                number,
                place.seconds + SECONDS_TO_STOP,
                prepare_worker,
                (settings, place.memory),
                (LIBRARIES,),
            )
        )


def executor_for(
    place: Place, number: int, dask: str | None, jobs: int | None
) -> AbstractContextManager[Any]:
    """Give processes of this machine, or of the workers of the Dask scheduler at an address."""
    processes = partial(workers, place=place)
    if dask is None:
        return processes(number)
    return on_dask(dask, processes, partial(seen, place.root), jobs)


def seen(root: Path) -> dict[str, str]:
    """What a process has to see as its caller does, by what to call it, to make the same report."""
    try:
        data = Store(load_project(root).processed).manifest["version"]
    except (ConfigError, StoreError):
        data = ""
    libraries = {f"{name} {number}": number for name, number in library_versions().items()}
    return {
        f"the project's folder {root}": str((root / PROJECT_FILE).is_file()),
        f"version {data} of its figures": data,
        f"pls-analysis {version(DISTRIBUTION)}": source_digest(),
        **libraries,
    }


def kernel_for(asked: str, log: Callable[[str], None]) -> str:
    """Return the kernel that notebooks run in: the one asked for, or a forked one where it can be.

    Why it cannot be is said.
    """
    if asked != AUTO:
        return asked
    reason = kernels.available()
    if reason is not None:
        log(f"ordinary kernels: {reason}")
    return KERNEL if reason else kernels.KERNEL


@contextmanager
def _work_folder(folder: Path) -> Iterator[Path]:
    """A folder beside the reports, so that finished files only need to be renamed."""
    with tempfile.TemporaryDirectory(
        prefix=work_prefix(folder), dir=folder.parent, ignore_cleanup_errors=True
    ) as name:
        yield Path(name)
