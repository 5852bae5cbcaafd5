"""What an SVG defines and refers to: patterns, clips and shapes that are used elsewhere."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
HREF = f"{{{XLINK}}}href"


@dataclass(frozen=True, slots=True)
class Known:
    """What an SVG defines, by id, and how often it is used."""

    elements: Mapping[str, ET.Element]
    uses: Mapping[str, int]


def target_of(element: ET.Element) -> str:
    return (element.get(HREF) or element.get("href", "")).removeprefix("#")


@cache
def local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def define(root: ET.Element, defs: list[ET.Element], prefix: str) -> None:
    """Put what is still referred to into one place and give it short ids."""
    wanted: list[ET.Element] = []
    names = _references(root)
    while True:
        more = [one for one in defs if one not in wanted and _ids(one) & names]
        if not more:
            break
        wanted += more
        names |= set().union(*(_references(one) for one in more))
    if wanted:
        place = ET.Element(f"{{{SVG}}}defs")
        place.extend(one for one in defs if one in wanted)
        root.insert(0, place)
    ids = [own for one in root.iter() if (own := one.get("id"))]
    new = {own: f"{prefix}{at}" for at, own in enumerate(ids)}
    for one in root.iter():
        for name, value in list(one.attrib.items()):
            if name == "id":
                one.set(name, new[value])
            elif local(name) == "href" and value[1:] in new:
                one.set(name, "#" + new[value[1:]])
            elif "url(#" in value:
                one.set(
                    name, re.sub(r"(?<=url\(#)[^)]+", lambda old: new.get(old[0], old[0]), value)
                )


def _references(element: ET.Element) -> set[str]:
    """Ids that an element or one within it refers to."""
    found: set[str] = set()
    for one in element.iter():
        for name, value in one.attrib.items():
            found.update(re.findall(r"url\(#([^)]+)\)", value))
            if local(name) == "href":
                found.add(value.removeprefix("#"))
    return found


def _ids(element: ET.Element) -> set[str]:
    return {own for one in element.iter() if (own := one.get("id"))}
