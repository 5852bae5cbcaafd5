"""What the sheets of an .xlsx share: its texts, its styles and the day its dates count from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from pls_analysis.ingest.number_formats import CHINESE_DATES
from pls_analysis.ingest.ooxml import book_part
from pls_analysis.ingest.packages import Package, local, parser_of


@dataclass(frozen=True, slots=True)
class Style:
    """What a cell's style says of its value."""

    number_format: str = "General"
    struck: bool = False
    is_date: bool = False
    is_duration: bool = False


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Book:
    """Shared texts by position, styles by the number that cells give, and the epoch of dates.

    `struck` says which of the texts are crossed out in a part.
    """

    strings: Sequence[str]
    struck: frozenset[int]
    styles: Mapping[str, Style]
    epoch: dt.datetime


def read_book(package: Package) -> Book:
    """Read the parts of a workbook that all its sheets refer to."""
    book = book_part(package)
    parts = dict(package.relations(book).values())
    strings, styles = parts.get("sharedStrings", ""), parts.get("styles", "")
    dated_1904 = any(
        is_on(attrs, "date1904")
        for tag, attrs in package.elements(book)
        if tag == "workbookPr" and "date1904" in attrs
    )
    return Book(
        *(_read_strings(package, strings) if strings in package else ((), frozenset())),
        _read_styles(package, styles) if styles in package else {},
        MAC_EPOCH if dated_1904 else WINDOWS_EPOCH,
    )


def is_on(attrs: Mapping[str, str], name: str = "val") -> bool:
    """Whether an on-or-off element is on (ECMA-376 22.9.2.7): it is where it says nothing else."""
    return attrs.get(name, "1") in ("1", "true", "on")


def _read_strings(package: Package, part: str) -> tuple[list[str], frozenset[int]]:
    """The shared texts (ECMA-376 18.4), the runs of a text joined, its reading aids left out."""
    strings: list[str] = []
    struck: set[int] = set()
    runs: list[str] = []
    in_phonetic = False

    def start(tag: str, attrs: dict[str, str]) -> None:
        nonlocal in_phonetic
        name = local(tag)
        if name == "si":
            runs.clear()
        elif name == "rPh":
            in_phonetic = True
        elif name == "strike" and is_on(attrs):
            struck.add(len(strings))
        elif name == "t" and not in_phonetic:
            parser.CharacterDataHandler = runs.append

    def end(tag: str) -> None:
        nonlocal in_phonetic
        name = local(tag)
        if name == "t":
            parser.CharacterDataHandler = None
        elif name == "rPh":
            in_phonetic = False
        elif name == "si":
            strings.append("".join(runs))

    parser = parser_of(start)
    parser.EndElementHandler = end
    parser.buffer_text = True
    for chunk in package.chunks(part):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return strings, frozenset(struck)


def _read_styles(package: Package, part: str) -> dict[str, Style]:
    """The cell formats (ECMA-376 18.8.10) by position."""
    codes: dict[int, str] = {}
    struck: list[bool] = []
    styles: dict[str, Style] = {}
    section = ""
    for tag, attrs in package.elements(part):
        if tag in ("numFmts", "fonts", "fills", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"):
            section = tag
        elif section == "numFmts" and tag == "numFmt":
            codes[int(attrs["numFmtId"])] = attrs.get("formatCode", "General")
        elif section == "fonts" and tag == "font":
            struck.append(False)
        elif section == "fonts" and tag == "strike":
            struck[-1] = is_on(attrs)
        elif section == "cellXfs" and tag == "xf":
            font = int(attrs.get("fontId", 0))
            is_struck = font < len(struck) and struck[font]
            styles[str(len(styles))] = _style(int(attrs.get("numFmtId", 0)), codes, is_struck)
    return styles


def _style(format_id: int, codes: Mapping[int, str], struck: bool) -> Style:
    chinese = None if format_id in codes else CHINESE_DATES.get(format_id)
    code = chinese or codes.get(format_id) or BUILTIN_FORMATS.get(format_id, "General")
    is_date = chinese is not None or bool(is_date_format(code))
    return Style(code, struck, is_date, bool(is_timedelta_format(code)))
