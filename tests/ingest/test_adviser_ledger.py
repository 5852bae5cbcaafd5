"""The ledger of village legal advisers, as towns send it: a row for each adviser and village."""

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


def line(cells: str, items: str = "", note: str = "") -> str:
    """A row of the ledger: what stands before the 22 items of the list, some of these, a remark."""
    listed = items.split() + [""] * (22 - len(items.split()))
    return f"| {cells} | {' | '.join(listed)} | {note} |"


LEDGER = "\n".join(
    [
        "| 宣桥镇居村法律顾问工作台账（2022年6月） | < | < | < | < | < | < | < |",
        "| 填报单位：宣桥镇司法所 | | | 填表人：张三 | | | | |",
        line("序号 | 街镇 | 居村 | 法律顾问 | < | < | 合同期限 | < | 现场服务次数"
             " | 服务时长（小时） | 服务类型 | < | < | < | < | < | < | 服务方式 | < | < | < | <",
             "服务清单（22项）" + " <" * 21, "备注"),
        line("^ | ^ | ^ | 姓名 | 顾问编号 | 执业类别 | 起始日 | 终止日 | ^ | ^"
             " | 合计 | 法律咨询 | 法律意见 | 法治宣传 | 代写文书 | 化解纠纷 | 信访"
             " | 定时服务 | 预约服务 | 专项服务 | 线上服务 | 志愿服务",
             " ".join(str(number) for number in range(1, 23)), "^"),
        line("1 | 宣桥镇 | 光辉居委会 | 王五 | A001 | 律师 | 2022-01-01 | 2022-12-31 | 2 | 6.5"
             " | 7 | 3 | 1 | 1 | 0 | 1 | 1 | 3 | 1 | 1 | 2 | 0", "3 0 1"),
        line("2 | ^ | 新安村村委会 | 王五 | A001 | 律师 | 2022.1.1 | 2022年12月31日 | 0"
             " | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0", "0", "一名顾问两个村"),
        line("3 | ^ | 新安村村委会 | 赵六 | A002 | 基层法律服务工作者 | 2022-06-15 | 2023-06-14 |"
             " | 3 | 2 | 2 | 0 | 0 | 0 | 0 | 0 | 2 | 0 | 0 | 0 | 0", "", "半月合同"),
        line(" | ^ | | | | | | | | | | | | | | | | | | | | "),
        line("4 | ^ | 腰路村 | 孙七 | A003 | 律师 | 2022-01-01 | 2022-12-31 | 免 | 停诊（备案）"
             " | / | | | | | | | | | | | ", "", "暂停"),
        line("合计 | < | < | | | | | | 2 | 9.5 | 9 | 5 | 1 | 1 | 0 | 1 | 1 | 5 | 1 | 1 | 2 | 0",
             "3 0 1"),
        "| 注：空白为未掌握。 | | | | | | | |",
    ]
)  # fmt: skip


@pytest.fixture(autouse=True)
def _villages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two towns with villages, one name in both."""
    named = [
        ("990103001", "光辉居委会", "990103"),
        ("990103201", "新安村村委会", "990103"),
        ("990103202", "腰路村村委会", "990103"),
        ("990102201", "新安村村委会", "990102"),
    ]
    villages = [Area(code, name, "village", town, name[-3:]) for code, name, town in named]
    tree = AreaTree([*places.tree(), *villages])
    monkeypatch.setattr(places, "tree", lambda: tree)


def read(old: str = "", new: str = "", picture: str = LEDGER) -> Extraction:
    assert old in picture
    return extract(own_form("adviser_ledger"), draw(picture.replace(old, new, 1)))


def figures(out: Extraction) -> dict[tuple[str, str, str, str], float | str]:
    return {
        (one.measure, one.area, one.subject, one.breakdown): one.status or one.value
        for one in out.observed
    }


def faults(out: Extraction) -> set[tuple[str, str]]:
    return {(one.code, one.cell) for one in out.issues if one.severity != "info"}


def test_a_month_of_a_town() -> None:
    out = read()
    assert faults(out) == set()
    found = figures(out)
    first, second = ("990103001", "A001"), ("990103201", "A001")
    assert found["adviser_contract_start", *first, "total"] == 20220101
    assert found["adviser_contract_start", *second, "total"] == 20220101
    assert found["adviser_contract_end", *second, "total"] == 20221231
    assert found["adviser_visits", *first, "total"] == 2
    assert found["adviser_visits", *second, "total"] == 0
    assert found["adviser_hours", *first, "total"] == 6.5
    assert found["adviser_services", *first, "total"] == 7
    assert found["adviser_services", *first, "kind=petition"] == 1
    assert found["adviser_services", *first, "mode=online"] == 2
    assert found["service_list_items", *first, "item=1"] == 3
    assert found["service_list_items", *first, "item=3"] == 1
    assert ("service_list_items", *first, "item=4") not in found
    assert {(one.office, str(one.period), one.unit) for one in out.observed} == {
        ("990103", "2022-06", unit) for unit in ("日期", "次", "小时", "次(件)")
    }
    assert {one.period.basis for one in out.observed if one.unit == "日期"} == {"stock"}


def test_the_row_of_totals_is_held_against_the_rows() -> None:
    for new, suspects in (("9", []), ("90", ["K10"])):
        sheet = draw(LEDGER.replace("| 9 | 5 |", f"| {new} | 5 |"))
        (layout,) = lay_out([sheet], own_form("adviser_ledger"), "a.xlsx")
        found = find_suspects(check_totals(layout.tables[0]))
        assert [one.record.box.cell.address for one in found] == suspects


def test_a_blank_is_unknown_and_an_exemption_is_not() -> None:
    found = figures(read())
    half, exempt = ("990103201", "A002"), ("990103202", "A003")
    assert ("adviser_visits", *half, "total") not in found
    assert found["adviser_hours", *half, "total"] == 3
    assert found["adviser_contract_start", *half, "total"] == 20220615
    assert found["adviser_visits", *exempt, "total"] == "z"
    assert found["adviser_hours", *exempt, "total"] == "z"
    assert found["adviser_services", *exempt, "total"] == "z"


def test_names_and_totals_do_not_become_figures() -> None:
    out = read()
    said = " ".join(str(part) for one in out.observed for part in one)
    said += " ".join(f"{issue.message}{issue.raw}{issue.remedy}" for issue in out.issues)
    assert not [name for name in ("张三", "王五", "赵六", "孙七") if name in said]
    assert {one.area for one in out.observed} == {"990103001", "990103201", "990103202"}
    assert [issue.code for issue in out.issues] == ["ignored"]


FAULTS = {
    "a misspelt village": ("光辉居委会", "光晖居委会", ("area_unknown", "G5"), 6),
    "a village of another town": ("宣桥镇 | 光辉", "塘桥镇 | 光辉", ("area_unknown", "G5"), 0),
    "the town for a village": ("光辉居委会", "宣桥镇", ("area_unknown", "G5"), 6),
    "no village": ("腰路村", "/", ("area_unknown", "G9"), 6),
    "no key": ("A002", "", ("subject_unknown", "G7"), 1),
    "a name for a key": ("A002", "赵六", ("subject_unknown", "G7"), 1),
    "a month for a day": ("2022.1.1", "2022年1月", ("not_a_number", "G6"), 2),
    "no such day": ("2022-06-15", "2022-06-31", ("not_a_number", "G7"), 2),
    "hours in words": ("| 6.5 |", "| 6个半小时 |", ("not_a_number", "J5"), 2),
    "an unknown mark": ("| 免 |", "| 请假 |", ("not_a_number", "I9"), 2),
    "an unknown column": ("| 执业类别 |", "| 性别 |", ("label_column", "G5"), 0),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_sure_is_logged(fault: str) -> None:
    old, new, issue, contracts = FAULTS[fault]
    out = read(old, new)
    assert issue in faults(out)
    assert bool(out.observed) == bool(contracts)
    assert issue[1] not in {one.cell for one in out.observed}


def test_a_misspelt_village_says_which_is_near() -> None:
    (issue,) = [
        one for one in read("光辉居委会", "光晖居委会").issues if one.code == "area_unknown"
    ]
    assert "nearest: 光辉居委会" in issue.message


def test_a_figure_over_two_rows_is_neither_ones() -> None:
    out = read("| 2022年12月31日 | 0 |", "| 2022年12月31日 | ^ |")
    assert ("merged_figure", "I5") in faults(out)
    assert not [one for one in out.observed if one.cell == "I5"]


def test_a_village_twice_gives_two_figures_of_one_key() -> None:
    """Both are read; which stands, if they differ, is for the submissions to settle."""
    out = read("腰路村 | 孙七 | A003", "光辉居委会 | 王五 | A001")
    twice = [one for one in out.observed if one.measure == "adviser_contract_start"]
    assert [one.cell for one in twice if one.area == "990103001"] == ["G5", "G9"]


def test_no_figure_is_lost_to_a_blank_column() -> None:
    """A month in which nobody was visited leaves the column of visits empty."""
    picture = LEDGER.replace("| 2 | 6.5", "| | 6.5").replace("| 0 | 0 | 0 | 0", "| | 0 | 0 | 0")
    out = read(picture=picture.replace("| 免 |", "| |").replace("| 2 | 9.5", "| | 9.5"))
    assert faults(out) == set()
    assert not [one for one in out.observed if one.measure == "adviser_visits"]
    assert not any(math.isnan(one.value) for one in out.observed if one.status == "")
