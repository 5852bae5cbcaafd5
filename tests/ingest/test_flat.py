"""Flat tables held against their specs: each label column says what its heading is declared to."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawing import draw
from places import extract, forms

from pls_analysis.areas import Area, AreaTree
from pls_analysis.configs import ConfigError
from pls_analysis.ingest.choosing import said_by_name
from pls_analysis.ingest.extraction import Extraction
from pls_analysis.ingest.timing import row_period

SPEC = """
    form: visits
    rhythm: quarter
    match: {file: "*.csv"}
    rows: {quarter_end: period, year: period, quarter: period, town: area}
    columns: measure
    area: rows
    attributes: [level]
    areas: {Total: "990100"}
    year_before: [a_year_ago, "*上年同期"]
    ignored: [change]
    measures:
      visits: {unit: 次, labels: [visits, 走访]}
      open: {unit: 件, basis: stock, labels: [open, a_year_ago]}
"""
TABLE = """
    | quarter_end | year | quarter | town | level | visits | open | a_year_ago | change |
    | 2021-03-31 | "2021" | Q1 | 塘桥镇 | town | 10 | 60 | 50 | 10 |
    | 2021-03-31 | "2021" | Q1 | 宣桥镇 | town | 20 | 70 | 65 | 5 |
    | 2021-03-31 | "2021" | Q1 | Total | home | 30 | 130 | 115 | 15 |
    | 2021-06-30 | "2021" | Q2 | 塘桥镇 | town | 11 | 61 | 51 | 10 |
    """


def read(folder: Path, table: str, spec: str = SPEC, file: str = "a.csv") -> Extraction:
    return extract(forms(folder, visits=spec), draw(table), file=file)


def figures(out: Extraction) -> set[tuple]:
    return {(one.measure, one.area, str(one.period), one.value) for one in out.observed}


def issues(out: Extraction) -> set[tuple[str, str]]:
    return {(one.code, one.cell) for one in out.issues if one.severity != "info"}


def test_rows_of_areas_and_quarters(tmp_path: Path) -> None:
    out = read(tmp_path, TABLE)
    assert issues(out) == set()
    assert len(out.observed) == 12
    assert figures(out) >= {
        ("visits", "990102", "2021-Q1", 10.0),
        ("visits", "990100", "2021-Q1", 30.0),
        ("visits", "990102", "2021-Q2", 11.0),
        ("open", "990102", "2021-Q2", 61.0),
        ("open", "990102", "2020-Q1", 50.0),
        ("open", "990102", "2020-Q2", 51.0),
    }
    assert {str(one.filed) for one in out.observed} == {"2021-Q2"}


FAULTS = {
    "a label column that nobody declared": (
        ("| level |", "| sex |"), {("label_column", "F2")}, 0),
    "a declared column that is not there": (
        ("| quarter |", "| month |"), {("label_column", "F2")}, 0),
    "periods that contradict each other": (
        ('"2021" | Q2', '"2021" | Q1'), {("period_unknown", "F5")}, 9),
    "a year that is not the day's": (
        ('2021-06-30 | "2021" | Q2', '2021-06-30 | "2022" |'), {("period_unknown", "F5")}, 9),
    "a blank area is not the one above": (
        ("| Q1 | 宣桥镇 |", "| Q1 |  |"), {("area_unknown", "F3")}, 9),
    "an area nobody knows": (
        ("| Q1 | 宣桥镇 |", "| Q1 | 康桥镇 |"), {("area_unknown", "F3")}, 9),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_sure_is_logged(tmp_path: Path, fault: str) -> None:
    (old, new), found, left = FAULTS[fault]
    assert old in TABLE
    out = read(tmp_path, TABLE.replace(old, new))
    assert found <= issues(out)
    assert len(out.observed) == left


LONG = """
    | 指标 | 月份 | 街镇 | 数值 |
    | 受理数 | 2021年3月 | 塘桥镇 | 10 |
    | 受理数 | 2021年3月 | 宣桥镇 | 20 |
    | 走访数 | 2021年3月 | 塘桥镇 | 3 |
    | 来电数 | 2021年3月 | 塘桥镇 | 4 |
    """
LONG_SPEC = """
    form: long
    rhythm: month
    match: {file: "*.csv"}
    rows: {指标: measure, 月份: period, 街镇: area}
    columns: variant
    area: rows
    variants: {flow: [数值]}
    measures:
      accepted: {unit: 件, labels: [受理数]}
      visits: {unit: 次, labels: [走访数]}
"""


def test_a_column_that_names_the_measure(tmp_path: Path) -> None:
    out = read(tmp_path, LONG, LONG_SPEC)
    assert figures(out) == {
        ("accepted", "990102", "2021-03", 10.0),
        ("accepted", "990103", "2021-03", 20.0),
        ("visits", "990102", "2021-03", 3.0),
    }
    assert issues(out) == {("measure_unknown", "D5")}


def test_of_several_areas_each_lies_in_the_one_before(tmp_path: Path) -> None:
    """Two towns have a village of one name: the town beside it tells which is meant."""
    import places

    towns = [Area("1", "甲镇", "town", "990100"), Area("2", "乙镇", "town", "990100")]
    villages = [Area("11", "新村", "village", "1"), Area("21", "新村", "village", "2")]
    tree = AreaTree([*places.tree(), *towns, *villages])
    spec = LONG_SPEC.replace("街镇: area", "街镇: area, 村居: area")
    table = """
        | 指标 | 月份 | 街镇 | 村居 | 数值 |
        | 受理数 | 2021年3月 | 甲镇 | 新村 | 10 |
        | 受理数 | 2021年3月 | 乙镇 | 新村 | 20 |
        | 受理数 | 2021年3月 | 塘桥镇 | 新村 | 30 |
        """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "tree", lambda: tree)
        out = read(tmp_path, table, spec)
    assert {(one.area, one.value) for one in out.observed} == {("11", 10.0), ("21", 20.0)}
    assert issues(out) == {("area_unknown", "E4")}


ROW_PERIODS = [
    ("month", ("2021-06-15",), "2021-06"),
    ("month", ("2021/6/1",), "2021-06"),
    ("month", ("2021年6月30日",), "2021-06"),
    ("month", ("2021", "6月"), "2021-06"),
    ("month", ("2021年", "6月"), "2021-06"),
    ("month", ("2021", "6"), "None"),
    ("month", ("2021",), "None"),
    ("month", ("2021-02-30",), "None"),
    ("quarter", ("2021", "Q3"), "2021-Q3"),
    ("quarter", ("2021", "第三季度"), "2021-Q3"),
    ("quarter", ("2021-08-15", "2021", "Q3"), "2021-Q3"),
    ("quarter", ("2021-08-15", "2021", "Q2"), "None"),
    ("quarter", ("2021-08-15", "2020"), "None"),
    ("year", ("2021",), "2021"),
    ("year", ("2021", ""), "2021"),
    ("year", ("", ""), "None"),
]


@pytest.mark.parametrize(("rhythm", "texts", "period"), ROW_PERIODS)
def test_the_period_of_a_row(
    tmp_path: Path, rhythm: str, texts: tuple[str, ...], period: str
) -> None:
    (form,) = forms(tmp_path, visits=SPEC.replace("rhythm: quarter", f"rhythm: {rhythm}"))
    assert str(row_period(texts, form)) == period


FILES = [
    ("2021-Q4/open.csv", "2021-Q4"),
    ("2021-Q4/open 2021-Q3.csv", "2021-Q3"),
    ("2021-Q4/london/open.csv", "2021-Q4"),
    ("2020-Q4/2021-Q4/open.csv", "2021-Q4"),
]
UNDATED = """
    | town | open |
    | 塘桥镇 | 10 |
    | 宣桥镇 | 20 |
    | 柳荫街道 | 30 |
    """
UNDATED_SPEC = """
    form: open
    rhythm: quarter
    match: {file: "*open*"}
    period: file
    rows: {town: area}
    measures:
      open: {unit: 件, basis: stock, labels: [open]}
"""


@pytest.mark.parametrize(("file", "period"), FILES)
def test_a_folder_dates_the_files_in_it(tmp_path: Path, file: str, period: str) -> None:
    out = read(tmp_path, UNDATED, UNDATED_SPEC, file)
    assert {(one.area, str(one.period)) for one in out.observed} == {
        ("990101", period), ("990102", period), ("990103", period),
    }  # fmt: skip


def test_one_content_under_two_dates_is_no_copy(tmp_path: Path) -> None:
    specs = forms(tmp_path, open=UNDATED_SPEC)
    names = ("2021-Q4/open.csv", "2021-Q4/b/open.csv", "2022-Q1/open.csv", "2022-Q1/other.csv")
    first, again, later, other = (said_by_name(name, specs) for name in names)
    assert first == again != later != other


def test_a_wrong_meaning_of_a_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match="rows: town: place` is none of measure, area, variant, period"
    ):
        forms(tmp_path, visits=SPEC.replace("town: area", "town: place"))


PORTAL = """
    | 数据库：季度数据 | | |
    | 时间：最近2季度 | | |
    | 指标 | 2020年第一季度 | 2019年第四季度 |
    | 生产总值当季值(亿元) | 206.3 | 278.7 |
    | 生产总值累计值(亿元) | 206.3 | 990.1 |
    | 工业累计值指数(%) | 96.2 | 98.4 |
    | 注：1.按当年价格计算。 | | |
    | 2.依据2018年修订的规定。 | | |
    | 3.行业分类采用标准。 | | |
    | 数据来源：国家统计局 | | |
    """
PORTAL_SPEC = """
    form: gdp
    rhythm: quarter
    match: {title: 季度数据}
    rows: measure
    columns: period
    area: scope
    variants: {flow: ["*当季值"], cumulative: ["*累计值"]}
    measures:
      gdp: {unit: 亿元, labels: [生产总值]}
      index: {unit: "%", labels: [工业累计值指数]}
"""


def test_the_end_of_a_heading_says_the_basis(tmp_path: Path) -> None:
    out = read(tmp_path, PORTAL, PORTAL_SPEC)
    found = {(one.measure, one.period.basis, str(one.period), one.value) for one in out.observed}
    assert found == {
        ("gdp", "flow", "2020-Q1", 206.3),
        ("gdp", "flow", "2019-Q4", 278.7),
        ("gdp", "cumulative", "2020-Q1", 206.3),
        ("gdp", "cumulative", "2019", 990.1),
        ("index", "flow", "2020-Q1", 96.2),
        ("index", "flow", "2019-Q4", 98.4),
    }
    assert out.issues == []


SERIES = """
    | 指标 | 原油产量_当期 | 利润_累计 |
    | 地区 | 全国 | 全国 |
    | 频度 | 月 | 月 |
    | 单位 | 万吨 | 亿元 |
    | 2020-01 | | |
    | 2020-02 | | 4106.97 |
    | 2020-03 | 1656.3 | 7814.47 |
    """
SERIES_SPEC = """
    form: series
    rhythm: month
    match: {file: "*.csv"}
    rows: period
    columns: measure
    area: scope
    together: [1, 2]
    variants: {flow: ["*_当期/全国/月"], cumulative: ["*_累计/全国/月"]}
    measures:
      oil: {unit: 吨, labels: [原油产量]}
      profits: {unit: 亿元, labels: [利润]}
"""


def test_series_in_columns_with_facts_above(tmp_path: Path) -> None:
    out = read(tmp_path, SERIES, SERIES_SPEC)
    found = {
        (one.measure, str(one.period.start), str(one.period.end), one.value) for one in out.observed
    }
    assert found == {
        ("oil", "2020-03-01", "2020-03-31", 16_563_000.0),
        ("profits", "2020-01-01", "2020-02-29", 4106.97),
        ("profits", "2020-01-01", "2020-03-31", 7814.47),
    }
    assert out.issues == []


def test_cells_of_no_table_are_logged_block_by_block(tmp_path: Path) -> None:
    table = TABLE.replace("change |\n", "change | | |\n").replace(" 5 |\n", " 5 | | 77 |\n")
    out = read(tmp_path, table.replace(" 15 |\n", " 15 | | 78 |\n"))
    stray = [one for one in out.issues if one.code == "unplaced"]
    assert [(one.cell, one.message) for one in stray] == [
        ("K3", "Belongs to no table that could be read. Not used: K3:K4, 2 in all.")
    ]
