"""Sums inferred from the figures, and which cell a failed one points at."""

from __future__ import annotations

import pytest
from drawing import draw
from hypothesis import given, settings
from hypothesis import strategies as st

from pls_analysis.ingest.layout import detect
from pls_analysis.ingest.totals import check_totals, find_suspects


def suspects(picture: str) -> dict[str, float]:
    tables = detect(draw(picture)).tables
    checks = [check for table in tables for check in check_totals(table)]
    return {one.record.box.cell.address: one.proposed for one in find_suspects(checks)}


CASES = {
    "sums that hold": (
        """
        | 街镇 | 受理 | 成功 | 咨询 |
        | 合计 | 60 | 57 | 66 |
        | 甲镇 | 10 | 9 | 11 |
        | 乙镇 | 20 | 19 | 22 |
        | 丙镇 | 30 | 29 | 33 |
        """,
        {},
    ),
    "a total with one wrong digit": (
        """
        | 街镇 | 受理 | 成功 | 咨询 |
        | 合计 | 60 | 57 | 86 |
        | 甲镇 | 10 | 9 | 11 |
        | 乙镇 | 20 | 19 | 22 |
        | 丙镇 | 30 | 29 | 33 |
        """,
        {"D2": 66},
    ),
    "row and column fail by the same amount: the cell they share": (
        """
        | 指标 | 全市 | 东区 | 西区 | 南区 |
        | 迁出 | 600 | 100 | 200 | 300 |
        | 省内 | 360 | 60 | 150 | 180 |
        | 省外 | 240 | 40 | 80 | 120 |
        | 迁入 | 900 | 200 | 300 | 400 |
        | 省内来 | 500 | 100 | 200 | 200 |
        | 省外来 | 400 | 100 | 100 | 200 |
        """,
        {"D3": 120},
    ),
    "a lost digit": (
        """
        | 指标 | 全市 | 东区 | 西区 | 南区 |
        | 人口 | 46704 | 156704 | 200000 | 111000 |
        | 户数 | 600 | 100 | 200 | 300 |
        | 出生 | 66 | 11 | 22 | 33 |
        """,
        {"B2": 467704},
    ),
    "a part that could not be read makes no false alarm": (
        """
        | 指标 | 全市 | 东区 | 西区 | 南区 |
        | 死亡 | 423 | 81 | "1,24" | 218 |
        | 户数 | 600 | 100 | 200 | 300 |
        | 出生 | 66 | 11 | 22 | 33 |
        """,
        {},
    ),
    "parts that overlap are no sum": (
        """
        | 指标 | 全市 | 东区 | 西区 | 南区 |
        | 职工 | 600 | 100 | 200 | 300 |
        | ..其中：女性 | 300 | 60 | 90 | 150 |
        | ..其中：党员 | 200 | 50 | 60 | 90 |
        | ..其中：35岁以下 | 350 | 70 | 130 | 150 |
        """,
        {},
    ),
    "a figure beside zeros is the same figure and no sum": (
        """
        | 街镇 | 受理 | 成功 | 咨询 |
        | 甲镇 | 100 | 90 | 60 |
        | 乙镇 | 0 | 0 | 20 |
        | 合计 | 100 | 90 | 80 |
        """,
        {},
    ),
    "rates do not add up and are left alone": (
        """
        | 街镇 | 受理 | 成功率 |
        | 合计 | 600 | 97.1 |
        | 甲镇 | 100 | 99.0 |
        | 乙镇 | 200 | 96.0 |
        | 丙镇 | 300 | 97.0 |
        """,
        {},
    ),
}


@pytest.mark.parametrize(("picture", "expected"), CASES.values(), ids=list(CASES))
def test_suspects(picture: str, expected: dict[str, float]) -> None:
    assert suspects(picture) == expected


@settings(max_examples=60, deadline=None)
@given(
    st.integers(3, 5).flatmap(
        lambda width: st.lists(
            st.lists(st.integers(1000, 99_999), min_size=width, max_size=width),
            min_size=4,
            max_size=8,
        )
    ),
    st.data(),
)
def test_a_changed_total_is_named(rows: list[list[int]], data: st.DataObject) -> None:
    totals = [sum(column) for column in zip(*rows, strict=True)]
    at = data.draw(st.integers(0, len(totals) - 1))
    totals[at] += data.draw(st.sampled_from([-900, -7, 11, 3000]))
    letters = "BCDEF"
    lines = ["| 街镇 | " + " | ".join(f"项目{letters[i]}" for i in range(len(totals))) + " |"]
    lines.append("| 合计 | " + " | ".join(map(str, totals)) + " |")
    lines += [
        f"| 第{name}镇 | " + " | ".join(map(str, row)) + " |"
        for name, row in zip("甲乙丙丁戊己庚辛", rows, strict=False)
    ]
    sheet = detect(draw("\n".join(lines)))
    checks = check_totals(sheet.tables[0])
    wrong = {check.whole.box.cell.address for check in checks if check.outcome == "mismatch"}
    assert wrong == {f"{letters[at]}2"}
