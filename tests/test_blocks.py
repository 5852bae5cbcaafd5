"""Blocks: what each carries, that text is escaped, and what is refused."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup

from pls_analysis import blocks

NASTY = "<script>alert('1')</script>\"&"
EVERY_KIND = {
    "masthead": blocks.masthead(NASTY, org=NASTY, area_name=NASTY, issue=NASTY, synthetic=True),
    "points": blocks.points(NASTY, [(NASTY, NASTY), NASTY]),
    "strip": blocks.strip([
        {"label": NASTY, "value": NASTY, "unit": NASTY, "delta": NASTY, "spark": [1, None, 2, 3]},
    ]),
    "table": blocks.table(
        [NASTY, {"label": NASTY, "kind": "bar"}],
        [[NASTY, {"text": NASTY, "share": 0.5, "source": NASTY}]],
        NASTY,
    ),
    "notes": blocks.notes([(NASTY, NASTY)]),
    "imprint": blocks.imprint([NASTY]),
    "data": blocks.attachment("a,b\n1,2\n", title=NASTY),
}  # fmt: skip


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_block_shows_itself_in_three_forms(kind: str):
    block = EVERY_KIND[kind]
    shown = block._repr_mimebundle_()
    assert set(shown) == {"text/plain", blocks.MIME, "text/html"}
    assert shown[blocks.MIME]["kind"] == block.kind == kind
    assert json.loads(json.dumps(shown[blocks.MIME], allow_nan=False)) == shown[blocks.MIME]
    assert NASTY in shown["text/plain"]


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_text_of_a_workbook_is_escaped(kind: str):
    soup = BeautifulSoup(EVERY_KIND[kind].html(), "html.parser")
    assert soup.find("script") is None
    assert NASTY in soup.get_text()
    assert not any(name.startswith("on") for tag in soup.find_all() for name in tag.attrs)


def test_attributes_of_a_notebook_that_somebody_changed_are_escaped():
    data = json.loads(json.dumps(EVERY_KIND["table"].data))
    data["columns"][0]["align"] = '"><script>alert(1)</script>'
    data["rows"][0][0]["tone"] = '"><script>alert(1)</script>'
    soup = BeautifulSoup(blocks.Block("table", data).html(), "html.parser")
    assert soup.find("script") is None


@pytest.mark.parametrize(("lang", "mark"), [("zh", "样例·合成数据"), ("en", "synthetic data")])
def test_synthetic_data_is_marked(lang: str, mark: str):
    assert mark in blocks.masthead("简报", lang=lang, synthetic=True).html()
    assert mark not in blocks.masthead("简报", lang=lang).html()


def test_a_table_keeps_alignment_tone_share_and_source():
    made = blocks.table(
        ["街道", {"label": "件", "kind": "bar"}, {"label": "同比", "kind": "delta"}],
        [
            [
                "柳荫",
                {"text": "12", "share": 1.4, "source": "月报 C12"},
                {"text": "▲1", "tone": "good"},
            ]
        ],
        marked=[0],
    )
    row = BeautifulSoup(made.html(), "html.parser").select_one("tbody tr")
    assert row is not None
    assert row["class"] == ["marked"]
    cells = row.find_all("td")
    assert [cell["class"] for cell in cells] == [["left"], ["right", "bar"], ["right", "good"]]
    assert cells[1]["style"] == "--w:100.0%", "a share stays within its cell"
    assert cells[1].select_one("button > u").get_text() == "月报 C12"


def test_a_gap_in_a_sparkline_lifts_the_pen():
    html = blocks.strip([{"label": "件", "value": 3, "spark": [1, 2, float("nan"), 2, 1]}]).html()
    path = BeautifulSoup(html, "html.parser").find("path")
    assert path is not None
    assert str(path["d"]).count("M") == 2


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: blocks.masthead("简报", lang="fr"), "lang is 'zh' or 'en', not 'fr'"),
        (lambda: blocks.masthead(" "), "needs a title"),
        (lambda: blocks.table(["a", "b"], [["1", "2"], ["1"]]), "Row 2 has 1 cells, .* 2 columns"),
        (lambda: blocks.table([{"label": "a", "kind": "pie"}], []), "Kind of column 'a' is one of"),
        (lambda: blocks.table([{"label": "a", "align": "up"}], []), "Align of column 'a'"),
        (lambda: blocks.table(["a"], [[{"text": "1", "tone": "pink"}]]), "Tone of the cell '1'"),
        (lambda: blocks.strip([{"label": "a", "value": 1, "tone": "pink"}]), "Tone of 'a'"),
        (lambda: blocks.attachment("", "../data.csv"), "not a plain file name"),
        (lambda: blocks.attachment("", "a\\b.csv"), "not a plain file name"),
    ],
)
def test_what_is_refused_says_why(make, words: str):
    with pytest.raises(ValueError, match=words):
        make()
