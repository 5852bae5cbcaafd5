"""Turn office workbooks into traceable observations, trend charts and briefs.

These are the names an analyst types; everything they give is a plain data frame, chart or block.
Each is loaded when it is first asked for: a reader of workbooks needs neither pandas nor charts.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pls_analysis import charts
    from pls_analysis.analysis import areas, ingest, issues, measures, observations, series, trace
    from pls_analysis.briefs import parameters
    from pls_analysis.explore.drafting import draft_form
    from pls_analysis.explore.preview import preview
    from pls_analysis.explore.tidy import tables
    from pls_analysis.policies import assess, indicators

__all__ = [
    "areas",
    "assess",
    "charts",
    "draft_form",
    "indicators",
    "ingest",
    "issues",
    "measures",
    "observations",
    "parameters",
    "preview",
    "series",
    "tables",
    "trace",
]


ROOMS = {
    "assess": "policies",
    "draft_form": "explore.drafting",
    "indicators": "policies",
    "parameters": "briefs",
    "preview": "explore.preview",
    "tables": "explore.tidy",
}
"""Where a name is found; the others are in `analysis`."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "charts":
        return import_module("pls_analysis.charts")
    return getattr(import_module(f"pls_analysis.{ROOMS.get(name, 'analysis')}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """Keeps a function from being hidden by the module of its name: `areas`, `ingest`, `trace`."""

    def __setattr__(self, name: str, value: object) -> None:
        if name == "charts" or name not in __all__ or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
