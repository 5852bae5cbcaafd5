"""A drawn chart made higher or lower: its bands stretch, type and marks keep their size.

Drawing a chart anew at the height that fills a page takes fifteen times as long, and loses what an
analyst wrote on its axes.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pls_analysis.charts.layout import width_em
from pls_analysis.publish.svg_defs import SVG, local, target_of
from pls_analysis.publish.svg_shapes import Box, meet

Band = tuple[float, float]
"""From which height to which a chart may stretch, in points from its top."""
LEAST, MOST = 0.55, 1.7
"""How far its bands stretch at most: beyond, type and marks look lost or crowded."""
MARK_PT = 12.0
"""A shape as high as it is wide, and no larger, is a mark: a square or a dot stays one."""
OVER_EM, UNDER_EM, MIDDLE_EM = 0.86, 0.1, 0.36
"""How far letters reach over their line and under it, and how high their middle is above it."""
AIR_EM = 0.17
"""What a text has free above and below at least; where rows come nearer it gets smaller."""
LEAST_PT = 5.0
"""Letters are no smaller, however near their rows come."""
BOLDER = 0.94
"""Letters are about this much narrower than `width_em` says, which is of the widest type."""
FONT_SIZE = re.compile(r"font-size: *([\d.]+)px")
ANCHOR = re.compile(r"text-anchor: *(\w+)")
PAIR = re.compile(r"(-?[\d.]+(?:e-?\d+)?)[ ,](-?[\d.]+(?:e-?\d+)?)")
ABSOLUTE = re.compile(r"[MLCQz\d\s.,e-]*")
UPRIGHT = re.compile(r"\s*rotate\(-?0(?:\.0*)?(?:[ ,][^)]*)?\)\s*")
MOVE = re.compile(r"\s*translate\((-?[\d.]+)[ ,]+(-?[\d.]+)\)\s*")


class Rigid(ValueError):
    """A drawing that holds what cannot be stretched."""


@dataclass(frozen=True, slots=True)
class Heights:
    """Where each height of a drawing goes: bands become `share` as high, all else stays so."""

    bands: Sequence[Band]
    share: float

    def __call__(self, y: float) -> float:
        more = sum(min(y, bottom) - top for top, bottom in self.bands if y > top)
        return y + more * (self.share - 1)

    def by_middle(self, top: float, bottom: float) -> float:
        """How far something goes down that keeps its own height."""
        middle = (top + bottom) / 2
        return self(middle) - middle


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text: its place, the size of its type and the box it fills."""

    x: float
    y: float
    size: float
    box: Box


@dataclass(frozen=True, slots=True)
class Text:
    """The lines of one text, the box they fill with some air, that moved, and how far it was."""

    elements: Sequence[ET.Element]
    lines: Sequence[Line]
    box: Box
    new: Box
    by: float

    @property
    def size(self) -> float:
        return self.lines[0].size

    @property
    def tall(self) -> float:
        return self.box[3] - self.box[1]

    def distance(self, other: Text, moved: bool = False) -> float:
        """From middle to middle, as it was or as it is in the new places."""
        was = (other.box[1] + other.box[3] - self.box[1] - self.box[3]) / 2
        return abs(was + (other.by - self.by) * moved)


def stretch(root: ET.Element, bands: Sequence[Band], height: float) -> bool:
    """Make a chart's parsed SVG as high as `height` in its own units.

    False where it would not be as good as drawn anew, with `root` half changed: the bands are too
    far from how they were drawn, texts would touch, or it holds what only drawing can place.
    """
    left, top, width, old = map(float, re.split(r"[\s,]+", root.get("viewBox", "0 0 1 0").strip()))
    room = sum(below - above for above, below in bands)
    share = 1 + (height - old) / room if room > 0 else 0.0
    if not LEAST <= share <= MOST:
        return False
    heights = Heights(sorted(bands), share)
    shapes = {one.get("id", ""): one for one in root.iter() if local(one.tag) == "path"}
    try:
        texts = list(_placed(root, heights, shapes))
        if share < 1:
            _make_room(texts)
    except Rigid:
        return False
    root.set("viewBox", f"{left:g} {top:g} {width:.10g} {height:.10g}")
    root.set("height", f"{height:.10g}pt")
    return True


def _placed(parent: ET.Element, heights: Heights, shapes: dict[str, ET.Element]) -> Iterator[Text]:
    """Put all that an element holds into its new place; give its texts."""
    for at, child in enumerate(parent):
        name = local(child.tag)
        if name == "g" and len(child) and all(local(one.tag) == "text" for one in child):
            yield _text(list(child), heights)
        elif name == "text":
            yield _text([child], heights)
        elif name in {"g", "defs"} and not child.get("transform"):
            yield from _placed(child, heights, shapes)
        elif name == "path" and local(parent.tag) != "defs":
            _draw(child, heights)
        elif name == "use":
            parent[at] = _used(child, heights, shapes)
        elif name == "clipPath":
            _cut(child, heights)
        elif name not in {"path", "style", "metadata", "pattern"}:
            raise Rigid(name)


def _text(elements: Sequence[ET.Element], heights: Heights) -> Text:
    """Move the lines of one text, all of them together by its middle."""
    lines = [_line(element) for element in elements]
    lefts, tops, rights, bottoms = zip(*(line.box for line in lines), strict=True)
    by = heights.by_middle(min(tops), max(bottoms))
    for element, line in zip(elements, lines, strict=True):
        element.attrib.pop("transform", None)
        element.set("x", f"{line.x:.6f}")
        element.set("y", f"{line.y + by:.6f}")
    air = AIR_EM * lines[0].size
    box = (min(lefts), min(tops) - air, max(rights), max(bottoms) + air)
    return Text(elements, lines, box, (box[0], box[1] + by, box[2], box[3] + by), by)


def _line(element: ET.Element) -> Line:
    """Where a line of text stands. Raises Rigid for one that is turned."""
    turn, size = element.get("transform", ""), _size(element)
    if found := MOVE.fullmatch(turn):
        x, y = float(found[1]), float(found[2])
    elif not turn or UPRIGHT.fullmatch(turn):
        x, y = float(element.get("x", "0")), float(element.get("y", "0"))
    else:
        raise Rigid(turn)
    wide = width_em(element.text or "") * size * BOLDER
    anchor = ANCHOR.search(element.get("style", ""))
    share = {"middle": 0.5, "end": 1.0}.get(anchor[1] if anchor else "", 0.0)
    left = x - wide * share
    return Line(x, y, size, (left, y - OVER_EM * size, left + wide, y + UNDER_EM * size))


def _size(line: ET.Element) -> float:
    found = FONT_SIZE.search(line.get("style", ""))
    if not found:
        raise Rigid("text without a size")
    return float(found[1])


def _draw(path: ET.Element, heights: Heights) -> None:
    """Stretch a shape point by point; a mark goes down as it is."""
    source = path.get("d", "")
    if path.get("transform") or not ABSOLUTE.fullmatch(source):
        raise Rigid("path")
    box = _extent(source) if "z" in source else None
    if box and _is_mark(box):
        by = heights.by_middle(box[1], box[3])
        source = PAIR.sub(lambda at: f"{at[1]} {float(at[2]) + by:.6f}", source)
    else:
        source = PAIR.sub(lambda at: f"{at[1]} {heights(float(at[2])):.6f}", source)
    path.set("d", source)


def _used(
    use: ET.Element, heights: Heights, shapes: dict[str, ET.Element]
) -> ET.Element:  # fmt: skip
    """Move a mark that is used; a band that is defined once and used once becomes its own path."""
    target = shapes.get(target_of(use))
    box = _extent(target.get("d", "")) if target is not None else None
    if target is None or box is None or use.get("transform"):
        raise Rigid("use")
    x, y = float(use.get("x", "0")), float(use.get("y", "0"))
    if max(box[2] - box[0], box[3] - box[1]) <= MARK_PT and box[1] - 1 <= 0 <= box[3] + 1:
        use.set("y", f"{heights(y):.6f}")
        return use
    style = ";".join(filter(None, (one.get("style", "") for one in (target, use))))
    drawn = ET.Element(f"{{{SVG}}}path", {**use.attrib, "style": style})
    for name in ("x", "y", *(name for name in use.attrib if local(name) == "href")):
        drawn.attrib.pop(name, None)
    source = target.get("d", "")
    drawn.set("d", PAIR.sub(lambda at: f"{float(at[1]) + x:.6f} {float(at[2]) + y:.6f}", source))
    _draw(drawn, heights)
    return drawn


def _cut(clip: ET.Element, heights: Heights) -> None:
    """Stretch what a drawing is cut at."""
    for shape in clip:
        if local(shape.tag) == "path":
            _draw(shape, heights)
        elif local(shape.tag) == "rect":
            y, high = (float(shape.get(name, "0")) for name in ("y", "height"))
            shape.set("y", f"{heights(y):.6f}")
            shape.set("height", f"{heights(y + high) - heights(y):.6f}")
        else:
            raise Rigid("clip")


def _extent(source: str) -> Box | None:
    points = [(float(at[1]), float(at[2])) for at in PAIR.finditer(source)]
    if not points:
        return None
    xs, ys = zip(*points, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


def _is_mark(box: Box) -> bool:
    wide, high = box[2] - box[0], box[3] - box[1]
    return high <= MARK_PT and abs(wide - high) < 0.05


def _make_room(texts: Sequence[Text]) -> None:
    """Set texts smaller where they come too near to one above or below, all of a size alike."""
    shares: dict[float, float] = {}
    texts = sorted(texts, key=lambda text: text.new[1])
    for at, one in enumerate(texts):
        for other in texts[at + 1 :]:
            if other.new[1] >= one.new[3]:
                break
            tall = (one.tall + other.tall) / 2
            before, after = one.distance(other), one.distance(other, moved=True)
            if meet(one.new, other.new) and after < before > tall / 2:
                if len(one.lines) + len(other.lines) > 2:
                    raise Rigid("lines of a text")
                for size in (one.size, other.size):
                    shares[size] = min(shares.get(size, 1.0), after / min(before, tall))
    for text in texts:
        if text.size in shares and len(text.lines) == 1:
            _shrink(text, shares[text.size])


def _shrink(text: Text, share: float) -> None:
    """Set a line in smaller type. Raises Rigid where it would be too small."""
    size = text.size * share
    if size < LEAST_PT:
        raise Rigid("small text")
    [element], [line] = text.elements, text.lines
    style = FONT_SIZE.sub(f"font-size: {size:.4g}px", element.get("style", ""))
    element.set("style", style)
    element.set("y", f"{line.y + text.by - MIDDLE_EM * (line.size - size):.6f}")
