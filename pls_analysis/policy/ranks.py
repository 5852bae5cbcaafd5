"""Which place does an area take among its like? (rule S6)"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist
from typing import Any

from pls_analysis.policy.figures import Figure, Range, Verdict
from pls_analysis.policy.pace import Question, latest
from pls_analysis.policy.targets import By

Sampled = tuple[Fraction, Fraction | None]
"""A value and the size of the sample it comes from; None where it comes from none."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The place an area takes, and the best and the worst that sampling leaves possible."""

    rank: int
    best: int
    worst: int
    among: int


def standing(own: str, values: Mapping[str, Sampled], confidence_pct: float | None) -> Standing:
    """Return the place of an area among others: 1 and those strictly better; ties share it.

    With a confidence the values are percentages of samples, and two that differ by no more than
    their sampling error may stand either way.
    """
    value, _ = values[own]
    others = [one for code, one in values.items() if code != own]
    rank = 1 + sum(other > value for other, _ in others)
    if confidence_pct is None:
        return Standing(rank, rank, rank, len(values))
    z = NormalDist().inv_cdf(0.5 + confidence_pct / 200)
    signs = [_differs(values[own], other, z) for other in others]
    return Standing(rank, 1 + signs.count(1), len(values) - signs.count(-1), len(values))


def _differs(own: Sampled, other: Sampled, z: float) -> int:
    """Return 1 where another is surely better, -1 where it is surely worse, else 0."""
    error = math.sqrt(sum(_variance(one) for one in (own, other)))
    difference = float(other[0] - own[0])
    return 0 if abs(difference) <= z * error else 1 if difference > 0 else -1


def _variance(sampled: Sampled) -> float:
    value, size = sampled
    assert size is not None
    return float(value * (100 - value) / size)


def judge_rank(question: Question, series: Sequence[Figure]) -> Verdict:
    """Judge a rank that has to be among the first k.

    The value of each figure is the rank; its facts hold the `standing`, or `why` there is none.
    Before the day of a `by` target a rank has no path: what is not reached is not due. One of
    every year is met or missed when the year is over.
    """
    figure, why = latest(question, series)
    if figure is None:
        return question.answer("no_data", why=why)
    if figure.year < question.judging.first_year:
        return question.answer("not_due", figure, why="before_first_year")
    place: Standing | None = figure.facts.get("standing")
    if place is None:
        return question.answer("no_data", figure, why=figure.facts.get("why", "parts_missing"))
    facts: dict[str, Any] = {"best": place.best, "worst": place.worst, "among": place.among}
    wanted = question.range
    by = isinstance(question.target.when, By)
    running = not by and not figure.over
    if _within(wanted, place.worst):
        status = "on_track" if running else "met"
    elif _within(wanted, place.best):
        status = "too_few"
    elif by and not question.closed:
        status = "not_due"
    else:
        status = "off_track" if running else "missed"
    if figure.end > question.judging.horizon and not by:
        facts["beyond_plan"] = True
    return question.answer(status, figure, **facts)


def _within(wanted: Range, rank: int) -> bool:
    return wanted.gap(Fraction(rank)) == 0
