"""Verdicts and targets in words: true to the figures, in both languages, and never embarrassing."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest
from case_tables import Case, invented_tree, observations_of, policy_of, read_cases, series_of
from hypothesis import given, settings
from hypothesis import strategies as st

from pls_analysis.areas import AreaTree
from pls_analysis.messages import Messages
from pls_analysis.policy.assessment import Assessment, Assessor, assess
from pls_analysis.policy.catalogue import Catalogue
from pls_analysis.policy.observed import Observed
from pls_analysis.sentences import sentence
from pls_analysis.verdicts import (
    gap_text,
    required_text,
    status_word,
    tally,
    tone,
    value_text,
    worst,
)
from pls_analysis.wording import definition, target_text

SAY = {lang: Messages(lang) for lang in ("zh", "en")}
CASES = [*read_cases("figures"), *read_cases("observed")]
LEFTOVERS = re.compile(r"[{}|]|None|nan|\\bFraction|_")
EMBARRASSING = re.compile("末位|成效显著|得益于|完成率|下降−|减少−|国外|应当加强")
HOME = "310115"


class _Given(Assessor):
    """Judges by the figures that a case gives."""

    figures = ()

    def series(self, indicator, target):
        return list(self.figures)


def assessed(case: Case, folder: Path) -> list[Assessment]:
    catalogue, given = policy_of(case.given, folder), case.given
    tree, as_of = invented_tree(), given["as_of"]
    if "rows" in given:
        observations = observations_of(given["rows"])
        return assess(catalogue, observations, tree, "d01", as_of, given.get("area", "d01"))
    assessor = _Given(catalogue, Observed(observations_of([]), tree, "d01", as_of), "d01")
    assessor.figures = series_of(catalogue, given)
    return assessor.assess_all(catalogue.targets.values())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_of_the_specification_can_be_said(case: Case, tmp_path: Path):
    for one in assessed(case, tmp_path):
        for say in SAY.values():
            said = sentence(one, say, case.given["as_of"], "X")
            texts = [said, value_text(one, say), required_text(one, say), gap_text(one, say),
                     status_word(one, say), target_text(one.entry, say)]  # fmt: skip
            for text in texts:
                assert text, texts
                assert not LEFTOVERS.search(text), text
                assert not EMBARRASSING.search(text), text
            assert said.rstrip(" )）").endswith(("。", ".")), said
            if one.status in ("no_data", "too_few"):
                assert not re.search("未达到|未达标|missed|达到目标", said), said
            if one.entry.strength == "aspired" and one.status == "missed":
                assert "未达到预期" in said or "逾期" in said or "aspired" in said or "late" in said


# -- the policy's targets --------------------------------------------------------------------------


def test_every_target_of_the_policy_reads_well(catalogue: Catalogue):
    for entry in catalogue.targets.values():
        zh, en = (target_text(entry, SAY[lang]) for lang in ("zh", "en"))
        assert not LEFTOVERS.search(zh + en), (zh, en)
        assert not re.search("[A-Za-z]", zh), zh
        assert not re.search("[\u4e00-\u9fff]", en), en
        for text in (definition(entry, SAY["zh"]), definition(entry, SAY["en"])):
            assert "。。" not in text
            assert ".." not in text


@pytest.mark.parametrize(
    ("target", "zh", "en"),
    [
        ("lawyers", "2022年底力争达到8,000人", "end of 2022: at least 8,000 people (aspired to)"),
        ("lawyer_city_share", "2022年底力争占全市比重超过25%",
         "end of 2022: more than 25% of the city (aspired to)"),
        ("joint_operation_offices", "2022年底比2020年底新增1至2家",
         "end of 2022: 1 to 2 organisations more than at end of 2020"),
        ("culture_venues", "2022年底每个街镇1至2个", "end of 2022: each town: 1 to 2 units"),
        ("adviser_visits", "每月每对签约关系不少于1次",
         "every month: each contract: at least 1 time"),
        ("adviser_hours", "每月每名顾问不少于6小时", "every month: each adviser: at least 6 hours"),
        ("lawyer_cases", "自2020年1月1日起至2022年底累计达到200,000件",
         "at least 200,000 cases in all from 1 January 2020 to the end of 2022"),
        ("awareness_rate", "每年居全市前3位", "every year: among the first 3 of the city"),
        ("town_village_gap", "每年比上年下降", "every year: lower than the year before"),
        ("appraisal_complaint_rate", "每年不超过0.6‰", "every year: at most 0.6‰"),
        ("aid_satisfaction", "2022年底比2020年底提高", "end of 2022: higher than at end of 2020"),
        ("enterprise_platform", "2022年底探索完成", "end of 2022: done (explored)"),
        ("legal_checkups", "监测，未设数值目标", "monitored, no figure set"),
    ],
)  # fmt: skip
def test_what_a_target_asks_for(catalogue: Catalogue, target: str, zh: str, en: str):
    entry = catalogue.targets[target]
    assert (target_text(entry, SAY["zh"]), target_text(entry, SAY["en"])) == (zh, en)


# -- the sentences of the briefs -------------------------------------------------------------------


LAWYERS = ["lawyers 310115 @2020-12-31 7000"]
CALLS = "hotline_calls_"
SAID = [
    # T3: met early, and met on the day itself
    ("lawyers", [*LAWYERS, "lawyers 310115 @2022-06-30 8000"], "2022-06-30",
     "截至2022年6月30日，浦东律师总人数为8,000人，已提前达到2022年底8,000人的目标。"),
    ("lawyers", [*LAWYERS, "lawyers 310115 @2022-12-31 8000"], "2022-12-31",
     "截至2022年12月31日，浦东律师总人数为8,000人，达到2022年底8,000人的目标。"),
    # T5: a stock behind its pace by one, and on it
    ("lawyers", [*LAWYERS, "lawyers 310115 @2022-06-30 7747"], "2022-06-30",
     "截至2022年6月30日，浦东律师总人数为7,747人，比序时要求少1人，距目标尚差253人。"),
    ("lawyers", [*LAWYERS, "lawyers 310115 @2022-06-30 7748"], "2022-06-30",
     "截至2022年6月30日，浦东律师总人数为7,748人，达到序时要求（7,748人），距目标尚差252人。"),
    # an aspiration that fails is no duty failed
    ("lawyers", [*LAWYERS, "lawyers 310115 @2022-12-31 7999"], "2023-01-31",
     "截至2022年12月31日，浦东律师总人数为7,999人，未达到预期（2022年底8,000人），相差1人。"),
    # T4: a yearly sum ahead of the time gone by, behind it, reached, and the year over
    ("case_library_entries", ["case_library_entries 310115 ..2022-H1 18"], "2022-06-30",
     "2022年上半年，12348案例库收录浦东案例累计18个，完成目标的51.4%，快于序时进度1.8个百分点。"),
    ("case_library_entries", ["case_library_entries 310115 ..2022-H1 17"], "2022-06-30",
     "2022年上半年，12348案例库收录浦东案例累计17个，完成目标的48.6%，慢于序时进度1.0个百分点。"),
    ("case_library_entries", ["case_library_entries 310115 ..2021 34"], "2021-12-31",
     "2021年，12348案例库收录浦东案例累计34个，为目标的97.1%，未达到目标。"),
    # a rate just below its bound shows that it is
    ("hotline_connection_rate",
     [f"{CALLS}received 310115 ..2021 10000", f"{CALLS}connected 310115 ..2021 9896"],
     "2021-12-31", "2021年，热线平台接通率为98.96%（9,896/10,000），未达到每年99%的目标，"
     "相差0.04个百分点。"),
    ("hotline_connection_rate",
     [f"{CALLS}received 310115 ..2021 10000", f"{CALLS}connected 310115 ..2021 9900"],
     "2021-12-31", "2021年，热线平台接通率为99.0%（9,900/10,000），达到每年99%的目标。"),
    # T7: nothing filed; a running year that says so
    ("lawyers", [], "2022-06-30",
     "截至2022年6月30日，浦东律师总人数尚无数据（应由区司法局报送），本期不作评价。"),
    # T8: a denominator too small, even without a case
    ("appraisal_complaint_rate",
     ["appraisals 310115 ..2022-H1 1666", "appraisal_complaints_upheld 310115 ..2022-H1 0"],
     "2022-06-30", "2022年上半年，司法鉴定有效投诉率的分母为1,666（其中0），分母过小"
     "（不足1,667），仅列数，不评价、不排名。"),
    ("appraisal_complaint_rate",
     ["appraisals 310115 ..2022-H1 1667", "appraisal_complaints_upheld 310115 ..2022-H1 1"],
     "2022-06-30", "2022年上半年，司法鉴定有效投诉率为0.5999‰（1/1,667），符合不超过0.6‰的要求；"
     "全年以年度数据为准。"),
    # milestones: on the day, late, not yet, not at all
    ("dispute_centre", ["dispute_centre 310115 @2022-12-31 20221231"], "2022-12-31",
     "纠纷化解一体化服务中心已于2022年12月31日完成（时限2022年12月31日）。"),
    ("dispute_centre", ["dispute_centre 310115 @2023-06-30 20230110"], "2023-06-30",
     "纠纷化解一体化服务中心于2023年1月10日逾期完成（时限2022年12月31日）。"),
]  # fmt: skip


@pytest.mark.parametrize(("target", "rows", "day", "said"), SAID)
def test_a_verdict_in_a_sentence(
    catalogue: Catalogue, tree: AreaTree, target: str, rows: list[str], day: str, said: str
):
    as_of = dt.date.fromisoformat(day)
    entry = catalogue.targets[target]
    [one] = assess(catalogue, observations_of(rows), tree, HOME, as_of, HOME, [entry])
    assert sentence(one, SAY["zh"], as_of, "区司法局").startswith(said)


def test_advisers_of_a_town_are_counted_and_never_named(catalogue: Catalogue, tree: AreaTree):
    """T9: two contracts filed, one of them complying, and one not filed."""
    villages = [one.code for one in tree.descendants("310115004", "village")][:3]
    rows = [
        f"adviser_contract_{end} {village}/A00{n} 2022-05 {value}"
        for n, village in enumerate(villages)
        for end, value in (("start", 20220101), ("end", 20221231))
    ]
    rows += [f"adviser_visits {villages[0]}/A000 2022-05 1",
             f"adviser_visits {villages[1]}/A001 2022-05 0"]  # fmt: skip
    as_of = dt.date(2022, 5, 31)
    entry = catalogue.targets["adviser_visits"]
    [one] = assess(catalogue, observations_of(rows), tree, HOME, as_of, "310115004", [entry])
    said = sentence(one, SAY["zh"], as_of)
    assert said == (
        "2022年5月，每名顾问每月到每个签约居村现场服务：应评价3对签约关系，已报2对签约关系，"
        "其中达标1对签约关系，占已报的50.0%；未报的1对签约关系不按0计。"
    )
    assert not re.search(r"A00\d", said)


# -- numbers ---------------------------------------------------------------------------------------


@settings(deadline=None)
@given(connected=st.integers(0, 100_000), received=st.integers(101, 100_000))
def test_a_printed_rate_stands_to_its_bound_as_the_rate_does(
    catalogue: Catalogue, tree: AreaTree, connected: int, received: int
):
    connected = min(connected, received)
    rows = [f"{CALLS}received 310115 ..2021 {received}",
            f"{CALLS}connected 310115 ..2021 {connected}"]  # fmt: skip
    entry = catalogue.targets["hotline_connection_rate"]
    as_of = dt.date(2021, 12, 31)
    [one] = assess(catalogue, observations_of(rows), tree, HOME, as_of, HOME, [entry])
    printed = Decimal(value_text(one, SAY["zh"]).rstrip("%"))
    exact = Decimal(connected) * 100 / received
    assert (printed >= 99) == (exact >= 99) == (one.status == "met")
    assert (printed == 100) == (connected == received) or abs(exact - 100) < Decimal("0.0001")


def test_counts_by_status_never_make_a_rate(catalogue: Catalogue, tree: AreaTree):
    as_of = dt.date(2022, 6, 30)
    found = assess(catalogue, observations_of([*LAWYERS, "lawyers 310115 @2022-06-30 7747"]),
                   tree, HOME, as_of, HOME)  # fmt: skip
    said = tally(found, SAY["zh"])
    assert said.startswith("共108项：慢于序时1项、无数据")
    assert "%" not in said
    first = worst(found)
    assert first is not None
    assert first.entry.id == "lawyers"
    assert tone(first) == "warn"
    assert tally([], SAY["en"]) == ""
