"""What the rows and columns of tables mean, judged from their labels and the area tree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from pls_analysis.areas import Area, AreaTree
from pls_analysis.explore.tidy import COMPARED, readable
from pls_analysis.ingest import values, words
from pls_analysis.ingest.aliases import YEAR
from pls_analysis.ingest.layout import Record, Table
from pls_analysis.ingest.timing import as_title, periods_in, says_only_period
from pls_analysis.periods import CALENDAR

Path = tuple[str, ...]
FLOW = re.compile(
    r"(本月|当月|本期|当期|本季度?|当季|本年|本年度)(数|值|发生数|完成数?|预算数?|决算数?)?|预算数|数量|数值|发生数|完成数"
)
CUMULATIVE = re.compile(r".{0,6}累计数?值?|年初至.*|[1一]([-—~至]\d{1,2})?月累计")
AT_END = re.compile(r"(期|年|月|季|季度)(末|底)(数|余额|数值)?|现有数?")
LONGEST_NAME = 14
SHARE_OF_AREAS = 0.3


@dataclass(frozen=True)
class Axis:
    """One side of the tables: the paths of labels on it, as matching sees them, each once."""

    paths: tuple[Path, ...]

    @cached_property
    def rests(self) -> dict[Path, Path]:
        """What is left of each path without the parts that say only a period or a variant."""
        return {
            path: tuple(part for part in path if not is_period(part) and not basis_of(part))
            for path in self.paths
        }

    @cached_property
    def named(self) -> list[Path]:
        """The rests that name something, without columns that only compare."""
        found = (rest for path, rest in self.rests.items() if rest and not is_compared(path))
        return list(dict.fromkeys(found))

    @property
    def has_variants(self) -> bool:
        return any(basis_of(part) for path in self.paths for part in path)

    @property
    def says_only_when(self) -> bool:
        """Whether every path on it is a period and nothing else: 2020年 | 2021年."""
        return all(all(map(is_period, path)) for path in self.paths)

    @property
    def says_only_how(self) -> bool:
        """Whether it says only when and on which basis: 本月 | 本年累计 | 同比."""
        if not self.named:
            return True
        single = len(self.named) == 1 and len(self.paths) == 1
        headed = self.has_variants and len({rest[:1] for rest in self.named}) == 1
        return single or (headed and len(self.named) == 1)


def axis(paths: Iterable[Sequence[str]]) -> Axis:
    """The axis of some paths as written."""
    return Axis(tuple(dict.fromkeys(tuple(map(values.label, path)) for path in paths)))


def is_period(label: str) -> bool:
    """Whether a label says a period and nothing else."""
    return says_only_period(label) and bool(periods_in(as_title(label), CALENDAR))


def basis_of(label: str) -> str | None:
    """The basis that a label names by itself: flow, cumulative or stock."""
    if is_compared((label,)):
        return None
    for basis, pattern in (("flow", FLOW), ("cumulative", CUMULATIVE), ("stock", AT_END)):
        if pattern.fullmatch(label):
            return basis
    return None


def is_compared(path: Path) -> bool:
    """Whether a path heads a comparison: 同比, 2018年比2017年增长."""
    return bool(path) and bool(COMPARED.match(re.sub(r"\(.*?\)", "", path[-1])))


def generic(path: Path) -> str:
    """A path as an alias, any year in it written {year}."""
    return YEAR.sub("{year}", "/".join(path))


@dataclass(frozen=True)
class Places:
    """The area tree below one scope, and which labels are found in it."""

    tree: AreaTree
    scope: str | None
    _known: dict[str, Area | None] = field(default_factory=dict)

    def find(self, label: str) -> Area | None:
        """The area that a label names below the scope, or None."""
        if label not in self._known:
            self._known[label] = self._resolve(label)
        return self._known[label]

    def _resolve(self, label: str) -> Area | None:
        if not 1 < len(label) <= LONGEST_NAME or any(sign.isdigit() for sign in label):
            return None
        return self.tree.find(label, self.scope)

    def share(self, side: Axis) -> float:
        """How many of the labels on an axis that could be areas are; totals do not count."""
        ends = {rest[-1] for rest in side.named}
        asked = [label for label in ends if not words.TOTAL.match(label)]
        return sum(self.find(label) is not None for label in asked) / max(1, len(asked))


def find_places(tree: AreaTree, home: str | None, sides: Iterable[Axis], said: str) -> Places:
    """Choose the area below which most labels are found: home, one that is named, or a parent.

    `said` are titles and the names of sheet and file.
    """
    labels = {rest[-1] for side in sides for rest in side.named if len(rest[-1]) <= LONGEST_NAME}
    by_name = names_of(tree)
    parents = Counter(
        parent for label in labels for parent in {one.parent for one in by_name.get(label, ())}
    )
    named = [area.code for area in tree if len(area.name) > 2 and _is_named(area, said)]
    scopes = dict.fromkeys(
        one for one in (home, *named, *(code for code, _ in parents.most_common(3))) if one
    )
    found = [Places(tree, code) for code in scopes if code in tree]
    if not found:
        return Places(tree, None)

    def rank(places: Places) -> tuple[int, int]:
        count = sum(places.find(label) is not None for label in labels)
        # The narrowest of those that know as many: 全市 among its districts is their city.
        return count, len(tree.path(places.scope or "")) if count else 0

    return max(found, key=rank)


@lru_cache(maxsize=4)
def names_of(tree: AreaTree) -> dict[str, list[Area]]:
    """Every area of a tree by its name, and by its name without its kind (惠州)."""
    found: dict[str, list[Area]] = {}
    for area in tree:
        for name in {area.name, area.name[:-1] if len(area.name) > 2 else area.name}:
            found.setdefault(name, []).append(area)
    return found


def _is_named(area: Area, said: str) -> bool:
    """Whether a title names a city or district, in full or (惠州人口) without its kind."""
    if area.level not in ("province", "city", "district"):
        return False
    return area.name in said or (area.level == "city" and said.startswith(area.name[:-1]))


def paths_of(records: Iterable[Record], axis_name: str) -> Iterable[Path]:
    """The paths of some records on an axis: rows or columns."""
    return (one.keys if axis_name == "rows" else one.headings for one in records)


@dataclass(frozen=True)
class Meaning:
    """What the rows and columns of a form mean, and where its area comes from."""

    rows: str
    columns: str
    area: str
    sure: bool = True

    @property
    def measures(self) -> str:
        """The axis that names measures: rows or columns."""
        return "rows" if self.rows == "measure" else "columns"


def meaning(rows: Axis, columns: Axis, places: Places, has_office: bool) -> Meaning:
    """Decide what rows and columns mean; not `sure` where neither names areas or bases."""
    shares = places.share(rows), places.share(columns)
    source = "office" if has_office else "scope"
    if max(shares) >= SHARE_OF_AREAS:
        if shares[0] >= shares[1]:
            return Meaning("area", "measure", "rows")
        return Meaning("measure", "area", "columns")
    if columns.says_only_when:
        return Meaning("measure", "period", source)
    if columns.says_only_how:
        return Meaning("measure", "variant", source)
    if rows.says_only_when:
        return Meaning("period", "measure", source)
    return Meaning("area", "measure", "rows", sure=False)


def title_stem(table: Table, tree: AreaTree) -> str:
    """What a table's title says beside its number, its period and the area it is about."""
    pieces = [piece for title in table.titles for piece in _pieces(words.squeeze(title))]
    native = [piece for piece in pieces if words.CJK.search(piece)]
    stem = max(native or pieces, key=len, default="")
    if not stem and table.titles and not YEAR.search(table.titles[0]):
        return words.squeeze(table.titles[0])
    for size in range(min(len(stem) - 4, LONGEST_NAME), 1, -1):
        if stem[size - 1] in "省市区县镇乡道盟州旗" and stem[:size] in names_of(tree):
            return stem[size:]
    return stem


def _pieces(title: str) -> list[str]:
    return [piece.strip(":、,.") for piece in _AROUND.split(title) if piece]


_AROUND = re.compile(
    r"\((?:[^()]*[\d〇一二三四五六七八九十续单][^()]*)\)"
    r"|(?:19|20)\d\d(?:[-—~至](?:19|20)\d\d)?年?度?(?:第?[一二三四1-4]季度|[上下]半年"
    r"|\d{1,2}(?:[-—~至]\d{1,2})?月份?)?[末底]?"
    r"|[一二][〇○零一二三四五六七八九]{3}年(?:[一二三四五六七八九十]{1,3}月)?"
    r"|表?\d+(?:[-—.]\d+)+|附[件表]\d*[:：]?|^表\d+|续表?\d*$"
)


def shown(labels: Iterable[str]) -> str:
    """Labels for a comment: on one line, readable, not too many."""
    found = [readable(label) for label in labels]
    more = f" and {len(found) - 8} more" if len(found) > 8 else ""
    return ", ".join(found[:8]) + more
