"""The PDF brief at its worst: long names, long tables, nothing to show, one month of data."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pdfplumber
import pytest
from demo import executed
from pdfplumber.page import Page
from pdfplumber.pdf import PDF

from pls_analysis import blocks, charts
from pls_analysis.publish.pdf import PdfExporter

SIDE_PT, TOP_PT, FOOT_PT = 2.2 * 72 / 2.54, 10.0, 842 - 20.0
LONG = {
    "zh": "每名居村法律顾问每月到每个签约居村开展现场服务并留存记录的达标签约关系占比",
    "en": "Monthly on-site visits with records kept by each adviser to each contracted village",
}
AREA = {
    "zh": "中国某某自由贸易试验区临港新片区南汇新城综合保税示范街道",
    "en": "Lingang Special Area Comprehensive Bonded Demonstration Subdistrict of Nanhui New City",
}
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def masthead(lang: str = "zh", pages: int | None = 2, **more: Any) -> blocks.Block:
    head: dict[str, Any] = {
        "org": "东湖区司法局", "area_name": "柳荫街道", "period_label": "2022年6月",
        "office": "办公室编", "issue": "2022年第6期", "date": "数据截至2022年6月30日",
        "as_of": "2022-06-30", "lang": lang, "synthetic": True, "pages": pages,
    }  # fmt: skip
    title = "公共法律服务监测简报" if lang == "zh" else "Public Legal Services Monitor"
    return blocks.masthead(title, **head | more)


def series(months: int, areas: int = 12, fill: float | None = None) -> pd.DataFrame:
    index = pd.period_range(end="2022-06", periods=months, freq="M")
    random = np.random.default_rng(7)
    values = random.uniform(20, 90, (months, areas)).round() if fill is None else np.nan
    return pd.DataFrame(values, index=index, columns=[f"街道{at}" for at in range(areas)])


def targets(lang: str, count: int = 9, label: str = "", missing: bool = False) -> charts.Chart:
    label = label or LONG[lang]
    rows = pd.DataFrame({
        "label": [f"{label} {at}" for at in range(count)],
        "value": [None if missing else 60.0 + at for at in range(count)], "required": 80.0,
        "target": 100.0, "unit": "%", "status": "no_data" if missing else "off_track",
        "value_text": ["" if missing else f"{60 + at}.0%" for at in range(count)],
    })  # fmt: skip
    return charts.bullets(rows, caption=f"{label}：{label}", lang=lang)


def strip_of(label: str, spark: list[float], value: str = "12,345,678") -> blocks.Block:
    item = {"label": label, "value": value, "unit": "件", "delta": "▲11.4%", "versus": "同比"}
    return blocks.strip([{**item, "spark": spark}] * 5)


def long_names(lang: str) -> list[Any]:
    frame = series(24).rename(columns={"街道0": AREA[lang]})
    panels = {f"{LONG[lang]} {at}": frame for at in range(6)}
    return [
        masthead(lang, area_name=AREA[lang], org=AREA[lang], office=AREA[lang]),
        blocks.points(LONG[lang], [(LONG[lang], AREA[lang] * 2)] * 3),
        f"## {LONG[lang]}",
        strip_of(LONG[lang], [1, 2, 3]),
        f"## {AREA[lang]}",
        targets(lang),
        charts.small_multiples(panels, AREA[lang], caption=LONG[lang], lang=lang),
        blocks.table([LONG[lang], AREA[lang]], [[LONG[lang], AREA[lang]]] * 3, LONG[lang]),
        blocks.notes([(LONG[lang], AREA[lang])] * 5),
        blocks.imprint([f"{AREA[lang]} {LONG[lang]}"]),
    ]


def table_of(count: int) -> list[Any]:
    rows = [[f"第{at:03}街道", f"{at * 7:,}", "内容" * (1 + at % 40)] for at in range(count)]
    columns = ["地区名称", {"label": "件数", "kind": "number"}, {"label": "说明", "width": 3}]
    return ["## 街镇情况", blocks.table(columns, rows, "各街镇情况"), "## 数据说明",
            blocks.notes([("口径", "按月。")])]  # fmt: skip


def missing(lang: str) -> list[Any]:
    nothing = series(24, fill=np.nan)
    return [
        masthead(lang),
        blocks.points("要点", ["截至2022年6月30日，各项指标尚无数据。"]),
        "## 基本情况",
        strip_of("受理纠纷数", [None] * 12, "—"),  # pyright: ignore[reportArgumentType]
        "## 目标",
        targets(lang, label="目标", missing=True),
        "## 走势",
        charts.small_multiples(
            {f"指标{at}": nothing for at in range(6)}, "街道0", caption="走势", lang=lang
        ),
    ]


def one_month() -> list[Any]:
    young = series(1)
    return [
        masthead(),
        strip_of("受理纠纷数", [5.0]),
        "## 走势",
        charts.small_multiples({f"指标{at}": young for at in range(3)}, "街道0", caption="走势"),
        charts.trend(young, "街道0", caption="受理纠纷数", unit="件"),
    ]


CASES: dict[str, tuple[list[Any], int]] = {
    "long names zh": (long_names("zh"), 2),
    "long names en": (long_names("en"), 2),
    "36 rows": ([masthead(pages=4), *table_of(36)], 2),
    "96 rows": ([masthead(pages=4), *table_of(96)], 3),
    "empty sections": ([masthead(), *(f"## 第{at}节" for at in range(40))], 1),
    "all missing": (missing("zh"), 1),
    "one month": (one_month(), 1),
    "masthead and notes": ([masthead(), blocks.notes([("口径", "按月。")])], 1),
    "masthead alone": ([masthead()], 1),
    "one key point": ([masthead(), blocks.points("本期要点", ["全部达标。"])], 1),
    "a key point of a page": (
        [masthead(), blocks.points("本期要点", ["调解纠纷若干件，" * 400])], 2,
    ),
    "a key point of two pages": (
        [masthead(pages=4), blocks.points("本期要点", ["调解纠纷若干件，" * 800])], 3,
    ),
    "long notes": (
        [masthead(), blocks.notes([("口径", "按本年各月相加，" * 300), ("短", "短。")])], 1,
    ),
    "notes of two pages": (
        [masthead(), "## 说明",
         blocks.notes([(f"口径{at}", "按本年各月相加，" * 9) for at in range(60)])], 2,
    ),
    "a word of a line": (
        [masthead("en"), blocks.points("Key points", [f"{LONG_WORD} {LONG_WORD}"]),
         blocks.table(["Period", LONG_WORD], [[LONG_WORD, LONG_WORD]]),
         blocks.notes([(LONG_WORD, LONG_WORD * 2)])], 1,
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[nbformat.NotebookNode, bytes, int]:
    shown, pages = CASES[request.param]
    notebook = executed(*shown, lang="en" if request.param.endswith(" en") else "zh")
    return notebook, PdfExporter().from_notebook_node(notebook)[0], pages


def packed(text: str) -> str:
    """Text without blanks and hyphens, which setting puts in at the ends of lines."""
    return re.sub(r"[\s\u00ad\u200b\u2010-]", "", text)


def said(notebook: nbformat.NotebookNode) -> list[str]:
    """Every text that a block or a heading of the notebook says."""
    found: list[str] = []

    def gather(value: Any) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list):
            for part in value:
                gather(part)
        elif isinstance(value, dict):
            kept = ("title", "items", "rows", "caption", "text", "label", "value", "unit", "lines",
                    "columns", "org", "area_name", "office", "delta")  # fmt: skip
            for key in kept:
                gather(value.get(key))

    for cell in notebook.cells:
        if cell.cell_type == "markdown" and len(notebook.cells) < 40:
            found.append(cell.source.removeprefix("## "))
        for output in cell.get("outputs", []):
            gather(output.data.get(blocks.MIME, {}))
    return [text for text in found if text]


def bodies(opened: PDF) -> Iterator[Page]:
    """The pages without what runs at their head and foot."""
    for page in opened.pages:
        yield page.crop((0, 50, float(page.width), float(page.height) - 40))


def test_pages_are_as_many_as_it_takes(case):
    assert len(pdfplumber.open(io.BytesIO(case[1])).pages) == case[2]


def test_nothing_is_lost(case):
    with pdfplumber.open(io.BytesIO(case[1])) as opened:
        whole = "".join(packed(body.extract_text(use_text_flow=True)) for body in bodies(opened))
    for text in said(case[0]):
        start, end = packed(text)[:12], packed(text)[-12:]
        assert start in whole, text
        assert end in whole, text
    assert whole.count("按本年各月相加") == sum(
        text.count("按本年各月相加") for text in said(case[0])
    )
    assert whole.count("调解纠纷若干件") == sum(
        text.count("调解纠纷若干件") for text in said(case[0])
    )


def test_nothing_stands_beyond_the_text_of_the_page(case):
    with pdfplumber.open(io.BytesIO(case[1])) as opened:
        for page in opened.pages:
            for char in page.chars:
                if char["text"].strip():
                    assert char["x0"] >= SIDE_PT - 6, char
                    assert char["x1"] <= float(page.width) - SIDE_PT + 8, char
                    assert char["top"] >= TOP_PT, char
                    assert char["bottom"] <= FOOT_PT, char


def test_type_is_not_below_what_can_be_read(case):
    with pdfplumber.open(io.BytesIO(case[1])) as opened:
        sizes = [char["size"] for page in opened.pages for char in page.chars]
    assert min(sizes) >= 4.4


@pytest.mark.parametrize("count", [36, 96])
def test_a_long_table_has_its_head_on_each_page_and_no_row_in_two(count: int):
    notebook = executed(*[masthead(pages=4), *table_of(count)])
    data = PdfExporter().from_notebook_node(notebook)[0]
    seen = []
    with pdfplumber.open(io.BytesIO(data)) as opened:
        for page in opened.pages:
            text = page.extract_text()
            rows = re.findall(r"第(\d{3})街道", text)
            if rows:
                assert "地区名称" in text
            for row in rows:
                own = int(row)
                assert packed(page.extract_text()).count("内容") >= 1 + own % 40
            seen += rows
    assert seen == [f"{at:03}" for at in range(count)]


def test_a_heading_stays_with_what_it_heads():
    filler = "段落。" * 40
    for lines in range(20, 30):
        notebook = executed(
            masthead(pages=None), *[filler] * lines, "## 数据情况", "本节正文开始。"
        )
        with pdfplumber.open(io.BytesIO(PdfExporter().from_notebook_node(notebook)[0])) as opened:
            pages = [packed(page.extract_text()) for page in opened.pages]
        held = [("数据情况" in page, "本节正文开始" in page) for page in pages]
        assert all(head == body for head, body in held), lines


def test_a_heading_without_anything_under_it_is_not_set():
    notebook = executed(
        masthead(pages=None), "## 第一", "## 第二", "正文。", "## 第三", "### 细目", "## 第四",
        blocks.table(["a"], [["1"]]), "## 第五", blocks.imprint(["送：各科室"]),
    )  # fmt: skip
    with pdfplumber.open(io.BytesIO(PdfExporter().from_notebook_node(notebook)[0])) as opened:
        text = packed(opened.pages[0].extract_text())
    assert re.findall("[一二三四五]、第.", text) == ["一、第二", "二、第四"]
