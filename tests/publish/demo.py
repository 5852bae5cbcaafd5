"""An executed notebook with invented figures, as a brief of either language shows them."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import nbformat
import numpy as np
import pandas as pd
from IPython.core.formatters import DisplayFormatter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from pls_analysis import blocks, charts

AREA = {"zh": "柳荫街道", "en": "Liuyin Subdistrict"}
TOWNS = {
    "zh": "城关 新河 石桥 南湖 北塘 东岭 西溪 龙泉 云台 白沙 青山".split(),
    "en": "Chengguan Xinhe Shiqiao Nanhu Beitang Dongling Xixi Longquan Yuntai Baisha Qingshan".split(),
}
MEASURES = {
    "zh": {
        "调解受理": "件", "调解成功率": "%", "法律咨询": "人次",
        "顾问服务": "次", "达标走访率": "%", "普法活动": "场",
    },
    "en": {
        "Disputes accepted": "cases", "Mediation success": "%", "Consultations": "people",
        "Adviser services": "times", "Visits complied with": "%", "Publicity events": "events",
    },
}  # fmt: skip
WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "title": "公共法律服务监测简报", "org": "东湖区司法局", "office": "东湖区司法局办公室编",
        "issue": "2022年第6期（总第30期）", "date": "2022年7月8日", "period": "2022年1—6月",
        "points": (
            "本期要点",
            [
                ("顾问服务未达序时进度。", "截至6月30日，顾问服务累计96次，比序时要求少14次。"),
                ("调解量明显增长。", "1—6月共调解纠纷342件，同比增长11.4%；调解成功率为97.9%（321/328）。"),
                ("两期月报未报送。", "2021年3月、4月法律咨询尚无数据，本期不作评价。"),
            ],
        ),
        "versus": "同比",
        "lead": (
            "1—6月，柳荫街道共调解纠纷342件，同比增长11.4%。**调解成功率**为97.9%（321/328），较上年同期"
            "提高0.6个百分点；*法律咨询*为1,204人次，同比下降3.2%。6月应开展现场服务的签约关系12对，"
            "已报11对，其中达标10对，占已报的90.9%；未报的1对不按0计。"
        ),
        "sections": ["基本情况", "目标对照", "业务走势", "同类街镇比较", "需关注事项", "数据说明"],
        "trend": "人民调解受理纠纷数，2020年7月—2022年6月",
        "median": "11个街道中位数",
        "multiples": "主要业务24个月走势：深色为柳荫街道，灰线为11个街道中位数，浅色带为四分位区间",
        "bars": "调解纠纷类型，2022年1—6月与上年同期",
        "bar_series": ["2021年1—6月", "2022年1—6月"],
        "bar_rows": ["婚姻家庭", "邻里纠纷", "劳动争议", "物业管理", "损害赔偿"],
        "targets": "目标对照（截至2022年6月30日）",
        "target_heads": ["目标", "现值", "要求", "差距", "判断"],
        "target_rows": [
            ("人民调解成功率", "97.9%", "≥ 96%", "+1.9个百分点", "达到", "good"),
            ("村居法律顾问现场服务", "90.9%", "= 100%", "−9.1个百分点", "未达到", "bad"),
            ("法律顾问服务总量", "96次", "≥ 220次", "−124次", "慢于序时进度", "warn"),
            ("公共法律服务工作室覆盖", "14/14", "每个村居1个", "—", "达到", "good"),
            ("群众满意度", "—", "≥ 99%", "—", "尚无数据", "flat"),
        ],
        "peers": "12个街道主要指标（2022年1—6月）",
        "peer_heads": ["街道", "调解受理（件）", "成功率", "咨询（人次）", "同比", "达标走访率"],
        "watch_heads": ["事项", "说明", "来源"],
        "watch": [
            ("现场服务未达标", "杨树里居委会6月无现场服务记录；合同期内应有1次", "村居法律顾问台账 F18"),
            ("月报未报送", "2021年3月、4月法律咨询两期未报，不按0计", "街镇月报"),
            ("核对不符", "3月纠纷类型之和48件，与受理数49件不一致", "街镇月报 C12"),
        ],
        "notes": [
            ("统计口径", "受理数按登记日期统计；成功率=调解成功件数÷调解终结件数，打印分子和分母。"),
            ("统计期间", "季度数据为上季末月21日至本季末月20日，6月20日止的季度对应6月30日。"),
            ("我们的理解", "“以上”含本数；“每月”指合同覆盖的完整月份；未报不视为未完成。"),
            ("修订", "2022年4月法律咨询由198人次修订为201人次。"),
        ],
        "imprint": ["报送：区委办公室，区政府办公室，市司法局。", "发送：各街道（镇）司法所，局机关各科室。", "责任编辑：综合科　　联系电话：000-00000000"],
    },
    "en": {
        "title": "Public Legal Services Monitor", "org": "Donghu District Justice Bureau",
        "office": "Bureau office", "issue": "2022, no. 6", "date": "8 July 2022",
        "period": "January–June 2022",
        "points": (
            "Key points",
            [
                ("Adviser services are behind pace. ", "96 by 30 June, 14 fewer than the pace requires."),
                ("Mediation has grown. ", "342 disputes in January–June, up 11.4%; success 97.9% (321/328)."),
                ("Two monthly returns are missing. ", "No figures for consultations in March and April 2021."),
            ],
        ),
        "versus": "y/y",
        "lead": (
            "In January–June the subdistrict’s committees accepted 342 disputes, up 11.4%. **Mediation success** "
            "was 97.9% (321/328), up 0.6 percentage points; *consultations* were 1,204, down 3.2%. "
            "In June 12 contracted pairs of adviser and village were due a visit; 11 reported, 10 complied."
        ),
        "sections": ["Overview", "Targets", "Trends", "Peers", "To watch", "Notes"],
        "trend": "Disputes accepted for mediation, July 2020 – June 2022",
        "median": "Median of 11 subdistricts",
        "multiples": "Main services over 24 months: dark, the subdistrict; grey, the median of 11 peers; band, their middle half",
        "bars": "Disputes by kind, January–June",
        "bar_series": ["Jan–Jun 2021", "Jan–Jun 2022"],
        "bar_rows": ["Family", "Neighbours", "Labour", "Property services", "Damages"],
        "targets": "Targets as of 30 June 2022",
        "target_heads": ["Target", "Value", "Required", "Gap", "Verdict"],
        "target_rows": [
            ("Mediation success", "97.9%", "≥ 96%", "+1.9 pp", "met", "good"),
            ("Adviser visits", "90.9%", "= 100%", "−9.1 pp", "missed", "bad"),
            ("Adviser services in all", "96", "≥ 220", "−124", "behind pace", "warn"),
            ("Service rooms", "14/14", "one a village", "—", "met", "good"),
            ("Satisfaction", "—", "≥ 99%", "—", "no data", "flat"),
        ],
        "peers": "Twelve subdistricts, January–June 2022",
        "peer_heads": ["Subdistrict", "Disputes", "Success", "Consultations", "Change", "Visits complied"],
        "watch_heads": ["Matter", "What", "Source"],
        "watch": [
            ("Visit missing", "Yangshuli committee has no visit in June; the contract asks for one", "Adviser ledger F18"),
            ("Return missing", "Consultations of March and April 2021 were not filed; not counted as 0", "Monthly return"),
            ("Check failed", "Kinds of March add up to 48, disputes accepted say 49", "Monthly return C12"),
        ],
        "notes": [
            ("Definitions", "Disputes count by day of registration; success is settled ÷ closed."),
            ("Periods", "Quarters run from the 21st to the 20th."),
            ("Our reading", "“At least” includes the number; not filed is not zero."),
            ("Revisions", "Consultations of April 2022 revised from 198 to 201."),
        ],
        "imprint": ["To: district committee office, municipal justice bureau.", "Copies: all justice offices.", "Editor: general section"],
    },
}  # fmt: skip


def executed(*shown: Any, lang: str = "zh") -> nbformat.NotebookNode:
    """A notebook as it is after execution: each object displayed, each str a Markdown cell."""
    cells = [new_code_cell("area = 100\nperiod = '2022-06'", metadata={"tags": ["parameters"]})]
    for value in shown:
        if isinstance(value, str):
            cells.append(new_markdown_cell(value))
            continue
        data, metadata = bundle(value)
        output = new_output("display_data", data=data, metadata=metadata)
        cells.append(new_code_cell("secret_code()", outputs=[output], execution_count=1))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return new_notebook(cells=cells, metadata={"lang": lang})


def bundle(value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The display bundle that IPython makes of a value."""
    return DisplayFormatter().format(value)  # pyright: ignore[reportReturnType]


def frames(lang: str) -> dict[str, pd.DataFrame]:
    """Invented figures by measure: 24 months × 12 subdistricts, two consultations missing."""
    random = np.random.default_rng(20220630)
    months = pd.period_range("2020-07", "2022-06", freq="M")
    areas = [AREA[lang], *TOWNS[lang]]
    made = {}
    for at, (name, unit) in enumerate(MEASURES[lang].items()):
        steps = np.cumsum(random.normal(0.1, 1.0, (24, 12)), axis=0)
        if unit == "%":
            values = np.clip(95 + random.uniform(-2, 2, 12) + steps * 0.4, 80, 100).round(1)
        else:
            scale = (52, 0, 196, 18, 0, 7)[at]
            values = np.maximum(
                scale * (1 + steps * 0.07) + random.uniform(-0.2, 0.2, 12) * scale, 1
            ).round()
        made[name] = pd.DataFrame(values, index=months, columns=areas)
    third = list(made)[2]
    made[third].loc["2021-03":"2021-04", AREA[lang]] = np.nan
    return made


def kinds(lang: str) -> pd.DataFrame:
    """Disputes by kind: the year before, and now with one figure missing."""
    words = WORDS[lang]
    figures = [(120, 133), (88, 84), (41, 63), (9, 12), (28, np.nan)]
    return pd.DataFrame(figures, index=words["bar_rows"], columns=words["bar_series"])


def indicators(lang: str) -> list[dict[str, Any]]:
    """Five indicators with change, tone and sparkline."""
    changes = {
        "zh": ["▲11.4%", "▲0.6个百分点", "▼3.2%", "▼6.8%", "▼1.4个百分点"],
        "en": ["▲11.4%", "▲0.6 pp", "▼3.2%", "▼6.8%", "▼1.4 pp"],
    }[lang]
    values, tones = ["342", "97.9", "1,204", "96", "90.9"], ["flat", "good", "flat", "warn", "bad"]
    rows = zip(frames(lang).items(), MEASURES[lang].values(), values, changes, tones, strict=False)
    return [
        {
            "label": name, "value": value, "unit": unit, "delta": delta, "tone": tone,
            "versus": WORDS[lang]["versus"], "spark": [*frame.iloc[-12:, 0]],
        }
        for (name, frame), unit, value, delta, tone in rows
    ]  # fmt: skip


def peer_table(lang: str) -> blocks.Block:
    """Twelve subdistricts in official order, the brief's own in bold."""
    heads, measures = WORDS[lang]["peer_heads"], list(frames(lang).values())
    columns = [
        {"label": heads[0], "kind": "text"},
        {"label": heads[1], "kind": "bar", "width": 1.6},
        *({"label": label, "kind": "number"} for label in heads[2:4]),
        {"label": heads[4], "kind": "delta"},
        {"label": heads[5], "kind": "number"},
    ]
    disputes = measures[0].iloc[-6:].sum()
    rows = []
    for area, value in disputes.items():
        before = measures[0][area].iloc[-18:-12].sum()
        step = (value / before - 1) * 100
        rows.append([
            area,
            {"text": f"{value:.0f}", "share": value / disputes.max(), "source": f"{area} C7"},
            f"{measures[1][area].iloc[-1]:.1f}%",
            f"{measures[2][area].iloc[-6:].sum():,.0f}",
            {"text": f"{'▲' if step > 0 else '▼'}{abs(step):.1f}%", "tone": "flat"},
            f"{measures[4][area].iloc[-1]:.1f}%",
        ])  # fmt: skip
    return blocks.table(columns, rows, WORDS[lang]["peers"])


def brief(lang: str = "zh", pages: int | None = 2, synthetic: bool = True) -> nbformat.NotebookNode:
    """The executed notebook of a whole two-page town brief."""
    words, data = WORDS[lang], frames(lang)
    head = blocks.masthead(
        words["title"], org=words["org"], area="990101001", area_name=AREA[lang],
        period="2022-06", period_label=words["period"], issue=words["issue"],
        office=words["office"], date=words["date"], as_of="2022-06-30", lang=lang,
        synthetic=synthetic, pages=pages,
    )  # fmt: skip
    sections = [f"## {title}" for title in words["sections"]]
    target_columns = [
        {"label": words["target_heads"][0], "kind": "strong", "width": 2},
        *({"label": label, "kind": "number"} for label in words["target_heads"][1:4]),
        {"label": words["target_heads"][4], "kind": "text", "align": "center"},
    ]
    target_rows = [[*row[:4], {"text": row[4], "tone": row[5]}] for row in words["target_rows"]]
    watch_columns = [
        {"label": words["watch_heads"][0], "kind": "strong", "width": 1.1},
        {"label": words["watch_heads"][1], "width": 3},
        {"label": words["watch_heads"][2], "width": 1.4},
    ]
    csv = data[next(iter(data))].to_csv(lineterminator="\n")
    with mpl.rc_context():
        return executed(
            head,
            blocks.points(*words["points"]),
            sections[0],
            blocks.strip(indicators(lang)),
            words["lead"],
            sections[1],
            blocks.table(target_columns, target_rows, words["targets"]),
            sections[2],
            charts.trend(
                data[next(iter(data))], AREA[lang], caption=words["trend"],
                unit=MEASURES[lang][next(iter(data))], peer_name=words["median"], lang=lang,
            ),
            charts.small_multiples(
                data, AREA[lang], units=MEASURES[lang], caption=words["multiples"], lang=lang
            ),
            charts.bars_year_on_year(
                kinds(lang), caption=words["bars"], unit=MEASURES[lang][next(iter(data))], lang=lang
            ),
            sections[3],
            peer_table(lang),
            sections[4],
            blocks.table(watch_columns, words["watch"]),
            sections[5],
            blocks.notes(words["notes"]),
            blocks.imprint(words["imprint"]),
            blocks.attachment(csv, "data.csv"),
            lang=lang,
        )  # fmt: skip
