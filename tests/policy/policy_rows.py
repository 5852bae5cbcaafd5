"""The rows of the policy as its readers wrote them down: what the catalogue is held against."""

from __future__ import annotations

import csv
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "data" / "policy" / "targets.csv"


def policy_rows() -> list[dict[str, str]]:
    """Return every target: id, clause, algebra, reading, who is judged, and so on."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
