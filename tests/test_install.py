"""`make install` on machines that lack something: one clear line each, and no second work."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from projects import ROOT

pytestmark = pytest.mark.skipif(shutil.which("sh") is None, reason="make needs a POSIX shell")

WITHOUT_VENV = """#!/bin/sh
case "$*" in *ensurepip*) exit 1 ;; esac
exec "{python}" "$@"
"""
OLD = """#!/bin/sh
[ "$1" = --version ] && echo Python 3.9.2 && exit 0
exit 1
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the installer needs of a checkout."""
    for name in ("requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    return tmp_path


def script(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def install(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "tools/install.sh", "requirements.lock"],
        cwd=checkout,
        env=os.environ | environment,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a failed install says."""
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    return line


def test_an_old_python_is_named(checkout: Path):
    old = script(checkout / "python3", OLD)
    line = complaint(install(checkout, PYTHON=str(old)))
    assert line.startswith("make: Python 3.11 or newer is needed")
    assert "Python 3.9.2" in line
    assert "make PYTHON=" in line


def test_a_python_that_is_not_there_is_named(checkout: Path):
    line = complaint(install(checkout, PYTHON="python-of-nobody"))
    assert "python-of-nobody is not there" in line


def test_a_missing_venv_module_names_the_package(checkout: Path):
    bare = script(checkout / "python3", WITHOUT_VENV.format(python=sys.executable))
    line = complaint(install(checkout, PYTHON=str(bare)))
    assert "lacks the venv module" in line
    assert "apt-get install python3-venv" in line
    assert not (checkout / ".venv").exists()


def test_no_network_is_said(checkout: Path):
    nowhere = "http://127.0.0.1:9"
    offline = dict.fromkeys(("http_proxy", "https_proxy", "HTTPS_PROXY"), nowhere)
    offline |= {"PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
    done = install(checkout, PYTHON=sys.executable, **offline)
    line = complaint(done)
    assert "could not fetch packages" in line
    assert "network" in line
    assert "uv" in (checkout / ".venv" / "install.log").read_text(encoding="utf-8")
    assert not list((checkout / ".venv").glob("installed-*")), "it must be tried again next time"


def test_a_second_run_with_the_same_lock_does_nothing(checkout: Path):
    (checkout / ".venv" / "bin").mkdir(parents=True)
    script(checkout / ".venv" / "bin" / "python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    checksums = subprocess.run(
        ["sh", "-c", 'echo "$(cksum <requirements.lock) $(cksum <pyproject.toml) $PWD"'],
        cwd=checkout,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    stamp = checkout / ".venv" / "installed-requirements.lock"
    stamp.write_text(checksums.stdout, encoding="utf-8")
    done = install(checkout)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(
    not (ROOT / ".venv" / "install.log").is_file(), reason="this Python was not installed by make"
)
def test_what_is_installed_is_compiled():
    """Where no process may keep what it compiles, each would compile all that it imports."""
    source = next((ROOT / ".venv").glob("lib/*/site-packages/pandas/__init__.py"))
    assert Path(cache_from_source(str(source))).is_file()
