"""Turn office workbooks into traceable observations, trend charts and briefs.

These are the names an analyst types; everything they give is a plain data frame, chart or block.
What draws is loaded when it is first asked for: readers of workbooks never need it.
"""

from typing import TYPE_CHECKING

from pls_analysis.analysis import areas, ingest, issues, measures, observations, series, trace

if TYPE_CHECKING:
    from pls_analysis import charts
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
    "trace",
]


def __getattr__(name: str) -> object:
    if name == "parameters":
        from pls_analysis.briefs import parameters

        return parameters
    if name == "charts":
        from importlib import import_module

        return import_module("pls_analysis.charts")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
