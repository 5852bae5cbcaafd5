"""Make a notebook's SVG safe and small: only drawing elements, own ids, no outside reference."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import lru_cache

from defusedxml.ElementTree import fromstring

from pls_analysis.charts.glyphs import SANS, check_glyphs
from pls_analysis.publish.svg_defs import SVG, XLINK, local
from pls_analysis.publish.svg_small import compact

DRAWING = {
    *("svg", "g", "defs", "use", "symbol", "marker", "clipPath", "mask", "pattern"),
    *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "image"),
    *("linearGradient", "radialGradient", "stop", "text", "tspan", "title", "desc"),
}
ET.register_namespace("", SVG)
ET.register_namespace("xlink", XLINK)


def read_svg(source: str) -> ET.Element:
    """Parse an SVG. Raises ValueError for what is not one."""
    try:
        return fromstring(source)
    except ET.ParseError as error:
        raise ValueError(f"A figure's SVG cannot be read: {error}.") from error


def clean_svg(
    source: str | ET.Element, prefix: str, label: str = "", small: bool = True
) -> str:  # fmt: skip
    """Return `source`, or what was read from it, ready to stand within a page.

    Scripts, event handlers, metadata and outside references go; ids get `prefix`; text is set in
    the package's font. With `label` it becomes one image with that accessible name; `small` says
    the same picture in fewer words, coordinates with no more decimals than are seen. Raises
    MissingGlyph for text no font can draw, ValueError for what is not SVG.
    """
    root = read_svg(source) if isinstance(source, str) else source
    _prune(root)
    used = {
        name
        for element in root.iter()
        for value in element.attrib.values()
        if value.startswith("#") or "url(#" in value
        for name in re.findall(r"(?:^#|url\(#)([^\")]+)", value)
    }
    for element in root.iter():
        _tidy(element, prefix, used)
        if local(element.tag) in {"text", "tspan"}:
            check_glyphs("".join(element.itertext()))
    root.set("stroke-linejoin", "round")  # matplotlib says so in a style sheet, which is dropped
    if small:
        compact(root, prefix)
    root.attrib.pop("version", None)
    if label:
        root.set("role", "img")
        root.set("aria-label", label)
    return ET.tostring(root, encoding="unicode").replace(" />", "/>")


def svg_height(source: str) -> float:
    """Height of an SVG in widths, from its view box. Raises ValueError where it has none."""
    _, _, width, height = view_box(source)
    return height / width


def view_box(source: str) -> tuple[float, float, float, float]:
    """Left, top, width and height of an SVG. Raises ValueError where it does not say them."""
    box = re.search(r'viewBox="([^"]+)"', source)
    numbers = [float(number) for number in re.split(r"[\s,]+", box[1].strip())] if box else []
    if len(numbers) != 4 or numbers[2] <= 0:
        raise ValueError("A figure's SVG has no view box.")
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _prune(element: ET.Element) -> None:
    for child in list(element):
        if not isinstance(child.tag, str) or local(child.tag) not in DRAWING:
            element.remove(child)
        else:
            _prune(child)


def _tidy(element: ET.Element, prefix: str, used: set[str]) -> None:
    if local(element.tag) not in {"text", "tspan", "title", "desc"}:
        element.text = None
    element.tail = element.tail if local(element.tag) == "tspan" else None
    for name, value in dict(_kept(element)).items():
        element.set(name, _tidied(local(name), value, prefix))
    if (own := element.get("id")) and own.removeprefix(prefix) not in used:
        del element.attrib["id"]


def _tidied(name: str, value: str, prefix: str) -> str:
    """One attribute's value: own ids, short numbers, the package's font."""
    if name == "id":
        return prefix + value
    if name == "href" and value.startswith("#"):
        return f"#{prefix}{value[1:]}"
    if name in {"style", "font-family"}:
        value = _own_font(value)
    return value.replace("url(#", f"url(#{prefix}")


def _kept(element: ET.Element) -> Iterator[tuple[str, str]]:
    """Attributes without event handlers and references to anything outside; others are deleted."""
    for name, value in list(element.attrib.items()):
        short = local(name).lower()
        outside = short == "href" and not value.startswith(("#", "data:image/"))
        if short.startswith("on") or outside or _leads_out(value):
            del element.attrib[name]
        else:
            yield name, value


def _leads_out(value: str) -> bool:
    found = "url(" in value or "\\" in value
    return found and re.search(r"url\((?!#)|\\", value) is not None


@lru_cache(1024)
def _own_font(value: str) -> str:
    """Name the package's font in a `font` shorthand or `font-family`, whatever stood there."""
    shorthand = re.sub(r"(font:[^;']*)'[^;]*", rf"\1'{SANS}'", value)
    return re.sub(r"font-family:[^;]*", f"font-family: '{SANS}'", shorthand)
