"""An executed notebook with invented figures, as a brief of either language shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import numpy as np
import pandas as pd
import yaml
from IPython.core.formatters import DisplayFormatter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from pls_analysis import blocks, charts

WORDS: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("demo.yml").read_text(encoding="utf-8")
)
AREA = {lang: words["area"] for lang, words in WORDS.items()}
MEASURES = {lang: words["measures"] for lang, words in WORDS.items()}


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
    areas = [AREA[lang], *WORDS[lang]["towns"]]
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
        {"label": heads[0], "kind": "text", "width": 1.4},
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
    return blocks.table(columns, rows, WORDS[lang]["peers"], marked=[0])


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
