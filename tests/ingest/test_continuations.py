"""Tables that go on: below, at the right, on the next sheet; with or without their headings."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawing import draw
from places import MONTHLY, YEARBOOK, extract, forms

from pls_analysis.ingest import values
from pls_analysis.ingest.layout import Table, detect_all
from pls_analysis.ingest.totals import check_totals, find_suspects

BEGINNING = """
    | 各镇人口（2020年） | < | < |
    | | | 单位：万人 |
    | 地区 | 人口 | 出生 | 迁入 |
    | 全区 | 246 | 2460 | 24600 |
    | 甲镇 | 11 | 110 | 1100 |
    | 乙镇 | 23 | 230 | 2300 |
    | 丙镇 | 35 | 350 | 3500 |
    """
REPEATED = """
    | 续表 | | |
    | 地区 | 人口 | 出生 | 迁入 |
    | 丁镇 | 47 | 470 | 4700 |
    | 戊镇 | 59 | 590 | 5900 |
    | 己镇 | 71 | 710 | 7100 |
    """
NOT_REPEATED = """
    | | | （续） |
    | 丁镇 | 47 | 470 | 4700 |
    | 戊镇 | 59 | 590 | 5900 |
    | 己镇 | 71 | 710 | 7100 |
    """
TO_THE_RIGHT = """
    | 续表 | | |
    | 地区 | 死亡 | 迁出 |
    | 全区 | 24 | 27 |
    | 甲镇 | 7 | 8 |
    | 乙镇 | 8 | 9 |
    | 丙镇 | 9 | 10 |
    """


def tables(*pictures: str, names: tuple[str, ...] = ("S1", "S2", "S3")) -> list[Table]:
    sheets = [draw(picture, name) for picture, name in zip(pictures, names, strict=False)]
    return [table for layout in detect_all(sheets) for table in layout.tables]


def said(table: Table) -> dict[str, str]:
    return {
        record.box.cell.address: f"{'/'.join(record.keys)} | {'/'.join(record.headings)}"
        for record in table.records
    }


ON_THE_NEXT_SHEET = {
    "headings repeated": (REPEATED, "B3"),
    "headings not repeated": (NOT_REPEATED, "B2"),
    "marked beside the unit": (REPEATED.replace("| 续表 | | |", "| 续表1 | | 单位：万人 |"), "B3"),
    "marked in English": (REPEATED.replace("续表", "(continued)"), "B3"),
    "the title repeated with a mark": (REPEATED.replace("续表", "各镇人口（2020年）（续）"), "B3"),
    "the mark above blank rows": (REPEATED.replace("| 续表 | | |", "| 续表 | | |\n| | | |"), "B4"),
}


@pytest.mark.parametrize(
    ("picture", "first"), ON_THE_NEXT_SHEET.values(), ids=list(ON_THE_NEXT_SHEET)
)
def test_a_table_goes_on_on_the_next_sheet(picture: str, first: str) -> None:
    beginning, rest = tables(BEGINNING, picture)
    assert rest.before is beginning
    assert rest.titles[0].startswith("各镇人口(2020年)")
    assert rest.unit == "万人"
    assert rest.key_heading == "地区"
    assert said(rest)[first] == "丁镇 | 人口"
    assert len(rest.records) == 9


def test_a_mark_in_the_name_of_the_sheet_is_enough() -> None:
    picture = "\n".join(NOT_REPEATED.splitlines()[2:])
    _, rest = tables(BEGINNING, picture, names=("表1", "表1续"))
    assert said(rest)["B1"] == "丁镇 | 人口"
    assert rest.titles == ("各镇人口(2020年)",)


def test_without_a_mark_nothing_is_carried_over() -> None:
    picture = "\n".join(NOT_REPEATED.splitlines()[2:])
    _, rest = tables(BEGINNING, picture)
    assert (rest.titles, rest.records) == ((), ())
    _, rest = tables(BEGINNING, REPEATED.replace("续表", "各镇户数"))
    assert (rest.titles, rest.before, rest.unit) == (("各镇户数",), None, None)


@pytest.mark.parametrize("word", ["续签合同数", "办理手续", "连续三年", "继续教育", "合同存续"])
def test_words_with_the_same_character_are_no_marks(word: str) -> None:
    _, rest = tables(BEGINNING, REPEATED.replace("续表", word))
    assert rest.before is None
    assert rest.titles == (word,)


def test_on_the_same_sheet_below() -> None:
    for gap in ("", "| | | |"):
        for rest in (REPEATED, NOT_REPEATED):
            found = tables(f"{BEGINNING}\n{gap}\n{rest}")
            records = {place: one for table in found for place, one in said(table).items()}
            assert len(records) == 21, rest
            assert [one for one in records.values() if "丁镇" in one] == [
                "丁镇 | 人口",
                "丁镇 | 出生",
                "丁镇 | 迁入",
            ]
            assert {table.titles[0] for table in found} == {"各镇人口(2020年)"}


def test_to_the_right_on_the_next_sheet() -> None:
    beginning, rest = tables(BEGINNING, TO_THE_RIGHT)
    assert rest.before is beginning
    assert said(rest)["B4"] == "甲镇 | 死亡"
    assert rest.titles[0] == "各镇人口(2020年)"


def test_to_the_right_on_the_same_sheet() -> None:
    found = tables(
        """
        | 各镇人口（2020年） | < |  | 续表 | |
        | 地区 | 人口 |  | 地区 | 死亡 |
        | 甲镇 | 1 |  | 甲镇 | 7 |
        | 乙镇 | 2 |  | 乙镇 | 8 |
        | 丙镇 | 3 |  | 丙镇 | 9 |
        """
    )
    assert [said(table) for table in found] == [
        {"B3": "甲镇 | 人口", "B4": "乙镇 | 人口", "B5": "丙镇 | 人口"},
        {"E3": "甲镇 | 死亡", "E4": "乙镇 | 死亡", "E5": "丙镇 | 死亡"},
    ]
    assert found[1].titles == ("各镇人口(2020年)", "续表")


def test_groups_and_branches_go_on() -> None:
    _, rest = tables(
        """
        | 某表 | < | < |
        | 片区 | 街镇 | 人口 |
        | 东片 | 甲镇 | 1 |
        | | ..其中：一村 | 2 |
        """,
        """
        | 续表 | | |
        | | .....二村 | 3 |
        | | 乙镇 | 4 |
        | 西片 | 丙镇 | 5 |
        """,
    )
    labels = ["/".join(map(values.label, record.keys)) for record in rest.records]
    assert labels == ["东片/甲镇/二村", "东片/乙镇", "西片/丙镇"]


# -- sums over the whole ---------------------------------------------------------------------------


def suspects(*pictures: str) -> list[str]:
    found = tables(*pictures)
    return [
        one.record.box.cell.address for one in find_suspects(check_totals(*found[-1].parts()))
    ]  # fmt: skip


def checked(*pictures: str) -> set[str]:
    return {check.whole.box.cell.address for check in check_totals(*tables(*pictures)[-1].parts())}


@pytest.mark.parametrize("rest", [REPEATED, NOT_REPEATED])
def test_a_total_counts_what_stands_on_both_sheets(rest: str) -> None:
    assert {"B4", "C4"} <= checked(BEGINNING, rest)
    assert suspects(BEGINNING, rest) == []
    assert suspects(BEGINNING.replace(" 2460 ", " 2480 "), rest) == ["C4"]


def test_a_total_on_the_last_of_three_sheets() -> None:
    first = BEGINNING.replace("    | 全区 | 246 | 2460 | 24600 |\n", "")
    last = """
        | 续表 | | | |
        | 地区 | 人口 | 出生 | 迁入 |
        | 庚镇 | 83 | 830 | 8300 |
        | 合计 | 329 | 3290 | 32900 |
        """
    assert suspects(first, REPEATED, last) == []
    assert suspects(first, REPEATED, last.replace(" 3290 ", " 3390 ")) == ["C4"]


def test_sums_along_rows_that_go_on_to_the_right() -> None:
    first = """
        | 各镇人口 | < | < |
        | 地区 | 合计 | 儿童 |
        | 甲镇 | 160 | 10 |
        | 乙镇 | 270 | 20 |
        | 丙镇 | 380 | 30 |
        """
    right = """
        | 续表 | | |
        | 地区 | 成人 | 老人 |
        | 甲镇 | 100 | 50 |
        | 乙镇 | 200 | 50 |
        | 丙镇 | 300 | 50 |
        """
    assert {"B3", "B4", "B5"} <= checked(first, right)
    assert suspects(first, right) == []
    assert suspects(first, right.replace("| 200 |", "| 220 |")) == ["B4"]


def test_a_total_over_two_halves_side_by_side() -> None:
    picture = """
        | 街镇 | 受理 | 成功 | 咨询 |  | 街镇 | 受理 | 成功 | 咨询 |
        | 合计 | 246 | 492 | 2460 |  | 丁镇 | 47 | 94 | 470 |
        | 甲镇 | 11 | 22 | 110 |  | 戊镇 | 59 | 118 | 590 |
        | 乙镇 | 23 | 46 | 230 |  | 己镇 | 71 | 142 | 710 |
        | 丙镇 | 35 | 70 | 350 |  | | | | |
        """
    assert {"B2", "C2"} <= checked(picture)
    assert suspects(picture) == []
    assert suspects(picture.replace("492", "482")) == ["C2"]


def test_two_tables_of_the_same_shape_are_not_added_up() -> None:
    again = BEGINNING.replace("（2020年）", "（2020年）（续）")
    assert suspects(BEGINNING, again) == []


# -- held against a form ---------------------------------------------------------------------------

MONTH = """
    | 公共法律服务月报（2022年6月） | < | < |
    | 填报单位： | 柳荫街道 | 计量单位：件 |
    | 项目 | 本月 | 本年累计 |
    | 受理纠纷数 | 12 | 60 |
    """
MONTH_GOES_ON = """
    | 续表 | | 计量单位：件 |
    | 项目 | 本月 | 本年累计 |
    | 涉及金额 | 3 | 20 |
    """


def test_office_and_period_are_carried_over(tmp_path: Path) -> None:
    specs = forms(tmp_path, monthly=MONTHLY)
    out = extract(specs, draw(MONTH, "S1"), draw(MONTH_GOES_ON, "S2"))
    told = {
        (one.sheet, one.cell): (one.measure, one.office, one.period.basis) for one in out.observed
    }
    assert told == {
        ("S1", "B4"): ("accepted", "990101", "flow"),
        ("S1", "C4"): ("accepted", "990101", "cumulative"),
        ("S2", "B3"): ("amount", "990101", "flow"),
        ("S2", "C3"): ("amount", "990101", "cumulative"),
    }
    assert {str(one.period.end) for one in out.observed} == {"2022-06-30"}


def test_an_unknown_office_is_shown_where_it_stands(tmp_path: Path) -> None:
    specs = forms(tmp_path, monthly=MONTHLY)
    sheets = draw(MONTH.replace("柳荫街道", "某街道"), "S1"), draw(MONTH_GOES_ON, "S2")
    places = {(one.sheet, one.cell) for one in extract(specs, *sheets).issues}
    assert ("S1", "A2") in places
    assert not {cell for sheet, cell in places if sheet == "S2"} & {"A2", "B2"}


def test_the_year_of_a_yearbook_goes_on(tmp_path: Path) -> None:
    specs = forms(tmp_path, yearbook=YEARBOOK)
    first = "| 各镇人口（2020年） | < | < |\n| 地区 | 人口 | 出生 |\n| 柳荫街道 | 12 | 3 |"
    rest = "| 续表 | | |\n| 塘桥镇 | 13 | 4 |\n| 宣桥镇 | 14 | 5 |"
    out = extract(specs, draw(first, "S1"), draw(rest, "S2"))
    told = [(one.area, one.measure, one.value, one.sheet, one.cell) for one in out.observed]
    assert ("990102", "births", 4, "S2", "C2") in told
    assert len(told) == 6
    assert {one.period.start.year for one in out.observed} == {2020}


def test_the_date_of_filing_is_no_period(tmp_path: Path) -> None:
    specs = forms(tmp_path, monthly=MONTHLY)
    picture = MONTH.replace("（2022年6月）", "").replace(
        "| 填报单位： | 柳荫街道 | 计量单位：件 |",
        "| 填报单位：柳荫街道 | 填报日期： | 2022年7月5日 |",
    )
    assert [one.code for one in extract(specs, draw(picture)).issues] == ["period_missing"]


def test_years_as_sheets(tmp_path: Path) -> None:
    specs = forms(tmp_path, yearbook=YEARBOOK.replace("match:", "period: sheet\n    match:"))
    picture = "| 各镇人口 | < | < |\n| 地区 | 人口 | 出生 |\n| 柳荫街道 | 12 | 3 |"
    out = extract(specs, draw(picture, "2019"), draw(picture, "2020年"))
    assert {(one.sheet, one.period.start.year) for one in out.observed} == {
        ("2019", 2019),
        ("2020年", 2020),
    }


UNITS_OF_THE_TABLE = {
    "单位：万人": 120_000,
    "单位：件、万人": 120_000,
    "单位：人、万人": None,
    "单位：件": 12,
}


@pytest.mark.parametrize(
    ("line", "value"), UNITS_OF_THE_TABLE.items(), ids=list(UNITS_OF_THE_TABLE)
)
def test_the_unit_of_the_table_that_fits_the_measure(
    tmp_path: Path, line: str, value: float | None
) -> None:
    specs = forms(tmp_path, yearbook=YEARBOOK)
    picture = f"| 各镇人口（2020年） | < |\n| | {line} |\n| 地区 | 人口 |\n| 塘桥镇 | 12 |"
    out = extract(specs, draw(picture))
    assert [one.value for one in out.observed] == ([] if value is None else [value])
    assert [one.code for one in out.issues] == (["unit_mismatch"] if value is None else [])
