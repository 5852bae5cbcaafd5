"""Bars of this year beside those of the year before, always from zero."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from pls_analysis.charts.canvas import LEAST_PT, rows_pt
from pls_analysis.charts.chart import DRAWINGS, Chart, Drawn, draw
from pls_analysis.charts.layout import width_em, wrap
from pls_analysis.charts.lettering import LABEL_PT, caption_height, write, write_caption
from pls_analysis.charts.lines_data import plain
from pls_analysis.charts.phrases import change, decimals, number, say, unit_tail
from pls_analysis.charts.rows import said_source
from pls_analysis.charts.theme import (
    EDGE,
    INK,
    MUTED,
    NAVY,
    PAPER_CM,
    POINTS_PER_CM,
    YEAR_BEFORE,
    new_figure,
    place,
)


def bars_year_on_year(
    frame: pd.DataFrame,
    *,
    caption: str = "",
    unit: str = "",
    source: str = "",
    lang: str = "zh",
    width_cm: float = PAPER_CM,
) -> Chart:
    """Draw a pair of bars for each row: the year before (light) and now (dark), from zero.

    `frame` is labels × two columns, the year before first; the column names say which is which;
    `source` says where the figures are from.
    A missing figure has no bar and says so. Raises ValueError for another number of columns or
    a figure below zero.
    """
    if frame.shape[1] != 2:
        raise ValueError(f"Two columns are needed, the year before first; got {frame.shape[1]}.")
    before, now = plain(frame.iloc[:, 0]), plain(frame.iloc[:, 1])
    if any(value is not None and value < 0 for value in [*before, *now]):
        raise ValueError("Bars start at zero and cannot show a figure below it.")
    labels = [str(label) for label in frame.index]
    data = {
        "kind": "bars_year_on_year", "lang": lang, "caption": caption, "unit": unit,
        "series": [str(column) for column in frame.columns],
        "rows": [
            {"label": label, "before": was, "now": value, "change": change(value, was, unit, lang)}
            for label, was, value in zip(labels, before, now, strict=True)
        ],
        **said_source(source),
    }  # fmt: skip
    return draw(data, _alt(data), width_cm)


def _alt(data: dict[str, Any]) -> str:
    lang, tail = data["lang"], unit_tail(data["unit"], data["lang"])
    before_label, now_label = data["series"]
    places = _places(data)
    told = say(lang, "semicolon").join(
        say(
            lang, "alt_bar", label=row["label"], unit=tail, before_label=before_label,
            now=number(row["now"], places), before=number(row["before"], places),
        )
        for row in data["rows"]
    )  # fmt: skip
    head = say(lang, "alt_bars", caption=data["caption"] or now_label)
    return (head + told + say(lang, "stop")).strip()


def _places(data: dict[str, Any]) -> int:
    values = [row[key] for row in data["rows"] for key in ("before", "now")]
    return decimals(values, data["unit"])


def draw_bars(data: dict[str, Any], width_cm: float, stretch: float) -> Drawn:
    """Draw the data of `bars_year_on_year`: labels left, figures and changes at the bars' ends."""
    wide = width_cm * POINTS_PER_CM
    em = 12 if width_cm > 12 else 7
    names = [wrap(row["label"], em) for row in data["rows"]]
    left = max(width_em(name) for name in names) * LABEL_PT + 8
    changes = max(width_em(row["change"]) for row in data["rows"]) * LABEL_PT
    figures = max(width_em(_shown(row, data)) for row in data["rows"]) * LABEL_PT + 8
    top, foot = caption_height(data["caption"], wide) + 14, 4.0
    each = rows_pt(names, wide, 21.0)
    whole = max((top + each * len(names) + foot) * stretch, top + 0.6 * each * len(names) + foot)
    height = whole - top - foot
    figure = new_figure(width_cm, whole)
    axes = place(figure, left, top, wide - left - changes - figures - 2, height)
    for at, row in enumerate(data["rows"]):
        _draw_pair(axes, at, row, data, figures)
    highest = max((row[key] or 0 for row in data["rows"] for key in ("before", "now")), default=0)
    axes.set_xlim(0, highest or 1)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names)
    tight = min(height / (each * len(names)), 1.0)
    axes.tick_params(axis="y", labelcolor=INK, pad=4, labelsize=max(LABEL_PT * tight, LEAST_PT))
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.spines[["bottom", "left"]].set_visible(False)
    axes.axvline(0, color=EDGE, linewidth=0.8)
    _key(axes, data["series"])
    write_caption(axes, data["caption"], wide)
    return [axes], [(top, top + height)]


def _draw_pair(
    axes: Axes, at: int, row: dict[str, Any], data: dict[str, Any], figures: float
) -> None:
    """Draw one row's two bars with the present figure, and its change at the right edge."""
    if row["before"] is not None:
        axes.barh(at + 0.21, row["before"], height=0.22, color=YEAR_BEFORE)
    if row["now"] is not None:
        axes.barh(at - 0.1, row["now"], height=0.36, color=NAVY)
    spot = (row["before"] or 0, at + 0.21) if row["now"] is None else (row["now"], at - 0.1)
    write(axes, _shown(row, data), spot, (4, 0), color=NAVY, bold=True, va="center", frame="data")
    write(
        axes, row["change"], (1, at), (figures, 0), color=MUTED, va="center",
        frame=("axes fraction", "data"),
    )  # fmt: skip


def _shown(row: dict[str, Any], data: dict[str, Any]) -> str:
    """The present figure with its unit, or the words for none."""
    if row["now"] is None:
        return say(data["lang"], "no_data")
    return number(row["now"], _places(data)) + unit_tail(data["unit"], data["lang"])


def _key(axes: Axes, series: list[str]) -> None:
    """Say above the first pair which colour is which period."""
    before, now = series
    shift = (width_em(now) + 3) * LABEL_PT
    write(axes, "■ " + now, (0, 1), (0, 2), color=NAVY)
    write(axes, "■", (0, 1), (shift, 2), color=YEAR_BEFORE)
    write(axes, before, (0, 1), (shift + 1.4 * LABEL_PT, 2), color=MUTED)


DRAWINGS["bars_year_on_year"] = draw_bars
