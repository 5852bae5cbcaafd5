"""The committed notebooks still say what they show: nbval runs them on the fixed sample."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from projects import ROOT

from pls_analysis.project import Project

NOTEBOOKS = ROOT / "notebooks"
SECONDS_PER_CELL = 120


def run_nbval(folder: Path, project: Project | None = None) -> subprocess.CompletedProcess[str]:
    """Run nbval on a folder of notebooks as its own pytest, in this Python's kernel."""
    environment = {key: text for key, text in os.environ.items() if not key.startswith("PYTEST_")}
    environment.pop("MPLBACKEND", None)  # a kernel shows a plain figure as JupyterLab does
    if project is not None:
        environment["PLS_PROJECT"] = str(project.root)
    options = ["--nbval", "--nbval-current-env", f"--nbval-cell-timeout={SECONDS_PER_CELL}"]
    options += [f"--nbval-sanitize-with={ROOT / 'tests' / 'nbval.cfg'}"]
    # Warnings here are nbval's and the kernel's own; those of the package fail elsewhere.
    options += ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "default"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )


SHOW = """
from IPython.display import display
data = {{"kind": "line", "data": [1.5, {last}]}}
bundle = {{"text/plain": "a line", "application/vnd.pls.chart+json": data}}
bundle["image/svg+xml"] = "<svg><path stroke-width='{width}'/></svg>"
bundle["text/html"] = "<table id='T_{style}'><tr><td>{last}</td></tr></table>"
display(bundle, raw=True)
"""


def show(width: int = 1, last: float = 2.5, style: str = "0a1b2") -> str:
    return SHOW.format(width=width, last=last, style=style)


@pytest.mark.parametrize(
    ("now", "code"),
    [
        pytest.param(show(), 0, id="the same"),
        pytest.param(show(width=3), 0, id="another line width"),
        pytest.param(show(style="f9e8d"), 0, id="another id of a styled table"),
        pytest.param(show(last=2.6), 1, id="another figure"),
    ],
)
def test_nbval_holds_the_figures_and_not_the_picture(tmp_path: Path, now: str, code: int):
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(show())],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    NotebookClient(book).execute()
    book.cells[0].source = now
    nbformat.write(book, tmp_path / "shown.ipynb")
    assert run_nbval(tmp_path).returncode == code
