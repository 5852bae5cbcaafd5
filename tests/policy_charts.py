"""Invented rows for the charts of a policy's targets, in the shapes that briefs draw."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from pls_analysis import charts

NONE = np.nan
TOWNS = [f"{name}{kind}" for kind, names in {
    "街道": ("潍坊新村", "南码头路", "柳荫", "塘桥"), "镇": ("川沙新", "唐", "南汇新城", "祝桥")
}.items() for name in names]  # fmt: skip
BULLETS = pd.DataFrame(
    [
        ("律师数", 7512, 7600, 8000, "人", "off_track", "7,512人", False, "required"),
        ("公证员人数", 96, 90, 90, "人", "met", "96人", False, "required"),
        ("公证投诉率", 0.82, 0.6, 0.6, "‰", "missed", "0.82‰", True, "required"),
        ("法律援助案件投诉率", 0.31, 0.6, 0.6, "‰", "met", "0.31‰", True, "required"),
        ("重复投诉", 1, NONE, 0, "件", "too_few", "1件", True, "required"),
        ("村（居）法律顾问现场服务达标率", NONE, 100, 100, "%", "no_data", "", False, "required"),
        ("涉外律师事务所", 41, 20, 20, "家", "met", "41家", False, "required"),
        ("12348热线满意率", 95.2, NONE, 97, "%", "missed", "95.2%", False, "aspired"),
        ("法治宣传活动", 1204, NONE, NONE, "场", "monitored", "1,204场", False, "required"),
    ],
    columns=["label", "value", "required", "target", "unit", "status", "value_text", "at_most",
             "strength"],
)  # fmt: skip
STRIPS = pd.DataFrame(
    [
        (label, town, value, unit, status)
        for label, unit, values, status in (
            ("人民调解成功率", "%", [95.1, 97.2, 98.4, 99.0, 99.0, 99.0, 99.1, NONE], ""),
            ("现场服务达标率", "%", [100.0] * 6 + [81.5, 93.2], ""),
            ("每百家企业法治体检", "次", [2.5, 3, 1, 4, 2, 6, 7, 5], "too_few"),
            ("普法活动", "场", [NONE] * 8, ""),
        )
        for town, value, status in zip(TOWNS, values, [""] * 7 + [status], strict=True)
    ],
    columns=["label", "area", "value", "unit", "status"],
)
PAIRS = pd.DataFrame(
    [
        ("2019年", 99.1, 91.0, "%"),
        ("2020年", 97.44, 97.41, "%"),
        ("2021年", 98.0, 98.0, "%"),
        ("2022年1—6月", 98.2, NONE, "%"),
    ],
    columns=["label", "first", "second", "unit"],
)
MIXED_PAIRS = pd.DataFrame(
    [
        ("每村（居）公共法律服务工作室", 1, 0.97, "个"),
        ("每万人法律咨询", 212.4, 144.1, "人次"),
        ("每万人调解员", NONE, 21.5, "名"),
        ("每万人公证", NONE, NONE, "件"),
    ],
    columns=["label", "first", "second", "unit"],
)
STATUSES = pd.DataFrame(
    [
        ("为促进经济高质量发展提供法律服务", "律师数", "off_track", "required"),
        ("为促进经济高质量发展提供法律服务", "领军律师", "missed", "aspired"),
        ("为实现司法公正提供法律服务", "法律援助案件投诉率", "missed", "required"),
        ("为实现司法公正提供法律服务", "值班律师", "met", "required"),
        *(("持续提升律师行业服务能级", f"目标{at}", status, "required") for at, status in enumerate(
            ["on_track", "not_due", "no_data", "too_few", "monitored", *["met"] * 25]
        )),
    ],
    columns=["task", "target", "status", "strength"],
)  # fmt: skip
TILES = pd.DataFrame(
    [(f"9901010{at:02}", 1 + at // 3, 1 + at % 3, name) for at, name in enumerate(
        ["潍坊", "南码头", "柳荫", "塘桥", "川沙", "唐镇", "南汇新城", "祝桥"]
    )],
    columns=["code", "row", "column", "short"],
)  # fmt: skip
TILE_VALUES = pd.Series([93.7, 80.4, 99.9, NONE, 88.0, 91.2, 95.0], index=TILES["code"][:7])
RANKS = pd.DataFrame(
    [
        ("城东区", 91.0, 89.2, 92.8, 1, 3, False),
        ("东湖区", 89.3, 87.4, 91.2, 1, 4, True),
        ("西山区", NONE, NONE, NONE, NONE, NONE, False),
        ("北河区", 86.4, 84.3, 88.5, 3, 4, False),
    ],
    columns=["label", "value", "low", "high", "best", "worst", "own"],
)


def table(rows: int = 36, columns: int = 9) -> pd.DataFrame:
    """Figures of so many towns, three of them missing; the last column is one and the same."""
    values = np.random.default_rng(1).integers(0, 12_000, (rows, columns)).astype(float)
    values[:, -1] = 100
    values[0, 0] = values[-1, 0] = values[rows // 2, columns // 2] = NONE
    names = [TOWNS[at % len(TOWNS)] for at in range(rows)]
    heads = ["人民调解成功率", "矛盾纠纷调解受理", "法律咨询人次", "公共法律服务工作站覆盖率"]
    return pd.DataFrame(values, names, [heads[at % 4] for at in range(columns)])


def states(rows: int = 36, columns: int = 9) -> pd.DataFrame:
    every = ["met", "on_track", "off_track", "missed", "not_due", "too_few", "monitored"]
    chosen = np.random.default_rng(1).choice(every, (rows, columns))
    frame = table(rows, columns)
    return pd.DataFrame(chosen, frame.index, frame.columns).mask(frame.isna(), "no_data")


def lacking(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The same rows without their figures."""
    return frame.assign(**dict.fromkeys(columns, NONE))


ORDINARY: dict[str, Callable[[], charts.Chart]] = {
    "bullets": lambda: charts.bullets(BULLETS, caption="数量目标完成情况"),
    "bullets in English": lambda: charts.bullets(
        BULLETS.assign(label="Lawyers per ten thousand residents"), lang="en"
    ),
    "dot_strips": lambda: charts.dot_strips(STRIPS, TOWNS[0], caption="同类街镇比较"),
    "dumbbell": lambda: charts.dumbbell(PAIRS, ("街道", "镇"), caption="城乡差距"),
    "dumbbell of units": lambda: charts.dumbbell(
        MIXED_PAIRS.assign(note="差距0.03个"), ("街道", "镇")
    ),
    "heat_table": lambda: charts.heat_table(table(), breaks=[12], marked=[3], caption="主要指标"),
    "heat_table of states": lambda: charts.heat_table(table(), states=states(), caption="状态"),
    "status_strip": lambda: charts.status_strip(STATUSES, caption="各项任务进展"),
    "tile_map": lambda: charts.tile_map(
        TILE_VALUES, TILES, own="990101002", unit="%", caption="人民调解成功率"
    ),
    "rank_intervals": lambda: charts.rank_intervals(RANKS, caption="群众满意率（n=1,000）"),
}
WORST: dict[str, Callable[[], charts.Chart]] = {
    "one bullet": lambda: charts.bullets(BULLETS.iloc[:1]),
    "36 bullets": lambda: charts.bullets(pd.concat([BULLETS] * 4)),
    "bullets without figures": lambda: charts.bullets(lacking(BULLETS, "value", "required")),
    "long bullets": lambda: charts.bullets(
        BULLETS.assign(label=BULLETS["label"] * 3, value_text="12,345,678.9万元（部分）")
    ),
    "strips without figures": lambda: charts.dot_strips(lacking(STRIPS, "value"), TOWNS[0]),
    "one strip of one": lambda: charts.dot_strips(STRIPS.iloc[:1], TOWNS[0]),
    "strips all the same": lambda: charts.dot_strips(STRIPS.assign(value=100.0), TOWNS[0]),
    "dumbbell without figures": lambda: charts.dumbbell(
        lacking(PAIRS, "first", "second"), ("街道", "镇")
    ),
    "one pair": lambda: charts.dumbbell(PAIRS.iloc[2:3], ("街道", "镇")),
    "one cell": lambda: charts.heat_table(table(1, 1)),
    "table without figures": lambda: charts.heat_table(table() * NONE),
    "one status": lambda: charts.status_strip(STATUSES.iloc[:1]),
    "one tile": lambda: charts.tile_map(TILE_VALUES.iloc[:1], TILES.iloc[:1]),
    "tiles without figures": lambda: charts.tile_map(TILE_VALUES * NONE, TILES),
    "one interval": lambda: charts.rank_intervals(RANKS.iloc[1:2]),
    "intervals without figures": lambda: charts.rank_intervals(
        lacking(RANKS, "value", "low", "high", "best", "worst")
    ),
    "intervals of long names": lambda: charts.rank_intervals(
        pd.concat([RANKS] * 4).assign(label="中国（上海）自由贸易试验区临港新片区")
    ),
}
