"""The index page of a period: every report, in a file that needs no network."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from pls_analysis.periods import parse_period
from pls_analysis.project import Project
from pls_analysis.publish.site import index_page, write_index

JUNE = parse_period("2022-06")


@dataclass(frozen=True)
class Made:
    """A report as the index sees it."""

    name: str = "川沙新镇"
    area: str = "310115103"
    notebook: str = "district_trends"
    title: str = "主要指标趋势"
    outcome: str = "ok"
    lang: str = "zh"
    formats: tuple[str, ...] = ("html", "pdf")
    outputs: dict[str, dict[str, str]] = field(init=False)
    parameters: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        path = f"{self.notebook}/{self.area}-{self.name}.{self.lang}"
        outputs = {kind: {"path": f"{path}.{kind}", "sha256": ""} for kind in self.formats}
        object.__setattr__(self, "outputs", outputs)
        object.__setattr__(self, "parameters", {"lang": self.lang})


class Reader(HTMLParser):
    """Rows of text and links of a page, and whatever would leave the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.text = ""
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._hidden += tag in ("style", "script")
        if tag == "a":
            self.links.append(unquote(given["href"] or ""))
        self.loaded += [given[name] or "" for name in ("src", "srcset") if name in given]
        if tag == "link":
            self.loaded.append(given["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text += data


def test_every_report_is_linked_in_every_language(project: Project):
    made = [Made(lang="en"), Made(), Made(name="高桥镇", area="310115104")]
    page = Reader(index_page(JUNE, project, made))
    assert page.links == [
        "district_trends/310115103-川沙新镇.zh.html",
        "district_trends/310115103-川沙新镇.zh.pdf",
        "district_trends/310115103-川沙新镇.en.html",
        "district_trends/310115103-川沙新镇.en.pdf",
        "district_trends/310115104-高桥镇.zh.html",
        "district_trends/310115104-高桥镇.zh.pdf",
    ]
    for word in ("2022年6月", "主要指标趋势", "川沙新镇", "310115104", project.masthead["title"]):
        assert word in page.text


def test_links_lead_to_the_files(project: Project, tmp_path: Path):
    """Names with blanks, per cent signs and hashes too."""
    made = Made(name="50% #1 新镇")
    folder = tmp_path / "2022-06"
    for output in made.outputs.values():
        file = folder / output["path"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("", encoding="utf-8")
    page = write_index(folder, JUNE, project, [made])
    links = Reader(page.read_text(encoding="utf-8")).links
    assert [(folder / link).is_file() for link in links] == [True, True]
    assert sorted(file.name for file in folder.iterdir()) == ["district_trends", "index.html"]


def test_the_executed_notebook_is_internal(project: Project):
    page = Reader(index_page(JUNE, project, [Made(formats=("ipynb", "pdf"))]))
    assert page.links == ["district_trends/310115103-川沙新镇.zh.pdf"]


@pytest.mark.parametrize(
    ("made", "word"),
    [
        (Made(outcome="failed", formats=()), "未能生成"),
        (Made(outcome="failed"), "上一版"),
    ],
)
def test_failures_are_said(project: Project, made: Made, word: str):
    assert word in Reader(index_page(JUNE, project, [made])).text
    assert word not in Reader(index_page(JUNE, project, [Made()])).text


@pytest.mark.parametrize("synthetic", [True, False])
def test_synthetic_data_is_marked(project: Project, synthetic: bool):
    page = Reader(index_page(JUNE, project, [Made()], synthetic=synthetic))
    assert ("合成数据" in page.text) is synthetic


def test_texts_are_escaped(project: Project):
    page = index_page(JUNE, project, [Made(name='<img src=x onerror="1">')])
    assert "<img" not in page
    assert "&lt;img" in page


def test_the_page_loads_nothing(project: Project):
    html = index_page(JUNE, project, [Made()])
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    script = re.search(r"<script>(.*?)</script>", html, re.DOTALL)
    assert policy is not None
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]
    assert Reader(html).loaded == ["data:,"]
    assert "http://" not in html
    assert "https://" not in html
    assert set(re.findall(r"url\((\w+):", html)) == {"data"}


def test_a_name_that_no_font_has_is_shown_all_the_same(project: Project):
    assert "\U00030000" in index_page(JUNE, project, [Made(name="\U00030000镇")])


@pytest.mark.browser
def test_search_without_a_network(project: Project, tmp_path: Path, chromium: Path):
    """The page as file://, offline: typing a part of a name leaves its rows."""
    from playwright.sync_api import sync_playwright

    made = [
        Made(),
        Made(name="高桥镇", area="310115104"),
        Made(notebook="town_brief", title="简报"),
    ]
    page_file = write_index(tmp_path, JUNE, project, made)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        context = browser.new_context(offline=True)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(page_file.as_uri())
        for typed, shown, hidden_sections in (
            ("高桥", "1", 1),
            ("310115103", "2", 0),
            ("x", "0", 2),
        ):
            page.fill("#q", typed)
            assert page.inner_text("#n") == shown
            assert page.locator("section[hidden]").count() == hidden_sections
        assert page.locator("#none").is_visible()
        assert said == []
        browser.close()
