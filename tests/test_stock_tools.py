"""Stock papermill and nbconvert make the same brief as `pls run`, from wherever they are called."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from projects import ROOT
from pypdf import PdfReader

from pls_analysis.project import Project

FIRST = "310115004"
ENVIRONMENT = {"PYDEVD_DISABLE_FILE_VALIDATION": "1", "PYTHONWARNINGS": "ignore"}


def call(*command: str, cwd: Path, project: Path | None = None) -> None:
    """Run a module of this Python as a user would; its messages are shown where it fails."""
    environment = {**os.environ, **ENVIRONMENT}
    environment.pop("PLS_PROJECT", None)
    if project is not None:
        environment["PLS_PROJECT"] = str(project)
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=cwd, env=environment, check=False,
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


def places(project: Project, elsewhere: Path) -> dict[str, tuple[Path, str, Path | None]]:
    """Where papermill is called, how the notebook is named there, and whether a variable helps."""
    outside = str(ROOT / "notebooks" / "district_trends.ipynb")
    return {
        "root": (project.root, "notebooks/district_trends.ipynb", None),
        "notebooks": (project.root / "notebooks", "district_trends.ipynb", None),
        "elsewhere": (elsewhere, outside, project.root),
    }


@pytest.mark.parametrize("place", ["root", "notebooks", "elsewhere"])
def test_stock_papermill_runs_the_notebook(
    sample_project: Project, tmp_path: Path, place: str
) -> None:
    cwd, notebook, variable = places(sample_project, tmp_path)[place]
    out = tmp_path / "out.ipynb"
    options = ["-p", "area", FIRST, "-p", "period", "2022-03", "--no-progress-bar"]
    call("papermill", notebook, str(out), *options, cwd=cwd, project=variable)
    book = nbformat.read(out, as_version=4)
    shown = "".join(
        output.get("data", {}).get("text/plain", "")
        for cell in book.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    assert "2022年3月" in shown
    assert "样例·合成数据" in shown


def test_stock_tools_make_the_bytes_that_pls_run_makes(
    sample_project: Project, tmp_path: Path
) -> None:
    reports = tmp_path / "reports"
    call(
        *("pls_analysis", "run", "district_trends", "--areas", FIRST, "--period", "2022-03"),
        *("--lang", "zh,en"),
        cwd=sample_project.root,
    )
    made = sample_project.reports_dir / "2022-03"
    for lang in ("zh", "en"):
        (brief,) = made.glob(f"*/{FIRST}-*.{lang}.pdf")
        assert len(PdfReader(brief).pages) == 2
    (own,) = made.glob(f"*/{FIRST}-*.zh.pdf")
    out = tmp_path / "out.ipynb"
    options = ["-p", "area", FIRST, "-p", "period", "2022-03", "--no-progress-bar"]
    notebook = "notebooks/district_trends.ipynb"
    call("papermill", notebook, str(out), *options, cwd=sample_project.root)
    call("nbconvert", "--to", "pls_pdf", "--output-dir", str(reports), str(out), cwd=tmp_path)
    assert (reports / "out.pdf").read_bytes() == own.read_bytes()
    call("nbconvert", "--to", "pls_html", "--output-dir", str(reports), str(out), cwd=tmp_path)
    assert "样例·合成数据" in (reports / "out.html").read_text(encoding="utf-8")


def test_stock_papermill_runs_the_monday_story_and_leaves_the_project_as_it_is(
    sample_project: Project, tmp_path: Path
) -> None:
    def files() -> set[str]:
        found = (file for file in sample_project.root.rglob("*") if file.is_file())
        return {file.relative_to(sample_project.root).as_posix() for file in found}

    before, out = files(), tmp_path / "out.ipynb"
    options = ["-p", "area", "310115005", "--no-progress-bar"]
    call("papermill", "notebooks/explore.ipynb", str(out), *options, cwd=sample_project.root)
    shown = out.read_text(encoding="utf-8")
    assert "(310115005), 2021, total flow: " in shown
    assert files() == before
