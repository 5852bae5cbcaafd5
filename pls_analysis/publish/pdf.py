"""Publish an executed notebook as a PDF brief on A4.

    jupyter nbconvert --to pls_pdf out.ipynb

Typst sets the page from the notebook's outputs, handed over as JSON: no text of a workbook is ever
read as markup. The file is tagged PDF/A-3a and PDF/UA-1, carries the report's data as CSV, and is
the same byte for byte for the same notebook.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typst
from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode

from pls_analysis.charts.glyphs import FONTS, MissingGlyph
from pls_analysis.publish.page import Page, picture_bytes, read_page
from pls_analysis.publish.svg import clean_svg

TEMPLATE = Path(__file__).parent / "templates" / "pls_pdf" / "brief.typ"
STANDARDS = ["a-3a", "ua-1"]
DENSITIES = [round(1.10 - 0.02 * step, 2) for step in range(13)]
"""Type sizes and spacing tried to fill the pages: 1.10 (loose) down to 0.86 (tight)."""
NATURAL = 1.0
UNDRAWABLE = re.compile(r"could not be displayed.*?[`'\"“](.+?)[`'\"”]", re.DOTALL)


class PdfExporter(Exporter):
    """nbconvert exporter `pls_pdf`: an executed notebook as a PDF brief."""

    file_extension = ".pdf"
    output_mimetype = "application/pdf"
    export_from_notebook = "Brief (PDF)"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """Return the PDF, and nbconvert's resources.

        Raises FailedNotebook where a cell ended in an error, MissingGlyph where a character has
        no glyph, RuntimeError with Typst's own words for anything else.
        """
        copy, told = super().from_notebook_node(nb, resources, **kw)
        told["output_extension"] = self.file_extension
        page = read_page(copy, told.get("metadata", {}).get("name", ""))
        data, pages = build(page)
        limit = page.masthead.get("pages")
        if limit and pages > limit:
            self.log.warning("The brief has %d pages, more than the %d it may have.", pages, limit)
        return data, told


def build(page: Page) -> tuple[bytes, int]:
    """Set a page as PDF; return it and its number of pages.

    Type and spacing are loosened or tightened a little so that the text fills its pages: at most
    as many as the masthead allows.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(TEMPLATE, folder / TEMPLATE.name)
        content = json.dumps(_content(page, folder), ensure_ascii=False)
        (folder / "page.json").write_text(content, encoding="utf-8")
        return fit(lambda density: _compile(folder, page, density), page.masthead.get("pages"))


def fit(compile_at: Callable[[float], tuple[bytes, int]], limit: int | None) -> tuple[bytes, int]:
    """Choose the loosest density that needs no more pages than the natural one, or than `limit`.

    Without a limit the natural density stands. Where even the tightest is too long, the natural
    one is returned and the caller sees it from the number of pages.
    """
    natural = compile_at(NATURAL)
    if limit is None:
        return natural
    target = min(natural[1], limit)
    best, low, high = None, 0, len(DENSITIES) - 1
    while low <= high:
        middle = (low + high) // 2
        made = compile_at(DENSITIES[middle])
        if made[1] <= target:
            best, high = made, middle - 1
        else:
            low = middle + 1
    return best or natural


def _compile(folder: Path, page: Page, density: float) -> tuple[bytes, int]:
    """Compile at one density; return the PDF and its number of pages. Warnings are errors."""
    inputs = {"density": str(density)}
    source = folder / TEMPLATE.name
    common: dict[str, Any] = {
        "root": str(folder), "font_paths": [str(FONTS)],
        "ignore_system_fonts": True, "sys_inputs": inputs,
    }  # fmt: skip
    try:
        data, warnings = typst.compile_with_warnings(
            str(source), timestamp=page.timestamp, pdf_standards=STANDARDS, **common
        )
    except typst.TypstError as error:
        raise _explained(error) from error
    if warnings:
        told = "; ".join(str(warning) for warning in warnings)
        raise RuntimeError(f"The brief was not set cleanly: {told}")
    return bytes(data or b""), _pages(bytes(data or b""))


def _explained(error: typst.TypstError) -> Exception:
    text = str(error)
    if found := UNDRAWABLE.search(text):
        return MissingGlyph(found[1])
    return RuntimeError(f"The brief could not be set: {text}")


def _pages(data: bytes) -> int:
    """Number of page objects; Typst writes them outside compressed streams."""
    return len(re.findall(rb"/Type ?/Page\b", data))


def _content(page: Page, folder: Path) -> dict[str, Any]:
    """What the template reads, with the pictures written beside it."""
    parts = []
    for at, part in enumerate(page.parts):
        part = dict(part)
        if part["kind"] == "figure":
            part["file"] = f"figure-{at}.svg"
            cleaned = clean_svg(part.pop("svg"), f"f{at}-")
            (folder / part["file"]).write_text(cleaned, encoding="utf-8")
            part = {key: part[key] for key in ("kind", "file", "alt")}
        elif part["kind"] == "picture":
            part["file"] = f"picture-{at}.{part['format']}"
            (folder / part["file"]).write_bytes(picture_bytes(part))
            part = {key: part[key] for key in ("kind", "file", "alt")}
        parts.append(part)
    return {
        "title": page.title, "lang": page.lang, "running": page.running,
        "mark": page.masthead.get("mark", ""), "org": page.masthead.get("org", ""),
        "parts": parts, "attachments": list(page.attachments),
    }  # fmt: skip
