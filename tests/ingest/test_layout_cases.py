"""Every layout that office tables come in, each drawn: what each figure counts, and its unit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from drawing import draw

from pls_analysis.ingest import values
from pls_analysis.ingest.layout import detect_all


@dataclass(frozen=True)
class Case:
    """Drawn sheets, and the tables in them: (rows, columns) as in `cross`, with the sheet."""

    sheets: tuple[str, ...]
    tables: tuple[tuple[str, ...], ...]


def case(sheet: str, *tables: tuple[str, ...]) -> Case:
    return Case((sheet,), tables)


def cross(rows: str, columns: str, sheet: str = "S1") -> dict[str, str]:
    """ "3 甲镇, 4 乙镇" × "B 受理 [件]": S1!B3 is 甲镇 | 受理 [件], S1!B4 is 乙镇 | 受理 [件]."""
    expected = {}
    for row in rows.split(", "):
        number, label, row_unit = _parsed(row)
        for column in columns.split(", "):
            letter, heading, unit = _parsed(column)
            unit = unit or row_unit
            said = f"{label} | {heading}" + (f" [{unit}]" if unit else "")
            expected[f"{sheet}!{letter}{number}"] = said
    return expected


def _parsed(text: str) -> tuple[str, str, str]:
    place, _, label = text.strip().partition(" ")
    label, _, unit = label.partition(" [")
    return place, label, unit.rstrip("]")


def read(sheets: tuple[str, ...]) -> dict[str, str]:
    """Every figure found: sheet and address -> row path | heading path [unit]."""
    found = {}
    drawn = [draw(picture, f"S{number}") for number, picture in enumerate(sheets, 1)]
    for layout in detect_all(drawn):
        assert set(layout.roles) == set(layout.grid.boxes), "every cell has one role"
        for table in layout.tables:
            for record in table.records:
                row = "/".join(values.label(part) for part in record.keys)
                heading = "/".join(values.label(part) for part in record.headings)
                unit = record.box.reading.unit or record.unit or table.unit
                said = f"{row} | {heading}" + (f" [{unit}]" if unit else "")
                found[f"{layout.sheet.name}!{record.box.cell.address}"] = said
    return found


TWO_TOWNS = "3 甲镇, 4 乙镇"

SIDE_BY_SIDE = {
    "two tables side by side, a blank column between": case(
        """
        | 街镇 | 受理 |  | 单位 | 成功 |
        | 甲镇 | 1 |  | 一所 | 4 |
        | 乙镇 | 2 |  | 二所 | 5 |
        | 丙镇 | 3 |  | 三所 | 6 |
        """,
        ("2 甲镇, 3 乙镇, 4 丙镇", "B 受理"),
        ("2 一所, 3 二所, 4 三所", "E 成功"),
    ),
    "three times the same columns, no blank column": case(
        """
        | 街镇 | 受理 | 街镇 | 受理 | 街镇 | 受理 |
        | 甲镇 | 1 | 丙镇 | 3 | 戊镇 | 5 |
        | 乙镇 | 2 | 丁镇 | 4 | 己镇 | 6 |
        """,
        ("2 甲镇, 3 乙镇", "B 受理"),
        ("2 丙镇, 3 丁镇", "D 受理"),
        ("2 戊镇, 3 己镇", "F 受理"),
    ),
    "each with its title, heads of different depth": case(
        """
        | 表一 受理情况 | < | |  | 表二 成功情况 | < |
        | 街镇 | 受理 | < |  | 街镇 | 成功 |
        | ^ | 本月 | 累计 |  | ^ | ^ |
        | 甲镇 | 1 | 9 |  | 甲镇 | 4 |
        | 乙镇 | 2 | 8 |  | 乙镇 | 5 |
        | 丙镇 | 3 | 7 |  | 丙镇 | 6 |
        """,
        ("4 甲镇, 5 乙镇, 6 丙镇", "B 受理/本月, C 受理/累计"),
        ("4 甲镇, 5 乙镇, 6 丙镇", "F 成功"),
    ),
    "the right one shorter": case(
        """
        | 街镇 | 受理 |  | 街镇 | 受理 |
        | 甲镇 | 1 |  | 丁镇 | 4 |
        | 乙镇 | 2 |  | 戊镇 | 5 |
        | 丙镇 | 3 |  | | |
        """,
        ("2 甲镇, 3 乙镇, 4 丙镇", "B 受理"),
        ("2 丁镇, 3 戊镇", "E 受理"),
    ),
    "two rows only": case(
        """
        | 街镇 | 受理 |  | 街镇 | 成功 |
        | 甲镇 | 1 |  | 丁镇 | 4 |
        | 乙镇 | 2 |  | 戊镇 | 5 |
        """,
        ("2 甲镇, 3 乙镇", "B 受理"),
        ("2 丁镇, 3 戊镇", "E 成功"),
    ),
}

BELOW = {
    "a blank row between": case(
        """
        | 街镇 | 受理 |
        | 甲镇 | 1 |
        | 乙镇 | 2 |
        | | |
        | 单位 | 成功 | 咨询 |
        | 一所 | 3 | 4 |
        | 二所 | 5 | 6 |
        """,
        ("2 甲镇, 3 乙镇", "B 受理"),
        ("6 一所, 7 二所", "B 成功, C 咨询"),
    ),
    "a title between": case(
        """
        | 表一 | < |
        | 街镇 | 受理 |
        | 甲镇 | 1 |
        | 乙镇 | 2 |
        | 表二 | < |
        | 单位 | 成功 |
        | 一所 | 3 |
        | 二所 | 5 |
        """,
        ("3 甲镇, 4 乙镇", "B 受理"),
        ("7 一所, 8 二所", "B 成功"),
    ),
    "a heading right below the last figure": case(
        """
        | 街镇 | 受理 | 咨询 |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        | 单位 | 成功 | 援助 |
        | 一所 | 3 | 9 |
        | 二所 | 5 | 6 |
        """,
        ("2 甲镇, 3 乙镇", "B 受理, C 咨询"),
        ("5 一所, 6 二所", "B 成功, C 援助"),
    ),
    "two beside two": case(
        """
        | 街镇 | 受理 |  | 单位 | 成功 |
        | 甲镇 | 1 |  | 一所 | 4 |
        | 乙镇 | 2 |  | 二所 | 5 |
        | 丙镇 | 3 |  | 三所 | 6 |
        | | | | | |
        | 年份 | 咨询 |  | 部门 | 援助 |
        | 2019 | 10 |  | 甲部 | 40 |
        | 2020 | 20 |  | 乙部 | 50 |
        | 2021 | 30 |  | 丙部 | 60 |
        """,
        ("2 甲镇, 3 乙镇, 4 丙镇", "B 受理"),
        ("2 一所, 3 二所, 4 三所", "E 成功"),
        ("7 2019, 8 2020, 9 2021", "B 咨询"),
        ("7 甲部, 8 乙部, 9 丙部", "E 援助"),
    ),
    "two above three, with blank columns in other places": case(
        """
        | 年份 |  | 受理 |  | 成功 |  | 咨询 |  | 序号 | 街镇 |  | 援助 |
        | 2019 |  | 1 |  | 2 |  | 3 |  | 1 | 甲镇 |  | 7 |
        | 2020 |  | 4 |  | 5 |  | 6 |  | 2 | 乙镇 |  | 8 |
        | 2021 |  | 2 |  | 3 |  | 4 |  | 3 | 丙镇 |  | 9 |
        | | | | | | | | | | | | |
        | 街镇 | 公证 |  | 街镇 | 普法 |  | 街镇 | 来访 | < | | | |
        | ^ | ^ |  | ^ | ^ |  | ^ | 男 | 女 | | | |
        | 甲镇 | 11 |  | 甲镇 | 41 |  | 甲镇 | 71 | 81 | | | |
        | 乙镇 | 12 |  | 乙镇 | 51 |  | 乙镇 | 72 | 82 | | | |
        | 丙镇 | 13 |  | 丙镇 | 61 |  | 丙镇 | 73 | 83 | | | |
        """,
        ("2 2019, 3 2020, 4 2021", "C 受理, E 成功, G 咨询"),
        ("2 甲镇, 3 乙镇, 4 丙镇", "L 援助"),
        ("8 甲镇, 9 乙镇, 10 丙镇", "B 公证"),
        ("8 甲镇, 9 乙镇, 10 丙镇", "E 普法"),
        ("8 甲镇, 9 乙镇, 10 丙镇", "H 来访/男, I 来访/女"),
    ),
    "one wide above two narrow": case(
        """
        | 街镇 | 受理 | 成功 | 咨询 | 援助 |
        | 甲镇 | 1 | 2 | 3 | 4 |
        | 乙镇 | 5 | 6 | 7 | 8 |
        | | | | | |
        | 街镇 | 公证 |  | 街镇 | 普法 |
        | 甲镇 | 11 |  | 甲镇 | 41 |
        | 乙镇 | 12 |  | 乙镇 | 51 |
        | 丙镇 | 13 |  | 丙镇 | 61 |
        """,
        ("2 甲镇, 3 乙镇", "B 受理, C 成功, D 咨询, E 援助"),
        ("6 甲镇, 7 乙镇, 8 丙镇", "B 公证"),
        ("6 甲镇, 7 乙镇, 8 丙镇", "E 普法"),
    ),
}

LEVELS = {
    "four levels, merged": case(
        """
        | 街镇 | 调解 | < | < | < | 咨询 |
        | ^ | 受理 | < | < | 成功 | ^ |
        | ^ | 本期 | < | 上期 | ^ | ^ |
        | ^ | 居民 | 村民 | ^ | ^ | ^ |
        | 甲镇 | 1 | 2 | 3 | 4 | 5 |
        | 乙镇 | 6 | 7 | 8 | 9 | 10 |
        """,
        (
            "5 甲镇, 6 乙镇",
            "B 调解/受理/本期/居民, C 调解/受理/本期/村民, D 调解/受理/上期, E 调解/成功, F 咨询",
        ),
    ),
    "ranges of ages": case(
        """
        | 街镇 | 人口 | < |
        | | 0-14 | 15-64 |
        | 甲镇 | 1 | 2 |
        | 乙镇 | 6 | 7 |
        """,
        (TWO_TOWNS, "B 人口/0-14, C 人口/15-64"),
    ),
    "four levels, typed over the first column only": case(
        """
        | 街镇 | 调解 | | | | 援助 | | | |
        | | 本期 | | 上期 | | 本期 | | 上期 | |
        | | 受理 | | 受理 | | 受理 | | 受理 | |
        | | 男 | 女 | 男 | 女 | 男 | 女 | 男 | 女 |
        | 甲镇 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 |
        | 乙镇 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 |
        """,
        (
            "5 甲镇, 6 乙镇",
            "B 调解/本期/受理/男, C 调解/本期/受理/女, D 调解/上期/受理/男, "
            "E 调解/上期/受理/女, F 援助/本期/受理/男, G 援助/本期/受理/女, H 援助/上期/受理/男, "
            "I 援助/上期/受理/女",
        ),
    ),
}

UNITS = {
    "in the title": case(
        """
        | 各镇人口（万人） | < |
        | 街镇 | 人口 |
        | 甲镇 | 1 |
        | 乙镇 | 2 |
        """,
        (TWO_TOWNS, "B 人口 [万人]"),
    ),
    "in a line below the title": case(
        """
        | 各镇人口 | < |
        | | 单位：万人 |
        | 街镇 | 人口 |
        | 甲镇 | 1 |
        | 乙镇 | 2 |
        """,
        ("4 甲镇, 5 乙镇", "B 人口 [万人]"),
    ),
    "beside the title": case(
        """
        | 各镇人口 | 单位：万人 |
        | 街镇 | 人口 |
        | 甲镇 | 1 |
        | 乙镇 | 2 |
        """,
        (TWO_TOWNS, "B 人口 [万人]"),
    ),
    "in brackets, of half and full width": case(
        """
        | 街镇 | 受理（件） | 金额(万元) |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        """,
        ("2 甲镇, 3 乙镇", "B 受理 [件], C 金额 [万元]"),
    ),
    "named in the brackets": case(
        """
        | 街镇 | 受理（单位：件） | 金额[万元] |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        """,
        ("2 甲镇, 3 乙镇", "B 受理 [件], C 金额 [万元]"),
    ),
    "on a line of its own within the heading": case(
        """
        | 街镇 | 受理⏎（件） | 金额⏎万元 |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        """,
        ("2 甲镇, 3 乙镇", "B 受理 [件], C 金额 [万元]"),
    ),
    "behind a slash or a comma": case(
        """
        | 街镇 | 受理/件 | 金额，万元 |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        """,
        ("2 甲镇, 3 乙镇", "B 受理 [件], C 金额 [万元]"),
    ),
    "in the heading above two": case(
        """
        | 街镇 | 金额（万元） | < | 人数（人） |
        | ^ | 本月 | 累计 | ^ |
        | 甲镇 | 1 | 7 | 3 |
        | 乙镇 | 2 | 8 | 4 |
        """,
        (TWO_TOWNS, "B 金额/本月 [万元], C 金额/累计 [万元], D 人数 [人]"),
    ),
    "in a row of brackets": case(
        """
        | 街镇 | 受理 | 金额 |
        | | （件） | （万元） |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        """,
        (TWO_TOWNS, "B 受理 [件], C 金额 [万元]"),
    ),
    "in a row headed 单位": case(
        """
        | 街镇 | 受理 | 金额 |
        | 单位 | 件 | 万元 |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        """,
        (TWO_TOWNS, "B 受理 [件], C 金额 [万元]"),
    ),
    "in a row without a name": case(
        """
        | 街镇 | 受理 | 金额 | 率 |
        | | 件 | 万元 | % |
        | 甲镇 | 1 | 7 | 3 |
        | 乙镇 | 2 | 8 | 4 |
        """,
        (TWO_TOWNS, "B 受理 [件], C 金额 [万元], D 率 [%]"),
    ),
    "as the lower headings, which it tells apart": case(
        """
        | 街镇 | 低保 | < |
        | ^ | 户 | 人 |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        """,
        (TWO_TOWNS, "B 低保/户 [户], C 低保/人 [人]"),
    ),
    "in a row under groups": case(
        """
        | 街镇 | 受理 | < | 金额 |
        | ^ | 本月 | 累计 | ^ |
        | 计量单位 | 件 | 件 | 万元 |
        | 甲镇 | 1 | 7 | 3 |
        | 乙镇 | 2 | 8 | 4 |
        """,
        ("4 甲镇, 5 乙镇", "B 受理/本月 [件], C 受理/累计 [件], D 金额 [万元]"),
    ),
    "in a column": case(
        """
        | 指标 | 计量单位 | 本月 | 累计 |
        | 受理 | 件 | 1 | 7 |
        | 金额 | 万元 | 2 | 8 |
        """,
        ("2 受理 [件], 3 金额 [万元]", "C 本月, D 累计"),
    ),
    "in a column without a heading": case(
        """
        | 指标 | | 本月 | 累计 |
        | 受理 | 件 | 1 | 7 |
        | 金额 | 万元 | 2 | 8 |
        | 人数 | 人 | 3 | 9 |
        """,
        ("2 受理 [件], 3 金额 [万元], 4 人数 [人]", "C 本月, D 累计"),
    ),
    "in a column at the right": case(
        """
        | 指标 | 本月 | 累计 | 单位 |
        | 受理 | 1 | 7 | 件 |
        | 金额 | 2 | 8 | 万元 |
        """,
        ("2 受理 [件], 3 金额 [万元]", "B 本月, C 累计"),
    ),
    "in the row labels": case(
        """
        | 指标 | 本月 | 累计 |
        | 受理（件） | 1 | 7 |
        | 金额（万元） | 2 | 8 |
        """,
        ("2 受理 [件], 3 金额 [万元]", "B 本月, C 累计"),
    ),
    "two of the table, one in a heading": case(
        """
        | 各镇收支 | < | < |
        | | | 单位：人、万元 |
        | 街镇 | 收入 | 户数（户） |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        """,
        ("4 甲镇, 5 乙镇", "B 收入 [人、万元], C 户数 [户]"),
    ),
    "of the table, and another one in a heading": case(
        """
        | 各镇收支 | < | < |
        | | | 单位：万元 |
        | 街镇 | 收入 | 户数（户） |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        """,
        ("4 甲镇, 5 乙镇", "B 收入 [万元], C 户数 [户]"),
    ),
}

YEARS = {
    "as rows": case(
        """
        | 年份 | 受理 | 成功 |
        | 2019 | 1 | 7 |
        | 2020 | 2 | 8 |
        """,
        ("2 2019, 3 2020", "B 受理, C 成功"),
    ),
    "as rows, in words, with a blank heading": case(
        """
        | | 受理 | 成功 |
        | 2019年 | 1 | 7 |
        | 2020年 | 2 | 8 |
        """,
        ("2 2019年, 3 2020年", "B 受理, C 成功"),
    ),
    "as columns": case(
        """
        | 指标 | 2019 | 2020 | 2021 |
        | 受理 | 1 | 7 | 3 |
        | 成功 | 2 | 8 | 4 |
        """,
        ("2 受理, 3 成功", "B 2019, C 2020, D 2021"),
    ),
    "as columns, each over two": case(
        """
        | 街镇 | 2019年 | < | 2020年 | < |
        | ^ | 受理 | 成功 | 受理 | 成功 |
        | 甲镇 | 1 | 7 | 3 | 5 |
        | 乙镇 | 2 | 8 | 4 | 6 |
        """,
        (TWO_TOWNS, "B 2019年/受理, C 2019年/成功, D 2020年/受理, E 2020年/成功"),
    ),
    "as numbers over two columns each": case(
        """
        | 街镇 | 2019 | < | 2020 | < |
        | ^ | 受理 | 成功 | 受理 | 成功 |
        | 甲镇 | 1 | 7 | 3 | 5 |
        | 乙镇 | 2 | 8 | 4 | 6 |
        """,
        (TWO_TOWNS, "B 2019/受理, C 2019/成功, D 2020/受理, E 2020/成功"),
    ),
    "under each heading": case(
        """
        | 街镇 | 受理 | < | 成功 | < |
        | ^ | 2019 | 2020 | 2019 | 2020 |
        | 甲镇 | 1 | 7 | 3 | 5 |
        | 乙镇 | 2 | 8 | 4 | 6 |
        """,
        (TWO_TOWNS, "B 受理/2019, C 受理/2020, D 成功/2019, E 成功/2020"),
    ),
    "as groups of rows": case(
        """
        | 年份 | 街镇 | 受理 | 成功 |
        | 2019年 | 甲镇 | 1 | 7 |
        | ^ | 乙镇 | 2 | 8 |
        | 2020年 | 甲镇 | 3 | 9 |
        | ^ | 乙镇 | 4 | 6 |
        """,
        ("2 2019年/甲镇, 3 2019年/乙镇, 4 2020年/甲镇, 5 2020年/乙镇", "C 受理, D 成功"),
    ),
    "months as columns": case(
        """
        | 街镇 | 1月 | 2月 | 3月 |
        | 甲镇 | 1 | 7 | 3 |
        | 乙镇 | 2 | 8 | 4 |
        """,
        ("2 甲镇, 3 乙镇", "B 1月, C 2月, D 3月"),
    ),
}

BILINGUAL = {
    "in one cell, on two lines": case(
        """
        | 地区⏎Region | 受理⏎Accepted | 成功⏎Settled |
        | 甲镇⏎Jia | 1 | 7 |
        | 乙镇⏎Yi | 2 | 8 |
        """,
        ("2 甲镇, 3 乙镇", "B 受理, C 成功"),
    ),
    "in one cell, behind a blank": case(
        """
        | 地区 Region | 受理 Accepted | 成功 Settled |
        | 甲镇 Jia | 1 | 7 |
        | 乙镇 Yizhen | 2 | 8 |
        """,
        ("2 甲镇, 3 乙镇", "B 受理, C 成功"),
    ),
    "in two rows": case(
        """
        | 地区 | 受理 | 成功 |
        | Region | Accepted | Settled |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        """,
        (TWO_TOWNS, "B 受理, C 成功"),
    ),
    "in two rows, of two levels": case(
        """
        | 地区 | 调解 | < |
        | Region | Mediation | < |
        | | 受理 | 成功 |
        | | Accepted | Settled |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        """,
        ("5 甲镇, 6 乙镇", "B 调解/受理, C 调解/成功"),
    ),
    "English labels in a second column": case(
        """
        | 地区 | Region | 受理 | 成功 |
        | 全市 | Total | 3 | 15 |
        | 甲镇 | Jia | 1 | 7 |
        | 乙镇 | Yi | 2 | 8 |
        """,
        ("2 全市, 3 甲镇, 4 乙镇", "C 受理, D 成功"),
    ),
    "English labels at the right": case(
        """
        | 地区 | 受理 | 成功 | Region |
        | 全市 | 3 | 15 | Total |
        | 甲镇 | 1 | 7 | Jia |
        | 乙镇 | 2 | 8 | Yi |
        """,
        ("2 全市, 3 甲镇, 4 乙镇", "B 受理, C 成功"),
    ),
    "units and English in rows below": case(
        """
        | 地区 | 面积 | 人口 |
        | Region | Area | Population |
        | | （公顷） | （万人） |
        | | (hectare) | (10 000 persons) |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        """,
        ("5 甲镇, 6 乙镇", "B 面积 [公顷], C 人口 [万人]"),
    ),
}

FOOTNOTES = {
    "on headings": case(
        """
        | 街镇 | 受理① | 成功* | 咨询1) | 援助[注] | 公证[1] | 普法（注2） |
        | 甲镇 | 1 | 7 | 3 | 4 | 5 | 6 |
        | 乙镇 | 2 | 8 | 4 | 5 | 6 | 7 |
        | 注：1) 含外区。 | | | | | | |
        """,
        ("2 甲镇, 3 乙镇", "B 受理, C 成功, D 咨询, E 援助, F 公证, G 普法"),
    ),
    "on headings with units": case(
        """
        | 街镇 | 受理①（件） | 金额（万元）② | 人数*⏎（人） |
        | 甲镇 | 1 | 7 | 3 |
        | 乙镇 | 2 | 8 | 4 |
        """,
        ("2 甲镇, 3 乙镇", "B 受理 [件], C 金额 [万元], D 人数 [人]"),
    ),
    "on row labels": case(
        """
        | 街镇 | 受理 |
        | 甲镇① | 1 |
        | 乙镇* | 2 |
        | 丙镇1) | 3 |
        | 丁镇[注] | 4 |
        """,
        ("2 甲镇, 3 乙镇, 4 丙镇, 5 丁镇", "B 受理"),
    ),
    "on figures: found, and refused": case(
        """
        | 街镇 | 受理 | 成功 |
        | 甲镇 | "12①" | 7 |
        | 乙镇 | 2 | "8*" |
        | 丙镇 | 3 | 9 |
        """,
        ("2 甲镇, 3 乙镇, 4 丙镇", "B 受理, C 成功"),
    ),
}

BLANKS = {
    "a blank column behind the labels": case(
        """
        | 街镇 | | 受理 | 成功 |
        | 甲镇 | | 1 | 7 |
        | 乙镇 | | 2 | 8 |
        | 丙镇 | | 3 | 9 |
        """,
        ("2 甲镇, 3 乙镇, 4 丙镇", "C 受理, D 成功"),
    ),
    "a blank column between all columns": case(
        """
        | 街镇 | | 受理 | | 成功 | | 咨询 |
        | 甲镇 | | 1 | | 7 | | 4 |
        | 乙镇 | | 2 | | 8 | | 5 |
        | 丙镇 | | 3 | | 9 | | 6 |
        """,
        ("2 甲镇, 3 乙镇, 4 丙镇", "C 受理, E 成功, G 咨询"),
    ),
    "a blank column under groups": case(
        """
        | 街镇 | 本月 | < | | 累计 | < |
        | ^ | 受理 | 成功 | | 受理 | 成功 |
        | 甲镇 | 1 | 2 | | 7 | 4 |
        | 乙镇 | 2 | 3 | | 8 | 5 |
        """,
        (TWO_TOWNS, "B 本月/受理, C 本月/成功, E 累计/受理, F 累计/成功"),
    ),
    "a blank column under a group that is not merged": case(
        """
        | 街镇 | | 本月 | | | | 累计 | | |
        | | | 受理 | | 成功 | | 受理 | | 成功 |
        | 甲镇 | | 1 | | 2 | | 7 | | 4 |
        | 乙镇 | | 2 | | 3 | | 8 | | 5 |
        """,
        (TWO_TOWNS, "C 本月/受理, E 本月/成功, G 累计/受理, I 累计/成功"),
    ),
    "blank columns everywhere, also between two label columns": case(
        """
        | 片区 | | 街镇 | | 受理 | | 成功 |
        | 东片 | | 甲镇 | | 1 | | 7 |
        | ^ | | 乙镇 | | 2 | | 8 |
        | 西片 | | 丙镇 | | 3 | | 9 |
        """,
        ("2 东片/甲镇, 3 东片/乙镇, 4 西片/丙镇", "E 受理, G 成功"),
    ),
    "a blank row below the heading": case(
        """
        | 街镇 | 受理 | 成功 |
        | | | |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        """,
        (TWO_TOWNS, "B 受理, C 成功"),
    ),
    "a blank row within the heading": case(
        """
        | 街镇 | 本月 | | 累计 | |
        | | | | | |
        | | 受理 | 成功 | 受理 | 成功 |
        | 甲镇 | 1 | 2 | 7 | 4 |
        | 乙镇 | 2 | 3 | 8 | 5 |
        """,
        ("4 甲镇, 5 乙镇", "B 本月/受理, C 本月/成功, D 累计/受理, E 累计/成功"),
    ),
    "blank rows between groups of rows": case(
        """
        | 街镇 | 受理 | 成功 |
        | 合计 | 10 | 26 |
        | | | |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        | | | |
        | 丙镇 | 3 | 5 |
        | 丁镇 | 4 | 6 |
        """,
        ("2 合计, 4 甲镇, 5 乙镇, 7 丙镇, 8 丁镇", "B 受理, C 成功"),
    ),
    "names spread by blanks": case(
        """
        | 地　区 | 受 理 | 成　　功 |
        | 广 州 市 | 1 | 7 |
        | 深　圳　市 | 2 | 8 |
        | 合 计 | 3 | 15 |
        """,
        ("2 广州市, 3 深圳市, 4 合计", "B 受理, C 成功"),
    ),
}

TOTALS = {
    "first": case(
        """
        | 街镇 | 合计 | 男 | 女 |
        | 总　计 | 6 | 3 | 3 |
        | 甲镇 | 3 | 1 | 2 |
        | 乙镇 | 3 | 2 | 1 |
        """,
        ("2 总计, 3 甲镇, 4 乙镇", "B 合计, C 男, D 女"),
    ),
    "last": case(
        """
        | 街镇 | 男 | 女 | 合计 |
        | 甲镇 | 1 | 2 | 3 |
        | 乙镇 | 2 | 1 | 3 |
        | Total | 3 | 3 | 6 |
        """,
        ("2 甲镇, 3 乙镇, 4 Total", "B 男, C 女, D 合计"),
    ),
    "subtotals": case(
        """
        | 街镇 | 受理 | 成功 |
        | 甲镇 | 1 | 2 |
        | 乙镇 | 2 | 1 |
        | 小计 | 3 | 3 |
        | 丙镇 | 4 | 5 |
        | 丁镇 | 5 | 6 |
        | 小计 | 9 | 11 |
        | 全区 | 12 | 14 |
        """,
        ("2 甲镇, 3 乙镇, 4 小计, 5 丙镇, 6 丁镇, 7 小计, 8 全区", "B 受理, C 成功"),
    ),
    "over two label columns": case(
        """
        | 片区 | 街镇 | 受理 | 成功 |
        | 合计 | < | 10 | 14 |
        | 东片 | 甲镇 | 1 | 2 |
        | ^ | 乙镇 | 2 | 1 |
        | ^ | 小计 | 3 | 3 |
        | 西片 | 丙镇 | 3 | 5 |
        | ^ | 丁镇 | 4 | 6 |
        """,
        (
            "2 合计, 3 东片/甲镇, 4 东片/乙镇, 5 东片/小计, 6 西片/丙镇, 7 西片/丁镇",
            "C 受理, D 成功",
        ),
    ),
    "of groups": case(
        """
        | 街镇 | 调解 | < | < | 援助 | < | < |
        | ^ | 小计 | 本级 | 下级 | 小计 | 本级 | 下级 |
        | 甲镇 | 3 | 1 | 2 | 7 | 3 | 4 |
        | 乙镇 | 5 | 2 | 3 | 9 | 4 | 5 |
        """,
        (TWO_TOWNS, "B 调解/小计, C 调解/本级, D 调解/下级, E 援助/小计, F 援助/本级, G 援助/下级"),
    ),
}

PARTS = {
    "其中 once, its parts indented": case(
        """
        | 指标 | 本月 |
        | 受理 | 10 |
        | ..其中：邻里 | 4 |
        | .....家庭 | 5 |
        | 咨询 | 7 |
        """,
        ("2 受理, 3 受理/邻里, 4 受理/家庭, 5 咨询", "B 本月"),
    ),
    "# and full-width blanks": case(
        """
        | 指标 | 本月 |
        | 受理 | 10 |
        | 　#邻里 | 4 |
        | 　#家庭 | 5 |
        | 咨询 | 7 |
        | 　#来访 | 3 |
        """,
        ("2 受理, 3 受理/邻里, 4 受理/家庭, 5 咨询, 6 咨询/来访", "B 本月"),
    ),
    "indents of two depths": case(
        """
        | 指标 | 本月 |
        | 受理 | 10 |
        | ..邻里 | 4 |
        | ....楼上 | 1 |
        | ....楼下 | 3 |
        | ..家庭 | 6 |
        | 咨询 | 7 |
        """,
        ("2 受理, 3 受理/邻里, 4 受理/邻里/楼上, 5 受理/邻里/楼下, 6 受理/家庭, 7 咨询", "B 本月"),
    ),
    "其中 without an indent": case(
        """
        | 指标 | 本月 |
        | 受理 | 10 |
        | 其中：邻里 | 4 |
        | 成功 | 9 |
        | 其中：书面 | 5 |
        | 口头 | 4 |
        """,
        ("2 受理, 3 受理/邻里, 4 成功, 5 成功/书面, 6 口头", "B 本月"),
    ),
    "其中 as a heading over parts": case(
        """
        | 街镇 | 受理 | 其中 | < | 咨询 |
        | ^ | ^ | 邻里 | 家庭 | ^ |
        | 甲镇 | 10 | 4 | 5 | 7 |
        | 乙镇 | 20 | 8 | 9 | 6 |
        """,
        (TWO_TOWNS, "B 受理, C 受理/邻里, D 受理/家庭, E 咨询"),
    ),
    "其中 in each heading": case(
        """
        | 街镇 | 受理 | 其中：邻里 | 其中：家庭 | 咨询 |
        | 甲镇 | 10 | 4 | 5 | 7 |
        | 乙镇 | 20 | 8 | 9 | 6 |
        """,
        ("2 甲镇, 3 乙镇", "B 受理, C 受理/邻里, D 受理/家庭, E 咨询"),
    ),
    "其中 in a column of its own": case(
        """
        | 指标 | < | 本月 |
        | 受理 | < | 10 |
        | 其中 | 邻里 | 4 |
        | ^ | 家庭 | 5 |
        | 咨询 | < | 7 |
        """,
        ("2 受理, 3 受理/邻里, 4 受理/家庭, 5 咨询", "C 本月"),
    ),
}

MIDDLE = {
    "the heading repeated within the table": case(
        """
        | 街镇 | 受理 | 成功 |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        | 街镇 | 受理 | 成功 |
        | 丙镇 | 3 | 9 |
        | 丁镇 | 4 | 6 |
        """,
        ("2 甲镇, 3 乙镇, 5 丙镇, 6 丁镇", "B 受理, C 成功"),
    ),
    "a heading of two rows repeated": case(
        """
        | 街镇 | 本月 | < |
        | ^ | 受理 | 成功 |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        | 街镇 | 本月 | < |
        | ^ | 受理 | 成功 |
        | 丙镇 | 3 | 9 |
        | 丁镇 | 4 | 6 |
        """,
        ("3 甲镇, 4 乙镇, 7 丙镇, 8 丁镇", "B 本月/受理, C 本月/成功"),
    ),
    "a heading of years repeated": case(
        """
        | 指标 | 2019 | 2020 |
        | 受理 | 1 | 7 |
        | 成功 | 2 | 8 |
        | 指标 | 2019 | 2020 |
        | 咨询 | 3 | 9 |
        | 援助 | 4 | 6 |
        """,
        ("2 受理, 3 成功, 5 咨询, 6 援助", "B 2019, C 2020"),
    ),
    "the title and the heading repeated, as on a new page": case(
        """
        | 各镇情况 | < | < |
        | 街镇 | 本月 | < |
        | ^ | 受理 | 成功 |
        | 甲镇 | 1 | 7 |
        | 乙镇 | 2 | 8 |
        | 各镇情况 | < | < |
        | 街镇 | 本月 | < |
        | ^ | 受理 | 成功 |
        | 丙镇 | 3 | 9 |
        """,
        ("4 甲镇, 5 乙镇, 9 丙镇", "B 本月/受理, C 本月/成功"),
    ),
    "chapters within the table": case(
        """
        | 指标 | 本月 | 累计 |
        | 一、调解 | | |
        | 受理 | 1 | 7 |
        | 成功 | 2 | 8 |
        | 二、援助 | | |
        | 受理 | 3 | 9 |
        | 成功 | 4 | 6 |
        """,
        ("3 受理, 4 成功, 6 受理, 7 成功", "B 本月, C 累计"),
    ),
}

TRANSPOSED = {
    "areas as columns": case(
        """
        | 指标 | 甲镇 | 乙镇 | 丙镇 |
        | 受理 | 1 | 7 | 3 |
        | 成功 | 2 | 8 | 4 |
        """,
        ("2 受理, 3 成功", "B 甲镇, C 乙镇, D 丙镇"),
    ),
    "areas as columns, a unit column, a total first": case(
        """
        | 指标 | 单位 | 全区 | 甲镇 | 乙镇 |
        | 受理 | 件 | 8 | 1 | 7 |
        | 金额 | 万元 | 10 | 2 | 8 |
        """,
        ("2 受理 [件], 3 金额 [万元]", "C 全区, D 甲镇, E 乙镇"),
    ),
    "years under areas": case(
        """
        | 指标 | 甲镇 | < | 乙镇 | < |
        | ^ | 2019年 | 2020年 | 2019年 | 2020年 |
        | 受理 | 1 | 7 | 3 | 5 |
        | 成功 | 2 | 8 | 4 | 6 |
        """,
        ("3 受理, 4 成功", "B 甲镇/2019年, C 甲镇/2020年, D 乙镇/2019年, E 乙镇/2020年"),
    ),
}

GROUPS = {
    "side by side": SIDE_BY_SIDE, "below": BELOW, "levels": LEVELS, "units": UNITS,
    "years": YEARS, "bilingual": BILINGUAL, "footnotes": FOOTNOTES, "blanks": BLANKS,
    "totals": TOTALS, "parts": PARTS, "middle": MIDDLE, "transposed": TRANSPOSED,
}  # fmt: skip
CASES = {f"{group}: {name}": one for group, cases in GROUPS.items() for name, one in cases.items()}


DAMAGED = ['"12①"', '"约12"', '"无"', '"1,24"', '"3-5"']


@pytest.mark.parametrize("figure", DAMAGED)
def test_a_damaged_figure_right_below_the_heading_heads_nothing(figure: str) -> None:
    picture = f"| 街镇 | 受理 |\n| 甲镇 | {figure} |\n| 乙镇 | 2 |"
    assert read((picture,)) == cross("2 甲镇, 3 乙镇", "B 受理")


def test_a_figure_crossed_out_right_below_the_heading_heads_nothing() -> None:
    sheet = draw("| 街镇 | 受理 |\n| 甲镇 | 12 |\n| 乙镇 | 2 |")
    struck = {**sheet.cells, (2, 2): replace(sheet.cells[2, 2], struck=True)}
    (table,) = detect_all([replace(sheet, cells=struck)])[0].tables
    assert [record.headings for record in table.records] == [("受理",)] * 2


def test_hidden_rows_and_columns_are_read_as_any_other() -> None:
    sheet = draw("| 街镇 | 受理 | 成功 |\n| 甲镇 | 1 | 7 |\n| 乙镇 | 2 | 8 |")
    hidden = replace(sheet, hidden_rows=frozenset({2}), hidden_cols=frozenset({3}))
    assert detect_all([hidden])[0].tables == detect_all([sheet])[0].tables


@pytest.mark.parametrize("one", CASES.values(), ids=list(CASES))
def test_layout(one: Case) -> None:
    expected = {}
    for table in one.tables:
        expected |= cross(*table)
    assert read(one.sheets) == expected
