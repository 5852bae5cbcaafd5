"""Judge a target by its figures: which rule is for which kind of target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pls_analysis.policy.figures import Figure, Verdict, known, up_to
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
        return judge_every_period(question, series)
    verdict = judge_year(question, series)
    return verdict.noting(below=_periods_below(question, series, verdict.figure))


def _periods_below(
    question: Question, series: Sequence[Figure], last: Figure | None
) -> list[dict[str, Any]]:
    """List the periods of a year whose own quotient does not satisfy the bound."""
    if last is None or question.target.measured.kind != "ratio":
        return []
    found, before = [], None
    for one in up_to(series, last.end):
        if one.year != last.year or one.numerator is None or one.denominator is None:
            continue
        if one.missing:
            before = None
            continue
        begun = before is not None or one.start == last.start
        less = (before.numerator or 0, before.denominator or 0) if before else (0, 0)
        top, bottom = one.numerator - less[0], one.denominator - less[1]
        if begun and bottom > 0:
            value = top * question.indicator.scale / bottom
            if not question.range.surely(known(one.start, one.end, value)):
                found.append({"end": one.end, "value": value, "denominator": bottom})
        before = one
    return found


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
