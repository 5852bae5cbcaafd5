"""Guesses about a measure from what its heading says: an id, its unit, its basis, its parts.

Each is a proposal to a person, who reads it beside the heading that it was made of.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence

from pypinyin import lazy_pinyin

from pls_analysis.ingest import units, words

LONGEST_ID = 60
UNKNOWN_UNIT = "?"
COUNTED = {"人次": "人次$", "人": "人[数口员]?$|人口数$|[男女]性?$", "户": "户数?$", "件": "件数?$"}
"""Units that the end of a heading names as good as in words."""
WHOLE_THINGS = frozenset(["人", "人次", "户", "件", "次", "场", "个", "平方米"])
"""What is counted one by one, however coarsely it is printed."""
GLUED = re.compile(
    r"(?<=.)((?:[十百千万亿]+(?:人次|人|户|件|元|亩|平方米|平方公里|吨))|人/平方公里|%|‰"
    r"|(?<=[数口])(?:人次|人|户|件))$"
)
"""A unit written behind a label without brackets: 常住人口万人, 出生率‰."""
STOCK = re.compile(
    r"[年月季期]末|[年月]底|期末|现有|常住|在册|在校|在职|总人口|户籍人口|总户数|土地面积"
)
PARTS = {
    "sex": {"男": "male", "女": "female", "男性": "male", "女性": "female",
            "男性人口": "male", "女性人口": "female"},
    "residence": {"城镇": "urban", "城市": "urban", "乡村": "rural", "农村": "rural",
                  "城镇人口": "urban", "乡村人口": "rural"},
    "stage": {"小学": "primary", "初中": "junior", "高中": "senior"},
}  # fmt: skip
"""Parts that are the same in every form, by the dimension they belong to."""
YEAR = re.compile(r"(?:(?:19|20)\d\d|\{year\})年?度?")
AGE = re.compile(r"岁")


def ascii_id(labels: Sequence[str], taken: Container[str]) -> str:
    """An id in lower case made of the sound of the last label, longer where it is taken."""
    labels = [undated(label) for label in labels]
    for start in range(len(labels) - 1, -1, -1):
        made = _sound("".join(labels[start:]))
        if made not in taken:
            return made
    made = _sound("".join(labels))
    number = 2
    while f"{made}_{number}" in taken:
        number += 1
    return f"{made}_{number}"


def undated(label: str) -> str:
    """A label without the year it names: 2018年平均人口 is 平均人口 of any year."""
    return YEAR.sub("", label) or label


def _sound(text: str) -> str:
    said = "_".join(lazy_pinyin(text))
    made = re.sub(r"[^a-z0-9]+", "_", said.lower()).strip("_")
    if not made or not made[0].isalpha():
        made = f"m_{made}".rstrip("_")
    if len(made) > LONGEST_ID:
        made = made[:LONGEST_ID].rpartition("_")[0] or made[:LONGEST_ID]
    return made


def store_unit(unit: str) -> str:
    """The unit to keep figures in: 人 where 万人 is printed; money, tons, rates as they are."""
    _, base = units.split(unit)
    return base if base in WHOLE_THINGS else units.EQUAL.get(unit, unit)


def glued_unit(label: str) -> str | None:
    """The unit written behind a label without brackets, or None."""
    found = GLUED.search(label)
    return found[1] if found else None


def spoken(path: Sequence[str]) -> str:
    """What a heading names, in words: 出生/人数 is 出生人数, 常住人口/合计 is 常住人口."""
    labels = [undated(label) for label in path]
    while len(labels) > 1 and words.TOTAL.match(labels[-1]):
        labels.pop()
    return "".join(labels[-2:]) if is_bare(labels[-1]) else labels[-1]


def is_bare(label: str) -> bool:
    """Whether a label says too little by itself to be the same thing everywhere: 男, 合计, 人数."""
    return is_category(label) or bool(words.TOTAL.match(label)) or len(label) < 3


def unglued(label: str) -> str:
    """A label without the unit written behind it: 常住人口万人 is 常住人口."""
    return GLUED.sub("", label)


def unit_by_name(labels: Iterable[str]) -> str:
    """The unit that a heading's words name, else UNKNOWN_UNIT, which a person replaces."""
    for label in labels:
        for unit, pattern in COUNTED.items():
            if re.search(pattern, label):
                return unit
    return UNKNOWN_UNIT


def dimension(parts: Sequence[str]) -> str:
    """What a breakdown into these parts is by: sex, residence, stage, age, else kind."""
    for name, known in PARTS.items():
        if all(part in known for part in parts):
            return name
    return "age" if all(AGE.search(part) for part in parts) else "kind"


def part_id(name: str, part: str, taken: Container[str]) -> str:
    """A breakdown's id, written dimension=part."""
    known = PARTS.get(name, {}).get(part)
    if known and f"{name}={known}" not in taken:
        return f"{name}={known}"
    inner = {one.partition("=")[2] for one in taken} if isinstance(taken, set | dict) else set()
    return f"{name}={ascii_id([part], inner)}"


def is_category(label: str) -> bool:
    """Whether a label names a part of whatever stands above it: 男, 初中."""
    return any(label in known for known in PARTS.values())
