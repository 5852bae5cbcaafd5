"""Numbers, periods and the sentences of alternative texts, in Chinese and English."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

from pls_analysis.messages import GROWTH_BASE_MIN, Messages, rounded
from pls_analysis.period_labels import axis_label
from pls_analysis.periods import parse_period

AXIS_SCALE_FROM = 10_000
AXIS_SCALES = {"zh": 10_000, "en": 1_000}
"""From which figure on an axis counts in 万 or in thousands, and how many these are."""


def say(lang: str, key: str, **values: object) -> str:
    """One phrase of the catalogue's section `chart` in `lang`, with its values filled in."""
    return Messages(lang)(f"chart.{key}", **values)


def period_text(period: str, lang: str, short: bool = False) -> str:
    """Name a period written "2022-06", "2022-Q2", "2022-H1" or "2022"; other text stays.

    `short` leaves the year out where there is another part to name.
    """
    try:
        read = parse_period(period)
    except ValueError:
        return period
    return axis_label(read, lang) if short else read.label(lang)


def decimals(values: Sequence[float | None], unit: str) -> int:
    """Decimals to print for a row of figures: by the unit, else by what the figures need."""
    if unit in {"%", "‰"}:
        return 1 if unit == "%" else 2
    known = [value for value in values if value is not None]
    return 0 if all(float(value).is_integer() for value in known) else 1


def number(value: float | Decimal | None, places: int = 0) -> str:
    """A figure rounded half up, with thousands separators and a true minus sign; "—" for none."""
    if value is None or math.isnan(value):
        return "—"
    return f"{rounded(value, places):,f}".replace("-", "−")


def axis_numbers(marks: Sequence[float], lang: str, unit: str = "") -> list[str]:
    """Figures of an axis, no two alike; from ten thousand on in 万 (zh) or thousands (en)."""
    tail = unit if unit in {"%", "‰"} else ""
    if max((abs(mark) for mark in marks), default=0.0) < AXIS_SCALE_FROM:
        fine = needed_places(marks) if len(marks) > 1 else min(needed_places(marks), 2)
        return [number(mark, fine) + tail for mark in marks]
    scaled = [mark / AXIS_SCALES[lang] for mark in marks]
    fine = needed_places(scaled)
    return [say(lang, "axis", n=number(one, fine)) if one else "0" for one in scaled]


def needed_places(marks: Sequence[float]) -> int:
    """The fewest decimals with which figures of an axis are printed exactly, at most 6."""
    return next(n for n in range(7) if all(round(one, n) == round(one, 6) for one in marks))


def named(lang: str, kind: str, caption: str) -> str:
    """Open an alternative text: the kind of chart, with its caption where there is one."""
    told = say(lang, f"kind_{kind}")
    return told + say(lang, "colon") + caption if caption else told


def change(value: float | None, before: float | None, unit: str, lang: str) -> str:
    """The change from a year before, with its arrow; "" where it cannot be told.

    Rates change in percentage points, counts in per cent; from fewer than 10 cases in cases.
    """
    if value is None or before is None:
        return ""
    base = Decimal(repr(float(before)))
    step = Decimal(repr(float(value))) - base
    arrow, size = "▲" if step > 0 else "▼", abs(step)
    if unit in {"%", "‰"}:
        places = decimals([], unit)
        key = "common.points" if unit == "%" else "common.per_mille_points"
        told = Messages(lang)(key, value=number(size, places))
        return arrow + told if rounded(size, places) else say(lang, "level")
    if not step:
        return say(lang, "level")
    if base == 0:
        return say(lang, "base_zero")
    if abs(base) < GROWTH_BASE_MIN:
        tail = unit if lang == "zh" else ""
        return f"{arrow}{number(size, decimals([float(step)], unit))}{tail}"
    growth = size / abs(base) * 100
    return f"{arrow}{number(growth, 1)}%" if rounded(growth, 1) else say(lang, "level")


def unit_tail(unit: str, lang: str) -> str:
    """A unit as it follows a figure: close by in Chinese and after %, after a blank otherwise."""
    return unit if not unit or lang == "zh" or unit in {"%", "‰"} else f" {unit}"


def with_unit(caption: str, unit: str, lang: str) -> str:
    """A caption that says its unit, unless it does so already."""
    if not caption or not unit or unit in caption:
        return caption
    return say(lang, "in_unit", text=caption, unit=unit)


def describe_line(line: dict, name: str, lang: str) -> str:
    """Tell what a line shows: its now, a year before, highest, lowest, gaps and peers.

    `line` holds periods, value, current, unit and, where there are peers, median and peer_name.
    """
    periods, values = line["periods"], line["value"]
    places, tail = decimals(values, line["unit"]), unit_tail(line["unit"], lang)
    first, last = (period_text(periods[at], lang) for at in (0, -1))
    text = say(lang, "alt_line", name=name, first=first, last=last, n=len(periods))
    text += _describe_now(line, places, tail, lang)
    known = [(value, at) for at, value in enumerate(values) if value is not None]
    if len(known) > 1:
        (low, low_at), (high, high_at) = min(known), max(known)
        text += say(
            lang, "alt_range", unit=tail,
            high=number(high, places), high_at=period_text(periods[high_at], lang),
            low=number(low, places), low_at=period_text(periods[low_at], lang),
        )  # fmt: skip
    if gaps := len(values) - len(known):
        text += say(lang, "alt_gaps", n=gaps)
    at = periods.index(line["current"])
    if line.get("median") and line["median"][at] is not None:
        middle = line["median"][at]
        middle = number(middle, decimals([middle], line["unit"]))
        text += say(lang, "alt_median", peers=line["peer_name"], value=middle, unit=tail)
    return text.strip()


def describe_panel(line: dict, name: str, lang: str) -> str:
    """Tell what one of several small charts shows: its now, a year before, and its gaps."""
    places, tail = decimals(line["value"], line["unit"]), unit_tail(line["unit"], lang)
    text = say(lang, "alt_panel", name=name) + _describe_now(line, places, tail, lang)
    if gaps := line["value"].count(None):
        text += say(lang, "alt_gaps", n=gaps)
    return text.strip()


def _describe_now(line: dict, places: int, tail: str, lang: str) -> str:
    at = line["periods"].index(line["current"])
    now = period_text(line["current"], lang)
    value = line["value"][at]
    if value is None:
        return say(lang, "alt_missing_now", period=now) + say(lang, "stop")
    text = say(lang, "alt_now", period=now, value=number(value, places), unit=tail)
    before = line["value"][at - line["year"]] if at >= line["year"] > 0 else None
    if before is not None:
        text += say(lang, "alt_before", value=number(before, places), unit=tail)
    return text + say(lang, "stop")
