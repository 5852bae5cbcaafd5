"""Start without what a run never uses: loading nbformat takes half as long."""

from __future__ import annotations

import sys

GRAMMAR = "rfc3987_syntax"
"""Tells whether a text is an international web address; builds its parser as it is loaded, in a
second. jsonschema, with which nbformat validates, does without it where it is not installed, and no
schema of notebooks asks for such an address."""


def load_validation() -> None:
    """Load jsonschema as if the grammar were absent, which None in `sys.modules` says.

    Without effect where either is loaded already. Whoever imports the grammar later gets it.
    """
    if "jsonschema" in sys.modules or GRAMMAR in sys.modules:
        return
    sys.modules[GRAMMAR] = None  # pyright: ignore[reportArgumentType] - so Python's import says it
    try:
        import jsonschema  # noqa: F401 - what it loads stays loaded
    finally:
        del sys.modules[GRAMMAR]
