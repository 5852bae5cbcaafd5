"""A strip of statuses: every target of a policy as a small square, task by task."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from pls_analysis.charts.canvas import canvas, fitted, put, rows_pt
from pls_analysis.charts.chart import DRAWINGS, Chart, Drawn, draw
from pls_analysis.charts.layout import width_em
from pls_analysis.charts.lettering import LABEL_PT, caption_height, write_caption
from pls_analysis.charts.phrases import named, say
from pls_analysis.charts.rows import rows_of
from pls_analysis.charts.statuses import (
    LEGEND_PT,
    counted,
    draw_legend,
    legend_rows,
    square,
    status_key,
    status_word,
    tally,
)
from pls_analysis.charts.theme import GRID, INK, PAPER_CM, POINTS_PER_CM

SIDE_PT, PITCH_PT, LINE_PT, LABEL_LINE_PT = 12.0, 14.0, 15.5, 12.0
LEAST_SHRINK = 0.62
"""Rows are no flatter than this, so that the signs can be read."""
NOTABLE = ("missed", "missed_aspired", "off_track")
"""Statuses whose targets the alternative text names."""


def status_strip(
    frame: pd.DataFrame, *, caption: str = "", lang: str = "zh", width_cm: float = PAPER_CM
) -> Chart:
    """Draw a square for each target, in the colour of its status and with its sign.

    `frame` has the columns task, target and status, and maybe strength; tasks stand in the order
    in which they come first. The legend counts; it gives no share. Raises ValueError for a status
    that is unknown.
    """
    tasks: dict[str, list[dict[str, str]]] = {}
    for row in rows_of(frame, ("task", "target", "status"), strength=""):
        one = {"target": str(row["target"]), "status": status_key(row["status"], row["strength"])}
        tasks.setdefault(str(row["task"]), []).append(one)
    data = {
        "kind": "status_strip", "lang": lang, "caption": caption,
        "tasks": [{"task": task, "targets": targets} for task, targets in tasks.items()],
    }  # fmt: skip
    return draw(data, _alt(data), width_cm)


def _statuses(data: dict[str, Any]) -> list[str]:
    return [target["status"] for task in data["tasks"] for target in task["targets"]]


def _alt(data: dict[str, Any]) -> str:
    lang, statuses = data["lang"], _statuses(data)
    text = say(
        lang, "alt_strip_of_statuses", name=named(lang, "status_strip", data["caption"]),
        n=len(statuses), tasks=len(data["tasks"]), tally=tally(statuses, lang),
    )  # fmt: skip
    for status in NOTABLE:
        names = [
            target["target"]
            for task in data["tasks"]
            for target in task["targets"]
            if target["status"] == status
        ]
        if names:
            listed = say(lang, "list_comma").join(names)
            text += say(lang, "alt_named", word=status_word(status, lang), names=listed)
    return text.strip()


def draw_status_strip(data: dict[str, Any], width_cm: float, stretch: float) -> Drawn:
    """Draw the data of `status_strip`: tasks left, or above their squares where it is narrow."""
    wide, lang = width_cm * POINTS_PER_CM, data["lang"]
    roomy = width_cm > 12
    left = 0.0
    if roomy:
        longest = max(width_em(task["task"]) for task in data["tasks"]) * LABEL_PT
        left = min(longest, wide * 0.42) + 8
    each = max(int((wide - left) // PITCH_PT), 1)
    lines = [-(-len(task["targets"]) // each) for task in data["tasks"]]
    names = [task["task"] for task in data["tasks"]]
    above = 0.0 if roomy else rows_pt(names, wide, LABEL_LINE_PT)
    legend = legend_rows(counted(_statuses(data), lang), wide)
    head = caption_height(data["caption"], wide) + LEGEND_PT * len(legend) + 4
    natural = head + sum(lines) * LINE_PT + len(lines) * above
    shrink = max((natural * stretch - head) / (natural - head), LEAST_SHRINK)
    axes = canvas(width_cm, head + (natural - head) * shrink)
    draw_legend(axes, legend, caption_height(data["caption"], wide), lang)
    top = head
    for task, count in zip(data["tasks"], lines, strict=True):
        height = (count * LINE_PT + above) * shrink
        axes.plot([0, wide], [top, top], color=GRID, linewidth=0.6, zorder=0)
        room = (left - 8 if roomy else wide, height if roomy else above * shrink)
        name, size = fitted(task["task"], *room)
        put(axes, name, 0, top + (height if roomy else above * shrink) / 2, size=size, color=INK)
        _squares(axes, task["targets"], lang, (left, top + above * shrink), each, LINE_PT * shrink)
        top += height
    write_caption(axes, data["caption"], wide)
    return [axes], [(head, top)]


def _squares(
    axes: Axes,
    targets: list[dict[str, str]],
    lang: str,
    corner: tuple[float, float],
    each: int,
    line: float,
) -> None:
    """Draw one task's squares from its top left corner on, `each` in a line."""
    side = min(SIDE_PT, line - 1.5)
    for at, target in enumerate(targets):
        row, column = divmod(at, each)
        centre = (corner[0] + (column + 0.5) * PITCH_PT, corner[1] + (row + 0.5) * line)
        square(axes, target["status"], lang, centre, side)


DRAWINGS["status_strip"] = draw_status_strip
