"""Publish an executed notebook as a PDF brief on A4.

    jupyter nbconvert --to pls_pdf out.ipynb

Typst sets the page from the notebook's outputs, handed over as JSON: no text of a workbook is ever
read as markup. The file is tagged PDF/A-3a and PDF/UA-1, carries the report's data as CSV, and is
the same byte for byte for the same notebook.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode

from pls_analysis.charts import redraw
from pls_analysis.charts.theme import PAPER_CM, POINTS_PER_CM
from pls_analysis.publish.fit import Piece, Plan, between, plan_pages
from pls_analysis.publish.flow import pieces_of
from pls_analysis.publish.page import Page, picture_bytes, plain_text, read_page, unnumbered
from pls_analysis.publish.svg import clean_svg, read_svg, svg_height, view_box
from pls_analysis.publish.svg_stretch import stretch
from pls_analysis.publish.typeset import begins, typeset, write_page


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


NATURAL, TIGHT, LOOSE = 1.0, 0.75, 1.06
DENSITIES = (LOOSE, NATURAL, 0.95, 0.9, 0.86, 0.82, 0.78, TIGHT)
"""How closely a page may be set: type and spacing, as shares of the natural."""
GOOD = 0.12
"""What a page may cost on average for no other density to be tried."""
SLACKS = (0.0, 14.0, 40.0)
"""Points kept free on each page: more where the pages came out longer than planned."""
UNSEEN = 0.02
"""A chart is changed where its height is to change by more than this share."""
PAPER_PT = PAPER_CM * POINTS_PER_CM
Choice = tuple[float, Plan]


def build(page: Page) -> tuple[bytes, int]:
    """Set a page as PDF; return it and its number of pages.

    With a masthead the ends of pages are chosen, at most as many pages as it allows, and charts
    made lower or higher so that each page is filled; spacing and type give first. Where even the
    tightest is too long it has as many pages as it needs. Without a masthead the text runs on as
    it comes.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        once = _titled_once(page.parts)
        parts = [_with_file(part, at, folder) for at, part in enumerate(once)]
        if not page.masthead:
            write_page(folder, _content(page, _planned(folder, parts, Plan())))
            return typeset(folder, page.timestamp, 1.0)
        write_page(folder, _content(page, parts))
        limit, flows = page.masthead.get("pages"), {}
        for slack in SLACKS:
            density, plan = _choose(folder, parts, flows, slack, limit)
            write_page(folder, _content(page, _planned(folder, parts, plan)))
            made = typeset(folder, page.timestamp, density)
            if made[1] <= plan.pages:
                break
        return made


def _choose(
    folder: Path,
    parts: list[dict[str, Any]],
    flows: dict[float, list[Piece]],
    slack: float,
    limit: int | None,
) -> Choice:
    """The best density and plan; `flows` keeps what was measured at which density.

    Only the natural density and the tightest are measured, those between are reckoned from the
    two, and the chosen one measured again. Where nothing fits the limit does not hold.
    """

    def measured(density: float) -> list[Piece]:
        if density not in flows:
            flows[density] = pieces_of(parts, begins(folder, density))
        return flows[density]

    plan = plan_pages(measured(NATURAL), limit, slack)
    if plan and plan.cost < GOOD * plan.pages:
        return NATURAL, plan
    found: list[tuple[float, float]] = []
    for density in DENSITIES:
        share = (NATURAL - density) / (NATURAL - TIGHT)
        if plan := plan_pages(between(measured(NATURAL), measured(TIGHT), share), limit, slack):
            found.append((plan.cost + 5 * (1 - density) ** 2, density))
    for density in (min(found)[1] if found else TIGHT, TIGHT):
        if plan := plan_pages(measured(density), limit, slack):
            return density, plan
    if limit is None:
        return NATURAL, Plan()
    return _choose(folder, parts, flows, slack, None)


def _planned(folder: Path, parts: list[dict[str, Any]], plan: Plan) -> list[dict[str, Any]]:
    """The parts with their page breaks, and their charts at the height they are to have."""
    made = []
    for at, part in enumerate(parts):
        stands: dict[str, Any] = {"breaks": at in plan.breaks}
        if "chart" in part:
            stands["height"] = part["height"] + plan.added.get(at, 0.0)
            stands["file"] = _write_svg(folder, at, _at_height(part, stands["height"]))
        made.append(part | stands)
    return made


def _at_height(part: dict[str, Any], height: float) -> str | Element:
    """The chart at a height in points: as it was drawn, that stretched, or drawn anew."""
    if abs(height / part["height"] - 1) <= UNSEEN:
        return part["svg"]
    root = read_svg(part["svg"])
    width = view_box(part["svg"])[2]
    if stretch(root, part["chart"].get("bands", ()), height * width / PAPER_PT):
        return root
    return _drawn(part, height)


def _drawn(part: dict[str, Any], height: float) -> str:
    """The chart anew at a height in points, also where another version drew it higher or lower."""
    stretch, source = height / part["height"], ""
    for _ in range(2):
        source = redraw(part["chart"], PAPER_CM, stretch).svg()
        missed = height / (svg_height(source) * PAPER_PT)
        if abs(missed - 1) <= UNSEEN:
            break
        stretch *= missed
    return source


def _content(page: Page, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """What the template reads."""
    shown = [{key: part[key] for key in part if key not in {"chart", "svg"}} for part in parts]
    return {
        "title": page.title, "lang": page.lang, "running": page.running,
        "mark": page.masthead.get("mark", ""), "org": page.masthead.get("org", ""),
        "parts": shown, "attachments": list(page.attachments),
    }  # fmt: skip


def _titled_once(parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parts without a title over points that says again what stands over them already."""
    said, made = set(), []
    for part in parts:
        if part["kind"] == "prose":
            heads = [token for token in part["tokens"] if token["type"] == "heading"]
            said |= {unnumbered(plain_text(head)) for head in heads}
        again = part["kind"] == "points" and part["title"] in said
        made.append({**part, "title": ""} if again else part)
        if part["kind"] == "points":
            said.add(part["title"])
    return made


def _with_file(part: dict[str, Any], at: int, folder: Path) -> dict[str, Any]:
    """Write a figure's or picture's file and put its name in its place.

    Of a chart just the height is known: it is written when its place on the pages is.
    """
    made = {"kind": part["kind"], "alt": part.get("alt", "")}
    if "chart" in part:
        height = svg_height(part["svg"]) * PAPER_PT
        return made | {"chart": part["chart"], "svg": part["svg"], "height": height}
    if part["kind"] == "figure":
        return made | {"file": _write_svg(folder, at, part["svg"])}
    if part["kind"] == "picture":
        made["file"] = f"picture-{at}.{part['format']}"
        (folder / made["file"]).write_bytes(picture_bytes(part))
        return made
    return part


def _write_svg(folder: Path, at: int, source: str | Element) -> str:
    name = f"figure-{at}.svg"
    (folder / name).write_text(clean_svg(source, f"f{at}-", small=False), encoding="utf-8")
    return name
