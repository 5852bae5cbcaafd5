"""Charts of a policy's targets: what they say, which marks they draw, what they leave out."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from policy_charts import (
    BULLETS,
    MIXED_PAIRS,
    NONE,
    ORDINARY,
    PAIRS,
    RANKS,
    STATUSES,
    STRIPS,
    TILE_VALUES,
    TILES,
    TOWNS,
    WORST,
    states,
    table,
)

from pls_analysis import charts
from pls_analysis.areas import load_areas
from pls_analysis.charts.canvas import balanced, fitted
from pls_analysis.charts.chart import MIME
from pls_analysis.charts.layout import wrap
from pls_analysis.charts.phrases import say
from pls_analysis.charts.statuses import LOOKS, status_word
from pls_analysis.charts.theme import PEERS
from pls_analysis.configs import ConfigError
from pls_analysis.project import Project, load_project

ROOT = Path(__file__).parents[2]


def texts(chart: charts.Chart) -> list[str]:
    return [one.get_text() for one in chart.figure.findobj(Text) if one.get_text().strip()]


def rectangles(chart: charts.Chart) -> list[Rectangle]:
    return [one for one in chart.axes[0].patches if isinstance(one, Rectangle)]


@pytest.mark.parametrize("make", [*ORDINARY.values(), *WORST.values()], ids=[*ORDINARY, *WORST])
def test_a_chart_is_drawn_again_from_its_bundle_alone(make):
    chart = make()
    bundle = chart._repr_mimebundle_()
    assert make()._repr_mimebundle_() == bundle
    data = json.loads(json.dumps(bundle[MIME], allow_nan=False))
    again = charts.redraw(data, 16.6)
    assert (again.data, again.alt) == (chart.data, chart.alt)
    assert again.svg() == bundle["image/svg+xml"]
    assert charts.redraw(data, 8.8).figure.get_figwidth() == pytest.approx(8.8 / 2.54)


@pytest.mark.parametrize("make", ORDINARY.values(), ids=ORDINARY)
@pytest.mark.parametrize("stretch", [0.8, 1.3])
def test_a_chart_is_as_high_as_asked(make, stretch: float):
    natural = make()
    high = charts.redraw(natural.data, 16.6, stretch).figure.get_figheight()
    asked = natural.figure.get_figheight() * stretch
    assert high == pytest.approx(asked)


def test_no_chart_is_too_flat_to_read():
    strip = charts.redraw(ORDINARY["status_strip"]().data, 16.6, 0.3)
    assert strip.figure.get_figheight() > 0.5 * ORDINARY["status_strip"]().figure.get_figheight()


@pytest.mark.parametrize("make", [*ORDINARY.values(), *WORST.values()], ids=[*ORDINARY, *WORST])
def test_no_chart_says_first_or_last(make):
    chart = make()
    for word in ("第一", "末位", "倒数", "-1", "nan", "None"):
        assert word not in chart.alt
        assert not any(word in text for text in texts(chart))


# -- bullets


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (0, "律师数7,512人（未达序时，序时要求7,600人，目标≥8,000人）"),
        (1, "公证员人数96人（已达标，序时要求90人，目标≥90人）"),
        (2, "公证投诉率0.82‰（未达标，序时要求0.60‰，目标≤0.60‰）"),
        (4, "重复投诉1件（数量过小，目标≤0件）"),
        (5, "村（居）法律顾问现场服务达标率无数据（无数据，目标≥100.0%）"),
        (7, "12348热线满意率95.2%（未达到预期，目标≥97.0%）"),
        (8, "法治宣传活动1,204场（监测）"),
    ],
)
def test_a_bullet_is_told_with_value_status_pace_and_target(row: int, told: str):
    assert charts.bullets(BULLETS.iloc[[row]]).alt.endswith(told + "。")


def test_bullets_count_statuses_and_english_says_the_same():
    assert charts.bullets(BULLETS, caption="目标").alt.startswith(
        "子弹图：目标。共9项，其中已达标3项，未达序时1项，未达标1项，未达到预期1项，"
    )
    english = charts.bullets(BULLETS.assign(unit=""), lang="en").alt
    assert english.startswith("Bullet chart. 9 targets: 3 met, 1 off track, 1 missed, 1 short of")
    assert "律师数 7,512人 (off track, due by now 7,600, target ≥8,000)" in english


def bar_of(row: int) -> Rectangle | None:
    """The bar of a bullet drawn alone, by its status's colour; squares of statuses are not bars."""
    chart = charts.bullets(BULLETS.iloc[[row]])
    color = mpl.colors.to_rgba(LOOKS[chart.data["rows"][0]["status"]].bar)
    found = [one for one in rectangles(chart) if one.get_facecolor() == color]
    return next((one for one in found if one.get_width() != one.get_height()), None)


def goal_of(row: int) -> float:
    """Where the line of a bullet's target stands, below the one of the legend."""
    lines = charts.bullets(BULLETS.iloc[[row]]).axes[0].lines
    goals = [one for one in lines if one.get_linewidth() == 1.6]
    return float(max(goals, key=lambda one: one.get_ydata()[1]).get_xdata()[0])


@pytest.mark.parametrize(("row", "share"), [(0, 7512 / 8000), (1, 96 / 90), (3, 0.31 / 0.6)])
def test_a_bar_starts_at_zero_and_is_as_long_as_its_share_of_the_target(row: int, share: float):
    bar = bar_of(row)
    assert bar is not None
    assert bar.get_width() / (goal_of(row) - bar.get_x()) == pytest.approx(share, abs=0.001)


@pytest.mark.parametrize(("row", "drawn"), [(0, True), (5, False), (6, True), (8, False)])
def test_a_missing_value_or_one_without_any_bound_has_no_bar(row: int, drawn: bool):
    assert (bar_of(row) is not None) is drawn
    assert ("无数据" in texts(charts.bullets(BULLETS.iloc[[row]]))) is (row == 5)


def test_a_bar_beyond_the_scale_ends_in_an_arrow_and_a_ceiling_is_hatched():
    def arrows(row: int) -> int:
        lines = charts.bullets(BULLETS.iloc[[row]]).axes[0].lines
        return sum(line.get_marker() == ">" for line in lines)

    assert [arrows(row) for row in (0, 1, 2, 6)] == [0, 0, 1, 1]
    assert "超出上限" in texts(charts.bullets(BULLETS.iloc[[2]]))
    assert "超出上限" not in texts(charts.bullets(BULLETS.iloc[[0]]))


def test_statuses_differ_by_sign_as_well_as_by_colour():
    for lang in ("zh", "en"):
        signs = [charts.bullets(
            BULLETS.iloc[[0]].assign(status="missed" if status == "missed_aspired" else status,
                                     strength="aspired" if status == "missed_aspired" else ""),
            lang=lang,
        ).axes[0] for status in LOOKS]  # fmt: skip
        shown = [[t.get_text() for t in axes.texts if len(t.get_text()) == 1] for axes in signs]
        assert len({tuple(one) for one in shown}) == len(LOOKS)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sign_of_a_status_is_a_part_of_its_word_and_stands_beside_it(lang: str):
    for status in LOOKS:
        sign, word = say(lang, f"sign_{status}"), status_word(status, lang)
        assert sign.casefold() in word or (lang, sign) in {("en", "X"), ("en", "W")}
    legend = texts(charts.status_strip(STATUSES, lang=lang))
    for status in ("off_track", "missed_aspired", "not_due", "monitored"):
        beside = legend.index(say(lang, f"sign_{status}"))
        assert legend[beside + 1].startswith(status_word(status, lang))


def test_what_is_not_known_of_units_is_hatched_behind_what_is():
    rows = BULLETS.iloc[[7]].assign(
        value=96.0, target=100.0, unknown=3.0, value_text="96/97（应100）"
    )
    chart = charts.bullets(rows, caption="达标率")
    hatched = [one for one in rectangles(chart) if one.get_hatch()]
    assert "情况不明" in texts(chart)
    _, part = sorted(hatched, key=lambda one: one.get_y())
    goal = max(chart.axes[0].lines, key=lambda one: one.get_linewidth() * one.get_ydata()[0])
    left = min(one.get_x() for one in rectangles(chart) if one.get_width() > 50)
    whole = goal.get_xdata()[0] - left
    assert (part.get_x() - left) / whole == pytest.approx(0.96, abs=0.001)
    assert part.get_width() / whole == pytest.approx(0.03, abs=0.001)
    assert "情况不明" not in texts(charts.bullets(BULLETS))


# -- dots


def test_a_strip_marks_the_own_area_and_names_no_other():
    chart = charts.dot_strips(STRIPS, TOWNS[0], caption="比较")
    assert chart.alt == (
        "点图：比较。潍坊新村街道与同类地区，不作排名："
        "人民调解成功率95.1%，7个地区中位数99.0%，1个无数据；"
        "现场服务达标率100.0%，8个地区中位数100.0%；"
        "每百家企业法治体检2.5次，7个地区中位数3.0次，1个数量过小；"
        "普法活动无数据，无可比数据，8个无数据。"
    )
    told = json.dumps(chart.data, ensure_ascii=False) + "".join(texts(chart))
    assert not any(name in told for name in TOWNS[1:])


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(len(TOWNS))))
def test_the_order_of_areas_leaves_no_trace(order: list[int]):
    drawn = STRIPS.iloc[: len(TOWNS)]
    shuffled = charts.dot_strips(drawn.iloc[order], TOWNS[2])
    assert shuffled.data == charts.dot_strips(drawn, TOWNS[2]).data


def test_as_many_dots_as_figures():
    chart = charts.dot_strips(STRIPS, TOWNS[0])
    peers = mpl.colors.to_rgba(PEERS)
    found = [one for one in chart.axes[0].collections if isinstance(one, PathCollection)]
    drawn = [one for one in found if tuple(one.get_facecolor()[0]) == peers]
    rows = [y for one in drawn for _, y in one.get_offsets().tolist()]
    lines = sorted(line.get_ydata()[0] for line in chart.axes[0].lines if line.get_zorder() == 0)
    nearest = Counter(min(lines, key=lambda line: abs(line - y)) for y in rows)
    assert [nearest[line] for line in lines if nearest[line]] == [6, 7, 6]


def test_an_own_figure_too_few_is_said_and_not_drawn():
    chart = charts.dot_strips(STRIPS, TOWNS[7])
    third = chart.data["strips"][2]
    assert (third["own"], third["own_state"], third["too_few"]) == (None, "too_few", 1)
    assert "每百家企业法治体检数量过小" in chart.alt


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (PAIRS, ["2019年：街道99.1%，镇91.0%", "2020年：街道97.44%，镇97.41%", "街道98.0%，镇98.0%",
                 "2022年1—6月：街道98.2%，镇无数据"]),
        (MIXED_PAIRS, ["工作室：街道1.00个，镇0.97个", "街道212.4人次，镇144.1人次",
                       "街道无数据，镇21.5名", "街道无数据，镇无数据"]),
    ],
)  # fmt: skip
def test_pairs_are_told_so_that_unlike_figures_do_not_look_alike(rows: pd.DataFrame, told):
    chart = charts.dumbbell(rows, ("街道", "镇"))
    for one in told:
        assert one in chart.alt
    marks = [line for line in chart.axes[0].lines if line.get_marker() in {"o", "D"}]
    assert len(marks) - 2 == rows[["first", "second"]].notna().sum().sum()


# -- tables


def test_a_heat_table_tells_ranges_and_gaps_and_keeps_the_order():
    frame = pd.DataFrame(
        {"成功率": [95.1, NONE, 99.0], "受理": [10, 1200, 30]}, index=["乙镇", "甲镇", "丙镇"]
    )
    shown = pd.DataFrame({"成功率": ["95.1%", "", "99.0%"], "受理": [None, "1,200", None]})
    chart = charts.heat_table(frame, shown, caption="指标")
    assert chart.alt == (
        "色阶表：指标。3行2列：成功率在95.1%至99.0%之间（1行无数据）；受理在10至1,200之间。"
    )
    assert chart.data["labels"] == ["乙镇", "甲镇", "丙镇"]
    assert {"95.1%", "—", "99.0%", "10", "1,200", "30"} <= set(texts(chart))
    hatched = [one for one in rectangles(chart) if one.get_hatch()]
    assert [(round(one.get_x()), round(one.get_y())) for one in hatched] == [(0, 1)]


@pytest.mark.parametrize(("scale", "first"), [("column", 1.0), ("all", 0.01)])
def test_columns_are_shaded_by_themselves_or_together(scale: str, first: float):
    frame = pd.DataFrame({"a": [0.0, 1.0], "b": [0.0, 100.0]})
    mesh, *_ = charts.heat_table(frame, scale=scale).axes[0].collections
    shades = mesh.get_array().reshape(2, 2)
    assert shades[0].tolist() == [0.0, 0.0]
    assert shades[1].tolist() == [first, 1.0]


def test_36_towns_and_nine_columns_fit_half_a_page_and_are_cut_for_a_telephone():
    chart = charts.heat_table(table(), caption="指标")
    assert len(chart.axes) == 1
    assert chart.figure.get_figheight() * 2.54 < 16
    assert min(t.get_fontsize() for t in chart.axes[0].texts) >= 6
    narrow = charts.redraw(chart.data, 8.8)
    assert len(narrow.axes) == 2
    assert min(t.get_fontsize() for axes in narrow.axes for t in axes.texts) >= 6


def test_a_table_of_states_counts_them_and_writes_signs():
    chart = charts.heat_table(table(6, 2), states=states(6, 2), caption="状态")
    assert "无数据" in chart.alt
    assert "至" not in chart.alt
    assert any(text.startswith(("达 ", "符 ", "未 ", "监 ", "序 ")) for text in texts(chart))


def test_a_status_strip_counts_and_names_what_failed_and_gives_no_share():
    chart = charts.status_strip(STATUSES, caption="进展")
    assert chart.alt == (
        "状态图：进展。3项任务共34项目标，其中已达标26项，符合序时1项，未达序时1项，"
        "未达标1项，未达到预期1项，未到期1项，数量过小1项，无数据1项，监测1项。"
        "未达标的有：法律援助案件投诉率。未达到预期的有：领军律师。未达序时的有：律师数。"
    )
    assert not any("%" in text for text in [chart.alt, *texts(chart)])
    assert "已达标 26" in texts(chart)
    assert texts(chart).count("达") == 26 + 1


# -- tiles


def test_a_tile_map_tells_range_own_and_gaps():
    chart = charts.tile_map(TILE_VALUES, TILES, own="990101002", unit="%", caption="成功率")
    assert chart.alt == (
        "方格图：成功率。共8个地区，在80.4%至99.9%之间。柳荫为99.9%。2个无数据：塘桥，祝桥。"
    )
    hatched = [one for one in rectangles(chart) if one.get_hatch()]
    assert len(hatched) == 2 + 1
    assert texts(chart).count("—") == 2


def test_every_town_of_the_project_has_one_tile_and_none_share_it():
    project = load_project(ROOT)
    tiles = charts.load_tiles(project)
    tree = load_areas(project)
    assert tiles["code"].to_list() == [one.code for one in tree.descendants(project.home, "town")]
    assert not tiles.duplicated(["row", "column"]).any()
    assert tiles["short"].is_unique
    assert tiles["short"].str.len().max() <= 4
    lat = [float(tree.facts(code)["lat_gcj02"]) for code in tiles["code"]]
    lon = [float(tree.facts(code)["lon_gcj02"]) for code in tiles["code"]]
    assert tiles["row"].corr(pd.Series(lat), method="pearson") < -0.9
    assert tiles["column"].corr(pd.Series(lon), method="pearson") > 0.85


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (None, "config/tiles.csv: there is no such file"),
        (["code,row,column,short", "1,1,1,甲", "1,1,2,乙"], "code 1 stands on line 2 already"),
        (["code,row,column,short", "1,1,1,甲", "2,1,1,乙"], r"tile \(1, 1\) stands on line 2"),
        (["code,row,column,short", "1,one,1,甲"], "row and column are whole numbers"),
        (["code,row,short", "1,1,甲"], "missing column column"),
    ],
)
def test_faults_of_the_list_of_tiles_are_named(tmp_path: Path, lines, words: str):
    folders = [tmp_path / name for name in ("raw", "processed", "reports", "config")]
    project = Project(tmp_path, "1", "", "zh", *folders)
    folders[3].mkdir()
    if lines:
        (folders[3] / "tiles.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ConfigError, match=words):
        charts.load_tiles(project)


# -- intervals


def test_intervals_tell_the_own_rate_its_error_and_its_ranks():
    chart = charts.rank_intervals(RANKS, caption="满意率")
    assert chart.alt == (
        "区间图：满意率。共4个地区。东湖区为89.3%，95%区间87.4%至91.2%，可能位次1—4。"
        "各地区在86.4%至91.0%之间。1个地区无数据。"
    )
    assert [row["label"] for row in chart.data["rows"]] == RANKS["label"].to_list()
    assert {"1—3", "1—4", "3—4", "无数据", "—"} <= set(texts(chart))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: charts.bullets(BULLETS.drop(columns="required")), "lack the column required"),
        (lambda: charts.bullets(BULLETS.iloc[:0]), "no row"),
        (lambda: charts.bullets(BULLETS.assign(status="on-track")), 'did you mean "on_track"'),
        (lambda: charts.bullets(BULLETS.assign(value=-1)), "start at zero: value of '律师数'"),
        (lambda: charts.heat_table(table(), table(3, 3)), "another given is"),
        (lambda: charts.heat_table(table(), scale="row"), "scale"),
        (lambda: charts.tile_map(TILE_VALUES, TILES.iloc[2:]), "No tile for 990101000, 990101001"),
        (lambda: charts.tile_map(TILE_VALUES, TILES.assign(row=1, column=1)), "tile of its own"),
        (lambda: charts.rank_intervals(RANKS[["label"]]), "lack the column value, low"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_says_why(call, words: str):
    with pytest.raises(ValueError, match=words):
        call()


def test_numbers_and_words_are_not_broken_within():
    assert wrap("10个地区中位数17.5场", 8) == "10个地区中位数\n17.5场"
    assert wrap("一二三四五六2022年", 8) == "一二三四五六\n2022年"
    assert balanced("人民调解成功率", 6.5) == "人民调解\n成功率"
    assert fitted("人民调解成功率", 100, 20)[1] == 7.5
    assert fitted("人民调解成功率" * 9, 20, 5)[1] == 5.0
