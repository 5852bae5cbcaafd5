"""The catalogue of the district's policy, its traps, and what is said of a faulty one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from policy_rows import policy_rows

from pls_analysis.configs import ConfigError
from pls_analysis.policy.catalogue import Catalogue
from pls_analysis.policy.loading import load_catalogue
from pls_analysis.policy.targets import parse

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "config" / "policies" / "pudong-2021.yml"
FULL_WIDTH = str.maketrans("():;", "（）：；")


@pytest.mark.parametrize("row", policy_rows(), ids=lambda row: row["id"])
def test_every_row_of_the_policy_stands_in_the_catalogue(catalogue: Catalogue, row: dict[str, str]):
    entry = catalogue.targets[row["id"]]
    assert str(entry.target) == row["algebra"]
    assert entry.indicator.id == row["indicator"]
    assert entry.clause == row["clause"]
    assert entry.task == int(row["task"])
    assert entry.name["zh"] == row["name_zh"].translate(FULL_WIDTH)
    assert bool(entry.reading.get("zh")) is bool(row["reading"])
    assert bool(entry.reading.get("en")) is bool(row["reading"])
    assert entry.strength == row["strength"]
    assert ";".join(entry.judged_at) or row["judged_at"] == "none"
    assert entry.town_view == row["town_view"]
    assert ";".join(entry.forms) == row["form"]
    assert entry.public is (row["public"] == "yes")


def test_the_catalogue_has_no_other_target(catalogue: Catalogue):
    assert list(catalogue.targets) == [row["id"] for row in policy_rows()]


def test_names_are_in_both_languages(catalogue: Catalogue):
    for one in (*catalogue.indicators.values(), *catalogue.targets.values()):
        assert one.name["zh"]
        assert one.name["en"]
        assert not any("一" <= sign <= "鿿" for sign in one.name["en"])


def lower(catalogue: Catalogue, name: str) -> Decimal:
    bound = catalogue.targets[name].target.bound
    assert bound is not None
    assert bound.lower is not None
    return bound.lower.number


# -- traps in the policy -----------------------------------------------------------------------


def test_cases_headline_is_civil_administrative_and_non_litigation(catalogue: Catalogue):
    parts = ("civil_cases", "administrative_cases", "non_litigation_cases")
    assert lower(catalogue, "lawyer_cases") == sum(lower(catalogue, one) for one in parts)
    headline = {str(term) for term in catalogue.indicators["lawyer_cases"].numerator}
    of_parts = {str(term) for one in parts for term in catalogue.indicators[one].numerator}
    assert headline == of_parts
    assert not any("criminal" in term for term in headline)
    beside = [str(one) for _, one in catalogue.targets["lawyer_cases"].beside]
    assert beside == [
        "sum(lawyer_cases, since 2021-01-01) at_least(200000) by(2022-12-31)",
        "sum(litigation_cases, since 2020-01-01) at_least(200000) by(2022-12-31)",
    ]


def test_lawyers_and_their_share_are_two_targets_with_other_counts_beside(catalogue: Catalogue):
    lawyers, share = catalogue.targets["lawyers"], catalogue.targets["lawyer_city_share"]
    assert lawyers.indicator is not share.indicator
    assert set(lawyers.measures).isdisjoint(share.measures), "the share is of one bulletin"
    for entry in (lawyers, share):
        [(without, _)] = entry.beside
        said = {term.breakdown for term in without.numerator}
        assert said == {"category=full_time", "category=part_time"}


def test_leading_lawyers_are_the_sum_of_their_fields(catalogue: Catalogue):
    fields = [name for name in catalogue.targets if name.startswith("leading_lawyers_")]
    assert len(fields) == 5
    parts = sum(lower(catalogue, name) for name in fields)
    assert parts == lower(catalogue, "leading_lawyers")


def test_mediators_in_all_and_one_for_each_committee_are_two_targets(catalogue: Catalogue):
    number, each = (
        catalogue.targets["full_time_mediators"],
        catalogue.targets["committee_mediators"],
    )
    assert (number.target.measured.kind, each.target.measured.kind) == ("value", "each")
    assert each.target.measured.units == ("committee",)
    assert catalogue.units["committee"].level == "village"
    villages = (ROOT / "config" / "villages.csv").read_text(encoding="utf-8").count(",village,")
    assert lower(catalogue, "full_time_mediators") < villages
    assert each.strength == "aspired"


def test_services_are_the_districts_and_visits_and_hours_each_advisers(catalogue: Catalogue):
    services, visits, hours = (
        catalogue.targets[name] for name in ("adviser_services", "adviser_visits", "adviser_hours")
    )
    assert (services.judged_at, services.town_view) == (("district",), "share")
    assert services.target.measured.kind == "sum"
    assert visits.target.measured.units == ("adviser", "village")
    assert hours.target.measured.units == ("adviser",)


def test_lawyer_mediated_disputes_are_of_one_year(catalogue: Catalogue):
    assert catalogue.targets["lawyer_mediated_disputes"].target == parse(
        "sum(lawyer_mediated_disputes, year) at_least(2000) by(2022-12-31)"
    )


def test_firms_are_counted_from_a_band_edge_at_fifty(catalogue: Catalogue):
    said = {str(term) for term in catalogue.indicators["firms_50_plus"].numerator}
    assert said == {"law_firms/size=50_100", "law_firms/size=over_100"}


def test_nine_targets_are_judged_for_towns(catalogue: Catalogue):
    rows = [row["id"] for row in policy_rows() if "town" in row["judged_at"]]
    assert [name for name, one in catalogue.targets.items() if "town" in one.judged_at] == rows
    assert all(catalogue.targets[name].town_view == "judged" for name in rows)


def test_missing_measures_are_named_with_who_needs_them(catalogue: Catalogue):
    known = set(catalogue.measures) - {"platforms"}
    [said] = catalogue.missing_measures(known)
    assert said == 'no form delivers "platforms", which barrier_free_rate, station_coverage needs'


def test_the_four_fields_hold_the_thirteen_tasks(catalogue: Catalogue):
    assert [task for one in catalogue.fields.values() for task in one.tasks] == [*range(1, 14)]


# -- faulty catalogues -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("(lawyers) at_least(8000)", "(lawyers) at_leest(8000)", 'did you mean "at_least"?'),
        ("target: value(lawyers) a", "target: value(firms_50_plus) a",
         'it is about "firms_50_plus", its indicator is "lawyers"'),
        ("ratio(soe_counsel_coverage) at_least(100 %)", "ratio(soe_counsel_coverage) at_least(1)",
         'the bound has the unit "", the indicator "%"'),
        ("target: value(public_lawyers)", "target: ratio(public_lawyers)",
         "ratio() cannot be taken of an indicator that adds: stock"),
        ("each(committee, full", "each(comittee, full",
         'unknown unit "comittee" (did you mean "committee"?)'),
        ("strength: explored", "strength: explred", 'unknown strength "explred"'),
        ("judged_at: [district, town]", "judged_at: [distrikt]", 'unknown level "distrikt"'),
        ("rhythm: half_year", "rhythm: halfyear", 'unknown rhythm "halfyear"'),
        ("adds: stock", "ads: stock", 'unknown key "ads" (did you mean "adds"?)'),
        ("published: 2021-03-03", "published: March", "must be a day such as 2021-03-03"),
        ("task: 14", "task: 15", "there is no task 15"),
        ("tasks: [8, 9]", "tasks: [8, 19]", "there is no task 19"),
        ("indicator: full_time_mediators", "indicator: full_time_mediator",
         'unknown indicator "full_time_mediator" (did you mean "full_time_mediators"?)'),
        ("kinds: [街道, 镇]", "kinds: [街道]", "a gap is between two kinds of towns"),
        ("numerator: service_list_items/item", "numerator: service_list_items",
         "parts are counted of a dimension: measure/dimension"),
        ("adviser_visits) at_least(1) every(month)", "adviser_visits) at_least(1) every(year)",
         "who is under contract is judged every(month)"),
        ("each(village, micro", "each(village * town, micro",
         "units are combined only with one that has contracts"),
        ("above(0) every(year)", "above(0) by(2022-12-31)", "judged every(year)"),
        ("sum(adviser_services, year) at", "sum(adviser_services, month) at",
         "a sum of the month is judged every(month)"),
        ("each(committee, full_time_mediators) at_least(1) by", "ratio(committee) at_least(1) by",
         'it is about "committee", its indicator is "committee_mediators"'),
        ("each(tier, barrier_free_rate)", "each(village, barrier_free_rate)",
         "a quotient is not judged for each village; count who complies"),
        ("  town: {level: town, noun", "  town: {noun", "one of level, levels, breakdown and cont"),
        ("  town: {level: town, noun", "  town: {level: town, nouns", 'unknown key "nouns"'),
        ("    pairs: {zh: 对", "    pear: {zh: 对", "with contracts what pairs are called"),
        ("      trial: {zh: 审", "      trail: {zh: 审", "the parts of a breakdown, and only they"),
        ("    denominator: state_enterprises\n", "", "adds: ratio and this denominator"),
        ("en: Lawyers}", "e: Lawyers}", 'unknown key "e"'),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line(tmp_path: Path, old: str, new: str, wrong: str):
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    at = text.index(old)
    bad = tmp_path / "policy.yml"
    bad.write_text(text[:at] + new + text[at + len(old) :], encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_catalogue(bad)
    assert wrong in str(caught.value)
    assert all(", line " in one for one in caught.value.problems), caught.value.problems
    line = text[:at].count("\n") + 1
    near = [one for one in caught.value.problems if wrong in one]
    named = int(near[0].split(", line ")[1].split(":")[0])
    assert abs(named - line) <= 8


def test_advisers_need_contracts(tmp_path: Path):
    text = FILE.read_text(encoding="utf-8")
    bad = tmp_path / "policy.yml"
    start = text.index("  adviser:\n    contracts:")
    end = text.index("  tier:")
    text = text[:start] + "  adviser: {level: village, noun: {zh: 名, en: adviser}}\n" + text[end:]
    bad.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="no unit has contracts"):
        load_catalogue(bad)


def test_faults_are_collected(tmp_path: Path):
    text = FILE.read_text(encoding="utf-8")
    bad = tmp_path / "policy.yml"
    text = text.replace("strength: explored", "strength: exlored").replace("task: 3", "task: 33")
    bad.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_catalogue(bad)
    rows = policy_rows()
    explored = sum(row["strength"] == "explored" for row in rows)
    assert len(caught.value.problems) == explored + sum(row["task"] == "3" for row in rows)
