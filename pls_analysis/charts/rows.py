"""From a data frame's rows to plain data: needed columns, missing figures, texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from pls_analysis.charts.phrases import decimals, number, unit_tail


def rows_of(frame: pd.DataFrame, needed: Sequence[str], **others: object) -> list[dict[str, Any]]:
    """Each row as plain values: figures rounded to 6 decimals, missing ones None.

    `others` are columns that may be absent, with what is taken for them then and where a cell is
    empty; an empty source is left out. Raises ValueError naming the columns that are needed and not
    there, or for no rows.
    """
    absent = [name for name in needed if name not in frame.columns]
    if absent:
        given = ", ".join(map(str, frame.columns))
        raise ValueError(f"The rows lack the column {', '.join(absent)}; they have {given}.")
    if frame.empty:
        raise ValueError("There is no row to draw.")
    rows = []
    for given in frame.to_dict("records"):
        row = {name: _plain(given[name]) for name in needed}
        for name, otherwise in others.items():
            value = _plain(given.get(name))
            row[name] = otherwise if value is None else value
        if row.get("source") == "":
            del row["source"]
        rows.append(row)
    return rows


def said_source(text: str) -> dict[str, str]:
    """A source as a chart's data hold it: not at all where there is none."""
    return {"source": text} if text else {}


def _plain(value: Any) -> Any:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    if isinstance(value, str | bool | int):
        return value
    return round(float(value), 6)


def figure_text(value: float | None, unit: str, lang: str) -> str:
    """A figure with its unit, in the decimals that the unit or the figure asks for."""
    return number(value, decimals([value], unit)) + unit_tail(unit, lang)
