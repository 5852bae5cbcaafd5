"""Towns of two kinds held against each other: per village, per resident, over like periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from case_tables import invented_tree, observations_of, policy_of
from hypothesis import given
from hypothesis import strategies as st
from projects import copy_project, store_of

from pls_analysis import equity
from pls_analysis.areas import Area, AreaTree, load_areas
from pls_analysis.between_kinds import (
    PER,
    WHY,
    Comparison,
    Gap,
    Residents,
    Side,
    gap_between,
    gap_of,
    gaps_compared,
    residents_of,
    services_of,
)
from pls_analysis.configs import ConfigError
from pls_analysis.ingest.forms import Measure
from pls_analysis.messages import Messages
from pls_analysis.policy.assessment import assess
from pls_analysis.policy.catalogue import Catalogue
from pls_analysis.policy.observed import Observed
from pls_analysis.project import Project, load_project

ROOT = Path(__file__).resolve().parents[2]
GIVEN = {
    "target": "change(x, year, floor 0) below(0) every(year)",
    "indicator": {"adds": "gap", "numerator": "s", "kinds": ["urban", "rural"], "unit": "%",
                  "at": "village", "parts": "town", "rhythm": "year"},
}  # fmt: skip
MEASURES = {
    "s": Measure("s", {"zh": "服务量", "en": "Services"}, "次"),
    "m": Measure("m", {"zh": "受理纠纷", "en": "Disputes"}, "件"),
}
RESIDENTS = {"t1": Residents(20_000, "e"), "t2": Residents(10_000, "e"), "t3": Residents(10_000)}


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return policy_of(GIVEN, tmp_path_factory.mktemp("policy"))


def compared(
    policy: Catalogue,
    rows: list[str],
    measures: Iterable[str] = ("s",),
    tree: AreaTree | None = None,
    as_of: str = "2022-12-31",
) -> Comparison:
    gap = gap_of(policy)
    observed = Observed(
        observations_of(rows), tree or invented_tree(), "d01", dt.date.fromisoformat(as_of)
    )
    chosen = {name: MEASURES[name] for name in measures}
    return Comparison(observed, gap, services_of(gap, chosen), RESIDENTS)


def with_areas(*more: Area) -> AreaTree:
    known = {area.code: area for area in invented_tree()}
    return AreaTree((known | {area.code: area for area in more}).values())


# -- one period: t1 and t2 are urban and have 3 villages, t3 is rural and has 2

URBAN = ["s t1v1/a 2021 20", "s t2v1/a 2021 10"]


@pytest.mark.parametrize(
    ("rows", "first", "second", "difference", "share", "behind", "ahead"),
    [
        ([*URBAN, "s t3v1/b 2021 10"], 10, 5, 5, 50, 50, "urban"),
        ([*URBAN, "s t3v1/b 2021 30"], 10, 15, 5, Fraction(100, 3), 0, "rural"),
        ([*URBAN, "s t3v1/b 2021 20"], 10, 10, 0, 0, 0, ""),
        ([*URBAN, "s t3v1/b 2021 12", "s t3v2/b 2021 7"], 10, 9.5, 0.5, 5, 5, "urban"),
        ([*URBAN, "s t3v1/b 2021 0"], 10, 0, 10, 100, 100, "urban"),
        (["s t1v1/a 2021 0", "s t2v1/a 2021 0", "s t3v1/b 2021 4"],
         0, 2, 2, 100, None, "rural"),
        (["s t1v1/a 2021 0", "s t2v1/a 2021 0", "s t3v1/b 2021 0"], 0, 0, 0, None, None, ""),
    ],
)  # fmt: skip
def test_a_gap(policy, rows, first, second, difference, share, behind, ahead):
    comparison = compared(policy, rows)
    gap = gap_between(comparison, comparison.services[0], "village", *year(2021))
    assert (gap.first.value, gap.second.value) == (first, second)
    assert (gap.difference, gap.share, gap.behind) == (difference, share, behind)
    assert (gap.ahead, gap.left_out, gap.status) == (ahead, {}, "")
    assert (gap.first.towns, gap.second.towns) == (("t1", "t2"), ("t3",))


def year(number: int) -> tuple[dt.date, dt.date]:
    return dt.date(number, 1, 1), dt.date(number, 12, 31)


@pytest.mark.parametrize(
    ("rows", "left_out", "first", "second"),
    [
        (["s t1v1/a 2021 20", "s t3v1/b 2021 10"], {"t2": "missing"}, 10, 5),
        ([*URBAN, "s t1v2/a 2021 -", "s t3v1/b 2021 10"], {"t1": "missing"}, 10, 5),
        ([*URBAN, "s t1v2/a 2021 - z", "s t3v1/b 2021 10"], {}, 10, 5),
        (URBAN, {"t3": "missing"}, 10, None),
        ([*URBAN, *(f"s t3v1/b 2021-{n:02} 1" for n in range(1, 13))], {}, 10, 6),
        ([*URBAN, *(f"s t3v1/b 2021-{n:02} 1" for n in range(1, 12))], {"t3": "missing"}, 10, None),
        ([*URBAN, *(f"s t3v1/b 2021-{n:02} 1" for n in range(1, 12)), "s t3v1/b 2021-12 -"],
         {"t3": "missing"}, 10, None),
        ([*URBAN, *(f"s t3v1/b 2021-{n:02} 1" for n in range(2, 13)), "s t3v1/b 2021-01 0"],
         {}, 10, 5.5),
        ([*URBAN, "s t3v1/b ..2021-11 10", "s t3v1/b 2021-12 2"], {}, 10, 6),
    ],
)  # fmt: skip
def test_a_town_with_an_unknown_month_is_left_out_with_its_villages(
    policy, rows, left_out, first, second
):
    comparison = compared(policy, rows)
    gap = gap_between(comparison, comparison.services[0], "village", *year(2021))
    assert gap.left_out == left_out
    assert (gap.first.value, gap.second.value) == (first, second)
    assert gap.status == ("p" if left_out else "")
    if second is None:
        assert (gap.difference, gap.share, gap.behind, gap.ahead) == (None, None, None, "")


def test_by_residents_it_is_an_estimate_where_one_is_in_it(policy):
    rows = [*URBAN, "s t3v1/b 2021 10"]
    comparison = compared(policy, rows)
    [service] = comparison.services
    gap = gap_between(comparison, service, "residents", *year(2021))
    assert (gap.first.value, gap.second.value, gap.difference) == (10, 10, 0)
    assert gap.status == "e"
    few = {"t2": Residents(10_000), "t3": RESIDENTS["t3"]}
    gap = gap_between(replace(comparison, residents=few), service, "residents", *year(2021))
    assert (gap.left_out, gap.status, gap.first.value) == ({"t1": "no_residents"}, "p", 10)


def test_zones_and_other_kinds_are_no_towns_of_a_side(policy):
    tree = with_areas(
        Area("z1", "Zone", "zone", "d01", "other"), Area("z1v1", "z1v1", "zone", "z1"),
        Area("t4", "t4", "town", "d01", "township"), Area("t4v1", "t4v1", "village", "t4"),
        Area("t5", "t5", "town", "d01", "rural"),
    )  # fmt: skip
    rows = [*URBAN, "s t3v1/b 2021 10", "s z1v1/c 2021 900", "s z1 2021 900", "s t4v1/c 2021 90"]
    comparison = compared(policy, rows, tree=tree)
    gap = gap_between(comparison, comparison.services[0], "village", *year(2021))
    assert (gap.first.value, gap.second.value) == (10, 5)
    assert gap.left_out == {"t5": "no_villages"}


def test_measures_of_towns_are_not_asked_of_villages(policy):
    rows = ["m t1 2021 9", "m t1v1 2021 5", "m t2 2021 3", "m t3 2021 4", "m d01 2021 99"]
    comparison = compared(policy, rows, ["m"])
    gap = gap_between(comparison, comparison.services[0], "village", *year(2021))
    assert (gap.first.value, gap.second.value) == (4, 2)


services = st.integers(0, 50)


@given(services, services, services, services)
def test_the_gap_is_the_one_that_is_judged(policy, one, other, third, fourth):
    rows = [f"s t1v1/a 2021 {one}", f"s t1v2/a 2021 {other}", f"s t2v1/a 2021 {third}",
            f"s t3v2/a 2021 {fourth}"]  # fmt: skip
    comparison = compared(policy, rows)
    gap = gap_between(comparison, comparison.services[0], "village", *year(2021))
    observed = comparison.observed
    [told] = assess(
        policy, observations_of(rows), observed.tree, "d01", dt.date(2021, 12, 31), "d01"
    )
    assert told.value == (None if gap.behind is None else float(gap.behind))
    if gap.share is not None:
        assert 0 <= gap.share <= 100
        assert (gap.share == 0) == (gap.ahead == "")
    if gap.ahead == "urban":
        assert gap.share == gap.behind


@given(st.lists(st.tuples(services, st.integers(1, 9)), min_size=2, max_size=6))
def test_a_figure_is_a_quotient_of_sums(towns):
    side = Side("urban", services=Fraction(sum(a for a, _ in towns)),
                units=Fraction(sum(b for _, b in towns)))  # fmt: skip
    quotients = [Fraction(a, b) for a, b in towns]
    assert side.value is not None
    assert min(quotients) <= side.value <= max(quotients)
    assert Gap(side, replace(side, kind="rural"), {}).difference == 0


# -- two years

BEFORE = ["s t1v1/a 2020 20", "s t2v1/a 2020 10", "s t3v1/b 2020 10"]


@pytest.mark.parametrize(
    ("rows", "before", "now", "left_out", "direction"),
    [
        ([*URBAN, "s t3v1/b 2021 11"], 50, 45, {}, "narrower"),
        ([*URBAN, "s t3v1/b 2021 10"], 50, 50, {}, "level"),
        ([*URBAN, "s t3v1/b 2021 9"], 50, 55, {}, "wider"),
        ([*URBAN, "s t3v1/b 2021 60"], 50, Fraction(200, 3), {}, "wider"),
        (["s t1v1/a 2021 10", "s t3v1/b 2021 10"], 50, 0, {"t2": "missing"}, "narrower"),
        ([*URBAN, "s t1v2/a 2020 -", "s t3v1/b 2021 20"], 50, 0, {"t1": "missing_before"},
         "narrower"),
        ([*URBAN, "s t3v1/b 2021 11 b"], None, None, {"t3": "break"}, ""),
        ([*URBAN, "s t1v2/a 2021 - z", "s t3v1/b 2021 10"], 50, 50, {}, "level"),
        (URBAN, None, None, {"t3": "missing"}, ""),
    ],
)  # fmt: skip
def test_two_years_are_compared_over_the_same_towns(policy, rows, before, now, left_out, direction):
    comparison = compared(policy, [*BEFORE, *rows], as_of="2021-12-31")
    table = equity.trend(comparison)
    [row] = table[table["per"] == "village"].to_dict("records")
    gap, earlier = gaps_compared(comparison, comparison.services[0], "village", *year(2021))
    assert (earlier.share, gap.share, gap.left_out) == (before, now, left_out)
    assert (earlier.first.towns, earlier.second.towns) == (gap.first.towns, gap.second.towns)
    assert (earlier.left_out, row["left_out"], row["direction"]) == (left_out, left_out, direction)
    if direction:
        assert row["change"] == pytest.approx(float(now - before))
    else:
        assert pd.isna(row["change"])


def months(where: str, year: int, count: int, each: int) -> list[str]:
    return [f"s {where}/a {year}-{n:02} {each}" for n in range(1, count + 1)]


def test_the_running_year_is_held_against_the_same_months(policy):
    rows = []
    for village, each in (("t1v1", 4), ("t2v1", 2), ("t3v1", 2)):
        rows += [*months(village, 2021, 12, each), *months(village, 2022, 5, each + 1)]
    comparison = compared(policy, rows, as_of="2022-06-30")
    row = equity.trend(comparison).iloc[0]
    assert (row["start"], row["end"]) == (dt.date(2022, 1, 1), dt.date(2022, 5, 31))
    assert (row["start_before"], row["end_before"]) == (dt.date(2021, 1, 1), dt.date(2021, 5, 31))
    assert not row["over"]
    assert (row["services_first"], row["first_before"]) == (40, 10)
    table = equity.levels(comparison)
    whole = table[(table["per"] == "village")].set_index("year")
    assert list(whole.index) == [2021, 2022]
    assert list(whole["over"]) == [True, False]
    assert list(whole["services_first"]) == [72, 40]


def test_a_town_that_another_joined_is_no_longer_compared(policy):
    gone = Area("t9", "t9", "town", "d01", "rural", None, dt.date(2021, 6, 30), "t3")
    tree = with_areas(gone, Area("t9v1", "t9v1", "village", "t9", valid_until=gone.valid_until))
    rows = [*BEFORE, "s t9v1/b 2020 4", *URBAN, "s t3v1/b 2021 14"]
    comparison = compared(policy, rows, tree=tree, as_of="2021-12-31")
    [service] = comparison.services
    now, before = gaps_compared(comparison, service, "village", *year(2021))
    assert now.left_out == {"t3": "joined", "t9": "gone"}
    assert before.second.towns == ()
    assert gap_between(comparison, service, "village", *year(2020)).left_out == {"t9": "gone"}
    assert gap_between(comparison, service, "village", *year(2021)).left_out == {}


def test_a_town_that_is_new_has_no_year_before(policy):
    new = Area("t9", "t9", "town", "d01", "rural", dt.date(2021, 1, 1))
    tree = with_areas(new, Area("t9v1", "t9v1", "village", "t9", valid_from=new.valid_from))
    rows = [*BEFORE, *URBAN, "s t3v1/b 2021 10", "s t9v1/b 2021 8"]
    comparison = compared(policy, rows, tree=tree, as_of="2021-12-31")
    now, _ = gaps_compared(comparison, comparison.services[0], "village", *year(2021))
    assert now.left_out == {"t9": "missing_before"}
    assert now.second.towns == ("t3",)


# -- tables and texts


def test_rows_name_their_towns_and_cells(policy):
    comparison = compared(policy, [*BEFORE, *URBAN, "s t3v1/b 2021 10"], as_of="2021-12-31")
    table = equity.levels(comparison)
    assert len(table) == 2 * len(PER)
    row = table[(table["year"] == 2021) & (table["per"] == "village")].iloc[0]
    assert (row["towns_first"], row["towns_second"]) == (("t1", "t2"), ("t3",))
    assert equity.cells_behind(comparison, row) == ["s S!B4:B6"]


def test_without_figures_tables_are_empty_and_keep_their_columns(policy):
    comparison = compared(policy, [], ["s", "m"])
    full = compared(policy, [*BEFORE, *URBAN, "s t3v1/b 2021 10"])
    for make in (equity.levels, equity.trend):
        assert make(comparison).empty
        assert list(make(comparison).columns) == list(make(full).columns)
    assert equity.dumbbells(equity.levels(comparison), "village", Messages("en")).empty


@pytest.mark.parametrize(
    ("lang", "labels", "unit"),
    [
        ("zh", ["服务量", "受理纠纷"], "件/居村"),
        ("en", ["Services", "Disputes"], "cases per village"),
    ],
)
def test_dumbbells_show_the_latest_figures_in_the_order_asked_for(policy, lang, labels, unit):
    rows = [*BEFORE, *URBAN, "s t3v1/b 2021 10", "m t1 2021 9", "m t2 2021 3", "m t3 2021 4"]
    table = equity.levels(compared(policy, rows, ["s", "m"]))
    drawn = equity.dumbbells(table, "village", Messages(lang))
    assert list(drawn.columns) == ["label", "first", "second", "unit"]
    assert list(drawn["label"]) == labels
    assert drawn.iloc[1].tolist() == [labels[1], 4.0, 2.0, unit]


def test_what_is_left_out_is_said_with_its_reason(policy):
    comparison = compared(policy, ["s t1v1/a 2021 20", "s t3v1/b 2021 10"])
    row = equity.levels(comparison).iloc[0]
    assert equity.left_out(comparison, row, Messages("zh")) == (
        "含3个街镇中的2个；1个有月份未报（t2）"
    )
    assert equity.left_out(comparison, row, Messages("en")) == (
        "2 of 3 towns are in; 1 with a month not filed (t2)"
    )
    comparison = compared(policy, [*URBAN, "s t3v1/b 2021 10"])
    assert equity.left_out(comparison, equity.levels(comparison).iloc[0], Messages("zh")) == ""
    for why in WHY:
        assert Messages("zh")(f"equity.why_{why}", n=1, towns="t") != ""


@pytest.mark.parametrize(
    ("direction", "change", "ahead", "before", "said"),
    [
        ("narrower", -5.25, "urban", "urban", "差距比上年同期缩小5.3个百分点"),
        ("wider", 0.01, "rural", "rural", "差距比上年同期扩大0.01个百分点"),
        ("wider", 2, "rural", "urban", "差距比上年同期扩大2.0个百分点（上年同期urban较高）"),
        ("narrower", -9, "", "rural", "差距比上年同期缩小9.0个百分点（上年同期rural较高）"),
        ("wider", 9, "rural", "", "差距比上年同期扩大9.0个百分点"),
        ("level", 0.0, "urban", "urban", "差距与上年同期持平"),
        ("level", 0.0, "", "", "差距与上年同期持平"),
        ("", float("nan"), "", "urban", ""),
    ],
)
def test_a_change_is_said_with_enough_decimals(policy, direction, change, ahead, before, said):
    row = {"direction": direction, "change": change, "ahead": ahead, "ahead_before": before}
    assert equity.change_text(compared(policy, []), row, Messages("zh")) == said


TOLD = [
    ([*URBAN, "s t3v1/b 2021 11"],
     "2021年，服务量每个居村：urban10.00次，rural5.50次，相差4.50次，为较高一方的45.0%；差距比上年同期缩小5.0个百分点。",
     "2021, Services, per village: urban 10.00 times, rural 5.50 times, 4.50 times apart, "
     "45.0% of the higher figure; the gap narrowed by 5.0 pp on the same period of the previous "
     "year."),
    (URBAN, "2021年，服务量每个居村：rural没有数据完整的街镇，不作比较。",
     "2021, Services, per village: no town with complete figures among the rural; not compared."),
    (["s t1v1/a 2021 0", "s t2v1/a 2021 0", "s t3v1/b 2021 0"],
     "2021年，服务量每个居村：两类街镇均为0。",
     "2021, Services, per village: none in either kind of town."),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "zh", "en"), TOLD)
def test_a_row_is_said(policy, rows, zh, en):
    comparison = compared(policy, [*BEFORE, *rows], as_of="2021-12-31")
    row = equity.trend(comparison).iloc[0]
    assert equity.sentence(comparison, row, Messages("zh")) == zh
    assert equity.sentence(comparison, row, Messages("en")) == en


def test_a_row_without_a_year_before_is_said_without_a_change(policy):
    comparison = compared(policy, BEFORE)
    rows = equity.levels(comparison)
    assert [equity.sentence(comparison, row, Messages("zh")) for _, row in rows.iterrows()] == [
        "2020年，服务量每个居村：urban10.00次，rural5.00次，相差5.00次，为较高一方的50.0%。",
        "2020年，服务量每万常住人口（估算）：urban10.00次，rural10.00次，相差0.00次，为较高一方的0.0%。",
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_definitions_say_the_estimate_and_its_limits(policy, lang):
    say = Messages(lang)
    comparison = compared(policy, [])
    estimated = {"t1": Residents(12_000, "e", "rule A"), "t3": Residents(8_000, "e", "rule A")}
    said = equity.definitions(replace(comparison, residents=estimated), say)
    assert len(said) == 4
    assert "rule A" in said[2]
    assert ("2.00万人" if lang == "zh" else "20,000 in all") in said[2]
    published = {town: Residents(1) for town in RESIDENTS}
    assert len(equity.definitions(replace(comparison, residents=published), say)) == 3


# -- what is refused


@pytest.mark.parametrize(
    "measure",
    [
        Measure("r", {"zh": "率", "en": "Rate"}, "%"),
        Measure("l", {"zh": "律师", "en": "Lawyers"}, "名", basis="stock"),
        Measure("d", {"zh": "中位数", "en": "Median"}, "天", adds_up=False),
    ],
)
def test_only_what_adds_up_is_a_service(policy, measure):
    with pytest.raises(ValueError, match=f"^{measure.id}: not added up through a year"):
        services_of(gap_of(policy), {measure.id: measure})


def test_a_way_of_counting_that_is_none(policy):
    comparison = compared(policy, URBAN)
    with pytest.raises(ValueError, match='unknown per "villages"'):
        gap_between(comparison, comparison.services[0], "villages", *year(2021))


def test_a_policy_that_compares_no_kinds(tmp_path):
    other = policy_of({"target": "value(x) monitored"}, tmp_path)
    with pytest.raises(ConfigError, match="no indicator compares two kinds"):
        gap_of(other)


@pytest.mark.parametrize("text", ["0", "12.5", "1,200", "-5", "e", "约3万"])
def test_faulty_residents_are_named(text):
    areas = [
        Area("d", "D", "district", ""),
        Area("t", "T", "town", "d"),
        Area("u", "U", "town", "d"),
    ]
    tree = AreaTree(areas, facts={"t": {"residents": text}, "u": {"residents": "5"}})
    with pytest.raises(ConfigError, match="residents of t T is") as caught:
        residents_of(tree, "d")
    assert "u U" not in str(caught.value)


# -- the district's own configuration


def test_residents_of_the_district_follow_their_rule():
    project = load_project(ROOT)
    tree = load_areas(project)
    found = residents_of(tree, project.home)
    towns = tree.descendants(project.home, "town")
    assert set(found) == {town.code for town in towns}
    for town in towns:
        facts = tree.facts(town.code)
        a, b = int(facts["residents_committees"]), int(facts["village_committees"])
        assert found[town.code] == Residents(4390 * a + 1600 * b, "e", facts["residents_source"])
    assert sum(one.count for one in found.values()) == pytest.approx(5_680_000, rel=0.001)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The district's project; every village has a service and every town two disputes in 2021."""
    project = copy_project(tmp_path_factory.mktemp("district"))
    tree = load_areas(project)
    below = tree.descendants(project.home)
    rows = [f"adviser_services {one.code}/A001 2021 1" for one in below if one.level == "village"]
    rows += [f"mediation_accepted {one.code} 2021 2" for one in below if one.level == "town"]
    rows += [f"{name} {one.code} 2021 99" for name in ("adviser_services", "mediation_accepted")
             for one in below if one.level == "zone"]  # fmt: skip
    store_of(project, observations_of(rows))
    return project


def test_the_district_is_compared_as_its_policy_says(project):
    asked = ["adviser_services", "mediation_accepted"]
    comparison = equity.comparison_of(project, dt.date(2021, 12, 31), asked)
    table = equity.levels(comparison)
    rows = table[table["per"] == "village"].set_index("measure")
    assert list(rows.index) == asked
    assert list(rows["towns_first"].map(len)) == [12, 12]
    assert list(rows["towns_second"].map(len)) == [24, 24]
    assert list(rows["units_first"] + rows["units_second"]) == [1520, 1520]
    assert list(rows["services_first"]) == [437, 24]
    assert list(rows["share"].round(4)) == [0, round((24 / 437 - 48 / 1083) / (24 / 437) * 100, 4)]
    assert len(equity.definitions(comparison, Messages("en"))) == 4
    assert equity.kind_names(comparison, Messages("en")) == ("subdistricts", "rural towns")
    assert equity.kind_names(comparison, Messages("zh")) == comparison.gap.kinds


@pytest.mark.parametrize(
    ("asked", "words"),
    [("mediation_acepted", 'did you mean "mediation_accepted"'),
     ("law_firms", "not added up through a year"),
     ("mediation_success_rate", "not added up through a year")],
)  # fmt: skip
def test_a_measure_that_cannot_be_compared_is_refused(project, asked, words):
    with pytest.raises(ValueError, match=words):
        equity.comparison_of(project, dt.date(2021, 12, 31), [asked])
