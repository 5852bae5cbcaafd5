"""How the status of a target looks: a colour, a ground and a sign of its own, and a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pls_analysis.charts.canvas import HATCH, LEAST_PT, box, put
from pls_analysis.charts.layout import width_em
from pls_analysis.charts.lettering import LABEL_PT
from pls_analysis.charts.phrases import say
from pls_analysis.charts.theme import EDGE, GAP, INK, MUTED, NAVY, OCHRE, RED, TEAL
from pls_analysis.configs import unknown
from pls_analysis.messages import Messages

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SQUARE_PT = 9.5


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of a status: its ground, the letters on it, its rim, and the bar of its figure."""

    ground: str
    ink: str
    rim: str
    bar: str
    hatch: str = ""


LOOKS: Mapping[str, Look] = {
    "met": Look(TEAL, "white", TEAL, TEAL),
    "on_track": Look("#d5e7e5", TEAL, TEAL, NAVY),
    "off_track": Look("#f9efdb", OCHRE, OCHRE, OCHRE),
    "missed": Look(RED, "white", RED, RED),
    "missed_aspired": Look("white", RED, RED, OCHRE),
    "not_due": Look("white", MUTED, EDGE, "#8494a5"),
    "too_few": Look(GAP, MUTED, EDGE, "#8494a5"),
    "no_data": Look("white", MUTED, EDGE, EDGE, HATCH),
    "monitored": Look("#dfe6ee", NAVY, NAVY, "#8494a5"),
}
"""Statuses in the order of legends. `missed_aspired`: an aspired target (力争) was not reached,
which is no duty failed."""


def status_key(status: object, strength: object = "") -> str:
    """Return the status as it looks. Raises ValueError naming the nearest for one unknown."""
    if status == "missed" and strength == "aspired":
        return "missed_aspired"
    if status not in LOOKS:
        raise ValueError(unknown("status", str(status), LOOKS))
    return str(status)


def status_word(status: str, lang: str) -> str:
    """The word for a status where its row brings none."""
    return Messages(lang)(f"status.{status}")


def square(axes: Axes, status: str, lang: str, at: tuple[float, float], size: float) -> None:
    """Draw a status as a small square with its sign; `at` is the centre, in points."""
    look, (x, y) = LOOKS[status], at
    box(axes, x - size / 2, y - size / 2, size, size, look.ground, look.rim, look.hatch)
    sign = say(lang, f"sign_{status}")
    put(axes, sign, x, y, size=max(size * 0.68, LEAST_PT), color=look.ink, bold=True, ha="center")


def counted(statuses: Iterable[str], lang: str) -> list[tuple[str, str]]:
    """Each status that occurs with its word and how often, in the order of legends."""
    counts = Counter(statuses)
    return [
        (status, say(lang, "counted", word=status_word(status, lang), n=counts[status]))
        for status in LOOKS
        if counts[status]
    ]


def tally(statuses: Iterable[str], lang: str) -> str:
    """How many there are of each status, as a part of a sentence."""
    counts = Counter(statuses)
    return say(lang, "list_comma").join(
        say(lang, "tallied", word=status_word(status, lang), n=counts[status])
        for status in LOOKS
        if counts[status]
    )


def legend_rows(entries: list[tuple[str, str]], width: float) -> list[list[tuple[str, str]]]:
    """Cut a legend into rows that fit a width in points."""
    rows: list[list[tuple[str, str]]] = [[]]
    used = 0.0
    for status, text in entries:
        wide = legend_width(text)
        if rows[-1] and used + wide > width:
            rows.append([])
            used = 0.0
        rows[-1].append((status, text))
        used += wide
    return rows


def legend_width(text: str) -> float:
    return SQUARE_PT + 3 + width_em(text) * LABEL_PT + 12


LEGEND_PT = 14.0
"""Height of one row of a legend."""


def draw_legend(axes: Axes, rows: list[list[tuple[str, str]]], top: float, lang: str) -> None:
    """Draw the legend's rows from `top` on, in points from the figure's top."""
    for number, row in enumerate(rows):
        x, y = 0.5, top + LEGEND_PT * number + SQUARE_PT / 2 + 1
        for status, text in row:
            square(axes, status, lang, (x + SQUARE_PT / 2, y), SQUARE_PT)
            put(axes, text, x + SQUARE_PT + 3, y, color=INK)
            x += legend_width(text)
