"""Lines over time: one area against its peers, several measures side by side, a sparkline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from pls_analysis.charts.canvas import fitted, one_line
from pls_analysis.charts.chart import DRAWINGS, Chart, Drawn, draw
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
from pls_analysis.charts.rows import said_source
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

SMALLEST_PT = 5.0
"""Letters are no smaller, however little room there is."""
TITLE_PT, SMALL_TITLE_PT, LEAST_TITLE_PT, HEAD_PT = 8.0, 6.5, 40.0, 17.0
"""A panel's title: its size, that of a long one, the least room for it, its height."""
LEAST_STEPS = 5
"""A scale of rates spans so many of the steps that are printed: less is no change to look at."""
LEAST_TALL_PT, END_OVER_PT = 64.0, 10.0
"""A trend's axes are at least so tall; names at the lines' ends may reach so far beyond them."""


def trend(
    frame: pd.DataFrame | pd.Series,
    area: str | None = None,
    *,
    caption: str = "",
    unit: str = "",
    current: str | None = None,
    peers: str = "band",
    peer_name: str | None = None,
    source: str = "",
    lang: str = "zh",
    width_cm: float = PAPER_CM,
) -> Chart:
    """Draw one area's figures over time against its peers.

    `frame` is periods × areas as `series` gives it; the columns other than `area` are the peers:
    their median and interquartile band, or with `peers="lines"` a light line each. A period
    without a figure stays a gap and is shaded. `current` (default: the last) is marked; `source`
    says where its figure is from. Raises KeyError for an area that is no column, MissingGlyph for
    a character no font has.
    """
    line = line_data(frame, area, unit, current, lang, peer_name, lines=peers == "lines")
    data = {"kind": "trend", "lang": lang, "caption": caption, **line, **said_source(source)}
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
    sources: Mapping[str, str] | None = None,
    lang: str = "zh",
    width_cm: float = PAPER_CM,
) -> Chart:
    """Draw several measures side by side, each with its own unit and axis.

    `frames` maps a panel's title to periods × areas (or one series); `units` maps titles to
    units, `sources` to where the present figures are from. Each panel marks the current period and
    gives the change from a year before, but with `changes=False`, for where a break makes the two
    years unlike.
    """
    panels = []
    for title, frame in frames.items():
        unit = units if isinstance(units, str) else units.get(title, "")
        line = line_data(frame, area, unit, current, lang, peer_name)
        panels.append(
            {
                "title": title,
                **line,
                "change": _change_now(line, lang) if changes else "",
                **said_source((sources or {}).get(title, "")),
            }
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
    if not np.isnan(median).all():
        axes.plot(at, median, color=PEERS, linewidth=1.0, zorder=2)
    axes.plot(at, value, color=NAVY, linewidth=bold, zorder=3)
    padded = np.concatenate([[np.nan], value, [np.nan]])
    alone = ~np.isnan(value) & np.isnan(padded[:-2]) & np.isnan(padded[2:])
    axes.plot(at[alone], value[alone], "o", color=NAVY, markersize=2.6, zorder=3)
    now = line["periods"].index(line["current"])
    axes.plot(now, value[now], "o", color=NAVY, markersize=4.4, zorder=4)


@dataclass(frozen=True, slots=True)
class Scale:
    """The value axis of a line: its ticks with their labels, and its ends."""

    marks: list[float]
    labels: list[str]
    bottom: float
    top: float

    @property
    def width_pt(self) -> float:
        """What the labels take at the left of the axes."""
        return max(map(width_em, self.labels), default=0.0) * LABEL_PT + 6


def _scale(line: dict[str, Any], count: int, lang: str) -> Scale:
    """A scale that holds all the figures of a line; no tick of shares beyond all of them."""
    rows = [line["value"], line.get("median"), line.get("low"), line.get("high")]
    rows += list(line.get("peers", {}).values())
    known = [value for row in rows if row for value in row if value is not None]
    places = decimals(known if line["unit"] in {"%", "‰"} else line["value"], line["unit"])
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if line["unit"] in {"%", "‰"} and 0 < high - low < LEAST_STEPS * 10.0**-places:
        middle, room = (low + high) / 2, LEAST_STEPS * 10.0**-places / 2
        low, high = middle - room, middle + room
    marks, bottom, top = value_ticks(low, high, places == 0, count)
    if line["unit"] == "%" and high <= 100:
        marks = [mark for mark in marks if mark <= 100]
    return Scale(marks, axis_numbers(marks, lang), bottom, top)


def _set_scale(axes: Axes, line: dict[str, Any], scale: Scale) -> None:
    """Set both axes: the scale of the figures, half a period of margin."""
    axes.set_yticks(scale.marks, scale.labels)
    for line_of_grid in axes.get_ygridlines():
        line_of_grid.set_clip_on(False)  # a clip for each would be half of what it draws
    axes.set_ylim(scale.bottom, scale.top)
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


def _ends_of(line: dict[str, Any], lang: str) -> list[tuple[float | None, str, str, str]]:
    """What stands at the right end of the lines: height, figure, name and colour of each."""
    now, tail = line["periods"].index(line["current"]), unit_tail(line["unit"], lang)
    ends = [(line["value"][now], value_text(line, lang), line["name"], NAVY)]
    if line.get("median") and line["median"][now] is not None:
        peer = line["median"][now]
        text = number(peer, decimals([peer], line["unit"])) + tail
        ends.append((peer, text, _peer_label(line), MUTED))
    return ends


def _end_labels(axes: Axes, line: dict[str, Any], lang: str, height: float, em: float) -> None:
    """Name the area and its peers at the right end of their lines, kept apart."""
    low, high = axes.get_ylim()
    ends = _ends_of(line, lang)
    wrapped = [wrap(name, em).split("\n") for _, _, name, _ in ends]
    most = VALUE_PT + 6 + LINE_PT * max(map(len, wrapped))
    tight = min((height + END_OVER_PT) / (most * len(ends)), 1.0)
    tall = most * tight * (high - low) / height
    wanted = [(low + high) / 2 if end[0] is None else end[0] for end in ends]
    spots = apart(wanted, tall, low + tall / 2, high)
    for (_, text, _, color), lines, spot in zip(ends, wrapped, spots, strict=True):
        rows = [(text, 2.0, max(VALUE_PT * tight, SMALLEST_PT))]
        small = max(LABEL_PT * tight, SMALLEST_PT)
        rows += [(part, (-7.5 - LINE_PT * at) * tight, small) for at, part in enumerate(lines)]
        for at, (part, drop, size) in enumerate(rows):
            write(
                axes, part, (1, spot), (5, drop), size=size, color=color, bold=at == 0,
                va="baseline", frame=("axes fraction", "data"),
            )  # fmt: skip


def value_text(line: dict[str, Any], lang: str) -> str:
    """The present figure with its unit, or the words for none."""
    value = line["value"][line["periods"].index(line["current"])]
    if value is None:
        return say(lang, "no_data")
    return number(value, decimals(line["value"], line["unit"])) + unit_tail(line["unit"], lang)


def _peer_label(line: dict[str, Any]) -> str:
    band = "\n" + say(line["lang"], "band") if line.get("low") else ""
    return line.get("peer_name", "") + band


def draw_trend(data: dict[str, Any], width_cm: float, stretch: float) -> Drawn:
    """Draw the data of `trend`: the value axis left, names at the right end of the lines."""
    wide, lang = width_cm * POINTS_PER_CM, data["lang"]
    em = 9.0 if width_cm > 12 else 6.8
    scale = _scale(data, 4, lang)
    left = max(scale.width_pt, 30.0)
    ends = _ends_of(data, lang)
    right = max(
        *(width_em(wrap(name, em)) * LABEL_PT for _, _, name, _ in ends),
        *(width_em(text) * VALUE_PT for _, text, *_ in ends), 34.0,
    ) + 8  # fmt: skip
    caption = with_unit(data["caption"], data["unit"], lang)
    top = caption_height(caption, wide) + 4
    foot = 18.0
    whole = max(
        (top + (118.0 if width_cm > 12 else 128.0) + foot) * stretch, top + foot + LEAST_TALL_PT
    )
    height = whole - top - foot
    figure = new_figure(width_cm, whole)
    axes = place(figure, left, top, wide - left - right, height)
    _draw_line(axes, data, 1.9)
    _set_scale(axes, data, scale)
    _time_axis(axes, data, lang, wide - left - right)
    _end_labels(axes, data, lang, height, em)
    write_caption(axes, caption, wide)
    return [axes], []  # the lines of a name at a line's end stand too close to be stretched


def draw_small_multiples(data: dict[str, Any], width_cm: float, stretch: float) -> Drawn:
    """Draw the data of `small_multiples`: fewer columns where it is narrow."""
    wide, panels, lang = width_cm * POINTS_PER_CM, data["panels"], data["lang"]
    columns = min(data["columns"] if width_cm > 12 else 2, len(panels))
    rows = -(-len(panels) // columns)
    top = caption_height(data["caption"], wide)
    scales = [_scale(panel, 2, lang) for panel in panels]
    left, right, gap = max(24.0, *(scale.width_pt for scale in scales)), 4.0, 12.0
    cell = (wide - gap * (columns - 1)) / columns
    head, foot = max(_head_pt(panel, lang, cell) for panel in panels), 20.0
    whole = max((top + rows * (head + 56.0 + foot)) * stretch, top + rows * (head + 24.0 + foot))
    step = (whole - top) / rows
    height = step - head - foot
    figure = new_figure(width_cm, whole)
    drawn = []
    for at, (panel, scale) in enumerate(zip(panels, scales, strict=True)):
        row, column = divmod(at, columns)
        box = (column * (cell + gap) + left, top + row * step + head, cell - left - right, height)
        axes = place(figure, *box)
        _draw_line(axes, panel, 1.5)
        _set_scale(axes, panel, scale)
        _time_axis(axes, panel, lang, box[2])
        _panel_head(axes, panel, lang, (left, cell, head))
        drawn.append(axes)
    write_caption(drawn[0], data["caption"], wide)
    tops = [top + row * step + head for row in range(rows)]
    return drawn, [(one, one + height) for one in tops]


def draw_panel(data: dict[str, Any], width_cm: float, stretch: float) -> Drawn:
    """Draw the lines alone of one panel of `small_multiples`, for a page that says what it is."""
    wide, height, foot = width_cm * POINTS_PER_CM, 46.0 * stretch, 14.0
    scale = _scale(data, 2, data["lang"])
    figure = new_figure(width_cm, height + foot + 5)
    figure.patch.set_visible(False)
    axes = place(figure, scale.width_pt, 5, wide - scale.width_pt - 4, height)
    _draw_line(axes, data, 1.5)
    _set_scale(axes, data, scale)
    _time_axis(axes, data, data["lang"], wide - scale.width_pt - 4)
    return [axes], []


def _rooms(panel: dict[str, Any], lang: str, cell: float) -> tuple[float, float]:
    """Size of a panel's present figure, and the room that it leaves for the title."""
    shown = width_em(value_text(panel, lang))
    size = one_line(value_text(panel, lang), cell * 0.5, TITLE_PT)
    return size, max(cell - shown * size - 6, LEAST_TITLE_PT)


def _head_pt(panel: dict[str, Any], lang: str, cell: float) -> float:
    """Height that a panel's title needs, in lines of small type where it is long."""
    _, room = _rooms(panel, lang, cell)
    if width_em(panel["title"]) * TITLE_PT <= room:
        return HEAD_PT
    lines = wrap(panel["title"], room / SMALL_TITLE_PT).count("\n") + 1
    return max(HEAD_PT, 4.0 + 1.2 * SMALL_TITLE_PT * lines)


def _panel_head(
    axes: Axes, panel: dict[str, Any], lang: str, sizes: tuple[float, float, float]
) -> None:
    """Write a panel's title at its left, its present figure and change at its right."""
    left, cell, head = sizes
    shown, told = value_text(panel, lang), panel["change"]
    size, room = _rooms(panel, lang, cell)
    title, own = fitted(panel["title"], room, head - 4, TITLE_PT)
    lines = title.split("\n")
    for at, text in enumerate(lines):
        drop = (5.0 if len(lines) == 1 else 4.0) + 1.15 * own * (len(lines) - 1 - at)
        write(axes, text, (0, 1), (-left, drop), size=own, color=INK, bold=True)
    write(axes, shown, (1, 1), (4, 5), size=size, color=NAVY, bold=True, ha="right")
    spare = cell - width_em(panel["title"]) * own - width_em(shown) * size - 10
    if told and len(lines) == 1 and width_em(told) * 7 < spare:
        write(axes, told, (1, 1), (-width_em(shown) * size, 5.4), size=7, color=MUTED, ha="right")


def draw_sparkline(data: dict[str, Any], width_cm: float, stretch: float) -> Drawn:
    """Draw the data of `sparkline`."""
    figure = new_figure(width_cm, 20 * stretch)
    axes = place(figure, 2, 2, width_cm * POINTS_PER_CM - 6, 20 * stretch - 4)
    _draw_line(axes, data, 1.2)
    _set_scale(axes, data, _scale(data, 2, data["lang"]))
    axes.set_axis_off()
    return [axes], []


DRAWINGS["trend"] = draw_trend
DRAWINGS["small_multiples"] = draw_small_multiples
DRAWINGS["panel"] = draw_panel
DRAWINGS["sparkline"] = draw_sparkline
