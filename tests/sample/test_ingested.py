"""The sample read by ingest: nothing silently wrong, every fault corrected by a rule or logged."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pls_analysis import store as store_module
from pls_analysis.ingest.pipeline import ingest
from pls_analysis.periods import parse_period
from pls_analysis.project import Project
from pls_analysis.reads import Kept
from pls_analysis.sample import SampleTruth, broken, write_corrections
from pls_analysis.store import Store

KEY = ["measure", "area", "breakdown", "period_start", "period_end", "basis"]


@pytest.fixture(scope="module")
def beside(
    made: tuple[Project, SampleTruth], tmp_path_factory: pytest.TempPathFactory
) -> tuple[pd.DataFrame, Store]:
    """Truth beside what ingest read of it with the sample's corrections declared, and the store."""
    project, truth = made
    root = tmp_path_factory.mktemp("ingested")
    shutil.copytree(project.config, root / "config")
    write_corrections(truth, root / "config" / "corrections.yml")
    ingest(replace(project, config=root / "config"), out=root / "processed", jobs=2)
    store = Store(root / "processed")
    paths = store.submissions().set_index("submission")["path"]
    read = store.observations().assign(file=lambda frame: frame["submission"].map(paths))
    right = truth.frame()
    for name in ("period_start", "period_end"):
        right[name] = pd.to_datetime(right[name])
        read[name] = pd.to_datetime(read[name])
    both = right.merge(read, on=KEY, how="outer", suffixes=("", "_read"), indicator=True)
    same = (both["value"] == both["value_read"]) | (
        both["value"].isna() & both["value_read"].isna() & (both["_merge"] == "both")
    )
    return both.assign(same=same), store


def test_a_store_says_the_same_from_its_file_and_from_memory(
    beside: tuple[pd.DataFrame, Store], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(store_module, "_OBSERVED", Kept(1))
    store = beside[1]
    whole = store.observations()
    area, measure = whole["area"].iloc[-1], whole["measure"].iloc[-1]
    asked = [
        {},
        {"area": area},
        {"measure": [measure, "nothing"], "area": [area]},
        {"measure": []},
        {"period": parse_period("2022-06"), "basis": "flow", "breakdown": "total"},
        {"area": area, "columns": ["value", "cell"]},
    ]
    from_file = [store.observations(**one) for one in asked]
    pd.testing.assert_frame_equal(store.unnoted("observations"), whole)
    assert store.file("observations") in store_module._OBSERVED
    for one, before in zip(asked, from_file, strict=True):
        pd.testing.assert_frame_equal(store.observations(**one), before)
    assert [bool(len(frame)) for frame in from_file] == [True, True, True, False, True, True]
    pairs = whole[["area", "measure"]].drop_duplicates().sort_values(["area", "measure"])
    held = store.held().sort_values(["area", "measure"])
    pd.testing.assert_frame_equal(held.reset_index(drop=True), pairs.reset_index(drop=True))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts what a process reads")
def test_of_one_area_only_its_row_groups_are_read(
    beside: tuple[pd.DataFrame, Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(store_module, "_OBSERVED", Kept(1))
    whole = beside[1].observations().head(20_000).sort_values("area", ignore_index=True)
    whole["raw"] = [f"{number * 7919 % 1_000_003:07}" for number in range(len(whole))]
    table = pa.Table.from_pandas(whole, preserve_index=False)
    pq.write_table(table, tmp_path / "o.parquet", row_group_size=1000, **store_module.PARQUET)
    manifest = {"version": "1", "files": {"observations": "o.parquet"}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    read = []
    for asked in (None, whole["area"].min()):
        before = psutil.Process().io_counters().read_chars
        assert len(Store(tmp_path).observations(area=asked))
        read.append(psutil.Process().io_counters().read_chars - before)
    assert read[1] < read[0] / 2


def test_nothing_was_read_that_is_not_there(beside: tuple[pd.DataFrame, Store]):
    assert not (beside[0]["_merge"] == "right_only").any()


def test_every_usable_figure_is_right(beside: tuple[pd.DataFrame, Store]):
    usable = beside[0][beside[0]["expected"] == "used"]
    wrong = usable[~usable["same"]]
    assert wrong[[*KEY, "raw", "value", "value_read", "file"]].to_dict("records") == []
    assert len(usable) > 15_000
    for name in ("file", "sheet", "cell", "raw", "unit", "status"):
        assert (usable[name] == usable[f"{name}_read"]).all(), name


def test_declared_corrections_mend_their_cells(beside: tuple[pd.DataFrame, Store]):
    mended = beside[0][beside[0]["expected"] == "corrected"]
    assert len(mended) > 8
    assert mended["same"].all()


def test_no_figure_is_silently_wrong(beside: tuple[pd.DataFrame, Store]):
    both, store = beside
    issues = store.issues()
    named = set(zip(issues["file"], issues["cell"], strict=True))
    doubtful = both[(both["expected"] == "logged") & (both["_merge"] == "both") & ~both["same"]]
    silent = [row for row in zip(doubtful["file"], doubtful["cell"], strict=True)
              if row not in named]  # fmt: skip
    assert silent == []


def test_planted_faults_are_logged_with_their_cell(
    made: tuple[Project, SampleTruth], beside: tuple[pd.DataFrame, Store]
):
    issues = beside[1].issues()
    issues = issues[issues["code"] != "ignored"]
    named = set(zip(issues["file"], issues["cell"], strict=True))
    files = set(issues["file"])
    for fault in made[1].faults:
        if fault.expected != "logged" or fault.kind == "local_row":
            continue
        if fault.cell and fault.kind not in ("unit_wrong", "cumulative_as_month"):
            assert (fault.file, fault.cell) in named, fault
        elif fault.kind != "two_versions":
            assert fault.file in files, fault


def test_broken_files_are_refused_each_for_its_reason(invented: Project):
    # With one spec alone: which of two is in force, a report without a month cannot say.
    (invented.config / "forms" / "town_monthly_2020.yml").unlink()
    listed = broken(invented)
    outcome = ingest(invented, jobs=1)
    issues = Store(invented.processed).issues()
    assert set(outcome.refused) == {one.path for one in listed if one.whole}
    for one in listed:
        assert one.code in set(issues.loc[issues["file"] == one.path, "code"]), one
    assert outcome.observations == 0
