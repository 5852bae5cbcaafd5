"""The fonts of the package: complete, named so that matplotlib and Typst find them, licensed."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import nbformat
import pytest
from fontTools.ttLib import TTFont
from matplotlib import font_manager

from pls_analysis.charts import use_theme
from pls_analysis.charts.glyphs import FACES, FONTS, SANS, MissingGlyph, drawable
from pls_analysis.publish import webfonts
from pls_analysis.publish.html import HtmlExporter
from pls_analysis.publish.webfonts import font_css

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


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


def faces_in(css: str) -> list[tuple[str, set[str], bool]]:
    """Weight of each rule, the characters in its file, and whether it is for these alone."""
    found = []
    for weight, data, told in re.findall(
        r"@font-face\{[^}]*weight:(\d+)[^}]*base64,([^)]*)\)[^};]*(?:;unicode-range:([^}]*))?\}",
        css,
    ):
        with TTFont(io.BytesIO(base64.b64decode(data))) as font:
            held = {chr(code) for code in font.getBestCmap()}
        if told:
            assert {chr(int(code[2:], 16)) for code in told.split(",")} == held
        found.append((weight, held, bool(told)))
    return found


def test_each_character_is_embedded_once_at_its_weight():
    common = webfonts._common()
    text = common[SANS, 400] + "\n\u200b川沙鑫"
    for bold in ("鑫", common[SANS, 700][5:] + "鑫"):
        fonts = faces_in(font_css(text, "简报", bold))
        for weight, needed in (("400", text), ("700", bold)):
            files = [characters for at, characters, _ in fonts if at == weight]
            assert {char for char in needed if char.isprintable()} <= set().union(*files)
            assert sum(map(len, files)) == len(set().union(*files))


def test_a_brief_shares_its_fonts_with_the_others():
    """Where this fails, the texts have changed: run tools/common_characters.py again."""
    book = nbformat.read(NOTEBOOKS / "town_brief.ipynb", as_version=4)
    html, _ = HtmlExporter().from_notebook_node(book)
    own = [characters for _, characters, only in faces_in(html) if only]
    assert 0 < len(own) <= 2
    assert sum(map(len, own)) < 60


def test_a_text_unlike_the_others_has_fonts_of_its_own():
    common = webfonts._common()[SANS, 400]
    rare = [chr(code) for code in range(0x5440, 0x5600) if code in drawable()]
    rare = [char for char in rare if char not in common]
    for more, number in ((0, 1), (len(common) // 4, 2), (len(common) // 4 + 1, 1)):
        css = font_css(common + "".join(rare[:more]), "", bold="报")
        assert [weight for weight, _, _ in faces_in(css)].count("400") == number
