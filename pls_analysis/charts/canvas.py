"""A figure whose axes are measured in points from its top left corner, and what is put on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pls_analysis.charts.layout import clear_of, width_em, wrap
from pls_analysis.charts.lettering import LABEL_PT
from pls_analysis.charts.theme import EDGE, GRID, MUTED, POINTS_PER_CM, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Rectangle
    from matplotlib.typing import ColorType

DOT_RIM_PT = 0.5
HATCH = "//////"
LEAST_PT, SMALL_PT, MARK_PT = 5.0, 6.5, 25.0
"""Letters are no smaller, however little room there is; those of a row of several lines; what a
legend's mark takes beside them."""


def canvas(width_cm: float, height_pt: float) -> Axes:
    """Axes over a whole figure, in points: x to the right, y down."""
    from matplotlib.ticker import NullLocator

    figure = new_figure(width_cm, height_pt)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width_cm * POINTS_PER_CM)
    axes.set_ylim(height_pt, 0)
    axes.set_axis_off()
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(NullLocator())  # ticks take time, even where none is drawn
    return axes


def put(
    axes: Axes,
    text: str,
    x: float,
    y: float,
    *,
    size: float = LABEL_PT,
    color: str,
    bold: bool = False,
    ha: Literal["left", "right", "center"] = "left",
) -> None:
    """Write text whose middle is at the height `y`; its lines stand close together."""
    axes.text(
        x, y, text, fontsize=size, fontweight=700 if bold else 400, color=color, ha=ha,
        va="center_baseline" if "\n" not in text else "center", linespacing=1.15,
    )  # fmt: skip


def box(
    axes: Axes,
    left: float,
    top: float,
    width: float,
    height: float,
    ground: ColorType,
    rim: str = "none",
    hatch: str = "",
) -> Rectangle:
    """Draw a rectangle; a hatched one keeps its ground and has a thin grey hatch."""
    from matplotlib.patches import Rectangle

    patch = Rectangle(
        (left, top), width, height, facecolor=ground, edgecolor=EDGE if hatch else rim,
        linewidth=0.0 if rim == "none" else 0.7, hatch=hatch or None,
    )  # fmt: skip
    patch.set_hatch_linewidth(0.35)
    axes.add_artist(patch)  # its limits are set, and add_patch would measure every patch for them
    return patch


def dots(axes: Axes, spots: Sequence[tuple[float, float]], size: float, color: ColorType) -> None:
    """Draw dots of `size` points with a white rim, in the order given."""
    import seaborn  # loaded when it is drawn with: its import takes as long as ten charts

    across, down = zip(*spots, strict=True) if spots else ((), ())
    seaborn.scatterplot(
        x=across, y=down, ax=axes, s=(size + DOT_RIM_PT) ** 2, color=color, edgecolor="white",
        linewidth=DOT_RIM_PT, legend=False, zorder=3,
    )  # fmt: skip


def mark_scale(
    axes: Axes,
    spots: Sequence[float],
    texts: Sequence[str],
    lines: tuple[float, float],
    row: tuple[float, float],
) -> None:
    """Draw ticks from one height to another, and write their labels into the row below.

    `row` is the middle and the height of the labels' row; labels that would touch are left out.
    """
    middle, height = row
    size = row_size(height, 6.5)
    axes.vlines(spots, *lines, color=GRID, linewidth=0.6, zorder=0)
    for at in clear_of(spots, texts, size):
        put(axes, texts[at], spots[at], middle, size=size, color=MUTED, ha="center")


def rows_pt(texts: Sequence[str], room: float, least: float) -> float:
    """Height of rows in which each text has its place in `room` points, wrapped if need be."""
    lines = max(balanced(text, room / SMALL_PT).count("\n") + 1 for text in texts)
    return max(least, lines * SMALL_PT * 1.2 + 2 if lines > 1 else 0.0)


def swatch(axes: Axes, x: float, y: float, text: str, size: float = LABEL_PT) -> float:
    """Write a legend's text behind a mark that ends at `x`; return where the next may begin."""
    put(axes, text, x + 3, y, size=size, color=MUTED)
    return x + 3 + width_em(text) * size + 10


def key_size(axes: Axes, texts: Sequence[str], height: float) -> float:
    """The size at which a legend's texts, each with its mark, fit into one line of the figure."""
    room = axes.get_xlim()[1] - MARK_PT * len(texts)
    return max(min(row_size(height * 0.7), room / sum(map(width_em, texts))), LEAST_PT)


def row_size(step: float, most: float = LABEL_PT) -> float:
    """The size of one line of text in a row that is `step` points high."""
    return max(min(most, step * 0.76), LEAST_PT)


def fitted(text: str, room: float, height: float, most: float = LABEL_PT) -> tuple[str, float]:
    """Wrap a text into a field of `room` × `height` points; return it with its size.

    The largest size up to `most` at which it fits; never below LEAST_PT.
    """
    size = most
    while size > LEAST_PT:
        wrapped = balanced(text, room / size)
        lines = wrapped.count("\n") + 1
        if lines * size * 1.2 <= height + 0.5 and width_em(wrapped) * size <= room + 1:
            return wrapped, size
        size -= 0.25
    return balanced(text, room / LEAST_PT), LEAST_PT


def balanced(text: str, em: float) -> str:
    """Break a text into as few lines as `em` ems allow, of about the same length."""
    wrapped = wrap(text, em)
    lines = wrapped.count("\n") + 1
    if lines == 1 or "\n" in text:
        return wrapped
    even = wrap(text, width_em(text) / lines + 0.5)
    return even if even.count("\n") + 1 == lines and width_em(even) <= em else wrapped


def one_line(text: str, room: float, most: float = LABEL_PT) -> float:
    """The size at which a text fits into `room` points in one line."""
    return max(min(most, room / max(width_em(text), 0.1)), LEAST_PT)
