"""Flows taken from running totals: what came between two of them, with the cells of both.

A running total of June less that of May is June's own figure, exactly, as long as both stand. Where
one between them is missing, the difference is the flow of all the months between; where a year
opens with the total of January and February, that is the flow of two months. Nothing is spread
over months.
"""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from pls_analysis.observations import RATES

DERIVED = "derived"
"""The basis of flows that no cell holds."""
LESS = {name: f"less_{name}" for name in ("submission", "sheet", "cell", "raw")}
"""Columns of the running total that was taken off, beside those of the one it was taken from."""


def derived_flows(totals: pd.DataFrame, may_fall: bool = False) -> pd.DataFrame:
    """Flows between consecutive running totals of one measure: its columns and those of LESS.

    `totals` are observations on any basis; only running totals that stand are used, within one year
    each. The first of a year is a flow from its start; its LESS columns are "". Rates are never
    taken apart, and no flow is made where a total fell, unless it `may_fall`: one of the two is
    wrong.
    """
    key = ["measure", "area", "subject", "breakdown", "period_start"]
    stand = (totals["basis"] == "cumulative") & totals["value"].notna()
    frame = totals[stand & ~totals["unit"].isin(RATES)].sort_values([*key, "period_end"])
    before = frame.groupby(key)[["value", "period_end", "status", *LESS]].shift()
    first = before["value"].isna()
    flows = frame.assign(
        basis=DERIVED,
        period_start=frame["period_start"].mask(
            ~first, before["period_end"] + pd.Timedelta(days=1)
        ),
        value=[
            _less(*pair) for pair in zip(frame["value"], before["value"].fillna(0), strict=True)
        ],
        status=frame["status"].mask(frame["status"] == "", before["status"].fillna("")),
        **{less: before[name].fillna("") for name, less in LESS.items()},
    )
    fell = ~first & (flows["value"] < 0)
    return flows[~fell | may_fall].reset_index(drop=True)


def _less(value: float, taken: float) -> float:
    """A difference without the dust of binary fractions: 7814.47 − 4106.97 is 3707.5."""
    return float(Decimal(repr(float(value))) - Decimal(repr(float(taken))))
