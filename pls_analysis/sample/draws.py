"""Random numbers that belong to a seed and names, the same on every machine and for ever."""

from __future__ import annotations

import hashlib

import numpy as np


def random(seed: int, *names: str) -> np.random.RandomState:
    """Return the generator that belongs to a seed and names.

    `RandomState` is used because numpy guarantees its stream for ever.
    """
    digest = hashlib.sha256("\0".join((str(seed), *names)).encode()).digest()
    return np.random.RandomState(np.frombuffer(digest[:16], dtype="<u4").astype(np.uint32))
