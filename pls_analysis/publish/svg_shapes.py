"""Shapes of an SVG: paths read, moved, measured and written short; what is a circle."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in the units of the view box."""
EVERYWHERE: Box = (-math.inf, -math.inf, math.inf, math.inf)
Step = tuple[str, tuple[float, ...]]
"""A command with absolute coordinates: M, L, C, Q or Z."""
NUMBERS_OF = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
ROUND = 0.005
"""How far points of a circle may lie off it, in radii."""


def read_path(source: str) -> list[Step] | None:
    """Read a path of absolute moves, lines and curves, as matplotlib writes; None for another."""
    steps: list[Step] = []
    command, numbers = "", []
    for token in [*TOKEN.findall(source), "M"]:
        if not token.isalpha():
            numbers.append(float(token))
            continue
        if command:
            count = NUMBERS_OF[command]
            if len(numbers) != count or not all(map(math.isfinite, numbers)):
                return None
            steps.append((command, tuple(numbers)))
        command, numbers = token.replace("z", "Z"), []
        if command not in NUMBERS_OF:
            return None
    return steps if steps and steps[0][0] == "M" else None


def moved(steps: Sequence[Step], right: float, down: float) -> list[Step]:
    """The same path somewhere else."""
    shift = (right, down) * 3
    return [
        (name, tuple(number + by for number, by in zip(numbers, shift, strict=False)))
        for name, numbers in steps
    ]


def box_of(steps: Sequence[Step]) -> Box:
    """A box that holds every point of a path, those that steer its curves too."""
    xs = [x for _, numbers in steps for x in numbers[::2]]
    ys = [y for _, numbers in steps for y in numbers[1::2]]
    return (min(xs), min(ys), max(xs), max(ys))


def widened(box: Box, by: float) -> Box:
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)


def meet(one: Box, other: Box) -> bool:
    """Whether two boxes share more than an edge."""
    return (
        one[0] < other[2] - 1e-3
        and other[0] < one[2] - 1e-3
        and one[1] < other[3] - 1e-3
        and other[1] < one[3] - 1e-3
    )


def within(inner: Box, outer: Box) -> bool:
    return meet(inner, outer) and (
        inner[0] >= outer[0] - 1e-2
        and inner[1] >= outer[1] - 1e-2
        and inner[2] <= outer[2] + 1e-2
        and inner[3] <= outer[3] + 1e-2
    )


def is_straight(steps: Sequence[Step]) -> bool:
    """Whether no two segments meet, so that it does not matter how they would be joined."""
    names = "".join(name for name, _ in steps)
    return re.fullmatch("(ML)+", names) is not None


def is_upright(steps: Sequence[Step]) -> bool:
    """Whether every segment runs along an axis."""
    points = [(name, numbers[-2:]) for name, numbers in steps if numbers]
    return all(
        name == "M" or (name == "L" and (math.isclose(x, u) or math.isclose(y, v)))
        for (_, (u, v)), (name, (x, y)) in pairwise(points)
    )


def unclosed(steps: Sequence[Step]) -> list[Step]:
    """A path to be filled, without the lines back to where its parts began: filling closes them."""
    kept: list[Step] = []
    start: tuple[float, ...] = ()
    for step in [*steps, ("M", ())]:
        if step[0] == "M":
            if kept and kept[-1][0] == "Z":
                kept.pop()
            if len(kept) > 1 and kept[-1] == ("L", start):
                kept.pop()
            start = step[1]
        kept.append(step)
    return kept[:-1]


def circle_of(steps: Sequence[Step]) -> tuple[float, float, float] | None:
    """Centre and radius of a path that is a circle of eight curves; None for another."""
    if "".join(name for name, _ in steps) != "M" + "C" * 8 + "Z":
        return None
    points = [numbers[-2:] for _, numbers in steps if numbers]
    left, top, right, bottom = box_of([("M", tuple(point)) for point in points])
    x, y, radius = (left + right) / 2, (top + bottom) / 2, (right - left) / 2
    off = max(abs(math.hypot(u - x, v - y) - radius) for u, v in points)
    return (x, y, radius) if radius > 0 and off < ROUND * radius else None


def short(value: float, places: int) -> str:
    """A number in as few characters as `places` decimals need."""
    return _text(round(value * 10**places), places)


def _text(whole: int, places: int) -> str:
    """`whole` divided by ten to the power of `places`, without needless zeros."""
    digits = str(abs(whole)).rjust(places + 1, "0")
    ones, fraction = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
    text = (ones if ones != "0" or not fraction else "") + ("." + fraction if fraction else "")
    return "-" + text if whole < 0 else text


def write_path(steps: Sequence[Step], places: int) -> str:
    """Write a path with relative segments; points are rounded first, so no error adds up."""
    written: list[str] = []
    here = start = (0, 0)
    last = ""
    for at, (name, numbers) in enumerate(steps):
        if name == "Z":
            written.append("z")
            here, last = start, "z"
            continue
        points = [round(number * 10**places) for number in numbers]
        end = (points[-2], points[-1])
        if name == "L" and _needless(steps, at, here, start, end):
            continue
        command, values = _segment(name, points, here)
        numbers_text = _joined([_text(value, places) for value in values])
        if name == "M" and at:
            near = _joined([_text(to - of, places) for to, of in zip(points, here, strict=True)])
            command, numbers_text = min(
                ("M", numbers_text), ("m", near), key=lambda one: len(one[1])
            )
        if command == last and name != "M":  # a second pair after a move would be a line
            written.append(numbers_text if numbers_text.startswith("-") else " " + numbers_text)
        else:
            written.append(command + numbers_text)
        here, last = end, command
        if name == "M":
            start = end
    return "".join(written)


def _needless(
    steps: Sequence[Step], at: int, here: tuple[int, int], start: tuple[int, int],
    end: tuple[int, int],
) -> bool:  # fmt: skip
    """Whether a line leads nowhere, or to where closing the path leads anyway."""
    after = steps[at + 1][0] if at + 1 < len(steps) else ""
    if after == "Z" and end == start:
        return steps[at - 1][0] != "M"
    lone = steps[at - 1][0] == "M" and after in {"", "M"}
    return end == here and not lone


def _segment(name: str, points: list[int], here: tuple[int, int]) -> tuple[str, list[int]]:
    if name == "M":
        return "M", points
    values = [value - here[at % 2] for at, value in enumerate(points)]
    if name == "L" and values[1] == 0:
        return "h", values[:1]
    if name == "L" and values[0] == 0:
        return "v", values[1:]
    return name.lower(), values


def _joined(texts: Sequence[str]) -> str:
    return "".join(
        text if not at or text[0] == "-" else " " + text for at, text in enumerate(texts)
    )
