"""The sheets of the Excel annex, as values: what stands on each, in the order of the report."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pls_analysis.messages import Messages
from pls_analysis.publish.chart_sheets import chart_table
from pls_analysis.publish.entries import ILLEGAL, Entry, datum, printed, words
from pls_analysis.publish.page import Page, plain_text

NAME_LENGTH = 31
"""Characters that Excel allows for the name of a sheet, counted as UTF-16."""
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
ASIDE = re.compile(r"（[^（）]*）|\s*\([^()]*\)|[：:；;，,].*", re.DOTALL)
BROKEN = re.compile(r"[A-Za-z]{2}")
RESERVED = {"history"}
WITHHELD = "[c]"
CODES = frozenset({"area", "cell", "code", "form", "parent", "raw", "sheet", "submission"})
"""Fields of attached data that are texts even where they look like numbers."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its title, and its table.

    `kind` is table, chart, data or notes; `marked` are the numbers of rows to set off.
    """

    name: str
    title: str
    kind: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]
    marked: frozenset[int] = field(default=frozenset())


def sheets_of(page: Page) -> list[Sheet]:
    """Every table of a page, every chart's data, the attached data and the notes, in this order.

    Names are unique, and short enough for Excel.
    """
    say = Messages(page.lang)
    found = [*_shown(page, say), *_attached(page, say), *_notes(page, say)]
    counts: dict[str, int] = {}
    taken = {say("annex.contents").casefold(), *RESERVED}
    named = []
    for one in found:
        counts[one.kind] = number = counts.get(one.kind, 0) + 1
        lead = "" if one.kind == "notes" else say(f"annex.{one.kind}", n=number)
        named.append(replace(one, name=sheet_name(lead, one.title, taken)))
    return named


def sheet_name(lead: str, title: str, taken: set[str]) -> str:
    """A name for a sheet that Excel takes and that no other has; it is added to `taken`.

    The title without brackets up to its first comma or colon, cut to what there is room for.
    """
    short = ASIDE.sub("", title) or title
    wanted = " ".join(FORBIDDEN.sub(" ", ILLEGAL.sub("", f"{lead} {short}")).split())
    number, tail = 1, ""
    while True:
        name = _cut(wanted, NAME_LENGTH - len(tail)).strip("' ") + tail
        if name and name.casefold() not in taken:
            taken.add(name.casefold())
            return name
        number += 1
        tail = f" {number}"


def _cut(text: str, length: int) -> str:
    """The first so many characters of a text, Latin words whole where there are several."""
    cut = text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", errors="ignore")
    if BROKEN.match(text[len(cut) - 1 :]) and cut.rfind(" ") > length // 2:
        return cut.rpartition(" ")[0]
    return cut


def _shown(page: Page, say: Messages) -> Iterator[Sheet]:
    """Tables and charts; one without a caption is called by the heading above it."""
    heading = page.title
    for part in page.parts:
        for token in part.get("tokens", []):
            if token["type"] == "heading":
                heading = plain_text(token)
        if part["kind"] == "table" and part["columns"]:
            yield _table(part, part["caption"] or heading, say)
        elif part["kind"] == "strip" and part["items"]:
            yield _strip(part, say)
        elif "chart" in part:
            made = chart_table(part["chart"], page.lang)
            if made.columns:
                title = part["chart"].get("caption") or heading
                yield Sheet("", title, "chart", made.columns, made.rows, made.marked)


def _table(part: Mapping[str, Any], title: str, say: Messages) -> Sheet:
    """A table as printed; where its cells say what they are from, in a last column."""
    heads = [column["label"] for column in part["columns"]]
    numeric = [column["kind"] not in {"text", "strong"} for column in part["columns"]]
    rows = [
        [
            printed(cell["text"], cell["tone"]) if is_number else words(cell["text"], cell["tone"])
            for cell, is_number in zip(row, numeric, strict=True)
        ]
        for row in part["rows"]
    ]
    sources = [_sources(row) for row in part["rows"]]
    return _sourced(title, heads, rows, sources, say, frozenset(part.get("marked", ())))


def _strip(part: Mapping[str, Any], say: Messages) -> Sheet:
    """The strip of indicators: figure, unit, change."""
    heads = ("measure", "now", "unit", "change")
    rows = []
    for item in part["items"]:
        unit = item["unit"]
        rate = unit if unit[:1] in {"%", "‰"} else ""
        figure = printed(item["value"] + rate)
        if figure.is_text:
            figure = words(item["value"])
        delta = words(item["delta"]) if not item["versus"] else printed(item["delta"])
        rows.append([words(item["label"]), figure, words(unit), delta])
    sources = [item.get("source", "") for item in part["items"]]
    return _sourced(
        say("annex.strip"), [say(f"brief.column_{name}") for name in heads], rows, sources, say
    )


def _sourced(
    title: str,
    heads: list[str],
    rows: list[list[Entry]],
    sources: list[str],
    say: Messages,
    marked: frozenset[int] = frozenset(),
) -> Sheet:
    if any(sources):
        heads = [*heads, say("annex.field_source")]
        rows = [[*row, words(source)] for row, source in zip(rows, sources, strict=True)]
    return Sheet("", title, "table", tuple(heads), tuple(map(tuple, rows)), marked)


def _sources(row: list[Mapping[str, Any]]) -> str:
    return "\n".join(dict.fromkeys(cell["source"] for cell in row if cell.get("source")))


def _attached(page: Page, say: Messages) -> Iterator[Sheet]:
    """The data behind the report, field by field; codes stay texts."""
    for part in page.attachments:
        heads, *rows = list(csv.reader(io.StringIO(part["csv"]))) or [[]]
        if not heads:
            continue
        text = [head in CODES for head in heads]
        body = tuple(
            tuple(
                words(cell) if is_text else datum(cell)
                for cell, is_text in zip(_marked(row, heads), text, strict=True)
            )
            for row in rows
            if row
        )
        labels = tuple(_label(head, say) for head in heads)
        plain = part["title"] in {page.masthead.get("area_name"), part["name"]}
        title = say("annex.observations") if plain else part["title"]
        yield Sheet("", title, "data", labels, body)


def _marked(row: list[str], heads: list[str]) -> list[str]:
    """A row whose value is withheld (status c) says so where the value would stand."""
    fields = dict(zip(heads, row, strict=True))
    if fields.get("status") == "c" and fields.get("value") == "":
        return [WITHHELD if head == "value" else row[at] for at, head in enumerate(heads)]
    return row


def _label(field_name: str, say: Messages) -> str:
    """The heading of a field in words where the catalogue has them."""
    key = f"annex.field_{field_name}"
    return say(key) if key in say.texts else field_name


def _notes(page: Page, say: Messages) -> Iterator[Sheet]:
    """Definitions and remarks of the report, and how the annex is to be read."""
    pairs = [pair for part in page.parts if part["kind"] == "notes" for pair in part["items"]]
    pairs.append((say("annex.reading_head"), say("annex.reading")))
    rows = tuple((words(head), words(text)) for head, text in pairs)
    heads = (say("annex.item"), say("annex.note"))
    yield Sheet("", say("brief.heading_notes"), "notes", heads, rows)
