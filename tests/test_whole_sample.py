"""The whole sample: every figure of every form read right or logged, and shown by the notebooks."""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd
import pytest
from openpyxl.utils.cell import rows_from_range
from projects import ROOT
from test_notebooks import run_nbval

from pls_analysis.ingest.forms import load_forms
from pls_analysis.policies import Standing, assess
from pls_analysis.project import Project
from pls_analysis.sample import SampleTruth
from pls_analysis.store import Store

KEY = ["measure", "area", "subject", "breakdown", "period_start", "period_end", "basis"]
FORMS = sorted({one.id for one in load_forms(ROOT / "config" / "forms")})
STATUSES = {"met", "on_track", "off_track", "missed", "not_due", "no_data", "too_few", "monitored"}
AS_OF = dt.date(2022, 6, 30)
RANGE = re.compile(r"[A-Z]+\d+:[A-Z]+\d+")

pytestmark = pytest.mark.slow


def cells_named(issues: pd.DataFrame) -> set[tuple[str, str, str]]:
    """File, sheet and cell of all that issues name, ranges too; "" where a whole sheet is."""
    columns = (issues[name] for name in ("file", "sheet", "cell", "message"))
    found = set()
    for file, sheet, cell, message in zip(*columns, strict=True):
        found.add((file, sheet, cell))
        for span in RANGE.findall(message):
            found |= {(file, sheet, one) for row in rows_from_range(span) for one in row}
    return found


@pytest.fixture(scope="module")
def beside(whole_sample: tuple[Project, SampleTruth]) -> pd.DataFrame:
    """Truth beside what was read of it: whether it is `right`, and whether an issue names it."""
    project, truth = whole_sample
    store = Store(project.processed)
    paths = store.submissions().set_index("submission")["path"]
    read = store.observations()
    read = read.assign(
        file=read["submission"].map(paths).astype(object), subject=read["subject"].fillna("")
    )
    right = truth.frame()
    for name in ("period_start", "period_end"):
        right[name], read[name] = pd.to_datetime(right[name]), pd.to_datetime(read[name])
    both = right.merge(read, on=KEY, how="outer", suffixes=("", "_read"), indicator=True)
    missing = both["value"].isna() & both["value_read"].isna() & (both["_merge"] == "both")
    named = cells_named(store.issues())
    places = zip(both["file"], both["sheet"], both["cell"], strict=True)
    return both.assign(
        right=(both["value"] == both["value_read"]) | missing,
        logged=[bool({place, (*place[:2], ""), (place[0], "", "")} & named) for place in places],
        form=both["form"].fillna(both["form_read"]),
    )


@pytest.mark.parametrize("form", FORMS)
def test_every_figure_is_right_or_logged(beside: pd.DataFrame, form: str):
    mine = beside[beside["form"] == form]
    assert not (mine["_merge"] == "right_only").any()
    usable = mine[mine["expected"] == "used"]
    assert (
        usable.loc[~usable["right"], [*KEY, "raw", "value_read", "file"]].to_dict("records") == []
    )
    for name in ("file", "sheet", "cell", "raw", "unit", "status"):
        same = usable[name].astype(str) == usable[f"{name}_read"].astype(str)
        assert usable.loc[~same, [*KEY, name, f"{name}_read"]].to_dict("records") == []
    wrong = mine[~mine["right"]]
    assert wrong.loc[~wrong["logged"], [*KEY, "raw", "file", "cell"]].to_dict("records") == []
    counts = {"right": int(mine["right"].sum()), "logged": len(wrong), "silently wrong": 0}
    print(f"{form}: " + ", ".join(f"{number:,} {word}" for word, number in counts.items()))


def test_every_verdict_occurs(whole_sample: tuple[Project, SampleTruth], monkeypatch):
    monkeypatch.setenv("PLS_PROJECT", str(whole_sample[0].root))
    assert set(assess(as_of=AS_OF)["status"]) == STATUSES


def test_a_share_of_the_whole_is_drawn_as_it_is_judged(whole_sample: tuple[Project, SampleTruth]):
    standing = Standing(whole_sample[0], AS_OF)
    [judged] = standing.of(whole_sample[0].home, ["lawyer_city_share"])
    last = standing.figures("lawyer_city_share", whole_sample[0].home)[-1]
    assert judged.value is not None
    assert (float(last.value or 0), last.end) == (pytest.approx(judged.value), judged.end)
    assert 0 < judged.value < 100


def test_committed_notebooks_show_the_sample(whole_sample: tuple[Project, SampleTruth]):
    done = run_nbval(ROOT / "notebooks", whole_sample[0])
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
