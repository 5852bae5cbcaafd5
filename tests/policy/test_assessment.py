"""The whole policy judged: who is told what, with which cells, and what may never happen."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import pytest
from case_tables import invented_tree, observations_of, policy_of
from hypothesis import given
from hypothesis import strategies as st
from policy_rows import policy_rows

from pls_analysis.areas import AreaTree
from pls_analysis.cli.output import _plain
from pls_analysis.policy.assessment import KEYS, assess
from pls_analysis.policy.catalogue import Catalogue, Indicator, Judging, Term
from pls_analysis.policy.figures import STATUSES, Figure, known
from pls_analysis.policy.judging import WORST_FIRST, judge
from pls_analysis.policy.pace import Question, smallest_denominator
from pls_analysis.policy.targets import parse

ROOT = Path(__file__).resolve().parents[2]
AS_OF = dt.date(2022, 6, 30)


def test_with_nothing_filed_nothing_is_claimed(catalogue: Catalogue, tree: AreaTree):
    found = assess(catalogue, observations_of([]), tree, "310115", AS_OF, "310115")
    assert [one.entry.id for one in found] == [row["id"] for row in policy_rows()]
    for one in found:
        monitored = one.entry.target.bound is None or one.entry.strength == "explored"
        assert one.status == ("monitored" if monitored else "no_data")
        assert (one.value, one.evidence) == (None, ())


def test_a_town_is_told_only_what_is_a_towns(catalogue: Catalogue, tree: AreaTree):
    found = assess(catalogue, observations_of([]), tree, "310115", AS_OF, "310115103")
    told = {one.entry.id: one.status for one in found}
    views = {row["id"]: row["town_view"] for row in policy_rows() if row["town_view"] != "no"}
    assert told.keys() == views.keys()
    judged = {name for name, status in told.items() if status != "monitored"}
    assert judged == {name for name, view in views.items() if view == "judged"}


def test_a_subdistrict_is_not_told_what_is_of_rural_towns(catalogue: Catalogue, tree: AreaTree):
    found = assess(catalogue, observations_of([]), tree, "310115", AS_OF, "310115004")
    rural = {one.id for one in catalogue.targets.values() if one.indicator.kinds == ("镇",)}
    assert rural & {one.id for one in catalogue.targets.values() if one.town_view != "no"}
    assert not rural & {one.entry.id for one in found}


def test_a_village_is_told_nothing(catalogue: Catalogue, tree: AreaTree):
    village = tree.descendants("310115103", "village")[0].code
    assert assess(catalogue, observations_of([]), tree, "310115", AS_OF, village) == []


def test_an_assessment_is_plain_json(catalogue: Catalogue, tree: AreaTree):
    rows = ["lawyers 310115 @2020-12-31 7000", "lawyers 310115 @2022-06-30 7900",
            "system_in_place 310115 @2022-06-30 20220601"]  # fmt: skip
    found = assess(catalogue, observations_of(rows), tree, "310115", AS_OF, "310115")
    told = json.loads(json.dumps([_plain(one.as_row()) for one in found]))
    assert all(tuple(row)[: len(KEYS)] == KEYS for row in told)
    of = {row["target"]: row for row in told}
    assert of["lawyers"]["status"] == "on_track"
    assert of["lawyers"]["value"] == 7900
    assert of["lawyers"]["evidence"] == ["s S!B2"]
    assert of["lawyers"]["end"] == "2022-06-30"
    assert of["system_in_place"]["facts"]["done"] == "2022-06-01"


@pytest.mark.parametrize(
    ("given_", "area", "evidence"),
    [
        ({"target": "sum(x, year) monitored", "indicator": {"adds": "sum", "at": "town"},
          "town_view": "shown",
          "rows": ["x t1 2022-Q1 1", "x t2 2022-Q1 1", "x t3 2022-Q1 1", "x t1 2022-Q2 1"]},
         "d01", ["s S!B1:B4"]),
        ({"target": "sum(x, year) monitored", "indicator": {"adds": "sum", "at": "town"},
          "town_view": "shown",
          "rows": ["x t1 2022-Q1 1", "x t2 2022-Q1 1", "x t3 2022-Q1 1", "x t1 2022-Q2 1"]},
         "t1", ["s S!B1", "s S!B4"]),
        ({"target": "ratio(x) monitored", "indicator": {"adds": "ratio", "denominator": "y"},
          "rows": ["x d01 ..2022-Q1 1", "x d01 ..2022-Q2 2", "y d01 @2022-06-30 4"]},
         "d01", ["s S!B2:B3"]),
        ({"target": "each(village, x) at_least(1) by(2022-12-31)", "indicator": {"at": "village"},
          "rows": ["x t1v1 @2022-06-30 1", "x t1v2 @2022-06-30 0", "x t2v1 @2022-06-30 0",
                   "x t3v1 @2022-06-30 1", "x t3v2 @2022-06-30 1"]},
         "d01", ["s S!B2:B3"]),
        ({"target": "each(adviser * village, v) at_least(1) every(month)",
          "indicator": {"adds": "sum", "numerator": "v", "reads": "v", "at": "village",
                        "rhythm": "month"},
          "rows": ["from t1v1/a 2022-06 20210101", "until t1v1/a 2022-06 20221231",
                   "from t2v1/b 2022-06 20210101", "until t2v1/b 2022-06 20221231",
                   "v t1v1/a 2022-06 1", "v t2v1/b 2022-06 0"]},
         "d01", ["s S!B6"]),
        ({"target": "rank_in(city, x) at_most(3) every(year)", "indicator": {"adds": "none"},
          "rows": [f"x d{n:02} @2022-06-30 {n}" for n in range(1, 17)]},
         "d01", ["s S!B1:B16"]),
    ],
)  # fmt: skip
def test_evidence_is_the_cells_that_decide(
    tmp_path: Path, given_: dict, area: str, evidence: list[str]
):
    frame = observations_of(given_["rows"])
    [one] = assess(policy_of(given_, tmp_path), frame, invented_tree(), "d01", AS_OF, area)
    assert list(one.evidence) == evidence


# -- what holds for any figures ----------------------------------------------------------------

JUDGING = Judging(
    dt.date(2021, 3, 3), dt.date(2020, 11, 30), dt.date(2020, 12, 31), dt.date(2022, 12, 31),
    {"month": 20, "quarter": 45, "half_year": 45, "year": 90},
)  # fmt: skip
NAMES = {"zh": "甲", "en": "X"}
STOCK = Indicator("x", NAMES, "", "stock", (Term("x"),), "quarter")
SUM = Indicator("x", NAMES, "", "sum", (Term("x"),), "quarter")
RATIO = Indicator("x", NAMES, "%", "ratio", (Term("x"),), "quarter", (Term("y"),))
ENDS = [dt.date(year, month, 30 + (month in (3, 12))) for year in (2020, 2021, 2022)
        for month in (3, 6, 9, 12)]  # fmt: skip
BETTER = {status: place for place, status in enumerate(
    ("missed", "off_track", "on_track", "met"))}  # fmt: skip
numbers = st.integers(0, 200)


def stocks(values: Iterable[int | None]) -> list[Figure]:
    return [
        known(end, end, Fraction(value), year=end.year, over=end.month == 12)
        for end, value in zip(ENDS, values, strict=True)
        if value is not None
    ]


def sums(values: Iterable[int]) -> list[Figure]:
    return [
        known(end.replace(month=1, day=1), end, Fraction(value), year=end.year,
              over=end.month == 12, accrues=True)
        for end, value in zip(ENDS, values, strict=True)
    ]  # fmt: skip


series = st.lists(numbers, min_size=12, max_size=12)
days = st.dates(dt.date(2021, 6, 1), dt.date(2023, 6, 30))


@pytest.mark.parametrize(
    ("indicator", "text", "make"),
    [
        (STOCK, "value(x) at_least(100) by(2022-12-31)", stocks),
        (SUM, "sum(x, year) at_least(100) every(year)", sums),
        (SUM, "sum(x, year) at_least(100) by(2022-12-31)", sums),
    ],
)
@given(values=series, as_of=days, place=st.integers(4, 11), more=st.integers(0, 100))
def test_more_is_never_worse(indicator, text, make, values, as_of, place, more):
    question = Question(parse(text), indicator, as_of, JUDGING)
    raised = [value + more * (at == place) for at, value in enumerate(values)]
    before, after = (judge(question, make(one)).status for one in (values, raised))
    if before in BETTER:
        assert BETTER[after] >= BETTER[before]
    else:
        assert after == before or after == "met"


@given(values=series, as_of=days, place=st.integers(0, 11))
def test_a_target_and_its_mirror_agree(values: list[int], as_of: dt.date, place: int):
    """At least 100 of something is at most 100 of what is 200 less that."""
    up = Question(parse("value(x) at_least(100) by(2022-12-31)"), STOCK, as_of, JUDGING)
    down = Question(parse("value(x) at_most(100) by(2022-12-31)"), STOCK, as_of, JUDGING)
    mirrored = [200 - value for value in values]
    assert judge(up, stocks(values)).status == judge(down, stocks(mirrored)).status


@given(values=st.lists(st.none() | numbers, min_size=12, max_size=12), as_of=days)
def test_only_the_figures_up_to_the_day_count(values: list[int | None], as_of: dt.date):
    question = Question(parse("value(x) at_least(100) by(2022-12-31)"), STOCK, as_of, JUDGING)
    figures = stocks(values)
    seen = [one for one in figures if one.end <= as_of]
    verdict = judge(question, figures)
    assert verdict == judge(question, seen)
    assert verdict.status in STATUSES
    if as_of > dt.date(2022, 12, 31):
        assert verdict.status in ("met", "missed", "no_data", "too_few", "monitored")
    if verdict.figure is None:
        assert verdict.status == "no_data"


@given(st.integers(1, 999), st.booleans())
def test_one_case_does_not_break_the_smallest_denominator(permille: int, is_open: bool):
    text = f"ratio(x) {'more_than' if is_open else 'at_least'}({permille / 10} %) every(year)"
    bound = parse(text).bound
    assert bound is not None
    smallest = smallest_denominator(bound, 100)

    def holds(of: int) -> bool:
        value, wanted = Fraction(100 * (of - 1), of), Fraction(permille, 10)
        return value > wanted if is_open else value >= wanted

    assert holds(smallest)
    assert smallest == 1 or not holds(smallest - 1)


def test_parts_judged_apart_have_every_verdict_ranked():
    assert set(WORST_FIRST) | {"monitored"} == set(STATUSES)
