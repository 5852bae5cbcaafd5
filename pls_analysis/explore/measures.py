"""The measures of a drafted form: which headings are one, their parts, and their units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pls_analysis.explore import naming
from pls_analysis.explore.axes import Axis, Path, is_compared
from pls_analysis.explore.tidy import unit_of
from pls_analysis.ingest import units, values
from pls_analysis.ingest.aliases import YEAR
from pls_analysis.ingest.forms import Form, Measure
from pls_analysis.ingest.layout import Record, Table
from pls_analysis.ingest.totals import check_totals

SHARE_OF_SUMS = 0.6
Places = dict[tuple[int, int], float]
"""Figures of one heading by (table, row or column), so that those side by side compare."""


@dataclass(eq=False)
class Heading:
    """One heading that names figures: its units and its figures, over all tables drafted from.

    `aliases` are its paths as written, each with the unit that is only glued to it, if one is.
    """

    path: Path
    aliases: dict[str, str | None] = field(default_factory=dict)
    said: Counter[str] = field(default_factory=Counter)
    figures: Places = field(default_factory=dict)

    @property
    def unit(self) -> str:
        """The unit to keep it in: the one most figures state, else what its name says."""
        if self.said:
            return naming.store_unit(self.said.most_common(1)[0][0])
        return naming.unit_by_name(self.path[::-1])

    def written(self) -> list[str]:
        """Its aliases, with the unit they imply where it is only glued to them."""
        return [f"{alias} [{unit}]" if unit else alias for alias, unit in self.aliases.items()]


@dataclass
class Group:
    """A measure of the draft: its own heading, if it has one, and its parts by dimension.

    `adds_up` says of each dimension whose parts are at most the whole if they are all of it;
    `overlaps` holds those whose parts come to more.
    """

    path: Path
    whole: Heading | None
    parts: dict[str, dict[str, Heading]] = field(default_factory=dict)
    adds_up: dict[str, bool] = field(default_factory=dict)
    overlaps: set[str] = field(default_factory=set)
    id: str = ""
    name: str = ""
    known: Measure | None = None

    @property
    def unit(self) -> str:
        first = next(iter(next(iter(self.parts.values())).values())) if self.parts else None
        chosen = self.whole or first
        return self.known.unit if self.known else chosen.unit if chosen else naming.UNKNOWN_UNIT


def headings_of(tables: Sequence[Table], axis: Axis, side: str) -> dict[Path, Heading]:
    """The headings on the axis of measures, in their order, by each of their paths."""
    same = _same_paths(tables, axis, side)
    found: dict[str, Heading] = {}
    by_path: dict[Path, Heading] = {}
    for number, table in enumerate(tables):
        for record in table.records:
            rest = _rest(record, axis, side)
            if rest is None or is_compared(tuple(map(values.label, _others(record, side)))):
                continue
            own = tuple(map(naming.unglued, same.get(rest, rest)))
            one = found.setdefault("".join(own).replace("/", ""), Heading(own))
            by_path[rest] = by_path[own] = one
            stated = unit_of(record, table.unit)
            glued = naming.glued_unit(rest[-1]) if rest and stated is None else None
            one.aliases["/".join(rest)] = glued
            if unit := stated or glued:
                one.said[unit] += 1
            if record.box.reading.kind == "number" and record.box.reading.value is not None:
                line = record.box.col if side == "rows" else record.box.row
                one.figures[number, line] = record.box.reading.value
    return by_path


def _rest(record: Record, axis: Axis, side: str) -> Path | None:
    """What the heading of a record names, of any year; None where it only compares."""
    labels = tuple(map(values.label, record.keys if side == "rows" else record.headings))
    if is_compared(labels):
        return None
    return tuple(YEAR.sub("{year}", part) for part in axis.rests[labels])


def _others(record: Record, side: str) -> Path:
    return record.headings if side == "rows" else record.keys


def _same_paths(tables: Sequence[Table], axis: Axis, side: str) -> dict[Path, Path]:
    """Longer path -> shorter, where one table prints a heading under a group and another without.

    Where one table has both, they are two things.
    """
    seen = [{rest for one in table.records if (rest := _rest(one, axis, side))} for table in tables]
    same: dict[Path, Path] = {}
    for path in sorted(set().union(*seen), key=len):
        for start in range(1, len(path)):
            short = path[start:]
            own = same.get(short, short)
            apart = not any({path, own} <= paths for paths in seen)
            if apart and any(own in paths for paths in seen) and not naming.is_bare(short[-1]):
                same[path] = own
                break
    return same


def grouped(
    by_path: Mapping[Path, Heading], sums: Mapping[Path, Path], forms: Iterable[Form], title: str
) -> list[Group]:
    """Put headings together as measures and their parts; `sums` gives the whole of each part.

    A measure without a heading of its own is what the `title` says.
    """
    whole_of = _wholes(by_path, sums)
    groups: dict[Path, Group] = {}
    for one in dict.fromkeys(by_path.values()):
        whole = whole_of.get(one.path)
        if whole is None:
            groups.setdefault(one.path, Group(one.path, one)).whole = one
            continue
        group = groups.setdefault(whole, Group(whole, by_path.get(whole)))
        known = group.parts.setdefault("", {}).setdefault(one.path[-1], one)
        if known is not one:  # the same part, once under another group
            known.aliases |= one.aliases
    taken: set[str] = set()
    for group in groups.values():
        _name(group, forms, taken, sums, title)
    return list(groups.values())


def _wholes(by_path: Mapping[Path, Heading], sums: Mapping[Path, Path]) -> dict[Path, Path]:
    """The whole that each heading is a part of; only leaves are parts, and only of their unit."""
    parents = {path[:size] for path in by_path for size in range(1, len(path))} | set(sums.values())
    leaves = [path for path in by_path if path and path not in parents]
    children: dict[Path, list[Path]] = {}
    for path in leaves:
        children.setdefault(path[:-1], []).append(path)
    repeated = Counter(frozenset(path[-1] for path in paths) for paths in children.values())
    wholes: dict[Path, Path] = {}
    for path in leaves:
        siblings = children[path[:-1]]
        labels = frozenset(one[-1] for one in siblings)
        split = len(siblings) > 1 and (repeated[labels] > 1 or all(map(naming.is_category, labels)))
        whole = sums.get(path) or (path[:-1] if path[:-1] in by_path or split else ())
        kin = by_path.get(whole) or by_path[siblings[0]]
        if whole and units.convert(1, by_path[path].unit, kin.unit) is not None:
            wholes.setdefault(by_path[path].path, kin.path if whole in by_path else whole)
    return wholes


def _name(
    group: Group, forms: Iterable[Form], taken: set[str], sums: Mapping[Path, Path], title: str
) -> None:
    """Give a group its id, one that another form has for it where there is one, and its parts."""
    for form in forms:
        target = form.labels.find(group.path)
        measure = form.measures[target.measure] if target else None
        if target is None or measure is None or target.breakdown != "total" or measure.id in taken:
            continue
        if units.convert(1, group.unit, measure.unit) is not None:
            group.known = measure
    group.name = naming.spoken(group.path) if group.path else title
    group.id = (
        group.known.id if group.known else naming.ascii_id((*group.path[:-1], group.name), taken)
    )
    taken.add(group.id)
    parts = group.parts.pop("", {})
    if not parts:
        return
    by_dimension: dict[str, dict[str, Heading]] = {}
    for label, one in parts.items():
        by_dimension.setdefault(naming.dimension([label]), {})[label] = one
    for name, members in by_dimension.items():
        made: dict[str, Heading] = {}
        for label, one in members.items():
            made[naming.part_id(name, label, made)] = one
        group.parts[name] = made
        holds = group.whole is not None and _fits_in(group.whole, list(made.values()))
        summed = all(sums.get(one.path) == group.path for one in members.values())
        if holds:
            group.adds_up[name] = summed
        elif group.whole is not None:
            group.overlaps.add(name)


def _fits_in(whole: Heading, parts: Sequence[Heading]) -> bool:
    """Whether the parts are at most the whole wherever all of them have figures."""
    return all(
        sum(part.figures.get(place, 0) for part in parts) <= figure * (1 + 1e-9) + 1e-9
        for place, figure in whole.figures.items()
    )


def sums_between(tables: Sequence[Table], axis: Axis, side: str) -> dict[Path, Path]:
    """Part -> whole, for the headings that add up to another wherever they stand."""
    lies = "column" if side == "rows" else "row"
    held: Counter[tuple[Path, tuple[Path, ...]]] = Counter()
    tried: Counter[tuple[Path, tuple[Path, ...]]] = Counter()
    for check in (check for table in tables for check in check_totals(table)):
        whole, *parts = (_rest(one, axis, side) for one in (check.whole, *check.parts))
        known = tuple(part for part in parts if part)
        if check.axis != lies or not whole or len({whole, *known}) != len(check.parts) + 1:
            continue
        tried[whole, known] += 1
        held[whole, known] += check.outcome != "mismatch"
    sums: dict[Path, Path] = {}
    for (whole, parts), count in held.most_common():
        if count >= SHARE_OF_SUMS * tried[whole, parts] and not any(part in sums for part in parts):
            sums |= dict.fromkeys(parts, whole)
    return sums
