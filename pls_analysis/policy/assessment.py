"""Every target of a policy judged for an area as of a day, with the figures and cells behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import pandas as pd

from pls_analysis.areas import AreaTree
from pls_analysis.policy.catalogue import Catalogue, Entry, Indicator, Judged, Unit
from pls_analysis.policy.complying import AT_LEAST_ONE, all_of, shares
from pls_analysis.policy.composites import gap_between_kinds, parts_that_occur
from pls_analysis.policy.contracts import Ledgers, months_until
from pls_analysis.policy.evidence import cells_at, cells_of, cells_of_units
from pls_analysis.policy.figures import Figure, Verdict, range_of, up_to
from pls_analysis.policy.judging import combined, judge, softened
from pls_analysis.policy.neighbours import ranks, shares_of
from pls_analysis.policy.observed import Observed
from pls_analysis.policy.pace import Question
from pls_analysis.policy.targets import Measured, Target
from pls_analysis.reads import note

KEYS = (
    "indicator", "area", "status", "value", "required", "gap", "unit", "denominator", "target",
    "clause", "evidence",
)  # fmt: skip
"""What every assessment has in JSON; more keys follow them."""

SUMS = ("sum", "ratio", "stock", "none")
"""Ways of adding up whose figures can be asked for from any day on."""
_HIDDEN = ("standing", "units", "among")


@dataclass(frozen=True, slots=True)
class Assessment:
    """One target judged for one area: the status never comes alone.

    `value`, `required` and `gap` are in `unit`; `gap` is how far the value is from the bound, and
    `required` what was asked of it on the day it stands for (`end`). `evidence` are cells:
    "submission sheet!C5:C9". `facts` say more: why there is no verdict, who fails, ranks, and which
    of the cells are taken off from the others (`less`). `beside` are other readings that decide
    nothing.
    """

    entry: Entry
    area: str
    status: str
    value: float | None = None
    required: float | None = None
    gap: float | None = None
    unit: str = ""
    denominator: float | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    evidence: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    beside: tuple[Mapping[str, Any], ...] = ()

    def as_row(self) -> dict[str, Any]:
        """Return it as plain values, KEYS first: what `pls assess --json` prints."""
        entry = self.entry
        first = {
            "indicator": entry.indicator.id, "area": self.area, "status": self.status,
            "value": self.value, "required": self.required, "gap": self.gap, "unit": self.unit,
            "denominator": self.denominator, "target": entry.id, "clause": entry.clause,
            "evidence": list(self.evidence),
        }  # fmt: skip
        return first | {
            "algebra": str(entry.target), "task": entry.task, "strength": entry.strength,
            "start": self.start, "end": self.end, "public": entry.public,
            "facts": dict(self.facts), "beside": [dict(one) for one in self.beside],
        }  # fmt: skip


def assess(
    catalogue: Catalogue,
    observations: pd.DataFrame,
    tree: AreaTree,
    home: str,
    as_of: dt.date,
    area: str,
    entries: Iterable[Entry] | None = None,
) -> list[Assessment]:
    """Judge targets (by default all) for an area as of a day, in the order of the policy.

    `observations` has at least the columns that `observed.NEEDED` lists. Targets that are not the
    area's are left out: a town is told only what it is judged on and what its report shows.
    """
    assessor = Assessor(catalogue, Observed(observations, tree, home, as_of), area)
    return assessor.assess_all(catalogue.targets.values() if entries is None else entries)


class Assessor:
    """Judges targets for one area; figures are asked of the observations as they are needed."""

    def __init__(self, catalogue: Catalogue, observed: Observed, area: str) -> None:
        self.catalogue, self.observed, self.area = catalogue, observed, area
        tree = observed.tree
        self.level = tree[area].level
        self.at_home = self.level == tree[observed.home].level
        self.below_home = tree[area].parent == observed.home

    def elsewhere(self, area: str) -> Assessor:
        """Return the assessor of another area, which shares what this one has read."""
        other = Assessor(self.catalogue, self.observed, area)
        if any(unit.contracts for unit in self.catalogue.units.values()):
            other.ledgers = self.ledgers
        return other

    def concerns(self, entry: Entry) -> bool:
        """Whether a target is judged for the area or shown in its report."""
        if self.at_home or self.level in entry.judged_at:
            return True
        kinds = entry.indicator.kinds
        counts = not kinds or self.observed.tree[self.area].kind in kinds
        return self.below_home and entry.town_view != "no" and counts

    def assess_all(self, entries: Iterable[Entry]) -> list[Assessment]:
        """Judge those of some targets that concern the area."""
        return [self.assess(entry) for entry in entries if self.concerns(entry)]

    def trajectory(self, entry: Entry) -> list[Figure]:
        """Return the figures that a target of the area is judged by, in the order of their days."""
        note(Judged(entry.id))
        return up_to(self.series(self._shown(entry.indicator), entry.target), self.observed.as_of)

    def assess(self, entry: Entry) -> Assessment:
        note(Judged(entry.id))
        indicator = self._shown(entry.indicator)
        question = self._question(indicator, entry.target)
        if self.level in entry.judged_at:
            verdict = softened(self.judge(question), entry.strength)
        else:
            verdict = self._monitored(question, entry)
        return self._written(entry, question, verdict)

    def look_up(self, indicator: Indicator, since: dt.date) -> Assessment:
        """Return an indicator's latest figure without a verdict; what adds up runs from a day."""
        kind = {"date": "milestone"}.get(
            indicator.adds, "sum" if indicator.adds in SUMS else "value"
        )
        measured = Measured(kind, indicator.id, since=since if kind == "sum" else None)
        entry = Entry(indicator.id, indicator, Target(measured), indicator.name, "", 0,
                      public=indicator.public)  # fmt: skip
        question = self._question(indicator, entry.target)
        return self._written(entry, question, self._monitored(question, entry))

    def _question(self, indicator: Indicator, target: Target) -> Question:
        return Question(target, indicator, self.observed.as_of, self.catalogue.judging)

    def _shown(self, indicator: Indicator) -> Indicator:
        """Return what an area below home shows of an indicator that is only filed for home."""
        return self.catalogue.indicators.get(indicator.below, indicator) if (
            self.below_home and indicator.below
        ) else indicator  # fmt: skip

    # -- verdicts

    def judge(self, question: Question) -> Verdict:
        """Return the verdict on a target of an indicator for the area."""
        if question.target.measured.kind == "each":
            return self._each(question)
        return judge(question, self.series(question.indicator, question.target))

    def _each(self, question: Question) -> Verdict:
        units = [self.catalogue.units[name] for name in question.target.measured.units]
        indicator = question.indicator
        if any(unit.contracts for unit in units):
            series = self.series(indicator, question.target)
            return judge(replace(question, target=all_of(question.target)), series)
        [unit] = units
        if unit.level == self.level:
            return judge(question, self.observed.figures(indicator, self.area))
        if unit.level:
            series = self.series(indicator, question.target)
            return judge(replace(question, target=all_of(question.target)), series)
        return combined({
            name: judge(replace(question, indicator=part), self.observed.figures(part, self.area))
            for name, part in self._apart(unit, indicator)
        })  # fmt: skip

    def _apart(self, unit: Unit, indicator: Indicator) -> list[tuple[str, Indicator]]:
        """Return the parts that a target judges apart, each as an indicator of its own."""
        if unit.levels:
            own = self.observed.tree.path(self.area)[:-1]
            above = {step.level for step in own}
            return [
                (level, replace(indicator, at=level, parts=level))
                for level in unit.levels
                if level not in above
            ]
        return [
            (part.partition("=")[2], replace(
                indicator,
                numerator=tuple(replace(one, breakdown=part) for one in indicator.numerator),
                denominator=tuple(replace(one, breakdown=part) for one in indicator.denominator),
            ))
            for part in unit.breakdown
        ]  # fmt: skip

    def _monitored(self, question: Question, entry: Entry) -> Verdict:
        """Return the latest figure without a verdict, with the area's share where one is due."""
        target = question.target
        if target.measured.kind == "each":
            target = replace(target, measured=replace(target.measured, kind="value", units=()))
        found = up_to(self.series(question.indicator, target), question.as_of)
        verdict = Verdict("monitored", found[-1] if found else None)
        if entry.town_view == "share" and target.bound is not None and not self.at_home:
            verdict = verdict.noting(share=self._share(question))
        return verdict

    def _share(self, question: Question) -> Fraction | None:
        """Return the part of a bound that falls to the area by the number of its villages."""
        tree, end = self.observed.tree, question.range.end
        level = question.indicator.at
        counts = [len(tree.descendants(one, level, question.as_of))
                  for one in (self.area, self.observed.home)]  # fmt: skip
        return None if end is None or not counts[1] else end * counts[0] / counts[1]

    # -- figures

    def series(self, indicator: Indicator, target: Target) -> list[Figure]:
        """Return the figures that a target of an indicator is judged by."""
        measured = target.measured
        match measured.kind:
            case "share_of":
                return shares_of(self.observed, indicator, self.area, measured.within)
            case "rank_in":
                confidence = self.catalogue.judging.confidence_pct
                return ranks(self.observed, indicator, self.area, measured.within, confidence)
            case "each":
                return self._complying(indicator, target)
            case "sum" if measured.since is not None:
                return self.observed.figures(indicator, self.area, measured.since)
        match indicator.adds:
            case "parts":
                return parts_that_occur(self.observed, indicator, self.area)
            case "gap":
                return gap_between_kinds(self.observed, indicator, self.area)
            case "coverage":
                wanted = indicator.levels
                return shares(self.observed, indicator, self.area, wanted, AT_LEAST_ONE)
            case "contracts":
                return self.ledgers.coverage(self.area, self._months())
        return self.observed.figures(indicator, self.area)

    def _complying(self, indicator: Indicator, target: Target) -> list[Figure]:
        assert target.bound is not None
        units = [self.catalogue.units[name] for name in target.measured.units]
        wanted, planned = range_of(target.bound), target.bound.planned
        if not any(unit.contracts for unit in units):
            levels = tuple(unit.level for unit in units)
            return shares(self.observed, indicator, self.area, levels, wanted, planned)
        measure = indicator.numerator[0].measure
        ask = self.ledgers.visits if len(units) > 1 else self.ledgers.hours
        return ask(measure, self.area, wanted, self._months())

    @cached_property
    def ledgers(self) -> Ledgers:
        """The ledgers of the policy's unit that has contracts."""
        unit = next(one for one in self.catalogue.units.values() if one.contracts)
        return Ledgers(self.observed, unit)

    def _months(self):
        return months_until(self.catalogue.judging.first_month, self.observed.as_of)

    # -- what is told

    def _written(self, entry: Entry, question: Question, verdict: Verdict) -> Assessment:
        figure = verdict.figure
        dated = question.target.measured.kind == "milestone"
        evidence, less = self._evidence(question, verdict)
        return Assessment(
            entry=entry,
            area=self.area,
            status=verdict.status,
            value=None if dated or figure is None else _plain(figure.value),
            required=None if dated else _plain(verdict.required),
            gap=None if dated else _plain(verdict.gap),
            unit=self._unit(question),
            denominator=None if figure is None else _plain(figure.denominator),
            start=None if figure is None else figure.start,
            end=None if figure is None else figure.end,
            evidence=tuple(evidence),
            facts=_plain(self._facts(verdict) | ({"less": less} if less else {})),
            beside=tuple(self._beside(entry, verdict)),
        )

    def _unit(self, question: Question) -> str:
        kind, indicator = question.target.measured.kind, question.indicator
        if kind == "rank_in":
            return ""
        names = question.target.measured.units
        alone = [self.catalogue.units[name].level for name in names] == [self.level]
        if kind == "share_of" or (kind == "each" and not alone):
            return "%"
        return indicator.unit

    def _facts(self, verdict: Verdict) -> dict[str, Any]:
        # A year before of 0 is a fact; 0 equals False.
        facts = {key: value for key, value in verdict.facts.items()
                 if value is not None and value is not False and value not in ("", [])}  # fmt: skip
        figure = verdict.figure
        if figure is None:
            return facts
        facts |= {key: value for key, value in figure.facts.items() if key not in _HIDDEN}
        if figure.missing:
            facts["missing"] = list(figure.missing)
            absent = {name.split()[0] for name in figure.missing}
            facts |= {"parts_in": figure.expected - len(absent), "parts_expected": figure.expected}
        if marks := "".join(sorted(figure.marks)):
            facts["marks"] = marks
        if figure.numerator is not None:
            facts["numerator"] = figure.numerator
        return facts

    def _beside(self, entry: Entry, verdict: Verdict) -> Iterable[dict[str, Any]]:
        for indicator, target in entry.beside:
            question = self._question(indicator, target)
            if target.bound is None or self.level not in entry.judged_at:
                found = up_to(self.series(indicator, target), question.as_of)
                one = Verdict("monitored", found[-1] if found else None)
            else:
                one = self.judge(question)
            yield {
                "indicator": indicator.id,
                "algebra": str(target),
                "status": one.status,
                "value": _plain(one.figure.value) if one.figure else None,
                "unit": self._unit(question),
                "gap": _plain(one.gap),
                "differs": one.status not in ("monitored", verdict.status),
            }

    def _evidence(self, question: Question, verdict: Verdict) -> tuple[list[str], list[str]]:
        """Return the cells behind a verdict, and those of them that are taken off.

        They are those of who fails, where someone does, else all.
        """
        figure, indicator = verdict.figure, question.indicator
        if figure is None:
            return [], []
        if standing := figure.facts.get("among"):
            return cells_at(self.observed, indicator.numerator, standing, figure), []
        if "complying" in figure.facts:
            failing = figure.facts["failing"] or figure.facts["units"]
            measured = question.target.measured
            ledgers = any(self.catalogue.units[name].contracts for name in measured.units)
            named = cells_of_units if ledgers else cells_at
            return named(self.observed, indicator.numerator, failing, figure), []
        if part := verdict.facts.get("part"):
            units = [self.catalogue.units[name] for name in question.target.measured.units]
            indicator = dict(self._apart(units[0], indicator))[part]
        place = self.observed.place(indicator, self.area)
        if indicator.adds in ("parts", "date"):
            return cells_at(self.observed, indicator.numerator, place.codes, figure), []
        return cells_of(self.observed, indicator, place, figure)


def _plain(value: Any) -> Any:
    """Return exact numbers as floats and days as text, wherever in a value they stand."""
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | None) else str(value)
