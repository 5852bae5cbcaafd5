"""The cells that a verdict rests on: submission, sheet, and a cell or a run of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from pls_analysis.policy.catalogue import Indicator, Term
from pls_analysis.policy.figures import Figure
from pls_analysis.policy.observed import Observed, Place

_CELL = re.compile(r"([A-Z]+)(\d+)")


def cells_of(
    observed: Observed, indicator: Indicator, place: Place, figure: Figure
) -> tuple[list[str], list[str]]:
    """Return the cells that a figure of an indicator was made of, and those of them taken off.

    What is taken off are running totals from which a missing month is told.
    """
    sums = [
        observed.sum(terms, place, figure.start, figure.end, indicator.year)
        for terms in (indicator.numerator, indicator.denominator)
    ]
    less = [one for found in sums for one in found.less]
    used = [one for found in sums for one in found.used]
    return (
        addresses(observed.cells(place, [*used, *less])), addresses(observed.cells(place, less))
    )  # fmt: skip


def rows_of(observed: Observed, term: Term, areas: Iterable[str]) -> pd.DataFrame:
    """Return the observations of a term for some areas; a dimension stands for all its parts."""
    rows = observed.rows(term.measure, areas)
    dimension = term.breakdown != "total" and "=" not in term.breakdown
    right = rows["breakdown"].str.startswith(f"{term.breakdown}=") if dimension else (
        rows["breakdown"] == term.breakdown
    )  # fmt: skip
    return rows[right]


def cells_at(
    observed: Observed, terms: Iterable[Term], areas: Iterable[str], figure: Figure
) -> list[str]:
    """Return the cells of terms for some areas that lie within a figure's days."""
    areas = list(areas)
    frames = []
    for term in terms:
        rows = rows_of(observed, term, areas)
        ends = rows["period_end"] == pd.Timestamp(figure.end)
        within = (rows["period_start"] >= pd.Timestamp(figure.start)) & (
            rows["period_end"] <= pd.Timestamp(figure.end)
        )
        frames.append(rows[ends.where(rows["basis"] != "flow", within)])
    return addresses(frames)


def cells_of_units(
    observed: Observed, terms: Iterable[Term], units: Iterable[str], figure: Figure
) -> list[str]:
    """Return the cells of a month's ledgers for pairs ("village adviser") or for advisers."""
    wanted = set(units)
    areas = [unit.split()[0] for unit in wanted]
    alone = any(area not in observed.tree for area in areas)  # an adviser, wherever it was
    frames = []
    for term in terms:
        rows = observed.rows(term.measure, None if alone else areas)
        rows = rows[(rows["period_end"] == pd.Timestamp(figure.end)) & (rows["subject"] != "")
                    & (rows["breakdown"] == term.breakdown)]  # fmt: skip
        pairs = rows["area"] + " " + rows["subject"]
        frames.append(rows[pairs.isin(wanted) | rows["subject"].isin(wanted)])
    return addresses(frames)


def addresses(frames: Iterable[pd.DataFrame]) -> list[str]:
    """Return the cells of observations: "submission sheet!C5", runs down a column as C5:C9.

    In the order of the observations: by what was filed, not by what its files are called.
    """
    found: dict[tuple[str, str], dict[str, None]] = {}
    for rows in frames:
        columns = (rows[name].tolist() for name in ("submission", "sheet", "cell"))
        for submission, sheet, cell in zip(*columns, strict=True):
            found.setdefault((submission, sheet), {})[cell] = None
    return [
        f"{submission} {sheet}!{run}"
        for (submission, sheet), cells in found.items()
        for run in _runs(cells)
    ]


def _runs(cells: Mapping[str, None]) -> Iterator[str]:
    """Write cells that follow each other down a column as one run."""
    placed = [(match[1], int(match[2])) for cell in cells if (match := _CELL.fullmatch(cell))]
    yield from (cell for cell in cells if not _CELL.fullmatch(cell))
    column, first, last = "", 0, -1
    for letters, row in sorted(placed, key=lambda one: (len(one[0]), one)):
        if letters == column and row == last + 1:
            last = row
            continue
        if column:
            yield _run(column, first, last)
        column, first, last = letters, row, row
    if column:
        yield _run(column, first, last)


def _run(column: str, first: int, last: int) -> str:
    return f"{column}{first}" if first == last else f"{column}{first}:{column}{last}"
