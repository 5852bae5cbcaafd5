"""A figure of the policy is followed down to its cells, and they say what the trace says."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import python_calamine
import xlrd
from click.testing import CliRunner
from openpyxl.utils import coordinate_to_tuple

import pls_analysis as pls
from pls_analysis.analysis import area_tree
from pls_analysis.cli import main
from pls_analysis.figure_traces import (
    FIGURE_COLUMNS,
    STEPS_SHOWN_MAX,
    FigureTrace,
    trace_figure,
    trace_indicator,
)
from pls_analysis.periods import parse_period
from pls_analysis.policies import assessments, catalogue, known_part
from pls_analysis.policy.figures import Figure, known
from pls_analysis.policy.judging import own_periods
from pls_analysis.project import Project
from pls_analysis.store import Store
from pls_analysis.trace import TraceError

HOME = "310115"
QUARTER = "2022-Q1"
OF_TASKS = {
    1: "lawyers",
    2: "firms_50_plus",
    3: "legal_checkups",
    4: "legal_aid_cases",
    5: "court_linked_mediation",
    6: "mini_program_use",
    7: "publicity_events",
    8: "notary_enforcement_assists",
    9: "appraisal_complaint_rate",
    10: "lawyer_complaint_rate",
    11: "online_notary_share",
    12: "aid_satisfaction",
    13: "hotline_connection_rate",
}
"""For each task of the policy an indicator that the sample has a form for."""


@pytest.fixture
def project(inside_sample: Project) -> Project:
    return inside_sample


def read_apart(file: Path, sheet: str, cell: str) -> object:
    """Read a cell with a reader that is not the package's own way."""
    row, column = coordinate_to_tuple(cell)
    start = file.read_bytes()[:4]
    if start == b"PK\x03\x04" and file.suffix == ".ods":
        rows = python_calamine.load_workbook(file).get_sheet_by_name(sheet).to_python(
            skip_empty_area=False
        )  # fmt: skip
        return rows[row - 1][column - 1]
    if start == b"PK\x03\x04":
        book = openpyxl.load_workbook(file, data_only=True)
        return book[sheet].cell(row, column).value
    if start == b"\xd0\xcf\x11\xe0":
        return xlrd.open_workbook(str(file)).sheet_by_name(sheet).cell_value(row - 1, column - 1)
    content = file.read_bytes()
    coding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "gb18030"
    rows = list(csv.reader(content.decode(coding).splitlines()))
    return rows[row - 1][column - 1]


def as_text(value: object) -> str:
    """A number as the shortest text: some readers give every number as a float."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def test_every_task_has_its_indicator(project: Project):
    policy = catalogue(project)
    tasks = {one.task for one in policy.targets.values()} - {0, 14}
    assert OF_TASKS.keys() == tasks
    for task, name in OF_TASKS.items():
        about = {one.task for one in policy.targets.values() if one.indicator.id == name}
        assert task in about, name


@pytest.mark.parametrize(("task", "indicator"), OF_TASKS.items())
def test_the_cells_say_what_the_trace_says(project: Project, task: int, indicator: str):
    found = trace_indicator(project, indicator, HOME, parse_period(QUARTER))
    cells = [one for one in found.steps if one["role"] != "missing"]
    assert cells
    for step in cells:
        assert tuple(step) == FIGURE_COLUMNS
        there = read_apart(project.raw / step["file"], step["sheet"], step["cell"])
        assert as_text(there) == step["raw"], step
    assert found.row["value"] == pytest.approx(made_of(found))


def made_of(found: FigureTrace) -> float:
    """Make the figure of its steps anew, over the parts of which everything is known."""
    absent = {one["area"] for one in found.steps if one["value"] is None}
    sums = {
        role: sum(
            one["sign"] * one["value"]
            for one in found.steps
            if one["role"] == role and one["value"] is not None
            and not (found.indicator.adds == "ratio" and one["area"] in absent)
        )
        for role in ("numerator", "denominator")
    }  # fmt: skip
    if found.indicator.adds != "ratio":
        return sums["numerator"]
    return sums["numerator"] / sums["denominator"] * found.indicator.scale


def judged(project: Project) -> Iterator[dict]:
    for one in assessments(project, parse_period(QUARTER)):
        if one.evidence:
            yield one.as_row()


def test_every_row_of_assess_leads_to_its_cells(project: Project):
    rows = list(judged(project))
    assert len(rows) > 40
    stored = Store(project.processed).observations()
    places = stored.set_index(["submission", "sheet", "cell"])["raw"].to_dict()
    for row in rows:
        found = trace_figure(project, row)
        cells = [one for one in found.steps if one["role"] != "missing"]
        named = {name.rpartition("!")[0] for name in row["evidence"]}
        assert {f"{one['submission']} {one['sheet']}" for one in cells} == named, row["target"]
        for one in cells:
            assert places[one["submission"], one["sheet"], one["cell"]] == one["raw"]
        assert row["indicator"] in str(found)


def test_a_row_of_the_frame_of_assess(project: Project):
    """A frame says NaN where an assessment says nothing."""
    row = pls.assess(QUARTER, indicator="hotline_connection_rate").iloc[0]
    found = pls.trace(row)
    assert isinstance(found, FigureTrace)
    text = str(found)
    assert f"{row['value']:.4f}".rstrip("0") in text
    assert f"= {row['facts']['numerator']:,.0f} ÷ {row['denominator']:,.0f} × 100" in text
    html = found._repr_html_()
    assert all(one["file"] in text and one["file"] in html for one in found.steps)
    assert f"<mark>{found.steps[0]['raw']}</mark>" in html


def test_a_running_total_that_is_taken_off_has_its_sign(project: Project):
    """Where February is missing it is what January's running total leaves of March's."""
    filed = Store(project.processed).observations("hotline_calls_connected", basis="cumulative")
    january, march = (filed[filed["period_end"].dt.month == month].iloc[0] for month in (1, 3))
    cells = [f"{one['submission']} {one['sheet']}!{one['cell']}" for one in (january, march)]
    row = pls.assess(QUARTER, indicator="hotline_connection_rate").iloc[0].to_dict()
    row |= {"evidence": cells, "facts": {"less": cells[:1]}}
    found = trace_figure(project, row)
    assert [(one["sign"], one["value"]) for one in found.steps] == [
        (-1, january["value"]), (1, march["value"]),
    ]  # fmt: skip
    assert f"{march['value'] - january['value']:,.0f} 通 in 2 cells" in str(found)
    assert f"-{january['value']:.0f}" in str(found)


def test_what_has_no_cell_is_said(project: Project):
    row = pls.assess(QUARTER, indicator="system_in_place").iloc[0]
    with pytest.raises(TraceError, match="no cell stands behind system_in_place"):
        pls.trace(row)
    gone = pls.assess(QUARTER, indicator="lawyers").iloc[0].to_dict() | {"evidence": ["x y!A1"]}
    with pytest.raises(TraceError, match="assess anew"):
        pls.trace(gone)


def test_a_part_that_was_not_filed_is_a_step_without_a_cell(project: Project):
    store = Store(project.processed)
    filed = store.observations("legal_checkups", basis="flow", period=parse_period(QUARTER))
    filed = filed.dropna(subset="value")
    found = trace_indicator(project, "legal_checkups", HOME, parse_period(QUARTER))
    named = {(one["area"], one["period"]) for one in found.steps if one["value"] is None}
    known = {(area, f"{end:%Y-%m}") for area, end in zip(filed["area"], filed["period_end"],
                                                         strict=True)}  # fmt: skip
    assert named
    assert not named & known
    absent = [one for one in found.steps if one["role"] == "missing"]
    assert {one["file"] for one in absent} <= {""}


@pytest.mark.parametrize(
    ("indicator", "period", "words"),
    [
        ("lawyer_cases", "2022-02", "--period 2022-01-01..2022-02-28"),
        ("lawyers", "2019-Q4", "ends on 2022-03-31"),
        ("leading_lawyers", "2022-Q1", "nothing is filed of leading_lawyers"),
    ],
)
def test_no_such_figure(project: Project, indicator: str, period: str, words: str):
    with pytest.raises(TraceError) as caught:
        trace_indicator(project, indicator, HOME, parse_period(period))
    assert words in str(caught.value)


def test_much_evidence_is_told_in_short(project: Project):
    """In a district of 1,520 villages the first cell of each measure and month is shown."""
    step = dict.fromkeys(FIGURE_COLUMNS, "") | {"role": "numerator", "sign": 1, "measure": "visits"}
    steps = [
        step | {"area": f"{village:04}", "breakdown": "total", "period": f"2022-{month:02}",
                "value": 1.0, "unit": "次", "file": f"{village % 36}.xlsx", "cell": f"C{village}"}
        for month in (1, 2)
        for village in range(1520)
    ]  # fmt: skip
    row = pls.assess(QUARTER, indicator="legal_checkups").iloc[0].to_dict()
    indicator = catalogue(project).indicators["legal_checkups"]
    shown = str(FigureTrace(row, indicator, tuple(steps), area_tree(project), "en"))
    assert "3,040 次 in 3,040 cells of 36 files" in shown
    assert len(shown.splitlines()) < STEPS_SHOWN_MAX
    assert [line.split()[:4] for line in shown.splitlines()[-2:]] == [
        ["2022-01", "visits", "1520", "1520"],
        ["2022-02", "visits", "1520", "1520"],
    ]


# -- on the command line -----------------------------------------------------------------------


def pls_trace(*words: str) -> str:
    done = CliRunner().invoke(main, ["trace", *words, "--area", HOME, "--period", QUARTER])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_command_traces_an_indicator(project: Project):
    steps = json.loads(pls_trace("mediation_cases", "--json"))
    assert list(steps[0]) == list(FIGURE_COLUMNS)
    assert list(steps[0])[-4:] == ["file", "sheet", "cell", "raw"]
    assert sum(one["sign"] * (one["value"] or 0) for one in steps) == steps[0]["figure"]
    assert len(steps) > STEPS_SHOWN_MAX
    text = pls_trace("mediation_cases")
    assert f"{steps[0]['figure']:,.0f} 件" in text
    assert len(text.splitlines()) < len(steps)


def test_a_target_is_traced_by_its_indicator(project: Project):
    assert pls_trace("mediators_growth") == pls_trace("full_time_mediators")


def test_the_measure_of_that_name_is_asked_for_by_its_breakdown(project: Project):
    assert json.loads(pls_trace("lawyers", "--json"))[0]["indicator"] == "lawyers"
    (step,) = json.loads(pls_trace("lawyers", "--breakdown", "total", "--json"))
    assert "indicator" not in step


# -- series of an indicator --------------------------------------------------------------------


def test_series_of_an_indicator(project: Project):
    found = pls.series("hotline_connection_rate", area=HOME)
    calls = [pls.series(f"hotline_calls_{name}", area=HOME) for name in ("connected", "received")]
    pd.testing.assert_frame_equal(found, calls[0] / calls[1] * 100, check_freq=False)


def test_series_of_a_district_is_the_sum_of_its_towns_or_not_known(project: Project):
    found = pls.series("mediation_cases")
    towns = found.drop(columns="浦东新区")
    assert towns.shape == (3, 36)
    sums = towns.sum(axis=1, skipna=False)
    assert found["浦东新区"].equals(sums.rename("浦东新区"))
    assert pls.series("mediation_cases", period="2022-02").index.astype(str).tolist() == ["2022-02"]


def test_a_sum_with_a_missing_part_is_not_drawn():
    day = dt.date(2022, 6, 30)
    assert known_part(known(day, day, Fraction(30))) == 30
    assert known_part(Figure(day, day, Fraction(30), missing=("990101001 2022-06-30",))) is None


def test_what_is_no_sum_has_no_part_of_a_month(project: Project):
    """The items of a list that occurred by June are not those of May and the new ones."""
    items = catalogue(project).indicators["service_list_coverage"]
    months = [
        known(dt.date(2022, 1, 1), dt.date(2022, month, 28), Fraction(month), accrues=True)
        for month in (1, 2)
    ]
    assert own_periods(months, items, 1) == months


def test_where_a_measure_is_not_filed_the_indicator_of_that_name_is_meant(project: Project):
    assert "浦东新区" not in pls.series("legal_checkups")
    assert list(pls.series("legal_checkups", area=HOME)) == ["浦东新区"]


def test_series_refuses_what_an_indicator_has_not(project: Project):
    with pytest.raises(ValueError, match="no basis"):
        pls.series("mediation_cases", basis="flow")
    with pytest.raises(ValueError, match='did you mean "mediation_cases"'):
        pls.series("mediation_case")
    assert pls.series("leading_lawyers", area=HOME).empty
