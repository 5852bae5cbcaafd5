"""Nearest names, for messages only: a suggestion is never acted upon."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import process


def nearest(name: str, known: Iterable[str], cutoff: float = 60) -> str:
    """Say which known name is nearest: " (did you mean `…`?)", or nothing where none is near."""
    found = process.extractOne(name, list(known), score_cutoff=cutoff)
    return f" (did you mean `{found[0]}`?)" if found else ""
