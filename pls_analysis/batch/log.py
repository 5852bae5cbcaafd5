"""The log of a period's batches, `reports/<period>/run.log`: a line with its time an event."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pls_analysis.batch.manifest import Batch, Entry

FILE = "run.log"
BYTES_MAX = 1_000_000
"""A log that is longer is set aside when the next batch starts, in place of the one before it."""


def now() -> str:
    """Return the time as run.json and run.log write it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


class Log:
    """Appends lines to the log of a period's folder."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE
        folder.mkdir(parents=True, exist_ok=True)
        if self.file.is_file() and self.file.stat().st_size > BYTES_MAX:
            self.file.replace(folder / f"{FILE}.1")

    def __call__(self, text: str) -> None:
        """Add a line."""
        with self.file.open("a", encoding="utf-8") as stream:
            stream.write(f"{now()} {text}\n")


def told(entry: Entry) -> str:
    """Say what became of a report, how long each step took, and why it failed."""
    steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in entry.steps.items())
    text = f"{entry.report}: {entry.outcome}, {entry.duration_seconds:.1f} s"
    text += f" ({steps})" if steps else ""
    text += f", begun {entry.tries} times" if entry.tries > 1 else ""
    cell = f" (cell {entry.cell})" if entry.cell is not None else ""
    return f"{text}: {entry.error}{cell}" if entry.error else text


def summed_up(batch: Batch) -> str:
    """Say what a batch made, and at which rate."""
    left = f", {batch.left} not reached" if batch.left else ""
    return (
        f"{batch.ok} made, {batch.failed} failed, {batch.skipped} up to date{left} "
        f"in {batch.duration_seconds:.0f} s ({batch.per_minute:g} reports a minute)"
    )
