"""How much lower or higher a chart may stand on a page for its rows to stay legible."""

from __future__ import annotations

from typing import Any

ROOM: dict[str, tuple[float, float]] = {
    "bars_year_on_year": (5, 7),
    "bullets": (8, 9),
    "dot_strips": (12, 12),
    "dumbbell": (8.5, 8),
    "heat_table": (3.3, 3),
    "rank_intervals": (4.5, 5),
    "small_multiples": (28, 34),
    "status_strip": (3, 3),
    "tile_map": (13, 8),
    "trend": (38, 50),
}
"""By how many points each row of a kind of chart may be lower, and higher, than it is drawn."""


def room(chart: dict[str, Any]) -> tuple[float, float]:
    """How many points a chart on paper may be lower, and higher, for its rows to stay legible.

    (0, 0) for a kind that keeps its height.
    """
    least, most = ROOM.get(chart["kind"], (0.0, 0.0))
    if chart["kind"] == "small_multiples":
        count = -(-len(chart["panels"]) // chart["columns"])
    elif chart["kind"] == "tile_map":
        count = len({tile["row"] for tile in chart["tiles"]})
    else:
        named = ("rows", "labels", "strips", "tasks")
        count = max((len(chart[name]) for name in named if name in chart), default=1)
    return least * count, most * count
