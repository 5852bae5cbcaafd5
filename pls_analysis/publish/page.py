"""What a published page holds, read from an executed notebook's outputs and nothing else."""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import mistune
from nbformat import NotebookNode

from pls_analysis import blocks
from pls_analysis.charts import chart, redraw
from pls_analysis.charts.theme import PHONE_CM
from pls_analysis.messages import Messages
from pls_analysis.publish.attached import safe_csv
from pls_analysis.publish.tables import tables_of
from pls_analysis.reads import remembered
from pls_analysis.texts import LANGUAGES

SECTIONS_MAX = 100
HIDDEN_CELL = {"remove-cell", "remove_cell"}
HIDDEN_OUTPUT = {"remove-output", "remove_output", *HIDDEN_CELL}
PICTURES = {"image/png": "png", "image/jpeg": "jpg"}
REPR = re.compile(r"\s*\[?<[^<>]*(?:<[^<>]*>)*[^<>]*>\]?\s*|None\s*", re.DOTALL)
LEAST_HEADING = 7
"""One more than the deepest level of a heading: what is no heading."""


class FailedNotebook(ValueError):
    """The notebook stopped with an error, so there is nothing whole to publish."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page's parts in order, each a mapping with `kind`, and what heads and runs through it.

    Kinds: those of `blocks`, and prose (tokens of Markdown), figure (svg, narrow, alt), picture
    (base64, format, alt), output (text).
    """

    title: str
    lang: str
    masthead: dict[str, Any]
    parts: tuple[dict[str, Any], ...]
    contents: tuple[tuple[str, str], ...]
    attachments: tuple[dict[str, Any], ...]

    @property
    def running(self) -> str:
        """What runs at the head of later pages: area and period, else the issuing office."""
        about = [self.masthead.get(key, "") for key in ("area_name", "period_label")]
        return " · ".join(filter(None, about)) or self.masthead.get("org", "")

    @property
    def timestamp(self) -> int:
        """Seconds since 1970 of the end of the report's period: the same for the same report."""
        day = self.masthead.get("as_of") or "2000-01-01"
        moment = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), dt.UTC)
        return int(moment.timestamp())


def read_page(notebook: NotebookNode, name: str = "") -> Page:
    """Read the page that an executed notebook shows; `name` is the title of last resort.

    Raises FailedNotebook where a cell ended in an error.
    """
    found = list(_parts(notebook))
    masthead = next((part for part in found if part["kind"] == "masthead"), {})
    lang = masthead.get("lang") or _language(notebook)
    parts = _finish([part for part in found if part["kind"] != "data"], lang, bool(masthead))
    headings = [token for part in parts for token in _headings(part)]
    return Page(
        title=masthead.get("title") or _title(notebook, headings, name),
        lang=lang,
        masthead=masthead,
        parts=tuple(parts),
        contents=tuple(
            (token["attrs"]["id"], plain_text(token))
            for token in headings
            if token["attrs"]["level"] == 2
        ),
        attachments=tuple(
            {**part, "csv": safe_csv(part["csv"])} for part in found if part["kind"] == "data"
        ),
    )


def plain_text(token: dict[str, Any]) -> str:
    """The text of a token of Markdown and all it holds, without its marks."""
    return token.get("raw", "") + "".join(map(plain_text, token.get("children", [])))


def _language(notebook: NotebookNode) -> str:
    given = notebook.metadata.get("papermill", {}).get("parameters", {}).get("lang")
    lang = given or notebook.metadata.get("lang") or "zh"
    return "en" if str(lang).lower().startswith("en") else "zh"


def _title(notebook: NotebookNode, headings: list[dict[str, Any]], name: str) -> str:
    first = next((plain_text(token) for token in headings if token["attrs"]["level"] == 1), "")
    return notebook.metadata.get("title") or first or name or "—"


def _parts(notebook: NotebookNode) -> Iterator[dict[str, Any]]:
    for number, cell in enumerate(notebook.cells, 1):
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "markdown" and not tags & HIDDEN_CELL:
            yield from _prose(cell.source, cell.get("attachments", {}))
        elif cell.cell_type == "code":
            for output in cell.outputs:
                if output.output_type == "error" and "raises-exception" not in tags:
                    raise FailedNotebook(
                        f"Cell {number} ended in an error ({output.ename}: {output.evalue}). "
                        "Run the notebook again, then publish it."
                    )
                if not tags & HIDDEN_OUTPUT:
                    yield from _output(output)


def _output(output: NotebookNode) -> Iterator[dict[str, Any]]:
    """The parts of one output: the richest form that a page can hold."""
    if output.output_type == "stream":
        if output.name == "stdout" and output.text.strip():
            yield {"kind": "output", "text": output.text.rstrip()}
        return
    if output.output_type not in {"display_data", "execute_result"}:
        return
    data = {key: _joined(value) for key, value in output.data.items()}
    if blocks.MIME in data:
        yield dict(data[blocks.MIME])
    elif "image/svg+xml" in data:
        yield _figure(data)
    elif formats := [mime for mime in PICTURES if mime in data]:
        yield _picture(formats[0], data[formats[0]], "")
    elif "text/markdown" in data:
        yield from _prose(data["text/markdown"], {})
    elif found := tables_of(data.get("text/html", "")):
        yield from found
    elif (text := data.get("text/plain", "")) and not REPR.fullmatch(text):
        yield {"kind": "output", "text": text.rstrip()}


def _joined(value: Any) -> Any:
    lines = isinstance(value, list) and all(isinstance(line, str) for line in value)
    return "".join(value) if lines else value


def _figure(data: dict[str, Any]) -> dict[str, Any]:
    drawn = data.get(chart.MIME)
    figure = {"kind": "figure", "svg": data["image/svg+xml"], "narrow": "", "alt": ""}
    if drawn:
        figure["alt"] = drawn.get("alt", "")
        figure["chart"] = drawn
    return figure


def _picture(mime: str, encoded: str, alt: str) -> dict[str, Any]:
    return {"kind": "picture", "format": PICTURES[mime], "base64": encoded.strip(), "alt": alt}


_parse = mistune.create_markdown(renderer=None, plugins=["table", "strikethrough"])


def _prose(source: str, attachments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Markdown as tokens; a paragraph that is only an attached picture becomes a picture."""
    tokens, pending = _parse(source), []
    for token in tokens if isinstance(tokens, list) else []:
        if picture := _attached(token, attachments):
            if pending:
                yield {"kind": "prose", "tokens": pending}
            pending = []
            yield picture
        elif token["type"] != "blank_line":
            pending.append(token)
    if pending:
        yield {"kind": "prose", "tokens": pending}


def _attached(token: dict[str, Any], attachments: dict[str, Any]) -> dict[str, Any] | None:
    children = token.get("children", [])
    if len(children) != 1 or children[0]["type"] != "image":
        return None
    address = children[0]["attrs"]["url"]
    bundle = attachments.get(address.removeprefix("attachment:"), {})
    for mime in PICTURES:
        if mime in bundle:
            return _picture(mime, bundle[mime], plain_text(children[0]))
        if address.startswith(f"data:{mime};base64,"):
            return _picture(mime, address.partition(",")[2], plain_text(children[0]))
    return None


def _finish(parts: list[dict[str, Any]], lang: str, headed: bool) -> list[dict[str, Any]]:
    """Number headings and figures, settle the prose, drop titles that a masthead replaces."""
    counts = {"heading": 0, "section": 0, "figure": 0}
    parts = _without_empty_sections(parts) if headed else parts
    return [_finished(part, counts, lang, headed) for part in parts]


def _without_empty_sections(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop the headings that nothing follows but the next section's, or the imprint."""
    kept, nearest = [], 1
    for part in reversed(parts):
        if part["kind"] != "prose":
            nearest = nearest if part["kind"] == "imprint" else LEAST_HEADING
            kept.append(part)
            continue
        tokens = []
        for token in reversed(part["tokens"]):
            level = token["attrs"]["level"] if token["type"] == "heading" else LEAST_HEADING
            if level == LEAST_HEADING or level < nearest:
                tokens.append(token)
                nearest = level
        if tokens:
            kept.append({**part, "tokens": tokens[::-1]})
    return kept[::-1]


def _finished(
    part: dict[str, Any], counts: dict[str, int], lang: str, headed: bool
) -> dict[str, Any]:
    if part["kind"] == "prose":
        tokens = [_settled(token, lang) for token in part["tokens"]]
        if headed:
            tokens = [token for token in tokens if not _is_heading(token, 1)]
        _number(tokens, counts, lang, headed)
        return {"kind": "prose", "tokens": tokens}
    if part["kind"] in {"figure", "picture"}:
        counts["figure"] += 1
        return {
            **part,
            "alt": part["alt"] or Messages(lang)("page.figure", number=counts["figure"]),
        }
    return part


def _is_heading(token: dict[str, Any], level: int) -> bool:
    return token["type"] == "heading" and token["attrs"]["level"] == level


def _headings(part: dict[str, Any]) -> list[dict[str, Any]]:
    return [token for token in part.get("tokens", []) if token["type"] == "heading"]


def _number(tokens: list[dict[str, Any]], counts: dict[str, int], lang: str, headed: bool) -> None:
    for token in tokens:
        if token["type"] != "heading":
            continue
        counts["heading"] += 1
        token["attrs"]["id"] = f"s{counts['heading']}"
        if headed and _is_heading(token, 2) and not is_numbered(plain_text(token)):
            counts["section"] += 1
            number = section_number(counts["section"], lang)
            token["children"].insert(0, {"type": "text", "raw": number})


def section_number(number: int, lang: str) -> str:
    """The number before a section's heading, as its language writes it: "1. " in English."""
    say = Messages(lang)
    return say("page.section", number=say.numeral(number))


def is_numbered(heading: str) -> bool:
    """Tell whether a heading starts with a number of its own, in the manner of any language."""
    return heading.lstrip().startswith(_numbers())


def unnumbered(heading: str) -> str:
    """A heading without the number that it starts with."""
    bare = heading.strip()
    number = max((one for one in _numbers() if bare.startswith(one)), key=len, default="")
    return bare.removeprefix(number).strip()


@remembered(1)
def _numbers() -> tuple[str, ...]:
    return tuple(
        say("page.section", number=shown).strip()
        for say in map(Messages, LANGUAGES)
        for number in range(1, SECTIONS_MAX)
        for shown in (number, say.numeral(number))
    )


def _settled(token: dict[str, Any], lang: str) -> dict[str, Any]:
    """Turn raw HTML into its text and a soft line break into what the language needs."""
    kind = token["type"]
    if kind == "softbreak":
        return {"type": "text", "raw": "" if lang == "zh" else " "}
    if kind == "inline_html":
        if re.fullmatch(r"<br\s*/?>\s*", token["raw"]):
            return {"type": "linebreak"}
        return {"type": "text", "raw": re.sub(r"<[^>]*>", "", token["raw"])}
    if kind == "block_html":
        text = re.sub(r"<!--.*?-->|<[^>]*>", "", token["raw"], flags=re.DOTALL).strip()
        return {"type": "paragraph", "children": [{"type": "text", "raw": text}]}
    if kind == "image":
        return {"type": "text", "raw": plain_text(token)}
    settled = {
        key: value for key, value in token.items() if key in {"type", "raw", "attrs", "tight"}
    }
    if "children" in token:
        settled["children"] = [_settled(child, lang) for child in token["children"]]
    return settled


def narrow_svg(figure: dict[str, Any]) -> str:
    """The figure drawn again for a telephone; "" for a figure that is not one of our charts."""
    return redraw(figure["chart"], PHONE_CM).svg() if "chart" in figure else ""


def picture_bytes(picture: dict[str, Any]) -> bytes:
    """The bytes of a picture part."""
    return base64.b64decode(picture["base64"])
