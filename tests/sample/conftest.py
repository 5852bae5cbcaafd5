"""An invented district to make samples for: nothing here is any real place's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from projects import ROOT

from pls_analysis.project import Project, load_project
from pls_analysis.sample import SampleTruth, generate

HOME = "440199"
TOWNS = [
    ("440199001", "青榆街道", "街道", 0, 31),
    ("440199002", "白芦街道", "街道", 0, 24),
    ("440199003", "东溪口街道", "街道", 0, 40),
    ("440199101", "石渡镇", "镇", 18, 12),
    ("440199102", "南屏新镇", "镇", 27, 9),
    ("440199103", "柳泉镇", "镇", 11, 22),
    ("440199104", "云桥镇", "镇", 6, 3),
    ("440199105", "风铃镇", "镇", 14, 17),
]


def make_project(root: Path) -> Project:
    """Make a project for the invented district, with this repository's sample and forms."""
    config = root / "config"
    config.mkdir(parents=True)
    (root / "pls.toml").write_text(f'[project]\nhome = "{HOME}"\n', encoding="utf-8")
    shutil.copytree(ROOT / "config" / "forms", config / "forms")
    shutil.copytree(ROOT / "config" / "sample", config / "sample")
    lines = ["code,name,level,parent,kind,village_committees,residents_committees"]
    lines.append(f"{HOME},虚谷区,district,440100,,,")
    lines += [f"{code},{name},town,{HOME},{kind},{v},{r}" for code, name, kind, v, r in TOWNS]
    (config / "areas.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    villages = ["code,name,level,parent,kind"]
    for code, town, _, *counts in TOWNS:
        for kind, count, first in zip(("村委会", "居委会"), counts, (201, 1), strict=True):
            villages += [
                f"{code}{first + number:03d},{town[:2]}{number + 1}里{kind},village,{code},{kind}"
                for number in range(count)
            ]
    (config / "villages.csv").write_text("\n".join(villages) + "\n", encoding="utf-8")
    alias = "alias,code,valid_from,valid_until,confirmed_by,note\n东溪街道,440199003,,,测试,\n"
    (config / "aliases.csv").write_text(alias, encoding="utf-8")
    return load_project(root)


@pytest.fixture(scope="session")
def departments(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The invented district's project for its departments' forms."""
    return make_project(tmp_path_factory.mktemp("departments") / "project")


@pytest.fixture
def invented(tmp_path: Path) -> Project:
    """The invented district's project, without data."""
    return make_project(tmp_path / "invented")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, SampleTruth]:
    """Reports of the invented district's towns in 30 months, and the truth. Do not change it."""
    project = make_project(tmp_path_factory.mktemp("made") / "project")
    return project, generate(project, forms=["town_monthly"])
