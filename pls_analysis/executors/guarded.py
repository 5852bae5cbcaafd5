"""Guarded worker processes: a job that kills, hangs or bloats its process fails alone.

Each job has a time limit; what else guards a process (a memory limit) its initializer sets.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future
from concurrent.futures.process import BrokenProcessPool
from copy import copy
from multiprocessing.context import BaseContext
from threading import Lock
from types import ModuleType, TracebackType
from typing import Any, TypeVar
from weakref import WeakSet

from pebble import ProcessExpired, ProcessPool

T = TypeVar("T")

AHEAD = 2
"""Jobs handed over for each that can run at once."""

_SPAWNING = multiprocessing.get_context("spawn")
_FORKING: Any = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
_STARTING, _LAUNCHING = Lock(), Lock()


class ExecutorError(RuntimeError):
    """Jobs cannot run at all, or no longer; the message says why and what to do."""


class WorkerDied(RuntimeError):
    """The process that a job ran in died; the message says how."""


class Guarded(Executor):
    """So many processes, each job with a time limit in seconds.

    A job that takes longer is killed; its future raises TimeoutError. Where it dies, the future's
    `outcome` is WorkerDied, and another process takes its place. With `preload`, names of modules,
    processes are forked from a server that has read these once, where the system can fork.
    Leaving the context with an error stops what still runs. `in_flight` is how many jobs are to be
    handed over at a time: none waits for the next, and thousands do not queue.
    """

    def __init__(
        self,
        number: int,
        seconds: float | None,
        initializer: Callable[..., None],
        initargs: Sequence[Any] = (),
        preload: Sequence[str] = (),
    ) -> None:
        self.in_flight = AHEAD * number
        self._seconds = seconds
        self._futures: WeakSet[Future] = WeakSet()
        self._pool = ProcessPool(
            max_workers=number,
            initializer=initializer,
            initargs=initargs,
            context=_processes(preload),
        )

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Hand a job to the processes. Raises ExecutorError where they cannot even start."""
        try:
            future = self._pool.schedule(fn, args, kwargs, self._seconds)
        except RuntimeError as error:
            raise _broken(error) from None
        self._futures.add(future)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes: once all jobs are done, or at once with `cancel_futures`."""
        if cancel_futures:
            self._pool.stop()
        else:
            self._pool.close()
        if wait or cancel_futures:
            self._pool.join()
            for future in list(self._futures):
                future.cancel()  # whoever still waits for one of those that were stopped

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shutdown(cancel_futures=kind is not None)


def processors() -> int:
    """How many processors this process may use: a container or a batch system may give it few."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def outcome(future: Future[T]) -> T:
    """What a job gave, by whichever executor.

    Raises what the job did; TimeoutError where it was stopped, WorkerDied where its process died,
    and ExecutorError where no job can run any longer.
    """
    try:
        return future.result()
    except ProcessExpired as expired:
        raise WorkerDied(f"exit code {expired.exitcode}") from None
    except BrokenProcessPool as error:
        raise _broken(error) from None
    except CancelledError:
        raise ExecutorError(
            "the job was cancelled from outside: the scheduler was restarted, or the connection "
            "to it was lost; run again"
        ) from None
    except Exception as error:
        if type(error).__name__ == "KilledWorker":  # of Dask, which need not be installed
            raise WorkerDied("so did those of the workers that tried it again") from None
        raise


def _broken(error: Exception) -> ExecutorError:
    return ExecutorError(
        f"worker processes cannot start ({error}): is there enough memory, and is the memory "
        "limit large enough for Python and its libraries?"
    )


class _Process:
    """A process that does not run the caller's script again, as Python's own would.

    What it does lies in this package; a script of an analyst need not guard its main part.
    """

    plain: Any

    def start(self: Any) -> None:
        """Start it, also from a worker of Dask: a daemon, which may have no children.

        Ours are daemons as well then, so that none outlives it.
        """
        parent: Any = multiprocessing.current_process()
        if not parent.daemon:
            self.plain.start(self)
            return
        self.daemon = True
        with _STARTING:
            parent._config["daemon"] = False
            try:
                self.plain.start(self)
            finally:
                parent._config["daemon"] = True

    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        with _LAUNCHING:
            script = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                return process_obj.plain._Popen(process_obj)
            finally:
                sys.modules["__main__"] = script


class _Spawned(_Process, _SPAWNING.Process):
    plain = _SPAWNING.Process


class _Forked(_Process, _FORKING.Process):
    plain = _FORKING.Process


def warm_up(preload: Sequence[str]) -> None:
    """Start the server that processes are forked from; it reads code while the caller goes on.

    Without effect where processes are not forked.
    """
    if _FORKING.get_start_method() == "forkserver":
        from multiprocessing import forkserver

        _processes(preload)
        forkserver.ensure_running()


def _processes(preload: Sequence[str]) -> BaseContext:
    """Fork from a clean server that has read our code once; a plain fork would inherit threads."""
    context: Any = copy(_FORKING if preload else _SPAWNING)
    context.Process = _Forked if preload else _Spawned
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(list(preload))
    return context
