"""What a project's reports may say of counts of people: figures and verdicts without hidden ones.

An analyst's own functions give everything; what stands in a report comes from here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from pls_analysis.analysis import area_tree, form_specs, measure_specs
from pls_analysis.disclosure.relations import CELL, TOTAL, Rules
from pls_analysis.disclosure.suppression import HIDDEN, hidden_cells, is_hidden
from pls_analysis.observations import KEY
from pls_analysis.periods import Period
from pls_analysis.policies import Standing
from pls_analysis.policy.assessment import Assessment
from pls_analysis.policy.catalogue import Indicator
from pls_analysis.policy.figures import Figure
from pls_analysis.policy.judging import own_periods
from pls_analysis.project import Project
from pls_analysis.store import Store

BEGINNING = dt.date(1900, 1, 1)
KEPT = ("share", "why", "late", "part")
"""Facts of a verdict that tell nothing of a hidden figure."""
AMONG = ("share_of", "rank_in")
"""Targets whose figures are made of those of other areas."""


def people_measures(project: Project) -> list[str]:
    """The public measures that count people."""
    return [one.id for one in measure_specs(project).values() if one.people and one.public]


def rules(project: Project) -> Rules:
    """What readers know of the counts: the area tree, and the sums that the forms check."""
    people = set(people_measures(project))
    checks = [
        check for form in form_specs(project) for check in form.checks if check.whole in people
    ]
    return Rules(
        {one.code: one.parent for one in area_tree(project)},
        frozenset((one.whole, one.parts, one.relation) for one in checks if one.parts),
        frozenset((one.whole, one.part) for one in checks if one.part in people),
    )


def hidden_until(project: Project, day: dt.date) -> pd.DataFrame:
    """The cells (disclosure.CELL) of counts of people that no report until a day may print.

    Every version that was filed is looked at, of all areas.
    """
    measures = people_measures(project)
    store = Store(project.processed)
    standing = store.observations(measures, period=Period(BEGINNING, day))
    if standing.empty:
        return standing[CELL]
    return hidden_cells(_versions(store, standing, day), rules(project), project.least_people)


def _versions(store: Store, standing: pd.DataFrame, day: dt.date) -> list[pd.DataFrame]:
    """Return what was filed first, then what was after each revision."""
    earlier = store.superseded(standing["measure"].unique(), period=Period(BEGINNING, day))
    if earlier.empty:
        return [standing]
    declared = store.filings().set_index("submission")["declared"]
    filed = pd.concat([earlier.assign(stands=False), standing.assign(stands=True)])
    filed = filed[filed["value"].notna()]
    filed = filed.assign(declared=filed["submission"].map(declared[~declared.index.duplicated()]))
    filed = filed.sort_values(["stands", "declared", "submission"], kind="stable")
    place = filed.groupby(KEY, observed=True).cumcount()
    return [filed[place == at] for at in range(int(place.max()) + 1)]


@dataclass(frozen=True)
class PublicStanding(Standing):
    """How areas stand, as reports may say it: a figure that rests on a hidden count is left out."""

    @cached_property
    def hidden(self) -> pd.DataFrame:
        """The hidden cells (disclosure.CELL) up to the day."""
        return hidden_until(self.project, self.as_of)

    def of(self, area: str, targets: Iterable[str] | None = None) -> list[Assessment]:
        """The targets of `Standing.of`; of those that rest on a hidden count the status alone."""
        return [self._public(one) for one in super().of(area, targets)]

    def figures(self, name: str, area: str) -> list[Figure]:
        """The figures of `Standing.figures`; of hidden ones HIDDEN is missing."""
        found = super().figures(name, area)
        entry = self.policy.targets.get(name)
        indicator = self.indicator(name)
        among = entry is not None and entry.target.measured.kind in AMONG
        rows = self._rows(indicator, area, among, apart=False)
        if rows.empty:
            return found
        return [
            _without(one) if self._tells(indicator, area, rows, one.start, one.end) else one
            for one in found
        ]

    def withheld(self, name: str, area: str) -> list[dt.date]:
        """The ends of the periods of which `series` may not give a figure."""
        indicator = self.indicator(name)
        found = own_periods(self.figures(name, area), indicator, indicator.months)
        return [one.end for one in found if HIDDEN in one.missing]

    def rests_on_hidden(self, measures: Sequence[str]) -> bool:
        """Whether any count of some measures is hidden."""
        return bool(self.hidden["measure"].isin(measures).any())

    def _public(self, one: Assessment) -> Assessment:
        measured, start, end = one.entry.target.measured, one.start, one.end
        indicators = (one.entry.indicator, *(indicator for indicator, _ in one.entry.beside))
        if not self.rests_on_hidden(one.entry.measures) or end is None or start is None:
            return one
        if measured.kind == "change":
            start = start.replace(year=start.year - 1, day=1)
        elif measured.kind == "gain" and measured.since is not None:
            start = measured.since.replace(month=1, day=1)
        shown = [one.entry.indicator.below] if one.entry.indicator.below else []
        indicators = (*indicators, *(self.indicator(name) for name in shown))
        last = self.as_of if one.facts.get("current") else end
        for indicator in indicators:
            rows = self._rows(indicator, one.area, measured.kind in AMONG, measured.kind == "each")
            if not rows.empty and self._tells(indicator, one.area, rows, start, last):
                facts = {name: one.facts[name] for name in KEPT if name in one.facts}
                return replace(
                    one, value=None, required=None, gap=None, denominator=None, beside=(),
                    facts={**facts, "hidden": True},
                )  # fmt: skip
        return one

    def _rows(self, indicator: Indicator, area: str, among: bool, apart: bool) -> pd.DataFrame:
        """Return the hidden cells that an indicator's figures for an area may be made of.

        `among` others, of any area; where parts are judged `apart`, of any part.
        """
        hidden = self.hidden
        rows = hidden[hidden["measure"].isin(indicator.measures)]
        if rows.empty:
            return rows
        if not apart:
            wanted = {term.breakdown for term in (*indicator.numerator, *indicator.denominator)}
            rows = rows[
                rows["breakdown"].isin(wanted)
                | rows["breakdown"].str.split("=").str[0].isin(wanted - {TOTAL})
            ]
        if among:
            return rows
        tree = self._observed.tree
        own = {area, *(one.code for one in tree.descendants(area))}
        return rows[rows["area"].isin(own)]

    def _tells(
        self, indicator: Indicator, area: str, rows: pd.DataFrame, start: dt.date, end: dt.date
    ) -> bool:
        """Whether a figure over some days may tell a hidden cell: it is made of one.

        A running total that is published itself tells nothing more.
        """
        first, last = pd.Timestamp(start), pd.Timestamp(end)
        within = (rows["period_end"] <= last) & (rows["period_end"] >= first)
        terms = rows.loc[within, ["measure", "breakdown"]].drop_duplicates()
        return any(
            not self._is_published(measure, part, area, first, last)
            for measure, part in zip(terms["measure"], terms["breakdown"], strict=True)
        )

    def _is_published(
        self, measure: str, part: str, area: str, start: pd.Timestamp, end: pd.Timestamp
    ) -> bool:
        """Whether a measure has a published figure of exactly these days for an area itself."""
        rows = self._observed.rows(measure)
        rows = rows[
            (rows["area"] == area) & (rows["breakdown"] == part) & rows["value"].notna()
            & (rows["period_start"] == start) & (rows["period_end"] == end)
        ]  # fmt: skip
        return not rows.empty and not bool(is_hidden(rows, self.hidden).any())


def _without(figure: Figure) -> Figure:
    """Return a figure without what may not be told; a part counts as missing."""
    return replace(
        figure, value=None, least=None, most=None, numerator=None, denominator=None,
        missing=(*figure.missing, HIDDEN), facts={},
    )  # fmt: skip
