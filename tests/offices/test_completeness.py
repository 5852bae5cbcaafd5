"""Who has sent what, for a period of any length."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from pls_analysis.areas import Area, AreaTree
from pls_analysis.ingest.forms import Form, load_forms
from pls_analysis.observations import COLUMNS
from pls_analysis.offices.completeness import Filing, completeness, due_periods
from pls_analysis.periods import parse_period
from pls_analysis.store import (
    FILES,
    SUBMISSIONS,
    Store,
    empty_observations,
    issues_frame,
)
from pls_analysis.store_versions import write_store

SPEC = """\
form: {form}
sender: {sender}
rhythm: {rhythm}
{more}
match: {{title: 月报}}
measures:
  cases: {{unit: 件, labels: [件数]}}
"""
HOME = "990101"


def form(tmp_path: Path, name="monthly", sender="town", rhythm="month", more="") -> Form:
    folder = tmp_path / name
    folder.mkdir(parents=True)
    spec = SPEC.format(form=name, sender=sender, rhythm=rhythm, more=more)
    (folder / f"{name}.yml").write_text(spec, encoding="utf-8")
    (loaded,) = load_forms(folder)
    return loaded


@pytest.fixture
def tree() -> AreaTree:
    return AreaTree(
        [
            Area(HOME, "区", "district", ""),
            Area("990101001", "甲镇", "town", HOME),
            Area("990101002", "乙镇", "town", HOME),
            Area("990101003", "旧镇", "town", HOME, valid_until=dt.date(2022, 5, 31)),
            Area("990101004", "开发区", "zone", HOME),
        ]
    )


def filed(office: str, month: str, declared: str | None, cells: int) -> tuple[dict, list[dict]]:
    """One submission, and its observations; the last cell holds a mark instead of a figure."""
    start = pd.Timestamp(f"{month}-01")
    name = f"{office}-{month}-{declared}"
    period = {"period_start": start, "period_end": start + pd.offsets.MonthEnd(0)}
    submission = dict.fromkeys(SUBMISSIONS.names, "") | period | {
        "submission": name, "path": f"{name}.xlsx", "form": "monthly", "office": office,
        "declared": pd.Timestamp(declared) if declared else pd.NaT, "synthetic": False,
    }  # fmt: skip
    figures = [
        dict.fromkeys(COLUMNS, "") | period | {
            "measure": f"m{number}", "area": office, "basis": "flow", "submission": name,
            "value": float("nan") if number == cells else 1.0,
        }
        for number in range(cells + 1)
    ]  # fmt: skip
    return submission, figures


@pytest.fixture
def store(tmp_path: Path) -> Store:
    sent = [
        filed("990101001", "2022-06", "2022-07-10", cells=4),
        filed("990101001", "2022-05", "2022-06-11", cells=3),
        filed("990101002", "2022-06", None, cells=2),
    ]
    observations = pd.DataFrame([row for _, rows in sent for row in rows], columns=COLUMNS)
    submissions = pd.DataFrame([one for one, _ in sent], columns=SUBMISSIONS.names)
    tables = {
        "observations": observations, "superseded": empty_observations(),
        "issues": issues_frame([]), "submissions": submissions,
        "files": FILES.empty_table().to_pandas(date_as_object=False),
    }  # fmt: skip
    write_store(tmp_path / "processed", tables, {})
    return Store(tmp_path / "processed")


def test_a_month(store: Store, tree: AreaTree, tmp_path: Path):
    found = completeness(store, [form(tmp_path)], tree, HOME, parse_period("2022-06"))
    assert found == [
        Filing("monthly", "990101001", "甲镇", "2022-06", True, True, dt.date(2022, 7, 10), 4, 4,
               "990101001-2022-06-2022-07-10.xlsx"),
        Filing("monthly", "990101002", "乙镇", "2022-06", True, None, None, 2, 4,
               "990101002-2022-06-None.xlsx"),
    ]  # fmt: skip


def test_a_month_before_a_town_was_merged(store: Store, tree: AreaTree, tmp_path: Path):
    found = completeness(store, [form(tmp_path)], tree, HOME, parse_period("2022-05"))
    assert [(one.name, one.received, one.on_time, one.cells_filled) for one in found] == [
        ("甲镇", True, False, 3), ("乙镇", False, None, 0), ("旧镇", False, None, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(("days", "on_time"), [(10, False), (11, True)])
def test_days_to_file(store: Store, tree: AreaTree, tmp_path: Path, days: int, on_time: bool):
    found = completeness(store, [form(tmp_path)], tree, HOME, parse_period("2022-05"), days)
    assert found[0].on_time is on_time


def test_a_monthly_form_is_due_three_times_in_a_quarter(
    store: Store, tree: AreaTree, tmp_path: Path
):
    found = completeness(store, [form(tmp_path)], tree, HOME, parse_period("2022-Q2"))
    assert [(one.period, one.name) for one in found if one.received] == [
        ("2022-05", "甲镇"), ("2022-06", "甲镇"), ("2022-06", "乙镇"),
    ]  # fmt: skip
    assert len(found) == 3 + 3 + 2


def test_a_form_of_two_tables_is_owed_once(store: Store, tree: AreaTree, tmp_path: Path):
    tables = [form(tmp_path / one) for one in ("first", "second")]
    once = completeness(store, tables[:1], tree, HOME, parse_period("2022-06"))
    assert completeness(store, tables, tree, HOME, parse_period("2022-06")) == once


def test_forms_nobody_files_are_owed_by_nobody(store: Store, tree: AreaTree, tmp_path: Path):
    nobody = form(tmp_path, "yearbook", sender="''")
    own = form(tmp_path, "own", sender="district")
    found = completeness(store, [nobody, own], tree, HOME, parse_period("2022-06"))
    assert [(one.form, one.office) for one in found] == [("own", HOME)]


@pytest.mark.parametrize(
    ("rhythm", "more", "period", "due"),
    [
        ("month", "", "2022-06", ["2022-06"]),
        ("quarter", "", "2022-06", ["2022-Q2"]),
        ("quarter", "", "2022-05", []),
        ("year", "", "2022-H1", []),
        ("year", "", "2022", ["2022"]),
        ("half_year", "", "2022", ["2022-H1", "2022-H2"]),
        ("month", "until: 2022-05", "2022-Q2", ["2022-04", "2022-05"]),
        ("quarter", "statistical_year: dec21_dec20", "2022-Q2", ["2022-03-21..2022-06-20"]),
        ("half_year", "statistical_year: dec_nov", "2022", ["2021-12-01..2022-05-31",
                                                            "2022-06-01..2022-11-30"]),
    ],
)  # fmt: skip
def test_due_periods(tmp_path: Path, rhythm: str, more: str, period: str, due: list[str]):
    spec = form(tmp_path, rhythm=rhythm, more=more)
    assert [str(one) for one in due_periods(spec, parse_period(period))] == due
