"""A drawn chart stretched: bands give, type and marks keep their size, no text lies on another."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from functools import cache

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from policy_charts import ORDINARY, WORST

from pls_analysis import charts
from pls_analysis.charts.chart import KINDS, MIME
from pls_analysis.charts.layout import width_em
from pls_analysis.charts.room import room
from pls_analysis.publish.svg import read_svg, view_box
from pls_analysis.publish.svg_defs import local
from pls_analysis.publish.svg_shapes import box_of, meet, read_path
from pls_analysis.publish.svg_stretch import stretch

MONTHS = [f"{year}-{month:02}" for year in (2021, 2022) for month in range(1, 13)]
SERIES = pd.DataFrame(
    np.random.default_rng(1).integers(50, 200, (24, 4)).astype(float), MONTHS, list("甲乙丙丁")
)
FIGURES = pd.DataFrame(
    {"2021年": [10, 30, 22], "2022年": [12, 25, np.nan]}, ["咨询", "调解", "公证"]
)
MADE = {
    **ORDINARY,
    **{name: WORST[name] for name in ("long bullets", "one tile", "intervals of long names")},
    "small_multiples": lambda: charts.small_multiples(
        dict.fromkeys(("咨询", "调解", "公证", "援助"), SERIES * 2), "甲", units="件"
    ),
    "bars": lambda: charts.bars_year_on_year(FIGURES, unit="件", caption="同比"),
    "trend": lambda: charts.trend(SERIES, "甲"),
}  # fmt: skip
UNSTRETCHED = {"trend", "sparkline"}


@cache
def shown(name: str) -> tuple[str, dict]:
    bundle = MADE[name]()._repr_mimebundle_()
    return bundle["image/svg+xml"], bundle[MIME]


def stretched(name: str, share: float) -> tuple[ET.Element, ET.Element, dict] | None:
    """A chart as it was drawn, as it is stretched by a share of the room it has, and its data."""
    svg, chart = shown(name)
    height = view_box(svg)[3]
    give, gain = room(chart)
    root = read_svg(svg)
    added = share * (gain if share > 0 else min(give, height * 0.5))
    if not stretch(root, chart.get("bands", ()), height + added):
        return None
    return read_svg(svg), root, chart


def named(root: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in root.iter() if local(one.tag) == name]


def paths(root: ET.Element) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Style and box of each drawn path."""
    made = []
    for group in root.iter():
        if local(group.tag) == "defs":
            continue
        for path in group:
            if local(path.tag) == "path" and (steps := read_path(path.get("d", ""))):
                made.append((path.get("style", ""), box_of(steps)))
    return made


def lettering(root: ET.Element) -> list[tuple[str, float, float, float]]:
    """Each text with its place and size."""
    made = []
    for text in named(root, "text"):
        found = re.search(r"translate\(([-\d.]+)[ ,]+([-\d.]+)", text.get("transform", ""))
        x, y = found.groups() if found else (text.get("x", "0"), text.get("y", "0"))
        size = re.search(r"font-size: *([\d.]+)", text.get("style", ""))
        made.append((text.text or "", float(x), float(y), float(size[1]) if size else 0.0))
    return made


def ink(root: ET.Element) -> list[tuple[float, float, float, float]]:
    """A box for each text, as tight as its letters."""
    made = []
    for text, (said, x, y, size) in zip(named(root, "text"), lettering(root), strict=True):
        wide = 0.9 * width_em(said) * size
        anchor = re.search(r"text-anchor: *(\w+)", text.get("style", ""))
        left = x - wide * {"middle": 0.5, "end": 1.0}.get(anchor[1] if anchor else "", 0.0)
        made.append((left, y - 0.75 * size, left + wide, y))
    return made


def test_every_kind_of_chart_is_tried_here():
    kinds = {shown(name)[1]["kind"] for name in MADE}
    assert kinds == set(KINDS) - {"panel", "sparkline"}


@pytest.mark.parametrize("name", MADE)
def test_a_chart_tells_where_it_may_stretch(name: str):
    svg, chart = shown(name)
    bands = chart.get("bands", [])
    assert bool(bands) == (chart["kind"] not in UNSTRETCHED)
    edges = [edge for band in bands for edge in band]
    assert edges == sorted(set(edges)), "from the top down, and apart"
    assert all(0 < edge <= view_box(svg)[3] + 0.01 for edge in edges)


@pytest.mark.parametrize("name", [name for name in MADE if name != "trend"])
@pytest.mark.parametrize("share", [-0.5, 1.0])
def test_type_and_marks_keep_their_size_and_bars_their_length(name: str, share: float):
    made = stretched(name, share)
    if made is None:
        pytest.skip("drawn anew: its texts would come too near to each other")
    old, new, chart = made
    give = sum(bottom - top for top, bottom in chart["bands"])
    height = float(new.get("viewBox", "").split()[3])
    assert height != float(old.get("viewBox", "").split()[3])
    slope = 1 + (height - float(old.get("viewBox", "").split()[3])) / give
    before, after = lettering(old), lettering(new)
    assert [(text, x) for text, x, *_ in before] == [
        (text, pytest.approx(x)) for text, x, *_ in after
    ]
    for (_, _, _, size), (_, _, _, now) in zip(before, after, strict=True):
        assert now == pytest.approx(size) if share > 0 else size * 0.7 <= now <= size
    counts = [len(named(root, "path")) + len(named(root, "use")) for root in (old, new)]
    assert counts[0] == counts[1]
    drawn = paths(new)
    for style, (left, top, right, bottom) in paths(old):
        fitting = [
            box
            for now, box in drawn
            if now == style and box[0] == pytest.approx(left) and box[2] == pytest.approx(right)
        ]
        heights = [box[3] - box[1] for box in fitting]
        tall = bottom - top
        assert any(
            min(tall, tall * slope) - 0.01 <= now <= max(tall, tall * slope) + 0.01
            for now in heights
        ), "as wide as it was, as long as its band made it"


@pytest.mark.parametrize("name", [name for name in MADE if name != "trend"])
@pytest.mark.parametrize("share", [-1.0, -0.5, 1.0])
def test_no_text_comes_to_lie_on_another(name: str, share: float):
    made = stretched(name, share)
    if made is None:
        pytest.skip("drawn anew: its texts would come too near to each other")
    old, new, _ = made
    pairs = sorted(zip(ink(new), ink(old), strict=True), key=lambda pair: pair[0][1])
    for at, (one, was) in enumerate(pairs):
        for other, beside in pairs[at + 1 :]:
            if other[1] >= one[3]:
                break
            assert not meet(one, other) or meet(was, beside)


def test_the_axes_of_a_panel_stretch_and_what_stands_around_them_does_not():
    made = stretched("small_multiples", 1.0)
    assert made is not None
    old, new, chart = made
    (top, bottom), (second, end) = chart["bands"]
    added = float(new.get("viewBox", "").split()[3]) - float(old.get("viewBox", "").split()[3])
    boxes = [clip.attrib for root in (old, new) for clip in named(root, "rect")]
    first, last = boxes[len(boxes) // 2], boxes[-1]
    assert (float(first["y"]), float(first["height"])) == pytest.approx(
        (top, bottom - top + added / 2)
    )
    assert (float(last["y"]), float(last["height"])) == pytest.approx(
        (second + added / 2, end - second + added / 2)
    )
    places = {text: y for text, _, y, _ in lettering(old) if text == "咨询"}
    assert {text: y for text, _, y, _ in lettering(new) if text == "咨询"} == places


def test_a_square_stays_one_and_a_bar_begins_at_zero():
    made = stretched("bullets", 1.0)
    assert made is not None
    old, new, _ = made
    squares = [
        [box for _, box in paths(root) if box[2] - box[0] == pytest.approx(9.5, abs=0.01)]
        for root in (old, new)
    ]
    assert len(squares[0]) == len(squares[1]) == 9
    assert all(box[3] - box[1] == pytest.approx(9.5, abs=0.01) for box in squares[1])
    starts = [{round(box[0], 2) for _, box in paths(root)} for root in (old, new)]
    assert starts[0] == starts[1]


def test_what_an_analyst_wrote_on_the_axes_stays():
    chart = ORDINARY["bullets"]()
    with mpl.rc_context():
        charts.use_theme()
        chart.axes[0].annotate("说明", (200, 60))
    bundle = chart._repr_mimebundle_()
    root = read_svg(bundle["image/svg+xml"])
    assert stretch(root, bundle[MIME]["bands"], view_box(bundle["image/svg+xml"])[3] + 20)
    assert "说明" in [text for text, *_ in lettering(root)]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda axes: axes.text(50, 60, "slanted", rotation=30), id="turned text"),
        pytest.param(
            lambda axes: axes.imshow(np.eye(3), extent=(50, 60, 60, 50)), id="picture of dots"
        ),
    ],
)
def test_what_cannot_be_stretched_is_drawn_anew(spoil):
    chart = ORDINARY["bullets"]()
    spoil(chart.axes[0])
    svg = chart.svg()
    assert not stretch(read_svg(svg), chart.bands, view_box(svg)[3] + 20)


def test_a_chart_is_not_stretched_out_of_all_proportion():
    svg, chart = shown("bullets")
    height = view_box(svg)[3]
    for wanted in (height * 0.3, height * 3, 0.0):
        assert not stretch(read_svg(svg), chart["bands"], wanted)
    assert not stretch(read_svg(svg), [], height * 1.1), "an older notebook tells no bands"
