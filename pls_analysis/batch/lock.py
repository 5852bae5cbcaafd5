"""One batch at a time for each period: a lock that its holder's death releases."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

WORK = ".work-"
"""How the folders begin in which reports are made."""
BYTE = 1 << 20
"""Which byte Windows locks: beyond what the file says, so that others can read that."""


class Busy(RuntimeError):
    """Another batch is at work on the same reports; the message says whose, and what to do."""


@contextmanager
def only_batch(folder: Path) -> Iterator[None]:
    """Hold the lock of a period's folder, so that no two batches write the same reports.

    Raises Busy where another process holds it. What a batch that died left in work is removed.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    file = folder.parent / f".{folder.name}.lock"
    with _locked(file, folder) as stream:
        said = {"pid": os.getpid(), "host": socket.gethostname(), "since": _now()}
        stream.truncate(0)
        stream.write(json.dumps(said).encode())
        stream.flush()
        for left in folder.parent.glob(f"{work_prefix(folder)}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def work_prefix(folder: Path) -> str:
    """How the work folders of a period's batches begin: 2022 and 2022-06 share none."""
    return f"{WORK}{folder.name}~"


@contextmanager
def _locked(file: Path, folder: Path) -> Iterator[BinaryIO]:
    while True:
        stream = file.open("a+b")
        try:
            _take(stream)
        except OSError:
            stream.close()
            raise Busy(_who(file, folder)) from None
        if _is_current(stream, file):
            break
        stream.close()  # its holder ended and removed it between our opening and locking it
    try:
        yield stream
    finally:
        with contextlib.suppress(OSError):  # Windows removes no file that is open
            file.unlink()
        stream.close()
        if sys.platform == "win32":
            with contextlib.suppress(OSError):
                file.unlink()


def _is_current(stream: BinaryIO, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(stream.fileno()), file.stat())
    except FileNotFoundError:
        return False


def _take(stream: BinaryIO) -> None:
    """Lock an open file until it is closed, also by death. Raises OSError where it is locked."""
    if sys.platform == "win32":
        import msvcrt

        stream.seek(BYTE)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _who(file: Path, folder: Path) -> str:
    """Say who is at work, as far as the lock's file tells, and what to do."""
    who = "another process"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        said = json.loads(file.read_bytes())
        who = f"process {said['pid']} on {said['host']}, since {said['since']}"
    return (
        f"another batch makes the reports of {folder.name} ({who}); wait until it has ended, or "
        f"stop that process, and run again: what it has finished is then skipped"
    )


def _now() -> str:
    return dt.datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
