"""Readers: the same table from every kind of file, and what each keeps beyond the values."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import warnings
from pathlib import Path

import ods_files
import openpyxl
import pandas as pd
import pytest
import xlwt
from broken_files import HEAD, MAIN, SHEET, in_sheet, rezip, saved, with_merges, with_rows
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Font

from pls_analysis.ingest import values
from pls_analysis.ingest.cells import Cell, Sheet, Span
from pls_analysis.ingest.gate import inspect
from pls_analysis.ingest.readers import read_workbook

Table = list[list[str | int | float | None]]


def read(folder: Path, name: str, content: bytes) -> list[Sheet]:
    file = folder / name
    file.write_bytes(content)
    return read_workbook(file, inspect(file))


# -- the same table in four kinds of file -------------------------------------------------------


def as_xlsx(table: Table) -> bytes:
    book = openpyxl.Workbook()
    for row, line in enumerate(table, 1):
        for col, value in enumerate(line, 1):
            if value is not None:
                book.active.cell(row, col, value).data_type = "s" if isinstance(value, str) else "n"
    return saved(book)


def as_xls(table: Table) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1")
    for row, line in enumerate(table):
        for col, value in enumerate(line):
            if value is not None:
                sheet.write(row, col, value)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_csv(table: Table, encoding: str = "gb18030") -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(table)
    return stream.getvalue().encode(encoding)


def as_html(table: Table) -> bytes:
    rows = "".join(
        "<tr>" + "".join(f"<td>{'' if v is None else html.escape(str(v))}</td>" for v in line)
        + "</tr>" for line in table
    )  # fmt: skip
    return f"<html><body><table>{rows}</table></body></html>".encode()


WRITERS = {
    "a.xlsx": as_xlsx, "a.xls": as_xls, "a.csv": as_csv, "a.html": as_html,
    "a.ods": lambda lines: ods_files.as_ods(ods_files.table(lines)),
}  # fmt: skip
LABELS = st.text(st.sampled_from("人民调解受理数（件）一二三a)/"), min_size=1, max_size=8)
FIGURES = st.integers(-(10**9), 10**9) | st.decimals(-(10**6), 10**6, places=2).map(float)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(LABELS, FIGURES, FIGURES), min_size=2, max_size=6))
def test_one_table_says_the_same_in_every_kind_of_file(tmp_path_factory, lines) -> None:
    folder = tmp_path_factory.mktemp("kinds")
    table: Table = [["街镇", "受理数", "办结数"], *map(list, lines)]
    said = {}
    for name, write in WRITERS.items():
        (sheet,) = read(folder, name, write(table))
        readings = {at: values.read(cell) for at, cell in sheet.cells.items()}
        said[name] = {at: (one.kind, one.value, one.text) for at, one in readings.items()}
    assert said["a.xls"] == said["a.xlsx"] == said["a.ods"]
    assert said["a.html"] == said["a.csv"]
    whole = {at: (kind, value) for at, (kind, value, _) in said["a.xlsx"].items()}
    assert {at: (kind, value) for at, (kind, value, _) in said["a.csv"].items()} == whole
    assert len(whole) == 3 * len(table)


# -- .xlsx ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rich(tmp_path_factory) -> dict[str, Sheet]:
    """A workbook with one of everything."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "月报"
    sheet["A1"] = "公共法律服务月报"
    sheet.merge_cells("A1:C1")
    sheet["A2"], sheet["A2"].number_format = 0.985, "0.0%"
    sheet["B2"], sheet["B2"].font = 7, Font(strike=True)
    sheet["C2"] = 8
    sheet["C2"].comment = Comment("核实", "x")
    sheet["A3"], sheet["A3"].number_format = dt.datetime(2022, 6, 1), 'yyyy"年"m"月"'
    sheet["B3"] = dt.datetime(2022, 6, 30, 9, 30)
    sheet["C3"] = dt.time(9, 30)
    sheet["A4"] = True
    sheet["B4"] = "#N/A"
    sheet["C4"] = "=A2*2"
    sheet["A5"] = "  \u3000 "
    sheet["B5"] = "第一行_x000D_\n第二行"
    sheet["C5"] = 467004.0
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.create_sheet("空表")
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=2, max_row=2))
    book.create_chartsheet("图").add_chart(chart)
    other = book.create_sheet("隐藏")
    other["B2"] = "x"
    other.sheet_state = "veryHidden"
    sheets = read(tmp_path_factory.mktemp("rich"), "a.xlsx", saved(book))
    return {sheet.name: sheet for sheet in sheets}


def test_empty_sheets_and_charts_are_left_out_and_hidden_sheets_say_so(rich) -> None:
    assert {name: sheet.state for name, sheet in rich.items()} == {
        "月报": "visible", "隐藏": "veryHidden"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("address", "cell"),
    [
        ((1, 1), Cell(1, 1, "公共法律服务月报", "text")),
        ((2, 1), Cell(2, 1, 0.985, "number", "0.0%")),
        ((2, 2), Cell(2, 2, 7, "number", struck=True)),
        ((2, 3), Cell(2, 3, 8, "number", commented=True)),
        ((3, 1), Cell(3, 1, dt.date(2022, 6, 1), "date", 'yyyy"年"m"月"')),
        ((3, 2), Cell(3, 2, dt.datetime(2022, 6, 30, 9, 30), "date", "yyyy-mm-dd h:mm:ss")),
        ((3, 3), Cell(3, 3, dt.time(9, 30), "date", "h:mm:ss")),
        ((4, 1), Cell(4, 1, True, "boolean")),
        ((4, 2), Cell(4, 2, "#N/A", "error")),
        ((4, 3), Cell(4, 3, None, "uncached")),
        ((5, 2), Cell(5, 2, "第一行\r\n第二行", "text")),
        ((5, 3), Cell(5, 3, 467004, "number")),
    ],
)
def test_what_a_cell_of_xlsx_holds(rich, address, cell) -> None:
    assert rich["月报"].cells[address] == cell
    assert type(rich["月报"].cells[address].value) is type(cell.value)


def test_blanks_are_no_cells_and_merges_are_not_expanded(rich) -> None:
    sheet = rich["月报"]
    assert (5, 1) not in sheet.cells
    assert sheet.merges == (Span(1, 1, 1, 3),)
    assert len(sheet.cells) == 12
    assert sheet.hidden_rows == {2}
    assert sheet.hidden_cols == {3}


WHOLE_DATES = dict.fromkeys([*range(27, 32), 36, *range(50, 55), 57, 58], dt.date(2022, 6, 1))
WITH_TIMES = dict.fromkeys([*range(32, 36), 55, 56], dt.datetime(2022, 6, 1, 12))
YEAR_MONTHS = {27, 36, 50, 52, 57}


@pytest.mark.parametrize(("number", "value"), (WHOLE_DATES | WITH_TIMES).items())
def test_chinese_built_in_date_formats_are_dates(number: int, value, tmp_path: Path) -> None:
    stored = b"44713" if number in WHOLE_DATES else b"44713.5"
    content = rezip(
        {
            "xl/styles.xml": lambda xml: xml.replace(b'numFmtId="0"', b'numFmtId="%d"' % number),
            SHEET: lambda xml: xml.replace(b"<v>5</v>", b"<v>%s</v>" % stored),
        }
    )
    cell = read(tmp_path, "a.xlsx", content)[0].cells[2, 2]
    assert (cell.kind, cell.value) == ("date", value)
    reading = values.read(cell)
    assert (reading.text == "2022年6月") == (number in YEAR_MONTHS)
    assert reading.text.startswith("2022")


def test_a_serial_that_is_no_date_is_an_error_not_a_crash(tmp_path: Path) -> None:
    content = rezip(
        {
            "xl/styles.xml": lambda xml: xml.replace(b'numFmtId="0"', b'numFmtId="14"'),
            SHEET: lambda xml: xml.replace(b"<v>5</v>", b"<v>99999999</v>"),
        }
    )
    cell = read(tmp_path, "a.xlsx", content)[0].cells[2, 2]
    assert (cell.kind, cell.value) == ("error", "#VALUE!")


def test_a_false_dimension_drops_no_row(tmp_path: Path) -> None:
    sheet = read(tmp_path, "a.xlsx", in_sheet(b'ref="A1:C2"', b'ref="A1"'))[0]
    assert set(sheet.cells) == {(1, 1), (1, 2), (2, 1), (2, 2), (2, 3)}


def test_a_cell_at_the_end_of_the_grid_is_read_sparsely(tmp_path: Path) -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    sheet = read(tmp_path, "a.xlsx", with_rows(far))[0]
    assert sheet.cells[1048576, 16384].address == "XFD1048576"
    assert len(sheet.cells) == 6


def test_a_merge_over_the_whole_sheet_is_one_span(tmp_path: Path) -> None:
    sheet = read(tmp_path, "a.xlsx", with_merges("A1:XFD1048576"))[0]
    assert sheet.merges == (Span(1, 1, 1048576, 16384),)


def test_rich_and_inline_text_is_read_without_its_phonetic_guide(tmp_path: Path) -> None:
    xml = (
        HEAD + b"<worksheet " + MAIN + b'><sheetData><row r="1"><c r="A1" t="inlineStr"><is>'
        + "<r><t>人民</t></r><r><t>调解</t></r><rPh sb='0' eb='1'><t>rm</t></rPh>".encode()
        + b'</is></c></row></sheetData></worksheet>'
    )  # fmt: skip
    assert read(tmp_path, "a.xlsx", rezip({SHEET: xml}))[0].cells[1, 1].value == "人民调解"


# -- .xls -----------------------------------------------------------------------------------------


def test_what_a_cell_of_xls_holds(tmp_path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("月报")
    sheet.write_merge(0, 1, 0, 2, "标题")
    sheet.write(2, 0, 0.985, xlwt.easyxf(num_format_str="0.0%"))
    sheet.write(2, 1, 7, xlwt.easyxf("font: struck_out on"))
    sheet.write(3, 0, dt.date(2022, 6, 1), xlwt.easyxf(num_format_str='yyyy"年"m"月"'))
    sheet.write(3, 1, True)
    sheet.write(3, 2, "   ")
    sheet.row(2).hidden = True
    sheet.col(1).hidden = True
    sheet.col(1).width = 100
    hidden = book.add_sheet("隐藏")
    hidden.write(0, 0, 1)
    hidden.visibility = 1
    book.add_sheet("空表")
    stream = io.BytesIO()
    book.save(stream)
    sheets = read(tmp_path, "a.xls", stream.getvalue())
    assert [(one.name, one.state) for one in sheets] == [("月报", "visible"), ("隐藏", "hidden")]
    assert dict(sheets[0].cells) == {
        (1, 1): Cell(1, 1, "标题", "text"),
        (3, 1): Cell(3, 1, 0.985, "number", "0.0%"),
        (3, 2): Cell(3, 2, 7, "number", struck=True),
        (4, 1): Cell(4, 1, dt.date(2022, 6, 1), "date", 'yyyy"年"m"月"'),
        (4, 2): Cell(4, 2, True, "boolean"),
    }
    assert sheets[0].merges == (Span(1, 1, 2, 3),)
    assert sheets[0].hidden_rows == {3}
    assert sheets[0].hidden_cols == {2}


# -- HTML and CSV ---------------------------------------------------------------------------------


def test_spans_of_a_page_become_merges(tmp_path: Path) -> None:
    page = """<html><head><style>td {color: red}</style></head><table>
      <tr><td rowspan="2">街镇</td><td colspan=2>受理<br>数</td></tr>
      <tr><td>男</td><td>女</td></tr>
      <tr><td>&nbsp;东桥 &amp; 西桥</td><td> 5 </td><td></td></tr></table>
      <table><tr><td rowspan="999">注</td></tr></table></html>"""
    (sheet,) = read(tmp_path, "月报.xls", page.encode())
    assert sheet.name == "月报"
    assert {at: cell.value for at, cell in sheet.cells.items()} == {
        (1, 1): "街镇", (1, 2): "受理\n数", (2, 2): "男", (2, 3): "女",
        (3, 1): "\xa0东桥 & 西桥", (3, 2): "5", (5, 1): "注",
    }  # fmt: skip
    assert sheet.merges == (Span(1, 1, 2, 1), Span(1, 2, 1, 3))


def test_a_table_inside_a_cell_is_text_of_that_cell(tmp_path: Path) -> None:
    page = "<table><tr><td>甲<table><tr><td>乙</td></tr></table></td><td>5</td></tr></table>"
    (sheet,) = read(tmp_path, "a.html", page.encode())
    assert {at: cell.value for at, cell in sheet.cells.items()} == {(1, 1): "甲乙", (1, 2): "5"}


def test_csv_keeps_line_feeds_and_delimiters_inside_quotes(tmp_path: Path) -> None:
    (sheet,) = read(tmp_path, "a.csv", '街镇,"受理\n数"\n"东桥,西桥","1,234"\n,5\n'.encode())
    assert {at: cell.value for at, cell in sheet.cells.items()} == {
        (1, 1): "街镇", (1, 2): "受理\n数", (2, 1): "东桥,西桥", (2, 2): "1,234", (3, 2): "5"
    }  # fmt: skip


# -- real files -----------------------------------------------------------------------------------


def test_every_real_workbook_is_read(real: Path) -> None:
    files = [file for file in sorted(real.rglob("*")) if file.suffix in (".xlsx", ".xls", ".csv")]
    kinds = {}
    for file in files:
        inspection = inspect(file)
        assert read_workbook(file, inspection), file
        kinds[inspection.kind] = kinds.get(inspection.kind, 0) + 1
    assert set(kinds) == {"xlsx", "xls", "html", "csv"}
    assert sum(kinds.values()) == len(files)


def test_workbooks_locked_with_excels_own_password_are_read(real: Path) -> None:
    locked = [file for file in sorted(real.rglob("*.xls")) if inspect_is_decrypted(file)]
    assert locked
    for file in locked:
        sheets = read_workbook(file, inspect(file))
        cells = [cell for sheet in sheets for cell in sheet.cells.values()]
        assert sum(values.read(cell).kind == "number" for cell in cells) > 20, file


def test_a_locked_workbook_of_wps_is_read(real: Path, tmp_path: Path) -> None:
    locked = next(file for file in sorted(real.rglob("*.xls")) if inspect_is_decrypted(file))
    file = tmp_path / "a.et"
    file.write_bytes(locked.read_bytes())
    inspection = inspect(file)
    assert inspection.notes == ()
    assert read_workbook(file, inspection) == read_workbook(locked, inspect(locked))


def inspect_is_decrypted(file: Path) -> bool:
    inspection = inspect(file)
    return inspection.kind == "xls" and inspection.content != file.read_bytes()


def test_real_sheets_have_as_many_cells_as_pandas_finds(real: Path) -> None:
    for file in sorted(real.rglob("*.xlsx")):
        sheets = {sheet.name: sheet for sheet in read_workbook(file, inspect(file))}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            frames = pd.read_excel(
                file, sheet_name=None, header=None, na_filter=False, engine="openpyxl"
            )
        for name, frame in frames.items():
            found = sum(str(value).strip() != "" for value in frame.to_numpy().ravel())
            assert found == (len(sheets[name].cells) if name in sheets else 0), (file, name)
