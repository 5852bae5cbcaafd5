"""Verdicts and targets in words: true to the figures, in both languages, and never embarrassing."""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from case_tables import Case, invented_tree, observations_of, policy_of, read_cases, series_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pls_analysis.areas import AreaTree
from pls_analysis.headlines import key_points
from pls_analysis.messages import Messages
from pls_analysis.policy.assessment import Assessment, Assessor, assess
from pls_analysis.policy.catalogue import Catalogue
from pls_analysis.policy.figures import Figure, known
from pls_analysis.policy.observed import Observed
from pls_analysis.policy.targets import parse
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
SENTENCES = Path(__file__).resolve().parents[1] / "cases" / "sentences.yml"
LEFTOVERS = re.compile(r"[{}|]|\bNone\b|\bnan\b|\bFraction|_|no_data")
EMBARRASSING = re.compile(
    "末位|倒数|成效显著|得益于|由于|导致|完成率|未完成任务|国外|应当|应加强|建议"
    "|(增长|增加|提高|下降|减少|降低|相差|尚差|超出)[−-]|不足−"
)
FAILED = {
    "zh": re.compile("未达到|未达标|未全部达标|不符合|未进入|未按期"),
    "en": re.compile("missed|not all|short of|not among|not done in time"),
}
REMARKS = re.compile("现值|自2021|其他：|其中20|。甲为|Present|Since|Others| Not as asked")
DOUBLED = re.compile(r"。。|，，|，。|；。|（）|）（|  |\.\.|, ,| \.| ,|: ;")
HOME = "310115"


def said_cases() -> list[dict[str, Any]]:
    """Return the cases of the sentences; what a group says holds for each of its cases."""
    found = []
    for group in yaml.safe_load(SENTENCES.read_text(encoding="utf-8")):
        shared = {key: value for key, value in group.items() if key not in ("cases", "rows")}
        for number, case in enumerate(group["cases"], 1):
            name = f"{group['rule']} {group['says']} [{number}: {case['word']}]"
            rows = [*group.get("rows", ()), *case["rows"]]
            found.append({**shared, **case, "name": name, "rows": rows})
    return found


class _Given(Assessor):
    """Judges by the figures that a case gives."""

    figures: Sequence[Figure] = ()

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
        for lang, say in SAY.items():
            office = {"zh": "乙", "en": "Z"}[lang]
            said = sentence(one, say, case.given["as_of"], office)
            texts = [said, value_text(one, say), required_text(one, say), gap_text(one, say),
                     status_word(one, say), target_text(one.entry, say)]  # fmt: skip
            for text in texts:
                assert text, texts
                assert not LEFTOVERS.search(text), text
                assert not EMBARRASSING.search(text), text
                assert not DOUBLED.search(text), text
                foreign = "[A-Za-z]" if lang == "zh" else "[\u4e00-\u9fff，。；：（）]"
                assert not re.search(foreign, re.sub(r"n ?= ?[\d,]+", "", text)), text
            assert said.endswith(("。", ".")), said
            _says_its_verdict(one, said, lang)


def _says_its_verdict(one: Assessment, said: str, lang: str) -> None:
    """Hold a sentence against the status that it tells."""
    failed = FAILED[lang].search(REMARKS.split(said)[0])
    if one.status not in ("missed", "off_track"):
        assert not failed, said
    elif one.status == "missed":
        assert failed or "逾期" in said or "late" in said, said
    if one.status == "no_data":
        assert re.search("不作评价|不作名次评价|no verdict|not judged", said), said
    if one.status == "too_few":
        assert "%" not in said or "抽样" in said or "survey" in said, said
        assert "‰" not in said, said
    if one.status == "missed" and one.entry.strength == "aspired":
        assert re.search("未达到预期|逾期|aspired|late", said), said
    if one.unit in ("%", "‰") and one.gap and one.status in ("missed", "off_track"):
        assert not re.search(r"(相差|尚差|超出|低|高)[\d.]+[%‰]", said), said


# -- the policy's targets --------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_target_of_the_policy_reads_well(catalogue: Catalogue, lang: str):
    say = SAY[lang]
    for entry in catalogue.targets.values():
        asked, defined = target_text(entry, say), definition(entry, say)
        for text in (asked, defined, entry.name[lang]):
            assert not LEFTOVERS.search(text), text
            assert not DOUBLED.search(text), text
        if lang == "zh":
            assert not re.search("[A-Za-z();:]", asked + defined + entry.name["zh"]), defined
            assert not defined or defined.endswith("。")
        else:
            # Words of the policy stand in brackets, after what they mean.
            plain = re.sub(r"\([\d.—\u4e00-\u9fff‰]+\)", "", defined)
            assert not re.search("[\u4e00-\u9fff，。；：（）“”]|\\bS\\d", asked + plain), plain
            assert not defined or (defined.endswith(".") and not defined[0].islower())
        assert "国外" not in defined


@pytest.mark.parametrize(
    ("target", "zh", "en"),
    [
        ("lawyers", "2022年底力争达到8,000人",
         "by the end of 2022: at least 8,000 people (aspired to)"),
        ("lawyer_city_share", "2022年底力争占全市比重超过25%",
         "by the end of 2022: more than 25% of the city (aspired to)"),
        ("joint_operation_offices", "2022年底比2020年底新增1至2家",
         "by the end of 2022: 1 to 2 organisations more than at the end of 2020"),
        ("culture_venues", "2022年底每个街镇1至2个",
         "by the end of 2022, for each town: 1 to 2 units"),
        ("adviser_visits", "每月每对签约关系不少于1次",
         "every month, for each contract: at least 1 time"),
        ("adviser_hours", "每月每名顾问不少于6小时",
         "every month, for each adviser: at least 6 hours"),
        ("lawyer_cases", "自2020年1月1日起至2022年底累计达到200,000件",
         "at least 200,000 cases in all from 1 January 2020 to the end of 2022"),
        ("awareness_rate", "每年居全市前3位", "every year: among the first 3 of the city"),
        ("town_village_gap", "每年比上年下降", "every year: lower than the year before"),
        ("appraisal_complaint_rate", "每年不超过0.6‰", "every year: at most 0.6‰"),
        ("aid_satisfaction", "2022年底比2020年底提高",
         "by the end of 2022: higher than at the end of 2020"),
        ("barrier_free_rate", "2022年底每级平台达到100%",
         "by the end of 2022, for each tier: 100%"),
        ("adviser_services", "每年达到10,000次（件）", "every year: at least 10,000 services"),
        ("dispute_centre", "2022年底前完成", "by the end of 2022: done"),
        ("enterprise_platform", "2022年底前完成（探索性）", "by the end of 2022: done (explored)"),
        ("legal_checkups", "监测，未设数值目标", "monitored, no figure set"),
    ],
)  # fmt: skip
def test_what_a_target_asks_for(catalogue: Catalogue, target: str, zh: str, en: str):
    entry = catalogue.targets[target]
    assert (target_text(entry, SAY["zh"]), target_text(entry, SAY["en"])) == (zh, en)


# -- the sentences of the briefs -------------------------------------------------------------------


@pytest.mark.parametrize("case", said_cases(), ids=lambda case: case["name"])
def test_a_verdict_in_a_sentence(catalogue: Catalogue, tree: AreaTree, case: dict[str, Any]):
    entry, as_of = catalogue.targets[case["target"]], case["as_of"]
    observations = observations_of(case["rows"])
    area = case.get("area", HOME)
    [one] = assess(catalogue, observations, tree, HOME, as_of, area, [entry])
    assert status_word(one, SAY["zh"]) == case["word"]
    assert sentence(one, SAY["zh"], as_of, "区司法局") == case["zh"]
    assert sentence(one, SAY["en"], as_of, "the bureau") == case["en"]


def test_every_kind_of_sentence_has_cases_on_both_sides():
    rules: dict[str, set[str]] = {}
    for case in said_cases():
        rules.setdefault(case["rule"], set()).add(case["word"])
        assert not re.search(r"A00\d", case["zh"] + case["en"])
    for number in (4, 5, 6, 8, 9, 11):
        assert len(rules[f"T{number}"]) > 1
    assert rules["T3"] == {"已达标"}
    assert rules["T7"] == {"无数据"}


def test_who_is_only_monitored_is_counted_among_those_known(catalogue: Catalogue, tree: AreaTree):
    """Of a town and its 29 villages one village has no platform, and another has not filed."""
    town, as_of = "310115004", dt.date(2022, 6, 30)
    codes = [town, *(one.code for one in tree.descendants(town, "village"))]
    rows = [f"platforms {code} @2022-06-30 {int(n > 1)}" for n, code in enumerate(codes[1:], 1)]
    entry = catalogue.targets["station_coverage"]
    [one] = assess(catalogue, observations_of(rows), tree, HOME, as_of, town, [entry])
    head = "截至2022年6月30日，街镇工作站与居村工作室覆盖率为"
    assert sentence(one, SAY["zh"], as_of) == f"{head}96.6%（28/29，已报29/30）。"
    assert sentence(one, SAY["en"], as_of).endswith(": 96.6% (28/29, 29 of 30 filed).")
    assert value_text(one, SAY["zh"]) == "28/29（应30）"


# -- the first sentences of a brief ----------------------------------------------------------------


LAWYERS = ["lawyers 310115 @2020-12-31 7000"]


def test_counts_by_status_never_make_a_rate(catalogue: Catalogue, tree: AreaTree):
    as_of = dt.date(2022, 6, 30)
    found = assess(catalogue, observations_of([*LAWYERS, "lawyers 310115 @2022-06-30 7747"]),
                   tree, HOME, as_of, HOME)  # fmt: skip
    said = tally(found, SAY["zh"])
    assert said.startswith("共108项：未达序时1项、无数据")
    assert "%" not in said
    first = worst(found)
    assert first is not None
    assert first.entry.id == "lawyers"
    assert tone(first) == "warn"
    assert tally([], SAY["en"]) == ""


def test_an_aim_not_reached_is_not_counted_among_failed_duties(
    catalogue: Catalogue, tree: AreaTree
):
    rows = [*LAWYERS, "lawyers 310115 @2022-12-31 7999", "mediation_orgs 310115 @2022-12-20 29"]
    as_of = dt.date(2023, 1, 31)
    entries = [catalogue.targets[name] for name in ("lawyers", "mediation_orgs")]
    found = assess(catalogue, observations_of(rows), tree, HOME, as_of, HOME, entries)
    assert tally(found, SAY["zh"]) == "共2项：未达标1项、未达到预期1项。"
    assert [tone(one) for one in found] == ["warn", "bad"]
    first = worst(found)
    assert first is not None
    assert first.entry.id == "mediation_orgs"


def test_three_sentences_open_a_brief(catalogue: Catalogue, tree: AreaTree):
    rows = [
        *LAWYERS, "lawyers 310115 @2022-06-30 7747", "case_library_entries 310115 ..2022-H1 30",
        "mediation_orgs 310115 @2020-12-20 20", "mediation_orgs 310115 @2022-06-20 28",
    ]  # fmt: skip
    as_of = dt.date(2022, 6, 30)
    names = ("lawyers", "case_library_entries", "mediation_orgs", "dispute_centre")
    entries = [catalogue.targets[name] for name in names]
    found = assess(catalogue, observations_of(rows), tree, HOME, as_of, HOME, entries)
    said = key_points(found, SAY["zh"], as_of, lambda one: "区司法局")
    assert [text[:30] for text in said] == [
        "截至2022年6月30日，浦东律师总人数为7,747人，比序",
        "2022年上半年，12348案例库收录浦东案例累计30个，完",
        "有1项目标因尚无数据或数据不全，本期不作评价：纠纷化解一体化",
    ]
    assert key_points(found[:3], SAY["en"], as_of)[-1] == "All 3 targets to be judged have data."
    assert key_points([], SAY["zh"], as_of) == []


# -- numbers ---------------------------------------------------------------------------------------


Judge = Callable[..., Assessment]


@pytest.fixture(scope="module")
def judged(catalogue: Catalogue, tree: AreaTree) -> Judge:
    """Judge an own target of an indicator by figures."""
    observed = Observed(observations_of([]), tree, HOME, dt.date(2022, 6, 30))

    def judge(name: str, target: str, *figures: Figure) -> Assessment:
        entry = catalogue.targets[name]
        entry = replace(entry, target=parse(target), beside=(), strength="required")
        assessor = _Given(catalogue, observed, HOME)
        assessor.figures = figures
        return assessor.assess(entry)

    return judge


def number_in(text: str) -> Decimal:
    """Read the number that a text begins with."""
    return Decimal(re.match(r"−?[\d,]+(\.\d+)?", text)[0].replace(",", "").replace("−", "-"))  # type: ignore


HOLDS = {"at_least": operator.ge, "more_than": operator.gt, "at_most": operator.le,
         "less_than": operator.lt}  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(
    top=st.integers(0, 2_000_000), bottom=st.integers(1, 2_000_000),
    bound=st.decimals(0, 100, places=2), word=st.sampled_from(sorted(HOLDS)),
)  # fmt: skip
@example(top=9896, bottom=10_000, bound=Decimal(99), word="at_least")
@example(top=1_979_999, bottom=2_000_000, bound=Decimal(99), word="at_least")
@example(top=1_980_001, bottom=2_000_000, bound=Decimal(99), word="at_most")
@example(top=1, bottom=80, bound=Decimal("1.25"), word="at_most")
@example(top=1_500_001, bottom=2_000_000, bound=Decimal(75), word="more_than")
def test_a_printed_rate_stands_to_its_bound_as_the_rate_does(
    judged: Judge, top: int, bottom: int, bound: Decimal, word: str
):
    top, bottom = sorted((top, bottom))
    figure = known(dt.date(2021, 1, 1), dt.date(2021, 12, 31), Fraction(100 * top, bottom),
                   numerator=Fraction(top), denominator=Fraction(bottom), year=2021)  # fmt: skip
    one = judged("online_service_coverage",
                 f"ratio(online_service_coverage) {word}({bound} %) by(2022-12-31)", figure,
                 replace(figure, end=dt.date(2022, 6, 30), year=2022))  # fmt: skip
    if one.status == "too_few":
        assert value_text(one, SAY["zh"]) == f"{SAY['zh'].count(top)}/{SAY['zh'].count(bottom)}"
        return
    printed, said = value_text(one, SAY["zh"]), sentence(one, SAY["zh"], dt.date(2022, 6, 30))
    assert HOLDS[word](number_in(printed), bound) == (one.status == "met")
    assert (number_in(printed) == 100) == (top == bottom)
    assert (number_in(printed) == 0) == (top == 0)
    assert f"为{printed}（" in said
    if one.gap:
        assert number_in(gap_text(one, SAY["zh"])) > 0


@settings(deadline=None, max_examples=200)
@given(
    before=st.integers(0, 9000), now=st.integers(0, 9000), goal=st.integers(1, 9000),
    end=st.dates(dt.date(2021, 4, 1), dt.date(2022, 6, 30)),
)  # fmt: skip
def test_a_printed_count_stands_to_its_pace_as_the_count_does(
    judged: Judge, before: int, now: int, goal: int, end: dt.date
):
    figures = [known(day, day, Fraction(value), year=day.year)
               for day, value in ((dt.date(2020, 12, 31), before), (end, now))]  # fmt: skip
    one = judged("lawyers", f"value(lawyers) at_least({goal}) by(2022-12-31)",
                 *figures)  # fmt: skip
    if one.status not in ("on_track", "off_track", "met"):
        return
    value, required = (number_in(text(one, SAY["zh"])) for text in (value_text, required_text))
    assert (value >= required) == (one.status != "off_track")
    said = sentence(one, SAY["zh"], dt.date(2022, 6, 30))
    if one.status == "off_track":
        assert f"比序时要求少{SAY['zh'].count(required - value)}人" in said
    assert ("距目标尚差" in said) == (now < goal)


@settings(deadline=None, max_examples=200)
@given(done=st.integers(0, 300_000), goal=st.integers(1, 200_000))
def test_ahead_and_behind_the_time_gone_by_are_told_truly(judged: Judge, done: int, goal: int):
    start, end = dt.date(2020, 1, 1), dt.date(2022, 6, 30)
    one = judged("civil_cases",
                 f"sum(civil_cases, since 2020-01-01) at_least({goal}) by(2022-12-31)",
                 known(start, end, Fraction(done), year=2022, accrues=True))  # fmt: skip
    said = sentence(one, SAY["zh"], end)
    if one.status == "met":
        assert "达到目标" in said
        return
    assert ("慢于序时进度" in said) == (one.status == "off_track")
    if found := re.search(r"[快慢]于序时进度([\d.,]+)个百分点", said):
        assert Decimal(found[1]) > 0
    else:
        assert "与序时进度持平" in said
        assert one.value == one.required
