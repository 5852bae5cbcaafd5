"""The fonts of the package: complete, named so that matplotlib and Typst find them, licensed."""

from __future__ import annotations

import re

import pytest
from fontTools.ttLib import TTFont
from matplotlib import font_manager

from pls_analysis.charts import use_theme
from pls_analysis.charts.glyphs import FACES, FONTS, SANS, MissingGlyph, drawable
from pls_analysis.publish.webfonts import font_css


def test_every_face_has_gb2312_and_the_signs_of_a_report():
    pairs = (bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    gb2312 = {ord(text) for pair in pairs if (text := pair.decode("gb2312", "ignore"))}
    assert len(gb2312) == 6763
    assert gb2312 <= drawable()
    signs = "▲▼●○■□★→←↑↓㎡㎞℃‰№①⑳㈠Ⅰ±×÷≤≥≠−—–…“”‘’（）《》【】、。；：？！％～·　"
    rare = "喆堃珺翀彧瀍㛃𬭚"
    assert {ord(char) for char in signs + rare} <= drawable()


@pytest.mark.parametrize(("face", "name"), FACES.items(), ids=FACES.values())
def test_a_face_is_found_by_family_and_weight(face: tuple[str, int], name: str):
    family, weight = face
    with TTFont(FONTS / name, lazy=True) as font:
        assert font["OS/2"].usWeightClass == weight
        assert (font["name"].getDebugName(16) or font["name"].getDebugName(1)) == family


@pytest.mark.parametrize("weight", [400, 500, 700])
def test_matplotlib_draws_with_the_package_own_file(weight: int):
    import matplotlib as mpl

    with mpl.rc_context():
        use_theme()
        found = font_manager.findfont(
            font_manager.FontProperties(family=SANS, weight=weight), fallback_to_default=False
        )
    assert found == str(FONTS / FACES[SANS, weight])


def test_the_licence_travels_with_the_fonts():
    text = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert re.search("Reserved Font Name 'Source'", text), "'Noto' names may be kept"


def test_a_web_font_holds_what_is_said_and_little_more():
    css = font_css("柳荫街道", "简报")
    assert css.count("@font-face") == 3
    assert len(css) < 20_000
    assert css == font_css("道街荫柳", "报简"), "the same characters make the same bytes"


def test_a_web_font_names_what_it_lacks():
    with pytest.raises(MissingGlyph, match="U\\+20BB7"):
        font_css("𠮷田", "")
