"""How right a drafted form spec is: the examples' tables drafted with their specs withheld.

For each figure that a committed spec reads, the draft's heading is right when every alias that the
draft gives its measure means the same measure and part in the committed spec, and the unit is the
same. Beside it: the figures that the draft reads with the same area, period and value.

Usage: python benchmarks/draft_headings.py [FOLDER of the real workbooks]
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from pls_analysis.areas import load_areas
from pls_analysis.explore.drafting import drafted
from pls_analysis.explore.opening import layouts
from pls_analysis.ingest import units
from pls_analysis.ingest.extraction import Context, Extraction, Observed
from pls_analysis.ingest.forms import Form, load_forms
from pls_analysis.ingest.layout import Layout
from pls_analysis.ingest.matching import apply_forms
from pls_analysis.project import Project, load_project

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = {
    "guangdong-yearbooks": "guangdong-city-yearbooks",
    "shanghai-yearbook": "shanghai-yearbook-2012",
    "rural-yearbook": "rural-yearbook/raw/part03-agri-produce",
}
MONTH = "2022-05"
WRONG_SHOWN = 8


@dataclass
class Score:
    """Counts of figures, and of headings (a measure or part of one committed spec)."""

    figures: int = 0
    right: int = 0
    same: int = 0
    headings: dict[tuple[str, str, str], Counter[bool]] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)

    def add(self, other: Score) -> None:
        self.figures += other.figures
        self.right += other.right
        self.same += other.same
        for key, counts in other.headings.items():
            self.headings.setdefault(key, Counter()).update(counts)
        self.wrong.update(other.wrong)

    def __str__(self) -> str:
        whole = sum(not counts[False] for counts in self.headings.values())
        return (
            f"{self.right:,} of {self.figures:,} figures under the right heading and unit "
            f"({self.right / max(1, self.figures):.1%}); {self.same / max(1, self.figures):.1%} "
            f"with the same area, period and value; "
            f"{whole} of {len(self.headings)} headings right throughout"
        )


def withheld(project: Path, folder: Path) -> Project:
    """A copy of a project's configuration without its form specs."""
    shutil.copy(project / "pls.toml", folder)
    shutil.copytree(project / "config", folder / "config")
    shutil.rmtree(folder / "config" / "forms")
    (folder / "config" / "forms").mkdir()
    return load_project(folder)


def read(found: list[Layout], context: Context, file: str) -> dict[tuple[str, str], Observed]:
    """What specs read of a file, by sheet and cell."""
    out = Extraction(file)
    for layout in found:
        apply_forms(layout, context, out)
    return {(one.sheet, one.cell): one for one in out.observed}


def score_file(file: Path, path: str, specs: list[Form], project: Project) -> Score:
    """Draft each form that the committed specs know in a file, and compare figure by figure.

    `path` is the file's name as the specs see it: relative to the raw folder.
    """
    found, tree, score = layouts(file), load_areas(project), Score()
    committed = read(found, Context(tuple(specs), tree, project.home), path)
    for form in {one.form: None for one in committed.values()}:
        mine = {at: one for at, one in committed.items() if one.form == form}
        when = next(iter(mine.values())).filed
        spec = next(one for one in specs if one.id == form and one.serves(when))
        cells = _cells(found)
        while mine:
            sheet, number = max(cells, key=lambda table: len(cells[table] & mine.keys()))
            draft = drafted(file, project, sheet, number)
            drawn = set().union(*(cells[table] for table in draft.tables))
            theirs = read(found, Context((_loaded(draft.text),), tree, project.home), path)
            asked = {at: mine.pop(at) for at in drawn & mine.keys()}
            score.add(compare(asked, theirs, spec, _aliases(draft.text)))
    return score


def _cells(found: list[Layout]) -> dict[tuple[str, int], set[tuple[str, str]]]:
    """The sheet and address of each figure, by the sheet and number of its table."""
    return {
        (layout.sheet.name, number): {
            (layout.sheet.name, record.box.cell.address) for record in table.records
        }
        for layout in found
        for number, table in enumerate(layout.tables, 1)
    }


def _loaded(text: str) -> Form:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "draft.yml").write_text(text, encoding="utf-8")
        (form,) = load_forms(Path(folder))
    return form


def _aliases(text: str) -> dict[tuple[str, str], list[list[str]]]:
    """The label paths of a spec by measure and part, without the units they imply."""
    found: dict[tuple[str, str], list[list[str]]] = {}
    for name, measure in yaml.safe_load(text)["measures"].items():
        written = {"total": measure.get("labels", []), **measure.get("breakdown", {})}
        for part, aliases in written.items():
            paths = [re.sub(r" \[[^\]]+\]$", "", alias).split("/") for alias in aliases]
            found[name, part] = paths
    return found


def compare(
    mine: dict[tuple[str, str], Observed],
    theirs: dict[tuple[str, str], Observed],
    spec: Form,
    aliases: dict[tuple[str, str], list[list[str]]],
) -> Score:
    """Hold what a draft reads against what the committed spec reads."""
    score = Score()
    for at, one in mine.items():
        other = theirs.get(at)
        paths = aliases[other.measure, other.breakdown] if other else []
        meant = [spec.labels.find(path) for path in paths]
        right = bool(meant) and all(
            target is not None
            and (target.measure, target.breakdown) == (one.measure, one.breakdown)
            for target in meant
        )
        right = right and other is not None and other.unit == one.unit
        score.figures += 1
        score.right += right
        score.same += other is not None and _same(one, other)
        key = (spec.id, one.measure, one.breakdown)
        score.headings.setdefault(key, Counter())[right] += 1
        if not right:
            said = "not read" if other is None else f"{other.measure} [{other.unit}]"
            score.wrong[f"{'/'.join(key)} [{one.unit}] as {said}"] += 1
    return score


def _same(one: Observed, other: Observed) -> bool:
    if (one.area, one.period.start, one.period.end) != (other.area, other.period.start,
                                                        other.period.end):  # fmt: skip
        return False
    if one.value != one.value:
        return other.value != other.value
    value = units.convert(other.value, other.unit, one.unit)
    return value is not None and abs(value - one.value) <= 1e-9 * abs(one.value)


def main(real: Path) -> None:
    total = Score()
    for example, source in EXAMPLES.items():
        specs = load_forms(ROOT / "examples" / example / "config" / "forms")
        score = Score()
        with tempfile.TemporaryDirectory() as folder:
            project = withheld(ROOT / "examples" / example, Path(folder))
            for file in sorted(one for one in (real / source).rglob("*") if one.is_file()):
                path = file.relative_to(real / source).as_posix()
                score.add(score_file(file, path, specs, project))
        report(example, score)
        total.add(score)
    score = score_sample()
    report("the sample's monthly form", score)
    total.add(score)
    print(f"all: {total}")


def score_sample() -> Score:
    """One month of the sample: a form of each town, each laid out in its own way."""
    from pls_analysis.sample import generate

    specs = load_forms(ROOT / "config" / "forms")
    score = Score()
    with tempfile.TemporaryDirectory() as folder:
        project = withheld(ROOT, Path(folder))
        made = generate(project, project.raw, start=MONTH, until=MONTH)
        for path in made.files:
            score.add(score_file(project.raw / path, path, specs, project))
    return score


def report(name: str, score: Score) -> None:
    """Print a score and what is wrong most often."""
    print(f"{name}: {score}")
    for what, count in score.wrong.most_common(WRONG_SHOWN):
        print(f"    {count:5,}  {what}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "real")
