"""The names that an analyst types: there, functions, and the same whatever was loaded before."""

from __future__ import annotations

import subprocess
import sys

import pls_analysis

MOST_NAMES = 14
LOOK = """
import pls_analysis, {first}
names = {{name: getattr(pls_analysis, name) for name in pls_analysis.__all__}}
again = {{name: getattr(pls_analysis, name) for name in pls_analysis.__all__}}
assert names == again, "a name changed its meaning"
wrong = [name for name, one in names.items() if name != "charts" and not callable(one)]
assert not wrong, f"no functions: {{wrong}}"
"""


def test_there_are_few_names_and_all_are_shown():
    assert len(pls_analysis.__all__) <= MOST_NAMES
    assert dir(pls_analysis) == sorted(pls_analysis.__all__)


def test_a_name_is_its_function_whatever_module_of_that_name_was_loaded():
    for first in ("sys", "pls_analysis.ingest.gate", "pls_analysis.areas, pls_analysis.trace"):
        done = subprocess.run(
            [sys.executable, "-c", LOOK.format(first=first)], check=False, capture_output=True,
            encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-800:]
