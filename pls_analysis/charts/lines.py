"""Lines over time: one area against its peers, several measures side by side, a sparkline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from pls_analysis.charts.chart import DRAWINGS, Chart, draw
from pls_analysis.charts.layout import apart, period_ticks, value_ticks, width_em, wrap
from pls_analysis.charts.lettering import (
    LABEL_PT,
    LINE_PT,
    VALUE_PT,
    caption_height,
    write,
    write_caption,
)
from pls_analysis.charts.lines_data import line_data, period_name, plain
from pls_analysis.charts.phrases import (
    axis_numbers,
    change,
    decimals,
    describe_line,
    describe_panel,
    number,
    period_text,
    say,
    unit_tail,
    with_unit,
)
from pls_analysis.charts.theme import (
    BAND,
    EDGE,
    GAP,
    INK,
    MUTED,
    NAVY,
    PAPER_CM,
    PEERS,
    POINTS_PER_CM,
    new_figure,
    place,
)

SMALLEST_PT = 4.5
"""Letters of a panel's title are no smaller, however little room its figure leaves."""
LEAST_TITLE_PT = 40.0


def trend(
    frame: pd.DataFrame | pd.Series,
    area: str | None = None,
    *,
    caption: str = "",
    unit: str = "",
    current: str | None = None,
    peers: str = "band",
    peer_name: str | None = None,
    lang: str = "zh",
    width_cm: float = PAPER_CM,
) -> Chart:
    """Draw one area's figures over time against its peers.

    `frame` is periods × areas as `series` gives it; the columns other than `area` are the peers:
    their median and interquartile band, or with `peers="lines"` a light line each. A period
    without a figure stays a gap and is shaded. `current` (default: the last) is marked.
    Raises KeyError for an area that is no column, MissingGlyph for a character no font has.
    """
    line = line_data(frame, area, unit, current, lang, peer_name, lines=peers == "lines")
    data = {"kind": "trend", "lang": lang, "caption": caption, **line}
    return draw(data, describe_line(line, caption or line["name"], lang), width_cm)


def small_multiples(
    frames: Mapping[str, pd.DataFrame | pd.Series],
    area: str | None = None,
    *,
    units: Mapping[str, str] | str = "",
    caption: str = "",
    current: str | None = None,
    columns: int = 3,
    changes: bool = True,
    peer_name: str | None = None,
    lang: str = "zh",
    width_cm: float = PAPER_CM,
) -> Chart:
    """Draw several measures side by side, each with its own unit and axis.

    `frames` maps a panel's title to periods × areas (or one series); `units` maps titles to
    units. Each panel marks the current period and gives the change from a year before, but with
    `changes=False`, for where a break makes the two years unlike.
    """
    panels = []
    for title, frame in frames.items():
        unit = units if isinstance(units, str) else units.get(title, "")
        line = line_data(frame, area, unit, current, lang, peer_name)
        panels.append(
            {"title": title, **line, "change": _change_now(line, lang) if changes else ""}
        )
    data = {
        "kind": "small_multiples", "lang": lang, "caption": caption,
        "columns": columns, "panels": panels,
    }  # fmt: skip
    return draw(data, _alt(panels, lang), width_cm)


def sparkline(
    values: Sequence[float] | pd.Series, *, name: str = "", lang: str = "zh", width_cm: float = 3.2
) -> Chart:
    """Draw a line without axes, its last figure marked; gaps stay gaps."""
    row = pd.Series(values, dtype=float)
    periods = [period_name(label) for label in row.index]
    line = {
        "name": name or str(row.name or ""), "unit": "", "periods": periods,
        "current": periods[-1], "year": 0, "value": plain(row),
    }  # fmt: skip
    data = {"kind": "sparkline", "lang": lang, "caption": "", **line}
    return draw(data, describe_line(line, line["name"], lang), width_cm)


def _alt(panels: Sequence[dict[str, Any]], lang: str) -> str:
    periods = panels[0]["periods"]
    first, last = (period_text(periods[at], lang) for at in (0, -1))
    told = [describe_panel(panel, panel["title"], lang) for panel in panels]
    head = say(lang, "alt_multiples", n=len(panels), first=first, last=last)
    return head + ("" if lang == "zh" else " ").join(told)


def _change_now(line: dict[str, Any], lang: str) -> str:
    at, year = line["periods"].index(line["current"]), line["year"]
    before = line["value"][at - year] if at >= year > 0 else None
    return change(line["value"][at], before, line["unit"], lang)


def _array(values: Sequence[float | None] | None, count: int) -> np.ndarray:
    return np.array([np.nan] * count if values is None else values, dtype=float)


def _draw_line(axes: Axes, line: dict[str, Any], bold: float) -> None:
    """Draw band, peers and the area's own line; a figure between two gaps becomes a dot."""
    count = len(line["periods"])
    at = np.arange(count)
    value, median = _array(line["value"], count), _array(line.get("median"), count)
    for gap in at[np.isnan(value)]:
        axes.axvspan(gap - 0.5, gap + 0.5, color=GAP, linewidth=0, zorder=0)
    if line.get("low"):
        low, high = _array(line["low"], count), _array(line["high"], count)
        axes.fill_between(at, low, high, color=BAND, linewidth=0, zorder=1)
    for peer in line.get("peers", {}).values():
        axes.plot(at, _array(peer, count), color=EDGE, linewidth=0.6, alpha=0.7, zorder=1)
    axes.plot(at, median, color=PEERS, linewidth=1.0, zorder=2)
    axes.plot(at, value, color=NAVY, linewidth=bold, zorder=3)
    padded = np.concatenate([[np.nan], value, [np.nan]])
    alone = ~np.isnan(value) & np.isnan(padded[:-2]) & np.isnan(padded[2:])
    axes.plot(at[alone], value[alone], "o", color=NAVY, markersize=2.6, zorder=3)
    now = line["periods"].index(line["current"])
    axes.plot(now, value[now], "o", color=NAVY, markersize=4.4, zorder=4)


def _scale(axes: Axes, line: dict[str, Any], ticks: int, lang: str) -> None:
    """Set both axes: ticks of values with thousands separators, half a period of margin."""
    rows = [line["value"], line.get("median"), line.get("low"), line.get("high")]
    rows += list(line.get("peers", {}).values())
    known = [value for row in rows if row for value in row if value is not None]
    places = decimals(known if line["unit"] in {"%", "‰"} else line["value"], line["unit"])
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    marks, bottom, top = value_ticks(low, high, places == 0, ticks)
    fine = places if any(mark != round(mark) for mark in marks) else 0
    axes.set_yticks(marks, axis_numbers(marks, fine, lang))
    for line_of_grid in axes.get_ygridlines():
        line_of_grid.set_clip_on(False)  # a clip for each would be half of what it draws
    axes.set_ylim(bottom, top)
    axes.set_xlim(-0.6, len(line["periods"]) - 0.4)


def _time_axis(axes: Axes, line: dict[str, Any], lang: str, width: float) -> None:
    room = width / max(len(line["periods"]), 1) / LABEL_PT
    ticks = period_ticks(line["periods"], line["current"], lang, room)
    axes.set_xticks([at for at, _ in ticks], [text for _, text in ticks])
    now = line["periods"].index(line["current"])
    for (at, _), label in zip(ticks, axes.get_xticklabels(), strict=True):
        if at == now:
            label.set(color=NAVY, fontweight=700)
        if at == 0 and len(line["periods"]) > 3:
            label.set_horizontalalignment("left")
        elif at == len(line["periods"]) - 1:
            label.set_horizontalalignment("right")
    axes.tick_params(axis="x", pad=2)


def _end_labels(axes: Axes, line: dict[str, Any], lang: str, height: float, em: float) -> None:
    """Name the area and its peers at the right end of their lines, kept apart."""
    low, high = axes.get_ylim()
    now, tail = line["periods"].index(line["current"]), unit_tail(line["unit"], lang)
    value = line["value"][now]
    place_of_own = (low + high) / 2 if value is None else value
    labels = [(place_of_own, _value_text(line, lang), line["name"], NAVY)]
    if line.get("median") and line["median"][now] is not None:
        peer = line["median"][now]
        text = number(peer, decimals([peer], line["unit"])) + tail
        labels.append((peer, text, _peer_label(line), MUTED))
    wrapped = [wrap(name, em).split("\n") for _, _, name, _ in labels]
    tall = (15 + LINE_PT * max(len(lines) for lines in wrapped)) * (high - low) / height
    spots = apart([label[0] for label in labels], tall, low + tall / 2, high)
    for (_, text, _, color), lines, spot in zip(labels, wrapped, spots, strict=True):
        rows = [(text, 2.0, VALUE_PT)]
        rows += [(part, -7.5 - LINE_PT * at, LABEL_PT) for at, part in enumerate(lines)]
        for at, (part, drop, size) in enumerate(rows):
            write(
                axes, part, (1, spot), (5, drop), size=size, color=color, bold=at == 0,
                va="baseline", frame=("axes fraction", "data"),
            )  # fmt: skip


def _value_text(line: dict[str, Any], lang: str) -> str:
    """The present figure with its unit, or the words for none."""
    value = line["value"][line["periods"].index(line["current"])]
    if value is None:
        return say(lang, "no_data")
    return number(value, decimals(line["value"], line["unit"])) + unit_tail(line["unit"], lang)


def _peer_label(line: dict[str, Any]) -> str:
    band = "\n" + say(line["lang"], "band") if line.get("low") else ""
    return line.get("peer_name", "") + band


def draw_trend(data: dict[str, Any], width_cm: float, stretch: float) -> list[Axes]:
    """Draw the data of `trend`: the value axis left, names at the right end of the lines."""
    wide = width_cm * POINTS_PER_CM
    em = 9.0 if width_cm > 12 else 6.8
    names = [wrap(data["name"], em), wrap(_peer_label(data), em)]
    right = max(width_em(name) for name in names) * LABEL_PT + 8
    right = max(right, 42.0)
    caption = with_unit(data["caption"], data["unit"], data["lang"])
    top = caption_height(caption, wide) + 4
    foot = 18.0
    whole = (top + (118.0 if width_cm > 12 else 128.0) + foot) * stretch
    height = whole - top - foot
    figure = new_figure(width_cm, whole)
    axes = place(figure, 30, top, wide - 30 - right, height)
    _draw_line(axes, data, 1.9)
    _scale(axes, data, 4, data["lang"])
    _time_axis(axes, data, data["lang"], wide - 30 - right)
    _end_labels(axes, data, data["lang"], height, em)
    write_caption(axes, caption, wide)
    return [axes]


def draw_small_multiples(data: dict[str, Any], width_cm: float, stretch: float) -> list[Axes]:
    """Draw the data of `small_multiples`: fewer columns where it is narrow."""
    wide = width_cm * POINTS_PER_CM
    columns = min(data["columns"] if width_cm > 12 else 2, len(data["panels"]))
    rows = -(-len(data["panels"]) // columns)
    top = caption_height(data["caption"], wide)
    left, right, gap = 24.0, 4.0, 12.0
    cell = (wide - gap * (columns - 1)) / columns
    head, foot = 17.0, 20.0
    whole = (top + rows * (head + 56.0 + foot)) * stretch
    step = (whole - top) / rows
    height = step - head - foot
    figure = new_figure(width_cm, whole)
    drawn = []
    for at, panel in enumerate(data["panels"]):
        row, column = divmod(at, columns)
        box = (column * (cell + gap) + left, top + row * step + head, cell - left - right, height)
        axes = place(figure, *box)
        _draw_line(axes, panel, 1.5)
        _scale(axes, panel, 2, data["lang"])
        _time_axis(axes, panel, data["lang"], box[2])
        _panel_head(axes, panel, data["lang"], left, cell)
        drawn.append(axes)
    write_caption(drawn[0], data["caption"], wide)
    return drawn


def _panel_head(axes: Axes, panel: dict[str, Any], lang: str, left: float, cell: float) -> None:
    """Write a panel's title at its left, its present figure and change at its right."""
    shown, told = _value_text(panel, lang), panel["change"]
    for text, drop, size in _title_lines(panel["title"], cell - width_em(shown) * 8 - 6):
        write(axes, text, (0, 1), (-left, drop), size=size, color=INK, bold=True)
    write(axes, shown, (1, 1), (4, 5), size=8, color=NAVY, bold=True, ha="right")
    room = cell - (width_em(panel["title"]) + width_em(shown)) * 8 - 10
    if told and width_em(told) * 7 < room:
        write(axes, told, (1, 1), (-width_em(shown) * 8, 5.4), size=7, color=MUTED, ha="right")


def _title_lines(title: str, room: float) -> list[tuple[str, float, float]]:
    """A title in one line, or in smaller ones where it is long: text, height and size."""
    room = max(room, LEAST_TITLE_PT)
    if width_em(title) * 8 <= room:
        return [(title, 5.0, 8.0)]
    small = 6.5
    lines = wrap(title, room / small).split("\n")
    while len(lines) > 2 and small > SMALLEST_PT:
        small -= 0.5
        lines = wrap(title, room / small).split("\n")
    return [(text, 4.0 + (small + 0.7) * (len(lines) - 1 - at), small)
            for at, text in enumerate(lines)]  # fmt: skip


def draw_sparkline(data: dict[str, Any], width_cm: float, stretch: float) -> list[Axes]:
    """Draw the data of `sparkline`."""
    figure = new_figure(width_cm, 20 * stretch)
    axes = place(figure, 2, 2, width_cm * POINTS_PER_CM - 6, 20 * stretch - 4)
    _draw_line(axes, data, 1.2)
    _scale(axes, data, 2, data["lang"])
    axes.set_axis_off()
    return [axes]


DRAWINGS["trend"] = draw_trend
DRAWINGS["small_multiples"] = draw_small_multiples
DRAWINGS["sparkline"] = draw_sparkline
