"""A district's place in its city: the numbers of the verdicts, with all its like beside it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest
from case_tables import invented_tree, observations_of, policy_of
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import copy_project, store_of

from pls_analysis import positions
from pls_analysis.areas import load_areas
from pls_analysis.messages import Messages
from pls_analysis.policy.assessment import assess
from pls_analysis.policy.catalogue import Catalogue
from pls_analysis.policy.loading import load_catalogue
from pls_analysis.policy.observed import Observed

END = dt.date(2022, 6, 30)
DISTRICTS = [f"d{n:02}" for n in range(1, 17)]
SURVEY = {"target": "rank_in(city, x) at_most(3) every(year)",
          "indicator": {"adds": "none", "unit": "%", "sample": "n", "rhythm": "half_year"},
          }  # fmt: skip
SCORE = {"target": "rank_in(city, x) at_most(5) by(2022-12-31)",
         "indicator": {"adds": "none", "unit": "分", "rhythm": "half_year"}}  # fmt: skip
SHARE = {
    "target": "share_of(city, x) more_than(25 %) by(2022-12-31)",
    "indicator": {"unit": "%", "rhythm": "half_year"},
    "beside": ["share_of(city, y) more_than(25 %) by(2022-12-31)"],
    "more": {"y": {"unit": "%", "rhythm": "half_year", "numerator": "x/part=own"}},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("policy")


def filed(
    values: Sequence[float | None], sizes: Sequence[int | None] | None = None, at: Any = END
) -> list[str]:
    rows = [f"x {code} @{at} {value}" for code, value in zip(DISTRICTS, values, strict=True)
            if value is not None]  # fmt: skip
    for code, size in zip(DISTRICTS, sizes or [None] * 16, strict=True):
        rows += [] if size is None else [f"n {code} @{at} {size}"]
    return rows


def told(policy: Catalogue, rows: list[str], as_of: dt.date = END):
    """The table of a target and the verdict on it."""
    tree = invented_tree()
    frame = observations_of(rows)
    [verdict] = assess(policy, frame, tree, "d01", as_of, "d01")
    return positions.places(policy, Observed(frame, tree, "d01", as_of)), verdict


# -- surveys

CASES = [
    # own first; steps of 0.4 points: third place spans 1 to 6
    ([90.4, 91.2, 90.8, 90.0, 89.6, 89.2, *[80.0] * 10], 3, 1, 6),
    ([95.0, 95.0, 95.4, *[80.0] * 13], 2, 1, 3),
    ([90.0] * 16, 1, 1, 16),
    ([50.0, *[90.0] * 15], 16, 16, 16),
    ([90.0, *[50.0] * 15], 1, 1, 1),
]


@pytest.mark.parametrize(("values", "rank", "best", "worst"), CASES)
def test_a_survey_has_a_best_and_a_worst_possible_rank(folder, values, rank, best, worst):
    table, _ = told(policy_of(SURVEY, folder), filed(values, [1000] * 16))
    [own] = table[table["own"]].to_dict("records")
    assert (own["rank"], own["best"], own["worst"], own["among"]) == (rank, best, worst, 16)
    assert (own["area"], own["why"], own["kind"], own["unit"]) == ("d01", "", "survey", "%")
    assert own["low"] < own["value"] < own["high"]
    assert list(table["area"]) == DISTRICTS
    assert not table["rank"].isna().any()


rates = st.lists(st.integers(0, 250).map(lambda n: n * 0.4), min_size=16, max_size=16)
samples = st.lists(st.integers(30, 3000), min_size=16, max_size=16)


@settings(max_examples=25, deadline=None)
@given(rates, samples)
def test_the_numbers_are_those_of_the_verdict(folder, values, sizes):
    table, verdict = told(policy_of(SURVEY, folder), filed(values, sizes))
    own = table[table["own"]].iloc[0]
    assert own["rank"] == verdict.value
    assert own["best"] == verdict.facts["best"]
    assert own["worst"] == verdict.facts["worst"]
    assert own["sample"] == verdict.denominator
    assert own["value"] == pytest.approx(verdict.facts["itself"])
    assert own["end"] == verdict.end
    assert own["among"] == verdict.facts["among"]
    assert ((table["best"] <= table["rank"]) & (table["rank"] <= table["worst"])).all()
    assert sorted(table["rank"]) == sorted(table["value"].rank(method="min", ascending=False))


@settings(max_examples=20, deadline=None)
@given(rates, samples, st.integers(0, 15))
def test_every_district_has_the_rank_it_would_have_at_home(folder, values, sizes, place):
    """Each district's row is what its own policy would say, not only home's."""
    policy, rows = policy_of(SURVEY, folder), filed(values, sizes)
    table, _ = told(policy, rows)
    row = table.iloc[place]
    frame = observations_of(rows)
    [verdict] = assess(policy, frame, invented_tree(), row["area"], END, row["area"])
    assert (row["rank"], row["best"], row["worst"]) == (
        verdict.value, verdict.facts["best"], verdict.facts["worst"]
    )  # fmt: skip


def test_a_missing_district_leaves_no_ranks_and_is_named(folder):
    values: list[float | None] = [90.0] * 16
    values[4] = None
    table, verdict = told(policy_of(SURVEY, folder), filed(values, [1000] * 16))
    assert table[["rank", "best", "worst"]].isna().all(axis=None)
    assert set(table["why"]) == {"parts_missing"}
    assert (verdict.status, verdict.facts["why"]) == ("no_data", "parts_missing")
    assert positions.missing_areas(table) == ["District 5"]
    assert table["value"].notna().sum() == table["low"].notna().sum() == 15


def test_home_itself_missing(folder):
    table, _ = told(policy_of(SURVEY, folder), filed([None, *[90.0] * 15], [1000] * 16))
    assert positions.missing_areas(table) == ["District 1"]
    assert table["rank"].isna().all()


@pytest.mark.parametrize("sizes", [[1000] * 15 + [None], [1000] * 15 + [0], [None] * 16])
def test_without_a_sample_size_there_are_no_ranks(folder, sizes):
    table, verdict = told(policy_of(SURVEY, folder), filed([90.0] * 16, sizes))
    assert table["rank"].isna().all()
    assert set(table["why"]) == {"no_sample_size"} == {verdict.facts["why"]}
    assert len(positions.missing_areas(table)) == sum(not size for size in sizes)
    assert table["value"].notna().all()


# -- scores and shares


@pytest.mark.parametrize(
    ("values", "rank"),
    [
        ([91.0, 92.0, 93.0, *[80.0] * 13], 3),
        ([92.0, 92.0, 93.0, *[80.0] * 13], 2),
        ([80.0, *[80.0] * 15], 1),
        ([79.9, *[80.0] * 15], 16),
    ],
)
def test_a_score_has_one_rank_and_equals_share_it(folder, values, rank):
    table, verdict = told(policy_of(SCORE, folder), filed(values))
    own = table[table["own"]].iloc[0]
    assert own["rank"] == own["best"] == own["worst"] == rank == verdict.value
    assert table[["sample", "low", "high"]].isna().all(axis=None)
    assert (own["kind"], own["unit"]) == ("score", "分")


def shares(own: int, part: int, at: Any = END) -> list[str]:
    rows = filed([own, 300, *[50.0] * 14], at=at)
    parts = [part, 200, *[50] * 14]
    return [*rows, *(f"x#part=own {code} @{at} {one}"
                     for code, one in zip(DISTRICTS, parts, strict=True))]  # fmt: skip


def test_shares_of_all_districts_add_up_to_the_whole(folder):
    table, verdict = told(policy_of(SHARE, folder), shares(250, 150))
    own = table[table["own"]].iloc[0]
    assert own["value"] == verdict.value == 20
    assert table["value"].sum() == pytest.approx(100)
    assert (own["rank"], own["best"], own["worst"]) == (2, 2, 2)
    assert list(table["rank"]) == [2, 1, *[3] * 14]
    assert (own["kind"], own["unit"]) == ("share", "%")
    assert table[["sample", "low", "high"]].isna().all(axis=None)


def test_without_one_district_no_share_is_known_and_it_is_named(folder):
    rows = [row for row in shares(250, 150) if not row.startswith("x d07")]
    table, verdict = told(policy_of(SHARE, folder), rows)
    assert positions.missing_areas(table) == ["District 7"]
    assert table[["value", "rank"]].isna().all(axis=None)
    assert set(table["why"]) == {"parts_missing"}
    assert (verdict.value, verdict.facts["missing"]) == (None, ["d07 2022-06-30"])


def test_of_nothing_there_is_no_share(folder):
    table, _ = told(policy_of(SHARE, folder), filed([0] * 16))
    assert table[["value", "rank"]].isna().all(axis=None)
    assert set(table["why"]) == {"nothing_counted"}
    assert positions.missing_areas(table) == []


def test_shares_over_time_by_each_definition(folder):
    rows = [*shares(250, 150, "2021-12-31"), *shares(500, 50), "x d01 @2021-06-30 9"]
    policy = policy_of(SHARE, folder)
    observed = Observed(observations_of(rows), invented_tree(), "d01", END)
    table = positions.shares_over_time(policy, observed)
    days = [dt.date(2021, 6, 30), dt.date(2021, 12, 31), END]
    assert list(zip(table["indicator"], table["beside"], table["end"], strict=True)) == [
        *(("x", False, day) for day in days), *(("y", True, day) for day in days[1:])
    ]  # fmt: skip
    assert table["share"].fillna(-1).tolist() == pytest.approx([-1, 20, 100 / 3, 100 / 7, 50 / 9.5])
    assert table["own"].fillna(-1).tolist() == [-1, 250, 500, 150, 50]
    assert table["whole"].fillna(-1).tolist() == [-1, 1250, 1500, 1050, 950]
    assert list(table["why"]) == ["parts_missing", "", "", "", ""]


# -- which figure


def test_the_figure_is_the_one_that_is_judged(folder):
    """After its day a target keeps its closing figure, whatever came later."""
    rows = [
        *filed([91.0, *[80.0] * 15], at="2022-12-31"),
        *filed([70.0, *[80.0] * 15], at="2023-06-30"),
    ]
    table, verdict = told(policy_of(SCORE, folder), rows, dt.date(2023, 7, 31))
    assert set(table["end"]) == {dt.date(2022, 12, 31)} == {verdict.end}
    assert table[table["own"]].iloc[0]["rank"] == 1 == verdict.value


def test_what_is_too_old_to_judge_is_shown_with_its_day(folder):
    table, verdict = told(
        policy_of(SURVEY, folder), filed([90.0] * 16, [500] * 16, "2021-06-30"), END
    )
    assert verdict.status == "no_data"
    assert set(table["end"]) == {dt.date(2021, 6, 30)}


@pytest.mark.parametrize("given_", [SURVEY, SCORE, SHARE])
def test_with_nothing_filed_there_is_no_row(folder, given_):
    policy = policy_of(given_, folder)
    observed = Observed(observations_of([]), invented_tree(), "d01", END)
    table = positions.places(policy, observed)
    assert table.empty
    assert list(table.columns) == list(positions.COLUMNS)
    assert positions.shares_over_time(policy, observed).empty


def test_other_targets_are_none_of_it(folder):
    policy = policy_of({"target": "value(x) at_least(5) by(2022-12-31)"}, folder)
    observed = Observed(observations_of(["x d01 @2022-06-30 4"]), invented_tree(), "d01", END)
    assert positions.places(policy, observed).empty
    assert positions.definitions(policy, Messages("zh")) == []


# -- intervals


@pytest.mark.parametrize(
    ("value", "size", "low", "high"),
    [  # by the formula of Wilson (1927), worked out apart
        (90, 1000, 87.985, 91.709),
        (50, 100, 40.38, 59.62),
        (100, 50, 92.87, 100),
        (0, 50, 0, 7.13),
    ],
)
def test_an_interval(value, size, low, high):
    found = positions.interval(Fraction(value), Fraction(size), 95)
    assert found == pytest.approx((low, high), abs=0.005)


@given(st.fractions(0, 100), st.integers(1, 5000), st.sampled_from([80, 95, 99]))
def test_the_ends_of_an_interval_are_just_not_rejected(value, size, confidence):
    low, high = positions.interval(value, Fraction(size), confidence)
    assert 0 <= low <= high <= 100
    z = NormalDist().inv_cdf(0.5 + confidence / 200)
    for end in (low, high):
        error = math.sqrt(end * (100 - end) / size)
        assert abs(float(value) - end) == pytest.approx(z * error, abs=1e-4)


# -- the district's own policy


def test_the_district_is_held_against_its_city(tmp_path):
    project = copy_project(tmp_path)
    assert project.policy is not None
    policy, tree = load_catalogue(project.policy), load_areas(project)
    wanted = {"awareness_rate": "survey", "first_choice_rate": "survey",
              "public_satisfaction_rate": "survey", "lawyer_city_share": "share",
              "aid_quality_tier": "score"}  # fmt: skip
    surveyed = [policy.targets[name].measures[0] for name in wanted if wanted[name] != "share"]
    city = tree[project.home].parent
    rows = []
    for n, one in enumerate(tree.descendants(city, "district", END)):
        rows += [f"{name} {one.code} @{END} {80 + n * 0.4:.1f}" for name in surveyed]  # fmt: skip
        rows += [f"survey_sample {one.code} @{END} 1000"]
        for part, count in (("", 10), ("#category=full_time", 7), ("#category=part_time", 1)):
            rows.append(f"bulletin_lawyers{part} {one.code} @{END} {count}")
    store_of(project, observations_of(rows))
    observed = positions.observed_among(project, END)
    table = positions.places(policy, observed)
    assert dict(zip(table["target"], table["kind"], strict=True)) == wanted
    assert len(table) == 5 * 16
    assert table.groupby("target")["own"].sum().eq(1).all()
    over_time = positions.shares_over_time(policy, observed)
    assert list(over_time["indicator"]) == ["lawyer_city_share", "practising_lawyer_city_share"]
    assert over_time["share"].tolist() == [6.25, 6.25]
    assert over_time["whole"].tolist() == [160, 128]
    assert len(positions.definitions(policy, Messages("zh"))) == 4
