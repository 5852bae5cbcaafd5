"""An invented district for tests of forms: 柳荫区 with three towns."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from pls_analysis.areas import Area, AreaTree
from pls_analysis.ingest.extraction import Context, Extraction
from pls_analysis.ingest.forms import Form, load_forms
from pls_analysis.ingest.layout import detect
from pls_analysis.ingest.matching import apply_forms

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


def extract(specs: tuple[Form, ...], *sheets, file: str = "a.xlsx") -> Extraction:
    """Hold drawn sheets against specs, as one file."""
    out = Extraction(file)
    context = Context(specs, tree(), HOME)
    for sheet in sheets:
        layout = detect(sheet)
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
