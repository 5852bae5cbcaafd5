"""Ingest and publish where Python is as on Windows: no `resource`, no `os.fork`, only spawn.

A text file opened without naming its encoding would be read there in the system's code page; any
such call in the package is an error here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from projects import copy_project

from pls_analysis.project import Project

AS_ON_WINDOWS = """
import multiprocessing
import os
import sys
import warnings

sys.modules["resource"] = None  # importing it now fails as it does on Windows
for name in ("fork", "forkpty", "register_at_fork"):
    if hasattr(os, name):
        delattr(os, name)
multiprocessing.set_start_method("spawn", force=True)
warnings.filterwarnings("error", category=EncodingWarning, module=r"pls_analysis(\\..*)?$")
"""

PROBE = """
import multiprocessing, os
try:
    import resource
except ImportError:
    print("no resource,", hasattr(os, "fork"), multiprocessing.get_start_method())
"""


@pytest.fixture
def windows(tmp_path: Path) -> dict[str, str]:
    """The environment of a Python that is as on Windows, in child processes too."""
    folder = tmp_path / "as_on_windows"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(AS_ON_WINDOWS, encoding="utf-8")
    return os.environ | {"PYTHONPATH": str(folder), "PYTHONWARNDEFAULTENCODING": "1"}


def run(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        env=environment,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def test_python_is_as_on_windows(windows: dict[str, str]):
    assert run(windows, "-c", PROBE).strip() == "no resource, False spawn"


def test_ingest_and_publish_need_neither_fork_nor_resource(windows: dict[str, str], tmp_path: Path):
    pytest.importorskip("pls_analysis.cli", reason="the commands are not there yet")
    project: Project = copy_project(tmp_path / "project")
    windows["PLS_PROJECT"] = str(project.root)
    pls = ("-m", "pls_analysis")
    run(windows, *pls, "sample", "--from", "2022-05", "--until", "2022-06")
    run(windows, *pls, "ingest", "--jobs", "2")
    assert (project.processed / "manifest.json").is_file()
    town = "310115004"
    run(windows, *pls, "run", "district_trends", "--areas", town, "--period", "2022-06",
        "--jobs", "1")  # fmt: skip
    made = sorted(path.suffix for path in (project.reports_dir / "2022-06").rglob(f"{town}*"))
    assert {".html", ".pdf"} <= set(made)
