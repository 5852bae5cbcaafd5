"""A map of tiles: every town the same size, neighbours side by side."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from pls_analysis.charts.canvas import HATCH, SMALL_PT, box, canvas, one_line, put, row_size
from pls_analysis.charts.chart import DRAWINGS, Chart, Drawn, draw
from pls_analysis.charts.heat import SHADES
from pls_analysis.charts.layout import width_em, wrap
from pls_analysis.charts.lettering import LABEL_PT, caption_height, write_caption
from pls_analysis.charts.lines_data import plain
from pls_analysis.charts.phrases import decimals, named, number, say, unit_tail
from pls_analysis.charts.rows import said_source
from pls_analysis.charts.theme import (
    EDGE,
    INK,
    MUTED,
    PAPER_CM,
    POINTS_PER_CM,
    RED,
)
from pls_analysis.configs import ConfigError, Problems, check_code, read_rows
from pls_analysis.project import Project, find_project

FILE = "tiles.csv"
COLUMNS = ("code", "row", "column", "short")
TILE_PT, NARROW_TILE_PT, LEAST_TILE_PT, KEY_PT, WIDEST_PT = 30.0, 26.0, 18.0, 16.0, 62.0


def load_tiles(project: Project | None = None) -> pd.DataFrame:
    """Read config/tiles.csv: code, row (from 1, in the north), column (from 1, in the west), short.

    Raises ConfigError where it is absent, names a code twice or puts two areas on one tile.
    """
    source = (project or find_project()).config / FILE
    if not source.is_file():
        raise ConfigError([
            f"config/{FILE}: there is no such file; a tile map needs one line for each area: "
            f"{','.join(COLUMNS)} (tools/draft_tiles.py drafts it from the centres in areas.csv)"
        ])  # fmt: skip
    problems = Problems(source)
    rows: list[tuple[str, int, int, str]] = []
    lines: dict[object, int] = {}
    for line, row in read_rows(source, problems, COLUMNS):
        if not check_code(row["code"], line, problems):
            continue
        if not (row["row"].isdigit() and row["column"].isdigit() and row["short"]):
            problems.add("row and column are whole numbers, and short is a name", line)
            continue
        spot = (int(row["row"]), int(row["column"]))
        for name, key in ((f"code {row['code']}", row["code"]), (f"tile {spot}", spot)):
            if key in lines:
                problems.add(f"{name} stands on line {lines[key]} already", line)
            lines.setdefault(key, line)
        rows.append((row["code"], *spot, row["short"]))
    problems.raise_if_any()
    return pd.DataFrame(rows, columns=list(COLUMNS))


def tile_map(
    values: pd.Series,
    tiles: pd.DataFrame,
    *,
    texts: pd.Series | None = None,
    own: str = "",
    unit: str = "",
    caption: str = "",
    source: str = "",
    lang: str = "zh",
    width_cm: float = PAPER_CM,
) -> Chart:
    """Draw each area as a tile shaded by its figure, which is printed on it.

    `values` (and `texts`, printed instead) are by area code; `tiles` as `load_tiles` gives them.
    An area without a figure is hatched and says "—"; `own` has a frame; `source` says where the
    figures are from. Raises ValueError for a
    figure whose area has no tile, or where two share one.
    """
    strange = [str(code) for code in values.index if code not in set(tiles["code"])]
    if strange:
        raise ValueError(f"No tile for {', '.join(strange)}: add the codes to config/{FILE}.")
    if tiles.empty or tiles.duplicated(["row", "column"]).any() or not tiles["code"].is_unique:
        raise ValueError("Each area needs a tile of its own.")
    figures = plain(values.reindex(tiles["code"]).to_list())
    given = [None] * len(tiles) if texts is None else texts.reindex(tiles["code"]).to_list()
    places = decimals(figures, unit)
    made = [
        {
            "code": str(code), "row": int(row), "column": int(column), "short": str(short),
            "value": value, "own": code == own,
            "text": "—" if value is None else
                    text if isinstance(text, str) else number(value, places),
        }
        for code, row, column, short, value, text in zip(
            *(tiles[name] for name in COLUMNS), figures, given, strict=True
        )
    ]  # fmt: skip
    data = {
        "kind": "tile_map", "lang": lang, "caption": caption, "unit": unit, "tiles": made,
        **said_source(source),
    }  # fmt: skip
    return draw(data, _alt(data), width_cm)


def _ends(data: dict[str, Any]) -> tuple[float, float, str, str] | None:
    """The least and the greatest figure and their texts; None where there is none."""
    known = sorted(
        (tile["value"], tile["text"]) for tile in data["tiles"] if tile["value"] is not None
    )
    return (known[0][0], known[-1][0], known[0][1], known[-1][1]) if known else None


def _alt(data: dict[str, Any]) -> str:
    lang, tiles = data["lang"], data["tiles"]
    text = say(lang, "alt_tiles", name=named(lang, "tile_map", data["caption"]), n=len(tiles))
    if ends := _ends(data):
        low, high = (_with_unit(shown, data) for shown in ends[2:])
        text += say(lang, "alt_tiles_range", low=low, high=high)
    for tile in tiles:
        if tile["own"]:
            text += say(
                lang, "alt_tile_own", name=tile["short"], value=_with_unit(tile["text"], data)
            )
    absent = [tile["short"] for tile in tiles if tile["value"] is None]
    if absent:
        names = say(lang, "list_comma").join(absent)
        text += say(lang, "alt_tiles_absent", n=len(absent), names=names)
    return text.strip()


def _with_unit(text: str, data: dict[str, Any]) -> str:
    """A printed figure with the chart's unit, unless it ends in it already or is none."""
    unit = data["unit"]
    return text if text == "—" or text.endswith(unit) else text + unit_tail(unit, data["lang"])


def draw_tile_map(data: dict[str, Any], width_cm: float, stretch: float) -> Drawn:
    """Draw the data of `tile_map`: the grid in the middle, what the shades mean above it."""
    wide, tiles = width_cm * POINTS_PER_CM, data["tiles"]
    top_row, first = (min(tile[key] for tile in tiles) for key in ("row", "column"))
    rows = max(tile["row"] for tile in tiles) - top_row + 1
    columns = max(tile["column"] for tile in tiles) - first + 1
    head = caption_height(data["caption"], wide)
    note = wrap(say(data["lang"], "no_map"), wide / SMALL_PT - 1)
    foot = SMALL_PT * 1.3 * (note.count("\n") + 1) + 3
    natural = head + KEY_PT + rows * (TILE_PT if width_cm > 12 else NARROW_TILE_PT) + foot
    key = KEY_PT * min(stretch, 1.0)
    whole = max(natural * stretch, head + key + rows * LEAST_TILE_PT + foot)
    axes = canvas(width_cm, whole)
    _key(axes, data, head + key * 0.44, row_size(key * 0.7))
    head += key
    put(axes, note, 0, whole - foot / 2, size=SMALL_PT, color=MUTED)
    high = (whole - head - foot) / rows
    across = min(wide / columns, WIDEST_PT)
    left = (wide - across * columns) / 2
    low, most = (_ends(data) or (0.0, 0.0, "", ""))[:2]
    for tile in sorted(tiles, key=lambda tile: tile["own"]):
        x = left + (tile["column"] - first) * across
        y = head + (tile["row"] - top_row) * high
        _draw_tile(axes, tile, (x, y), (across - 1.6, high - 1.6), (low, most))
    write_caption(axes, data["caption"], wide)
    return [axes], [(head, whole - foot)]


def _draw_tile(
    axes: Axes,
    tile: dict[str, Any],
    at: tuple[float, float],
    size: tuple[float, float],
    ends: tuple[float, float],
) -> None:
    (x, y), (wide, high), (low, most) = at, size, ends
    known = tile["value"] is not None
    share = (tile["value"] - low) / (most - low) if known and most > low else 0.0
    ground = SHADES(share) if known else "white"
    box(axes, x, y, wide, high, ground, EDGE, "" if known else HATCH)
    if tile["own"]:
        box(axes, x, y, wide, high, "none", RED).set_linewidth(1.8)
    name = one_line(tile["short"], wide - 3, min(7.0, high * 0.3))
    put(axes, tile["short"], x + wide / 2, y + high * 0.29, size=name, color=INK, ha="center")
    figure = one_line(tile["text"], wide - 3, min(8.0, high * 0.34))
    put(
        axes, tile["text"], x + wide / 2, y + high * 0.7, size=figure,
        color=INK if known else MUTED, bold=known, ha="center",
    )  # fmt: skip


def _key(axes: Axes, data: dict[str, Any], y: float, size: float) -> None:
    """Say what the shades run from and to, and what is hatched."""
    lang, x = data["lang"], 0.5
    if ends := _ends(data):
        least, most = (_with_unit(text, data) for text in ends[2:])
        put(axes, least, x, y, size=size, color=MUTED)
        x += width_em(least) * LABEL_PT + 4
        for step in range(8):
            box(axes, x + step * 6, y - 4, 6.2, 8, SHADES(step / 7))
        x += 8 * 6 + 4
        put(axes, most, x, y, size=size, color=MUTED)
        x += width_em(most) * LABEL_PT + 12
    if absent := sum(tile["value"] is None for tile in data["tiles"]):
        box(axes, x, y - 4, 12, 8, "white", EDGE, HATCH)
        told = say(lang, "counted", word=say(lang, "no_data"), n=absent)
        put(axes, told, x + 15, y, size=size, color=MUTED)


DRAWINGS["tile_map"] = draw_tile_map
