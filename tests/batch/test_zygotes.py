"""Zygotes: when they fork and when they do not, and that nothing outlives its owner."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from projects import ROOT
from sessions import ended, running, session

from pls_analysis.batch import kernels, zygotes
from pls_analysis.batch.imported import Sources, import_settings

LACKING = kernels.available()
needs_fork = pytest.mark.skipif(LACKING is not None, reason=str(LACKING))

DRIVER = """
import os, sys, time
from jupyter_client.manager import KernelManager
manager = KernelManager(kernel_name="pls-fork")
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)
client.execute("while True: pass")
{more}
process = manager.provisioner.process
parent = open(f"/proc/{{process.pid}}/stat", encoding="utf-8").read().split(") ")[1].split()[1]
print(process.pid, parent, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module", autouse=True)
def _stop_zygotes() -> Iterator[None]:
    yield
    zygotes.stop_all()


@pytest.fixture
def ordinary_instead(caplog: pytest.LogCaptureFixture):
    """Start a kernel, and give what the log says of its being an ordinary one."""
    kernels._said.clear()

    def start(**asked: Any) -> str:
        caplog.clear()
        with session(**asked) as opened:
            assert not opened.forked
            assert opened.text("print(1)") == "1\n"
        return "\n".join(one.getMessage() for one in caplog.records if one.levelname == "WARNING")

    return start


class Driver:
    """Another process that runs a forked kernel, which is busy."""

    def __init__(self, folder: Path, more: str = "", **environment: str) -> None:
        self.errors = (folder / "errors").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER.format(more=more)],
            env={**os.environ, "TMPDIR": str(folder), **environment},
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        assert self.process.stdout is not None
        self.kernel, self.zygote = map(int, self.process.stdout.readline().split())

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.errors.close()


# -- when there is a fork --------------------------------------------------------------------


@needs_fork
def test_prepared_by_a_function_the_kernel_finds_it_done(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setenv("PLS_WARM", "warmers:prepare")
    with session() as opened:
        assert opened.forked
        assert opened.text("import sys; print(sys.warmed)") == "warm\n"


@needs_fork
def test_a_second_thread_is_no_fork_but_an_ordinary_kernel(
    monkeypatch: pytest.MonkeyPatch, ordinary_instead
):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setenv("PLS_WARM", "warmers:start_a_thread")
    assert "2 threads (" in ordinary_instead()
    assert ordinary_instead() == "", "it is said once"


@pytest.mark.parametrize(
    "target", ["no_such_module:f", "warmers:no_such", "warmers:fail", "warmers"]
)
def test_what_fails_to_prepare_is_logged_and_costs_nothing(
    target: str, caplog: pytest.LogCaptureFixture
):
    from pls_analysis.batch.zygote import warm_up

    warm_up(target)
    assert f"PLS_WARM={target} failed" in caplog.text


@needs_fork
def test_code_that_was_edited_is_not_forked_any_more(tmp_path: Path):
    package = tmp_path / "pls_analysis"
    ignored = shutil.ignore_patterns("__pycache__", "fonts")
    shutil.copytree(ROOT / "pls_analysis", package, ignore=ignored)
    asked = {**os.environ, "PYTHONPATH": str(tmp_path)}
    show = "import pls_analysis.periods as p; print(getattr(p, 'EDITED', 'as it was'))"
    with session(env=asked) as before, session(env=asked) as beside:
        parents = [one.text("import os; print(os.getppid())") for one in (before, beside)]
        assert parents[0] == parents[1]
        with (package / "periods.py").open("a", encoding="utf-8") as file:
            file.write("\nEDITED = 'edited'\n")
        with session(env=asked) as after:
            assert after.forked
            assert after.text("import os; print(os.getppid())") != parents[0]
            assert after.text(show) == "edited\n"
        assert before.text(show) == "as it was\n"
    assert ended(int(parents[0])), "the old zygote ends with its last kernel"


def test_changes_of_what_was_imported_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    module, library = tmp_path / "some_module.py", tmp_path / "site-packages"
    library.mkdir()
    module.write_text("x = 1", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    __import__("some_module")
    monkeypatch.setattr("site.getsitepackages", lambda: [str(library)])
    monkeypatch.syspath_prepend(library)
    sources = Sources.imported(since=time.time_ns())
    assert sources.changed() is None
    module.write_text("x = 2 # longer", encoding="utf-8")
    assert sources.changed() == str(module)
    sources = Sources.imported(since=time.time_ns())
    (library / "another-2.0.dist-info").mkdir()
    assert sources.changed() == str(library)
    sources = Sources.imported(since=time.time_ns())
    module.unlink()
    assert sources.changed() == str(module)
    monkeypatch.delitem(sys.modules, "some_module")


def test_a_file_written_while_it_was_imported_counts_as_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    since = time.time_ns() - 10**9
    module = tmp_path / "written_meanwhile.py"
    module.write_text("x = 1", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    __import__("written_meanwhile")
    monkeypatch.delitem(sys.modules, "written_meanwhile")
    assert Sources.imported(since).changed_before is None
    __import__("written_meanwhile")
    assert Sources.imported(since).changed() == str(module)
    monkeypatch.delitem(sys.modules, "written_meanwhile")


@pytest.mark.parametrize(
    ("name", "matters"),
    [
        *((one, True) for one in ("PYTHONPATH", "PYTHONHASHSEED", "LANG", "LD_PRELOAD", "HOME")),
        *((one, True) for one in ("MPLCONFIGDIR", "ARROW_DEFAULT_MEMORY_POOL")),
        *(
            (one, False)
            for one in ("MPLBACKEND", "PLS_PROJECT", "PLS_WARM", "TZ", "OPENBLAS_NUM_THREADS")
        ),
    ],
)
def test_which_variables_matter_to_imports(name: str, matters: bool):
    assert bool(import_settings({name: "x"})) is matters


# -- when there is none ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "asked", "reason"),
    [
        ((sys.executable, "-m", kernels.LAUNCHER, "-f", "x"), {}, None),
        (("/other/python", "-m", kernels.LAUNCHER, "-f", "x"), {}, "not `python -m"),
        ((sys.executable, "-m", "xeus", "-f", "x"), {}, "not `python -m"),
        ((sys.executable, "-I", "-m", kernels.LAUNCHER), {}, "not `python -m"),
        ((sys.executable, "-m", kernels.LAUNCHER), {"independent": True}, "independent"),
        ((sys.executable, "-m", kernels.LAUNCHER), {"stdout": subprocess.PIPE}, "pipe"),
        ((sys.executable, "-m", kernels.LAUNCHER), {"env": {"PYTHONPATH": "src"}}, "PYTHONPATH"),
        ((sys.executable, "-m", kernels.LAUNCHER), {"cwd": "no such folder"}, "folder"),
    ],
)
def test_what_a_fork_cannot_be(argv: tuple[str, ...], asked: dict[str, Any], reason: str | None):
    said = kernels._unlike_ours(list(argv), asked)
    assert said is None if reason is None else reason in str(said)


def test_where_there_is_no_fork_the_kernel_is_ordinary(
    monkeypatch: pytest.MonkeyPatch, ordinary_instead
):
    monkeypatch.setattr(kernels, "_lacking", lambda: "this system is another")
    assert kernels.available() == "this system is another"
    assert "ordinary kernel instead of a forked one: this system is another" in ordinary_instead()
    with kernels.serve() as variables:
        assert variables == {}


def test_on_another_system_it_is_imported_and_says_so():
    code = """
    import jupyter_client.provisioning, os, signal, socket, sys
    sys.platform = "darwin"
    for name in ("fork", "register_at_fork", "pidfd_open", "memfd_create"):
        delattr(os, name)
    del socket.AF_UNIX, signal.SIGKILL, signal.SIGTERM
    sys.modules["resource"] = None
    from pls_analysis.batch import kernels
    print(kernels.available())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False
    )
    assert done.stdout == "kernels are forked on Linux only, and this is darwin\n", done.stderr


def test_importing_the_provisioner_imports_no_library():
    code = (
        "import sys, jupyter_client.provisioning\n"
        "before = set(sys.modules)\n"
        "import pls_analysis.batch.kernels\n"
        "print(sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(eval(done.stdout)) <= {*sys.stdlib_module_names, "pls_analysis"}


# -- nothing outlives its owner --------------------------------------------------------------


@needs_fork
def test_a_driver_that_is_killed_leaves_nothing(tmp_path: Path):
    child = "if os.fork() == 0:\n    time.sleep(8)\n    os._exit(0)"  # it keeps nothing alive
    driver = Driver(tmp_path, more=child)
    assert running(driver.kernel)
    assert running(driver.zygote)
    driver.process.kill()
    assert ended(driver.kernel, driver.zygote, within=5)
    assert list(tmp_path.glob("pls-*")) == []
    driver.kill()


@needs_fork
def test_a_zygote_that_is_killed_leaves_no_kernel_and_has_a_successor():
    with session() as opened:
        zygote = int(opened.text("import os; print(os.getppid())"))
        process = opened.manager.provisioner.process
        opened.client.execute("while True: pass")
        os.kill(zygote, signal.SIGKILL)
        assert ended(opened.pid, within=5)
        assert process.wait(5) == -signal.SIGKILL
        assert not opened.manager.is_alive()
    with session() as opened:
        assert opened.forked
        assert opened.text("print(1)") == "1\n"


@needs_fork
def test_one_zygote_serves_several_drivers_and_ends_with_its_owner(tmp_path: Path):
    with kernels.serve() as variables:
        mode = Path(variables[zygotes.SHARED]).parent.stat().st_mode
        assert oct(mode & 0o777) == "0o700"
        drivers = [Driver(tmp_path, **variables) for _ in range(2)]
        assert drivers[0].zygote == drivers[1].zygote
        drivers[0].kill()
        assert ended(drivers[0].kernel, within=5)
        assert running(drivers[1].kernel)
    assert ended(drivers[1].kernel, drivers[1].zygote, within=5)
    assert not Path(variables[zygotes.SHARED]).parent.exists()
    drivers[1].kill()
    with_no_other_zygote = list(tmp_path.glob("pls-*"))
    assert with_no_other_zygote == []


@needs_fork
def test_a_shared_zygote_that_is_gone_is_no_hindrance(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(zygotes.SHARED, "/nowhere/zygote")
    with session() as opened:
        assert opened.forked
