"""Say what a file really is, by its bytes and never by its name, before any parser opens it."""

from __future__ import annotations

import csv
import io
import re
import struct
from collections import Counter
from dataclasses import replace
from pathlib import Path

import msoffcrypto
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

from pls_analysis.ingest.inspection import (
    FileKind,
    Inspection,
    Note,
    Refused,
    SheetPart,
    unreadable,
)
from pls_analysis.ingest.ooxml import inspect_package
from pls_analysis.ingest.packages import (
    SAVE_AGAIN,
    damaged,
    local,
    locked,
    open_package,
)

__all__ = ["Inspection", "Note", "Refused", "SheetPart", "inspect"]

MOST_FILE_BYTES = 64 * 1024**2
EXCEL_PASSWORD = "VelvetSweatshop"
"""With this Excel locks a workbook that has only its structure protected: no secret at all."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OTHER_FILES = {
    b"%PDF": "a PDF document", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture", b"Rar!": "a RAR archive", b"7z\xbc\xaf": "a 7z archive",
    b"\x1f\x8b": "a gzip archive", b"{\\rtf": "a text document (RTF)", b"SQLite": "a database",
}  # fmt: skip
EXTENSIONS: dict[FileKind, tuple[str, ...]] = {
    "xlsx": (".xlsx", ".xlsm", ".xltx", ".xltm"),
    "xls": (".xls", ".xlt", ".et", ".ett"),
    "ods": (".ods", ".ots"),
    "html": (".htm", ".html"),
    "csv": (".csv", ".tsv", ".txt"),
}
KIND_NAMES: dict[FileKind, str] = {
    "xlsx": "an Excel workbook (.xlsx)", "xls": "an old Excel workbook (.xls)",
    "ods": "an OpenDocument spreadsheet (.ods)",
    "html": "a web page (HTML)", "csv": "a plain text table (CSV)",
}  # fmt: skip
AS_XLSX = "Open it in Excel or WPS, save it as .xlsx, and send it again."
SEND_TABLE = "Ask the office for the table as an .xlsx file."
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
DELIMITERS = ",\t;|"


def inspect(path: Path) -> Inspection:
    """Check a file and say what kind of table it holds.

    Raises Refused (code, message, remedy) for whatever cannot or must not be read: empty_file,
    unreadable, not_a_spreadsheet, truncated_zip, unknown_packing, damaged, password, zip_bomb,
    doctype, duplicate_part, too_big, too_many_merges, outside_grid, encoding, damaged_csv,
    no_table, and formats that are known and not read (xml_2003, mhtml, xlsb, strict_ooxml).
    """
    path = Path(path)
    content = _content(path)
    inspection = _inspect(content)
    notes = (*inspection.notes, *_extension_notes(path, inspection.kind))
    return replace(inspection, notes=notes)


def _content(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MOST_FILE_BYTES:
            raise Refused(
                "too_big",
                f"The file has {size:,} bytes; at most {MOST_FILE_BYTES:,} are read.",
                "Remove pictures and unused sheets, or split it, and send it again.",
            )
        content = path.read_bytes()
    except OSError as error:
        raise Refused(*unreadable(error)) from error
    if not content:
        raise Refused("empty_file", "The file is empty: it has no byte in it.",
                      "Ask the office to send it again.")  # fmt: skip
    return content


def _inspect(content: bytes) -> Inspection:
    if content.startswith(b"PK"):
        return _inspect_zip(content)
    if content.startswith(OLE):
        return _inspect_ole(content)
    for magic, name in OTHER_FILES.items():
        if content.startswith(magic):
            raise _not_a_spreadsheet(name)
    return _inspect_text(content)


def _not_a_spreadsheet(what: str) -> Refused:
    return Refused("not_a_spreadsheet", f"The file is {what}, not a spreadsheet.", SEND_TABLE)


def _extension_notes(path: Path, kind: FileKind) -> tuple[Note, ...]:
    extension = path.suffix.lower()
    if extension in EXTENSIONS[kind]:
        return ()
    right = EXTENSIONS[kind][0]
    return (
        Note(
            "wrong_extension",
            f"The file is called {extension or 'by a name without ending'} but is "
            f"{KIND_NAMES[kind]}; it was read as what it is.",
            f"Tell the office to save it as .xlsx, or rename it to {right}.",
        ),
    )


# -- zip packages -------------------------------------------------------------------------------


def _inspect_zip(content: bytes) -> Inspection:
    with open_package(content) as package:
        names = set(package.names())
    if "xl/workbook.bin" in names:
        raise Refused("xlsb", "The file is a binary workbook (.xlsb), which is not read.", AS_XLSX)
    if "content.xml" in names:
        return _inspect_ods(content)
    for part, name in (("word/", "a Word document"), ("ppt/", "a PowerPoint presentation")):
        if any(one.startswith(part) for one in names):
            raise _not_a_spreadsheet(name)
    if "[content_types].xml" not in names and "xl/workbook.xml" not in names:
        raise _not_a_spreadsheet("a zip archive of other files")
    return inspect_package(content)


def _inspect_ods(content: bytes) -> Inspection:
    with open_package(content) as package:
        package.check_prologues()
        kind = b"".join(package.chunks("mimetype"))[:80] if "mimetype" in package else b""
        if kind and not kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
            raise _not_a_spreadsheet("an OpenDocument file of another kind")
        if "meta-inf/manifest.xml" in package and any(
            local(tag) == "encryption-data" for tag, _ in package.elements("META-INF/manifest.xml")
        ):
            raise locked()
    return Inspection("ods", content)


# -- OLE compound files: .xls, .et, and anything encrypted --------------------------------------


def _inspect_ole(content: bytes) -> Inspection:
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(content))
        kind = type(office).__name__
        encrypted = kind == "OOXMLFile" or office.is_encrypted()
        if kind in ("Doc97File", "Ppt97File"):
            raise _not_a_spreadsheet("a Word or PowerPoint document")
        opened = _decrypt(office) if encrypted else content
    except (FileFormatError, ParseError) as error:
        raise _not_a_spreadsheet("an Office file of another kind, or a damaged one") from error
    except (
        ArithmeticError, AssertionError, AttributeError, LookupError, OSError, TypeError,
        ValueError, struct.error,
    ) as error:  # fmt: skip
        # The library meets damaged files with whatever its struct and index work raises.
        raise damaged("its inner directory cannot be read") from error
    if opened.startswith(b"PK"):
        return _inspect_zip(opened)
    return Inspection("xls", opened)


def _decrypt(office) -> bytes:
    opened = io.BytesIO()
    try:
        office.load_key(password=EXCEL_PASSWORD)
        office.decrypt(opened)
    except (InvalidKeyError, DecryptionError) as error:
        raise locked() from error
    return opened.getvalue()


# -- text: HTML, CSV, and what only looks like them ---------------------------------------------


def _inspect_text(content: bytes) -> Inspection:
    text, encoding = decode(content)
    start = text[:4096].lstrip().lower()
    if "urn:schemas-microsoft-com:office:spreadsheet" in start or "excel.sheet" in start:
        raise Refused(
            "xml_2003", "The file is an XML Spreadsheet 2003, which is not read.", AS_XLSX
        )
    if start.startswith("mime-version:"):
        raise Refused("mhtml", "The file is a web archive (MHTML), which is not read.", AS_XLSX)
    if start.startswith("<"):
        if "<table" not in text.lower():
            raise Refused("no_table", "The file is a web page or XML without a table in it.",
                          SEND_TABLE)  # fmt: skip
        return Inspection("html", content, encoding=encoding)
    if start.startswith(("{", "[{")):
        raise _not_a_spreadsheet("a JSON document")
    delimiter = _delimiter(text)
    if not delimiter:
        raise _not_a_spreadsheet("plain text without columns")
    return Inspection("csv", content, encoding=encoding, delimiter=delimiter)


def decode(content: bytes) -> tuple[str, str]:
    """Decode a text file: by its byte order mark, else as UTF-8, else as GB18030, all strictly.

    Returns the text and the encoding. Raises Refused: encoding, not_a_spreadsheet (binary).
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
        if b"\0" in content:
            raise _not_a_spreadsheet("binary data of an unknown kind")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if CONTROLS.search(text):
            break
        return text, encoding
    if _looks_binary(content):
        raise _not_a_spreadsheet("binary data of an unknown kind")
    raise Refused(
        "encoding",
        "The text is neither UTF-8 nor GB18030 throughout; some characters would be wrong.",
        SAVE_AGAIN,
    )


def _looks_binary(content: bytes) -> bool:
    sample = content[:4096]
    return sum(byte < 32 and byte not in b"\t\n\r\f\v" for byte in sample) > len(sample) / 100


def _delimiter(text: str) -> str:
    """The character that cuts most lines into the same number of fields; "" where none does."""
    best, most = "", 1
    for delimiter in DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            for number, fields in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter)):
                widths[len(fields)] += 1
                if number >= 200:
                    break
        except csv.Error:
            pass  # an unclosed quote is named by the reader; the lines before it decide
        lines = max((count for width, count in widths.items() if width > 1), default=0)
        if lines > most:
            best, most = delimiter, lines
    return best
