"""What long work has in common: options of limits, and how it is stopped."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

BYTES = {"M": 1024**2, "G": 1024**3}
LEAST_MEMORY = 2 * 1024**3
"""Less than this, and kernels fail where they import or draw: libraries reserve much."""

dask_option = click.option(
    "--dask", metavar="ADDRESS",
    help="Hand the work to the Dask scheduler there, such as tcp://10.0.0.5:8786.",
)  # fmt: skip


class Terminated(KeyboardInterrupt):
    """SIGTERM, as `kill` and systemd send it: ends work as Ctrl-C does."""


@contextmanager
def stoppable(ctx: click.Context, say: Callable[[], str]) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end work in good order: say what holds, exit with 130 or 143."""
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except KeyboardInterrupt as stop:
        click.echo(say(), err=True)
        ctx.exit(128 + (signal.SIGTERM if isinstance(stop, Terminated) else signal.SIGINT))
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(number: int, frame: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # cleaning up is under way
    raise Terminated


def size(text: str) -> int:
    """Return the bytes of a size such as 4G or 1500M. Raises ValueError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([MG])(?:i?B)?", text.strip(), re.IGNORECASE)
    if found is None:
        raise ValueError(f'"{text}" is no size: write 4G or 1500M')
    number = int(float(found[1]) * BYTES[found[2].upper()])
    if number < LEAST_MEMORY:
        raise ValueError(f"{text} is too little: a kernel with its libraries needs 2G at least")
    return number
