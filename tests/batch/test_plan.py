"""Which reports a batch makes, for which areas and period, and where they go."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from stores import fill, observation

from pls_analysis.areas import Area, AreaTree
from pls_analysis.batch.plan import (
    PlanError,
    Report,
    find_notebooks,
    notebook_title,
    plan_reports,
    safe_name,
)
from pls_analysis.periods import parse_period
from pls_analysis.project import Project, load_project
from pls_analysis.store import Store, StoreError


def plan(project: Project, tree: AreaTree, *notebooks: str, **asked):
    return plan_reports(project, tree, notebooks, **({"period": "2022-06"} | asked))


def problems_of(project: Project, tree: AreaTree, *notebooks: str, **asked) -> str:
    with pytest.raises(PlanError) as caught:
        plan(project, tree, *notebooks, **asked)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return str(caught.value)


def test_one_report_for_each_area_and_language(project: Project, tree: AreaTree, store: Store):
    made = plan(project, tree, "ok", areas=["310115004", "陆家嘴街道"], langs=["zh", "en"])
    assert [(one.area, one.name, one.lang) for one in made.reports] == [
        ("310115004", "潍坊新村街道", "zh"),
        ("310115004", "潍坊新村街道", "en"),
        ("310115005", "陆家嘴街道", "zh"),
        ("310115005", "陆家嘴街道", "en"),
    ]
    report = made.reports[1]
    assert report.parameters == {"area": "310115004", "period": "2022-06", "lang": "en"}
    assert report.id == "ok/310115004-潍坊新村街道.en"
    folder = project.reports_dir / "2022-06"
    assert report.outputs == {
        "html": folder / "ok" / "310115004-潍坊新村街道.en.html",
        "pdf": folder / "ok" / "310115004-潍坊新村街道.en.pdf",
        "xlsx": folder / "ok" / "310115004-潍坊新村街道.en.xlsx",
    }
    assert report.failed == folder / "failed" / "ok" / "310115004-潍坊新村街道.en.ipynb"


def test_all_are_the_listed_reports_with_areas_of_their_level(project: Project, tree: AreaTree):
    towns = [one.code for one in tree.descendants(project.home, "town", at=dt.date(2022, 6, 30))]
    fill(project, [observation(code, "2022-06") for code in (*towns, "310115")])
    made = plan(project, tree, "all")
    assert [one.area for one in made.reports if one.notebook.stem == "ok"] == towns
    own = [one for one in made.reports if one.notebook.stem == "fails_for_one"]
    assert [one.area for one in own] == ["310115"]
    assert len(made.reports) == len(towns) + 1
    assert made.silent == ()


def test_an_area_of_which_only_others_file_is_left_out_and_named(project: Project, tree: AreaTree):
    listed = 'level = "town"\nmeasures = ["mediation_accepted"]'
    file = project.root / "pls.toml"
    text = file.read_text(encoding="utf-8").replace('level = "town"', listed)
    file.write_text(text, encoding="utf-8")
    project = load_project(project.root)
    fill(
        project,
        [
            observation("310115004", "2022-06"),
            observation("310115005", "2022-06", measure="lawyers", form="lawyers_quarterly"),
        ],
    )
    made = plan(project, tree, "ok")
    assert [one.area for one in made.reports] == ["310115004"]
    assert "310115005" in {one.code for one in made.silent}


def test_areas_without_any_figure_are_left_out_and_named(
    project: Project, tree: AreaTree, store: Store
):
    made = plan(project, tree, "ok")
    assert [one.area for one in made.reports] == ["310115004", "310115005"]
    towns = tree.descendants(project.home, "town", at=dt.date(2022, 6, 30))
    assert {one.code for one in made.silent} == {one.code for one in towns} - {
        "310115004",
        "310115005",
    }


def test_an_area_named_by_the_caller_is_kept_without_figures(
    project: Project, tree: AreaTree, store: Store
):
    assert [one.area for one in plan(project, tree, "ok", areas=["310115007"]).reports] == [
        "310115007"
    ]


def test_nothing_to_make_is_said(project: Project, tree: AreaTree):
    fill(project, [observation("440103", "2022-06")])
    assert "no figure of any of these areas" in problems_of(project, tree, "ok")


def test_areas_are_those_of_the_time(project: Project, tree: AreaTree):
    """南汇 was a district of its own until 2009."""
    fill(project, [observation("310119", "2008-06")])
    made = plan(project, tree, "ok", areas=["南汇区"], period="2008-06")
    assert [one.area for one in made.reports] == ["310119"]
    assert "existed until 2009" in problems_of(project, tree, "ok", areas=["南汇区"])


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        pytest.param({"notebooks": ["okk"]}, 'unknown notebook "okk" (did you mean "ok"?)',
                     id="notebook"),
        pytest.param({"notebooks": ["no_parameters"]},
                     'no_parameters.ipynb: no cell is tagged "parameters"', id="no parameters"),
        pytest.param({"notebooks": ["no_language"]},
                     "no_language.ipynb: it does not say its language", id="no language"),
        pytest.param({"notebooks": ["misspelt_parameter"]},
                     '"period" (did you mean "peroid"?)', id="misspelt parameter"),
        pytest.param({"notebooks": ["dies"]}, 'no level for "all" areas of dies', id="no level"),
        pytest.param({"areas": ["310115999"]}, '"310115999"', id="area"),
        pytest.param({"areas": ["陆家嘴街"]}, "陆家嘴街道 (310115005)", id="area name"),
        pytest.param({"period": "2022-13"}, "write a month as 2022-06", id="period"),
        pytest.param({"langs": ["fr"]}, 'unknown language "fr"', id="language"),
        pytest.param({"formats": ["docx"]}, 'unknown format "docx"', id="format"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(
    project: Project, tree: AreaTree, store: Store, asked: dict, words: str
):
    notebooks = asked.pop("notebooks", ["ok"])
    assert words in problems_of(project, tree, *notebooks, **asked)


def test_all_that_is_wrong_is_said_at_once(project: Project, tree: AreaTree, store: Store):
    said = problems_of(
        project, tree, "okk", "no_parameters", areas=["nowhere"], langs=["fr"], formats=["docx"]
    )
    for word in ("okk", "no_parameters", "nowhere", "fr", "docx"):
        assert word in said


def test_a_file_that_is_no_notebook(project: Project, tree: AreaTree, store: Store):
    (project.root / "notebooks" / "notes.ipynb").write_text("area,period\n", encoding="utf-8")
    assert "notes.ipynb: not a notebook" in problems_of(project, tree, "notes", areas=["310115"])


def test_a_notebook_may_be_given_as_a_file(
    project: Project, tree: AreaTree, store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(project.root / "notebooks")
    (report,) = plan(project, tree, "dies.ipynb", areas=["310115004"]).reports
    assert report.notebook == project.root / "notebooks" / "dies.ipynb"


def test_nothing_ingested(project: Project, tree: AreaTree):
    with pytest.raises(StoreError, match="pls ingest"):
        plan(project, tree, "ok")


# -- latest ------------------------------------------------------------------------------------

YEARS = {"period_start": pd.Timestamp(2021, 1, 1), "period_end": pd.Timestamp(2021, 12, 31)}


@pytest.mark.parametrize(
    ("today", "rows", "period"),
    [
        pytest.param("2022-08-01", [("2022-05", {}), ("2022-06", {})], "2022-06", id="newest"),
        pytest.param("2022-07-01", [("2022-06", {}), ("2022-07", {})], "2022-06", id="not over"),
        pytest.param("2022-06-30", [("2022-05", {}), ("2022-06", {})], "2022-05", id="last day"),
        pytest.param("2023-05-05", [("2021-12", YEARS)], "2021", id="a yearbook"),
        pytest.param("2022-05-05", [("2021-12", YEARS), ("2021-12", {})], "2021-12", id="month"),
    ],
)
def test_latest(project: Project, tree: AreaTree, today: str, rows: list, period: str):
    made = [
        observation("310115004", month, basis=basis, **other)
        for basis, (month, other) in zip(("flow", "cumulative"), rows, strict=False)
    ]
    fill(project, made)
    asked = {"period": "latest", "today": dt.date.fromisoformat(today)}
    assert str(plan(project, tree, "ok", **asked).period) == period


def test_latest_of_a_store_with_only_later_figures(project: Project, tree: AreaTree, store: Store):
    asked = {"period": "latest", "today": dt.date(2022, 5, 15)}
    assert "no figures up to 2022-04-30" in problems_of(project, tree, "ok", **asked)


# -- names of files ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("川沙新镇", "川沙新镇"),
        ("A/B\\C", "A_B_C"),
        ('"X": <y>?*|', "_X__ _y____"),
        ("ends with a dot. ", "ends with a dot"),
        ("../../etc", "_.._etc"),
        ("一\u200b二\n三", "一二_三"),
        ("e\u0301", "é"),
        ("...", "_"),
        ("", "_"),
        ("长" * 100, "长" * 60),
    ],
)
def test_safe_names(name: str, safe: str):
    assert safe_name(name) == safe


def test_areas_of_one_name_get_files_of_their_own(project: Project, store: Store):
    tree = AreaTree(
        [
            Area("310115", "区", "district", ""),
            Area("310115004", "新村", "town", "310115"),
            Area("310115005", "新村", "town", "310115"),
        ]
    )
    assert [one.id for one in plan(project, tree, "ok").reports] == [
        "ok/310115004-新村.zh",
        "ok/310115005-新村.zh",
    ]


def test_files_that_would_overwrite_each_other_are_refused(project: Project):
    """Windows and macOS make no difference between upper and lower case."""
    fill(project, [observation(code, "2022-06") for code in ("a1", "A1")])
    tree = AreaTree(
        [
            Area("310115", "区", "district", ""),
            Area("a1", "Xincun", "town", "310115"),
            Area("A1", "XINCUN", "town", "310115"),
        ]
    )
    said = problems_of(project, tree, "ok")
    assert "A1 XINCUN" in said
    assert "a1 Xincun" in said


# -- where notebooks are -----------------------------------------------------------------------


def test_a_project_inside_another_uses_its_notebooks(project: Project, tmp_path: Path):
    inner = project.root / "examples" / "yearbook"
    inner.mkdir(parents=True)
    (inner / "pls.toml").write_text('[project]\nhome = "440000"\n', encoding="utf-8")
    found = find_notebooks(load_project(inner))
    assert found["ok"] == project.root / "notebooks" / "ok.ipynb"


@pytest.mark.parametrize(
    ("metadata", "heading", "title"),
    [
        ({}, "# 趋势\n\n正文", "趋势"),
        ({}, "没有标题", "own"),
        ({"title": "简报"}, "# 趋势", "简报"),
        ({"titles": {"zh": "趋势", "en": "Trends"}, "title": "简报"}, "# x", "Trends"),
        ({"titles": {"zh": "趋势"}}, "# x", "x"),
    ],
)
def test_what_a_notebook_is_called(tmp_path: Path, metadata: dict, heading: str, title: str):
    cells = [nbformat.v4.new_markdown_cell(heading)]
    book = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.write(book, tmp_path / "own.ipynb")
    assert notebook_title(tmp_path / "own.ipynb", "en") == title


def test_a_report_is_a_value(project: Project):
    one, other = (
        Report(Path("a.ipynb"), "A", "1", "x", parse_period("2022-06"), "zh", ("pdf",), Path("r"))
        for _ in range(2)
    )
    assert one == other
    assert hash(one) == hash(other)
