"""Drawn sheets held against form specs: what is observed, and what is logged and why."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from drawing import draw
from places import MONTHLY, YEARBOOK, extract, forms

from pls_analysis.ingest.extraction import Extraction

MONTH = """
    | 柳荫街道公共法律服务月报（2022年6月） | < | < | < | < |
    | 填报单位：柳荫街道司法所 | | | | |
    | 项目 | 计量单位 | 本月 | 本年累计 | 同比 |
    | 受理纠纷数 | 件 | 10 | 60 | 5.0%% |
    | ..其中：婚姻家庭 | 件 | 4 | 24 | 5.0%% |
    | ........其他 | 件 | 6 | 36 | 5.0%% |
    | 成功率 | % | 98.5 | 98.0 | 0.5 |
    | 涉及金额 | 万元 | 3.5 | 21 | 1.0 |
    | 填表人：张三 | | | 报出日期：2022年7月5日 | |
    """


def replaced(old: str, new: str) -> str:
    assert old in MONTH
    return MONTH.replace(old, new)


@pytest.fixture
def specs(tmp_path: Path):
    return forms(tmp_path, monthly=MONTHLY, yearbook=YEARBOOK)


def values(out: Extraction) -> dict[tuple[str, str, str], float]:
    return {(one.measure, one.breakdown, one.period.basis): one.value for one in out.observed}


def codes(out: Extraction) -> set[str]:
    return {issue.code for issue in out.issues}


def test_a_month_of_a_town(specs) -> None:
    out = extract(specs, draw(MONTH))
    assert values(out) == {
        ("accepted", "total", "flow"): 10,
        ("accepted", "total", "cumulative"): 60,
        ("accepted", "kind=family", "flow"): 4,
        ("accepted", "kind=family", "cumulative"): 24,
        ("accepted", "kind=other", "flow"): 6,
        ("accepted", "kind=other", "cumulative"): 36,
        ("success_rate", "total", "flow"): 98.5,
        ("success_rate", "total", "cumulative"): 98.0,
        ("amount", "total", "flow"): 3.5,
        ("amount", "total", "cumulative"): 21,
    }
    first = out.observed[0]
    assert (first.area, first.office, first.cell, first.raw) == ("990101", "990101", "C4", "10")
    assert str(first.period) == "2022-06"
    assert str(out.observed[1].period) == "2022-H1"  # the year so far
    assert codes(out) == {"ignored"}


ISSUES = {
    "about twelve": ("| 10 | 60 |", "| 约12 | 60 |", "not_a_number", "C4", "约12"),
    "range of figures": ("| 10 | 60 |", "| 3-5 | 60 |", "not_a_number", "C4", "3-5"),
    "commas in the wrong place": ("| 10 | 60 |", "| 1,23 | 60 |", "not_a_number", "C4", "1,23"),
    "damaged by scanning": ("98.5", "99·5 9%", "not_a_number", "C7", "99·5 9%"),
    "a scale under a scaled unit": (
        "| 受理纠纷数 | 件 | 10",
        "| 受理纠纷数 | 万件 | 1.2万",
        "not_a_number",
        "C4",
        "1.2万",
    ),
    "an error of the sheet": ("| 10 | 60 |", "| #N/A | 60 |", "error_value", "C4", "#N/A"),
    "a formula without value": ("| 10 | 60 |", "| =? | 60 |", "formula_without_value", "C4", ""),
    "a share under per cent": ("98.5", "0.985", "out_of_range", "C7", "0.985"),
    "another unit": ("| 受理纠纷数 | 件 |", "| 受理纠纷数 | 人 |", "unit_mismatch", "C4", "10"),
    "an unknown heading": ("成功率", "成功占比率", "measure_unknown", "C7", "98.5"),
    "a misspelt column": ("本年累计", "本年累记", "variant_unknown", "D4", "60"),
}


@pytest.mark.parametrize(("old", "new", "code", "cell", "raw"), ISSUES.values(), ids=list(ISSUES))
def test_a_figure_that_cannot_be_used_is_logged(
    specs, old: str, new: str, code: str, cell: str, raw: str
) -> None:
    out = extract(specs, draw(replaced(old, new)))
    found = [issue for issue in out.issues if issue.code == code]
    assert found, f"no {code} among {codes(out)}"
    assert (found[0].file, found[0].sheet, found[0].cell) == ("a.xlsx", "Sheet1", cell)
    assert found[0].raw == raw
    assert found[0].remedy
    assert cell not in {one.cell for one in out.observed}


def test_scale_words_of_units_are_applied(specs) -> None:
    out = extract(specs, draw(replaced("| 受理纠纷数 | 件 | 10", "| 受理纠纷数 | 万件 | 0.5")))
    assert values(out)["accepted", "total", "flow"] == 5000


def test_markers_are_observations_without_a_value(specs) -> None:
    out = extract(specs, draw(replaced("| 10 | 60 |", "| … | — |")))
    marked = {one.cell: (math.isnan(one.value), one.status) for one in out.observed}
    assert marked["C4"] == (True, "k")
    assert marked["D4"] == (True, "z")


REFUSED = {
    "an unknown town": ("填报单位：柳荫街道", "填报单位：唐桥镇", "area_unknown", "塘桥镇"),
    "no month in the title": ("（2022年6月）", "", "period_missing", "period"),
    "a year where a month belongs": ("2022年6月）", "2022年）", "period_missing", "period"),
    "two offices": ("填报单位：柳荫街道", "填报单位：宣桥镇", "office_conflict", "two offices"),
}


@pytest.mark.parametrize(("old", "new", "code", "word"), REFUSED.values(), ids=list(REFUSED))
def test_a_table_that_cannot_be_placed_gives_nothing(
    specs, old: str, new: str, code: str, word: str
) -> None:
    picture = replaced(old, new)
    if code == "area_unknown":
        picture = picture.replace("| 柳荫街道公共", "| 公共")
    out = extract(specs, draw(picture))
    assert out.observed == []
    issue = next(issue for issue in out.issues if issue.code == code)
    assert issue.severity == "error"
    assert word in issue.message + issue.remedy


def test_an_unknown_town_gets_a_line_to_paste(specs) -> None:
    picture = replaced("填报单位：柳荫街道", "填报单位：唐桥镇").replace("| 柳荫街道公共", "| 公共")
    issue = next(i for i in extract(specs, draw(picture)).issues if i.code == "area_unknown")
    assert "唐桥镇" in issue.remedy
    assert "config/aliases.csv" in issue.remedy


def test_an_unknown_heading_is_named_with_the_nearest(specs) -> None:
    out = extract(specs, draw(replaced("成功率", "成功占比率")))
    issue = next(issue for issue in out.issues if issue.code == "measure_unknown")
    assert "nearest: 成功率" in issue.message
    assert "monthly.yml" in issue.remedy


def test_a_sheet_without_a_form_is_logged_whole(specs) -> None:
    out = extract(specs, draw("| 值班表 | |\n| 姓名 | 天数 |\n| 张三 | 3 |\n| 李四 | 4 |"))
    assert out.observed == []
    assert codes(out) == {"form_unknown"}


YEARS = """
    | 各镇人口（2021年） | < | < |
    | 地区 | 人口（万人） | 出生（人） |
    | 全区 | 6 | 60 |
    | 塘桥镇 | 2 | 20 |
    | 宣桥镇 | 4 | 40 |
    """


def test_areas_as_rows_and_units_in_headings(specs) -> None:
    out = extract(specs, draw(YEARS))
    found = {(one.area, one.measure): (one.value, one.period.basis) for one in out.observed}
    assert found == {
        ("990100", "population"): (60_000, "stock"),
        ("990100", "births"): (60, "flow"),
        ("990102", "population"): (20_000, "stock"),
        ("990102", "births"): (20, "flow"),
        ("990103", "population"): (40_000, "stock"),
        ("990103", "births"): (40, "flow"),
    }
    assert {str(one.period) for one in out.observed} == {"2021"}


def test_one_character_apart_is_another_town(specs) -> None:
    out = extract(specs, draw(YEARS.replace("塘桥镇", "康桥镇")))
    assert "990102" not in {one.area for one in out.observed}
    issue = next(issue for issue in out.issues if issue.code == "area_unknown")
    assert "康桥镇" in issue.message
    assert "B4:C4" in issue.message


def test_totals_of_half_a_year_are_not_taken_for_its_last_month(specs, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    spec = MONTHLY.replace("columns: variant", "columns: measure").replace(
        "variants: {flow: [本月], cumulative: [本年累计]}", ""
    )
    spec = spec.replace("rows: measure", "rows: area").replace("area: office", "area: rows")
    picture = """
        | 公共法律服务月报（2022年1—6月） | < |
        | 街镇 | 受理纠纷数 |
        | 塘桥镇 | 600 |
        | 宣桥镇 | 700 |
        """
    out = extract(forms(plain, monthly=spec), draw(picture))
    assert {(one.period.basis, str(one.period)) for one in out.observed} == {
        ("cumulative", "2022-H1")
    }


def test_a_column_of_another_period_is_not_the_tables_own(specs) -> None:
    out = extract(specs, draw(MONTH.replace("本年累计", "2021年")))
    assert "D4" not in {one.cell for one in out.observed}
    assert any(issue.code == "period_unknown" for issue in out.issues)


def test_an_alias_with_a_year_says_the_period(tmp_path: Path) -> None:
    spec = YEARBOOK.replace("labels: [人口]", 'labels: ["{year}年人口"]')
    picture = YEARS.replace("人口（万人）", "2020年人口（万人）")
    out = extract(forms(tmp_path, yearbook=spec), draw(picture))
    years = {(one.measure, str(one.period)) for one in out.observed}
    assert years == {("population", "2020"), ("births", "2021")}


TWO_YEARS = """
    | 各镇人口 | < | < |
    | 地区 | 人口（万人） | < |
    | ^ | 2020年 | 2021 年 |
    | 塘桥镇 | 1.2 | 1.3 |
    | 宣桥镇 | 2.2 | 2.3 |
    | 注：2018年起统计口径有变 | | |
    """


def test_a_table_with_years_in_its_headings_is_filed_for_the_last(specs) -> None:
    out = extract(specs, draw(TWO_YEARS))
    assert [(one.value, str(one.period), str(one.filed)) for one in out.observed[:2]] == [
        (12_000, "2020", "2021"), (13_000, "2021", "2021")
    ]  # fmt: skip


def test_a_year_that_only_a_remark_names_is_not_the_tables(specs) -> None:
    picture = TWO_YEARS.replace("2020年", "人口").replace("2021 年", "出生")
    out = extract(specs, draw(picture))
    assert not out.observed
    assert codes(out) == {"period_missing"}


def test_a_damaged_year_is_logged_and_not_taken_for_the_tables_own(specs) -> None:
    out = extract(
        specs, draw(TWO_YEARS.replace("2020年", "202.年").replace("人口 |", "人口2021年 |"))
    )
    assert {str(one.period) for one in out.observed} == {"2021"}
    assert {one.cell[0] for one in out.observed} == {"C"}
    assert any("202.年" in issue.message for issue in out.issues)
