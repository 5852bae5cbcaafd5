"""The same jobs on a Dask cluster: its workers hand them to guarded processes of their own.

So a job has the limits there that it has here, a worker may have threads or a nanny, and one that
dies takes no job with it: the scheduler gives them to another. Workers share the project's folder
by the same path, and have the same code and libraries; each proves it before its first job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from uuid import uuid4

from pls_analysis.executors.guarded import AHEAD, ExecutorError, Guarded, outcome

EXTRA = "pls-analysis[dask]"
SECONDS_TO_CONNECT = 5
SECONDS_TO_PREPARE = 300
"""For a worker's first process to import what it needs, and to prove that it sees the same."""

Processes = Callable[[int], AbstractContextManager[Guarded]]
Seen = Callable[[], Mapping[str, str]]


class UnlikeError(RuntimeError):
    """A worker that does not see what its caller does; the message says what."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a worker needs to know of all jobs of one caller.

    `processes` makes so many guarded processes; `seen` is called in one of them, and has to give
    what is `expected`.
    """

    processes: Processes
    seen: Seen
    expected: Mapping[str, str]
    key: str = field(default_factory=lambda: uuid4().hex)


@contextmanager
def on_dask(
    address: str, processes: Processes, seen: Seen, jobs: int | None = None
) -> Iterator[Executor]:
    """Give an executor whose jobs run on the workers of a scheduler, such as tcp://10.0.0.5:8786.

    `processes` and `seen` are functions of modules, or partials of such. `seen()` names what has
    to be the same here and there. No more than `jobs` run at a time. Raises
    ExecutorError where there is no scheduler or worker, or one that does not see the same.
    """
    client = _connect(address)
    batch = Batch(processes, seen, seen())
    executor = client.get_executor(pure=False)
    try:
        _prove(client, batch)
        yield OnCluster(client, executor, batch, jobs)
    finally:
        executor.shutdown(wait=False)
        if client.status == "running":
            with suppress(Exception):  # a worker that goes at this very moment has closed as well
                client.run(close, batch.key, on_error="ignore")
        client.close()


class OnCluster(Executor):
    """Hands jobs to Dask's executor, each with what its worker needs to know."""

    def __init__(self, client: Any, executor: Executor, batch: Batch, jobs: int | None) -> None:
        self._client, self._executor, self._batch, self._jobs = client, executor, batch, jobs

    @property
    def in_flight(self) -> int:
        """How many jobs to hand over at a time, as workers come and go."""
        return self._jobs or AHEAD * max(1, sum(self._client.nthreads().values()))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Hand a job to the cluster."""
        return self._executor.submit(run_here, self._batch, fn, *args, **kwargs)


def _connect(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise ExecutorError(
            f"--dask needs Dask's distributed: install {EXTRA}, e.g. pip install '{EXTRA}'"
        ) from None
    try:
        client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ExecutorError(
            f"there is no Dask scheduler at {address} ({said}): start one with `dask scheduler`, "
            "and give the address that it prints, such as tcp://10.0.0.5:8786"
        ) from None
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_CONNECT)
    except TimeoutError:
        client.close()
        raise ExecutorError(
            f"the scheduler at {address} has no worker: start some with `dask worker {address}`"
        ) from None
    return client


def _prove(client: Any, batch: Batch) -> None:
    """Let every worker prove that it sees the same. Raises ExecutorError for those that don't."""
    proofs = {
        worker: client.submit(run_here, batch, bool, pure=False, workers=[worker])
        for worker in client.nthreads()
    }
    complaints = []
    for worker, proof in proofs.items():
        try:
            proof.result(timeout=SECONDS_TO_PREPARE)
        except UnlikeError as error:
            complaints.append(f"{worker}: {error}")
        except Exception as error:  # noqa: BLE001 - it may be anything that a foreign machine lacks
            complaints.append(f"{worker}: {type(error).__name__}: {error}")
    if complaints:
        raise ExecutorError(
            "These Dask workers cannot do the jobs. They need the project's folder by the same "
            f"path, and the same {EXTRA} with the same libraries; restart them after an upgrade:\n"
            + "\n".join(complaints)
        )


# -- in a worker -------------------------------------------------------------------------------


@dataclass
class _Open:
    """The guarded processes of a batch, and how many jobs wait for them."""

    context: AbstractContextManager[Guarded]
    processes: Guarded
    users: int = 0

    def close(self) -> None:
        self.processes.shutdown(cancel_futures=True)
        self.context.__exit__(None, None, None)


_open: dict[str, _Open] = {}
_opening = Lock()


def run_here(batch: Batch, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Run a job in a guarded process of this worker. Raises as `outcome` does, and UnlikeError."""
    with _opening:
        here = _open.get(batch.key) or _start(batch)
        here.users += 1
    try:
        return outcome(here.processes.submit(fn, *args, **kwargs))
    finally:
        with _opening:
            here.users -= 1


def close(key: str) -> None:
    """Stop the processes of a batch, with what they still do."""
    with _opening:
        here = _open.pop(key, None)
    if here is not None:
        here.close()


def _start(batch: Batch) -> _Open:
    from distributed import get_worker

    for key in [key for key, one in _open.items() if not one.users]:
        _open.pop(key).close()  # of a caller that was killed
    context = batch.processes(get_worker().state.nthreads)
    here = _Open(context, context.__enter__())
    try:
        seen = outcome(here.processes.submit(batch.seen))
        if other := [what for what, value in batch.expected.items() if seen.get(what) != value]:
            raise UnlikeError("it does not see the same as you: " + "; ".join(other))
    except BaseException:
        here.close()
        raise
    _open[batch.key] = here
    return here
