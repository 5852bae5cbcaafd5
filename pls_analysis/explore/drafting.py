"""Draft a form spec from a detected table: what a person finishes in minutes.

Every heading is written down exactly as it is matched, and each guess carries a comment. The draft
is held against the file it was made of before it is given out, and says how many figures it reads.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from pls_analysis.areas import AreaTree, load_areas
from pls_analysis.configs import ConfigError
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
from pls_analysis.explore.opening import explored, layouts, named
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
from pls_analysis.ingest.extraction import Context, Extraction
from pls_analysis.ingest.forms import Form, load_forms
from pls_analysis.ingest.layout import Layout, Table
from pls_analysis.ingest.matching import apply_forms
from pls_analysis.project import Project, find_project

FORM_ID = re.compile(r"[a-z][a-z0-9_]{0,60}")
OFFICE = re.compile(r"^\(?((?:填报|报送|上报|编报|填表)(?:单位|机构)|单位名称|报表单位)[:：]?")
SHORT_STEM = 4
SHARE_ALIKE = 0.6
NO_HOME = "000000"


class DraftError(ValueError):
    """A spec that cannot be drafted or written; the message says why and what to do."""


@dataclass(frozen=True)
class Draft:
    """A drafted form spec: its YAML, what it was made of, and how it reads that file.

    `read` of `figures` figures of its tables give observations, the others are logged. `path` is
    the file it was written to.
    """

    form: str
    text: str
    sheet: str
    table: int
    title: str
    read: int
    figures: int
    path: Path | None = None

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"


def draft_form(
    path: str | Path,
    sheet: str | None = None,
    table: int | None = None,
    form: str | None = None,
    out: str | Path | None = None,
    force: bool = False,
) -> Draft:
    """Draft the form spec of a table of a workbook and write it, by default into config/forms.

    The table is the largest, else the one of that number (as the preview counts) and sheet; other
    tables of the same title in the workbook lend their headings. `form` is its id, `out` a folder
    or a .yml file. Raises Refused for a file that must not be read, and DraftError where there is
    no such table, or where a file would be overwritten without `force`.
    """
    project = _project(out)
    if form is not None and not FORM_ID.fullmatch(form):
        raise DraftError(f'"{form}" is no id of a form: write it like town_monthly.')
    draft = explored(drafted, path, project, sheet, table, form)
    target = _target(draft.form, project, out)
    if target.exists() and not force:
        raise DraftError(f"{target} is there already; name another, or overwrite it (force).")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(draft.text, encoding="utf-8")
    return replace(draft, path=target)


def _project(out: str | Path | None) -> Project | None:
    try:
        return find_project()
    except ConfigError:
        if out is None:
            raise
        return None


def _target(form: str, project: Project | None, out: str | Path | None) -> Path:
    if out is None:
        assert project is not None, "without a project a place to write to is asked for"
        return project.config / "forms" / f"{form}.yml"
    place = Path(out).expanduser()
    return place if place.suffix in (".yml", ".yaml") else place / f"{form}.yml"


def drafted(
    path: Path,
    project: Project | None,
    sheet: str | None = None,
    number: int | None = None,
    form: str | None = None,
) -> Draft:
    """Draft a spec in this process; nothing is written. Raises Refused and DraftError."""
    found = layouts(path)
    tree = load_areas(project)
    known = load_forms(project.config / "forms") if project is not None else []
    chosen = _choose(named(found, sheet), number)
    drawn = _Drawing(path.name, found, chosen, tree, project.home if project else None, known, form)
    body = drawn.lines()
    return _checked(drawn, body)


def _choose(found: Sequence[Layout], number: int | None) -> tuple[Layout, int]:
    """The sheet and number of the table to draft from: the largest, or the one asked for."""
    offered = [
        (len(table.records), layout, place)
        for layout in found
        for place, table in enumerate(layout.tables, 1)
        if number in (None, place) and table.records
    ]
    if not offered:
        which = "no table" if number is None else f"no table {number}"
        raise DraftError(f"There is {which} with figures in it; `pls preview` shows what there is.")
    _, layout, place = max(offered, key=lambda one: one[0])
    return layout, place


class _Drawing:
    """One draft while it is put together. Lives only inside `drafted`."""

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
    def measured(self) -> Axis:
        return self.rows if self.means.measures == "rows" else self.columns

    @property
    def other(self) -> tuple[str, Axis]:
        """What the axis that names no measures means, and the axis."""
        if self.means.measures == "rows":
            return self.means.columns, self.columns
        return self.means.rows, self.rows

    def _find_office(self) -> tuple[tuple[str, ...], str]:
        """The labels beside which the filing office stands, and the level of that office."""
        labels = {
            match[1]: None
            for table in self.tables
            for box in table.facts
            if (match := OFFICE.search(words.squeeze(box.text)))
        }
        for title in self.table.titles:
            before = words.squeeze(title).partition(self.stem)[0] if self.stem else ""
            area = self.places.find(before)
            if area is not None and area.code != (self.places.scope or self.home):
                return tuple(labels), area.level
        return tuple(labels), "town" if labels else ""

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
        level = self.sender or (self.tree[scope].level if scope in self.tree else "")
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
        note = f"every figure is taken for {self.tree[whole].name}" if whole in self.tree else ""
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


def _checked(drawn: _Drawing, body: Sequence[str]) -> Draft:
    """Hold a draft against the file it was made of, and say in its head how it reads it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{drawn.form}.yml"
        file.write_text("\n".join(body) + "\n", encoding="utf-8")
        (spec,) = load_forms(Path(folder))
    home = drawn.home or drawn.places.scope or NO_HOME
    out = Extraction(drawn.file)
    figures: set[tuple[str, int, int]] = set()
    for layout, one in drawn.kin:
        figures |= {(layout.sheet.name, r.box.row, r.box.col) for r in one.records}
    for layout in {id(layout): layout for layout, _ in drawn.kin}.values():
        apply_forms(layout, Context((spec, *drawn.known), drawn.tree, home), out)
    read = {(sheet, *at) for sheet, at in out.used} & figures
    head = list(_head(drawn, len(read), len(figures), out))
    return Draft(
        drawn.form, "\n".join([*head, *body]) + "\n", drawn.layout.sheet.name, drawn.number,
        titled(drawn.table), len(read), len(figures),
    )  # fmt: skip


def _head(drawn: _Drawing, read: int, figures: int, out: Extraction) -> Iterator[str]:
    place = f"{drawn.file}, sheet {drawn.layout.sheet.name}, table {drawn.number}"
    yield comment(f"Drafted from {place}; it reads {read:,} of {figures:,} figures.")
    yield comment(f"Look at each `{CHECK}`. Ids are the sound of the headings: rename them now,")
    yield comment("while nothing is stored under them. Give names in English (en: …), add")
    yield comment("`people: true` to small counts of people, and aliases other offices use.")
    if any(issue.code == "form_ambiguous" for issue in out.issues):
        yield comment(f"{CHECK}: another form spec fits this table too; make one match narrower.")
    logged = dict.fromkeys(
        issue.message for issue in out.issues
        if issue.severity != "info" and issue.code not in ("form_ambiguous", "sum_mismatch")
    )  # fmt: skip
    for message in list(logged)[:6]:
        yield comment(f"Logged: {message}")
