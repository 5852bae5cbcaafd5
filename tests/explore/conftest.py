"""Workbooks of layouts that no form spec knows."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from pls_analysis.project import Project

# The invented district and the random forms are those of the tests of ingest.
sys.path.append(str(Path(__file__).resolve().parent.parent / "ingest"))


@pytest.fixture
def yearbook(tmp_path: Path) -> Path:
    """A yearbook's table on one sheet, hostile names and all; returns the file."""
    book = Workbook()
    sheet = book.active
    sheet.title = "2021<b>"
    rows = [
        ["3-2 各街镇调解情况（2021年）"],
        ["单位：件"],
        ["地区", "受理", None, "成功率（%）", "备注"],
        [None, "合计", "婚姻家庭", None, None],
        ["洋泾街道", 120, 40, 98.5, "<script>alert(1)</script>"],
        ["塘桥街道", 80, "约12", 97.25, None],
        ["合计", 200, 52, None, None],
        ["注：不含线上受理。"],
    ]
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("B3:C3")
    sheet.merge_cells("A3:A4")
    sheet["D6"].font = Font(strike=True)
    sheet.row_dimensions[6].hidden = True
    path = tmp_path / "年鉴.xlsx"
    book.save(path)
    return path


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory that lies in no project."""
    folder = tmp_path / "nowhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def withheld(project: Project) -> Project:
    """The repository's project without its form specs."""
    for spec in (project.config / "forms").glob("*.yml"):
        spec.unlink()
    return project
