"""Small notebooks that read figures, texts and targets, run in a kernel or here; and workbooks."""

from __future__ import annotations

from pathlib import Path

import nbformat
import openpyxl

from pls_analysis.batch.execute import NOTEBOOK, READS, Way
from pls_analysis.batch.plan import Report
from pls_analysis.project import Project
from pls_analysis.reads import written_to

PARAMETERS = 'area = "310115004"\nperiod = "2022-06"\nlang = "zh"'
HEAD = """
from pls_analysis import assess, observations
from pls_analysis.analysis import area_tree
from pls_analysis.messages import Messages
from pls_analysis.periods import parse_period
from pls_analysis.project import find_project

tree, say = area_tree(find_project()), Messages(lang)
"""
CELLS = {
    "own": 'observations("mediation_accepted", area, period)\nsay("brief.no_figures")',
    "beside": 'observations("mediation_accepted", [one.code for one in tree.peers(area)])',
    "district": 'observations("mediation_accepted")\nsay("page.figure", number=1)',
    "judging": 'assess(parse_period(period), area, "micro_landscapes")',
    "silent": "print(area)",
    "dying": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
}
"""What each notebook does after its parameters; by its name."""


def write_notebooks(folder: Path, *names: str) -> None:
    for name in names:
        cells = [nbformat.v4.new_code_cell(text) for text in (PARAMETERS, HEAD + CELLS[name])]
        cells[0].metadata["tags"] = ["parameters"]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(book, folder / f"{name}.ipynb")


def make_here(report: Report, work: Path, way: Way, took: dict[str, float]) -> None:
    """Make a report in this process: its cells are run, and what they read is noted."""
    cells = [one.source for one in nbformat.read(report.notebook, as_version=4).cells]
    given = "\n".join(f"{name} = {value!r}" for name, value in report.parameters.items())
    with written_to(work / READS):
        exec("\n".join([cells[0], given, *cells[1:]]), {})
    (work / NOTEBOOK).write_text("{}", encoding="utf-8")
    for kind in report.formats:
        (work / f"report.{kind}").write_text(f"{report.id} {kind}", encoding="utf-8")


def write_workbook(
    project: Project, office: str, month: str, accepted: int, note: str = ""
) -> None:
    """A town's monthly report with one figure; a note is one that no cell holds."""
    book = openpyxl.Workbook()
    book.properties.description = note
    sheet = book.active
    sheet.title = "月报"
    year, number = month.split("-")
    for row in (
        [f"公共法律服务月报（{year}年{int(number)}月）"],
        [f"填报单位：{office}"],
        ["项目", "本月"],
        ["受理纠纷数", accepted],
    ):
        sheet.append(row)
    file = project.raw / month / f"{office}.xlsx"
    file.parent.mkdir(parents=True, exist_ok=True)
    book.save(file)
