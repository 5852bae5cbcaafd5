"""Charts of what data can be at worst: nothing is cut off, lies on other words or is too small."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
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
    lacking,
    states,
    table,
)

from pls_analysis import charts

LEAST_PT, DPI = 5.0, 288
MONTHS = pd.period_range("2021-01", "2022-06", freq="M")
LONG = "中国（上海）自由贸易试验区临港新片区"
LONG_EN = "Village advisers who came every month, of all with a contract"
COUNTS = np.arange(40.0, 58.0)
FIGURES: dict[str, tuple[np.ndarray, str]] = {
    "ordinary": (COUNTS, "件"),
    "all missing": (COUNTS * NONE, "件"),
    "one figure": (np.array([NONE] * 17 + [7.0]), "件"),
    "zero": (COUNTS * 0, "件"),
    "constant": (COUNTS * 0 + 5, "件"),
    "constant small": (COUNTS * 0 + 0.05, "‰"),
    "nearly constant": (5 + np.arange(18) / 1000, "次"),
    "all of them": (COUNTS * 0 + 100, "%"),
    "negative": (30 - COUNTS, "个百分点"),
    "huge": (COUNTS * 1_234_567, "元"),
    "huge and flat": (90_000_000 + COUNTS, "元"),
}
RATES = pd.DataFrame(
    [(f"{LONG[:at % 9 + 3]}区", 80 + at / 3, 78 + at / 3, 82 + at / 3, at + 1, at + 9, at == 7)
     for at in range(36)],
    columns=["label", "value", "low", "high", "best", "worst", "own"],
)  # fmt: skip


def frame(values: np.ndarray, name: str = "柳荫街道", peers: int = 5) -> pd.DataFrame:
    rest = {f"街道{at}": values * (1 - at / 20) for at in range(peers)}
    return pd.DataFrame({name: values, **rest}, index=MONTHS)


def pairs_of(*columns: tuple[str, float, float]) -> pd.DataFrame:
    frame = pd.DataFrame(list(columns), columns=["now", "2021", "2022"]).set_index("now")
    return frame.rename(columns={"2021": "2021年1—6月", "2022": "2022年1—6月"})


HARD: dict[str, Callable[[], charts.Chart]] = {
    **{f"trend, {name}": lambda values=values, unit=unit: charts.trend(
        frame(values), "柳荫街道", caption="人民调解受理", unit=unit
    ) for name, (values, unit) in FIGURES.items()},
    **{f"panels, {name}": lambda values=values, unit=unit: charts.small_multiples(
        dict.fromkeys(["人民调解受理", "法律援助案件"], frame(values))
        | {"公共法律服务工作站现场服务达标率": frame(values, peers=0)}, units=unit, caption="各月",
    ) for name, (values, unit) in FIGURES.items()},
    **{f"strips, {name}": lambda values=values, unit=unit: charts.dot_strips(
        STRIPS.assign(unit=unit, value=np.resize(values, len(STRIPS))), TOWNS[0]
    ) for name, (values, unit) in FIGURES.items()},
    **{f"pairs, {name}": lambda values=values, unit=unit: charts.dumbbell(
        PAIRS.assign(first=values[:4], second=values[-4:], unit=unit), ("街道", "镇")
    ) for name, (values, unit) in FIGURES.items()},
    **{f"table, {name}": lambda values=values: charts.heat_table(
        pd.DataFrame(np.resize(values, (36, 9)), list(RATES["label"]), [LONG[:8]] * 9)
    ) for name, (values, _) in FIGURES.items() if name in ("all missing", "negative", "huge")},
    **{f"tiles, {name}": lambda values=values, unit=unit: charts.tile_map(
        pd.Series(values[-8:], index=TILES["code"]), TILES, own="990101002", unit=unit
    ) for name, (values, unit) in FIGURES.items()},
    **{f"intervals, {name}": lambda values=values, unit=unit: charts.rank_intervals(
        RATES.assign(value=np.resize(values, 36), low=np.resize(values, 36) * 0.98,
                     high=np.resize(values, 36) * 1.02), unit=unit
    ) for name, (values, unit) in FIGURES.items()},
    **{f"bullets, {name}": lambda values=values, unit=unit: charts.bullets(BULLETS.assign(
        value=np.abs(values[-9:]), unit=unit, target=np.nanmax([1, *np.abs(values)]), value_text=""
    )) for name, (values, unit) in FIGURES.items()},
    **{f"bars, {name}": lambda values=values, unit=unit: charts.bars_year_on_year(pairs_of(
        *((LONG[at:at + 4], values[at], values[-at - 1]) for at in range(4))).abs(), unit=unit,
    ) for name, (values, unit) in FIGURES.items()},
    **{f"sparkline, {name}": lambda values=values: charts.sparkline(values)
       for name, (values, _) in FIGURES.items()},
    "trend, one month": lambda: charts.trend(frame(COUNTS).iloc[:1], "柳荫街道", unit="件"),
    "trend, long names": lambda: charts.trend(
        frame(COUNTS, LONG), LONG, caption=LONG * 2, unit="件", peer_name=LONG
    ),
    "trend, long English": lambda: charts.trend(
        frame(COUNTS * 1e5, LONG_EN), LONG_EN, caption=LONG_EN * 2, unit="cases", lang="en"
    ),
    "panels, long names": lambda: charts.small_multiples(
        {LONG + str(at): frame(COUNTS) for at in range(9)}, units="件（次）", caption=LONG * 2
    ),
    "panels, long English": lambda: charts.small_multiples(
        {f"{at} {LONG_EN}": frame(COUNTS * 1e5) for at in range(3)}, units="consultations",
        lang="en",
    ),
    "bars, long names": lambda: charts.bars_year_on_year(
        pairs_of((LONG, 1, 2), (LONG + "件", 12_345_678, 98_765_432)), unit="件（次）",
        caption=LONG * 2,
    ),
    "bars, 36 rows": lambda: charts.bars_year_on_year(
        pairs_of(*((f"纠纷{at}", at, at * 2) for at in range(36))), unit="件"
    ),
    "bullets, units not known": lambda: charts.bullets(
        BULLETS.assign(unknown=3.0, value=40.0, target=100.0, unit="%")
    ),
    "strips, long names": lambda: charts.dot_strips(
        STRIPS.assign(label=STRIPS["label"] + LONG), TOWNS[0], own_name=LONG, caption=LONG * 2
    ),
    "pairs, long names": lambda: charts.dumbbell(
        MIXED_PAIRS.assign(label=LONG, note="差距1,234.5名"), ("城区街道", "远郊镇"),
        caption=LONG * 2,
    ),
    "pairs, 36 rows": lambda: charts.dumbbell(pd.concat([PAIRS] * 9), ("街道", "镇")),
    "table of states, long names": lambda: charts.heat_table(
        table().set_axis([LONG] * 36).set_axis([LONG] * 9, axis=1), states=states(), caption=LONG
    ),
    "table of long English heads": lambda: charts.heat_table(
        table(36, 5).set_axis([LONG_EN] * 5, axis=1), states=states(36, 5), lang="en", caption="x"
    ),
    "pairs, long English": lambda: charts.dumbbell(
        MIXED_PAIRS.assign(unit="cases per 10,000 residents", label=LONG_EN[:24]),
        ("subdistricts", "rural towns"), lang="en",
    ),
    "statuses, long names": lambda: charts.status_strip(
        STATUSES.assign(task=STATUSES["task"] + LONG), caption=LONG * 2, lang="en"
    ),
    "tiles, long names": lambda: charts.tile_map(
        TILE_VALUES * 123_456, TILES.assign(short=LONG_EN[:18]), unit="元", caption=LONG * 2,
        lang="en",
    ),
    "intervals, long names": lambda: charts.rank_intervals(
        RATES.assign(label=LONG), caption=LONG * 2
    ),
    "intervals without figures": lambda: charts.rank_intervals(
        lacking(RANKS, "value", "low", "high")
    ),
}  # fmt: skip
EVERY = {**ORDINARY, **WORST, **HARD}


def shown(chart: charts.Chart) -> list[Text]:
    """Every text that is drawn."""
    found = [*chart.figure.texts]
    for axes in chart.figure.axes:
        found += axes.texts
        if axes.axison:
            found += [*axes.get_xticklabels(), *axes.get_yticklabels()]
    return [one for one in found if one.get_text().strip()]


@pytest.mark.parametrize("width", [16.6, 8.8])
@pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)
def test_words_keep_clear_of_each_other_and_of_the_edges(make, width: float):
    data, told = make().data, []
    for stretch in (0.6, 1.5) if data["kind"] != "sparkline" else (1.0,):
        chart = charts.redraw(data, width, stretch)
        told += [f"{stretch}: {fault}" for fault in faults(chart)]
    assert not told, "\n".join(told[:12])


def faults(chart: charts.Chart) -> list[str]:
    """What is cut off, too small, or lies on other words."""
    with mpl.rc_context():
        charts.use_theme()
        chart.figure.set_dpi(DPI)
        canvas = FigureCanvasAgg(chart.figure)
        renderer = canvas.get_renderer()
        wide, high = canvas.get_width_height()
        boxes = [(one, one.get_window_extent(renderer)) for one in shown(chart)]
    told = []
    for at, (one, box) in enumerate(boxes):
        text, size = one.get_text(), float(one.get_fontsize())
        if size < LEAST_PT:
            told.append(f"“{text}” has {size:.1f} pt")
        outside = max(-box.x0, box.x1 - wide, -box.y0, box.y1 - high) * 72 / DPI
        if outside > 1.5:
            told.append(f"“{text}” is {outside:.1f} pt outside")
        for other, beside in boxes[at + 1 :]:
            across = min(box.x1, beside.x1) - max(box.x0, beside.x0)
            down = min(box.y1, beside.y1) - max(box.y0, beside.y0)
            # a line's box is half as high again as its letters
            if across > DPI / 72 and down > 0.42 * DPI / 72 * min(
                size, float(other.get_fontsize())
            ):
                told.append(f"“{text}” lies on “{other.get_text()}”")
    return told


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("kind", ["trend", "panels", "pairs", "intervals"])
def test_an_axis_never_says_the_same_twice_nor_more_than_all(kind: str, name: str):
    chart = HARD[f"{kind}, {name}"]()
    for axes in chart.axes:
        labels = [label.get_text() for label in axes.get_yticklabels() if axes.axison]
        assert len(set(labels)) == len(labels)
        if name == "all of them":
            assert not {"102", "105", "110"} & set(labels)
