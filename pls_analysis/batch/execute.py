"""Make one report from a notebook: execute, export, and put all files in place together.

`make_report` runs in a worker process and writes into a folder of its own; `publish_report`
moves what it made to where readers find it. So a report that fails leaves nothing behind.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from pls_analysis.batch.plan import Report
from pls_analysis.reads import written_to

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from traitlets.config import Config

KERNEL = "python3"
AUTO = "auto"
"""For the kernel: a forked one where that can be, else the ordinary one."""
ENGINE = "pls"
"""The papermill engine, see `engine`."""
EXPORTERS = {"html": "pls_html", "pdf": "pls_pdf", "xlsx": "pls_xlsx"}
"""The nbconvert exporter, by entry point, that makes each format."""
LIBRARIES = "pls_analysis.batch.libraries"
"""What a worker imports once."""
BYTES_PER_KERNEL = 8 * 1024**3
SECONDS_PER_REPORT = 600
SECONDS_TO_START = 120
SOCKET_PATH_MAX = 90
"""Bytes of a socket's path before its number is added; macOS allows 104 in all."""
NOTEBOOK = "report.ipynb"
FACTS = "facts.json"
"""What the index says of the report, see `publish.facts`."""
READS = "reads.jsonl"
"""What the report read, see `reads`."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a report was not made: one line, and the number of the cell where it is known.

    `dead` says that a process died of it, which need not be the notebook's fault.
    """

    error: str
    cell: int | None = None
    dead: bool = False

    def __str__(self) -> str:
        return f"{self.error} (cell {self.cell})" if self.cell is not None else self.error


@dataclass(frozen=True, slots=True)
class Way:
    """How reports are made: with which kernel and exporters, and in how many seconds.

    `seconds` are those of a whole notebook, `cell_seconds` of each of its cells. `exporters` maps
    a format to the entry point or dotted name of its exporter.
    """

    kernel: str = KERNEL
    seconds: float = SECONDS_PER_REPORT
    cell_seconds: float | None = None
    exporters: Mapping[str, str] = field(default_factory=lambda: EXPORTERS)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a batch may take.

    `jobs` at once, `seconds` for each report and `cell_seconds` for each of its cells, `memory`
    in bytes for each kernel.
    """

    jobs: int | None = None
    seconds: float = SECONDS_PER_REPORT
    cell_seconds: float | None = None
    memory: int = BYTES_PER_KERNEL


USUAL = Limits()


def worker_settings(root: Path, runtime: Path) -> dict[str, str]:
    """The environment variables of a process that runs notebooks; their kernels inherit them.

    `root` is the project's folder, `runtime` a private one for connection files and sockets.
    """
    return {
        "PLS_PROJECT": str(root),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        # The kernel of this very environment, not one that a user has installed under its name.
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        # Reports run side by side: threads within one would only wait for each other.
        **dict.fromkeys(THREADS, "1"),
    }


def without_backend(environment: Mapping[str, str]) -> dict[str, str]:
    """Drop a backend forced from outside: it would keep figures from being shown in a notebook."""
    return {name: value for name, value in environment.items() if name != "MPLBACKEND"}


def prepare_worker(settings: Mapping[str, str], memory: int = BYTES_PER_KERNEL) -> None:
    """Set up the process that runs notebooks: its environment, and what memory it may take."""
    os.environ.update(settings)
    os.environ.pop("MPLBACKEND", None)
    Thread(target=_end_with, args=[multiprocessing.parent_process()], daemon=True).start()
    _limit_memory(memory)
    import_module(LIBRARIES)  # so that no report is charged for it
    # Kernels and their libraries chat on stderr; what fails a report is in its notebook.
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)


def _end_with(parent: Any) -> None:
    """End this process when its parent is gone, however that came: its report may hang."""
    parent.join()
    os._exit(1)


def _limit_memory(limit: int) -> None:
    try:
        import resource
    except ImportError:  # Windows knows no such limits: the time limit alone guards there
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))
    except (ValueError, OSError):  # macOS has the limit but does not let it be set
        return


def make_report(report: Report, work: Path, way: Way, took: dict[str, float]) -> Failure | None:
    """Execute a report's notebook in `work` and export it; return why it failed, or None.

    Leaves `report.ipynb` and, when all went well, `facts.json` and `report.<format>` of every
    format in `work`. `took` is filled with the seconds of each step that was finished.
    """
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    executed = work / NOTEBOOK
    deadline = time.monotonic() + way.seconds
    try:
        with written_to(work / READS):
            with timing(took, "execute"):
                notebook = _execute(report, executed, way, deadline)
            _export(report, notebook, work, way.exporters, took)
    except PapermillExecutionError as error:
        return Failure(_one_line(error.ename, error.evalue), error.exec_count)
    except CellTimeoutError:
        late = way.cell_seconds is None or time.monotonic() >= deadline
        what, seconds = ("the notebook", way.seconds) if late else ("a cell", way.cell_seconds)
        reason = f"Timeout: {what} took more than {seconds:g} seconds"
        return note_failure(executed, Failure(reason, last_started_cell(executed)))
    except DeadKernelError:
        reason = "DeadKernel: the process that ran the notebook died"
        return note_failure(executed, Failure(reason, last_started_cell(executed), dead=True))
    except Exception as error:  # noqa: BLE001 - whatever it is, it fails this report alone
        return note_failure(executed, Failure(_one_line(type(error).__name__, str(error))))
    return None


@contextmanager
def timing(took: dict[str, float], step: str) -> Iterator[None]:
    """Note the seconds that a step takes, once it is finished."""
    clock = time.monotonic()
    yield
    took[step] = round(time.monotonic() - clock, 3)


def _execute(report: Report, executed: Path, way: Way, deadline: float) -> NotebookNode:
    from papermill import execute_notebook

    def seconds_for(cell: NotebookNode) -> float:
        left = max(1, deadline - time.monotonic())
        return left if way.cell_seconds is None else min(left, way.cell_seconds)

    notebook = execute_notebook(
        str(report.notebook),
        str(executed),
        parameters=report.parameters,
        engine_name=ENGINE,
        kernel_name=way.kernel,
        cwd=str(report.notebook.parent),
        progress_bar=False,
        log_output=False,
        autosave_cell_every=0,
        start_timeout=SECONDS_TO_START,
        config=_kernel_config(),
        record_timing=False,
        timeout_func=seconds_for,
    )
    return _without_traces(notebook, report)


def _kernel_config() -> Config:
    """Let a kernel be reached by sockets with names of its own where the system has such.

    Ports of TCP are chosen before they are taken: kernels that start at the same moment may
    choose the same one, and anybody on the machine can connect to them.
    """
    from traitlets.config import Config

    config = Config()
    address = Path(os.environ["JUPYTER_RUNTIME_DIR"]) / uuid.uuid4().hex[:12]
    if os.name == "posix" and len(os.fsencode(address)) <= SOCKET_PATH_MAX:
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = str(address)
    return config


def _without_traces(notebook: NotebookNode, report: Report) -> NotebookNode:
    """Drop times, paths and random ids, so that the same report is the same file each time."""
    notebook.metadata["papermill"] = {
        "input_path": report.notebook.name,
        "parameters": report.parameters,
    }
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"
    return notebook


def _export(
    report: Report,
    notebook: NotebookNode,
    work: Path,
    exporters: Mapping[str, str],
    took: dict[str, float],
) -> None:
    import nbformat
    from nbconvert.exporters import get_exporter

    from pls_analysis.publish.facts import read_facts

    nbformat.write(notebook, work / NOTEBOOK)
    facts = json.dumps(read_facts(notebook), ensure_ascii=False)
    (work / FACTS).write_text(facts, encoding="utf-8")
    for kind in report.formats:
        if kind == "ipynb":
            continue
        beside = {one: path.name for one, path in report.outputs.items() if one != "ipynb"}
        about = {"metadata": {"name": report.stem}, "beside": beside}
        with timing(took, kind):
            exporter = get_exporter(exporters[kind])()
            content, _ = exporter.from_notebook_node(notebook, resources=about)
        data = content.encode("utf-8") if isinstance(content, str) else content
        (work / f"report.{kind}").write_bytes(data)


def _one_line(name: str, message: str) -> str:
    """Name an exception and what it says, in one line without terminal colours."""
    lines = [line.strip() for line in ANSI.sub("", message or "").splitlines() if line.strip()]
    return f"{name}: {lines[0]}" if lines else name


def last_started_cell(executed: Path) -> int | None:
    """Return the number, as in In [3], of the last cell that started; None where none did.

    `executed` is what papermill saved as it went.
    """
    import nbformat

    if not executed.is_file():
        return None
    notebook = nbformat.read(executed, as_version=4)
    number = None
    for cell in notebook.cells:
        started = cell.metadata.get("papermill", {}).get("start_time")
        if started and cell.cell_type == "code" and cell.source.strip():
            # The kernel that died may not have sent the number of its last cell.
            number = cell.execution_count or (number or 0) + 1
    return number


def note_failure(executed: Path, failure: Failure) -> Failure:
    """Write a reason that no cell shows at the head of the saved notebook; return it."""
    import nbformat

    if executed.is_file():
        notebook = nbformat.read(executed, as_version=4)
        head = nbformat.v4.new_raw_cell(f"This report failed. {failure}")
        notebook.cells.insert(0, head)
        nbformat.write(notebook, executed)
    return failure


def publish_report(report: Report, work: Path) -> None:
    """Move a report's files from `work` to their places: all of them, or none.

    What stood there before is put back where a file cannot be replaced (on Windows: because
    somebody has it open). Raises OSError then.
    """
    before = work / "before"
    before.mkdir()
    moved: list[tuple[Path, Path | None]] = []
    try:
        for kind, target in report.outputs.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            saved = before / kind if target.exists() else None
            if saved is not None:
                target.replace(saved)
            moved.append((target, saved))
            (work / f"report.{kind}").replace(target)
    except OSError:
        for target, saved in reversed(moved):
            target.unlink(missing_ok=True)
            if saved is not None:
                saved.replace(target)
        raise
    report.failed.unlink(missing_ok=True)


def keep_failed(report: Report, work: Path) -> None:
    """Keep the notebook of a failed report, with the error in it, where nobody publishes it."""
    executed = work / NOTEBOOK
    if not executed.is_file():
        return
    report.failed.parent.mkdir(parents=True, exist_ok=True)
    executed.replace(report.failed)
