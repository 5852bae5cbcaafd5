"""Draft config/tiles.csv of a project: a tile for each town, neighbours side by side.

    python tools/draft_tiles.py > config/tiles.csv

The towns' centres come from the columns lon… and lat… of config/areas.csv. Where they crowd they
are spread evenly first; then tiles are exchanged as long as that brings neighbours closer and
keeps who is north and who is east. A person who knows the place looks at the draft and moves
what a wrong centre has misplaced.
"""

from __future__ import annotations

import csv
import math
import random
import re
import sys
from collections.abc import Mapping, Sequence

from pls_analysis.areas import AreaTree, load_areas
from pls_analysis.project import find_project

NEIGHBOURS = 4
"""Each town's nearest, which are to stay beside it."""
EVEN = 0.6
"""How far centres are spread evenly: 0 leaves them where they are, 1 keeps only their order."""
STEPS, SEED = 60_000, 20210303
ENDINGS = re.compile(r"(?:新村|路)?街道$|新?镇$")
Spot = tuple[float, float]


def centres(tree: AreaTree, home: str) -> dict[str, Spot]:
    """Longitude and latitude of every town under home that has both, by code."""
    found = {}
    for town in tree.descendants(home, "town"):
        facts = tree.facts(town.code)
        lon = next((text for name, text in facts.items() if name.startswith("lon")), "")
        lat = next((text for name, text in facts.items() if name.startswith("lat")), "")
        if lon and lat:
            found[town.code] = (float(lon), float(lat))
    return found


def draft(places: Mapping[str, Spot], rows: int, columns: int) -> dict[str, tuple[int, int]]:
    """Give each place a tile of its own: row from the north and column from the west, from 1.

    Raises ValueError where the grid is too small.
    """
    if len(places) > rows * columns:
        raise ValueError(f"{len(places)} places do not fit on {rows} × {columns} tiles.")
    codes = sorted(places)
    x = _spread([places[code][0] for code in codes], columns)
    y = _spread([-places[code][1] for code in codes], rows)
    wanted = list(zip(y, x, strict=True))
    near = _nearest([places[code] for code in codes])
    tiles = _annealed(wanted, near, rows, columns)
    return {code: (row + 1, column + 1) for code, (row, column) in zip(codes, tiles, strict=True)}


def _spread(values: Sequence[float], count: int) -> list[float]:
    """Bring coordinates to 0 … count−1, half by their size and half by their order."""
    low, high = min(values), max(values)
    order = sorted(values)
    last = max(len(values) - 1, 1)
    return [
        ((1 - EVEN) * (value - low) / ((high - low) or 1) + EVEN * order.index(value) / last)
        * (count - 1)
        for value in values
    ]


def _nearest(spots: Sequence[Spot]) -> list[tuple[int, int]]:
    shrink = math.cos(math.radians(spots[0][1]))  # a degree of longitude is shorter
    pairs = set()
    for at, (lon, lat) in enumerate(spots):
        order = sorted(
            (math.hypot((lon - other[0]) * shrink, lat - other[1]), to)
            for to, other in enumerate(spots)
            if to != at
        )
        pairs |= {(min(at, to), max(at, to)) for _, to in order[:NEIGHBOURS]}
    return sorted(pairs)


def _annealed(
    wanted: Sequence[Spot], near: Sequence[tuple[int, int]], rows: int, columns: int
) -> list[tuple[int, int]]:
    """Exchange tiles at random, ever more choosily, and keep what costs less."""
    chance = random.Random(SEED)
    tiles = [(row, column) for row in range(rows) for column in range(columns)]
    holder: list[int | None] = [*range(len(wanted)), *[None] * (len(tiles) - len(wanted))]
    place = list(range(len(wanted)))
    beside: list[list[int]] = [[] for _ in wanted]
    for one, other in near:
        beside[one].append(other)
        beside[other].append(one)

    def cost(one: int) -> float:
        row, column = tiles[place[one]]
        y, x = wanted[one]
        total = (row - y) ** 2 + (column - x) ** 2
        for other in beside[one]:
            to = tiles[place[other]]
            total += 0.7 * max(math.dist((row, column), to) - 1.5, 0) ** 2
            for axis in (0, 1):
                apart, step = (
                    wanted[other][axis] - wanted[one][axis],
                    to[axis] - tiles[place[one]][axis],
                )
                total += 0.5 * max(-apart * step, 0)
        return total

    for step in range(STEPS):
        heat = 3.0 * (1 - step / STEPS) ** 2 + 1e-6
        one, tile = chance.randrange(len(wanted)), chance.randrange(len(tiles))
        other, old = holder[tile], place[one]
        if tile == old:
            continue
        moved = [one] if other is None else [one, other]
        before = sum(map(cost, moved))
        place[one] = tile
        if other is not None:
            place[other] = old
        if sum(map(cost, moved)) - before > -heat * math.log(chance.random() or 1e-12):
            place[one] = old
            if other is not None:
                place[other] = tile
        else:
            holder[tile], holder[old] = one, other
    return [tiles[at] for at in place]


def short_name(name: str) -> str:
    """A town's name without its kind, where two characters are left."""
    stem = ENDINGS.sub("", name)
    return stem if len(stem) > 1 else name


def main() -> None:
    project = find_project()
    tree = load_areas(project)
    places = centres(tree, project.home)
    columns = math.ceil(math.sqrt(len(places) * 1.8))
    rows = math.ceil(len(places) * 1.8 / columns)
    tiles = draft(places, rows, columns)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["code", "row", "column", "short"])
    for code in tree.order(tiles):
        writer.writerow([code, *tiles[code], short_name(tree[code].name)])


if __name__ == "__main__":
    main()
