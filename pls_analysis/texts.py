"""The message catalogues: what the package says in each language, by key, as plain texts."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pls_analysis.configs import ConfigError, Problems, read_yaml, unknown
from pls_analysis.reads import Noted

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Said:
    """A note that a text was looked up, see `reads`."""

    lang: str
    key: str


@cache
def texts_in(lang: str) -> Mapping[str, str]:
    """Return one language's texts: one level of keys, section.name. Each is noted as it is read.

    Raises ValueError for a language that is not spoken and ConfigError for a faulty catalogue.
    """
    if lang not in LANGUAGES:
        raise ValueError(unknown("language", lang, LANGUAGES))
    source = resources.files("pls_analysis") / "data" / "messages" / f"{lang}.yml"
    texts = read_yaml(source)
    problems = Problems(source)
    if not isinstance(texts, dict):
        raise ConfigError([f"{problems.file}: holds no keys"])
    for key, text in texts.items():
        if not isinstance(text, str):
            problems.add(f'"{key}" must be a text, not {text!r}; put it in quotes')
            continue
        try:
            placeholders(text)
        except ValueError as error:
            problems.add(f'"{key}": {error}')
    problems.raise_if_any()
    return Noted(texts, Said, lang)


def placeholders(text: str) -> set[str]:
    """Return the names of the values that a text needs."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def numeral(value: int, lang: str) -> str:
    """Write a number from 0 to 99 as headings count: 十二, 12."""
    signs = texts_in(lang)["common.numerals"]
    if len(signs) == 10:
        return str(value)
    tens, ones = divmod(value, 10)
    text = (signs[tens] if tens > 1 else "") + (signs[10] if tens else "")
    return text + (signs[ones] if ones or not tens else "")


def month_name(month: int, lang: str, short: bool = False) -> str:
    """Return what a month, 1 to 12, is called within a date; `short` as an axis has it."""
    return texts_in(lang)["period.axis_months" if short else "period.month_names"].split()[
        month - 1
    ]
