"""From a figure down to its cell, and what stands around that cell."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from openpyxl import Workbook

from pls_analysis.ingest.pipeline import ingest
from pls_analysis.periods import parse_period
from pls_analysis.project import Project, load_project
from pls_analysis.store import Store, StoreError
from pls_analysis.trace import STEP_COLUMNS, TraceError, origin, surroundings, trace, trace_row

SPEC = """\
form: town_monthly
title: 月报
sender: town
rhythm: month
match: {title: 月报}
rows: measure
columns: variant
area: office
office: [填报单位]
key: [项目]
variants: {flow: [本月], cumulative: [本年累计]}
measures:
  cases:
    unit: 件
    labels: [受理纠纷数]
    breakdown: {kind=family: [受理纠纷数/婚姻家庭]}
  visits: {unit: 人次, labels: [来访人次]}
"""
AREAS = "code,name,level,parent\n990101,测试区,district,310000\n990101001,安宁镇,town,990101\n"
FILES = {"2022-04": (3, 10), "2022-05": (4, 14)}


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An invented district with one town and two of its reports, ingested. Do not change it."""
    root = tmp_path_factory.mktemp("district") / "project"
    root.mkdir()
    (root / "pls.toml").write_text('[project]\nhome = "990101"\n', encoding="utf-8")
    (root / "config" / "forms").mkdir(parents=True)
    (root / "config" / "areas.csv").write_text(AREAS, encoding="utf-8")
    (root / "config" / "forms" / "monthly.yml").write_text(SPEC, encoding="utf-8")
    project = load_project(root)
    for month, figures in FILES.items():
        write_report(project.raw / f"{month}.xlsx", month, *figures)
    ingest(project, jobs=1)
    return root


@pytest.fixture
def project(ingested: Path, tmp_path: Path) -> Project:
    """The ingested project, copied."""
    shutil.copytree(ingested, tmp_path / "project")
    return load_project(tmp_path / "project")


def write_report(file: Path, month: str, cases: int, so_far: int) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "月报"
    year, number = month.split("-")
    for row in (
        (f"{year}年{int(number)}月月报",),
        ("填报单位：安宁镇司法所",),
        ("项目", "本月", "本年累计"),
        ("受理纠纷数", cases, so_far),
        ("来访人次", 5 * cases, 5 * so_far),
    ):
        sheet.append(row)
    file.parent.mkdir(parents=True, exist_ok=True)
    book.save(file)


def write_other_sheet(file: Path) -> None:
    book = Workbook()
    book.create_sheet("二月").append(["另一张表"])
    book.save(file)


def steps(project: Project, period: str, measure: str = "cases", **asked) -> list[dict]:
    return trace(project, measure, "990101001", parse_period(period), **asked)


def test_a_figure_of_a_month(project: Project):
    (step,) = steps(project, "2022-05")
    assert tuple(step) == STEP_COLUMNS
    assert step == step | {
        "measure": "cases", "area": "990101001", "breakdown": "total", "period": "2022-05",
        "basis": "flow", "value": 4.0, "unit": "件", "form": "town_monthly",
        "file": "2022-05.xlsx", "sheet": "月报", "cell": "B4", "raw": "4",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("period", "cells"),
    [
        pytest.param("2022-Q2", [("2022-04.xlsx", "B4"), ("2022-05.xlsx", "B4")], id="the months"),
        pytest.param("2022-01-01..2022-04-30", [("2022-04.xlsx", "C4")], id="the running total"),
    ],
)
def test_a_figure_of_a_longer_period(project: Project, period: str, cells: list):
    assert [(step["file"], step["cell"]) for step in steps(project, period)] == cells


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"period": "2021-05"}, "no figure of cases for 990101001 and 2021-05"),
        ({"period": "2021-05"}, "it holds 2022-01-01..2022-04-30 to 2022-05"),
        ({"period": "2022-05", "measure": "calls"}, "it holds none of calls for 990101001 at all"),
        ({"period": "2022-05", "breakdown": "kind=family"}, "no figure of cases"),
    ],
)
def test_no_such_figure(project: Project, asked: dict, words: str):
    with pytest.raises(TraceError) as caught:
        steps(project, **asked)
    assert words in str(caught.value)


def test_nothing_ingested(project: Project):
    (project.processed / "manifest.json").unlink()
    with pytest.raises(StoreError, match="pls ingest"):
        steps(project, "2022-05")


def test_a_row_of_a_frame(project: Project):
    frame = Store(project.processed).observations("visits", basis="flow")
    row = frame.iloc[-1]
    step = trace_row(project, row)
    assert (step["file"], step["cell"], step["raw"]) == ("2022-05.xlsx", "B5", "20")


def test_a_cell_among_the_rows_around_it(project: Project):
    around = surroundings(project, "2022-05.xlsx", "月报", "B4")
    assert around.header == ("", "A", "B", "C")
    assert around.rows == (
        ("3", "项目", "本月", "本年累计"),
        ("4", "受理纠纷数", "[4]", "14"),
        ("5", "来访人次", "20", "70"),
    )
    assert str(around).splitlines()[2].split() == ["4", "受理纠纷数", "[4]", "14"]


def test_an_origin_shows_itself(project: Project):
    frame = Store(project.processed).observations("cases", basis="flow").assign(area_name="安宁镇")
    shown = origin(project, frame.iloc[-1])
    assert str(shown).splitlines() == [
        "cases, 安宁镇 (990101001), 2022-05, total flow: 4 件",
        "  2022-05.xlsx  月报  B4  '4'",
        "       A           B     C",
        "    3  项目        本月  本年累计",
        "    4  受理纠纷数  [4]   14",
        "    5  来访人次    20    70",
    ]
    html = shown._repr_html_()
    assert "<mark>4</mark>" in html
    assert "<td>受理纠纷数</td>" in html
    (step,) = steps(project, "2022-05")
    assert origin(project, step, "安宁镇") == shown


def test_text_of_a_workbook_is_escaped(project: Project):
    book = Workbook()
    book.create_sheet("月报").append(["<script>", 1])
    book.save(project.raw / "2022-05.xlsx")
    (step,) = steps(project, "2022-05")
    html = origin(project, step | {"cell": "B1"})._repr_html_()
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


def test_of_a_range_the_first_cell_is_shown(project: Project):
    """A count of rows comes from all the cells that were looked through."""
    around = surroundings(project, "2022-05.xlsx", "月报", "B4:B5")
    assert around.cell == "B4:B5"
    assert around.rows == surroundings(project, "2022-05.xlsx", "月报", "B4").rows


def test_a_cell_in_the_first_row(project: Project):
    around = surroundings(project, "2022-05.xlsx", "月报", "A1")
    assert [row[0] for row in around.rows] == ["1", "2"]


def test_a_wide_sheet_keeps_what_says_what_a_row_is(project: Project):
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([f"c{number}" for number in range(1, 41)])
    book.save(project.raw / "wide.xlsx")
    around = surroundings(project, "wide.xlsx", "Sheet", "AD1")
    assert around.header[1:3] == ("A", "B")
    assert "AD" in around.header
    assert len(around.header) == 13


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda file: file.unlink(), "2022-05.xlsx is no longer in"),
        (lambda file: file.write_bytes(b"PK\x03\x04"), "2022-05.xlsx can no longer be read"),
        (write_other_sheet, 'has no sheet "月报" any more'),
    ],
)
def test_a_file_that_changed_since(project: Project, change, words: str):
    change(project.raw / "2022-05.xlsx")
    with pytest.raises(TraceError) as caught:
        surroundings(project, "2022-05.xlsx", "月报", "B4")
    assert words in str(caught.value)
