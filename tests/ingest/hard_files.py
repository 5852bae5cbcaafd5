"""Files that are hard to read, by name: each a report of its own month, or one to be refused."""

from __future__ import annotations

import io
import random
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import broken_files as broken
import openpyxl
import xlwt
from ods_files import as_ods, cell, table
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from places import report

Sheet = Any
"""A worksheet of openpyxl, whose `active` may be a chart or nothing."""
CALC_CHAIN = "xl/externalLinks/externalLink1.xml"
DISPIMG = '_xlfn.DISPIMG("ID_0123456789ABCDEF",1)'


def good(month: int, **changes: object) -> bytes:
    """A report that is as it should be."""
    with tempfile.TemporaryDirectory() as folder:
        file = report(Path(folder) / "a.xlsx", period=f"（2022年{month}月）", **changes)  # type: ignore[arg-type]
        return file.read_bytes()


def edited(month: int, edit: Callable[[Sheet], object]) -> bytes:
    """A report with its sheet changed by hand."""
    book = openpyxl.load_workbook(io.BytesIO(good(month)))
    edit(book.active)
    return broken.saved(book)


def in_xml(month: int, *pieces: tuple[bytes, bytes], add: dict[str, bytes] | None = None) -> bytes:
    """A report with pieces of its sheet's XML replaced."""

    def edit(xml: bytes) -> bytes:
        for old, new in pieces:
            assert old in xml, f"{old!r} is not in the sheet"
            xml = xml.replace(old, new)
        return xml

    return broken.rezip({broken.SHEET: edit}, add, content=good(month))


def struck(sheet: Sheet) -> None:
    sheet["C4"].font = Font(strike=True)


def struck_in_part(sheet: Sheet) -> None:
    """12 crossed out and 10 written behind it: the file's text is 1210."""
    old = TextBlock(InlineFont(strike=True), "12")
    sheet["C4"] = CellRichText(old, "10")


def struck_label(sheet: Sheet) -> None:
    sheet["A4"].font = Font(strike=True)


def hide_rows(sheet: Sheet) -> None:
    for row in (4, 5, 7):
        sheet.row_dimensions[row].hidden = True


def hide_columns(sheet: Sheet) -> None:
    sheet.column_dimensions["D"].hidden = True


def hide_sheet(sheet: Sheet) -> None:
    sheet.parent.create_sheet("封面")["A1"] = "封面"
    sheet.sheet_state = "hidden"


def many_sheets(sheet: Sheet) -> None:
    for number in range(299):
        sheet.parent.create_sheet(f"附件{number}")["B2"] = "此页无数据"


def with_picture(month: int) -> bytes:
    """A photograph beside the table, as WPS keeps it: a formula and its text."""
    picture = f'<c r="G4" t="str"><f>{DISPIMG}</f><v>={DISPIMG[6:]}</v></c></row><row r="5"'
    return in_xml(month, (b'</row><row r="5"', picture.replace('"ID', "&quot;ID")
                          .replace('EF"', "EF&quot;").encode()))  # fmt: skip


def far_cell(month: int) -> bytes:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return in_xml(month, (b"</sheetData>", far))


def merged(month: int, *ranges: str) -> bytes:
    merges = b"".join(b'<mergeCell ref="%s"/>' % name.encode() for name in ranges)
    after = b"</sheetData><mergeCells>" + merges + b"</mergeCells>"
    return in_xml(month, (b"</sheetData>", after))


def with_macros(month: int) -> bytes:
    return broken.rezip(add={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(200)},
                        content=good(month))  # fmt: skip


def active(content: bytes) -> Sheet:
    """The sheet of a report."""
    return openpyxl.load_workbook(io.BytesIO(content)).active


def as_xls(content: bytes) -> bytes:
    """The same cells in the old format, which WPS writes under the name .et too."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("月报")
    for line in active(content).iter_rows():
        for one in line:
            if one.value not in (None, ""):
                sheet.write(one.row - 1, one.column - 1, one.value)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_open_document(content: bytes) -> bytes:
    lines = active(content).values
    return as_ods(
        table(
            [float(value) if isinstance(value, int) else value or None for value in line]
            for line in lines
        )
    )


def million_rows() -> bytes:
    """A flat sheet of a million rows of three figures each."""
    chance = random.Random(1)
    block = b"".join(
        b"<row>"
        + b"<c><v>%d</v></c>" * 3 % (chance.randrange(9999), number, number * 7)
        + b"</row>"
        for number in range(20_000)
    )
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(broken.sound_xlsx())) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for name in source.namelist():
            if name != broken.SHEET:
                target.writestr(name, source.read(name))
        head = broken.HEAD + b"<worksheet " + broken.MAIN + b"><sheetData>"
        target.writestr(broken.SHEET, head + block * 50 + b"</sheetData></worksheet>")
    return stream.getvalue()


def formatted_rows(month: int) -> bytes:
    """A report whose rows are formatted, and blank, down to the end of a sheet's fifth."""
    blank = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (row, row)
                     for row in range(20, 200_000))  # fmt: skip
    return in_xml(month, (b"</sheetData>", blank + b"</sheetData>"))


def broken_xls(seed: int) -> bytes:
    """An old workbook with bytes changed on its way."""
    chance = random.Random(seed)
    content = bytearray(as_xls(good(1)))
    for _ in range(40):
        content[chance.randrange(512, len(content))] = chance.randrange(256)
    return bytes(content)


READ: dict[str, Callable[[], bytes]] = {
    "WPS的尺寸写A1.xlsx": lambda: in_xml(1, (b'<dimension ref="A1:E10"', b'<dimension ref="A1"')),
    "WPS的图片.xlsx": lambda: with_picture(2),
    "最后一格.xlsx": lambda: far_cell(3),
    "整表合并.xlsx": lambda: merged(4, "A12:XFD1048576"),
    "划掉的数.xlsx": lambda: edited(5, struck),
    "划掉一半.xlsx": lambda: edited(6, struck_in_part),
    "划掉的行名.xlsx": lambda: edited(7, struck_label),
    "隐藏的行.xlsx": lambda: edited(8, hide_rows),
    "隐藏的列.xlsx": lambda: edited(9, hide_columns),
    "隐藏的表.xlsx": lambda: edited(10, hide_sheet),
    "三百张表.xlsx": lambda: edited(11, many_sheets),
    "宏.xlsm": lambda: with_macros(12),
}
"""Reports of 柳荫街道, each of another month of 2022."""
READ_OTHERS: dict[str, Callable[[], bytes]] = {
    "外部链接.xlsx": lambda: in_xml(1, add={CALC_CHAIN: broken.HEAD + b"<externalLink/>"}),
    "WPS.et": lambda: as_xls(good(2, office="宣桥镇")),
    "WPS新.et": lambda: good(3, office="宣桥镇"),
    "开放文档.ods": lambda: as_open_document(good(4, office="宣桥镇")),
    "结构保护.xlsx": lambda: broken.locked("VelvetSweatshop", good(5, office="宣桥镇")),
    "格式到底.xlsx": lambda: formatted_rows(6),
    "半个字符.xlsx": lambda: good(7, office="宣桥镇", note="_xD83D_ 注"),
    "无穷大.xlsx": lambda: in_xml(8, (b"<v>98.5</v>", b"<v>1e999</v>")),
}
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "空.xlsx": (lambda: b"", "empty_file"),
    "下载一半.xlsx": (lambda: good(1)[:3000], "truncated_zip"),
    "乱码.xlsx": (lambda: random.Random(1).randbytes(5000), "not_a_spreadsheet"),
    "压缩炸弹.xlsx": (broken.blank_bomb, "zip_bomb"),
    "格子炸弹.xlsx": (broken.cell_bomb, "zip_bomb"),
    "谎报大小.xlsx": (broken.lying_size, "truncated_zip"),
    "实体声明.xlsx": (lambda: broken.doctype(broken.SHEET), "doctype"),
    "实体声明.ods": (
        lambda: as_ods(table([["x"]]), prologue='<!DOCTYPE x [<!ENTITY a "ha">]>'), "doctype",
    ),
    "同名部件.xlsx": (broken.twice_the_sheet, "duplicate_part"),
    "同名表.xlsx": (
        lambda: broken.rezip({broken.BOOK: lambda xml: xml.replace(
            b"</sheets>", xml[xml.index(b"<sheet ") : xml.index(b"</sheets>")] + b"</sheets>")}),
        "damaged",
    ),
    "十万次合并.xlsx": (
        lambda: broken.with_merges(*(f"A{row}:B{row}" for row in range(1, 200_000, 2))),
        "too_many_merges",
    ),
    "合并到最后一格.xlsx": (
        lambda: broken.in_sheet(
            b"</sheetData>",
            b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData><mergeCells>'
            b'<mergeCell ref="A3:XFD1048576"/></mergeCells>'),
        "too_many_merges",
    ),
    "表外的格.xlsx": (
        lambda: broken.with_rows(b'<row r="99999999"><c><v>1</v></c></row>'), "outside_grid",
    ),
    "行号不是数.xlsx": (lambda: broken.with_rows(b'<row r="x"><c><v>1</v></c></row>'), "damaged"),
    "自己的密码.xlsx": (lambda: broken.locked("a password of their own"), "password"),
    "自己的密码.ods": (
        lambda: as_ods(manifest="<manifest:encryption-data/>"), "password",
    ),
    "重复的格.ods": (
        lambda: as_ods(table([[cell(7.0, number_columns_repeated="16384")]] * 200)), "too_big",
    ),
    "坏.xls": (lambda: broken_xls(3), "damaged"),
    "照片.xlsx": (lambda: broken.zipped(**{"a.jpg": b"x"}), "not_a_spreadsheet"),
}  # fmt: skip
IGNORED = {"~$塘桥镇.xlsx": b"\x05admin", ".DS_Store": b"x", "Thumbs.db": b"x"}
