"""What is hidden of small counts of people: by cases, and whatever the figures are."""

from __future__ import annotations

import pandas as pd
import pytest
from disclosure_attack import KEY, Attack, Knowledge
from hypothesis import given, settings
from hypothesis import strategies as st

from pls_analysis.disclosure.relations import CELL, Rules
from pls_analysis.disclosure.suppression import hidden_cells, suppress

THRESHOLD = 5
ABOVE = {"A": "D", "B": "D", "C": "D"}
KNOWN = Knowledge(
    ABOVE, frozenset({("aided", "stage"), ("entitled", "stage")}), frozenset({("aided", "group")}),
    frozenset({("entitled", "aided")}),
)  # fmt: skip
RULES = Rules(
    ABOVE,
    frozenset({
        ("aided", "stage", "equal"), ("entitled", "stage", "equal"), ("aided", "group", "at_most"),
    }),
    frozenset({("entitled", "aided")}),
)  # fmt: skip


def frame(*rows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    """Observations: "measure", area, part, span, value; a span is a month or `2022-01..2022-03`
    for a running total, `=2022-06` for a stock."""
    made = []
    for measure, area, part, span, value in rows:
        basis = "stock" if span.startswith("=") else "cumulative" if ".." in span else "flow"
        first, _, last = span.strip("=").partition("..")
        start, end = pd.Period(first), pd.Period(last or first)
        made.append((measure, area, part, start.start_time, end.end_time.normalize(), basis,
                     value, "", str(value)))  # fmt: skip
    return pd.DataFrame(made, columns=[*CELL, "value", "status", "raw"])


def told(hidden: pd.DataFrame) -> set[str]:
    """Hidden cells in short: area, part, last month, and + for a running total."""
    short = {"cumulative": "+", "flow": "", "stock": "="}
    return {
        f"{area} {part} {end:%m}{short[basis]}"
        for _, area, part, _, end, basis in hidden.itertuples(index=False)
    }


TOWNS = [("aided", "A", "total", "2022-01", 3), ("aided", "B", "total", "2022-01", 20),
         ("aided", "C", "total", "2022-01", 9), ("aided", "D", "total", "2022-01", 32)]  # fmt: skip
CASES = {
    "nothing small": ([("aided", "A", "total", "2022-01", 5)], set()),
    "one person": ([("aided", "A", "total", "2022-01", 1)], {"A total 01"}),
    "nobody is no person": ([("aided", "A", "total", "2022-01", 0)], set()),
    "a stock": ([("aided", "A", "total", "=2022-01", 4)], {"A total 01="}),
    "a missing figure": ([("aided", "A", "total", "2022-01", float("nan"))], set()),
    "a total would tell it: the smallest other goes": (TOWNS, {"A total 01", "C total 01"}),
    "of equals the first goes": (
        [*TOWNS[:1], ("aided", "B", "total", "2022-01", 9), TOWNS[2],
         ("aided", "D", "total", "2022-01", 21)],
        {"A total 01", "B total 01"},
    ),
    "without another but zeros the total goes": (
        [("aided", "A", "total", "2022-01", 4), ("aided", "B", "total", "2022-01", 0),
         ("aided", "D", "total", "2022-01", 4)],
        {"A total 01", "D total 01"},
    ),
    "four and four are told by eight": (
        [("aided", "A", "total", "2022-01", 4), ("aided", "B", "total", "2022-01", 4),
         ("aided", "D", "total", "2022-01", 8)],
        {"A total 01", "B total 01", "D total 01"},
    ),
    "stages add up": (
        [("aided", "D", "total", "2022-01", 40), ("aided", "D", "stage=trial", "2022-01", 2),
         ("aided", "D", "stage=other", "2022-01", 38)],
        {"D stage=trial 01", "D stage=other 01"},
    ),
    "groups that overlap tell nothing of each other": (
        [("aided", "D", "total", "2022-01", 40), ("aided", "D", "group=women", "2022-01", 35),
         ("aided", "D", "group=minors", "2022-01", 2),
         ("aided", "D", "group=elderly", "2022-01", 9)],
        {"D group=minors 01"},
    ),
    "groups that leave nobody out may be told by the total": (
        [("aided", "D", "total", "2022-01", 44), ("aided", "D", "group=women", "2022-01", 40),
         ("aided", "D", "group=minors", "2022-01", 4)],
        {"D group=minors 01", "D group=women 01"},
    ),
    "a running total would tell the first month": (
        [("aided", "A", "total", "2022-01", 3), ("aided", "A", "total", "2022-01..2022-01", 3),
         ("aided", "A", "total", "2022-02", 20), ("aided", "A", "total", "2022-01..2022-02", 23),
         ("aided", "A", "total", "2022-03", 30), ("aided", "A", "total", "2022-01..2022-03", 53)],
        {"A total 01", "A total 01+", "A total 02"},
    ),
    "a quarter would tell its month": (
        [("aided", "A", "total", "2022-01", 30), ("aided", "A", "total", "2022-02", 3),
         ("aided", "A", "total", "2022-03", 31), ("aided", "A", "total", "2022-01..2022-03", 64)],
        {"A total 02", "A total 03"},
    ),
    "months published before stay": (
        [("aided", "A", "total", "2022-01", 6), ("aided", "A", "total", "2022-02", 60),
         ("aided", "A", "total", "2022-03", 3), ("aided", "A", "total", "2022-01..2022-03", 69)],
        {"A total 03", "A total 03+"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "hidden"), CASES.values(), ids=CASES)
def test_what_is_hidden(rows, hidden):
    assert told(hidden_cells([frame(*rows)], RULES, THRESHOLD)) == hidden


def test_without_a_threshold_nothing_is_hidden():
    assert hidden_cells([frame(*TOWNS)], RULES, 1).empty
    assert hidden_cells([frame(*TOWNS)], RULES, 0).empty


def test_a_hidden_cell_keeps_its_place_and_loses_its_value_and_text():
    whole = frame(*TOWNS).assign(cell="C4")
    public = suppress(whole, hidden_cells([whole], RULES, THRESHOLD))
    assert public["status"].tolist() == ["c", "", "c", ""]
    assert public["value"].isna().tolist() == [True, False, True, False]
    assert public["raw"].tolist() == ["", "20", "", "32"]
    assert set(public["cell"]) == {"C4"}
    assert whole["value"].tolist() == [3, 20, 9, 32]


REVISIONS = {
    # first version, what changed, what is hidden after it
    "what was small stays hidden, with what went with it, and the sum that changed": (
        TOWNS, [("aided", "A", "total", "2022-01", 30), ("aided", "D", "total", "2022-01", 59)],
        {"A total 01", "C total 01", "D total 01"},
    ),
    "what becomes small goes with what was revised too, not with what readers know": (
        [("aided", "A", "total", "2022-01", 30), *TOWNS[1:3],
         ("aided", "D", "total", "2022-01", 59)],
        [("aided", "A", "total", "2022-01", 3), ("aided", "D", "total", "2022-01", 32)],
        {"A total 01", "D total 01"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("first", "changed", "hidden"), REVISIONS.values(), ids=REVISIONS)
def test_what_a_revision_hides(first, changed, hidden):
    found = hidden_cells([frame(*first), frame(*changed)], RULES, THRESHOLD)
    assert told(found) == hidden


# -- whatever the figures are ------------------------------------------------------------------

COUNTS = st.integers(0, 14)


@st.composite
def reports(draw) -> pd.DataFrame:
    """Months of three towns and their district, in stages, with running totals and a limit."""
    months = draw(st.integers(1, 4))
    rows = []
    totals: dict[tuple[str, str, str], int] = {}
    for number in range(1, months + 1):
        found: dict[tuple[str, str, str], int] = {}
        for town in "ABC":
            for stage in ("stage=one", "stage=two"):
                aided = draw(COUNTS)
                for measure, count in (("aided", aided), ("entitled", aided + draw(COUNTS))):
                    for area in (town, "D"):
                        for part in (stage, "total"):
                            key = (measure, area, part)
                            found[key] = found.get(key, 0) + count
        for key, count in found.items():
            totals[key] = totals.get(key, 0) + count
            rows.append((*key, f"2022-{number:02}", count))
            rows.append((*key, f"2022-01..2022-{number:02}", totals[key]))
    return frame(*rows)


def attacked(*published: pd.DataFrame, revised: pd.DataFrame | None = None) -> dict:
    cells = () if revised is None else revised[KEY].itertuples(index=False, name=None)
    attack = Attack(KNOWN, revised=frozenset(cells))
    for one in published:
        attack.see(one)
    return attack.recovered()


def is_small(whole: pd.DataFrame, cells) -> list:
    values = whole.set_index(KEY)["value"]
    return [cell for cell in cells if 0 < values[cell] < THRESHOLD]


@settings(max_examples=25, deadline=None)
@given(reports())
def test_no_small_count_can_be_worked_out(whole):
    public = suppress(whole, hidden_cells([whole], RULES, THRESHOLD))
    small = whole["value"].between(1, THRESHOLD - 1)
    assert public.loc[small, "value"].isna().all()
    assert public.loc[whole["value"] == 0, "value"].notna().all()
    assert is_small(whole, attacked(public)) == []


@settings(max_examples=25, deadline=None)
@given(reports())
def test_a_later_report_hides_and_publishes_what_an_earlier_one_did(whole):
    later = hidden_cells([whole], RULES, THRESHOLD)
    for end in whole["period_end"].unique():
        before = whole[whole["period_end"] <= end]
        found = hidden_cells([before], RULES, THRESHOLD)
        pd.testing.assert_frame_equal(
            found, later[later["period_end"] <= end].reset_index(drop=True)
        )


@settings(max_examples=25, deadline=None)
@given(reports(), st.data())
def test_two_versions_do_not_tell_a_small_count(whole, data):
    """A town's month is revised, with its sums; readers keep the first report."""
    town, stage = data.draw(st.sampled_from("ABC")), data.draw(st.sampled_from(["one", "two"]))
    by = data.draw(st.integers(-14, 14))
    own = (
        whole["area"].isin([town, "D"]) & whole["breakdown"].isin([f"stage={stage}", "total"])
        & (whole["period_start"] == pd.Timestamp("2022-01-01"))
    )  # fmt: skip
    revised = whole[own].assign(value=whole["value"] + by)
    if (revised["value"] < 0).any():
        return
    second = pd.concat([whole[~own], revised]).sort_index()
    first_report = suppress(whole, hidden_cells([whole], RULES, THRESHOLD))
    hidden = hidden_cells([whole, revised], RULES, THRESHOLD)
    second_report = suppress(second, hidden)
    january = [one[one["period_end"] == "2022-01-31"] for one in (whole, revised)]
    pd.testing.assert_frame_equal(
        hidden_cells(january, RULES, THRESHOLD),
        hidden[hidden["period_end"] == "2022-01-31"].reset_index(drop=True),
    )
    for known in ([second_report], [first_report[~own], second_report]):
        assert is_small(second, attacked(*known, revised=revised)) == []


def test_the_attack_succeeds_where_only_small_counts_are_hidden():
    whole = frame(*TOWNS, *CASES["a running total would tell the first month"][0][2:])
    alone = suppress(whole, hidden_cells([whole], RULES, THRESHOLD, secondary=False))
    found = attacked(alone)
    assert list(found.values()) == [3]
    assert attacked(suppress(whole, hidden_cells([whole], RULES, THRESHOLD))) == {}
