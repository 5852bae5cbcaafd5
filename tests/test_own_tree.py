"""A project with an area tree of its own: its levels, its root, and no area of the package."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pls_analysis.areas import AreaTree, UnknownArea, load_areas
from pls_analysis.batch.plan import areas_at
from pls_analysis.configs import ConfigError
from pls_analysis.ingest.forms import load_forms
from pls_analysis.project import Project, load_project

PLS_TOML = """
[project]
home = "isle"
lang = "en"

[levels]
nation = {en = "nation"}
region = {en = "region", zh = "大区"}
court = {}

[reports.district_trends]
level = "region"
"""
AREAS = """code,name,level,parent
isle,The Isle,nation,
north,North,region,isle
south,South,region,isle
n1,Old Town,court,north
s1,Old Town,court,south
s2,South,court,south
"""


def project(folder: Path, toml: str = PLS_TOML, areas: str = AREAS) -> Project:
    (folder / "config").mkdir(exist_ok=True)
    (folder / "pls.toml").write_text(toml, encoding="utf-8")
    (folder / "config" / "areas.csv").write_text(areas, encoding="utf-8")
    return load_project(folder)


@pytest.fixture
def tree(tmp_path: Path) -> AreaTree:
    return load_areas(project(tmp_path))


def test_it_is_the_whole_tree(tree: AreaTree) -> None:
    assert [area.code for area in tree] == ["isle", "north", "n1", "south", "s1", "s2"]
    assert tree.levels == ("nation", "region", "court")
    assert [area.code for area in tree.descendants("isle", "court")] == ["n1", "s1", "s2"]
    assert [area.code for area in tree.peers("north")] == ["north", "south"]


NAMES = [
    ("The Isle", None, "isle"),
    ("Old Town", "north", "n1"),
    ("Old Town", "south", "s1"),
    ("OldTown", "south", "s1"),
    ("South", "isle", "south"),  # among equals the higher level wins
    ("South", "south", "s2"),  # in a list of what lies under an area, a part before the whole
    ("s2", None, "s2"),
]


@pytest.mark.parametrize(("name", "within", "code"), NAMES)
def test_names(tree: AreaTree, name: str, within: str | None, code: str) -> None:
    assert tree.resolve(name, within).code == code


@pytest.mark.parametrize("name", ["中国", "110000", "Old Town Hall", "old town"])
def test_nothing_else_has_a_name(tree: AreaTree, name: str) -> None:
    with pytest.raises(UnknownArea):
        tree.resolve(name)


def test_reports_go_by_its_levels(tree: AreaTree) -> None:
    day = dt.date(2025, 12, 31)
    for level, codes in (("court", ["n1", "s1", "s2"]), ("region", ["north", "south"]),
                         ("nation", ["isle"])):  # fmt: skip
        assert [area.code for area in areas_at(tree, "isle", level, day)] == codes


FAULTS = [
    (PLS_TOML, AREAS.replace("n1,Old Town,court", "n1,Old Town,district"), "district"),
    (PLS_TOML, AREAS.replace("region,isle", "region,"), "the parent is missing"),
    (PLS_TOML.replace('home = "isle"', 'home = "100000"'), AREAS, "is no area of the tree"),
    (PLS_TOML.replace('level = "region"', 'level = "town"'), AREAS, 'unknown level "town"'),
    (PLS_TOML.replace("{}", '{fr = "cour"}'), AREAS, 'unknown key "fr"'),
    (PLS_TOML.replace("court = {}", "court = 3"), AREAS, "must be a table"),
]


@pytest.mark.parametrize(("toml", "areas", "message"), FAULTS)
def test_faults_are_named(tmp_path: Path, toml: str, areas: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_areas(project(tmp_path, toml, areas))


def test_senders_are_of_its_levels(tmp_path: Path) -> None:
    spec = "form: a\nsender: court\nrhythm: month\nmatch: {title: A}\n"
    spec += "measures:\n  a: {unit: 件, labels: [a]}\n"
    (tmp_path / "a.yml").write_text(spec, encoding="utf-8")
    (form,) = load_forms(tmp_path, ("nation", "court"))
    assert form.sender == "court"
    with pytest.raises(ConfigError, match="level in `sender:`"):
        load_forms(tmp_path)
