"""Projects to test in. Nothing here or in a test touches the data of the person who runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

os.environ.setdefault("MPLBACKEND", "agg")

from projects import ROOT, copy_project, fixed_sample

from pls_analysis.project import Project
from pls_analysis.sample import SampleTruth

REAL = "PLS_REAL"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(autouse=True)
def _no_project_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A project named by whoever runs the tests must not decide how they end."""
    monkeypatch.delenv("PLS_PROJECT", raising=False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A temporary project with this repository's configuration; PLS_PROJECT points there."""
    made = copy_project(tmp_path / "project")
    monkeypatch.setenv("PLS_PROJECT", str(made.root))
    return made


@pytest.fixture(scope="session")
def sample_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a small sample, ingested: three months of every town. Do not change it.

    Each xdist worker makes its own. Use `inside_sample` where PLS_PROJECT has to point there.
    """
    from pls_analysis import sample
    from pls_analysis.ingest.pipeline import ingest

    made = copy_project(tmp_path_factory.mktemp("sample") / "project")
    sample.generate(made, made.raw, seed=1, start="2022-01", until="2022-03")
    ingest(made, jobs=2)
    return made


@pytest.fixture(scope="session")
def whole_sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, SampleTruth]:
    """The whole sample that the committed notebooks show: slow to make, so ask for it rarely."""
    return fixed_sample(tmp_path_factory.mktemp("fixed") / "project")


@pytest.fixture
def inside_sample(sample_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The small sample project, with PLS_PROJECT pointing there."""
    monkeypatch.setenv("PLS_PROJECT", str(sample_project.root))
    return sample_project


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real published workbooks: PLS_REAL, else shared/real beside the repository."""
    folder = Path(os.environ.get(REAL) or ROOT.parent / "shared" / "real")
    if not folder.is_dir():
        pytest.skip(f"no real workbooks in {folder} (name their folder in {REAL})")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Path:
    """A Chromium that starts, for playwright's `executable_path`."""
    for name in BROWSERS:
        found = shutil.which(name)
        if (
            found
            and subprocess.run([found, "--version"], check=False, capture_output=True).returncode
            == 0
        ):
            return Path(found)
    pytest.skip(f"no Chromium on this machine (looked for {', '.join(BROWSERS)})")
