"""Finding a project and reading its pls.toml."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from pls_analysis.configs import ConfigError
from pls_analysis.project import Project, Report, find_project, load_project

DATA = Path(__file__).parent / "data" / "project"
MINIMAL = '[project]\nhome = "440100"\n'


@pytest.fixture(autouse=True)
def _no_project_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLS_PROJECT", raising=False)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)


def project_in(folder: Path, text: str = MINIMAL) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pls.toml").write_text(text, encoding="utf-8")
    return folder


def test_defaults(tmp_path: Path) -> None:
    project = load_project(project_in(tmp_path / "甲区"))
    root = tmp_path / "甲区"
    assert project == Project(
        root=root,
        home="440100",
        name="甲区",
        lang="zh",
        raw=root / "data" / "raw",
        processed=root / "data" / "processed",
        reports_dir=root / "reports",
        config=root / "config",
        policy=None,
        mastheads=project.mastheads,
    )
    assert project.masthead == {
        "org": "",
        "title": "",
        "issue": "",
        "office": "",
        "imprint": [],
        "contact": "",
    }


FULL = """
[project]
home = "440100"
name = "广州"
lang = "en"
policy = "config/policies/plan.yml"
raw = "inbox"
processed = "store"
reports = "out"

[thresholds]
suppress_below_people = 10

[masthead]
org = "Bureau"
issue = "No. {number} of {year}"
imprint = ["a", "b"]

[masthead.zh]
org = "司法局"
issue = "{year}年第{number}期"

[reports.district_trends]
level = "district"
measures = ["births", "deaths"]

[reports.data_quality]
level = "city"
"""


def test_everything_set(tmp_path: Path) -> None:
    project = load_project(project_in(tmp_path, FULL))
    assert (project.lang, project.name) == ("en", "广州")
    assert project.policy == tmp_path / "config" / "policies" / "plan.yml"
    assert (project.raw, project.processed) == (tmp_path / "inbox", tmp_path / "store")
    assert project.reports_dir == tmp_path / "out"
    assert project.thresholds == {"suppress_below_people": 10}
    assert project.reports == {
        "district_trends": Report("district_trends", "district", ("births", "deaths")),
        "data_quality": Report("data_quality", "city"),
    }
    assert project.masthead["org"] == "Bureau"
    assert project.masthead_in("zh")["org"] == "司法局"
    assert project.masthead_in("zh")["imprint"] == ["a", "b"], "what zh leaves out is taken over"
    assert project.issue(2022, 6) == "No. 6 of 2022"
    assert project.issue(2022, 6, "zh") == "2022年第6期"


def test_unspoken_language_of_the_masthead(tmp_path: Path) -> None:
    project = load_project(project_in(tmp_path))
    with pytest.raises(ValueError, match='unknown language "fr"'):
        project.masthead_in("fr")


def test_project_crosses_processes(tmp_path: Path) -> None:
    project = load_project(project_in(tmp_path, FULL))
    assert pickle.loads(pickle.dumps(project)) == project


@pytest.mark.parametrize("below", [".", "notebooks", "data/raw/2022"])
def test_found_upwards_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    project_in(tmp_path)
    (tmp_path / below).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(tmp_path / below)
    assert find_project().root == tmp_path


def test_environment_beats_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, named = project_in(tmp_path / "here"), project_in(tmp_path / "named")
    monkeypatch.chdir(here)
    monkeypatch.setenv("PLS_PROJECT", str(named))
    assert find_project().root == named
    assert find_project(here).root == here, "a start that is given beats the environment"


def test_notebook_folder_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = project_in(tmp_path / "named")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("JPY_SESSION_NAME", str(named / "notebooks" / "district_trends.ipynb"))
    assert find_project().root == named


def test_environment_names_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLS_PROJECT", str(tmp_path))
    with pytest.raises(ConfigError, match=r"PLS_PROJECT names .*no pls\.toml in that folder"):
        find_project()


def test_no_project_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"no pls\.toml in .* or above it; .*PLS_PROJECT"):
        find_project()


@pytest.mark.parametrize(
    ("case", "problems"),
    [
        (
            "unknown_keys",
            [
                'unknown section "threshold" (did you mean "thresholds"?)',
                '[project] unknown key "langauge" (did you mean "lang"?)',
                '[masthead] unknown key "titel" (did you mean "title"?)',
                '[reports.district_trends] unknown key "measure" (did you mean "measures"?)',
                '[reports.district_trends] unknown level "towns" (did you mean "town"?)',
            ],
        ),
        (
            "wrong_types",
            [
                "[project] home must be text, not 900101",
                '[project] lang: unknown language "fr" (known are: zh, en)',
                "[thresholds] suppress_below_people must be a number, not True",
                "[masthead] imprint must be a list of texts, not '报：领导'",
                '[masthead] issue: unknown field "no" (known are: year, number)',
                "[reports.district_trends] must be a table",
                "[reports.town_brief] measures must be a list of texts, not 'mediation_accepted'",
                "[reports.town_brief] level is missing: "
                "one of country, province, city, district, town, village, zone",
            ],
        ),
        ("no_project_section", ["the section [project] is missing"]),
        (
            "no_home",
            ['[project] home is missing: the code of the home area, such as "440100"'],
        ),
        ("not_toml", ["not valid TOML: Invalid value (at line 3, column 8)"]),
        (
            "issue_brace",
            ["[masthead] issue \"{year年第{number}期\": unexpected '{' in field name"],
        ),
        (
            "not_utf8",
            [
                'not UTF-8 text (byte 34); save it as "CSV UTF-8" or with the encoding UTF-8',
            ],
        ),
    ],
)
def test_broken_file(case: str, problems: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load_project(DATA / case)
    assert list(caught.value.problems) == [f"{case}/pls.toml: {text}" for text in problems]


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"pls\.toml: there is no such file"):
        load_project(tmp_path)


def test_own_project_is_sound() -> None:
    project = load_project(Path(__file__).parents[1])
    trends = project.reports["district_trends"]
    assert trends.level == "town"
    assert trends.measures == (
        "mediation_accepted",
        "mediation_succeeded",
        "legal_consultations",
        "adviser_visits",
        "legal_checkups",
        "publicity_events",
    )
    for lang in ("zh", "en"):
        masthead = project.masthead_in(lang)
        assert all(masthead.values()), f"{lang}: each part of the masthead is set"
        assert "2022" in project.issue(2022, 6, lang)
    assert project.issue(2022, 6, "zh") == "2022年第6期"
