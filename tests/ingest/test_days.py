"""Days as values: alone in a cell, or stated by a text that says when a thing was done."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from drawing import draw
from places import extract, own_form

from pls_analysis.ingest import days

ALONE = [
    ("2021-06-30", dt.date(2021, 6, 30)),
    ("2021/6/3", dt.date(2021, 6, 3)),
    ("2021.6.30", dt.date(2021, 6, 30)),
    ("2021年6月30日", dt.date(2021, 6, 30)),
    ("20210630", dt.date(2021, 6, 30)),
    ("2021-06-30 00:00", dt.date(2021, 6, 30)),
    ("2021-06-31", None),
    ("2021年6月", None),
    ("2021.6", None),
    ("44377", None),
    ("6月30日", None),
    ("2021年6月30日起", None),
    ("长期", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "day"), ALONE)
def test_a_day_alone(text: str, day: dt.date | None) -> None:
    assert days.read_day(text) == day


DONE = ("建成", "揭牌", "印发", "成立", "上线")
UNDONE = ("尚未", "未建", "计划", "拟", "推进中", "力争")
STATED = [
    ("2021年6月30日,中心正式揭牌。", dt.date(2021, 6, 30)),
    ("已于2021年6月30日建成", dt.date(2021, 6, 30)),
    ("平台2021-6-30上线,运行良好。", dt.date(2021, 6, 30)),
    ("2021年6月30日起上线运行", dt.date(2021, 6, 30)),
    ("2021年3月启动筹备,于2021年6月30日成立;服务企业300家", dt.date(2021, 6, 30)),
    ("按2021年度要求,2021年6月30日印发。2021年7月1日召开会议", dt.date(2021, 6, 30)),
    ("2021年6月30日揭牌,2021年6月30日上线", dt.date(2021, 6, 30)),
    ("计划2022年6月30日建成", "not_yet"),
    ("尚未建成", "not_yet"),
    ("推进中", "not_yet"),
    ("2021年3月1日召开会议,力争年底前上线", "not_yet"),
    ("2021年6月30日揭牌,二期尚未建成", "half_done"),
    ("2021年6月30日揭牌,2021年7月1日上线", "two_days"),
    ("已于2021年6月揭牌", "month_only"),
    ("2021年3月1日启动,6月30日揭牌", "month_only"),
    ("2021年6月底建成", "month_only"),
    ("2021年建成", "month_only"),
    ("2021年6月30日前建成", "bound"),
    ("2021年6月30日之前建成", "bound"),
    ("截至2021年6月30日,已建成12个", "bound"),
    ("2021年6月30日至2021年7月2日建成", "bound"),
    ("2021年6月31日建成", "no_day"),
    ("已建成", "no_day"),
    ("运行良好", "no_day"),
    ("2021年6月30日", "no_day"),
    ("2021年6月30日召开推进会", "no_day"),
]


@pytest.mark.parametrize(("text", "day"), STATED)
def test_what_a_text_says_of_a_day(text: str, day: dt.date | str) -> None:
    assert days.stated_day(text, DONE, UNDONE) == day


MILESTONES = """
    | 公共法律服务重点任务完成情况（2021年下半年） | < | < | < | < |
    | 填报单位：区司法局 | | | | |
    | 序号 | 重点任务 | 责任单位 | 完成情况 | 完成时限 |
    | 1 | 企业法律服务平台 | 促法科 | 2021年6月30日，平台正式上线运行。 | 2022年底 |
    | 2 | 高端法律人才储备库 | 律师科 | 2021.9.28 | 2022年底 |
    | 3 | 纠纷化解一体化服务中心 | 调解科 | 正在选址，计划2022年6月底前建成。 | 2022年底 |
    | 4 | 访调工作专家咨询名录 | 调解科 | 已于2021年11月印发。 | 2022年底 |
    | 5 | 法律援助精品律师团队 | 法援中心 | | 2022年底 |
    | 6 | 法律援助精品案例 | 法援中心 | 已于2021年11月1日印发 | 2022年底 |
    | 7 | 区块链存证+公证平台 | 公证处 | / | 2022年底 |
    """
COUNTS = """
    | 发展指标与党建情况（2021年下半年） | < | < |
    | 项目 | 计量单位 | 数量 |
    | 市公共法律服务发展指标 | 项 | |
    | 其中：达标 | 项 | |
    | 有三名以上党员的机构 | 家 | 40 |
    | 其中：已建立党组织 | 家 | 38 |
    | 公共法律服务机构 | 家 | 310 |
    | 其中：党的工作已覆盖 | 家 | 310 |
    | 专业人才培养基地 | 个 | 2 |
    """


def test_milestones_and_the_sheet_of_counts() -> None:
    out = extract(own_form("milestones", "milestones_counts"), draw(MILESTONES, "一"),
                  draw(COUNTS, "二"))  # fmt: skip
    found = {(one.measure, one.breakdown): one.status or one.value for one in out.observed}
    assert found == {
        ("enterprise_platform", "total"): 20210630,
        ("talent_pool", "total"): 20210928,
        ("dispute_centre", "total"): "z",
        ("evidence_notary_platform", "total"): "z",
        ("party_bodies", "component=organisation"): 40,
        ("party_bodies_covered", "component=organisation"): 38,
        ("party_bodies", "component=work"): 310,
        ("party_bodies_covered", "component=work"): 310,
        ("talent_bases", "total"): 2,
    }
    assert {(one.form, str(one.period), one.period.basis) for one in out.observed} == {
        ("milestones", "2021-H2", "stock")
    }
    assert {(one.code, one.cell) for one in out.issues if one.severity != "info"} == {
        ("not_a_number", "D7"),
        ("measure_unknown", "D9"),
    }
    assert all(math.isnan(one.value) == bool(one.status) for one in out.observed)
