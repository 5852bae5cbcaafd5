"""A project in a temporary folder: real areas, a small store, and notebooks made for one case."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pandas as pd
import pytest

from pls_analysis.areas import AreaTree, load_areas
from pls_analysis.observations import (
    COLUMNS,
    FILES,
    SUBMISSIONS,
    Store,
    empty_observations,
    issues_frame,
    write_store,
)
from pls_analysis.project import Project, load_project

REPOSITORY = Path(__file__).resolve().parents[2]
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
EXPORTERS = {"html": "fake_exporters.PlainExporter", "pdf": "fake_exporters.BytesExporter"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with config/ of this repository and the notebooks of this folder."""
    root = tmp_path / "project"
    (root / "config").mkdir(parents=True)
    for name in ("areas.csv", "aliases.csv"):
        shutil.copy(REPOSITORY / "config" / name, root / "config" / name)
    shutil.copytree(NOTEBOOKS, root / "notebooks")
    (root / "pls.toml").write_text(PLS_TOML, encoding="utf-8")
    return load_project(root)


@pytest.fixture
def tree(project: Project) -> AreaTree:
    return load_areas(project)


def observation(area: str, month: str, value: float = 1.0, **other) -> dict:
    """One observation of a month; what is not given is the same for all."""
    start = dt.date.fromisoformat(f"{month}-01")
    end = (start + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return dict.fromkeys(COLUMNS, "") | {
        "measure": "mediation_accepted", "area": area, "breakdown": "total",
        "period_start": pd.Timestamp(start), "period_end": pd.Timestamp(end),
        "basis": "flow", "value": value, "unit": "件", "form": "town_monthly",
        "submission": f"s-{area}-{month}", "sheet": "月报", "cell": "C5", "raw": f"{value:g}",
    } | other  # fmt: skip


def fill(project: Project, rows: list[dict], **facts) -> Store:
    """Write a store with these observations."""
    observations = pd.DataFrame(rows, columns=COLUMNS) if rows else empty_observations()
    none = {"submissions": SUBMISSIONS, "files": FILES}
    empty = {
        name: schema.empty_table().to_pandas(date_as_object=False) for name, schema in none.items()
    }
    tables = {
        "observations": observations,
        "superseded": empty_observations(),
        "issues": issues_frame([]),
        **empty,
    }
    write_store(project.processed, tables, {"synthetic": True, **facts})
    return Store(project.processed)


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
