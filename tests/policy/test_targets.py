"""The algebra: what is written is what is read, and what is wrong is said with its place."""

from __future__ import annotations

import datetime as dt
from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_rows import policy_rows

from pls_analysis.policy.targets import (
    KINDS,
    SPANS,
    UNITS,
    Amount,
    Bound,
    By,
    Every,
    Measured,
    Target,
    TargetError,
    parse,
)


@pytest.mark.parametrize("row", policy_rows(), ids=lambda row: row["id"])
def test_every_target_of_the_policy_is_read_and_written_again(row: dict[str, str]):
    target = parse(row["algebra"])
    assert str(target) == row["algebra"]
    assert parse(str(target)) == target


names = st.from_regex(r"[a-z][a-z_0-9]{0,8}", fullmatch=True).filter(
    lambda name: name not in ("monitored", "since")
)
numbers = st.decimals(-10_000, 10_000, allow_nan=False, places=3)
amounts = st.builds(Amount, numbers, st.sampled_from(["", *UNITS]))
days = st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1))
limits = st.none() | amounts
measures = st.one_of(
    st.builds(Measured, st.sampled_from(["value", "ratio"]), names),
    st.builds(Measured, st.sampled_from(["share_of", "rank_in"]), names, within=names),
    st.builds(Measured, st.just("sum"), names, span=st.sampled_from(SPANS[:-1])),
    st.builds(Measured, st.just("sum"), names, since=days),
    st.builds(Measured, st.just("gain"), names, since=days, floor=limits, ceiling=limits),
    st.builds(Measured, st.just("change"), names, span=st.sampled_from(SPANS[:-1]),
              floor=limits, ceiling=limits),
    st.builds(Measured, st.just("each"), names,
              units=st.lists(names, min_size=1, max_size=3).map(tuple)),
)  # fmt: skip


@st.composite
def bounds(draw: st.DrawFn) -> Bound:
    low, high = sorted(draw(st.tuples(numbers, numbers)))
    unit = draw(st.sampled_from(["", *UNITS]))
    sides = draw(st.sampled_from(["lower", "upper", "both"] if low < high else ["lower", "upper"]))
    planned = draw(st.none() | st.decimals(0, 100, places=1))
    return Bound(
        Amount(low, unit) if sides != "upper" else None,
        Amount(high, unit) if sides != "lower" else None,
        sides != "upper" and draw(st.booleans()),
        sides != "lower" and draw(st.booleans()),
        low + planned if planned is not None and sides != "upper" else None,
    )


whens = st.builds(By, days) | st.builds(Every, st.sampled_from(SPANS))


@given(
    st.builds(Target, measures)
    | st.builds(Target, measures, bounds(), whens)
    | st.builds(Target, st.builds(Measured, st.just("milestone"), names), st.just(Bound()), whens)
)
def test_whatever_is_written_is_read_again(target: Target):
    assert parse(str(target)) == target


@pytest.mark.parametrize(
    ("text", "wrong", "column"),
    [
        ("", "a kind of measure is missing before the end", 1),
        ("valu(x) monitored", '"valu" is not a kind of measure (did you mean "value"?)', 1),
        ("value x monitored", '"(" is missing', 7),
        ("value() monitored", 'an indicator is missing before ")"', 7),
        ("sum(x, yaer) monitored", '"yaer" is not a span or since', 8),
        ("sum(x, since) monitored", 'a day such as 2022-12-31 is missing before ")"', 13),
        ("each(a *, x) monitored", 'a unit is missing before ","', 9),
        ("value(x)", "a bound is missing before the end", 9),
        ("value(x) at_leest(3) every(year)", 'did you mean "at_least"?', 10),
        ("value(x) at_least(3 by(2022-12-31)", '")" is missing', 21),
        ("value(x) at_least(3)", "by or every is missing before the end", 21),
        ("value(x) at_least(3) by(2022-13-31)", "there is no day 2022-13-31", 25),
        ("value(x) at_least(3) every(fortnight)", '"fortnight" is not a span', 28),
        ("value(x) at_least(3) at_least(4) every(year)", "a second lower end", 22),
        ("value(x) at_least(3) at_most(2) every(year)", "no number lies between 3 and 2", 22),
        ("value(x) more_than(3) at_most(3) every(year)", "no number lies between", 23),
        ("value(x) at_least(3 %) at_most(4) every(year)", "the ends have different units", 24),
        ("value(x) at_least(3, planned 2) every(year)", "the planned number is below 3", 22),
        ("value(x) at_most(3, planned 2) every(year)", "stands with a lower end", 21),
        ("gain(x, 2020-12-31, floor 0, floor 1) monitored", "a second floor", 30),
        ("value(x) done by(2022-12-31)", "only a milestone is done", 10),
        ("milestone(x) at_least(1) by(2022-12-31)", "only a milestone is done", 14),
        ("value(x) monitored by(2022-12-31)", '"by" is one word too many', 20),
        ("value(x) ≥ 3 by(2022-12-31)", '"≥" is no part of a target', 10),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, wrong: str, column: int):
    with pytest.raises(TargetError) as caught:
        parse(text)
    assert wrong in str(caught.value)
    assert f'at column {column} of "{text}"' in str(caught.value)


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("value(x) at_least(3) by(2022-12-31)", "up"),
        ("share_of(city, x) more_than(25 %) by(2022-12-31)", "up"),
        ("ratio(x) at_most(0.6 ‰) every(year)", "down"),
        ("change(x, year) below(0) every(year)", "down"),
        ("rank_in(city, x) at_most(3) every(year)", "down"),
        ("value(x) at_least(1) at_most(2) every(year)", "within"),
        ("milestone(x) done by(2022-12-31)", None),
        ("value(x) monitored", None),
    ],
)
def test_direction_comes_from_the_bound(text: str, direction: str | None):
    assert parse(text).direction == direction


def test_blanks_do_not_matter_and_values_cannot_be_changed():
    target = parse(" each( adviser*village ,  adviser_visits )at_least( 1.0 )every( month ) ")
    assert str(target) == "each(adviser * village, adviser_visits) at_least(1) every(month)"
    assert target.bound == Bound(Amount(Decimal(1)))
    with pytest.raises(FrozenInstanceError):
        target.when = None  # type: ignore[misc]


def test_the_policy_uses_every_kind():
    assert {parse(row["algebra"]).measured.kind for row in policy_rows()} == set(KINDS)
