"""Intervals: a surveyed rate of each area with its sampling error, and the ranks it may have."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from pls_analysis.charts.canvas import canvas, fitted, one_line, put, row_size, swatch
from pls_analysis.charts.chart import DRAWINGS, Chart, draw
from pls_analysis.charts.layout import value_ticks, width_em
from pls_analysis.charts.lettering import LABEL_PT, caption_height, write_caption
from pls_analysis.charts.phrases import decimals, named, needed_places, number, say, unit_tail
from pls_analysis.charts.rows import rows_of
from pls_analysis.charts.theme import GRID, INK, MUTED, NAVY, PAPER_CM, PEERS, POINTS_PER_CM

ROW_PT, KEY_PT, FOOT_PT = 14.0, 26.0, 13.0


def rank_intervals(
    rows: pd.DataFrame,
    *,
    unit: str = "%",
    caption: str = "",
    lang: str = "zh",
    width_cm: float = PAPER_CM,
) -> Chart:
    """Draw each area's rate with its 95 % interval and the best and worst rank it may have.

    `rows` has the columns label, value, low, high (the interval's ends), best, worst (ranks, may
    be missing) and own (True for the area to mark); they stay in their order. Raises ValueError
    where a column is missing.
    """
    needed = ("label", "value", "low", "high", "best", "worst", "own")
    made = [
        row | {"label": str(row["label"]), "own": bool(row["own"])} for row in rows_of(rows, needed)
    ]
    data = {
        "kind": "rank_intervals", "lang": lang, "caption": caption, "unit": unit, "rows": made,
    }  # fmt: skip
    return draw(data, _alt(data), width_cm)


def _figure(row: dict[str, Any], data: dict[str, Any], name: str = "value") -> str:
    known = [one[name] for one in data["rows"]]
    return number(row[name], decimals(known, data["unit"]))


def _ranks(row: dict[str, Any], lang: str) -> str:
    if row["value"] is None or row["best"] is None or row["worst"] is None:
        return "—"
    best, worst = number(row["best"]), number(row["worst"])
    return best if best == worst else say(lang, "rank_span", best=best, worst=worst)


def _alt(data: dict[str, Any]) -> str:
    lang, rows, unit = data["lang"], data["rows"], unit_tail(data["unit"], data["lang"])
    known = [row for row in rows if row["value"] is not None]
    text = say(
        lang, "alt_intervals", name=named(lang, "rank_intervals", data["caption"]), n=len(rows)
    )
    for row in rows:
        if not row["own"]:
            continue
        if row["value"] is None:
            text += say(lang, "alt_own_absent", label=row["label"])
            continue
        text += say(lang, "alt_own", label=row["label"], value=_figure(row, data) + unit)
        if row["low"] is not None and row["high"] is not None:
            ends = {name: _figure(row, data, name) + unit for name in ("low", "high")}
            text += say(lang, "alt_own_interval", **ends)
        if _ranks(row, lang) != "—":
            text += say(lang, "alt_own_ranks", ranks=_ranks(row, lang))
        text += say(lang, "stop")
    if known:
        values = sorted(known, key=lambda row: row["value"])
        text += say(
            lang, "alt_intervals_range", low=_figure(values[0], data) + unit,
            high=_figure(values[-1], data) + unit,
        )  # fmt: skip
    if len(known) < len(rows):
        text += say(lang, "alt_intervals_absent", n=len(rows) - len(known))
    return text.strip()


def draw_rank_intervals(data: dict[str, Any], width_cm: float, stretch: float) -> list[Axes]:
    """Draw the data of `rank_intervals`: names left, rates and possible ranks right."""
    wide, rows, lang = width_cm * POINTS_PER_CM, data["rows"], data["lang"]
    top = caption_height(data["caption"], wide)
    natural = top + KEY_PT + ROW_PT * len(rows) + FOOT_PT
    axes = canvas(width_cm, natural * stretch)
    key, foot = (size * min(stretch, 1.0) for size in (KEY_PT, FOOT_PT))
    head = top + key
    step = (natural * stretch - head - foot) / len(rows)
    left = min(max(width_em(row["label"]) for row in rows) * LABEL_PT, wide * 0.28) + 6
    heads = say(lang, "head_rate", unit=data["unit"]), say(lang, "head_ranks")
    rate = max(width_em(text) for text in [heads[0], *(_figure(row, data) for row in rows)])
    ranks = max(width_em(text) for text in [heads[1], *(_ranks(row, lang) for row in rows)])
    stops = (wide - ranks * LABEL_PT - 13, wide - 1)
    ends = (left + 4, stops[0] - rate * LABEL_PT - 10)
    scale = _scale(data)
    bottom = head + step * len(rows)
    _ticks(axes, data, scale, ends, (head, bottom, foot))
    for text, x in zip(heads, stops, strict=True):
        size = row_size(key * 0.5, 6.8)
        put(axes, text, x, head - key * 0.24, size=size, color=MUTED, ha="right")
    for at, row in enumerate(rows):
        _draw_row(axes, data, row, head + (at + 0.5) * step, step, (left, ends, stops, scale))
    axes.plot([1, 16], [top + key * 0.27] * 2, color=PEERS, linewidth=1.6)
    axes.plot(8.5, top + key * 0.27, "o", color=PEERS, markersize=4)
    swatch(axes, 16, top + key * 0.27, say(lang, "key_interval"), row_size(key * 0.5))
    write_caption(axes, data["caption"], wide)
    return [axes]


def _scale(data: dict[str, Any]) -> tuple[list[float], float, float]:
    known = [
        row[name]
        for row in data["rows"]
        for name in ("value", "low", "high")
        if row["value"] is not None and row[name] is not None
    ]
    if not known:
        return [], 0.0, 1.0
    return value_ticks(min(known), max(known), False, 4)


def _ticks(
    axes: Axes,
    data: dict[str, Any],
    scale: tuple[list[float], float, float],
    ends: tuple[float, float],
    rows: tuple[float, float, float],
) -> None:
    (top, bottom, foot), (ticks, low, high) = rows, scale
    fine = needed_places(ticks)
    for tick in ticks:
        x = ends[0] + (tick - low) / (high - low) * (ends[1] - ends[0])
        axes.plot([x, x], [top, bottom], color=GRID, linewidth=0.6, zorder=0)
        text = number(tick, fine) + (data["unit"] if data["unit"] in {"%", "‰"} else "")
        put(axes, text, x, bottom + foot / 2, size=row_size(foot, 6.5), color=MUTED, ha="center")


def _draw_row(
    axes: Axes, data: dict[str, Any], row: dict[str, Any], y: float, step: float, spans: Any
) -> None:
    left, ends, stops, (_, low, high) = spans
    color, ink = (NAVY, NAVY) if row["own"] else (PEERS, INK)
    name, size = fitted(row["label"], left - 6, step)
    put(axes, name, 0, y, size=size, color=ink, bold=row["own"])
    if row["own"]:
        axes.axhspan(y - step / 2, y + step / 2, color="#eef3f8", zorder=-1)
    if row["value"] is None:
        put(axes, say(data["lang"], "no_data"), ends[0], y, size=7.0, color=MUTED)
        put(axes, "—", stops[1], y, color=MUTED, ha="right")
        return

    def spot(value: float) -> float:
        return ends[0] + (value - low) / (high - low) * (ends[1] - ends[0])

    if row["low"] is not None and row["high"] is not None:
        span = [spot(row["low"]), spot(row["high"])]
        axes.plot(span, [y, y], color=color, linewidth=2.4 if row["own"] else 1.5, zorder=1)
    axes.plot(
        spot(row["value"]), y, "o", color=color, markersize=6.2 if row["own"] else 4.2,
        markeredgecolor="white", markeredgewidth=0.5, zorder=2,
    )  # fmt: skip
    for text, x in zip((_figure(row, data), _ranks(row, data["lang"])), stops, strict=True):
        size = one_line(text, 60, row_size(step))
        put(axes, text, x, y, size=size, color=ink, bold=row["own"], ha="right")


DRAWINGS["rank_intervals"] = draw_rank_intervals
