"""What a number format adds to the stored number: a unit, a scale, a percent sign, parts of a date.

Format codes as in ECMA-376 Part 1, 18.8.31; only the first section is read, which is the one for
positive numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pls_analysis.ingest import units

_YEAR_MONTH, _MONTH_DAY = 'yyyy"年"m"月"', 'm"月"d"日"'
_TIME, _TIME_SECONDS = 'h"时"mm"分"', 'h"时"mm"分"ss"秒"'
CHINESE_DATES = {
    27: _YEAR_MONTH, 28: _MONTH_DAY, 29: _MONTH_DAY, 30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"',
    32: _TIME, 33: _TIME_SECONDS, 34: f"上午/下午{_TIME}", 35: f"上午/下午{_TIME_SECONDS}",
    36: _YEAR_MONTH, 50: _YEAR_MONTH, 51: _MONTH_DAY, 52: _YEAR_MONTH, 53: _MONTH_DAY,
    54: _MONTH_DAY, 55: f"上午/下午{_TIME}", 56: f"上午/下午{_TIME_SECONDS}", 57: _YEAR_MONTH,
    58: _MONTH_DAY,
}  # fmt: skip
"""The built-in formats that a Chinese Excel writes by number only (ECMA-376 18.8.30, zh-cn)."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\*.|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[[^\]]*\]'
    r"|(?P<digits>[0#?])|(?P<other>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """What a format shows beside the digits.

    `percent`: the number is shown times a hundred. `unit`: the unit named after the digits, its
    scale word apart. `scale`: what to multiply the stored number by (10,000 where 1.2 is shown as
    1.2万). `hidden_scale`: the number is shown divided by a factor that no word of the format
    names, so that what a reader sees is not what the file holds. `brackets`: negative numbers are
    shown in brackets. `year`, `month`, `day`, `time`: what a date shows.
    """

    percent: bool = False
    unit: str | None = None
    scale: int = 1
    hidden_scale: bool = False
    brackets: bool = False
    year: bool = False
    month: bool = False
    day: bool = False
    time: bool = False


@lru_cache(maxsize=4096)
def parse(code: str) -> NumberFormat:
    """Read a number format code; a code that says nothing special gives the default."""
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)
    first = sections[0]
    if re.fullmatch(r"(\[[^\]]*\])*\s*(General|@)?\s*", first, re.IGNORECASE):
        return NumberFormat()
    symbols = _Symbols(first)
    if re.search(r"[ymdhs]", symbols.letters):
        return _date_format(symbols.letters)
    unit, scale, hidden = _scaled_unit(symbols)
    brackets = len(sections) > 1 and "(" in sections[1]
    if symbols.percent:
        return NumberFormat(percent=True, unit="%", brackets=brackets)
    return NumberFormat(unit=unit, scale=scale, hidden_scale=hidden, brackets=brackets)


class _Symbols:
    """A section of a format taken apart."""

    def __init__(self, section: str) -> None:
        self.letters = ""
        self.percent = False
        self.prefix = self.suffix = ""
        self.divisor = 1
        seen_digit = False
        commas = 0
        shift = 0
        has_point = False
        for token in _TOKEN.finditer(section):
            literal = token["quoted"] or token["escaped"] or token["currency"]
            other = token["other"]
            if token["digits"]:
                seen_digit, commas, self.suffix = True, 0, ""
                shift += has_point
            elif other == ",":
                commas += seen_digit
            elif other == "%":
                self.percent = True
            elif other is not None and other.isascii() and other.isalpha():
                self.letters += other.lower()
            elif literal == "." and seen_digit:
                has_point, self.suffix = True, ""
            else:
                self._add(literal or other or "", seen_digit)
        # 0!.0, shows 123456 as 12.3: the comma divides by 1000, the typed point by ten again.
        self.divisor = 1000**commas * 10**shift

    def _add(self, text: str, seen_digit: bool) -> None:
        if seen_digit:
            self.suffix += text
        else:
            self.prefix += text


def _date_format(letters: str) -> NumberFormat:
    has_time = bool(re.search(r"[hs]", letters))
    month = "m" in letters and ("y" in letters or "d" in letters or not has_time)
    return NumberFormat(
        year="y" in letters or "e" in letters, month=month, day="d" in letters, time=has_time
    )


def _scaled_unit(symbols: _Symbols) -> tuple[str | None, int, bool]:
    """The unit, the factor for the stored number, and whether the factor shown is unnamed."""
    scale, unit = units.split_scale(symbols.suffix.strip(" ()."))
    if unit is None and symbols.prefix.strip() in ("¥", "￥"):
        unit = "元"
    if symbols.divisor == 1:
        return unit, scale, False
    return unit, 1, scale != symbols.divisor


_SHOWN = re.compile(
    r"(?P<before>[^\d,.]*)(?P<digits>[\d,]*)(?P<decimals>\.\d+)?(?P<power>E[+-]?\d+)?"
    r"(?P<behind>\D*)"
)


def code_of_shown(number: float, shown: str, percent: bool) -> str:
    """A format code that says of a number what the text shown for it says.

    OpenDocument keeps both and no code: 12000 shown as 1.2万 gives `0!.0,"万"`. Where the two
    cannot be brought together the code has a factor that no word names, so that the figure is
    refused as one that nobody sees as the file holds it.
    """
    if percent:
        return "0.0%"
    found = _SHOWN.fullmatch(shown.strip())
    if found is None or not (found["digits"] or found["decimals"]):
        return "General"  # no figure is shown: ###, or nothing
    before, behind = (re.sub(r'["() +−-]', "", found[side]) for side in ("before", "behind"))
    exponent = int((found["power"] or "E0")[1:])
    decimals = found["decimals"] or ""
    read = float(f"{found['digits'].replace(',', '') or '0'}{decimals}") * 10.0**exponent
    rounding = 0.50005 * 10.0 ** (exponent - len(decimals[1:]))
    scale, _ = units.split_scale(behind)
    code = '"{}"0{}"{}"' if before else '{}0{}"{}"'
    if abs(read - abs(number)) <= rounding:
        return code.format(before, "", behind) if before or behind else "General"
    if abs(read * scale - abs(number)) <= rounding * scale:
        thousands, zeros = divmod(len(str(scale)) - 1, 3)
        return code.format(before, f"{'!.' if zeros else ''}{'0' * zeros}{',' * thousands}", behind)
    if behind == "%" and abs(read / 100 - abs(number)) <= rounding / 100:
        return "0.0%"
    return "0,"
