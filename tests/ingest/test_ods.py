"""OpenDocument spreadsheets: what a cell says, and what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from ods_files import Xml, as_ods, cell, row, table
from python_calamine import CalamineWorkbook

from pls_analysis.ingest import values
from pls_analysis.ingest.cells import Cell, Sheet, Span
from pls_analysis.ingest.gate import Refused, inspect
from pls_analysis.ingest.readers import read_workbook
from pls_analysis.ingest.values import Reading


def read(folder: Path, content: bytes) -> list[Sheet]:
    file = folder / "a.ods"
    file.write_bytes(content)
    inspection = inspect(file)
    assert inspection.kind == "ods"
    return read_workbook(file, inspection)


def only(folder: Path, xml: str) -> Cell:
    (sheet,) = read(folder, as_ods(table([[Xml(xml)]])))
    (found,) = sheet.cells.values()
    return found


def number(value: float, shown: str, kind: str = "float") -> str:
    return cell(value, shown, kind)


@pytest.mark.parametrize(
    ("xml", "value", "unit"),
    [
        (number(5.0, "5"), 5, None),
        (number(0.985, "98.5%", "percentage"), 98.5, "%"),
        (number(0.985, "98.5%"), 98.5, "%"),
        (number(98.5, "98.5%"), 98.5, "%"),
        (number(12000.0, "1.2万"), 12000, None),
        (number(1.2, "1.2万"), 12000, None),
        (number(1.2e8, "1.2亿"), 1.2e8, None),
        (number(120000.0, "12万件"), 120000, "件"),
        (number(12.0, "12 件"), 12, "件"),
        (number(12345.67, "12,345.7"), 12345.67, None),
        (number(-5.0, "(5)"), -5, None),
        (number(-5.25, "-5.3"), -5.25, None),
        (number(5.0, "￥5.00", "currency"), 5, "元"),
        (number(1e10, "1E+10"), 1e10, None),
        (number(44713.0, "###"), 44713, None),
    ],
)
def test_a_figure_is_what_the_file_holds_and_shows(xml, value, unit, tmp_path: Path) -> None:
    reading = values.read(only(tmp_path, xml))
    assert (reading.kind, reading.value, reading.unit) == ("number", pytest.approx(value), unit)


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0006, "0.6‰"), (1200.0, "1.2"), (1234.0, "1.234"), (5.0, "7")]
)
def test_a_figure_shown_as_another_than_the_file_holds_is_refused(
    value, shown, tmp_path: Path
) -> None:
    reading = values.read(only(tmp_path, number(value, shown)))
    assert (reading.kind, reading.reason) == ("refused", "hidden_scale")


@pytest.mark.parametrize(
    ("attributes", "shown", "expected"),
    [
        ('type="date" office:date-value="2022-06-01"', "2022年6月", Reading("date", "2022年6月")),
        ('type="date" office:date-value="2022-06-01"', "2022-6", Reading("date", "2022年6月")),
        ('type="date" office:date-value="2022-06-01"', "1/6/22", Reading("date", "2022-06-01")),
        ('type="date" office:date-value="2022-06-01T09:30:00.5"', "",
         Reading("date", "2022-06-01 09:30")),
        ('type="date" office:date-value="nonsense"', "", Reading("error", "nonsense")),
        ('type="time" office:time-value="PT09H30M00S"', "9:30", Reading("date", "09:30:00")),
        ('type="time" office:time-value="PT30H30M00S"', "", Reading("date", "1 day, 6:30:00")),
        ('type="time" office:time-value="nonsense"', "", Reading("error", "nonsense")),
        ('type="boolean" office:boolean-value="true"', "真", Reading("text", "TRUE")),
        ('type="float" office:value="NaN"', "", Reading("error", "nan")),
        ('type="string" calcext:value-type="error"', "#DIV/0!", Reading("error", "#DIV/0!")),
        ('type="string" office:string-value="街镇"', "", Reading("text", "街镇")),
    ],
)  # fmt: skip
def test_dates_errors_and_texts(attributes, shown, expected, tmp_path: Path) -> None:
    xml = f"<table:table-cell office:value-{attributes}><text:p>{shown}</text:p></table:table-cell>"
    assert values.read(only(tmp_path, xml)) == expected


def test_a_formula_without_a_result_is_said(tmp_path: Path) -> None:
    found = only(tmp_path, '<table:table-cell table:formula="of:=[.A2]*2"/>')
    assert (found.kind, found.value) == ("uncached", None)


def test_text_is_that_of_the_cell_and_not_of_what_hangs_on_it(tmp_path: Path) -> None:
    xml = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>核实</text:p>'
        "</office:annotation><draw:frame><draw:text-box><text:p>图</text:p></draw:text-box>"
        '</draw:frame><text:p>受理<text:s text:c="2"/>数\n（件）<text:span>合</text:span>计'
        "</text:p><text:p>第二行<text:line-break/>三</text:p></table:table-cell>"
    )
    found = only(tmp_path, xml)
    assert (found.value, found.commented) == ("受理  数 （件）合计\n第二行\n三", True)


def test_repeated_and_covered_cells_take_their_places(tmp_path: Path) -> None:
    blank = Xml('<table:table-cell table:number-columns-repeated="2"/>')
    content = as_ods(
        table(
            [
                Xml('<table:table-column table:number-columns-repeated="3"/>'
                    '<table:table-column table:visibility="collapse"/>'),
                row([None], ' table:number-rows-repeated="2"'),
                [blank, cell("标题", number_columns_spanned="3", number_rows_spanned="2"),
                 Xml('<table:covered-table-cell table:number-columns-repeated="2"/>')],
                row([cell(7.0, number_columns_repeated="2"), blank, 8.0],
                    ' table:number-rows-repeated="2"'),
                row([9.0], ' table:visibility="collapse"'),
                row([None], ' table:number-rows-repeated="1048570"'),
            ]
        ),
        table([["x"]], "旧", "hidden"),
    )  # fmt: skip
    first, second = read(tmp_path, content)
    assert {at: one.value for at, one in first.cells.items()} == {
        (3, 3): "标题", (4, 1): 7, (4, 2): 7, (4, 5): 8, (5, 1): 7, (5, 2): 7, (5, 5): 8, (6, 1): 9,
    }  # fmt: skip
    assert first.merges == (Span(3, 3, 4, 5),)
    assert (first.hidden_rows, first.hidden_cols) == ({6}, {4})
    assert [(one.name, one.state) for one in (first, second)] == [
        ("月报", "visible"), ("旧", "hidden")
    ]  # fmt: skip


def test_crossed_out_cells_of_every_way(tmp_path: Path) -> None:
    content = as_ods(
        table(
            [
                Xml('<table:table-column/><table:table-column '
                    'table:default-cell-style-name="struck"/>'),
                [cell(1.0, style_name="struck"), cell(2.0)],
                [cell(3.0, style_name="child"), cell(4.0, style_name="plain")],
                row([5.0], ' table:default-cell-style-name="struck"'),
                [Xml('<table:table-cell office:value-type="string"><text:p><text:span '
                     'text:style-name="struck">6</text:span>7</text:p></table:table-cell>')],
            ]
        )
    )  # fmt: skip
    (sheet,) = read(tmp_path, content)
    assert {one.raw for one in sheet.cells.values() if one.struck} == {"1", "2", "3", "5", "67"}


def test_values_are_those_that_calamine_finds(tmp_path: Path) -> None:
    """Another reader of the same bytes, for all that it does not lose."""
    rows = [["街镇", "受理数", None, "备注"], ["东桥街道", 5.0, None, "a\nb"], [], [None, -1.25]]
    content = as_ods(table(rows), table([[dt.date(2022, 1, 1).isoformat()]], "二"))
    sheets = read(tmp_path, content)
    book = CalamineWorkbook.from_path(tmp_path / "a.ods")
    for sheet in sheets:
        found = {
            (at_row, col): value
            for at_row, line in enumerate(book.get_sheet_by_name(sheet.name).iter_rows(), 1)
            for col, value in enumerate(line, 1)
            if value != ""
        }
        assert {at: one.value for at, one in sheet.cells.items()} == found


BOMB = row([cell(7.0, number_columns_repeated="16384")], ' table:number-rows-repeated="1048576"')
REFUSED = {
    "a bomb of repeated cells": (as_ods(table([BOMB])), "too_big", "月报"),
    "a column beyond the grid": (
        as_ods(table([[Xml('<table:table-cell table:number-columns-repeated="99999"/>'), 1.0]])),
        "outside_grid", "column 100000",
    ),
    "a DOCTYPE": (
        as_ods(table([["x"]]), prologue='<!DOCTYPE x [<!ENTITY a "ha">]>'), "doctype", "DOCTYPE",
    ),
    "a password": (as_ods(manifest="<manifest:encryption-data/>"), "password", "password"),
    "a text document": (
        as_ods(mimetype="application/vnd.oasis.opendocument.text"), "not_a_spreadsheet", "another",
    ),
    "too many merges": (
        as_ods(table([[cell(7.0, number_columns_spanned="5000", number_rows_spanned="5000")],
                      *[[]] * 4998, [None] * 4999 + [1.0]])),
        "too_many_merges", "月报",
    ),
    "a number that is none": (
        as_ods(table([[Xml('<table:table-cell office:value-type="float" office:value="x"/>')]])),
        "damaged", "contradict",
    ),
    "no cell": (as_ods(table([[None]])), "no_cells", "no cell"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "code", "words"), REFUSED.values(), ids=list(REFUSED))
def test_what_is_refused(content: bytes, code: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        read(tmp_path, content)
    assert caught.value.code == code
    assert words in caught.value.message
    assert caught.value.remedy.endswith(".")


@pytest.mark.parametrize("tag", ["table:dde-links", "table:shapes", "table:tracked-changes"])
def test_tables_that_are_no_sheets_are_left_out(tag: str, tmp_path: Path) -> None:
    aside = f"<{tag}>{table([['alt']], 'x')}</{tag}>"
    (sheet,) = read(tmp_path, as_ods(aside, table([["neu"]])))
    assert [one.value for one in sheet.cells.values()] == ["neu"]
