"""Charts of a policy's targets as they stand in a PDF and in a page."""

from __future__ import annotations

import io
import re

import pytest
from demo import executed
from policy_charts import ORDINARY
from pypdf import PdfReader

from pls_analysis import blocks
from pls_analysis.publish.chart_tables import as_table
from pls_analysis.publish.html import HtmlExporter
from pls_analysis.publish.pdf import PdfExporter

SHOWN = {
    "bullets": ["7,512人", "≥8,000人", "未达序时", "超出上限"],
    "dot_strips": ["潍坊新村街道", "7个地区中位数99.0%", "1个数量过小"],
    "dumbbell": ["97.44%", "97.41%", "镇无数据"],
    "heat_table": ["南汇新城镇", "矛盾纠纷", "—"],
    "status_strip": ["已达标 26", "未达到预期 1", "持续提升律师行业服务能级"],
    "tile_map": ["南汇新城", "93.7", "无数据 2"],
    "rank_intervals": ["东湖区", "1—4", "可能位次"],
}


@pytest.fixture(scope="module")
def notebook():
    head = blocks.masthead("监测简报", area_name="东湖区", as_of="2022-06-30", pages=5)
    return executed(head, *(ORDINARY[name]() for name in SHOWN))


def test_the_pdf_holds_every_chart_with_its_texts(notebook):
    data, _ = PdfExporter().from_notebook_node(notebook)
    pages = PdfReader(io.BytesIO(data)).pages
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))
    for name, words in SHOWN.items():
        for word in words:
            assert word.replace(" ", "") in text, f"{word} of {name} is not in the PDF"


def test_the_page_holds_every_chart_twice_or_as_a_table_with_its_words(notebook):
    html, _ = HtmlExporter().from_notebook_node(notebook)
    assert html.count("<figure") == len(SHOWN)
    for name, words in SHOWN.items():
        chart = ORDINARY[name]()
        drawn = not as_table(chart.data)
        told = drawn or name == "status_strip"
        assert html.count(f'aria-label="{chart.alt}"') == told
        for word in words:
            assert html.count(word) >= 1 + drawn
    assert len(re.findall(r"<pattern ", html)) >= 2
    references = set(re.findall(r"url\(#([^)]+)\)", html))
    assert references <= set(re.findall(r' id="([^"]+)"', html))
