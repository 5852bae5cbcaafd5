"""Make a process ready for reports: what many of them need is read and worked out before the first.

For a server that forks a kernel for each notebook: `pls_analysis.warming:warm`. What is kept holds
for the store, the policy and the files as they are now; a kernel that finds them changed reads them
anew.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from importlib import import_module

from pls_analysis import charts, equity, positions
from pls_analysis.analysis import area_tree, form_specs, measure_specs
from pls_analysis.charts.glyphs import advances
from pls_analysis.confidential import hidden_until, public_standing
from pls_analysis.periods import Period, parse_period
from pls_analysis.project import LANGUAGES, Project, find_project
from pls_analysis.store import Store
from pls_analysis.texts import texts_in

PERIOD, AREAS = "PLS_WARM_PERIOD", "PLS_WARM_AREAS"


def warm(period: str | Period | None = None, areas: Iterable[str] | None = None) -> None:
    """Read what reports of a period need of the project found, and judge some areas.

    Without `period` the one that PLS_WARM_PERIOD names, else the last day on which anything filed
    ends; without `areas` those of PLS_WARM_AREAS (codes with commas), else one below home, for
    which nearly all that is shared is worked out. No thread is started. Raises ConfigError and
    StoreError where there is nothing to read.
    """
    project = find_project()
    for lang in LANGUAGES:
        texts_in(lang)
    form_specs(project)
    measure_specs(project)
    area_tree(project)
    _draw()
    day = _day(project, period or os.environ.get(PERIOD) or None)
    hidden_until(project, day)
    if project.policy is not None:
        _judge(project, day, areas)


def _draw() -> None:
    """Load whatever draws, and the fonts."""
    import_module("seaborn")
    for module in set(charts.KINDS.values()):
        import_module(f"pls_analysis.charts.{module}")
    advances()
    charts.sparkline([1.0, 2.0]).svg()


def _judge(project: Project, day: dt.date, areas: Iterable[str] | None) -> None:
    named = os.environ.get(AREAS, "")
    chosen = list(areas) if areas is not None else [one for one in named.split(",") if one]
    tree = area_tree(project)
    below = [one.code for one in tree.children(project.home, day)] or [project.home]
    standing = public_standing(project, day)
    for area in chosen or below[:1]:
        standing.of(area)
    judged = {*standing.policy.indicators, *standing.policy.targets}
    for report in project.reports.values():
        peers = tree.descendants(project.home, report.level, at=day)
        for name in judged.intersection((*report.rates, *report.measures)):
            # An area's peers are drawn beside it.
            standing.series(name, {area.code: area.name for area in peers})
        if report.services:
            equity.comparison_of(project, day, report.services)
    if positions.entries_among(standing.policy):
        positions.observed_among(project, day)


def _day(project: Project, period: str | Period | None) -> dt.date:
    if period is not None:
        return parse_period(period).end
    ends = Store(project.processed).table("submissions")["period_end"].dropna()
    today = dt.date.today()
    return today if ends.empty else min(ends.max().date(), today)
