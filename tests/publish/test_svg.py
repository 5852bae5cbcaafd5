"""The same picture in fewer bytes: what a published SVG keeps of the one that was drawn."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import typst
from matplotlib.figure import Figure
from PIL import Image
from policy_charts import ORDINARY, states, table

from pls_analysis import charts
from pls_analysis.charts import use_theme
from pls_analysis.charts.glyphs import FONTS
from pls_analysis.publish.svg import clean_svg
from pls_analysis.publish.svg_shapes import circle_of, read_path, short, write_path

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200">{}</svg>'


def own_figure() -> str:
    """An analyst's own: scatter, bars with a hatch, letters as paths, a turned label, a clip."""
    with mpl.rc_context({"svg.fonttype": "path"}):
        use_theme()
        mpl.rcParams["svg.fonttype"] = "path"
        figure = Figure(figsize=(4, 3))
        axes = figure.subplots()
        spots = np.random.default_rng(1).random((30, 2))
        axes.scatter(*spots.T, marker="*", s=80, alpha=0.5, color="#14706a")
        axes.scatter(*spots.T[::-1], s=90, color="#b4161b", edgecolor="white")
        axes.bar([0.2, 0.5], [0.3, 2.0], width=0.1, hatch="//", alpha=0.7)
        axes.plot([-1, 2], [0, 1], linestyle="--")
        axes.set(xlim=(0, 1), ylim=(0, 1), ylabel="每百家企业法治体检", title="自己的图 −1")
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg")
    return buffer.getvalue()


def drawn(name: str, width: float) -> str:
    if name == "own figure":
        return own_figure()
    return charts.redraw(ORDINARY[name]().data, width).svg()


PICTURES = [*((name, width) for name in ORDINARY for width in (16.6, 8.8)), ("own figure", 0.0)]


def painted(svg: str, folder: Path) -> np.ndarray:
    """The picture as Typst sets it in a PDF, two dots for each unit."""
    (folder / "picture.svg").write_text(svg, encoding="utf-8")
    (folder / "page.typ").write_text(
        '#set page(width: auto, height: auto, margin: 0pt)\n#image("picture.svg")', encoding="utf-8"
    )
    png = typst.compile(
        str(folder / "page.typ"), format="png", ppi=144, font_paths=[str(FONTS)],
        ignore_system_fonts=True,
    )  # fmt: skip
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


@pytest.mark.parametrize(("name", "width"), PICTURES, ids=[f"{a} {b}" for a, b in PICTURES])
def test_the_picture_stays_the_same(name: str, width: float, tmp_path: Path):
    source = drawn(name, width)
    before, after = painted(source, tmp_path), painted(clean_svg(source, "f-"), tmp_path)
    assert before.shape == after.shape
    off = np.abs(before - after).max(axis=2)
    assert off.max() < 120, "an edge may shift by a part of a dot, no dot may change its colour"
    assert (off > 60).mean() < 0.003


@pytest.mark.parametrize(("name", "width"), PICTURES, ids=[f"{a} {b}" for a, b in PICTURES])
def test_every_text_stays_and_most_bytes_go(name: str, width: float):
    source = drawn(name, width)
    cleaned = clean_svg(source, "f-", "说明")
    texts = [
        sorted(one.text or "" for one in ET.fromstring(svg).iter() if one.tag.endswith("}text"))
        for svg in (source, cleaned)
    ]
    assert texts[0] == texts[1]
    assert len(cleaned.encode()) < len(source.encode()) * (0.8 if name == "own figure" else 0.4)
    assert clean_svg(source, "f-", "说明") == cleaned


def test_charts_are_small_enough_for_a_page_to_hold_each_twice():
    sizes = {
        name: max(
            len(clean_svg(charts.redraw(make().data, width).svg(), "f1-").encode())
            for width in (16.6, 8.8)
        )
        for name, make in (ORDINARY | {"states": lambda: charts.heat_table(
            table(), states=states()
        )}).items()
    }  # fmt: skip
    assert {name: size for name, size in sizes.items() if size > 36_000} == {}
    assert sum(sizes.values()) < 140_000


@pytest.mark.parametrize(
    ("inside", "becomes"),
    [
        ('<g><path d="M 0 0 L 5 0" style="stroke: #aabbcc; stroke-linecap: butt"/></g>',
         '<path d="M0 0h5" fill="none" stroke="#abc"/>'),
        # a rectangle that is only filled need not be closed
        ('<path d="M 1 1 L 9 1 L 9 4 L 1 4 z" style="fill: #ff0000"/>',
         '<path d="M1 1h8v3h-8" fill="#f00"/>'),
        ('<path d="M 1 1 L 9 1 L 9 4 L 1 4 z" style="fill: none; stroke: #ff0000"/>',
         '<path d="M1 1h8v3h-8z" fill="none" stroke="#f00"/>'),
        # equal paths become one, also past what they do not touch
        ('<path d="M 0 0 L 1 0 L 1 1 z"/><path d="M 9 9 L 8 8 L 7 9 z" fill="red"/>'
         '<path d="M 3 0 L 4 0 L 4 1 z"/>',
         '<path d="M0 0h1v1M3 0h1v1"/><path d="M9 9l-1-1-1 1" fill="red"/>'),
        # but not past what they would come to lie under
        ('<path d="M 0 0 L 1 0 L 1 1 z"/><path d="M 2 0 L 9 0 L 9 9 z" fill="red"/>'
         '<path d="M 3 0 L 4 0 L 4 1 z"/>',
         '<path d="M0 0h1v1"/><path d="M2 0h7v9" fill="red"/><path d="M3 0h1v1"/>'),
        # where they see through or lie on each other, they stay apart
        ('<path d="M 0 0 L 4 0 L 4 4 z"/><path d="M 1 0 L 4 0 L 4 4 z"/>',
         '<path d="M0 0h4v4"/><path d="M1 0h3v4"/>'),
        # neighbours say a style once
        ('<text x="1" y="2" style="font-size: 7px; text-anchor: end">甲</text>'
         '<text x="1" y="9" style="font-size: 7px; text-anchor: end" transform="rotate(-0 1 9)">乙'
         '</text>',
         '<g font-size="7" text-anchor="end"><text x="1" y="2">甲</text><text x="1" y="9">乙</text>'
         '</g>'),
        ('<g transform="scale(0.015625)"><path d="M 0 0 L 5.25 0 L 5.25 9"/></g>',
         '<g transform="scale(.01562)"><path d="M0 0h5.25v9"/></g>'),
        ('<g opacity="0.5"><path d="M 0 0 L 4 0 L 4 4 z"/></g>',
         '<g opacity=".5"><path d="M0 0h4v4"/></g>'),
        ('<path d="M 0 0 L 4 0 L 4 4 z" fill="none"/>', ""),
        # a clip that cuts nothing goes, another stays
        ('<defs><clipPath id="c"><rect x="0" y="0" width="9" height="9"/></clipPath></defs>'
         '<path clip-path="url(#c)" d="M 0 0 L 4 0 L 4 4 z"/>', '<path d="M0 0h4v4"/>'),
        ('<defs><clipPath id="c"><rect x="0" y="0" width="9" height="9"/></clipPath></defs>'
         '<path clip-path="url(#c)" d="M 0 0 L 14 0 L 4 4 z"/>',
         '<defs><clipPath id="f-0"><rect x="0" y="0" width="9" height="9"/></clipPath></defs>'
         '<path d="M0 0h14l-10 4" clip-path="url(#f-0)"/>'),
        # a marker is drawn where it is used
        ('<defs><path id="m" d="M 0 0 L 0 2" style="stroke: #000000"/></defs>'
         '<use href="#m" x="5" y="6" style="fill: #ff0000"/>',
         '<path d="M5 6v2" fill="none" stroke="#000"/>'),
        ('<path d="M0 0A1 1 0 0 1 2 2"/>', '<path d="M0 0A1 1 0 0 1 2 2"/>'),
    ],
)  # fmt: skip
def test_what_is_said_shorter(inside: str, becomes: str):
    cleaned = clean_svg(SVG.format(inside), "f-")
    assert re.sub(r"^<svg[^>]*>|</svg>$", "", cleaned) == becomes


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(0.04, 1, "0"), (-0.04, 1, "0"), (0.5, 1, ".5"), (-0.5, 1, "-.5"), (12.0, 1, "12"),
     (470.551, 1, "470.6"), (100, 0, "100"), (-0.125, 2, "-.12"), (7, 3, "7")],
)  # fmt: skip
def test_numbers_are_written_short(value: float, places: int, text: str):
    assert short(value, places) == text


def test_rounding_does_not_add_up_along_a_path():
    steps = [("M", (0.0, 0.0)), *(("L", (at * 0.333, at * 0.174)) for at in range(1, 300))]
    written = re.findall(r"-?\d*\.?\d+", write_path(steps, 1).replace("h", "l0 ")[4:])
    ends = [sum(map(float, written[side::2])) for side in (0, 1)]
    assert ends == pytest.approx([299 * 0.333, 299 * 0.174], abs=0.051)


def test_a_dot_is_known_as_a_circle_and_a_diamond_is_not():
    figure = Figure()
    axes = figure.subplots()
    axes.plot(1, 1, "o")
    axes.plot(1, 1, "D")
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg")
    found = [
        circle_of(steps)
        for d in re.findall(r'<path id="m[^"]*" d="([^"]*)"', buffer.getvalue())
        if (steps := read_path(d))
    ]
    circles = [one for one in found if one]
    assert len(circles) == 1
    assert circles[0] == pytest.approx((0, 0, 3), abs=1e-6)
