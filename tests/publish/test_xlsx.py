"""The Excel annex: the report's figures as numbers, nothing evaluated, the same bytes each time."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import openpyxl
import pandas as pd
import pytest
import python_calamine
from demo import MEASURES, brief, executed
from nbconvert.exporters import get_exporter
from nbformat.v4 import new_output

from pls_analysis import blocks, charts
from pls_analysis.charts.chart import KINDS
from pls_analysis.charts.heat import heat_table
from pls_analysis.charts.phrases import number
from pls_analysis.messages import Messages
from pls_analysis.publish.chart_sheets import _TABLES, chart_table
from pls_analysis.publish.entries import LONGEST_TEXT, datum, is_formula, printed, safe_text
from pls_analysis.publish.page import FailedNotebook, read_page
from pls_analysis.publish.sheets import sheet_name, sheets_of
from pls_analysis.publish.xlsx import XlsxExporter

LANGS = ["zh", "en"]
HEAD = blocks.masthead(
    "简报", org="某局", area="100", area_name="甲镇", period_label="2022年6月", as_of="2022-06-30",
    synthetic=True,
)  # fmt: skip


def export(notebook: nbformat.NotebookNode) -> bytes:
    return XlsxExporter().from_notebook_node(notebook)[0]


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def table_of(sheet: Any) -> list[list[Any]]:
    """The headings of a sheet and its rows."""
    first = int(re.findall(r"\d+", str(sheet.print_title_rows))[0])
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first)]


@pytest.fixture(scope="module", params=LANGS)
def report(request: pytest.FixtureRequest) -> tuple[str, nbformat.NotebookNode, bytes]:
    notebook = brief(request.param)
    return request.param, notebook, export(notebook)


def test_nbconvert_knows_the_exporter_by_its_name():
    assert get_exporter("pls_xlsx") is XlsxExporter


# -- what is printed, as numbers -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "shape"),
    [
        ("1,234", 1234, "#,##0"),
        ("1,234 件", 1234, '#,##0" 件"'),
        ("12.50", 12.5, "#,##0.00"),
        ("98.2%", 0.982, "#,##0.0%"),
        ("0.40‰", 0.4, '#,##0.00"‰"'),
        ("▼3.1%", -0.031, '"▲"#,##0.0%;"▼"#,##0.0%;#,##0.0%'),
        ("▲7.7个百分点", 7.7, '"▲"#,##0.0"个百分点";"▼"#,##0.0"个百分点";#,##0.0"个百分点"'),
        ("−3", -3, '#,##0;"−"#,##0'),
        ("45 (5/6)", 45, '#,##0" (5/6)"'),
        ("8,388次（件）（已报34/36）", 8388, '#,##0"次（件）（已报34/36）"'),
        ("29.0%（n=1,022）", 0.29, '#,##0.0%"（n=1,022）"'),
        ("2022", 2022, "0"),
        ("0", 0, "#,##0"),
    ],
)
def test_a_printed_figure_is_a_number_that_prints_the_same(text: str, value: float, shape: str):
    entry = printed(text)
    assert (entry.value, entry.format, entry.text) == (value, shape, text)


@pytest.mark.parametrize(
    "text",
    ["", "—", "[c]", "持平", "3/5", "5-6", "1,352/1,519（应1,520）", "1.2万", "1.2 亿元",
     "3 million", "007", "2021年6月", "2021年10月11日", "第4位", "第1至第13位", "上年同期为0",
     "1,23", "12345678901234567", '5"', "▲0.0%", "3 of 5", "约12", "=1"],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_stays_as_printed(text: str):
    assert printed(text).value == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("-0.5", -0.5), ("1e-05", 1e-05), ("007", "007"), ("", ""), ("True", "True"),
     ("2022-02-30", "2022-02-30"), ("1234567890123456", "1234567890123456"), ("=1", "=1")],
)  # fmt: skip
def test_fields_of_attached_data(text: str, value: float | str):
    assert datum(text).value == value


def test_figures_equal_those_of_the_notebook(report: tuple[str, nbformat.NotebookNode, bytes]):
    """What a cell shows by its number format is what the report prints."""
    _, notebook, data = report
    page = read_page(notebook)
    book = opened(data)
    for sheet in sheets_of(page):
        heads, *rows = table_of(book[sheet.name])
        assert [head or "" for head in heads] == list(sheet.columns)
        shown = [
            [python_value(cell) for cell in row]
            for row in book[sheet.name].iter_rows(min_row=book[sheet.name].max_row - len(rows) + 1)
        ]
        assert shown == [[entry.text for entry in row] for row in sheet.rows], sheet.name


def test_a_chart_s_figures_are_all_in_its_sheet(
    report: tuple[str, nbformat.NotebookNode, bytes],
):
    lang, notebook, data = report
    page, book = read_page(notebook), opened(data)
    trend = next(part["chart"] for part in page.parts if "panels" in part.get("chart", ()))
    given = [value for panel in trend["panels"] for value in panel["value"]]
    (name,) = (one.name for one in sheets_of(page) if one.title == trend["caption"])
    head, *rows = table_of(book[name])
    at = head.index(trend["panels"][0]["name"])
    unit = head.index(Messages(lang)("brief.column_unit"))
    assert len(rows) == len(given) == 24 * len(MEASURES[lang])
    for row, value in zip(rows, given, strict=True):
        expected = "—" if value is None else value / 100 if row[unit] == "%" else value
        assert row[at] == (expected if value is None else pytest.approx(expected, abs=1e-12))


def python_value(cell: Any) -> str:
    """What a cell shows, by its number format."""
    if cell.value is None:
        return ""
    if isinstance(cell.value, str):
        return cell.value
    if cell.is_date:
        return cell.value.date().isoformat()
    sections = cell.number_format.split(";")
    signed = len(sections) > 1 and cell.value < 0
    shape = sections[1] if signed else sections[0]
    value = abs(cell.value) if signed else cell.value
    if shape == "General":
        return f"{value:.10g}" if abs(value) >= 1e-4 else repr(value)
    core = re.search(r"[#,]*0(?:\.(0+))?%?", shape)
    assert core is not None, shape
    places = len(core[1] or "")
    text = number(value * (100 if core[0].endswith("%") else 1), places)
    text = text if "," in core[0] else text.replace(",", "")
    return (shape[: core.start()] + text + "%" * core[0].count("%") + shape[core.end() :]).replace(
        '"', ""
    )


def test_attached_data_is_all_there(report: tuple[str, nbformat.NotebookNode, bytes]):
    _, notebook, data = report
    (attached,) = read_page(notebook).attachments
    rows = list(csv.reader(io.StringIO(attached["csv"])))
    sheet = next(one for one in opened(data) if one.auto_filter.ref)
    assert len(table_of(sheet)) == len(rows)
    assert sheet.auto_filter.ref.endswith(str(sheet.max_row))


def test_the_tidy_data_keeps_codes_as_texts_and_days_as_days():
    made = blocks.attachment(
        "area,period_end,value,status,raw\n310,2022-06-30,1234,,007\n310,,,c,\n310,,,x,=A1\n"
    )
    sheet = opened(export(executed(HEAD, made)))["数据1 报告数据"]
    assert table_of(sheet) == [
        ["地区代码", "期末", "数值", "状态", "原文"],
        ["310", dt.datetime(2022, 6, 30), 1234, None, "007"],
        ["310", None, "[c]", "c", None],
        ["310", None, None, "x", "'=A1"],
    ]


# -- the look of a sheet ---------------------------------------------------------------------------


def test_sheets_are_set_up_to_be_read_and_printed(
    report: tuple[str, nbformat.NotebookNode, bytes],
):
    lang, notebook, data = report
    say, book = Messages(lang), opened(data)
    mark = read_page(notebook).masthead["mark"]
    assert mark
    assert book.sheetnames[0] == say("annex.contents")
    for sheet in book:
        first = int(re.findall(r"\d+", str(sheet.print_title_rows))[0])
        assert int(re.sub(r"\D", "", str(sheet.freeze_panes))) == first + 1
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_area
        assert "&P" in sheet.oddFooter.right.text
        wide = sum(one.width for one in sheet.column_dimensions.values()) > 96
        assert sheet.page_setup.orientation == ("landscape" if wide else "portrait")
        for column in sheet.column_dimensions.values():
            assert 8 <= column.width <= 90
        assert mark in [row[0].value for row in sheet.iter_rows(max_row=first)]
        assert sheet.oddHeader.right.text == mark


def test_contents_link_to_every_sheet(report: tuple[str, nbformat.NotebookNode, bytes]):
    book = opened(report[2])
    first, *others = book.worksheets
    links = [row[0].hyperlink for row in first.iter_rows() if row[0].hyperlink]
    assert [link.location for link in links] == [f"'{sheet.title}'!A1" for sheet in others]
    assert all(sheet["A1"].hyperlink.location == f"'{first.title}'!A1" for sheet in others)
    with zipfile.ZipFile(io.BytesIO(report[2])) as files:
        assert not [name for name in files.namelist() if "worksheets/_rels" in name]
    assert b"External" not in unpacked(report[2])


def test_a_source_stands_in_a_column_of_its_own():
    made = blocks.table(
        ["甲", {"label": "乙", "kind": "number"}],
        [["一", {"text": "5件", "source": "《表》月报：B2"}], ["二", "—"]],
    )
    sheet = opened(export(executed(HEAD, "## 小节", made))).worksheets[1]
    assert table_of(sheet) == [
        ["甲", "乙", "数据来源"],
        ["一", 5, "《表》月报：B2"],
        ["二", "—", None],
    ]


def test_wide_tables_of_many_rows():
    columns = [f"第{at}列" for at in range(12)]
    towns = [[f"{at}号镇", *map(str, range(11))] for at in range(36)]
    kinds = [columns[0], *({"label": one, "kind": "number"} for one in columns[1:])]
    sheet = opened(export(executed(HEAD, blocks.table(kinds, towns, "一览")))).worksheets[1]
    assert sheet.freeze_panes == "B6"
    assert sheet.page_setup.orientation == "landscape"
    assert table_of(sheet)[36] == ["35号镇", *range(11)]


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("需关注事项（近一年共6项，列6项）", "表1 需关注事项"),
        ("受理纠纷数：甲镇与同类地区", "表1 受理纠纷数"),
        ("a/b\\c?d*e[f]g:h", "表1 a b c d e f g"),
        ("'quoted'", "表1 'quoted"),
        ("（全部在括号内）", "表1 （全部在括号内）"),
        ("很长" * 40, "表1 " + "很长" * 14),
        ("𬭚" * 40, "表1 " + "𬭚" * 14),
        ("\x07铃", "表1 铃"),
        ("Services of village legal advisers", "表1 Services of village legal"),
        ("x" * 40, "表1 " + "x" * 28),
    ],
)
def test_names_that_excel_takes(title: str, name: str):
    assert sheet_name("表1", title, set()) == name


def test_names_are_unique_whatever_the_case():
    taken = {"history"}
    made = [sheet_name("", one, taken) for one in ("History", "Same", "SAME", "x" * 31, "x" * 40)]
    assert made == ["History 2", "Same", "SAME 2", "x" * 31, "x" * 29 + " 2"]


# -- what is never evaluated -----------------------------------------------------------------------

FORMULAS = [
    "=1+1", "＝1+1", "+1+1", "＋cmd", "-2+3", "－2+3", "@SUM(A1)", "＠x", "\t=A1", "\r=A1", "\n=A1",
    "  =A1", "\u3000=A1", "\u200b=A1", "\ufeff=A1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")',
    "-cmd|x", "+A1%", "=",
]  # fmt: skip
HARMLESS = [
    "-",
    "－",
    "—",
    "-5",
    "+5.2%",
    "-1,234",
    "= 100%",
    "a=1",
    "5 - 3",
    "−3",
    "'=1",
    "% 人",
    "#N/A",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_like_a_formula_is_a_text_in_a_cell_and_in_a_csv(text: str):
    made = blocks.table([text, {"label": "n", "kind": "number"}], [[text, text]], text)
    data = export(executed(blocks.masthead(text or "x", area_name=text, org=text), made))
    for sheet in opened(data):
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type in {"s", "n"}
            assert not is_formula(str(cell.value or ""))
            if cell.value == safe_text(text):
                assert cell.quotePrefix or not text.startswith("=")
    assert b"<f>" not in unpacked(data)
    assert b"<f " not in unpacked(data)


@pytest.mark.parametrize("text", HARMLESS)
def test_dashes_and_numbers_are_left_as_they_are(text: str):
    assert not is_formula(text)
    sheet = opened(export(executed(HEAD, blocks.table(["甲"], [[text]], "表")))).worksheets[1]
    assert table_of(sheet)[1] == [text]
    assert sheet["A6"].data_type == "s"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a\x00b\x1fc", "abc"),
        ("a\ud800b\uffffc", "abc"),
        ("两\r\n行", "两\n行"),
        ("_x003D_1", "_x005F_x003D_1"),
        ("snake_x_case", "snake_x_case"),
        ("长" * 40_000, "长" * (LONGEST_TEXT - 1) + "…"),
    ],
)
def test_nothing_that_excel_would_have_to_repair(text: str, safe: str):
    assert safe_text(text) == safe


def unpacked(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        return b"".join(files.read(name) for name in files.namelist())


def test_xml_is_well_formed_and_another_reader_agrees(
    report: tuple[str, nbformat.NotebookNode, bytes],
):
    data = report[2]
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        for name in files.namelist():
            ElementTree.fromstring(files.read(name))
    other = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    book = opened(data)
    assert other.sheet_names == book.sheetnames
    for sheet in book:
        read = other.get_sheet_by_name(sheet.title).to_python(skip_empty_area=False)
        numbers = [cell for row in read for cell in row if isinstance(cell, float)]
        assert numbers == [
            cell.value
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, int | float)
        ]


def test_a_workbook_has_no_more_number_formats_than_excel_bears():
    rows = [[f"{at}件（{at}/300）"] for at in range(300)]
    made = blocks.table([{"label": "甲", "kind": "number"}], rows)
    book = opened(export(executed(HEAD, made)))
    values = [row[0] for row in table_of(book.worksheets[1])[1:]]
    assert values[:3] == [0, 1, 2]
    assert values[-1] == "299件（299/300）"


# -- every chart, every notebook -------------------------------------------------------------------


def test_every_kind_of_chart_has_a_table():
    assert set(_TABLES) == set(KINDS) - {"panel"}, "a panel is drawn for a page alone"


def test_a_kind_of_another_version_gives_its_rows():
    unknown = {"kind": "new", "rows": [{"label": "甲", "n": 3, "own": True}, {"label": "乙"}]}
    made = chart_table(unknown, "zh")
    assert made.columns == ("label", "n", "own")
    assert [[entry.value for entry in row] for row in made.rows] == [
        ["甲", 3, "True"],
        ["乙", "—", "—"],
    ]
    assert chart_table(
        {"kind": "new", "x": [1, 2], "y": [0.5, None], "z": "text"}, "en"
    ).columns == (
        "x",
        "y",
    )
    assert chart_table({"kind": "new"}, "zh").rows == ()


def test_a_figure_is_full_where_its_text_prints_it_and_as_printed_elsewhere():
    values = pd.DataFrame({"甲": [99.96, 97.058824]}, index=["一", "二"])
    texts = pd.DataFrame({"甲": ["99.9%", "97.1%"]}, index=["一", "二"])
    chart = heat_table(values, texts)
    rows = chart_table(chart.data, "zh").rows
    assert [row[1].value for row in rows] == [0.999, 0.97058824]


def test_tables_without_rows_and_reports_without_tables():
    empty = blocks.table(["甲", {"label": "乙", "kind": "number"}], [], "空表")
    book = opened(export(executed(HEAD, empty)))
    assert book.sheetnames == ["目录", "表1 空表", "数据说明"]
    assert table_of(book["表1 空表"]) == [["甲", "乙"]]
    assert opened(export(executed("# Only words", lang="en"))).sheetnames == ["Contents", "Notes"]


def test_all_missing_data():
    months = pd.period_range("2022-01", periods=3, freq="M")
    chart = charts.trend(pd.DataFrame({"甲": [None] * 3}, index=months, dtype=float), "甲")
    sheet = opened(export(executed(HEAD, chart))).worksheets[1]
    assert [row[1] for row in table_of(sheet)[1:]] == ["—"] * 3


def test_a_notebook_that_failed_is_not_published():
    notebook = brief("zh")
    failed = new_output("error", ename="ValueError", evalue="no", traceback=[])
    notebook.cells[0].outputs.append(failed)
    with pytest.raises(FailedNotebook, match=r"Cell 1 ended in an error"):
        export(notebook)


def test_the_same_notebook_gives_the_same_bytes_in_another_process(tmp_path: Path):
    notebook = tmp_path / "out.ipynb"
    nbformat.write(brief("zh"), notebook)
    command = [sys.executable, "-m", "nbconvert", "--to", "pls_xlsx", "--log-level", "ERROR"]
    subprocess.run([*command, str(notebook)], check=True)
    data = notebook.with_suffix(".xlsx").read_bytes()
    assert data == export(nbformat.read(notebook, as_version=4))
    day = "2022-06-30T00:00:00Z"
    assert unpacked(data).count(day.encode()) == 2
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        assert {info.date_time for info in files.infolist()} == {(2022, 6, 30, 0, 0, 0)}


def test_a_figure_that_is_not_published_stays_as_printed():
    rows = pd.DataFrame({
        "label": ["甲", "乙"], "value": [None, 5.0], "required": [3.0, 4.0], "target": [6.0, 6.0],
        "unit": "人", "status": ["on_track", "off_track"], "value_text": ["[c]", "5人"],
    })  # fmt: skip
    drawn = charts.bullets(rows).data
    first, second = drawn["rows"]
    hidden = {**first, "value_text": "[c]", "source": "《表》月报：B2"}
    shown = chart_table({**drawn, "rows": [hidden, second]}, "zh")
    assert [row[1].value for row in shown.rows] == ["[c]", 5]
    assert (shown.columns[-1], shown.rows[0][-1].value) == ("数据来源", "《表》月报：B2")
    made = blocks.table([{"label": "甲", "kind": "number"}], [["[c]"], ["1,234"]])
    sheet = opened(export(executed(HEAD, made))).worksheets[1]
    assert table_of(sheet)[1:] == [["[c]"], [1234]]
