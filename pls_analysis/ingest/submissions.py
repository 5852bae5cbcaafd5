"""Which figure stands: duplicates, revisions, and repeated printings of the same figure.

The newest *declared* version of a form, office and period stands as a whole. A figure printed again
in a later period's table (last year's column of this year's yearbook) stands as last printed. Where
nothing says which of two figures is newer, neither stands. Whatever does not stand is kept in the
store's table of superseded observations.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pls_analysis.observations import COLUMNS, KEY, Issue

CODES = frozenset({"revised", "version_unclear", "duplicate_file"})
"""Issue codes that come of comparing files: found anew in each run."""

EARLIEST = pd.Timestamp("1900-01-01")
Row = Mapping[Hashable, Any]
VERSION = ["form", "office", "filed_start", "filed_end"]


@dataclass(frozen=True)
class Settled:
    """Observations that stand, those that do not, and what was noticed on the way."""

    standing: pd.DataFrame
    superseded: pd.DataFrame
    issues: list[Issue]
    supersedes: Mapping[str, str]


def settle(rows: pd.DataFrame, submissions: pd.DataFrame) -> Settled:
    """Decide which of several figures for one key stands.

    `rows` are observations of all files (COLUMNS); `submissions` has one row per submission with
    its form, office, period, declared date and path.
    """
    facts = submissions.rename(columns={"period_start": "filed_start", "period_end": "filed_end"})
    columns = ["submission", "office", "filed_start", "filed_end", "declared", "path"]
    frame = rows.merge(facts[columns], on="submission", how="left", validate="many_to_one")
    frame["declared"] = pd.to_datetime(frame["declared"]).fillna(EARLIEST)
    newest = frame.groupby(VERSION)["declared"].transform("max")
    replaced = frame["declared"] < newest
    current = frame[~replaced].sort_values(
        [*KEY, "filed_end", "declared", "path", "cell"], ascending=[True] * len(KEY) + [False] * 2
        + [True] * 2, kind="stable",
    )  # fmt: skip
    first = current.drop_duplicates(KEY)
    again = current[~current.index.isin(first.index)]
    unclear = _unclear(first, again)
    standing = first[~first.index.isin(unclear)]
    gone = pd.concat([frame[replaced], again, first.loc[list(unclear)]])
    revisions = _revisions(standing, gone)
    standing = standing.assign(
        status=standing["status"].where(~standing.index.isin(revisions), "r")
    )
    issues = [*_unclear_issues(first.loc[list(unclear)], again), *_revised_issues(revisions)]
    return Settled(
        standing[COLUMNS].reset_index(drop=True),
        gone[COLUMNS].reset_index(drop=True),
        issues,
        _supersedes(facts),
    )


def _same(a: pd.Series, b: pd.Series) -> pd.Series:
    return (a == b) | (a.isna() & b.isna())


def _pairs(first: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Standing rows beside the other rows of their key; `index_first` is the standing index."""
    left = first.reset_index(names="index_first")
    return left.merge(others, on=KEY, suffixes=("", "_other"))


def _unclear(first: pd.DataFrame, again: pd.DataFrame) -> set[int]:
    """Rows that differ from another of the same rank: nothing says which is newer."""
    pairs = _pairs(first, again)
    same_rank = (pairs["declared"] == pairs["declared_other"]) & (
        pairs["filed_end"] == pairs["filed_end_other"]
    )
    differ = ~_same(pairs["value"], pairs["value_other"])
    return set(pairs.loc[same_rank & differ, "index_first"])


def _revisions(standing: pd.DataFrame, gone: pd.DataFrame) -> dict[int, Row]:
    """Standing rows whose value differs from an earlier version, with the pair of rows."""
    pairs = _pairs(standing, gone)
    changed = pairs[~_same(pairs["value"], pairs["value_other"])]
    latest = changed.drop_duplicates("index_first", keep="last")
    return {pair["index_first"]: pair for pair in latest.to_dict("records")}


def _unclear_issues(first: pd.DataFrame, again: pd.DataFrame) -> Iterable[Issue]:
    for pair in _pairs(first, again).drop_duplicates("index_first").to_dict("records"):
        yield Issue(
            "error",
            "version_unclear",
            f"{pair['measure']} is {pair['raw']} here but {pair['raw_other']} in "
            f"{pair['path_other']} {pair['sheet_other']} {pair['cell_other']}, and nothing says "
            "which is newer. Neither is used.",
            pair["path"], pair["sheet"], pair["cell"], pair["raw"],
            "Have the newer file state its 报出日期, or remove the wrong one.",
        )  # fmt: skip


def _revised_issues(revisions: Mapping[int, Row]) -> Iterable[Issue]:
    for pair in revisions.values():
        yield Issue(
            "info",
            "revised",
            f"{pair['measure']} was {pair['raw_other']} in {pair['path_other']} "
            f"{pair['sheet_other']} {pair['cell_other']}.",
            pair["path"], pair["sheet"], pair["cell"], pair["raw"],
        )  # fmt: skip


def _supersedes(facts: pd.DataFrame) -> dict[str, str]:
    """Which submission each submission replaces: the next older of its form, office and period."""
    ordered = facts.assign(declared=pd.to_datetime(facts["declared"]).fillna(EARLIEST))
    ordered = ordered.sort_values([*VERSION, "declared", "path"])
    older = ordered.groupby(VERSION)["submission"].shift()
    return {
        new: old
        for new, old in zip(ordered["submission"], older, strict=True)
        if isinstance(old, str)
    }
