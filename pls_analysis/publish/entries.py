"""Cells of the Excel annex: numbers read back from what a report prints, and texts made harmless.

A figure becomes a true number only where its text leaves no doubt; the number format then prints
exactly that text again. All else stays text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pls_analysis.charts.phrases import decimals, number

GENERAL, DATE = "General", "yyyy-mm-dd"
ABSENT = "—"
LONGEST_TEXT = 32_767
"""Characters that a cell of Excel can hold."""
MOST_DIGITS = 15
"""Digits that a number in Excel keeps; a longer one is a code."""
LONGEST_TAIL = 60
SIGNS = {"▲": 1, "▼": -1, "+": 1, "＋": 1, "-": -1, "−": -1, "": 1}
PRINTED = re.compile(
    r"(?P<sign>[▲▼+＋−-]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?P<part>\.\d+)?(?P<tail>.*)"
)
BRACKETED = re.compile(r"（[^（）]*）|\([^()]*\)")
SCALED = re.compile(r"\s*[十百千万亿]|\s*(?:thousand|[mb]illion)\b")
"""A unit that multiplies: 1.2万 is not the number 1.2, and no longer known to the last digit."""
PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
DAY = re.compile(r"(?:19|20|21)\d\d-\d\d-\d\d")

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""What XML or Excel cannot hold. A workbook with one of these in it has to be repaired."""
ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""Excel reads _x003D_ in a text as the character of that number, here "="."""
BLANKS = r"[\s\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\u3000\ufeff]*"
SIGNED = re.compile(rf"{BLANKS}[=+\-@＝＋－＠﹢﹣﹦﹫]|[\t\r\n]")
NUMBER = r"(?:\d[\d,]*)?\.?\d+[%‰]?"
HARMLESS = re.compile(rf"{BLANKS}(?:[+\-－＋]*|[=+\-]?\s?{NUMBER}){BLANKS}")
"""A dash for a figure that is missing, or a number: evaluated, it is what it was."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell: what it holds, its text as printed, the number format of a figure.

    `tone` is one of those of `blocks`.
    """

    value: str | float | dt.date
    text: str
    format: str = GENERAL
    tone: str = ""

    @property
    def is_text(self) -> bool:
        """Whether the cell holds words."""
        return isinstance(self.value, str)


def words(text: str, tone: str = "") -> Entry:
    """A cell of words."""
    return Entry(text, text, tone=tone)


def figures(values: Sequence[float | None], unit: str) -> list[Entry]:
    """Figures of one unit with as many decimals as a report prints; rates as shares of one."""
    places = decimals(values, unit)
    return [figure(value, unit, places) for value in values]


def figure(value: float | None, unit: str, places: int) -> Entry:
    """A figure with so many decimals. Per cent is the workbook's own: 98.2 % is held as 0.982."""
    if value is None:
        return words(ABSENT)
    shape = "#,##0" + ("." + "0" * places if places else "")
    if unit == "%":
        return Entry(_hundredth(value), number(value, places) + "%", shape + "%")
    tail = "‰" if unit == "‰" else ""
    return Entry(_whole(value), number(value, places) + tail, shape + _literal(tail))


def printed(text: str, tone: str = "") -> Entry:
    """A printed figure as a number that prints as the same text; other texts stay texts.

    "1,234 件" is 1234, "98.2%" is 0.982, "▼3.1%" is −0.031, "45（已报5/6）" is 45. What could be
    read in two ways ("3/5", "2021年6月", "1.2万", "007") is left as it is printed.
    """
    found = PRINTED.fullmatch(text.strip())
    if found is None or not _is_plain(found):
        return words(text, tone)
    whole, part, tail = found["whole"], found["part"] or "", found["tail"]
    value = SIGNS[found["sign"]] * float(whole.replace(",", "") + part)
    shape = ("#,##0" if "," in whole or len(whole) < 4 else "0") + part[:1] + "0" * len(part[1:])
    if tail.startswith("%"):
        value, shape, tail = _hundredth(value), shape + "%", tail[1:]
    return Entry(_whole(value), text, _signed(found["sign"], shape + _literal(tail)), tone)


def _is_plain(found: re.Match[str]) -> bool:
    whole, tail = found["whole"], found["tail"]
    digits = len((whole + (found["part"] or "")).replace(",", ""))
    outside = BRACKETED.sub("", tail)
    return (
        digits <= MOST_DIGITS
        and not (whole.startswith("0") and len(whole) > 1)
        and not SCALED.match(tail)
        and not re.search(r'[\d/~～—–;"\\]', outside)
        and '"' not in tail
        and len(tail) <= LONGEST_TAIL
        and not (found["sign"] and not float(whole.replace(",", "") + (found["part"] or "")))
    )


def _signed(sign: str, shape: str) -> str:
    """A number format that prints an arrow or a sign as the text has it."""
    if sign in {"▲", "▼"}:
        return f'"▲"{shape};"▼"{shape};{shape}'
    if sign in {"+", "＋"}:
        return f'"{sign}"{shape};"−"{shape};{shape}'
    return f'{shape};"−"{shape}' if sign == "−" else shape


def _literal(text: str) -> str:
    return f'"{text}"' if text else ""


def _hundredth(value: float) -> float:
    """A percentage as a share of one, without the noise of a division in binary."""
    return float(f"{value}e-2") if "e" not in repr(value) else value / 100


def _whole(value: float) -> float:
    return int(value) if float(value).is_integer() else value


def datum(text: str) -> Entry:
    """A field of attached data: a number or a day where it is one, else its text."""
    if PLAIN_NUMBER.fullmatch(text) and len(re.sub(r"\D", "", text)) <= MOST_DIGITS:
        value = _whole(float(text))
        return figure(value, "", 0) if isinstance(value, int) else Entry(value, text)
    if DAY.fullmatch(text):
        try:
            return Entry(dt.date.fromisoformat(text), text, DATE)
        except ValueError:
            return words(text)
    return words(text)


def is_signed(text: str) -> bool:
    """Whether a text begins as a formula would: a cell must say that it is none."""
    return SIGNED.match(text) is not None


def is_formula(text: str) -> bool:
    """Whether a program that opens the text, also out of a CSV file, might evaluate it."""
    return is_signed(text) and HARMLESS.fullmatch(text) is None


def safe_text(text: str) -> str:
    """A text that a workbook can hold and that no program evaluates.

    Characters that would have Excel repair the file are dropped, and what begins like a formula
    gets an apostrophe in front, which stays there when a reader saves the sheet as CSV.
    """
    text = ILLEGAL.sub("", text).replace("\r\n", "\n").rstrip("\r")
    if is_formula(text):
        text = "'" + text
    text = text.replace("\r", "\n")
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - 1] + "…"
    return ESCAPE.sub("_x005F_", text)
