"""Tell which area a written name means: by rule or by a confirmed alias, never by likeness."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

# Likeness, 0 to 100, from which an area is worth suggesting.
_LIKE = 50

# Offices that file for an area and are written after its name.
_OFFICES = re.compile(
    "(?:公共法律服务工作站|公共法律服务中心|人民调解委员会|街道办事处|人民政府|司法所|司法局"
    "|办事处|政府)$"
)
# What kind of unit a name ends with; the longest that fits counts.
_UNITS = re.compile(
    "(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|自治旗|地区|新区|街道"
    "|居委会|村委会|省|市|区|县|旗|盟|镇|乡)$"
)
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_EDGES = ".。,，、:：;；#*＊"
_BRACKETS = str.maketrans("()", "（）")
# In a table that lies within one area, these words mean that area.
_WHOLE = {
    "全国": "country",
    "全省": "province",
    "全市": "city",
    "全区": "district",
    "全县": "district",
    "全镇": "town",
    "全街道": "town",
}


@dataclass(frozen=True, slots=True)
class Area:
    """A unit that figures are about.

    `code` is the official code (GB/T 2260 with 6 digits, the statistical code with 9 for a town
    and 12 for a village) or one of the project's own. `kind` tells areas of one level apart
    that shall not be compared (街道, 镇); in the national list it is empty. `valid_from` and
    `valid_until` are inclusive; None: open. `successor` is the code that took over, or "".
    """

    code: str
    name: str
    level: str
    parent: str
    kind: str = ""
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    successor: str = ""


@dataclass(frozen=True, slots=True)
class Alias:
    """A name that a person has confirmed for a code, with the days it is used (inclusive)."""

    name: str
    code: str
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None


class UnknownArea(LookupError):
    """No area has this name or code; `suggestions` are the areas with the nearest names."""

    def __init__(self, name: str, suggestions: Iterable[Area] = (), reason: str = "") -> None:
        self.name = name
        self.suggestions = tuple(suggestions)
        self.reason = reason
        super().__init__(name, self.suggestions, reason)

    def __str__(self) -> str:
        text = self.reason or f'no area is called "{self.name}"'
        if self.suggestions:
            near = ", ".join(f"{area.name} ({area.code})" for area in self.suggestions)
            text += (
                f"; nearest: {near}. If one of them is meant, confirm it by a line in "
                f"config/aliases.csv: {self.name},{self.suggestions[0].code},,,<your name>,"
            )
        return text


class AmbiguousArea(LookupError):
    """Several areas have this name; `candidates` are all of them, `places` where each lies."""

    def __init__(self, name: str, candidates: Iterable[Area], places: Iterable[str] = ()) -> None:
        self.name = name
        self.candidates = tuple(candidates)
        self.places = tuple(places)
        super().__init__(name, self.candidates, self.places)

    def __str__(self) -> str:
        places = self.places or [area.name for area in self.candidates]
        which = ", ".join(
            f"{place} ({area.code})" for place, area in zip(places, self.candidates, strict=True)
        )
        return f'"{self.name}" may be {which}; give the code, or the area it lies in'


def canonical(name: str) -> str:
    """Return a name without blanks and edge punctuation, as it is matched."""
    text = _BLANKS.sub("", str(name)).strip(_EDGES).translate(_BRACKETS)
    return text.replace("居民委员会", "居委会").replace("村民委员会", "村委会")


def _likeness(written: str, name: str) -> float:
    """Score two names from 0 to 100, also without their offices and kinds of unit."""
    name = canonical(name)
    stem = _UNITS.sub("", _OFFICES.sub("", written))
    return max(fuzz.ratio(written, name), fuzz.ratio(stem, _UNITS.sub("", name)))


def holds(named: Area | Alias, at: dt.date | None) -> bool:
    """Tell whether an area or alias held on a day; for None: whether it holds still."""
    if at is None:
        return named.valid_until is None
    return (named.valid_from is None or named.valid_from <= at) and (
        named.valid_until is None or at <= named.valid_until
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a search for a name is limited to."""

    scope: Area | None
    at: dt.date | None
    level: str | None


class NameIndex:
    """Names and aliases of a set of areas, ready to be looked up."""

    def __init__(
        self,
        areas: Mapping[str, Area],
        aliases: Iterable[Alias],
        path: Callable[[str], tuple[Area, ...]],
        levels: Sequence[str],
    ) -> None:
        self._areas = areas
        self._levels = levels
        self._path = path
        self._names: dict[str, list[Area]] = {}
        self._stems: dict[str, list[Area]] = {}
        self._aliases: dict[str, list[Alias]] = {}
        for area in areas.values():
            name = canonical(area.name)
            stem = _UNITS.sub("", name)
            self._names.setdefault(name, []).append(area)
            # One character (唐镇) is too little to know a place by.
            if 1 < len(stem) < len(name):
                self._stems.setdefault(stem, []).append(area)
        for alias in aliases:
            self._aliases.setdefault(canonical(alias.name), []).append(alias)

    def resolve(self, name: str, scope: Area | None, at: dt.date | None, level: str | None) -> Area:
        """Return the one area a name means; see AreaTree.resolve."""
        area = self.find(name, scope, at, level)
        if area is None:
            raise self._unknown(name, canonical(name), _Asked(scope, at, level))
        return area

    def find(
        self, name: str, scope: Area | None, at: dt.date | None, level: str | None
    ) -> Area | None:
        """Return the one area a name means, or None; raise AmbiguousArea where there are more."""
        asked = _Asked(scope, at, level)
        key = canonical(name)
        if scope and _WHOLE.get(key) == scope.level:
            return scope
        for candidates in self._attempts(key):
            found = self._best(candidates, asked)
            if len(found) > 1:
                places = ["".join(step.name for step in self._path(a.code)[1:]) for a in found]
                raise AmbiguousArea(name, found, places)
            if found:
                return found[0]
        return None

    def _attempts(self, key: str) -> Iterator[Iterable[Area | Alias]]:
        """Yield what fits a name, the surest first."""
        if key in self._areas:
            yield [self._areas[key]]
        office = _OFFICES.sub("", key)
        # "X街道办事处" is the office of X街道, "X镇司法所" that of X镇, "X司法所" that of X.
        words = dict.fromkeys([key, key.removesuffix("办事处"), office])
        for word in words:
            yield self._names.get(word, ())
            yield self._aliases.get(word, ())
        # A name that states its kind (塘桥镇) must not find a unit of another kind (塘桥街道).
        if not _UNITS.search(office):
            yield self._stems.get(office, ())
        for word in words:
            yield self._after_parent(word)

    def _after_parent(self, word: str) -> Iterable[Area]:
        """Find areas whose name is written after those of areas above: 甲市乙区丙镇 -> 丙镇."""
        for cut in range(2, len(word) - 1):
            rest = self._names.get(word[cut:], []) + self._stems.get(word[cut:], [])
            if found := [area for area in rest if self._leads_to(word[:cut], area)]:
                return found
        return ()

    def _leads_to(self, words: str, area: Area) -> bool:
        """Tell whether some words are the names of areas above one, from the top down."""
        for step in self._path(area.code)[:-1]:
            words = words.removeprefix(canonical(step.name))
        return not words

    def _best(self, candidates: Iterable[Area | Alias], asked: _Asked) -> list[Area]:
        """Keep the candidates that lie in scope and held at the time, of the nearest level."""
        fits: list[tuple[tuple[bool, bool, int], Area]] = []
        for candidate in candidates:
            area = self._areas[candidate.code]
            inside = asked.scope is None or asked.scope in self._path(area.code)
            wanted = asked.level is None or area.level == asked.level
            # Without a day, a name that is out of use still tells which area was meant.
            past = not holds(candidate, asked.at)
            if inside and wanted and (asked.at is None or not past):
                # In a list of what lies under an area, a name means a part before the whole.
                rank = (past, area is asked.scope, self._levels.index(area.level))
                fits.append((rank, area))
        best = min((rank for rank, _ in fits), default=None)
        return list(dict.fromkeys(area for rank, area in fits if rank == best))

    def _unknown(self, name: str, key: str, asked: _Asked) -> UnknownArea:
        """Make the error: out of use at the time, or unknown with the nearest names."""
        if asked.at is not None:
            for candidates in self._attempts(key):
                ever = self._best(candidates, _Asked(asked.scope, None, asked.level))
                if ever:
                    return UnknownArea(name, reason=self._out_of_use(name, ever[0], asked.at))
        pool = [
            area
            for area in self._areas.values()
            if holds(area, asked.at)
            and (asked.level is None or area.level == asked.level)
            and (asked.scope is None or asked.scope in self._path(area.code))
        ]
        near = sorted((-_likeness(key, area.name), area.code) for area in pool)[:3]
        where = f" within {asked.scope.name} ({asked.scope.code})" if asked.scope else ""
        return UnknownArea(
            name,
            (self._areas[code] for score, code in near if -score >= _LIKE),
            f'no area is called "{name}"{where}',
        )

    def _out_of_use(self, name: str, area: Area, at: dt.date) -> str:
        if area.valid_until is not None and at > area.valid_until:
            text = f'"{name}" ({area.code}) existed until {area.valid_until}'
            if area.successor in self._areas:
                text += f", then {self._areas[area.successor].name} ({area.successor})"
        elif area.valid_from is not None and at < area.valid_from:
            text = f'"{name}" ({area.code}) exists since {area.valid_from}'
        else:
            text = f'"{name}" is no confirmed name of {area.name} ({area.code}) for that day'
        return f"{text}; asked for {at}"
