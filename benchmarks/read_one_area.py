"""Reading one area from a store of 10 million observations, against reading all of it.

The store is written in the layout of `write_store`, area after area, in a temporary folder: 2,000
areas, each with 50 measures over 100 months. Bytes are those the process asked the system for
(Linux only), wall and CPU seconds of `Store.observations`; the file lies in the system's cache.

    python benchmarks/read_one_area.py [AREAS]
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pls_analysis.periods import parse_period
from pls_analysis.store import PARQUET, ROWS_PER_GROUP, SCHEMA, Store

MEASURES, MONTHS = 50, 100
ROUNDS = 5


def main(areas: int = 2_000) -> None:
    """Write the store, read it in three ways, and print each beside reading all."""
    with tempfile.TemporaryDirectory() as folder:
        size = write(Path(folder), areas)
        store = Store(Path(folder))
        area = f"{990_000_000 + areas // 2}"
        year = parse_period(2022)
        ways: dict[str, Callable[[], int]] = {
            "all areas": lambda: len(store.observations()),
            "one area": lambda: len(store.observations(area=area)),
            "one area, one measure": lambda: len(store.observations("measure_07", area)),
            "one area, one year": lambda: len(store.observations(area=area, period=year)),
        }
        print(f"{areas * MEASURES * MONTHS:,} observations of {areas:,} areas, {size / 1e6:.1f} MB")
        print(f"{'':22} {'rows':>10} {'wall s':>8} {'CPU s':>8} {'MB read':>8}  of all: wall, read")
        whole: Cost | None = None
        for name, read in ways.items():
            cost = measure(read, 1 if whole is None else ROUNDS)
            whole = whole or cost
            print(f"{name:22}", line(cost, whole))
    names = ("pyarrow", "pandas")
    print(", ".join(f"{name} {version(name)}" for name in names), sys.version[:6])


Cost = tuple[int, float, float, int]
"""Rows, wall seconds, CPU seconds, bytes."""


def line(cost: Cost, whole: Cost) -> str:
    """One way of reading, in figures, and its shares of what reading all costs."""
    rows, wall, cpu, size = cost
    shares = f"{wall / whole[1]:8.2%} {size / max(whole[3], 1):8.2%}"
    return f"{rows:10,} {wall:8.3f} {cpu:8.3f} {size / 1e6:8.2f}  {shares}"


def measure(read: Callable[[], int], rounds: int) -> Cost:
    """The median cost of reading; where it is read several times, after one reading unmeasured."""
    if rounds > 1:
        read()
    costs = []
    for _ in range(rounds):
        before = bytes_read()
        wall, cpu = time.perf_counter(), time.process_time()
        rows = read()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        costs.append((rows, wall, cpu, bytes_read() - before))
    rows, walls, cpus, sizes = zip(*costs, strict=True)
    return rows[0], statistics.median(walls), statistics.median(cpus), int(statistics.median(sizes))


def bytes_read() -> int:
    """Bytes that this process has asked the system for so far; 0 where the system does not say."""
    counts = Path("/proc/self/io")
    if not counts.is_file():
        return 0
    lines = counts.read_text(encoding="ascii").splitlines()
    return int(dict(line.split(": ") for line in lines)["rchar"])


def write(folder: Path, areas: int) -> int:
    """Write a store in groups of rows as `write_store` does; returns the size of its table."""
    file = folder / "observations.parquet"
    with pq.ParquetWriter(file, SCHEMA, **PARQUET) as writer:
        for group in groups(areas):
            writer.write_table(group, row_group_size=ROWS_PER_GROUP)
    manifest = {"version": "benchmark", "files": {"observations": file.name}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return file.stat().st_size


def groups(areas: int) -> Iterator[pa.Table]:
    """Tables of one row group each, in the order of the store."""
    rows = MEASURES * MONTHS
    held: list[pa.Table] = []
    for number in range(areas):
        held.append(observations(number))
        if len(held) * rows >= ROWS_PER_GROUP or number == areas - 1:
            yield pa.concat_tables(held)
            held = []


def observations(number: int) -> pa.Table:
    """Every month of every measure of one area, as a form of 50 rows a month would give them."""
    chance = np.random.default_rng(number)
    starts = np.datetime64("2015-01") + np.arange(MONTHS)
    ends = (starts + 1).astype("datetime64[D]") - 1
    files = [f"{one:016x}" for one in chance.integers(0, 2**63, MONTHS)]
    values = chance.integers(0, 5_000, MEASURES * MONTHS)
    columns = {
        "measure": np.repeat([f"measure_{one:02}" for one in range(MEASURES)], MONTHS),
        "period_start": np.tile(starts.astype("datetime64[D]"), MEASURES),
        "period_end": np.tile(ends, MEASURES),
        "value": values.astype("float64"),
        "submission": np.tile(files, MEASURES),
        "cell": np.repeat([f"C{row}" for row in range(4, MEASURES + 4)], MONTHS),
        "raw": values.astype(str),
    }
    same = {
        "area": f"{990_000_000 + number}", "breakdown": "total", "basis": "flow", "unit": "件",
        "form": "town_monthly", "sheet": "月报",
    }  # fmt: skip
    filled = [
        pa.array(columns[field.name] if field.name in columns
                 else np.full(MEASURES * MONTHS, same.get(field.name, "")), field.type)
        for field in SCHEMA
    ]  # fmt: skip
    return pa.Table.from_arrays(filled, schema=SCHEMA)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
