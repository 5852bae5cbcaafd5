"""Names of areas in English: romanised in pinyin, with the usual word for the kind of unit."""

from __future__ import annotations

import re

KINDS = {
    "特别行政区": "Special Administrative Region",
    "自治区": "Autonomous Region",
    "自治州": "Autonomous Prefecture",
    "自治县": "Autonomous County",
    "居民委员会": "Residents' Committee",
    "居委会": "Residents' Committee",
    "村民委员会": "Village",
    "村委会": "Village",
    "街道": "Subdistrict",
    "地区": "Prefecture",
    "新区": "New Area",
    "农场": "Farm",
    "省": "Province",
    "市": "",
    "区": "District",
    "县": "County",
    "镇": "Town",
    "乡": "Township",
    "村": "Village",
}
"""What a name ends with and the word for it; a city goes by its name alone."""
IN_NAMES = {"长": "chang", "朝": "chao", "行": "hang"}
"""Characters that names of places nearly always read otherwise than single words do."""
ENDING = re.compile(f"(.+?)({'|'.join(KINDS)})")
CHINESE = re.compile("[\u3400-\u9fff]+")


def english_name(name: str) -> str:
    """A name in Latin letters: 甲乙镇 is "Jiayi Town". One without Chinese characters stays.

    A character with several readings may be read wrongly in a name: config/areas.csv says the
    right one in `name_en`.
    """
    if not CHINESE.search(name):
        return name
    from pypinyin import lazy_pinyin  # its dictionaries take time to load, for English only

    found = ENDING.fullmatch(name)
    stem, kind = (found[1], KINDS[found[2]]) if found else (name, "")
    read = CHINESE.sub(lambda part: _joined(lazy_pinyin(part[0]), part[0]), stem)
    return f"{read} {kind}".strip()


def _joined(syllables: list[str], characters: str) -> str:
    """Syllables as one word, with the apostrophe that parts them where they could be misread."""
    if len(syllables) == len(characters):
        pairs = zip(syllables, characters, strict=True)
        syllables = [IN_NAMES.get(character, said) for said, character in pairs]
    first, *rest = syllables
    return first.capitalize() + "".join("'" * (one[0] in "aeo") + one for one in rest)
