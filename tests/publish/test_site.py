"""The index pages: every report with what it says, in files that need no network."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd
import pytest
from browser_checks import violations
from bs4 import BeautifulSoup, Tag
from demo import brief, executed, indicators

from pls_analysis import charts
from pls_analysis.areas import AreaTree, load_areas
from pls_analysis.periods import parse_period
from pls_analysis.project import Project
from pls_analysis.publish.facts import read_facts
from pls_analysis.publish.listing import Row, as_number, sections
from pls_analysis.publish.site import Published, write_site

FIGURE = {
    "label": "受理纠纷数", "value": "1,266", "unit": "件", "delta": "▼35.1%", "versus": "同比",
    "tone": "flat", "spark": [90.0, None, 91.0, 64.0],
}  # fmt: skip
FACTS = {"statuses": {"off_track": 2, "met": 6}, "figure": FIGURE}
JUNE = "2022-06"


@dataclass(frozen=True)
class Made:
    """A report as the index sees it."""

    name: str = "川沙新镇"
    area: str = "310115103"
    notebook: str = "town_brief"
    title: str = "街镇简报"
    outcome: str = "ok"
    error: str = ""
    lang: str = "zh"
    formats: tuple[str, ...] = ("html", "pdf", "xlsx")
    summary: dict[str, Any] = field(default_factory=lambda: FACTS)
    finished: str = "2022-07-05T01:00:00+00:00"
    outputs: dict[str, dict[str, str]] = field(init=False)
    parameters: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        path = f"{self.notebook}/{self.area}-{self.name}.{self.lang}"
        outputs = {kind: {"path": f"{path}.{kind}", "sha256": ""} for kind in self.formats}
        object.__setattr__(self, "outputs", outputs)
        object.__setattr__(self, "parameters", {"lang": self.lang})


def facts(value: str, delta: str = "▲1.0%", **statuses: int) -> dict[str, Any]:
    """What a report says, with figures of its own."""
    return {"statuses": statuses, "figure": FIGURE | {"value": value, "delta": delta}}


TOWNS = [
    Made(summary=facts("980", "▲2.0%", met=5, off_track=3)),
    Made(name="高桥镇", area="310115104", summary=facts("1,266", "▼35.1%", met=8)),
    Made(name="潍坊新村街道", area="310115004", summary=facts("75", "持平", met=7, missed=1)),
    Made(name="书院镇", area="310115132", summary={}, outcome="failed", formats=()),
]
HOME = Made(name="浦东新区", area="310115", notebook="district_brief", title="全区简报")


@pytest.fixture
def tree(project: Project) -> AreaTree:
    return load_areas(project)


def pages(
    project: Project,
    made: Sequence[Made],
    periods: Sequence[str] = (JUNE,),
    synthetic: bool = False,
) -> dict[str, BeautifulSoup]:
    """Write the pages; return each by its path below the folder of reports."""
    published = [Published(parse_period(one), one, made, synthetic) for one in periods]
    write_site(project.reports_dir, project, load_areas(project), published)
    files = project.reports_dir.rglob("index.html")
    return {
        file.parent.relative_to(project.reports_dir).as_posix(): BeautifulSoup(
            file.read_text(encoding="utf-8"), "html.parser"
        )
        for file in files
    }


def page(project: Project, made: Sequence[Made], **asked: Any) -> BeautifulSoup:
    return pages(project, made, **asked)[JUNE]


def text_of(found: Tag | BeautifulSoup) -> str:
    return found.get_text(" ", strip=True)


def links(found: Tag | BeautifulSoup, where: str = "td a") -> list[str]:
    return [unquote(str(one["href"])) for one in found.select(where)]


# -- what a page lists -------------------------------------------------------------------------


def test_every_report_is_linked_in_every_language_and_format(project: Project):
    made = [Made(lang="en"), Made(), Made(notebook="district_trends", title="趋势")]
    shown = page(project, made)
    assert links(shown) == [
        f"{notebook}/310115103-川沙新镇.{lang}.{kind}"
        for notebook, lang in (
            ("town_brief", "zh"),
            ("town_brief", "en"),
            ("district_trends", "zh"),
        )
        for kind in ("html", "pdf", "xlsx")
    ]
    assert [one.get_text() for one in shown.select("td a")] == [
        *("街镇简报", "PDF", "XLSX", "EN", "PDF", "XLSX", "趋势", "PDF", "XLSX")
    ]
    assert links(shown, "tbody th a") == ["town_brief/310115103-川沙新镇.zh.html"]


def test_home_stands_first_then_each_level_in_official_order(project: Project, tree: AreaTree):
    made = [*TOWNS, HOME, Made(name="某地", area="999999", notebook="own", title="自制")]
    found = sections(made, project, tree)
    assert [(one.title, [row.name for row in one.rows]) for one in found] == [
        ("浦东新区", ["浦东新区"]),
        ("街镇", ["潍坊新村街道", "川沙新镇", "高桥镇", "书院镇"]),
        ("其他地区", ["某地"]),
    ]


def test_a_row_says_what_the_reports_say(project: Project):
    row = page(project, [Made()]).select("tbody tr")[0]
    cells = [text_of(one) for one in row.select("td")]
    assert cells[:4] == ["310115103", "达 已达标6 序 未达序时2", "1,266", "▼35.1%"]
    assert [one["class"][0] for one in row.select("rect")] == ["met", "off_track"]
    assert row.select(".spark svg")[0]["aria-label"] == "4期走势，最低64，最高91"
    heads = [text_of(one) for one in page(project, [Made()]).select("thead th")]
    assert heads == ["地区", "代码", "目标评价", "受理纠纷数（件）", "同比", "走势", "报告"]


def test_a_report_without_facts_has_links_all_the_same(project: Project):
    row = page(project, [Made(summary={})]).select("tbody tr")[0]
    assert [text_of(one) for one in row.select("td")][1:5] == ["—"] * 4
    assert len(links(row)) == 3


def test_facts_are_those_of_the_first_report_that_has_them(project: Project, tree: AreaTree):
    made = [
        Made(notebook="district_trends", summary=facts("5")),
        Made(lang="en", summary=facts("7", met=1)),
        Made(summary={"statuses": {"missed": 3}}),
    ]
    row = sections(made, project, tree)[0].rows[0]
    assert row.figure is not None
    assert ([(one.key, one.count) for one in row.statuses], row.figure.value) == (
        [("missed", 3)],
        "7",
    )


def test_figures_of_several_kinds_are_named_in_their_cells(project: Project):
    other = facts("7")
    other["figure"]["label"] = "法律咨询"
    shown = page(project, [Made(), Made(name="高桥镇", area="310115104", summary=other)])
    assert "主要数据" in [text_of(one) for one in shown.select("thead th")]
    assert [text_of(one) for one in shown.select("td small")] == [
        "受理纠纷数（件）",
        "法律咨询（件）",
    ]


def test_the_executed_notebook_is_internal(project: Project):
    assert links(page(project, [Made(formats=("ipynb", "pdf"))])) == [
        "town_brief/310115103-川沙新镇.zh.pdf"
    ]


@pytest.mark.parametrize(
    ("made", "word", "count"),
    [
        (Made(outcome="failed", formats=(), summary={}), "未能生成", 0),
        (Made(outcome="failed"), "上一版", 3),
    ],
)
def test_failures_are_said(project: Project, made: Made, word: str, count: int):
    shown = page(project, [made])
    row = shown.select("tbody tr")[0]
    assert "街镇简报" in text_of(row)
    assert word in text_of(row)
    assert len(links(row)) == count
    assert "1份未能生成" in text_of(shown.select("header")[0])
    assert "未能生成" not in text_of(page(project, [Made()]))


@pytest.mark.parametrize("synthetic", [True, False])
def test_synthetic_data_is_marked(project: Project, synthetic: bool):
    for shown in pages(project, [Made()], synthetic=synthetic).values():
        assert ("合成数据" in text_of(shown)) is synthetic


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("潍坊新村街道", "潍坊新村街道 1 weifangxincunjiedao wfxcjd"),
        ("重庆 路", "重庆路 1 chongqinglu cql"),
        ("老港镇", "老港镇 1 laogangzhen lgz"),
    ],
)
def test_what_a_search_finds(name: str, words: str):
    assert Row("1", name, ()).sought == words


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,266", 1266), ("98.5", 98.5), ("−3", -3), ("▲8.1%", 8.1), ("▼0.9个百分点", 0.9),
        ("[c]", None), ("—", None), ("不作比较", None), ("", None),
    ],
)  # fmt: skip
def test_numbers_to_sort_by(text: str, number: float | None):
    assert as_number(text) == number


# -- where the facts come from -----------------------------------------------------------------


def judged(lang: str, *statuses: str) -> charts.Chart:
    rows = [
        {
            "label": f"{at}", "value": 1.0, "required": 1.0, "target": 2.0, "unit": "",
            "status": status, "value_text": "", "strength": "aspired",
        }
        for at, status in enumerate(statuses)
    ]  # fmt: skip
    return charts.bullets(pd.DataFrame(rows), lang=lang)


def squares(lang: str, *statuses: str) -> charts.Chart:
    rows = [
        {"task": f"{at % 2}", "target": f"{at}", "status": status}
        for at, status in enumerate(statuses)
    ]
    return charts.status_strip(pd.DataFrame(rows), lang=lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("drawn", [judged, squares])
def test_statuses_are_those_of_the_first_figure_that_judges(drawn: Any, lang: str):
    shown = executed(drawn(lang, "met", "off_track", "met"), judged(lang, "no_data"), lang=lang)
    assert read_facts(shown) == {"statuses": {"met": 2, "off_track": 1}}


def test_an_aspiration_not_reached_is_no_duty_failed():
    assert read_facts(executed(judged("zh", "missed"))) == {"statuses": {"missed_aspired": 1}}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_leading_figure_is_the_first_of_the_strip(lang: str):
    found = read_facts(brief(lang))
    assert found == {"figure": found["figure"]}
    first = next(iter(indicators(lang)))
    assert {key: first[key] for key in ("label", "value", "unit")}.items() <= found[
        "figure"
    ].items()
    assert len(found["figure"]["spark"]) == len(first["spark"])


@pytest.mark.parametrize(
    ("lang", "label"), [("zh", "律师，2022年第二季度"), ("en", "律师, Q2 2022")]
)
def test_without_a_strip_it_is_the_first_small_chart(lang: str, label: str):
    quarters = pd.period_range("2021Q1", "2022Q2", freq="Q")
    frame = pd.Series([1000.0, 1100, 1200, 1300, 1400, 1650], index=quarters, name="甲区")
    drawn = charts.small_multiples({"律师": frame}, units="名", lang=lang)
    figure = read_facts(executed(drawn, lang=lang))["figure"]
    assert (figure["label"], figure["value"], figure["delta"]) == (label, "1,650", "▲50.0%")
    assert figure["spark"] == [1000, 1100, 1200, 1300, 1400, 1650]


def test_a_notebook_that_shows_neither_has_no_facts():
    assert read_facts(executed("说明")) == {}


def test_a_failed_report_says_why_in_one_line_and_leads_to_no_notebook(project: Project):
    error = "ValueError: no figure of 书院镇\nin /srv/justice/data/processed/x.parquet\n<b>"
    made = [Made(outcome="failed", formats=(), summary={}, error=error)]
    row = page(project, made).select("tbody tr")[0]
    said = row.select_one(".why")
    assert said is not None
    assert said.get_text() == "ValueError: no figure of 书院镇 in x.parquet <b>"
    assert row.select("a") == []
    assert "ipynb" not in str(row)
    older = page(project, [Made(outcome="failed", error=error)]).select("tbody tr")[0]
    assert "上一版" in text_of(older)
    assert len(links(older, "td a")) == 3
    assert older.select_one(".why") is not None
    assert page(project, [Made()]).select(".why") == []


def test_where_there_are_english_reports_there_are_english_pages(project: Project):
    made = [Made(), Made(lang="en", title="Town brief"), replace(HOME, lang="en")]
    published = [Published(parse_period(one), one, made) for one in (JUNE, "2022-05")]
    write_site(project.reports_dir, project, load_areas(project), published)
    english = project.reports_dir / JUNE / "index.en.html"
    shown = BeautifulSoup(english.read_text(encoding="utf-8"), "html.parser")
    assert shown.html is not None
    assert shown.html["lang"] == "en"
    names = [text_of(one) for one in shown.select("tbody th")]
    assert names == [load_areas(project).in_english(project.home)[code].name
                     for code in (HOME.area, "310115103")]  # fmt: skip
    assert not re.search("[\u4e00-\u9fff]", " ".join(names))
    row = shown.select("tbody tr")[1]
    assert [one.get_text() for one in row.select("td a")][:3] == ["Town brief", "PDF", "XLSX"]
    assert {"川沙新镇", "chuanshaxinzhen"} < set(str(row["data-q"]).split())
    assert links(shown, ".langs a") == ["index.html"]
    assert links(shown, "nav a") == ["../index.en.html", "../2022-05/index.en.html"]
    own = BeautifulSoup((english.parent / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert links(own, ".langs a") == ["index.en.html"]
    for file in project.reports_dir.rglob("index*.html"):
        leads = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser").select("a")
        to_pages = [str(one["href"]) for one in leads if "index" in str(one["href"])]
        assert all((file.parent / unquote(one)).is_file() for one in to_pages)


# -- earlier periods ---------------------------------------------------------------------------


def test_each_period_leads_to_those_before_and_to_all(project: Project):
    months = ["2021-12", "2022-05", "2022-06", "2022-Q2"]
    shown = pages(project, [Made()], months)
    assert links(shown["."], "tbody a") == [
        *("2022-06/index.html", "2022-Q2/index.html", "2022-05/index.html", "2021-12/index.html")
    ]
    assert links(shown["2022-05"], "nav a") == ["../index.html", "../2021-12/index.html"]
    assert links(shown["2021-12"], "nav a") == ["../index.html"]
    for folder, one in shown.items():
        for link in links(one, "nav a, .periods a"):
            assert (project.reports_dir / folder / link).is_file()


def test_a_period_that_is_gone_is_no_longer_linked(project: Project):
    pages(project, [Made()], ["2022-05", JUNE])
    assert links(pages(project, [Made()], [JUNE])[JUNE], "nav a") == ["../index.html"]


def test_the_page_of_all_periods_counts(project: Project):
    shown = pages(project, [*TOWNS, HOME])["."]
    assert [text_of(one) for one in shown.select("tbody td")] == ["5", "5", "1", "2022年7月5日"]


def test_what_says_nothing_new_is_not_written_again(project: Project, tree: AreaTree):
    published = [Published(parse_period(one), one, TOWNS) for one in ("2022-05", JUNE)]
    write = [write_site(project.reports_dir, project, tree, published) for _ in range(2)]
    assert [len(one) for one in write] == [3, 0]


# -- safe and without a network ----------------------------------------------------------------


def test_links_lead_to_the_files(project: Project):
    """Names with blanks, per cent signs and hashes too."""
    made = Made(name="50% #1 新镇")
    folder = project.reports_dir / JUNE
    for output in made.outputs.values():
        file = folder / output["path"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("", encoding="utf-8")
    shown = page(project, [made])
    assert [(folder / link).is_file() for link in links(shown)] == [True] * 3
    assert all(str(one["href"]).isascii() for one in shown.select("a"))
    assert sorted(file.name for file in folder.iterdir()) == ["index.html", "town_brief"]


def test_texts_are_escaped(project: Project):
    nasty = '<img src=x onerror="1">'
    said = {"figure": dict.fromkeys(FIGURE, nasty) | {"spark": [1.0, 2.0]}}
    shown = page(project, [Made(name=nasty, title=nasty, summary=said)])
    assert not shown.select("img")
    assert text_of(shown).count(nasty) >= 4


def test_the_pages_load_nothing(project: Project):
    for shown in pages(project, [Made()]).values():
        html = str(shown)
        policy = str(shown.select("meta[http-equiv]")[0]["content"])
        script = re.search(r"<script>(.*?)</script>", html, re.DOTALL)
        assert script is not None
        digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
        assert f"script-src 'sha256-{digest}'" in policy
        assert "default-src 'none'" in policy
        assert [one["href"] for one in shown.select("link")] == ["data:,"]
        assert not shown.select("[src], [srcset], iframe, object")
        assert not re.search(r"https?://", html)
        assert set(re.findall(r"url\((\w+):", html)) == {"data"}


def test_a_name_that_no_font_has_is_shown_all_the_same(project: Project):
    assert "\U00030000" in text_of(page(project, [Made(name="\U00030000镇")]))


# -- in a browser ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def site(project: Project) -> Path:
    """The page of a period with four towns and home, beside that of an earlier one."""
    pages(project, [*TOWNS, HOME], ["2022-05", JUNE])
    return project.reports_dir


def names(opened: Any) -> list[str]:
    """The areas of the second section that are shown, in the order of its rows."""
    found = opened.locator("section:nth-of-type(2) tbody tr:not([hidden]) th")
    return found.all_inner_texts()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("file", [f"{JUNE}/index.html", "index.html"])
def test_everybody_can_read_a_page_offline(browser, site: Path, file: str, width: int, scheme: str):
    context = browser.new_context(
        offline=True, viewport={"width": width, "height": 844}, color_scheme=scheme
    )
    opened, asked, said = context.new_page(), [], []
    opened.on("request", lambda sent: asked.append(sent.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto((site / file).as_uri())
    assert violations(opened) == []
    assert [url for url in asked if not url.startswith("data:")] == [(site / file).as_uri()]
    assert said == []
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


@pytest.mark.browser
def test_the_first_column_stays_in_view_on_a_telephone(browser, site: Path):
    opened = browser.new_page(viewport={"width": 390, "height": 844})
    opened.goto((site / JUNE / "index.html").as_uri())
    table = opened.locator(".scroll").nth(1)
    table.evaluate("one => one.scrollLeft = 400")
    assert table.evaluate("one => one.scrollLeft") == 400
    assert opened.locator("section:nth-of-type(2) tbody th").first.bounding_box()["x"] == 0
    opened.close()


@pytest.mark.browser
def test_search_by_name_code_and_pinyin(browser, site: Path):
    opened = browser.new_page()
    opened.goto((site / JUNE / "index.html").as_uri())
    for typed, found, sections_left in (
        ("高桥", ["高桥镇"], 1),
        ("310115103", ["川沙新镇"], 1),
        ("wei fang", ["潍坊新村街道"], 1),
        ("WFXC", ["潍坊新村街道"], 1),
        ("３１０１１５００４", ["潍坊新村街道"], 1),
        ("puDong", [], 1),
        ("x!", [], 0),
        ("", ["潍坊新村街道", "川沙新镇", "高桥镇", "书院镇"], 2),
    ):
        opened.get_by_label("查找地区").fill(typed)
        assert names(opened) == found, typed
        assert opened.locator("section:not([hidden])").count() == sections_left
        assert opened.locator("#none").is_visible() == (sections_left == 0)
    assert opened.get_by_role("status").inner_text() == "显示5个地区"
    opened.close()


@pytest.mark.browser
def test_sort_by_any_column_with_the_keyboard(browser, site: Path):
    opened = browser.new_page()
    opened.goto((site / JUNE / "index.html").as_uri())
    for head, first, again in (
        ("地区", "川高书潍", "潍书高川"),
        ("代码", "潍川高书", "书高川潍"),
        ("目标评价", "川潍高书", "高潍川书"),
        ("受理纠纷数（件）", "高川潍书", "潍川高书"),
        ("同比", "川潍高书", "高潍川书"),
        ("报告", "书高潍川", "高潍川书"),
    ):
        button = opened.locator("section:nth-of-type(2)").get_by_role("button", name=head)
        for order in (first, again):
            button.focus()
            opened.keyboard.press("Enter")
            assert "".join(name[0] for name in names(opened))[: len(order)] == order, head
        assert opened.locator("th[aria-sort]").all_inner_texts() == [head]
    assert opened.locator("section:nth-of-type(1) thead button").count() == 0
    opened.close()


@pytest.mark.browser
def test_a_page_is_whole_without_scripts(browser, site: Path):
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto((site / JUNE / "index.html").as_uri())
    assert opened.locator("tbody tr:visible").count() == 5
    assert not opened.locator("#q").is_visible()
    assert opened.locator("button").count() == 0
    context.close()


@pytest.mark.browser
def test_links_are_told_apart_by_those_who_only_hear_them(browser, site: Path):
    opened = browser.new_page()
    opened.goto((site / JUNE / "index.html").as_uri())
    row = opened.get_by_role("row").filter(has_text="高桥镇")
    labels = [row.get_by_role("link").nth(at).get_attribute("aria-label") for at in (1, 2)]
    assert labels == ["街镇简报 高桥镇", "PDF 街镇简报 高桥镇"]
    opened.close()
