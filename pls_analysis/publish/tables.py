"""Tables of a notebook's HTML outputs (pandas, Styler) as table blocks."""

from __future__ import annotations

import re
from typing import Any

from bs4 import BeautifulSoup, Tag

from pls_analysis import blocks

FIGURE = re.compile(r"[+\-−▲▼]?\s*[\d,]*\.?\d+\s*[%‰]?|NaN|None|—|<NA>|NaT|")


def tables_of(source: str) -> list[dict[str, Any]]:
    """Every outer table of an HTML output as the data of a table block; only text is taken."""
    if "<table" not in source:
        return []
    soup = BeautifulSoup(source, "html.parser")
    outer = [table for table in soup.find_all("table") if table.find_parent("table") is None]
    return [made for table in outer if (made := _block(table))]


def _block(table: Tag) -> dict[str, Any] | None:
    heads = _grid(table.select("thead tr"))
    body = _grid([row for row in table.find_all("tr") if row.find_parent("thead") is None])
    if not body:
        return None
    width = max(len(row) for row in [*heads, *body])
    body = [row + [""] * (width - len(row)) for row in body]
    labels = [_heading([row[at] for row in heads if at < len(row)]) for at in range(width)]
    if not labels[0] and [row[0] for row in body] == [str(at) for at in range(len(body))]:
        labels, body = labels[1:], [row[1:] for row in body]
    columns = [
        {"label": label, "kind": "number" if _figures(body, at) else "text", "width": 0}
        for at, label in enumerate(labels)
    ]
    caption = table.find("caption")
    name = caption.get_text(" ", strip=True) if caption else ""
    made = blocks.table(columns, body, name)
    return {"kind": made.kind, **made.data}


def _figures(body: list[list[str]], at: int) -> bool:
    return all(FIGURE.fullmatch(row[at]) for row in body)


def _heading(parts: list[str]) -> str:
    """Join a column's headings of several levels, each once: "2022 · 调解"."""
    return " · ".join(dict.fromkeys(part for part in parts if part))


def _grid(rows: list[Tag]) -> list[list[str]]:
    """Texts of rows, cells that span several columns or rows repeated over them."""
    grid: list[list[str]] = []
    below: dict[tuple[int, int], str] = {}
    for number, row in enumerate(rows):
        texts: list[str] = []
        for cell in row.find_all(["td", "th"], recursive=False):
            _fill(texts, below, number)
            text = cell.get_text(" ", strip=True)
            for _ in range(_span(cell, "colspan")):
                for down in range(1, _span(cell, "rowspan")):
                    below[number + down, len(texts)] = text
                texts.append(text)
        _fill(texts, below, number)
        grid.append(texts)
    return grid


def _fill(texts: list[str], below: dict[tuple[int, int], str], number: int) -> None:
    while (number, len(texts)) in below:
        texts.append(below[number, len(texts)])


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name, "1"))
    return min(int(value), 1000) if value.isdigit() and int(value) else 1
