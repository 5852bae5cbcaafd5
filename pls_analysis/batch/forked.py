"""How a process just forked from the zygote becomes a kernel like any other.

What an ordinary kernel gets from the process that starts it (environment, folder, files, limits)
comes with the request; what it would get by starting anew (random numbers, time zone, backend of
matplotlib) is set here.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib.util
import json
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

LAUNCHER = "ipykernel_launcher"
INLINE = "module://matplotlib_inline.backend_inline"
HISTORY = "--HistoryManager.hist_file"
PR_SET_PDEATHSIG = 1
YOUNG = 10_000
"""Objects made since the last collection that bring about the next; 700 takes a tenth of a run."""
SECONDS_TO_END = 1


def make_request(argv: Sequence[str], env: Mapping[str, str], cwd: str) -> int:
    """Write down what a kernel is to be, in a file in memory: `[python, -m, launcher, …]`."""
    umask = os.umask(0)
    os.umask(umask)
    about = {"executable": argv[0], "args": argv[3:], "env": dict(env), "cwd": cwd}
    text = json.dumps({**about, "umask": umask, "limits": _limits()})
    request = os.memfd_create("pls-kernel")
    with open(request, "w", encoding="utf-8", closefd=False) as file:
        file.write(text)
    return request


def read_request(request: int) -> dict[str, Any]:
    """Read what `make_request` wrote."""
    return json.loads(os.pread(request, os.fstat(request).st_size, 0))


def _limits() -> dict[str, tuple[int, int]]:
    import resource

    names = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    return {name: resource.getrlimit(getattr(resource, name)) for name in names}


def die_with(parent: int) -> None:
    """Have the system kill this process when its parent is killed, however busy it is."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def become_kernel(request: Mapping[str, Any], files: list[int]) -> None:
    """Be the kernel that is asked for, until it is shut down."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.umask(request["umask"])
    _limit(request["limits"])
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    _start_anew()
    launcher = importlib.util.find_spec(LAUNCHER)
    name = launcher.origin if launcher is not None and launcher.origin else LAUNCHER
    sys.argv = [name, *request["args"]]
    if not any(one.startswith(HISTORY) for one in sys.argv):
        # A history file costs a write to the disk for each kernel; given twice, it is an error.
        sys.argv.append(f"{HISTORY}=:memory:")
    from ipykernel.kernelapp import IPKernelApp

    # The default was read from the zygote's environment when this was imported.
    app = IPKernelApp.instance(parent_handle=os.getppid())
    app.initialize()
    app.start()
    control = app.control_thread
    if control is not None and control.is_alive():
        # At exit the channel of outputs is closed first. The thread that heard of the end may still
        # write to it, and would wait for ever: let it come to its own end before.
        control.stop()
        control.join(SECONDS_TO_END)


def _limit(limits: Mapping[str, tuple[int, int]]) -> None:
    import resource

    for name, limit in limits.items():
        with contextlib.suppress(OSError, ValueError):  # above what the zygote itself may
            resource.setrlimit(getattr(resource, name), limit)


def _start_anew() -> None:
    """Undo what is the same in every fork, and would not be in processes of their own."""
    time.tzset()
    tempfile.tempdir = None
    gc.enable()
    gc.set_threshold(YOUNG)
    # `random` sees to itself. These two are asked only where they were imported.
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "matplotlib" in sys.modules:
        backend = os.environ.get("MPLBACKEND") or INLINE
        sys.modules["matplotlib"].rcParams["backend"] = backend


def leave(work: Callable[..., None], *args: Any) -> None:
    """Do the last work of this process and end it.

    As `multiprocessing` ends its forks: threads are waited for and exit functions run, but nothing
    is taken apart, which would copy pages shared with the zygote just to free them.
    """
    code = 1
    try:
        work(*args)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does at its end
        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            threading._shutdown()  # type: ignore[attr-defined]
            atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(BaseException):
                stream.flush()
        os._exit(code)
