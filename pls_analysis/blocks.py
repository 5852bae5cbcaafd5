"""Blocks: the parts of a brief that are not charts, as small values that show themselves.

A block carries plain data for the exporters and HTML for the notebook. Every text in it is
escaped where it is written, so it may come from a workbook.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pls_analysis.messages import Messages
from pls_analysis.texts import LANGUAGES

MIME = "application/vnd.pls.block+json"
STYLE = Path(__file__).parent / "data" / "blocks.css"
TONES = frozenset({"", "good", "warn", "bad", "flat"})
ALIGNS = frozenset({"left", "right", "center"})
COLUMN_KINDS = {
    "text": "left",
    "number": "right",
    "delta": "right",
    "strong": "left",
    "bar": "right",
}
"""The kinds of column and how each is aligned unless the column says otherwise."""


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a page: `kind` says which, `data` is JSON-able.

    Made by the functions of this module, which check what they are given.
    """

    kind: str
    data: Mapping[str, Any]

    def html(self) -> str:
        """The block as an HTML fragment, classes as in `data/blocks.css`."""
        return _HTML[self.kind](self.data)

    def text(self) -> str:
        """The block as plain text, one line for each of its parts."""
        return "\n".join(_TEXT[self.kind](self.data))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        page = f'<style>{style()}</style><div class="pls">{self.html()}</div>'
        return {
            "text/plain": self.text(),
            MIME: {"kind": self.kind, **self.data},
            "text/html": page,
        }


@cache
def style() -> str:
    """The style sheet that notebook and HTML report share."""
    return STYLE.read_text(encoding="utf-8")


def masthead(
    title: str,
    *,
    org: str = "",
    area: str = "",
    area_name: str = "",
    period: str = "",
    period_label: str = "",
    issue: str = "",
    office: str = "",
    date: str = "",
    as_of: str = "",
    lang: str = "zh",
    synthetic: bool = False,
    pages: int | None = None,
) -> Block:
    """Head a brief: issuing `org`, title, area and period, issue number, editing office, date.

    `as_of` (ISO date, the end of the period) is the PDF's date; `pages` the most pages it may
    have. `synthetic` puts a mark on every page. Raises ValueError for another language or no title.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang is 'zh' or 'en', not {lang!r}.")
    if not title.strip():
        raise ValueError("A masthead needs a title.")
    return Block(
        "masthead",
        {
            "title": title, "org": org, "area": area, "area_name": area_name, "period": period,
            "period_label": period_label, "issue": issue, "office": office, "date": date,
            "as_of": as_of, "lang": lang, "synthetic": bool(synthetic),
            "mark": Messages(lang)("page.mark") if synthetic else "", "pages": pages,
        },
    )  # fmt: skip


def points(
    title: str, items: Sequence[tuple[str, str] | str], sources: Sequence[str] = ()
) -> Block:
    """List key points: each a sentence, or a pair (lead in bold, rest).

    `sources` say where the figures of each are from, in the order of the points.
    """
    pairs = [("", item) if isinstance(item, str) else (item[0], item[1]) for item in items]
    data = {"title": title, "items": [list(pair) for pair in pairs], "sources": list(sources)}
    return Block("points", data)


def strip(items: Sequence[Mapping[str, Any]]) -> Block:
    """Show a row of indicators: label, value and unit; change, its tone and basis; sparkline.

    Keys of an item: label, value, unit, delta, versus, tone (good, warn, bad, flat or ""), spark
    (figures, None for a gap). Only label and value are needed. Raises ValueError for a tone.
    """
    whole = []
    for item in items:
        blank = {"unit": "", "delta": "", "versus": "", "tone": "", "spark": [],
                 "source": ""}  # fmt: skip
        made = {**blank, **item, "value": str(item["value"])}
        if made["tone"] not in TONES:
            raise ValueError(f"Tone of {made['label']!r} is one of {sorted(TONES)}.")
        made["spark"] = [None if value != value else value for value in made["spark"]]
        whole.append(made)
    return Block("strip", {"items": whole})


def table(
    columns: Sequence[Mapping[str, Any] | str],
    rows: Sequence[Sequence[Any]],
    caption: str = "",
    marked: Sequence[int] = (),
) -> Block:
    """Make a table of display texts.

    A column is its label, or {label, kind, align, width}: kind text, number, delta, strong or bar;
    width in shares of the page (default 1), 0 for as wide as its text. A cell is a text, or
    {text, tone, share (0 to 1, length of a bar), source (office, form and cells, a line each)}.
    `marked` are the numbers (from 0) of rows to set off, such as the brief's own area among peers.
    Raises ValueError where a row has another number of cells, or a kind or tone is unknown.
    """
    heads = [_column(column) for column in columns]
    body = []
    for number, row in enumerate(rows, 1):
        if len(row) != len(heads):
            raise ValueError(
                f"Row {number} has {len(row)} cells, the table has {len(heads)} columns."
            )
        body.append([_cell(cell) for cell in row])
    data = {"caption": caption, "columns": heads, "rows": body, "marked": list(marked)}
    return Block("table", data)


def _column(column: Mapping[str, Any] | str) -> dict[str, Any]:
    given = {"label": column} if isinstance(column, str) else dict(column)
    kind = given.setdefault("kind", "text")
    if kind not in COLUMN_KINDS:
        raise ValueError(f"Kind of column {given['label']!r} is one of {sorted(COLUMN_KINDS)}.")
    if given.setdefault("align", COLUMN_KINDS[kind]) not in ALIGNS:
        raise ValueError(f"Align of column {given['label']!r} is one of {sorted(ALIGNS)}.")
    return {"width": 1, **given}


def _cell(cell: Any) -> dict[str, Any]:
    given = dict(cell) if isinstance(cell, Mapping) else {"text": cell}
    made = {"text": str(given["text"]), "tone": given.get("tone") or ""}
    if made["tone"] not in TONES:
        raise ValueError(f"Tone of the cell {made['text']!r} is one of {sorted(TONES)}.")
    if given.get("share") is not None:
        made["share"] = min(max(float(given["share"]), 0.0), 1.0)
    if given.get("source"):
        made["source"] = str(given["source"])
    return made


def notes(items: Sequence[tuple[str, str]]) -> Block:
    """Explain figures: pairs of heading and text, set small in two columns."""
    return Block("notes", {"items": [[head, text] for head, text in items]})


def imprint(lines: Sequence[str]) -> Block:
    """Close a brief: who gets it, who made it; one ruled line each."""
    return Block("imprint", {"lines": list(lines)})


def attachment(csv: str, name: str = "data.csv", title: str = "") -> Block:
    """Attach the report's own tidy data as CSV text: a file within the PDF, a link in HTML.

    Raises ValueError where `name` is not a plain file name.
    """
    if Path(name).name != name or name.startswith(".") or "\\" in name:
        raise ValueError(f"{name!r} is not a plain file name such as 'data.csv'.")
    return Block("data", {"csv": csv, "name": name, "title": title or name})


def _masthead_html(data: Mapping[str, Any]) -> str:
    about = " · ".join(escape(data[key]) for key in ("area_name", "period_label") if data[key])
    mark = f'<p><span class="pls-mark">{escape(data["mark"])}</span></p>' if data["mark"] else ""
    row = "".join(f"<span>{escape(data[key])}</span>" for key in ("office", "issue", "date"))
    return (
        f'<header class="pls-mast">{mark}'
        f'<p class="org">{escape(data["org"])}</p><h1>{escape(data["title"])}</h1>'
        f'<p class="about">{about}</p><p class="row">{row}</p></header>'
    )


def _masthead_text(data: Mapping[str, Any]) -> list[str]:
    keys = ("mark", "org", "title", "area_name", "period_label", "issue", "office", "date")
    return [data[key] for key in keys if data[key]]


def asked(text: str, source: str) -> str:
    """A figure that says where it is from when it is pointed at, tapped or reached by keyboard."""
    if not source:
        return escape(text)
    return f'<button class="pls-asked">{escape(text)}<u>{escape(source)}</u></button>'


def _points_html(data: Mapping[str, Any]) -> str:
    told = zip_longest(data["items"], data.get("sources", ()), fillvalue="")
    items = "".join(
        f"<li><b>{escape(lead)}</b>{escape(rest)}{asked('※', source) if source else ''}</li>"
        for (lead, rest), source in told
    )
    title = escape(data["title"])
    return f'<div class="pls-points"><strong>{title}</strong><ul>{items}</ul></div>'


def _strip_html(data: Mapping[str, Any]) -> str:
    return f'<div class="pls-strip">{"".join(map(_indicator_html, data["items"]))}</div>'


def _indicator_html(item: Mapping[str, Any]) -> str:
    tone = escape(item["tone"] or "flat")
    return (
        f'<div><div class="l">{escape(item["label"])}</div>'
        f'<div class="v">{asked(item["value"], item.get("source", ""))}'
        f"<small>{escape(item['unit'])}</small></div>"
        f'<div class="d {tone}">{escape(item["delta"])} <span>{escape(item["versus"])}</span></div>'
        f"{spark_svg(item['spark'])}</div>"
    )


def spark_svg(values: Sequence[float | None], label: str = "") -> str:
    """Draw a line of figures on a field of 100 × 26; a gap starts a new line.

    Without a `label` it is hidden from those who cannot see it: what stands beside it says enough.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, span = min(known), (max(known) - min(known)) or 1
    pieces, pen = [], "M"
    for at, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        x, y = at * 97 / (len(values) - 1), 22 - (value - low) / span * 18
        pieces.append(f"{pen}{x:.1f} {y:.1f}")
        pen = "L"
    told = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return (
        f'<svg viewBox="0 0 100 26" preserveAspectRatio="none" {told}>'
        f'<path d="{"".join(pieces)}" fill="none" stroke="currentColor" stroke-width="1.8" '
        'vector-effect="non-scaling-stroke"/></svg>'
    )


def _table_html(data: Mapping[str, Any]) -> str:
    caption = escape(data["caption"])
    heads = "".join(
        f'<th scope="col" class="{escape(column["align"])}">{escape(column["label"])}</th>'
        for column in data["columns"]
    )
    rows = "".join(
        ('<tr class="marked">' if at in data.get("marked", ()) else "<tr>")
        + "".join(map(_cell_html, data["columns"], row))
        + "</tr>"
        for at, row in enumerate(data["rows"])
    )
    name = f"<caption>{caption}</caption>" if caption else ""
    label = f' role="region" aria-label="{caption}"' if caption else ""
    return (
        f'<div class="pls-table" tabindex="0"{label}><table>{name}'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell_html(column: Mapping[str, Any], cell: Mapping[str, Any]) -> str:
    classes = [column["align"], cell["tone"]]
    style_ = ""
    if column["kind"] == "strong":
        classes.append("strong")
    if column["kind"] == "bar" and "share" in cell:
        classes.append("bar")
        style_ = f' style="--w:{cell["share"] * 100:.1f}%"'
    names = escape(" ".join(name for name in classes if name))
    return f'<td class="{names}"{style_}>{asked(cell["text"], cell.get("source", ""))}</td>'


def _table_text(data: Mapping[str, Any]) -> list[str]:
    lines = [data["caption"]] if data["caption"] else []
    lines.append("\t".join(column["label"] for column in data["columns"]))
    return lines + ["\t".join(cell["text"] for cell in row) for row in data["rows"]]


def _notes_html(data: Mapping[str, Any]) -> str:
    items = "".join(
        f'<div><h3 class="plain">{escape(head)}</h3><p>{escape(text)}</p></div>'
        for head, text in data["items"]
    )
    return f'<div class="pls-notes">{items}</div>'


def _imprint_html(data: Mapping[str, Any]) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in data["lines"])
    return f'<footer class="pls-imprint">{lines}</footer>'


_HTML: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "masthead": _masthead_html,
    "points": _points_html,
    "strip": _strip_html,
    "table": _table_html,
    "notes": _notes_html,
    "imprint": _imprint_html,
    "data": lambda data: f'<p class="pls-data">{escape(data["title"])}</p>',
}
_TEXT: dict[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "masthead": _masthead_text,
    "points": lambda data: [data["title"], *("".join(pair) for pair in data["items"])],
    "strip": lambda data: [
        f"{item['label']} {item['value']}{item['unit']} {item['delta']}".rstrip()
        for item in data["items"]
    ],
    "table": _table_text,
    "notes": lambda data: [f"{head} {text}" for head, text in data["items"]],
    "imprint": lambda data: list(data["lines"]),
    "data": lambda data: [data["title"]],
}
