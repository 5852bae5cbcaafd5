"""Dot strips: one area among its peers, without an order and without the others' names."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from pls_analysis.charts.canvas import (
    canvas,
    dots,
    fitted,
    key_size,
    mark_scale,
    put,
    row_size,
    swatch,
)
from pls_analysis.charts.chart import DRAWINGS, Chart, Drawn, draw
from pls_analysis.charts.layout import value_ticks, width_em
from pls_analysis.charts.lettering import caption_height, write_caption
from pls_analysis.charts.phrases import axis_numbers, decimals, named, number, say, unit_tail
from pls_analysis.charts.rows import rows_of, said_source
from pls_analysis.charts.statuses import status_word
from pls_analysis.charts.theme import (
    GRID,
    INK,
    MUTED,
    NAVY,
    PAPER_CM,
    PEERS,
    POINTS_PER_CM,
)

STRIP_PT, NARROW_STRIP_PT, KEY_PT = 42.0, 56.0, 15.0
DOT_PT, OWN_PT = 3.8, 7.5
NOT_DRAWN = ("no_data", "too_few", "hidden")
"""Why an area has no dot."""


def dot_strips(
    rows: pd.DataFrame,
    own: str | int,
    *,
    own_name: str = "",
    caption: str = "",
    lang: str = "zh",
    width_cm: float = PAPER_CM,
) -> Chart:
    """Draw a strip for each indicator: all areas as small dots, one strong, and their median.

    `rows` is long: label, area, value, unit, and maybe status; where that is "too_few" the figure
    is not drawn, nor where the value is missing, or "hidden" to protect people; all are said. A
    column value_text is printed instead of the own figure.
    `own` is the area to mark (as in the column area), `own_name` its
    name. The data hold no other area's name and no order of them. Raises ValueError where a
    column is missing. A column source says where the own figures are from.
    """
    made = rows_of(rows, ("label", "area", "value", "unit"), status="", value_text="", source="")
    strips: dict[str, list[dict[str, Any]]] = {}
    for row in made:
        strips.setdefault(str(row["label"]), []).append(row)
    data = {
        "kind": "dot_strips", "lang": lang, "caption": caption, "own": own_name or str(own),
        "strips": [_strip(label, found, str(own)) for label, found in strips.items()],
    }  # fmt: skip
    return draw(data, _alt_strips(data), width_cm)


def _strip(label: str, rows: list[dict[str, Any]], own: str) -> dict[str, Any]:
    """One strip without names: its own figure, the others' by size, and why some are absent."""
    shown: dict[str, Any] = {
        "own": None,
        "own_text": "",
        "own_state": "",
        "values": [],
        **dict.fromkeys(NOT_DRAWN, 0),
    }
    for row in rows:
        state = row["status"]
        if row["value"] is None and state not in NOT_DRAWN:
            state = "no_data"
        if str(row["area"]) == own:
            shown["own_state"] = state if state in NOT_DRAWN else ""
            shown["own"] = None if state in NOT_DRAWN else row["value"]
            shown["own_text"] = row["value_text"]
            shown |= said_source(row.get("source", ""))
        if state in NOT_DRAWN:
            shown[state] += 1
        elif str(row["area"]) != own:
            shown["values"].append(row["value"])
    if own not in {str(row["area"]) for row in rows}:
        shown["own_state"] = "no_data"
    shown["values"].sort()
    every: list[float] = [*shown["values"], *([] if shown["own"] is None else [shown["own"]])]
    return {
        "label": label, "unit": rows[0]["unit"] or "", "n": len(every),
        "median": round(median(every), 6) if every else None, **shown,
    }  # fmt: skip


def _alt_strips(data: dict[str, Any]) -> str:
    lang = data["lang"]
    head = say(lang, "alt_strips", name=named(lang, "dot_strips", data["caption"]), own=data["own"])
    told = say(lang, "semicolon").join(
        say(
            lang, "alt_strip", label=strip["label"], own=_own_text(strip, lang),
            beside=say(lang, "list_comma").join(_beside(strip, lang)),
        )
        for strip in data["strips"]
    )  # fmt: skip
    return (head + told + say(lang, "stop")).strip()


def _text(value: float, strip: dict[str, Any], lang: str) -> str:
    places = decimals([*strip["values"], strip["own"], value], strip["unit"])
    return number(value, places) + unit_tail(strip["unit"], lang)


def _own_text(strip: dict[str, Any], lang: str) -> str:
    if strip["own"] is None:
        return status_word(strip["own_state"] or "no_data", lang)
    if strip["own_text"]:
        return strip["own_text"]
    return _text(strip["own"], strip, lang)


def _median_text(strip: dict[str, Any], lang: str) -> str:
    if strip["median"] is None:
        return say(lang, "no_median")
    return say(lang, "median_of", value=_text(strip["median"], strip, lang), n=strip["n"])


def _beside(strip: dict[str, Any], lang: str) -> list[str]:
    """What stands beside a strip: its median, and how many areas have no dot and why."""
    absent = [say(lang, f"absent_{name}", n=strip[name]) for name in NOT_DRAWN if strip.get(name)]
    return [_median_text(strip, lang), *absent]


def draw_dot_strips(data: dict[str, Any], width_cm: float, stretch: float) -> Drawn:
    """Draw the data of `dot_strips`: labels left, medians right; above the strip where narrow."""
    wide, strips, lang = width_cm * POINTS_PER_CM, data["strips"], data["lang"]
    roomy = width_cm > 12
    head = caption_height(data["caption"], wide)
    natural = head + KEY_PT + (STRIP_PT if roomy else NARROW_STRIP_PT) * len(strips)
    axes = canvas(width_cm, natural * stretch)
    key = KEY_PT * min(stretch, 1.0)
    _strips_key(axes, data, head + key * 0.44, key)
    head += key
    step = (natural * stretch - head) / len(strips)
    peers, own = [], []
    for at, strip in enumerate(strips):
        top = head + at * step
        if roomy:
            told = "\n".join(_beside(strip, lang))
            name, size = fitted(strip["label"], wide * 0.25 - 10, step * 0.8)
            put(axes, name, 0, top + step * 0.5, size=size, color=INK)
            side, small = fitted(told, wide * 0.22, step * 0.8, 7.0)
            put(axes, side, wide * 0.78, top + step * 0.5, size=small, color=MUTED)
            drawn = _draw_strip(axes, strip, lang, (wide * 0.25, wide * 0.75), top, step)
        else:
            name, size = fitted(strip["label"], wide * 0.44, step * 0.3)
            put(axes, name, 0, top + step * 0.14, size=size, color=INK, bold=True)
            told = say(lang, "list_comma").join(_beside(strip, lang))
            side, small = fitted(told, wide * 0.54, step * 0.3, 6.5)
            put(axes, side, wide, top + step * 0.14, size=small, color=MUTED, ha="right")
            drawn = _draw_strip(axes, strip, lang, (6, wide - 6), top + step * 0.27, step * 0.73)
        peers += drawn[0]
        own += drawn[1]
    dots(axes, peers, DOT_PT, PEERS)
    dots(axes, own, OWN_PT, NAVY)
    write_caption(axes, data["caption"], wide)
    return [axes], [(head, head + step * len(strips))]


def _draw_strip(
    axes: Axes, strip: dict[str, Any], lang: str, ends: tuple[float, float], top: float, step: float
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Draw one strip between two ends: ticks of its own scale, median, own figure.

    Returns where the dots of the peers and of the area itself go.
    """
    left, right = ends
    line = top + step * 0.54
    axes.plot([left, right], [line, line], color=GRID, linewidth=0.8, zorder=0)
    known = [*strip["values"], *([] if strip["own"] is None else [strip["own"]])]
    if not known:
        put(axes, _own_text(strip, lang), (left + right) / 2, line, color=MUTED, ha="center")
        return [], []
    whole = decimals(known, strip["unit"]) == 0
    ticks, low, high = value_ticks(min(known), max(known), whole, 3)
    margin = min((high - low) * 0.03, 1.0)

    def spot(value: float) -> float:
        return left + (value - low + margin) / (high - low + 2 * margin) * (right - left)

    mark_scale(
        axes, [spot(tick) for tick in ticks], axis_numbers(ticks, lang, strip["unit"]),
        (line - 1.5, line + 1.5), (top + step * 0.87, step * 0.24),
    )  # fmt: skip
    at = None if strip["own"] is None else spot(strip["own"])
    peers = _piled([spot(value) for value in strip["values"]], at, line, step * 0.24)
    middle = [spot(strip["median"])] * 2
    axes.plot(middle, [line - step * 0.28, line + step * 0.28], color=INK, linewidth=1.1, zorder=2)
    if at is not None:
        _own_figure(axes, _own_text(strip, lang), at, (top, step), ends)
    return peers, [] if at is None else [(at, line)]


def _own_figure(
    axes: Axes,
    text: str,
    at: float,
    rows: tuple[float, float],
    ends: tuple[float, float],
) -> None:
    """Write the own figure above its dot, kept within the strip."""
    top, step = rows
    size = row_size(step * 0.32, 8.0)
    half = width_em(text) * size / 2
    x = min(max(at, ends[0] + half - 6), ends[1] - half + 6)
    put(axes, text, x, top + step * 0.13, size=size, color=NAVY, bold=True, ha="center")


def _piled(
    spots: Sequence[float], own: float | None, line: float, room: float
) -> list[tuple[float, float]]:
    """Set dots that would cover each other above and below the line, within `room` points.

    Those at the place of the own dot leave its middle free.
    """
    piles: list[list[float]] = []
    for spot in sorted(spots):
        if piles and spot - piles[-1][0] < DOT_PT * 0.8:
            piles[-1].append(spot)
        else:
            piles.append([spot])
    placed = []
    for pile in piles:
        covered = own is not None and any(abs(spot - own) < OWN_PT / 2 for spot in pile)
        free = (OWN_PT + DOT_PT) / 2 if covered else 0.0
        sides = -(-len(pile) // 2)
        gap = min(DOT_PT * 0.85, (room - free) / max(sides - 0.5, 1))
        for at, spot in enumerate(pile):
            if covered:
                drop = (free + at // 2 * gap) * (1 if at % 2 else -1)
            else:
                drop = (at - (len(pile) - 1) / 2) * gap
            placed.append((spot, line + drop))
    return placed


def _strips_key(axes: Axes, data: dict[str, Any], y: float, height: float) -> None:
    lang = data["lang"]
    axes.plot(4, y, "o", color=NAVY, markersize=7, zorder=4)
    texts = [data["own"], say(lang, "key_peers"), say(lang, "key_median")]
    size = key_size(axes, texts, height)
    x = swatch(axes, 8, y, data["own"], size)
    axes.plot(x + 2, y, "o", color=PEERS, markersize=DOT_PT)
    x = swatch(axes, x + 4, y, say(lang, "key_peers"), size)
    axes.plot([x + 1, x + 1], [y - 4.5, y + 4.5], color=INK, linewidth=1.1)
    swatch(axes, x + 2, y, say(lang, "key_median"), size)


DRAWINGS["dot_strips"] = draw_dot_strips
