"""Units of office tables: how they are written, their scale words, and what converts into what.

万件 is ten thousand 件; people and cases never convert into each other.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

SCALES = {"": 1, "十": 10, "百": 100, "千": 1_000, "万": 10_000, "十万": 100_000,
          "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}  # fmt: skip
PARTS_OF_ONE = {"%": 100, "‰": 1_000, "万分之": 10_000}
SPELLINGS = {"%0": "‰", "%o": "‰", "个百分点": "百分点"}
"""Other ways to write the same unit."""
EQUAL = {"人数": "人", "人口": "人", "宗": "件", "起": "件", "％": "%", "个数": "个", **SPELLINGS}
"""Units that count the same thing."""

_COUNTS = (
    "人次|件次|件\\(次\\)|次\\(件\\)|人|件|个|户|起|份|场次|场|次|例|名|家|所|宗|案|条|篇|册|本|期|张|处|项|批|组|对|位|支|队|座|台|辆"
    "|部|套|只|头|箱|幢|栋|间|课时|学时|小时|分钟|天|元|美元|岁|公里|千米|米|公顷|亩|平方米|平方公里|平方千米"
    "|立方米|吨|公斤|千克|克|千瓦时|千瓦小时|千瓦|度|升|株|床|张床位|床位|标台|班次|车次|架次|篇次|点击|通"
)
_UNIT = re.compile(rf"(?:[十百千万亿]{{0,2}})(?:{_COUNTS})|%|‰|%0|%o|百分点|个百分点")
_AFTER_FIGURE = re.compile(
    rf"(?P<scale>[十百千万亿]{{0,2}})(?P<unit>{_COUNTS})?|(?P<ratio>%0|%o|%|‰|个?百分点)"
)
_NOT_BEHIND_FIGURES = frozenset("期岁度位对组批项部本间") | {"班次"}
"""Units of headings that behind a figure make a name: 第3期, 60岁, 2022年度."""


@lru_cache(maxsize=4096)
def is_unit(text: str) -> bool:
    """Say whether a text is a unit: 件, 万元, %, 元/人, 件/万人."""
    parts = text.split("/")
    if len(parts) > 2:
        return False
    return all(_UNIT.fullmatch(part) or part in SCALES for part in parts) and (
        len(parts) == 2 or text not in SCALES or text in ("万", "亿")
    )


def bare(text: str) -> str:
    """A unit without the brackets around it, and with those within it: (件), 件(次)."""
    return text[1:-1] if text.startswith("(") and text.endswith(")") else text


@lru_cache(maxsize=4096)
def split_scale(text: str) -> tuple[int, str | None]:
    """Split what follows a figure into factor and unit: 万件 is (10000, 件), 千克 (1, 千克).

    (1, None) where it is no unit.
    """
    text = text.strip()
    if re.fullmatch(_COUNTS, text):
        return 1, text
    found = _AFTER_FIGURE.fullmatch(text)
    if found is None or not text or (found["scale"] and found["scale"] not in SCALES):
        return 1, None
    if found["ratio"]:
        return 1, SPELLINGS.get(found["ratio"], found["ratio"])
    return SCALES.get(found["scale"], 1), found["unit"]


def counts(unit: str) -> bool:
    """Say whether a figure with this unit counts something: 12件 does, 60岁 is a name."""
    return unit not in _NOT_BEHIND_FIGURES


def split(unit: str) -> tuple[int, str]:
    """The scale and the base of a unit: 万件 is (10000, 件)."""
    unit = EQUAL.get(unit, unit)
    for word in sorted(SCALES, key=len, reverse=True):
        if word and unit.startswith(word) and len(unit) > len(word):
            scale, base = split(unit[len(word) :])  # 万千瓦: 万, then 千
            return SCALES[word] * scale, base
    return 1, unit


def convert(value: float, stated: str, wanted: str) -> float | None:
    """A value in another unit of the same thing, or None where the units measure other things."""
    if stated == wanted:
        return value
    if stated in PARTS_OF_ONE and wanted in PARTS_OF_ONE:
        factor = Decimal(PARTS_OF_ONE[wanted]) / PARTS_OF_ONE[stated]
        return float(Decimal(repr(value)) * factor)
    (scale, base), (target_scale, target_base) = split(stated), split(wanted)
    if base != target_base:
        return None
    return float(Decimal(repr(value)) * scale / target_scale)
