"""Where the pages of a brief end, on invented pieces."""

from __future__ import annotations

import pytest

from pls_analysis.publish.fit import PAGE_PT, Piece, between, plan_pages
from pls_analysis.publish.flow import pieces_of

PAGE = PAGE_PT


def chart(part: int, height: float, give: float = 60, gain: float = 60, **more) -> Piece:
    return Piece(part, height, give=give, gain=gain, **more)


def heading(part: int) -> Piece:
    return Piece(part, 30, opens=True)


@pytest.mark.parametrize(
    ("pieces", "limit", "pages", "breaks"),
    [
        pytest.param([Piece(0, 300)], 2, 1, set(), id="short"),
        pytest.param([Piece(0, 400), Piece(1, 500)], 2, 2, {1}, id="two do not stand together"),
        pytest.param([Piece(0, 400), Piece(1, 400)], 1, None, None, id="too long for its limit"),
        pytest.param([Piece(0, 400), Piece(1, 400)], None, 2, {1}, id="no limit"),
        pytest.param([chart(0, 400), chart(1, 400)], 1, 1, set(), id="charts give"),
        pytest.param(
            [Piece(0, 500), heading(1), Piece(2, 260, glued=True)], 2, 2, {1},
            id="a heading goes overleaf with what it heads",
        ),
        pytest.param(
            [Piece(0, 700), Piece(1, 20, inner=True), Piece(1, 20, inner=True),
             Piece(1, 20, inner=True), Piece(1, 600, inner=True)], 2, 2, set(),
            id="a table goes on overleaf by itself",
        ),
        pytest.param(
            [Piece(0, 300), heading(1), chart(2, 300, glued=True), heading(3),
             chart(4, 300, glued=True)], 2, 2, {3}, id="a page ends before a section",
        ),
        pytest.param([Piece(0, PAGE * 1.5)], None, 1, set(), id="a piece higher than a page"),
    ],
)  # fmt: skip
def test_where_pages_end(pieces, limit, pages, breaks):
    plan = plan_pages(pieces, limit)
    assert (plan and plan.pages) == pages
    assert (plan and plan.breaks) == breaks


def test_charts_of_a_page_give_and_grow_alike_within_their_bounds():
    pieces = [Piece(0, 300), chart(1, 240, give=40), chart(2, 240, give=20), Piece(3, 300)]
    pieces += [chart(4, 150, gain=20), chart(5, 150, gain=40)]
    added = plan_pages(pieces, 2).added  # pyright: ignore[reportOptionalMemberAccess]
    assert -40 <= added[1] < 0
    assert added[1] == pytest.approx(2 * added[2])
    assert (added[4], added[5]) == (20, 40), "never higher than is good for it"


def test_slack_leaves_room_on_each_page():
    pieces = [Piece(0, PAGE - 20)]
    assert plan_pages(pieces, 1)
    assert plan_pages([*pieces, Piece(1, 10)], 1)
    assert not plan_pages([*pieces, Piece(1, 10)], 1, slack=14)


def test_heights_between_two_settings():
    made = between([Piece(0, 100, head=10)], [Piece(0, 80, head=6)], 0.5)
    assert (made[0].height, made[0].head) == (90, 8)


def mark(part: int, y: float, row: int | None = None) -> dict:
    return {"part": part, "row": row, "y": y}


def test_parts_are_cut_into_what_may_stand_apart():
    title = {"type": "heading", "attrs": {"level": 2}}
    parts = [
        {"kind": "masthead"},
        {"kind": "prose", "tokens": [title]},
        {"kind": "table"},
        {"kind": "prose", "tokens": [{"type": "paragraph"}, title]},
        {"kind": "figure", "chart": {"kind": "bullets", "rows": [1, 2, 3]}, "height": 90.0},
        {"kind": "imprint"},
    ]
    marks = [
        mark(0, 0), mark(1, 100), mark(2, 130), mark(2, 140, -1), mark(2, 155, 0),
        mark(2, 175, 1), mark(2, 195, 2), mark(3, 215), mark(3, 235, 1), mark(4, 265),
        mark(5, 355), mark(6, 400), mark(-1, 7),
    ]  # fmt: skip
    pieces = pieces_of(parts, marks)
    told = [(one.part, one.height, one.glued, one.inner, one.head) for one in pieces]
    assert told == [
        (0, 100, True, False, 0),
        (1, 30, True, False, -7),
        (2, 45, True, False, 0),
        (2, 20, False, True, 15),
        (2, 20, False, True, 15),
        (3, 20, False, False, 0),
        (3, 30, False, True, 0),
        (4, 90, True, False, 0),
        (5, 45, True, False, 0),
    ]
    assert (pieces[7].give, pieces[7].gain) == (24, 27), "by its three rows"
    assert [one.opens for one in pieces] == [False, True, *[False] * 4, True, False, False]
