"""Flows between running totals, over drawn ones."""

from __future__ import annotations

import pandas as pd
import pytest

from pls_analysis.flows import derived_flows
from pls_analysis.observations import COLUMNS


def totals(*rows: tuple[str, float | None], unit: str = "件", basis: str = "cumulative"):
    """Running totals by month: (2022-03, 30) stands in cell C3 of the submission of its month."""
    frame = pd.DataFrame(columns=COLUMNS, index=range(len(rows)), data="")
    ends = [pd.Timestamp(f"{month}-01") + pd.offsets.MonthEnd() for month, _ in rows]
    return frame.assign(
        measure="accepted", area="990101", breakdown="total", basis=basis, unit=unit,
        period_start=[pd.Timestamp(end.year, 1, 1) for end in ends], period_end=ends,
        value=[float("nan") if value is None else value for _, value in rows],
        status=["x" if value is None else "" for _, value in rows],
        submission=[month for month, _ in rows], sheet="Sheet1",
        cell=[f"C{end.month}" for end in ends], raw=[str(value) for _, value in rows],
    )  # fmt: skip


def said(flows: pd.DataFrame) -> list[tuple[str, float, str, str]]:
    """Span, value and the two cells of each flow."""
    return [
        (f"{row.period_start:%Y-%m}..{row.period_end:%Y-%m}", row.value, row.cell, row.less_cell)
        for row in flows.itertuples()
    ]


CASES = {
    "month by month": (
        [("2022-01", 10), ("2022-02", 15), ("2022-03", 15)],
        [("2022-01..2022-01", 10, "C1", ""), ("2022-02..2022-02", 5, "C2", "C1"),
         ("2022-03..2022-03", 0, "C3", "C2")],
    ),
    "January and February as one": (
        [("2022-02", 15), ("2022-03", 18)],
        [("2022-01..2022-02", 15, "C2", ""), ("2022-03..2022-03", 3, "C3", "C2")],
    ),
    "a month that was not filed": (
        [("2022-01", 10), ("2022-03", 30)],
        [("2022-01..2022-01", 10, "C1", ""), ("2022-02..2022-03", 20, "C3", "C1")],
    ),
    "a total that is marked as missing": (
        [("2022-01", 10), ("2022-02", None), ("2022-03", 30)],
        [("2022-01..2022-01", 10, "C1", ""), ("2022-02..2022-03", 20, "C3", "C1")],
    ),
    "a new year begins anew": (
        [("2021-12", 100), ("2022-01", 10)],
        [("2021-01..2021-12", 100, "C12", ""), ("2022-01..2022-01", 10, "C1", "")],
    ),
    "no dust of binary fractions": (
        [("2022-01", 4106.97), ("2022-02", 7814.47)],
        [("2022-01..2022-01", 4106.97, "C1", ""), ("2022-02..2022-02", 3707.5, "C2", "C1")],
    ),
    "a total that fell makes no flow": (
        [("2022-01", 10), ("2022-02", 8), ("2022-03", 12)],
        [("2022-01..2022-01", 10, "C1", ""), ("2022-03..2022-03", 4, "C3", "C2")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_flows_between_totals(case: str) -> None:
    rows, wanted = CASES[case]
    assert said(derived_flows(totals(*rows))) == wanted


def test_order_of_the_rows_does_not_matter() -> None:
    rows = [("2022-03", 30), ("2022-01", 10), ("2022-02", 15)]
    assert said(derived_flows(totals(*rows))) == said(derived_flows(totals(*sorted(rows))))


def test_a_measure_that_may_fall_does() -> None:
    flows = derived_flows(totals(("2022-01", 10), ("2022-02", 8)), may_fall=True)
    assert flows["value"].tolist() == [10, -2]


def test_rates_and_months_are_not_taken_apart() -> None:
    assert derived_flows(totals(("2022-01", 10), ("2022-02", 8), unit="%")).empty
    assert derived_flows(totals(("2022-01", 10), basis="flow")).empty


def test_a_mark_of_either_total_stays() -> None:
    frame = totals(("2022-01", 10), ("2022-02", 15), ("2022-03", 19))
    frame.loc[1, "status"] = "r"
    assert derived_flows(frame)["status"].tolist() == ["", "r", "r"]
