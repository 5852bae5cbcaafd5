"""Draw charts in one house style; each returns a `Chart` that shows itself in a notebook.

Every function draws from plain data, so that a published page can draw it again for a telephone.
"""

from pls_analysis.charts.bars import bars_year_on_year
from pls_analysis.charts.chart import Chart, redraw
from pls_analysis.charts.glyphs import MissingGlyph
from pls_analysis.charts.lines import small_multiples, sparkline, trend
from pls_analysis.charts.theme import use_theme

__all__ = [
    "Chart",
    "MissingGlyph",
    "bars_year_on_year",
    "redraw",
    "small_multiples",
    "sparkline",
    "trend",
    "use_theme",
]
