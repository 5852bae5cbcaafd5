"""What tools write from the project's own files is what is committed; what they draft is sound."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from projects import ROOT

from pls_analysis.ingest.forms import load_forms
from pls_analysis.policies import catalogue as policy_of
from pls_analysis.project import load_project


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_data_dictionary_is_up_to_date():
    page = tool("build_dictionary").page(ROOT / "config" / "forms", load_project(ROOT).policy)
    written = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert written == page, "run `make docs`"


def section(page: str, head: str) -> list[str]:
    """The rows of the tables under a heading, without the tables' own heads."""
    lines = page.split(f"\n## {head}\n")[1].split("\n## ")[0].splitlines()
    return [line for line in lines if line.startswith("| `")]


def test_the_dictionary_says_what_the_policy_asks_for():
    page = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    project = load_project(ROOT)
    policy = policy_of(project)
    targets = section(page, "Targets")
    assert len(targets) == len(policy.targets)
    for row, one in zip(targets, sorted(policy.targets.values(), key=lambda one: one.task),
                        strict=True):  # fmt: skip
        said = [f"`{one.id}`", *one.name.values(), f" {one.clause} ", f"`{one.target}`"]
        said += [*one.reading.values(), *one.forms]
        assert [text for text in said if text not in row] == []
        assert all(level in row.split(" | ")[4] for level in one.judged_at or ("monitored",))
    indicators = section(page, "Indicators")
    for row, one in zip(indicators, policy.indicators.values(), strict=True):
        assert [term for term in (*one.numerator, *one.denominator) if f"`{term}`" not in row] == []
    unused = {row.split("`")[1] for row in section(page, "Measures without an indicator")}
    delivered = {name for form in load_forms(project.config / "forms") for name in form.measures}
    assert unused == delivered - policy.measures.keys()


def test_links_within_the_dictionary_resolve():
    page = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ ([A-Z][A-Za-z ]*)$", page, re.MULTILINE)
    anchors = {*re.findall(r'<a id="(\w+)">', page)}
    anchors |= {heading.lower().replace(" ", "-") for heading in headings}
    links = set(re.findall(r"\]\(#([^)]+)\)", page))
    assert len(links) > 15
    assert links - anchors == set()


FOLDERS = [ROOT / "config" / "forms", *sorted((ROOT / "examples").glob("*/config/forms"))]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.parent.name)
def test_the_dictionary_of_any_project_names_every_measure_once_per_form(folder: Path):
    page = tool("build_dictionary").page(folder)
    for form in load_forms(folder):
        for measure in form.measures.values():
            assert f"| `{measure.id}` | {measure.name['zh']}<br>{measure.name['en']}" in page
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {3, 6}


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=str)
def test_every_notebook_has_a_small_picture_and_a_word_in_the_readme(notebook: Path):
    readme = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    picture = ROOT / "docs" / "img" / f"{notebook.stem}.png"
    assert f"## `{notebook.stem}`" in readme
    assert f"../docs/img/{notebook.stem}.png" in readme
    assert picture.stat().st_size <= 150_000


def test_drafted_tiles_keep_neighbours_together_and_north_above():
    drafting = tool("draft_tiles")
    places = {
        f"{lat}{lon}": (121.0 + lon * 0.05 + lat * 0.003, 31.0 + lat * 0.05)
        for lat in range(4)
        for lon in range(4)
    }
    tiles = drafting.draft(places, 5, 5)
    assert len(set(tiles.values())) == len(places)
    assert tiles == drafting.draft(places, 5, 5)
    for lat in range(4):
        for lon in range(3):
            (row, column), (beside, east) = tiles[f"{lat}{lon}"], tiles[f"{lat}{lon + 1}"]
            assert east > column
            assert abs(beside - row) <= 1
    assert all(tiles[f"3{lon}"][0] < tiles[f"0{lon}"][0] for lon in range(4))
    with pytest.raises(ValueError, match="16 places do not fit on 3 × 5 tiles"):
        drafting.draft(places, 3, 5)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("上钢新村街道", "上钢"),
        ("浦兴路街道", "浦兴"),
        ("川沙新镇", "川沙"),
        ("唐镇", "唐镇"),
        ("南汇新城镇", "南汇新城"),
    ],
)
def test_short_names_keep_two_characters(name: str, short: str):
    assert tool("draft_tiles").short_name(name) == short
