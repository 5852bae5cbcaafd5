"""Ingest of small office forms, whole, against pandas merely reading the same files.

Ours: `pls ingest` of a project (gate, cells, layout, form, totals, checks across files, provenance,
the store written). The peer: `pandas.read_excel(engine="openpyxl")` of every sheet, as installed
and once more without defusedxml, which makes it faster. Each is a fresh process, start and imports
included; rounds in turn, medians of CPU and wall seconds. Linux only: CPU is that of all processes.

    python benchmarks/ingest_small_forms.py [FILES [ROUNDS]]
"""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from pls_analysis import sample
from pls_analysis.project import find_project

PEER = """
import sys, pathlib, pandas
for file in sorted(pathlib.Path(sys.argv[1]).rglob("*.xlsx")):
    pandas.read_excel(file, sheet_name=None, engine="openpyxl")
"""
BECOME_SUBREAPER = 36
"""prctl(2): processes whose parent is gone become ours, so that their CPU is counted as well."""


def main(count: int = 500, rounds: int = 5) -> None:
    """Make a sample in a temporary folder, time all three in turn, and print the ratios."""
    ctypes.CDLL(None).prctl(BECOME_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as folder:
        root = make_project(Path(folder), count)
        ours = [sys.executable, "-m", "pls_analysis", "ingest"]
        peer = [sys.executable, "-c", PEER, str(root / "data/raw")]
        times: dict[str, list[tuple[float, float]]] = {}
        for _ in range(rounds):
            shutil.rmtree(root / "data/processed", ignore_errors=True)
            for name, command, more in (
                ("pls ingest", ours, {"PLS_PROJECT": str(root)}),
                ("pandas.read_excel", peer, {}),
                ("the same, without defusedxml", peer, {"OPENPYXL_DEFUSEDXML": "False"}),
            ):
                times.setdefault(name, []).append(measure(command, more))
    print(f"{count} files, {os.cpu_count()} cores, medians of {rounds} rounds: CPU s, wall s")
    medians = {
        name: [statistics.median(x) for x in zip(*t, strict=True)] for name, t in times.items()
    }
    own = medians["pls ingest"]
    for name, (cpu, wall) in medians.items():
        ratio = f"   ours is {own[0] / cpu:.2f} of its CPU, {own[1] / wall:.2f} of its wall time"
        print(f"{name:30s}{cpu:7.2f}{wall:7.2f}{ratio if name != 'pls ingest' else ''}")
    print(", ".join(f"{name} {version(name)}" for name in ("pandas", "openpyxl")), sys.version[:6])


def make_project(folder: Path, count: int) -> Path:
    """A project with the configuration of this one and that many .xlsx forms of its sample."""
    here = find_project()
    shutil.copytree(here.config, folder / "config")
    shutil.copy(here.root / "pls.toml", folder)
    sample.generate(here, folder / "made", start="2021-01", until="2022-06", forms=["town_monthly"])
    files = sorted((folder / "made").rglob("*.xlsx"))
    if len(files) < count:
        raise SystemExit(f"The sample has {len(files)} .xlsx files, not {count}.")
    for file in files[-count:]:
        target = folder / "data/raw" / file.relative_to(folder / "made")
        target.parent.mkdir(parents=True, exist_ok=True)
        file.rename(target)
    return folder


def measure(command: list[str], more: dict[str, str]) -> tuple[float, float]:
    """CPU and wall seconds of a command with all the processes it starts."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    # Exit code 1 is ingest's word that a file was refused.
    done = subprocess.run(command, env={**os.environ, **more}, capture_output=True, check=False)
    wall = time.perf_counter() - start
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
