"""Charts: what they say, that gaps stay gaps, the same bytes, the same data for a telephone."""

from __future__ import annotations

import json
import re

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot

from pls_analysis import charts
from pls_analysis.charts.chart import MIME
from pls_analysis.charts.glyphs import check_glyphs, missing
from pls_analysis.charts.layout import apart, period_ticks, value_ticks, width_em, wrap
from pls_analysis.charts.phrases import change, number, period_text, with_unit

MONTHS = pd.period_range("2021-01", "2022-06", freq="M")


def frame(peers: int = 5, name: str = "柳荫街道") -> pd.DataFrame:
    values = {name: np.arange(40.0, 58.0)}
    values |= {f"街道{at}": np.arange(30.0, 48.0) + at for at in range(peers)}
    return pd.DataFrame(values, index=MONTHS)


def bundle(chart: charts.Chart) -> dict:
    return chart._repr_mimebundle_()


def focus_line(chart: charts.Chart) -> np.ndarray:
    """The values of the bold line, the one drawn for the area itself."""
    widest = max(chart.axes[0].lines, key=lambda line: line.get_linewidth() * len(line.get_xdata()))
    return np.asarray(widest.get_ydata(), dtype=float)


def bars() -> pd.DataFrame:
    return pd.DataFrame(
        [(120, 133), (9, 12), (0, 2), (28, np.nan)],
        index=["婚姻家庭", "物业管理", "劳动争议", "损害赔偿"],
        columns=["2021年1—6月", "2022年1—6月"],
    )


EVERY_KIND = {
    "trend": lambda: charts.trend(frame(), "柳荫街道", caption="调解受理数", unit="件"),
    "trend with lines": lambda: charts.trend(frame(), "柳荫街道", peers="lines", lang="en"),
    "small_multiples": lambda: charts.small_multiples(
        {"调解": frame(), "成功率": frame() / 58 * 100}, units={"调解": "件", "成功率": "%"}
    ),
    "bars": lambda: charts.bars_year_on_year(bars(), caption="纠纷类型", unit="件"),
    "sparkline": lambda: charts.sparkline([1, 2, np.nan, 4]),
}


@pytest.mark.parametrize("make", EVERY_KIND.values(), ids=EVERY_KIND)
def test_a_chart_shows_itself_in_three_forms_and_the_same_each_time(make):
    first, second = bundle(make()), bundle(make())
    assert set(first) == {"text/plain", MIME, "image/svg+xml"}
    assert first == second
    assert json.loads(json.dumps(first[MIME], allow_nan=False)) == first[MIME]
    assert first[MIME]["alt"] == first["text/plain"] != ""
    assert "<dc:date>" not in first["image/svg+xml"]
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("make", EVERY_KIND.values(), ids=EVERY_KIND)
@pytest.mark.parametrize(("width_cm", "stretch"), [(8.8, 1.0), (16.6, 0.8), (16.6, 1.6)])
def test_a_chart_is_drawn_again_from_its_data_alone(make, width_cm: float, stretch: float):
    chart = make()
    again = charts.redraw(json.loads(json.dumps(bundle(chart)[MIME])), width_cm, stretch)
    assert again.data == chart.data
    assert again.figure.get_figwidth() * 2.54 == pytest.approx(width_cm)
    if width_cm == 16.6 and chart.data["kind"] != "sparkline":
        natural = chart.figure.get_figheight()
        assert again.figure.get_figheight() == pytest.approx(natural * stretch)


def test_a_missing_period_is_a_gap_and_never_zero():
    data = frame()
    data.loc["2021-05":"2021-06", "柳荫街道"] = np.nan
    chart = charts.trend(data.drop(pd.Period("2021-09", "M")), "柳荫街道", unit="件")
    assert chart.data["periods"] == [str(month) for month in MONTHS]
    assert [at for at, value in enumerate(chart.data["value"]) if value is None] == [4, 5, 8]
    drawn = focus_line(chart)
    assert np.flatnonzero(np.isnan(drawn)).tolist() == [4, 5, 8]
    assert not (drawn == 0).any()
    assert "其中3期无数据" in chart.alt


def test_a_figure_between_two_gaps_is_drawn_as_a_dot():
    data = frame(peers=0)
    data.loc[["2021-05", "2021-07"], "柳荫街道"] = np.nan
    chart = charts.trend(data, "柳荫街道")
    dots = [line for line in chart.axes[0].lines if line.get_marker() == "o"]
    assert [5] in [list(line.get_xdata()) for line in dots]


def test_peers_are_told_by_median_and_quartiles():
    chart = charts.trend(frame(peers=5), "柳荫街道")
    assert chart.data["median"][0] == 32
    assert (chart.data["low"][0], chart.data["high"][0]) == (31, 33)
    assert "5个同类地区中位数" in chart.alt
    few = charts.trend(frame(peers=3), "柳荫街道")
    assert set(few.data["low"]) == {None}, "three peers have no quartiles worth drawing"


def test_alternative_text_of_a_trend():
    zh = charts.trend(frame(peers=0), "柳荫街道", caption="调解受理数", unit="件").alt
    assert zh == (
        "折线图：调解受理数，2021年1月至2022年6月，共18期。2022年6月为57件，上年同期为45件。"
        "期内最高57件（2022年6月），最低40件（2021年1月）。"
    )
    en = charts.trend(frame(peers=0), "柳荫街道", caption="Disputes", unit="cases", lang="en").alt
    assert en.startswith("Line chart: Disputes, January 2021 to June 2022, 18 periods.")
    assert "June 2022: 57 cases, a year before: 45 cases." in en


def test_alternative_text_says_when_the_current_period_has_no_figure():
    data = frame(peers=0)
    data.iloc[-1, 0] = np.nan
    assert "2022年6月无数据" in charts.trend(data, "柳荫街道", unit="件").alt


def test_bars_start_at_zero_and_say_what_is_missing():
    chart = charts.bars_year_on_year(bars(), unit="件")
    assert chart.axes[0].get_xlim()[0] == 0
    texts = [text.get_text() for text in chart.axes[0].texts]
    assert "无数据" in texts
    assert [row["change"] for row in chart.data["rows"]] == ["▲10.8%", "▲3件", "上年同期为0", ""]


@pytest.mark.parametrize(
    ("value", "before", "unit", "said"),
    [
        (108, 100, "件", "▲8.0%"),
        (100.04, 100, "件", "持平"),
        (12, 9, "件", "▲3件"),
        (12, 10, "件", "▲20.0%"),
        (9, 9, "件", "持平"),
        (3, 0, "件", "上年同期为0"),
        (0, 0, "件", "持平"),
        (98.5, 97.9, "%", "▲0.6个百分点"),
        (97.9, 98.5, "%", "▼0.6个百分点"),
        (98.52, 98.5, "%", "持平"),
        (0.4, 0.6, "‰", "▼0.20个千分点"),
        (None, 3, "件", ""),
        (3, None, "件", ""),
    ],
)
def test_change_from_a_year_before(value, before, unit, said):
    assert change(value, before, unit, "zh") == said


@pytest.mark.parametrize(
    ("period", "zh", "short"),
    [
        ("2022-06", "2022年6月", "6月"),
        ("2022-Q2", "2022年第二季度", "二季度"),
        ("2022", "2022年", "2022年"),
        ("第3周", "第3周", "第3周"),
    ],
)
def test_names_of_periods(period, zh, short):
    assert period_text(period, "zh") == zh
    assert period_text(period, "zh", short=True) == short


@pytest.mark.parametrize(
    ("value", "places", "said"), [(1234.5, 1, "1,234.5"), (-3, 0, "−3"), (None, 0, "—")]
)
def test_numbers_have_separators_and_a_true_minus(value, places, said):
    assert number(value, places) == said


def test_a_unit_is_said_once():
    assert with_unit("受理数（件）", "件", "zh") == "受理数（件）"
    assert with_unit("受理数", "件", "zh") == "受理数（件）"
    assert with_unit("Disputes", "cases", "en") == "Disputes (cases)"


def test_an_unknown_character_is_named_before_anything_is_drawn():
    with pytest.raises(charts.MissingGlyph, match=r"“𠮷” \(U\+20BB7\).*in “𠮷田所”"):
        charts.trend(frame(name="𠮷田所"), "𠮷田所")
    assert missing("塘桥喆堃珺翀彧瀍㛃𬭚 ▲▼● ㎡ № ① “”——…‰\n") == []
    with pytest.raises(charts.MissingGlyph, match="U\\+1F600"):
        check_glyphs({"rows": [["好", ("😀",)]]})


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: charts.trend(frame(), "石桥"), KeyError, "No column '石桥': the frame has 柳荫"),
        (lambda: charts.trend(frame(), "柳荫街道", current="2023-01"), ValueError, "2021-01 to"),
        (lambda: charts.trend(frame().iloc[:0], "柳荫街道"), ValueError, "No period to draw"),
        (lambda: charts.bars_year_on_year(frame()), ValueError, "Two columns are needed"),
        (lambda: charts.bars_year_on_year(-bars()), ValueError, "start at zero"),
        (lambda: charts.redraw({"kind": "pie"}, 8.8), ValueError, "Unknown kind of chart 'pie'"),
    ],
)
def test_what_cannot_be_drawn_says_why(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_the_theme_is_left_as_it_was():
    before = mpl.rcParams["font.family"]
    bundle(charts.trend(frame(), "柳荫街道"))
    assert mpl.rcParams["font.family"] == before


def test_an_analysts_own_axes_keep_what_was_added():
    chart = charts.trend(frame(), "柳荫街道")
    with mpl.rc_context():
        charts.use_theme()
        chart.axes[0].annotate("新办法施行", (3, 50))
    assert re.search(r"<text[^>]*>新办法施行</text>", bundle(chart)["image/svg+xml"])


@pytest.mark.parametrize(
    "text", ["11个街道的中位数，浅带为四分位区间", "Median of twelve subdistricts"]
)
def test_wrapping_keeps_every_character_and_the_width(text):
    wrapped = wrap(text, 6)
    assert wrapped.replace("\n", "") == text.replace(" ", "") or wrapped.split() == text.split()
    assert width_em(wrapped) <= 8


def test_labels_are_kept_apart_within_their_field():
    placed = apart([50, 51, 90], gap=20, low=0, high=100)
    assert placed == sorted(placed)
    assert min(np.diff(placed)) >= 20
    assert 0 <= placed[0] <= placed[-1] <= 100


@pytest.mark.parametrize(("low", "high"), [(0, 0), (5, 5), (12, 97), (95.1, 99.8), (-3, 4)])
def test_value_axis_holds_its_figures(low, high):
    ticks, bottom, top = value_ticks(low, high, whole=False)
    assert ticks
    assert bottom <= low <= high <= top
    assert all(bottom <= tick for tick in ticks)
    assert len(ticks) == 1 or low != high, "of one figure the axis names just that"


def test_time_axis_names_years_and_the_current_month_without_touching():
    periods = [str(month) for month in pd.period_range("2018-07", "2022-06", freq="M")]
    ticks = period_ticks(periods, "2022-06", "zh", room=1.0)
    assert ticks[-1] == (47, "6月")
    assert [text for _, text in ticks[:-1]] == ["2019年", "2020年", "2021年", "2022年"]
