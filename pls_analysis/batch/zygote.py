"""The process that kernels are forked from: it has imported what notebooks import, and waits.

It has one thread only, since a fork copies no other: a lock that another thread held would stay
locked in the kernel for ever. It needs Linux. `kernels` starts it and speaks with it over sockets
of messages (SOCK_SEQPACKET), one socket for each kernel:

- the owner sends file descriptors: a request in JSON, then the kernel's stdin, stdout and stderr;
- it hears `{"pid": …}`, or `{"refused": why, "stale": …}`, and at the end `{"exit": code}`;
- it sends `{"signal": number}`, which reaches the kernel's process group.

Where that socket closes, its owner is gone and the kernel is killed. Where the zygote is killed,
the system kills its kernels.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from pls_analysis.batch.forked import become_kernel, die_with, leave, read_request
from pls_analysis.batch.imported import Sources, import_settings
from pls_analysis.batch.zygotes import WARM

log = logging.getLogger("pls_analysis.batch.zygote")

PRELOADED = (
    *("ipykernel.ipkernel", "ipykernel.kernelapp", "ipykernel.zmqshell", "ipykernel.debugger"),
    *("IPython.core.completer", "IPython.core.debugger", "IPython.core.pylabtools"),
    *("IPython.core.completerlib", "IPython.extensions.storemagic", "tornado.platform.asyncio"),
    *("IPython.core.logger", "IPython.core.oinspect", "psutil", "resource", "sqlite3"),
    *("pandas", "pandas.io.formats.csvs", "pandas.io.formats.style", "seaborn"),
    *("pyarrow.dataset", "pyarrow.parquet"),
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"),
    *(
        f"pls_analysis.{name}"
        for name in (
            *("analysis", "briefs", "changes", "charts", "notices", "policies", "progress"),
            *("ranking", "scorecard", "towns"),
        )
    ),
)
"""What notebooks import, and what a kernel imports at its start or first use.

Not matplotlib's inline backend: it ties itself to the shell, which a kernel has and this has not.
"""
STOP = b"stop"
DRAIN = b"drain"


@dataclass(slots=True)
class Kernel:
    """A child of the zygote, and the socket of its owner for as long as there is one."""

    pid: int
    pidfd: int
    owner: socket.socket | None


def threads() -> list[str]:
    """The names of this process's threads as the system knows them, also those of libraries."""
    names = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # it has ended meanwhile
            names.append((task / "comm").read_text(encoding="utf-8").strip())
    return names


def preload() -> dict[str, str]:
    """Import what kernels need; give the environment variables that this has set.

    What cannot be imported is for the notebook to complain of.
    """
    before = set(os.environ)
    for name in PRELOADED:
        try:
            import_module(name)
        except Exception as error:  # noqa: BLE001 - kernels start all the same
            log.warning("The zygote could not import %s: %s", name, error)
    return {name: text for name, text in os.environ.items() if name not in before}


def warm_up(target: str) -> None:
    """Call `module:function`; an error in it costs speed, no kernel."""
    module, _, function = target.partition(":")
    try:
        getattr(import_module(module), function)()
    except (Exception, SystemExit):
        log.warning("%s=%s failed; kernels start without it", WARM, target, exc_info=True)


class Server:
    """Forks a kernel for each request until the last owner is gone."""

    def __init__(self, listener: socket.socket, owner: socket.socket, sources: Sources) -> None:
        self.listener: socket.socket | None = listener
        self.sources = sources
        self.settings = import_settings(os.environ)
        self.kernels: dict[int, Kernel] = {}
        self.selector = selectors.DefaultSelector()
        self._watch(listener, self._accept)
        self._watch(owner, self._hear_owner)

    def serve(self) -> tuple[dict[str, Any], list[int]] | None:
        """In a child, return the request it is to fulfil, with its files; None at the end."""
        while self.listener is not None or self.kernels:
            # One at a time: what an event leads to may close what another one is about.
            key, _ = self.selector.select()[0]
            request = key.data(key.fileobj)
            if request is not None:
                return request
        return None

    def _watch(self, what: socket.socket | int, handler: Callable[[Any], Any]) -> None:
        self.selector.register(what, selectors.EVENT_READ, handler)

    def _forget(self, what: socket.socket) -> None:
        self.selector.unregister(what)
        what.close()

    def _accept(self, listener: socket.socket) -> None:
        owner, _ = listener.accept()
        self._watch(owner, self._start)

    def _hear_owner(self, owner: socket.socket) -> None:
        """Start no more kernels; those that run end with their owners, or at once."""
        order = _receive(owner)
        if self.listener is not None:
            self._forget(self.listener)
            self.listener = None
        if order == STOP:
            for kernel in self.kernels.values():
                _signal(kernel, signal.SIGKILL)
        if order != DRAIN:
            self._forget(owner)

    def _start(self, owner: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
        """Fork a kernel: give the request in the child, and nothing in this process."""
        files = _receive_files(owner)
        if not files:
            self._forget(owner)
            return None
        request = read_request(files[0])
        refusal = self._refusal(request)
        if refusal is None:
            try:
                if self._fork(owner):
                    return request, files[1:]
            except OSError as error:
                refusal = {"refused": f"the system refused to fork: {error}"}
        for file in files:
            os.close(file)
        if refusal is not None:
            log.debug("Refused a kernel: %s", refusal["refused"])
            _send(owner, refusal)
            self._forget(owner)
        return None

    def _refusal(self, request: Mapping[str, Any]) -> dict[str, Any] | None:
        running = threads()
        if len(running) > 1:
            names = ", ".join(sorted(running))
            return {"refused": f"the zygote has {len(running)} threads ({names})"}
        settings = import_settings(request["env"])
        if request["executable"] != sys.executable or settings != self.settings:
            names = ", ".join(sorted({name for name, _ in settings ^ self.settings}))
            return {"refused": f"imported under other settings ({names})", "stale": True}
        changed = self.sources.changed()
        if changed is not None:
            return {"refused": f"{changed} has changed since it was imported", "stale": True}
        return None

    def _fork(self, owner: socket.socket) -> bool:
        """Fork and say so to the owner; tell whether this is the child."""
        ready, write = os.pipe()
        zygote = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            os.close(ready)
            os.close(write)
            raise
        if pid == 0:
            os.close(ready)
            self._close()
            die_with(zygote)
            # Before its owner knows of it: then it may signal the process group.
            os.setsid()
            os.close(write)
            return True
        os.close(write)
        os.read(ready, 1)
        os.close(ready)
        kernel = Kernel(pid, os.pidfd_open(pid), owner)
        self.kernels[kernel.pidfd] = kernel
        self._watch(kernel.pidfd, self._reap)
        self.selector.modify(owner, selectors.EVENT_READ, lambda owner: self._obey(kernel, owner))
        _send(owner, {"pid": pid})
        return False

    def _close(self) -> None:
        """Close in a child what is the zygote's: a socket left open would keep its owner alive."""
        for key in list(self.selector.get_map().values()):
            os.close(key.fd)
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.detach()
        self.selector.close()

    def _obey(self, kernel: Kernel, owner: socket.socket) -> None:
        order = _receive(owner)
        if order:
            _signal(kernel, json.loads(order)["signal"])
            return
        self._forget(owner)
        kernel.owner = None
        _signal(kernel, signal.SIGKILL)

    def _reap(self, pidfd: int) -> None:
        kernel = self.kernels.pop(pidfd)
        _, status = os.waitpid(kernel.pid, 0)
        self.selector.unregister(pidfd)
        os.close(pidfd)
        if kernel.owner is not None:
            _send(kernel.owner, {"exit": os.waitstatus_to_exitcode(status)})
            self._forget(kernel.owner)


def _signal(kernel: Kernel, number: int) -> None:
    """Signal a kernel and what it has started; its number is its own until it is waited for."""
    with contextlib.suppress(OSError):
        os.killpg(kernel.pid, number)


def _receive(sender: socket.socket) -> bytes:
    """The next message; none where the sender is gone."""
    try:
        return sender.recv(4096)
    except OSError:
        return b""


def _receive_files(sender: socket.socket) -> list[int]:
    try:
        _, files, _, _ = socket.recv_fds(sender, 16, 4)
    except OSError:
        return []
    return files


def _send(receiver: socket.socket, message: Mapping[str, Any]) -> None:
    with contextlib.suppress(OSError):  # nobody is there to hear it: the socket says so, too
        receiver.send(json.dumps(message).encode())


def main() -> None:
    """Serve on the sockets whose descriptors are given, after the path of the first."""
    path, listener, owner = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    gc.disable()  # what is collected in a kernel is a page copied
    if not sys.flags.safe_path:
        del sys.path[0]  # the folder this was started in
    started = time.time_ns()
    variables = preload()
    if target := os.environ.get(WARM):
        warm_up(target)
    server = Server(
        socket.socket(fileno=listener), socket.socket(fileno=owner), Sources.imported(started)
    )
    gc.collect()
    gc.freeze()
    request = server.serve()
    if request is None:
        path.unlink(missing_ok=True)
        path.parent.rmdir()
        return
    del server
    asked, files = request
    leave(become_kernel, {**asked, "env": {**variables, **asked["env"]}}, files)


if __name__ == "__main__":
    main()
