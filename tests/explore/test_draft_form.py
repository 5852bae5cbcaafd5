"""Drafts of form specs: they load, read the file they were made of, and say what to check."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import random_forms
import yaml
from click.testing import CliRunner
from drawing import draw
from places import HOME, tree

import pls_analysis as pls
from pls_analysis.cli import main
from pls_analysis.configs import ConfigError
from pls_analysis.explore import naming
from pls_analysis.explore.drafting import Draft, DraftError, draft_from, drafted
from pls_analysis.ingest.extraction import Context, Extraction
from pls_analysis.ingest.forms import Form, load_forms
from pls_analysis.ingest.inspection import Refused
from pls_analysis.ingest.layout import Layout, detect, detect_all
from pls_analysis.ingest.matching import apply_forms
from pls_analysis.ingest.pipeline import ingest
from pls_analysis.project import Project
from pls_analysis.store import Store


def draft(*pictures: str, **options) -> tuple[Draft, dict]:
    """Draft from drawn sheets in the invented district; the draft, and its spec as plain data."""
    layouts = [detect(draw(picture, f"表{n}")) for n, picture in enumerate(pictures, 1)]
    made = draft_from(layouts, "报表.xlsx", tree(), HOME, **options)
    return made, yaml.safe_load(made.text)


def loaded(text: str, folder: Path) -> Form:
    (folder / "draft.yml").write_text(text, encoding="utf-8")
    (form,) = load_forms(folder)
    return form


MONTHLY = """
| 柳荫街道公共法律服务月报（2022年6月） | < | < | < | < | < |
| 填报单位：柳荫街道 | | | | | |
| 序号 | 项目 | 单位 | 本月 | 本年累计 | 同比（%） |
| 1 | 受理纠纷数 | 件 | 42 | 240 | 3.5 |
| 2 | ..其中：邻里纠纷 | 件 | 12 | 70 | 2 |
| 3 | ....婚姻家庭 | 件 | 30 | 170 | 1 |
| 4 | 涉及人数 | 人 | 120 | 800 | 5 |
| 5 | 成功率 | % | 98.5 | 97.5 | 0.1 |
"""
AREAS = """
| 表3 各镇人口与面积（2021年） | < | < | < | < |
| 地区 | 年末常住人口（万人） | < | < | 土地面积（平方公里） |
| ^ | 合计 | 男 | 女 | ^ |
| 柳荫街道 | 3.5 | 1.5 | 2 | 12.5 |
| 塘桥镇 | 4.5 | 2.5 | 2 | 30.1 |
| 宣桥镇 | 2.5 | 1 | 1.5 | 20.2 |
| 全区合计 | 10.5 | 5 | 5.5 | 62.8 |
"""
YEARS = """
| 各镇调解情况 | < | < |
| 项目 | 2020年 | 2021年 |
| 受理（件） | 100 | 120 |
| 办结（件） | 90 | 110 |
"""


@pytest.mark.parametrize(
    ("office", "area", "read"),
    [
        ("柳荫街道", "office", 10),
        ("柳荫区公证处", "scope", 10),  # files for the whole district
        ("柳阴街道", "office", 0),  # perhaps a misspelt town: nothing is taken for the district
    ],
)
def test_who_an_office_files_for(office: str, area: str, read: int):
    made, spec = draft(MONTHLY.replace("柳荫街道公共", "公共").replace("柳荫街道", office))
    assert (spec["area"], made.read) == (area, read)


def test_a_monthly_form_is_drafted_as_an_analyst_would():
    made, spec = draft(MONTHLY)
    assert (made.read, made.figures) == (10, 15)  # the five of 同比 are ignored
    assert (spec["rows"], spec["columns"], spec["area"]) == ("measure", "variant", "office")
    assert (spec["sender"], spec["rhythm"]) == ("town", "month")
    assert spec["match"] == {"title": "公共法律服务月报"}
    assert spec["variants"] == {"flow": ["本月"], "cumulative": ["本年累计"]}
    assert spec["ignored"] == ["同比"]
    assert spec["office"] == ["填报单位"]
    whole = spec["measures"]["shou_li_jiu_fen_shu"]
    assert (whole["unit"], whole["labels"]) == ("件", ["受理纠纷数"])
    assert list(whole["breakdown"].values()) == [["受理纠纷数/邻里纠纷"], ["受理纠纷数/婚姻家庭"]]
    assert {"whole": "shou_li_jiu_fen_shu", "parts": "kind", "relation": "equal"} in spec["checks"]
    assert {one["unit"] for one in spec["measures"].values()} == {"件", "人", "%"}


def test_a_yearbook_table_is_drafted_with_its_areas_units_and_sums():
    made, spec = draft(AREAS)
    assert made.read == made.figures == 16
    assert (spec["rows"], spec["columns"], spec["area"]) == ("area", "measure", "rows")
    assert spec["rhythm"] == "year"
    population = spec["measures"]["nian_mo_chang_zhu_ren_kou"]
    assert population["unit"] == "人"  # 万人 is kept as 人
    assert population["basis"] == "stock"
    assert population["breakdown"] == {
        "sex=male": ["年末常住人口/男"], "sex=female": ["年末常住人口/女"],
    }  # fmt: skip
    assert spec["areas"] == {"全区合计": HOME}


def test_years_as_columns_are_periods_of_the_home_area(tmp_path: Path):
    made, spec = draft(YEARS)
    assert made.read == made.figures == 4
    assert spec["rhythm"] == "year"
    assert list(spec["measures"]) == ["shou_li", "ban_jie"]
    assert f"please check: every figure is taken for {tree()[HOME].name}" in made.text


def test_each_year_of_a_yearbook_lends_its_headings():
    later = AREAS.replace("2021", "2022").replace("土地面积（平方公里）", "耕地面积（公顷）")
    made, spec = draft(AREAS, later)
    assert made.read == made.figures == 32
    assert {"tu_di_mian_ji", "geng_di_mian_ji"} <= spec["measures"].keys()


def test_a_unit_that_nobody_wrote_is_a_question():
    _, spec = draft("| 各镇情况（2021年） | < |\n| 地区 | 得分 |\n| 塘桥镇 | 3 |\n| 宣桥镇 | 4 |\n")
    assert spec["measures"]["de_fen"]["unit"] == naming.UNKNOWN_UNIT


def test_names_that_are_no_areas_are_said_and_not_guessed():
    made, spec = draft(AREAS.replace("宣桥镇", "宣乔镇"))
    assert "no area is called 宣乔镇" in made.text
    assert "宣乔镇" not in spec["areas"]
    assert made.read == made.figures - 4


def test_a_measure_that_another_form_has_keeps_its_id(tmp_path: Path):
    spec = """
        form: other
        rhythm: year
        match: {title: 别的表}
        measures:
          residents: {name: {zh: 常住人口, en: Residents}, unit: 人, labels: [年末常住人口/合计]}
    """
    (tmp_path / "other.yml").write_text(re.sub("^ {8}", "", spec, flags=re.M), encoding="utf-8")
    _, made = draft(AREAS, known=load_forms(tmp_path))
    assert made["measures"]["residents"]["name"] == {"zh": "常住人口", "en": "Residents"}


HOSTILE = """
| 一览：{{x}} # [y]（2021年） | < |
| 地区: - & * | 受理: "数" # |
| 塘桥镇 | 3 |
| 宣桥镇 | 4 |
"""


def test_whatever_a_heading_says_the_yaml_holds(tmp_path: Path):
    made, spec = draft(HOSTILE)
    assert made.read == made.figures == 2
    assert loaded(made.text, tmp_path).title == spec["title"]


def held(made: Draft, layouts: list[Layout], folder: Path) -> Extraction:
    """Hold a draft against sheets: nothing is lost, and its figures are what the cells hold."""
    out = Extraction("a.xlsx")
    form = loaded(made.text, folder)
    for layout in layouts:
        apply_forms(layout, Context((form,), tree(), HOME), out)
        cells = {(layout.sheet.name, at) for at in layout.grid.boxes}
        assert {at for at in out.used | out.logged if at[0] == layout.sheet.name} == cells
        values = {box.cell.address: box.reading.value for box in layout.grid.boxes.values()}
        for one in out.observed:
            if one.sheet == layout.sheet.name and one.value == one.value:
                as_kept = [pytest.approx(values[one.cell] * scale) for scale in (1, 10_000)]
                assert one.value in as_kept
    assert not out.used & out.logged
    return out


@pytest.mark.parametrize("seed", range(0, 120, 3))
def test_drafts_of_random_forms_load_and_read_or_log_every_cell(seed: int, tmp_path: Path):
    layouts = detect_all(page.sheet() for page in random_forms.make(seed))
    made = draft_from(layouts, "a.xlsx", tree(), HOME)
    out = held(made, layouts, tmp_path)
    keys = [(one.measure, one.breakdown, one.area, one.period) for one in out.observed]
    assert made.read <= made.figures
    assert len(keys) >= made.read


# -- files -------------------------------------------------------------------------------------


def test_a_draft_is_written_once_and_read_by_ingest(withheld: Project, yearbook: Path):
    made = pls.draft_form(yearbook, form="mediation")
    assert made.path == withheld.config / "forms" / "mediation.yml"
    assert made.path.read_text(encoding="utf-8") == str(made)
    with pytest.raises(DraftError, match="there already"):
        pls.draft_form(yearbook, form="mediation")
    pls.draft_form(yearbook, form="mediation", force=True)
    (withheld.raw / yearbook.name).write_bytes(yearbook.read_bytes())
    outcome = ingest(withheld, jobs=1)
    assert outcome.refused == []
    rows = Store(withheld.processed).observations()
    assert len(rows) == made.read == 6
    assert rows["area"].nunique() == 3


def test_outside_a_project_a_place_is_asked_for(yearbook: Path, nowhere: Path):
    with pytest.raises(ConfigError, match="PLS_PROJECT"):
        pls.draft_form(yearbook)
    made = pls.draft_form(yearbook, out=nowhere / "forms")
    assert made.path is not None
    assert made.path.parent == nowhere / "forms"


@pytest.mark.parametrize("name", ["../evil", "A b", "", "x/y", "1st"])
def test_a_form_id_never_becomes_another_path(name: str, yearbook: Path, nowhere: Path):
    with pytest.raises(DraftError, match="no id"):
        pls.draft_form(yearbook, form=name, out=nowhere)
    assert list(nowhere.iterdir()) == []


def test_a_bad_file_is_refused(tmp_path: Path, nowhere: Path):
    bad = tmp_path / "a.xlsx"
    bad.write_bytes(b"%PDF-1.7")
    with pytest.raises(Refused, match="PDF"):
        pls.draft_form(bad, out=nowhere)
    with pytest.raises(DraftError, match="no table 7"):
        draft(AREAS, number=7)


def test_the_command_says_what_it_wrote(withheld: Project, yearbook: Path):
    command = ["draft-form", str(yearbook), "--form", "mediation"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    assert "reads 6 of 8 figures" in done.output
    assert "to check" in done.output
    again = CliRunner().invoke(main, command)
    assert again.exit_code == 2
    assert "there already" in again.output
    assert CliRunner().invoke(main, [*command, "--force"]).exit_code == 0


@pytest.mark.slow
def test_drafts_of_the_samples_forms_read_all_that_the_committed_spec_reads(
    sample_project: Project, tmp_path: Path
):
    """Each office lays its form out in its own way; the spec is withheld.

    Of a list no draft can know what tells its rows apart.
    """
    lists = {one.id for one in load_forms(sample_project.config / "forms") if one.row_labels}
    store = Store(sample_project.processed)
    filed = store.submissions().drop_duplicates(["form", "office"]).groupby("form").head(12)
    filed = filed[~filed["form"].isin(lists)]
    rows = store.observations()
    for file in filed.itertuples():
        made = drafted(sample_project.raw / file.path, _without_forms(sample_project, tmp_path))
        mine = rows[(rows["submission"] == file.submission) & (rows["sheet"] == made.tables[0][0])]
        assert made.read >= len(mine) > 0, file.path
        loaded(made.text, tmp_path)


def _without_forms(project: Project, folder: Path) -> Project:
    from dataclasses import replace

    config = folder / "config"
    if not config.exists():
        (config / "forms").mkdir(parents=True)
        for file in project.config.glob("*.csv"):
            (config / file.name).write_bytes(file.read_bytes())
    return replace(project, config=config)


def test_drafts_of_the_real_tables_load_and_read_most_of_them(real: Path):
    """What is not read is an area of a zone that the national list does not have, or damaged."""
    files = sorted((real / "shanghai-yearbook-2012").iterdir())
    files += sorted((real / "rural-yearbook" / "raw").rglob("raw-2018-2019.xls"))
    read = figures = 0
    for file in files:
        made = drafted(file, None)
        read, figures = read + made.read, figures + made.figures
    assert figures > 2_000
    assert read / figures > 0.99
