"""Checks across the cells and files of a form: parts and wholes, months and running totals.

A failed check is an issue with its cell. One pattern is more than doubtful and its figure does not
stand: a running total filed in the column of the month, which would tower in every chart.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pls_analysis.ingest.figures import last_digit
from pls_analysis.ingest.forms import Check, Form
from pls_analysis.observations import RATES, Issue

CODES = frozenset({"parts_mismatch", "part_exceeds_whole", "cumulative_mismatch",
                   "cumulative_falls", "cumulative_as_month"})  # fmt: skip
TOLERANCE = 1e-6
COUNTS_TO_TELL = 3
"""Counts of one report that repeat their running totals, to say that its rates do so too."""
Row = Mapping[Hashable, Any]


@dataclass(frozen=True)
class Checked:
    """Observations that still stand, those withheld, and the issues found."""

    standing: pd.DataFrame
    withheld: pd.DataFrame
    issues: list[Issue]


def check(standing: pd.DataFrame, forms: Sequence[Form], submissions: pd.DataFrame) -> Checked:
    """Run every declared check and the check of months against running totals."""
    paths = dict(zip(submissions["submission"], submissions["path"], strict=True))
    frame = standing.assign(file=standing["submission"].map(paths).fillna(""))
    wrong_months, issues = _check_running_totals(frame)
    wrong_rates, more = _rates_beside(frame, wrong_months)
    wrong_months, issues = [*wrong_months, *wrong_rates], [*issues, *more]
    for form in forms:
        if not form.checks:
            continue
        mine = frame[(frame["form"] == form.id) & _served(frame, form)]
        of_measure = dict(tuple(mine.groupby("measure", sort=False)))
        for rule in form.checks:
            if rule.whole in of_measure:
                part = of_measure.get(rule.part or "", mine.iloc[:0])
                issues += _check_rule(of_measure[rule.whole], part, rule, form)
    withheld = standing.loc[wrong_months]
    return Checked(standing.drop(index=wrong_months).reset_index(drop=True), withheld, issues)


def _issue(row: Row, severity: str, code: str, message: str, remedy: str) -> Issue:
    return Issue(severity, code, message, row["file"], row["sheet"], row["cell"], row["raw"],
                 remedy)  # fmt: skip


def _check_running_totals(frame: pd.DataFrame) -> tuple[list[int], list[Issue]]:
    """Hold each month against the running totals of the year at its two ends; rates have none."""
    key = ["measure", "area", "subject", "breakdown"]
    frame = frame[~frame["unit"].isin(RATES)]
    total = frame[frame["basis"] == "cumulative"].sort_values([*key, "period_end"])
    if total.empty:
        return [], []
    year = [*key, "period_start"]
    before = total.groupby(year)["value"].shift()
    gap_days = (total["period_end"] - total.groupby(year)["period_end"].shift()).dt.days
    opens_year = ~total.duplicated(year) & (total["period_end"] - total["period_start"]).dt.days.lt(
        32
    )
    total = total.assign(before=before.where(gap_days < 32).where(~opens_year, 0.0), earlier=before)
    issues = [
        _issue(row, "warning", "cumulative_falls",
               f"The running total of {row['measure']} fell from {row['earlier']:,g} to "
               f"{row['value']:,g} within its year.", "Ask the office which month is wrong.")
        for row in total[total["value"] < total["earlier"] - TOLERANCE].to_dict("records")
    ]  # fmt: skip
    flow = frame[frame["basis"] == "flow"].reset_index(names="index_flow")
    pairs = flow.merge(
        total[[*key, "period_end", "value", "before", "cell"]],
        on=[*key, "period_end"],
        suffixes=("", "_total"),
    )
    gap = pairs["value"] - (pairs["value_total"] - pairs["before"])
    off = pairs[gap.abs() > TOLERANCE + 1e-9 * pairs["value_total"].abs()]
    wrong: list[int] = []
    for row in off.to_dict("records"):
        repeats = abs(row["value"] - row["value_total"]) <= TOLERANCE
        if repeats and 0 < row["before"] <= row["value_total"]:
            wrong.append(int(row["index_flow"]))
            issues.append(_as_month(row))
        else:
            issues.append(_off(row))
    return wrong, issues


def _rates_beside(frame: pd.DataFrame, wrong: Sequence[int]) -> tuple[list[int], list[Issue]]:
    """Rates that repeat the running total where the counts beside them do: the same slip."""
    slipped = frame.loc[list(wrong), "submission"].value_counts()
    rates = frame[
        frame["unit"].isin(RATES)
        & frame["submission"].isin(slipped.index[slipped >= COUNTS_TO_TELL])
    ]
    key = ["measure", "area", "subject", "breakdown", "period_end", "submission"]
    flow = rates[rates["basis"] == "flow"].reset_index(names="index_flow")
    total = rates.loc[rates["basis"] == "cumulative", [*key, "value"]]
    pairs = flow.merge(total, on=key, suffixes=("", "_total"))
    same = pairs[(pairs["value"] - pairs["value_total"]).abs() <= TOLERANCE]
    issues = [
        _issue(row, "error", "cumulative_as_month",
               f"{row['measure']}: the month's column holds running totals in this file, and this "
               f"rate ({row['value']:,g}) is the year's. The figure is not used.",
               "Ask the office for the month's own figure.")
        for row in same.to_dict("records")
    ]  # fmt: skip
    return [int(index) for index in same["index_flow"]], issues


def _as_month(row: Row) -> Issue:
    return _issue(
        row, "error", "cumulative_as_month",
        f"{row['measure']}: the month's column holds the year's running total ({row['value']:,g}, "
        f"{row['before']:,g} at the end of the month before). The figure is not used.",
        "Ask the office for the month's own figure.",
    )  # fmt: skip


def _off(row: Row) -> Issue:
    return _issue(
        row, "warning", "cumulative_mismatch",
        f"{row['measure']}: the month is {row['value']:,g}, but the running total "
        f"({row['cell_total']}) grew by {row['value_total'] - row['before']:,g}.",
        "Ask the office whether the month or the running total is right.",
    )  # fmt: skip


def _served(frame: pd.DataFrame, form: Form) -> pd.Series:
    """Which rows fall into the periods for which this version of a form is in force."""
    start = pd.Timestamp(form.valid_from.start if form.valid_from else "1900-01-01")
    end = pd.Timestamp(form.valid_until.end if form.valid_until else "2100-12-31")
    return (frame["period_end"] >= start) & (frame["period_end"] <= end)


def _check_rule(
    of_measure: pd.DataFrame, of_part: pd.DataFrame, rule: Check, form: Form
) -> Iterable[Issue]:
    """Hold parts against their whole; parts that are not all there can only exceed it.

    `of_measure` and `of_part` are the observations of the measures that the rule names.
    """
    key = ["area", "subject", "period_start", "period_end", "basis"]
    whole = of_measure[of_measure["breakdown"] == "total"]
    if rule.parts is not None:
        of_parts = _with_digit(of_measure[of_measure["breakdown"].str.startswith(f"{rule.parts}=")])
        grouped = of_parts.groupby(key)
        parts = grouped["value"].sum(min_count=1).to_frame()
        parts = parts.assign(count=grouped["value"].count(), digit=grouped["digit"].max())
        parts = parts.reset_index()
        due = sum(part.startswith(f"{rule.parts}=") for part in form.measures[rule.whole].parts)
        code, what = "parts_mismatch", f"the sum of its parts by {rule.parts}"
    else:
        parts = of_part[of_part["breakdown"] == "total"]
        parts = _with_digit(parts)[[*key, "value", "digit"]].assign(count=1)
        due = 1
        code, what = "part_exceeds_whole", f"{rule.part}, a part of it"
    pairs = _with_digit(whole).merge(parts, on=key, suffixes=("", "_parts"))
    gap = pairs["value_parts"] - pairs["value"]
    short = (pairs["count"] == due) & (gap < -TOLERANCE) & (rule.relation != "at_least")
    failed = pairs[short | ((gap > TOLERANCE) & (rule.relation != "at_most"))]
    for row in failed.to_dict("records"):
        # Each of the rounded parts can be off by half of the last digit, and so can their whole.
        rounding = (row["count"] + 1) / 2 * max(row["digit"], row["digit_parts"])
        if abs(row["value_parts"] - row["value"]) <= rounding + TOLERANCE:
            continue
        message = (
            f"{rule.whole} is {row['value']:,.10g}, but {what}, is {row['value_parts']:,.10g}."
        )
        yield _issue(row, "warning", code, message, "Ask the office which figure is right.")


def _with_digit(frame: pd.DataFrame) -> pd.DataFrame:
    """With what one more in the last digit of each figure is worth."""
    pairs = zip(frame["value"], frame["raw"], strict=True)
    return frame.assign(digit=[last_digit(value, raw) for value, raw in pairs])
