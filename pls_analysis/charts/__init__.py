"""Draw charts in one house style; each returns a `Chart` that shows itself in a notebook.

Every function draws from plain data, so that a published page can draw it again for a telephone.
"""

from pls_analysis.charts.bars import bars_year_on_year
from pls_analysis.charts.bullets import bullets
from pls_analysis.charts.chart import Chart, redraw
from pls_analysis.charts.dots import dot_strips
from pls_analysis.charts.dumbbell import dumbbell
from pls_analysis.charts.glyphs import MissingGlyph
from pls_analysis.charts.heat import heat_table
from pls_analysis.charts.intervals import rank_intervals
from pls_analysis.charts.lines import small_multiples, sparkline, trend
from pls_analysis.charts.status_strip import status_strip
from pls_analysis.charts.theme import use_theme
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
