"""Broken and hostile files, made from a sound workbook of one small table."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping

import openpyxl
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

SHEET = "xl/worksheets/sheet1.xml"
STYLES = "xl/styles.xml"
BOOK = "xl/workbook.xml"
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>'
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
Edit = Callable[[bytes], bytes]


def sound_xlsx() -> bytes:
    """Two headings, one town, one figure, one formula that nobody calculated."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["街镇", "受理数"])
    sheet.append(["东桥街道", 5])
    sheet["C2"] = "=B2*2"
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sound_xls() -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1")
    for row, line in enumerate([["街镇", "受理数"], ["东桥街道", 5]]):
        for col, value in enumerate(line):
            sheet.write(row, col, value)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def rezip(
    edits: Mapping[str, bytes | Edit] | None = None,
    add: Mapping[str, bytes] | None = None,
    drop: tuple[str, ...] = (),
    content: bytes | None = None,
) -> bytes:
    """The sound workbook with parts edited, added or dropped."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content or sound_xlsx())) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            if name in drop:
                continue
            edit = (edits or {}).get(name)
            old = source.read(name)
            target.writestr(name, old if edit is None else edit(old) if callable(edit) else edit)
        for name, new in (add or {}).items():
            target.writestr(name, new)
    return stream.getvalue()


def zipped(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for name, content in parts.items():
            target.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def in_sheet(old: bytes, new: bytes) -> bytes:
    """The sound workbook with a piece of its sheet's XML replaced."""

    def edit(xml: bytes) -> bytes:
        assert old in xml, f"{old!r} is not in the sheet"
        return xml.replace(old, new)

    return rezip({SHEET: edit})


def with_rows(rows: bytes) -> bytes:
    return in_sheet(b"</sheetData>", rows + b"</sheetData>")


def with_merges(*ranges: str) -> bytes:
    merges = b"".join(b'<mergeCell ref="%s"/>' % name.encode() for name in ranges)
    return in_sheet(b"</sheetData>", b"</sheetData><mergeCells>" + merges + b"</mergeCells>")


def blank_bomb() -> bytes:
    """A sheet of 64 MB of blanks, which deflate to 64 kB."""
    padding = b" " * (64 * 1024**2)
    return rezip({SHEET: HEAD + b"<worksheet " + MAIN + b"><sheetData/>" + padding
                  + b"</worksheet>"})  # fmt: skip


def cell_bomb() -> bytes:
    """A sheet of 3 million cells in a file of some kilobytes."""
    row = b"<row>" + b"<c><v>1</v></c>" * 1000 + b"</row>"
    return rezip({SHEET: HEAD + b"<worksheet " + MAIN + b"><sheetData>" + row * 3000
                  + b"</sheetData></worksheet>"})  # fmt: skip


def lying_size() -> bytes:
    """The bomb of blanks, its directory saying that the sheet unpacks to 1,000 bytes."""
    content = bytearray(blank_bomb())
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        (length,) = struct.unpack_from("<H", content, place + 28)
        if bytes(content[place + 46 : place + 46 + length]) == SHEET.encode():
            struct.pack_into("<I", content, place + 24, 1000)
        place = content.find(b"PK\x01\x02", place + 4)
    return bytes(content)


def repacked(field: int, number: int) -> bytes:
    """The sound workbook, each part said to be packed by another method (8) or version (4)."""
    content = bytearray(sound_xlsx())
    for mark, before in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        place = content.find(mark)
        while place >= 0:
            struct.pack_into("<H", content, place + field + before, number)
            place = content.find(mark, place + 4)
    return bytes(content)


def doctype(part: str) -> bytes:
    """The sound workbook, a part of it declaring entities that swell when they are used."""
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return rezip({part: lambda xml: laughs + xml.partition(b"?>")[2] if b"?>" in xml
                  else laughs + xml})  # fmt: skip


def twice_the_sheet() -> bytes:
    stream = io.BytesIO(sound_xlsx())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with zipfile.ZipFile(stream, "a") as target:
            target.writestr(SHEET, HEAD + b"<worksheet " + MAIN + b"><sheetData/></worksheet>")
    return stream.getvalue()


def locked(password: str, content: bytes | None = None) -> bytes:
    stream = io.BytesIO()
    OOXMLFile(io.BytesIO(content or sound_xlsx())).encrypt(password, stream)
    return stream.getvalue()


def flipped(content: bytes, start: int, stop: int) -> bytes:
    damaged = bytearray(content)
    for place in range(start, stop):
        damaged[place] ^= 0xFF
    return bytes(damaged)
