"""Fonts for one HTML file: subsets with just the characters that its text needs."""

# uharfbuzz is a compiled module that tells a type checker nothing of what it holds.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import base64
import io
from functools import lru_cache

import uharfbuzz
from fontTools.ttLib import TTFont

from pls_analysis.charts.glyphs import FACES, FONTS, SANS, SERIF, MissingGlyph, missing
from pls_analysis.messages import Messages
from pls_analysis.texts import LANGUAGES

NARROW_QUOTES = int.from_bytes(b"pwid")
"""The OpenType feature for ’ and “ as wide as Latin letters, which English needs."""
TITLE_FACE = (SERIF, 900)
TEXT_FACES = ((SANS, 400), (SANS, 700))


def font_css(text: str, title: str, bold: str | None = None) -> str:
    """`@font-face` rules with the embedded WOFF2 subsets for `text` and, heavier, `title`.

    `bold` is what of the text is set in bold, by default all of it. Raises MissingGlyph naming
    each character that the fonts lack.
    """
    if lacking := missing(text + title):
        raise MissingGlyph(lacking)
    regular, heavy = TEXT_FACES
    wanted = {regular: _characters(text), heavy: _characters(text if bold is None else bold)}
    if title:
        wanted[TITLE_FACE] = "".join(sorted(set(title)))
    return "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:block;'
        f"src:url(data:font/woff2;base64,{base64.b64encode(data).decode()})"
        'format("woff2")}\n'
        for (family, weight), characters in wanted.items()
        for data in [_woff2((family, weight), characters)]
    )


def fonts_for(text: str) -> str:
    """`@font-face` rules for the characters of a stranger's text that the package's fonts have."""
    lacking = str.maketrans("", "", "".join(missing(text)))
    return font_css(text.translate(lacking), "")


def _characters(text: str) -> str:
    marks = "".join(Messages(lang)("page.mark") for lang in LANGUAGES)
    return "".join(sorted(set(text) | set(" 0123456789.,-—" + marks)))


@lru_cache(maxsize=64)
def _woff2(face: tuple[str, int], characters: str) -> bytes:
    """One face with only `characters`, compressed; the reports of a batch share what is equal."""
    blob = uharfbuzz.Blob.from_file_path(str(FONTS / FACES[face]))
    plan = uharfbuzz.SubsetInput()
    plan.flags = uharfbuzz.SubsetFlags.NO_HINTING
    plan.sets(uharfbuzz.SubsetInputSets.LAYOUT_FEATURE_TAG).add(NARROW_QUOTES)
    plan.sets(uharfbuzz.SubsetInputSets.UNICODE).set({ord(char) for char in characters})
    small = uharfbuzz.subset(uharfbuzz.Face(blob), plan).blob.data
    packed = io.BytesIO()
    with TTFont(io.BytesIO(small), recalcTimestamp=False) as font:
        font.flavor = "woff2"
        font.save(packed)
    return packed.getvalue()
