"""Find the periods that the title of a workbook states.

The text is first brought to one way of writing (full-width and Chinese numerals, dashes, 2021.03,
2021Q1), in which each kind of period then has one pattern.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterable

from pls_analysis.period_values import CALENDAR, Period, StatisticalYear

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HALF_WIDTH |= dict.fromkeys(map(ord, "—–―‐‑−~〜～－至到"), "-")
_HALF_WIDTH |= dict.fromkeys(map(ord, "〔［【"), "(")
_HALF_WIDTH |= dict.fromkeys(map(ord, "〕］】"), ")")
_HALF_WIDTH |= dict.fromkeys(map(ord, "\u3000\u00a0\t\r\n"), " ")
_HALF_WIDTH |= dict.fromkeys(map(ord, "\u200b\ufeff"), None)
_HALF_WIDTH |= {ord("，"): ",", ord("："): ":"}

_NUMERALS = {character: value for value, character in enumerate("〇一二三四五六七八九")}
_NUMERALS |= {"零": 0, "○": 0, "正": 1}
_ENGLISH_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}

# Days and numbers of the paper itself, not of its figures: each with what follows it.
_OF_THE_PAPER = re.compile(
    r"(?:(?:填报|填表|报送|上报|报出|制表|打印|审核|编制|印发|批准|制定|发布|更新)(?:日期|时间)"
    r"|有效期)\s*-?\s*:?\s*[^\s;,)]*"
    r"|(?:邮编|邮政编码|电话|代码|编号|表号)\s*:?\s*[A-Za-z\d][^\s;,)]*"
    r"|\(\d{4}\)\s*第?\d+号"
    r"|(?<!\d)\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?(?:填报|报送|上报|制表|印发|制定|修订|发布|批准)"
)

_Build = Callable[[re.Match[str], StatisticalYear], Iterable[Period | None]]


def find_periods(text: str, rule: StatisticalYear = CALENDAR) -> list[Period]:
    """Return the periods a title states, in its order, each once.

    Reads 2021年3月, 二〇二一年三月, 2021.03, 2021年1—6月, 第一季度, 上半年, 年度, (2021), days
    (2021年3月21日至6月20日), 截至 and 末 (a stock), 累计 and months from January on (cumulative),
    and a range of years (each of them). `rule` says when the form's year begins. Nothing is
    guessed: what lacks its year, a single day, the day of filing (填报日期, 报送日期 …) and
    document numbers give nothing, and what is wrong (2021年13月) gives nothing either.
    """
    text = _plain(text)
    found: list[Period | None] = []
    place = 0
    while hits := [hit for hit in (p.search(text, place) for p in _PATTERNS) if hit]:
        # The first in the text; among those that begin alike, the first of the patterns.
        match = min(hits, key=re.Match.start)
        found.extend(_PATTERNS[match.re](match, rule))
        place = match.end()
    return list(dict.fromkeys(period for period in found if period))


def _plain(text: str) -> str:
    """Bring a title to one way of writing."""
    text = str(text).translate(_HALF_WIDTH)
    for pattern, write in _REWRITES:
        text = pattern.sub(write, text)
    return text


def _join(match: re.Match[str]) -> str:
    return re.sub(r"\s", "", match[0])


def _digits(match: re.Match[str]) -> str:
    return "".join(str(_NUMERALS[character]) for character in match[0])


def _small_number(match: re.Match[str]) -> str:
    tens, ten, units = match[0].rpartition("十")
    value = _NUMERALS[units] if units else 0
    return str(value + 10 * (_NUMERALS[tens] if tens else 1) if ten else value)


def _english_month(match: re.Match[str]) -> str:
    return f"{match[2]}年{_ENGLISH_MONTHS[match[1].lower()]}月"


# A figure with a unit (2021.03万元) is no month.
_NO_FIGURE = r"(?![\d年万亿%‰元件人户个])"
_REWRITES: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    # Blanks inside a year, as in scanned yearbooks: (201 8), 2 0 2 1 年.
    (re.compile(r"(?<!\d)(?:1\s*9|2\s*0)\s*\d\s*\d(?=\s*[年).]|\s*$)"), _join),
    (re.compile(r"\s+(?=[年月日季度半末底-])|(?<=[年月日第-])\s+(?=[\d第上下前末底累一-十])"), ""),
    (re.compile(r"[一二][〇零○一二三四五六七八九]{3}(?=年)"), _digits),
    (
        re.compile(
            r"(?:[一二三]?十[一二三四五六七八九]?|[正一二三四五六七八九])"
            r"(?=[月日]|-[\d一二三四五六七八九十]{1,2}(?:月|季度))"
        ),
        _small_number,
    ),
    (_OF_THE_PAPER, ";"),
    (re.compile(r"(?<!\d)((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日"), r"<\1.\2.\3>"),
    (re.compile(r"(?<![\d<])((?:19|20)\d\d)([./-])(\d{1,2})\2(\d{1,2})(?!\d)"), r"<\1.\3.\4>"),
    (re.compile(r"(?<![\d<])((?:19|20)\d\d)[./-](\d{1,2})" + _NO_FIGURE), r"\1年\2月"),
    (re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(?!\d)"), r"\1年\2月"),
    (re.compile(r"(?<!\d)((?:19|20)\d\d)年?\s?-?Q([1-4])(?!\d)"), r"\1年第\2季度"),
    (re.compile(r"\bQ([1-4])\s((?:19|20)\d\d)(?!\d)"), r"\2年第\1季度"),
    (re.compile(r"(?<!\d)((?:19|20)\d\d)-?H1(?!\d)"), r"\1年上半年"),
    (re.compile(r"(?<!\d)((?:19|20)\d\d)-?H2(?!\d)"), r"\1年下半年"),
    (
        re.compile(rf"\b({'|'.join(_ENGLISH_MONTHS)})\s((?:19|20)\d\d)(?!\d)", re.IGNORECASE),
        _english_month,
    ),
    (re.compile(r"月份"), "月"),
]


def _span(
    rule: StatisticalYear, year: str, first: str, last: str, basis: str = "flow"
) -> Period | None:
    """Return the months first to last of a year, or None where they are none."""
    if not 1 <= int(first) <= int(last) <= 12:
        return None
    return rule.span(int(year), int(first), int(last), basis)


def _date(text: str) -> dt.date | None:
    try:
        return dt.date(*map(int, text.split(".")))
    except ValueError:
        return None


def _days(match: re.Match[str], rule: StatisticalYear) -> list[Period | None]:
    """<2021.3.21>-<2021.6.20>, <2021.12.1>-次年5月31日."""
    start = _date(match[1])
    year = start.year + (match[3] == "次年") if start else 0
    end = _date(match[2] or f"{year}.{match[4]}.{match[5]}")
    return [Period(start, end)] if start and end and start <= end else []


def _as_of_day(match: re.Match[str], rule: StatisticalYear) -> list[Period | None]:
    """截-<2021.3.31>: a stock, or what was counted since the year began."""
    end = _date(match[1])
    if end is None:
        return []
    if match[2]:
        return [Period(dt.date(end.year, 1, 1), end, "cumulative")]
    return [Period(end.replace(day=1), end, "stock")]


def _across_years(match: re.Match[str], rule: StatisticalYear) -> list[Period | None]:
    """2021年12月-2022年5月, 2021年12月-次年5月, 2021年1月-2021年6月."""
    year = int(match[1])
    last_year = year + 1 if match[3] == "次年" else int(match[3][:4])
    if last_year == year:
        return [_range(rule, match[1], match[2], match[4])]
    first = _span(rule, match[1], match[2], match[2])
    last = _span(rule, str(last_year), match[4], match[4])
    return [Period(first.start, last.end)] if first and last and first.end < last.start else []


def _range(rule: StatisticalYear, year: str, first: str, last: str) -> Period | None:
    """Months of one year: from January on they are a running total."""
    running = int(first) == 1 < int(last)
    return _span(rule, year, first, last, "cumulative" if running else "flow")


def _month(match: re.Match[str], rule: StatisticalYear) -> list[Period | None]:
    """2021年3月, 截-2021年3月末 (stock), 2021年3月累计."""
    as_of, year, month, end, running = match.groups()
    if running:
        whole = _span(rule, year, month, month)
        begin = rule.part(int(year), 12, 1).start
        return [Period(begin, whole.end, "cumulative")] if whole else []
    return [_span(rule, year, month, month, "stock" if as_of or end else "flow")]


def _year(match: re.Match[str], rule: StatisticalYear) -> list[Period | None]:
    basis = "stock" if match[1] or match[3] else "flow"
    return [rule.part(int(match[2]), 12, 1, basis)]


def _bracketed_year(match: re.Match[str], rule: StatisticalYear) -> list[Period | None]:
    return [rule.part(int(match[1]), 12, 1)]


def _years(match: re.Match[str], rule: StatisticalYear) -> list[Period | None]:
    return [rule.part(year, 12, 1) for year in range(int(match[1]), int(match[2]) + 1)]


def _quarters(match: re.Match[str], rule: StatisticalYear) -> list[Period | None]:
    """2021年前三季度, 2021年1-3季度."""
    first, last = match[2] or "1", match[3]
    first, last = (int(_QUARTERS.get(text, text)) for text in (first, last))
    if not 1 <= first <= last <= 4:
        return []
    start = rule.part(int(match[1]), 3, first).start
    end = rule.part(int(match[1]), 3, last).end
    return [Period(start, end, "cumulative" if first == 1 < last else "flow")]


def _quarter(match: re.Match[str], rule: StatisticalYear) -> list[Period | None]:
    return [rule.part(int(match[1]), 3, int(_QUARTERS.get(match[2], match[2])))]


def _half(match: re.Match[str], rule: StatisticalYear) -> list[Period | None]:
    return [rule.part(int(match[1]), 6, 1 if match[2] == "上" else 2)]


_QUARTERS = {"一": "1", "二": "2", "三": "3", "四": "4"}
_Y = r"(?<!\d)((?:19|20)\d\d)"
_M = r"(\d{1,2})(?!\d)"
_DAY = r"<([\d.]+)>"
_AS_OF = r"截止?-?"
# 2022年第3期 is an issue, and 2022年__月 a month that was never filled in: neither is a year.
_NO_YEAR = r"(?!\d{1,2}[月日.-]|第?[\d一二三四五六七八九十]*[期号次批版届季]|[届级]|[_ ×X*/]*月)"
_PATTERNS: dict[re.Pattern[str], _Build] = {
    re.compile(pattern): build
    for pattern, build in {
        rf"{_DAY}起?-(?:{_DAY}|(次年)?{_M}月{_M}日)": _days,
        rf"{_AS_OF}{_DAY}[止底]?(累计)?": _as_of_day,
        _DAY: lambda match, rule: [],
        rf"{_Y}年{_M}月-((?:19|20)\d\d年|次年){_M}月": _across_years,
        rf"{_Y}年{_M}月?-{_M}月": lambda match, rule: [_range(rule, *match.groups())],
        rf"{_Y}年前{_M}个月": lambda match, rule: [_range(rule, match[1], "1", match[2])],
        rf"{_Y}年度?(?:前|第?([一二三四1-4])-)([一二三四1-4])季度": _quarters,
        rf"{_Y}年度?第?([一二三四1-4])季": _quarter,
        rf"{_Y}年度?([上下])半年": _half,
        rf"({_AS_OF})?{_Y}年{_M}月([末底])?(累计)?": _month,
        rf"{_Y}年?-{_Y}年?(?![\d年-])": _years,
        rf"({_AS_OF})?{_Y}年(?:度|([末底]))?{_NO_YEAR}": _year,
        rf"\({_Y}[),]": _bracketed_year,
    }.items()
}
