"""How an SVG says its style: what is inherited, what an element says of itself, written short."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping

from pls_analysis.publish.svg_shapes import short

INITIAL = {
    "fill": "#000", "fill-opacity": "1", "fill-rule": "nonzero", "stroke": "none",
    "stroke-width": "1", "stroke-opacity": "1", "stroke-linecap": "butt",
    "stroke-linejoin": "miter", "stroke-miterlimit": "4", "stroke-dasharray": "none",
    "stroke-dashoffset": "0", "font-family": "", "font-size": "", "font-weight": "400",
    "font-style": "normal", "text-anchor": "start",
}  # fmt: skip
"""What is inherited, with the value that holds where nobody says one."""
PLAIN = {"opacity": "1", "clip-path": "none", "mask": "none", "filter": "none"}
"""What belongs to one element alone, with the value that changes nothing."""
KNOWN = INITIAL | PLAIN


def own_style(element: ET.Element) -> tuple[dict[str, str], dict[str, str]]:
    """What an element says of its style: what is inherited, and what is its own alone."""
    said = {name: value for name, value in element.attrib.items() if name in KNOWN}
    for part in element.get("style", "").split(";"):
        name, _, value = part.partition(":")
        if name.strip() in KNOWN:
            said[name.strip()] = value.strip()
    said = {name: _short_value(name, value) for name, value in said.items()}
    own = {name: value for name, value in said.items() if name in INITIAL}
    alone = {name: value for name, value in said.items() if name in PLAIN and value != PLAIN[name]}
    return own, alone


def _short_value(name: str, value: str) -> str:
    if name in {"fill", "stroke"}:
        value = value.lower()
        twice = re.fullmatch(r"#(.)\1(.)\2(.)\3", value)
        return f"#{twice[1]}{twice[2]}{twice[3]}" if twice else value
    if name == "font-family":
        return value.replace("'", "").replace('"', "")
    if name == "font-weight":
        return {"normal": "400", "bold": "700"}.get(value, value)
    if re.fullmatch(r"[\d.]+(?:px)?", value):
        return short(number_of(value), 2)
    return value


def strip_style(element: ET.Element) -> None:
    """Take off an element what is written again: its style, but for what only CSS can say."""
    for name in KNOWN:
        element.attrib.pop(name, None)
    rest = [
        part.strip()
        for part in element.attrib.pop("style", "").split(";")
        if part.strip() and part.partition(":")[0].strip() not in KNOWN
    ]
    if rest:
        element.set("style", ";".join(rest))
    if not element.get("transform", "none"):
        del element.attrib["transform"]


def write_style(element: ET.Element, said: Mapping[str, str]) -> None:
    for name, value in said.items():
        if value != PLAIN.get(name):
            element.set(name, value)


def number_of(text: str) -> float:
    found = re.match(r"[\d.]+", text)
    return float(found[0]) if found else 0.0
