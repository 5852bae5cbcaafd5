"""Kernels forked from a process that has already imported what notebooks need.

Plugged into `jupyter_client` as a kernel provisioner, so that papermill, nbclient, nbval,
jupyter_server and JupyterLab run the kernel `pls-fork` as any other. Where a fork is not to be had,
an ordinary kernel is started and the log says why, once.

Every user of `jupyter_client` may import this: it imports nothing heavy, on any system.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from pls_analysis.batch.forked import LAUNCHER
from pls_analysis.batch.zygotes import SHARED, ForkedKernel, Refused, Zygote, start_kernel

KERNEL = "pls-fork"
"""The kernelspec that asks for these kernels; also the name of the provisioner."""
KNOWN = {"cwd", "env", "extra_arguments", "kernel_id", "stderr", "stdin", "stdout"}
"""What may be asked of a launch and a fork can fulfil."""
SECONDS_TO_END = 0.1
"""How long an answer to "does it still run?" may wait for it to end."""
_said: set[str] = set()


def available() -> str | None:
    """Say why `pls-fork` gives no forked kernels here; None where it does."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    reason = _lacking()
    if reason is not None:
        return reason
    try:
        KernelSpecManager().get_kernel_spec(KERNEL)
    except NoSuchKernel:
        return f"the kernel {KERNEL} is not installed; install this package anew"
    return None


@cache
def _lacking() -> str | None:
    """What this system lacks."""
    if sys.platform != "linux":
        return f"kernels are forked on Linux only, and this is {sys.platform}"
    try:
        import resource  # noqa: F401 - the limits of whoever asks for a kernel

        os.close(os.pidfd_open(os.getpid()))
        os.close(os.memfd_create(KERNEL))
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).close()
        next(Path("/proc/self/task").iterdir())
    except (AttributeError, ImportError, OSError) as error:
        return f"this system lacks what forked kernels need ({error})"
    return None


@contextmanager
def serve(environment: Mapping[str, str] = os.environ) -> Iterator[dict[str, str]]:
    """Start a zygote for several processes; give the variables that let them find it.

    It imports in the environment given. It ends with the block, and its kernels with it. Where
    kernels cannot be forked, there are no variables to set.
    """
    if _lacking() is not None:
        yield {}
        return
    zygote = Zygote(sys.executable, environment)
    try:
        yield {SHARED: str(zygote.path)}
    finally:
        zygote.stop()


class ForkProvisioner(LocalProvisioner):
    """Starts kernels by having them forked; otherwise what LocalProvisioner is."""

    _stopping = False

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel, or start an ordinary one where that cannot be."""
        self._stopping = False
        reason = _lacking() or _unlike_ours(cmd, kwargs)
        if reason is None:
            try:
                return await self._fork(cmd, **kwargs)
            except (OSError, Refused) as error:
                reason = str(error)
        if reason not in _said:
            _said.add(reason)
            self.log.warning("An ordinary kernel instead of a forked one: %s", reason)
        return await super().launch_kernel(cmd, **kwargs)

    async def _fork(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        environment = {**(kwargs.get("env") or os.environ), "JPY_PARENT_PID": str(os.getpid())}
        cwd = str(kwargs.get("cwd") or Path.cwd())
        with ExitStack() as stack:
            nowhere = stack.enter_context(Path(os.devnull).open("r+b", buffering=0)).fileno()
            asked = (kwargs.get("stdin"), kwargs.get("stdout"), kwargs.get("stderr"))
            usual = (nowhere, 1, 2)
            files = [_descriptor(*one, nowhere) for one in zip(asked, usual, strict=True)]
            kernel = await start_kernel(cmd, environment, cwd, files)
        self.process = kernel
        self.pid = kernel.pid
        # Not told: signals go through the zygote, which knows whether the group is still its own.
        self.pgid = None
        self.cwd = cwd
        return self.connection_info

    async def poll(self) -> int | None:
        """Return the exit code, or None while it runs.

        Who has just asked for its end asks again every 100 ms: the answer waits for it that long.
        """
        if self._stopping and isinstance(self.process, ForkedKernel):
            await self.process.ended(SECONDS_TO_END)
        return await super().poll()

    async def wait(self) -> int | None:
        """Wait until it has ended."""
        if isinstance(self.process, ForkedKernel):
            await self.process.ended()
        return await super().wait()

    async def kill(self, restart: bool = False) -> None:
        """Kill it and what it has started."""
        self._stopping = True
        await super().kill(restart)

    async def terminate(self, restart: bool = False) -> None:
        """Ask it to end, by a signal."""
        self._stopping = True
        await super().terminate(restart)

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Hear that it was asked to end, by a message."""
        self._stopping = True


def _unlike_ours(cmd: list[str], kwargs: Mapping[str, Any]) -> str | None:
    """Say what about a launch a fork of this Python cannot do."""
    if cmd[:3] != [sys.executable, "-m", LAUNCHER]:
        return f"its command is not `python -m {LAUNCHER}` of this Python"
    if unknown := sorted(kwargs.keys() - KNOWN):
        return f"it is started with {', '.join(unknown)}"
    if subprocess.PIPE in {kwargs.get("stdin"), kwargs.get("stdout"), kwargs.get("stderr")}:
        return "its output goes through a pipe"
    environment = kwargs.get("env") or os.environ
    folders = environment.get("PYTHONPATH", "").split(os.pathsep)
    if any(one and not Path(one).is_absolute() for one in folders):
        return "PYTHONPATH names a folder that depends on where it is started"
    if not Path(kwargs.get("cwd") or ".").is_dir():
        return "its folder does not exist"
    return None


def _descriptor(asked: Any, usual: int, nowhere: int) -> int:
    if asked is None:
        return usual
    if asked == subprocess.DEVNULL:
        return nowhere
    return asked if isinstance(asked, int) else asked.fileno()
