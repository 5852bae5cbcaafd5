"""Bad input, by name: the file is refused or its cell logged, and the rest goes on."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import msoffcrypto
import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from places import district, report

import pls_analysis
from pls_analysis.ingest.pipeline import IngestError, Outcome, ingest
from pls_analysis.project import Project
from pls_analysis.store import Store

GOOD = "塘桥镇.xlsx"


@pytest.fixture
def place(tmp_path: Path) -> Project:
    """An invented district with one form and one good report."""
    project = district(tmp_path)
    report(project.raw / GOOD, office="塘桥镇")
    return project


def as_bytes(file: Path) -> bytes:
    content = report(file).read_bytes()
    file.unlink()
    return content


def cut_off(content: bytes) -> bytes:
    return content[: len(content) // 2]


def locked(content: bytes) -> bytes:
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt("a password of their own", target)
    return target.getvalue()


def outcome_and_issues(project: Project) -> tuple[Outcome, dict[str, list]]:
    outcome = ingest(project, jobs=1)
    issues: dict[str, list] = {}
    for issue in Store(project.processed).issues().itertuples():
        issues.setdefault(str(issue.code), []).append(issue)
    return outcome, issues


def assert_the_rest_went_on(project: Project) -> None:
    rows = Store(project.processed).observations(measure="accepted", area="990102")
    assert set(rows.loc[rows["basis"] == "flow", "value"]) == {10, 4, 6}


REFUSED: dict[str, tuple[str, Callable[[bytes], bytes], str, str]] = {
    "an empty file": ("空.xlsx", lambda _: b"", "empty_file", "empty"),
    "not a spreadsheet": ("通知.xlsx", lambda _: b"hello " * 99, "not_a_spreadsheet", "text"),
    "a truncated zip": ("下载.xlsx", cut_off, "truncated_zip", "cut off"),
    "a password": ("加密.xlsx", locked, "password", "password"),
}


@pytest.mark.parametrize(("name", "spoil", "code", "word"), REFUSED.values(), ids=list(REFUSED))
def test_a_refused_file_is_named_and_the_rest_goes_on(
    place: Project, tmp_path: Path, name: str, spoil: Callable, code: str, word: str
) -> None:
    (place.raw / name).write_bytes(spoil(as_bytes(tmp_path / "good.xlsx")))
    outcome, issues = outcome_and_issues(place)
    assert outcome.refused == [name]
    assert outcome.newly_refused == [name]
    (issue,) = issues[code]
    assert issue.file == name
    assert issue.severity == "error"
    assert word in issue.message
    assert issue.remedy
    assert_the_rest_went_on(place)
    again, _ = outcome_and_issues(place)
    assert again.newly_refused == []


def test_a_workbook_under_a_wrong_extension_is_read_and_said(place: Project) -> None:
    report(place.raw / "柳荫.xlsx").rename(place.raw / "柳荫.xls")
    outcome, issues = outcome_and_issues(place)
    assert outcome.refused == []
    assert [issue.file for issue in issues["wrong_extension"]] == ["柳荫.xls"]
    rows = Store(place.processed).observations(measure="accepted", area="990101")
    assert len(rows) == 6


def test_excels_default_password_opens_without_being_asked(place: Project, tmp_path: Path) -> None:
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(as_bytes(tmp_path / "g.xlsx"))).encrypt("VelvetSweatshop", target)
    (place.raw / "柳荫.xlsx").write_bytes(target.getvalue())
    assert msoffcrypto.OfficeFile(target).is_encrypted()
    outcome, _ = outcome_and_issues(place)
    assert outcome.refused == []
    assert outcome.read == 2


CELLS = {
    "an approximate figure": ({"accepted": "约12"}, "not_a_number", "C4", "约12"),
    "an error value": ({"accepted": "#N/A"}, "error_value", "C4", "#N/A"),
    "a formula without cached value": ({"accepted": "=1+1"}, "formula_without_value", "C4", ""),
    "damaged by scanning": ({"rate": "99·5 9%"}, "not_a_number", "C7", "99·5 9%"),
    "a share where per cent belongs": ({"rate": 0.985}, "out_of_range", "C7", "0.985"),
    "a footnote": ({"accepted": "(1)"}, "not_a_number", "C4", "(1)"),
    "a total that is not the sum": ({"accepted": 11}, "parts_mismatch", "C4", "11"),
    "an unknown heading": ({"extra": "新增项目"}, "measure_unknown", "C8", "3.5"),
}


@pytest.mark.parametrize(("changed", "code", "cell", "raw"), CELLS.values(), ids=list(CELLS))
def test_a_cell_that_cannot_be_used_is_logged_with_its_place(
    place: Project, changed: dict, code: str, cell: str, raw: str
) -> None:
    report(place.raw / "柳荫.xlsx", **changed)
    outcome, issues = outcome_and_issues(place)
    found = [issue for issue in issues.get(code, []) if issue.cell == cell]
    assert found, f"no {code} at {cell} among {sorted(issues)}"
    assert (found[0].file, found[0].raw) == ("柳荫.xlsx", raw)
    assert outcome.refused == []
    assert outcome.cells_used + outcome.cells_logged == outcome.cells
    assert_the_rest_went_on(place)


RATES = {
    "98.5 as it stands": {"rate": 98.5},
    "0.985 under a per cent format": {"rate": 0.985, "number_format": "0.0%"},
    "the text 98.5%": {"rate": "98.5%"},
    "full-width digits": {"rate": "９８．５"},
}


@pytest.mark.parametrize("spelling", RATES.values(), ids=list(RATES))
def test_a_rate_is_the_same_however_it_is_spelt(place: Project, spelling: dict) -> None:
    report(place.raw / "柳荫.xlsx", **spelling)
    ingest(place, jobs=1)
    rows = Store(place.processed).observations(measure="success_rate", area="990101")
    (value,) = rows.loc[rows["basis"] == "flow", "value"]
    assert value == pytest.approx(98.5)


@pytest.mark.parametrize(
    ("changed", "code", "word"),
    [
        ({"office": "唐桥镇"}, "area_unknown", "塘桥镇"),
        ({"period": ""}, "period_missing", "2022年6月"),
    ],
    ids=["an unknown town", "a month missing from the title"],
)
def test_a_report_that_cannot_be_placed_is_logged_whole(
    place: Project, changed: dict, code: str, word: str
) -> None:
    report(place.raw / "柳荫.xlsx", **changed)
    outcome, issues = outcome_and_issues(place)
    (issue,) = issues[code]
    assert word in issue.message + issue.remedy
    assert Store(place.processed).observations(area="990101").empty
    assert outcome.cells_used + outcome.cells_logged == outcome.cells
    assert_the_rest_went_on(place)


def test_the_same_file_twice_is_read_once(place: Project) -> None:
    file = report(place.raw / "柳荫.xlsx")
    (place.raw / "柳荫(1).xlsx").write_bytes(file.read_bytes())
    outcome, issues = outcome_and_issues(place)
    assert outcome.duplicate == 1
    assert "柳荫(1).xlsx" in issues["duplicate_file"][0].message


def test_the_same_office_twice_the_newest_declared_stands(place: Project) -> None:
    report(place.raw / "柳荫.xlsx", accepted=10)
    report(place.raw / "柳荫-改.xlsx", accepted=12, declared="2022年7月9日")
    outcome, issues = outcome_and_issues(place)
    assert outcome.superseded == 1
    store = Store(place.processed)
    rows = store.observations(measure="accepted", area="990101", basis="flow", breakdown="total")
    assert rows["value"].tolist() == [12]
    assert rows["status"].tolist() == ["r"]
    assert issues["revised"][0].cell == "C4"
    assert 10 in store.superseded()["value"].to_list()
    filed = store.submissions().set_index("path")
    assert filed.loc["柳荫-改.xlsx", "supersedes"] == filed.loc["柳荫.xlsx", "submission"]


def test_sample_and_real_files_together_stop_the_run(place: Project) -> None:
    ingest(place, jobs=1)
    version = Store(place.processed).manifest["version"]
    report(place.raw / "样例.xlsx", note="合成数据·仅供演示")
    with pytest.raises(IngestError, match="pls sample --remove"):
        ingest(place, jobs=1)
    assert Store(place.processed).manifest["version"] == version


def test_a_declared_correction_replaces_the_cell_and_keeps_what_it_said(place: Project) -> None:
    report(place.raw / "柳荫.xlsx", accepted="约12")
    entry = {
        "file": "柳荫.xlsx", "sheet": "Sheet", "cell": "C4", "expected": "约12", "value": 12,
        "reason": "电话核实", "decided_by": "李四",
    }  # fmt: skip
    lines = "\n".join(f"  {key}: {value}" for key, value in entry.items())
    file = place.config / "corrections.yml"
    file.write_text(f"-{lines[1:]}\n", encoding="utf-8")
    _, issues = outcome_and_issues(place)
    rows = Store(place.processed).observations(area="990101", basis="flow", breakdown="total")
    row = rows[rows["measure"] == "accepted"].iloc[0]
    assert (row["value"], row["raw"]) == (12, "约12")
    assert "李四" in issues["corrected"][0].message
    report(place.raw / "柳荫.xlsx", accepted=12)
    with pytest.raises(IngestError, match="expected '约12', but the cell holds '12'"):
        ingest(place, jobs=1)


def test_only_new_and_changed_files_are_read_and_the_store_is_the_same(place: Project) -> None:
    report(place.raw / "柳荫.xlsx")
    first = ingest(place, jobs=1)
    assert (first.read, first.unchanged) == (2, 0)
    again = ingest(place, jobs=1)
    assert (again.read, again.unchanged, again.version) == (0, 2, first.version)
    report(place.raw / "柳荫.xlsx", accepted=11)
    third = ingest(place, jobs=1)
    assert (third.read, third.unchanged) == (1, 1)
    assert third.version != first.version
    (place.raw / "柳荫.xlsx").unlink()
    ingest(place, jobs=1)
    assert Store(place.processed).observations(area="990101").empty


def test_an_incremental_run_gives_the_bytes_of_a_fresh_one(place: Project, tmp_path: Path) -> None:
    for month in range(1, 6):
        period = f"（2022年{month}月）"
        report(place.raw / f"柳荫{month}.xlsx", period=period, accepted=10 + month)
    report(
        place.raw / "柳荫5-改.xlsx", period="（2022年5月）", accepted="…", declared="2022年7月9日"
    )
    ingest(place, jobs=1)
    (place.raw / "柳荫2.xlsx").unlink()
    (place.raw / "柳荫5-改.xlsx").unlink()
    (place.raw / "柳荫3.xlsx").rename(place.raw / "改名.xlsx")
    (place.raw / "副本.xlsx").write_bytes((place.raw / "柳荫4.xlsx").read_bytes())
    report(
        place.raw / "柳荫1-改.xlsx", period="（2022年1月）", accepted=99, declared="2022年7月9日"
    )
    assert ingest(place, jobs=1).unchanged > 0
    fresh = tmp_path / "fresh"
    ingest(place, out=fresh, jobs=1)
    files = [Store(folder).manifest["files"] for folder in (place.processed, fresh)]
    assert files[0] == files[1]


def test_a_reader_that_dies_or_hangs_fails_alone(
    place: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workbook that makes its worker exit, by way of a reader made to do so for its name."""
    from pls_analysis.ingest import workers

    report(place.raw / "死.xlsx")
    report(place.raw / "挂.xlsx")
    files = [(place.raw / name, name) for name in ("挂.xlsx", "死.xlsx", GOOD)]
    monkeypatch.setattr(workers, "_read", _read_or_break)
    found = list(workers.read_files(place, files, 1, lambda: None, seconds=4))
    assert [(one.path, one.outcome) for one in found] == [
        ("挂.xlsx", "refused"), ("死.xlsx", "refused"), (GOOD, "read"),
    ]  # fmt: skip
    assert [one.issues[0].code for one in found[:2]] == ["reader_hung", "reader_died"]


def _read_or_break(file: Path, path: str):
    import os
    import time

    from pls_analysis.ingest import workers

    if path.startswith("死"):
        os._exit(9)
    if path.startswith("挂"):
        time.sleep(60)
    return workers.read_file(file, path, workers._state["context"])


def test_an_interrupted_run_leaves_the_old_store_whole(
    place: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ingest(place, jobs=1)
    report(place.raw / "柳荫.xlsx")
    replace = Path.replace

    def die_before_the_manifest(self: Path, target: Path) -> Path:
        if target.name == "manifest.json":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", die_before_the_manifest)
    with pytest.raises(KeyboardInterrupt):
        ingest(place, jobs=1)
    monkeypatch.undo()
    store = Store(place.processed)
    assert store.manifest["version"] == first.version
    assert store.observations(area="990101").empty


def test_a_zip_that_is_no_workbook(place: Project) -> None:
    with zipfile.ZipFile(place.raw / "照片.xlsx", "w") as archive:
        archive.writestr("a.jpg", b"x")
    outcome, _ = outcome_and_issues(place)
    assert outcome.refused == ["照片.xlsx"]
    assert_the_rest_went_on(place)


CODE = re.compile(r'(?:"(?:error|warning)",|code, wh\w+ =|(?:_refuse|Unusable)\()\s*"([a-z_]+)"')


def test_whatever_is_logged_against_figures_has_its_words_for_readers() -> None:
    """A brief names the errors and warnings of its area's own reports."""
    package = Path(pls_analysis.__file__).parent
    texts = [file.read_text(encoding="utf-8") for file in (package / "ingest").rglob("*.py")]
    codes = {code for text in texts for code in CODE.findall(text)} - {"uncached"}
    assert {"struck", "hidden_figures", "form_unknown", "period_missing"} <= codes
    words = (package / "data" / "messages" / "en.yml").read_text(encoding="utf-8")
    assert sorted(code for code in codes if f"\nissue.{code}:" not in words) == []
