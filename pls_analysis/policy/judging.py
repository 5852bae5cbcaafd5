"""Judge a target by its figures: which rule is for which kind of target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from pls_analysis.periods import Period
from pls_analysis.policy.accrual import DAY
from pls_analysis.policy.catalogue import RHYTHMS, Indicator
from pls_analysis.policy.figures import Figure, Verdict, up_to
from pls_analysis.policy.pace import (
    Question,
    judge_by,
    judge_cumulative,
    judge_every_period,
    judge_milestone,
    judge_year,
)
from pls_analysis.policy.ranks import judge_rank
from pls_analysis.policy.targets import By
from pls_analysis.policy.trends import judge_change, judge_gain

WORST_FIRST = (
    "missed", "no_data", "off_track", "too_few", "not_due", "on_track", "met",
)  # fmt: skip
"""Of parts that are judged apart, the first of these statuses is that of the whole."""


def judge(question: Question, series: Sequence[Figure]) -> Verdict:
    """Return the verdict on one target by the figures of its measure (rules S1 to S10).

    An `each` is judged by the share that complies. What a policy only explores is met or monitored.
    """
    verdict = _judged(question, series)
    now = up_to(series, question.as_of)
    if not question.closed or not now or now[-1].end <= question.date:
        return verdict
    return verdict.noting(current={"value": now[-1].value, "end": now[-1].end})


def _judged(question: Question, series: Sequence[Figure]) -> Verdict:
    measured, when = question.target.measured, question.target.when
    match measured.kind:
        case "milestone":
            return judge_milestone(question, series)
        case "rank_in":
            return judge_rank(question, series)
        case "change":
            return judge_change(question, series)
        case "gain":
            return judge_gain(question, series)
        case "sum" if measured.since is not None:
            return judge_cumulative(question, series)
    if isinstance(when, By):
        return (judge_year if measured.kind == "sum" else judge_by)(question, series)
    assert when is not None
    if when.span != "year":
        months = RHYTHMS.get(when.span, question.indicator.months)
        return judge_every_period(question, own_periods(series, question.indicator, months))
    verdict = judge_year(question, series)
    return verdict.noting(below=_periods_below(question, series, verdict.figure))


def own_periods(series: Sequence[Figure], indicator: Indicator, months: int) -> list[Figure]:
    """Return what figures that grow through the year are of each period of so many months alone.

    A period whose year was not whole up to its start and its end has no value. Figures that do
    not grow are themselves, and so are those that are no sums: how many parts occur, a gap.
    """
    if indicator.adds not in ("sum", "ratio") or not any(one.accrues for one in series):
        return list(series)
    by_end = {one.end: one for one in series}
    found = []
    for year in sorted({one.year for one in series}):
        for number in range(1, 12 // months + 1):
            period = indicator.year.part(year, months, number)
            if (figure := by_end.get(period.end)) is not None:
                before = None if number == 1 else by_end.get(period.start - DAY)
                found.append(_alone(figure, before, period, number == 1, indicator))
    return found


def _alone(
    figure: Figure, before: Figure | None, period: Period, first: bool, indicator: Indicator
) -> Figure:
    """Return what a figure is without what it was before the period."""
    own = replace(figure, start=period.start, accrues=False)
    gaps = (*figure.missing, *(before.missing if before else ()))
    if gaps or (before is None and not first):
        missing = gaps or (f"{period.start - DAY}",)
        return replace(own, value=None, least=None, most=None, missing=missing)
    if indicator.adds != "ratio":
        value = (figure.value or 0) - ((before.value or 0) if before else 0)
        return replace(own, value=value, least=value, most=value)
    top, bottom = (
        (getattr(figure, name) or 0) - ((getattr(before, name) or 0) if before else 0)
        for name in ("numerator", "denominator")
    )
    value = Fraction(top) * indicator.scale / bottom if bottom > 0 else None
    return replace(own, value=value, least=value, most=value, numerator=top, denominator=bottom)


def _periods_below(
    question: Question, series: Sequence[Figure], last: Figure | None
) -> list[dict[str, Any]]:
    """List the periods of a year whose own quotient does not satisfy the bound."""
    if last is None or question.target.measured.kind != "ratio":
        return []
    year = [one for one in up_to(series, last.end) if one.year == last.year]
    return [
        {"end": one.end, "value": one.value, "denominator": one.denominator}
        for one in own_periods(year, question.indicator, question.indicator.months)
        if one.value is not None and not question.range.surely(one)
    ]


def combined(verdicts: Mapping[str, Verdict]) -> Verdict:
    """Return the verdict on parts that are judged apart and all have to comply.

    It is that of the worst part; a part without data leaves the whole without, unless another part
    is missed.
    """
    name = min(verdicts, key=lambda one: WORST_FIRST.index(verdicts[one].status))
    parts = {
        one: {"status": each.status, "value": each.figure.value if each.figure else None}
        for one, each in verdicts.items()
    }
    return verdicts[name].noting(part=name, parts=parts)


def softened(verdict: Verdict, strength: str) -> Verdict:
    """Return what may be said of a target that is only explored: met, or monitored."""
    if strength != "explored" or verdict.status == "met":
        return verdict
    return Verdict("monitored", verdict.figure, None, None, verdict.facts)
