"""Which of several figures stands, over drawn lists of observations and submissions."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from places import forms

from pls_analysis.ingest.consistency import check
from pls_analysis.ingest.submissions import settle
from pls_analysis.observations import COLUMNS, KEY


def filed(*rows: tuple[str, str, str, str | None]) -> pd.DataFrame:
    """Submissions: id, month filed for, path, declared date."""
    return pd.DataFrame(
        [
            {
                "submission": name, "form": "monthly", "office": "990101", "path": path,
                "period_start": pd.Timestamp(f"{month}-01"),
                "period_end": pd.Timestamp(f"{month}-01") + pd.offsets.MonthEnd(),
                "declared": pd.Timestamp(declared) if declared else pd.NaT,
            }
            for name, month, path, declared in rows
        ]
    )  # fmt: skip


def observed(*rows: tuple[str, str, float, str], measure: str = "accepted", basis: str = "flow"):
    """Observations: submission, month, value, cell."""
    return pd.DataFrame(
        [
            {
                "measure": measure, "area": "990101", "subject": "", "breakdown": "total",
                "period_start": pd.Timestamp(f"{month[:4]}-01-01")
                if basis == "cumulative"
                else pd.Timestamp(f"{month}-01"),
                "period_end": pd.Timestamp(f"{month}-01") + pd.offsets.MonthEnd(), "basis": basis,
                "value": value, "unit": "件", "status": "", "form": "monthly",
                "submission": submission, "sheet": "Sheet1", "cell": cell, "raw": f"{value:g}",
            }
            for submission, month, value, cell in rows
        ],
        columns=COLUMNS,
    )  # fmt: skip


def test_the_newest_declared_version_stands_as_a_whole() -> None:
    rows = observed(("flash", "2022-06", 10, "C4"), ("flash", "2022-06", 7, "C9"))
    rows.loc[1, "measure"] = "only_in_flash"
    rows = pd.concat([rows, observed(("final", "2022-06", 12, "C4"))], ignore_index=True)
    subs = filed(
        ("flash", "2022-06", "a.xlsx", "2022-07-01"), ("final", "2022-06", "b.xlsx", "2022-07-09")
    )
    settled = settle(rows, subs, {"monthly"})
    assert settled.standing[["measure", "value", "status"]].to_numpy().tolist() == [
        ["accepted", 12, "r"]
    ]
    assert set(settled.superseded["submission"]) == {"flash"}
    assert settled.supersedes == {"final": "flash"}
    revised, dropped = settled.issues
    assert (revised.code, revised.file, revised.cell) == ("revised", "b.xlsx", "C4")
    assert "was 10 in a.xlsx" in revised.message
    assert (dropped.code, dropped.file, dropped.cell) == ("version_dropped", "a.xlsx", "C9")


def test_a_declared_version_beats_an_undated_one() -> None:
    rows = observed(("undated", "2022-06", 10, "C4"), ("dated", "2022-06", 11, "C4"))
    subs = filed(
        ("undated", "2022-06", "a.xlsx", None), ("dated", "2022-06", "b.xlsx", "2022-07-09")
    )
    assert settle(rows, subs, {"monthly"}).standing["value"].tolist() == [11]


def test_two_versions_of_which_none_is_newer_are_both_withheld_where_they_differ() -> None:
    rows = observed(
        ("a", "2022-06", 10, "C4"), ("b", "2022-06", 11, "C4"), ("a", "2022-06", 5, "C9"),
        ("b", "2022-06", 5, "C9"),
    )  # fmt: skip
    rows.loc[2:, "measure"] = "equal"
    subs = filed(("a", "2022-06", "a.xlsx", None), ("b", "2022-06", "b.xlsx", None))
    settled = settle(rows, subs, {"monthly"})
    assert settled.standing[["measure", "value"]].to_numpy().tolist() == [["equal", 5]]
    assert len(settled.superseded) == 3
    (issue,) = settled.issues
    assert (issue.severity, issue.code) == ("error", "version_unclear")
    assert "b.xlsx Sheet1 C4" in issue.message


def test_a_figure_printed_again_a_year_later_stands_as_last_printed() -> None:
    rows = observed(("y1", "2021-12", 10, "D4"), ("y2", "2021-12", 13, "C4"))
    subs = filed(("y1", "2021-12", "book.xlsx", None), ("y2", "2022-12", "book.xlsx", None))
    settled = settle(rows, subs, {"monthly"})
    assert settled.standing["value"].tolist() == [13]
    assert settled.standing["status"].tolist() == ["r"]


def test_tables_over_many_areas_replace_each_other_figure_by_figure() -> None:
    rows = observed(("old", "2022-06", 10, "C4"), ("new", "2022-06", 7, "C4"))
    rows.loc[1, "area"] = "990102"
    subs = filed(
        ("old", "2022-06", "a.xlsx", "2022-07-01"), ("new", "2022-06", "b.xlsx", "2022-07-09")
    )
    settled = settle(rows, subs)
    assert sorted(settled.standing["value"]) == [7, 10]


def test_a_mark_in_a_later_table_does_not_displace_a_figure() -> None:
    rows = observed(("y1", "2021-12", 10, "D4"), ("y2", "2021-12", float("nan"), "C4"))
    rows.loc[1, ["status", "raw"]] = ["k", "…"]
    subs = filed(("y1", "2021-12", "book.xlsx", None), ("y2", "2022-12", "book.xlsx", None))
    settled = settle(rows, subs)
    assert settled.standing["value"].tolist() == [10]
    assert [issue.code for issue in settled.issues] == ["figure_withdrawn"]


SHORTER = [  # (value, printed) in this year's table, in the next; what stands, its status
    ((47_651, "47651"), (48_000, "4.8"), 47_651, ""),
    ((48_000, "4.8"), (47_651, "47651"), 47_651, ""),
    ((47_651, "47651"), (49_000, "4.9"), 49_000, "r"),
    ((48_000, "4.8"), (49_000, "4.9"), 49_000, "r"),
    ((3, "3"), (4, "4"), 4, "r"),
]


@pytest.mark.parametrize(("this_year", "next_year", "stands", "status"), SHORTER)
def test_the_same_figure_in_fewer_digits_is_no_revision(
    this_year: tuple[float, str], next_year: tuple[float, str], stands: float, status: str
) -> None:
    rows = observed(("y1", "2021-12", this_year[0], "D4"), ("y2", "2021-12", next_year[0], "C4"))
    rows["raw"] = [this_year[1], next_year[1]]
    subs = filed(("y1", "2021-12", "book.xlsx", None), ("y2", "2022-12", "book.xlsx", None))
    settled = settle(rows, subs)
    assert settled.standing[["value", "status"]].to_numpy().tolist() == [[stands, status]]
    assert len(settled.superseded) == 1
    assert [issue.code for issue in settled.issues] == ["revised"] * (status == "r")


def test_two_copies_of_one_table_may_print_a_figure_in_more_or_fewer_digits() -> None:
    rows = observed(("a", "2021-12", 48_000, "C4"), ("b", "2021-12", 47_651, "C4"))
    rows["raw"] = ["4.8", "47651"]
    subs = filed(("a", "2021-12", "a.xlsx", None), ("b", "2021-12", "b.xlsx", None))
    settled = settle(rows, subs)
    assert settled.standing["value"].tolist() == [47_651]
    assert settled.issues == []


def test_the_version_just_before_is_named_whatever_the_order_of_the_rows() -> None:
    names = ["a", "b", "c"]
    days = ["2022-07-01", "2022-07-05", "2022-07-09"]
    subs = filed(*[(n, "2022-06", f"{n}.xlsx", day) for n, day in zip(names, days, strict=True)])
    rows = observed(*[(name, "2022-06", n, "C4") for n, name in enumerate(names, 1)])
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
        (issue,) = settle(rows.loc[order].reset_index(drop=True), subs, {"monthly"}).issues
        assert "was 2 in b.xlsx" in issue.message


def test_nothing_is_lost_and_no_key_stands_twice() -> None:
    rows = observed(*[(name, "2022-06", n, "C4") for n, name in enumerate("abc")])
    subs = filed(*[(name, "2022-06", f"{name}.xlsx", None) for name in "abc"])
    settled = settle(rows, subs, {"monthly"})
    assert len(settled.standing) + len(settled.superseded) == len(rows)
    assert not settled.standing.duplicated(KEY).any()


MONTHS = ["2022-01", "2022-02", "2022-03"]
RUNNING = {
    "months that add up": ([5, 6, 7], [5, 11, 18], set()),
    "a month off": ([5, 6, 9], [5, 11, 18], {"cumulative_mismatch"}),
    "a running total that falls": (
        [5, 6, 7], [5, 11, 10], {"cumulative_falls", "cumulative_mismatch"},
    ),
    "the running total in the month's column": ([5, 11, 7], [5, 11, 18], {"cumulative_as_month"}),
    "january is its own running total": ([5], [5], set()),
}  # fmt: skip


@pytest.mark.parametrize(("flow", "total", "codes"), RUNNING.values(), ids=list(RUNNING))
def test_months_against_running_totals(flow: list, total: list, codes: set[str]) -> None:
    subs = filed(*[(month, month, f"{month}.xlsx", None) for month in MONTHS])
    months = MONTHS[: len(flow)]
    rows = pd.concat(
        [
            observed(*[(m, m, v, "C4") for m, v in zip(months, flow, strict=True)]),
            observed(
                *[(m, m, v, "D4") for m, v in zip(months, total, strict=True)], basis="cumulative"
            ),
        ],
        ignore_index=True,
    )
    checked = check(rows, (), subs)
    assert {issue.code for issue in checked.issues} == codes
    assert all(issue.file.startswith("2022-") and issue.cell for issue in checked.issues)
    withheld = 1 if "cumulative_as_month" in codes else 0
    assert len(checked.withheld) == withheld
    assert len(checked.standing) == len(rows) - withheld


RELATIONS = [  # relation, whole, its four parts, whether the check fails
    (
        "equal",
        "222.7",
        ["86.1", "40.8", "18.4", "77.2"],
        False,
    ),  # 222.5: five figures, each rounded
    ("equal", "222.8", ["86.1", "40.8", "18.4", "77.2"], True),
    ("equal", "223", ["86", "41", "18", "77"], True),  # counts printed in full
    ("at_least", "223", ["86", "41", "18", "77"], False),
    ("at_least", "221", ["86", "41", "18", "77"], True),
    ("at_most", "221", ["86", "41", "18", "77"], False),  # parts that overlap
    ("at_most", "222", ["86", "41", "18", "77"], False),
    ("at_most", "223", ["86", "41", "18", "77"], True),
]


@pytest.mark.parametrize(("relation", "whole", "parts", "fails"), RELATIONS)
def test_parts_stand_in_their_relation_to_the_whole(
    tmp_path: Path, relation: str, whole: str, parts: list[str], fails: bool
) -> None:
    spec = """
        form: monthly
        rhythm: month
        match: {title: 月报}
        rows: measure
        columns: variant
        area: scope
        variants: {flow: [本月]}
        measures:
          accepted:
            unit: 件
            labels: [受理]
            breakdown: {kind=a: [甲], kind=b: [乙], kind=c: [丙], kind=d: [丁]}
        checks:
          - {whole: accepted, parts: kind, relation: RELATION}
    """.replace("RELATION", relation)
    rows = observed(*[("a", "2022-06", float(one), "C4") for one in (whole, *parts)])
    rows["raw"] = [whole, *parts]
    rows["breakdown"] = ["total", "kind=a", "kind=b", "kind=c", "kind=d"]
    checked = check(rows, forms(tmp_path, monthly=spec), filed(("a", "2022-06", "a.xlsx", None)))
    assert [issue.code for issue in checked.issues] == ["parts_mismatch"] * fails
