"""The files of a sample and its truth agree to the cell, and every fault is there."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from openpyxl import load_workbook

from pls_analysis.configs import ConfigError
from pls_analysis.project import Project
from pls_analysis.sample import SampleTruth, generate, write_corrections, write_truth
from pls_analysis.sample.files import is_synthetic
from pls_analysis.sample.pages import MARK
from pls_analysis.sample.settings import load_settings
from pls_analysis.sample.workbooks import PROPERTY

RAW = {
    "damaged": r"\d+·\d\d %",
    "full_width": "[０-９]+",
    "trailing_more": r"\d+0余",
    "approximate": r"约\d+",
    "range": r"\d+-\d+",
    "word": "无",
    "bad_grouping": r"\d{1,2},\d\d",
    "inner_blank": r"\d+ \d",
    "grouped_text": r"\d{1,3}(,\d{3})+",
    "own_unit": r"\d+(件|人|人次|次|场|小时|万元)",
    "footnote": r"\(1\)",
    "missing_mark": "暂缺|—|…|不适用",
    "percent_fraction": r"0\.\d+|1",
    "percent_text": r"\d+\.\d\d%",
    "truncated_rate": r"\d+(\.\d)?",
    "error_value": "#N/A",
    "formula_without_value": "",
}
USED = {
    "unit_scale", "full_width", "grouped_text", "text_number", "own_unit", "missing_mark",
    "percent_fraction", "percent_text", "truncated_rate", "revision",
}  # fmt: skip


def digests(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(invented: Project, tmp_path: Path):
    for name in ("one", "two"):
        generate(invented, tmp_path / name, seed=5, start="2021-01", until="2021-02")
    generate(invented, tmp_path / "other", seed=6, start="2021-01", until="2021-02")
    one, two, other = (digests(tmp_path / name) for name in ("one", "two", "other"))
    assert one == two
    assert one != other


def test_every_town_files_every_month(made: tuple[Project, SampleTruth]):
    project, truth = made
    faults = Counter(fault.kind for fault in truth.faults if not fault.cell)
    extra = faults["revision"] + faults["two_versions"] + faults["duplicate_file"]
    assert len(truth.files) == 8 * 30 - faults["missing_report"] + extra
    assert all((project.raw / path).is_file() for path in truth.files)
    assert len(set(truth.files)) == len(truth.files)


def test_every_file_says_that_it_is_synthetic(made: tuple[Project, SampleTruth]):
    project, truth = made
    for path in truth.files[::17]:
        book = load_workbook(project.raw / path)
        sheet = book.worksheets[0]
        assert book.custom_doc_props[PROPERTY].value == str(truth.seed)  # type: ignore[attr-defined]
        assert any(cell.value == MARK for row in sheet.iter_rows() for cell in row)
        assert is_synthetic(project.raw / path)


def test_every_cell_of_the_truth_holds_what_it_says(made: tuple[Project, SampleTruth]):
    project, truth = made
    by_file: dict[str, list] = {}
    for row in truth.rows:
        by_file.setdefault(row.file, []).append(row)
    for path, rows in by_file.items():
        book = load_workbook(project.raw / path, data_only=True)
        for row in rows:
            held = book[row.sheet][row.cell].value
            assert ("" if held is None else str(held)) == row.raw, (path, row)


def test_keys_stand_once_and_clean_cells_say_their_value(made: tuple[Project, SampleTruth]):
    frame = made[1].frame()
    key = ["measure", "area", "breakdown", "period_start", "period_end", "basis"]
    assert not frame.duplicated(key).any()
    clean = frame[(frame["fault"] == "") & (frame["status"] == "")]
    assert (clean["raw"].astype(float) == clean["value"]).all()
    assert (frame["fault"] == "").mean() > 0.95


def test_every_kind_of_fault_is_planted(made: tuple[Project, SampleTruth]):
    kinds = {fault.kind for fault in made[1].faults}
    settings = load_settings(made[0].config / "sample" / "town_monthly.yml")
    assert kinds >= set(settings.faults)


def test_faults_look_as_they_should(made: tuple[Project, SampleTruth]):
    seen = set()
    for row in made[1].rows:
        if row.fault in RAW:
            seen.add(row.fault)
            assert re.fullmatch(RAW[row.fault], row.raw), row
        if row.fault in USED:
            assert row.expected == "used", row
        elif row.fault and row.fault != "cumulative_as_month":
            assert row.expected in ("logged", "corrected"), row
    assert seen == set(RAW)


def test_some_faults_can_be_mended(made: tuple[Project, SampleTruth], tmp_path: Path):
    project, truth = made
    write_corrections(truth, tmp_path / "corrections.yml")
    entries = yaml.safe_load((tmp_path / "corrections.yml").read_text(encoding="utf-8"))
    assert len(entries) == len(truth.corrections) > 8
    right = {(row.file, row.cell): row for row in truth.rows}
    for entry in entries:
        book = load_workbook(project.raw / entry["file"], data_only=True)
        assert str(book[entry["sheet"]][entry["cell"]].value) == entry["expected"]
        row = right.get((entry["file"], entry["cell"]))
        if row is not None:
            assert (row.expected, row.value) == ("corrected", float(entry["value"]))
        else:
            assert (entry["expected"], entry["value"]) in (("万件", "件"), ("万人次", "人次"))


def test_both_the_mended_and_the_unmended_are_there(made: tuple[Project, SampleTruth]):
    outcomes: dict[str, set[str]] = {}
    for row in made[1].rows:
        outcomes.setdefault(row.fault, set()).add(row.expected)
    assert {"corrected"} <= outcomes["damaged"] | outcomes["approximate"] | outcomes["sum_off"]
    assert outcomes["range"] == {"logged"}


def test_a_duplicate_is_the_same_file_under_another_name(made: tuple[Project, SampleTruth]):
    project, truth = made
    copies = [fault.file for fault in truth.faults if fault.kind == "duplicate_file"]
    everything = Counter(digests(project.raw).values())
    assert copies
    for path in copies:
        digest = hashlib.sha256((project.raw / path).read_bytes()).hexdigest()
        assert everything[digest] == 2
        assert not any(row.file == path for row in truth.rows)


def test_a_missing_report_has_no_file_and_no_truth(made: tuple[Project, SampleTruth]):
    project, truth = made
    missing = [fault.file for fault in truth.faults if fault.kind == "missing_report"]
    assert missing
    assert not any((project.raw / path).exists() for path in missing)
    assert not {row.file for row in truth.rows} & set(missing)


def test_a_revision_is_declared_later_and_differs(made: tuple[Project, SampleTruth]):
    project, truth = made
    flashes = [fault.file for fault in truth.faults if fault.expected == "superseded"]
    assert flashes
    for path in flashes:
        final = path.replace("（快报）", "")
        first, last = (declared(project.raw / file) for file in (path, final))
        assert first < last
        assert any(row.file == final and row.status == "r" for row in truth.rows)


def declared(file: Path) -> tuple[int, ...]:
    sheet = load_workbook(file).worksheets[0]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    found = re.search(r"报出日期：(\d+)年(\d+)月(\d+)日", "".join(texts))
    assert found
    return tuple(map(int, found.groups()))


def test_offices_keep_their_own_layout(made: tuple[Project, SampleTruth]):
    cells: dict[str, set[str]] = {}
    for row in made[1].rows:
        if row.measure == "mediation_accepted" and row.breakdown == "total":
            cells.setdefault(row.area, set()).add(re.sub(r"\d", "", row.cell))
    assert all(len(columns) == 2 for columns in cells.values())
    assert len({tuple(sorted(columns)) for columns in cells.values()}) > 1


def test_marks_for_nothing_are_kept_apart(made: tuple[Project, SampleTruth]):
    frame = made[1].frame()
    marked = frame[frame["status"].isin(["z", "x", "k"])]
    assert marked["value"].isna().all()
    assert not frame.loc[frame["status"] == "", "value"].isna().any()
    assert (frame["value"] == 0).any()


def test_the_truth_is_written_as_csv(made: tuple[Project, SampleTruth], tmp_path: Path):
    rows, faults = write_truth(made[1], tmp_path / "truth.csv")
    lines = rows.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("measure,area,subject,breakdown,period_start,period_end,basis,value")
    assert len(lines) == len(made[1].rows) + 1
    assert faults.name == "truth-faults.csv"
    assert len(faults.read_text(encoding="utf-8").splitlines()) == len(made[1].faults) + 1
    assert not any(math.isnan(row.value) and not row.status for row in made[1].rows)


def test_progress_is_told(invented: Project):
    seen: list[tuple[int, int]] = []
    generate(invented, start="2022-01", until="2022-01", progress=lambda *at: seen.append(at))
    assert seen[-1][0] == seen[-1][1] == len(seen)


def test_a_range_upside_down_is_refused(invented: Project):
    with pytest.raises(ValueError, match="give the earlier one first"):
        generate(invented, start="2022-06", until="2022-01")


def test_a_town_without_committees_is_named(invented: Project):
    file = invented.config / "areas.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",6,3", ",,"), encoding="utf-8")
    with pytest.raises(ConfigError, match="440199104 云桥镇: village_committees"):
        generate(invented, start="2022-01", until="2022-01")
