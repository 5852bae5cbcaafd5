"""The index pages: one a period, with every report in one list, and one of all periods.

Each is an HTML file without network whose links are relative, so that the folder of reports can be
read from a file share or a stick.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader

from pls_analysis.areas import AreaTree
from pls_analysis.charts.glyphs import missing
from pls_analysis.charts.statuses import LOOKS
from pls_analysis.messages import Messages
from pls_analysis.periods import Period
from pls_analysis.project import Project
from pls_analysis.publish.listing import Made, sections
from pls_analysis.publish.visible import visible
from pls_analysis.publish.webfonts import font_css
from pls_analysis.texts import LANGUAGES

FILE = "index.html"
TEMPLATES = Path(__file__).parent / "templates" / "pls_site"
FONT_PLACE = "/*fonts*/"
EARLIER_MAX = 12
"""So many earlier periods are linked from a period's page; the page of all periods has the rest."""


@dataclass(frozen=True, slots=True)
class Published:
    """All reports of one period; `folder` is the name of the folder that they lie in."""

    period: Period
    folder: str
    made: Sequence[Made]
    synthetic: bool = False

    @property
    def failures(self) -> int:
        """How many reports could not be made."""
        return sum(report.outcome == "failed" for report in self.made)

    @property
    def updated(self) -> dt.date | None:
        """The day on which the newest report was made."""
        days = [report.finished[:10] for report in self.made if report.outputs]
        return dt.date.fromisoformat(max(days)) if days else None


@dataclass(frozen=True, slots=True)
class Edition:
    """The index pages in one language: `file` is what each is called."""

    lang: str
    file: str

    @property
    def name(self) -> str:
        """What the language is called in itself."""
        return Messages(self.lang)("index.language_name")

    @property
    def html_lang(self) -> str:
        """The language as HTML names it."""
        return Messages(self.lang)("page.html_lang")


def write_site(
    folder: Path, project: Project, tree: AreaTree, published: Sequence[Published]
) -> list[Path]:
    """Write `index.html` into `folder` and into each period's folder; return those that changed.

    Where reports are in another language too, so are the pages beside them: `index.en.html`. All
    are written anew from the given periods, so that none leads to what is no longer there.
    """
    newest = sorted(
        published, key=lambda one: (one.period.end, one.period.start, one.folder), reverse=True
    )
    spoken = {report.parameters["lang"] for one in published for report in one.made}
    editions = {
        lang: Edition(lang, file_name(lang, project))
        for lang in (project.lang, *(one for one in LANGUAGES if one != project.lang))
        if lang == project.lang or lang in spoken
    }
    pages: dict[Path, str] = {}
    for edition in editions.values():
        asked = {"project": project, "edition": edition, "editions": list(editions.values())}
        names = tree.in_english(project.home) if edition.lang == "en" else tree
        for at, one in enumerate(newest):
            shown = sections(one.made, project, names, edition.lang)
            earlier = newest[at + 1 : at + 1 + EARLIER_MAX]
            pages[folder / one.folder / edition.file] = _render(
                "index.html.j2", **asked, now=one, sections=shown, earlier=earlier
            )
        pages[folder / edition.file] = _render("periods.html.j2", **asked, published=newest)
    hints = [Messages(lang)("index.hint") for lang in editions]
    titles = "".join(_title(project, lang) for lang in editions)
    fonts = _fonts("".join([*hints, *pages.values()]), titles)
    changed = []
    for path, html in pages.items():
        if _replace(path, html.replace(FONT_PLACE, fonts)):
            changed.append(path)
    return changed


def file_name(lang: str, project: Project) -> str:
    """What the index pages in a language are called."""
    return FILE if lang == project.lang else FILE.replace(".", f".{lang}.")


def _render(
    template: str, project: Project, edition: Edition, editions: Sequence[Edition], **values: Any
) -> str:
    script = _template("index.js")
    say = Messages(edition.lang)
    return _environment().get_template(template).render(
        say=say,
        file=edition.file,
        others=[one for one in editions if one is not edition],
        title=_title(project, edition.lang),
        org=project.masthead_in(edition.lang).get("org", ""),
        style=_template("index.css") + _status_css(),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode(),
        **values,
    )  # fmt: skip


def _title(project: Project, lang: str) -> str:
    return project.masthead_in(lang).get("title") or project.name


def _status_css() -> str:
    """The colours of each status, as charts have them."""
    return "".join(
        f".{status}{{--ground:{look.ground};--letters:{look.ink};--rim:{look.rim};--bar:{look.bar}}}"
        for status, look in LOOKS.items()
    )


def _fonts(html: str, title: str) -> str:
    """Embed what the pages need; a character that the fonts lack is left to the reader's own."""
    shown = set(visible(html).text)
    lacking = set(missing("".join(shown)))
    text = "".join(sorted(shown - lacking))
    return font_css(text, "".join(char for char in title if char not in lacking))


def _replace(path: Path, text: str) -> bool:
    """Put a page in its place as a whole where it says something new; tell whether it did."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    return True


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["quoted"] = quote
    return environment
