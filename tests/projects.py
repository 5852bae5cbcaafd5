"""Temporary projects with this repository's configuration, for tests and for `make notebooks`."""

from __future__ import annotations

import shutil
from pathlib import Path

from pls_analysis.project import Project, load_project

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


def fixed_sample(target: Path) -> Project:
    """Make the project that the committed notebooks' outputs come from.

    It holds what `pls sample` writes when nothing else is asked for, ingested.
    """
    from pls_analysis import sample
    from pls_analysis.ingest.pipeline import ingest

    project = copy_project(target)
    sample.generate(project, project.raw)
    ingest(project)
    return project
