"""Forked kernels: what runs in one is what runs in an ordinary kernel."""

from __future__ import annotations

import ast
import asyncio
import os
import signal
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager, start_new_async_kernel
from sessions import Session, ended, private_kb, session

from pls_analysis.batch import kernels, zygotes

resource = pytest.importorskip("resource", reason="the system has no limits to look at")
LACKING = kernels.available()
pytestmark = pytest.mark.skipif(LACKING is not None, reason=str(LACKING))

FIRST_DRAWS = """
import random, uuid, numpy
print(random.random(), numpy.random.rand(), uuid.uuid4(), numpy.random.default_rng().random())
"""
SETTINGS = """
import os, sys, matplotlib, matplotlib.pyplot, pandas
options = {name: pandas.get_option(name) for name in ("display.max_rows", "display.width")}
path = [one for one in sys.path if one]
argv = [os.path.basename(sys.argv[0]), sys.argv[1], len(sys.argv)]
interactive = matplotlib.is_interactive()
own = {"JPY_PARENT_PID"}
environment = sorted(one for one in os.environ.items() if one[0] not in own)
print([options, path, argv, interactive, environment, os.getcwd(), sys.flags, __name__])
"""
RCPARAMS = "import matplotlib; print({k: repr(v) for k, v in matplotlib.rcParams.items()})"


@pytest.fixture(scope="module", autouse=True)
def _stop_zygotes() -> Iterator[None]:
    yield
    zygotes.stop_all()


@pytest.fixture(scope="module")
def forked() -> Iterator[Session]:
    with session() as opened:
        yield opened


@pytest.fixture(scope="module")
def ordinary() -> Iterator[Session]:
    with session("python3", extra_arguments=["--HistoryManager.hist_file=:memory:"]) as opened:
        yield opened


def zygote_of(kernel: Session) -> int:
    return int(kernel.text("import os; print(os.getppid())"))


def test_the_kernel_is_forked_and_answers(forked: Session):
    assert forked.forked
    assert forked.text("import os; print(os.getpid())") == f"{forked.pid}\n"


def test_the_zygote_has_one_thread_after_its_imports(forked: Session):
    tasks = list(Path(f"/proc/{zygote_of(forked)}/task").iterdir())
    assert len(tasks) == 1
    imported = forked.text("import sys; print('pandas' in sys.modules, 'seaborn' in sys.modules)")
    assert imported == "True True\n"


def test_no_two_kernels_draw_the_same_random_numbers(forked: Session):
    with session() as other:
        first, second = forked.text(FIRST_DRAWS).split(), other.text(FIRST_DRAWS).split()
    assert len(first) == len(second) == 4
    assert set(first) & set(second) == set()


def test_a_kernel_leads_its_group_when_its_number_is_told():
    manager = KernelManager(kernel_name=kernels.KERNEL)
    manager.start_kernel()
    pid = manager.provisioner.pid
    groups = os.getsid(pid), os.getpgid(pid)
    manager.shutdown_kernel(now=True)
    assert groups == (pid, pid)


def test_a_kernel_knows_its_parents(forked: Session):
    told, parent = forked.text(
        "import os; print(os.environ['JPY_PARENT_PID'], os.getppid())"
    ).split()
    assert int(told) == os.getpid()
    handle = "from ipykernel.kernelapp import IPKernelApp; print(IPKernelApp.instance().{})"
    assert forked.text(handle.format("parent_handle")).strip() == parent
    assert forked.text(handle.format("poller.parent_pid")).strip() == parent


@pytest.mark.parametrize("given", [[], ["--HistoryManager.hist_file=:memory:"]])
def test_history_stays_in_memory_and_the_flag_is_given_once(given: list[str]):
    with session(extra_arguments=given) as opened:
        shown = opened.text("print(get_ipython().history_manager.hist_file)")
        argv = ast.literal_eval(opened.text("import sys; print(sys.argv)"))
    assert shown == ":memory:\n"
    assert len([one for one in argv if "hist_file" in one]) == 1


# -- what may leak from one to the other -----------------------------------------------------


def test_settings_are_those_of_an_ordinary_kernel(forked: Session, ordinary: Session):
    assert forked.text(SETTINGS) == ordinary.text(SETTINGS)


def test_rcparams_are_those_of_an_ordinary_kernel(forked: Session, ordinary: Session):
    assert forked.text(RCPARAMS) == ordinary.text(RCPARAMS)


def test_environment_folder_and_time_zone_are_the_kernels_own(forked: Session, tmp_path: Path):
    show = "import os, time; print(os.environ.get('NAMED'), os.getcwd(), time.tzname[0])"
    asked = {**os.environ, "NAMED": "名", "TZ": "Asia/Shanghai"}
    with session(env=asked, cwd=str(tmp_path)) as opened:
        assert opened.forked
        assert opened.text(show) == f"名 {tmp_path} CST\n"
    assert forked.text(show).startswith(f"None {Path.cwd()} ")


def test_nothing_done_in_a_kernel_reaches_the_next():
    change = (
        "import os, sys, pandas, matplotlib, pls_analysis, builtins\n"
        "os.environ['LEFT'] = 'x'; sys.path.append('left'); os.chdir('/')\n"
        "pandas.options.display.max_rows = 3; matplotlib.rcParams['figure.dpi'] = 33\n"
        "sys.modules['left'] = sys; pls_analysis.left = builtins.left = 1"
    )
    show = (
        "import os, sys, pandas, matplotlib, pls_analysis, builtins\n"
        "print('LEFT' in os.environ, 'left' in sys.path, os.getcwd() == '/',\n"
        "      pandas.options.display.max_rows == 3, matplotlib.rcParams['figure.dpi'] == 33,\n"
        "      'left' in sys.modules, hasattr(pls_analysis, 'left'), hasattr(builtins, 'left'))"
    )
    with session() as first:
        first.run(change)
        assert first.text(show).split() == ["True"] * 8
        with session() as second:
            assert second.text(show).split() == ["False"] * 8


def test_limits_and_mask_are_those_of_who_starts_it():
    show = (
        "import os, resource; mask = os.umask(0); os.umask(mask)\n"
        "print(mask, resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    mask = os.umask(0o027)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    try:
        with session() as opened:
            assert opened.text(show) == f"{0o027} 0\n"
    finally:
        os.umask(mask)
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


# -- output, interrupts, ends ----------------------------------------------------------------


def test_what_is_written_in_any_way_is_shown(forked: Session):
    code = (
        "import os, subprocess, sys, time\n"
        "print('printed'); os.write(1, b'written\\n'); subprocess.run(['echo', 'by a child'])\n"
        "time.sleep(0.3)"
    )
    assert sorted(forked.text(code).splitlines()) == ["by a child", "printed", "written"]
    assert forked.text("!echo magic").strip() == "magic"
    error = "import sys, time; print('warned', file=sys.stderr); time.sleep(0.1)"
    assert forked.text(error, "stderr") == "warned\n"


@pytest.mark.parametrize("code", ["import time; time.sleep(60)", "while True: pass", "!sleep 60"])
def test_it_can_be_interrupted(forked: Session, code: str):
    started = time.monotonic()
    status = forked.interrupted(code, after=0.3)
    assert time.monotonic() - started < 20
    assert status == ("ok" if code.startswith("!") else "error")
    assert forked.text("print('goes on')") == "goes on\n"


@pytest.mark.parametrize("now", [True, False])
def test_it_can_be_restarted(now: bool):
    with session() as opened:
        opened.run("left = 1")
        before = opened.pid
        opened.manager.restart_kernel(now=now)
        opened.client.wait_for_ready(timeout=60)
        assert opened.error("left") == "NameError"
        assert opened.forked
        assert opened.pid != before
        assert ended(before)


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        ("import os; os._exit(7)", 7),
        ("import ctypes; ctypes.string_at(0)", -signal.SIGSEGV),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
    ],
)
def test_how_it_died_is_known(code: str, exit_code: int):
    with session() as opened:
        process = opened.manager.provisioner.process
        opened.client.execute(code)
        assert process.wait(30) == exit_code
        assert not opened.manager.is_alive()


def test_shut_down_it_runs_exit_functions_and_ends_well(tmp_path: Path):
    with session() as opened:
        process = opened.manager.provisioner.process
        mark = (
            f"import atexit, pathlib; atexit.register(pathlib.Path({str(tmp_path)!r}, 'm').touch)"
        )
        opened.run(mark)
        opened.client.stop_channels()
        opened.manager.shutdown_kernel()
        assert process.returncode == 0
        assert (tmp_path / "m").exists()


def test_what_a_kernel_started_is_killed_with_it():
    with session() as opened:
        code = "import subprocess; print(subprocess.Popen(['sleep', '600']).pid)"
        child = int(opened.text(code))
    assert ended(child)


# -- many, and what they cost ----------------------------------------------------------------


def test_several_run_at_once():
    async def answer(number: int) -> tuple[int, str]:
        manager, client = await start_new_async_kernel(kernel_name=kernels.KERNEL)
        found: list[str] = []
        await client.execute_interactive(
            f"print({number} ** 2)",
            output_hook=lambda message: found.append(message["content"].get("text", "")),
        )
        pid = manager.provisioner.pid
        client.stop_channels()
        await manager.shutdown_kernel()
        return pid, "".join(found)

    async def answers() -> list[tuple[int, str]]:
        return await asyncio.gather(*map(answer, range(4)))

    found = asyncio.run(answers())
    assert [text for _, text in found] == ["0\n", "1\n", "4\n", "9\n"]
    assert len({pid for pid, _ in found}) == 4


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def test_the_zygote_does_not_grow_with_its_kernels(forked: Session):
    zygote = zygote_of(forked)

    def start_and_kill() -> None:
        manager = KernelManager(kernel_name=kernels.KERNEL)
        manager.start_kernel()
        manager.shutdown_kernel(now=True)

    for _ in range(5):
        start_and_kill()
    before, files = private_kb(zygote), open_files(zygote)
    for _ in range(30):
        start_and_kill()
    assert private_kb(zygote) - before < 1024
    assert open_files(zygote) == files


def test_most_of_a_kernels_memory_is_shared_with_the_zygote(ordinary: Session):
    imports = "import pandas, seaborn, pls_analysis.analysis, pls_analysis.briefs"
    ordinary.run(imports)
    with session() as opened:
        opened.run(imports)
        assert private_kb(opened.pid) < 0.5 * private_kb(ordinary.pid)


def test_threads_and_processes_run_within_a_kernel(forked: Session, tmp_path: Path):
    code = f"""
    import numpy, pandas
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
    from multiprocessing import get_context
    with ThreadPoolExecutor(2) as pool: threads = list(pool.map(abs, [-1, -2]))
    with ProcessPoolExecutor(1, get_context("spawn")) as pool: processes = list(pool.map(abs, [-3]))
    pandas.DataFrame({{"a": range(100_000)}}).to_parquet({str(tmp_path / "a.parquet")!r})
    read = pandas.read_parquet({str(tmp_path / "a.parquet")!r}).a.sum()
    print(threads, processes, read, (numpy.ones((300, 300)) @ numpy.ones((300, 300))).sum())
    """
    assert forked.text(textwrap.dedent(code)) == "[1, 2] [3] 4999950000 27000000.0\n"
