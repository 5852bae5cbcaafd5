"""Another district adopts the suite: its own pls.toml and config, its own workbooks, to briefs.

Nothing of the package is touched, and nothing of the first district comes out.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pypdf
import pytest
from click.testing import CliRunner, Result
from drawing import draw
from projects import ROOT

import pls_analysis as pls
from pls_analysis.analysis import named_tree
from pls_analysis.areas import load_areas
from pls_analysis.cli import main
from pls_analysis.figure_traces import FigureTrace
from pls_analysis.ingest.cells import Sheet
from pls_analysis.project import Project, load_project

HERE = Path(__file__).parent
DISTRICT = "990300"
AS_OF = "2022-06"
MONTHLY = """
    | 司法所工作月报（{year}年{month}月）  | <         |
    | 填报单位：{town}司法所               |           |
    | 项目                                 | 本月      |
    | 受理纠纷                             | {disputes} |
    | 调解成功                             | {settled} |
    | 走访企业                             | {visits}  |
"""
TOWNS = {"青石镇": (20, 20, 5), "白鹭街道": (15, 12, 5), "南坡镇": (10, 10, 5)}
"""What each town files every month: disputes accepted, settled, visits."""
LEFT_BLANK = ("南坡镇", 2022, 3)
"""Whose visits of one month were not filled in."""
STRENGTH = {
    "2021年下半年": """
    | 各镇法律服务力量半年报（2021年下半年） | <    | <      |
    | 镇街     | 律师 | 工作站 |
    | 青石镇   | 8    | 1      |
    | 白鹭街道 | 6    | 0      |
    | 南坡镇   | 4    | 0      |
    | 合计     | 18   | 1      |
    """,
    "2022年上半年": """
    | 各镇法律服务力量半年报（2022年上半年） | <    | <      |
    | 镇街     | 律师 | 工作站 |
    | 青石镇   | 11   | 1      |
    | 白鹭街道 | 8    | 0      |
    | 南坡镇   | 4    | 0      |
    | 合计     | 23   | 1      |
    """,
}
OF_THE_FIRST_DISTRICT = re.compile("浦东|Pudong|310115|潍坊", re.IGNORECASE)


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The district's project with its workbooks as they came, before anything is read."""
    root = tmp_path_factory.mktemp("adopted") / "yunhu"
    shutil.copytree(HERE, root, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    ignored = shutil.ignore_patterns(".ipynb_checkpoints")
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=ignored)
    project = load_project(root)
    for year, month in [(2021, month) for month in range(1, 13)] + [
        (2022, month) for month in range(1, 7)
    ]:
        for town, (disputes, settled, visits) in TOWNS.items():
            made = "" if (town, year, month) == LEFT_BLANK else visits
            picture = MONTHLY.format(
                town=town, year=year, month=month, disputes=disputes, settled=settled, visits=made
            )
            save(project.raw / f"{year}-{month:02}" / f"{town}.xlsx", draw(picture, "月报"))
    for half, picture in STRENGTH.items():
        save(project.raw / f"力量{half}.xlsx", draw(picture, "力量"))
    return project


def save(file: Path, drawn: Sheet) -> None:
    """Write a drawn sheet as a workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = drawn.name
    for cell in drawn.cells.values():
        sheet.cell(cell.row, cell.col, cell.value)
    for span in drawn.merges:
        sheet.merge_cells(
            start_row=span.first_row, start_column=span.first_col,
            end_row=span.last_row, end_column=span.last_col,
        )  # fmt: skip
    file.parent.mkdir(parents=True, exist_ok=True)
    book.save(file)


def call(*words: str) -> Result:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture(scope="module")
def ingested(adopted: Project) -> Project:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLS_PROJECT", str(adopted.root))
        said = call("ingest", "--jobs", "2").stdout
    assert "files: 56 read, 0 unchanged, 0 duplicate, 0 superseded, 0 refused" in said
    assert "issues: 0 errors, 0 warnings" in said
    return adopted


@pytest.fixture
def project(ingested: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("PLS_PROJECT", str(ingested.root))
    return ingested


@pytest.mark.parametrize(
    ("area", "target", "status", "value", "required"),
    [
        # 45 cases a month, 181 of 365 days over.
        (DISTRICT, "dispute_cases", "on_track", 270, 500 * 181 / 365),
        (DISTRICT, "settled_rate", "off_track", 100 * 42 / 45, 95),
        # 85 are known; the month left blank could hold the rest.
        (DISTRICT, "enterprise_visits", "no_data", 85, 200 * 181 / 365),
        (DISTRICT, "lawyers", "met", 23, 20),
        # One town of three had a station at the start, and has one still.
        (DISTRICT, "town_stations", "off_track", 100 / 3, (1 + 2 * 181 / 365) * 100 / 3),
        ("青石镇", "settled_rate", "on_track", 100, 95),
        ("白鹭街道", "settled_rate", "off_track", 80, 95),
        ("青石镇", "town_stations", "met", 1, 1),
        ("南坡镇", "town_stations", "off_track", 0, 181 / 365),
    ],
)
def test_its_targets_are_judged(
    project: Project, area: str, target: str, status: str, value: float, required: float
):
    [row] = pls.assess(AS_OF, area=area, indicator=target).to_dict("records")
    assert row["status"] == status
    assert row["value"] == pytest.approx(value)
    assert row["required"] == pytest.approx(required)


def test_a_town_is_told_only_what_is_a_towns(project: Project):
    assert list(pls.assess(AS_OF, area="南坡镇")["target"]) == ["settled_rate", "town_stations"]
    assert len(pls.assess(AS_OF)) == 5


def test_its_figures_lead_to_its_cells(project: Project):
    asked = ("trace", "enterprise_visits", "--area", DISTRICT, "--period", "2022-Q1", "--json")
    steps = json.loads(call(*asked).stdout)
    assert [one["raw"] for one in steps if one["file"]] == ["5"] * 8
    [missing] = [one for one in steps if not one["file"]]
    assert (missing["area"], missing["period"]) == ("990300003", "2022-03")
    found = pls.trace(pls.assess(AS_OF, indicator="lawyers").iloc[0])
    assert isinstance(found, FigureTrace)
    assert [(one["cell"], one["raw"]) for one in found.steps] == [
        ("B3", "11"), ("B4", "8"), ("B5", "4"),
    ]  # fmt: skip
    assert {one["file"] for one in found.steps} == {"力量2022年上半年.xlsx"}


def texts(folder: Path) -> dict[str, str]:
    """What stands in each file of the reports, that of a PDF as its text."""
    found = {}
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = file.relative_to(folder).as_posix()
        if file.suffix == ".pdf":
            reader = pypdf.PdfReader(file)
            pages = [page.extract_text() for page in reader.pages]
            found[name] = "\n".join([*pages, str(reader.metadata)])
        elif file.suffix == ".xlsx":
            with zipfile.ZipFile(file) as book:
                found[name] = "\n".join(book.read(part).decode("utf-8") for part in book.namelist())
        else:
            found[name] = file.read_text(encoding="utf-8")
    return found


@pytest.mark.slow
def test_its_reports_are_made_and_are_its_own(project: Project):
    """Every report that its pls.toml lists, of every area of its level, in every format."""
    for asked in (("--lang", "zh"), ("--lang", "en", "--areas", "990300001")):
        assert " 0 failed" in call("run", "all", "--period", AS_OF, "--jobs", "2", *asked).stdout
    made = texts(project.reports_dir / AS_OF)
    expected = set(names_of_reports(project))
    assert expected <= made.keys()
    assert {name for name, text in made.items() if OF_THE_FIRST_DISTRICT.search(text)} == set()
    for name in expected:
        org = "Yunhu Bureau of Justice" if ".en." in name else "云湖区司法局"
        assert org in made[name], name
        code = Path(name).name.split("-")[0]
        tree = named_tree(project, "en" if ".en." in name else "zh")
        assert tree[code].name in made[name], name


def names_of_reports(project: Project) -> Iterator[str]:
    tree = load_areas(project)
    assert project.reports
    for report in project.reports.values():
        for area in [tree[project.home], *tree.descendants(project.home)]:
            if area.level == report.level:
                for lang in ("zh", "en") if area.code == "990300001" else ("zh",):
                    stem = f"{report.notebook}/{area.code}-{area.name}.{lang}"
                    yield from (f"{stem}.{kind}" for kind in ("html", "pdf", "xlsx"))
