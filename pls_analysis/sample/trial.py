"""A project to try things in: the configuration of one's own, new workbooks, and nothing else.

The workbooks are one month's forms, of a few offices and of the home area's departments, and a
yearbook's table whose layout no form spec knows. It lies in a temporary folder that goes with the
process, so that trying changes nothing of one's own.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from pls_analysis.areas import load_areas
from pls_analysis.periods import parse_period
from pls_analysis.project import FILE, Project, find_project, load_project
from pls_analysis.sample.generation import find_offices, generate
from pls_analysis.sample.model import Office, periods, simulate
from pls_analysis.sample.pages import MARK
from pls_analysis.sample.settings import load_sample, monthly_form
from pls_analysis.sample.workbooks import write_workbook

MONTH = "2022-06"
FORMS = 2
YEARS = range(2017, 2022)
YEARBOOK = "统计年鉴-公共法律服务.xlsx"
TITLE = f"表7-3  各街镇公共法律服务主要指标（{YEARS[0]}—{YEARS[-1]}年）"
COLUMNS = {"mediation_accepted": "受理纠纷数（件）", "legal_consultations": "法律咨询（人次）"}
WRONG = 4
"""The column of the figure that is printed without its last digit."""
WHOLE = {"district": "全区", "city": "全市"}


def trial_project(workbook: str | Path = "") -> Project:
    """Make a temporary project with the configuration of the present one and new workbooks.

    With a `workbook` of one's own that is the only one. Raises FileNotFoundError where it is not
    there.
    """
    own = find_project()
    root = Path(tempfile.mkdtemp(prefix="pls-trial-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    shutil.copy(own.root / FILE, root)
    shutil.copytree(own.config, root / "config")
    trial = load_project(root)
    trial.raw.mkdir(parents=True, exist_ok=True)
    if workbook:
        shutil.copy(Path(workbook).expanduser(), trial.raw)
    else:
        _write_monthly_forms(trial)
        write_yearbook(trial, trial.raw / YEARBOOK)
    return trial


def _write_monthly_forms(trial: Project) -> None:
    """Write a month's reports: those of a few offices that all file it, and the departments'."""
    most = monthly_form(trial.config / "sample")
    of_home = [one.form for one in load_sample(trial.config / "sample")
               if one.level == "district" and one.length == 1 and one != most]  # fmt: skip
    for forms, files in (([most.form], FORMS), (of_home, None)):
        with tempfile.TemporaryDirectory() as folder:
            if forms:
                made = generate(trial, Path(folder), start=MONTH, until=MONTH, forms=forms)
                for path in made.files[:files]:
                    shutil.copy(Path(folder) / path, trial.raw)


def write_yearbook(project: Project, file: Path) -> None:
    """Write the table of a yearbook: towns as rows, years below each measure, a total, a note.

    One figure has lost a digit, as happens in print: the total tells.
    """
    settings = monthly_form(project.config / "sample")
    areas = load_areas(project)
    towns = find_offices(project, settings, areas)
    span = periods(parse_period(f"{YEARS[0]}-01"), parse_period(f"{YEARS[-1]}-12"))
    counted = simulate(settings, towns, span, settings.seed)
    years: dict[tuple[str, str, int], int] = {}
    for (code, month), figures in counted.items():
        for measure in COLUMNS:
            at = code, measure, month.start.year
            years[at] = years.get(at, 0) + round(figures.flow[measure, "total"])
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "7-3"
    _write_head(sheet)
    whole = WHOLE.get(areas[project.home].level, "合计")
    rows = _rows(towns, years, whole)
    misprint = rows[len(towns) // 2]
    misprint[WRONG] = int(str(misprint[WRONG])[:-1])
    for row in rows:
        sheet.append(row)
    sheet.append(["注：按各街镇司法所月报汇总。"])
    sheet.append([MARK])
    sheet.freeze_panes = "B5"
    write_workbook(book, file, settings.seed)


def _write_head(sheet) -> None:
    width = len(YEARS)
    last = get_column_letter(1 + width * len(COLUMNS))
    sheet.append([TITLE])
    sheet.merge_cells(f"A1:{last}1")
    heads = ["地　　区"]
    for name in COLUMNS.values():
        heads += [name, *[None] * (width - 1)]
    sheet.append([])
    sheet.append(heads)
    sheet.append([None, *(f"{year}年" for _ in COLUMNS for year in YEARS)])
    sheet.merge_cells("A3:A4")
    for place in range(len(COLUMNS)):
        first = 2 + place * width
        sheet.merge_cells(start_row=3, end_row=3, start_column=first, end_column=first + width - 1)
    for row in sheet["A1" : f"{last}4"]:
        for cell in row:
            cell.font = Font(bold=True)
            cell.alignment = Alignment(horizontal="center", vertical="center")
    sheet.column_dimensions["A"].width = 20


def _rows(
    towns: Sequence[Office], years: Mapping[tuple[str, str, int], int], whole: str
) -> list[list[object]]:
    columns = [(measure, year) for measure in COLUMNS for year in YEARS]
    rows: list[list[object]] = [
        [whole, *(sum(years[town.code, *column] for town in towns) for column in columns)]
    ]
    rows += [[town.name, *(years[town.code, *column] for column in columns)] for town in towns]
    return rows
