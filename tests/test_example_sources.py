"""The national portal's exports and the Crown Court's tables, through their example projects."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from projects import ROOT

from pls_analysis import analysis
from pls_analysis.briefs import parameters
from pls_analysis.changes import compare
from pls_analysis.ingest.pipeline import ingest
from pls_analysis.observations import RATES
from pls_analysis.project import load_project
from pls_analysis.store import Store


def ingested(example: str, source: Path, target: Path, folder: str = ".") -> Path:
    """A copy of an example project with its data, ingested; returns its root."""
    if not source.is_dir():
        pytest.skip(f"no real workbooks in {source}")
    shutil.copytree(ROOT / "examples" / example, target)
    project = load_project(target)
    (project.raw / folder).mkdir(parents=True)
    for file in source.iterdir():
        shutil.copy(file, project.raw / folder)
    outcome = ingest(project, jobs=2)
    assert outcome.refused == []
    assert outcome.cells_used + outcome.cells_logged == outcome.cells
    return target


@pytest.fixture(scope="module")
def nbs(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nbs") / "project"
    return ingested("nbs-monthly", real / "nbs-monthly", folder)


@pytest.fixture(scope="module")
def courts(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("courts") / "project"
    return ingested("uk-crown-court", real / "uk-crown-court", folder, "2025-Q4")


@pytest.fixture
def at_nbs(nbs: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("PLS_PROJECT", str(nbs))
    return Store(nbs / "data" / "processed")


@pytest.fixture
def at_courts(courts: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("PLS_PROJECT", str(courts))
    return Store(courts / "data" / "processed")


PORTAL = [  # file, sheet, figures (read off the sheets with pandas)
    ("国内生产总值（现价）.xls", "季度数据", 576),
    ("工业增加值-月度.xls", "月度数据", 1680),
    ("工业增加值-行业-月度.xls", "Sheet1", 9112),
    ("工业生产者购进价格指数-月度数据.xls", "月度数据", 360),
    ("月度数据.xls", "Sheet1", 1342),
]


@pytest.mark.parametrize(("file", "sheet", "count"), PORTAL)
def test_every_figure_of_the_exports_is_read(
    at_nbs: Store, file: str, sheet: str, count: int
) -> None:
    """Each stands or is the same figure printed in another export too."""
    rows = pd.concat([at_nbs.observations(), at_nbs.superseded()])
    filed = at_nbs.submissions().set_index("submission")["path"]
    mine = rows[(rows["submission"].map(filed) == file) & (rows["sheet"] == sheet)]
    cells = mine.drop_duplicates("cell")
    assert len(cells) == count
    found = at_nbs.issues()
    of_sheet = found[(found["file"] == file) & (found["sheet"] == sheet)]
    assert set(of_sheet["code"]) <= {"unplaced"}


KNOWN_OF_PORTAL = [  # read off the sheets by eye
    ("gdp", "total", "flow", "2020-01-01", "2020-03-31", 206504.3, "亿元"),
    ("gdp", "total", "cumulative", "2019-01-01", "2019-12-31", 990865.1, "亿元"),
    ("gdp", "industry=finance", "flow", "2020-01-01", "2020-03-31", 21346.8, "亿元"),
    ("crude_oil", "total", "flow", "2020-04-01", "2020-04-30", 1587.47, "万吨"),
    ("current_assets", "total", "stock", "2020-03-01", "2020-03-31", 573098.51, "亿元"),
    ("industrial_profits", "total", "cumulative", "2020-01-01", "2020-02-29", 4106.97, "亿元"),
    ("industrial_growth", "total", "flow", "2020-04-01", "2020-04-30", 3.9, "%"),
    ("industrial_growth", "total", "cumulative", "2020-01-01", "2020-02-29", -13.5, "%"),
    ("industrial_growth", "industry=coal", "flow", "2020-04-01", "2020-04-30", 3.7, "%"),
    ("input_price_index", "total", "flow", "2020-01-01", "2020-01-31", 99.7, "%"),
]


@pytest.mark.parametrize("row", KNOWN_OF_PORTAL, ids=lambda row: "-".join(map(str, row[:4])))
def test_bases_are_kept_apart(at_nbs: Store, row: tuple) -> None:
    measure, breakdown, basis, start, end, value, unit = row
    found = at_nbs.observations(measure, breakdown=breakdown, basis=basis)
    found = found[(found["period_start"] == start) & (found["period_end"] == end)]
    assert found[["area", "value", "unit"]].to_numpy().tolist() == [["100000", value, unit]]


def test_january_is_neither_zero_nor_an_alarm(at_nbs: Store) -> None:
    output = analysis.series("crude_oil")["中国"]
    assert output["2020-01":"2020-02"].isna().all()
    assert output["2020-03"] == 1656.3
    growth = compare(parameters("100000", "2020-04", report="district_trends"))
    found = {one.measure: one for one in growth}
    oil, freight, profits = (found[name] for name in ("crude_oil", "freight", "industrial_profits"))
    assert (oil.due, oil.present, oil.compared, oil.opens_late) == (2, 2, 2, True)
    assert oil.total == pytest.approx(1656.3 + 1587.47)
    assert str(oil.period) == "2020-03-01..2020-04-30"
    assert (freight.due, freight.present, freight.opens_late) == (4, 4, False)
    assert (profits.due, profits.total) == (1, 12597.9)
    february = compare(parameters("100000", "2020-02", report="district_trends"))
    assert {one.measure: one.due for one in february}["crude_oil"] == 0


def test_derived_flows_are_the_printed_ones(at_nbs: Store) -> None:
    """The portal prints both 当季值 and 累计值: a derived flow is the printed one, to its digit."""
    compared = 0
    for breakdown in ("total", "sector=primary", "industry=finance", "industry=construction"):
        derived = analysis.series("gdp", basis="derived", breakdown=breakdown)["中国"]
        printed = analysis.series("gdp", basis="flow", breakdown=breakdown)["中国"]
        both = pd.concat([derived, printed], axis=1).dropna()
        assert (both.iloc[:, 0] - both.iloc[:, 1]).abs().max() < 0.1 + 1e-6
        compared += len(both)
    assert compared == 4 * 17


def test_a_derived_flow_is_traced_to_both_cells(at_nbs: Store) -> None:
    flows = analysis.observations("industrial_profits", basis="derived", period="2020")
    spans = flows[["period_start", "period_end"]].map(lambda day: day.strftime("%m-%d"))
    assert [*spans.itertuples(index=False, name=None)] == [
        ("01-01", "02-29"), ("03-01", "03-31"), ("04-01", "04-30"),
    ]  # fmt: skip
    assert flows["value"].tolist() == [4106.97, 3707.5, 4783.43]
    assert set(flows["basis"]) == {"derived"}
    shown = str(analysis.trace(flows.iloc[-1]))
    assert "[12597.9]" in shown
    assert "[7814.47]" in shown
    months = analysis.series("industrial_profits", basis="derived")["中国"]
    assert months["2020-01":"2020-02"].isna().all()
    with pytest.raises(ValueError, match="does not add up"):
        analysis.observations("industrial_growth", basis="derived")


def test_rates_stay_out_of_sums(at_nbs: Store) -> None:
    growth = at_nbs.observations("industrial_growth")
    assert set(growth["unit"]) <= set(RATES)
    assert growth["breakdown"].nunique() == 45


def test_a_tree_of_its_own_holds_no_other_area(at_courts: Store) -> None:
    areas = analysis.areas()
    assert areas["level"].value_counts().to_dict() == {"court": 69, "region": 7, "nation": 1}
    with pytest.raises(LookupError):
        analysis.observations("open_cases", area="中国")


def test_courts_make_up_the_nation(at_courts: Store) -> None:
    """The table of courts and that of the nation agree, with the cases of no known court."""
    open_cases = at_courts.observations("open_cases")
    nation = open_cases[open_cases["area"] == "england-and-wales"].set_index("period_end")["value"]
    parts = open_cases[open_cases["area"] != "england-and-wales"].groupby("period_end")["value"]
    assert len(nation) == 40
    assert parts.sum().to_dict() == {
        pd.Timestamp("2024-12-31"): 74106 - 31,
        pd.Timestamp("2025-12-31"): 80203 - 101,
    }
    assert (nation["2024-12-31"], nation["2025-12-31"]) == (74106, 80203)
    assert parts.count().to_dict() == {
        pd.Timestamp("2024-12-31"): 69, pd.Timestamp("2025-12-31"): 68,
    }  # fmt: skip


def test_regions_and_the_nation_are_told_apart(at_courts: Store, real: Path) -> None:
    source = pd.read_csv(real / "uk-crown-court" / "gold_timeliness_by_region.csv")
    for column in ("offence_to_completion_median", "offence_to_completion_mean"):
        table = analysis.series(column)
        assert table.shape == (40, 8)
        wanted = source.pivot(index="quarter_end", columns="region", values=column)
        wanted.index = pd.PeriodIndex(wanted.index, freq="Q")
        pd.testing.assert_frame_equal(
            table[wanted.columns], wanted, check_names=False, check_freq=False
        )
    codes = at_courts.issues()["code"]
    assert set(codes) == {"ignored"}


BRIEFS = {
    "london": ("London", "Offence to completion (median)", "339"),
    "birmingham": ("Birmingham", "Open cases", "2,525 cases"),
    "england-and-wales": ("England and Wales", "Open cases", "80,203"),
}


def test_briefs_in_english_of_a_region_a_court_and_the_nation(
    courts: Path, at_courts: Store
) -> None:
    from click.testing import CliRunner
    from pypdf import PdfReader

    from pls_analysis.cli import main

    command = ["run", "district_trends", "--areas", ",".join(BRIEFS), "--period", "2025-Q4"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    for code, said in BRIEFS.items():
        (file,) = (courts / "reports" / "2025-Q4" / "district_trends").glob(f"{code}-*.en.pdf")
        pages = [page.extract_text() for page in PdfReader(file).pages]
        assert len(pages) == 2
        text = " ".join(" ".join(pages).split())
        for words in said:
            assert words in text, (code, words)
