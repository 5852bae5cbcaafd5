"""Numbers, periods and the sentences of alternative texts, in Chinese and English."""

from __future__ import annotations

import calendar
import math
from collections.abc import Sequence

from pls_analysis.periods import parse_period

PHRASES = {
    "zh": {
        "median": "{n}个同类地区中位数",
        "band": "浅带为四分位区间",
        "in_unit": "{text}（{unit}）",
        "no_data": "无数据",
        "level": "持平",
        "points": "{d}个百分点",
        "per_mille_points": "{d}个千分点",
        "base_zero": "上年同期为0",
        "year_before": "上年同期",
        "alt_line": "折线图：{name}，{first}至{last}，共{n}期。",
        "alt_now": "{period}为{value}{unit}",
        "alt_missing_now": "{period}无数据",
        "alt_before": "，上年同期为{value}{unit}",
        "alt_range": "期内最高{high}{unit}（{high_at}），最低{low}{unit}（{low_at}）。",
        "alt_gaps": "其中{n}期无数据。",
        "alt_median": "同期{peers}为{value}{unit}。",
        "alt_panel": "{name}：",
        "alt_multiples": "{n}幅折线小图，{first}至{last}：",
        "alt_bars": "条形图：{caption}。",
        "alt_bar": "{label}{now}{unit}（{before_label}{before}{unit}）",
        "stop": "。",
        "semicolon": "；",
    },
    "en": {
        "median": "Median of {n} peers",
        "band": "band: middle half",
        "in_unit": "{text} ({unit})",
        "no_data": "no data",
        "level": "no change",
        "points": "{d} pp",
        "per_mille_points": "{d} per mille points",
        "base_zero": "0 a year before",
        "year_before": "a year before",
        "alt_line": "Line chart: {name}, {first} to {last}, {n} periods. ",
        "alt_now": "{period}: {value}{unit}",
        "alt_missing_now": "{period}: no data",
        "alt_before": ", a year before: {value}{unit}",
        "alt_range": "Highest {high}{unit} ({high_at}), lowest {low}{unit} ({low_at}). ",
        "alt_gaps": "No data for {n} of the periods. ",
        "alt_median": "{peers}: {value}{unit}. ",
        "alt_panel": "{name}, ",
        "alt_multiples": "{n} small line charts, {first} to {last}: ",
        "alt_bars": "Bar chart: {caption}. ",
        "alt_bar": "{label} {now}{unit} ({before_label} {before}{unit})",
        "stop": ". ",
        "semicolon": "; ",
    },
}
SHORT = {
    "zh": {
        "M": [f"{month}月" for month in range(1, 13)],
        "Q": ["一季度", "二季度", "三季度", "四季度"],
        "H": ["上半年", "下半年"],
    },
    "en": {
        "M": [calendar.month_abbr[month] for month in range(1, 13)],
        "Q": ["Q1", "Q2", "Q3", "Q4"],
        "H": ["H1", "H2"],
    },
}
"""Months, quarters and half-years as an axis names them."""
SMALL_BASE = 10
"""Below this number of cases a year before, a change is given in cases and not in per cent."""


def say(lang: str, key: str, **values: object) -> str:
    """One phrase in `lang` ("zh" or "en") with its values filled in."""
    return PHRASES[lang][key].format(**values)


def period_text(period: str, lang: str, short: bool = False) -> str:
    """Name a period written "2022-06", "2022-Q2", "2022-H1" or "2022"; other text stays.

    `short` leaves the year out where there is another part to name.
    """
    try:
        read = parse_period(period)
    except ValueError:
        return period
    if not short or read.frequency is None or read.frequency == "Y" or read.number is None:
        return read.label(lang)
    return SHORT[lang][read.frequency][read.number - 1]


def decimals(values: Sequence[float | None], unit: str) -> int:
    """Decimals to print for a row of figures: by the unit, else by what the figures need."""
    if unit in {"%", "‰"}:
        return 1 if unit == "%" else 2
    known = [value for value in values if value is not None]
    return 0 if all(float(value).is_integer() for value in known) else 1


def number(value: float | None, places: int = 0) -> str:
    """A figure with thousands separators and a true minus sign; "—" where there is none."""
    if value is None or math.isnan(value):
        return "—"
    return f"{value:,.{places}f}".replace("-", "−")


def change(value: float | None, before: float | None, unit: str, lang: str) -> str:
    """The change from a year before, with its arrow; "" where it cannot be told.

    Rates change in percentage points, counts in per cent; from fewer than 10 cases in cases.
    """
    if value is None or before is None:
        return ""
    step = value - before
    arrow = "▲" if step > 0 else "▼"
    if unit in {"%", "‰"}:
        text = f"{abs(step):.{decimals([], unit)}f}"
        key = "points" if unit == "%" else "per_mille_points"
        return arrow + say(lang, key, d=text) if float(text) else say(lang, "level")
    if before == 0:
        return say(lang, "base_zero") if step else say(lang, "level")
    if abs(before) < SMALL_BASE:
        places = decimals([step], unit)
        tail = unit if lang == "zh" else ""
        return f"{arrow}{number(abs(step), places)}{tail}" if step else say(lang, "level")
    text = f"{abs(step / before) * 100:.1f}"
    return f"{arrow}{text}%" if float(text) else say(lang, "level")


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
        return say(lang, "alt_missing_now", period=now) + PHRASES[lang]["stop"]
    text = say(lang, "alt_now", period=now, value=number(value, places), unit=tail)
    before = line["value"][at - line["year"]] if at >= line["year"] > 0 else None
    if before is not None:
        text += say(lang, "alt_before", value=number(before, places), unit=tail)
    return text + PHRASES[lang]["stop"]
