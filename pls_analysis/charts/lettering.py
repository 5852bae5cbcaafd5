"""Words on a chart: captions, and labels set by a point and an offset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pls_analysis.charts.layout import wrap
from pls_analysis.charts.theme import NAVY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CAPTION_PT, LABEL_PT, VALUE_PT = 9.0, 7.5, 9.0
LINE_PT = 9.4
"""From one line of a label to the next."""
HANGING_EM = 1.0
"""What a closing mark may hang over the end of its line."""
Frame = Literal["data", "axes fraction"]


def write(
    axes: Axes,
    text: str,
    at: tuple[float, float],
    offset: tuple[float, float],
    *,
    size: float = LABEL_PT,
    color: str,
    bold: bool = False,
    ha: Literal["left", "right", "center"] = "left",
    va: Literal["bottom", "baseline", "center"] = "bottom",
    frame: Frame | tuple[Frame, Frame] = "axes fraction",
) -> None:
    """Write a label `offset` points from the point `at`, also outside the axes."""
    axes.annotate(
        text, at, xytext=offset, xycoords=frame, textcoords="offset points", ha=ha, va=va,
        fontsize=size, fontweight=700 if bold else 400, color=color, annotation_clip=False,
    )  # fmt: skip


def write_caption(axes: Axes, text: str, width_pt: float) -> None:
    """Write the caption at the top left corner of the figure that holds `axes`."""
    if text and axes.figure is not None:
        axes.figure.text(
            0, 1, wrap(text, width_pt / CAPTION_PT - HANGING_EM), va="top", ha="left",
            fontsize=CAPTION_PT, fontweight=500, color=NAVY, linespacing=1.35,
        )  # fmt: skip


def caption_height(text: str, width_pt: float) -> float:
    """Height in points that a caption takes, with the room below it."""
    lines = wrap(text, width_pt / CAPTION_PT - HANGING_EM).count("\n") + 1 if text else 0
    return lines * CAPTION_PT * 1.4 + (5 if lines else 0)
