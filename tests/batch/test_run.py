"""A batch of reports: failures stay alone, nothing is left half made, nothing is made twice."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
import pytest
from stores import EXPORTERS, fill, observation

from pls_analysis.areas import AreaTree
from pls_analysis.batch import execute, jobs, manifest
from pls_analysis.batch import log as logging
from pls_analysis.batch import run as running
from pls_analysis.batch.execute import FACTS, NOTEBOOK, READS, Failure, Way
from pls_analysis.batch.ledger import Ledger
from pls_analysis.batch.manifest import Entry, ManifestError, read_entries, read_run
from pls_analysis.batch.plan import Plan, Report, plan_reports
from pls_analysis.batch.run import Limits, run_batch
from pls_analysis.project import Project
from pls_analysis.store import Store

ONE, OTHER = "310115004", "310115005"
FIRST, SECOND = "310115004-潍坊新村街道.zh", "310115005-陆家嘴街道.zh"
FAILING = EXPORTERS | {"pdf": "fake_exporters.FailingExporter"}
SAID = {"statuses": {"met": 4, "missed": 1}}
FAST = Limits(jobs=2, seconds=60)


def planned(project: Project, tree: AreaTree, *notebooks: str, **asked) -> Plan:
    asked = {"period": "2022-06", "areas": [ONE, OTHER]} | asked
    return plan_reports(project, tree, notebooks, **asked)


def run(project: Project, plan: Plan, limits: Limits = FAST, **asked) -> dict[str, Entry]:
    asked.setdefault("exporters", EXPORTERS)
    return {entry.report: entry for entry in run_batch(project, plan, limits, **asked)}


def outcomes(entries: dict[str, Entry]) -> list[str]:
    return [entry.outcome for entry in entries.values()]


def files_below(folder: Path) -> set[str]:
    return {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}


def key_of(project: Project, report: Report) -> str:
    """What a report has to be made from to be up to date now."""
    inputs = manifest.Inputs.of(project, Store(project.processed))
    return Ledger(report.folder, project, inputs).keys([report])[report.id]


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports are made at once in this process, without a kernel: what is left is the record."""
    monkeypatch.setattr(jobs, "Guarded", InstantExecutor)
    monkeypatch.setattr(jobs, "make_report", make_instantly)


class InstantExecutor(Executor):
    """One that has done what it is asked to do when it answers."""

    def __init__(self, number: int, *guards) -> None:
        self.in_flight = 2 * number

    def submit(self, function, /, *args) -> Future:
        job: Future = Future()
        job.set_result(function(*args))
        return job


def make_instantly(report, work: Path, way: Way, took: dict) -> Failure | None:
    (work / NOTEBOOK).write_text("{}", encoding="utf-8")
    if report.notebook.stem == "fails_for_one" and report.area == OTHER:
        return Failure("AssertionError: no figures of 陆家嘴街道", 3)
    if way.exporters == FAILING:
        return Failure("MissingGlyph: no glyph for 𬭚")
    for kind in report.formats:
        (work / f"report.{kind}").write_text(f"{report.id} {kind}", encoding="utf-8")
    (work / FACTS).write_text(json.dumps(SAID), encoding="utf-8")
    (work / READS).touch()
    return None


# -- with real kernels and workers -------------------------------------------------------------


def test_failures_of_every_kind_stay_alone(project: Project, tree: AreaTree, store: Store):
    """An error, a hang, a dead kernel and a killed worker: the others are made, each is named."""
    plan = planned(project, tree, "fails", "hangs", "dies", "ok", areas=[ONE])
    killing = planned(project, tree, "kills_its_worker")
    plan = replace(plan, reports=(*plan.reports, *killing.reports))
    told: list[tuple[int, int, str]] = []

    def tell(done: int, total: int, entry: Entry) -> None:
        told.append((done, total, entry.report))

    entries = run(project, plan, Limits(jobs=2, seconds=12), progress=tell, kernel="python3")
    killed = entries.pop(f"kills_its_worker/{SECOND}")
    assert {name: (one.outcome, one.error, one.cell) for name, one in entries.items()} == {
        f"fails/{FIRST}": ("failed", "KeyError: 'no figures of 310115004'", 4),
        f"hangs/{FIRST}": ("failed", "Timeout: the notebook took more than 12 seconds", 3),
        f"dies/{FIRST}": ("failed", "DeadKernel: the process that ran the notebook died", 3),
        f"ok/{FIRST}": ("ok", "", None),
        f"kills_its_worker/{FIRST}": ("ok", "", None),
    }
    assert killed.outcome == "failed"
    assert killed.error.startswith("WorkerDied: the process that made it died (exit code")
    tries = {name.partition("/")[0]: one.tries for name, one in entries.items()}
    assert tries == {"fails": 1, "hangs": 1, "dies": 2, "ok": 1, "kills_its_worker": 1}
    assert killed.tries == 2
    assert [done for done, _, _ in told] == [1, 2, 3, 4, 5, 6]
    assert {name for _, _, name in told} == {report.id for report in plan.reports}
    good = (f"ok/{FIRST}", f"kills_its_worker/{FIRST}")
    bad = (f"fails/{FIRST}", f"hangs/{FIRST}", f"dies/{FIRST}", f"kills_its_worker/{SECOND}")
    assert files_below(plan.folder) == {
        *(f"{name}.{kind}" for name in good for kind in EXPORTERS),
        *(f"failed/{name}.ipynb" for name in bad),
        "reads.json",
        "run.json",
        "run.log",
        "index.html",
    }
    assert files_below(project.reports_dir) == {
        "index.html", *(f"2022-06/{name}" for name in files_below(plan.folder))
    }  # fmt: skip
    assert errors_in(plan.reports[0].failed) == ["KeyError: 'no figures of 310115004'"]
    for report in plan.reports[1:3]:
        assert first_cell(report.failed).startswith("This report failed. ")


def test_what_is_stopped_by_a_limit_and_what_is_made_once_again(
    project: Project, tree: AreaTree, store: Store
):
    """A cell too long and a kernel too large fail at once; a kernel that dies has another chance.

    The log says all of it.
    """
    plan = planned(project, tree, "hangs", "bloats", "dies_once", areas=[ONE])
    limits = Limits(jobs=3, seconds=120, cell_seconds=15, memory=4 * 1024**3)
    entries = run(project, plan, limits)
    assert {name: (one.outcome, one.error, one.tries) for name, one in entries.items()} == {
        f"hangs/{FIRST}": ("failed", "Timeout: a cell took more than 15 seconds", 1),
        f"bloats/{FIRST}": ("failed", "MemoryError", 1),
        f"dies_once/{FIRST}": ("ok", "", 2),
    }
    assert set(entries[f"dies_once/{FIRST}"].steps) == {"execute", *EXPORTERS, "publish"}
    log = (plan.folder / "run.log").read_text(encoding="utf-8")
    assert f"bloats/{FIRST}: failed" in log
    assert ": MemoryError (cell 2)\n" in log or ": MemoryError (cell 3)\n" in log
    again = "DeadKernel: the process that ran the notebook died (cell 3); it is made once again"
    assert f"dies_once/{FIRST}: {again}" in log
    assert "begun 2 times" in log
    assert "1 made, 2 failed, 0 up to date in " in log


def errors_in(notebook: Path) -> list[str]:
    cells = nbformat.read(notebook, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    return [f"{one.ename}: {one.evalue}" for one in outputs if one.output_type == "error"]


def first_cell(notebook: Path) -> str:
    return nbformat.read(notebook, as_version=4).cells[0].source


def test_an_exporter_that_fails_leaves_no_file(project: Project, tree: AreaTree, store: Store):
    """The HTML was there already; without the PDF the report is not published."""
    plan = planned(project, tree, "ok", areas=[ONE])
    (entry,) = run(project, plan, exporters=FAILING).values()
    assert (entry.outcome, entry.error, entry.cell) == (
        "failed",
        "UnpicklableError: 𬭚 has no glyph",
        None,
    )
    assert entry.outputs == {}
    assert files_below(plan.folder) == {
        f"failed/ok/{FIRST}.ipynb",
        "run.json",
        "run.log",
        "index.html",
    }
    kept = first_cell(plan.reports[0].failed)
    assert kept == "This report failed. UnpicklableError: 𬭚 has no glyph"


def test_the_same_report_is_the_same_file(
    project: Project, tree: AreaTree, store: Store, monkeypatch: pytest.MonkeyPatch
):
    """Made twice, with another project in the environment: PLS_PROJECT is that of the batch."""
    monkeypatch.setenv("PLS_PROJECT", str(project.root.parent))
    plan = planned(project, tree, "ok", areas=[ONE], formats=["html", "ipynb"])
    (first,) = run(project, plan).values()
    (second,) = run(project, plan, force=True).values()
    assert first.outputs == second.outputs
    assert first.summary == {}, "it shows no figure and judges nothing"
    book = nbformat.read(plan.reports[0].outputs["ipynb"], as_version=4)
    said = [output.text for cell in book.cells for output in cell.get("outputs", ())]
    assert said == [f"{ONE} 2022-06 zh\n", f"{project.root} notebooks\n"]


# -- after a failure ---------------------------------------------------------------------------


def test_a_report_made_in_the_end_is_no_longer_failed(
    project: Project, tree: AreaTree, store: Store, instant: None
):
    plan = planned(project, tree, "ok", areas=[ONE])
    assert outcomes(run(project, plan, exporters=FAILING)) == ["failed"]
    assert plan.reports[0].failed.is_file()
    assert outcomes(run(project, plan)) == ["ok"]
    assert not plan.reports[0].failed.exists()


def test_the_last_good_version_stands_when_a_new_one_fails(
    project: Project, tree: AreaTree, store: Store, instant: None
):
    plan = planned(project, tree, "ok", areas=[ONE])
    (good,) = run(project, plan).values()
    (bad,) = run(project, plan, force=True, exporters=FAILING).values()
    assert (bad.outcome, bad.outputs) == ("failed", good.outputs)
    assert bad.summary == SAID
    assert all(file.is_file() for file in plan.reports[0].outputs.values())
    assert "上一版" in (plan.folder / "index.html").read_text(encoding="utf-8")
    assert outcomes(run(project, plan)) == ["ok"], "a failed report is tried again"


# -- putting files in place --------------------------------------------------------------------


@pytest.fixture
def made(project: Project, tree: AreaTree, store: Store, tmp_path: Path):
    """A report whose files wait in a work folder, and that folder."""
    (report,) = planned(project, tree, "ok", areas=[ONE]).reports
    work = tmp_path / "work"
    work.mkdir()
    for kind in report.formats:
        (work / f"report.{kind}").write_text("new", encoding="utf-8")
    return report, work


@pytest.mark.parametrize("earlier", [True, False])
def test_all_files_are_put_in_place_or_none(made, earlier: bool, monkeypatch: pytest.MonkeyPatch):
    """On Windows a PDF that somebody has open cannot be replaced."""
    report, work = made
    html, pdf = report.outputs["html"], report.outputs["pdf"]
    html.parent.mkdir(parents=True)
    if earlier:
        for file in (html, pdf):
            file.write_text("old", encoding="utf-8")
    moving = Path.replace

    def locked(self: Path, target: Path) -> Path:
        if Path(target) == pdf and self.name == "report.pdf":
            raise PermissionError(13, "The file is in use", str(target))
        return moving(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(PermissionError):
        execute.publish_report(report, work)
    found = {file: file.read_text(encoding="utf-8") for file in (html, pdf) if file.exists()}
    assert found == ({html: "old", pdf: "old"} if earlier else {})


def test_files_are_put_in_place(made):
    report, work = made
    execute.publish_report(report, work)
    assert [file.read_text(encoding="utf-8") for file in report.outputs.values()] == ["new"] * 3


# -- what is up to date ------------------------------------------------------------------------


def test_what_is_up_to_date_is_skipped(
    project: Project, tree: AreaTree, store: Store, instant: None
):
    plan = planned(project, tree, "ok")
    first = run(project, plan)
    times = {file: file.stat().st_mtime_ns for one in plan.reports for file in one.outputs.values()}
    again = run(project, plan)
    assert outcomes(first) == ["ok", "ok"]
    assert outcomes(again) == ["skipped", "skipped"]
    assert {file: file.stat().st_mtime_ns for file in times} == times
    for name, entry in again.items():
        assert entry == replace(first[name], outcome="skipped")
    assert outcomes(run(project, plan, force=True)) == ["ok", "ok"]


def change_notebook(project: Project) -> None:
    file = project.root / "notebooks" / "ok.ipynb"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("print(area", "print('area', area"), encoding="utf-8")


def change_figures(project: Project) -> None:
    fill(project, [observation(ONE, "2022-06", value=2.0)])


def change_settings(project: Project) -> None:
    with (project.root / "pls.toml").open("a", encoding="utf-8") as file:
        file.write("\n[thresholds]\nsuppress_below_people = 4\n")


def change_areas(project: Project) -> None:
    with (project.config / "aliases.csv").open("a", encoding="utf-8") as file:
        file.write("潍坊,310115004,,,tester,\n")


def change_output(project: Project) -> None:
    file = project.reports_dir / "2022-06" / "ok" / f"{FIRST}.pdf"
    file.write_bytes(file.read_bytes() + b" ")


def remove_output(project: Project) -> None:
    (project.reports_dir / "2022-06" / "ok" / f"{FIRST}.html").unlink()


@pytest.mark.parametrize(
    "change",
    [change_notebook, change_figures, change_settings, change_areas, change_output, remove_output],
)
def test_what_changed_is_made_again(
    project: Project, tree: AreaTree, store: Store, instant: None, change
):
    plan = planned(project, tree, "ok", areas=[ONE])
    entries = run(project, plan)
    (report,) = plan.reports
    (entry,) = entries.values()
    assert manifest.up_to_date(report, entry, key_of(project, report))
    change(project)
    assert not manifest.up_to_date(report, entry, key_of(project, report))


def test_other_code_is_another_input(
    project: Project, tree: AreaTree, store: Store, monkeypatch: pytest.MonkeyPatch
):
    (report,) = planned(project, tree, "ok", areas=[ONE]).reports
    before = manifest.Inputs.of(project, store).fixed(report)
    monkeypatch.setattr(manifest, "source_digest", lambda: "another")
    assert manifest.Inputs.of(project, store).fixed(report) != before


def test_another_format_is_made_and_the_earlier_one_with_it(
    project: Project, tree: AreaTree, store: Store, instant: None
):
    html = planned(project, tree, "ok", areas=[ONE], formats=["html"])
    pdf = planned(project, tree, "ok", areas=[ONE], formats=["pdf"])
    run(project, html)
    change_figures(project)
    (entry,) = run(project, pdf).values()
    assert entry.outcome == "ok"
    assert set(entry.outputs) == {"html", "pdf"}
    assert outcomes(run(project, html)) == ["skipped"]


# -- run.json ----------------------------------------------------------------------------------


def test_shape_of_the_record(project: Project, tree: AreaTree, store: Store, instant: None):
    plan = planned(project, tree, "fails_for_one")
    run(project, plan)
    said = read_run(plan.folder)
    assert said["period"] == "2022-06"
    assert said["data"] == store.manifest["version"]
    assert said["synthetic"] is True
    assert said["package"]["version"]
    (batch,) = said["batches"]
    assert {key: batch[key] for key in ("notebooks", "ok", "failed", "skipped")} == {
        "notebooks": ["fails_for_one"], "ok": 1, "failed": 1, "skipped": 0,
    }  # fmt: skip
    assert batch["started"] <= batch["finished"]
    good, bad = said["reports"]
    assert good["report"] == f"fails_for_one/{FIRST}"
    assert good["parameters"] == {"area": ONE, "period": "2022-06", "lang": "zh"}
    assert good["outcome"] == "ok"
    assert good["duration_seconds"] >= 0
    assert good["inputs"] != bad["inputs"]
    for kind in ("html", "pdf"):
        output = good["outputs"][kind]
        assert output["path"] == f"fails_for_one/{FIRST}.{kind}"
        assert output["sha256"] == manifest.file_digest(plan.folder / output["path"])
    assert (bad["outcome"], bad["error"], bad["cell"]) == (
        "failed", "AssertionError: no figures of 陆家嘴街道", 3,
    )  # fmt: skip


def test_other_reports_of_the_period_stay_in_the_record(
    project: Project, tree: AreaTree, store: Store, instant: None
):
    run(project, planned(project, tree, "ok", areas=[ONE]))
    run(project, planned(project, tree, "nothing_to_show", areas=[OTHER], langs=["en"]))
    folder = project.reports_dir / "2022-06"
    assert set(read_entries(folder)) == {
        f"ok/{FIRST}", f"nothing_to_show/{SECOND.replace('.zh', '.en')}",
    }  # fmt: skip
    assert len(read_run(folder)["batches"]) == 2
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert "潍坊新村街道" in index
    assert "陆家嘴街道" in index
    assert read_entries(folder)[f"ok/{FIRST}"].summary == SAID


def test_index_pages_of_all_periods_follow_each_run(
    project: Project, tree: AreaTree, store: Store, instant: None
):
    """An earlier period made later is linked from the page of the period after it."""
    for period in ("2022-06", "2022-05"):
        run(project, planned(project, tree, "ok", areas=[ONE], period=period))
    june = project.reports_dir / "2022-06" / "index.html"
    assert 'href="../2022-05/index.html"' in june.read_text(encoding="utf-8")
    every = (project.reports_dir / "index.html").read_text(encoding="utf-8")
    assert every.index('href="2022-06/index.html"') < every.index('href="2022-05/index.html"')


def test_a_damaged_record_of_another_period_stops_nothing(
    project: Project, tree: AreaTree, store: Store, instant: None
):
    for name in ("2022-04", "notes"):
        (project.reports_dir / name).mkdir(parents=True)
        (project.reports_dir / name / "run.json").write_text("{", encoding="utf-8")
    assert outcomes(run(project, planned(project, tree, "ok", areas=[ONE]))) == ["ok"]
    every = (project.reports_dir / "index.html").read_text(encoding="utf-8")
    assert "2022-04" not in every


def test_a_damaged_record_is_named(project: Project, tree: AreaTree, store: Store, instant: None):
    plan = planned(project, tree, "ok", areas=[ONE])
    plan.folder.mkdir(parents=True)
    (plan.folder / "run.json").write_text('{"reports": [', encoding="utf-8")
    with pytest.raises(ManifestError, match=r"run\.json is damaged .* delete it and run again"):
        run(project, plan)


def test_a_record_of_a_later_version_is_read(
    project: Project, tree: AreaTree, store: Store, instant: None
):
    plan = planned(project, tree, "ok", areas=[ONE])
    run(project, plan)
    file = plan.folder / "run.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    said["reports"][0]["mood"] = "good"
    file.write_text(json.dumps(said), encoding="utf-8")
    assert outcomes(run(project, plan)) == ["skipped"]


def test_an_interrupted_batch_records_what_it_made(
    project: Project, tree: AreaTree, store: Store, instant: None
):
    """Ctrl-C after the first report: that one stands, and the next run goes on from there."""
    plan = planned(project, tree, "ok")

    def interrupt(done: int, total: int, entry: Entry) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(project, plan, Limits(jobs=1, seconds=60), progress=interrupt)
    assert len(read_entries(plan.folder)) == 1
    assert not list(project.reports_dir.glob(".work-*"))
    assert sorted(outcomes(run(project, plan))) == ["ok", "skipped"]


def test_the_log_goes_on_and_stays_small(
    project: Project, tree: AreaTree, store: Store, instant: None, monkeypatch: pytest.MonkeyPatch
):
    plan = planned(project, tree, "ok")
    run(project, plan)
    run(project, plan)
    lines = (plan.folder / "run.log").read_text(encoding="utf-8").splitlines()
    assert [dt.datetime.fromisoformat(line.split()[0]).tzinfo is not None for line in lines]
    said = [line.split(" ", 1)[1] for line in lines]
    assert len(said) == 6
    assert said[0].startswith("2 reports of 2022-06 with pls-analysis ")
    assert [line.partition(":")[0] for line in said[1:3]] == [one.id for one in plan.reports]
    assert re.match(r"2 made, 0 failed, 0 up to date in \d+ s \(", said[3])
    assert said[5] == "0 made, 0 failed, 2 up to date in 0 s (0 reports a minute)"
    monkeypatch.setattr(logging, "BYTES_MAX", 10)
    run(project, plan)
    assert (plan.folder / "run.log.1").read_text(encoding="utf-8").splitlines() == lines
    assert len((plan.folder / "run.log").read_text(encoding="utf-8").splitlines()) == 2


# -- jobs --------------------------------------------------------------------------------------


def test_an_error_is_not_tried_again_and_a_death_is_once(
    project: Project, tree: AreaTree, store: Store, instant: None, monkeypatch: pytest.MonkeyPatch
):
    begun: list[str] = []

    def make(report, work: Path, way: Way, took: dict) -> Failure | None:
        begun.append(report.notebook.stem)
        if report.notebook.stem == "ok" and len(begun) > 2:
            return make_instantly(report, work, way, took)
        return Failure("KeyError: 'x'", 2, dead=report.notebook.stem != "fails")

    monkeypatch.setattr(jobs, "make_report", make)
    plan = planned(project, tree, "ok", "fails", "dies", areas=[ONE])
    entries = run(project, plan, Limits(jobs=1))
    assert begun == ["ok", "fails", "dies", "ok", "dies"]
    assert [(one.outcome, one.tries) for one in entries.values()] == [
        ("ok", 2), ("failed", 1), ("failed", 2),
    ]  # fmt: skip


def test_few_are_in_flight_however_many_there_are(
    project: Project, tree: AreaTree, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(jobs, "make_report", make_instantly)
    plan = planned(project, tree, "ok", areas="all", langs=["zh", "en"])
    reports = plan.reports * 10
    assert len(reports) == 40
    seen: list[int] = []
    work = tmp_path / "work"
    work.mkdir()
    with ThreadPoolExecutor(2) as executor:
        executor.in_flight = 4
        for _ in jobs.run_jobs(executor, reports, work, Way(exporters=EXPORTERS), print):
            seen.append(len(list(work.iterdir())))
    assert len(seen) == 40
    assert max(seen) <= 4
    assert not list(work.iterdir())


def test_the_longest_comes_first(project: Project, tree: AreaTree, store: Store, instant: None):
    """By how long each took last; of one that is new, by how long its like took."""
    plan = planned(project, tree, "ok", "fails_for_one", "dies")
    entries = run(project, planned(project, tree, "ok", "fails_for_one", areas=[ONE]))
    ok, slow = entries.values()
    before = {
        ok.report: replace(ok, duration_seconds=2.0),
        slow.report: replace(slow, duration_seconds=9.0),
    }
    ordered = [one.id for one in running.longest_first(plan.reports, before)]
    assert ordered == [
        f"dies/{FIRST}", f"dies/{SECOND}",
        f"fails_for_one/{FIRST}", f"fails_for_one/{SECOND}", f"ok/{FIRST}", f"ok/{SECOND}",
    ]  # fmt: skip
    later = planned(project, tree, "fails_for_one", period="2022-05", areas=[ONE])
    assert running._last_batch(project).keys() == entries.keys()
    assert later.reports[0].id in running._last_batch(project)


# -- being stopped -----------------------------------------------------------------------------


HEARS_CTRL_C = """
import signal
from pls_analysis.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
main(prog_name="pls")
"""
# Whoever runs the tests in the background may ignore Ctrl-C, and so would what they start.


@contextmanager
def hanging_batch(project: Project) -> Iterator[subprocess.Popen]:
    """A batch in a process of its own whose kernel hangs; killed in the end, whatever it does."""
    batch = subprocess.Popen(
        [sys.executable, "-c", HEARS_CTRL_C, "run", "hangs", "--areas", ONE,
         "--period", "2022-06", "--jobs", "1", "--format", "ipynb"],
        env=os.environ | {"PLS_PROJECT": str(project.root)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True,
    )  # fmt: skip
    with batch:
        try:
            until = time.monotonic() + 120
            while not list(project.reports_dir.glob(f".work-*/0/try-*/{NOTEBOOK}")):
                assert time.monotonic() < until
                assert batch.poll() is None
                time.sleep(0.1)
            yield batch
        finally:
            batch.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_batch_is_stopped_in_good_order(
    project: Project, tree: AreaTree, store: Store, number: int, code: int
):
    """As systemd or Ctrl-C do it, while a kernel hangs: nothing is left running or half made."""
    with hanging_batch(project) as batch:
        batch.send_signal(number)
        _, said = batch.communicate(timeout=60)
    assert batch.returncode == code, said
    assert said == "Stopped with 1 report left; the same command goes on from there.\n"
    folder = project.reports_dir / "2022-06"
    log = (folder / "run.log").read_text(encoding="utf-8").splitlines()
    assert log[-2].endswith(f" stopped: {'Terminated' if code == 143 else 'KeyboardInterrupt'}")
    assert "0 made, 0 failed, 0 up to date, 1 not reached" in log[-1]
    (told,) = read_run(folder)["batches"]
    assert told["left"] == 1
    assert not list(project.reports_dir.glob(".work-*"))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a killed process leaves its own")
def test_a_batch_that_is_killed_leaves_no_process(project: Project, tree: AreaTree, store: Store):
    with hanging_batch(project) as batch:
        left = psutil.Process(batch.pid).children(recursive=True)
        assert len(left) > 2, "a worker, a kernel, and what each is forked from"
        batch.kill()
        batch.communicate(timeout=60)
        assert psutil.wait_procs(left, timeout=30)[1] == []


# -- kernels -----------------------------------------------------------------------------------


def test_kernels_have_sockets_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", "short")
    one, other = (execute._kernel_config().KernelManager for _ in range(2))
    if sys.platform == "win32":
        assert "transport" not in one
    else:
        assert one.transport == "ipc"
        assert one.ip != other.ip


def test_a_path_too_long_for_a_socket_is_not_used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", "/" + "long/" * 20)
    assert "transport" not in execute._kernel_config().KernelManager


def test_calling_does_not_wait_for_papermill():
    """`pls --help` and `pls runs` stay quick: importing papermill takes more than a second."""
    code = "import sys, pls_analysis.cli; print('papermill' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8"
    )
    assert done.stdout.strip() == "False"
