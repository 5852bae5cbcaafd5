"""The area tree of a project: its codes, its levels, and the names that lead to them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from importlib import resources

from pls_analysis.area_names import (
    Alias,
    AmbiguousArea,
    Area,
    NameIndex,
    UnknownArea,
    holds,
)
from pls_analysis.configs import (
    ConfigError,
    Problems,
    Source,
    check_code,
    read_date,
    read_rows,
    unknown,
)
from pls_analysis.english_names import english_name
from pls_analysis.project import LEVELS, Project

__all__ = ["LEVELS", "Alias", "AmbiguousArea", "Area", "AreaTree", "UnknownArea", "load_areas"]

_REQUIRED = ("code", "name", "level")
_OPTIONAL = ("parent", "kind", "valid_from", "valid_until", "successor")
_OWN = {*_REQUIRED, *_OPTIONAL}
_ALIAS_COLUMNS = ("alias", "code", "valid_from", "valid_until", "confirmed_by", "note")


class AreaTree:
    """All areas a project knows; immutable, so that what was looked up once is kept. Iterating
    gives them in official order.

    Official order is that of the codes, each area before those under it. `at` is a day: areas
    that did not exist on it are left out; without it, those that exist today are meant. `levels`
    are those of the tree, from the top.
    """

    def __init__(
        self,
        areas: Iterable[Area],
        aliases: Iterable[Alias] = (),
        facts: Mapping[str, Mapping[str, str]] | None = None,
        levels: Sequence[str] = LEVELS,
    ) -> None:
        self.levels = tuple(levels)
        self._areas = {area.code: area for area in areas}
        self._aliases = tuple(aliases)
        self._facts = dict(facts or {})
        self._under: dict[tuple[str, str | None, dt.date | None], tuple[Area, ...]] = {}
        self._paths: dict[str, tuple[Area, ...]] = {}

    def __getitem__(self, code: str) -> Area:
        """Return the area with a code; raise UnknownArea when there is none."""
        try:
            return self._areas[code]
        except KeyError:
            raise UnknownArea(code, reason=f'no area has the code "{code}"') from None

    def __contains__(self, code: object) -> bool:
        return code in self._areas

    def __len__(self) -> int:
        return len(self._areas)

    def __iter__(self) -> Iterator[Area]:
        return iter(self._ranked)

    def children(self, code: str, at: dt.date | None = None) -> tuple[Area, ...]:
        """Return the areas directly under one, in official order."""
        self[code]
        return tuple(area for area in self._below.get(code, ()) if holds(area, at))

    def descendants(
        self, code: str, level: str | None = None, at: dt.date | None = None
    ) -> tuple[Area, ...]:
        """Return all areas under one, of one level where it is given, in official order."""
        self[code]
        if level is not None and level not in self.levels:
            raise ValueError(unknown("level", level, self.levels))
        if (code, level, at) not in self._under:
            self._under[code, level, at] = tuple(
                area
                for area in self._walk(code)
                if (level is None or area.level == level) and holds(area, at)
            )
        return self._under[code, level, at]

    def peers(self, code: str, at: dt.date | None = None) -> tuple[Area, ...]:
        """Return the areas to compare one with, itself among them: same parent, level and kind."""
        own = self[code]
        return tuple(
            area
            for area in self._below.get(own.parent, ())
            if (area.level, area.kind) == (own.level, own.kind) and (area is own or holds(area, at))
        )

    def path(self, code: str) -> tuple[Area, ...]:
        """Return the areas from the topmost down to this one."""
        if code not in self._paths:
            steps = [self[code]]
            while steps[-1].parent in self._areas:
                steps.append(self._areas[steps[-1].parent])
            self._paths[code] = tuple(reversed(steps))
        return self._paths[code]

    def order(self, codes: Iterable[str] | None = None) -> list[str]:
        """Return the codes (by default all) in official order; unknown ones come last."""
        if codes is None:
            return list(self._rank)
        return sorted(codes, key=lambda code: (self._rank.get(code, len(self._rank)), code))

    def facts(self, code: str) -> Mapping[str, str]:
        """Return what else the project's lists say of an area: further column -> text."""
        self[code]
        return self._facts.get(code, {})

    def in_english(self, around: str) -> AreaTree:
        """The same tree with English names for an area, those above it and all beside and below.

        They are those of the column `name_en` of config/areas.csv, else in pinyin. Areas of one
        English name under the same area keep their own beside it.
        """
        path = self.path(around)
        within = {one.code: one for one in (*path, *self.descendants(path[-2:][0].code))}
        said = {
            code: self.facts(code).get("name_en") or english_name(one.name)
            for code, one in within.items()
        }
        often = Counter((one.parent, said[code]) for code, one in within.items())
        areas = dict(self._areas)
        for code, one in within.items():
            alike = often[one.parent, said[code]] > 1 and said[code] != one.name
            name = f"{said[code]} ({one.name})" if alike else said[code]
            areas[code] = replace(one, name=name)
        return AreaTree(areas.values(), self._aliases, self._facts, self.levels)

    def resolve(
        self,
        name: str,
        within: str | None = None,
        at: dt.date | None = None,
        level: str | None = None,
    ) -> Area:
        """Return the area that a name, a confirmed alias or a code stands for.

        `within` limits the search to that area and what lies under it; 全市, 全区 and the like
        then mean that area itself. `at` limits it to names in use on that day; without it those
        in use today come first. A name is matched as written, then as an alias, then without the
        office that files for it (街道办事处, 司法所, 人民政府), then, where it states no kind of
        unit, by its stem, and last after the names of areas above it. Among equals the higher
        level wins. Likeness never matches: it only makes the suggestions of the error.

        Raises UnknownArea, or AmbiguousArea when several areas fit equally well.
        """
        scope = None if within is None else self[within]
        return self._index.resolve(name, scope, at, level)

    def find(self, name: str, within: str | None = None, at: dt.date | None = None) -> Area | None:
        """Return the one area that a name means, as `resolve` does, or None; it suggests nothing.

        For the many labels of a table of which only some may be areas: suggestions take time.
        """
        if within is not None and within not in self:
            return None
        try:
            return self._index.find(name, None if within is None else self[within], at, None)
        except AmbiguousArea:
            return None

    @cached_property
    def _index(self) -> NameIndex:
        return NameIndex(self._areas, self._aliases, self.path, self.levels)

    @cached_property
    def _below(self) -> dict[str, list[Area]]:
        below: dict[str, list[Area]] = {}
        for area in sorted(self._areas.values(), key=lambda area: area.code):
            below.setdefault(area.parent, []).append(area)
        return below

    @cached_property
    def _ranked(self) -> tuple[Area, ...]:
        tops = (area for area in self._areas.values() if area.parent not in self._areas)
        return tuple(
            area
            for top in sorted(tops, key=lambda area: area.code)
            for area in (top, *self._walk(top.code))
        )

    @cached_property
    def _rank(self) -> dict[str, int]:
        return {area.code: place for place, area in enumerate(self._ranked)}

    def _walk(self, code: str) -> Iterator[Area]:
        for area in self._below.get(code, ()):
            yield area
            yield from self._walk(area.code)


def load_areas(project: Project | None = None) -> AreaTree:
    """Return the tree of the national list and, with a project, of its config/ as well.

    A project that states its own levels has a tree of its own: the national list is left out.
    From config/ come areas.csv and villages.csv (they replace what stands under the same code)
    and aliases.csv; each may be absent. Raises ConfigError with every fault of every file.
    """
    levels = LEVELS if project is None else project.levels
    areas = {} if project is not None and project.own_levels else dict(_national())
    facts: dict[str, dict[str, str]] = {}
    aliases: list[Alias] = []
    found: list[str] = []
    if project is not None:
        for name in ("areas.csv", "villages.csv"):
            if (path := project.config / name).is_file():
                areas |= _read_areas(path, areas, levels, facts, found)
        if (path := project.config / "aliases.csv").is_file():
            aliases = _read_aliases(path, areas, found)
        if not found and project.home not in areas:
            found.append(f'pls.toml: [project] home "{project.home}" is no area of the tree')
    if found:
        raise ConfigError(found)
    return AreaTree(areas.values(), aliases, facts, levels)


@cache
def _national() -> Mapping[str, Area]:
    """Read China's provinces, cities and districts, also those that are no more."""
    folder = resources.files("pls_analysis") / "data"
    found: list[str] = []
    areas: dict[str, Area] = {}
    for name in ("areas.csv", "areas_history.csv"):
        areas |= _read_areas(folder / name, areas, LEVELS, {}, found)
    if found:
        raise ConfigError(found)
    return areas


def _read_areas(
    source: Source,
    known: Mapping[str, Area],
    levels: Sequence[str],
    facts: dict[str, dict[str, str]],
    found: list[str],
) -> dict[str, Area]:
    """Read one list of areas; columns beyond an area's own go to `facts`, faults to `found`."""
    problems = Problems(source)
    areas: dict[str, Area] = {}
    lines: dict[str, int] = {}
    for line, row in read_rows(source, problems, _REQUIRED, _OPTIONAL, extra=True):
        code = row["code"]
        if not check_code(code, line, problems):
            continue
        if code in lines:
            problems.add(f"code {code} stands on line {lines[code]} already", line)
            continue
        lines[code] = line
        areas[code] = _area(row, line, levels, problems)
        if len(row) > len(_OWN):
            facts[code] = {key: text for key, text in row.items() if text and key not in _OWN}
    _check_links(areas, lines, known, levels[0], problems)
    found += problems.found
    return areas


def _area(row: Mapping[str, str], line: int, levels: Sequence[str], problems: Problems) -> Area:
    if not row["name"]:
        problems.add(f"the name of {row['code']} is missing", line)
    if row["level"] not in levels:
        problems.add(unknown("level", row["level"], levels), line)
    first = read_date(row["valid_from"], "valid_from", line, problems)
    last = read_date(row["valid_until"], "valid_until", line, problems)
    if first and last and first > last:
        problems.add(f"valid_from {first} is after valid_until {last}", line)
    return Area(
        row["code"],
        row["name"],
        row["level"],
        row["parent"] or _parent_of(row["code"]),
        row["kind"],
        first,
        last,
        row["successor"],
    )


def _parent_of(code: str) -> str:
    """Return the code above a town's (9 digits) or a village's (12); "" for others."""
    return {9: code[:6], 12: code[:9]}.get(len(code), "")


def _check_links(
    areas: Mapping[str, Area],
    lines: Mapping[str, int],
    known: Mapping[str, Area],
    top: str,
    problems: Problems,
) -> None:
    """Note parents and successors that do not exist, and areas that lie under themselves."""
    for code, area in areas.items():
        line = lines[code]
        if area.parent not in areas and area.parent not in known and area.level != top:
            what = f'parent "{area.parent}" is unknown' if area.parent else "the parent is missing"
            problems.add(f"{what} ({code} {area.name})", line)
        if area.successor and area.successor not in areas and area.successor not in known:
            problems.add(f'successor "{area.successor}" is unknown ({code} {area.name})', line)
        seen = {code}
        above = area.parent
        while above in areas and above not in seen:
            seen.add(above)
            above = areas[above].parent
        if above in seen:
            problems.add(f"{code} {area.name} lies under itself", line)


def _read_aliases(source: Source, areas: Mapping[str, Area], found: list[str]) -> list[Alias]:
    problems = Problems(source)
    aliases: list[Alias] = []
    for line, row in read_rows(source, problems, _ALIAS_COLUMNS):
        if not check_code(row["code"], line, problems):
            continue
        if row["code"] not in areas:
            problems.add(f'"{row["alias"]}": ' + unknown("code", row["code"], areas), line)
        if not row["alias"]:
            problems.add("the alias is missing", line)
        if not row["confirmed_by"]:
            problems.add(f'"{row["alias"]}": confirmed_by is empty; an alias needs a person', line)
        first = read_date(row["valid_from"], "valid_from", line, problems)
        last = read_date(row["valid_until"], "valid_until", line, problems)
        if first and last and first > last:
            problems.add(f"valid_from {first} is after valid_until {last}", line)
        aliases.append(Alias(row["alias"], row["code"], first, last))
    found += problems.found
    return aliases
