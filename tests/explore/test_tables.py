"""`tables(path)`: any workbook as one tidy frame, without a project and without a form spec."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from drawing import draw

import pls_analysis as pls
from pls_analysis.explore import tidy
from pls_analysis.ingest.inspection import Refused
from pls_analysis.ingest.layout import detect


def rows(picture: str) -> list[dict]:
    layout = detect(draw(picture))
    return [
        dict(zip(tidy.COLUMNS, row, strict=True))
        for number, table in enumerate(layout.tables, 1)
        for row in tidy._table_rows(layout, number, table)
    ]


def test_a_workbook_outside_any_project_becomes_one_tidy_frame(yearbook: Path, nowhere: Path):
    frame = pls.tables(yearbook)
    assert list(frame.columns) == list(tidy.COLUMNS)
    assert frame["value"].dtype == "float64"
    first = frame.iloc[0].to_dict()
    assert first | {"title": ""} == {
        "sheet": "2021<b>", "table": 1, "title": "", "period": "2021", "key": "洋泾街道",
        "heading": "受理/合计", "value": 120.0, "unit": "件", "note": "", "cell": "B5",
        "raw": "120",
    }  # fmt: skip
    assert first["title"] == "3-2 各街镇调解情况(2021年)"
    assert frame.loc[frame["heading"] == "成功率", "unit"].unique().tolist() == ["%"]


def test_what_is_no_safe_figure_says_why(yearbook: Path):
    frame = pls.tables(yearbook).set_index("cell")
    assert frame.loc["C6", "value"] != frame.loc["C6", "value"]
    assert frame.loc["C6", "raw"] == "约12"
    assert "approximate" in frame.loc["C6", "note"]
    assert frame.loc["D6", "note"] == "is crossed out; hidden"
    assert frame.loc["B6", "note"] == "hidden"


CASES = [
    pytest.param(
        """
        | 人口 | < | < |
        | 地区 | 2020年 | 2021年 |
        | 柳荫街道 | 10 | 20 |
        | 塘桥镇 | 11 | 21 |
        """,
        [("柳荫街道", "2020年", "2020", 10.0, ""), ("柳荫街道", "2021年", "2021", 20.0, "")],
        id="the period of a heading goes before that of the title",
    ),
    pytest.param(
        """
        | 2022年6月报表 | < | < |
        | 单位：件 | | |
        | 项目 | 本月 | 同比（%） |
        | 受理数 | 12 | 3.5 |
        | 调解成功率 | 98 | 1 |
        """,
        [("受理数", "本月", "2022-06", 12.0, "件"), ("受理数", "同比", "2022-06", 3.5, "%"),
         ("调解成功率", "本月", "2022-06", 98.0, "")],
        id="the table's unit is not that of a rate",
    ),
    pytest.param(
        """
        | 项目 | 数量（万件） |
        | 受理数 | 1.2万 |
        | 办结数 | 1.5 |
        | 其他 | — |
        """,
        [("受理数", "数量", "", None, "万件"), ("办结数", "数量", "", 1.5, "万件"),
         ("其他", "数量", "", None, "万件")],
        id="two scales are not multiplied, and a mark is not zero",
    ),
    pytest.param(
        """
        | Court | Cases open |
        | Kingston upon Thames | 12 |
        | Leeds | 9 |
        """,
        [("Kingston upon Thames", "Cases open", "", 12.0, "")],
        id="labels without Chinese keep their blanks",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("picture", "wanted"), CASES)
def test_each_figure_has_its_labels_period_and_unit(picture: str, wanted: list[tuple]):
    found = {
        (one["key"], one["heading"]): (one["period"], one["value"], one["unit"])
        for one in rows(picture)
    }
    for key, heading, period, value, unit in wanted:
        said = found[key, heading]
        assert (said[0], said[2]) == (period, unit)
        assert said[1] == value or (value is None and said[1] != said[1])


def test_a_bad_file_is_refused_with_the_words_of_ingest(tmp_path: Path):
    bad = tmp_path / "报表.xlsx"
    bad.write_bytes(b"%PDF-1.7 nothing to see")
    with pytest.raises(Refused, match="PDF document, not a spreadsheet"):
        pls.tables(bad)
    with pytest.raises(Refused, match="no file"):
        pls.tables(tmp_path / "absent.xlsx")


def _hang(path: Path) -> None:
    import time

    time.sleep(60)


def test_a_file_that_hangs_its_reader_is_refused_and_the_caller_lives(yearbook: Path):
    from pls_analysis.ingest.workers import in_worker

    with pytest.raises(Refused, match="more than 1 seconds"):
        in_worker(_hang, yearbook, seconds=1)


def test_a_script_needs_no_main_guard(yearbook: Path, tmp_path: Path):
    script = tmp_path / "monday.py"
    script.write_text(
        f"import pls_analysis as pls\nprint(len(pls.tables({str(yearbook)!r})))\n", encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, check=False, encoding="utf-8",
        cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "8"), done.stderr[-800:]


def test_every_figure_of_the_real_yearbooks_has_its_place(real: Path):
    for file in sorted((real / "guangdong-city-yearbooks").iterdir()):
        frame = pls.tables(file)
        assert not frame.duplicated(["sheet", "cell"]).any()
        assert (frame["period"] != "").all()
        assert (frame["key"] != "").all()
        assert (frame["value"].notna() | (frame["note"] != "")).all()
