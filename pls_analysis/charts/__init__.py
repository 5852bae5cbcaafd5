"""Draw charts in one house style; each returns a `Chart` that shows itself in a notebook.

Every function draws from plain data, so that a published page can draw it again for a telephone.
Each is loaded, with pandas and matplotlib, when it is first asked for: a page that takes its charts
as they were drawn needs neither.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from pls_analysis.charts.chart import KINDS, Chart, redraw
from pls_analysis.charts.glyphs import MissingGlyph
from pls_analysis.charts.theme import use_theme

if TYPE_CHECKING:
    from pls_analysis.charts.bars import bars_year_on_year
    from pls_analysis.charts.bullets import bullets
    from pls_analysis.charts.dots import dot_strips
    from pls_analysis.charts.dumbbell import dumbbell
    from pls_analysis.charts.heat import heat_table
    from pls_analysis.charts.intervals import rank_intervals
    from pls_analysis.charts.lines import small_multiples, sparkline, trend
    from pls_analysis.charts.status_strip import status_strip
    from pls_analysis.charts.tiles import load_tiles, tile_map

__all__ = [
    "Chart",
    "MissingGlyph",
    "bars_year_on_year",
    "bullets",
    "dot_strips",
    "dumbbell",
    "heat_table",
    "load_tiles",
    "rank_intervals",
    "redraw",
    "small_multiples",
    "sparkline",
    "status_strip",
    "tile_map",
    "trend",
    "use_theme",
]
FOUND_IN = {**KINDS, "load_tiles": "tiles"}


def __getattr__(name: str) -> object:
    if name not in FOUND_IN:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{FOUND_IN[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """Keeps a function from being hidden by the module of its name: `bullets`, `dumbbell`."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in FOUND_IN or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
