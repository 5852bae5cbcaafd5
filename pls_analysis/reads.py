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
from typing import ParamSpec, TypeVar

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


def remembered(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep the last `most` results of a function by its arguments, and what was read for each.

    The arguments are hashable and say everything that the result depends on, such as the version of
    the store. What is given out is shared: nobody may change it.
    """

    def keeping(function: Callable[P, T]) -> Callable[P, T]:
        kept: OrderedDict[Hashable, tuple[T, frozenset[Hashable]]] = OrderedDict()

        @wraps(function)
        def recall(*args: P.args, **kwargs: P.kwargs) -> T:
            key = (args, tuple(sorted(kwargs.items())))
            if key in kept:
                kept.move_to_end(key)
                result, read = kept[key]
                for what in read:
                    note(what)
                return result
            with recording() as found:
                result = function(*args, **kwargs)
            kept[key] = result, frozenset(found)
            if len(kept) > most:
                kept.popitem(last=False)
            return result

        return recall

    return keeping
