"""The commands: what they print, as text and JSON, how they end, and what they say of mistakes."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from pls_analysis.batch import jobs
from pls_analysis.batch.execute import NOTEBOOK, Failure
from pls_analysis.batch.jobs import Timed
from pls_analysis.cli import main
from pls_analysis.ingest import pipeline
from pls_analysis.project import Project, load_project
from pls_analysis.store import Store

TOWN = "310115004"
MONTH = "2022-03"


def pls(*words: str, code: int = 0) -> Result:
    """Call a command in this process; what it did not expect is raised."""
    result = CliRunner().invoke(main, list(words), prog_name="pls", catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def rows(*words: str) -> list[dict]:
    """What a command lists as JSON."""
    found = json.loads(pls(*words, "--json").stdout)
    assert isinstance(found, list)
    return found


@pytest.fixture
def own(sample_project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The small sample project, copied, to be changed."""
    shutil.copytree(sample_project.root, tmp_path / "own")
    monkeypatch.setenv("PLS_PROJECT", str(tmp_path / "own"))
    return load_project(tmp_path / "own")


# -- the policy --------------------------------------------------------------------------------


def test_targets_are_judged_for_the_district_and_for_a_town(inside_sample: Project):
    district = rows("assess", "--as-of", MONTH)
    assert {row["area"] for row in district} == {inside_sample.home}
    assert all(row["status"] and row["clause"] and row["algebra"] for row in district)
    town = rows("assess", "--as-of", MONTH, "--area", TOWN)
    assert {row["target"] for row in town} < {row["target"] for row in district}
    [mediation] = rows("assess", "--as-of", MONTH, "--area", TOWN, "--indicator", "mediation_cases")
    assert (mediation["status"], mediation["unit"]) == ("monitored", "件")
    frame = Store(inside_sample.processed).observations(
        "mediation_accepted", TOWN, basis="flow", breakdown="total"
    )
    assert mediation["value"] == frame["value"].sum()
    assert len(mediation["evidence"]) == len(frame)
    text = pls("assess", "--as-of", MONTH, "--area", TOWN).stdout
    assert f"{len(town)} targets: " in text


def test_indicators_are_listed(inside_sample: Project):
    listed = {row["indicator"]: row for row in rows("list", "indicators")}
    assert listed["hotline_connection_rate"]["measures"] == [
        "hotline_calls_connected", "hotline_calls_received",
    ]  # fmt: skip


# -- help and wrong usage ----------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(main.commands))
def test_help_shows_an_example_that_is_understood(name: str):
    text = pls(name, "--help").stdout
    said = [line.strip() for line in text.partition("Example:")[2].splitlines()]
    lines = [line.split() for line in said if line.startswith(f"pls {name}")]
    assert lines, f"pls {name} --help has no example"
    for _, _, *words in lines:
        main.commands[name].make_context(name, words)


@pytest.mark.parametrize(
    "way", [["-m", "pls_analysis"], ["-c", "import pls_analysis.cli as c; c.main()"]]
)
def test_ways_to_call(way: list[str]):
    done = subprocess.run(
        [sys.executable, *way, "--help"], check=True, capture_output=True, encoding="utf-8"
    )
    for name in main.commands:
        assert f"\n  {name} " in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("frobnicate", "No such command"),
        ("run", "Missing argument"),
        ("run okk", 'unknown notebook "okk"'),
        ("run district_trends --period 2022-13", "write a month as 2022-06"),
        ("run district_trends --areas 999", '"999"'),
        ("run district_trends --format docx", 'unknown format "docx"'),
        ("run district_trends --lang fr", 'unknown language "fr"'),
        ("run district_trends --jobs 0", "--jobs"),
        ("run district_trends --memory lots", "write 4G or 1500M"),
        ("run district_trends --memory 100M", "needs 2G at least"),
        ("run district_trends --cell-seconds 0", "--cell-seconds"),
        ("completeness", "Missing option '--period'"),
        ("completeness --period 2022-Q5", "write a month as 2022-06"),
        ("trace mediation_acceptd --area 310115004 --period 2022-03",
         'did you mean "mediation_accepted"?'),
        ("trace mediation_accepted --area 310115004 --period 2019-03",
         "it holds 2022-01 to 2022-03"),
        ("trace mediation_accepted --area 塘侨街道 --period 2022-03", "塘桥街道"),
        ("issues --severity fatal", "error, warning, info"),
        ("issues --office 塘侨街道", "塘桥街道"),
        ("assess --indicator adviser_visit", 'did you mean "adviser_visits"?'),
        ("assess --as-of June", "write 2022-06-30, or a period"),
        ("assess --area 塘侨街道", "塘桥街道"),
        ("sample --from 2022-06 --until 2022-01", "2022-01 is before 2022-06"),
        ("list weather", "is not one of"),
    ],
)  # fmt: skip
def test_wrong_usage_is_said_without_a_traceback(inside_sample: Project, words: str, said: str):
    result = pls(*words.split(), code=2)
    assert said in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "words",
    ["issues", "assess", "completeness --period 2022-03", "run all",
     "trace mediation_accepted --area 310115004 --period 2022-03"],
)  # fmt: skip
def test_nothing_ingested_yet(project: Project, words: str):
    assert "run `pls ingest` first" in pls(*words.split(), code=2).stderr


def test_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert "there is no pls.toml in" in pls("list", "areas", code=2).stderr


def test_faults_of_the_configuration_are_all_said(project: Project):
    (project.root / "pls.toml").write_text('[project]\nhoem = "1"\nlang = "fr"\n', encoding="utf-8")
    said = pls("list", "areas", code=2).stderr
    assert 'did you mean "home"?' in said
    assert '"fr"' in said


# -- sample and ingest -------------------------------------------------------------------------


def sample_files(project: Project) -> list[Path]:
    return [file for file in project.raw.rglob("*.*") if file.suffix in (".xlsx", ".xls", ".csv")]


def test_sample_ingest_and_back(project: Project, tmp_path: Path):
    truth = tmp_path / "truth.csv"
    made = pls("sample", "--from", "2022-01", "--until", "2022-01", "--truth", str(truth))
    files = sample_files(project)
    assert len({file.suffix for file in files}) > 1
    assert f"{len(files)} workbooks written to {project.raw}" in made.stdout
    assert truth.is_file()
    contents = {file.read_bytes() for file in files}
    done = pls("ingest", "--jobs", "2")
    assert f"files: {len(contents)} read, 0 unchanged" in done.stdout
    assert f"{len(files) - len(contents)} duplicate" in done.stdout
    assert f"0 read, {len(contents)} unchanged" in pls("ingest").stdout
    assert f"{len(files)} sample files removed" in pls("sample", "--remove").stdout
    assert sample_files(project) == []


def test_broken_files_are_refused_and_named(project: Project):
    said = pls("sample", "--from", "2022-01", "--until", "2022-01", "--broken").stdout
    broken = [file.relative_to(project.raw).as_posix()
              for file in (project.raw / "broken").iterdir()]  # fmt: skip
    assert f"{len(broken)} broken files added" in said
    done = pls("ingest", code=1)
    refused = [line.removeprefix("refused: ") for line in done.stderr.splitlines()
               if line.startswith("refused: ")]  # fmt: skip
    assert refused
    assert set(refused) <= set(broken)
    assert f"{len(refused)} refused" in done.stdout
    pls("sample", "--remove")
    assert sample_files(project) == []


def test_a_file_is_newly_refused_once(own: Project):
    (own.raw / "broken.xlsx").write_bytes(b"")
    first = pls("ingest", "--jobs", "1", code=1)
    assert "refused: broken.xlsx" in first.stderr
    assert "1 refused" in first.stdout
    again = pls("ingest", "--jobs", "1")
    assert "1 refused" in again.stdout
    assert "refused: " not in again.stderr
    (issue,) = [one for one in rows("issues") if one["file"] == "broken.xlsx"]
    assert issue["severity"] == "error"


def test_raw_and_out_may_be_given(own: Project, tmp_path: Path):
    raw = tmp_path / "elsewhere"
    raw.mkdir()
    first = min(own.raw.rglob("*.xlsx"))
    shutil.copy(first, raw)
    pls("ingest", str(raw), "--out", str(tmp_path / "store"), "--jobs", "1")
    assert list(Store(tmp_path / "store").files()["path"]) == [first.name]


def test_progress_is_on_stderr_in_plain_lines(own: Project, monkeypatch: pytest.MonkeyPatch):
    def ingest(project, raw, out, jobs, progress, dask):
        for done in range(1, 31):
            progress(done, 30)
        return pipeline.Outcome(read=30)

    monkeypatch.setattr(pipeline, "ingest", ingest)
    result = pls("ingest")
    lines = [line.split(" ", 2) for line in result.stderr.splitlines()]
    assert [said for _, _, said in lines] == [f"{done} of 30 files" for done in range(3, 31, 3)]
    assert all(dt.datetime.fromisoformat(f"{day} {hour}") for day, hour, _ in lines)
    assert result.stdout.startswith("files: 30 read")


# -- issues, completeness, trace ---------------------------------------------------------------

ISSUE_KEYS = ["severity", "code", "message", "file", "sheet", "cell", "raw", "remedy"]


def test_issues(inside_sample: Project):
    every = rows("issues")
    assert len(every) == len(Store(inside_sample.processed).issues())
    assert list(every[0]) == ISSUE_KEYS
    errors = [one for one in every if one["severity"] == "error"]
    assert rows("issues", "--severity", "error") == errors
    assert rows("issues", "--severity", "error,warning") == [
        one for one in every if one["severity"] != "info"
    ]
    text = pls("issues").stdout
    assert all(one["message"] in text for one in errors)
    assert "info: " not in text
    assert text.rstrip().splitlines()[-1].startswith(f"{len(errors)} error")


def test_issues_of_an_office(inside_sample: Project):
    filed = Store(inside_sample.processed).submissions()
    paths = set(filed.loc[filed["office"] == TOWN, "path"])
    found = rows("issues", "--office", TOWN)
    assert found
    assert {one["file"] for one in found} <= paths
    assert found == rows("issues", "--office", "潍坊新村街道")
    home = {one["file"] for one in rows("issues", "--office", inside_sample.home)}
    assert home == {one["file"] for one in rows("issues")} & set(filed["path"])


def test_suggested_aliases_are_ready_to_paste(
    inside_sample: Project, monkeypatch: pytest.MonkeyPatch
):
    from pls_analysis.observations import Issue
    from pls_analysis.store import issues_frame

    remedy = "If a person is sure, add this line to config/aliases.csv: "
    issues = [
        Issue("error", "area_unknown", 'no area is called "塘侨"', "a.xlsx",
              remedy=f"{remedy}塘侨,310115008,,,YOUR NAME,"),
        Issue("error", "area_unknown", 'no area is called "塘侨"', "b.xlsx",
              remedy=f"{remedy}塘侨,310115008,,,YOUR NAME,"),
        Issue("error", "area_unknown", 'no area is called "X"', "c.xlsx",
              remedy=f"{remedy}X,CODE,,,YOUR NAME,"),
    ]  # fmt: skip
    monkeypatch.setattr(Store, "issues", lambda self: issues_frame(issues))
    lines = pls("issues").stdout.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("For config/aliases.csv"))
    assert lines[start + 1 : start + 3] == ["塘侨,310115008,,,YOUR NAME,", ""]


def test_completeness(inside_sample: Project):
    found = rows("completeness", "--period", MONTH)
    towns = rows("list", "areas", "--level", "town")
    monthly = [one["office"] for one in found if one["form"] == "town_monthly"]
    assert monthly == [one["code"] for one in towns]
    received = [one for one in found if one["received"]]
    assert 0 < len(received) < len(found), "the sample leaves reports out"
    assert {one["period"] for one in found} >= {MONTH}
    assert all(one["on_time"] in (True, False, None) for one in found)
    last = pls("completeness", "--period", MONTH).stdout.rstrip().splitlines()[-1]
    assert last.startswith(f"expected {len(found)}, received {len(received)}, on time ")
    assert "no form is due in 2019-06" in pls("completeness", "--period", "2019-06").stdout


def test_trace(inside_sample: Project):
    asked = ("trace", "mediation_accepted", "--area", TOWN, "--period", MONTH)
    (step,) = rows(*asked)
    assert list(step)[-4:] == ["file", "sheet", "cell", "raw"]
    assert (inside_sample.raw / step["file"]).is_file()
    text = pls(*asked).stdout
    assert step["file"] in text
    assert f"[{step['raw']}]" in text
    assert "潍坊新村街道 (310115004), 2022-03" in text
    parts = rows(*asked, "--breakdown", "all")
    assert {one["breakdown"] for one in parts} > {"total", step["breakdown"]}


# -- list --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "keys"),
    [
        ("notebooks", ["notebook", "title", "level", "parameters"]),
        ("areas", ["code", "name", "level", "parent"]),
        ("measures", ["measure", "name", "name_en", "unit", "form"]),
        ("forms", ["form", "title", "sender", "rhythm", "from", "until", "measures", "source"]),
    ],
)
def test_lists(inside_sample: Project, what: str, keys: list[str]):
    found = rows("list", what)
    assert found
    assert all(list(one) == keys for one in found)
    text = pls("list", what).stdout
    assert text.splitlines()[0].split() == keys
    assert len(text.splitlines()) == len(found) + 1


def test_areas_of_a_level(inside_sample: Project):
    towns = rows("list", "areas", "--level", "town")
    assert {one["level"] for one in towns} == {"town"}
    assert {"code": TOWN, "name": "潍坊新村街道", "level": "town", "parent": "310115"} in towns


# -- run and runs ------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Reports are made at once, without kernels; those of areas in `failing` fail."""
    told = SimpleNamespace(failing=set(), limits=None)

    def make_all(project, plan, todo, limits, exporters, dask, kernel, log):
        told.limits, told.kernel, told.dask = limits, kernel, dask
        for number, report in enumerate(todo):
            work = project.reports_dir / f".work-{number}"
            work.mkdir(parents=True)
            (work / NOTEBOOK).write_text("{}", encoding="utf-8")
            for kind in report.formats:
                (work / f"report.{kind}").write_text(report.id, encoding="utf-8")
            bad = Failure("KeyError: 'x'", 4) if report.area in told.failing else None
            yield report, Timed("2022-07-01", 1.5, bad, work)
            shutil.rmtree(work)

    monkeypatch.setattr(jobs, "make_all", make_all)
    return told


def test_run(own: Project, quick: SimpleNamespace):
    asked = ("run", "district_trends", "--areas", f"{TOWN}，310115005", "--period", MONTH)
    first = pls(*asked, "--lang", "zh,en", "--jobs", "3")
    assert "4 reports of 2022-03: 4 made, 0 up to date, 0 failed" in first.stdout
    assert "[4/4] district_trends/310115005-陆家嘴街道.en: ok, 1.5 s" in first.stderr
    assert quick.limits.jobs == 3
    made = sorted(file.name for file in (own.reports_dir / MONTH / "district_trends").iterdir())
    assert made == [
        f"{stem}.{lang}.{kind}"
        for stem in ("310115004-潍坊新村街道", "310115005-陆家嘴街道")
        for lang in ("en", "zh")
        for kind in ("html", "pdf", "xlsx")
    ]
    assert "0 made, 2 up to date" in pls(*asked).stdout
    assert "2 made, 0 up to date" in pls(*asked, "--force").stdout
    assert "2 made, 0 up to date" in pls(*asked, "--format", "ipynb").stdout


def test_all_of_the_latest_month(own: Project, quick: SimpleNamespace):
    held = set(Store(own.processed).observations()["area"])
    towns = [one for one in rows("list", "areas", "--level", "town") if one["code"] in held]
    levels = [one.level for one in own.reports.values()]
    expected = len(towns) * levels.count("town") + levels.count("district")
    said = pls("run", "all")
    assert f"{expected} reports of {MONTH}: {expected} made" in said.stdout
    assert (own.reports_dir / MONTH / "index.html").is_file()


def test_a_failed_report_is_named(own: Project, quick: SimpleNamespace):
    quick.failing = {"310115005"}
    asked = ("run", "district_trends", "--areas", f"{TOWN},310115005", "--period", MONTH)
    said = pls(*asked, code=1)
    assert "1 made, 0 up to date, 1 failed" in said.stdout
    assert (
        "failed: district_trends/310115005-陆家嘴街道.zh: KeyError: 'x' in cell [4]" in said.stderr
    )
    assert str(own.reports_dir / MONTH / "failed") in said.stderr
    assert pls(*asked, code=1).stdout.startswith("2 reports of 2022-03: 0 made, 1 up to date")
    quick.failing = set()
    pls(*asked)


def test_runs(own: Project, quick: SimpleNamespace):
    assert rows("runs") == []
    assert "nothing has been run yet" in pls("runs").stdout
    quick.failing = {"310115005"}
    for month in ("2022-02", MONTH):
        pls("run", "district_trends", "--areas", f"{TOWN},310115005", "--period", month, code=1)
    found = rows("runs")
    assert [(one["period"], one["ok"], one["failed"], one["skipped"]) for one in found] == [
        ("2022-02", 1, 1, 0), (MONTH, 1, 1, 0),
    ]  # fmt: skip
    assert list(found[0]) == [
        "period", "started", "finished", "duration_seconds", "notebooks", "ok", "failed", "skipped",
        "left", "per_minute",
    ]  # fmt: skip
    assert found[0]["notebooks"] == ["district_trends"]
    heading, first, _ = pls("runs").stdout.splitlines()
    assert "not reached" in heading
    assert "per minute" in heading
    assert first.split()[0] == "2022-02"


@pytest.mark.slow
def test_a_report_for_real(own: Project):
    """As a scheduler calls it: PDF and HTML lie there, nothing is said on stderr but progress."""
    done = subprocess.run(
        [sys.executable, "-m", "pls_analysis", "run", "district_trends", "--areas", TOWN,
         "--period", MONTH, "--format", "html,pdf,ipynb"],
        env=os.environ, check=False, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    stem = own.reports_dir / MONTH / "district_trends" / "310115004-潍坊新村街道.zh"
    assert Path(f"{stem}.pdf").read_bytes().startswith(b"%PDF-")
    assert "潍坊新村街道" in Path(f"{stem}.html").read_text(encoding="utf-8")
    assert len(done.stderr.splitlines()) == 1
