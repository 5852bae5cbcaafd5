"""CPU of reading office forms whole, against pandas merely reading the same files.

Ours: gate, cells, layout, form, totals and provenance of every figure. The peer:
`pandas.read_excel(engine="openpyxl")` of every sheet. One process, rounds in turn, medians.

    python benchmarks/ingest_small_forms.py [FILES]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from pls_analysis import sample
from pls_analysis.ingest.reading import read_file
from pls_analysis.ingest.workers import load_context
from pls_analysis.project import find_project

ROUNDS = 3


def main(count: int = 200) -> None:
    """Make a sample in a temporary folder, time both, and print the ratio."""
    project = find_project()
    context = load_context(project)
    with tempfile.TemporaryDirectory() as folder:
        sample.generate(project, Path(folder), start="2022-01", until="2022-06")
        files = sorted(Path(folder).rglob("*.xlsx"))[:count]
        ours, peer = [], []
        for _ in range(ROUNDS):
            peer.append(cpu(lambda: [pd.read_excel(file, sheet_name=None) for file in files]))
            ours.append(cpu(lambda: [read_file(file, file.name, context) for file in files]))
    own, other = statistics.median(ours), statistics.median(peer)
    print(f"{len(files)} files, CPU seconds, median of {ROUNDS} rounds")
    print(f"pls_analysis, whole reading  {own:6.2f}   {own / len(files) * 1000:5.1f} ms a file")
    print(f"pandas.read_excel            {other:6.2f}   {other / len(files) * 1000:5.1f} ms a file")
    print(f"ratio                        {own / other:6.2f}")
    print(", ".join(f"{name} {version(name)}" for name in ("pandas", "openpyxl")), sys.version[:6])


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds that a piece of work takes in this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
