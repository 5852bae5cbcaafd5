"""What a cell says: figures in every spelling, and what only looks like one."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pls_analysis.ingest import number_formats, units, values
from pls_analysis.ingest.cells import Cell
from pls_analysis.ingest.values import Reading

FULL_WIDTH = str.maketrans("0123456789.,%-+()", "０１２３４５６７８９．，％－＋（）")


def read(text: str, code: str = "General") -> Reading:
    return values.read(Cell(1, 1, text, "text", code))


def read_number(value: float, code: str) -> Reading:
    return values.read(Cell(1, 1, value, "number", code))


# -- figures --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("5", 5, None),
        ("0", 0, None),
        ("-0", 0, None),
        ("0.5", 0.5, None),
        (".5", 0.5, None),
        ("１２３", 123, None),
        (" 123\u3000", 123, None),
        ("\u200b123\ufeff", 123, None),
        ("1,234", 1234, None),
        ("1，234", 1234, None),
        ("1,234,567.8", 1234567.8, None),
        ("12 345", 12345, None),
        ("1 375 281", 1375281, None),
        ("1\u00a0000.5", 1000.5, None),
        ("123,456,789,012", 123456789012, None),
        ("+3", 3, None),
        ("-5", -5, None),
        ("−5", -5, None),
        ("－5", -5, None),
        ("–5", -5, None),
        ("- 22.2", -22.2, None),
        ("98.5%", 98.5, "%"),
        ("３．５％", 3.5, "%"),
        ("22.2 %", 22.2, "%"),
        ("0.6‰", 0.6, "‰"),
        ("0.6%0", 0.6, "‰"),
        ("5.2个百分点", 5.2, "百分点"),
        ("12件", 12, "件"),
        ("12 人次", 12, "人次"),
        ("12(件)", 12, "件"),
        ("3千克", 3, "千克"),
        ("¥1,200", 1200, "元"),
        ("$12", 12, "美元"),
    ],
)
def test_figures(text: str, value: float, unit: str | None) -> None:
    reading = read(text)
    assert (reading.kind, reading.value, reading.unit, reading.scale) == ("number", value, unit, 1)
    assert str(reading.value) != "-0.0"


@pytest.mark.parametrize(
    ("text", "value", "unit", "scale"),
    [
        ("1.2万", 12000, None, 10_000),
        ("1.2万件", 12000, "件", 10_000),
        ("3万元", 30000, "元", 10_000),
        ("0.3亿元", 30_000_000, "元", 100_000_000),
        ("2千人", 2000, "人", 1000),
        ("-1.1万人次", -11000, "人次", 10_000),
    ],
)
def test_scale_words_are_applied_exactly(text, value, unit, scale) -> None:
    reading = read(text)
    assert (reading.value, reading.unit, reading.scale) == (value, unit, scale)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("约12", "approximate"),
        ("近100件", "approximate"),
        ("超过5万元", "approximate"),
        ("<0.01", "approximate"),
        ("≥3", "approximate"),
        ("12余", "approximate"),
        ("12余件", "approximate"),
        ("12万余", "approximate"),
        ("12多人", "approximate"),
        ("12%左右", "approximate"),
        ("12件以上", "approximate"),
        ("5+", "approximate"),
        ("3-5", "range"),
        ("3—5件", "range"),
        ("３～５", "range"),
        ("3至5人", "range"),
        ("3/5", "fraction"),
        ("1,23", "bad_grouping"),
        ("1234,567", "bad_grouping"),
        ("0,0", "bad_grouping"),
        ("5,", "bad_grouping"),
        ("99·5 9%", "damaged"),
        ("71344..86", "damaged"),
        ("477903S1.68", "damaged"),
        ("732l06.51", "damaged"),
        ("1.2.3", "damaged"),
        ("--5", "damaged"),
        ("△5", "damaged"),
        ("123.", "damaged"),
        ("1 375281", "inner_blank"),
        ("211 1", "inner_blank"),
        ("82231 8", "inner_blank"),
        ("8.1 8", "inner_blank"),
        ("(1,234)", "bracketed"),
        ("（123）", "bracketed"),
        ("12(3)", "two_figures"),
        ("12\n34", "two_figures"),
        ("12*", "footnote"),
        ("123①", "footnote"),
        ("1万2千", "mixed_scales"),
        ("1.2E+05", "scientific"),
        ("无", "word"),
        ("零", "word"),
    ],
)
def test_what_is_not_safely_a_figure_is_refused_by_name(text: str, reason: str) -> None:
    reading = read(text)
    assert (reading.kind, reading.reason) == ("refused", reason)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 375281", 1375281), ("- 82231 8", -822318), ("8.1 8", 8.18), ("1,234.5 6", 1234.56),
     ("123①", 123), ("(1,234)", -1234), ("99·5 9%", None), ("约12", None)],
)  # fmt: skip
def test_a_refusal_says_what_the_figure_would_be_where_that_can_be_told(text, value) -> None:
    assert read(text).value == value


@pytest.mark.parametrize(
    "text",
    ["012", "440103001004", "４４０１０３００１００４", "(1)", "（12）", "①", "1.", "12.",
     "020-58788388", "58788388-1234", "2022年6月", "3月", "1-3月", "2021-2022", "2022-06",
     "2021/3/5", "2021.3.21", "12:30", "第3期", "3期", "60岁", "65岁及以上", "80以上",
     "18岁以上人口(含18岁)", "近5年", "5G网络", "3D", "A12", "C0206", "2Q", "05/19", "4月1日",
     "人民调解", "其中：男", "+", "N 695", "2022年度"],
)  # fmt: skip
def test_names_codes_and_dates_are_text(text: str) -> None:
    reading = read(text)
    assert (reading.kind, reading.value) == ("text", None)


@pytest.mark.parametrize(
    ("status", "texts"),
    [
        ("z", ["—", "-", "－", "--", "——", "–", "/", "／", "不适用", "[z]"]),
        ("k", ["…", "……", "[k]"]),
        ("x", ["...", "..", "x", "X", "×", "n/a", "N/A", "NA", "不详", "未统计", "暂缺", "[x]"]),
    ],
)
def test_markers_of_missing_figures_keep_their_kind(status: str, texts: list[str]) -> None:
    for text in texts:
        reading = read(f" {text} ")
        assert (reading.kind, reading.status, reading.value) == ("missing", status, None), text


def test_missing_zero_and_error_stay_distinct() -> None:
    assert [read(text).kind for text in ("0", "—", "#N/A", "　")] == [
        "number", "missing", "error", "text"
    ]  # fmt: skip
    assert read("　").text == ""


# -- number formats -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "code", "expected", "unit"),
    [
        (5, "General", 5, None),
        (0.985, "0.0%", 98.5, "%"),
        (0.07, "0%", 7, "%"),
        (0.6, '0.0"‰"', 0.6, "‰"),
        (98.5, '0.0"%"', 98.5, "%"),
        (123456, '0!.0,"万"', 123456, None),
        (123456, '0!.0,"万元"', 123456, "元"),
        (123456, '#,##0,"千元"', 123456, "元"),
        (1.2, '0.0"万件"', 12000, "件"),
        (5, '0"件"', 5, "件"),
        (5, "0\\件", 5, "件"),
        (5, '0"年"', 5, None),
        (5, '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"??_ ;_ @_ ', 5, None),
        (5, "[$¥-804]#,##0.00", 5, "元"),
        (5, "[Red]0.00", 5, None),
        (5, "@", 5, None),
        (0.1 + 0.2, "General", 0.3, None),
    ],
)
def test_number_formats_name_units_and_scales(value, code, expected, unit) -> None:
    reading = read_number(value, code)
    assert (reading.kind, reading.value, reading.unit) == ("number", expected, unit)


@pytest.mark.parametrize("code", ["#,##0,", '0.0,,"M"', '0!.0"万"', '0,"万"'])
def test_a_format_that_shows_another_figure_than_the_file_holds_is_refused(code: str) -> None:
    reading = read_number(12345678, code)
    assert (reading.kind, reading.reason, reading.value) == ("refused", "hidden_scale", 12345678)


def test_brackets_are_negative_only_where_the_format_says_so() -> None:
    assert read("(1,234)", "#,##0_);(#,##0)").value == -1234
    assert read("(5)", "#,##0_);(#,##0)").value == -5
    assert read("(5)", "#,##0").kind == "text"


@pytest.mark.parametrize(
    ("value", "code", "kind", "text"),
    [
        (dt.date(2022, 6, 1), 'yyyy"年"m"月"', "date", "2022年6月"),
        (dt.date(2022, 6, 1), 'yyyy"年"', "date", "2022年"),
        (dt.date(2022, 6, 1), 'm"月"d"日"', "date", "2022-06-01"),
        (dt.date(2022, 6, 1), "mm-dd-yy", "date", "2022-06-01"),
        (dt.date(2022, 6, 1), "General", "date", "2022-06-01"),
        (dt.datetime(2022, 6, 30, 9, 30), "yyyy-mm-dd h:mm", "date", "2022-06-30 09:30"),
        (dt.time(9, 30), "h:mm", "date", "09:30:00"),
        (dt.date(1900, 1, 5), "yyyy-mm-dd", "refused", "1900-01-05"),
    ],
)
def test_dates_are_read_as_their_format_shows_them(value, code, kind, text) -> None:
    reading = values.read(Cell(1, 1, value, "date", code))
    assert (reading.kind, reading.text) == (kind, text)


def test_cells_without_a_figure_of_their_own() -> None:
    assert values.read(Cell(1, 1, None, "uncached")).kind == "uncached"
    assert values.read(Cell(1, 1, "#DIV/0!", "error")) == Reading("error", "#DIV/0!")
    assert values.read(Cell(1, 1, True, "boolean")) == Reading("text", "TRUE")


# -- text and labels ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ＡＢＣ（１）：", "ABC(1):"),
        (" 合\u3000\u3000计 ", "合 计"),
        ("a\r\nb\rc\n\n d", "a\nb\nc\nd"),
        ("⽉报", "月报"),
        ("①…㎡½Ⅲ℃—", "①…㎡½Ⅲ℃—"),
        ("〔2022〕", "(2022)"),
        ("\u200b数\u00ad\x07", "数"),
        ("", ""),
    ],
)
def test_normalise_maps_what_is_written_in_two_ways_and_nothing_else(text, plain) -> None:
    assert values.normalise(text) == plain


@given(st.text())
def test_normalise_is_idempotent(text: str) -> None:
    once = values.normalise(text)
    assert values.normalise(once) == once


@pytest.mark.parametrize(
    ("text", "label", "unit"),
    [
        ("合　　计", "合计", None),
        ("一、调解受理数（件）", "调解受理数", "件"),
        ("（一）人民调解", "人民调解", None),
        ("1.受理数", "受理数", None),
        ("1、其中：办结", "办结", None),
        ("①办结", "办结", None),
        ("1.5倍", "1.5倍", None),
        ("其中：男", "男", None),
        ("其中", "其中", None),
        ("#男", "男", None),
        ("＃ 女", "女", None),
        ("*", "*", None),
        ("（1）", "(1)", None),
        ("1", "1", None),
        ("出生\nBirth", "出生", None),
        ("总计 Total", "总计", None),
        ("人均 GDP", "人均GDP", None),
        ("Region", "Region", None),
        ("国内生产总值(GDP)", "国内生产总值", None),
        ("受理 数\n(件)", "受理数", "件"),
        ("金额（万元）", "金额", "万元"),
        ("迁入率(‰)", "迁入率", "‰"),
        ("出生率(%o)", "出生率", "‰"),
        ("常住人口[万人]", "常住人口", "万人"),
        ("金额（单位：元）", "金额", "元"),
        ("人口密度（人/平方公里）", "人口密度", "人/平方公里"),
        ("性别(男/女)", "性别(男/女)", None),
        ("18岁以上人口(含18岁)", "18岁以上人口(含18岁)", None),
        ("同比(%)", "同比", "%"),
        ("{year}年平均人口", "{year}年平均人口", None),
    ],
)
def test_labels_are_reduced_to_what_is_compared(text, label, unit) -> None:
    assert values.split_label(text) == (label, unit)
    assert values.label(text) == label


@given(st.text(st.sampled_from("一二、.(（）)1①其中：#* \n人数件%aB{}"), max_size=12))
def test_labels_are_reduced_once_and_never_to_nothing(text: str) -> None:
    label = values.label(text)
    assert values.label(label) == label
    assert bool(label) == bool("".join(values.normalise(text).split()))


@pytest.mark.parametrize(
    "unit", ["件", "人次", "万元", "%", "‰", "元/人", "件/万人", "亿元", "平方公里"]
)
def test_units(unit: str) -> None:
    assert units.is_unit(unit)


def test_scales_before_units_that_hold_one() -> None:
    assert units.convert(1.5, "万千瓦", "千瓦") == 15_000
    assert units.convert(15_000, "千瓦", "万千瓦") == 1.5
    assert units.convert(2, "千克", "克") == 2_000
    assert units.convert(1, "万千瓦", "台") is None


@pytest.mark.parametrize("text", ["男/女", "含18岁", "一", "十", "GDP", "元/人/年", ""])
def test_what_is_no_unit(text: str) -> None:
    assert not units.is_unit(text)


@pytest.mark.parametrize(
    ("number", "text"),
    [(467004.0, "467004"), (0.6, "0.6"), (1e-7, "0.0000001"), (-3.0, "-3"), (5, "5"),
     (1e15, "1000000000000000"), (float("inf"), "Infinity")],
)  # fmt: skip
def test_plain_writes_no_exponent(number: float, text: str) -> None:
    assert values.plain(number) == text


# -- properties -----------------------------------------------------------------------------------

EXACT = st.decimals(-(10**8), 10**8, places=3) | st.integers(-(10**10), 10**10).map(Decimal)


@given(EXACT, st.booleans(), st.booleans(), st.sampled_from(["", "件", "人次", "%", "‰"]))
def test_every_spelling_of_a_figure_gives_that_figure(number, grouped, wide, unit) -> None:
    text = f"{number:,f}" if grouped else f"{number:f}"
    text += unit
    reading = read(text.translate(FULL_WIDTH) if wide else text)
    assert (reading.kind, reading.value) == ("number", float(number))
    assert reading.unit == (unit or None)


@given(EXACT, st.sampled_from([("万", 10**4), ("亿", 10**8), ("万元", 10**4), ("千人", 1000)]))
def test_scaled_figures_are_exact(number, scaled) -> None:
    word, factor = scaled
    assert read(f"{number:f}{word}").value == float(number * factor)


@given(st.decimals(-100, 100, places=4))
def test_percent_formats_lose_no_digit(share: Decimal) -> None:
    assert read_number(float(share), "0.00%").value == float(share * 100)


@given(st.integers(1, 10**9), st.data())
def test_a_stray_sign_among_the_digits_is_never_read_as_a_figure(number: int, data) -> None:
    digits = str(number)
    assume(len(digits) > 3)
    place = data.draw(st.integers(1, len(digits) - 1))
    stray = data.draw(st.sampled_from("·。lOS|"))
    assert read(digits[:place] + stray + digits[place:]).kind in ("refused", "text")


@given(st.text(max_size=20), st.sampled_from(["General", "0.0%", "#,##0_);(#,##0)", '0"件"']))
def test_any_text_is_read(text: str, code: str) -> None:
    reading = read(text, code)
    assert (reading.kind == "number") <= (reading.value is not None)
    assert (reading.kind == "missing") == bool(reading.status)
    assert (reading.kind == "refused") == bool(reading.reason)


@given(st.text(st.sampled_from('0#?.,%!\\"万元件‰;_-* ()[]$¥Eymdhs@'), max_size=15))
def test_any_number_format_is_read(code: str) -> None:
    number_formats.parse(code)
    assert read_number(5, code).kind in ("number", "refused")


def test_reading_is_fast() -> None:
    cells = [Cell(1, 1, value % 5000, "number") for value in range(100_000)]
    start = time.process_time()
    for cell in cells:
        values.read(cell)
    assert time.process_time() - start < 1
