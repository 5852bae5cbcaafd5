"""The index page of a period: every report in one list, as one HTML file without network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader

from pls_analysis import blocks
from pls_analysis.charts.glyphs import missing
from pls_analysis.periods import Period
from pls_analysis.project import LANGUAGES, Project
from pls_analysis.publish.html import visible_text
from pls_analysis.publish.webfonts import font_css

FILE = "index.html"
PUBLIC_FORMATS = ("html", "pdf", "xlsx")
TEMPLATES = Path(__file__).parent / "templates" / "pls_site"
FONT_PLACE = "/*fonts*/"
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
WORDS = {
    "zh": {
        "html_lang": "zh-CN", "search": "查找地区", "hint": "名称或代码", "shown": "项",
        "area": "地区", "code": "代码", "failed": "未能生成", "earlier": "上一版",
        "none": "没有符合的报告。", "offline": "本页可离线打开，不访问网络。",
    },
    "en": {
        "html_lang": "en", "search": "Find an area", "hint": "Name or code", "shown": "entries",
        "area": "Area", "code": "Code", "failed": "not made", "earlier": "earlier version",
        "none": "No report matches.", "offline": "This page opens without a network.",
    },
}  # fmt: skip


class Made(Protocol):
    """What the index needs to know of a report; `batch.manifest.Entry` has it."""

    @property
    def notebook(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def area(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, str]: ...
    @property
    def outputs(self) -> Mapping[str, Mapping[str, str]]: ...


@dataclass(frozen=True, slots=True)
class Link:
    """One way to read a report: what it says, where it is, and its language."""

    text: str
    label: str
    address: str
    lang: str


@dataclass(frozen=True, slots=True)
class Row:
    """One area's reports from one notebook; `note` says what is amiss, or ""."""

    area: str
    name: str
    links: tuple[Link, ...]
    note: str

    @property
    def sought(self) -> str:
        """The text that a search looks into."""
        return f"{self.name} {self.area}".lower()


@dataclass(frozen=True, slots=True)
class Section:
    """The reports from one notebook."""

    name: str
    title: str
    rows: tuple[Row, ...]


def write_index(
    folder: Path, period: Period, project: Project, made: Sequence[Made], synthetic: bool = False
) -> Path:
    """Write `index.html` into a period's folder and return its path. It is replaced whole."""
    page = folder / FILE
    part = folder / f"{FILE}.part"
    folder.mkdir(parents=True, exist_ok=True)
    part.write_text(index_page(period, project, made, synthetic), encoding="utf-8")
    part.replace(page)
    return page


def index_page(
    period: Period, project: Project, made: Sequence[Made], synthetic: bool = False
) -> str:
    """Return the page, in the project's language, that lists and links reports of a period."""
    lang = project.lang
    masthead = project.masthead
    script = _template("index.js")
    title = masthead.get("title") or project.name
    html = _environment().get_template("index.html.j2").render(
        words=WORDS[lang],
        title=title,
        org=masthead.get("org", ""),
        period=period.label(lang),
        mark=blocks.MARKS[lang] if synthetic else "",
        sections=sections(made, lang),
        style=_template("index.css"),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode(),
    )  # fmt: skip
    return html.replace(FONT_PLACE, _fonts(html, title))


def sections(made: Sequence[Made], lang: str) -> list[Section]:
    """Group reports by notebook and area, in order of code; `lang` is that of the page."""
    notebooks: dict[str, dict[str, list[Made]]] = {}
    titles: dict[str, str] = {}
    for report in sorted(made, key=lambda one: (one.notebook, one.area)):
        notebooks.setdefault(report.notebook, {}).setdefault(report.area, []).append(report)
        if report.parameters["lang"] == lang or report.notebook not in titles:
            titles[report.notebook] = report.title
    return [
        Section(name, titles[name], tuple(_row(reports, lang) for reports in areas.values()))
        for name, areas in notebooks.items()
    ]


def _row(reports: Sequence[Made], lang: str) -> Row:
    # The page's own language first.
    languages = [lang, *(one for one in LANGUAGES if one != lang)]
    ordered = sorted(reports, key=lambda one: languages.index(one.parameters["lang"]))
    links: list[Link] = []
    notes: dict[str, None] = {}
    for report in ordered:
        links += _links(report)
        if report.outcome == "failed":
            notes[WORDS[lang]["earlier" if report.outputs else "failed"]] = None
    return Row(reports[0].area, reports[0].name, tuple(links), ", ".join(notes))


def _links(report: Made) -> list[Link]:
    lang = report.parameters["lang"]
    return [
        Link(
            text=f"{LANGUAGE_NAMES[lang]} {kind.upper()}",
            label=f"{report.name}, {LANGUAGE_NAMES[lang]}, {kind.upper()}",
            address=quote(report.outputs[kind]["path"]),
            lang=WORDS[lang]["html_lang"],
        )
        for kind in PUBLIC_FORMATS
        if kind in report.outputs
    ]


def _fonts(html: str, title: str) -> str:
    """Embed what the page needs; a character that the fonts lack is left to the reader's own."""
    shown = set(visible_text(html) + "".join(words["hint"] for words in WORDS.values()))
    lacking = set(missing("".join(shown)))
    text = "".join(sorted(shown - lacking))
    return font_css(text, "".join(char for char in title if char not in lacking))


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
