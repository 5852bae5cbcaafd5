"""Tell what a cell says: a number with its unit, a marker for missing, a date or plain text."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from pls_analysis.ingest import number_formats, units
from pls_analysis.ingest.cells import Cell
from pls_analysis.ingest.figures import Number, Refusal, parse_number

ReadingKind = Literal[
    "number", "missing", "text", "date", "error", "uncached", "refused", "picture"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What one cell says.

    `value` is set for kind "number", scale words and percent formats already applied
    (1.2万 is 12000; 0.985 under a % format and "98.5%" are 98.5 with unit "%"), and for kind
    "refused" where it can be told what the figure would be ("211 1": 2111).
    `text` is the normalised text (half-width, no control or zero-width characters).
    `unit` is the unit that the cell itself or its number format names ("%", "‰", "件"), else None.
    `status` is the bracket letter of a "missing" reading: "x" not available, "z" not applicable,
    "k" below the smallest unit.
    `reason` is the code of a "refused" reading: something like a figure that is not safely one
    ("approximate", "range", "bad_grouping", "damaged", …), or "struck": a figure crossed out.
    `scale` is the factor of the scale word that the cell names (1.2万: 10000), else 1.
    """

    kind: ReadingKind
    text: str
    value: float | None = None
    unit: str | None = None
    status: str = ""
    reason: str = ""
    scale: int = 1


EARLIEST_YEAR = 1920
"""Dates before it are small counts that stand under a date format: 5 shown as 1900-01-05."""
EXACT_DIGITS = 15
"""What Excel keeps of a number; further digits are dust of binary fractions."""

NOT_APPLICABLE = frozenset(["/", "\\", "不适用"])
NOT_AVAILABLE = frozenset(
    [".", "..", "...", "x", "X", "×", "n/a", "N/A", "n.a.", "NA", "na", "不详", "未统计", "暂缺",
     "暂无", "缺", "缺失", "未报", "未填报", "未上报", "[x]"]
)  # fmt: skip
TOO_SMALL = frozenset(["…", "……", "⋯", "⋯⋯", "···", "‧‧‧", "[k]", "[low]"])
DASHES = re.compile(r"[-−–—―─]+|\[z\]")
ERRORS = frozenset(["#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"])
WORDS = frozenset(["无", "無", "零", "没有", "空"])
PICTURE = re.compile(r"=?(?:_xlfn\.)?DISPIMG\(", re.IGNORECASE)
"""What WPS writes into a cell that holds a picture."""


# -- text -----------------------------------------------------------------------------------------


def _table() -> dict[int, str | None]:
    """What is written in more than one way, and the one way it is read.

    Not NFKC as a whole, which turns … into three full stops, ① into 1 and ㎡ into m2. It is right
    for the radicals and compatibility characters that stand for common ones (⽉ for 月).
    """
    table: dict[int, str | None] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    for code in (*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00)):
        plain = unicodedata.normalize("NFKC", chr(code))
        if plain != chr(code) and len(plain) == 1:
            table[code] = plain
    table |= dict.fromkeys([0x09, 0x0B, 0x0C, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000],
                           " ")  # fmt: skip
    table |= dict.fromkeys(
        [*range(0x00, 0x09), *range(0x0E, 0x20), 0x7F, *range(0x80, 0xA0), 0xAD, 0xFEFF,
         *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065),
         *range(0xFE00, 0xFE10)]
    )  # fmt: skip
    table |= {0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
    table |= dict(zip(map(ord, "〔〕﹪﹣￥︰﹐﹒﹙﹚"), "()%-¥:,.()", strict=True))
    return table


_TABLE = _table()


@lru_cache(maxsize=65536)
def normalise(text: str) -> str:
    """Bring a text to one way of writing: half-width, plain blanks, nothing invisible.

    Line feeds stay; blanks at the ends of lines go, and runs of blanks become one.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_TABLE)
    if " " in text or "\n" in text:
        text = re.sub(" {2,}", " ", text)
        text = re.sub(r" ?\n[ \n]*", "\n", text).strip(" \n")
    return text


# -- labels ---------------------------------------------------------------------------------------

_CJK = re.compile(r"[\u3400-\u9fff]")
_LATIN_GLOSS = re.compile(r"[A-Za-z]{2}")
_GLOSS_BEHIND = re.compile(r"(?<=[\u3400-\u9fff)])\s+[A-Z][a-z]{2,}[^\u3400-\u9fff]*$")
_NUMBERING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.]|\((?:[一二三四五六七八九十]{1,3}|\d{1,2})\)、?|\d{1,2}[、)]"
    r"|\d{1,2}(?:\.\d{1,2})*\.(?!\d)|[①-⑳⑴-⒇⒈-⒛㈠-㈩]|[#*※]+|其中[:,]?)"
)
_BRACKET_BEHIND = re.compile(r"^(.+?)[(\[]((?:[^()\[\]]|\([^()\[\]]*\))*)[)\]]$", re.DOTALL)
_UNIT_NAMED = re.compile(r"^(?:计量)?单位:?")
_FOOTNOTED = re.compile(r"(?:[①-⑳⑴-⒇*※†‡#¹²³⁰⁴-⁹]+|[(\[](?:注\d*|\d{1,2})[)\]])$")
_FOOTNOTED_LOOSELY = re.compile(r"^([^(]*[^\d(.])注?\d{1,2}\)$", re.DOTALL)
_COUNTED = ("数", "额", "量", "值")
_WHOLE_LINES = frozenset("元%‰吨亩米岁")


@lru_cache(maxsize=65536)
def split_label(text: str) -> tuple[str, str | None]:
    """Reduce a heading to what is compared, and the unit its brackets name.

    Blanks, numbering (一、 (一) 1. ①), 其中:, leading # and *, an English gloss, footnote marks and
    a unit at the end go: "其中：调解受理数①（件）" gives ("调解受理数", "件"). A unit stands in
    brackets, behind a slash or comma, or on a line of its own. Brackets that tell one thing from
    another, (含18岁), stay. Nothing is reduced to nothing: "*" and "其中" stay.
    """
    label, unit = re.sub(r"[^\S\n]+", "", _without_gloss(normalise(text))), None
    while not units.is_unit(label):
        rest, named = _without_ending(label)
        if not rest or rest == label:
            break
        label, unit = rest, unit or named
    label = label.replace("\n", "")
    while True:
        rest = _NUMBERING.sub("", label)
        if not rest or rest == label:
            return label, unit
        label = rest


def _without_ending(label: str) -> tuple[str, str | None]:
    """A label without the last thing behind its words: a mark, a unit, a gloss in brackets."""
    rest = _FOOTNOTED.sub("", _FOOTNOTED_LOOSELY.sub(r"\1", label)).rstrip("\n")
    if rest != label:
        return rest, None
    bracket = _BRACKET_BEHIND.match(label)
    if bracket is not None:
        inner = _UNIT_NAMED.sub("", bracket[2].replace("\n", ""))
        inner = units.SPELLINGS.get(inner, inner)
        if units.is_unit(inner):
            return bracket[1].rstrip("\n"), inner
        is_gloss = _LATIN_GLOSS.search(inner) and _CJK.search(bracket[1])
        return (label if _CJK.search(inner) or not is_gloss else bracket[1]), None
    for separator in re.finditer(r"[/,\n]", label):
        rest, unit = label[: separator.start()], label[separator.end() :]
        if units.is_unit(unit) and _stands_alone(rest, separator[0], unit):
            return rest, unit
    return label, None


def _stands_alone(rest: str, separator: str, unit: str) -> bool:
    """Whether a unit behind a slash or on a line of its own is one.

    案件/人 may be a ratio, and 人 in 受益⏎人 the end of a word broken for want of room.
    """
    if separator != "\n":
        return not any(units.is_unit(rest[-length:]) for length in (1, 2))
    counts = unit.endswith("次") or len(unit) == 1
    return unit in _WHOLE_LINES or not counts or rest.endswith(_COUNTED)


def label(text: str) -> str:
    """Reduce a heading to what is compared with the aliases of a form; see `split_label`."""
    return split_label(text)[0]


def _without_gloss(text: str) -> str:
    lines = text.split("\n")
    if any(_CJK.search(line) for line in lines):
        lines = [line for line in lines if _CJK.search(line) or not _LATIN_GLOSS.search(line)]
    return "\n".join(_GLOSS_BEHIND.sub("", line) for line in lines)


# -- cells ----------------------------------------------------------------------------------------


def plain(number: float) -> str:
    """Write a figure in the shortest plain way: no exponent, no trailing .0 (467004.0: 467004)."""
    if isinstance(number, int):
        return str(number)
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return f"{Decimal(repr(number)).normalize():f}"


def status_letter(text: str) -> str:
    """The status that a marker for a missing figure stands for: z, k or x; "" where it is none.

    Dashes, / and 不适用 are "z" (not applicable), … is "k" (below the smallest unit), and ..., x,
    n/a, 不详, 未统计 and their kin are "x" (not available).
    """
    if DASHES.fullmatch(text) or text in NOT_APPLICABLE:
        return "z"
    if text in TOO_SMALL:
        return "k"
    return "x" if text in NOT_AVAILABLE else ""


def read(cell: Cell) -> Reading:
    """Say what a cell says: never raises, never guesses."""
    reading = _read(cell)
    if cell.struck and reading.kind not in ("text", "picture"):
        return Reading("refused", reading.text, reason="struck")
    return reading


def _read(cell: Cell) -> Reading:
    kind, value = cell.kind, cell.value
    if kind == "number":
        return _read_number(value, cell.number_format)  # type: ignore[arg-type]
    if kind == "text":
        return _read_text(str(value), cell.number_format)
    if kind == "date":
        return _read_date(value, cell.number_format)
    if kind == "boolean":
        return Reading("text", "TRUE" if value else "FALSE")
    if kind == "error":
        return Reading("error", str(value))
    return Reading("uncached", "")


@lru_cache(maxsize=65536)
def _read_number(value: int | float, code: str) -> Reading:
    shown = number_formats.parse(code)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        return Reading("error", str(value)[:20])
    if not number.is_integer():
        number = float(f"{number:.{EXACT_DIGITS}g}")
    if shown.hidden_scale:
        return Reading("refused", plain(number), number, shown.unit, reason="hidden_scale")
    if shown.percent or shown.scale != 1:
        factor = 100 if shown.percent else shown.scale
        number = float(Decimal(repr(number)) * factor)
    text = plain(number) + (shown.unit or "" if shown.unit in ("%", "‰") else "")
    return Reading("number", text, number, shown.unit, scale=shown.scale)


@lru_cache(maxsize=65536)
def _read_text(stored: str, code: str) -> Reading:
    text = normalise(stored)
    if not text:
        return Reading("text", "")
    if PICTURE.match(text):
        return Reading("picture", text)
    squeezed = text.replace(" ", "")
    status = status_letter(squeezed)
    if status:
        return Reading("missing", text, status=status)
    if squeezed in ERRORS:
        return Reading("error", text)
    if squeezed in WORDS:
        return Reading("refused", text, reason="word")
    found = parse_number(text, number_formats.parse(code).brackets)
    if isinstance(found, Number):
        return Reading("number", text, _as_float(found.value), found.unit, scale=found.scale)
    if isinstance(found, Refusal):
        value = None if found.value is None else _as_float(found.value)
        return Reading("refused", text, value, reason=found.reason)
    return Reading("text", text)


def _as_float(value: Decimal) -> float:
    return float(value) + 0.0  # no minus zero


def _read_date(value: object, code: str) -> Reading:
    """A date as its format shows it: 2022年6月, 2022年, or all of it."""
    if not isinstance(value, dt.date):
        return Reading("date", str(value))
    if value.year < EARLIEST_YEAR:
        return Reading("refused", value.isoformat()[:10], reason="shown_as_date")
    shown = number_formats.parse(code)
    if shown.year and not shown.day and not shown.time:
        text = f"{value.year}年{value.month}月" if shown.month else f"{value.year}年"
        return Reading("date", text)
    if isinstance(value, dt.datetime):
        return Reading("date", value.isoformat(" ", "minutes" if not value.second else "seconds"))
    return Reading("date", value.isoformat())
