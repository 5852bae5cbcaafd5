"""What runs notebooks runs them in a forked kernel, unchanged, and shows the same in it."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from projects import ROOT
from sessions import ended

from pls_analysis.batch import kernels, zygotes
from pls_analysis.project import Project

LACKING = kernels.available()
pytestmark = pytest.mark.skipif(LACKING is not None, reason=str(LACKING))

HARD = [
    "import os, sys, subprocess\nprint('a'); print('b', file=sys.stderr); print('c')",
    "import time; os.write(1, b'fd\\n'); time.sleep(0.2)",
    "subprocess.run(['echo', 'child']); time.sleep(0.2)",
    "!echo magic",
    "from IPython.display import HTML, Markdown, clear_output, display\n"
    "print('x'); display(HTML('<b>h</b>')); print('y'); Markdown('*m*')",
    "shown = display('first', display_id='one'); shown.update('second')",
    "for i in range(3):\n    clear_output(wait=True); print(i)",
    "1;\n2",
    "_",
    "import matplotlib.pyplot as plt\nfig, ax = plt.subplots(); ax.plot([1, 2])",
    "plt.plot([3, 4])\nplt.title('t')",
    "%config InlineBackend.figure_format = 'svg'\nplt.rcParams['svg.hashsalt'] = 'x'",
    "plt.plot([1, 2]); plt.show()",
    "import asyncio\nawait asyncio.sleep(0.01); 5",
    "%%time\nx = 1",
    "%%capture cap\nprint('hidden')",
    "cap.stdout",
    "import logging; logging.warning('warn')",
    "import warnings; warnings.warn('w')",
    "get_ipython().__class__.__name__, __name__, globals().get('__file__')",
    "import threading\nt = threading.Thread(target=lambda: print('thr')); t.start(); t.join()",
    "import pandas as pd; pd.DataFrame({'a': [1.5]}).style.bar()",
    "pd.DataFrame({'a': range(100)})",
    "import seaborn as sns; sns.heatmap([[1, 2], [3, 4]], annot=True)",
    "import numpy as np; np.random.seed(1); np.random.rand(2), np.arange(3) / 7",
    "input('?')",
    "pd.DataFrame({'a': [1]})['b']",
    "raise ValueError('boom')",
]
VARIES = [
    (r"<dc:date>.*?</dc:date>", "DATE"),
    (r"T_[0-9a-f]{5}", "T_ID"),
    (r"0x[0-9a-f]+", "0xADDRESS"),
    (r"ipykernel_\d+(/\d+\.py)?", "ipykernel_N"),
    (r"(CPU|Wall)[^\"]*", "TIMES"),
]


@pytest.fixture(scope="module", autouse=True)
def _stop_zygotes() -> Iterator[None]:
    yield
    zygotes.stop_all()


@pytest.fixture(autouse=True)
def _as_outside_of_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MPLBACKEND", raising=False)
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)


def notebook(*sources: str) -> NotebookNode:
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(one) for one in sources],
        metadata={"kernelspec": {"name": "python3", "display_name": "x", "language": "python"}},
    )


def executed(book: NotebookNode, kernel: str, **asked: Any) -> list[str]:
    """The outputs of each code cell, without what differs from one run to the next."""
    book = copy.deepcopy(book)
    NotebookClient(book, kernel_name=kernel, timeout=120, **asked).execute()
    return [settled(cell) for cell in book.cells if cell.cell_type == "code"]


def settled(cell: NotebookNode) -> str:
    text = json.dumps([cell.execution_count, cell.outputs], ensure_ascii=False, sort_keys=True)
    for pattern, word in VARIES:
        text = re.sub(pattern, word, text)
    return text


def test_hard_cells_show_the_same():
    book = notebook(*HARD)
    forked = executed(book, kernels.KERNEL, allow_errors=True)
    ordinary = executed(book, "python3", allow_errors=True)
    assert len(forked) == len(HARD)
    for source, one, other in zip(HARD, forked, ordinary, strict=True):
        assert one == other, source


def test_a_report_shows_the_same(inside_sample: Project, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PLS_PROJECT", str(inside_sample.root))
    book = nbformat.read(ROOT / "notebooks" / "district_trends.ipynb", as_version=4)
    forked, ordinary = (executed(book, one) for one in (kernels.KERNEL, "python3"))
    assert len(forked) > 8
    assert forked == ordinary


def test_papermill_runs_it(tmp_path: Path):
    book = notebook("number = 1", "print(number, '数')", "import os; os.getppid()")
    book.cells[0].metadata.tags = ["parameters"]
    nbformat.write(book, tmp_path / "in.ipynb")
    found = [
        papermill.execute_notebook(
            tmp_path / "in.ipynb",
            tmp_path / "out.ipynb",
            parameters={"number": number},
            kernel_name=kernels.KERNEL,
            progress_bar=False,
        )
        for number in (7, 8)
    ]
    assert [one.cells[2].outputs[0].text for one in found] == ["7 数\n", "8 数\n"]
    parents = [one.cells[3].outputs[0].data["text/plain"] for one in found]
    assert parents[0] == parents[1] != str(os.getpid())


def test_nbval_runs_it(tmp_path: Path):
    book = notebook(
        "1 + 1", "import os; os.path.basename(os.readlink(f'/proc/{os.getppid()}/exe'))"
    )
    NotebookClient(book, kernel_name=kernels.KERNEL).execute()
    for number, expected in ((0, 0), (1, 1)):
        book.cells[0].source = f"1 + 1 + {number}"
        nbformat.write(book, tmp_path / "a.ipynb")
        options = ["--nbval", f"--nbval-kernel-name={kernels.KERNEL}", "-q", "-W", "default"]
        options += ["-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(tmp_path)]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, str(tmp_path / "a.ipynb")],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert done.returncode == expected, done.stdout + done.stderr
        assert "ordinary kernel" not in done.stdout + done.stderr


class Server:
    """A Jupyter server, spoken to by its REST interface."""

    def __init__(self, folder: Path) -> None:
        self.errors = (folder / "errors").open("wb")
        self.runtime = folder / "runtime"
        options = ["--no-browser", "--ServerApp.token=", "--ServerApp.port=0", "--allow-root"]
        options += ["--ServerApp.port_retries=0", "--ServerApp.disable_check_xsrf=True"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", *options, f"--ServerApp.root_dir={folder}"],
            env={**os.environ, "JUPYTER_RUNTIME_DIR": str(self.runtime)},
            stderr=self.errors,
            stdout=self.errors,
        )

    def address(self) -> str:
        until = time.monotonic() + 90
        while time.monotonic() < until:
            for file in self.runtime.glob("jpserver-*.json"):
                return json.loads(file.read_text(encoding="utf-8"))["url"]
            time.sleep(0.1)
        raise AssertionError("the server did not start")

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.address() + path, data, method=method)
        with urllib.request.urlopen(request, timeout=90) as answer:
            return json.loads(answer.read() or "null")


def children(pid: int) -> set[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    return set(map(int, text.split()))


def test_jupyter_server_starts_interrupts_restarts_and_stops_it(tmp_path: Path):
    server = Server(tmp_path)
    try:
        assert kernels.KERNEL in server.ask("GET", "api/kernelspecs")["kernelspecs"]
        kernel = server.ask("POST", "api/kernels", {"name": kernels.KERNEL})["id"]
        (zygote,) = children(server.process.pid)
        (first,) = children(zygote)
        server.ask("POST", f"api/kernels/{kernel}/interrupt", {})
        server.ask("POST", f"api/kernels/{kernel}/restart", {})
        (second,) = children(zygote)
        assert first != second
        server.ask("DELETE", f"api/kernels/{kernel}")
        assert ended(second)
        server.ask("POST", "api/kernels", {"name": kernels.KERNEL})
        (third,) = children(zygote)
    finally:
        server.process.terminate()
        server.process.wait(30)
        server.errors.close()
    assert ended(zygote, third)
