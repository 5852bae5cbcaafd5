"""House style of every figure: fonts, colours, sizes. `use_theme` alone sets it.

matplotlib is loaded when something is drawn: colours and sizes are read by pages that draw nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pls_analysis.charts.glyphs import FACES, FONTS, SANS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STYLE = Path(__file__).parents[1] / "data" / "pls.mplstyle"
INK, MUTED, GRID, EDGE = "#1c2733", "#5d6975", "#e4e8ed", "#aab4bf"
NAVY, RED, TEAL, OCHRE = "#1f4e79", "#9e1218", "#14706a", "#96600a"
PEERS, BAND, GAP = "#8494a5", "#dfe6ee", "#f1f3f6"
"""Peers' median, their interquartile band, and a period without data."""
YEAR_BEFORE, OWN_GROUND = "#b9c6d4", "#eef3f8"

PAPER_CM = 16.6
"""Width of the text on an A4 brief."""
PHONE_CM = 8.8
"""Width of a chart on a telephone held upright."""
PANEL_CM = 4.2
"""Width of one of several small charts there, two of which stand side by side."""
POINTS_PER_CM = 72 / 2.54


@cache
def _register_fonts() -> None:
    from matplotlib import font_manager

    for (family, _), name in FACES.items():
        if family == SANS:
            font_manager.fontManager.addfont(FONTS / name)


def use_theme() -> None:
    """Set the house style for every figure drawn from now on, also an analyst's own.

    Call it after `seaborn.set_theme()`, which resets the font to one without Chinese.
    """
    from matplotlib import style

    _register_fonts()
    style.use(STYLE)


@contextmanager
def themed() -> Iterator[None]:
    """Draw in the house style within a block and leave the caller's settings as they were."""
    import matplotlib as mpl

    with mpl.rc_context():
        use_theme()
        yield


def new_figure(width_cm: float, height_pt: float) -> Figure:
    """A figure outside pyplot, so that it is shown once and never left open."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width_cm / 2.54, height_pt / 72))


def place(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Add axes by their box in points from the figure's top left corner."""
    wide, high = (inches * 72 for inches in figure.get_size_inches())
    return figure.add_axes((left / wide, 1 - (top + height) / high, width / wide, height / high))
