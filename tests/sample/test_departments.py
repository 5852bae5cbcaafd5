"""The forms of departments, read by ingest: all of the truth, nothing else, nothing wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from projects import ROOT

from pls_analysis.ingest.forms import load_forms
from pls_analysis.ingest.pipeline import ingest
from pls_analysis.project import Project
from pls_analysis.sample import SampleTruth, generate, write_corrections
from pls_analysis.sample.files import is_synthetic
from pls_analysis.sample.settings import load_sample
from pls_analysis.store import Store

KEY = ["measure", "area", "breakdown", "period_start", "period_end", "basis"]
FORMS = [one.form for one in load_sample(ROOT / "config" / "sample") if one.level == "district"]


@dataclass(frozen=True)
class Read:
    """The departments' truth beside what was read of it."""

    project: Project
    truth: SampleTruth
    both: pd.DataFrame
    issues: pd.DataFrame

    def of(self, form: str) -> pd.DataFrame:
        """The rows of one form."""
        return self.both[self.both["form"].fillna(self.both["form_read"]) == form]


@pytest.fixture(scope="module")
def read(departments: Project) -> Read:
    project = departments
    truth = generate(project, forms=FORMS)
    write_corrections(truth, project.config / "corrections.yml")
    outcome = ingest(project, jobs=2)
    assert not outcome.refused
    store = Store(project.processed)
    paths = store.submissions().set_index("submission")["path"]
    found = store.observations().assign(file=lambda frame: frame["submission"].map(paths))
    right = truth.frame()
    for name in ("period_start", "period_end"):
        right[name], found[name] = (pd.to_datetime(one[name]) for one in (right, found))
    both = right.merge(found, on=KEY, how="outer", suffixes=("", "_read"), indicator=True)
    missing = both["value"].isna() & both["value_read"].isna() & (both["_merge"] == "both")
    both["same"] = (both["value"] == both["value_read"]) | missing
    return Read(project, truth, both, store.issues())


@pytest.mark.parametrize("form", FORMS)
def test_every_figure_of_the_truth_is_read(read: Read, form: str):
    mine = read.of(form)
    assert not (mine["_merge"] == "right_only").any()
    usable = mine[mine["expected"].isin(["used", "corrected"])]
    assert usable.loc[~usable["same"], [*KEY, "raw", "value_read", "file"]].to_dict("records") == []
    assert len(usable) > 5
    plain = usable[usable["expected"] == "used"]
    for name in ("file", "sheet", "cell", "raw", "unit", "status"):
        assert (plain[name] == plain[f"{name}_read"]).all(), name


@pytest.mark.parametrize("form", FORMS)
def test_what_cannot_be_right_is_logged_at_its_cell(read: Read, form: str):
    named = set(zip(read.issues["file"], read.issues["cell"], strict=True))
    doubtful = read.of(form)
    doubtful = doubtful[(doubtful["expected"] == "logged") & ~doubtful["same"]]
    assert set(zip(doubtful["file"], doubtful["cell"], strict=True)) <= named


@pytest.mark.parametrize("form", FORMS)
def test_the_spec_and_the_sample_know_the_same_measures(read: Read, form: str):
    specs = [one for one in load_forms(ROOT / "config" / "forms") if one.id == form]
    known = {(name, part) for one in specs for name, measure in one.measures.items()
             for part in measure.parts}  # fmt: skip
    mine = read.of(form)
    pairs = set(zip(mine["measure"], mine["breakdown"], strict=True))
    assert {pair for pair in pairs if pair[1] != "total"} <= known
    # The city's list of indicators is not public: nobody fills in its two lines.
    blank = {"city_indicators", "city_indicators_met"} if form == "milestones" else set()
    known_names = {name for one in specs for name in one.measures}
    assert {name for name, _ in pairs} == known_names - blank


def test_every_heading_is_understood(read: Read):
    unexpected = read.issues[read.issues["code"].str.endswith("_unknown")]
    assert unexpected[["code", "message", "file"]].to_dict("records") == []


@pytest.mark.parametrize("seed", [3, 8])
def test_offices_of_other_habits_are_read_too(invented: Project, tmp_path: Path, seed: int):
    truth = generate(invented, tmp_path / "raw", seed, "2021-10", "2021-12", forms=FORMS)
    ingest(invented, tmp_path / "raw", tmp_path / "processed", jobs=1)
    read = Store(tmp_path / "processed").observations()
    found = {tuple(row) for row in read[[*KEY, "cell"]].astype(str).to_numpy().tolist()}
    right = truth.frame()
    wanted = right[right["expected"] == "used"][[*KEY, "cell"]].astype(str).to_numpy().tolist()
    assert {tuple(row) for row in wanted} <= found
    known = right[[*KEY, "cell"]].astype(str).to_numpy().tolist()
    assert found <= {tuple(row) for row in known}


def test_every_file_says_that_it_is_synthetic(read: Read):
    assert all(is_synthetic(read.project.raw / path) for path in read.truth.files)
    kinds = {Path(path).suffix for path in read.truth.files}
    assert kinds <= {".xlsx", ".xls", ".csv", ".ods"}


def test_the_same_seed_gives_the_same_bytes(read: Read, tmp_path: Path):
    for name in ("one", "two"):
        generate(read.project, tmp_path / name, start="2021-10", until="2021-12", forms=FORMS)
    files = [file for file in (tmp_path / "one").rglob("*.*") if not file.name.startswith(".")]
    assert len(files) >= len(FORMS)
    for file in files:
        other = tmp_path / "two" / file.relative_to(tmp_path / "one")
        assert file.read_bytes() == other.read_bytes(), file.name


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "csv"])
def test_a_form_says_the_same_in_every_kind_of_file(invented: Project, kind: str):
    forms = ["hotline_monthly"] if kind == "csv" else ["hotline_monthly", "mediation_quarterly"]
    for form in forms:
        file = invented.config / "sample" / f"{form}.yml"
        text = file.read_text(encoding="utf-8")
        file.write_text(f"{text}file_type: {kind}\n", encoding="utf-8")
    truth = generate(invented, start="2021-04", until="2021-06", forms=forms).frame()
    ingest(invented, jobs=1)
    read = Store(invented.processed).observations()
    usable = truth[truth["expected"] == "used"]
    both = usable.merge(read, on=["measure", "breakdown", "basis", "cell", "raw"])
    assert {Path(path).suffix for path in truth["file"]} == {f".{kind}"}
    assert len(both) == len(usable) > 40
    assert both["value_x"].equals(both["value_y"])
