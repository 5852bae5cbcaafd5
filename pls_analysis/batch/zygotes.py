"""Zygotes as seen from outside: start one, ask it for a kernel, speak with that, end both.

A process starts a zygote of its own when it needs its first kernel, unless `PLS_ZYGOTE` names the
socket of one that several processes use.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from pls_analysis.batch.forked import make_request
from pls_analysis.batch.imported import import_settings

SHARED = "PLS_ZYGOTE"
WARM = "PLS_WARM"
"""Environment variable: `module:function`, which a zygote calls once to prepare more."""
ONE_THREAD = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
"""Keeps libraries from starting threads when they are imported, and debugpy from complaining."""
SECONDS_TO_START = 120
SECONDS_TO_STOP = 5
WAITING = 512
"""Requests that may wait while a zygote still imports."""

Kind = tuple[frozenset[tuple[str, str]], str | None]
"""What tells zygotes apart: settings that matter to imports, and what it was told to prepare."""
_lock = threading.Lock()
_own: dict[Kind, Zygote] = {}
_retired: list[Zygote] = []
_useless: dict[Kind, str] = {}
"""Why a new zygote gave no kernel; another would give none either."""
_held: set[socket.socket] = set()
"""Sockets by which zygotes know that this process lives, and wants its kernels."""


class Refused(Exception):
    """Why there is no kernel from a zygote; `stale`: a new one may give it."""

    def __init__(self, why: str, stale: bool = False) -> None:
        super().__init__(why)
        self.stale = stale


class ForkedKernel:
    """A kernel that a zygote started: what LocalProvisioner asks of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self.connection = connection
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return its exit code, or None while it runs."""
        if self.returncode is None:
            self.connection.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                self._hear()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait until it has ended; return its exit code."""
        if self.returncode is None:
            self.connection.settimeout(timeout)
            self._hear()
        return self.returncode

    def _hear(self) -> None:
        try:
            message = self.connection.recv(4096)
        except ConnectionError:
            message = b""
        # Without a word, the zygote was killed and its kernels with it.
        self.returncode = json.loads(message)["exit"] if message else -signal.SIGKILL
        _held.discard(self.connection)
        self.connection.close()

    async def ended(self, seconds: float | None = None) -> None:
        """Wait until it has ended, at most so long."""
        if self.poll() is not None:
            return
        loop = asyncio.get_running_loop()
        heard = loop.create_future()
        # A loop watches a descriptor for one who waits; there may be several.
        watched = os.dup(self.connection.fileno())
        loop.add_reader(watched, lambda: heard.done() or heard.set_result(None))
        try:
            await asyncio.wait_for(heard, seconds)
        except TimeoutError:
            return
        finally:
            loop.remove_reader(watched)
            os.close(watched)

    def send_signal(self, number: int) -> None:
        """Signal it and what it has started, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(OSError):
                self.connection.send(json.dumps({"signal": number}).encode())

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Zygote:
    """A zygote that this process has started and owns."""

    def __init__(self, executable: str, environment: Mapping[str, str]) -> None:
        """Start one; it imports while this process goes on. Raises OSError."""
        self.folder = Path(tempfile.mkdtemp(prefix="pls-"))
        self.path = self.folder / "zygote"
        variables = {**environment, **ONE_THREAD}
        variables.pop("MPLBACKEND", None)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
                listener.bind(str(self.path))
                listener.listen(WAITING)
                self.owner, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                _held.add(self.owner)
                files = (listener.fileno(), theirs.fileno())
                with theirs:
                    self.process = subprocess.Popen(
                        [
                            executable,
                            "-m",
                            "pls_analysis.batch.zygote",
                            self.path,
                            *map(str, files),
                        ],
                        pass_fds=files,
                        cwd="/",
                        env=variables,
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                        start_new_session=True,
                    )
        except OSError:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def drain(self) -> None:
        """Let it start no more kernels, and end with the last of those that run."""
        with contextlib.suppress(OSError):
            self.owner.send(b"drain")

    def stop(self) -> None:
        """Kill its kernels and end it."""
        with contextlib.suppress(OSError):
            self.owner.send(b"stop")
        _held.discard(self.owner)
        self.owner.close()
        try:
            self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:  # it still imports
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


async def start_kernel(
    argv: Sequence[str], environment: Mapping[str, str], cwd: str, files: Sequence[int]
) -> ForkedKernel:
    """Have a kernel forked: from the shared zygote, from this process's own, or from a new one.

    Raises Refused, or OSError where the system gives no sockets or processes.
    """
    kind = import_settings(environment), environment.get(WARM)
    request = make_request(argv, environment, cwd)
    try:
        if shared := os.environ.get(SHARED):
            with contextlib.suppress(Refused, OSError):
                return await _ask(shared, request, files)
        refusal = Refused("there is no zygote")
        for _ in range(2):  # the one there is may be out of date
            if kind in _useless:
                raise Refused(_useless[kind])
            zygote = _own_zygote(argv[0], environment, kind)
            try:
                return await _ask(str(zygote.path), request, files)
            except Refused as error:
                _retire(zygote, kind)
                refusal = error
            if not refusal.stale:
                _useless[kind] = str(refusal)
                break
        raise refusal
    finally:
        os.close(request)


async def _ask(path: str, request: int, files: Sequence[int]) -> ForkedKernel:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        try:
            connection.connect(path)
            socket.send_fds(connection, [b"kernel"], [request, *files])
        except ConnectionError as error:
            raise Refused(f"the zygote has ended ({error})", stale=True) from None
        connection.setblocking(False)
        receiving = asyncio.get_running_loop().sock_recv(connection, 4096)
        try:
            message = await asyncio.wait_for(receiving, SECONDS_TO_START)
        except TimeoutError:
            raise Refused(f"the zygote gave no answer in {SECONDS_TO_START} seconds") from None
        except ConnectionError:
            message = b""
        if not message:
            raise Refused("the zygote has ended", stale=True)
        answer = json.loads(message)
        if "refused" in answer:
            raise Refused(answer["refused"], answer.get("stale", False))
    except BaseException:
        connection.close()
        raise
    _held.add(connection)
    return ForkedKernel(connection, answer["pid"])


def _own_zygote(executable: str, environment: Mapping[str, str], kind: Kind) -> Zygote:
    with _lock:
        if kind not in _own:
            _own[kind] = Zygote(executable, environment)
        return _own[kind]


def _retire(zygote: Zygote, kind: Kind) -> None:
    """Use a zygote no longer; those of its kernels that run go on."""
    with _lock:
        if _own.get(kind) is zygote:
            del _own[kind]
            zygote.drain()
            _retired.append(zygote)
        over = [one for one in _retired if one.process.poll() is not None]
        _retired[:] = [one for one in _retired if one not in over]
    for one in over:
        one.stop()


@atexit.register
def stop_all() -> None:
    """Stop the zygotes of this process, and their kernels."""
    with _lock:
        zygotes = [*_own.values(), *_retired]
        _own.clear()
        _retired.clear()
    for zygote in zygotes:
        zygote.stop()


def _belong_to_parent() -> None:
    """In a child that was forked from an owner: it owns nothing, and keeps nothing alive."""
    global _lock  # noqa: PLW0603 - a thread of the parent may have held it
    _lock = threading.Lock()
    for held in _held:
        held.close()
    _held.clear()
    for zygote in (*_own.values(), *_retired):
        zygote.process.returncode = 0  # it is no child of this process to wait for
    _own.clear()
    _retired.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_belong_to_parent)
