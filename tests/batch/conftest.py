"""A project in a temporary folder: real areas, a small store, and notebooks made for one case."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from projects import ROOT
from stores import fill, observation

from pls_analysis.areas import AreaTree, load_areas
from pls_analysis.project import Project, load_project
from pls_analysis.store import Store

NOTEBOOKS = Path(__file__).parent / "notebooks"
PLS_TOML = """\
[project]
home = "310115"
name = "测试"

[masthead]
org = "测试局"
title = "监测简报"

[reports.ok]
level = "town"

[reports.fails_for_one]
level = "district"
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with config/ of this repository and the notebooks of this folder."""
    root = tmp_path / "project"
    (root / "config").mkdir(parents=True)
    for name in ("areas.csv", "aliases.csv"):
        shutil.copy(ROOT / "config" / name, root / "config" / name)
    shutil.copytree(NOTEBOOKS, root / "notebooks")
    (root / "pls.toml").write_text(PLS_TOML, encoding="utf-8")
    return load_project(root)


@pytest.fixture
def tree(project: Project) -> AreaTree:
    return load_areas(project)


@pytest.fixture
def store(project: Project) -> Store:
    """Two towns with two months each."""
    return fill(
        project,
        [
            observation(area, month)
            for area in ("310115004", "310115005")
            for month in ("2022-05", "2022-06")
        ],
    )
