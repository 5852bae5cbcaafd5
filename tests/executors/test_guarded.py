"""Guarded processes: what a job gives, and what it costs the others when it goes wrong."""

from __future__ import annotations

import math
import multiprocessing
import os
import time
from concurrent.futures import Future

import pytest

from pls_analysis.executors.guarded import ExecutorError, Guarded, WorkerDied, outcome

LONG = 600


def in_a_daemon(channel) -> None:
    """What a worker of Dask with a nanny is: a daemon."""
    with Guarded(1, 60, math.sqrt, (1,)) as executor:
        channel.send(
            (multiprocessing.current_process().daemon, outcome(executor.submit(os.getpid)))
        )


def test_what_goes_wrong_stays_alone():
    with Guarded(2, 20, math.sqrt, (1,)) as executor:
        good, killing, raising = (
            executor.submit(math.sqrt, 4), executor.submit(os._exit, 3), executor.submit(int, "x"),
        )  # fmt: skip
        later = executor.submit(math.sqrt, 9)
        assert (outcome(good), outcome(later)) == (2, 3)
        with pytest.raises(WorkerDied, match="exit code 3"):
            outcome(killing)
        with pytest.raises(ValueError, match="invalid literal"):
            outcome(raising)


def test_a_job_that_takes_too_long_is_stopped():
    with Guarded(1, 0.5, math.sqrt, (1,)) as executor:
        slow, next_one = executor.submit(time.sleep, LONG), executor.submit(math.sqrt, 4)
        with pytest.raises(TimeoutError):
            outcome(slow)
        assert outcome(next_one) == 2


def interrupted(jobs: list[Future]) -> None:
    with Guarded(1, LONG, math.sqrt, (1,)) as executor:
        jobs.append(executor.submit(time.sleep, LONG))
        raise KeyboardInterrupt


def test_leaving_with_an_error_waits_for_nobody():
    jobs: list[Future] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted(jobs)
    with pytest.raises((ExecutorError, WorkerDied)):
        outcome(jobs[0])


def test_processes_that_cannot_start():
    with (
        pytest.raises(ExecutorError, match="worker processes cannot start"),
        Guarded(1, LONG, os._exit, (3,)) as executor,
    ):
        outcome(executor.submit(math.sqrt, 4))


def test_a_daemon_may_have_them_too():
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    daemon = context.Process(target=in_a_daemon, args=(theirs,), daemon=True)
    daemon.start()
    assert ours.poll(120), "it may have no children"
    is_daemon, child = ours.recv()
    daemon.join(60)
    assert is_daemon
    assert child not in (daemon.pid, os.getpid())


def test_a_job_that_was_cancelled_from_outside():
    """As Dask's are when the scheduler is lost."""
    job: Future = Future()
    job.cancel()
    with pytest.raises(ExecutorError, match="the connection to it was lost"):
        outcome(job)
