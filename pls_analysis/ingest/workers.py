"""Guarded worker processes: a file that kills, hangs or bloats its reader fails alone.

Work goes to processes with a time limit for each file and, where the system knows such limits, a
memory limit. What a worker needs once (form specs, areas, corrections) it loads itself.
"""

from __future__ import annotations

import gc
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from pls_analysis.areas import load_areas
from pls_analysis.executors import guarded as processes
from pls_analysis.executors.cluster import on_dask
from pls_analysis.executors.guarded import Guarded, WorkerDied, outcome
from pls_analysis.ingest.corrections import load_corrections
from pls_analysis.ingest.extraction import Context
from pls_analysis.ingest.fingerprint import seen
from pls_analysis.ingest.forms import load_forms
from pls_analysis.ingest.inspection import Refused
from pls_analysis.ingest.reading import FileReading, read_file, refused
from pls_analysis.project import Project

SECONDS_PER_FILE = 120
PASSING = frozenset({"reader_hung", "reader_died", "reader_out_of_memory", "unreadable"})
"""Refusals that may come of the machine's state: such files are tried again in each run."""
TOO_LARGE = "The file needs more memory than a reader may take."
SAVE_OR_SPLIT = "Save it as a new .xlsx with nothing in it but the tables, or split it."
BYTES_PER_WORKER = 4 * 1024**3
GARBAGE_THRESHOLD = 20_000
FILES_AHEAD = 8
"""How many times as many files as jobs are handed over: they are small, and come back in order."""

_state: dict = {}


def load_context(project: Project) -> Context:
    """What every file of a project is read against. Raises ConfigError."""
    return Context(
        tuple(load_forms(project.config / "forms", project.levels)),
        load_areas(project),
        project.home,
    )


def _prepare(project: Project | None = None) -> None:
    try:
        import resource
    except ImportError:  # Windows knows no such limits: the time limit alone guards there
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (BYTES_PER_WORKER, BYTES_PER_WORKER))
    if project is not None:
        _state["context"] = load_context(project)
        _state["corrections"] = load_corrections(project.config / "corrections.yml")
    # What was loaded stays for life: going through it again and again is an eighth of the time.
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)


def _read(file: Path, path: str) -> FileReading:
    mine = [one for one in _state["corrections"] if one.file == path]
    return guarded(path, lambda: read_file(file, path, _state["context"], mine))


def guarded(path: str, read: Callable[[], FileReading]) -> FileReading:
    """What reading a file gives; a refusal of the file where it raises anything."""
    try:
        return read()
    except MemoryError:
        return refused(path, "reader_out_of_memory", TOO_LARGE, SAVE_OR_SPLIT)
    except Exception as error:  # noqa: BLE001 - whatever it is, it fails this file alone
        return _failed(path, error)


def _failed(path: str, error: Exception) -> FileReading:
    """The refusal of a file at which our own code failed; the message says where, to mend it."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name} line {place.lineno}"
    why = f"{type(error).__name__} in {where}: {error}"[:300]
    return refused(
        path, "reader_failed", f"The reader itself failed at this file ({why}).",
        "Report this line and, if it may be shared, the file to the makers of pls-analysis.",
    )  # fmt: skip


def read_files(
    project: Project,
    files: Sequence[tuple[Path, str]],
    jobs: int,
    progress: Callable[[], None],
    seconds: float = SECONDS_PER_FILE,
    dask: str | None = None,
) -> Iterator[FileReading]:
    """Read files in worker processes, in the order given; on a Dask cluster by its address.

    Whatever happens at one file, a defect of the reader included, refuses that file and is named.
    Raises ExecutorError where there are no workers that can read them.
    """
    if not files:
        return
    with _readers(project, files, jobs, seconds, dask) as executor:
        waiting: deque[tuple[str, Future]] = deque()
        for file, path in files:
            waiting.append((path, executor.submit(_read, file.absolute(), path)))
            if len(waiting) >= FILES_AHEAD * executor.in_flight:
                yield _result(*waiting.popleft(), seconds)
                progress()
        for path, future in waiting:
            yield _result(path, future, seconds)
            progress()


def _readers(
    project: Project,
    files: Sequence[tuple[Path, str]],
    jobs: int,
    seconds: float,
    dask: str | None,
) -> AbstractContextManager[Any]:
    if dask is None:
        return Guarded(jobs, seconds, _prepare, (project,), (__name__,))
    readers = partial(Guarded, seconds=seconds, initializer=_prepare, initargs=(project,))
    return on_dask(dask, readers, partial(seen, project, files[0][0].absolute()))


def _result(path: str, future: Future, seconds: float) -> FileReading:
    try:
        return _outcome(future, seconds)
    except Refused as refusal:
        return refused(path, refusal.code, refusal.message, refusal.remedy)


def in_worker(task: Callable[..., Any], *given: Any, seconds: float = SECONDS_PER_FILE) -> Any:
    """Call a function in a worker process under a reader's limits, and return what it gives.

    The function is one of a module, its arguments and result plain values. Raises Refused where
    it does, and where the worker dies, hangs or takes too much memory.
    """
    with Guarded(1, seconds, _prepare, preload=(__name__,)) as executor:
        return _outcome(executor.submit(task, *given), seconds)


def _outcome(future: Future, seconds: float) -> Any:
    try:
        return outcome(future)
    except TimeoutError:
        raise Refused(
            "reader_hung", f"Reading it took more than {seconds:g} seconds and was stopped.",
            SAVE_OR_SPLIT,
        ) from None  # fmt: skip
    except WorkerDied as died:
        raise Refused(
            "reader_died", f"It killed the process that read it ({died}).", SAVE_OR_SPLIT
        ) from None
    except MemoryError:
        raise Refused("reader_out_of_memory", TOO_LARGE, SAVE_OR_SPLIT) from None


def warm_up() -> None:
    """Start the server that readers are forked from; it reads our code while the caller goes on."""
    processes.warm_up((__name__,))
