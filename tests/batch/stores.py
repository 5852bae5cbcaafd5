"""A small store for tests of batches."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from projects import store_of

from pls_analysis.observations import COLUMNS
from pls_analysis.project import Project
from pls_analysis.store import Store, empty_observations

EXPORTERS = {
    "html": "fake_exporters.PlainExporter",
    "pdf": "fake_exporters.BytesExporter",
    "xlsx": "fake_exporters.BytesExporter",
}


def observation(area: str, month: str, value: float = 1.0, **other) -> dict:
    """One observation of a month; what is not given is the same for all."""
    start = dt.date.fromisoformat(f"{month}-01")
    end = (start + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return dict.fromkeys(COLUMNS, "") | {
        "measure": "mediation_accepted", "area": area, "breakdown": "total",
        "period_start": pd.Timestamp(start), "period_end": pd.Timestamp(end),
        "basis": "flow", "value": value, "unit": "件", "form": "town_monthly",
        "submission": f"s-{area}-{month}", "sheet": "月报", "cell": "C5", "raw": f"{value:g}",
    } | other  # fmt: skip


def fill(project: Project, rows: list[dict], **facts) -> Store:
    """Write a store with these observations."""
    observations = pd.DataFrame(rows, columns=COLUMNS) if rows else empty_observations()
    return store_of(project, observations, **facts)
