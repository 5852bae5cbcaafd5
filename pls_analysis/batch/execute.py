"""Make one report from a notebook: execute, export, and put all files in place together.

`make_report` runs in a worker process and writes into a folder of its own; `publish_report`
moves what it made to where readers find it. So a report that fails leaves nothing behind.
"""

from __future__ import annotations

import json
import os
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pls_analysis.batch.plan import Report
from pls_analysis.reads import written_to

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from traitlets.config import Config

KERNEL = "python3"
EXPORTERS = {"html": "pls_html", "pdf": "pls_pdf", "xlsx": "pls_xlsx"}
"""The nbconvert exporter, by entry point, that makes each format."""
BYTES_PER_KERNEL = 8 * 1024**3
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
    """Why a report was not made: one line, and the number of the cell where it is known."""

    error: str
    cell: int | None = None

    def __str__(self) -> str:
        return f"{self.error} (cell {self.cell})" if self.cell is not None else self.error


def prepare_worker(root: Path, runtime: Path) -> None:
    """Set up the process that runs notebooks; their kernels inherit it.

    `root` is the project's folder, `runtime` a private one for connection files and sockets.
    """
    os.environ["PLS_PROJECT"] = str(root)
    os.environ["JUPYTER_RUNTIME_DIR"] = str(runtime)
    # The kernel of this very environment, not one that a user has installed under its name.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    # A backend forced from outside would keep figures from being shown in the notebook.
    os.environ.pop("MPLBACKEND", None)
    # Reports run side by side: threads within one would only wait for each other.
    os.environ.update(dict.fromkeys(THREADS, "1"))
    _limit_memory()
    # Kernels and their libraries chat on stderr; what fails a report is in its notebook.
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows knows no such limits: the time limit alone guards there
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = BYTES_PER_KERNEL if most == resource.RLIM_INFINITY else min(BYTES_PER_KERNEL, most)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))
    except (ValueError, OSError):  # macOS has the limit but does not let it be set
        return


def make_report(
    report: Report, work: Path, seconds: float, exporters: Mapping[str, str] = EXPORTERS
) -> Failure | None:
    """Execute a report's notebook in `work` and export it; return why it failed, or None.

    Leaves `report.ipynb` and, when all went well, `facts.json` and `report.<format>` of every
    format in `work`.
    The notebook may take `seconds` in all.
    """
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    executed = work / NOTEBOOK
    try:
        with written_to(work / READS):
            notebook = _execute(report, executed, seconds)
            _export(report, notebook, work, exporters)
    except PapermillExecutionError as error:
        return Failure(_one_line(error.ename, error.evalue), error.exec_count)
    except CellTimeoutError:
        reason = f"Timeout: the notebook took more than {seconds:g} seconds"
        return note_failure(executed, Failure(reason, last_started_cell(executed)))
    except DeadKernelError:
        reason = "DeadKernel: the process that ran the notebook died"
        return note_failure(executed, Failure(reason, last_started_cell(executed)))
    except Exception as error:  # noqa: BLE001 - whatever it is, it fails this report alone
        return note_failure(executed, Failure(_one_line(type(error).__name__, str(error))))
    return None


def _execute(report: Report, executed: Path, seconds: float) -> NotebookNode:
    from papermill import execute_notebook

    deadline = time.monotonic() + seconds
    notebook = execute_notebook(
        str(report.notebook),
        str(executed),
        parameters=report.parameters,
        kernel_name=KERNEL,
        cwd=str(report.notebook.parent),
        progress_bar=False,
        log_output=False,
        autosave_cell_every=0,
        start_timeout=SECONDS_TO_START,
        config=_kernel_config(),
        record_timing=False,
        timeout_func=lambda cell: max(1, deadline - time.monotonic()),
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
    report: Report, notebook: NotebookNode, work: Path, exporters: Mapping[str, str]
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
        exporter = get_exporter(exporters[kind])()
        beside = {one: path.name for one, path in report.outputs.items() if one != "ipynb"}
        about = {"metadata": {"name": report.stem}, "beside": beside}
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
