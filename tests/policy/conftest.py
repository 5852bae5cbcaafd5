"""The project's own policy and area tree, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from pls_analysis.areas import AreaTree, load_areas
from pls_analysis.policy.catalogue import Catalogue
from pls_analysis.policy.loading import load_catalogue
from pls_analysis.project import load_project

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "config" / "policies" / "pudong-2021.yml")


@pytest.fixture(scope="session")
def tree() -> AreaTree:
    return load_areas(load_project(ROOT))
