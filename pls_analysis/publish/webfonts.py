"""Fonts for one HTML file: subsets with just the characters that its text needs.

To pack a font takes longer than to make the rest of the file. Nearly all of a Chinese brief's
characters are those of any other: these are a file of their own, packed once for all reports of a
process, and what else a text needs is a small one.
"""

# uharfbuzz is a compiled module that tells a type checker nothing of what it holds.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

import uharfbuzz
from fontTools.ttLib import TTFont

from pls_analysis.charts.glyphs import SANS, SERIF, MissingGlyph, drawable, missing, opened
from pls_analysis.configs import read_yaml
from pls_analysis.messages import Messages
from pls_analysis.texts import LANGUAGES

NARROW_QUOTES = int.from_bytes(b"pwid")
"""The OpenType feature for ’ and “ as wide as Latin letters, which English needs."""
TITLE_FACE = (SERIF, 900)
TEXT_FACES = ((SANS, 400), (SANS, 700))
LITTLE = 1 / 4
"""By how much, of the common characters, a text may differ from them to be given all of them."""


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
    return "".join(_rules(face, characters) for face, characters in wanted.items())


def pack_common() -> None:
    """Pack the fonts that nearly every brief shares, to be there when the first one asks."""
    for face in TEXT_FACES:
        _woff2(face, _common()[face])


def fonts_for(text: str) -> str:
    """`@font-face` rules for the characters of a stranger's text that the package's fonts have."""
    lacking = str.maketrans("", "", "".join(missing(text)))
    return font_css(text.translate(lacking), "")


def _characters(text: str) -> str:
    marks = "".join(Messages(lang)("page.mark") for lang in LANGUAGES)
    needed = set(text) | set(" 0123456789.,-—" + marks)
    return "".join(sorted(char for char in needed if ord(char) in drawable()))


def _rules(face: tuple[str, int], wanted: str) -> str:
    """The rules of a face: what stands in the second is not looked for in the first."""
    common = _common().get(face, "")
    if len(set(common) ^ set(wanted)) > LITTLE * len(common):
        return _rule(face, wanted)
    others = "".join(sorted(set(wanted) - set(common)))
    return _rule(face, common) + (_rule(face, others, only=True) if others else "")


def _rule(face: tuple[str, int], characters: str, only: bool = False) -> str:
    family, weight = face
    data = base64.b64encode(_woff2(face, characters)).decode()
    codes = ",".join(f"U+{ord(char):X}" for char in characters)
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:block;'
        f'src:url(data:font/woff2;base64,{data})format("woff2")'
        + (f";unicode-range:{codes}" if only else "")
        + "}\n"
    )


@cache
def _common() -> Mapping[tuple[str, int], str]:
    """The characters of nearly every Chinese brief, sorted, for each face of texts."""
    told = read_yaml(resources.files("pls_analysis") / "data" / "common_characters.yml")
    return {(family, weight): _characters(told[weight]) for family, weight in TEXT_FACES}


@lru_cache(maxsize=64)
def _woff2(face: tuple[str, int], characters: str) -> bytes:
    """One face with only `characters`, compressed; the reports of a batch share what is equal."""
    plan = uharfbuzz.SubsetInput()
    plan.flags = uharfbuzz.SubsetFlags.NO_HINTING
    plan.sets(uharfbuzz.SubsetInputSets.LAYOUT_FEATURE_TAG).add(NARROW_QUOTES)
    plan.sets(uharfbuzz.SubsetInputSets.UNICODE).set({ord(char) for char in characters})
    small = uharfbuzz.subset(opened(face), plan).blob.data
    packed = io.BytesIO()
    with TTFont(io.BytesIO(small), recalcTimestamp=False) as font:
        font.flavor = "woff2"
        font.save(packed)
    return packed.getvalue()
