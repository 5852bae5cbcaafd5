"""The HTML report: one file, no network, no code, small, readable, the same each time."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from demo import AREA, WORDS, brief, executed
from nbconvert.exporters import get_exporter
from nbformat.v4 import new_markdown_cell

from pls_analysis import blocks, charts
from pls_analysis.charts import MissingGlyph
from pls_analysis.messages import Messages
from pls_analysis.publish.attached import safe_csv
from pls_analysis.publish.html import SCRIPT, HtmlExporter
from pls_analysis.publish.page import read_page

LANGS = ["zh", "en"]
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def export(notebook: nbformat.NotebookNode) -> str:
    return HtmlExporter().from_notebook_node(notebook)[0]


@pytest.fixture(scope="module", params=LANGS)
def report(request: pytest.FixtureRequest) -> tuple[str, str]:
    return request.param, export(brief(request.param))


def test_nbconvert_knows_the_exporter_by_its_name():
    assert get_exporter("pls_html") is HtmlExporter


@pytest.mark.parametrize("name", ["town_brief", "district_brief", "target_scorecard"])
def test_a_real_report_is_small(name: str):
    book = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    assert 100_000 < len(export(book).encode()) < 300_000


def test_one_small_file_without_network(report: tuple[str, str]):
    _, html = report
    assert len(html.encode()) < 300_000
    soup = BeautifulSoup(html, "html.parser")
    policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})
    assert policy is not None
    assert str(policy["content"]).startswith("default-src 'none';")
    (script,) = soup.find_all("script")
    known = base64.b64encode(hashlib.sha256(script.get_text().encode()).digest()).decode()
    assert f"script-src 'sha256-{known}';" in str(policy["content"])
    assert script.attrs == {}
    assert soup.find(["iframe", "object", "embed", "form"]) is None
    addresses = [
        str(tag[name]) for tag in soup.find_all() for name in ("href", "src", "xlink:href")
        if tag.has_attr(name)
    ]  # fmt: skip
    assert all(address.startswith(("#", "data:")) for address in addresses)
    assert not re.search(r"url\((?!data:|#)", html)
    assert "@import" not in html


def test_reads_as_a_report(report: tuple[str, str]):
    lang, html = report
    words, soup = WORDS[lang], BeautifulSoup(html, "html.parser")
    root = soup.find("html")
    assert root is not None
    assert root["lang"] == {"zh": "zh-CN", "en": "en"}[lang]
    assert [heading.get_text() for heading in soup.find_all("h1")] == [words["title"]]
    anchors = [str(link["href"]) for link in soup.select("nav a")]
    assert anchors == [f"#{heading['id']}" for heading in soup.find_all("h2")]
    assert len(anchors) == 6
    text = soup.get_text()
    assert AREA[lang] in text
    for row in words["target_rows"]:
        assert row[0] in text
    assert "secret_code" not in html


def test_every_figure_has_words_and_a_drawing_for_a_telephone(report: tuple[str, str]):
    soup = BeautifulSoup(report[1], "html.parser")
    figures = soup.find_all("figure")
    assert len(figures) == 3
    for figure in figures:
        if "pls-panels" in str(figure.get("class")):  # in as many columns as there is room for
            drawn = figure.select("svg[role=img]")
            assert len(drawn) == len(figure.select("p")) > 1
            assert all(len(str(one["aria-label"])) > 10 for one in drawn)
            continue
        wide, narrow = figure.select("[role=img] > .wide svg, [role=img] > .narrow svg")
        assert len(str(figure.select_one("[role=img]")["aria-label"])) > 40  # pyright: ignore[reportOptionalSubscript]
        assert float(str(narrow["viewbox"]).split()[2]) < float(str(wide["viewbox"]).split()[2])


def test_synthetic_data_is_marked_on_screen_and_on_every_printed_page(report: tuple[str, str]):
    lang, html = report
    soup = BeautifulSoup(html, "html.parser")
    mark = Messages(lang)("page.mark")
    assert mark in soup.select_one("header").get_text()  # pyright: ignore[reportOptionalMemberAccess]
    assert f'@page{{@top-right{{content:"{mark}"' in html
    assert mark not in export(brief(lang, synthetic=False))


def test_the_reports_data_can_be_saved(report: tuple[str, str]):
    link = BeautifulSoup(report[1], "html.parser").select_one("a[download]")
    assert link is not None
    assert link["download"] == "data.zip"
    packed = base64.b64decode(str(link["href"]).partition(",")[2])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["data.csv"]
        content = archive.read("data.csv").decode("utf-8-sig")
    assert content.splitlines()[0].split(",")[1] == AREA[report[0]]


def test_files_of_the_same_report_are_linked_by_their_names_alone():
    files = {"html": "a.html", "ipynb": "a.ipynb", "pdf": "甲 区.zh.pdf", "xlsx": "a.xlsx"}
    html = HtmlExporter().from_notebook_node(brief("zh"), {"beside": files})[0]
    links = BeautifulSoup(html, "html.parser").select(".downloads a")
    assert [unquote(str(link["href"])) for link in links[:-1]] == ["甲 区.zh.pdf", "a.xlsx"]
    assert str(links[-1]["href"]).startswith("data:")


def test_a_figure_says_where_it_is_from():
    block = blocks.strip(
        [{"label": "调解", "value": "7", "source": "报送单位：甲<镇>\n单元格：C7"}]
    )
    asked = BeautifulSoup(export(executed(block)), "html.parser").select(".v > button")
    assert [one.get_text("|") for one in asked] == ["7|报送单位：甲<镇>\n单元格：C7"]


STATES = pd.DataFrame(
    [["met", "off_track"], ["no_data", "too_few"]], ["甲街道", "乙镇"], ["一", "二"]
)
FIGURES = pd.DataFrame([[1.0, 2.5], [float("nan"), 4.0]], ["甲街道", "乙镇"], ["一", "二"])


@pytest.mark.parametrize(
    ("states", "cells"),
    [
        (STATES, [("met", "达 1"), ("off_track", "2.5"), ("no_data", "无"), ("too_few", "小 4.0")]),
        (None, [("q0", "1"), ("q0", "2.5"), ("no_data", "—"), ("q7", "4.0")]),
    ],
)  # fmt: skip
def test_a_heat_table_is_a_table_with_the_same_texts(states, cells):
    page = export(executed(charts.heat_table(FIGURES, states=states)))
    table = BeautifulSoup(page, "html.parser").select_one(".pls-heat table")
    assert table is not None
    assert [th.get_text() for th in table.select("thead th")] == ["一", "二"]
    assert [th.get_text() for th in table.select("tbody th")] == ["甲街道", "乙镇"]
    found = [(td["class"][0], td.get_text()) for td in table.select("tbody td")]
    for (state, text), (wanted, part) in zip(found, cells, strict=True):
        assert state == wanted
        assert part in text


@pytest.mark.parametrize("lang", LANGS)
def test_same_bytes_each_time(lang: str):
    assert export(brief(lang)) == export(brief(lang))


def test_markdown_cannot_bring_html_or_code(tmp_path: Path):
    html = export(executed(
        "## 说明 <img src=x onerror=alert(1)>\n\n[点](javascript:alert(1)) <b>粗</b>\n\n"
        "<script>alert(1)</script>\n\n| a | b |\n|---|--:|\n| 1 | 2 |"
    ))  # fmt: skip
    soup = BeautifulSoup(html, "html.parser")
    assert [script.get_text() for script in soup.find_all("script")] == [SCRIPT]
    assert soup.find("img") is None
    assert "javascript:" not in html
    assert soup.find("table") is not None


def test_a_character_without_glyph_stops_the_report():
    with pytest.raises(MissingGlyph, match="U\\+20BB7"):
        export(executed("𠮷田"))


def test_an_analysts_notebook_is_published_without_masthead():
    notebook = executed("正文")
    notebook.cells.append(new_markdown_cell("- 一\n- 二"))
    soup = BeautifulSoup(export(notebook), "html.parser")
    assert [item.get_text() for item in soup.select("main li")] == ["一", "二"]
    assert soup.find("header") is None


# -- where figures are from --------------------------------------------------------------------


def sourced(page: str, where: str) -> dict[str, str]:
    """What may be asked on a page, and what it then says."""
    found = BeautifulSoup(page, "html.parser").select(f"{where} button")
    return {str(one.contents[0]): one.u.get_text() for one in found if one.u}


def test_each_small_chart_says_where_its_figure_is_from():
    row = pd.Series([1.0, 2.0, 3.0], pd.period_range("2022-04", periods=3, freq="M"), name="甲")
    chart = charts.small_multiples(
        {"调解": row, "咨询": row + 5}, units="件", sources={"调解": "报送单位：<甲>\n单元格：C5"}
    )
    assert sourced(export(executed(chart)), ".pls-panels") == {"3件": "报送单位：<甲>\n单元格：C5"}
    assert "source" not in chart.data["panels"][1]


def test_a_line_under_a_drawing_says_where_its_rows_are_from():
    rows = pd.DataFrame({
        "label": ["成功率", "配备率"], "area": ["1", "1"], "value": [96.0, None],
        "unit": ["%", "%"], "status": ["", "hidden"], "source": ["月报 C5", ""],
    })  # fmt: skip
    page = export(executed(charts.dot_strips(rows, "1", own_name="甲街道")))
    assert sourced(page, ".pls-from") == {"成功率": "月报 C5"}
    assert "不公布 [c]" in page
    assert "无数据" not in page


def test_each_cell_of_a_heat_table_says_where_it_is_from():
    values = pd.DataFrame({"配备率": [97.0, None]}, index=["甲镇", "乙镇"])
    told = pd.DataFrame({"配备率": ["台账 H8", ""]}, index=values.index)
    about = {"配备率": "期间：2022年6月"}
    page = export(executed(charts.heat_table(values, sources=told, about=about)))
    assert sourced(page, ".pls-heat td") == {"97": "台账 H8"}
    assert sourced(page, ".pls-from") == about


# -- attached data -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "safe"),
    [
        *(
            ("=1+1", "'=1+1"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("@SUM(A1)", "'@SUM(A1)"),
        ),
        *(("-2+3", "'-2+3"), ("\t=A1", "'\t=A1"), ("-5.2", "-5.2"), ("-1e-05", "-1e-05")),
        *(("—", "—"), ("调解", "调解"), ("", "")),
    ],
)
def test_no_cell_of_attached_data_is_a_formula(field: str, safe: str):
    text = pd.DataFrame({"name": [field], "value": [-3.5]}).to_csv(index=False, lineterminator="\n")
    read = pd.read_csv(io.StringIO(safe_csv(text)), dtype=str, keep_default_na=False)
    assert list(read.iloc[0]) == [safe, "-3.5"]
    if safe == field:
        assert safe_csv(text) == text


def test_html_and_pdf_attach_the_safe_data():
    page = read_page(brief_with("name\n=1+1\n"))
    assert page.attachments[0]["csv"] == "name\n'=1+1\n"


def brief_with(csv: str):
    return executed(blocks.masthead("简报"), blocks.attachment(csv))
