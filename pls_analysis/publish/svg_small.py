"""Say an SVG's picture in fewer words: flat, equal shapes in one path, equal styles said once."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pls_analysis.charts.layout import width_em
from pls_analysis.publish.svg_defs import HREF, SVG, Known, define, local, target_of
from pls_analysis.publish.svg_shapes import (
    EVERYWHERE,
    Box,
    Step,
    box_of,
    circle_of,
    is_straight,
    is_upright,
    meet,
    moved,
    read_path,
    short,
    unclosed,
    widened,
    within,
    write_path,
)
from pls_analysis.publish.svg_styles import (
    INITIAL,
    number_of,
    own_style,
    strip_style,
    write_style,
)

COORDINATES = {"d", "points", "transform", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "r"}
NUMBER = re.compile(r"-?\d+\.\d+")
MOVE = re.compile(r"translate\(([-\d.]+)[ ,]+([-\d.]+)\)")
SHORTEST = 60
"""A shape that several places use is repeated where it is written in fewer characters."""
FINEST = 2000
"""Coordinates are rounded to no more than this part of the picture's width."""


@dataclass(slots=True)
class Shape:
    """One element to be drawn: what it says of itself, its full style, where it paints."""

    element: ET.Element
    style: dict[str, str]
    steps: list[Step] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=lambda: [EVERYWHERE])

    @property
    def name(self) -> str:
        return local(self.element.tag)


def compact(root: ET.Element, prefix: str) -> None:
    """Rewrite a cleaned SVG so that it draws the same in fewer bytes.

    Groups that say nothing go, each style is written as the attributes that differ from what is
    inherited, a style shared by neighbours stands once, shapes of one style become one path
    unless something painted between them would show, clips that cut nothing and unused
    definitions go, ids become short and keep `prefix`.
    """
    places = places_of(root)
    defs = [child for one in root.iter() if local(one.tag) == "defs" for child in one]
    known = Known(
        {child.get("id", ""): child for child in defs}, Counter(map(target_of, root.iter()))
    )
    style = {**INITIAL, **own_style(root)[0]}
    families = (own_style(one)[0].get("font-family") for one in root.iter())
    style["font-family"] = next(filter(None, families), "")
    for one in defs:
        if local(one.tag) == "pattern":
            _settle(one, style, known, places)
        for part in one.iter():
            _round(part, places + 1)
    _settle(root, style, known, places)
    strip_style(root)
    root.attrib.update({name: value for name, value in style.items() if value != INITIAL[name]})
    define(root, defs, prefix)


def places_of(root: ET.Element) -> int:
    """How many decimals the coordinates of a picture need, by the width of its view box."""
    numbers = re.findall(r"[\d.]+", root.get("viewBox", ""))
    width = float(numbers[2]) if len(numbers) == 4 else 100.0
    return min(max(math.ceil(math.log10(FINEST / max(width, 1e-6))), 0), 6)


def _settle(parent: ET.Element, style: Mapping[str, str], known: Known, places: int) -> None:
    """Put in place of an element's children what draws the same, given the style it passes on."""
    shapes = _merged(list(_flat(parent, style, "", known, places)))
    for one in shapes:
        if one.steps:
            one.element.set("d", write_path(one.steps, places))
    parent[:] = _grouped(shapes, style)


def _flat(
    parent: ET.Element,
    style: Mapping[str, str],
    clip: str,
    known: Known,
    places: int,
) -> Iterator[Shape]:
    """What an element draws, one after the other, out of the groups that only pass a style on."""
    for child in parent:
        name = local(child.tag)
        if name == "defs":
            continue
        own, alone = own_style(child)
        full = {**style, **own}
        bare = not set(child.attrib) - {"style", *own, *alone}
        clip_here = alone.get("clip-path", "")
        if name == "g" and bare and not set(alone) - {"clip-path"} and not (clip and clip_here):
            yield from _flat(child, full, clip or clip_here, known, places)
            continue
        shape = _shape(child, full, known, places)
        if clip and clip_here:  # two clips cut one shape: the outer one needs a group of its own
            shape = Shape(_around(shape, style), dict(style))
            clip_here = ""
        write_style(shape.element, alone | {"clip-path": clip or clip_here or "none"})
        _unclip(shape, known)
        yield shape


def _around(shape: Shape, style: Mapping[str, str]) -> ET.Element:
    group = ET.Element(f"{{{SVG}}}g")
    write_style(shape.element, _said(shape, style))
    group.append(shape.element)
    return group


def _shape(element: ET.Element, full: dict[str, str], known: Known, places: int) -> Shape:
    """One element as it is drawn; a use of a short path becomes that path."""
    name = local(element.tag)
    target = known.elements.get(target_of(element))
    element = ET.Element(element.tag, dict(element.attrib)) if name == "use" else element
    strip_style(element)
    scaled = re.search("scale|matrix", element.get("transform", ""))
    if name != "path":
        _round(element, places)
    if name == "use" and target is not None and local(target.tag) == "path":
        return _used(element, target, full, known, places)
    if name == "path":
        return _path(element, read_path(element.get("d", "")), full, places)
    if name == "text":
        _set_by_place(element)
        return Shape(element, full, boxes=[_box_of_text(element, full)])
    if name == "g":
        _settle(element, full, known, places + 3 if scaled else places)
    return Shape(element, full)


def _round(element: ET.Element, places: int) -> None:
    """Round an element's coordinates; a turn by nothing goes."""
    for name in COORDINATES & set(element.attrib):
        value = re.sub(r"rotate\(-?0(?:\.0*)?(?:[ ,][^)]*)?\)", "", element.get(name, ""))
        fine = 5 if re.search("scale|matrix", value) else places
        element.set(name, NUMBER.sub(lambda found, fine=fine: short(float(found[0]), fine), value))
        if not value.strip():
            del element.attrib[name]


def _used(
    element: ET.Element, target: ET.Element, full: dict[str, str], known: Known, places: int
) -> Shape:
    """A path used somewhere, drawn there by itself where that is no longer."""
    steps = read_path(target.get("d", ""))
    own, alone = own_style(target)
    placed = not set(element.attrib) - {HREF, "href", "x", "y"}
    if steps is None or alone or not placed or target.get("transform"):
        return Shape(element, full)
    x, y = (float(element.get(name) or 0) for name in ("x", "y"))
    inner = {**full, **own}
    shared = known.uses[target.get("id", "")] > 1
    if shared and circle_of(steps) is None and len(write_path(steps, places)) > SHORTEST:
        box = _painted(box_of(moved(steps, x, y)), inner, steps)
        for name, value in (("x", x), ("y", y)):
            element.set(name, short(value, places))
        return Shape(element, full, boxes=[box])
    path = ET.Element(f"{{{SVG}}}path")
    return _path(path, moved(steps, x, y), inner, places)


def _path(
    element: ET.Element, steps: list[Step] | None, full: dict[str, str], places: int
) -> Shape:
    if steps is None or element.get("transform"):
        _round(element, places)
        return Shape(element, full)
    box = _painted(box_of(steps), full, steps)
    if circle := circle_of(steps):
        round_one = ET.Element(f"{{{SVG}}}circle", dict(element.attrib))
        round_one.attrib.pop("d", None)
        for name, value, more in zip(("cx", "cy", "r"), circle, (0, 0, 1), strict=True):
            round_one.set(name, short(value, places + more))
        return Shape(round_one, full, boxes=[box])
    if full["stroke"] == "none":
        steps = unclosed(steps)
    elif is_straight(steps):
        full = full | {"stroke-linejoin": "round", "fill": "none"}
    elif all(name != "M" for name, _ in steps[1:]) and steps[-1][0] == "Z":
        full = full | {"stroke-linecap": INITIAL["stroke-linecap"]}
    return Shape(element, full, steps, [box])


def _painted(box: Box, style: Mapping[str, str], steps: Sequence[Step]) -> Box:
    """The box of a shape with the breadth of its line."""
    if style["stroke"] == "none":
        return box
    sharp = style["stroke-linejoin"] == "miter" and not is_upright(steps)
    return widened(box, number_of(style["stroke-width"]) * (2.0 if sharp else 0.5))


def _set_by_place(element: ET.Element) -> None:
    """Say by x and y where a text stands that was only moved there."""
    found = MOVE.fullmatch(element.get("transform", "").strip())
    if found and not {"x", "y"} & set(element.attrib):
        del element.attrib["transform"]
        element.set("x", found[1])
        element.set("y", found[2])


def _box_of_text(element: ET.Element, style: Mapping[str, str]) -> Box:
    """A box that holds a text, rather too large than too small."""
    size, text = number_of(style["font-size"]), element.text or ""
    if not text or len(element) or element.get("transform") or not size or element.get("style"):
        return EVERYWHERE
    x, y = (float(element.get(name, "0")) for name in ("x", "y"))
    wide = size * (width_em(text) * 1.15 + 0.3)
    left = x - wide * {"start": 0.05, "middle": 0.55, "end": 1.0}.get(style["text-anchor"], 1.0)
    return (left, y - 1.1 * size, left + wide * 1.05, y + 0.4 * size)


def _relevant(shape: Shape) -> dict[str, str]:
    """The part of a shape's style that its picture depends on."""
    style = shape.style
    if shape.name not in {"path", "circle", "rect", "text", "line", "polygon", "polyline"}:
        return style
    unseen = set()
    if style["stroke"] == "none":
        unseen |= {name for name in style if name.startswith("stroke-")}
    if style["fill"] == "none":
        unseen |= {"fill-opacity", "fill-rule"}
    if shape.name != "text":
        unseen |= {name for name in style if name.startswith(("font-", "text-"))}
    if style["stroke-linejoin"] != "miter":
        unseen.add("stroke-miterlimit")
    return {name: value for name, value in style.items() if name not in unseen}


def _said(shape: Shape, around: Mapping[str, str]) -> dict[str, str]:
    """What a shape must say of its style where it stands within `around`."""
    return {name: value for name, value in _relevant(shape).items() if value != around[name]}


# -- clips


def _unclip(shape: Shape, known: Known) -> None:
    """Take away a clip that cuts nothing off."""
    clip = known.elements.get(shape.element.get("clip-path", "")[5:-1])
    if clip is None or len(clip) != 1 or local(clip[0].tag) != "rect" or clip[0].get("transform"):
        return
    x, y, wide, high = (float(clip[0].get(name, "0")) for name in ("x", "y", "width", "height"))
    if all(within(box, (x, y, x + wide, y + high)) for box in shape.boxes):
        del shape.element.attrib["clip-path"]


# -- shapes of one style


def _merged(shapes: list[Shape]) -> list[Shape]:
    """Bring shapes of one style together, paths as one path, texts as one run.

    A shape is painted earlier only where nothing that was painted in between lies at its place.
    """
    slots: list[list[Shape]] = []
    latest: dict[object, int] = {}
    for one in filter(_is_seen, shapes):
        style = _relevant(one)
        key = _kin(one, style)
        at = latest.get(key) if key else None
        if at is not None and _may_join(slots, at, one, style):
            if one.steps:
                slots[at][0].steps += one.steps
                slots[at][0].boxes += one.boxes
            else:
                slots[at].append(one)
        else:
            latest[key] = len(slots)
            slots.append([one])
    return [one for slot in slots for one in slot]


def _is_seen(shape: Shape) -> bool:
    return not shape.steps or not shape.style["fill"] == shape.style["stroke"] == "none"


def _kin(shape: Shape, style: Mapping[str, str]) -> tuple[object, ...]:
    """What shapes have in common that may stand together; empty for one that stays by itself."""
    if shape.name == "text":
        return ("text",)
    if not shape.steps and shape.name != "circle":
        return ()
    place = {"d", "cx", "cy", "r"}
    others = (pair for pair in shape.element.attrib.items() if pair[0] not in place)
    return (shape.name, *sorted(style.items()), *sorted(others))


def _may_join(slots: list[list[Shape]], at: int, one: Shape, style: Mapping[str, str]) -> bool:
    """Whether a shape may be painted as early as those of a slot, a path as a part of theirs."""
    [box] = one.boxes
    opaque = style.get("stroke-opacity", "1") == one.element.get("opacity", "1") == "1"
    apart = bool(one.steps) and (style["fill"] != "none" or not opaque)
    return not any(
        meet(box, other)
        for slot in slots[at if apart else at + 1 :]
        for shape in slot
        for other in shape.boxes
    )


# -- groups


def _grouped(shapes: list[Shape], around: Mapping[str, str]) -> list[ET.Element]:
    """The shapes' elements, neighbours that share a style in a group that says it once."""
    made: list[ET.Element] = []
    for _, run in groupby(shapes, lambda shape: shape.name == "text"):
        some = list(run)
        shared = _shared(some, around)
        inner = {**around, **shared}
        elements: list[ET.Element] = []
        for said, alike in groupby(some, lambda one, inner=inner: _said(one, inner)):
            elements += _together([one.element for one in alike], said)
        made += _together(elements, shared)
    return made


def _together(elements: list[ET.Element], said: Mapping[str, str]) -> list[ET.Element]:
    """Elements with a style that all of them share, said by a group where that is shorter."""
    length = sum(_length(*pair) for pair in said.items())
    if (len(elements) - 1) * length <= len("<g></g>"):
        for one in elements:
            write_style(one, {**said, **one.attrib})
        return elements
    group = ET.Element(f"{{{SVG}}}g")
    write_style(group, said)
    group.extend(elements)
    return [group]


def _shared(shapes: list[Shape], around: Mapping[str, str]) -> dict[str, str]:
    """What a group around the shapes should say so that the whole becomes shortest."""
    shared, saved = {}, -len("<g></g>")
    said = [_relevant(shape) for shape in shapes]
    for name in INITIAL:
        counts = Counter(style[name] for style in said if name in style)
        outer = around[name]
        gains = {
            value: (count - 1) * _length(name, value) - counts[outer] * _length(name, outer)
            for value, count in counts.items()
            if value != outer and (outer or not counts[outer])
        }
        best = max(gains, key=lambda value: gains[value], default="")
        if gains.get(best, 0) > 0:
            shared[name] = best
            saved += gains[best]
    return shared if saved > 0 else {}


def _length(name: str, value: str) -> int:
    return len(name) + len(value) + 4
