"""What a run reads: noted as it reads, so that a report is made anew where just that has changed.

Whoever gives out a figure, a target or a text notes it with `note`. What is kept from one call to
the next (`remembered`) is noted again each time it is given out, as if it had been read anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_open: ContextVar[tuple[set[Hashable], ...]] = ContextVar("open", default=())


def note(what: Hashable) -> None:
    """Say that something was read: to every `recording` that is open."""
    for found in _open.get():
        found.add(what)


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
