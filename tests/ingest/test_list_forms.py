"""Lists as the department, the towns and the city send them: people, facilities, districts."""

from __future__ import annotations

import math

import places
import pytest
from drawing import draw
from places import extract, own_form

from pls_analysis.areas import Area, AreaTree
from pls_analysis.ingest.extraction import Extraction
from pls_analysis.ingest.flat_layout import lay_out
from pls_analysis.ingest.totals import check_totals, find_suspects


@pytest.fixture(autouse=True)
def _villages(monkeypatch: pytest.MonkeyPatch) -> None:
    named = [
        ("990103001", "光辉居委会"),
        ("990103201", "新安村村委会"),
        ("990103202", "腰路村村委会"),
    ]
    villages = [Area(code, name, "village", "990103", name[-3:]) for code, name in named]
    city = [
        Area("310000", "甲市", "city", "100000"),
        Area("310101", "东城区", "district", "310000"),
        Area("310102", "西城区", "district", "310000"),
    ]
    tree = AreaTree([*places.tree(), *villages, *city])
    monkeypatch.setattr(places, "tree", lambda: tree)


def figures(out: Extraction) -> dict[tuple[str, str, str], float | str]:
    return {(one.measure, one.area, one.breakdown): one.status or one.value for one in out.observed}


def faults(out: Extraction) -> set[tuple[str, str]]:
    return {(one.code, one.cell) for one in out.issues if one.severity != "info"}


# -- leading lawyers -----------------------------------------------------------------------------

LAWYERS = """
    | 领军律师人才名单（2021年度） | < | < | < | < |
    | 填报单位：律师工作科 | | | | 填报日期：2022年1月5日 |
    | 序号 | 姓名 | 执业机构 | 专业领域 | 备注 |
    | 1 | 张三 | 甲律师事务所 | 刑事辩护 | |
    | 2 | 李四 | 乙律师事务所 | 金融、证券、财税和公司业务 | |
    | 3 | 张三 | 乙律师事务所 | 金融 | 同名 |
    | 4 | 张三 | 甲律师事务所 | 金融 | 两个领域 |
    | | | | | |
    | 5 | 王五 | 丙律师事务所 | 涉外 | 仲裁员 |
    | 6 | 赵六 | ^ | ^ | |
    | 合计 | < | < | 5人 | |
    | 注：按姓氏排列，共5人。 | < | < | < | < |
    """


def lawyers(old: str = "", new: str = "") -> Extraction:
    assert old in LAWYERS
    return extract(own_form("leading_lawyers"), draw(LAWYERS.replace(old, new, 1)))


def parts(out: Extraction) -> dict[str, float]:
    return {one.breakdown.removeprefix("field="): one.value for one in out.observed}


def test_people_are_counted_once_in_the_total() -> None:
    out = lawyers()
    assert parts(out) == {
        "total": 5, "criminal": 1, "finance": 3, "foreign": 2, "public": 0, "ip": 0,
    }  # fmt: skip
    assert {(str(one.period), one.period.basis, one.area) for one in out.observed} == {
        ("2021", "stock", "990100")
    }
    assert {(one.cell, one.raw, one.subject) for one in out.observed} == {("D4:D9", "", "")}
    assert faults(out) == set()


def test_names_stay_in_the_workbook() -> None:
    for out in (lawyers(), lawyers("刑事辩护", "刑辩"), lawyers("乙律师事务所 | 金融 |", "| |")):
        said = str(out.observed) + " ".join(
            f"{one.message}{one.raw}{one.remedy}" for one in out.issues
        )
        assert not [name for name in ("张三", "李四", "王五", "赵六") if name in said]


UNSURE = {
    "a field nobody knows": ("刑事辩护", "婚姻家事", "row 4 "),
    "two fields in one cell": ("| 涉外 |", "| 涉外、金融 |", "row 9 "),
    "a blank field": ("| 刑事辩护 |", "| |", "row 4 "),
    "somebody below the fields": ("| 赵六 | ^ | ^ |", "| 赵六 | ^ | |", "row 10"),
    "a row without a name": ("| 李四 | 乙律师事务所 |", "| | |", "row 5 "),
    "a remark among the names": ("| | | | | |", "| | 以上为首批 | | | |", "row 8"),
}


@pytest.mark.parametrize("case", UNSURE)
def test_a_list_that_is_not_sure_is_not_counted(case: str) -> None:
    old, new, row = UNSURE[case]
    out = lawyers(old, new)
    (issue,) = [one for one in out.issues if one.code == "count_unsure"]
    assert out.observed == []
    assert row.strip() in issue.message


def test_a_row_twice_is_counted_once() -> None:
    out = lawyers("| 赵六 | ^ | ^ |", "| 王五 | 丙律师事务所 | 涉外 |")
    assert parts(out)["foreign"] == 1
    assert faults(out) == {("counted_once", "D10")}


# -- facilities of villages -----------------------------------------------------------------------

PLATFORMS = """
    | 宣桥镇公共法律服务平台情况表（2021年上半年） | < | < | < | < |
    | 填报单位：宣桥镇司法所 | | | | |
    | 序号 | 居村 | 有无工作站（室） | 是否无障碍 | 备注 |
    | 1 | 街镇公共法律服务工作站 | 有 | √ | |
    | 2 | 光辉居委会 | 有 | 是 | |
    | 3 | 新安村 | 无 | / | 在建 |
    | 4 | 腰路村 | 1 | 否 | |
    | 合计 | < | 3 | 2 | |
    """


def test_words_are_figures_where_the_spec_says_so() -> None:
    out = extract(own_form("village_facilities_platforms"), draw(PLATFORMS))
    assert figures(out) == {
        ("platforms", "990103", "total"): 1,
        ("barrier_free_platforms", "990103", "total"): 1,
        ("platforms", "990103001", "total"): 1,
        ("barrier_free_platforms", "990103001", "total"): 1,
        ("platforms", "990103201", "total"): 0,
        ("barrier_free_platforms", "990103201", "total"): "z",
        ("platforms", "990103202", "total"): 1,
        ("barrier_free_platforms", "990103202", "total"): 0,
    }
    assert faults(out) == set()
    assert {str(one.period) for one in out.observed} == {"2021-H1"}


@pytest.mark.parametrize("name", ["宣桥镇", "宣桥", "镇本级"])
def test_a_row_of_the_town_is_no_village(name: str):
    """Its station has a name of its own; the town's may as well head a sum."""
    sheet = draw(PLATFORMS.replace("街镇公共法律服务工作站", name))
    out = extract(own_form("village_facilities_platforms"), sheet)
    assert faults(out) == {("area_unknown", "C4")}
    assert not [one for one in out.observed if one.area == "990103"]


@pytest.mark.parametrize("word", ["部分", "拟建", "有望", "有、无"])
def test_another_word_is_an_issue(word: str) -> None:
    sheet = draw(PLATFORMS.replace("| 有 | 是 |", f"| {word} | 是 |"))
    out = extract(own_form("village_facilities_platforms"), sheet)
    assert faults(out) == {("not_a_number", "C5")}


PUBLICITY = """
    | 居村法治宣传情况表（2021年上半年） | < | < | < | < | < | < |
    | 填报单位：宣桥镇司法所 | | | | | | |
    | 序号 | 居村 | 法治微景观（个） | 普法志愿者（人） | 法律明白人（名） | 法治带头人（名） | 是否民主法治示范居村 |
    | 1 | 光辉居委会 | 1 | 12 | 8 | 2 | 是 |
    | 2 | 新安村 | 0 | 约10 | 无 | | 否 |
    | 3 | 腰鲁村 | 2 | 15 | 6 | 1 | 否 |
    """  # noqa: E501


def test_villages_as_rows() -> None:
    out = extract(own_form("village_facilities_publicity"), draw(PUBLICITY))
    first = {measure: value for (measure, area, _), value in figures(out).items() if area[-1] == "1"
             and area == "990103001"}  # fmt: skip
    assert first == {
        "micro_landscapes": 1, "volunteers": 12, "law_literate_villagers": 8, "legal_leaders": 2,
        "model_villages": 1,
    }  # fmt: skip
    assert figures(out)["micro_landscapes", "990103201", "total"] == 0
    assert faults(out) == {("not_a_number", "D5"), ("not_a_number", "E5"), ("area_unknown", "C6")}


MEDIATORS = """
    | 居村人民调解员情况表（2021年上半年） | < | < | < |
    | 填报单位：宣桥镇司法所 | | | |
    | 居村 | 调委会主任 | 人民调解员 | 专职调解员 |
    | 光辉居委会 | 王五 | 5 | 1 |
    | 新安村 | 赵六 | 4 | 0 |
    | 腰路村 | | | |
    """
TOWN = """
    | 街镇法治阵地与人员情况表（2021年上半年） | < | < |
    | 填报单位：宣桥镇司法所 | | |
    | 项目 | 数量 | 备注 |
    | 街镇调委会专职调解员（名） | 3 | |
    | 法治文化阵地（个） | 2 | |
    | 市级法治文化品牌阵地或活动（个） | 0 | |
    """


def test_mediators_of_villages_and_what_the_town_has() -> None:
    forms = own_form("village_facilities_mediators", "village_facilities_town",
                     "village_facilities_platforms", "village_facilities_publicity")  # fmt: skip
    out = extract(forms, draw(MEDIATORS, "调解"), draw(TOWN, "街镇"), draw(PLATFORMS, "平台"))
    found = figures(out)
    assert found["full_time_mediators", "990103001", "total"] == 1
    assert found["full_time_mediators", "990103201", "total"] == 0
    assert ("full_time_mediators", "990103202", "total") not in found
    assert found["town_committee_mediators", "990103", "total"] == 3
    assert found["culture_venues", "990103", "total"] == 2
    assert found["brand_venues", "990103", "total"] == 0
    assert found["platforms", "990103201", "total"] == 0
    assert {one.form for one in out.observed} == {"village_facilities"}
    assert faults(out) == set()


# -- the city's bulletin --------------------------------------------------------------------------

BULLETIN = """
    | 全市公共法律服务发展情况通报（2021年下半年） | < | < | < | < | < | < | < | < | < | < |
    | 序号 | 区 | 律师人数（名） | < | < | < | < | 群众知晓率（%） | 群众满意率（%） | 调查样本量（人） | 法律援助案件质量得分（分） |
    | ^ | ^ | 合计 | 专职 | 兼职 | 公职 | 公司 | ^ | ^ | ^ | ^ |
    | 1 | 东城区 | 110 | 80 | 10 | 15 | 5 | 91.2 | 97.6 | 1000 | 92.5 |
    | 2 | 西城 | 60 | 50 | 5 | 5 | 0 | 88.4 | … | 980 | — |
    | | 全市 | 170 | 130 | 15 | 20 | 5 | 90.0 | 97.1 | 1980 | 91.0 |
    | 注：调查由第三方进行。 | | | | | | | | | | |
    """  # noqa: E501


def test_districts_of_the_city() -> None:
    out = extract(own_form("city_bulletin"), draw(BULLETIN))
    found = figures(out)
    assert found["bulletin_lawyers", "310101", "total"] == 110
    assert found["bulletin_lawyers", "310102", "category=company"] == 0
    assert found["bulletin_lawyers", "310000", "total"] == 170
    assert found["awareness_rate", "310102", "total"] == 88.4
    assert found["public_satisfaction_rate", "310102", "total"] == "k"
    assert found["survey_sample", "310102", "total"] == 980
    assert found["aid_quality_score", "310101", "total"] == 92.5
    assert found["aid_quality_score", "310102", "total"] == "z"
    assert {(one.office, str(one.period), one.period.basis) for one in out.observed} == {
        ("310000", "2021-H2", "stock")
    }
    assert all(math.isnan(one.value) == bool(one.status) for one in out.observed)
    assert faults(out) == set()


def test_scores_of_districts_do_not_add_up() -> None:
    (layout,) = lay_out([draw(BULLETIN)], own_form("city_bulletin"), "a.ods")
    assert find_suspects(check_totals(layout.tables[0])) == []
