"""Bullets: where a figure stands between zero and its target, and where it should stand by now."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from pls_analysis.charts.canvas import (
    HATCH,
    box,
    canvas,
    fitted,
    key_size,
    one_line,
    put,
    row_size,
    swatch,
)
from pls_analysis.charts.chart import DRAWINGS, Chart, Drawn, draw
from pls_analysis.charts.layout import width_em
from pls_analysis.charts.lettering import LABEL_PT, caption_height, write_caption
from pls_analysis.charts.phrases import named, say
from pls_analysis.charts.rows import figure_text, rows_of
from pls_analysis.charts.statuses import (
    LOOKS,
    SQUARE_PT,
    square,
    status_key,
    status_word,
    tally,
)
from pls_analysis.charts.theme import BAND, EDGE, GAP, INK, MUTED, PAPER_CM, POINTS_PER_CM
from pls_analysis.disclosure.suppression import MARK

MOST_SHARE = 1.25
"""A bar that goes beyond this share of its target is cut and ends in an arrow."""
NOT_KNOWN = HATCH.replace("/", "\\")
ROW_PT, NARROW_ROW_PT, KEY_PT = 19.0, 34.0, 16.0


def bullets(
    rows: pd.DataFrame, *, caption: str = "", lang: str = "zh", width_cm: float = PAPER_CM
) -> Chart:
    """Draw a bar from zero for each target, with a mark for what is due by now and a target line.

    `rows` has the columns label, value, required (what is asked at this date), target, unit,
    status and value_text (printed as it is). It may have word (for the status), target_text,
    at_most (True where the target is a ceiling), strength, unknown (what of the units judged one by
    one is not known and may come on top of the value: hatched), and source (where the figure is
    from). Each row is scaled by its own target. A missing value has no bar and says so, a hidden
    one by its MARK. Raises ValueError for a status that is unknown or a figure below zero,
    MissingGlyph for a character no font has.
    """
    needed = ("label", "value", "required", "target", "unit", "status", "value_text")
    others = {"word": "", "target_text": "", "at_most": False, "strength": "", "source": ""}
    made = rows_of(rows, needed, **others, unknown=0.0)
    drawn = [_row(row, lang) for row in made]
    data = {"kind": "bullets", "lang": lang, "caption": caption, "rows": drawn}
    return draw(data, _alt(data), width_cm)


def _row(row: dict[str, Any], lang: str) -> dict[str, Any]:
    """One row as it is drawn, each of its texts settled."""
    for name in ("value", "required", "target"):
        if row[name] is not None and row[name] < 0:
            raise ValueError(f"Bars start at zero: {name} of {row['label']!r} is {row[name]}.")
    status = status_key(row["status"], row.pop("strength"))
    unit = row["unit"] or ""
    if row["value"] is None:
        shown = MARK if row["value_text"] == MARK else say(lang, "no_data")
    else:
        shown = row["value_text"] or figure_text(row["value"], unit, lang)
    told = row["target_text"]
    if not told and row["target"] is not None:
        sign = "≤" if row["at_most"] else "≥"
        told = sign + figure_text(row["target"], unit, lang)
    return row | {
        "label": str(row["label"]), "unit": unit, "status": status, "value_text": str(shown),
        "target_text": told, "word": row["word"] or status_word(status, lang),
    }  # fmt: skip


def _alt(data: dict[str, Any]) -> str:
    lang, rows = data["lang"], data["rows"]
    counts = tally((row["status"] for row in rows), lang)
    text = say(
        lang, "alt_bullets", name=named(lang, "bullets", data["caption"]), n=len(rows), tally=counts
    )
    told = say(lang, "semicolon").join(_told(row, lang) for row in rows)
    return (text + told + say(lang, "stop")).strip()


def _told(row: dict[str, Any], lang: str) -> str:
    due = target = ""
    if row["required"] is not None and row["value"] is not None:
        due = say(lang, "alt_required", value=figure_text(row["required"], row["unit"], lang))
    if row["target_text"]:
        target = say(lang, "alt_target", value=row["target_text"])
    return say(
        lang, "alt_bullet", label=row["label"], value=row["value_text"], word=row["word"],
        due=due, target=target,
    )  # fmt: skip


def draw_bullets(data: dict[str, Any], width_cm: float, stretch: float) -> Drawn:
    """Draw the data of `bullets`: in one line each, or label over bar where it is narrow."""
    wide, rows = width_cm * POINTS_PER_CM, data["rows"]
    roomy = width_cm > 12
    head = caption_height(data["caption"], wide)
    natural = head + KEY_PT + (ROW_PT if roomy else NARROW_ROW_PT) * len(rows) + 2
    axes = canvas(width_cm, natural * stretch)
    key = KEY_PT * min(stretch, 1.0)
    _key(axes, data, head + key * 0.42, key)
    head += key
    step = (natural * stretch - head - 2) / len(rows)
    columns = _columns(rows, wide)
    for at, row in enumerate(rows):
        if roomy:
            _draw_wide(axes, row, data["lang"], head + at * step, step, columns)
        else:
            _draw_narrow(axes, row, data["lang"], head + at * step, step, wide)
    write_caption(axes, data["caption"], wide)
    return [axes], [(head, head + step * len(rows))]


def _columns(rows: list[dict[str, Any]], wide: float) -> list[float]:
    """Widths of label, bar, figure, target and status; the bar takes what is left."""
    label = min(max(width_em(row["label"]) for row in rows) * LABEL_PT + 3, wide * 0.34) + 8
    shares = ("value_text", 0.17, 8.0), ("target_text", 0.15, 7.0), ("word", 0.16, LABEL_PT)
    value, target, word = (
        min(max(width_em(row[name]) for row in rows) * size, wide * most) + 8
        for name, most, size in shares
    )
    word += SQUARE_PT + 3
    return [label, wide - label - value - target - word, value, target, word]


def _draw_wide(
    axes: Axes, row: dict[str, Any], lang: str, top: float, step: float, columns: list[float]
) -> None:
    label, bar, value, target, _ = columns
    middle = top + step / 2
    name, size = fitted(row["label"], label - 8, step)
    put(axes, name, label - 8, middle, size=size, color=INK, ha="right")
    _bar(axes, row, (label, middle), bar - 10, min(step * 0.36, 9.0))
    x = label + bar
    _figure(axes, row, (x, middle), value - 6, step)
    put(
        axes, row["target_text"], x + value, middle,
        size=one_line(row["target_text"], target - 6, row_size(step, 7.0)), color=MUTED,
    )  # fmt: skip
    _status(axes, row, lang, (x + value + target, middle), columns[4] - SQUARE_PT - 5, step)


def _draw_narrow(
    axes: Axes, row: dict[str, Any], lang: str, top: float, step: float, wide: float
) -> None:
    """Draw label and status in one line, bar and figures in the next."""
    upper, lower, bar = top + step * 0.27, top + step * 0.75, wide * 0.5
    word = SQUARE_PT + 3 + min(width_em(row["word"]) * LABEL_PT, wide * 0.34)
    name, size = fitted(row["label"], wide - word - 8, step * 0.5)
    put(axes, name, 0, upper, size=size, color=INK)
    _status(axes, row, lang, (wide - word - 1.5, upper), word - SQUARE_PT - 3, step * 0.5)
    _bar(axes, row, (0, lower), bar - 8, min(step * 0.22, 8.0))
    room = wide - bar - 4
    whole = width_em(row["value_text"]) * 8 + width_em(row["target_text"]) * 7 + 6
    scale = min(room / whole, 1.0)
    _figure(axes, row, (bar, lower), width_em(row["value_text"]) * 8 * scale, step * 0.5)
    end = bar + width_em(row["value_text"]) * 8 * scale + 6
    put(
        axes, row["target_text"], end, lower, color=MUTED,
        size=one_line(row["target_text"], wide - end, row_size(step * 0.5, 7.0)),
    )  # fmt: skip


def _figure(
    axes: Axes, row: dict[str, Any], at: tuple[float, float], room: float, step: float
) -> None:
    known = row["value"] is not None
    size = one_line(row["value_text"], room, row_size(step, 8.0))
    color = INK if known else MUTED
    put(axes, row["value_text"], *at, size=size, color=color, bold=known)


def _status(
    axes: Axes, row: dict[str, Any], lang: str, at: tuple[float, float], room: float, step: float
) -> None:
    (x, y), side = at, min(SQUARE_PT, step * 0.9)
    square(axes, row["status"], lang, (x + SQUARE_PT / 2, y), side)
    look = LOOKS[row["status"]]
    color = look.ink if look.ink != "white" else look.rim
    size = one_line(row["word"], room, row_size(step))
    put(axes, row["word"], x + SQUARE_PT + 3, y, size=size, color=color, bold=True)


def _bar(
    axes: Axes, row: dict[str, Any], at: tuple[float, float], width: float, thick: float
) -> None:
    """Draw one row's track, bar, mark and line, from zero at `at`, within `width` points."""
    left, middle = at
    known = [row[name] or 0.0 for name in ("value", "required")]
    if row["target"] is None and row["required"] is None:
        return  # nothing says how long the bar of this figure would be
    whole = row["target"] or row["required"] or max(known) or 1.0
    unit = width / MOST_SHARE

    def spot(figure: float) -> float:
        return left + min(figure / whole, MOST_SHARE) * unit

    goal = spot(row["target"]) if row["target"] is not None else None
    ground = thick * 1.8
    end = goal if goal is not None and goal > left else left + unit
    box(axes, left, middle - ground / 2, end - left, ground, GAP)
    if row["at_most"] and goal is not None:
        box(axes, goal, middle - ground / 2, left + width - goal, ground, "white", "none", HATCH)
    if row["value"] is not None:
        color = LOOKS[row["status"]].bar
        box(axes, left, middle - thick / 2, spot(row["value"]) - left, thick, color)
        if row.get("unknown"):
            known = spot(row["value"])
            more = spot(row["value"] + row["unknown"]) - known
            box(axes, known, middle - thick / 2, more, thick, "white", EDGE, NOT_KNOWN)
        if row["value"] / whole > MOST_SHARE:
            axes.plot(left + width + 2.5, middle, ">", color=color, markersize=thick * 0.8)
    axes.plot([left, left], [middle - ground / 2, middle + ground / 2], color=EDGE, linewidth=0.8)
    if goal is not None:
        ends = [middle - ground / 2 - 1, middle + ground / 2 + 1]
        axes.plot([goal, goal], ends, color=INK, linewidth=1.6, solid_capstyle="butt")
    if row["required"] is not None:
        _pace(axes, spot(row["required"]), middle - ground / 2)


def _pace(axes: Axes, x: float, y: float) -> None:
    axes.plot(
        x, y, "v", color=INK, markersize=4.6, markeredgecolor="white", markeredgewidth=0.5,
        zorder=3,
    )  # fmt: skip


def _key(axes: Axes, data: dict[str, Any], y: float, height: float) -> None:
    """Say what bar, mark, line and hatching are."""
    due = any(row["required"] is not None for row in data["rows"])
    ceiling = any(row["at_most"] for row in data["rows"])
    part = any(row.get("unknown") for row in data["rows"])
    names = [
        "value", *["unknown"] * part, *["required"] * due, "target", *["beyond"] * ceiling,
    ]  # fmt: skip
    texts = {name: say(data["lang"], f"key_{name}") for name in names}
    size, x = key_size(axes, list(texts.values()), height), 0.5
    for name, text in texts.items():
        if name == "value":
            box(axes, x, y - 2.5, 12, 5, BAND, EDGE)
        elif name == "required":
            _pace(axes, x + 6, y)
        elif name == "target":
            axes.plot([x + 6, x + 6], [y - 4.5, y + 4.5], color=INK, linewidth=1.6)
        else:
            hatch = NOT_KNOWN if name == "unknown" else HATCH
            box(axes, x, y - 3, 12, 6, "white", EDGE, hatch)
        x = swatch(axes, x + 12, y, text, size)


DRAWINGS["bullets"] = draw_bullets
