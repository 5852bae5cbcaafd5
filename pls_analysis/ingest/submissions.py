"""Which figure stands: duplicates, revisions, and repeated printings of the same figure.

Of a form that an office files of itself, the newest *declared* version stands as a whole. Of tables
over many areas it stands figure by figure: two files may hold different areas. A figure printed
again in a later period's table (last year's column of this year's yearbook) stands as last printed,
but neither a mark for missing nor the same figure in fewer digits (4.8万吨 for 47651吨)
displaces one. Where nothing says which of two figures is newer, neither stands. Whatever does not
stand is kept in the store's table of superseded observations.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pls_analysis.ingest.figures import last_digit
from pls_analysis.observations import COLUMNS, KEY, Issue

CODES = frozenset({"revised", "version_unclear", "version_dropped", "figure_withdrawn",
                   "duplicate_file"})  # fmt: skip
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


def settle(
    rows: pd.DataFrame, submissions: pd.DataFrame, own_forms: Collection[str] = ()
) -> Settled:
    """Decide which of several figures for one key stands.

    `rows` are observations of all files (COLUMNS); `submissions` has one row per submission with
    its form, office, period, declared date and path; `own_forms` are the forms that an office
    files of itself, whose newer version replaces the older one whole.
    """
    facts = submissions.rename(columns={"period_start": "filed_start", "period_end": "filed_end"})
    columns = ["submission", "office", "filed_start", "filed_end", "declared", "path"]
    frame = rows.merge(facts[columns], on="submission", how="left", validate="many_to_one")
    frame["declared"] = pd.to_datetime(frame["declared"]).fillna(EARLIEST)
    newest = frame.groupby(VERSION)["declared"].transform("max")
    replaced = (frame["declared"] < newest) & frame["form"].isin(own_forms)
    current = _newest_first(frame[~replaced])
    first = _with_all_digits(current)
    again = current[~current.index.isin(first.index)]
    unclear = _unclear(first, again)
    standing = first[~first.index.isin(unclear)]
    gone = pd.concat([frame[replaced], again, first.loc[list(unclear)]])
    revisions = _revisions(standing, gone)
    is_revised = standing.index.isin(revisions) & (standing["status"] == "")
    standing = standing.assign(status=standing["status"].mask(is_revised, "r"))
    issues = [
        *_unclear_issues(first.loc[list(unclear)], again),
        *_revised_issues(revisions),
        *_withdrawn_issues(standing, again),
        *_dropped_issues(frame[replaced], current),
    ]
    return Settled(
        standing[COLUMNS].reset_index(drop=True),
        gone[COLUMNS].reset_index(drop=True),
        issues,
        _supersedes(facts),
    )


def _newest_first(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of one key: figures before marks, the latest table first, then the latest declared."""
    order = {"marked": True, "filed_end": False, "declared": False, "path": True, "cell": True}
    marked = frame.assign(marked=frame["value"].isna())
    ascending = [True] * len(KEY) + list(order.values())
    ordered = marked.sort_values([*KEY, *order], ascending=ascending, kind="stable")
    return ordered.drop(columns="marked")


def _with_all_digits(current: pd.DataFrame) -> pd.DataFrame:
    """The first row of each key, or the newest of those that it prints in fewer digits."""
    first = current.drop_duplicates(KEY)
    again = current[~current.index.isin(first.index)]
    pairs = _pairs(first, again.reset_index(names="index_other"))
    pairs = pairs[pairs["value"] != pairs["value_other"]]
    shorter = [_is_rounded(pair, "", "_other") for pair in pairs.to_dict("records")]
    longer = pairs.loc[pairs.index[shorter]].drop_duplicates("index_first")
    replacement = dict(zip(longer["index_first"], longer["index_other"], strict=True))
    return current.loc[[replacement.get(index, index) for index in first.index]]


def _is_rounded(pair: Row, short: str, long: str) -> bool:
    """Whether one figure of a pair is the other in fewer digits."""
    step = last_digit(pair[f"value{short}"], pair[f"raw{short}"])
    finer = last_digit(pair[f"value{long}"], pair[f"raw{long}"]) < step
    gap = abs(pair[f"value{short}"] - pair[f"value{long}"])
    return finer and gap <= step / 2 * (1 + 1e-9)


def _agree(pairs: pd.DataFrame) -> pd.Series:
    """Which pairs say the same: both missing, the same figure, or the same in fewer digits."""
    same = pairs["value"] == pairs["value_other"]
    missing = pairs["value"].isna() & pairs["value_other"].isna()
    others = pairs[~(same | missing)]
    rounded = [
        _is_rounded(pair, "", "_other") or _is_rounded(pair, "_other", "")
        for pair in others.to_dict("records")
    ]
    return same | missing | pairs.index.isin(others.index[rounded])


def _pairs(first: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Standing rows beside the other rows of their key; `index_first` is the standing index."""
    left = first.reset_index(names="index_first")
    return left.merge(others, on=KEY, suffixes=("", "_other"))


def _rivals(first: pd.DataFrame, again: pd.DataFrame) -> pd.DataFrame:
    """Pairs that differ though nothing says which is newer: two figures, or two marks."""
    pairs = _pairs(first, again)
    same_rank = (pairs["declared"] == pairs["declared_other"]) & (
        pairs["filed_end"] == pairs["filed_end_other"]
    )
    return pairs[same_rank & ~_agree(pairs)]


def _unclear(first: pd.DataFrame, again: pd.DataFrame) -> set[int]:
    return set(_rivals(first, again)["index_first"])


def _revisions(standing: pd.DataFrame, gone: pd.DataFrame) -> dict[int, Row]:
    """Standing rows whose figure differs from the version before, with the pair of rows."""
    pairs = _pairs(standing, gone)
    older = (pairs["filed_end_other"] < pairs["filed_end"]) | (
        pairs["declared_other"] < pairs["declared"]
    )
    changed = pairs[older & ~_agree(pairs)]
    order = ["declared_other", "filed_end_other", "path_other", "cell_other"]
    latest = changed.sort_values(order, kind="stable").drop_duplicates("index_first", keep="last")
    return {pair["index_first"]: pair for pair in latest.to_dict("records")}


def _withdrawn_issues(standing: pd.DataFrame, again: pd.DataFrame) -> Iterable[Issue]:
    """Figures that a later table prints as missing: they stand, and somebody should look."""
    pairs = _pairs(standing, again)
    later = pairs["filed_end_other"] > pairs["filed_end"]
    marked = pairs["value"].notna() & pairs["value_other"].isna()
    for pair in pairs[later & marked].drop_duplicates("index_first").to_dict("records"):
        yield Issue(
            "warning",
            "figure_withdrawn",
            f"{pair['measure']} is {pair['raw']} here, but {pair['raw_other']} in the later table "
            f"{pair['path_other']} {pair['sheet_other']} {pair['cell_other']}. The figure stands.",
            pair["path"], pair["sheet"], pair["cell"], pair["raw"],
            "Ask the publisher whether the figure was withdrawn.",
        )  # fmt: skip


def _dropped_issues(replaced: pd.DataFrame, current: pd.DataFrame) -> Iterable[Issue]:
    """Figures of an older version that the newer one does not hold: one issue for each file."""
    kept = pd.MultiIndex.from_frame(current[KEY])
    dropped = replaced[~pd.MultiIndex.from_frame(replaced[KEY]).isin(kept)]
    for (path, sheet), rows in dropped.groupby(["path", "sheet"]):
        cells = rows["cell"].tolist()
        yield Issue(
            "info",
            "version_dropped",
            f"{len(cells)} figures of this older version are not in the newer one.",
            str(path), str(sheet), cells[0], str(rows["raw"].iloc[0]),
        )  # fmt: skip


def _unclear_issues(first: pd.DataFrame, again: pd.DataFrame) -> Iterable[Issue]:
    for pair in _rivals(first, again).drop_duplicates("index_first").to_dict("records"):
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
    """Which submission each replaces: the next one declared before it, of its form, office, period.

    Two versions without a later date supersede neither each other nor anything.
    """
    ordered = facts.assign(declared=pd.to_datetime(facts["declared"]).fillna(EARLIEST))
    ordered = ordered.sort_values([*VERSION, "declared", "path"])
    groups = ordered.groupby(VERSION)
    older, date = groups["submission"].shift(), groups["declared"].shift()
    strictly = date < ordered["declared"]
    return dict(zip(ordered.loc[strictly, "submission"], older[strictly], strict=True))
