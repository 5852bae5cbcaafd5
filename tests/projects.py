"""Temporary projects with this repository's configuration, for tests and for `make notebooks`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from pls_analysis.project import Project, load_project
from pls_analysis.sample import SampleTruth, generate
from pls_analysis.store import (
    FILES,
    SUBMISSIONS,
    Store,
    empty_observations,
    issues_frame,
)
from pls_analysis.store_versions import write_store

ROOT = Path(__file__).resolve().parent.parent


def copy_project(target: Path) -> Project:
    """Make a project of the repository's configuration and notebooks, without any data."""
    for folder in ("data/raw", "reports"):
        (target / folder).mkdir(parents=True)
    shutil.copy(ROOT / "pls.toml", target)
    shutil.copytree(ROOT / "config", target / "config")
    ignored = shutil.ignore_patterns(".ipynb_checkpoints")
    shutil.copytree(ROOT / "notebooks", target / "notebooks", ignore=ignored)
    return load_project(target)


def fixed_sample(target: Path) -> tuple[Project, SampleTruth]:
    """Make the project that the committed notebooks' outputs come from, with the truth behind it.

    It holds what `pls sample` writes when nothing else is asked for, ingested.
    """
    from pls_analysis.ingest.pipeline import ingest

    project = copy_project(target)
    truth = generate(project, project.raw)
    ingest(project)
    return project, truth


def store_of(project: Project, observations: pd.DataFrame, **facts) -> Store:
    """Write a store with these observations, as if read from files that it does not name."""
    none = {"submissions": SUBMISSIONS, "files": FILES}
    tables = {
        "observations": observations,
        "superseded": empty_observations(),
        "issues": issues_frame([]),
        **{name: schema.empty_table().to_pandas(date_as_object=False)
           for name, schema in none.items()},
    }  # fmt: skip
    write_store(project.processed, tables, {"synthetic": True, **facts})
    return Store(project.processed)
