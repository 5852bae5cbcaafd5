"""Publish an executed notebook as one HTML file that needs no network.

    jupyter nbconvert --to pls_html out.ipynb

The page shows the notebook's outputs and Markdown, never its code. Fonts and data are embedded; its
Content-Security-Policy forbids every outside reference and any script but its own, which sorts and
copies tables; charts that are not tables or panels are drawn twice: for a desk and for a telephone.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import mistune
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from traitlets import default

from pls_analysis import blocks
from pls_analysis.charts import redraw
from pls_analysis.charts.lines import value_text
from pls_analysis.charts.phrases import describe_panel
from pls_analysis.charts.theme import PANEL_CM
from pls_analysis.messages import Messages
from pls_analysis.publish.attached import zipped
from pls_analysis.publish.chart_tables import as_table, sources_line, table_style
from pls_analysis.publish.lettering import share_lettering
from pls_analysis.publish.page import Page, narrow_svg, read_page
from pls_analysis.publish.svg import clean_svg
from pls_analysis.publish.visible import visible
from pls_analysis.publish.webfonts import font_css

TEMPLATES = Path(__file__).parent / "templates"
FONT_PLACE = "/*fonts*/"
SCRIPT = (TEMPLATES / "pls_html" / "report.js").read_text(encoding="utf-8")
SAID = re.compile(r"<svg[^>]*>")
NEEDLESS = r' (?:xmlns|width|height|font-family)="[^"]*"'
"""What an SVG need not say within a page: it has the page's font and all the width there is."""
LINKED = ("pdf", "xlsx")
"""The formats of a report that its page links to."""


class HtmlExporter(TemplateExporter):
    """nbconvert exporter `pls_html`: an executed notebook as a single-file report."""

    file_extension = ".html"
    output_mimetype = "text/html"
    export_from_notebook = "Report (HTML)"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "pls_html"

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("extra_template_basedirs", [str(TEMPLATES)])
        super().__init__(**settings)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page as text, and nbconvert's resources.

        `resources["beside"]` names the files of the same report that the page may link to, by
        format.

        Raises FailedNotebook where a cell ended in an error and MissingGlyph where a character
        has no glyph in the package's fonts.
        """
        given = dict(resources or {})
        page = read_page(nb, given.get("metadata", {}).get("name", ""))
        fragments = render(page)
        split = next((at for at, part in enumerate(page.parts, 1) if part["kind"] == "masthead"), 0)
        own = {
            "page": page,
            "say": Messages(page.lang),
            "head": Markup("".join(fragments[:split])),
            "body": Markup("".join(fragments[split:])),
            "contents": contents(page),
            "downloads": downloads(page, given.get("beside", {})),
            "style": Markup(blocks.style() + table_style()),
            "script": Markup(SCRIPT),
            "script_hash": script_hash(SCRIPT),
        }
        html, told = super().from_notebook_node(nb, given | own, **kw)
        heading = page.title if page.masthead else ""
        told = {key: value for key, value in told.items() if key not in own}
        seen = visible(html)
        html, lettering = share_lettering(html)
        fonts = font_css(seen.text, heading, seen.bold)
        return html.replace(FONT_PLACE, fonts + lettering, 1), told


def contents(page: Page) -> list[tuple[str, str]]:
    """Anchor and text of each section, where there are enough to need a table of contents."""
    return list(page.contents) if len(page.contents) > 2 else []


def downloads(page: Page, beside: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """What a reader may save: text, address and, of what the page itself holds, the file's name."""
    say = Messages(page.lang)
    links = [
        (say(f"page.download_{kind}"), quote(name), "")
        for kind, name in beside.items()
        if kind in LINKED
    ]
    if page.attachments:
        packed = base64.b64encode(zipped(page.attachments, page.timestamp)).decode()
        stem = Path(page.attachments[0]["name"]).stem
        own = (say("page.download_data"), f"data:application/zip;base64,{packed}", f"{stem}.zip")
        links.append(own)
    return links


def script_hash(script: str) -> str:
    """The hash by which a Content-Security-Policy knows a page's own script."""
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode()


def render(page: Page) -> list[str]:
    """Each part of the page as an HTML fragment, in order."""
    return [_RENDER.get(part["kind"], _block)(part, at) for at, part in enumerate(page.parts)]


def _prose(part: dict[str, Any], at: int) -> str:
    html = _renderer(part["tokens"], mistune.BlockState())
    table = '<div class="pls-table" tabindex="0"><table>'
    return html.replace("<table>", table).replace("</table>", "</table></div>")


def _make_renderer() -> mistune.HTMLRenderer:
    markdown = mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])
    if not isinstance(markdown.renderer, mistune.HTMLRenderer):
        raise TypeError("mistune gave no HTML renderer.")
    return markdown.renderer


_renderer = _make_renderer()


def _figure(part: dict[str, Any], at: int) -> str:
    """A chart, for a desk and for a telephone; what it says to those who cannot see it once."""
    chart = part.get("chart", {})
    if table := as_table(chart):
        return table
    if chart.get("kind") == "small_multiples":
        return _panels(chart, at)
    narrow = narrow_svg(part)
    if not narrow:
        return f"<figure>{_svg(part['svg'], f'f{at}-', part['alt'])}</figure>"
    return (
        f'<figure><div role="img" aria-label="{escape(part["alt"])}">'
        f'<div class="wide">{_svg(part["svg"], f"f{at}-")}</div>'
        f'<div class="narrow">{_svg(narrow, f"n{at}-")}</div></div>{sources_line(chart)}</figure>'
    )


def _panels(chart: dict[str, Any], at: int) -> str:
    """Small charts as a grid that has as many columns as there is room for, each drawn once."""
    lang = chart["lang"]
    made = []
    for number, panel in enumerate(chart["panels"]):
        drawn = redraw({"kind": "panel", "lang": lang, **panel}, PANEL_CM).svg()
        told = describe_panel(panel, panel["title"], lang)
        made.append(
            f"<div><p>{escape(panel['title'])}<span>{escape(panel['change'])} "
            f"<b>{blocks.asked(value_text(panel, lang), panel.get('source', ''))}</b></span></p>"
            f"{_svg(drawn, f'f{at}-{number}-', told)}</div>"
        )
    return (
        f'<figure class="pls-panels" style="--n:{chart["columns"]}">'
        f"<figcaption>{escape(chart['caption'])}</figcaption><div>{''.join(made)}</div></figure>"
    )


def _svg(source: str, prefix: str, alt: str = "") -> str:
    """A figure as it stands in the page, where only regular and bold type are embedded."""
    drawn = clean_svg(source, prefix, alt).replace('font-weight="500"', 'font-weight="700"')
    return SAID.sub(lambda root: re.sub(NEEDLESS, "", root[0]), drawn, count=1)


def _picture(part: dict[str, Any], at: int) -> str:
    mime = "image/png" if part["format"] == "png" else "image/jpeg"
    encoded = re.sub(r"[^A-Za-z0-9+/=]", "", part["base64"])
    return f'<figure><img alt="{escape(part["alt"])}" src="data:{mime};base64,{encoded}"></figure>'


def _output(part: dict[str, Any], at: int) -> str:
    return f'<pre tabindex="0">{escape(part["text"])}</pre>'


def _block(part: dict[str, Any], at: int) -> str:
    data = {key: value for key, value in part.items() if key != "kind"}
    return blocks.Block(part["kind"], data).html()


_RENDER = {"prose": _prose, "figure": _figure, "picture": _picture, "output": _output}
