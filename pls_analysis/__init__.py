"""Turn office workbooks into traceable observations, trend charts and briefs.

These are the names an analyst types; everything they give is a plain data frame, chart or block.
"""

from pls_analysis import charts
from pls_analysis.analysis import areas, ingest, issues, measures, observations, series
from pls_analysis.briefs import parameters

__all__ = [
    "areas",
    "charts",
    "ingest",
    "issues",
    "measures",
    "observations",
    "parameters",
    "series",
]
