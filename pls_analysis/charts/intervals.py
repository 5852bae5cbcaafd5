"""Intervals: a surveyed rate of each area with its sampling error, and the ranks it may have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from pls_analysis.charts.canvas import (
    canvas,
    dots,
    fitted,
    mark_scale,
    one_line,
    put,
    row_size,
    rows_pt,
    swatch,
)
from pls_analysis.charts.chart import DRAWINGS, Chart, Drawn, draw
from pls_analysis.charts.layout import value_ticks, width_em
from pls_analysis.charts.lettering import LABEL_PT, caption_height, write_caption
from pls_analysis.charts.phrases import axis_numbers, decimals, named, number, say, unit_tail
from pls_analysis.charts.rows import rows_of, said_source
from pls_analysis.charts.theme import INK, MUTED, NAVY, OWN_GROUND, PAPER_CM, PEERS, POINTS_PER_CM

ROW_PT, KEY_PT, FOOT_PT = 14.0, 26.0, 13.0


def rank_intervals(
    rows: pd.DataFrame,
    *,
    unit: str = "%",
    caption: str = "",
    source: str = "",
    lang: str = "zh",
    width_cm: float = PAPER_CM,
) -> Chart:
    """Draw each area's rate with its 95 % interval and the best and worst rank it may have.

    `rows` has the columns label, value, low, high (the interval's ends), best, worst (ranks, may
    be missing) and own (True for the area to mark); they stay in their order. `source` says
    where the figures are from. Raises ValueError where a column is missing.
    """
    needed = ("label", "value", "low", "high", "best", "worst", "own")
    made = [
        row | {"label": str(row["label"]), "own": bool(row["own"])} for row in rows_of(rows, needed)
    ]
    data = {
        "kind": "rank_intervals", "lang": lang, "caption": caption, "unit": unit, "rows": made,
        **said_source(source),
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


def draw_rank_intervals(data: dict[str, Any], width_cm: float, stretch: float) -> Drawn:
    """Draw the data of `rank_intervals`: names left, rates and possible ranks right."""
    wide, rows, lang = width_cm * POINTS_PER_CM, data["rows"], data["lang"]
    top = caption_height(data["caption"], wide)
    left = min(max(width_em(row["label"]) for row in rows) * LABEL_PT, wide * 0.28) + 6
    each = rows_pt([row["label"] for row in rows], left - 6, ROW_PT)
    natural = top + KEY_PT + each * len(rows) + FOOT_PT
    axes = canvas(width_cm, natural * stretch)
    key, foot = (size * min(stretch, 1.0) for size in (KEY_PT, FOOT_PT))
    head = top + key
    step = (natural * stretch - head - foot) / len(rows)
    heads = say(lang, "head_rate", unit=data["unit"]), say(lang, "head_ranks")
    rate = max(width_em(text) for text in [heads[0], *(_figure(row, data) for row in rows)])
    ranks = max(width_em(text) for text in [heads[1], *(_ranks(row, lang) for row in rows)])
    stops = (wide - ranks * LABEL_PT - 13, wide - 1)
    ends = (left + 4, stops[0] - rate * LABEL_PT - 10)
    ticks, low, high = _scale(data)
    bottom = head + step * len(rows)
    heights = [head + (at + 0.5) * step for at in range(len(rows))]

    def spot(value: float) -> float:
        return ends[0] + (value - low) / (high - low) * (ends[1] - ends[0])

    mark_scale(
        axes, [spot(tick) for tick in ticks], axis_numbers(ticks, lang, data["unit"]),
        (head, bottom), (bottom + foot / 2, foot),
    )  # fmt: skip
    for text, x in zip(heads, stops, strict=True):
        size = row_size(key * 0.5, 6.8)
        put(axes, text, x, head - key * 0.24, size=size, color=MUTED, ha="right")
    for row, y in zip(rows, heights, strict=True):
        _draw_row(axes, data, row, y, step, (left, ends, stops))
    _draw_marks(axes, rows, heights, spot)
    axes.plot([1, 16], [top + key * 0.27] * 2, color=PEERS, linewidth=1.6)
    dots(axes, [(8.5, top + key * 0.27)], 4.0, PEERS)
    swatch(axes, 16, top + key * 0.27, say(lang, "key_interval"), row_size(key * 0.5))
    write_caption(axes, data["caption"], wide)
    return [axes], [(head, bottom)]


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


def _draw_row(
    axes: Axes, data: dict[str, Any], row: dict[str, Any], y: float, step: float, spans: Any
) -> None:
    """Write one row's name, rate and possible ranks."""
    left, ends, stops = spans
    ink = NAVY if row["own"] else INK
    name, size = fitted(row["label"], left - 6, step)
    put(axes, name, 0, y, size=size, color=ink, bold=row["own"])
    if row["own"]:
        axes.axhspan(y - step / 2, y + step / 2, color=OWN_GROUND, zorder=-1)
    if row["value"] is None:
        put(axes, say(data["lang"], "no_data"), ends[0], y, size=row_size(step), color=MUTED)
        put(axes, "—", stops[1], y, color=MUTED, ha="right")
        return
    rooms = stops[0] - ends[1] - 4, stops[1] - stops[0] - 6
    for text, x, room in zip(
        (_figure(row, data), _ranks(row, data["lang"])), stops, rooms, strict=True
    ):
        size = one_line(text, room, row_size(step))
        put(axes, text, x, y, size=size, color=ink, bold=row["own"], ha="right")


def _draw_marks(
    axes: Axes, rows: list[dict[str, Any]], heights: list[float], spot: Callable[[float], float]
) -> None:
    """Draw each known rate as a dot on its interval, the own ones stronger."""
    for own, color, size, line in ((False, PEERS, 4.2, 1.5), (True, NAVY, 6.2, 2.4)):
        known = [
            (row, y)
            for row, y in zip(rows, heights, strict=True)
            if row["own"] == own and row["value"] is not None
        ]
        spans = [
            (y, spot(row["low"]), spot(row["high"]))
            for row, y in known
            if row["low"] is not None and row["high"] is not None
        ]
        for y, low, high in spans:
            axes.plot([low, high], [y, y], color=color, linewidth=line, zorder=1)
        dots(axes, [(spot(row["value"]), y) for row, y in known], size, color)


DRAWINGS["rank_intervals"] = draw_rank_intervals
