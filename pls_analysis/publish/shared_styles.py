"""The styles of a page's drawings said once, as classes, in place of at every stroke."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterator
from itertools import count, product

DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
STYLE = re.compile(r' style="([^"]*)"')


def share_styles(page: str) -> tuple[str, str]:
    """Replace the style attributes within a page's drawings by classes; return it and their sheet.

    What is used most has the shortest name. Drawings must have no classes of their own.
    """
    drawings = DRAWING.findall(page)
    styles = Counter(style for drawing in drawings for style in STYLE.findall(drawing))
    names = dict(zip((style for style, _ in styles.most_common()), _names(), strict=False))

    def named(drawing: re.Match[str]) -> str:
        return STYLE.sub(lambda style: f' class="{names[style[1]]}"', drawing[0])

    sheet = "".join(f"svg .{name}{{{_short(style)}}}" for style, name in names.items())
    return DRAWING.sub(named, page), sheet


def _names() -> Iterator[str]:
    for length in count(1):
        for letters in product(string.ascii_lowercase, repeat=length):
            yield "".join(letters)


def _short(style: str) -> str:
    return re.sub(r"\s*([:;])\s*", r"\1", style).strip("; ")
