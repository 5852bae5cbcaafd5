"""Plain-text tables whose columns line up with Chinese characters too."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

WIDE = frozenset("WF")
ELLIPSIS = "…"


def text_width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in WIDE else 1
        for char in text
    )


def clipped(text: str, columns: int) -> str:
    """Return a text that takes at most so many columns, on one line."""
    text = " ".join(text.split())
    if text_width(text) <= columns:
        return text
    while text and text_width(text) > columns - 1:
        text = text[:-1]
    return text + ELLIPSIS


def text_table(
    rows: Iterable[Sequence[object]], header: Sequence[str] = (), widest: int = 60
) -> str:
    """Return rows as lines of text, columns separated by two blanks, numbers to the right.

    None is left blank; a text of more than `widest` columns is clipped.
    """
    rows = [list(row) for row in rows]
    cells = [[clipped("" if one is None else str(one), widest) for one in row] for row in rows]
    lines = [list(header), *cells] if header else cells
    widths = [max(map(text_width, column)) for column in zip(*lines, strict=True)]
    numeric = [
        bool(column) and all(isinstance(one, int | float) or one is None for one in column)
        for column in (list(zip(*rows, strict=True)) or [()] * len(widths))
    ]
    return "\n".join(
        "  ".join(
            " " * (width - text_width(cell)) + cell
            if right
            else cell + " " * (width - text_width(cell))
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )
