"""Breaks that a spec declares, and units in brackets within brackets."""

from __future__ import annotations

import pytest
from drawing import draw
from places import MONTHLY, extract, forms

from pls_analysis.configs import ConfigError
from pls_analysis.ingest import values

REPORT = """
    | 柳荫街道公共法律服务月报（{period}） | < | < | < |
    | 填报单位：柳荫街道司法所 | | | |
    | 项目 | 计量单位 | 本月 | 本年累计 |
    | 受理纠纷数 | 件 | {flow} | 60 |
    | 涉及金额 | 万元 | 3.5 | 21 |
    """
BROKEN = MONTHLY.replace("unit: 件\n", "unit: 件\n        breaks: [2022-01]\n")


def statuses(tmp_path, period: str, flow: str = "10") -> dict[tuple[str, str], str]:
    out = extract(
        forms(tmp_path, monthly=BROKEN), draw(REPORT.format(period=period, flow=flow), "月报")
    )
    return {(one.measure, one.period.basis): one.status for one in out.observed}


@pytest.mark.parametrize(
    ("period", "flow", "cumulative"),
    [
        ("2021年12月", "", ""),
        ("2022年1月", "b", "b"),
        ("2022年2月", "", "b"),
        ("2023年1月", "", ""),
    ],
)
def test_what_begins_anew_is_marked(tmp_path, period: str, flow: str, cumulative: str):
    found = statuses(tmp_path, period)
    assert found["accepted", "flow"] == flow
    assert found["accepted", "cumulative"] == cumulative
    assert found["amount", "flow"] == ""


def test_a_mark_of_the_office_stands(tmp_path):
    assert statuses(tmp_path, "2022年1月", "—")["accepted", "flow"] == "z"


def test_a_break_is_a_period(tmp_path):
    with pytest.raises(ConfigError, match="breaks"):
        forms(tmp_path, monthly=BROKEN.replace("2022-01", "2022-13"))


@pytest.mark.parametrize(
    ("heading", "label", "unit"),
    [
        ("服务量（件(次)）", "服务量", "件(次)"),
        ("服务量（次（件））", "服务量", "次(件)"),
        ("甲（乙）（件）", "甲(乙)", "件"),
        ("调解（含诉前(委派)）", "调解(含诉前(委派))", None),
        ("金额(万元)", "金额", "万元"),
    ],
)
def test_a_unit_may_hold_brackets(heading: str, label: str, unit: str | None):
    assert values.split_label(heading) == (label, unit)
