"""Does it rise, or fall, from one year to the next, or since the baseline? (rule S3)"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from pls_analysis.policy.figures import Figure, Verdict, known, later, up_to
from pls_analysis.policy.pace import Question, baseline, judge_by, latest


def judge_change(question: Question, series: Sequence[Figure]) -> Verdict:
    """Judge a change from year to year: whole years, or the same period of the year before."""
    figure, why = latest(question, series)
    if figure is None:
        return _not_compared(question, "no_data", None, why)
    if figure.year < question.judging.first_year:
        return _not_compared(question, "not_due", figure, "before_first_year")
    before = _year_before(figure, series)
    if before is None:
        return _not_compared(question, "not_due", figure, "nothing_to_compare")
    if _breaks(series, before, figure):
        return _not_compared(question, "no_data", figure, "break")
    if figure.value is None or before.value is None or figure.missing != before.missing:
        return _not_compared(question, "no_data", figure, "parts_missing")
    good, bad = ("met", "missed") if figure.over else ("on_track", "off_track")
    verdict = _compared(question, figure, before, good, bad)
    if figure.end > question.judging.horizon:
        verdict = verdict.noting(beyond_plan=True)
    return verdict.noting(before=before.value)


def _not_compared(question: Question, status: str, figure: Figure | None, why: str) -> Verdict:
    """Say why there is no comparison: without one nothing is required and there is no gap."""
    return replace(question.answer(status, figure, why=why), required=None, gap=None)


def _compared(question: Question, figure: Figure, before: Figure, good: str, bad: str) -> Verdict:
    """Judge two figures; required is the one of before, and the gap what lies between them."""
    assert figure.value is not None
    assert before.value is not None
    change = figure.value - before.value
    wanted = question.range
    holds = wanted.surely(known(figure.start, figure.end, change)) or _at_limit(question, figure)
    few = question.indicator.few_cases
    status = good if holds else bad
    if few and figure.value != _floor(question) and _fewer(figure, few) and _fewer(before, few):
        status = "too_few"
    gap = Fraction(0) if holds else wanted.gap(change)
    end = wanted.end or Fraction(0)
    return replace(question.answer(status, figure, before.value + end), gap=gap)


def _floor(question: Question) -> Fraction | None:
    floor = question.target.measured.floor
    return None if floor is None else Fraction(floor.number)


def _at_limit(question: Question, figure: Figure) -> bool:
    """Whether a figure is as low, or as high, as it can be."""
    ceiling = question.target.measured.ceiling
    limits = [_floor(question), None if ceiling is None else Fraction(ceiling.number)]
    return figure.value is not None and figure.value in limits


def _fewer(figure: Figure, cases: int) -> bool:
    return figure.numerator is not None and figure.numerator < cases


def _year_before(figure: Figure, series: Sequence[Figure]) -> Figure | None:
    """Return the figure of the same stretch of the year before, of the whole year where it is one.

    The stretch has to be the same to the day: a year to 20 May is not compared with one to 31 May.
    """
    start, end = later(figure.start, -12), later(figure.end, -12)
    for one in series:
        if one.year != figure.year - 1:
            continue
        same = one.end == end and (one.start == start or not figure.accrues)
        if (figure.over and one.over) or (not figure.over and same):
            return one
    return None


def _breaks(series: Sequence[Figure], before: Figure, figure: Figure) -> bool:
    """Whether the series is marked as broken after one figure and up to another."""
    return any("b" in one.marks for one in up_to(series, figure.end) if one.end > before.end)


def judge_gain(question: Question, series: Sequence[Figure]) -> Verdict:
    """Judge what has been gained since the baseline, by a day; at its ceiling it is reached."""
    base = baseline(question, series)
    figure, why = latest(question, series)
    if figure is None:
        return question.answer("no_data", why=why)
    if base is None or base.value is None:
        status = "no_data" if question.closed else "not_due"
        return replace(question.answer(status, figure, why="no_baseline"), gap=None)
    if _breaks(series, base, figure):
        return replace(question.answer("no_data", figure, why="break"), gap=None)
    if _at_limit(question, figure):
        status = "on_track" if figure.running else "met"
        return question.answer(status, _gained(figure, base), before=base.value)
    verdict = judge_by(question, [_gained(one, base) for one in series])
    return verdict.noting(before=base.value)


def _gained(figure: Figure, base: Figure) -> Figure:
    """Return what a figure is above the baseline; the figure itself stays among its facts."""
    if figure.value is None or base.value is None:
        return figure
    return replace(
        figure,
        value=figure.value - base.value,
        least=None if figure.least is None else figure.least - base.value,
        most=None if figure.most is None else figure.most - base.value,
        facts={**figure.facts, "itself": figure.value},
    )
