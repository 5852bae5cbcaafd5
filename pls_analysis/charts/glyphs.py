"""The fonts that travel in the package, and which characters they can draw."""

# uharfbuzz is a compiled module that tells a type checker nothing of what it holds.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import uharfbuzz

FONTS = Path(__file__).parents[1] / "publish" / "fonts"
SANS, SERIF = "Noto Sans SC", "Noto Serif SC"
FACES = {
    (SANS, 400): "NotoSansSC-Regular.ttf",
    (SANS, 500): "NotoSansSC-Medium.ttf",
    (SANS, 700): "NotoSansSC-Bold.ttf",
    (SERIF, 400): "NotoSerifSC-Regular.ttf",
    (SERIF, 900): "NotoSerifSC-Black.ttf",
}
INVISIBLE = {"Cc", "Cf", "Zl", "Zp"}


class MissingGlyph(ValueError):
    """A text holds characters that no font of the package can draw; the message names them."""

    def __init__(self, characters: Iterable[str], text: str = "") -> None:
        self.characters = sorted(set(characters))
        named = ", ".join(f"“{char}” (U+{ord(char):04X})" for char in self.characters)
        place = f" in “{text[:60]}”" if text else ""
        super().__init__(
            f"No font has a glyph for {named}{place}. "
            "Replace the character, or add it to tools/build_fonts.py and build the fonts again."
        )


def opened(face: tuple[str, int]) -> uharfbuzz.Face:
    """A face of FACES, mapped into memory."""
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(FONTS / FACES[face])))


@cache
def drawable() -> frozenset[int]:
    """Code points that every face of the package can draw."""
    return frozenset.intersection(*(frozenset(opened(face).unicodes) for face in FACES))


@cache
def advances() -> dict[str, float]:
    """Width of each character in ems, in the bold face, than which no other is wider."""
    face = opened((SANS, 700))
    font = uharfbuzz.Font(face)
    return {
        chr(code): font.get_glyph_h_advance(font.get_nominal_glyph(code)) / face.upem
        for code in face.unicodes
    }


def missing(text: str) -> list[str]:
    """Characters of `text` without a glyph; line breaks and format characters need none."""
    return [
        char
        for char in dict.fromkeys(text)
        if ord(char) not in drawable() and unicodedata.category(char) not in INVISIBLE
    ]


def check_glyphs(value: object) -> None:
    """Check every string within `value` (text, list or mapping). Raises MissingGlyph."""
    if isinstance(value, str):
        if lacking := missing(value):
            raise MissingGlyph(lacking, value)
    elif isinstance(value, dict):
        for part in value.values():
            check_glyphs(part)
    elif isinstance(value, list | tuple):
        for part in value:
            check_glyphs(part)
