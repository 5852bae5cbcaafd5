"""A report is up to date exactly while what it was made from and what it read are unchanged."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import reading
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import ROOT
from reading import make_here, write_notebooks, write_workbook
from stores import EXPORTERS, observation
from test_run import InstantExecutor

from pls_analysis.areas import load_areas
from pls_analysis.batch import freshness, jobs, ledger, manifest
from pls_analysis.batch.execute import READS
from pls_analysis.batch.freshness import LANES, Now, digests_of
from pls_analysis.batch.ledger import JOURNAL, Ledger
from pls_analysis.batch.lock import Busy, only_batch
from pls_analysis.batch.plan import Plan, plan_reports
from pls_analysis.batch.run import Limits, run_batch
from pls_analysis.cli import main
from pls_analysis.ingest.pipeline import ingest
from pls_analysis.observations import COLUMNS, KEY
from pls_analysis.periods import Period
from pls_analysis.project import Project, load_project
from pls_analysis.reads import recording
from pls_analysis.store import (
    FILES,
    SUBMISSIONS,
    Asked,
    Store,
    empty_observations,
    issues_frame,
)
from pls_analysis.store_versions import write_store
from pls_analysis.texts import texts_in

HOME, ONE, PEER, TOWN = "310115", "310115004", "310115005", "310115103"
OFFICES = {ONE: "潍坊新村街道", PEER: "陆家嘴街道", TOWN: "川沙新镇"}
"""Two subdistricts, which are each other's peers, and a town, which is not theirs."""
PLS_TOML = """\
[project]
home = "310115"
policy = "config/policies/pudong-2021.yml"
"""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose three towns have filed two months, ingested; all of its reports are made."""
    root = tmp_path_factory.mktemp("first") / "project"
    for name in ("areas.csv", "aliases.csv", "forms/town_monthly_2021.yml"):
        (root / "config" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "config" / name, root / "config" / name)
    shutil.copytree(ROOT / "config" / "policies", root / "config" / "policies")
    (root / "pls.toml").write_text(PLS_TOML, encoding="utf-8")
    (root / "notebooks").mkdir()
    write_notebooks(root / "notebooks", *reading.CELLS)
    project = load_project(root)
    for number, office in enumerate(OFFICES.values()):
        for month in ("2022-05", "2022-06"):
            write_workbook(project, office, month, 10 + number)
    ingest(project, jobs=1)
    with pytest.MonkeyPatch.context() as patch:
        make_at_once(patch, root)
        entries = run_batch(project, planned(project), exporters=EXPORTERS)
    assert {one.outcome for one in entries} == {"ok"}
    return root


def make_at_once(patch: pytest.MonkeyPatch, root: Path) -> None:
    """Let reports be made in this process."""
    patch.setenv("PLS_PROJECT", str(root))
    patch.setattr(jobs, "Guarded", InstantExecutor)
    patch.setattr(jobs, "make_report", make_here)


@pytest.fixture
def place(first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of the first project, to change."""
    root = tmp_path / "project"
    shutil.copytree(first, root)
    make_at_once(monkeypatch, root)
    return load_project(root)


def planned(project: Project) -> Plan:
    """Each area on its own and beside its peers, the district with all of its towns."""
    names = [("own", list(OFFICES)), ("beside", list(OFFICES)), ("district", [HOME]),
             ("judging", [ONE]), ("silent", [ONE])]  # fmt: skip
    tree = load_areas(project)
    plans = [
        plan_reports(project, tree, [name], "2022-06", areas, formats=["html"])
        for name, areas in names
    ]
    reports = tuple(one for plan in plans for one in plan.reports)
    return Plan(plans[0].period, plans[0].folder, reports)


@pytest.fixture
def made(place: Project) -> Plan:
    """The plan of its reports; none of them is stale."""
    plan = planned(place)
    assert stale(place, plan) == set()
    return plan


def stale(project: Project, plan: Plan) -> set[str]:
    """The reports that are not up to date, as notebook/area."""
    store = Store(project.processed)
    known = Ledger(plan.folder, project, manifest.Inputs.of(project, store))
    keys = known.keys(plan.reports)
    return {
        f"{one.notebook.stem}/{one.area}"
        for one in plan.reports
        if not manifest.up_to_date(one, known.entries.get(one.id), keys[one.id])
    }


def every(plan: Plan) -> set[str]:
    return {f"{one.notebook.stem}/{one.area}" for one in plan.reports}


# -- what changes, and who is made anew ------------------------------------------------------------


def test_one_changed_workbook_is_made_anew_where_it_was_read(place: Project, made: Plan):
    """A subdistrict's own report, those of its peers, the district's, and who may read anything."""
    write_workbook(place, OFFICES[PEER], "2022-06", 99)
    ingest(place, jobs=1)
    assert stale(place, made) == {
        f"own/{PEER}", f"beside/{ONE}", f"beside/{PEER}", f"district/{HOME}", f"silent/{ONE}",
    }  # fmt: skip
    entries = {one.report: one.outcome for one in run_batch(place, made, exporters=EXPORTERS)}
    assert sorted(entries.values()) == ["ok"] * 5 + ["skipped"] * 4
    assert stale(place, made) == set()


def test_a_workbook_saved_anew_with_the_same_figures_concerns_nobody(place: Project, made: Plan):
    """Only who asked for nothing may have read it."""
    version = Store(place.processed).manifest["version"]
    write_workbook(place, OFFICES[PEER], "2022-06", 11, note="存过一次")
    ingest(place, jobs=1)
    assert Store(place.processed).manifest["version"] != version
    assert stale(place, made) == {f"silent/{ONE}"}


def test_what_was_filed_of_another_month_is_read_by_who_asks_for_it(place: Project, made: Plan):
    """`own` reads its month alone, the others whatever there is."""
    write_workbook(place, OFFICES[ONE], "2022-05", 99)
    ingest(place, jobs=1)
    assert stale(place, made) == {
        f"beside/{ONE}", f"beside/{PEER}", f"district/{HOME}", f"silent/{ONE}",
    }  # fmt: skip


def test_a_correction_of_one_cell_changes_only_what_read_it(place: Project, made: Plan):
    file = place.config / "corrections.yml"
    file.write_text("[]\n", encoding="utf-8")
    assert stale(place, made) == set(), "reports read what ingest made of it"


def test_a_changed_text_is_printed_anew_where_it_is_said(
    place: Project, made: Plan, monkeypatch: pytest.MonkeyPatch
):
    texts = dict(texts_in("zh")) | {"brief.no_figures": "无数据。"}
    monkeypatch.setattr(freshness, "texts_in", lambda lang: texts)
    assert stale(place, made) == {f"own/{one}" for one in OFFICES}


def test_another_text_concerns_nobody(place: Project, made: Plan, monkeypatch: pytest.MonkeyPatch):
    texts = dict(texts_in("zh")) | {"notes.figures": "无。", "new.key": "新"}
    monkeypatch.setattr(freshness, "texts_in", lambda lang: texts)
    assert stale(place, made) == set()


JUDGING = {f"judging/{ONE}"}


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("name: {zh: 居村法治微景观或微平台", "name: {zh: 法治微景观", JUDGING),
        ("each village}\n    target", "a village}\n    target", set()),
        ("micro_landscapes) at_least(1)", "micro_landscapes) at_least(2)", JUDGING),
        ("    clause: 二(二)7(1)\n", "    clause: 二(二)7(9)\n", JUDGING),
        ("awareness_rate) at_most(3)", "awareness_rate) at_most(4)", set()),
        ("群众知晓率, en: Residents who know", "知晓率, en: Residents who know", set()),
        ("# What the district's measures", "# The district's measures", set()),
        ("    judged_at: [district, town]\n    town_view: judged\n    forms: [village_facilities]",
         "    judged_at: [district, town]\n    town_view: share\n    forms: [village_facilities]",
         None),
        ("flow_days: 90", "flow_days: 80", None),
    ],
)  # fmt: skip
def test_a_changed_target_is_judged_anew_where_it_was_judged(
    place: Project, made: Plan, old: str, new: str, wanted: set[str] | None
):
    """Its text, bound or clause concern who judged it; who is judged at all concerns everyone."""
    assert place.policy is not None
    text = place.policy.read_text(encoding="utf-8")
    assert old in text
    place.policy.write_text(text.replace(old, new), encoding="utf-8")
    assert stale(place, made) == (every(made) if wanted is None else wanted)


def test_settings_of_another_report_do_not_count(place: Project, made: Plan):
    more = '\n[reports.own]\nlevel = "town"\n'
    (place.root / "pls.toml").write_text(PLS_TOML + more, encoding="utf-8")
    assert stale(load_project(place.root), made) == set()
    more = "\n[thresholds]\nsuppress_below_people = 3\n"
    (place.root / "pls.toml").write_text(PLS_TOML + more, encoding="utf-8")
    assert stale(load_project(place.root), made) == every(made)


@pytest.mark.parametrize("name", ["source_digest", "library_versions"])
def test_other_code_or_libraries_are_another_input_of_all(
    place: Project, made: Plan, monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setattr(manifest, name, lambda: {"other": "1"})
    assert stale(place, made) == every(made)


# -- what is not known is made anew ----------------------------------------------------------------


def change_notes(plan: Plan, change) -> None:
    file = plan.folder / "reads.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    change(said)
    file.write_text(json.dumps(said), encoding="utf-8")


def test_without_what_was_read_all_is_made_anew(place: Project, made: Plan):
    (made.folder / "reads.json").unlink()
    assert stale(place, made) == every(made)


def test_a_damaged_record_of_what_was_read_is_no_error(place: Project, made: Plan):
    (made.folder / "reads.json").write_text('{"notes": [', encoding="utf-8")
    assert stale(place, made) == every(made)


def test_a_missing_note_is_made_anew(place: Project, made: Plan):
    """Each note counts: without any one of them the report is not what it was."""
    own = next(one for one in made.reports if one.notebook.stem == "own")

    def shorten(said: dict) -> None:
        said["reports"][own.id] = said["reports"][own.id][2:] or [0, 1]

    change_notes(made, shorten)
    assert stale(place, made) == {f"own/{own.area}"}


def test_in_the_state_of_last_time_nothing_is_looked_up(
    place: Project, made: Plan, monkeypatch: pytest.MonkeyPatch
):
    asked: list[list] = []

    def look(now: Now, notes: list[list]):
        asked.extend(notes)
        return digests_of(now, notes)

    monkeypatch.setattr(ledger, "digests_of", look)
    run_batch(place, made, exporters=EXPORTERS)
    assert asked, "the project has been moved"
    asked.clear()
    assert stale(place, made) == set()
    assert asked == []
    with (place.root / "pls.toml").open("a", encoding="utf-8") as file:
        file.write("# of no consequence\n")
    assert stale(place, made) == set()
    assert asked


def test_what_changes_during_a_batch_is_looked_up_by_the_next(
    place: Project, made: Plan, monkeypatch: pytest.MonkeyPatch
):
    def make_and_edit(*args, **named):
        with (place.root / "pls.toml").open("a", encoding="utf-8") as file:
            file.write("# edited meanwhile\n")
        return make_here(*args, **named)

    run_batch(place, made, exporters=EXPORTERS)
    assert json.loads((made.folder / "reads.json").read_text(encoding="utf-8"))["state"]
    monkeypatch.setattr(jobs, "make_report", make_and_edit)
    run_batch(place, made, force=True, exporters=EXPORTERS)
    assert json.loads((made.folder / "reads.json").read_text(encoding="utf-8"))["state"] == ""
    assert stale(place, made) == set()


def test_a_note_of_an_unknown_kind_is_made_anew(place: Project, made: Plan):
    def rename(said: dict) -> None:
        said["notes"] = [["Later", *one[1:]] if one[0] == "Judged" else one
                         for one in said["notes"]]  # fmt: skip

    change_notes(made, rename)
    assert stale(place, made) == {f"judging/{ONE}"}


def test_notes_of_a_run_that_cannot_be_read_are_none(tmp_path: Path):
    file = tmp_path / READS
    assert ledger.notes_in(file) is None
    file.write_text('["Said","zh","a"]\n["Sai', encoding="utf-8")
    assert ledger.notes_in(file) is None
    file.write_text('["Said","zh","a"]\n["Said","zh","a"]\n', encoding="utf-8")
    assert ledger.notes_in(file) == [["Said", "zh", "a"], ["Asked", "", [], [], "", ""]]


def test_a_store_of_an_older_version_counts_as_changed(place: Project, made: Plan):
    """Its digests say less: everything that asked it for anything is made anew, once."""
    store = Store(place.processed)
    old = pd.DataFrame({"area": [ONE], "period_end": [dt.date(2022, 6, 30)], "measure": ["m"],
                        "digest": ["0" * 16]})  # fmt: skip
    old.to_parquet(store.file("digests"))
    said = json.dumps(store.manifest | {"version": "older"})
    (place.processed / "manifest.json").write_text(said, encoding="utf-8")
    assert stale(place, made) == every(made)
    run_batch(place, made, exporters=EXPORTERS)
    assert stale(place, made) == set()


# -- killed, and two at once -----------------------------------------------------------------------


def test_a_killed_batch_goes_on_where_it_stopped(place: Project, monkeypatch: pytest.MonkeyPatch):
    """With real kernels: the driver is killed after the first report; the rest is made then."""
    monkeypatch.undo()
    shutil.rmtree(place.reports_dir)
    tree = load_areas(place)
    plan = plan_reports(place, tree, ["own"], "2022-06", list(OFFICES), formats=["html"])
    code = f"""
import sys
sys.path[:0] = {[str(ROOT / "tests"), str(ROOT / "tests" / "batch")]!r}
from stores import EXPORTERS
from pls_analysis.analysis import area_tree
from pls_analysis.batch.plan import plan_reports
from pls_analysis.batch.run import Limits, run_batch
from pls_analysis.project import load_project

if __name__ == "__main__":
    project = load_project({str(place.root)!r})
    plan = plan_reports(project, area_tree(project), ["own"], "2022-06", {list(OFFICES)!r},
                        formats=["html"])
    run_batch(project, plan, Limits(jobs=1, seconds=300), exporters=EXPORTERS)
"""
    script = place.root / "driver.py"
    script.write_text(code, encoding="utf-8")
    driver = subprocess.Popen([sys.executable, str(script)])
    journal = plan.folder / JOURNAL
    until = time.monotonic() + 400
    while not (journal.is_file() and journal.read_bytes().count(b"\n")):
        assert driver.poll() is None
        assert time.monotonic() < until, "no report was made"
        time.sleep(0.02)
    with pytest.raises(Busy):
        run_batch(place, plan, exporters=EXPORTERS)
    os.kill(driver.pid, signal.SIGKILL)
    driver.wait()
    with journal.open("ab") as stream:
        stream.write(b'{"entry": {"repo')  # cut short by the kill
    done = journal.read_bytes().count(b"\n")
    assert 1 <= done < 3
    assert list(place.reports_dir.glob(".work-*"))
    entries = run_batch(place, plan, Limits(jobs=1, seconds=300), exporters=EXPORTERS)
    assert [one.outcome for one in entries].count("skipped") == done
    assert {one.outcome for one in entries} == {"ok", "skipped"}
    assert not journal.exists()
    assert not list(place.reports_dir.glob(".*")), "no work folder, no lock"
    assert stale(place, plan) == set()
    write_workbook(place, OFFICES[PEER], "2022-06", 99)
    ingest(place, jobs=1)
    assert stale(place, plan) == {f"own/{PEER}"}, "the kernels noted what they read"


def test_two_batches_at_once_do_not_collide(place: Project, made: Plan):
    with only_batch(made.folder):
        with pytest.raises(Busy) as caught:
            run_batch(place, made, exporters=EXPORTERS)
        command = ["run", "own", "--areas", ONE, "--period", "2022-06"]
        told = CliRunner().invoke(main, command)
        with only_batch(made.folder.with_name("2022-05")):
            pass  # another period is free
    assert f"process {os.getpid()} on " in str(caught.value)
    assert "wait until it has ended, or stop that process" in str(caught.value)
    assert told.exit_code == 1
    assert "another batch makes the reports of 2022-06" in told.output
    run_batch(place, made, exporters=EXPORTERS)


# -- the key, whatever changes ---------------------------------------------------------------------

AREAS, MEASURES, MONTHS = ("a", "b", "c"), ("m", "n"), ("2022-01", "2022-02", "2022-03")
ROWS = st.builds(
    lambda area, measure, month, value, cell, year: observation(
        area, month, float(value), measure=measure, cell=f"C{cell}", submission=f"s-{month}",
        **({"period_start": pd.Timestamp(2022, 1, 1), "basis": "cumulative"} if year else {}),
    ),
    st.sampled_from(AREAS), st.sampled_from(MEASURES), st.sampled_from(MONTHS),
    st.integers(0, 3), st.integers(1, 3), st.booleans(),
)  # fmt: skip
STORES = st.lists(ROWS, max_size=8, unique_by=lambda one: tuple(map(str, (one[k] for k in KEY))))
DAYS = st.sampled_from([dt.date(2022, month, day) for month in (1, 2, 3) for day in (1, 28)])
SPANS = st.none() | st.tuples(DAYS, DAYS).map(lambda days: Period(min(days), max(days)))
QUESTIONS = st.tuples(
    st.none() | st.lists(st.sampled_from(MEASURES), max_size=2),
    st.none() | st.lists(st.sampled_from((*AREAS, "x")), max_size=3),
    SPANS,
)
SUBMITTED = tuple(f"s-{one}" for one in MONTHS)


def written(folder: Path, rows: list[dict], earlier: list[dict], declared: dict) -> Store:
    frames = [pd.DataFrame(some, columns=COLUMNS) if some else empty_observations()
              for some in (rows, earlier)]  # fmt: skip
    filed = [
        dict.fromkeys(SUBMISSIONS.names, "")
        | {"submission": name, "declared": dt.date(2022, 7, day), "synthetic": True,
           "period_start": None, "period_end": None}
        for name, day in declared.items()
    ]  # fmt: skip
    tables = {
        "observations": frames[0], "superseded": frames[1], "issues": issues_frame([]),
        "submissions": pd.DataFrame(filed).astype(
            dict.fromkeys(("declared", "period_start", "period_end"), "datetime64[s]")
        ),
        "files": FILES.empty_table().to_pandas(date_as_object=False),
    }  # fmt: skip
    write_store(folder, tables, {"synthetic": True})
    return Store(folder)


def read(store: Store, question: tuple) -> tuple[str, list[Asked]]:
    """What a question's answer says, with its filings, and the notes it leaves."""
    with recording() as found:
        frames = [store.observations(*question), store.superseded(*question)]
    filed = store.filings().set_index("submission")["declared"].astype(str)
    said = [
        frame.assign(declared=frame["submission"].map(filed)).astype(str).sort_values(COLUMNS)
        for frame in frames
    ]
    return "".join(frame.to_csv(index=False) for frame in said), sorted(found, key=repr)


@settings(deadline=None, max_examples=25)
@given(
    STORES, STORES, ROWS, st.sampled_from(["observations", "superseded", "declared"]),
    st.booleans(), st.lists(QUESTIONS, min_size=2, max_size=6, unique_by=str),
)  # fmt: skip
def test_a_report_is_stale_iff_a_row_it_asked_for_has_changed(
    tmp_path_factory, rows, earlier, new, where, is_removed, questions
):
    """Two stores that differ in a row: digests differ exactly where answers to a question do."""
    standing, superseded, declared = list(rows), list(earlier), dict.fromkeys(SUBMITTED, 1)
    folder = tmp_path_factory.mktemp("stores")
    before = written(folder / "before", standing, superseded, declared)
    if where == "declared":
        declared[new["submission"]] = 2
    else:
        changed = standing if where == "observations" else superseded
        same = [one for one in changed if all(str(one[key]) == str(new[key]) for key in KEY)]
        for one in same:
            changed.remove(one)
        if not is_removed:
            changed.append(new)
    after = written(folder / "after", standing, superseded, declared)
    answers = [[read(store, question) for question in questions] for store in (before, after)]
    notes = [one for _, found in answers[0] for one in found]
    assert notes == [one for _, found in answers[1] for one in found]
    then, now = (freshness.StoreDigests(store).of(notes) for store in (before, after))
    for place in range(len(questions)):
        said = slice(2 * place, 2 * place + 2)
        is_same = answers[0][place] == answers[1][place]
        assert (then[said] == now[said]) == is_same


def test_notes_go_through_json_unchanged(tmp_path: Path):
    from pls_analysis.batch.readings import Readings

    notes = [["Asked", "observations", ["m"], ["a", "b"], "2022-01-01", ""],
             ["Hidden", dt.date(2022, 6, 30), ["m"]], ["Said", "zh", "a.“b”"]]  # fmt: skip
    kept = Readings()
    kept.add("x/1", notes)
    kept.add("x/2", notes[:1])
    digests = np.arange(3 * LANES, dtype=np.uint64).reshape(-1, LANES)[::-1]
    kept.write(tmp_path, "today", digests)
    again = Readings.read(tmp_path)
    assert [again.notes[n] for n in range(3)] == [notes[0], notes[1], notes[2]]
    assert again.state == "today"
    assert again.digests.tolist() == digests.tolist()
    assert again.runs == {"x/1": [0, 3], "x/2": [0, 1]}
