"""An invented district for tests of forms: 柳荫区 with three towns."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import openpyxl

from pls_analysis.areas import Area, AreaTree
from pls_analysis.ingest.extraction import Context, Extraction
from pls_analysis.ingest.flat_layout import lay_out
from pls_analysis.ingest.forms import Form, load_forms
from pls_analysis.ingest.matching import apply_forms
from pls_analysis.project import Project, load_project

HOME = "990100"


def tree() -> AreaTree:
    towns = [("990101", "柳荫街道"), ("990102", "塘桥镇"), ("990103", "宣桥镇")]
    areas = [Area(HOME, "柳荫区", "district", "", "区", None, None, "")]
    areas += [Area(code, name, "town", HOME, name[-1], None, None, "") for code, name in towns]
    return AreaTree(areas)


def forms(folder: Path, **specs: str) -> tuple[Form, ...]:
    for name, text in specs.items():
        (folder / f"{name}.yml").write_text(dedent(text), encoding="utf-8")
    return tuple(load_forms(folder))


def own_form(*names: str) -> tuple[Form, ...]:
    """Specs of the project's own, by the names of their files."""
    folder = Path(__file__).resolve().parents[2] / "config" / "forms"
    own = {form.source.removesuffix(".yml"): form for form in load_forms(folder)}
    return tuple(own[name] for name in names)


def extract(specs: tuple[Form, ...], *sheets, file: str = "a.xlsx") -> Extraction:
    """Hold drawn sheets against specs, as one file."""
    out = Extraction(file)
    context = Context(specs, tree(), HOME)
    for layout in lay_out(sheets, specs, file):
        sheet = layout.sheet
        apply_forms(layout, context, out)
        cells = {(sheet.name, at) for at in layout.grid.boxes}
        mine = {key for key in out.used | out.logged if key[0] == sheet.name}
        assert mine == cells, "a cell is neither used nor logged"
    assert not out.used & out.logged
    return out


MONTHLY = """
    form: monthly
    title: 公共法律服务月报
    sender: town
    rhythm: month
    match: {title: 公共法律服务月报}
    rows: measure
    columns: variant
    area: office
    office: [填报单位]
    key: [项目]
    variants: {flow: [本月], cumulative: [本年累计]}
    ignored: [同比]
    measures:
      accepted:
        unit: 件
        labels: [受理纠纷数]
        breakdown: {kind=family: [受理纠纷数/婚姻家庭], kind=other: [受理纠纷数/其他]}
      success_rate: {unit: "%", labels: [成功率], range: [20, 100]}
      amount: {unit: 万元, labels: [涉及金额]}
    checks:
      - {whole: accepted, parts: kind, relation: equal}
"""
YEARBOOK = """
    form: yearbook
    title: 各镇人口
    rhythm: year
    match: {title: 各镇人口}
    rows: area
    columns: measure
    area: rows
    key: [地区]
    areas: {全区: "990100"}
    measures:
      population: {unit: 人, basis: stock, labels: [人口]}
      births: {unit: 人, labels: [出生]}
"""
PLS_TOML = """
[project]
home = "990100"
name = "柳荫区"
lang = "zh"
"""
AREAS = """code,name,level,parent,kind
990100,柳荫区,district,100000,区
990101,柳荫街道,town,990100,街道
990102,塘桥镇,town,990100,镇
990103,宣桥镇,town,990100,镇
"""


def district(folder: Path) -> Project:
    """A project of the invented district, with one form and no report."""
    (folder / "config" / "forms").mkdir(parents=True)
    (folder / "pls.toml").write_text(PLS_TOML, encoding="utf-8")
    (folder / "config" / "areas.csv").write_text(AREAS, encoding="utf-8")
    form = folder / "config" / "forms" / "monthly.yml"
    form.write_text(dedent(MONTHLY), encoding="utf-8")
    project = load_project(folder)
    project.raw.mkdir(parents=True)
    return project


def report(
    file: Path,
    office: str = "柳荫街道",
    period: str = "（2022年6月）",
    accepted: object = 10,
    rate: object = 98.5,
    declared: str = "2022年7月5日",
    number_format: str = "General",
    note: str = "",
    extra: str = "涉及金额",
) -> Path:
    """A monthly report as an office would send it."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    rows = [
        [f"{office}公共法律服务月报{period}"],
        [f"填报单位：{office}司法所"],
        ["项目", "计量单位", "本月", "本年累计", "同比"],
        ["受理纠纷数", "件", accepted, 60, "5%"],
        ["  其中：婚姻家庭", "件", 4, 24, "5%"],
        ["        其他", "件", 6, 36, "5%"],
        ["成功率", "%", rate, 98.0, "0.5"],
        [extra, "万元", 3.5, 21, "1.0"],
        ["填表人：张三", None, None, f"报出日期：{declared}"],
        [note],
    ]
    for row in rows:
        sheet.append(row)
    sheet["C7"].number_format = number_format
    book.save(file)
    return file
