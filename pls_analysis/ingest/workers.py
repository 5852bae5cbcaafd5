"""Guarded worker processes: a file that kills, hangs or bloats its reader fails alone.

Work goes to processes with a time limit for each file and, where the system knows such limits, a
memory limit. What a worker needs once (form specs, areas, corrections) it loads itself.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as JobTimeout
from multiprocessing.context import BaseContext
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from pls_analysis.areas import load_areas
from pls_analysis.ingest.corrections import load_corrections
from pls_analysis.ingest.extraction import Context
from pls_analysis.ingest.forms import load_forms
from pls_analysis.ingest.reading import FileReading, read_file, refused
from pls_analysis.project import Project

SECONDS_PER_FILE = 120
PASSING = frozenset({"reader_hung", "reader_died", "reader_out_of_memory"})
"""Refusals that may come of the machine's state: such files are tried again in each run."""
BYTES_PER_WORKER = 4 * 1024**3
GARBAGE_THRESHOLD = 20_000

_state: dict = {}


def load_context(project: Project) -> Context:
    """What every file of a project is read against. Raises ConfigError."""
    return Context(
        tuple(load_forms(project.config / "forms", project.levels)),
        load_areas(project),
        project.home,
    )


def _prepare(project: Project) -> None:
    try:
        import resource
    except ImportError:  # Windows knows no such limits: the time limit alone guards there
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (BYTES_PER_WORKER, BYTES_PER_WORKER))
    _state["context"] = load_context(project)
    _state["corrections"] = load_corrections(project.config / "corrections.yml")
    # What was loaded stays for life: going through it again and again is an eighth of the time.
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)


def _read(file: Path, path: str) -> FileReading:
    mine = [one for one in _state["corrections"] if one.file == path]
    try:
        return read_file(file, path, _state["context"], mine)
    except MemoryError:
        return refused(
            path, "reader_out_of_memory", "The file needs more memory than a reader may take.",
            "Split it, or delete unused rows, columns and formats, and send it again.",
        )  # fmt: skip


def read_files(
    project: Project,
    files: Sequence[tuple[Path, str]],
    jobs: int,
    progress: Callable[[], None],
    seconds: float = SECONDS_PER_FILE,
) -> Iterator[FileReading]:
    """Read files in worker processes, in the order given.

    A defect of the reader itself (any other exception) is not hidden: it is raised.
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


def _result(path: str, future, seconds: float) -> FileReading:
    try:
        return future.result()
    except JobTimeout:
        return refused(
            path, "reader_hung", f"Reading it took more than {seconds:g} seconds.",
            "Open it in Excel or WPS, save it as a new .xlsx, and send it again.",
        )  # fmt: skip
    except ProcessExpired as expired:
        return refused(
            path, "reader_died", f"Its reader died (exit code {expired.exitcode}).",
            "Open it in Excel or WPS, save it as a new .xlsx, and send it again.",
        )  # fmt: skip


def _processes() -> BaseContext:
    """Fork from a clean server that has read our code once; a plain fork would inherit threads."""
    if not hasattr(os, "fork"):
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with _environment(OPENPYXL_DEFUSEDXML="False"):
        forkserver.ensure_running()
    return context


@contextlib.contextmanager
def _environment(**settings: str) -> Iterator[None]:
    """Set variables for the processes started meanwhile.

    The gate has refused every DOCTYPE before openpyxl opens a file, so that the second guard,
    which parses in Python what expat parses in C, only costs time.
    """
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
