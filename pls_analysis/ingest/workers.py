"""Guarded worker processes: a file that kills, hangs or bloats its reader fails alone.

Work goes to processes with a time limit for each file and, where the system knows such limits, a
memory limit. What a worker needs once (form specs, areas, corrections) it loads itself.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as JobTimeout
from copy import copy
from multiprocessing.context import BaseContext
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

from pebble import ProcessExpired, ProcessPool

from pls_analysis.areas import load_areas
from pls_analysis.ingest.corrections import load_corrections
from pls_analysis.ingest.extraction import Context
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

_PLAIN = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
_LAUNCHING = Lock()
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
) -> Iterator[FileReading]:
    """Read files in worker processes, in the order given.

    Whatever happens at one file, a defect of the reader included, refuses that file and is named.
    """
    if not files:
        return
    context = _processes()
    with ProcessPool(
        max_workers=jobs, initializer=_prepare, initargs=(project,), context=context
    ) as pool:
        futures = [pool.schedule(_read, args=item, timeout=seconds) for item in files]
        for (_, path), future in zip(files, futures, strict=True):
            yield _result(path, future, seconds)
            progress()


def _result(path: str, future: Any, seconds: float) -> FileReading:
    try:
        return _outcome(future, seconds)
    except Refused as refusal:
        return refused(path, refusal.code, refusal.message, refusal.remedy)


def in_worker(task: Callable[..., Any], *given: Any, seconds: float = SECONDS_PER_FILE) -> Any:
    """Call a function in a worker process under a reader's limits, and return what it gives.

    The function is one of a module, its arguments and result plain values. Raises Refused where
    it does, and where the worker dies, hangs or takes too much memory.
    """
    with ProcessPool(max_workers=1, initializer=_prepare, context=_processes()) as pool:
        return _outcome(pool.schedule(task, args=given, timeout=seconds), seconds)


def _outcome(future: Any, seconds: float) -> Any:
    try:
        return future.result()
    except JobTimeout:
        raise Refused(
            "reader_hung", f"Reading it took more than {seconds:g} seconds and was stopped.",
            SAVE_OR_SPLIT,
        ) from None  # fmt: skip
    except ProcessExpired as expired:
        raise Refused(
            "reader_died", f"It killed the process that read it (exit code {expired.exitcode}).",
            SAVE_OR_SPLIT,
        ) from None  # fmt: skip
    except MemoryError:
        raise Refused("reader_out_of_memory", TOO_LARGE, SAVE_OR_SPLIT) from None


class _Process(_PLAIN.Process):  # type: ignore[misc, name-defined]
    """A process that does not run the caller's script again, as Python's own would.

    What it does lies in this package; a script of an analyst need not guard its main part.
    """

    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        with _LAUNCHING:
            script = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                return _PLAIN.Process._Popen(process_obj)  # type: ignore[attr-defined]
            finally:
                sys.modules["__main__"] = script


def warm_up() -> None:
    """Start the server that readers are forked from; it reads our code while the caller goes on.

    Without effect where processes are not forked.
    """
    if _PLAIN.get_start_method() == "forkserver":
        from multiprocessing import forkserver

        _processes()
        forkserver.ensure_running()


def _processes() -> BaseContext:
    """Fork from a clean server that has read our code once; a plain fork would inherit threads."""
    context = copy(_PLAIN)
    context.Process = _Process  # type: ignore[misc]
    if _PLAIN.get_start_method() == "forkserver":
        context.set_forkserver_preload([__name__])
    return context
