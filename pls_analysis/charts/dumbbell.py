"""Dumbbells: two groups' figures side by side, row by row."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from pls_analysis.charts.canvas import (
    canvas,
    fitted,
    key_size,
    mark_scale,
    one_line,
    put,
    row_size,
    rows_pt,
    swatch,
)
from pls_analysis.charts.chart import DRAWINGS, Chart, Drawn, draw
from pls_analysis.charts.layout import value_ticks, width_em
from pls_analysis.charts.lettering import LABEL_PT, caption_height, write_caption
from pls_analysis.charts.phrases import (
    axis_numbers,
    decimals,
    named,
    number,
    say,
    unit_tail,
    with_unit,
)
from pls_analysis.charts.rows import rows_of
from pls_analysis.charts.theme import INK, MUTED, NAVY, OCHRE, PAPER_CM, POINTS_PER_CM

ROW_PT, KEY_PT = 21.0, 15.0
MOST_PLACES, LONG_UNIT_EM = 4, 2.5


def dumbbell(
    rows: pd.DataFrame,
    names: tuple[str, str],
    *,
    caption: str = "",
    lang: str = "zh",
    width_cm: float = PAPER_CM,
) -> Chart:
    """Draw two groups' figures in each row, a dot and a diamond joined by a line.

    `rows` has the columns label, first, second, unit, and maybe note (printed at the right end)
    and source;
    `names` says which groups they are. Rows of one unit share a scale; with several units each
    row has its own from zero. A missing figure has no mark and says so. Raises ValueError where
    a column is missing.
    """
    made = rows_of(rows, ("label", "first", "second", "unit"), note="", source="")
    data = {
        "kind": "dumbbell", "lang": lang, "caption": caption,
        "names": [str(name) for name in names],
        "rows": [row | {"label": str(row["label"]), "unit": row["unit"] or ""} for row in made],
    }  # fmt: skip
    return draw(data, _alt_dumbbell(data), width_cm)


def _alt_dumbbell(data: dict[str, Any]) -> str:
    lang, (first, second) = data["lang"], data["names"]
    head = say(
        lang, "alt_dumbbell", name=named(lang, "dumbbell", data["caption"]), first=first,
        second=second,
    )  # fmt: skip
    told = [
        say(
            lang, "alt_pair", label=row["label"], first=first, one=_shown(row, "first", data),
            second=second, other=_shown(row, "second", data),
        )
        for row in data["rows"]
    ]  # fmt: skip
    return (head + say(lang, "semicolon").join(told) + say(lang, "stop")).strip()


def _shown(row: dict[str, Any], name: str, data: dict[str, Any]) -> str:
    """A figure with its unit, or the words for none."""
    if row[name] is None:
        return say(data["lang"], "no_data")
    return _figure(row, name, data) + unit_tail(row["unit"], data["lang"])


def _is_long(unit: str) -> bool:
    """Whether a unit is said beside the row's name, and not with both its figures."""
    return width_em(unit) > LONG_UNIT_EM


def _printed(row: dict[str, Any], name: str, data: dict[str, Any]) -> str:
    return _figure(row, name, data) if _is_long(row["unit"]) else _shown(row, name, data)


def _figure(row: dict[str, Any], name: str, data: dict[str, Any]) -> str:
    """A figure in so many decimals that two unlike figures do not look alike."""
    alike = [one[key] for one in data["rows"] if one["unit"] == row["unit"] for key in
             ("first", "second")]  # fmt: skip
    places = decimals(alike, row["unit"])
    one, other = row["first"], row["second"]
    while None not in (one, other) and one != other and places < MOST_PLACES:
        if number(one, places) != number(other, places):
            break
        places += 1
    return number(row[name], places)


def draw_dumbbell(data: dict[str, Any], width_cm: float, stretch: float) -> Drawn:
    """Draw the data of `dumbbell`: labels left, the figures at the outer sides of their marks."""
    wide, rows = width_cm * POINTS_PER_CM, data["rows"]
    head = caption_height(data["caption"], wide)
    shared = len({row["unit"] for row in rows}) == 1
    foot = 12.0 if shared else 2.0
    names = [
        with_unit(row["label"], row["unit"] if _is_long(row["unit"]) else "", data["lang"])
        for row in rows
    ]
    left = min(max(map(width_em, names)) * LABEL_PT, wide * 0.38) + 6
    each = rows_pt(names, left - 6, ROW_PT)
    natural = head + KEY_PT + each * len(rows) + foot
    axes = canvas(width_cm, natural * stretch)
    key, foot = (size * min(stretch, 1.0) for size in (KEY_PT, foot))
    _dumbbell_key(axes, data, head + key * 0.44, key)
    head += key
    step = (natural * stretch - head - foot) / len(rows)
    note = min(max(width_em(row["note"]) for row in rows) * 7, wide * 0.24)
    figures = max(width_em(_printed(row, key, data)) for row in rows for key in ("first", "second"))
    edge = figures * LABEL_PT + 10
    ends = (left + edge, wide - note - edge - (6 if note else 0))
    scale = _common_scale(rows) if shared else None
    if scale:
        _dumbbell_ticks(axes, data, scale, ends, (head, head + step * len(rows), foot))
    for at, row in enumerate(rows):
        y = head + (at + 0.5) * step
        name, size = fitted(names[at], left - 6, step)
        put(axes, name, 0, y, size=size, color=INK)
        own = scale or ([], 0.0, max(row["first"] or 0, row["second"] or 0) or 1.0)
        _draw_pair(axes, row, data, (y, row_size(step)), (*ends, edge), own)
        small = one_line(row["note"], note or 1, row_size(step, 7.0))
        put(axes, row["note"], wide, y, size=small, color=MUTED, ha="right")
    write_caption(axes, data["caption"], wide)
    return [axes], [(head, head + step * len(rows))]


def _common_scale(rows: list[dict[str, Any]]) -> tuple[list[float], float, float]:
    known = [row[key] for row in rows for key in ("first", "second") if row[key] is not None]
    if not known:
        return [], 0.0, 1.0
    return value_ticks(min(known), max(known), all(float(one).is_integer() for one in known), 4)


def _dumbbell_ticks(
    axes: Axes,
    data: dict[str, Any],
    scale: tuple[list[float], float, float],
    ends: tuple[float, float],
    rows: tuple[float, float, float],
) -> None:
    (top, bottom, foot), (ticks, low, high) = rows, scale
    spots = [ends[0] + (tick - low) / (high - low) * (ends[1] - ends[0]) for tick in ticks]
    texts = axis_numbers(ticks, data["lang"], data["rows"][0]["unit"])
    mark_scale(axes, spots, texts, (top, bottom), (bottom + foot / 2, foot))


def _draw_pair(
    axes: Axes,
    row: dict[str, Any],
    data: dict[str, Any],
    at: tuple[float, float],
    spans: tuple[float, float, float],
    scale: tuple[list[float], float, float],
) -> None:
    """Draw one row's two marks and their figures; a missing one is said where there is room.

    `spans` are the ends of the scale and the room for figures beyond them, in points.
    """
    (y, size_of_text), (_, low, high), (*ends, edge) = at, scale, spans
    marks = [("first", "o", NAVY, 6.5), ("second", "D", OCHRE, 5.4)]
    known = [mark for mark in marks if row[mark[0]] is not None]
    spots = {
        name: ends[0] + (row[name] - low) / (high - low) * (ends[1] - ends[0]) for name, *_ in known
    }
    if len(known) == 2:
        axes.plot(list(spots.values()), [y, y], color="#c9d3de", linewidth=2.4, zorder=1)
    order = sorted(known, key=lambda mark: (spots[mark[0]], mark[0]))
    for place, (name, shape, color, size) in enumerate(order):
        _mark(axes, shape, color, size, (spots[name], y))
        ahead = place == 0 and len(order) == 2
        text = _printed(row, name, data)
        put(
            axes, text, spots[name] + (-6.5 if ahead else 6.5), y, size=size_of_text, color=color,
            bold=True, ha="right" if ahead else "left",
        )  # fmt: skip
    absent = [data["names"][which] for which, mark in enumerate(marks) if row[mark[0]] is None]
    if absent:
        told = say(data["lang"], "absent_name", names=say(data["lang"], "list_comma").join(absent))
        figures = max((width_em(_printed(row, name, data)) for name, *_ in known), default=0)
        before = ends[0] - edge + 6
        after = max(spots.values(), default=before - 14) + figures * LABEL_PT + 14
        room = ends[1] + edge - after
        if known and room < max(spots.values()) - 8 - before and room < width_em(told) * 6:
            after, room = before, max(spots.values()) - 8 - before
        size = one_line(told, room, min(size_of_text, 7.0))
        put(axes, told, after, y, size=size, color=MUTED)


def _mark(axes: Axes, shape: str, color: str, size: float, at: tuple[float, float]) -> None:
    """Draw a full dot, or an empty diamond that leaves a dot under it to be seen."""
    full = shape == "o"
    axes.plot(
        *at, shape, color=color, markersize=size, fillstyle="full" if full else "none",
        markeredgewidth=0.8 if full else 1.4, zorder=3 if full else 4,
    )  # fmt: skip


def _dumbbell_key(axes: Axes, data: dict[str, Any], y: float, height: float) -> None:
    first, second = data["names"]
    axes.plot(4, y, "o", color=NAVY, markersize=6.5)
    size = key_size(axes, [first, second], height)
    x = swatch(axes, 8, y, first, size)
    axes.plot(x + 3, y, "D", color=OCHRE, markersize=5.4, fillstyle="none", markeredgewidth=1.4)
    swatch(axes, x + 7, y, second, size)


DRAWINGS["dumbbell"] = draw_dumbbell
