"""Publish an executed notebook as one HTML file that needs no network.

    jupyter nbconvert --to pls_html out.ipynb

The page shows the notebook's outputs and Markdown, never its code. Fonts are embedded, scripts
and outside references are forbidden by its Content-Security-Policy, and charts are drawn twice:
for a desk and for a telephone.
"""

from __future__ import annotations

import base64
import re
from html import escape, unescape
from pathlib import Path
from typing import Any

import mistune
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from traitlets import default

from pls_analysis import blocks
from pls_analysis.messages import Messages
from pls_analysis.publish.page import Page, narrow_svg, read_page
from pls_analysis.publish.svg import clean_svg
from pls_analysis.publish.webfonts import font_css

TEMPLATES = Path(__file__).parent / "templates"
FONT_PLACE = "/*fonts*/"


class HtmlExporter(TemplateExporter):
    """nbconvert exporter `pls_html`: an executed notebook as a single-file report."""

    file_extension = ".html"
    output_mimetype = "text/html"
    export_from_notebook = "Report (HTML)"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "pls_html"

    def default_filters(self):
        """nbconvert's filters and the one that the template needs."""
        yield from super().default_filters()
        yield "data_address", data_address

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("extra_template_basedirs", [str(TEMPLATES)])
        super().__init__(**settings)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page as text, and nbconvert's resources.

        Raises FailedNotebook where a cell ended in an error and MissingGlyph where a character
        has no glyph in the package's fonts.
        """
        given = dict(resources or {})
        page = read_page(nb, given.get("metadata", {}).get("name", ""))
        fragments = render(page)
        split = next((at for at, part in enumerate(page.parts, 1) if part["kind"] == "masthead"), 0)
        given |= {
            "page": page,
            "say": Messages(page.lang),
            "head": Markup("".join(fragments[:split])),
            "body": Markup("".join(fragments[split:])),
            "contents": contents(page),
            "style": Markup(blocks.style()),
        }
        html, told = super().from_notebook_node(nb, given, **kw)
        heading = page.title if page.masthead else ""
        told = {key: value for key, value in told.items() if key not in given or key == "metadata"}
        return html.replace(FONT_PLACE, font_css(visible_text(html), heading)), told


def contents(page: Page) -> list[tuple[str, str]]:
    """Anchor and text of each section, where there are enough to need a table of contents."""
    return list(page.contents) if len(page.contents) > 2 else []


def visible_text(html: str) -> str:
    """Every character that a reader may come to see: text, titles, alternative texts."""
    body = re.sub(r"<style.*?</style>|data:[^\"')]*", "", html, flags=re.DOTALL)
    return unescape(re.sub(r"<[a-z/!][^>]*>", _attribute_texts, body, flags=re.IGNORECASE))


def _attribute_texts(tag: re.Match[str]) -> str:
    return " ".join(re.findall(r'(?:title|alt|aria-label|content)="([^"]*)"', tag[0]))


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
    wide = _svg(part["svg"], f"f{at}-", part["alt"])
    narrow = narrow_svg(part)
    if not narrow:
        return f"<figure>{wide}</figure>"
    small = _svg(narrow, f"n{at}-", part["alt"])
    return f'<figure><div class="wide">{wide}</div><div class="narrow">{small}</div></figure>'


def _svg(source: str, prefix: str, alt: str) -> str:
    """A figure as it stands in the page, where only regular and bold type are embedded."""
    return clean_svg(source, prefix, alt).replace('font-weight="500"', 'font-weight="700"')


def _picture(part: dict[str, Any], at: int) -> str:
    mime = "image/png" if part["format"] == "png" else "image/jpeg"
    encoded = re.sub(r"[^A-Za-z0-9+/=]", "", part["base64"])
    return f'<figure><img alt="{escape(part["alt"])}" src="data:{mime};base64,{encoded}"></figure>'


def _output(part: dict[str, Any], at: int) -> str:
    return f'<pre tabindex="0">{escape(part["text"])}</pre>'


def _block(part: dict[str, Any], at: int) -> str:
    data = {key: value for key, value in part.items() if key != "kind"}
    return blocks.Block(part["kind"], data).html()


def data_address(attachment: dict[str, Any]) -> str:
    """A data: address that downloads the attached CSV, with the mark that Excel needs for UTF-8."""
    encoded = base64.b64encode(("\ufeff" + attachment["csv"]).encode("utf-8")).decode()
    return f"data:text/csv;charset=utf-8;base64,{encoded}"


_RENDER = {"prose": _prose, "figure": _figure, "picture": _picture, "output": _output}
