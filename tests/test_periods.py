"""Periods: written, read, stepped through, named, and found in titles."""

from __future__ import annotations

import datetime as dt
import itertools
import pickle

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pls_analysis.periods import (
    CALENDAR,
    STATISTICAL_YEARS,
    Period,
    StatisticalYear,
    find_periods,
    parse_day,
    parse_period,
    statistical_year,
)


def days(start: str, end: str, basis: str = "flow") -> Period:
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end), basis)


YEARS = st.integers(1950, 2050)
CALENDAR_PERIODS = st.one_of(
    st.builds(lambda y, n: f"{y}-{n:02}", YEARS, st.integers(1, 12)),
    st.builds(lambda y, n: f"{y}-Q{n}", YEARS, st.integers(1, 4)),
    st.builds(lambda y, n: f"{y}-H{n}", YEARS, st.integers(1, 2)),
    YEARS.map(str),
)
DATES = st.dates(dt.date(1950, 1, 1), dt.date(2050, 12, 31))
SPANS = st.tuples(DATES, st.integers(0, 800)).map(
    lambda pair: Period(pair[0], pair[0] + dt.timedelta(days=pair[1]))
)
ANY_PERIOD = st.one_of(CALENDAR_PERIODS.map(parse_period), SPANS)


# Written and read


@pytest.mark.parametrize(
    ("value", "start", "end", "frequency", "number"),
    [
        ("2022-06", "2022-06-01", "2022-06-30", "M", 6),
        ("2024-02", "2024-02-01", "2024-02-29", "M", 2),
        ("2022-Q2", "2022-04-01", "2022-06-30", "Q", 2),
        ("2022-H1", "2022-01-01", "2022-06-30", "H", 1),
        ("2022-H2", "2022-07-01", "2022-12-31", "H", 2),
        ("2022", "2022-01-01", "2022-12-31", "Y", 1),
        (2022, "2022-01-01", "2022-12-31", "Y", 1),
        (" 2022-12 ", "2022-12-01", "2022-12-31", "M", 12),
        ("2022-03-21..2022-06-20", "2022-03-21", "2022-06-20", None, None),
        ("2022-06-01..2022-06-30", "2022-06-01", "2022-06-30", "M", 6),
        ("2022-02-01..2022-04-30", "2022-02-01", "2022-04-30", None, None),
    ],
)
def test_parse(
    value: str | int, start: str, end: str, frequency: str | None, number: int | None
) -> None:
    period = parse_period(value)
    assert period == days(start, end)
    assert (period.frequency, period.number) == (frequency, number)
    assert parse_period(period) is period


@pytest.mark.parametrize(
    "value",
    [
        "2022-6",
        "2022-13",
        "2022-00",
        "2022-Q5",
        "2022-Q0",
        "2022-H3",
        "202206",
        "22-06",
        "June",
        "2022年6月",
        "",
        "latest",
        "1022",
        "2022-06-30",
        202206,
        2022.5,
        True,
        None,
    ],
)
def test_parse_says_what_is_right(value: object) -> None:
    with pytest.raises(ValueError, match=r"is no period; write a month as 2022-06, a quarter") as e:
        parse_period(value)  # type: ignore[arg-type]
    assert f'"{value}"' in str(e.value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2022-06-20..2022-03-21", "ends on 2022-03-21, before it starts on 2022-06-20"),
        ("2022-02-30..2022-03-21", "day is out of range for month"),
    ],
)
def test_parse_refuses_impossible_days(value: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_period(value)


def test_parse_takes_integers_of_numpy() -> None:
    assert parse_period(pd.Series([2022]).iloc[0]) == parse_period("2022")


def test_basis_is_checked() -> None:
    with pytest.raises(ValueError, match='unknown basis "total"; known are flow, cumulative'):
        days("2022-01-01", "2022-06-30", "total")


@given(CALENDAR_PERIODS)
def test_calendar_text_round_trips(text: str) -> None:
    assert str(parse_period(text)) == text


@given(ANY_PERIOD)
def test_any_text_round_trips(period: Period) -> None:
    assert parse_period(str(period)) == period
    assert pickle.loads(pickle.dumps(period)) == period


# Stepped through


@pytest.mark.parametrize(
    ("text", "steps", "expected"),
    [
        ("2022-12", 1, "2023-01"),
        ("2022-01", -1, "2021-12"),
        ("2022-Q1", -1, "2021-Q4"),
        ("2022-H1", 1, "2022-H2"),
        ("2022", -2, "2020"),
        ("2021-12-21..2022-03-20", 1, "2022-03-21..2022-06-20"),
        ("2021-12-01..2022-05-31", 1, "2022-06-01..2022-11-30"),
        ("2021-11-26..2022-11-25", -1, "2020-11-26..2021-11-25"),
        ("2022-03-07..2022-03-13", 1, "2022-03-14..2022-03-20"),
        ("2022-06", 0, "2022-06"),
    ],
)
def test_shift(text: str, steps: int, expected: str) -> None:
    assert str(parse_period(text).shift(steps)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-06", "2021-06"),
        ("2024-02", "2023-02"),
        ("2022-Q2", "2021-Q2"),
        ("2022-03-21..2022-06-20", "2021-03-21..2021-06-20"),
        ("2024-02-01..2024-02-29", "2023-02"),
        ("2024-02-29..2024-03-05", "2023-02-28..2023-03-05"),
        ("2023-02-28..2023-03-05", "2022-02-28..2022-03-05"),
    ],
)
def test_year_before(text: str, expected: str) -> None:
    assert str(parse_period(text).year_before()) == expected


def test_steps_keep_the_basis() -> None:
    running = days("2022-01-01", "2022-05-31", "cumulative")
    assert running.year_before() == days("2021-01-01", "2021-05-31", "cumulative")
    assert running.shift(0).basis == "cumulative"
    assert running.with_basis("flow") == days("2022-01-01", "2022-05-31")


@given(CALENDAR_PERIODS, st.integers(-30, 30), st.integers(-30, 30))
def test_shifts_add_up(text: str, first: int, second: int) -> None:
    period = parse_period(text)
    assert period.shift(first).shift(second) == period.shift(first + second)


@given(ANY_PERIOD)
def test_neighbours_touch(period: Period) -> None:
    assert period.shift(1).start == period.end + dt.timedelta(days=1)


@given(CALENDAR_PERIODS)
def test_year_before_is_as_many_steps_back_as_a_year_has(text: str) -> None:
    period = parse_period(text)
    steps = {"M": 12, "Q": 4, "H": 2, "Y": 1}[period.frequency or ""]
    assert period.year_before() == period.shift(-steps)


@given(CALENDAR_PERIODS)
def test_months_fill_the_period(text: str) -> None:
    period = parse_period(text)
    months = period.months()
    assert {month.frequency for month in months} == {"M"}
    assert (months[0].start, months[-1].end) == (period.start, period.end)
    assert sum(month.days for month in months) == period.days
    assert all(left.shift(1) == right for left, right in itertools.pairwise(months))


def test_months_of_a_quarter_from_the_21st() -> None:
    months = parse_period("2021-12-21..2022-03-20").months()
    assert [str(month) for month in months] == [
        "2021-12-21..2022-01-20",
        "2022-01-21..2022-02-20",
        "2022-02-21..2022-03-20",
    ]


def test_months_of_odd_days() -> None:
    with pytest.raises(ValueError, match=r"2022-03-07\.\.2022-03-13 is not made of whole months"):
        parse_period("2022-03-07..2022-03-13").months()


@pytest.mark.parametrize(
    ("text", "freq"),
    [("2022-06", "M"), ("2022-Q2", "Q-DEC"), ("2022", "Y-DEC"), ("2022-H2", "2Q-DEC")],
)
def test_to_pandas(text: str, freq: str) -> None:
    period = parse_period(text)
    other = period.to_pandas()
    assert other.freqstr == freq
    assert other.start_time.date() == period.start
    assert other.end_time.date() == period.end
    assert (other + 1).start_time.date() == period.shift(1).start


def test_to_pandas_refuses_other_days() -> None:
    with pytest.raises(ValueError, match=r"pandas has no period for 2022-03-21\.\.2022-06-20"):
        parse_period("2022-03-21..2022-06-20").to_pandas()


@given(st.lists(ANY_PERIOD, max_size=6))
def test_periods_sort_by_start(periods: list[Period]) -> None:
    assert [period.start for period in sorted(periods)] == sorted(p.start for p in periods)


# Named


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        (days("2022-06-01", "2022-06-30"), "2022年6月", "June 2022"),
        (days("2022-04-01", "2022-06-30"), "2022年第二季度", "Q2 2022"),
        (days("2022-10-01", "2022-12-31"), "2022年第四季度", "Q4 2022"),
        (days("2022-01-01", "2022-06-30"), "2022年上半年", "H1 2022"),
        (days("2022-07-01", "2022-12-31"), "2022年下半年", "H2 2022"),
        (days("2022-01-01", "2022-12-31"), "2022年", "2022"),
        (
            days("2022-01-01", "2022-06-30", "cumulative"),
            "2022年1—6月",
            "January–June 2022",
        ),
        (
            days("2022-01-01", "2022-03-31", "cumulative"),
            "2022年1—3月",
            "January–March 2022",
        ),
        (days("2022-01-01", "2022-01-31", "cumulative"), "2022年1月", "January 2022"),
        (days("2022-01-01", "2022-12-31", "cumulative"), "2022年", "2022"),
        (days("2022-02-01", "2022-05-31"), "2022年2—5月", "February–May 2022"),
        (days("2022-06-01", "2022-06-30", "stock"), "2022年6月末", "end of June 2022"),
        (days("2022-01-01", "2022-12-31", "stock"), "2022年末", "end of 2022"),
        (days("2022-06-01", "2022-06-20", "stock"), "2022年6月20日", "20 June 2022"),
        (
            days("2022-03-21", "2022-06-20"),
            "2022年3月21日至6月20日",
            "21 March to 20 June 2022",
        ),
        (
            days("2021-12-21", "2022-03-20"),
            "2021年12月21日至2022年3月20日",
            "21 December 2021 to 20 March 2022",
        ),
        (
            days("2021-12-01", "2022-11-30"),
            "2021年12月至2022年11月",
            "December 2021 to November 2022",
        ),
        (
            days("2021-01-01", "2022-12-31"),
            "2021年1月至2022年12月",
            "January 2021 to December 2022",
        ),
    ],
)
def test_label(period: Period, zh: str, en: str) -> None:
    assert (period.label("zh"), period.label("en")) == (zh, en)
    assert period.label() == zh


def test_label_in_an_unspoken_language() -> None:
    with pytest.raises(ValueError, match='unknown language "fr"'):
        parse_period("2022").label("fr")


@given(ANY_PERIOD)
def test_a_label_in_chinese_reads_back(period: Period) -> None:
    if period.days > 1:
        found = find_periods(f"某区{period.label('zh')}公共法律服务情况")
        assert [(p.start, p.end) for p in found] == [(period.start, period.end)]


# Found in titles

TITLES = [
    ("2021年3月", "2021-03"),
    ("2021年3月份法律援助业务数据统计表（月报）", "2021-03"),
    ("２０２１年３月", "2021-03"),
    ("2021 年 3 月", "2021-03"),
    ("2 0 2 2 年 6 月", "2022-06"),
    ("2022年\n6月", "2022-06"),
    ("二〇二一年三月", "2021-03"),
    ("二○二一年十二月", "2021-12"),
    ("二零二一年十月", "2021-10"),
    ("2021.03", "2021-03"),
    ("2021/3", "2021-03"),
    ("2020.12", "2020-12"),
    ("202103", "2021-03"),
    ("2021-03", "2021-03"),
    ("报表期：2021年02月", "2021-02"),
    ("June 2022", "2022-06"),
    ("2021年第一季度法律咨询数据统计表（季报）", "2021-Q1"),
    ("2021年一季度", "2021-Q1"),
    ("2021年4季度", "2021-Q4"),
    ("2021Q3", "2021-Q3"),
    ("Q3 2021", "2021-Q3"),
    ("2021-Q3", "2021-Q3"),
    ("2021年上半年", "2021-H1"),
    ("2021年度下半年", "2021-H2"),
    ("2021-H2", "2021-H2"),
    ("2021年度", "2021"),
    ("2021年年报", "2021"),
    ("2022年36个街镇司法所统计表", "2022"),
    # titles of real yearbooks
    ("2-6 各区户籍总人口自然变动状况(2022年)", "2022"),
    ("2-9各区县级市总人口自然变动状况(户籍统计)(2008年)", "2008"),
    ("(2009，by Household Registered)", "2009"),
    ("Statistics on Natural Changes of Total Registered Population by District(201 8)", "2018"),
    ("表2.2 各区、县土地面积、常住人口及人口密度（2012）", "2012"),
    ("1-3 各区人口 基本情况 (2017-2018 年)", "2017 2018"),
    ("1-3 各区人口基本情况(2004-2005年)", "2004 2005"),
    ("揭阳市人口变动情况（2008-2010）", "2008 2009 2010"),
    # days
    ("2022年3月21日至6月20日", "2022-03-21..2022-06-20"),
    ("2021年12月21日至2022年3月20日", "2021-12-21..2022-03-20"),
    ("2021.12.21—2022.3.20", "2021-12-21..2022-03-20"),
    ("2021年12月1日至次年5月31日", "2021-12-01..2022-05-31"),
    ("统计期限自2022年1月1日起至12月31日止", "2022"),
    # months across the turn of a year
    ("2021年12月—次年5月", "2021-12-01..2022-05-31"),
    ("2021年12月至2022年5月", "2021-12-01..2022-05-31"),
    ("2021年3月-5月", "2021-03-01..2021-05-31"),
    # the date of the paper beside the period of the figures
    ("2022年6月月报 填报日期：2022年7月2日", "2022-06"),
    ("填报日期：2022年7月2日 统计时间：2022年6月", "2022-06"),
    ("2022年1月、2022年1月", "2022-01"),
]


@pytest.mark.parametrize(("title", "expected"), TITLES)
def test_title(title: str, expected: str) -> None:
    found = find_periods(title)
    assert [str(period) for period in found] == expected.split()
    assert {period.basis for period in found} == {"flow"}


@pytest.mark.parametrize(
    ("title", "expected", "basis"),
    [
        ("2022年1—6月", "2022-H1", "cumulative"),
        ("2022年1-6月 累计", "2022-H1", "cumulative"),
        ("2021年1月至3月", "2021-Q1", "cumulative"),
        ("2021年1至3月", "2021-Q1", "cumulative"),
        ("2021.01-2021.06", "2021-H1", "cumulative"),
        ("二○二一年一至六月", "2021-H1", "cumulative"),
        ("2022年6月累计", "2022-H1", "cumulative"),
        ("截至2022年5月累计", "2022-01-01..2022-05-31", "cumulative"),
        ("截至2022年5月20日累计", "2022-01-01..2022-05-20", "cumulative"),
        ("2022年前三季度", "2022-01-01..2022-09-30", "cumulative"),
        ("2022年一至三季度", "2022-01-01..2022-09-30", "cumulative"),
        ("2022年1-3季度", "2022-01-01..2022-09-30", "cumulative"),
        ("2022年前5个月", "2022-01-01..2022-05-31", "cumulative"),
        ("截至2022年6月底", "2022-06", "stock"),
        ("2022年6月末", "2022-06", "stock"),
        ("截至2021年3月31日", "2021-03", "stock"),
        ("截止到2021年3月20日", "2021-03-01..2021-03-20", "stock"),
        ("2022年末", "2022", "stock"),
        ("截至2021年底", "2021", "stock"),
    ],
)
def test_title_with_a_basis(title: str, expected: str, basis: str) -> None:
    assert [(str(period), period.basis) for period in find_periods(title)] == [(expected, basis)]


def test_two_periods_in_one_title() -> None:
    found = find_periods("2022年1—6月与2021年1—6月对比")
    assert [str(period) for period in found] == ["2022-H1", "2021-H1"]


@pytest.mark.parametrize(
    "title",
    [
        # no year: nothing is guessed
        "3月",
        "十二月份",
        "一季度",
        "上半年",
        "1-3月",
        "前三季度",
        "21年3月",
        # a month or quarter that was never filled in is no year
        "2022年　月份",
        "2022年__月公共法律服务月报",
        "2022年××月",
        "2022年第 季度",
        # impossible
        "2022年13月",
        "2022年0月",
        "2022年第5季度",
        "2022年6-13月",
        "2022年6-3月",
        "2022年2月30日",
        "2022年4月31日—2022年5月2日",
        # a single day
        "2021-03-05",
        "2021年3月5日",
        # the date of the paper
        "填报日期：2022年7月2日",
        "填报日期： 2022年7月",
        "报送日期:2022-07",
        "上报时间 2022年7月",
        "2022年7月填报",
        "2024年10月制定",
        "有效期至：2025年6月",
        # numbers of documents, issues, places
        "沪浦司发〔2022〕4号",
        "国统制〔2024〕10号",
        "2022年第3期",
        "第3期",
        "2021年版",
        "邮编：201203",
        "310115202103",
        "1.2万",
        "2021.03万元",
        "1-3 各区人口基本情况",
        "民国110年3月",
        "",
    ],
)
def test_title_without_a_period(title: str) -> None:
    assert find_periods(title) == []


@given(st.text(alphabet="0129年月日季度第上下半末截至—-./() 一二三四十累计填报期", max_size=24))
def test_any_text_is_read_without_failing(text: str) -> None:
    found = find_periods(text)
    assert len(found) == len(set(found))
    assert all(period.start <= period.end for period in found)


# Statistical years


@pytest.mark.parametrize(
    ("rule", "title", "expected"),
    [
        ("dec21_dec20", "2022年第一季度", "2021-12-21..2022-03-20"),
        ("dec21_dec20", "2022年第二季度", "2022-03-21..2022-06-20"),
        ("dec21_dec20", "2022年6月", "2022-05-21..2022-06-20"),
        ("dec21_dec20", "2022年1月", "2021-12-21..2022-01-20"),
        ("dec21_dec20", "2022年1—6月", "2021-12-21..2022-06-20"),
        ("dec21_dec20", "2022年度", "2021-12-21..2022-12-20"),
        ("dec_nov", "2022年上半年", "2021-12-01..2022-05-31"),
        ("dec_nov", "2022年下半年", "2022-06-01..2022-11-30"),
        ("dec_nov", "2022年", "2021-12-01..2022-11-30"),
        ("dec_nov", "2022年6月", "2022-06"),
        ("dec_nov", "2022年5月累计", "2021-12-01..2022-05-31"),
        ("nov26_nov25", "2022年", "2021-11-26..2022-11-25"),
        ("nov26_nov25", "2022年6月", "2022-05-26..2022-06-25"),
        ("calendar", "2022年第二季度", "2022-Q2"),
    ],
)
def test_statistical_year(rule: str, title: str, expected: str) -> None:
    found = find_periods(title, statistical_year(rule))
    assert [str(period) for period in found] == [expected]


@pytest.mark.parametrize("rule", STATISTICAL_YEARS.values(), ids=STATISTICAL_YEARS)
@pytest.mark.parametrize("length", [3, 6])
def test_parts_fill_their_year(rule: StatisticalYear, length: int) -> None:
    year = rule.part(2022, 12, 1)
    parts = [rule.part(2022, length, number) for number in range(1, 12 // length + 1)]
    assert parts[0].start == year.start
    assert parts[-1].end == year.end
    assert all(left.shift(1) == right for left, right in itertools.pairwise(parts))
    assert rule.part(2023, 12, 1) == year.shift(1)


def test_unknown_statistical_year() -> None:
    with pytest.raises(ValueError, match='unknown statistical year "lunar"; known are calendar'):
        statistical_year("lunar")
    assert statistical_year("calendar") is CALENDAR


@pytest.mark.parametrize(
    ("text", "day"),
    [("2022-06-30", "2022-06-30"), (" 2022-02 ", "2022-02-28"), ("2022-H1", "2022-06-30"),
     ("2021", "2021-12-31"), ("2022-03-21..2022-06-20", "2022-06-20")],
)  # fmt: skip
def test_a_day_may_be_the_end_of_a_period(text: str, day: str):
    assert parse_day(text) == dt.date.fromisoformat(day)


@pytest.mark.parametrize("text", ["June", "2022-06-31", "2022-Q5", ""])
def test_what_is_no_day_is_said(text: str):
    with pytest.raises(ValueError, match="write 2022-06-30, or a period"):
        parse_day(text)
