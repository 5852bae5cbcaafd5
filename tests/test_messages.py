"""Texts, numbers, dates and sentences in both languages."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pls_analysis import texts
from pls_analysis.charts.phrases import axis_numbers, change
from pls_analysis.configs import ConfigError
from pls_analysis.messages import (
    Messages,
    UnknownMessage,
    count_change,
    rate_change,
    rounded,
)
from pls_analysis.period_labels import axis_label
from pls_analysis.periods import parse_period
from pls_analysis.texts import placeholders

ZH, EN = Messages("zh"), Messages("en")
FOLDER = Path(texts.__file__).parent / "data" / "messages"


# The catalogues


def test_both_languages_say_the_same_things() -> None:
    assert list(ZH.texts) == list(EN.texts)
    for key in ZH.texts:
        assert placeholders(ZH.texts[key]) == placeholders(EN.texts[key]), key


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_keys_stand_by_section_in_order(lang: str) -> None:
    sections = [key.partition(".")[0] for key in Messages(lang).texts]
    assert sections == sorted(sections)
    assert all("." in key for key in Messages(lang).texts)


def test_english_texts_hold_no_chinese_and_no_full_width() -> None:
    for key, text in EN.texts.items():
        assert not [c for c in text if "\u3000" <= c <= "\uffef"], key


def test_chinese_texts_have_full_width_punctuation() -> None:
    for key, text in ZH.texts.items():
        plain = "".join(part for part, *_ in ZH.parse(text))
        assert not set(plain) & set(",;()"), key


def test_unknown_language() -> None:
    with pytest.raises(ValueError, match=r'unknown language "fr" \(known are: zh, en\)'):
        Messages("fr")


@pytest.mark.parametrize(
    ("key", "values", "problem"),
    [
        (
            "sentences.leval",
            {},
            'unknown message "sentences.leval" (did you mean "sentences.level"?)',
        ),
        ("common.points", {}, 'message "common.points" (zh) needs a value for "value"'),
        (
            "common.points",
            {"value": 1, "vlue": 2},
            'message "common.points" (zh): unknown value "vlue" (did you mean "value"?)',
        ),
    ],
)
def test_wrong_call(key: str, values: dict[str, Any], problem: str) -> None:
    with pytest.raises(UnknownMessage) as caught:
        ZH(key, **values)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("spec", "zh", "en"),
    [
        ("count", "12,345", "12,345"),
        ("number2", "12,345.00", "12,345.00"),
        ("percent1", "12,345.0%", "12,345.0%"),
        ("per_mille", "12,345.00‰", "12,345.00‰"),
        ("points1", "12,345.0个百分点", "12,345.0 pp"),
        ("big", "1.23万", "12,345"),
    ],
)
def test_a_text_says_how_a_value_is_written(spec: str, zh: str, en: str) -> None:
    assert (ZH.format_field(12345, spec), EN.format_field(12345, spec)) == (zh, en)


def test_unknown_way_to_write() -> None:
    with pytest.raises(UnknownMessage, match=r'"percnt1" \(did you mean "percent"\?\)'):
        ZH.format_field(1, "percnt1")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("common.a: 12\n", '"common.a" must be a text, not 12; put it in quotes'),
        ("common.a: no\n", '"common.a" must be a text, not False; put it in quotes'),
        ('common.a: "{value"\n', "\"common.a\": expected '}' before end of string"),
        ("- a\n", "holds no keys"),
    ],
)
def test_broken_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, problem: str
) -> None:
    folder = tmp_path / "data" / "messages"
    folder.mkdir(parents=True)
    (folder / "zh.yml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(texts.resources, "files", lambda _: tmp_path)
    texts.texts_in.cache_clear()
    try:
        with pytest.raises(ConfigError) as caught:
            Messages("zh")
    finally:
        texts.texts_in.cache_clear()
    assert caught.value.problems == (f"messages/zh.yml: {problem}",)


# Numbers and dates


@pytest.mark.parametrize(
    ("value", "decimals", "zh", "en"),
    [
        (0, 1, "0.0", "0.0"),
        (-0.04, 1, "0.0", "0.0"),
        (0.05, 1, "0.1", "0.1"),
        (2.675, 2, "2.68", "2.68"),
        (1.005, 2, "1.01", "1.01"),
        (0.25, 1, "0.3", "0.3"),
        (-0.25, 1, "−0.3", "−0.3"),
        (1234567.891, 2, "1,234,567.89", "1,234,567.89"),
        (-1234.5, 0, "−1,235", "−1,235"),
        (Decimal("0.125"), 2, "0.13", "0.13"),
        (np.float64(98.45), 1, "98.5", "98.5"),
        (np.int64(7), 0, "7", "7"),
    ],
)
def test_number(value: Any, decimals: int, zh: str, en: str) -> None:
    assert (ZH.number(value, decimals), EN.number(value, decimals)) == (zh, en)


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0", "0"),
        (10, "10", "10"),
        (1000.0, "1,000", "1,000"),
        (12.5, "12.5", "12.5"),
        (12.345, "12.35", "12.35"),
        (100.10, "100.1", "100.1"),
        (np.float64(12000), "12,000", "12,000"),
    ],
)
def test_count(value: Any, zh: str, en: str) -> None:
    assert (ZH.count(value), EN.count(value)) == (zh, en)


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (9999, "9,999", "9,999"),
        (10000, "1.00万", "10,000"),
        (253000, "25.30万", "253,000"),
        (-25300, "−2.53万", "−25,300"),
    ],
)
def test_big(value: int, zh: str, en: str) -> None:
    assert (ZH.big(value), EN.big(value)) == (zh, en)


@pytest.mark.parametrize(
    ("marks", "zh", "en"),
    [
        ([0, 5_000, 9_999], ["0", "5,000", "9,999"], ["0", "5,000", "9,999"]),
        ([0, 10_000, 20_000], ["0", "1万", "2万"], ["0", "10k", "20k"]),
        ([0, 5_000, 15_000], ["0", "0.5万", "1.5万"], ["0", "5k", "15k"]),
        ([-20_000, 0, 1_500_000], ["−2万", "0", "150万"], ["−20k", "0", "1,500k"]),
    ],
)
def test_an_axis_counts_in_ten_thousands_or_thousands(
    marks: list[float], zh: list[str], en: list[str]
) -> None:
    assert (axis_numbers(marks, "zh"), axis_numbers(marks, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("value", "before", "unit", "zh", "en"),
    [
        (98.5, 97.3, "%", "▲1.2个百分点", "▲1.2 pp"),
        (0.4, 0.65, "‰", "▼0.25个千分点", "▼0.25‰ pts"),
        (120, 100, "件", "▲20.0%", "▲20.0%"),
        (4, 1, "件", "▲3件", "▲3"),
        (5, 0, "件", "上年同期为0", "0 a year before"),
        (100, 100, "件", "持平", "no change"),
        (97.31, 97.3, "%", "持平", "no change"),
        (None, 1, "件", "", ""),
    ],
)
def test_rates_change_in_points_and_counts_in_per_cent(
    value: float | None, before: float, unit: str, zh: str, en: str
) -> None:
    assert (change(value, before, unit, "zh"), change(value, before, unit, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("number", "zh"), [(0, "〇"), (1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (99, "九十九")]
)
def test_numeral(number: int, zh: str) -> None:
    assert (ZH.numeral(number), EN.numeral(number)) == (zh, str(number))


@pytest.mark.parametrize("value", [math.nan, math.inf, Decimal("NaN")])
def test_what_is_no_number_is_not_written(value: Any) -> None:
    with pytest.raises(ValueError, match="is no number that can be written"):
        ZH.number(value)


@pytest.mark.parametrize(
    ("value", "decimals", "unlike", "shown"),
    [
        (98.96, 1, (99,), "98.96"),
        (98.94, 1, (99,), "98.9"),
        (99, 1, (99,), "99.0"),
        (99.04, 1, (99,), "99.04"),
        (99.996, 1, (100,), "99.996"),
        (99.99999, 1, (100,), "99.9999"),
        (0.00001, 1, (0,), "0.0000"),
        (0.604, 2, (0.6,), "0.604"),
    ],
)
def test_a_value_does_not_look_like_a_bound_it_misses(
    value: float, decimals: int, unlike: tuple[float, ...], shown: str
) -> None:
    assert ZH.number(value, decimals, unlike) == shown


@pytest.mark.parametrize(
    ("numerator", "denominator", "unit", "shown"),
    [
        (10, 10, "%", "100.0%"),
        (0, 10, "%", "0.0%"),
        (1999, 2000, "%", "99.95%"),
        (1, 4001, "%", "0.02%"),
        (2, 3, "%", "66.7%"),
        (1, 1667, "‰", "0.6‰"),
    ],
)
def test_rate(numerator: int, denominator: int, unit: str, shown: str) -> None:
    assert ZH.rate(numerator, denominator, unit) == shown


@given(
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 6)),
    st.integers(0, 4),
)
def test_rounding_errs_by_half_a_step_at_most(value: float, decimals: int) -> None:
    shown = rounded(value, decimals)
    assert abs(shown - Decimal(repr(value))) <= Decimal("0.5").scaleb(-decimals)
    assert -shown.as_tuple().exponent == decimals  # type: ignore[operator]


@given(st.integers(1, 10_000), st.data())
def test_all_of_them_alone_is_100_percent(denominator: int, data: st.DataObject) -> None:
    numerator = data.draw(st.integers(0, denominator))
    shown = ZH.rate(numerator, denominator)
    assert (float(shown[:-1]) == 100) == (numerator == denominator)
    assert (float(shown[:-1]) == 0) == (numerator == 0)


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        ("2022-06", "6月", "Jun"),
        ("2022-Q2", "二季度", "Q2"),
        ("2022-H2", "下半年", "H2"),
        ("2022", "2022年", "2022"),
        ("2021-12-21..2022-01-20", "2021年12月21日至2022年1月20日",
         "21 December 2021 to 20 January 2022"),
    ],
)  # fmt: skip
def test_an_axis_leaves_out_the_year(period: str, zh: str, en: str) -> None:
    shown = [axis_label(parse_period(period), lang) for lang in ("zh", "en")]
    assert shown == [zh, en]


def test_months_are_the_catalogues_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calendar.month_name", ["", *"abcdefghijkl"])
    assert [EN.date(dt.date(2022, month, 1)).split()[1] for month in (1, 12)] == [
        "January", "December",
    ]  # fmt: skip


def test_date_and_period() -> None:
    day = dt.date(2022, 6, 30)
    assert (ZH.date(day), EN.date(day)) == ("2022年6月30日", "30 June 2022")
    period = parse_period("2022-Q2")
    assert (ZH.period(period), EN.period(period)) == ("2022年第二季度", "Q2 2022")


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (1, "件", "1件", "1 case"),
        (2, "件", "2件", "2 cases"),
        (0, "件", "0件", "0 cases"),
        (1234, "人次", "1,234人次", "1,234 attendances"),
        (3, "万元", "3万元", "3 × 10,000 yuan"),
        (3, "辆", "3辆", "3 辆"),
    ],
)
def test_quantity(value: int, unit: str, zh: str, en: str) -> None:
    assert (ZH.quantity(value, unit), EN.quantity(value, unit)) == (zh, en)


# Sentences: T1, a count

BEFORE = "on the same period of the previous year"
COUNTS = [
    # base from 10 on: a rate of change
    (1234, 1000, "同比增长23.4%", f"up 23.4% {BEFORE}"),
    (11, 10, "同比增长10.0%", f"up 10.0% {BEFORE}"),
    (9, 10, "同比下降10.0%", f"down 10.0% {BEFORE}"),
    (0, 10, "同比下降100.0%", f"down 100.0% {BEFORE}"),
    (30, 10, "同比增长200.0%", f"up 200.0% {BEFORE}"),
    # rounds to 0.0, on both sides of the boundary
    (1000, 1000, "与上年同期基本持平", "about level with the same period of the previous year"),
    (20009, 20000, "与上年同期基本持平", "about level with the same period of the previous year"),
    (19991, 20000, "与上年同期基本持平", "about level with the same period of the previous year"),
    (20010, 20000, "同比增长0.1%", f"up 0.1% {BEFORE}"),
    (19990, 20000, "同比下降0.1%", f"down 0.1% {BEFORE}"),
    # base 1 to 9: the difference, no rate
    (
        4,
        1,
        "较上年同期增加3件（上年同期基数较小，不计算增幅）",
        "3 cases more than in the same period of the previous year "
        "(too few then for a rate of change)",
    ),
    (
        8,
        9,
        "较上年同期减少1件（上年同期基数较小，不计算增幅）",
        "1 case fewer than in the same period of the previous year "
        "(too few then for a rate of change)",
    ),
    (
        9,
        9,
        "与上年同期持平（上年同期基数较小，不计算增幅）",
        "as in the same period of the previous year (too few then for a rate of change)",
    ),
    # base 0, and none
    (
        5,
        0,
        "上年同期为0，不计算增幅",
        "none in the same period of the previous year, so no rate of change",
    ),
    (
        0,
        0,
        "上年同期为0，不计算增幅",
        "none in the same period of the previous year, so no rate of change",
    ),
    (
        5,
        None,
        "上年同期无数据，不作比较",
        "no figure for the same period of the previous year",
    ),
]


@pytest.mark.parametrize(("value", "before", "zh", "en"), COUNTS)
def test_count_change(value: int, before: int | None, zh: str, en: str) -> None:
    period = parse_period("2022-H1").with_basis("cumulative")
    said = {
        "period": period,
        "unit": "件",
        "value": value,
        "before": before,
        "area": "甲街道",
    }
    assert count_change(ZH, measure="调解受理数", **said) == (
        f"2022年1—6月，甲街道调解受理数为{value:,}件，{zh}。"
    )
    assert count_change(EN, measure="Disputes accepted", **said) == (
        f"Disputes accepted in 甲街道, January–June 2022: {value:,} cases, {en}."
    )


def test_count_change_on_a_negative_base() -> None:
    with pytest.raises(ValueError, match="a count of -1 is no base for a change"):
        count_change(
            ZH,
            area="甲",
            measure="数",
            unit="件",
            period=parse_period("2022"),
            value=1,
            before=-1,
        )


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(["zh", "en"]))
def test_a_count_never_falls_by_a_negative_number(value: int, before: int, lang: str) -> None:
    said = count_change(
        Messages(lang),
        area="甲",
        measure="数",
        unit="件",
        period=parse_period("2022-06"),
        value=value,
        before=before,
    )
    assert "−" not in said
    assert ("%" in said) == (before >= 10 and abs(value - before) * 2000 >= before)
    assert "百分点" not in said


# Sentences: T2, a rate


@pytest.mark.parametrize(
    ("now", "before", "zh", "en"),
    [
        (
            (999, 1000),
            (980, 1000),
            "成功率为99.9%（999/1,000），较上年同期提高1.9个百分点。",
            "成功率: 99.9% (999/1,000), up 1.9 pp on the same period of the previous year.",
        ),
        (
            (45, 90),
            (2, 3),
            "成功率为50.0%（45/90），较上年同期降低16.7个百分点。",
            "成功率: 50.0% (45/90), down 16.7 pp on the same period of the previous year.",
        ),
        (
            (10, 10),
            (2000, 2001),
            "成功率为100.0%（10/10），与上年同期基本持平。",
            "成功率: 100.0% (10/10), about level with the same period of the previous year.",
        ),
        (
            (1999, 2000),
            None,
            "成功率为99.95%（1,999/2,000），上年同期无数据，不作比较。",
            "成功率: 99.95% (1,999/2,000), no figure for the same period of the previous year.",
        ),
        (
            (1, 2),
            (0, 0),
            "成功率为50.0%（1/2），上年同期无数据，不作比较。",
            "成功率: 50.0% (1/2), no figure for the same period of the previous year.",
        ),
    ],
)
def test_rate_change(
    now: tuple[int, int], before: tuple[int, int] | None, zh: str, en: str
) -> None:
    for messages, expected in ((ZH, zh), (EN, en)):
        said = rate_change(
            messages, measure="成功率", numerator=now[0], denominator=now[1], before=before
        )
        assert said == expected


def test_rate_change_per_mille() -> None:
    said = rate_change(
        ZH,
        measure="投诉率",
        numerator=3,
        denominator=10_000,
        before=(6, 10_000),
        unit="‰",
        decimals=2,
    )
    assert said == "投诉率为0.30‰（3/10,000），较上年同期降低0.30个千分点。"


def test_no_rate_of_nothing() -> None:
    with pytest.raises(ValueError, match="there is no rate: the denominator is 0"):
        rate_change(ZH, measure="成功率", numerator=0, denominator=0, before=None)
