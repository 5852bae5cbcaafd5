"""What of a page may stand apart from the rest: its parts, cut into the pieces of a flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from pls_analysis.charts.room import room
from pls_analysis.publish.fit import Piece

WITH_NEXT = {"masthead"}
WITH_LAST = {"imprint"}
"""Kinds of part that never stand at the foot, and at the head, of a page alone."""


def pieces_of(
    parts: Sequence[Mapping[str, Any]], marks: Sequence[Mapping[str, Any]]
) -> list[Piece]:
    """Cut the parts at the marks that tell where they, and their rows, begin.

    `marks` hold part, row (None for the part itself) and y; the last two are the end of all parts
    and the space over a section.
    """
    pieces: list[Piece] = []
    *starts, over = [mark["y"] for mark in marks if mark["row"] is None]
    glued = True
    for number, (part, (top, bottom)) in enumerate(zip(parts, pairwise(starts), strict=True)):
        rows = {
            mark["row"]: mark["y"]
            for mark in marks
            if mark["part"] == number and mark["row"] is not None
        }
        made = _pieces(number, part, top, bottom, rows)
        if glued or part["kind"] in WITH_LAST:
            made[0] = replace(made[0], glued=True)
        if made[0].opens:
            made[0] = replace(made[0], head=-over)
        pieces += made
        glued = part["kind"] in WITH_NEXT or _is_heading(_tokens(part)[-1:])
    return pieces


def _pieces(
    number: int, part: Mapping[str, Any], top: float, bottom: float, rows: Mapping[int, float]
) -> list[Piece]:
    if "chart" in part:
        give, gain = room(part["chart"])
        return [Piece(number, bottom - top, min(give, part["height"] * 0.5), gain)]
    tokens = _tokens(part)
    head = rows[0] - rows[-1] if -1 in rows and 0 in rows else 0.0
    cuts = [top, *(y for row, y in sorted(rows.items()) if row > 0), bottom]
    return [
        Piece(
            number,
            below - above,
            glued=at > 0 and _is_heading(tokens[at - 1 : at]),
            inner=at > 0,
            head=head if at > 0 else 0.0,
            opens=_opens(tokens[at : at + 1]),
        )
        for at, (above, below) in enumerate(pairwise(cuts))
    ]


def _opens(tokens: Sequence[Mapping[str, Any]]) -> bool:
    return _is_heading(tokens) and tokens[0]["attrs"]["level"] == 2


def _tokens(part: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return part.get("tokens", ())


def _is_heading(tokens: Sequence[Mapping[str, Any]]) -> bool:
    return any(token["type"] == "heading" for token in tokens)
