"""Turn office workbooks into traceable observations, trend charts and briefs.

These are the names an analyst types; everything they give is a plain data frame, chart or block.
Each is loaded when it is first asked for: a reader of workbooks needs neither pandas nor charts.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pls_analysis import charts
    from pls_analysis.analysis import areas, ingest, issues, measures, observations, series, trace
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
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "charts":
        return import_module("pls_analysis.charts")
    room = "briefs" if name == "parameters" else "analysis"
    return getattr(import_module(f"pls_analysis.{room}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
