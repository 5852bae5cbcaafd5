"""Tables of plain text line up, whatever script is in them."""

from __future__ import annotations

import pytest

from pls_analysis.text_tables import clipped, text_table, text_width


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("abc", 3), ("川沙", 4), ("（件）", 6), ("é", 1), ("e\u0301", 1), ("12％", 4)],
)
def test_width(text: str, width: int):
    assert text_width(text) == width


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("川沙新镇", 8, "川沙新镇"),
        ("川沙新镇", 7, "川沙新…"),
        ("川沙新镇", 6, "川沙…"),
        ("two\n  lines", 20, "two lines"),
        ("abc", 1, "…"),
    ],
)
def test_clipped(text: str, columns: int, shown: str):
    assert clipped(text, columns) == shown
    assert text_width(clipped(text, columns)) <= columns


def test_columns_line_up():
    table = text_table([("川沙新镇", 7, "x"), ("Gao", 1234, None)], ("name", "count", "note"))
    assert table.splitlines() == [
        "name      count  note",
        "川沙新镇      7  x",
        "Gao        1234",
    ]


def test_header_alone():
    assert text_table([], ("one", "two")) == "one  two"
