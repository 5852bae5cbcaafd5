"""Is a target met, and if its day has not come, is it on its way? (rules S1, S2, S5, S7, S10)

Stocks, quotients and shares go from the baseline to the bound in a straight line of days; sums from
0 at the start of their first day. The day on which a figure ends is the day it is held against.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pls_analysis.periods import Period
from pls_analysis.policy.catalogue import RHYTHMS, Indicator, Judging
from pls_analysis.policy.figures import Figure, Range, Verdict, later, range_of, up_to
from pls_analysis.policy.targets import Bound, By, Every, Target


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a target of an indicator, as of a day, under a policy's rules."""

    target: Target
    indicator: Indicator
    as_of: dt.date
    judging: Judging

    @property
    def bound(self) -> Bound:
        """The target's bound; only targets that have one are judged."""
        assert self.target.bound is not None
        return self.target.bound

    @property
    def range(self) -> Range:
        """The values that satisfy it."""
        return range_of(self.bound)

    @property
    def date(self) -> dt.date:
        """The day by which it has to hold."""
        assert isinstance(self.target.when, By)
        return self.target.when.date

    @property
    def closed(self) -> bool:
        """Whether that day has passed."""
        return isinstance(self.target.when, By) and self.as_of > self.target.when.date

    def answer(
        self, status: str, figure: Figure | None = None, required: Fraction | None = None,
        **facts: Any,
    ) -> Verdict:  # fmt: skip
        """Return a verdict on this question."""
        value = None if figure is None else figure.value
        if self.bound.planned is not None and value is not None:
            facts["over_planned"] = value > Fraction(self.bound.planned)
        end = self.range.end
        gap = None if value is None or end is None else self.range.gap(value)
        return Verdict(status, figure, end if required is None else required, gap, facts)

    def weigh(
        self, figure: Figure, wanted: Range, good: str, bad: str, required: Fraction | None = None,
        **facts: Any,
    ) -> Verdict:  # fmt: skip
        """Return `good` where a figure surely lies in a range, `bad` where it cannot lie there."""
        status = good if wanted.surely(figure) else "no_data" if wanted.possibly(figure) else bad
        return self.answer(status, figure, required, **facts)


def latest(question: Question, series: Sequence[Figure]) -> tuple[Figure | None, str]:
    """Return the figure to judge and "", or None and why there is none.

    Before the day: the last one, unless it is older than one rhythm and the days of grace. After
    it: the last that ends on or before the day, unless a later one was due by then.
    """
    last = question.date if question.closed else question.as_of
    found = up_to(series, last)
    if not found:
        return None, "nothing_filed"
    next_end = later(found[-1].end, question.indicator.months)
    if question.closed:
        return (found[-1], "") if next_end > last else (None, "closing_figure_missing")
    grace = dt.timedelta(days=question.judging.grace[question.indicator.rhythm])
    return (found[-1], "") if question.as_of <= next_end + grace else (None, "too_old")


def smallest_denominator(bound: Bound, scale: int) -> int:
    """Return the smallest denominator at which one case alone does not break a bound; 0: any."""
    if bound.lower is not None:
        allowed, is_open = 1 - Fraction(bound.lower.number) / scale, bound.lower_open
    elif bound.upper is not None:
        allowed, is_open = Fraction(bound.upper.number) / scale, bound.upper_open
    else:
        return 0
    if allowed <= 0:
        return 0
    return math.floor(1 / allowed) + 1 if is_open else math.ceil(1 / allowed)


def too_few(question: Question, figure: Figure) -> int:
    """Return the denominator a quotient should have and has not; 0 where it is large enough."""
    if question.target.measured.kind not in ("ratio", "each") or figure.denominator is None:
        return 0
    wanted = smallest_denominator(question.bound, question.indicator.scale)
    return wanted if figure.denominator < wanted and not figure.missing else 0


def judge_by(question: Question, series: Sequence[Figure]) -> Verdict:
    """Judge a stock, a quotient or a share that has to come to its bound by a day."""
    figure, why = latest(question, series)
    if figure is None:
        return question.answer("no_data", why=why)
    if wanted := too_few(question, figure):
        return question.answer("too_few", figure, smallest_denominator=wanted)
    if question.closed:
        return settle(question, figure)
    if question.range.surely(figure) and not figure.running:
        return question.answer("met", figure)
    base = baseline(question, series)
    if base is None or base.value is None:
        return question.answer("not_due", figure, why="no_baseline")
    path, required = _path(question, base, figure.end)
    return question.weigh(figure, path, "on_track", "off_track", required, baseline=base.value)


def settle(question: Question, figure: Figure) -> Verdict:
    """Judge a figure that nothing will change any more: met, missed, or not known."""
    return question.weigh(figure, question.range, "met", "missed")


def baseline(question: Question, series: Sequence[Figure]) -> Figure | None:
    """Return the figure that a path or a gain starts from: whole, and of the baseline's days."""
    judging = question.judging
    found = [
        one
        for one in up_to(series, judging.baseline)
        if one.end >= judging.baseline_from and not one.missing
    ]
    return found[-1] if found and found[-1].value is not None else None


def _path(question: Question, base: Figure, day: dt.date) -> tuple[Range, Fraction]:
    """Return what is required on a day on the way from the baseline: as a range, and as a value."""
    wanted, start = question.range, question.judging.baseline
    goal, begun = wanted.end, base.value
    assert goal is not None
    assert begun is not None
    if wanted.surely(base):
        return wanted, goal
    share = Fraction((day - start).days, (question.date - start).days)
    required = begun + (goal - begun) * share
    return wanted.moved(required), required


def judge_cumulative(question: Question, series: Sequence[Figure]) -> Verdict:
    """Judge a sum since a day that has to come to its bound by another."""
    figure, why = latest(question, series)
    if figure is None:
        return question.answer("no_data", why=why)
    if question.closed:
        return settle(question, figure)
    whole = Period(figure.start, question.date).days
    return _accrued(question, figure, whole)


def judge_year(question: Question, series: Sequence[Figure]) -> Verdict:
    """Judge a sum or a quotient of a year: of every year, or of the year of the day it is due."""
    figure, why = latest(question, series)
    if figure is None:
        return question.answer("no_data", why=why)
    first = question.date.year if isinstance(question.target.when, By) else None
    if figure.year < (first or question.judging.first_year):
        status = "no_data" if question.closed else "not_due"
        return question.answer(status, figure, why="before_first_year")
    if wanted := too_few(question, figure):
        return question.answer("too_few", figure, smallest_denominator=wanted)
    if figure.over or question.closed:
        verdict = settle(question, figure)
    elif question.target.measured.kind == "sum":
        verdict = _accrued(question, figure, _days_of_year(question, figure.year))
    else:
        verdict = question.weigh(figure, question.range, "on_track", "off_track")
    return _beyond(question, verdict, figure.end)


def _beyond(question: Question, verdict: Verdict, end: dt.date) -> Verdict:
    """Mark what is judged after the end of the plan: what is asked every year goes on."""
    return verdict.noting(beyond_plan=True) if end > question.judging.horizon else verdict


def _days_of_year(question: Question, year: int) -> int:
    return question.indicator.year.part(year, 12, 1).days


def _accrued(question: Question, figure: Figure, days: int) -> Verdict:
    """Judge a sum on its way: what it is required to be grows by the day."""
    wanted, goal = question.range, question.range.end
    assert goal is not None
    covered = Period(figure.start, figure.end).days
    required = goal * covered / days
    if wanted.low is not None and wanted.surely(figure):
        return question.answer("met", figure)
    if wanted.high is not None and not wanted.possibly(figure):
        return question.answer("missed", figure, required)
    if question.target.measured.span == "year" and covered < question.judging.flow_days:
        return question.answer("not_due", figure, required, why="year_just_begun")
    return question.weigh(figure, wanted.moved(required), "on_track", "off_track", required)


def last_period(question: Question, months: int) -> Period:
    """Return the last period of so many months that is over, in the indicator's year."""
    rule, day = question.indicator.year, question.as_of
    parts = [
        rule.part(year, months, number)
        for year in (day.year - 1, day.year, day.year + 1)
        for number in range(1, 12 // months + 1)
    ]
    return max(part for part in parts if part.end <= day)


def judge_every_period(question: Question, series: Sequence[Figure]) -> Verdict:
    """Judge what has to hold in every month (quarter, …): the last that is over, nothing older."""
    assert isinstance(question.target.when, Every)
    span = question.target.when.span
    months = RHYTHMS.get(span, question.indicator.months)
    period = last_period(question, months)
    if period.start < question.judging.first_month:
        return question.answer("not_due", why="before_first_period")
    found = [one for one in series if one.end == period.end]
    if not found:
        before = up_to(series, period.end)
        last = before[-1].end if before else None
        return question.answer("no_data", why="nothing_filed", period=period, last_end=last)
    if wanted := too_few(question, found[0]):
        return question.answer("too_few", found[0], smallest_denominator=wanted)
    return _beyond(question, settle(question, found[0]), period.end)


def judge_milestone(question: Question, series: Sequence[Figure]) -> Verdict:
    """Judge whether something is done: by a dated declaration, never otherwise.

    A figure's value is the day as yyyymmdd; None where it is said not to be done yet.
    """
    told = up_to(series, question.as_of)
    days = [(as_day(one.value), one) for one in told if one.value is not None]
    done = [(day, one) for day, one in days if day <= question.as_of]
    if done:
        day, figure = done[-1]
        if day <= question.date:
            return question.answer("met", figure, done=day)
        return question.answer("missed", figure, done=day, late=True)
    figure, why = latest(question, series)
    if figure is None and question.closed and told and told[-1].end > question.date:
        figure = told[-1]
    if figure is None:
        return question.answer("no_data", why=why)
    return question.answer("missed" if question.closed else "not_due", figure)


def as_day(value: Fraction | float) -> dt.date:
    """Return the day that a figure of the unit 日期 stands for: 20221231."""
    number = int(value)
    return dt.date(number // 10_000, number // 100 % 100, number % 100)
