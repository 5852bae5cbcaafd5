"""Layouts, each a drawn case: where the figures are, and the two paths of each."""

from __future__ import annotations

import pytest
from drawing import draw

from pls_analysis.ingest import values
from pls_analysis.ingest.layout import detect


def read(picture: str) -> dict[str, tuple[str, str]]:
    """Address -> row path and heading path of every figure found, labels as they are matched."""
    return {
        record.box.cell.address: (
            "/".join(values.label(part) for part in record.keys),
            "/".join(values.label(part) for part in record.headings),
        )
        for table in detect(draw(picture)).tables
        for record in table.records
    }


CASES = {
    "a title, a line of facts, a heading": (
        """
        | 公共法律服务月报（2022年6月） | < | < |
        | 填报单位：柳荫街道 |  | 计量单位：件 |
        | 项目 | 本月 | 本年累计 |
        | 受理纠纷数 | 12 | 60 |
        | 调解成功数 | 11 | 58 |
        | 填表人：张三 | | |
        """,
        {
            "B4": ("受理纠纷数", "本月"),
            "C4": ("受理纠纷数", "本年累计"),
            "B5": ("调解成功数", "本月"),
            "C5": ("调解成功数", "本年累计"),
        },
    ),
    "merged headings of three levels": (
        """
        | 街镇 | 调解 | < | < | 咨询 |
        | ^ | 受理 | < | 成功 | ^ |
        | ^ | 居委会 | 村委会 | ^ | ^ |
        | 甲镇 | 1 | 2 | 3 | 4 |
        | 乙镇 | 5 | 6 | 7 | 8 |
        """,
        {
            "B4": ("甲镇", "调解/受理/居委会"),
            "C4": ("甲镇", "调解/受理/村委会"),
            "D4": ("甲镇", "调解/成功"),
            "E4": ("甲镇", "咨询"),
            "B5": ("乙镇", "调解/受理/居委会"),
            "C5": ("乙镇", "调解/受理/村委会"),
            "D5": ("乙镇", "调解/成功"),
            "E5": ("乙镇", "咨询"),
        },
    ),
    "a group label typed over its first column only": (
        """
        | 街镇 | 本月 | | 累计 | |
        | | 受理 | 成功 | 受理 | 成功 |
        | 甲镇 | 1 | 1 | 9 | 8 |
        | 乙镇 | 2 | 2 | 7 | 7 |
        """,
        {
            "B3": ("甲镇", "本月/受理"),
            "C3": ("甲镇", "本月/成功"),
            "D3": ("甲镇", "累计/受理"),
            "E3": ("甲镇", "累计/成功"),
            "B4": ("乙镇", "本月/受理"),
            "C4": ("乙镇", "本月/成功"),
            "D4": ("乙镇", "累计/受理"),
            "E4": ("乙镇", "累计/成功"),
        },
    ),
    "a heading wrapped over two cells": (
        """
        | 地 区 | 土地面积 | 年末常住 |
        | | （平方公里） | 人口 |
        | 甲区 | 20 | 70 |
        | 乙区 | 30 | 80 |
        """,
        {
            "B3": ("甲区", "土地面积"),
            "C3": ("甲区", "年末常住人口"),
            "B4": ("乙区", "土地面积"),
            "C4": ("乙区", "年末常住人口"),
        },
    ),
    "其中 and # stand under the column at their left": (
        """
        | 地区 | 职工 | 其中 | 死亡率 | #婴儿 |
        | | | 教师 | | |
        | 甲区 | 20 | 7 | 5.1 | 1.2 |
        | 乙区 | 30 | 8 | 5.2 | 1.3 |
        """,
        {
            "B3": ("甲区", "职工"),
            "C3": ("甲区", "职工/教师"),
            "D3": ("甲区", "死亡率"),
            "E3": ("甲区", "死亡率/婴儿"),
            "B4": ("乙区", "职工"),
            "C4": ("乙区", "职工/教师"),
            "D4": ("乙区", "死亡率"),
            "E4": ("乙区", "死亡率/婴儿"),
        },
    ),
    "indents and 其中 draw a tree of rows": (
        """
        | 指标 | 数量 | 金额 |
        | 纠纷总数 | 10 | 3 |
        | ..其中：邻里 | 4 | 1 |
        | .....家庭 | 6 | 2 |
        | 成功数 | 9 | 3 |
        | 其中：书面 | 5 | 1 |
        | 其中：口头 | 4 | 2 |
        | 咨询 | 7 | 0 |
        """,
        {
            "B2": ("纠纷总数", "数量"),
            "B3": ("纠纷总数/邻里", "数量"),
            "B4": ("纠纷总数/家庭", "数量"),
            "B5": ("成功数", "数量"),
            "B6": ("成功数/书面", "数量"),
            "B7": ("成功数/口头", "数量"),
            "B8": ("咨询", "数量"),
        },
    ),
    "bilingual headings and labels": (
        """
        | 地区 | District | 人数 | 出生 |
        | | | Population | Birth |
        | 全市 | Total | 30 | 3 |
        | 东区 | East | 10 | 1 |
        | 西区 | West | 20 | 2 |
        """,
        {
            "C3": ("全市", "人数"),
            "D3": ("全市", "出生"),
            "C4": ("东区", "人数"),
            "D4": ("东区", "出生"),
            "C5": ("西区", "人数"),
            "D5": ("西区", "出生"),
        },
    ),
    "a row of column numbers, running numbers, a total in their column": (
        """
        | 序号 | 街镇 | 受理 | 成功 |
        | 甲 | 乙 | 1 | 2 |
        | 1 | 甲镇 | 12 | 11 |
        | 2 | 乙镇 | 22 | 21 |
        | 3 | 丙镇 | 32 | 31 |
        | 合计 | | 66 | 63 |
        """,
        {
            "C3": ("甲镇", "受理"),
            "D3": ("甲镇", "成功"),
            "C4": ("乙镇", "受理"),
            "D4": ("乙镇", "成功"),
            "C5": ("丙镇", "受理"),
            "D5": ("丙镇", "成功"),
            "C6": ("合计", "受理"),
            "D6": ("合计", "成功"),
        },
    ),
    "years as headings": (
        """
        | 指标 | 2020 | 2021 |
        | 律师数 | 700 | 800 |
        | 公证处 | 3 | 4 |
        """,
        {
            "B2": ("律师数", "2020"),
            "C2": ("律师数", "2021"),
            "B3": ("公证处", "2020"),
            "C3": ("公证处", "2021"),
        },
    ),
    "two tables side by side": (
        """
        | 街镇 | 受理 |  | 街镇 | 受理 |
        | 甲镇 | 1 |  | 丁镇 | 4 |
        | 乙镇 | 2 |  | 戊镇 | 5 |
        | 丙镇 | 3 |  | 己镇 | 6 |
        """,
        {
            "B2": ("甲镇", "受理"),
            "B3": ("乙镇", "受理"),
            "B4": ("丙镇", "受理"),
            "E2": ("丁镇", "受理"),
            "E3": ("戊镇", "受理"),
            "E4": ("己镇", "受理"),
        },
    ),
    "a damaged figure alone in its row stays in the table": (
        """
        | 项目 | 本月 |
        | 受理 | 12 |
        | 成功 | 约11 |
        | 咨询 | 13 |
        """,
        {"B2": ("受理", "本月"), "B3": ("成功", "本月"), "B4": ("咨询", "本月")},
    ),
}


@pytest.mark.parametrize(("picture", "expected"), CASES.values(), ids=list(CASES))
def test_paths_of_figures(picture: str, expected: dict[str, tuple[str, str]]) -> None:
    found = read(picture)
    assert {address: found.get(address) for address in expected} == expected


@pytest.mark.parametrize("picture", [picture for picture, _ in CASES.values()], ids=list(CASES))
def test_every_cell_has_one_role(picture: str) -> None:
    layout = detect(draw(picture))
    assert set(layout.roles) == set(layout.grid.boxes)
    assert "unplaced" not in layout.roles.values()


def test_units_of_a_row_a_column_and_the_table() -> None:
    rows = """
        | 项目 | 计量单位 | 本月 |
        | 受理 | 件 | 12 |
        | 金额 | 万元 | 3 |
        """
    columns = """
        | 街镇 | 受理 | 金额 |
        | 单位 | 件 | 万元 |
        | 甲镇 | 12 | 3 |
        | 乙镇 | 13 | 4 |
        """
    whole = """
        | 某表 | < |
        | 计量单位：万人 | < |
        | 街镇 | 人口 |
        | 甲镇 | 12 |
        | 乙镇 | 13 |
        """
    assert [r.unit for r in detect(draw(rows)).tables[0].records] == ["件", "万元"]
    assert [r.unit for r in detect(draw(columns)).tables[0].records] == ["件", "万元"] * 2
    assert detect(draw(whole)).tables[0].unit == "万人"


def test_text_without_a_table_is_left_unplaced() -> None:
    layout = detect(draw("| 说明 | |\n| 本表无数据 | 请见附件 |"))
    assert layout.tables == ()
    assert set(layout.roles.values()) == {"unplaced"}


def test_an_empty_sheet_has_no_table() -> None:
    assert detect(draw("")).tables == ()


def test_a_merge_over_the_whole_sheet_is_not_expanded_beyond_the_cells_in_use() -> None:
    from dataclasses import replace

    from pls_analysis.ingest.cells import Span

    sheet = draw("| 标题 | |\n| 街镇 | 受理 |\n| 甲镇 | 1 |\n| 乙镇 | 2 |")
    layout = detect(replace(sheet, merges=(Span(1, 1, 1_048_576, 16_384),)))
    assert layout.grid.boxes[1, 1].last_row == 4


LOUD = {
    "a column that looks like one of telephone numbers": (
        "| 街镇 | 受理 | 值班电话 |\n| 甲镇 | 1 | 5551 |\n| 乙镇 | 2 | 5552 |\n| 丙镇 | 3 | 5553 |",
        {"C2", "C3", "C4"},
    ),
    "a figure among remarks": (
        "| 街镇 | 受理 | 备注 |\n| 甲镇 | 1 | 551 |\n| 乙镇 | 2 | 未开展 |\n| 丙镇 | 3 | 见附件 |",
        {"C2"},
    ),
}


@pytest.mark.parametrize(("picture", "cells"), LOUD.values(), ids=list(LOUD))
def test_figures_in_columns_of_text_are_handed_on_to_be_logged(
    picture: str, cells: set[str]
) -> None:
    (table,) = detect(draw(picture)).tables
    assert {box.cell.address for _, box in table.sides} == cells


def test_consultations_by_telephone_are_figures() -> None:
    found = read(
        "| 街镇 | 来访 | 电话咨询 |\n| 甲镇 | 1 | 11 |\n| 乙镇 | 2 | 12 |\n| 丙镇 | 3 | 13 |"
    )
    assert found["C3"] == ("乙镇", "电话咨询")


def test_a_row_of_figures_that_could_be_years_is_data() -> None:
    found = read(
        "| 街镇 | 本月 | 累计 |\n| 甲镇 | 12 | 60 |\n| 乙镇 | 1985 | 2010 |\n| 丙镇 | 13 | 61 |"
    )
    assert found["B3"] == ("乙镇", "本月")
    assert found["C4"] == ("丙镇", "累计")


def test_a_starred_label_with_a_figure_is_no_note() -> None:
    found = read("| 项目 | 本月 |\n| 咨询 | 12 |\n| *援助 | 30 |\n| 公证 | 13 |")
    assert found["B3"][1] == "本月"


BROKEN_OFF = """
    | 一、主要农业机械年末拥有量 | | |
    | 地 区 | 拖拉机（万台） | < |
    | ^ | 2019 年 | 2020年 |
    | 甲省 | 12 | 13 |
    | 乙省 | 14 | 15 |
    | 注:2018年,农业部门对拖拉机的分类重新定义,把大中型拖拉机的标准由发动机 | | |
    | | | |
    | 功率14.7千瓦改为22.1千瓦,同时自2010年起取消小型拖拉机配套农具和排灌机 | | |
    | 械的指标。 | | |
    | | | |
    | 一、续表 | | |
    | 地 区 | 水泵（万台） | < |
    | ^ | 2019 年 | 2020年 |
    | 甲省 | 22 | 23 |
    | 乙省 | 24 | 25 |
    """


def test_a_note_that_breaks_off_goes_on_below_and_does_not_title_the_next_table() -> None:
    layout = detect(draw(BROKEN_OFF))
    assert [table.titles for table in layout.tables] == [
        ("一、主要农业机械年末拥有量",), ("一、续表",)
    ]  # fmt: skip
    assert {row for (row, _), role in layout.roles.items() if role == "note"} == {6, 8, 9}
    assert not layout.tables[0].facts, "what a remark says is no fact about the form"


def test_a_finished_note_leaves_the_next_line_a_title() -> None:
    finished = BROKEN_OFF.replace("的标准由发动机 |", "的标准改过了。 |")
    assert len(detect(draw(finished)).tables[1].titles) == 3


def test_headings_of_years_with_blanks_are_no_facts() -> None:
    layout = detect(draw(BROKEN_OFF))
    assert {layout.roles[row, col] for row in (3, 13) for col in (2, 3)} == {"header"}
