"""How many figures of random workbooks of every layout are read right, logged, or silently wrong.

The workbooks and their truth are those of the tests (tests/ingest/random_forms.py); a figure is
right when its value, both its paths and its unit are.

    python benchmarks/random_workbooks.py [WORKBOOKS [FIRST]]
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "ingest"))


def main(count: int = 2500, first: int = 0) -> None:
    """Read the workbooks of that many seeds from the first on, and print the counts."""
    from test_random_forms import judge

    start = time.process_time()
    outcomes = [one for seed in range(first, first + count) for one in judge(seed)]
    seconds = time.process_time() - start
    counts = Counter(outcome for outcome, _ in outcomes)
    figures = counts["right"] + counts["logged"] + counts["wrong"]
    print(f"{count} workbooks, {figures} figures, {1000 * seconds / count:.1f} ms CPU each")
    for outcome in ("right", "logged", "wrong"):
        print(f"  {outcome:6s} {counts[outcome]:8d}   {counts[outcome] / figures:.4%}")
    print(f"  sums said to fail though all hold: {counts['alarm']}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
