"""Aliases of headings: how a form spec writes them, and how a table's labels find them.

An alias is the path of a heading with slashes (受理纠纷数/邻里纠纷). `*/` at its start stands for
any headings above; `*` before a text for the beginning of a label (*累计值); `{year}` for a year;
a unit in square brackets at its end ("常住人口万人 [万人]") is the unit that the alias implies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pls_analysis.ingest import values

YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Aliases:
    """What heading paths stand for, by their squeezed text.

    `whole` are whole paths, `ending` paths below any others, `tails` the ends of a single label.
    """

    whole: Mapping[str, Any] = field(default_factory=dict)
    ending: Mapping[str, Any] = field(default_factory=dict)
    tails: Mapping[str, Any] = field(default_factory=dict)

    def find(self, path: Iterable[str]) -> Any | None:
        """What a path of labels stands for, or None. The longest alias that fits wins."""
        labels = [label for label in path if label]
        for spelling in _spellings("".join(labels)):
            if spelling in self.whole:
                return self.whole[spelling]
        for start in range(len(labels)):
            for spelling in _spellings("".join(labels[start:])):
                if spelling in self.ending:
                    return self.ending[spelling]
        return None

    def cut(self, label: str) -> tuple[Any | None, str]:
        """What one label, or its end, stands for, and what is left of it: 产量 of 产量累计值."""
        if (meaning := self.find([label])) is not None:
            return meaning, ""
        fitting = (tail for tail in self.tails if label.endswith(tail) and label != tail)
        longest = max(fitting, key=len, default=None)
        if longest is None:
            return None, label
        return self.tails[longest], label.removesuffix(longest)

    def __iter__(self):
        yield from (*self.whole, *self.ending, *self.tails)


def read_aliases(pairs: Iterable[tuple[str, Any]]) -> Aliases:
    """Aliases as a spec writes them, each with what it stands for."""
    whole: dict[str, Any] = {}
    ending: dict[str, Any] = {}
    tails: dict[str, Any] = {}
    for alias, meaning in pairs:
        text, _ = split_alias(alias)
        kind = ending if text.startswith("*/") else tails if re.match(r"\*.", text) else whole
        if kind is not whole:
            text = text[2 if kind is ending else 1 :]
        kind[text.replace("/", "")] = meaning
    return Aliases(whole, ending, tails)


def split_alias(alias: str) -> tuple[str, str | None]:
    """The alias as it is matched (each part squeezed like a heading), and its implied unit."""
    found = re.fullmatch(r"(.*?)\s*\[([^\]]+)\]", alias)
    text, unit = (found.group(1), found.group(2)) if found else (alias, None)
    return "/".join(map(_part, text.split("/"))), unit


def _part(text: str) -> str:
    """One part as a heading is squeezed; the star of *累计值 is no footnote mark."""
    return "*" + values.label(text[1:]) if text[:1] == "*" and text[1:] else values.label(text)


def _spellings(text: str) -> tuple[str, ...]:
    text = text.replace("/", "")
    generic = YEAR.sub("{year}", text)
    return (text,) if generic == text else (text, generic)
