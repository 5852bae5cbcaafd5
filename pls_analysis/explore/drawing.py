"""Put a drafted form spec together, key by key, from the tables it is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pls_analysis.areas import AreaTree
from pls_analysis.explore import naming
from pls_analysis.explore.axes import (
    Axis,
    axis,
    basis_of,
    find_places,
    generic,
    is_compared,
    meaning,
    paths_of,
    shown,
    title_stem,
)
from pls_analysis.explore.measures import Group, grouped, headings_of, sums_between
from pls_analysis.explore.rhythms import find_timing
from pls_analysis.explore.spec_text import (
    CHECK,
    check_lines,
    comment,
    entry,
    file_pattern,
    measure_lines,
)
from pls_analysis.explore.tidy import titled
from pls_analysis.ingest import values, words
from pls_analysis.ingest.choosing import fits
from pls_analysis.ingest.forms import Form
from pls_analysis.ingest.layout import Layout, Table

OFFICE = re.compile(r"^\(?((?:填报|报送|上报|编报|填表)(?:单位|机构)|单位名称|报表单位)[:：]?")
SHORT_STEM = 4
SHARE_ALIKE = 0.6
NO_HOME = "100000"
"""Stands in for a scope that nothing names: the whole of the national list."""


class DraftError(ValueError):
    """A spec that cannot be drafted or written; the message says why and what to do."""


class Drawing:
    """One draft while it is put together, from the chosen table and those that print it again."""

    def __init__(
        self,
        file: str,
        found: Sequence[Layout],
        chosen: tuple[Layout, int],
        tree: AreaTree,
        home: str | None,
        known: Sequence[Form],
        form: str | None,
    ) -> None:
        self.file, self.found, self.tree, self.home, self.known = file, found, tree, home, known
        self.layout, self.number = chosen
        self.table = self.layout.tables[self.number - 1]
        self.stem = title_stem(self.table, tree)
        self.kin = list(self._kin())
        self.tables = [one for _, one in self.kin]
        self.rows, self.columns = (
            axis(path for one in self.tables for path in paths_of(one.records, side))
            for side in ("rows", "columns")
        )
        said = " ".join((titled(self.table), file, self.layout.sheet.name)).replace(" ", "")
        self.places = find_places(tree, home, (self.rows, self.columns), said)
        self.office, self.sender = self._find_office()
        self.means = meaning(self.rows, self.columns, self.places, bool(self.office or self.sender))
        self.timing = find_timing(self.kin, file)
        own = self.stem if len(self.stem) > 1 else file.rsplit(".", 1)[0]
        self.form = form or naming.ascii_id([own], ())

    def _kin(self) -> Iterator[tuple[Layout, Table]]:
        """The chosen table, and the others of the workbook that print it for other periods."""
        yield self.layout, self.table
        stems = {self.stem}
        seen = {find_timing([(self.layout, self.table)], self.layout.sheet.name).period}
        others = [
            (layout, one, title_stem(one, self.tree),
             find_timing([(layout, one)], layout.sheet.name).period)
            for layout in self.found for one in layout.tables if one.records
        ]  # fmt: skip
        stems |= {stem for _, one, stem, _ in others if stem and self._is_alike(one)}
        for layout, one, stem, when in others:
            if one is not self.table and stem in stems - {""} and when not in {None, *seen}:
                seen.add(when)
                yield layout, one

    def _is_alike(self, other: Table) -> bool:
        """Whether a table has most of the chosen one's labels on both sides."""
        shares = []
        for side in ("rows", "columns"):
            own, its = (
                {generic(rest[-1:]) for rest in axis(paths_of(table.records, side)).named}
                for table in (self.table, other)
            )
            shares.append(len(own & its) / (min(len(own), len(its)) or 1))
        return min(shares) >= SHARE_ALIKE

    @property
    def stems(self) -> list[str]:
        """What the titles of the tables say; none that another one contains."""
        found = dict.fromkeys(title_stem(table, self.tree) for table in self.tables)
        return [one for one in found if one and not any(s != one and s in one for s in found if s)]

    @property
    def rival(self) -> Form | None:
        """A form spec of the project, of another name, that fits the chosen table too."""
        others = (one for one in self.known if one.id != self.form)
        return next(
            (one for one in others if fits(one, self.table, self.file, self.layout.sheet.name)),
            None,
        )

    @property
    def measured(self) -> Axis:
        return self.rows if self.means.measures == "rows" else self.columns

    @property
    def other(self) -> tuple[str, Axis]:
        """What the axis that names no measures means, and the axis."""
        if self.means.measures == "rows":
            return self.means.columns, self.columns
        return self.means.rows, self.rows

    def _find_office(self) -> tuple[tuple[str, ...], str]:
        """The labels beside which the filing office stands, and the level of that office.

        An office named after the whole area (…区公证处) files for it, not for a part of it.
        """
        whole = self.places.scope or self.home
        labels = {
            match[1]: None
            for table in self.tables
            for box in table.facts
            if (match := OFFICE.search(said := words.squeeze(box.text)))
            and not self._names_whole(said[match.end() :].lstrip(":：") or box.beside, whole)
        }
        for title in self.table.titles:
            before = words.squeeze(title).partition(self.stem)[0] if self.stem else ""
            area = self.places.find(before)
            if area is not None and area.code != whole:
                return tuple(labels), area.level
        return tuple(labels), "town" if labels else ""

    def _names_whole(self, office: str, whole: str | None) -> bool:
        """Whether an office bears the name of the area that the table is about."""
        name = words.squeeze(office)
        if not whole or not name.startswith(self.tree[whole].name):
            return False
        found = self.places.find(name)
        return found is None or found.code == whole

    # -- the spec, line by line -----------------------------------------------------------------

    def lines(self) -> list[str]:
        """The YAML of the spec without its head."""
        groups = self.groups()
        checks = list(check_lines(groups))
        at_end = self.timing.period is not None and self.timing.period.basis == "stock"
        return [
            *entry("form", self.form),
            *entry("title", self.stem or self.file),
            *self._filing(),
            *self._layout(),
            *self._labels(),
            "measures:",
            *(line for group in groups for line in measure_lines(group, at_end)),
            *(["checks:", *checks] if checks else []),
        ]

    def groups(self) -> list[Group]:
        """The measures, named; one without a heading is what the title says."""
        found = headings_of(self.tables, self.measured, self.means.measures)
        if not found:
            raise DraftError(
                f"{self.file} compares figures and gives none of its own to draft from."
            )
        sums = sums_between(self.tables, self.measured, self.means.measures)
        return grouped(found, sums, self.known, self.stem or self.file)

    def _filing(self) -> Iterator[str]:
        scope = self.places.scope or self.home
        level = self.sender or (self.tree[scope].level if scope else "")
        if level:
            yield from entry("sender", level, "the level of the office that files it")
        yield from entry("rhythm", self.timing.rhythm, self.timing.note)
        if self.timing.sources != ("title",):
            yield from entry("period", list(self.timing.sources), "where the period is read")
        stems = self.stems
        match: dict[str, object] = {"title": stems[0] if len(stems) == 1 else stems}
        match = match if stems else {}
        if len(self.stem) < SHORT_STEM:
            match["file"] = file_pattern(self.file)
        note = "whatever fits no other form" if len(self.stem) < SHORT_STEM else ""
        yield from entry("match", match, note)
        if scope and scope != self.home:
            yield from entry("scope", scope, f"{self.tree[scope].name}: its parts are named here")
        elif scope is None:
            yield from entry("scope", NO_HOME, "the code of the area it is about")

    def _layout(self) -> Iterator[str]:
        means = self.means
        unsure = "" if means.sure else "neither rows nor columns name known areas or bases"
        yield from entry("rows", means.rows, unsure)
        yield from entry("columns", means.columns)
        whole = self.places.scope or self.home
        note = f"every figure is taken for {self.tree[whole].name}" if whole else ""
        yield from entry("area", means.area, note if means.area == "scope" else "")
        if means.area == "office" and self.office:
            yield from entry("office", list(self.office))
        heads = {values.label(one.key_heading): None for one in self.tables if one.key_heading}
        if heads:
            yield from entry("key", list(heads))
        beside = dict.fromkeys(self._attributes())
        if beside:
            yield from entry("attributes", list(beside), "these columns hold no figures")

    def _attributes(self) -> Iterator[str]:
        for table in self.tables:
            for heading, _ in table.sides:
                if label := values.label(heading):
                    yield label

    def _labels(self) -> Iterator[str]:
        yield from self._areas()
        variants: dict[str, dict[str, None]] = {}
        for basis, alias in self._variants():
            variants.setdefault(basis, {})[alias] = None
        if variants:
            said = {basis: list(aliases) for basis, aliases in variants.items()}
            yield from entry("variants", said, "which figures are of the period, which run on")
        ignored = dict.fromkeys(
            generic(path) for side in (self.rows, self.columns) for path in side.paths
            if is_compared(path)
        )  # fmt: skip
        if ignored:
            yield from entry("ignored", list(ignored), "comparisons, or figures of another time")

    def _areas(self) -> Iterator[str]:
        kind, side = self.other
        if kind != "area":
            return
        lost, totals = [], {}
        for label in dict.fromkeys(rest[-1] for rest in side.named):
            if self.places.find(label) is not None:
                continue
            if words.TOTAL.match(label) and self.places.scope:
                totals[label] = self.places.scope
            else:
                lost.append(label)
        if totals:
            yield from entry("areas", totals, "what this form calls the whole")
        if lost:
            yield comment(f"{CHECK}: no area is called {shown(lost)}; `areas:`, `ignored:`, or")
            yield comment("config/aliases.csv may say what they are. Until then they are logged.")

    def _variants(self) -> Iterable[tuple[str, str]]:
        kind, side = self.other
        if kind != "variant":
            for one in (self.rows, self.columns):
                for path in one.paths:
                    yield from ((basis, part) for part in path if (basis := basis_of(part)))
            return
        for path in side.paths:
            if is_compared(path):
                continue
            basis = next(filter(None, map(basis_of, path)), "flow")
            timeless = tuple(part for part in path if part in side.rests[path] or basis_of(part))
            yield basis, generic(timeless)
