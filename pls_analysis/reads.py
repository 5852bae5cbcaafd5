"""What a run reads: noted as it reads, so that a report is made anew where just that has changed.

Whoever gives out a figure, a target or a text notes it with `note`. What is kept from one call to
the next (`remembered`) is noted again each time it is given out, as if it had been read anew.

A notebook runs in a process of its own, which a batch may have forked and may have to kill: there
PLS_READS names a file that gets a line for each thing noted. Where it is not set nothing is kept.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

VARIABLE = "PLS_READS"
ALL = "*"
"""The key that is noted where a mapping is gone through."""
P = ParamSpec("P")
T = TypeVar("T")
_open: ContextVar[tuple[set[Hashable], ...]] = ContextVar("open", default=())
_written: dict[str, set[Hashable]] = {}
"""What this process has written to the file that is written to."""


def note(what: Hashable) -> None:
    """Say that something was read: to every `recording` that is open, and to the file asked for."""
    for found in _open.get():
        found.add(what)
    if file := os.environ.get(VARIABLE):
        _write(file, what)


def _write(file: str, what: Hashable) -> None:
    """Append a note to a file, once; opened each time, so that nothing is lost with a process."""
    if file not in _written:
        _written.clear()
    written = _written.setdefault(file, set())
    if what not in written:
        with Path(file).open("ab", buffering=0) as stream:
            stream.write(as_line(what).encode("utf-8") + b"\n")
        written.add(what)


def as_line(what: Hashable) -> str:
    """A note as one line of JSON: its kind, and the values of its fields in their order."""
    if is_dataclass(what) and not isinstance(what, type):
        return as_json([type(what).__name__, *(getattr(what, one.name) for one in fields(what))])
    return as_json([type(what).__name__, repr(what)])


def as_json(said: Any) -> str:
    """Plain values and days as JSON in one line; `day_of` reads the days again."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), default=_as_day)


def _as_day(value: Any) -> dict[str, str]:
    if isinstance(value, dt.date):
        return {"day": value.isoformat()}
    raise TypeError(f"a note cannot hold {value!r}")


def day_of(said: dict[str, Any]) -> Any:
    """A day where JSON has one, anything else as it is: an object_hook."""
    return dt.date.fromisoformat(said["day"]) if said.keys() == {"day"} else said


@contextmanager
def written_to(file: Path) -> Iterator[None]:
    """Let what is read within the block, here and in processes begun here, be noted in a file."""
    before = os.environ.get(VARIABLE)
    file.touch()
    _written.clear()
    os.environ[VARIABLE] = str(file)
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


class Noted(Mapping[str, T]):
    """A mapping that notes what is looked up in it, as kind(*place, key), also what is not there.

    Who goes through all of it has read all of it: kind(*place, ALL).
    """

    def __init__(self, content: Mapping[str, T], kind: type, *place: Hashable) -> None:
        self._content, self._kind, self._place = content, kind, place

    def __getitem__(self, key: str) -> T:
        note(self._kind(*self._place, key))
        return self._content[key]

    def __contains__(self, key: object) -> bool:
        note(self._kind(*self._place, key))
        return key in self._content

    def __iter__(self) -> Iterator[str]:
        note(self._kind(*self._place, ALL))
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)

    def __repr__(self) -> str:
        return repr(self._content)


@contextmanager
def recording() -> Iterator[set[Hashable]]:
    """Gather what is read within the block; one within another gathers for both."""
    found: set[Hashable] = set()
    token = _open.set((*_open.get(), found))
    try:
        yield found
    finally:
        _open.reset(token)


class Kept:
    """Results by key, and what was read for each: it is noted again whenever one is given out.

    A key says everything that its result depends on; beyond the last `most` results (None: no end)
    the one used longest ago is dropped. What is given out is shared: nobody may change it.
    """

    def __init__(self, most: int | None = None) -> None:
        self.most = most
        self._results: OrderedDict[Hashable, tuple[Any, frozenset[Hashable]]] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._results

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the result under a key; where there is none, `make` it."""
        if key in self._results:
            self._results.move_to_end(key)
            result, read = self._results[key]
            for what in read:
                note(what)
            return result
        with recording() as found:
            result = make()
        self._results[key] = result, frozenset(found)
        if self.most is not None and len(self._results) > self.most:
            self._results.popitem(last=False)
        return result


def remembered(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep the last `most` results of a function by its arguments, and what was read for each.

    The arguments are hashable and say everything that the result depends on, such as the version of
    the store. What is given out is shared: nobody may change it.
    """

    def keeping(function: Callable[P, T]) -> Callable[P, T]:
        kept = Kept(most)

        @wraps(function)
        def recall(*args: P.args, **kwargs: P.kwargs) -> T:
            key = (args, tuple(sorted(kwargs.items())))
            return kept.get(key, lambda: function(*args, **kwargs))

        return recall

    return keeping
