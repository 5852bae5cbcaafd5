"""Hard files, by name: what becomes of each, and that the rest of a batch goes on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import broken_files as broken
import hard_files as hard
import pytest
from places import district, report

from pls_analysis.ingest import workers
from pls_analysis.ingest.gate import Refused, inspect
from pls_analysis.ingest.pipeline import ingest
from pls_analysis.ingest.readers import read_workbook
from pls_analysis.project import Project
from pls_analysis.store import Store

TOWN = "990101"
OTHER_TOWN = "990103"


@pytest.fixture
def place(tmp_path: Path) -> Project:
    """The invented district with one good report."""
    project = district(tmp_path)
    report(project.raw / "塘桥镇.xlsx", office="塘桥镇")
    return project


def put(project: Project, name: str, content: bytes) -> None:
    (project.raw / name).write_bytes(content)


def issues(project: Project, name: str) -> dict[str, list]:
    found: dict[str, list] = {}
    for issue in Store(project.processed).issues().itertuples():
        if issue.file == name:
            found.setdefault(str(issue.code), []).append(issue)
    return found


def accepted(project: Project, area: str, basis: str = "flow") -> dict[tuple[int, str], float]:
    """Figures of the cases accepted, by month and breakdown."""
    rows = Store(project.processed).observations(measure="accepted", area=area, basis=basis)
    keys = zip(rows["period_end"].dt.month, rows["breakdown"], strict=True)
    return dict(zip(keys, rows["value"], strict=True))


def assert_good_report_stands(project: Project) -> None:
    assert accepted(project, "990102") == {
        (6, "total"): 10, (6, "kind=family"): 4, (6, "kind=other"): 6
    }  # fmt: skip


# -- a whole folder of them ---------------------------------------------------------------------


def test_a_folder_of_hard_files_and_a_good_one(place: Project) -> None:
    """Each is read or refused by name; the good report stands; no cell is lost."""
    for name, make in (hard.READ | hard.READ_OTHERS).items():
        put(place, name, make())
    for name, (make, _) in hard.REFUSED.items():
        put(place, name, make())
    for name, content in hard.IGNORED.items():
        put(place, name, content)
    outcome = ingest(place, jobs=2)
    store = Store(place.processed)
    refused = {name: list(issues(place, name)) for name in outcome.refused}
    assert refused == {name: [code] for name, (_, code) in hard.REFUSED.items()}
    files = store.files()
    assert set(files["path"]) == {
        "塘桥镇.xlsx", *hard.READ, *hard.READ_OTHERS, *hard.REFUSED
    }  # fmt: skip
    read = files[files["outcome"] == "read"]
    assert (read["cells"] == read["used"] + read["logged"]).all()
    assert_good_report_stands(place)
    months = {month for month, _ in accepted(place, TOWN)}
    assert months == {*range(1, 13)}
    said = store.issues()
    of_refused = said[said["file"].isin(outcome.refused)]
    assert (of_refused["severity"] == "error").all()
    assert of_refused["message"].str.match(r"[A-Z].*\.$").all()
    assert of_refused["remedy"].str.match(r"[A-Z].*\.$").all()


# -- read, and what is said of it ---------------------------------------------------------------

WHOLE = {"total": 10, "kind=family": 4, "kind=other": 6}
NO_TOTAL = {"kind=family": 4, "kind=other": 6}
SAID: dict[str, tuple[dict[str, int], str, str, str, str]] = {
    "WPS的尺寸写A1.xlsx": (WHOLE, "", "", "", ""),
    "WPS的图片.xlsx": (WHOLE, "picture", "info", "G4", "G4: pictures (WPS DISPIMG)"),
    "最后一格.xlsx": (WHOLE, "unplaced", "warning", "XFD1048576", "no table"),
    "整表合并.xlsx": (WHOLE, "", "", "", ""),
    "划掉的数.xlsx": (NO_TOTAL, "struck", "error", "C4", "10 is crossed out"),
    "划掉一半.xlsx": (NO_TOTAL, "struck", "error", "C4", "1210 is crossed out"),
    "划掉的行名.xlsx": (WHOLE, "struck_text", "warning", "A4", "A4: crossed-out text"),
    "隐藏的行.xlsx": (WHOLE, "hidden_figures", "warning", "C4", "6 in hidden row 4–5, row 7"),
    "隐藏的列.xlsx": (WHOLE, "hidden_figures", "warning", "D4", "5 in hidden column D"),
    "隐藏的表.xlsx": (WHOLE, "hidden_sheet", "warning", "C4", "10 figures"),
    "三百张表.xlsx": (WHOLE, "", "", "", ""),
    "宏.xlsm": (WHOLE, "macros", "info", "", "were not run"),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_a_hard_file_is_read_and_said(place: Project, name: str) -> None:
    figures, code, severity, cell, words = SAID[name]
    put(place, name, hard.READ[name]())
    outcome = ingest(place, jobs=1)
    assert outcome.refused == []
    month = list(hard.READ).index(name) + 1
    assert accepted(place, TOWN) == {(month, part): value for part, value in figures.items()}
    found = issues(place, name)
    if code:
        (issue,) = found[code]
        assert (issue.severity, issue.cell) == (severity, cell)
        assert words in issue.message
        assert issue.remedy or code == "unplaced"
    aside = {"ignored", "parts_mismatch", "cumulative_mismatch"}
    if name in ("隐藏的表.xlsx", "三百张表.xlsx"):
        aside.add("unplaced")  # what stands on the other sheets
    assert found.keys() <= {code, *aside}


def test_other_formats_and_odd_contents(place: Project) -> None:
    for name in ("WPS.et", "WPS新.et", "开放文档.ods", "结构保护.xlsx", "半个字符.xlsx"):
        put(place, name, hard.READ_OTHERS[name]())
    assert ingest(place, jobs=1).refused == []
    totals = {month for month, part in accepted(place, OTHER_TOWN) if part == "total"}
    assert totals == {2, 3, 4, 5, 7}
    assert "wrong_extension" in issues(place, "WPS新.et")
    assert "wrong_extension" not in issues(place, "WPS.et") | issues(place, "开放文档.ods")


def test_links_to_other_workbooks_are_said_and_infinite_figures_are_none(place: Project) -> None:
    for name in ("外部链接.xlsx", "无穷大.xlsx"):
        put(place, name, hard.READ_OTHERS[name]())
    ingest(place, jobs=1)
    (issue,) = issues(place, "外部链接.xlsx")["external_links"]
    assert issue.severity == "info"
    assert [one.cell for one in issues(place, "无穷大.xlsx")["error_value"]] == ["C7"]


def test_a_crossed_out_figure_counts_in_no_kind_of_file(tmp_path: Path) -> None:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("a")
    old, new = xlwt.easyfont("struck_out on"), xlwt.easyfont("")
    sheet.write_rich_text(0, 0, [("12", old), ("10", new)])
    sheet.write(0, 1, "10")
    book.save(tmp_path / "a.xls")
    page = "<table><tr><td><s>12</s>10</td><td>10</td></tr></table>"
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    inline = (
        b'<row r="9"><c r="A9" t="inlineStr"><is><r><rPr><strike/></rPr><t>12</t></r><r><t>10</t>'
        b'</r></is></c><c r="B9" t="inlineStr"><is><r><rPr><strike val="0"/></rPr><t>10</t></r>'
        b"</is></c></row>"
    )
    (tmp_path / "a.xlsx").write_bytes(broken.with_rows(inline))
    for name in ("a.xls", "a.html", "a.xlsx"):
        (found,) = read_workbook(tmp_path / name, inspect(tmp_path / name))
        struck = {cell.raw: cell.struck for cell in found.cells.values() if cell.raw.endswith("10")}
        assert struck == {"1210": True, "10": False}, name


# -- what stops a reader ------------------------------------------------------------------------

ENDS = {
    "自杀.xlsx": "reader_died",
    "中止.xlsx": "reader_died",
    "退出.xlsx": "reader_died",
    "挂起.xlsx": "reader_hung",
    "吃内存.xlsx": "reader_out_of_memory",
    "出错.xlsx": "reader_failed",
}


def _read_or_end(file: Path, path: str):
    ends: dict[str, Callable[[], Any]] = {
        "自杀": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "中止": os.abort,
        "退出": lambda: os._exit(9),
        "挂起": lambda: time.sleep(60),
        "吃内存": lambda: bytearray(workers.BYTES_PER_WORKER),
        "出错": lambda: {}["x"],
    }
    end = ends.get(file.stem)
    if end is None:
        return workers.read_file(file, path, workers._state["context"])
    return workers.guarded(path, end)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows knows no memory limits of processes")
def test_whatever_ends_a_reader_the_other_files_are_read(
    place: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [(place.raw / name, name) for name in (*ENDS, "塘桥镇.xlsx")]
    monkeypatch.setattr(workers, "_read", _read_or_end)
    found = list(workers.read_files(place, files, 1, lambda: None, seconds=4))
    assert found[-1].outcome == "read"
    assert len(found[-1].observed) == 10
    assert {one.path: one.issues[0].code for one in found[:-1]} == ENDS
    assert all(one.outcome == "refused" and one.issues[0].remedy for one in found[:-1])
    failed = next(one.issues[0] for one in found if one.path == "出错.xlsx")
    assert "KeyError in test_hard_files.py line" in failed.message


def test_a_file_that_the_system_keeps_shut_is_named_and_tried_again(
    place: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(place.raw / "柳荫.xlsx")
    report(place.raw / "宣桥镇.xlsx", office="宣桥镇")
    opened = Path.open

    def shut(self: Path, *args, **kwargs):
        if self.name in ("柳荫.xlsx", "宣桥镇.xlsx"):
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", shut)
    outcome = ingest(place, jobs=1)
    assert sorted(outcome.refused) == ["宣桥镇.xlsx", "柳荫.xlsx"]
    (issue,) = issues(place, "柳荫.xlsx")["unreadable"]
    assert "Permission denied" in issue.message
    assert_good_report_stands(place)
    monkeypatch.undo()
    assert ingest(place, jobs=1).refused == []
    assert accepted(place, TOWN)


def test_a_file_that_the_worker_may_not_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Close it where it is open") as caught:
        inspect(tmp_path / "gone.xlsx")
    assert caught.value.code == "unreadable"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no names of other encodings")
def test_a_name_in_another_encoding_is_refused_with_the_name_meant(place: Project) -> None:
    name = os.fsencode(place.raw) + b"/" + "柳荫.xlsx".encode("gb18030")
    Path(os.fsdecode(name)).write_bytes(hard.good(1))
    outcome = ingest(place, jobs=1)
    assert outcome.refused == ["柳荫.xlsx"]
    assert "Rename" in issues(place, "柳荫.xlsx")["bad_name"][0].remedy
    assert_good_report_stands(place)


# -- size ---------------------------------------------------------------------------------------


def test_a_sheet_of_a_million_rows_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "百万行.xlsx"
    file.write_bytes(hard.million_rows())
    with pytest.raises(Refused) as caught:
        read_workbook(file, inspect(file))
    assert caught.value.code == "too_big"
    assert caught.value.message.startswith("Sheet Sheet goes beyond 2,000,000 cells")
    assert "split it" in caught.value.remedy


@pytest.mark.parametrize("name", ["a.csv", "a.html", "a.xls", "a.ods", "a.xlsx"])
def test_every_kind_of_file_has_the_same_limit(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pls_analysis.ingest.readers import delimited, html, ods, xls, xlsx

    for module in (delimited, html, ods, xls, xlsx):
        monkeypatch.setattr(module, "MOST_CELLS", 20)
    content = hard.good(1)
    kinds = {
        "a.csv": "\n".join(["a,b,c"] * 9).encode(),
        "a.html": ("<table>" + "<tr><td>a</td><td>b</td><td>c</td></tr>" * 9).encode(),
        "a.xls": hard.as_xls(content),
        "a.ods": hard.as_open_document(content),
        "a.xlsx": content,
    }
    file = tmp_path / name
    file.write_bytes(kinds[name])
    with pytest.raises(Refused) as caught:
        read_workbook(file, inspect(file))
    assert caught.value.code == "too_big"


def test_a_sheet_full_of_cells_without_a_place_is_one_issue(place: Project) -> None:
    def fill(sheet: Any) -> None:
        other = sheet.parent.create_sheet("通讯录")
        for row in range(1, 150):
            other.append(["张三", f"电话{row}"])

    put(place, "通讯录.xlsx", hard.edited(1, fill))
    ingest(place, jobs=1)
    (issue,) = issues(place, "通讯录.xlsx")["unplaced"]
    assert "A1:B149, 298 in all" in issue.message
