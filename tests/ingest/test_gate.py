"""The gate: what a file is, by its bytes, and what is refused with which words."""

from __future__ import annotations

import random
import time
from pathlib import Path

import broken_files as broken
import pytest

from pls_analysis.ingest.cells import Sheet, Span
from pls_analysis.ingest.gate import Refused, inspect
from pls_analysis.ingest.readers import read_workbook

TABLE = "街镇,受理数\n东桥街道,5\n西桥街道,7\n"
PAGE = "<html><body><table><tr><td>街镇</td><td>5</td></tr></table></body></html>"
XML_2003 = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
)


def put(folder: Path, name: str, content: bytes | str) -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def refusal(file: Path) -> Refused:
    with pytest.raises(Refused) as caught:
        read_workbook(file, inspect(file))
    return caught.value


REFUSED = {
    "empty": ("a.xlsx", lambda: b"", "empty_file", "no byte"),
    "random bytes": (
        "a.xlsx", lambda: random.Random(1).randbytes(5000), "not_a_spreadsheet", "binary data",
    ),
    "PDF": ("a.xlsx", lambda: b"%PDF-1.7\n...", "not_a_spreadsheet", "a PDF document"),
    "picture": ("a.xls", lambda: b"\x89PNG\r\n\x1a\n....", "not_a_spreadsheet", "a picture"),
    "prose": ("a.csv", lambda: "关于报送月报的通知\n各街镇：\n", "not_a_spreadsheet", "plain text"),
    "JSON": ("a.csv", lambda: '{"a": [1, 2],\n "b": [3, 4]}', "not_a_spreadsheet", "JSON"),
    "archive": ("a.xlsx", lambda: broken.zipped(**{"a.txt": b"x"}), "not_a_spreadsheet", "zip"),
    "Word": (
        "a.xlsx", lambda: broken.zipped(word__document=b"x"), "not_a_spreadsheet", "Word",
    ),
    "OpenDocument text": (
        "a.odt", lambda: broken.zipped(mimetype=b"x", **{"content.xml": b"x"}),
        "not_a_spreadsheet", "OpenDocument",
    ),
    "binary workbook": (
        "a.xlsb", lambda: broken.zipped(**{"xl/workbook.bin": b"x"}), "xlsb", ".xlsb",
    ),
    "XML 2003": ("a.xls", lambda: XML_2003, "xml_2003", "XML Spreadsheet 2003"),
    "web archive": ("a.xls", lambda: "MIME-Version: 1.0\nX-A: 1\n", "mhtml", "MHTML"),
    "page without table": ("a.xls", lambda: "<html><p>5</p></html>", "no_table", "without a table"),
    "truncated": (
        "a.xlsx", lambda: broken.sound_xlsx()[:3000], "truncated_zip", "cut off or damaged",
    ),
    "damaged on its way": (
        "a.xlsx", lambda: broken.flipped(broken.sound_xlsx(), 60, 120), "truncated_zip", "damaged",
    ),
    "packed by another method": (
        "a.xlsx", lambda: broken.repacked(8, 9), "unknown_packing", "compression",
    ),
    "packed by a later version": (
        "a.xlsx", lambda: broken.repacked(4, 100), "unknown_packing", "version 10.0",
    ),
    "XML that breaks off": (
        "a.xlsx", lambda: broken.rezip({broken.SHEET: lambda xml: xml[:-40]}), "damaged",
        "breaks off",
    ),
    "sheet missing": (
        "a.xlsx", lambda: broken.rezip(drop=(broken.SHEET,)), "damaged", "sheet Sheet is missing",
    ),
    "shared text missing": (
        "a.xlsx", lambda: broken.in_sheet(b't="n"><v>5</v>', b't="s"><v>999</v>'), "damaged",
        "IndexError",
    ),
    "no list of sheets": (
        "a.xlsx", lambda: broken.rezip(drop=(broken.BOOK,)), "damaged", "no list of sheets",
    ),
    "password": ("a.xlsx", lambda: broken.locked("secret"), "password", "locked with a password"),
    "truncated .xls": (
        "a.xls", lambda: broken.sound_xls()[:600], "damaged", "damaged",
    ),
    "bomb of blanks": ("a.xlsx", broken.blank_bomb, "zip_bomb", "sheet1.xml unpacks from"),
    "bomb of cells": ("a.xlsx", broken.cell_bomb, "zip_bomb", "bytes"),
    "lying size": ("a.xlsx", broken.lying_size, "truncated_zip", "damaged"),
    "many parts": (
        "a.xlsx", lambda: broken.rezip(add={f"xl/media/{i}": b"" for i in range(5001)}),
        "zip_bomb", "parts",
    ),
    "DOCTYPE in a sheet": (
        "a.xlsx", lambda: broken.doctype(broken.SHEET), "doctype", "declares a DOCTYPE",
    ),
    "DOCTYPE in the styles": (
        "a.xlsx", lambda: broken.doctype(broken.STYLES), "doctype", "declares a DOCTYPE",
    ),
    "two parts of one name": (
        "a.xlsx", broken.twice_the_sheet, "duplicate_part", f"{broken.SHEET} twice",
    ),
    "row beyond the grid": (
        "a.xlsx", lambda: broken.with_rows(b'<row r="99999999"><c><v>1</v></c></row>'),
        "outside_grid", "row 99999999",
    ),
    "column beyond the grid": (
        "a.xlsx", lambda: broken.with_rows(b'<row r="9"><c r="ZZZZ9"><v>1</v></c></row>'),
        "outside_grid", "ZZZZ9",
    ),
    "rows out of order": (
        "a.xlsx", lambda: broken.with_rows(b'<row r="1"><c r="A1"><v>1</v></c></row>'),
        "damaged", "row 1 comes after row 2",
    ),
    "cell in a foreign row": (
        "a.xlsx", lambda: broken.with_rows(b'<row r="9"><c r="A7"><v>1</v></c></row>'),
        "damaged", "cell A7 stands in row 9",
    ),
    "cells out of order": (
        "a.xlsx",
        lambda: broken.with_rows(b'<row r="9"><c r="B9"><v>1</v></c><c r="A9"><v>1</v></c></row>'),
        "damaged", "row 9 are not in order",
    ),
    "100,000 merges": (
        "a.xlsx", lambda: broken.with_merges(*(f"A{i}:Z{i + 50}" for i in range(1, 100_000))),
        "too_many_merges", "merges",
    ),
    "merge without range": (
        "a.xlsx", lambda: broken.with_merges("nonsense"), "damaged", "nonsense",
    ),
    "strict Open XML": (
        "a.xlsx",
        lambda: broken.rezip({broken.BOOK: lambda xml: xml.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main")}),
        "strict_ooxml", "Strict Open XML",
    ),
    "mixed encodings": (
        "a.csv", lambda: "街镇,数\n".encode("gbk") + "桥,1\n一二三,2\n".encode(), "encoding",
        "neither UTF-8 nor GB18030",
    ),
    "unclosed quote": (
        "a.csv", lambda: TABLE + '"未闭合,1\n' + "a,1\n" * 20, "damaged_csv", "line 24",
    ),
    "nothing in it": (
        "a.xlsx", lambda: broken.saved(broken.openpyxl.Workbook()), "no_cells", "no cell",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_says_why_and_what_to_do(case: str, tmp_path: Path) -> None:
    name, make, code, words = REFUSED[case]
    refused = refusal(put(tmp_path, name, make()))
    assert refused.code == code
    assert words in refused.message
    assert refused.message.endswith(".")
    assert refused.message[0].isupper()
    assert refused.remedy.endswith(".")
    assert "\n" not in refused.message


def test_hostile_files_are_refused_fast(tmp_path: Path) -> None:
    files = [put(tmp_path, f"{i}.xlsx", make()) for i, make in
             enumerate((broken.blank_bomb, broken.cell_bomb, broken.lying_size))]  # fmt: skip
    start = time.process_time()
    for file in files:
        refusal(file)
    assert time.process_time() - start < 2


READ = {
    "xlsx": ("a.xlsx", broken.sound_xlsx, "xlsx", None),
    "xlsx with macros": ("a.xlsm", broken.sound_xlsx, "xlsx", None),
    "xls": ("a.xls", broken.sound_xls, "xls", None),
    "WPS": ("a.et", broken.sound_xls, "xls", None),
    "xlsx named xls": ("a.xls", broken.sound_xlsx, "xlsx", "an Excel workbook (.xlsx)"),
    "xls named xlsx": ("a.XLSX", broken.sound_xls, "xls", "an old Excel workbook"),
    "page named xls": ("a.xls", lambda: PAGE, "html", "a web page"),
    "page": ("a.html", lambda: PAGE, "html", None),
    "text named xls": ("a.xls", lambda: TABLE, "csv", "a plain text table"),
    "csv": ("a.csv", lambda: TABLE, "csv", None),
    "no ending": ("report", broken.sound_xlsx, "xlsx", "a name without ending"),
    "Excel's own password": ("a.xlsx", lambda: broken.locked("VelvetSweatshop"), "xlsx", None),
}


@pytest.mark.parametrize("case", READ)
def test_the_kind_is_by_the_bytes_and_a_wrong_name_is_noted(case: str, tmp_path: Path) -> None:
    name, make, kind, note = READ[case]
    file = put(tmp_path, name, make())
    inspection = inspect(file)
    assert inspection.kind == kind
    assert [one.code for one in inspection.notes] == (["wrong_extension"] if note else [])
    if note:
        assert note in inspection.notes[0].message
        assert inspection.notes[0].remedy
    assert read_workbook(file, inspection)[0].cells


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_text_tables_of_every_encoding_and_delimiter(
    encoding: str, delimiter: str, tmp_path: Path
) -> None:
    file = put(tmp_path, "a.csv", TABLE.replace(",", delimiter).encode(encoding))
    inspection = inspect(file)
    assert inspection.delimiter == delimiter
    cells = read_workbook(file, inspection)[0].cells
    assert [cell.value for cell in cells.values()] == [
        "街镇", "受理数", "东桥街道", "5", "西桥街道", "7"
    ]  # fmt: skip


def test_what_the_sheet_says_beyond_its_values(tmp_path: Path) -> None:
    book = broken.openpyxl.load_workbook(broken.io.BytesIO(broken.sound_xlsx()))
    sheet = book.active
    sheet.merge_cells("A4:C5")
    sheet["A4"] = "注"
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions.group("E", "G", hidden=True)
    sheet["B2"].comment = broken.openpyxl.comments.Comment("核实", "x")
    book.create_sheet("旧").sheet_state = "hidden"
    file = put(tmp_path, "a.xlsx", broken.saved(book))
    inspection = inspect(file)
    assert [(sheet.name, sheet.state) for sheet in inspection.sheets] == [
        ("Sheet", "visible"), ("旧", "hidden")
    ]  # fmt: skip
    first = read_workbook(file, inspection)[0]
    assert first.merges == (Span(4, 1, 5, 3),)
    assert first.hidden_rows == {2}
    assert first.hidden_cols == {5, 6, 7}
    assert [at for at, cell in first.cells.items() if cell.commented] == [(2, 2)]
    assert [at for at, cell in first.cells.items() if cell.kind == "uncached"] == [(2, 3)]


@pytest.mark.parametrize(
    ("cell", "uncached"),
    [
        (b'<c r="C2"><f>B2*2</f><v>10</v></c>', False),
        (b'<c r="C2"><f>B2*2</f><v></v></c>', True),
        (b'<c r="C2"><f>B2*2</f><v/></c>', True),
        (b'<c r="C2"><f>B2*2</f></c>', True),
        (b'<c r="C2">\n<f>B2*2</f>\n<v></v>\n</c>\n', True),
        (b'<c r="C2">\n<f>B2*2</f>\n<v>10</v>\n</c>\n', False),
        (b'<c r="C2" t="str"><f>""</f><v></v></c>', False),
        (b'<c r="C2" t="str"><f>"x"</f><v>x</v></c>', False),
        (b'<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', False),
        (b'<c r="C2"><f t="shared" si="0"/><v>10</v></c>', False),
        (b'<c r="C2"><f t="shared" si="0"/></c>', True),
    ],
)
def test_which_formulas_have_no_result(cell: bytes, uncached: bool, tmp_path: Path) -> None:
    content = broken.rezip({broken.SHEET: lambda xml: broken.HEAD + b"<worksheet " + broken.MAIN
                            + b'><sheetData><row r="2">' + cell
                            + b'<c r="D2"><v>3</v></c></row></sheetData></worksheet>'})  # fmt: skip
    file = put(tmp_path, "a.xlsx", content)
    cells = read_workbook(file, inspect(file))[0].cells
    assert cells[2, 4].value == 3
    assert ((2, 3) in cells and cells[2, 3].kind == "uncached") == uncached


def test_prefixed_xml_and_cells_without_names_are_read(tmp_path: Path) -> None:
    xml = (
        broken.HEAD + b"<x:worksheet " + broken.MAIN.replace(b"xmlns", b"xmlns:x")
        + b"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c></x:row><x:row><x:c/><x:c><x:f>A1</x:f>"
        b"</x:c></x:row></x:sheetData></x:worksheet>"
    )  # fmt: skip
    file = put(tmp_path, "a.xlsx", broken.rezip({broken.SHEET: xml}))
    inspection = inspect(file)
    cells = read_workbook(file, inspection)[0].cells
    assert {at: cell.kind for at, cell in cells.items()} == {(1, 1): "number", (2, 2): "uncached"}


@pytest.mark.parametrize("seed", range(60))
def test_any_mutant_is_read_or_refused(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    content = bytearray(broken.sound_xls() if seed % 2 else broken.sound_xlsx())
    for _ in range(chance.choice([1, 5, 40])):
        content[chance.randrange(len(content))] = chance.randrange(256)
    file = put(tmp_path, "a.xls", bytes(content))
    outcome = read_or_refusal(file)
    assert outcome.remedy.endswith(".") if isinstance(outcome, Refused) else outcome


def read_or_refusal(file: Path) -> list[Sheet] | Refused:
    try:
        return read_workbook(file, inspect(file))
    except Refused as refused:
        return refused
