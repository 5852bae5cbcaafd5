"""The figures of a PDF are the notebook's: each that a block or a chart says stands on the page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import nbformat
import pikepdf
import pypdf
import pytest
from projects import ROOT

from pls_analysis import blocks
from pls_analysis.charts.chart import MIME
from pls_analysis.publish.pdf import PdfExporter

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
SAID = {"value", "delta", "unit", "text", "items", "rows", "title", "caption", "lines", "label"}
"""Keys under which a block holds what it prints."""
LABELS = {"value_text", "target_text", "own_text", "texts"}
"""Keys under which a chart holds the figures that it writes beside its marks."""
PAGES = {"town_brief": 2, "district_brief": 4}


def packed(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


def held(value: Any, keys: set[str], inside: bool = False) -> Iterator[str]:
    """The texts of a value that stand under one of the keys, however deep."""
    if isinstance(value, str):
        if inside:
            yield value
    elif isinstance(value, list):
        for one in value:
            yield from held(one, keys, inside)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from held(one, keys, key in keys)


def shown(notebook: nbformat.NotebookNode, mime: str) -> list[Any]:
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return [output.data[mime] for output in outputs if mime in output.get("data", {})]


@pytest.fixture(
    scope="module", params=sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem
)
def published(request: pytest.FixtureRequest):
    notebook = nbformat.read(request.param, 4)
    data = PdfExporter().from_notebook_node(notebook)[0]
    pages = [packed(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    return request.param.stem, notebook, data, pages


def test_figures_of_blocks_are_on_the_page(published):
    _, notebook, _, pages = published
    whole = "".join(pages)
    told = [text for block in shown(notebook, blocks.MIME) for text in held(block, SAID)
            if block["kind"] != "data"]  # fmt: skip
    numbers = {number for text in told for number in NUMBER.findall(text)}
    assert [number for number in sorted(numbers) if number not in whole] == []


def test_labels_of_charts_are_on_the_page(published):
    _, notebook, _, pages = published
    whole = "".join(pages)
    labels = {packed(text) for chart in shown(notebook, MIME) for text in held(chart, LABELS)}
    assert [label for label in sorted(labels) if label not in whole] == []


def test_what_charts_say_to_those_who_cannot_see_them_is_in_the_file(published):
    _, notebook, data, _ = published
    with pikepdf.open(io.BytesIO(data)) as opened:
        alts = [
            str(thing.Alt) for thing in opened.objects
            if isinstance(thing, pikepdf.Dictionary) and "/Alt" in thing
        ]  # fmt: skip
    assert {chart["alt"] for chart in shown(notebook, MIME)} <= set(alts)
    assert all(alts)


def test_briefs_have_the_pages_they_are_to_have(published):
    name, _, _, pages = published
    if name in PAGES:
        assert len(pages) == PAGES[name]
