"""What a PDF/A-3a and PDF/UA-1 file holds besides its page: tags, language, fonts, attachments."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pikepdf
import pytest
from demo import WORDS, brief

from pls_analysis.publish.pdf import PdfExporter

FORBIDDEN = {"/JavaScript", "/Launch", "/URI", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData"}


@pytest.fixture(scope="module", params=["zh", "en"])
def opened(request: pytest.FixtureRequest) -> Iterator[tuple[str, pikepdf.Pdf]]:
    data = PdfExporter().from_notebook_node(brief(request.param))[0]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        yield request.param, pdf


def elements(node: Any) -> Iterator[pikepdf.Dictionary]:
    """The elements of the structure tree, in the order in which they are read."""
    if isinstance(node, pikepdf.Array):
        for one in node:
            yield from elements(one)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        yield from elements(node.get("/K"))


def tagged(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    return list(elements(pdf.Root.StructTreeRoot.K))


def children(node: pikepdf.Dictionary) -> list[str]:
    kids = node.K if isinstance(node.K, pikepdf.Array) else [node.K]
    return [str(kid.S) for kid in kids if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


def attributes(node: pikepdf.Dictionary) -> dict[str, Any]:
    found: Any = node.get("/A", pikepdf.Array())
    each = found if isinstance(found, pikepdf.Array) else [found]
    return {key: value for one in each for key, value in one.items()}


def test_it_says_what_it_is(opened):
    lang, pdf = opened
    assert not pdf.is_encrypted
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == {"zh": "zh-CN", "en": "en-GB"}[lang]
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    with pdf.open_metadata() as meta:
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("3", "A")
        assert meta["pdfuaid:part"] == "1"
        assert meta["dc:title"] == WORDS[lang]["title"]


def test_each_figure_has_a_text_for_those_who_cannot_see_it(opened):
    figures = [one for one in tagged(opened[1]) if str(one.S) == "/Figure"]
    assert len(figures) == 3
    assert all(len(str(one.Alt).strip()) > 40 for one in figures)


def test_tables_have_heads_with_a_scope_and_cells_that_name_them(opened):
    tables = [one for one in tagged(opened[1]) if str(one.S) == "/Table"]
    assert len(tables) == 3
    for table in tables:
        assert children(table) == ["/THead", "/TBody"]
        rows = [one for one in elements(table) if str(one.S) == "/TR"]
        assert len(rows) > 1
        for number, row in enumerate(rows):
            assert set(children(row)) == {"/TD" if number else "/TH"}
            assert len(children(row)) == len(children(rows[0]))
        heads = [one for one in elements(rows[0]) if str(one.S) == "/TH"]
        assert {str(attributes(one)["/Scope"]) for one in heads} == {"/Column"}
        named = {str(one.ID) for one in heads}
        for row in rows[1:]:
            for one in elements(row):
                if str(one.S) == "/TD":
                    assert {str(name) for name in attributes(one)["/Headers"]} <= named


def test_headings_are_nested_and_are_the_outline(opened):
    lang, pdf = opened
    levels = [int(str(one.S)[2:]) for one in tagged(pdf) if str(one.S)[1:] in {"H1", "H2", "H3"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    with pdf.open_outline() as outline:
        titles = [item.title for item in outline.root]
    assert len(titles) == len(WORDS[lang]["sections"])
    for title, section in zip(titles, WORDS[lang]["sections"], strict=True):
        assert title.endswith(section)


def test_everything_drawn_is_tagged_or_decoration(opened):
    """Each drawing operator stands within marked content: an element's, or an artifact's."""
    for page in opened[1].pages:
        depth, marks = 0, set()
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) in {"BDC", "BMC"}:
                depth += 1
                marks.add(str(operands[0]))
            elif str(operator) == "EMC":
                depth -= 1
            elif str(operator) in {"Tj", "TJ", "f", "f*", "S", "B", "Do"}:
                assert depth > 0, operator
        assert "/Artifact" in marks
        assert depth == 0


def test_fonts_are_embedded_and_say_their_characters(opened):
    fonts = [
        thing for thing in opened[1].objects
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/Font"
    ]  # fmt: skip
    composite = [font for font in fonts if str(font.Subtype) == "/Type0"]
    assert len(composite) >= 3
    for font in composite:
        assert "/ToUnicode" in font
        descriptor = font.DescendantFonts[0].FontDescriptor
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
    assert {str(font.Subtype) for font in fonts} <= {"/Type0", "/CIDFontType0", "/CIDFontType2"}


def test_the_data_is_attached_as_data(opened):
    pdf = opened[1]
    (attached,) = pdf.Root.AF
    assert str(attached.AFRelationship) == "/Data"
    assert str(attached.UF) == "data.csv"
    assert str(attached.EF.F.Subtype) == "/text/csv"
    assert list(pdf.attachments) == ["data.csv"]


def test_nothing_acts_by_itself(opened):
    for thing in opened[1].objects:
        if isinstance(thing, pikepdf.Dictionary):
            assert str(thing.get("/S")) not in FORBIDDEN
            assert not {"/JS", "/AA", "/OpenAction"} & set(thing.keys())
