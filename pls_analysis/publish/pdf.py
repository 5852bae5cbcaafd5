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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typst
from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode

from pls_analysis.charts import redraw
from pls_analysis.charts.glyphs import FONTS, MissingGlyph
from pls_analysis.charts.theme import PAPER_CM, POINTS_PER_CM
from pls_analysis.publish.page import Page, picture_bytes, read_page
from pls_analysis.publish.svg import clean_svg, svg_height

TEMPLATE = Path(__file__).parent / "templates" / "pls_pdf" / "brief.typ"
STANDARDS: dict[str, Any] = {"pdf_standards": ["a-3a", "ua-1"]}
TOP_PT, BOTTOM_PT, GAP_PT = 2.1 * POINTS_PER_CM, 841.9 - 1.9 * POINTS_PER_CM, 14.0
"""Where the text of an A4 page begins and ends, from its top, and the gap between two parts."""
FILL, MOST_GROWTH = 0.85, 0.6
"""How much of a page's left-over its charts take up, and by how much a chart may grow."""
UNDRAWABLE = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)


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


@dataclass(frozen=True, slots=True)
class Setting:
    """How closely a page is set: `density` of type and spacing, `stretch` of its charts' height."""

    density: float

    @property
    def stretch(self) -> float:
        """Charts give way, and fill up, a little more than type does."""
        return round(1 + (self.density - 1) * 2.4, 3)

    @property
    def inputs(self) -> dict[str, str]:
        """The setting as the template reads it."""
        return {"density": str(self.density), "stretch": str(self.stretch)}


NATURAL = Setting(1.0)
SETTINGS = [Setting(round(1.10 - 0.02 * step, 2)) for step in range(16)]
"""What is tried to fill the pages: from loose (1.10) to tight (0.80)."""


def build(page: Page) -> tuple[bytes, int]:
    """Set a page as PDF; return it and its number of pages.

    Type, spacing and charts are loosened or tightened a little so that the text fills its pages:
    at most as many as the masthead allows.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(TEMPLATE, folder / TEMPLATE.name)
        content = _content(page, folder)
        _write_json(folder, content)
        limit = page.masthead.get("pages")
        made, setting = fit(lambda tried: _compile(folder, page, tried), limit)
        if limit is None:
            return made
        grown = _grow(content["parts"], _ends(folder, setting), setting.stretch)
        for choice in (grown, {}):
            if setting == NATURAL and not choice:
                return made
            final = _redrawn(page, folder, content, setting, choice)
            if final[1] <= made[1]:
                return final
        return final


def _redrawn(
    page: Page, folder: Path, content: dict[str, Any], setting: Setting, grown: Mapping[int, float]
) -> tuple[bytes, int]:
    """Set the page with its charts drawn anew at the height they are to have."""
    for at, part in enumerate(content["parts"]):
        part["grow"] = grown.get(at, 1.0)
    _write_json(folder, content)
    for at, part in enumerate(page.parts):
        if "chart" in part:
            stretch = setting.stretch * grown.get(at, 1.0)
            _write_svg(folder, at, redraw(part["chart"], PAPER_CM, stretch).svg())
    return _compile(folder, page, setting)


def fit(
    compile_at: Callable[[Setting], tuple[bytes, int]], limit: int | None
) -> tuple[tuple[bytes, int], Setting]:
    """Choose the loosest setting that needs no more pages than the natural one, or than `limit`.

    Without a limit the natural setting stands. Where even the tightest is too long, the natural
    one is returned and the caller sees it from the number of pages.
    """
    natural = compile_at(NATURAL)
    best = natural, NATURAL
    if limit is None:
        return best
    target = min(natural[1], limit)
    low, high = 0, len(SETTINGS) - 1
    while low <= high:
        middle = (low + high) // 2
        made = compile_at(SETTINGS[middle])
        if made[1] <= target:
            best, high = (made, SETTINGS[middle]), middle - 1
        else:
            low = middle + 1
    return best


def _ends(folder: Path, setting: Setting) -> list[dict[str, Any]]:
    """Where each part ends, its sections set close together: part, page, y in points."""
    inputs = {**setting.inputs, "measuring": "yes"}
    found = typst.query(
        str(folder / TEMPLATE.name), "<end>", field="value", **_fonts_alone(folder, inputs)
    )
    return json.loads(found)


def _grow(
    parts: list[dict[str, Any]], ends: list[dict[str, Any]], stretch: float
) -> dict[int, float]:
    """How much the charts of each page but the last may grow to take up what it has left over.

    Factors by the part's number.
    """
    grown: dict[int, float] = {}
    last = max(end["page"] for end in ends)
    for number in range(1, last):
        here = [end for end in ends if _page_of(end) == number]
        charts = [end["part"] for end in here if "height" in parts[end["part"]]]
        drawn = sum(parts[at]["height"] for at in charts) * stretch
        spare = BOTTOM_PT - max((end["y"] for end in here if end["page"] == number), default=0)
        if charts and here[-1]["page"] > number:
            spare -= parts[charts[-1]]["height"] * stretch + GAP_PT
        if charts and spare > 0:
            factor = 1 + min(MOST_GROWTH, FILL * spare / drawn)
            grown |= dict.fromkeys(charts, round(factor, 3))
    return grown


def _page_of(end: dict[str, Any]) -> int:
    """The page a part ends on: what comes right after the last line of a page is on the next."""
    return end["page"] - (end["y"] < TOP_PT + 1)


def _compile(folder: Path, page: Page, setting: Setting) -> tuple[bytes, int]:
    """Compile at one setting; return the PDF and its number of pages. Warnings are errors."""
    try:
        data, warnings = typst.compile_with_warnings(
            str(folder / TEMPLATE.name),
            timestamp=page.timestamp,
            **STANDARDS,
            **_fonts_alone(folder, setting.inputs),
        )
    except typst.TypstError as error:
        raise _explained(error) from error
    if warnings:
        told = "; ".join(str(warning) for warning in warnings)
        raise RuntimeError(f"The brief was not set cleanly: {told}")
    return bytes(data or b""), _pages(bytes(data or b""))


def _fonts_alone(folder: Path, inputs: dict[str, str]) -> dict[str, Any]:
    """Arguments for Typst: the package's own fonts and nothing from the machine."""
    return {
        "root": str(folder),
        "font_paths": [str(FONTS)],
        "ignore_system_fonts": True,
        "sys_inputs": inputs,
    }


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
    return {
        "title": page.title, "lang": page.lang, "running": page.running,
        "mark": page.masthead.get("mark", ""), "org": page.masthead.get("org", ""),
        "parts": [_with_file(part, at, folder) for at, part in enumerate(page.parts)],
        "attachments": list(page.attachments),
    }  # fmt: skip


def _write_json(folder: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False)
    (folder / "page.json").write_text(text, encoding="utf-8")


def _with_file(part: dict[str, Any], at: int, folder: Path) -> dict[str, Any]:
    """Write a figure's or picture's file and put its name, and a chart's height, in its place."""
    made = {"kind": part["kind"], "alt": part.get("alt", "")}
    if part["kind"] == "figure":
        made["file"] = _write_svg(folder, at, part["svg"])
        if "chart" in part:
            made["height"] = svg_height(part["svg"]) * PAPER_CM * POINTS_PER_CM
        return made
    if part["kind"] == "picture":
        made["file"] = f"picture-{at}.{part['format']}"
        (folder / made["file"]).write_bytes(picture_bytes(part))
        return made
    return part


def _write_svg(folder: Path, at: int, source: str) -> str:
    name = f"figure-{at}.svg"
    (folder / name).write_text(clean_svg(source, f"f{at}-"), encoding="utf-8")
    return name
