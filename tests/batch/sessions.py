"""A kernel and what is said to it, for the tests of kernels; and looks at processes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager

from pls_analysis.batch.zygotes import ForkedKernel

SECONDS = 60


class Session:
    """A running kernel.

    What is said right after an error is not dropped, as it is by default until the kernel has seen
    what else is waiting for it.
    """

    def __init__(self, manager: KernelManager) -> None:
        self.manager = manager
        self.client: BlockingKernelClient = manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=SECONDS)

    @property
    def pid(self) -> int:
        return self.manager.provisioner.pid

    @property
    def forked(self) -> bool:
        return isinstance(self.manager.provisioner.process, ForkedKernel)

    def run(self, code: str) -> list[dict[str, Any]]:
        """Execute code; give the content of each output."""
        found: list[dict[str, Any]] = []
        self.client.execute_interactive(
            code,
            timeout=SECONDS,
            allow_stdin=False,
            stop_on_error=False,
            output_hook=lambda message: found.append(message["content"]),
        )
        return [one for one in found if "execution_state" not in one and "code" not in one]

    def text(self, code: str, stream: str = "stdout") -> str:
        """What code prints."""
        return "".join(one["text"] for one in self.run(code) if one.get("name") == stream)

    def interrupted(self, code: str, after: float) -> str:
        """The status of code that is interrupted after so many seconds."""
        self.client.execute(code, stop_on_error=False)
        time.sleep(after)
        self.manager.interrupt_kernel()
        return self.client.get_shell_msg(timeout=SECONDS)["content"]["status"]

    def error(self, code: str) -> str:
        """The name of the exception that code ends in."""
        return next((one["ename"] for one in self.run(code) if "ename" in one), "")


@contextmanager
def session(name: str = "pls-fork", **asked: Any) -> Iterator[Session]:
    """Start a kernel, and shut it down at the end."""
    manager = KernelManager(kernel_name=name)
    # A kernel that knows of pytest does not watch its files, and figures would go to no page.
    pytests = {"PYTEST_CURRENT_TEST", "MPLBACKEND"}
    environment = {key: text for key, text in os.environ.items() if key not in pytests}
    manager.start_kernel(**{"env": environment, **asked})
    try:
        opened = Session(manager)
        try:
            yield opened
        finally:
            opened.client.stop_channels()
    finally:
        manager.shutdown_kernel(now=True)


def running(pid: int) -> bool:
    """Whether a process still does something."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def ended(*pids: int, within: float = 10) -> bool:
    """Wait for processes to end."""
    until = time.monotonic() + within
    while any(map(running, pids)):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def private_kb(pid: int) -> int:
    """Memory that a process shares with no other."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
