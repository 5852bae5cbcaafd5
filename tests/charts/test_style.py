"""The house style: colours that everyone tells apart, words that stand out, one theme, one font."""

from __future__ import annotations

import ast
import itertools
import warnings
from collections import Counter
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from policy_charts import BULLETS, ORDINARY, PAIRS, RANKS, STATUSES, STRIPS, TILE_VALUES, TILES

import pls_analysis
from pls_analysis import charts
from pls_analysis.charts import theme
from pls_analysis.charts.heat import SHADES
from pls_analysis.charts.statuses import LOOKS
from pls_analysis.publish.svg import clean_svg

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its docstrings have escapes that Python warns of
    from colorspacious import cspace_converter

PACKAGE = Path(pls_analysis.__file__).parent
SIGHTS = {
    "all colours": lambda color: color,
    **{name: cspace_converter({"name": "sRGB1+CVD", "cvd_type": name, "severity": 100}, "sRGB1")
       for name in ("deuteranomaly", "protanomaly", "tritanomaly")},
}  # fmt: skip
TO_UCS = cspace_converter("sRGB1", "CAM02-UCS")
LEAST_APART = 10.0
"""Distance in CAM02-UCS at which two small marks are told apart with ease."""
LEAST_CONTRAST = 4.5
"""Of small letters on their ground: WCAG 2.2, success criterion 1.4.3."""


def seen(color: object, sight: str) -> np.ndarray:
    return TO_UCS(np.clip(SIGHTS[sight](np.array(to_rgb(color))), 0, 1))


def least_apart(colors: list, sight: str) -> tuple[float, object, object]:
    return min(
        (float(np.linalg.norm(seen(one, sight) - seen(other, sight))), one, other)
        for one, other in itertools.combinations(colors, 2)
    )


def contrast(one: object, other: object) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: object) -> float:
    parts = np.array(to_rgb(color))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("sight", SIGHTS)
def test_colours_of_marks_are_told_apart_by_everyone(sight: str):
    marks = [theme.NAVY, theme.RED, theme.TEAL, theme.OCHRE, theme.PEERS]
    assert least_apart(marks, sight)[0] > LEAST_APART
    with mpl.rc_context():
        charts.use_theme()
        cycle = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    assert least_apart(cycle, sight)[0] > LEAST_APART
    assert all(contrast(color, "white") >= 3 for color in [*marks, *cycle])


@pytest.mark.parametrize("sight", SIGHTS)
def test_shades_grow_darker_step_by_step(sight: str):
    steps = [seen(SHADES(at), sight)[0] for at in range(SHADES.N)]
    assert all(before - after > 1 for before, after in itertools.pairwise(steps))


def test_the_ground_of_a_status_is_never_what_tells_it_alone():
    """Two statuses that look alike to someone differ in their sign, and in letters or rim."""
    looks = {(look.ground, look.ink, look.rim, look.hatch) for look in LOOKS.values()}
    assert len(looks) == len(LOOKS)
    for look in LOOKS.values():
        assert contrast(look.ink, look.ground) >= LEAST_CONTRAST


@pytest.mark.parametrize("name", ORDINARY)
def test_every_word_stands_out_from_its_ground(name: str):
    chart = ORDINARY[name]()
    with mpl.rc_context():
        charts.use_theme()
        chart.figure.set_dpi(144)
        canvas = FigureCanvasAgg(chart.figure)
        words = [
            text for text in chart.figure.findobj(mpl.text.Text)
            if text.get_text().strip() and text.axes is not None
        ]  # fmt: skip
        boxes = [text.get_window_extent(canvas.get_renderer()) for text in words]
        for text in words:
            text.set_visible(False)
        canvas.draw()
        dots = np.asarray(canvas.buffer_rgba())[::-1, :, :3]
    for text, box in zip(words, boxes, strict=True):
        rows, columns = slice(int(box.y0), int(box.y1)), slice(int(box.x0), int(box.x1))
        under = Counter(map(tuple, dots[rows, columns].reshape(-1, 3).tolist()))
        for ground, count in under.items():
            if count > 0.3 * under.total():
                found = contrast(text.get_color(), [part / 255 for part in ground])
                assert found >= LEAST_CONTRAST, f"“{text.get_text()}” has {found:.1f} on {ground}"


def test_one_function_alone_sets_the_theme():
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "attr", getattr(node, "id", ""))
            if name in {"rcParams", "rc_context", "rc", "rcdefaults", "set_theme", "set_style",
                        "set_context", "set_palette", "set_default"}:  # fmt: skip
                found.add((path.name, name))
            if name == "use" and isinstance(node, ast.Attribute):
                found.add((path.name, "use"))
    theme = {("theme.py", "use"), ("theme.py", "rc_context")}
    assert found == {*theme, ("forked.py", "rcParams")}, "a forked kernel sets its backend alone"


def test_seaborn_leaves_the_theme_as_it_is():
    for make in (ORDINARY["heat_table"], ORDINARY["dot_strips"], ORDINARY["rank_intervals"]):
        before = dict(mpl.rcParams)
        assert "Noto Sans SC" in make().svg()
        assert dict(mpl.rcParams) == before


def test_a_minus_is_a_minus_on_every_axis():
    frame = pd.DataFrame(
        {"a": [-1200.0, 300.0, -40.0]}, pd.period_range("2022-01", periods=3, freq="M")
    )
    for make in (
        lambda: charts.trend(frame, "a"),
        lambda: charts.small_multiples({"a": frame}),
        lambda: charts.dumbbell(PAIRS.assign(first=-5.0, second=-9.5), ("a", "b")),
        lambda: charts.dot_strips(STRIPS.assign(value=[-1.0, -2.5] * 16), "柳荫街道"),
    ):
        texts = "".join(text.get_text() for text in make().figure.findobj(mpl.text.Text))
        assert "−" in texts
        assert "-" not in texts


BAD = "𠮷"
"""A character of no face in the package (U+20BB7)."""
FRAME = pd.DataFrame({BAD: [1.0, 2.0]}, index=pd.period_range("2022-01", periods=2, freq="M"))
UNKNOWN = {
    "trend": lambda: charts.trend(FRAME, BAD),
    "small_multiples": lambda: charts.small_multiples({BAD: FRAME}),
    "sparkline": lambda: charts.sparkline([1, 2], name=BAD),
    "bars_year_on_year": lambda: charts.bars_year_on_year(
        pd.DataFrame([[1, 2]], index=[BAD], columns=["2021年", "2022年"])
    ),
    "bullets": lambda: charts.bullets(BULLETS.assign(label=BAD)),
    "dot_strips": lambda: charts.dot_strips(STRIPS.assign(label=BAD), "柳荫街道"),
    "dumbbell": lambda: charts.dumbbell(PAIRS, (BAD, "镇")),
    "heat_table": lambda: charts.heat_table(pd.DataFrame({BAD: [1.0]})),
    "status_strip": lambda: charts.status_strip(STATUSES.assign(task=BAD)),
    "tile_map": lambda: charts.tile_map(TILE_VALUES, TILES.assign(short=BAD)),
    "rank_intervals": lambda: charts.rank_intervals(RANKS.assign(label=BAD)),
}  # fmt: skip


def test_every_kind_of_chart_is_among_those_tried():
    made = {name for name in charts.__all__ if callable(getattr(charts, name)) and name.islower()}
    assert made - {"use_theme", "redraw", "load_tiles"} == set(UNKNOWN)


@pytest.mark.parametrize("make", UNKNOWN.values(), ids=UNKNOWN)
def test_an_unknown_character_is_an_error_in_every_chart(make):
    with pytest.raises(charts.MissingGlyph, match=r"U\+20BB7"):
        make()


def test_an_unknown_character_that_an_analyst_writes_on_a_chart_is_an_error():
    chart = charts.sparkline([1, 2, 3])
    chart.axes[0].annotate(f"{BAD}田所", (0, 1))
    with pytest.raises(charts.MissingGlyph, match=f"in “{BAD}田所”"):
        chart.svg()


def test_an_unknown_character_in_an_analysts_own_figure_is_an_error_where_it_is_published():
    with pytest.raises(charts.MissingGlyph, match=f"in “{BAD}田所”"):
        clean_svg(f'<svg xmlns="http://www.w3.org/2000/svg"><text>{BAD}田所</text></svg>', "f-")


def test_the_fonts_of_an_analysts_own_figure_come_from_the_package():
    with mpl.rc_context():
        charts.use_theme()
        name = Figure().text(0, 0, "公共法律服务").get_fontproperties()
        found = Path(mpl.font_manager.findfont(name, fallback_to_default=False))
    assert found.parent == PACKAGE / "publish" / "fonts"
