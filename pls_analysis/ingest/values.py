"""Tell what a cell says: a number with its unit, a marker for missing, a date or plain text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ReadingKind = Literal["number", "missing", "text", "date", "error", "uncached", "refused"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one cell says.

    `value` is set for kind "number" only, scale words and percent formats already applied
    (1.2万 is 12000; 0.985 under a % format and "98.5%" are 98.5 with unit "%").
    `text` is the normalised text (half-width, no control or zero-width characters).
    `unit` is the unit that the cell itself or its number format names ("%", "‰", "件"), else None.
    `status` is the bracket letter of a "missing" reading: "x" not available, "z" not applicable,
    "k" below the smallest unit.
    `reason` is the code of a "refused" reading: something like a figure that is not safely one
    ("approximate", "range", "bad_grouping", "damaged", …).
    """

    kind: ReadingKind
    text: str
    value: float | None = None
    unit: str | None = None
    status: str = ""
    reason: str = ""
