"""A project to try things in: new workbooks, one unknown, and one's own project left as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

import pls_analysis as pls
from pls_analysis.areas import load_areas
from pls_analysis.explore.drafting import draft_form
from pls_analysis.ingest.pipeline import ingest
from pls_analysis.project import Project
from pls_analysis.sample import trial_project
from pls_analysis.sample.trial import COLUMNS, YEARBOOK, YEARS
from pls_analysis.store import Store


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_trying_changes_nothing_of_ones_own(project: Project):
    before = contents(project.root)
    trial = trial_project()
    assert trial.root != project.root
    assert contents(trial.config) == contents(project.config)
    assert contents(project.root) == before


def test_two_trials_are_the_same_to_the_byte(project: Project):
    first, second = trial_project(), trial_project()
    assert contents(first.raw) == contents(second.raw)
    names = sorted(contents(first.raw))
    assert names[-1] == YEARBOOK
    assert len([name for name in names if name.endswith(".xls")]) == 4
    assert len(names) == 9  # two towns', the hotline's and two more with a flash report each


def test_a_workbook_of_ones_own_comes_alone(project: Project, tmp_path: Path):
    own = tmp_path / "自己的.xlsx"
    own.write_bytes(b"mine")
    assert contents(trial_project(own).raw) == {"自己的.xlsx": b"mine"}
    with pytest.raises(FileNotFoundError):
        trial_project(tmp_path / "absent.xlsx")


def test_the_yearbook_goes_from_unknown_to_stored_figures(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    trial = trial_project()
    monkeypatch.setenv("PLS_PROJECT", str(trial.root))
    book = trial.raw / YEARBOOK
    found = pls.tables(book)
    towns = len(load_areas(trial).descendants(trial.home, "town"))
    assert len(found) == (towns + 1) * len(COLUMNS) * len(YEARS)
    ingest(trial, jobs=1)
    issues = Store(trial.processed).issues()
    assert "form_unknown" in set(issues.loc[issues["file"] == YEARBOOK, "code"])
    draft = draft_form(book, form="newcomer")
    assert draft.read == draft.figures == len(found)
    ingest(trial, jobs=1)
    issues = Store(trial.processed).issues()
    mine = issues[(issues["file"] == YEARBOOK) & (issues["severity"] != "info")]
    assert mine["code"].tolist() == ["sum_mismatch"]
    assert "its parts" in mine["message"].iloc[0]
    rows = Store(trial.processed).observations()
    rows = rows[rows["form"] == "newcomer"]
    assert rows["value"].sum() == found["value"].sum()
