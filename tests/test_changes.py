"""What a brief says of a year beside the year before, over drawn stores."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pls_analysis import changes
from pls_analysis.briefs import Brief, parameters
from pls_analysis.observations import COLUMNS
from pls_analysis.store import FILES, ISSUES, SUBMISSIONS
from pls_analysis.store_versions import write_store

PLS_TOML = """
[project]
home = "990100"
name = "柳荫区"
lang = "zh"

[reports.district_trends]
level = "town"
measures = ["accepted", "rate", "mediators"]
"""
AREAS = """code,name,level,parent,kind,valid_from,valid_until,successor
990100,柳荫区,district,100000,区,,,
990101,柳荫镇,town,990100,镇,,,
990102,塘桥镇,town,990100,镇,,,
990103,旧镇,town,990100,镇,,2021-12-31,990102
"""
FORM = """
form: monthly
title: 月报
sender: town
rhythm: month
match: {title: 月报}
area: office
measures:
  accepted: {name: {zh: 受理数, en: Disputes}, unit: 件, labels: [受理数]}
  rate: {name: {zh: 成功率, en: Success}, unit: "%", labels: [成功率]}
  mediators: {name: {zh: 调解员, en: Mediators}, unit: 人, basis: stock, labels: [调解员]}
"""
Figures = dict[str, float | None]


@pytest.fixture
def brief_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Make the brief of a town for 2022-06 from its figures by month."""
    (tmp_path / "config" / "forms").mkdir(parents=True)
    (tmp_path / "pls.toml").write_text(PLS_TOML, encoding="utf-8")
    (tmp_path / "config" / "areas.csv").write_text(AREAS, encoding="utf-8")
    (tmp_path / "config" / "forms" / "monthly.yml").write_text(FORM, encoding="utf-8")
    monkeypatch.setenv("PLS_PROJECT", str(tmp_path))

    def make(
        figures: Figures,
        measure: str = "accepted",
        area: str = "990101",
        period: str = "2022-06",
        lang: str = "zh",
    ) -> Brief:
        basis = "stock" if measure == "mediators" else "flow"
        unit = {"rate": "%", "mediators": "人"}.get(measure, "件")
        rows = [
            (measure, area, "", "total", *_days(month), basis,
             float("nan") if value is None else value, unit, "x" if value is None else "",
             "monthly", "s", "Sheet1", "C4", str(value))
            for month, value in figures.items()
        ]  # fmt: skip
        tables = {
            "observations": pd.DataFrame(rows, columns=COLUMNS),
            "superseded": pd.DataFrame(columns=COLUMNS),
            "issues": pd.DataFrame(columns=ISSUES.names),
            "submissions": pd.DataFrame(columns=SUBMISSIONS.names),
            "files": pd.DataFrame(columns=FILES.names),
        }
        write_store(tmp_path / "data" / "processed", tables, {})
        return parameters(area, period, lang, "district_trends")

    return make


def _days(month: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    period = pd.Period(month)
    return period.start_time.normalize(), period.end_time.normalize()


def months(year: int, *values: float | None) -> Figures:
    return {f"{year}-{number:02}": value for number, value in enumerate(values, 1)}


def without(figures: Figures, *gone: str) -> Figures:
    return {month: value for month, value in figures.items() if month not in gone}


WHOLE = {**months(2021, *[10] * 6), **months(2022, *[12] * 6)}
SENTENCES = {
    "both years whole": (WHOLE, "2022年1—6月，柳荫镇受理数为72件，同比增长20.0%。"),
    "the year before lacks two months": (
        without(WHOLE, "2021-02", "2021-03"),
        "2022年1—6月，柳荫镇受理数为72件；上年同期有2期未报，按两年均已报的4期比较，同比增长20.0%。",
    ),
    "this year lacks a month": (
        without(WHOLE, "2022-02"),
        "2022年1—6月，柳荫镇受理数已报部分为60件（应报6期，已报5期）；"
        "按两年均已报的5期比较，同比增长20.0%。",
    ),
    "a month marked as missing is no zero": (
        {**WHOLE, "2022-02": None},
        "2022年1—6月，柳荫镇受理数已报部分为60件（应报6期，已报5期）；"
        "按两年均已报的5期比较，同比增长20.0%。",
    ),
    "no year before": (
        months(2022, *[12] * 6),
        "2022年1—6月，柳荫镇受理数为72件，上年同期无数据，不作比较。",
    ),
    "different months in the two years": (
        {**months(2021, 10, 10, 10), "2022-04": 7, "2022-05": 7, "2022-06": 7},
        "2022年1—6月，柳荫镇受理数已报部分为21件（应报6期，已报3期），暂不计算增幅。",
    ),
    "a base of none": (
        {**months(2021, *[0] * 6), **months(2022, *[1] * 6)},
        "2022年1—6月，柳荫镇受理数为6件，上年同期为0，不计算增幅。",
    ),
    "a small base": (
        {**months(2021, 1, 0, 0, 0, 0, 0), **months(2022, 4, 0, 0, 0, 0, 0)},
        "2022年1—6月，柳荫镇受理数为4件，较上年同期增加3件（上年同期基数较小，不计算增幅）。",
    ),
}


@pytest.mark.parametrize(("figures", "said"), SENTENCES.values(), ids=list(SENTENCES))
def test_sentences_of_a_count(brief_of, figures: Figures, said: str) -> None:
    brief = brief_of(figures)
    (one,) = changes.compare(brief)
    assert changes.sentence(brief, one) == said


def test_the_table_says_the_same_as_the_sentence(brief_of) -> None:
    brief = brief_of(without(WHOLE, "2021-02", "2021-03"))
    found = changes.compare(brief)
    (row,) = changes.year_on_year(brief, found).data["rows"]
    texts = [cell["text"] for cell in row]
    assert texts == ["受理数", "件", "12", "72", "40 (4/6)", "▲20.0%", "—"]


def test_gaps_are_named_once_and_rightly(brief_of) -> None:
    brief = brief_of(without(WHOLE, "2022-06"))
    points = changes.key_points(brief, changes.compare(brief)).data["items"]
    assert points[-1][1] == "受理数截至2022年6月30日的当期数据尚未报送，累计数为已报部分。"
    before = brief_of(without(WHOLE, "2021-02"))
    points = changes.key_points(before, changes.compare(before)).data["items"]
    said = "受理数截至2022年6月30日的累计数，因上年同期有月份未报，仅比较两年均已报的月份。"
    assert points[-1][1] == said
    whole = brief_of(WHOLE)
    points = changes.key_points(whole, changes.compare(whole)).data["items"]
    assert points[-1][1] == "本期1项指标数据齐全。"


def test_rates_change_in_points_and_are_not_added_up(brief_of) -> None:
    figures = {**months(2021, *[98.0] * 6), **months(2022, *[99.5] * 6)}
    brief = brief_of(figures, measure="rate")
    (one,) = changes.compare(brief)
    assert (one.value, one.before) == (99.5, 98.0)
    said = "2022年6月，柳荫镇成功率为99.5%，较上年同期提高1.5个百分点。"
    assert changes.sentence(brief, one) == said


def test_stocks_are_held_against_the_same_month(brief_of) -> None:
    figures = {**months(2021, *range(10, 16)), **months(2022, *range(20, 26))}
    (one,) = changes.compare(brief_of(figures, measure="mediators"))
    assert (one.total, one.value, one.before, str(one.period)) == (25, 25, 15, "2022-06")


def test_no_change_is_told_over_a_boundary_change(brief_of) -> None:
    brief = brief_of(WHOLE, area="990102")
    (one,) = changes.compare(brief)
    assert one.joined == ("旧镇",)
    assert one.growth is None
    said = changes.sentence(brief, one)
    assert "旧镇已并入" in said
    assert "%" not in said
    (row,) = changes.year_on_year(brief, [one]).data["rows"]
    assert row[5]["text"] == "区划调整"


def test_half_years_are_the_calendars(brief_of) -> None:
    brief = brief_of(WHOLE)
    frame = brief.observations.head(1)
    rows = []
    for half, (start, end) in {
        30.0: ("2021-01-01", "2021-06-30"), 31.0: ("2021-07-01", "2021-12-31"),
        40.0: ("2022-01-01", "2022-06-30"),
    }.items():  # fmt: skip
        dates = {"period_start": pd.Timestamp(start), "period_end": pd.Timestamp(end)}
        rows.append(frame.assign(value=half, **dates))
    from pls_analysis.analysis import series_of

    table = series_of(pd.concat(rows).assign(area_name="柳荫镇"))
    assert table["柳荫镇"].tolist() == [30, 31, 40]
    assert table.index[-1].start_time == pd.Timestamp("2022-01-01")


def test_an_area_without_figures_is_refused_with_those_that_have_some(brief_of) -> None:
    brief_of(WHOLE)
    with pytest.raises(ValueError, match=r"no observation of 塘桥镇.*柳荫镇"):
        parameters("塘桥镇", "2022-06")


@pytest.mark.parametrize(
    ("area", "period", "lang", "word"),
    [
        ("无此镇", "2022-06", "zh", "无此镇"),
        ("990101", "2022-13", "zh", "2022-13"),
        ("990101", "2022-06", "fr", "fr"),
    ],
)
def test_wrong_parameters_are_named(brief_of, area: str, period: str, lang: str, word: str) -> None:
    brief_of(WHOLE)
    with pytest.raises((ValueError, LookupError), match=word):
        parameters(area, period, lang)


def test_an_unknown_report_is_named(brief_of) -> None:
    brief_of(WHOLE)
    with pytest.raises(ValueError, match="district_trends"):
        parameters("990101", "2022-06", "zh", "district_trend")


def test_numbers_and_codes_are_taken_as_papermill_passes_them(brief_of) -> None:
    brief_of(WHOLE)
    assert parameters(990101, "2022-06").area.name == "柳荫镇"
    assert str(parameters("柳荫镇", 2022).period) == "2022"


def with_form(folder: Path, old: str, new: str) -> None:
    assert old in FORM
    file = folder / "config" / "forms" / "monthly.yml"
    file.write_text(FORM.replace(old, new), encoding="utf-8")


TOGETHER = {  # figures, period, sentence, label of the total in the table
    "neither year has them": (
        {**months(2021, None, None, 10, 10), **months(2022, None, None, 12, 12)}, "2022-04",
        "2022年3—4月，柳荫镇受理数为24件，同比增长20.0%。", "受理数（累计仅3–4月）",
    ),
    "the first month after them": (
        {**months(2021, None, None, 10), **months(2022, None, None, 12)}, "2022-03",
        "2022年3月，柳荫镇受理数为12件，同比增长20.0%。", "受理数（累计仅3月）",
    ),
    "this year has them after all": (
        {**months(2021, None, None, 10, 10), **months(2022, 12, 12, 12, 12)}, "2022-04",
        "2022年1—4月，柳荫镇受理数为48件；上年同期有2期未报，按两年均已报的2期比较，同比增长20.0%。",
        "受理数",
    ),
    "another month is missing": (
        {**months(2021, None, None, 10, 10), **months(2022, None, None, None, 12)}, "2022-04",
        "2022年3—4月，柳荫镇受理数已报部分为12件（应报2期，已报1期）；"
        "按两年均已报的1期比较，同比增长20.0%。", "受理数（累计仅3–4月）",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TOGETHER)
def test_months_published_together_are_not_due(brief_of, tmp_path: Path, case: str) -> None:
    figures, period, said, label = TOGETHER[case]
    with_form(tmp_path, "area: office", "area: office\ntogether: [1, 2]")
    brief = brief_of(figures, period=period)
    found = changes.compare(brief)
    assert changes.sentence(brief, found[0]) == said
    (row,) = changes.year_on_year(brief, found).data["rows"]
    assert row[0]["text"] == label


@pytest.mark.parametrize("measure", ["accepted", "rate"])
def test_no_gap_is_reported_within_them(brief_of, tmp_path: Path, measure: str) -> None:
    with_form(tmp_path, "area: office", "area: office\ntogether: [1, 2]")
    figures = {**months(2021, None, None, *[50] * 10), "2022-02": None}
    brief = brief_of(figures, measure, period="2022-02")
    found = changes.compare(brief)
    assert [one.due for one in found] == [0]
    points = changes.key_points(brief, found).data["items"]
    assert points[-1][1] == "本期1项指标数据齐全。"
    changes.year_on_year(brief, found)


def test_what_does_not_add_up_is_not_summed(brief_of, tmp_path: Path) -> None:
    with_form(tmp_path, "unit: 件,", "unit: 天, adds_up: no,")
    (one,) = changes.compare(brief_of(WHOLE))
    assert (one.due, one.total, one.before) == (1, 12, 10)
