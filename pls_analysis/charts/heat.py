"""Tables in shades: figures or statuses of many areas, and the statuses of many targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap

from pls_analysis.charts.canvas import HATCH, LEAST_PT, box, fitted, one_line, put, rows_pt
from pls_analysis.charts.chart import DRAWINGS, Chart, Drawn, draw
from pls_analysis.charts.layout import width_em
from pls_analysis.charts.lettering import caption_height, write_caption
from pls_analysis.charts.lines_data import plain
from pls_analysis.charts.phrases import decimals, named, number, say
from pls_analysis.charts.statuses import (
    LEGEND_PT,
    LOOKS,
    counted,
    draw_legend,
    legend_rows,
    status_key,
    tally,
)
from pls_analysis.charts.theme import (
    INK,
    MUTED,
    NAVY,
    PAPER_CM,
    POINTS_PER_CM,
    new_figure,
    place,
)

SHADES = LinearSegmentedColormap.from_list("pls", ["#f7f9fb", "#c4d3e2", "#8fb0cf"], N=12)
"""From the least to the most, in steps; letters in ink are legible on all of them."""
ROW_PT, HEAD_PT, GAP_PT = 10.6, 30.0, 10.0
COLUMN_PT, LABEL_MOST = 31.0, 6.8
"""A column is at least this wide: where there is less room, the table is cut into several."""


def heat_table(
    values: pd.DataFrame,
    texts: pd.DataFrame | None = None,
    *,
    states: pd.DataFrame | None = None,
    scale: str = "column",
    breaks: Sequence[int] = (),
    marked: Sequence[int] = (),
    sources: pd.DataFrame | None = None,
    about: Mapping[str, str] | None = None,
    caption: str = "",
    lang: str = "zh",
    width_cm: float = PAPER_CM,
) -> Chart:
    """Draw a table whose cells are shaded by their figures, in the order of its rows.

    `values` is rows × columns, NaN for what is missing ("—" on hatched ground); `texts` of the
    same shape are printed instead of the figures. With `states` cells have the colour of a status
    and its sign, where there is no text. `scale` "column" shades each column by itself, "all"
    them together. A line is drawn above the rows numbered in `breaks` (from 0); those in `marked`
    are bold. `sources`, of the same shape, says of each cell where its figure is from, `about` what
    holds for a whole column, by its name. Raises ValueError where shapes differ or a status is
    unknown.
    """
    for other in (texts, states, sources):
        if other is not None and other.shape != values.shape:
            raise ValueError(f"The table is {values.shape}, but another given is {other.shape}.")
    if values.empty or scale not in {"column", "all"}:
        raise ValueError('A table needs rows and columns, and scale "column" or "all".')
    figures = [plain(values.iloc[:, at].to_list()) for at in range(values.shape[1])]
    data = {
        "kind": "heat_table", "lang": lang, "caption": caption, "scale": scale,
        "columns": [str(name) for name in values.columns],
        "labels": [str(name) for name in values.index],
        "values": figures, "texts": _texts(values, figures, texts),
        "states": _states(states), "breaks": list(breaks), "marked": list(marked),
    }  # fmt: skip
    if sources is not None:
        data["sources"] = [sources.iloc[:, at].to_list() for at in range(sources.shape[1])]
    if about:
        data["about"] = [about.get(name, "") for name in data["columns"]]
    return draw(data, _alt(data), width_cm)


def _texts(
    values: pd.DataFrame, figures: list[list[float | None]], texts: pd.DataFrame | None
) -> list[list[str]]:
    """The printed texts, column by column; those of missing figures are "—"."""
    made = []
    for at, column in enumerate(figures):
        given = [None] * len(column) if texts is None else texts.iloc[:, at].to_list()
        places = decimals(column, "")
        made.append([
            "—" if value is None else number(value, places) if _blank(text) else str(text)
            for value, text in zip(column, given, strict=True)
        ])  # fmt: skip
    return made


def _blank(text: object) -> bool:
    return text is None or (isinstance(text, float) and np.isnan(text))


def _states(states: pd.DataFrame | None) -> list[list[str]]:
    if states is None:
        return []
    return [[status_key(one) for one in states.iloc[:, at]] for at in range(states.shape[1])]


def _alt(data: dict[str, Any]) -> str:
    """Tell each column's range, middle and gaps, or how many cells have which status."""
    lang, stop = data["lang"], say(data["lang"], "semicolon")
    text = say(
        lang, "alt_heat", name=named(lang, "heat_table", data["caption"]), rows=len(data["labels"]),
        columns=len(data["columns"]),
    )  # fmt: skip
    if data["states"]:
        parts = [
            say(lang, "alt_heat_states", column=name, tally=tally(states, lang))
            for name, states in zip(data["columns"], data["states"], strict=True)
        ]
    else:
        columns = zip(data["columns"], data["values"], data["texts"], strict=True)
        parts = [_told(*column, lang) for column in columns]
    return (text + stop.join(parts) + say(lang, "stop")).strip()


def _told(name: str, values: list[float | None], texts: list[str], lang: str) -> str:
    known = sorted((value, at) for at, value in enumerate(values) if value is not None)
    absent = len(values) - len(known)
    if not known:
        return say(lang, "alt_heat_empty", column=name)
    text = say(
        lang, "alt_heat_column", column=name, low=texts[known[0][1]], high=texts[known[-1][1]]
    )
    return text + (say(lang, "alt_heat_absent", n=absent) if absent else "")


def draw_heat_table(data: dict[str, Any], width_cm: float, stretch: float) -> Drawn:
    """Draw the data of `heat_table`: in several tables one below the other where it is narrow."""
    wide, lang = width_cm * POINTS_PER_CM, data["lang"]
    longest = max(width_em(name) for name in data["labels"])
    left = min(longest * LABEL_MOST, max(wide * 0.24, longest * LEAST_PT), wide * 0.45) + 5
    each = max(int((wide - left) // COLUMN_PT), 1)
    tables = -(-len(data["columns"]) // each)
    each = -(-len(data["columns"]) // tables)
    rows = len(data["labels"])
    head_pt = rows_pt(data["columns"], (wide - left) / each - 3, HEAD_PT - 4) + 4
    legend = legend_rows(counted(chain.from_iterable(data["states"]), lang), wide)
    top = caption_height(data["caption"], wide) + LEGEND_PT * len(legend) * bool(data["states"])
    whole = (top + tables * (head_pt + ROW_PT * rows + GAP_PT)) * stretch
    figure = new_figure(width_cm, whole)
    block = (whole - top) / tables
    tight = min(block / (head_pt + ROW_PT * rows + GAP_PT), 1.0)
    head = head_pt * tight
    height = block - head - GAP_PT * tight
    tops = [top + at * block + head for at in range(tables)]
    drawn = []
    for at in range(tables):
        chosen = list(range(at * each, min((at + 1) * each, len(data["columns"]))))
        room = (wide - left) * len(chosen) / each
        axes = place(figure, left, tops[at], room, height)
        _draw_table(axes, data, chosen, (room / len(chosen), height / rows), (left, head))
        drawn.append(axes)
    write_caption(drawn[0], data["caption"], wide)
    if data["states"]:
        over = figure.add_axes((0, 0, 1, 1), xlim=(0, wide), ylim=(whole, 0))
        over.set_axis_off()
        draw_legend(over, legend, caption_height(data["caption"], wide), lang)
    return drawn, [(one, one + height) for one in tops]


def _ground(data: dict[str, Any], chosen: list[int]) -> tuple[np.ndarray, Any]:
    """Shades of the chosen columns from 0 to 1 (NaN where missing), and their colours."""
    if data["states"]:
        names = list(LOOKS)
        table = [[names.index(state) + 0.5 for state in data["states"][at]] for at in chosen]
        grounds = [look.ground for look in LOOKS.values()]
        return np.array(table, dtype=float).T / len(names), ListedColormap(grounds)
    every = np.array(data["values"], dtype=float)
    lows, highs = (np.array([_edge(column, pick) for column in every]) for pick in (np.min, np.max))
    if data["scale"] == "all":
        lows, highs = np.full_like(lows, lows.min()), np.full_like(highs, highs.max())
    spans = np.where(highs > lows, highs - lows, 1.0)
    shades = (every - lows[:, None]) / spans[:, None]
    return shades[chosen].T, SHADES


def _edge(column: np.ndarray, pick: Any) -> float:
    known = column[~np.isnan(column)]
    return float(pick(known)) if len(known) else 0.0


def _draw_table(
    axes: Axes,
    data: dict[str, Any],
    chosen: list[int],
    cell: tuple[float, float],
    margins: tuple[float, float],
) -> None:
    """Draw the chosen columns with their heads and, at their left, the rows' names."""
    import seaborn  # loaded when it is drawn with: its import takes as long as ten charts

    (wide, high), (left, head_pt) = cell, margins
    shades, colors = _ground(data, chosen)
    axes.set_facecolor("white")
    seaborn.heatmap(
        shades, ax=axes, cmap=colors, vmin=0, vmax=1, cbar=False, mask=np.isnan(shades),
        xticklabels=False, yticklabels=False,
    )  # fmt: skip
    axes.grid(visible=False)
    size = max(min(LABEL_MOST, high * 0.68), LEAST_PT)
    longest = max((text for at in chosen for text in data["texts"][at]), key=width_em)
    small = min(size, one_line(longest, wide - 3, size))
    for x, at in enumerate(chosen):
        head, most = fitted(data["columns"][at], wide - 3, head_pt - 4, 7.0)
        axes.annotate(
            head, (x + 0.5, 0), xytext=(0, 3), textcoords="offset points", ha="center",
            va="bottom", fontsize=most, fontweight=700, color=NAVY, linespacing=1.1,
        )  # fmt: skip
        for y in range(len(data["labels"])):
            _cell(axes, data, (at, y), (x, y), small)
    for y, label in enumerate(data["labels"]):
        marked = y in data["marked"]
        axes.annotate(
            label, (0, y + 0.5), xytext=(-4, 0), textcoords="offset points", ha="right",
            va="center_baseline", fontsize=one_line(label, left - 5, size),
            fontweight=700 if marked else 400, color=NAVY if marked else INK,
        )  # fmt: skip
    rows, columns = shades.shape
    axes.hlines(range(1, rows), 0, columns, color="white", linewidth=0.7)
    axes.vlines(range(1, columns), 0, rows, color="white", linewidth=0.7)
    for y in [0, *data["breaks"], rows]:
        axes.axhline(y, color=NAVY if y in {0, rows} else MUTED, linewidth=0.8, clip_on=False)


def _cell(
    axes: Axes, data: dict[str, Any], at: tuple[int, int], spot: tuple[int, int], size: float
) -> None:
    """Write one cell; what is missing has a hatched ground and "—"."""
    (column, row), (x, y) = at, spot
    text = data["texts"][column][row]
    color = INK
    if data["states"]:
        state = data["states"][column][row]
        color = LOOKS[state].ink
        sign = say(data["lang"], f"sign_{state}")
        text = sign if data["values"][column][row] is None else f"{sign} {text}"
        hatched = state == "no_data"
    else:
        hatched = data["values"][column][row] is None
        color = MUTED if hatched else INK
    if hatched:
        box(axes, x + 0.02, y + 0.04, 0.96, 0.92, "white", "none", HATCH)
    put(axes, text, x + 0.5, y + 0.5, size=size, color=color, ha="center")


DRAWINGS["heat_table"] = draw_heat_table
