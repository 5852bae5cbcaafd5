"""Extracting the figures of one form, against tidychef doing so by a recipe written for its layout.

Ours: gate, cells, layout, form, totals, provenance; the layout is found anew in each file. The
peer: tidychef with a recipe of fixed places for the one layout it is given (the files' own first
one), values and headings only. One process, rounds in turn, medians of CPU. Needs, besides this
package, `pip install tidychef==1.0.4`.

    python benchmarks/extract_one_form.py [FILES]
"""

# pyright: reportMissingImports=false
# (tidychef is a peer to measure against and no dependency)
from __future__ import annotations

import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from openpyxl import load_workbook
from tidychef import acquire
from tidychef.column.column import Column
from tidychef.direction import down, right
from tidychef.output.tidydata import TidyData

from pls_analysis import sample
from pls_analysis.ingest.reading import read_file
from pls_analysis.ingest.workers import load_context
from pls_analysis.project import find_project

ROUNDS = 3
HEADINGS = ("本月数", "年初至本月累计")


def main(count: int = 50) -> None:
    """Make a sample in a temporary folder, time both, and print the ratio."""
    project = find_project()
    context = load_context(project)
    with tempfile.TemporaryDirectory() as folder:
        sample.generate(
            project, Path(folder), start="2021-07", until="2022-06", forms=["town_monthly"]
        )
        files = [file for file in sorted(Path(folder).rglob("*.xlsx")) if recipe_fits(file)]
        files = files[:count]
        figures = sum(by_recipe(file) for file in files)
        times: dict[str, list[float]] = {"ours": [], "tidychef": []}
        for _ in range(ROUNDS):
            times["tidychef"].append(cpu(lambda: [by_recipe(file) for file in files]))
            times["ours"].append(cpu(lambda: [read_file(one, one.name, context) for one in files]))
    own, peer = (statistics.median(times[name]) / len(files) * 1000 for name in times)
    print(f"{len(files)} files with {figures} figures, CPU, median of {ROUNDS} rounds")
    print(f"pls_analysis, whole reading   {own:7.1f} ms a file")
    print(f"tidychef, by a recipe         {peer:7.1f} ms a file")
    print(f"ratio                         {own / peer:7.2f}")
    print(f"tidychef {version('tidychef')}, openpyxl {version('openpyxl')}", sys.version[:6])


def recipe_fits(file: Path) -> bool:
    """Whether a file has the layout that the recipe was written for."""
    first = load_workbook(file, read_only=True).worksheets[0]
    rows = itertools.islice(first.iter_rows(values_only=True), 6)
    return any(set(HEADINGS) <= set(row) for row in rows)


def by_recipe(file: Path) -> int:
    """Extract month and running total of a form with headings; returns the number of figures."""
    table = acquire.xlsx.local(file, tables=load_workbook(file, read_only=True).sheetnames[0])
    headings = table.re("|".join(HEADINGS)).label_as("basis")
    items = table.excel_ref("B").is_not_blank().label_as("item")
    units = table.excel_ref("C").is_not_blank().label_as("unit")
    figures = headings.fill(down).is_numeric().label_as("value")
    tidy = TidyData(
        figures,
        Column(headings.attach_directly(down)),
        Column(items.attach_directly(right)),
        Column(units.attach_directly(right)),
    )
    return len(tidy.to_dict()["value"])


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds that a piece of work takes in this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
