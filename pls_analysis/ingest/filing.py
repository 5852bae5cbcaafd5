"""Which office filed a table: 填报单位, or the name before the title's own words."""

from __future__ import annotations

import re
from collections.abc import Callable

from pls_analysis.areas import AmbiguousArea, Area, UnknownArea
from pls_analysis.ingest import words
from pls_analysis.ingest.forms import Form
from pls_analysis.ingest.layout import Table
from pls_analysis.ingest.rows import Box

DATED = re.compile(
    r"[(]?(?:(?:19|20)\d\d|[一二][〇○零一二三四五六七八九]{3})年度?"
    r"(?:[上下]半年|第?[一二三四1-4]季度"
    r"|(?:[\d一二三四五六七八九十]{1,2}(?:[^\d月]\d{1,2})?月)?份?)[)]?"
)
"""A period beside the office's name in a title: 柳荫街道2022年6月公共法律服务月报."""


class FilingError(ValueError):
    """The filing office is missing, unknown or named twice; `box` is the cell to look at."""

    def __init__(self, code: str, message: str, remedy: str, box: Box | None = None) -> None:
        super().__init__(message)
        self.code, self.remedy, self.box = code, remedy, box


def find_office(form: Form, table: Table, resolve: Callable[[str], Area]) -> str:
    """The code of the area whose office filed a table. Raises FilingError."""
    codes: dict[str, tuple[str, Box | None]] = {}
    for text, box in [*_in_facts(form, table), *_in_titles(form, table)]:
        try:
            codes[resolve(text).code] = (text, box)
        except (UnknownArea, AmbiguousArea) as error:
            message = str(error).removesuffix(".")
            message = f"{message[:1].upper()}{message[1:]}."
            raise FilingError("area_unknown", message, _alias_line(text, error), box) from None
    if not codes:
        raise FilingError(
            "office_missing", "Nothing says which office filed this.",
            "Fill in 填报单位 and send the file again.",
        )  # fmt: skip
    if len(codes) > 1:
        names = " and ".join(text for text, _ in codes.values())
        raise FilingError(
            "office_conflict", f"The title and 填报单位 name two offices: {names}.",
            "Ask the office which of the two it is.", next(iter(codes.values()))[1],
        )  # fmt: skip
    return next(iter(codes))


def _in_facts(form: Form, table: Table) -> list[tuple[str, Box | None]]:
    found: list[tuple[str, Box | None]] = []
    for label in form.office_labels:
        for fact in table.facts:
            said = re.match(rf"\(?{label}[:：]?(.*?)\)?$", words.squeeze(fact.text))
            if said is None:
                continue
            text = said.group(1) or fact.beside
            if text:
                found.append((text, fact.box))
    return found


def _in_titles(form: Form, table: Table) -> list[tuple[str, Box | None]]:
    found: list[tuple[str, Box | None]] = []
    titles = form.match.get("title", [])
    for name in [titles] if isinstance(titles, str) else titles:
        for title in table.titles:
            before, matched, _ = words.squeeze(title).partition(words.squeeze(name))
            before = DATED.sub("", before)
            if matched and len(before) > 1 and not words.squeeze(form.title).startswith(before):
                found.append((before, None))
    return found


def _alias_line(text: str, error: UnknownArea | AmbiguousArea) -> str:
    near = getattr(error, "suggestions", ())
    code = near[0].code if near else "CODE"
    return (
        "If a person is sure which area is meant, add this line to config/aliases.csv: "
        f"{text},{code},,,YOUR NAME,"
    )
