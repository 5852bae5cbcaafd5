"""Read a text as a figure, or say why something like a figure is not safely one.

Nothing is guessed: 约12, 3-5, 1,23 and 99·5 9% are refused by name, and what is a name or a code
(2022年6月, 012, 440103001004) is no figure at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from pls_analysis.ingest import units


@dataclass(frozen=True, slots=True)
class Number:
    """A figure: its exact value in its unit, scale words applied (1.2万件: 12000, 件, 10000)."""

    value: Decimal
    unit: str | None = None
    scale: int = 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something like a figure that is not safely one, and why.

    `value` is what it would be if the blemish were a slip, where that can be told.
    """

    reason: str
    value: Decimal | None = None


CURRENCIES = {"¥": "元", "$": "美元"}
LONGEST_FIGURE = 11
"""Digits; longer ones are codes of areas, persons or documents."""

_SIGNS = "+\\-−–—"
_FIGURE_LIKE = re.compile(r"[\s(\[约近将大超过逾不足到<>≤≥±~¥$△▲▼+\-−–—.]*\d|[↑↓]")
_FIGURE = re.compile(
    rf"(?P<sign>[{_SIGNS}]?)\s*[¥$]?\s*(?P<digits>\d[\d,. ]*?|\.\d+)\s*"
    r"(?P<tail>%0|[^\d\s.,][^\d]*)?",
    re.DOTALL,
)
_LEADING_HEDGE = re.compile(r"(大约|约|将近|近|超过|超|逾|不足|不到|<=|>=|<|>|≤|≥|±|~)\s*")
_TRAILING_HEDGE = re.compile(
    r"(?P<more>余|多|几)?(?P<unit>.*?)(?P<after>左右|上下|以上|以下|以内|余|多|\+)?"
)
_RANGE = re.compile(r"(\d[\d,.]*)\s*[%‰]?\s*[-−–—~至到]\s*(\d[\d,.]*)\s*(\D*)")
_FRACTION = re.compile(r"[1-9]\d*(?:\.\d+)?/\d+(?:\.\d+)?")
_BRACKETED = re.compile(r"\(\s*([\d,. ]+)\s*\)")
_FOOTNOTED = re.compile(r"[*①-⑳†‡#]+|\[\d{1,2}\]|[¹²³⁴-⁹]+")
_TWO_FIGURES = re.compile(r"\d[\d,.]*\s*\(\D{0,4}\d[\d,.]*\D{0,2}\)|\d[\d,.]*(\s*\n\s*\d[\d,.]*)+")
_DAMAGED = re.compile(
    r"\d[\dlIOoSBZz|.,·。:;' ]*\d[\d,.]*\s*[%‰]?|[+\-−–—△▲▼↑↓]{1,3}\s*\d[\d,.]*\s*[%‰]?"
)
_MIXED_SCALES = re.compile(r"\d+(\.\d+)?[千万亿]\d+[十百千万]?\D{0,2}")
_SCIENTIFIC = re.compile(r"[+\-−]?\d+(\.\d+)?[eE][+\-]?\d+")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_SPACED_THOUSANDS = re.compile(r"[1-9]\d{0,2}( \d{3})+(\.\d+)?")
_DATE = re.compile(r"(19|20)\d\d[-−–—./](1[0-2]|0?[1-9])([-−–—./]([12]\d|3[01]|0?[1-9]))?")
_DOTTED_DATE = re.compile(r"(19|20)\d\d\.(1[0-2]|0?[1-9])\.([12]\d|3[01]|0?[1-9])")
_TIME_OF_DAY = re.compile(r"\d{1,2}:\d\d(:\d\d)?")
_YEARS = re.compile(r"(19|20)\d\d")
_PLAIN = re.compile(r"\d+(\.\d+)?|\.\d+")


def parse_number(text: str, brackets_negative: bool = False) -> Number | Refusal | None:
    """Read a normalised text (half-width) as a figure.

    Returns a Number, a Refusal (approximate, range, fraction, bad_grouping, damaged, inner_blank,
    bracketed, two_figures, footnote, mixed_scales, scientific), or None where the text is no
    figure. `brackets_negative` says that the cell's number format shows negatives in brackets.
    """
    if not _FIGURE_LIKE.match(text):
        return None
    found = _FIGURE.fullmatch(text)
    if found:
        number = _read(found)
        if number is not None or not found["tail"]:
            return number
    bracketed = _BRACKETED.fullmatch(text)
    if bracketed:
        return _read_bracketed(bracketed[1], brackets_negative)
    return _refuse(text)


def _read(found: re.Match[str]) -> Number | Refusal | None:
    """A sign, digits and perhaps a unit."""
    digits = _read_digits(found["digits"].strip())
    if digits is None:
        return None
    tail = (found["tail"] or "").strip()
    scale, unit = 1, next((CURRENCIES[sign] for sign in CURRENCIES if sign in found[0]), None)
    if tail:
        scale, unit = units.split_scale(_unbracketed(tail))
        if (unit is None and scale == 1) or (unit and not units.counts(unit)):
            return _read_hedge(digits, tail)
    factor = -scale if found["sign"] not in ("", "+") else scale
    if isinstance(digits, Refusal):
        value = None if digits.value is None else digits.value * factor
        return Refusal(digits.reason, value)
    return Number(digits * factor, unit, scale)


def _unbracketed(tail: str) -> str:
    return tail[1:-1] if tail.startswith("(") and tail.endswith(")") else tail


def _read_hedge(digits: Decimal | Refusal, tail: str) -> Refusal | None:
    """12余, 12件左右, 123①: a figure, but not safely; 12月, 60岁以上: a name."""
    if _FOOTNOTED.fullmatch(tail):
        return Refusal("footnote", digits if isinstance(digits, Decimal) else digits.value)
    hedge = _TRAILING_HEDGE.fullmatch(tail)
    if hedge is None or not (hedge["more"] or hedge["after"]):
        return None
    scale, unit = units.split_scale(hedge["unit"])
    names_unit = scale > 1 or (unit is not None and units.counts(unit))
    bare = not hedge["unit"] and hedge["after"] not in ("以上", "以下", "以内")
    return Refusal("approximate") if names_unit or bare else None


def _read_digits(digits: str) -> Decimal | Refusal | None:
    """The digits of a figure, with thousands commas or blanks; None where they are a code."""
    if _PLAIN.fullmatch(digits):
        whole = digits.partition(".")[0]
        if len(whole) > LONGEST_FIGURE or (len(whole) > 1 and whole.startswith("0")):
            return None
        return Decimal(digits)
    if _THOUSANDS.fullmatch(digits) or _SPACED_THOUSANDS.fullmatch(digits):
        return Decimal(re.sub("[, ]", "", digits))
    if " " in digits:
        joined = _read_digits(digits.replace(" ", ""))
        if joined is None:
            return None
        return Refusal("inner_blank", joined if isinstance(joined, Decimal) else None)
    if digits.count(".") > 1:
        return None if _DOTTED_DATE.fullmatch(digits) else Refusal("damaged")
    if digits.endswith("."):
        return None if len(digits) <= 3 else Refusal("damaged")
    return Refusal("bad_grouping")


def _read_bracketed(digits: str, negative: bool) -> Number | Refusal | None:
    value = _read_digits(digits.strip())
    if negative and isinstance(value, Decimal):
        return Number(-value)
    if re.fullmatch(r"\d{1,2}", digits):
        return None  # the number of a footnote or of a paragraph
    return Refusal("bracketed", -value if isinstance(value, Decimal) else None)


def _refuse(text: str) -> Refusal | None:
    """What keeps a text that starts like a figure from being one."""
    hedged = _LEADING_HEDGE.match(text)
    if hedged:
        rest = parse_number(text[hedged.end() :].strip())
        return None if rest is None else Refusal("approximate")
    if _DATE.fullmatch(text) or _TIME_OF_DAY.fullmatch(text):
        return None
    span = _RANGE.fullmatch(text)
    if span:
        return _refuse_range(*span.groups())
    if _FRACTION.fullmatch(text):
        return Refusal("fraction")
    if _TWO_FIGURES.fullmatch(text):
        return Refusal("two_figures")
    if _SCIENTIFIC.fullmatch(text):
        return Refusal("scientific")
    if _MIXED_SCALES.fullmatch(text):
        return Refusal("mixed_scales")
    return Refusal("damaged") if _DAMAGED.fullmatch(text) and _has_digits(text) else None


def _refuse_range(first: str, last: str, tail: str) -> Refusal | None:
    if _YEARS.fullmatch(first) and _YEARS.fullmatch(last):
        return None
    if max(len(first), len(last)) >= 7 or first.startswith("0"):
        return None  # a telephone number
    scale, unit = units.split_scale(tail)
    known = scale > 1 or (unit is not None and units.counts(unit))
    return Refusal("range") if known or not tail else None


def _has_digits(text: str) -> bool:
    """Whether a damaged figure has more digits than signs: 732l06.51 has, 5S1 may be a name."""
    return sum(letter.isdigit() for letter in text) >= 3 or not re.search("[A-Za-z]", text)


def last_digit(value: float, raw: str) -> float:
    """What one more in the last digit printed is worth: of 36.81 (万人) kept as 368100 it is 100.

    0 where a figure is printed in full, as counts are, and where nothing says how it was printed.
    """
    found = re.search(r"\d[\d,]*(?:\.\d+)?", raw)
    printed = Decimal(found[0].replace(",", "")) if found else Decimal(0)
    if not printed or not value:
        return 0.0
    scale = abs(value) / float(printed)
    decimals = -int(printed.as_tuple().exponent)
    return scale * 10**-decimals if decimals or scale > 1 + 1e-9 else 0.0
