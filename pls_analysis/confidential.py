"""What a project's reports may say of counts of people: figures and verdicts without hidden ones.

An analyst's own functions give everything; what stands in a report comes from here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd
from pandas.util import hash_pandas_object

from pls_analysis.analysis import area_tree, form_specs, measure_specs, state_of
from pls_analysis.disclosure.relations import CELL, TOTAL, Rules
from pls_analysis.disclosure.suppression import HIDDEN, hidden_cells, is_hidden, suppress
from pls_analysis.observations import KEY
from pls_analysis.periods import Period
from pls_analysis.policies import Standing
from pls_analysis.policy.assessment import Assessment
from pls_analysis.policy.catalogue import Indicator
from pls_analysis.policy.figures import Figure
from pls_analysis.policy.judging import own_periods
from pls_analysis.policy.observed import MANY
from pls_analysis.project import Project
from pls_analysis.reads import Kept, note
from pls_analysis.store import Store

_HIDDEN, _HASHES, _STANDINGS = Kept(4), Kept(4), Kept(4)
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
    return _HIDDEN.get((state_of(project), day), lambda: _hidden(project, day))


def _hidden(project: Project, day: dt.date) -> pd.DataFrame:
    store = Store(project.processed)
    columns = [*KEY, "value", "submission"]
    span = Period(BEGINNING, day)
    standing = store.unnoted("observations", people_measures(project), None, span, columns)
    if standing.empty:
        return standing[CELL]
    return hidden_cells(_versions(store, standing, day), rules(project), project.least_people)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A note of which cells are hidden was read, see `reads`: up to a day, of some measures.

    Of some areas, () for all of them. What counts is which cells are hidden, not the counts that
    led there: `digests_of` tells it.
    """

    day: dt.date
    measures: tuple[str, ...]
    areas: tuple[str, ...] = ()


def digests_of(project: Project, notes: Iterable[Hidden]) -> list[int]:
    """The present value of notes: the hidden cells of the days, measures and areas of each."""
    notes = list(notes)
    hashes = {day: _hashes_until(project, day) for day in {one.day for one in notes}}
    found = []
    for one in notes:
        measures, areas = set(one.measures), set(one.areas)
        found.append(
            sum(
                said
                for (measure, area), said in hashes[one.day].items()
                if measure in measures and (not areas or area in areas)
            )
        )
    return found


def _hashes_until(project: Project, day: dt.date) -> Mapping[tuple[str, str], int]:
    """A hash of the hidden cells of each measure and area that has any."""

    def make() -> Mapping[tuple[str, str], int]:
        cells = hidden_until(project, day)
        each = hash_pandas_object(cells, index=False)
        return each.groupby([cells["measure"], cells["area"]]).sum().to_dict()

    return _HASHES.get((state_of(project), day), make)


def _versions(store: Store, standing: pd.DataFrame, day: dt.date) -> list[pd.DataFrame]:
    """Return what was filed first, then what was after each revision."""
    measures = standing["measure"].unique()
    span = Period(BEGINNING, day)
    earlier = store.unnoted("superseded", measures, None, span, list(standing.columns))
    if earlier.empty:
        return [standing]
    declared = store.unnoted("submissions", columns=["submission", "declared"])
    declared = declared.set_index("submission")["declared"]
    filed = pd.concat([earlier.assign(stands=False), standing.assign(stands=True)])
    filed = filed[filed["value"].notna()]
    filed = filed.assign(declared=filed["submission"].map(declared[~declared.index.duplicated()]))
    filed = filed.sort_values(["stands", "declared", "submission"], kind="stable")
    place = filed.groupby(KEY, observed=True).cumcount()
    return [filed[place == at] for at in range(int(place.max()) + 1)]


@dataclass(frozen=True)
class PublicStanding(Standing):
    """How areas stand, as reports may say it: a figure that rests on a hidden count is left out."""

    _areas: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _hidden(self) -> Mapping[str, list[Any]]:
        """The hidden cells (disclosure.CELL) up to the day, by measure."""
        found: dict[str, list[Any]] = {}
        for cell in hidden_until(self.project, self.as_of).itertuples(index=False, name="Cell"):
            found.setdefault(cell.measure, []).append(cell)
        return found

    def published(
        self, observations: pd.DataFrame, measures: Iterable[str] | None, areas: Collection[str]
    ) -> pd.DataFrame:
        """Observations of some measures (None: any) and areas as the public may see them."""
        self._note(measures or people_measures(self.project), areas)
        hidden = hidden_until(self.project, self.as_of)
        return suppress(observations, hidden[hidden["area"].isin(areas)])

    def _note(self, measures: Iterable[str], areas: Collection[str] | None) -> None:
        few = () if areas is None or len(areas) > MANY else tuple(sorted(areas))
        note(Hidden(self.as_of, tuple(sorted(measures)), few))

    def of(self, area: str, targets: Iterable[str] | None = None) -> list[Assessment]:
        """The targets of `Standing.of`; of those that rest on a hidden count the status alone."""
        return [self._public(one) for one in super().of(area, targets)]

    def figures(self, name: str, area: str) -> list[Figure]:
        """The figures of `Standing.figures`; of hidden ones HIDDEN is missing."""
        return self._kept.get(("public", name, area), lambda: self._public_figures(name, area))

    def _public_figures(self, name: str, area: str) -> list[Figure]:
        found = super().figures(name, area)
        entry = self.policy.targets.get(name)
        indicator = self.indicator(name)
        among = entry is not None and entry.target.measured.kind in AMONG
        rows = self._rows(indicator, area, among, apart=False)
        if not rows:
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
        self._note(measures, None)
        return not self._hidden.keys().isdisjoint(measures)

    def _public(self, one: Assessment) -> Assessment:
        measured, start, end = one.entry.target.measured, one.start, one.end
        indicators = (one.entry.indicator, *(indicator for indicator, _ in one.entry.beside))
        if end is None or start is None:
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
            if rows and self._tells(indicator, one.area, rows, start, last):
                facts = {name: one.facts[name] for name in KEPT if name in one.facts}
                return replace(
                    one, value=None, required=None, gap=None, denominator=None, beside=(),
                    facts={**facts, "hidden": True},
                )  # fmt: skip
        return one

    def _rows(self, indicator: Indicator, area: str, among: bool, apart: bool) -> list[Any]:
        """Return the hidden cells that an indicator's figures for an area may be made of.

        `among` others, of any area; where parts are judged `apart`, of any part.
        """
        own = None if among else self._within(area)
        self._note(indicator.measures, own)
        wanted = {term.breakdown for term in (*indicator.numerator, *indicator.denominator)}
        return [
            cell
            for measure in indicator.measures
            for cell in self._hidden.get(measure, ())
            if (apart or not wanted.isdisjoint({cell.breakdown, _dimension(cell.breakdown)}))
            and (own is None or cell.area in own)
        ]

    def _within(self, area: str) -> frozenset[str]:
        """An area and all that lie in it."""
        if area not in self._areas:
            below = area_tree(self.project).descendants(area)
            self._areas[area] = frozenset((area, *(one.code for one in below)))
        return self._areas[area]

    def _tells(
        self, indicator: Indicator, area: str, rows: Iterable[Any], start: dt.date, end: dt.date
    ) -> bool:
        """Whether a figure over some days may tell a hidden cell: it is made of one.

        A running total that is published itself tells nothing more.
        """
        first, last = pd.Timestamp(start), pd.Timestamp(end)
        terms = {(one.measure, one.breakdown) for one in rows if first <= one.period_end <= last}
        return any(
            not self._is_published(measure, part, area, first, last) for measure, part in terms
        )

    def _is_published(
        self, measure: str, part: str, area: str, start: pd.Timestamp, end: pd.Timestamp
    ) -> bool:
        """Whether a measure has a published figure of exactly these days for an area itself."""
        rows = self._observed.rows(measure, [area])
        rows = rows[
            (rows["breakdown"] == part) & rows["value"].notna()
            & (rows["period_start"] == start) & (rows["period_end"] == end)
        ]  # fmt: skip
        return not rows.empty and not bool(
            is_hidden(rows, hidden_until(self.project, self.as_of)).any()
        )


def public_standing(project: Project, day: dt.date) -> PublicStanding:
    """How areas stand in public on a day: one for all reports of a process that ask for it."""
    return _STANDINGS.get((state_of(project), day), lambda: PublicStanding(project, day))


def _dimension(part: str) -> str:
    """The dimension that a part belongs to; one that nothing is called for the whole."""
    return "" if part == TOTAL else part.partition("=")[0]


def _without(figure: Figure) -> Figure:
    """Return a figure without what may not be told; a part counts as missing."""
    return replace(
        figure, value=None, least=None, most=None, numerator=None, denominator=None,
        missing=(*figure.missing, HIDDEN), facts={},
    )  # fmt: skip
