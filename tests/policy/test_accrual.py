"""Flows laid end to end, with running totals where they leave a gap."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pls_analysis.periods import CALENDAR, parse_period
from pls_analysis.policy.accrual import Filed, accrue

START, END = dt.date(2021, 1, 1), dt.date(2021, 6, 30)
MONTHS = [CALENDAR.part(2021, 1, number) for number in range(1, 7)]


def filed(*lines: str) -> dict[tuple[dt.date, dt.date], Filed]:
    """Return what lines such as "2021-03 12" say; "-" is a blank cell."""
    found = {}
    for line in lines:
        when, value = line.split()
        period = parse_period(when)
        blank = value == "-"
        number = Fraction(0) if blank else Fraction(value)
        found[period.start, period.end] = Filed(number, int(blank), int(not blank))
    return found


@pytest.mark.parametrize(
    ("flows", "totals", "value", "gaps"),
    [
        (["2021-Q1 3", "2021-Q2 4"], [], 7, []),
        (["2021-01 1", "2021-02 1", "2021-03 1", "2021-Q2 4"], [], 7, []),
        (["2021-Q1 3"], [], 3, ["2021-Q2"]),
        (["2021-Q2 4"], [], 4, ["2021-Q1"]),
        (["2021-Q1 3", "2021-05 1", "2021-06 1"], [], 5, ["2021-04"]),
        (["2021-Q1 3", "2021-Q2 -"], [], 3, ["2021-Q2"]),
        (["2021-Q1 3", "2021-Q2 4"], ["2021-H1 9"], 7, []),
        (["2021-Q2 4"], ["2021-H1 9"], 9, []),
        (["2021-Q2 4"], ["2021-Q1 5"], 9, []),
        (["2021-Q1 3", "2021-Q2 -"], ["2021-H1 9"], 9, []),
        (["2021-Q2 4"], ["2021-H1 -"], 4, ["2021-Q1"]),
        ([], ["2021-01 1", "2021-Q1 5"], 5, ["2021-Q2"]),
        (["2021-Q1 10"], ["2021-Q1 12", "2021-H1 30"], 28, []),
        (["2021-Q1 10"], ["2021-Q1 12", "2021-H1 11"], 10, ["2021-Q2"]),
        (["2021-Q1 10"], ["2021-Q1 12", "2021-H1 12"], 10, []),
        (["2021-Q1 3", "2021-05 1", "2021-06 1"], ["2021-01-01..2021-04-30 5"], 7, []),
        (["2021-Q1 3", "2021-05 1", "2021-06 1"], ["2021-H1 9"], 9, []),
        (["2021-Q1 3", "2021-05 1", "2021-06 1"], ["2021-H1 4"], 5, ["2021-04"]),
        (["2021-02 1", "2021-Q2 4"], ["2021-Q1 5", "2021-H1 11"], 9, []),
        ([], ["2020-12-21..2021-06-30 5"], 0, ["2021-H1"]),
        (["2020-12-21..2021-03-20 3", "2021-Q2 4"], [], 4, ["2021-Q1"]),
        ([], [], 0, ["2021-H1"]),
    ],
)
def test_what_is_added_and_what_is_missing(
    flows: list[str], totals: list[str], value: int, gaps: list[str]
):
    found = accrue(filed(*flows), filed(*totals), START, END)
    assert found.value == value
    assert [parse_period(gap) for gap in gaps] == [
        parse_period(f"{first}..{last}") for first, last in found.gaps
    ]


def test_what_is_taken_off_is_told():
    """A quarter that is missing is what the total before it leaves of the one at its end."""
    found = accrue(filed("2021-Q1 10"), filed("2021-Q1 12", "2021-H1 30"), START, END)
    first, half = (parse_period(name) for name in ("2021-Q1", "2021-H1"))
    assert found.used == (
        ("flow", (first.start, first.end)), ("cumulative", (half.start, half.end)),
    )  # fmt: skip
    assert found.less == (("cumulative", (first.start, first.end)),)


def test_what_is_known_of_a_stretch_that_is_filled_is_not_added_again():
    known_in_part = {(START, END): Filed(Fraction(9), unknown=1)}
    found = accrue(known_in_part, filed("2021-Q1 4"), START, END)
    assert found.value == 4
    assert [str(parse_period(f"{one}..{last}")) for one, last in found.gaps] == ["2021-Q2"]


@given(
    st.lists(st.none() | st.integers(0, 50), min_size=6, max_size=6),
    st.lists(st.booleans(), min_size=6, max_size=6),
    st.lists(st.integers(0, 50), min_size=6, max_size=6),
)
def test_no_day_is_counted_twice_and_none_is_made_up(months, totals, true):
    """Months as filed or not, running totals here and there, all of one truth."""
    flows = {
        (month.start, month.end): Filed(Fraction(value))
        for month, given_, value in zip(MONTHS, months, true, strict=True)
        if given_ is not None
    }
    running = {
        (START, month.end): Filed(Fraction(sum(true[: place + 1])))
        for place, (month, told) in enumerate(zip(MONTHS, totals, strict=True))
        if told
    }
    found = accrue(flows, running, START, END)
    missing = {
        place
        for place, month in enumerate(MONTHS)
        if any(first <= month.start and month.end <= last for first, last in found.gaps)
    }
    assert found.value == sum(value for place, value in enumerate(true) if place not in missing)
    told = {("flow", stretch): filed.value for stretch, filed in flows.items()}
    told |= {("cumulative", stretch): filed.value for stretch, filed in running.items()}
    assert found.value == sum(told[one] for one in found.used) - sum(
        told[one] for one in found.less
    )
    assert not {*found.used} & {*found.less}
    laid = sorted(stretch for basis, stretch in found.used if basis == "flow")
    days = sorted([*laid, *found.gaps])
    assert all(before[1] < after[0] for before, after in pairwise(days))
    if running.get((START, END)) or len(flows) == len(MONTHS):
        assert not found.gaps
