"""From data frames to the plain data of a line: periods, values, and what its peers did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from pls_analysis.charts.phrases import say
from pls_analysis.periods import parse_period

BAND_FROM = 4
"""Fewer peers with a figure than this have no interquartile band."""
STEPS_PER_YEAR = {"M": 12, "Q": 4, "H": 2, "Y": 1}


def period_name(label: Any) -> str:
    """Write a row label as the project writes periods: "2022-06", "2022-Q2", "2022-H1", "2022"."""
    text = str(label)
    if isinstance(label, pd.Period) and "Q" in text:
        if label.freq.n == 2:  # what pandas calls two quarters is a half-year
            return f"{label.year}-H{1 if label.month <= 6 else 2}"
        return text.replace("Q", "-Q")
    return text


def plain(values: Sequence[Any] | pd.Series) -> list[float | None]:
    """Figures for JSON, rounded to 6 decimals; missing ones as None."""
    figures = (None if pd.isna(value) else round(float(value), 6) for value in values)
    return [value if value is None or math.isfinite(value) else None for value in figures]


def rows_in_full(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the rows of a PeriodIndex that are not there, so that a gap stays a gap."""
    if not isinstance(frame.index, pd.PeriodIndex) or frame.empty:
        return frame
    every = pd.period_range(frame.index.min(), frame.index.max(), freq=frame.index.freq)
    return frame.reindex(every)


def steps_per_year(periods: Sequence[str]) -> int:
    """How many periods make a year: 12, 4, 2 or 1; 0 where the labels are not periods."""
    try:
        frequency = parse_period(periods[-1]).frequency
    except ValueError:
        return 0
    return STEPS_PER_YEAR[frequency] if frequency else 0


def line_data(
    frame: pd.DataFrame | pd.Series,
    area: str | None,
    unit: str,
    current: str | None,
    lang: str,
    peer_name: str | None = None,
    lines: bool = False,
) -> dict[str, Any]:
    """One area's figures and its peers', as plain data.

    `frame` is periods × areas (or one series). Raises KeyError where `area` is not a column,
    ValueError where there is no row or `current` is not among them.
    """
    table = frame.to_frame() if isinstance(frame, pd.Series) else frame
    name = str(table.columns[0]) if area is None else area
    if name not in table.columns:
        raise KeyError(f"No column {name!r}: the frame has {', '.join(map(str, table.columns))}.")
    if table.empty:
        raise ValueError(f"No period to draw for {name!r}.")
    table = rows_in_full(table)
    periods = [period_name(label) for label in table.index]
    current = periods[-1] if current is None else str(current)
    if current not in periods:
        raise ValueError(f"Period {current} is not in the data: {periods[0]} to {periods[-1]}.")
    data = {
        "name": name, "unit": unit, "periods": periods, "current": current,
        "year": steps_per_year(periods), "value": plain(table[name].to_list()),
    }  # fmt: skip
    peers = table.drop(columns=name)
    if peers.notna().to_numpy().any():
        data |= _peer_data(peers, lines)
        data["peer_name"] = peer_name or say(lang, "median", n=peers.shape[1])
    return data


def _peer_data(peers: pd.DataFrame, lines: bool) -> dict[str, Any]:
    data: dict[str, Any] = {"median": plain(peers.median(axis=1))}
    if lines:
        data["peers"] = {str(column): plain(peers[column].to_list()) for column in peers.columns}
        return data
    enough = peers.count(axis=1) >= BAND_FROM
    data["low"] = plain(peers.quantile(0.25, axis=1).where(enough))
    data["high"] = plain(peers.quantile(0.75, axis=1).where(enough))
    return data
