"""`make wheelhouse`: which wheels another system needs, and an install from them with no index."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from projects import ROOT, copy_project

SPEC = importlib.util.spec_from_file_location("wheelhouse", ROOT / "tools" / "wheelhouse.py")
assert SPEC
assert SPEC.loader
wheelhouse = importlib.util.module_from_spec(SPEC)
sys.modules["wheelhouse"] = wheelhouse
SPEC.loader.exec_module(wheelhouse)

LOCK = """\
# made by hand
anywhere==1.0 \\
    --hash=sha256:{anywhere}
for-windows==2.0 ; sys_platform == 'win32' \\
    --hash=sha256:{for_windows}
    # via anywhere
not-for-windows==2.0 ; os_name != 'nt' \\
    --hash=sha256:{not_for_windows}
newer==3.0 ; python_full_version >= '3.11.5' \\
    --hash=sha256:{newer}
older==3.0 ; python_full_version < '3.11.5' \\
    --hash=sha256:{older}
"""


@pytest.fixture(autouse=True)
def _no_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request) -> None:
    """pip knows of nothing but the wheels that a test puts down."""
    if "registry" not in request.keywords:
        offline(monkeypatch)
        monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "shelf"))


def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")


def shelve(shelf: Path, name: str, version: str, tags: str = "py3-none-any") -> str:
    """Put an empty wheel down; return its hash."""
    shelf.mkdir(exist_ok=True)
    plain = name.replace("-", "_")
    info = f"{plain}-{version}.dist-info"
    wheel = shelf / f"{plain}-{version}-{tags}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\n"
                         f"Version: {version}\n")  # fmt: skip
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nTag: {tags}\n")
        archive.writestr(f"{info}/RECORD", "")
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """A lock of five packages, whose wheels lie on a shelf."""
    shelf = tmp_path / "shelf"
    hashes = {
        "anywhere": shelve(shelf, "anywhere", "1.0"),
        "for_windows": shelve(shelf, "for-windows", "2.0", "cp311-cp311-win_amd64"),
        "not_for_windows": shelve(shelf, "not-for-windows", "2.0"),
        "newer": shelve(shelf, "newer", "3.0"),
        "older": shelve(shelf, "older", "3.0"),
    }
    path = tmp_path / "requirements.lock"
    path.write_text(LOCK.format_map(hashes), encoding="utf-8")
    return path


def chosen(lock: Path, platform: str, python: str) -> list[str]:
    lines = wheelhouse.lines_for(wheelhouse.read_pins(lock), wheelhouse.target(platform, python))
    assert all("--hash=sha256:" in line for line in lines)
    return [line.split()[0] for line in lines]


@pytest.mark.parametrize(
    ("platform", "python", "left_out"),
    [
        ("win_amd64", "3.11", {"not-for-windows", "older"}),
        ("win_amd64", "3.11.4", {"not-for-windows", "newer"}),
        ("macosx_12_0_arm64", "3.13", {"for-windows", "older"}),
        ("manylinux_2_28_x86_64", "3.12", {"for-windows", "older"}),
    ],
)
def test_the_markers_of_the_lock_are_those_of_the_other_system(
    lock: Path, platform: str, python: str, left_out: set[str]
):
    every = {pin.name for pin in wheelhouse.read_pins(lock)}
    assert {one.split("==")[0] for one in chosen(lock, platform, python)} == every - left_out


def test_the_lock_of_the_project_is_read_whole():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = wheelhouse.read_pins(ROOT / "requirements.lock")
    assert len(pins) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE)) > 100
    assert sum(hashes.count("sha256") for hashes in pins.values()) == text.count("--hash=sha256")


def test_a_wheel_for_an_older_glibc_will_do():
    options = wheelhouse.target("manylinux_2_17_x86_64", "3.11").options
    platforms = [word for word in options if "linux" in word]
    assert platforms[:3] == ["manylinux_2_17_x86_64", "manylinux2014_x86_64",
                             "manylinux_2_16_x86_64"]  # fmt: skip
    assert platforms[-1] == "manylinux1_x86_64"


@pytest.mark.parametrize(
    ("platform", "python", "word"),
    [("windows", "", "win_amd64"), ("", "3", "such as 3.12"), ("", "latest", "such as 3.12")],
)
def test_a_system_of_no_known_kind_is_refused_with_what_is_right(
    platform: str, python: str, word: str
):
    with pytest.raises(wheelhouse.NotGathered, match=re.escape(word)):
        wheelhouse.target(platform, python)


def test_wheels_are_gathered_and_what_has_none_is_named(lock: Path, tmp_path: Path):
    target = wheelhouse.target("win_amd64", "3.11")
    lines = wheelhouse.lines_for(wheelhouse.read_pins(lock), target)
    out = tmp_path / "wheelhouse"
    assert wheelhouse.download(lines, out, target.options) == []
    (tmp_path / "shelf" / "anywhere-1.0-py3-none-any.whl").unlink()
    shutil.rmtree(out)
    newer = wheelhouse.target("win_amd64", "3.12")
    assert wheelhouse.download(lines, out, newer.options) == ["anywhere==1.0", "for-windows==2.0"]
    assert [one.name for one in out.iterdir()] == ["newer-3.0-py3-none-any.whl"]


def test_a_wheel_with_another_hash_is_refused(lock: Path, tmp_path: Path):
    shelve(tmp_path / "shelf", "anywhere", "1.0", "py2.py3-none-any")
    (tmp_path / "shelf" / "anywhere-1.0-py3-none-any.whl").unlink()
    target = wheelhouse.target("win_amd64", "3.11")
    lines = wheelhouse.lines_for(wheelhouse.read_pins(lock), target)
    with pytest.raises(wheelhouse.NotGathered, match="HASH"):
        wheelhouse.download(lines, tmp_path / "wheelhouse", target.options)


def test_versions_that_the_lock_no_longer_names_are_taken_away(lock: Path, tmp_path: Path):
    out = tmp_path / "wheelhouse"
    for name, version in {"anywhere": "0.9", "for-windows": "2.0", "pls-analysis": "0.1.0"}.items():
        shelve(out, name, version)
    wheelhouse.remove_outdated(out, wheelhouse.read_pins(lock))
    left = {one.name.split("-")[0] for one in out.iterdir()}
    assert left == {"for_windows", "pls_analysis"}


def test_no_network_is_said(lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    nowhere = "http://127.0.0.1:9"
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_RETRIES", "1")
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, nowhere)
    lines = wheelhouse.lines_for(wheelhouse.read_pins(lock), wheelhouse.target())
    with pytest.raises(wheelhouse.NotGathered, match="is there a network"):
        wheelhouse.download(lines, tmp_path / "wheelhouse", ())


# -- for real ----------------------------------------------------------------------------------


def run(*words: object, **asked) -> str:
    done = subprocess.run([str(word) for word in words], check=False, capture_output=True,
                          encoding="utf-8", **asked)  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.registry
def test_an_install_with_no_index_makes_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What INSTALL.txt tells people to type, and then a report of a small project."""
    tool = (sys.executable, ROOT / "tools" / "wheelhouse.py", "--out", tmp_path / "wheelhouse")
    gathered = subprocess.run(tool, check=False, capture_output=True, encoding="utf-8")
    if "is there a network" in gathered.stderr:
        pytest.skip("no package index is reached from here")
    assert gathered.returncode == 0, gathered.stderr
    offline(monkeypatch)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    run("sh", "-euc", commands_of(tmp_path / "wheelhouse" / "INSTALL.txt"), cwd=tmp_path)
    project = copy_project(tmp_path / "project")
    monkeypatch.setenv("PLS_PROJECT", str(project.root))
    pls = tmp_path / ".venv" / "bin" / "pls"
    run(pls, "sample", "--from", "2022-06", cwd=tmp_path)
    run(pls, "ingest", cwd=tmp_path)
    run(pls, "run", "district_trends", "--areas", "310115004", "--period", "2022-06", cwd=tmp_path)
    made = {path.suffix for path in (project.reports_dir / "2022-06").rglob("310115004*")}
    assert made == {".html", ".pdf", ".xlsx"}
    where = (
        tmp_path / ".venv" / "bin" / "python",
        "-c",
        "import pls_analysis as p; print(p.__file__)",
    )
    assert str(tmp_path) in run(*where, cwd=tmp_path), "it is the wheel that ran, not this checkout"


def commands_of(text: Path) -> str:
    """The lines for Linux, with the Python that runs the tests."""
    part = text.read_text(encoding="utf-8").split("Linux, macOS:")[1].split("Windows:")[0]
    lines = [line.strip() for line in part.splitlines() if line.startswith("  ")]
    assert lines[0].startswith("python3 -m venv")
    assert "pls --help" in lines
    return "\n".join(lines).replace("python3", f'"{sys.executable}"', 1)
