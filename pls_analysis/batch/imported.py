"""What a forked kernel has from the process it was forked from, and whether that is still right.

Python code that was imported stays as it was when its file is edited or its library upgraded, and
some environment variables are read at import only. A kernel that starts anew has both as they are.
"""

from __future__ import annotations

import os
import site
import sys
import sysconfig
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

PACKAGE = Path(__file__).resolve().parent.parent
AT_IMPORT = (
    *("ARROW_", "LC_", "LD_", "MALLOC_", "MPL", "NPY_", "PANDAS_", "PYTHON"),
    *("HOME", "LANG", "MATPLOTLIBRC"),
    *("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"),
)
"""How variables begin that Python or our libraries read once, when they start or are imported."""
IN_EACH_KERNEL = {"MPLBACKEND"}
"""Those of them that are set right in every kernel."""

Stamp = tuple[int, int, int] | None
"""Modification time in nanoseconds, size and inode; None where there is no such file."""


def import_settings(environment: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """The variables that decide what is imported, and as what."""
    return frozenset(
        (name, text)
        for name, text in environment.items()
        if name.startswith(AT_IMPORT) and name not in IN_EACH_KERNEL
    )


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that this process has its code from, as they were."""

    stamps: Mapping[str, Stamp]
    changed_before: str | None

    @classmethod
    def imported(cls, since: int) -> Sources:
        """Stamp what was imported from a moment on (`time.time_ns`).

        A file that was written after it may have been read before: it counts as changed.
        """
        stamps = {path: _stamp(path) for path in _paths()}
        now = time.time_ns()
        written = (path for path, stamp in stamps.items() if stamp and since < stamp[0] <= now)
        return cls(stamps, next(written, None))

    def changed(self) -> str | None:
        """Name a file that is not what it was; None where all are."""
        if self.changed_before is not None:
            return self.changed_before
        changed = (path for path, stamp in self.stamps.items() if _stamp(path) != stamp)
        return next(changed, None)


def _stamp(path: str) -> Stamp:
    try:
        found = os.stat(path)  # noqa: PTH116 - hundreds before each kernel
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _paths() -> Iterator[str]:
    """Python itself, folders of installed libraries, our files, and modules from elsewhere.

    An installed library is changed by installing another: that adds and removes entries of its
    folder, so that thousands of files need not be looked at for each kernel.
    """
    libraries = [sysconfig.get_path("stdlib"), *site.getsitepackages(), site.getusersitepackages()]
    installed = {folder for folder in libraries if folder in sys.path}
    yield os.path.realpath(sys.executable)
    yield from installed
    yield from _files(PACKAGE)
    inside = tuple(folder + os.sep for folder in installed)
    for module in list(sys.modules.values()):
        path = vars(module).get("__file__") if isinstance(module, ModuleType) else None
        if isinstance(path, str) and not path.startswith((*inside, f"{PACKAGE}{os.sep}")):
            yield path


def _files(folder: Path) -> Iterable[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = [one for one in folders if one != "__pycache__"]
        yield from (f"{place}{os.sep}{name}" for name in names)
