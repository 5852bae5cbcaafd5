"""Draft a form spec from a detected table: what a person finishes in minutes.

Every heading is written down exactly as it is matched, and each guess carries a comment. The draft
is held against the file it was made of before it is given out, and says how many figures it reads.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from pls_analysis.areas import AreaTree, load_areas
from pls_analysis.configs import ConfigError
from pls_analysis.explore.drawing import NO_HOME, DraftError, Drawing
from pls_analysis.explore.opening import explored, layouts, named
from pls_analysis.explore.spec_text import CHECK, comment
from pls_analysis.explore.tidy import titled
from pls_analysis.ingest.extraction import Context, Extraction
from pls_analysis.ingest.forms import Form, load_forms
from pls_analysis.ingest.layout import Layout
from pls_analysis.ingest.matching import apply_forms
from pls_analysis.project import Project, find_project

FORM_ID = re.compile(r"[a-z][a-z0-9_]{0,60}")


@dataclass(frozen=True, repr=False)
class Draft:
    """A drafted form spec: its YAML and measures, what it was made of, how it reads that file.

    `tables` are the sheet and number of the table it was drafted from, then of those that print it
    for other periods and lent their headings. `read` of their `figures` give observations, the
    others are logged. `path` is the file it was written to.
    """

    form: str
    text: str
    title: str
    tables: tuple[tuple[str, int], ...]
    read: int
    figures: int
    measures: tuple[str, ...] = ()
    path: Path | None = None

    def __repr__(self) -> str:
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
    tree = load_areas(project)
    known = load_forms(project.config / "forms", tree.levels) if project is not None else []
    home = project.home if project is not None else None
    return draft_from(layouts(path), path.name, tree, home, known, sheet, number, form)


def draft_from(
    found: Sequence[Layout],
    file: str,
    tree: AreaTree,
    home: str | None = None,
    known: Sequence[Form] = (),
    sheet: str | None = None,
    number: int | None = None,
    form: str | None = None,
) -> Draft:
    """Draft a spec from the sheets of a workbook. Raises Refused and DraftError."""
    drawn = Drawing(file, found, _choose(named(found, sheet), number), tree, home, known, form)
    return _checked(drawn, drawn.lines())


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


def _checked(drawn: Drawing, body: Sequence[str]) -> Draft:
    """Hold a draft against the file it was made of, and say in its head how it reads it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{drawn.form}.yml"
        file.write_text("\n".join(body) + "\n", encoding="utf-8")
        (spec,) = load_forms(Path(folder), drawn.tree.levels)
    home = drawn.home or drawn.places.scope or NO_HOME
    out = Extraction(drawn.file)
    figures: set[tuple[str, int, int]] = set()
    for layout, one in drawn.kin:
        figures |= {(layout.sheet.name, r.box.row, r.box.col) for r in one.records}
    for layout in {id(layout): layout for layout, _ in drawn.kin}.values():
        apply_forms(layout, Context((spec,), drawn.tree, home), out)
    read = {(sheet, *at) for sheet, at in out.used} & figures
    head = list(_head(drawn, len(read), len(figures), out))
    return Draft(
        drawn.form, "\n".join([*head, *body]) + "\n", titled(drawn.table),
        tuple((layout.sheet.name, layout.tables.index(one) + 1) for layout, one in drawn.kin),
        len(read), len(figures), tuple(spec.measures),
    )  # fmt: skip


def _head(drawn: Drawing, read: int, figures: int, out: Extraction) -> Iterator[str]:
    place = f"{drawn.file}, sheet {drawn.layout.sheet.name}, table {drawn.number}"
    yield comment(f"Drafted from {place}; it reads {read:,} of {figures:,} figures.")
    yield comment(f"Look at each `{CHECK}`. Ids are the sound of the headings: rename them now,")
    yield comment("while nothing is stored under them. Give names in English (en: …), add")
    yield comment("`people: true` to small counts of people, and aliases other offices use.")
    if drawn.rival is not None:
        yield comment(
            f"{CHECK}: {drawn.rival.source} fits this table too; make one match narrower."
        )
    logged = dict.fromkeys(
        issue.message for issue in out.issues
        if issue.severity != "info" and issue.code != "form_unknown"
    )  # fmt: skip
    for message in list(logged)[:6]:
        yield comment(f"Logged: {message}")
