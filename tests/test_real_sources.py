"""Real published workbooks through the example projects: every table read, known errors named.

The workbooks are nobody's to commit: the tests read them where they lie and skip where they don't.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlrd
from openpyxl import load_workbook
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from projects import ROOT

from pls_analysis.areas import AmbiguousArea, UnknownArea
from pls_analysis.ingest.pipeline import ingest
from pls_analysis.ingest.workers import load_context
from pls_analysis.project import load_project
from pls_analysis.store import Store


def ingested(example: str, source: Path, target: Path) -> Store:
    """A copy of an example project with its data, ingested."""
    if not source.is_dir():
        pytest.skip(f"no real workbooks in {source}")
    shutil.copytree(ROOT / "examples" / example, target)
    project = load_project(target)
    project.raw.mkdir(parents=True)
    for file in source.iterdir():
        shutil.copy(file, project.raw)
    outcome = ingest(project, jobs=2)
    assert outcome.refused == []
    assert outcome.cells_used + outcome.cells_logged == outcome.cells
    return Store(project.processed)


@pytest.fixture(scope="module")
def guangdong(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("guangdong") / "project"
    return ingested("guangdong-yearbooks", real / "guangdong-city-yearbooks", folder)


@pytest.fixture(scope="module")
def shanghai(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("shanghai") / "project"
    return ingested("shanghai-yearbook", real / "shanghai-yearbook-2012", folder)


WRONG_DIGITS = [
    ("惠州", "2012", "B4", "467004", "4,674,004"),
    ("惠州", "2009", "C15", "727591", "736,591"),
    ("惠州", "2010", "B20", "13168", "23,168"),
    ("揭阳", "2017", "E17", "12415", "9,415"),
    ("揭阳", "2010", "C11", "163227", "160,227"),
]


@pytest.mark.parametrize(("city", "sheet", "cell", "printed", "proposed"), WRONG_DIGITS)
def test_wrong_digits_of_the_yearbooks_are_named(
    guangdong: Store, city: str, sheet: str, cell: str, printed: str, proposed: str
) -> None:
    issues = guangdong.issues()
    found = issues[
        (issues["code"] == "sum_mismatch")
        & issues["file"].str.contains(city)
        & (issues["sheet"] == sheet)
        & (issues["cell"] == cell)
    ]
    assert len(found) == 1
    assert found["raw"].iloc[0].strip() == printed
    assert f"should be {proposed}" in found["message"].iloc[0]


# City, measure, districts with a figure in each year of the yearbooks.
DISTRICT_YEARS = [
    ("440100", "births", 2008, 2022, {2008: 12, 2014: 12, 2016: 11, 2022: 11}),
    ("440600", "registered_population", 2005, 2018, dict.fromkeys(range(2005, 2019), 5)),
    ("440400", "registered_population", 2008, 2022, dict.fromkeys(range(2008, 2023), 3)),
    ("441300", "births", 2009, 2022, dict.fromkeys(range(2009, 2023), 7)),
    ("445200", "registered_population", 2008, 2022, {2008: 9, 2015: 9, 2022: 5}),
]


@pytest.mark.parametrize(("city", "measure", "first", "last", "counts"), DISTRICT_YEARS)
def test_every_district_year_is_there(
    guangdong: Store, city: str, measure: str, first: int, last: int, counts: dict[int, int]
) -> None:
    rows = guangdong.observations(measure=measure, breakdown="total")
    rows = rows[rows["area"].str.startswith(city[:4]) & (rows["area"] != city)]
    by_year = rows.groupby(rows["period_end"].dt.year)["area"].nunique()
    assert {year: by_year.get(year) for year in counts} == counts
    absent = {2015} if city == "440100" else set()  # another table was printed that year
    assert set(range(first, last + 1)) - set(by_year.index) == absent


KNOWN = [  # read off the sheets by eye
    ("440105", "births", "2022", 7613, "人"),
    ("440112", "births", "2008", 2111, "人"),  # printed 211 1
    ("440604", "resident_population", "2018", 1_184_000, "人"),
    ("440600", "resident_population", "2017", 7_656_700, "人"),
    ("445202", "registered_population", "2022", 1_018_200, "人"),
    ("441302", "births", "2017", 22_000, "人"),
    ("440402", "death_rate", "2022", 2.07, "‰"),
]


@pytest.mark.parametrize(("area", "measure", "year", "value", "unit"), KNOWN)
def test_known_figures(
    guangdong: Store, area: str, measure: str, year: str, value: float, unit: str
) -> None:
    rows = guangdong.observations(measure=measure, area=area, breakdown="total")
    row = rows[rows["period_end"] == f"{year}-12-31"]
    assert row[["value", "unit"]].to_numpy().tolist() == [[pytest.approx(value), unit]]


def test_damaged_figures_of_the_yearbooks_are_not_used(guangdong: Store) -> None:
    issues = guangdong.issues()
    damaged = issues[issues["code"] == "not_a_number"]
    assert "1,24" in damaged["raw"].to_list()
    assert issues[issues["code"] == "repaired"]["file"].str.contains("广州").all()


def test_the_shanghai_tables_are_read_whole(shanghai: Store) -> None:
    files = shanghai.files()
    assert len(files) == 16
    assert (files["logged"].sum() / files["cells"].sum()) < 0.01
    rows = shanghai.observations(breakdown="total")
    assert rows.groupby("form")["area"].nunique().min() >= 10
    pudong = rows[(rows["area"] == "310115") & (rows["measure"] == "resident_population")]
    assert pudong["value"].tolist() == [5_263_900]


def test_a_district_that_is_no_more_is_not_taken_for_another(shanghai: Store) -> None:
    """The yearbook prints 南汇区, gone since 2009, in the place of 青浦区."""
    issues = shanghai.issues()
    found = issues[issues["code"] == "area_unknown"]
    assert found["file"].tolist() == ["C0208.xls"]
    assert "南汇区" in found["message"].iloc[0]
    births = shanghai.observations(measure="births")
    assert not {"310118", "310119"} & set(births["area"])


def test_missing_marks_stay_apart_from_zero(shanghai: Store) -> None:
    kinds = shanghai.observations(measure="residential_floor_area")
    assert set(kinds.loc[kinds["value"].isna(), "status"]) == {"k"}


def sheets_as_stored(file: Path) -> Iterator[tuple[str, dict[Any, Any]]]:
    """The cells of a workbook by the plain libraries: nothing of the package's own reading."""
    if file.suffix == ".xls":
        for sheet in xlrd.open_workbook(str(file)).sheets():
            places = [(row, col) for row in range(sheet.nrows) for col in range(sheet.ncols)]
            yield sheet.name, {(r + 1, c + 1): sheet.cell_value(r, c) for r, c in places}
        return
    for sheet in load_workbook(file, data_only=True):
        yield sheet.title, {(c.row, c.column): c.value for row in sheet.iter_rows() for c in row}


def own_names(cells: dict[Any, Any], row: int, col: int, area: str) -> list[str]:
    """What stands at the left of a figure, or above it: each text, and the last two as one."""
    places = [(row, left) for left in range(1, col)] if area == "rows" else [
        (above, col) for above in range(1, row)
    ]  # fmt: skip
    texts = ["".join(text.split()) for at in places if isinstance(text := cells.get(at), str)]
    names = [text for text in texts if text and not re.search(r"\d", text)]
    return ["".join(names[-2:]), *names]


@pytest.mark.parametrize(("example", "figures"), [("guangdong", 7_229), ("shanghai", 1_699)])
def test_every_figure_stands_beside_its_own_areas_name(
    example: str, figures: int, request: pytest.FixtureRequest
) -> None:
    """Nobody's tidy tables of these yearbooks are at hand: this reads the names of areas anew."""
    store: Store = request.getfixturevalue(example)
    project = load_project(store.path.parent.parent)
    context = load_context(project)
    forms = {form.id: form for form in context.forms}
    path = store.submissions().set_index("submission")["path"]
    stored = {(file.name, name): cells for file in project.raw.iterdir()
              for name, cells in sheets_as_stored(file)}  # fmt: skip
    rows = pd.concat([store.observations(), store.superseded()]).to_dict("records")
    assert len(rows) == figures
    for row in rows:
        form = forms[row["form"]]
        column, line = coordinate_from_string(row["cell"])
        names = own_names(stored[path[row["submission"]], row["sheet"]], line,
                          column_index_from_string(column), form.area)  # fmt: skip
        found = []
        for name in names:
            try:
                code = form.areas.find([name]) or context.areas.resolve(
                    name, within=form.scope, at=row["period_end"].date()
                ).code  # fmt: skip
            except (UnknownArea, AmbiguousArea):
                continue
            found.append(code)
        assert (found or [form.scope])[0] == row["area"], (row["cell"], names)


def test_a_districts_brief_prints_what_the_yearbook_says(
    guangdong: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the yearbook's workbook to two pages whose figures are those of its cells."""
    from click.testing import CliRunner
    from pypdf import PdfReader

    from pls_analysis.cli import main

    root = guangdong.path.parent.parent
    monkeypatch.setenv("PLS_PROJECT", str(root))
    command = ["run", "district_trends", "--areas", "440105,445202", "--period", "2022"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    (haizhu,) = (root / "reports").glob("2022/*/440105-海珠区.zh.pdf")
    (rongcheng,) = (root / "reports").glob("2022/*/445202-榕城区.zh.pdf")
    pages = [page.extract_text() for page in PdfReader(haizhu).pages]
    assert len(pages) == 2
    text = "".join("".join(pages).split())
    assert "海珠区出生人数为7,613人" in text
    assert "出生人数D9" in text
    joined = "".join("".join(p.extract_text() for p in PdfReader(rongcheng).pages).split())
    assert "空港经济区已并入，与上年同期不可比" in joined
    assert "增长74" not in joined
