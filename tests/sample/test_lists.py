"""Lists of the sample: who stands in them, and how they agree with each other and other forms."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from openpyxl import load_workbook

from pls_analysis.periods import parse_period
from pls_analysis.project import Project
from pls_analysis.sample import SampleTruth, generate
from pls_analysis.sample.rosters import Names, Terms, make_roster

FORMS = ["adviser_ledger", "village_facilities", "leading_lawyers", "city_bulletin",
         "mediation_quarterly", "town_monthly", "milestones"]  # fmt: skip
TOWNS = {f"t{number}": [f"t{number}v{place}" for place in range(40)] for number in range(6)}
UNTIL = dt.date(2022, 12, 31)


@pytest.fixture(scope="module")
def made(departments: Project, tmp_path_factory) -> tuple[Project, SampleTruth]:
    """The lists of the invented district, and two forms beside them, of two months."""
    folder = tmp_path_factory.mktemp("lists")
    return departments, generate(departments, folder, start="2021-12", until="2022-01", forms=FORMS)


@pytest.fixture(scope="module")
def truth(made: tuple[Project, SampleTruth]) -> pd.DataFrame:
    return made[1].frame()


def of(truth: pd.DataFrame, measure: str, breakdown: str = "total") -> pd.DataFrame:
    return truth[(truth["measure"] == measure) & (truth["breakdown"] == breakdown)]


# -- advisers ------------------------------------------------------------------------------------


def roster(until: dt.date = UNTIL, **terms):
    return make_roster(Terms(**terms), Names("赵钱孙", "甲乙丙丁戊"), TOWNS, until, 7)


def test_an_adviser_serves_neighbouring_villages_and_some_two_towns():
    towns: dict[str, set[str]] = {}
    for contracts in roster(two_towns=1.0, new=0.0).contracts.values():
        for one in contracts:
            towns.setdefault(one.adviser, set()).add(one.village[:2])
    assert {len(one) for one in towns.values()} == {1, 2}


def test_contracts_of_a_village_follow_on_each_other():
    for contracts in roster(gap=0.0).contracts.values():
        by_village: dict[str, list] = {}
        for one in contracts:
            by_village.setdefault(one.village, []).append(one)
        for own in by_village.values():
            days = [one.start - dt.timedelta(days=1) for one in own[1:]]
            assert [one.end for one in own[:-1]] == days
            assert own[-1].end >= UNTIL


def test_a_longer_sample_changes_no_contract():
    short, long = roster(dt.date(2021, 6, 30)), roster()
    assert short.people == long.people
    for town, contracts in short.contracts.items():
        assert set(contracts) <= set(long.contracts[town])


def test_a_village_may_have_nobody_and_a_month_two_advisers():
    served = {one.village for one in roster(vacant=0.2).serving("t1", parse_period("2022-03"))}
    assert 20 < len(served) < 40
    changed = [
        month
        for month in range(1, 13)
        for rows in (roster(new=1.0).serving("t1", parse_period(f"2022-{month:02d}")),)
        if len(rows) > len({one.village for one in rows})
    ]
    assert changed


def test_people_have_names_of_their_own():
    names = Names("赵钱孙", "甲乙丙丁戊")
    assert len({names.person(number, 3)["name"] for number in range(75)}) == 75


# -- rows ----------------------------------------------------------------------------------------


def test_the_towns_month_is_the_sum_of_its_ledger(truth: pd.DataFrame):
    for measure in ("adviser_visits", "adviser_hours"):
        month = of(truth, measure)
        month = month[(month["basis"] == "flow") & (month["period_end"] == dt.date(2022, 1, 31))]
        rows = month[month["form"] == "adviser_ledger"]
        ledger = rows.groupby(rows["area"].str[:9])["value"].sum()
        town = month[month["form"] == "town_monthly"].set_index("area")["value"]
        # A blank or an exemption is in the town's figure, but not in the ledger.
        both = pd.concat([ledger, town], axis=1, keys=["ledger", "town"]).dropna()
        assert len(both) > 5
        assert (both["ledger"] <= both["town"] + 0.001).all()
        assert (both["ledger"].round(2) == both["town"].round(2)).sum() >= len(both) - 3


@pytest.mark.parametrize("dimension", ["kind", "mode"])
def test_services_add_up_by_kind_and_by_mode(truth: pd.DataFrame, dimension: str):
    mine = truth[truth["measure"] == "adviser_services"]
    mine = mine[~mine["fault"].isin(["missing_mark", "exempt"])]
    keys = ["area", "subject", "period_end"]
    whole = mine[mine["breakdown"] == "total"].set_index(keys)["value"]
    parts = mine[mine["breakdown"].str.startswith(dimension)].groupby(keys)["value"].sum()
    both = pd.concat([whole, parts], axis=1, keys=["whole", "parts"]).dropna()
    assert len(both) > 100
    assert (both["whole"] == both["parts"]).mean() > 0.98


def test_contracts_begin_and_end_in_mid_month_too(truth: pd.DataFrame):
    begun = of(truth, "adviser_contract_start")["value"] % 100
    assert (begun == 1).any()
    assert (begun > 1).any()


def test_the_last_ledgers_are_late(made: tuple[Project, SampleTruth]):
    late = [one for one in made[1].faults if one.kind == "late_report"]
    assert {one.expected for one in late} == {"absent"}
    assert late
    assert not {one.file for one in late} & set(made[1].files)


def test_a_village_without_a_workroom_has_no_barrier_free_one(truth: pd.DataFrame):
    rooms, free = (
        of(truth, measure).set_index(["area", "period_end"])["value"]
        for measure in ("platforms", "barrier_free_platforms")
    )
    none = rooms[rooms == 0].index
    assert len(none)
    assert not (free.reindex(none) > 0).any()


def test_mediators_of_villages_and_towns_are_among_the_districts(truth: pd.DataFrame):
    assert set(of(truth, "full_time_mediators")["form"]) == {
        "village_facilities", "mediation_quarterly",
    }  # fmt: skip
    assert of(truth, "town_committee_mediators")["value"].min() >= 1


def test_districts_add_up_to_the_city(truth: pd.DataFrame):
    lawyers = truth[truth["measure"] == "bulletin_lawyers"]
    for _, part in lawyers.groupby(["breakdown", "period_end"]):
        city = part["area"].str.endswith("0000") | (part["area"] == "440100")
        assert part.loc[city, "value"].sum() == part.loc[~city, "value"].sum()


def test_people_are_counted_and_stay(made: tuple[Project, SampleTruth], truth: pd.DataFrame):
    counted = truth[truth["measure"] == "leading_lawyers"]
    whole = counted.loc[counted["breakdown"] == "total", "value"].item()
    assert whole == counted.loc[counted["breakdown"] != "total", "value"].sum()
    first, last = counted["cell"].iloc[0].split(":")
    assert int(last[1:]) - int(first[1:]) + 1 == whole


def test_a_milestone_is_a_day_or_not_yet(truth: pd.DataFrame):
    said = truth[(truth["unit"] == "日期") & (truth["form"] == "milestones")]
    assert set(said.loc[said["value"].isna(), "status"]) == {"z"}
    assert said["value"].dropna().between(20200101, 20211231).all()
    assert not set(truth["measure"]) & {"city_indicators", "city_indicators_met"}


def test_a_ledger_looks_as_offices_keep_it(made: tuple[Project, SampleTruth], tmp_path):
    project, _ = made
    generate(project, tmp_path, start="2022-01", until="2022-01", forms=["adviser_ledger"])
    for file in sorted(tmp_path.rglob("*.xlsx"))[:3]:
        (sheet,) = load_workbook(file).worksheets
        said = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
        assert any("台账" in text for text in said)
        assert any(text.startswith("A0") for text in said)
        assert "合计" in said
