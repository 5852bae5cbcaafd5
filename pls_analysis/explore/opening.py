"""Open any workbook under a reader's limits; nothing of it is parsed in the caller's process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pls_analysis.configs import unknown
from pls_analysis.ingest.gate import inspect
from pls_analysis.ingest.inspection import Refused
from pls_analysis.ingest.layout import Layout, detect_all
from pls_analysis.ingest.readers import read_workbook
from pls_analysis.ingest.workers import in_worker


def explored(task: Callable[..., Any], path: str | Path, *given: Any) -> Any:
    """Call `task(path, …)` in a guarded worker and return what it gives.

    Raises Refused, with the words of `pls ingest`, for a file that cannot or must not be read.
    """
    file = Path(path).expanduser()
    if not file.is_file():
        raise Refused("no_file", f"There is no file {file}.", "Check its name and its folder.")
    return in_worker(task, file, *given)


def layouts(path: Path) -> list[Layout]:
    """Read and detect the sheets of a workbook. Raises Refused."""
    return detect_all(read_workbook(path, inspect(path)))


def named(found: Sequence[Layout], sheet: str | None) -> list[Layout]:
    """The sheet of that name, or all of them without one. Raises Refused where it is not there."""
    chosen = [one for one in found if sheet in (None, one.sheet.name)]
    if not chosen:
        names = [one.sheet.name for one in found]
        raise Refused("no_sheet", f"{unknown('sheet', str(sheet), names)}.", "Name one of them.")
    return chosen
