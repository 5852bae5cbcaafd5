"""The HTML report as a browser shows it: at a desk, on a telephone, without network."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from demo import WORDS, brief

from pls_analysis.messages import Messages
from pls_analysis.publish.html import HtmlExporter

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (extra dev)")


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module", params=["zh", "en"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    html = HtmlExporter().from_notebook_node(brief(request.param))[0]
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html, encoding="utf-8")
    return request.param, path


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desk", "telephone"])
def opened(request: pytest.FixtureRequest, browser, report):
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height})
    asked, said = [], []
    page.on("request", lambda sent: asked.append(sent.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(report[1].as_uri())
    page.evaluate("document.fonts.ready")
    yield page, asked, said, report
    page.close()


def test_no_request_and_no_complaint(opened):
    _, asked, said, (_, path) = opened
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    assert said == []


def test_nothing_scrolls_sideways_and_the_right_drawing_shows(opened):
    page, _, _, _ = opened
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide, narrow = page.locator(".wide").first, page.locator(".narrow").first
    assert (wide.is_visible(), narrow.is_visible()) == (width > 640, width <= 640)


def test_text_is_set_in_the_embedded_fonts(opened):
    page, _, _, (lang, _) = opened
    loaded = page.evaluate(
        "[...document.fonts].filter(f => f.status == 'loaded').map(f => f.family + f.weight)"
    )
    assert {name.replace('"', "") for name in loaded} == {
        "Noto Sans SC400",
        "Noto Sans SC700",
        "Noto Serif SC900",
    }
    assert page.title().startswith(WORDS[lang]["title"])


def test_every_text_of_a_drawing_stays_within_it(opened):
    page, _, _, _ = opened
    cut = page.evaluate("""() => [...document.querySelectorAll('figure svg')]
        .filter(svg => svg.getBoundingClientRect().width)
        .flatMap(svg => { const box = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text')].filter(text => {
                const own = text.getBoundingClientRect();
                return own.left < box.left - 2 || own.right > box.right + 2
                    || own.top < box.top - 6 || own.bottom > box.bottom + 6;
            }).map(text => text.textContent) })""")
    assert cut == []


def test_the_keyboard_reaches_content_and_sections(opened):
    page, _, _, _ = opened
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")
    page.locator("nav a").nth(2).click()
    assert page.locator("h2").nth(2).is_visible()


def test_paper_carries_the_mark_and_a_number_on_every_page(browser, report):
    lang, path = report
    page = browser.new_page()
    page.goto(path.as_uri())
    pages = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    page.close()
    texts = ["".join(sheet.extract_text().split()) for sheet in pages]
    assert len(texts) > 1
    assert all("".join(Messages(lang)("page.mark").split()) in text for text in texts)
    assert all(f"—{number}—" in text for number, text in enumerate(texts, 1))
