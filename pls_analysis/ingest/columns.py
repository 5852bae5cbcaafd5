"""What each column of a table holds: figures, labels, running numbers, dates, units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pls_analysis.ingest import units, words
from pls_analysis.ingest.rows import Box

ColumnKind = Literal["empty", "serial", "attribute", "dates", "value", "text", "unit"]


def column_kind(boxes: Sequence[Box], heading: str, place: int) -> ColumnKind:
    """Say what a column holds, from its cells, its lowest heading and its place from the left.

    `heading` comes without blanks; `place` counts from 0.
    """
    if not boxes:
        return "empty"
    kinds = [box.reading.kind for box in boxes]
    texts, dates = kinds.count("text"), kinds.count("date")
    gaps = kinds.count("missing") + kinds.count("refused")
    numbers = len(kinds) - texts - dates - gaps
    if words.SERIAL.match(heading) and numbers >= texts:
        return "serial"
    if place < 2 and heading == "" and _counts_up(boxes):
        return "serial"
    if words.CODE.search(heading):
        return "attribute"
    if dates >= max(1, len(boxes) / 2) or words.DATE_KEY.match(heading):
        return "dates"
    if place == 0 and _holds_years(boxes):
        return "dates"
    if texts and texts >= len(boxes) - gaps and _holds_units(boxes, heading):
        return "unit"
    if numbers and numbers + gaps > texts:
        return "value"
    return "value" if gaps and not texts else "text"


def _counts_up(boxes: Sequence[Box]) -> bool:
    numbers = [box.reading.value for box in boxes if box.reading.kind == "number"]
    counted = list(range(1, len(numbers) + 1))
    return len(numbers) >= max(3, len(boxes) - 2) and numbers == counted


def _holds_years(boxes: Sequence[Box]) -> bool:
    return len(boxes) >= 2 and all(
        box.is_figure and words.is_year(box.reading.value) for box in boxes
    )


def _holds_units(boxes: Sequence[Box], heading: str) -> bool:
    texts = [box.text for box in boxes if box.reading.kind == "text"]
    named = sum(units.is_unit(units.bare(text)) for text in texts)
    headed = bool(words.UNIT_HEADING.match(heading))
    return named >= (0.6 if headed else 0.9) * len(texts) and (headed or heading == "")
