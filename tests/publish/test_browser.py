"""The HTML report as a browser shows it: at a desk, on a telephone, without network."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from browser_checks import violations
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_everybody_can_read_and_use_it(browser, report, scheme: str, width: int):
    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page.goto(report[1].as_uri())
    assert violations(page) == []
    page.close()


def test_only_the_embedded_fonts_are_used(opened):
    page, _, _, _ = opened
    for button in page.locator(".tools button").all():
        button.click()  # what the script writes needs glyphs too
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument", {"depth": 1})["root"]["nodeId"]
    body = session.send("DOM.querySelector", {"nodeId": root, "selector": "main"})["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": body})["fonts"]
    assert [font["familyName"] for font in fonts if not font["isCustomFont"]] == []


def test_a_source_shows_at_a_tap_and_goes_on_escape(opened):
    page, _, _, _ = opened
    figure = page.locator(".pls-table .pls-asked").first
    source = figure.locator("u")
    assert not source.is_visible()
    figure.click()
    page.mouse.move(0, 0)
    assert source.is_visible()
    inside = source.bounding_box()
    assert inside["x"] >= 0
    assert inside["x"] + inside["width"] <= page.viewport_size["width"]
    page.keyboard.press("Escape")
    assert not source.is_visible()


def test_tables_sort_and_can_be_copied(browser, report):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(report[1].as_uri())
    table = page.locator(".pls-table:has(.pls-asked)").first
    head = table.locator("th").nth(1)

    def figures() -> list[float]:
        texts = table.locator("td:nth-child(2)").evaluate_all(
            "cells => cells.map(cell => cell.querySelector('button').firstChild.textContent)"
        )
        return [float(text) for text in texts]

    before = figures()
    head.locator("button").press("Enter")
    assert (head.get_attribute("aria-sort"), figures()) == ("ascending", sorted(before))
    head.locator("button").press("Enter")
    assert figures() == sorted(before, reverse=True)
    page.locator(".tools:has(+ .pls-table .pls-asked) button").first.click()
    page.wait_for_function("name => document.querySelector('.tools button') !== null", arg="")
    copied = page.evaluate("navigator.clipboard.readText()")
    lines = [line.split("\t") for line in copied.splitlines()]
    assert [float(line[1]) for line in lines[1:]] == sorted(before, reverse=True)
    context.close()


def test_the_page_is_whole_without_its_script(browser, report):
    shown = []
    for enabled in (True, False):
        context = browser.new_context(java_script_enabled=enabled)
        page = context.new_page()
        page.goto(report[1].as_uri())
        shown.append(page.locator("main").inner_text().split())
        context.close()
    with_script, without = shown
    assert set(without) <= set(with_script)
    assert len(without) > 200


def test_the_first_column_stays_in_view_on_a_telephone(browser, report):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(report[1].as_uri())
    field = page.locator(".pls-table").nth(1)
    field.evaluate("table => { table.style.width = '14rem'; table.scrollLeft = 120 }")
    left = field.evaluate("table => table.getBoundingClientRect().left")
    cell = field.locator("tbody tr").first.locator("td, th").first
    assert field.evaluate("table => table.scrollLeft") > 0
    assert abs(cell.evaluate("cell => cell.getBoundingClientRect().left") - left) < 1
    page.close()


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
