"""The papermill engine `pls` makes what papermill makes, in less time."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from queue import Empty
from typing import Any

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from pls_analysis.batch import engine, kernels, zygotes
from pls_analysis.batch.execute import last_started_cell


@pytest.fixture(scope="module", autouse=True)
def _stop_zygotes():
    yield
    zygotes.stop_all()


KERNEL = "python3" if kernels.available() else kernels.KERNEL


def notebook(path: Path, *sources: str) -> Path:
    cells: list[NotebookNode] = [nbformat.v4.new_markdown_cell("# Title")]
    for source in sources:
        cells += [nbformat.v4.new_code_cell(source), nbformat.v4.new_markdown_cell("between")]
    about = {"kernelspec": {"name": "python3", "display_name": "x", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=about), path)
    return path


def execute(source: Path, target: Path, **asked: Any) -> NotebookNode:
    asked = {"engine_name": "pls", "kernel_name": KERNEL, "progress_bar": False} | asked
    asked["record_timing"] = False
    return papermill.execute_notebook(source, target, **asked)


def without_times(book: NotebookNode) -> NotebookNode:
    for about in (book.metadata, *(cell.metadata for cell in book.cells)):
        for name in ("start_time", "end_time", "duration", "output_path"):
            about.papermill.pop(name, None)
    return book


def test_the_notebook_is_papermills(tmp_path: Path):
    source = notebook(tmp_path / "in.ipynb", "import sys; print(1)", "2", "")
    ours = execute(source, tmp_path / "ours.ipynb")
    theirs = execute(source, tmp_path / "theirs.ipynb", engine_name=None)
    assert without_times(ours) == without_times(theirs)
    written = nbformat.read(tmp_path / "ours.ipynb", as_version=4)
    assert without_times(written) == without_times(ours)


def test_a_notebook_is_written_where_a_cell_starts_and_at_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from papermill.iorw import PapermillIO

    states: list[list[str]] = []
    write = PapermillIO.write

    def noted(self: PapermillIO, text: str, path: str) -> None:
        code = [one for one in json.loads(text)["cells"] if one["cell_type"] == "code"]
        states.append([one["metadata"]["papermill"]["status"] for one in code])
        write(self, text, path)

    monkeypatch.setattr(PapermillIO, "write", noted)
    execute(notebook(tmp_path / "in.ipynb", "1", "2"), tmp_path / "out.ipynb")
    assert states == [
        ["pending", "pending"],
        ["running", "pending"],
        ["completed", "running"],
        ["completed", "completed"],
        ["completed", "completed"],  # papermill's own, at the very end
    ]


def test_what_ran_before_an_error_is_kept(tmp_path: Path):
    source = notebook(tmp_path / "in.ipynb", "print('before')", "1 / 0", "'never'")
    with pytest.raises(PapermillExecutionError, match="ZeroDivisionError"):
        execute(source, tmp_path / "out.ipynb")
    book = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    outputs = [
        one.outputs for one in book.cells if one.cell_type == "code" and "/" not in one.source
    ]
    assert outputs[0][0].text == "before\n"
    assert outputs[1] == []
    assert last_started_cell(tmp_path / "out.ipynb") == 2


@pytest.mark.parametrize(
    ("last", "error"),
    [
        ("import time; time.sleep(60)", CellTimeoutError),
        ("import os; os._exit(3)", DeadKernelError),
    ],
)
def test_the_cell_that_hangs_or_dies_is_known(tmp_path: Path, last: str, error: type[Exception]):
    source = notebook(tmp_path / "in.ipynb", "print('before')", last, "'never'")
    limits: dict[str, Any] = {"execution_timeout": 5} if error is CellTimeoutError else {}
    with pytest.raises(error):
        execute(source, tmp_path / "out.ipynb", **limits)
    assert last_started_cell(tmp_path / "out.ipynb") == 2


def test_the_cell_that_runs_is_on_the_disk_when_the_process_is_killed(tmp_path: Path):
    source = notebook(tmp_path / "in.ipynb", "print('before')", "open('started', 'w').close()")
    book = nbformat.read(source, as_version=4)
    book.cells[3].source += "\nimport time; time.sleep(600)"
    nbformat.write(book, source)
    command = [sys.executable, "-m", "papermill", "--engine", "pls", "-k", KERNEL]
    command += ["--no-progress-bar", "in.ipynb", "out.ipynb"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log)
        until = time.monotonic() + 90
        while not (tmp_path / "started").exists() and time.monotonic() < until:
            time.sleep(0.05)
        process.kill()
        process.wait()
    assert last_started_cell(tmp_path / "out.ipynb") == 2
    written = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert written.cells[1].outputs[0].text == "before\n"


async def hear_all(client: engine.QuickClient, seconds: float) -> list[str]:
    heard = []
    try:
        while True:
            message = await client.get_iopub_msg(timeout=seconds)
            heard.append(message["msg_type"])
    except Empty:
        return heard


def test_a_quick_client_is_ready_when_nothing_more_is_to_come():
    async def start() -> tuple[list[str], float, str]:
        manager = engine.QuickManager(kernel_name=KERNEL)
        await manager.start_kernel()
        client = manager.client()
        assert isinstance(client, engine.QuickClient)
        client.start_channels()
        await client.wait_for_ready(timeout=60)
        heard = await hear_all(client, 0.5)
        started = time.monotonic()
        await client.wait_for_ready(timeout=60)
        again = time.monotonic() - started
        await manager.shutdown_kernel(now=True)
        try:
            await client.wait_for_ready(timeout=60)
            said = ""
        except RuntimeError as error:
            said = str(error)
        client.stop_channels()
        return heard, again, said

    heard, again, said = asyncio.run(start())
    assert heard == []
    assert again < 0.2, "it waits for no silence"
    assert said == "Kernel died before replying to kernel_info"
