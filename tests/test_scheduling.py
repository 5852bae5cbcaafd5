"""The month's round as cron, systemd and the Task Scheduler start it, and the story of a month in
which two offices are late."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from projects import ROOT, copy_project
from test_readme import lines_of

from pls_analysis import sample
from pls_analysis.project import Project, load_project

DEPLOY = ROOT / "deploy"
MANUAL = ROOT / "docs" / "scheduling.md"
UNITS = sorted(DEPLOY.glob("pls-*"))
IN_TIME, LATE = {"310115004": "潍坊新村街道"}, {"310115005": "陆家嘴街道", "310115008": "塘桥街道"}
PARAMETERS = 'area = "310115"\nperiod = "2022-06"\nlang = "zh"'
NOT_SENT = re.compile(r"2022年6月\s+当期报表未报送，不按0计")
FAKE_PLS = """#!/bin/sh
echo "pls $*"
case $1 in ingest) exit $INGEST ;; completeness) exit $COMPLETENESS ;; run) exit $RUN ;; esac
"""
FAKE_DATE = """#!/bin/sh
case $1 in +%Y) echo {year} ;; +1%m) echo 1{month} ;; esac
"""

pytestmark = pytest.mark.skipif(shutil.which("sh") is None, reason="needs a POSIX shell")


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def round_of(
    deploy: Path, *words: str, path: Path = Path(sys.executable).parent, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the round as cron does: from another folder, with next to nothing in its environment."""
    return subprocess.run(
        [deploy / "monthly.sh", *words],
        cwd="/",
        env={"PATH": f"{path}:/usr/bin:/bin", "HOME": "/", **environment},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )


# -- what the round does with exit codes; the commands only say that they were called ---------


@pytest.fixture
def rehearsal(tmp_path: Path) -> Path:
    """A project whose `pls` does nothing but end as it is told."""
    shutil.copytree(DEPLOY, tmp_path / "project with a space" / "deploy")
    script(tmp_path / "project with a space" / ".venv" / "bin" / "pls", FAKE_PLS)
    return tmp_path / "project with a space"


@pytest.mark.parametrize(
    ("codes", "ended", "called"),
    [
        ((0, 0, 0), 0, 3),
        ((1, 0, 0), 1, 3),  # a file was refused: the others were read
        ((0, 0, 1), 1, 3),  # a report failed
        ((0, 2, 0), 2, 3),
        ((1, 0, 2), 2, 3),
        ((2, 0, 0), 2, 1),  # nothing was read: no reports of old figures
        ((137, 0, 0), 137, 1),
    ],
)
def test_the_round_goes_on_where_it_can_and_ends_with_the_worst_code(
    rehearsal: Path, codes: tuple[int, int, int], ended: int, called: int
):
    said = dict(zip(("INGEST", "COMPLETENESS", "RUN"), map(str, codes), strict=True))
    done = round_of(rehearsal / "deploy", "2022-06", **said)
    calls = ["pls ingest", "pls completeness --period 2022-06", "pls run all --period 2022-06"]
    if codes[1]:  # what a failed command prints is no table to filter
        del calls[1]
    assert [line for line in done.stdout.splitlines() if line.startswith("pls ")] == calls[:called]
    assert done.returncode == ended
    assert done.stderr == "", "all that is printed is on one stream, in its order"


@pytest.mark.parametrize(
    ("year", "month", "due"),
    [("2022", "07", "2022-06"), ("2022", "09", "2022-08"), ("2022", "10", "2022-09"),
     ("2023", "01", "2022-12")],
)  # fmt: skip
def test_without_a_period_the_month_that_is_over_is_due(
    rehearsal: Path, tmp_path: Path, year: str, month: str, due: str
):
    script(tmp_path / "bin" / "date", FAKE_DATE.format(year=year, month=month))
    done = round_of(rehearsal / "deploy", path=tmp_path / "bin", INGEST="0", COMPLETENESS="0",
                    RUN="0")  # fmt: skip
    assert f"pls completeness --period {due}" in done.stdout
    assert "pls run all --period latest" in done.stdout
    assert done.returncode == 0


def test_a_failed_round_is_told_by_mail_with_the_end_of_its_logs(rehearsal: Path, tmp_path: Path):
    for period in ("2022-05", "2022-06"):
        log = rehearsal / "reports" / period / "run.log"
        script(log, f"{period}: the first line\n" + "a line\n" * 50 + f"{period}: the last line\n")
    os.utime(rehearsal / "reports" / "2022-05" / "run.log", (0, 0))
    script(tmp_path / "bin" / "journalctl", '#!/bin/sh\necho "the journal of $2"\n')
    letter = tmp_path / "letter"
    script(
        tmp_path / "bin" / "mail", f'#!/bin/sh\necho "to $3: $2" >"{letter}"\ncat >>"{letter}"\n'
    )
    told = [rehearsal / "deploy" / "failed.sh", "pls-monthly.service"]
    path = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}
    subprocess.run(told, env=path | {"MAILTO": "someone"}, check=True)
    text = letter.read_text(encoding="utf-8")
    assert text.startswith("to someone: pls-monthly.service: a file was refused, or a report fail")
    assert "the journal of pls-monthly.service" in text
    assert text.endswith("2022-06: the last line\n")
    assert "the first line" not in text
    assert "2022-05" not in text
    printed = subprocess.run(told, env=path, check=True, capture_output=True, encoding="utf-8")
    assert printed.stdout == text.split("\n", 1)[1], "without an address it is printed"


# -- the files themselves ----------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path: Path) -> list[Path]:
    """The units, with this checkout in the place of the folder that they name."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here (Debian: apt-get install systemd)")
    found = []
    for unit in UNITS:
        found.append(tmp_path / unit.name)
        text = unit.read_text(encoding="utf-8").replace("/srv/pls", str(ROOT))
        found[-1].write_text(text, encoding="utf-8")
    return found


def test_systemd_finds_nothing_amiss_in_the_units(installed: list[Path]):
    assert len(installed) == 3
    done = subprocess.run(["systemd-analyze", "verify", *installed], check=False,
                          capture_output=True, encoding="utf-8")  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_verify_sees_a_script_that_is_not_there(installed: list[Path]):
    service = next(one for one in installed if one.name == "pls-monthly.service")
    wrong = service.read_text(encoding="utf-8").replace("monthly.sh", "nowhere.sh")
    service.write_text(wrong, encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", service], check=False,
                          capture_output=True, encoding="utf-8")  # fmt: skip
    assert "nowhere.sh" in done.stderr


def settings_of(name: str) -> list[tuple[str, str]]:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    return re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)


def test_the_timer_starts_the_round_on_the_5th_and_again_a_week_later():
    timer = settings_of("pls-monthly.timer")
    assert ("Persistent", "true") in timer, "a machine that was off makes up for it"
    calendar = [value for name, value in timer if name == "OnCalendar"]
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here to ask when that is (Debian: apt-get install systemd)")
    done = subprocess.run(
        ["systemd-analyze", "calendar", "--base-time=2022-06-30 12:00:00", *calendar],
        check=True,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"TZ": "UTC", "LC_ALL": "C.UTF-8"},
    )
    elapses = re.findall(r"Next elapse: \w+ (\S+ \S+)", done.stdout)
    assert elapses == ["2022-07-05 06:00:00", "2022-07-12 06:00:00"]


def test_a_round_that_fails_is_told_of():
    assert ("OnFailure", "pls-monthly-failed.service") in settings_of("pls-monthly.service")
    (command,) = (v for n, v in settings_of("pls-monthly-failed.service") if n == "ExecStart")
    assert command == "/srv/pls/deploy/failed.sh pls-monthly.service"


def test_cron_starts_the_same_round_at_the_same_times_and_mails_it():
    lines = [
        line
        for line in (DEPLOY / "crontab").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    names = {line.split("=")[0] for line in lines[:-1]}
    assert names == {"MAILTO", "CONTENT_TYPE"}
    minute, hour, days, month, weekday, command = lines[-1].split(maxsplit=5)
    assert (month, weekday) == ("*", "*")
    calendar = [value for name, value in settings_of("pls-monthly.timer") if name == "OnCalendar"]
    assert calendar == [
        f"*-*-{int(day):02} {int(hour):02}:{int(minute):02}:00" for day in days.split(",")
    ]
    assert ("ExecStart", command) in settings_of("pls-monthly.service")


@pytest.mark.parametrize("name", ["monthly.sh", "failed.sh"])
def test_scripts_can_be_started_and_parsed(name: str):
    path = DEPLOY / name
    assert os.access(path, os.X_OK)
    assert path.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", path], check=True)


def test_the_script_for_windows_can_be_read_there_and_calls_what_there_is():
    """It cannot be run here: what can be held is how it is written and what it calls."""
    from pls_analysis import cli

    raw = (DEPLOY / "monthly.cmd").read_bytes()
    assert raw.isascii(), "cmd.exe reads it in the system's code page"
    assert raw.count(b"\n") == raw.count(b"\r\n"), "a label may be missed without CRLF"
    calls = re.findall(r"^pls (.*)$", raw.decode("ascii").replace("\r\n", "\n"), re.MULTILINE)
    assert calls == ["ingest", "completeness --period %DUE%", "run all --period %PERIOD%"]
    for call in calls:
        name, *words = call.replace("%DUE%", "2022-06").replace("%PERIOD%", "latest").split()
        assert cli.main.commands[name].make_context(name, words).info_name == name
    labels = set(re.findall(rb"^:(\w+)", raw, re.MULTILINE))
    assert set(re.findall(rb"^call :(\w+)", raw, re.MULTILINE)) == labels


# -- the manual --------------------------------------------------------------------------------


@pytest.mark.parametrize("line", lines_of(MANUAL))
def test_a_line_of_the_manual_is_understood(line: str):
    from pls_analysis import cli

    _, name, *words = shlex.split(line, comments=True)
    command = cli.main.commands[name]
    if "--dask" in words and not any("--dask" in one.opts for one in command.params):
        pytest.skip(f"this `pls {name}` has no --dask")
    assert command.make_context(name, words).info_name == name


def test_the_files_and_targets_that_the_manual_names_are_there():
    text = MANUAL.read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:deploy|tools)[/\\](?:[\w-]+\.[a-z]+|crontab)", text))
    missing = [one for one in named if not (ROOT / one.replace("\\", "/")).is_file()]
    assert missing == []
    assert {f"deploy/{one.name}" for one in DEPLOY.iterdir()} <= {
        one.replace("\\", "/") for one in named
    }
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= set(targets)


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_readmes_lead_to_the_manual(name: str):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "docs/scheduling.md" in text
    assert "deploy" in text


# -- the round for real ------------------------------------------------------------------------


def small_project(root: Path, reports: dict[str, str]) -> Project:
    """This repository's project with three of its towns, and these reports."""
    made = copy_project(root)
    towns = IN_TIME | LATE
    for name in ("areas.csv", "aliases.csv", "villages.csv"):
        file = made.config / name
        head, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [row for row in rows if any(code in row for code in towns)]
        file.write_text(head + "".join(kept), encoding="utf-8")
    toml = root / "pls.toml"
    head, *sections = re.split(r"^(?=\[reports\.)", toml.read_text("utf-8"), flags=re.MULTILINE)
    known = {re.match(r"\[reports\.(\w+)", one)[1]: one for one in sections}  # type: ignore[index]
    kept = [known.get(name, f'[reports.{name}]\nlevel = "{level}"\n')
            for name, level in reports.items()]  # fmt: skip
    toml.write_text(head + "\n".join(kept), encoding="utf-8")
    return load_project(root)


def short_notebook(project: Project, name: str, source: str) -> None:
    cells = [nbformat.v4.new_code_cell(one) for one in (PARAMETERS, source)]
    cells[0].metadata["tags"] = ["parameters"]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"# {name}"), *cells])
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book.metadata["kernelspec"] = kernel
    nbformat.write(book, project.root / "notebooks" / f"{name}.ipynb")


def entries(project: Project) -> dict[str, dict]:
    """What run.json says of the reports of June, by notebook and area."""
    file = project.reports_dir / "2022-06" / "run.json"
    told = json.loads(file.read_text(encoding="utf-8"))["reports"]
    return {f"{one['notebook']} {one['area']}": one for one in told}


def outcomes(project: Project) -> dict[str, str]:
    return {name: one["outcome"] for name, one in entries(project).items()}


def text_of(page: Path) -> str:
    from bs4 import BeautifulSoup

    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").get_text(" ")


def test_before_anything_was_sent_the_round_says_so(tmp_path: Path):
    project = small_project(tmp_path / "project", {"town_brief": "town"})
    done = round_of(DEPLOY, "2022-06", PLS_PROJECT=str(project.root))
    assert done.returncode == 2, done.stdout
    assert "files: 0 read" in done.stdout
    assert "the store holds no figure of any of these areas" in done.stdout
    assert "Traceback" not in done.stdout
    assert not list(project.reports_dir.rglob("*.html"))


@pytest.mark.slow
def test_a_refused_file_and_a_failing_notebook_stop_nothing_else(tmp_path: Path):
    project = small_project(tmp_path / "project", {"broken": "district", "short": "district"})
    short_notebook(project, "broken", "1 / 0")
    short_notebook(project, "short", "area")
    sample.generate(project, project.raw, seed=1, start="2022-06", until="2022-06")
    (project.raw / "2022-06" / "不是表格.xlsx").write_bytes(b"no workbook")
    done = round_of(DEPLOY, "2022-06", PLS_PROJECT=str(project.root))
    assert done.returncode == 1, done.stdout
    assert "refused: 2022-06/不是表格.xlsx" in done.stdout
    assert outcomes(project) == {"broken 310115": "failed", "short 310115": "ok"}
    assert re.search(r"failed: broken/310115-\S+: ZeroDivisionError", done.stdout)
    again = round_of(DEPLOY, "2022-06", PLS_PROJECT=str(project.root))
    assert "refused: " not in again.stdout, "a file that was refused before is no news"
    assert outcomes(project) == {"broken 310115": "failed", "short 310115": "skipped"}
    assert again.returncode == 1


@pytest.mark.slow
def test_on_the_5th_two_offices_are_missing_and_on_the_12th_they_have_filed(tmp_path: Path):
    """The story that docs/scheduling.md tells."""
    project = small_project(tmp_path / "project", {"town_brief": "town", "hotline": "district"})
    short_notebook(project, "hotline", "from pls_analysis import observations\n"
                   'observations("hotline_calls_received", area=area)["value"].sum()')  # fmt: skip
    sample.generate(project, project.raw, seed=1, start="2022-04", until="2022-06")
    on_their_way = hold_back(project, tmp_path / "on their way")
    environment = {"PLS_PROJECT": str(project.root)}

    # The 5th: the round ends well, names the two, and makes every report, theirs too.
    fifth = round_of(DEPLOY, "2022-06", **environment)
    assert fifth.returncode == 0, fifth.stdout
    assert missing_from(fifth.stdout, "town_monthly") == set(LATE.values())
    assert set(outcomes(project).values()) == {"ok"}
    assert len(outcomes(project)) == 4
    for code, name in LATE.items():
        assert NOT_SENT.search(brief(project, code, name)), "its own brief says what is missing"
    for code, name in IN_TIME.items():
        assert not NOT_SENT.search(brief(project, code, name))

    # The 12th: what they have sent since is read, and what rests on it is made anew.
    files = [file for file in on_their_way.rglob("*") if file.is_file()]
    shutil.copytree(on_their_way, project.raw, dirs_exist_ok=True)
    before = entries(project)
    twelfth = round_of(DEPLOY, "2022-06", **environment)
    assert twelfth.returncode == 0, twelfth.stdout
    assert re.search(rf"^files: {len(files)} read, ", twelfth.stdout, re.MULTILINE)
    assert missing_from(twelfth.stdout, "town_monthly") == set()
    for code, name in LATE.items():
        assert outcomes(project)[f"town_brief {code}"] == "ok"
        assert not NOT_SENT.search(brief(project, code, name))
    hotline = entries(project)["hotline 310115"]
    assert hotline["outcome"] == "skipped", "it read no figure of theirs"
    assert hotline["outputs"] == before["hotline 310115"]["outputs"]

    # Any other day: nothing new, nothing made.
    again = round_of(DEPLOY, "2022-06", **environment)
    assert again.returncode == 0
    assert set(outcomes(project).values()) == {"skipped"}


def hold_back(project: Project, target: Path) -> Path:
    """Take away what the late offices send for June and the half-year."""
    names = "|".join(LATE.values())
    for file in [file for file in project.raw.rglob("*.xlsx") if re.search(names, file.name)]:
        if file.parent.name in {"2022-06", "2022-H1"}:
            held = target / file.relative_to(project.raw)
            held.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, held)
    return target


def missing_from(told: str, form: str) -> set[str]:
    """The offices that a round lists as owing a form."""
    return set(re.findall(rf"^{form} +2022-06 +\d+ +(\S+) +no\b", told, re.MULTILINE))


def brief(project: Project, code: str, name: str) -> str:
    return text_of(project.reports_dir / "2022-06" / "town_brief" / f"{code}-{name}.zh.html")
