"""Figures of the sample agree with each other within a form and across forms."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest

from pls_analysis.project import Project
from pls_analysis.sample import generate

CLEAN = ["lawyers_quarterly", "counsel_halfyear", "hotline_monthly", "legal_aid_monthly",
         "mediation_quarterly", "platform_quarterly", "notary_monthly"]  # fmt: skip


@pytest.fixture(scope="module")
def truth(departments: Project, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """What was true, whatever was written, of two years of the departments' forms."""
    folder = tmp_path_factory.mktemp("coherent")
    made = generate(departments, folder, start="2020-10", until="2021-12", forms=CLEAN)
    frame = made.frame()
    return frame.assign(period_end=pd.to_datetime(frame["period_end"]))


def by_period(truth: pd.DataFrame, measure: str, breakdown: str = "total") -> pd.Series:
    """A measure's own figures, not its running totals, by the day that their period ends."""
    mine = truth[(truth["measure"] == measure) & (truth["basis"] != "cumulative")]
    if breakdown != "all parts":
        mine = mine[mine["breakdown"] == breakdown]
    else:
        mine = mine[mine["breakdown"] != "total"]
    return mine.groupby("period_end")["value"].sum()


@pytest.mark.parametrize("measure", ["lawyers", "law_firms", "notary_judicial_assists",
                                     "criminal_aid_entitled", "criminal_aid_received"])  # fmt: skip
def test_parts_add_up_to_their_whole(truth: pd.DataFrame, measure: str):
    assert by_period(truth, measure).equals(by_period(truth, measure, "all parts"))


def test_groups_of_recipients_overlap(truth: pd.DataFrame):
    cases, groups = (
        by_period(truth, "legal_aid_cases"),
        by_period(truth, "legal_aid_cases", "all parts"),
    )
    assert (groups >= cases).all()


@pytest.mark.parametrize(
    "chain",
    [
        ("hotline_calls_inbound", "hotline_calls_received", "hotline_calls_connected",
         "hotline_calls_rated", "hotline_calls_satisfied"),
        ("court_linked_accepted", "court_linked_closed", "court_linked_succeeded"),
        ("duty_lawyer_helps", "plea_aid_cases"),
        ("criminal_aid_entitled", "criminal_aid_received"),
        ("service_items", "service_items_online"),
        ("platforms", "barrier_free_platforms"),
        ("government_bodies", "government_bodies_with_counsel"),
    ],
)  # fmt: skip
def test_each_is_a_part_of_the_one_before(truth: pd.DataFrame, chain: tuple[str, ...]):
    for whole, part in pairwise(chain):
        assert len(by_period(truth, whole)) > 1
        assert (by_period(truth, whole) >= by_period(truth, part)).all(), part


@pytest.mark.parametrize(
    ("quarterly", "half_yearly"),
    [("category=government", "public_lawyers"), ("category=company", "company_lawyers")],
)
def test_two_forms_count_the_same_lawyers(truth: pd.DataFrame, quarterly: str, half_yearly: str):
    lawyers = by_period(truth, "lawyers", quarterly)
    counsel = by_period(truth, half_yearly)
    assert len(counsel) == 3
    assert lawyers[counsel.index].equals(counsel)


def test_the_firms_of_all_towns_are_those_of_the_district(truth: pd.DataFrame):
    assert by_period(truth, "law_offices", "kind=firm").equals(by_period(truth, "law_firms"))
    towns = truth[(truth["measure"] == "law_offices") & (truth["breakdown"] == "kind=firm")]
    latest = towns[towns["period_end"] == towns["period_end"].max()]["value"]
    # A few towns have most of the firms, as in any large city.
    assert latest.nlargest(3).sum() > latest.sum() / 2


def test_running_totals_are_the_sums_of_their_months(truth: pd.DataFrame):
    mine = truth[(truth["measure"] == "hotline_calls_received") & (truth["period_end"] >= "2021")]
    months = mine[mine["basis"] == "flow"].set_index("period_end")["value"].cumsum()
    totals = mine[mine["basis"] == "cumulative"].set_index("period_end")["value"]
    assert months.equals(totals)


def test_quarters_run_from_the_21st_to_the_20th(truth: pd.DataFrame):
    mine = truth[truth["form"] == "mediation_quarterly"]
    assert {day.day for day in mine["period_start"]} == {21}
    assert {day.day for day in mine["period_end"]} == {20}
