"""Where ticks and labels go: widths of text, wrapping, ticks of years, labels kept apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pls_analysis.charts.glyphs import advances
from pls_analysis.charts.phrases import period_text

UNBROKEN = re.compile(r"[\w.,%‰]+(?=[^\w.,%‰]|$)|.", re.ASCII | re.DOTALL)
NARROW_EM = 0.56
"""Width of a Latin letter or figure in ems, on average."""


def width_em(text: str) -> float:
    """Width of the longest line of `text` in ems, as it is in bold; other type is narrower."""
    known = advances()
    return max(sum(known.get(char, 1.0) for char in line) for line in text.split("\n"))


def wrap(text: str, em: float) -> str:
    """Break `text` into lines of at most about `em` ems: at blanks, or anywhere in Chinese."""
    if "\n" in text:
        return "\n".join(wrap(line, em) for line in text.split("\n"))
    if width_em(text) <= em:
        return text
    if " " in text and not any(unicodedata.east_asian_width(char) in "WF" for char in text):
        return _wrapped_words(text.split(), em)
    lines, line = [], ""
    for piece in _pieces(text, em):
        if line and width_em(line + piece) > em and not _closes(piece):
            lines, line = [*lines, line], ""
        line += piece
    return "\n".join(text.strip() for text in [*lines, line])


def _wrapped_words(words: list[str], em: float) -> str:
    lines = words[:1]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        lines = [*lines[:-1], longer] if width_em(longer) <= em else [*lines, word]
    return "\n".join(lines)


def _closes(piece: str) -> bool:
    """Tell whether a piece is a mark that starts no line: ， 。 ） %."""
    return len(piece) == 1 and unicodedata.category(piece) in ("Po", "Pe")


def _pieces(text: str, em: float) -> list[str]:
    """Cut Chinese text where a line may end: anywhere but within a number or a Latin word."""
    pieces: list[str] = []
    for piece in UNBROKEN.findall(text):
        pieces += [piece] if width_em(piece) <= em else piece
    return pieces


def period_ticks(
    periods: Sequence[str], current: str, lang: str, room: float
) -> list[tuple[int, str]]:
    """Positions and labels of the time axis: the first period of each year, and the current one.

    `room` is how many ems a label may take between two ticks that are one period apart; labels
    that would touch are left out, the current one last of all.
    """
    at_now = periods.index(current)
    yearly = len(periods[0]) == 4
    starts = [
        (at, period_text(period[:4], lang))
        for at, period in enumerate(periods)
        if yearly or period.endswith(("-01", "-Q1", "-H1"))
    ]
    label = period_text(current, lang, short=bool(starts) and not yearly)
    kept = [(at_now, label)]
    for at, text in sorted(starts, reverse=True):
        own = width_em(text) * (1 if at == 0 else 0.5)  # the first label begins at its tick
        if all(abs(at - other) * room > own + width_em(name) / 2 + 0.6 for other, name in kept):
            kept.append((at, text))
    if len(kept) == 1 and at_now > 0:
        kept.append((0, period_text(periods[0], lang)))
    return sorted(kept)


def value_ticks(
    low: float, high: float, whole: bool, count: int = 3
) -> tuple[list[float], float, float]:
    """Ticks of the value axis and its lower and upper end, with room above for a label.

    The axis starts at zero where the figures come near it; lines need not start there.
    """
    if low == high:  # one figure all along: the axis says just that
        room = abs(low) * 0.02 or 1.0
        return [low], low - room * (low != 0), high + room
    if 0 <= low <= 0.45 * high:
        low = 0
    from matplotlib.ticker import MaxNLocator

    locator = MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10], integer=whole)
    ticks = [float(tick) for tick in locator.tick_values(low, high)]
    inside = [tick for tick in ticks if low - 1e-9 <= tick <= high + 1e-9]
    bottom = low if low == 0 else low - (high - low) * 0.12
    lower = [tick for tick in ticks if bottom <= tick]
    return (lower if len(inside) < 2 else inside), bottom, high + (high - low) * 0.12


def clear_of(spots: Sequence[float], texts: Sequence[str], size: float) -> list[int]:
    """Which labels, centred at `spots` points along an axis, may stand without touching another.

    The first and the last are kept before those between them.
    """
    kept: list[int] = []
    order = [0, len(spots) - 1, *range(1, len(spots) - 1)]
    for at in dict.fromkeys(order[: len(spots)]):
        room = [(width_em(texts[at]) + width_em(texts[one])) * size / 2 for one in kept]
        if all(
            abs(spots[at] - spots[one]) > wide + 0.6 * size
            for one, wide in zip(kept, room, strict=True)
        ):
            kept.append(at)
    return sorted(kept)


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move label positions so that each is at least `gap` from the next, within low to high."""
    import numpy as np

    order = np.argsort(wanted, kind="stable")
    placed = np.asarray(wanted, dtype=float)[order]
    for at in range(1, len(placed)):
        placed[at] = max(placed[at], placed[at - 1] + gap)
    over = max(placed[-1] - high, 0.0)
    placed -= over
    for at in range(len(placed) - 2, -1, -1):
        placed[at] = min(placed[at], placed[at + 1] - gap)
    placed = placed + max(low - placed[0], 0.0)
    result = np.empty_like(placed)
    result[order] = placed
    return [float(value) for value in result]
