"""Sheets drawn in a test's own text: what is under test can be seen.

Cells stand between bars. `<` joins a cell to the one at its left, `^` to the one above; a dot
alone stands for a leading blank (`..男` is 男 indented by two), ⏎ for a line feed. Numbers become
numbers; a text in quotes stays text ("12").
"""

from __future__ import annotations

import re

from pls_analysis.ingest.cells import Cell, Sheet, Span

ERRORS = {"#N/A", "#DIV/0!", "#REF!"}


def draw(picture: str, name: str = "Sheet1") -> Sheet:
    """A sheet from a drawing; row 1 is the first line that has a bar."""
    lines = [line.strip() for line in picture.splitlines() if "|" in line]
    rows = [[text.strip() for text in line.strip("|").split("|")] for line in lines]
    cells: dict[tuple[int, int], Cell] = {}
    spans: dict[tuple[int, int], list[int]] = {}
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for row, texts in enumerate(rows, 1):
        for col, text in enumerate(texts, 1):
            if text in ("<", "^"):
                first = owner[(row, col - 1) if text == "<" else (row - 1, col)]
                owner[row, col] = first
                span = spans.setdefault(first, [*first])
                span[0], span[1] = max(span[0], row), max(span[1], col)
            elif text:
                owner[row, col] = (row, col)
                cells[row, col] = cell(row, col, text)
    merges = tuple(Span(*first, *last) for first, last in spans.items())
    return Sheet(name, cells, merges)


def cell(row: int, col: int, text: str) -> Cell:
    """One drawn cell."""
    if text == "=?":
        return Cell(row, col, None, "uncached")
    if text in ERRORS:
        return Cell(row, col, text, "error")
    if re.fullmatch(r'".*"', text):
        return Cell(row, col, text[1:-1], "text")
    if re.fullmatch(r"-?\d+", text):
        return Cell(row, col, int(text), "number")
    if re.fullmatch(r"-?\d+\.\d+", text):
        return Cell(row, col, float(text), "number")
    if re.fullmatch(r"-?\d+(\.\d+)?%%", text):  # stored as a share, shown as per cent
        return Cell(row, col, float(text[:-2]) / 100, "number", "0.0%")
    text = text.replace("⏎", "\n")
    indent = len(text) - len(text.lstrip("."))
    return Cell(row, col, " " * indent + text[indent:], "text")
