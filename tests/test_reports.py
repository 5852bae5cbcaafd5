"""The parts of the policy's reports: what they show, and what would embarrass the bureau."""

from __future__ import annotations

import json
import re

import nbformat
import pytest
from projects import ROOT

from pls_analysis import changes, notices, progress, ranking, scorecard, sources, towns
from pls_analysis.briefs import Brief, parameters
from pls_analysis.project import Project
from pls_analysis.store import Store

HOME, URBAN, RURAL = "310115", "310115004", "310115103"
REPORTS = ("town_brief", "district_brief", "target_scorecard", "city_comparison")


@pytest.fixture(scope="module")
def brief_of(sample_project: Project):
    """Briefs of the small sample (January to March 2022), made once each."""
    made: dict[tuple[str, ...], Brief] = {}

    def brief(area: str, report: str, lang: str = "zh") -> Brief:
        key = (area, report, lang)
        if key not in made:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("PLS_PROJECT", str(sample_project.root))
                made[key] = parameters(area, "2022-03", lang, report)
        return made[key]

    return brief


# -- a town's --------------------------------------------------------------------------------------


@pytest.mark.parametrize("area", [URBAN, RURAL])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_towns_brief_judges_what_is_a_towns(brief_of, area: str, lang: str):
    brief = brief_of(area, "town_brief", lang)
    judged = progress.judged(brief)
    assert len(judged) == 9
    drawn = progress.bullets(brief, judged, "x").data["rows"]
    assert [row["label"] for row in drawn] == [one.entry.name[lang] for one in judged]
    for row, one in zip(drawn, judged, strict=True):
        assert (row["value"] is None) == (one.value is None)


def test_what_a_town_contributes_has_a_share_and_no_verdict(brief_of):
    brief = brief_of(URBAN, "town_brief")
    shared = progress.contributed(brief)
    assert {one.status for one in shared} == {"monitored"}
    targets = [row["target"] for row in progress.bullets(brief, shared, "x").data["rows"]]
    # By villages: 29 of the district's 1,520.
    assert targets == pytest.approx([one.facts["share"] for one in shared])
    assert targets[0] == pytest.approx(1500 * 29 / 1520)


def test_peers_are_of_the_same_kind_and_have_no_names(brief_of):
    brief = brief_of(URBAN, "town_brief")
    chart = progress.peers(brief)
    # Where the area's own figure is from may name others: an adviser's hours in all their villages.
    drawn = [{**row, "source": ""} for row in chart.data.pop("strips")]
    told = json.dumps([drawn, chart.data], ensure_ascii=False) + chart.alt
    assert len(brief.peers) == 11
    assert not any(one.name in told for one in brief.peers)
    assert brief.area.name in told


def test_rates_in_the_strip_are_of_the_year_so_far(brief_of):
    brief = brief_of(URBAN, "town_brief")
    [item] = [one for one in progress.strip(brief, changes.compare(brief)).data["items"]
              if one["label"] == "人民调解成功率"]  # fmt: skip
    [figure] = [one for one in brief.standing.figures("mediation_success_rate", URBAN)
                if one.end == brief.period.end]  # fmt: skip
    assert float(item["value"]) == pytest.approx(float(figure.value), abs=0.051)


def test_who_fails_is_named_by_village_and_never_by_adviser(brief_of):
    for area in (URBAN, RURAL):
        brief = brief_of(area, "town_brief")
        for _, matter, source in progress.failing(brief):
            assert "未达标" in matter
            assert "《" in source
            assert not re.search(r"A\d{3}", matter + source)


def test_sources_group_cells_by_form_and_sheet(brief_of):
    brief = brief_of(HOME, "target_scorecard")
    [one] = [one for one in brief.assessments if one.entry.id == "hotline_connection_rate"]
    told = sources.cells(brief, one.evidence)
    assert told.startswith("《12348公共法律服务热线运行情况月报》热线月报：")
    assert len(one.evidence) == 3
    assert sources.cells(brief, one.evidence, None).count("、") >= told.count("、")


def test_a_source_names_office_form_cell_period_and_definition(brief_of):
    brief = brief_of(URBAN, "town_brief")
    names = [
        line.partition("：")[0] for line in sources.of_measure(brief, brief.measures[0]).split("\n")
    ]
    assert names == ["报送单位", "报表单元格", "期间"]
    rate = sources.of_indicator(brief, "mediation_success_rate").split("\n")
    assert rate[0] == f"报送单位：{brief.area.name}"
    assert rate[1].startswith("报表单元格：《")
    assert rate[-1].startswith("口径：")
    for one in progress.judged(brief):
        told = sources.of_target(brief, one)
        assert ("报表单元格：" in told) == bool(one.evidence)
        assert not re.search(r"A\d{3}|\.xlsx?", told), "no adviser, no file"


def test_what_is_shown_of_an_area_says_its_source(brief_of):
    brief = brief_of(URBAN, "town_brief")
    found = changes.compare(brief)
    strip = progress.strip(brief, found).data["items"]
    assert all(item["source"] for item in strip if item["value"] != "—")
    points = progress.key_points(brief, found).data
    assert len(points["sources"]) == len(points["items"])
    rows = progress.bullets(brief, progress.judged(brief), "").data["rows"]
    assert all(row["source"] for row in rows if row["value"] is not None)


# -- the district's --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "由(.+?)修订为(.+?)。"), ("en", ": (.+?) revised to (.+?)\\. ")]
)
def test_a_revised_figure_is_told_from_what_to_what(brief_of, lang: str, said: str):
    brief = brief_of(HOME, "district_brief", lang)
    own = brief.observations[brief.observations["area"] == HOME]
    found = notices.revised_figures(brief, own)
    assert len(found) > 0
    assert (found["value"] != found["value_before"]).all()
    store = Store(brief.project.processed)
    before = store.superseded().set_index(["submission", "measure", "basis", "breakdown"])["value"]
    for row in found.itertuples():
        key = (row.supersedes, row.measure, row.basis, "total")
        assert row.value_before in list(before.loc[[key]])
    told = re.findall(said, notices.notes(brief).text())
    assert 0 < len(told) == min(len(found), notices.REVISIONS_TOLD)
    assert all(old != new for old, new in told)


def test_the_scorecard_has_every_public_target_once(brief_of):
    brief = brief_of(HOME, "target_scorecard")
    listed = [one.entry.id for found in scorecard.by_task(brief).values() for one in found]
    policy = brief.standing.policy
    assert listed == [one.id for one in policy.targets.values() if one.public]
    assert len(listed) == len(policy.targets) - 2
    squares = scorecard.strip_of_statuses(brief).data["tasks"]
    assert sum(len(task["targets"]) for task in squares) == len(listed)


def test_figures_of_targets_stand_under_the_four_fields(brief_of):
    groups = scorecard.by_field(brief_of(HOME, "district_brief"))
    assert len(groups) == 4
    names = {one.entry.id for found in groups.values() for one in found}
    assert {"lawyers", "hotline_connection_rate", "leading_lawyers"} <= names
    assert not names & {"leading_lawyers_criminal", "dispute_centre", "awareness_rate"}


def test_towns_stand_in_the_official_order_without_zones(brief_of):
    brief = brief_of(HOME, "district_brief")
    found = towns.judged(brief)
    order = [one.code for one in brief.tree.descendants(HOME, "town")]
    assert list(found["area"].unique()) == order
    assert len(order) == 36
    assert found["target"].nunique() == 9
    heat = towns.heat(brief, found)
    assert heat.data["labels"] == [brief.tree[code].name for code in order]
    assert found.loc[found["status"].isin(["no_data", "too_few"]), "value"].isna().all()


def test_overdue_returns_are_named(brief_of):
    rows = scorecard.off(brief_of(HOME, "district_brief"))
    overdue = [matter for _, matter, source in rows if source == "未报送"]
    assert all("未报送：" in matter for matter in overdue)


def test_parts_without_figures_say_so(brief_of):
    """The city's bulletin is half-yearly: the small sample holds none."""
    brief = brief_of(HOME, "city_comparison")
    places = ranking.places(brief)
    for part in (*ranking.intervals(brief, places), ranking.own_places(brief, places),
                 ranking.shares_chart(brief, ranking.shares(brief))):  # fmt: skip
        assert part.text() == brief.no_figures.text()
    assert progress.bullets(brief, [], "x").text() == brief.no_figures.text()


def test_what_is_not_public_is_in_no_part(brief_of):
    for report in ("district_brief", "target_scorecard"):
        brief = brief_of(HOME, report)
        hidden = [one.name["zh"] for one in brief.standing.policy.targets.values()
                  if not one.public]  # fmt: skip
        csv = progress.attachment(brief, progress.public(brief.assessments)).data["csv"]
        texts = [csv, scorecard.tally_points(brief).text(),
                 notices.watch(brief, scorecard.off(brief)).text()]  # fmt: skip
        assert len(hidden) == 2
        assert not any(name in text for name in hidden for text in texts)


# -- what would embarrass the bureau, in what the committed notebooks show -------------------------


def texts_of(name: str) -> list[str]:
    """All that a committed notebook shows: texts, and the data of its charts and blocks."""
    book = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    bundles = [
        output["data"]
        for cell in book.cells
        for output in cell.get("outputs", ())
        if "data" in output
    ]
    return [
        text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
        for bundle in bundles
        for kind, text in bundle.items()
        if kind.startswith("text/") or kind.endswith("json")
    ]


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize(
    "pattern",
    [
        "末位|倒数|排名第|成效显著|得益于|问责|督办",
        r"下降[−-]|减少[−-]|\bnan\b|\bNone\b",
        "国外",
        "第[0-9]+号|机密|秘密|公章",
        "化解信访矛盾|矛盾纠纷排查",
        r"[^\d]A\d{4}[^\d]",
        "完成率",
    ],
)
def test_nothing_embarrassing_is_shown(name: str, pattern: str):
    found = [text for text in texts_of(name) if re.search(pattern, text)]
    assert not found, found[0][:300]


@pytest.mark.parametrize("name", REPORTS)
def test_reports_say_whose_they_are_and_that_the_sample_is_made_up(name: str):
    head = texts_of(name)[0]
    assert "样例·合成数据" in head
    assert "2022年6月" in head
