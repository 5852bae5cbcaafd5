"""Nothing public tells a small count of people: attachments attacked, pages read, data whole."""

from __future__ import annotations

import base64
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pandas as pd
import pypdf
import pytest
from bs4 import BeautifulSoup
from disclosure_attack import KEY, Attack, Knowledge
from projects import store_of

import pls_analysis as pls
from pls_analysis import changes, confidential, notices, progress, scorecard
from pls_analysis.briefs import Brief, parameters
from pls_analysis.disclosure.suppression import hidden_cells
from pls_analysis.project import Project, load_project
from pls_analysis.publish.html import HtmlExporter
from pls_analysis.publish.pdf import PdfExporter
from pls_analysis.reads import Kept
from pls_analysis.store import Store

HOME = "310115"
TOWNS = ["310115004", "310115005", "310115103", "310115104"]
SHOWN = ["mediation_people", "criminal_aid_entitled", "criminal_aid_received", "legal_aid_cases"]
LEAST = 60
PERIODS = ["2022-01", "2022-02", "2022-03"]
KNOWN = Knowledge(
    dict.fromkeys(TOWNS, HOME),
    parts=frozenset({("criminal_aid_entitled", "stage"), ("criminal_aid_received", "stage")}),
    covers=frozenset({("legal_aid_cases", "group")}),
    within=frozenset({("criminal_aid_entitled", "criminal_aid_received")}),
)


@pytest.fixture(scope="module")
def counted(sample_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small sample with a report of counts of people: of four towns and of the district.

    The towns' people are added up for the district; one town's are few in the second month.
    """
    root = tmp_path_factory.mktemp("counted") / "project"
    shutil.copytree(sample_project.root, root, ignore=shutil.ignore_patterns("raw", "processed"))
    text = (root / "pls.toml").read_text(encoding="utf-8")
    text = text.replace("suppress_below_people = 5", f"suppress_below_people = {LEAST}")
    listed = ", ".join(f'"{name}"' for name in SHOWN)
    text = re.sub(
        r'(\[reports.district_trends\]\n)level = "town"\nmeasures = \[[^]]*\]',
        rf'\1level = "district"\nmeasures = [{listed}]', text,
    )  # fmt: skip
    (root / "pls.toml").write_text(text, encoding="utf-8")
    project = load_project(root)
    rows = Store(sample_project.processed).observations()
    counts = rows["measure"] == "mediation_people"
    own = rows[counts & rows["area"].isin(TOWNS) & (rows["basis"] == "flow")]
    few = (own["area"] == TOWNS[0]) & (own["period_start"] == "2022-02-01")
    own = own.assign(value=own["value"].mask(few, 17.0))
    sums = own.groupby(["period_start", "period_end"], as_index=False)["value"].sum()
    whole = own.drop_duplicates("period_end").drop(columns="value").merge(sums)
    store_of(project, pd.concat([rows[~counts], own, whole.assign(area=HOME)], ignore_index=True))
    return project


@pytest.fixture
def inside(counted: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("PLS_PROJECT", str(counted.root))
    return counted


def whole(project: Project) -> pd.Series:
    """The counts of people of the areas with a report, as they are."""
    frame = Store(project.processed).observations(SHOWN, [HOME, *TOWNS], basis="flow")
    return frame.set_index(KEY)["value"]


def small(project: Project) -> pd.Series:
    values = whole(project)
    return values[(values > 0) & (values < LEAST)]


def brief_of(area: str, period: str = PERIODS[-1], lang: str = "zh") -> Brief:
    return parameters(area, period, lang, "district_trends")


def attacked() -> dict:
    """What an attacker works out of the attachments of every report of every period."""
    attack = Attack(KNOWN)
    for period in PERIODS:
        for area in (HOME, *TOWNS):
            attack.read(brief_of(area, period).attachment.data["csv"])
    assert attack.hidden
    return attack.recovered()


def test_attachments_of_all_reports_tell_no_small_count(inside: Project):
    found = attacked()
    assert [cell for cell in found if cell in small(inside).index] == []


def test_the_attack_succeeds_without_secondary_suppression(
    inside: Project, monkeypatch: pytest.MonkeyPatch
):
    def alone(*arguments):
        return hidden_cells(*arguments, secondary=False)

    monkeypatch.setattr(confidential, "hidden_cells", alone)
    for kept in ("_HIDDEN", "_STANDINGS"):
        monkeypatch.setattr(confidential, kept, Kept(4))
    found = attacked()
    values = small(inside)
    told = {cell for cell in found if cell in values.index}
    assert {cell[0] for cell in told} >= {"mediation_people", "criminal_aid_entitled"}
    assert all(found[cell] == values[cell] for cell in told)


def test_what_a_report_hides_the_next_one_hides_and_no_more_of_its_days(inside: Project):
    last = confidential.hidden_until(inside, pd.Period(PERIODS[-1]).end_time.date())
    for period in PERIODS[:-1]:
        end = pd.Period(period).end_time
        before = confidential.hidden_until(inside, end.date())
        assert len(before)
        pd.testing.assert_frame_equal(
            before, last[last["period_end"] <= end].reset_index(drop=True)
        )


def test_an_attachment_marks_what_it_hides_and_says_where_it_stands(inside: Project):
    csv = brief_of(TOWNS[0]).attachment.data["csv"]
    rows = pd.read_csv(io.StringIO(csv), keep_default_na=False)
    [row] = rows[
        (rows["measure"] == "mediation_people") & (rows["period_start"] == "2022-02-01")
    ].to_dict("records")
    assert (row["value"], row["status"], row["raw"]) == ("", "c", "")
    assert row["cell"]


def test_an_analysts_data_stay_whole(inside: Project):
    own = pls.observations("mediation_people", TOWNS[0], "2022-02")
    assert own["value"].tolist() == [17]
    assert own["status"].tolist() == [""]
    series = pls.series("mediation_people", TOWNS[0])
    assert series.loc["2022-02"].tolist() == [17]
    judged = pls.assess("2022-03", indicator="criminal_aid_coverage")
    assert judged["value"].notna().all()


def test_a_verdict_on_a_hidden_count_has_a_status_and_no_figure(inside: Project):
    brief = brief_of(HOME)
    [own] = pls.assess("2022-03", indicator="criminal_aid_coverage").to_dict("records")
    [one] = [one for one in brief.assessments if one.entry.id == "criminal_aid_coverage"]
    assert one.status == own["status"]
    assert (one.value, one.gap, one.denominator, one.beside) == (None, None, None, ())
    [row] = progress.table(brief, [one], "x").data["rows"]
    assert [row[2]["text"], row[3]["text"]] == ["[c]", "[c]"]
    assert progress.bullets(brief, [one], "x").data["rows"][0]["value_text"] == "[c]"
    said = progress.said(brief, one)
    assert "[c]" in said
    assert "%" not in said
    csv = progress.attachment(brief, [one]).data["csv"]
    [written] = pd.read_csv(io.StringIO(csv)).to_dict("records")
    assert pd.isna(written["value"])
    shown = scorecard.trajectories(brief, [one])
    assert all(table.isna().all().all() for table in shown.values())


def test_a_total_with_a_hidden_month_is_hidden_and_nothing_is_computed_from_it(inside: Project):
    brief = brief_of(TOWNS[0])
    [found] = [one for one in changes.compare(brief) if one.measure == "mediation_people"]
    assert found.hidden == {"total"}
    assert (found.total, found.value, found.growth) == (None, None, None)
    assert found.present == found.due == 3
    assert changes.strip_items(brief, [found])[0]["value"] == "[c]"
    assert "[c]" in changes.gaps(brief, [found])
    [row] = changes.recent(brief).data["rows"]
    assert row[-2]["text"] == "[c]"


NOTED = {"zh": "人数保密", "en": "Withheld"}


@pytest.mark.parametrize("lang", NOTED)
def test_a_note_says_what_the_mark_means_where_something_is_hidden(
    inside: Project, lang: str, sample_project: Project, monkeypatch: pytest.MonkeyPatch
):
    heads = [head for head, _ in notices.notes(brief_of(HOME, lang=lang)).data["items"]]
    assert NOTED[lang] in heads
    monkeypatch.setenv("PLS_PROJECT", str(sample_project.root))
    heads = [head for head, _ in notices.notes(brief_of(TOWNS[0], lang=lang)).data["items"]]
    assert NOTED[lang] not in heads


# -- the pages ---------------------------------------------------------------------------------


def pages(project: Project, out: Path) -> dict[str, str]:
    """All text of a report's PDF with its attachments, and of its HTML with its data."""
    command = ["papermill", "notebooks/district_trends.ipynb", str(out), "-p", "area", TOWNS[0],
               "-p", "period", PERIODS[-1], "--no-progress-bar"]  # fmt: skip
    more = {"PLS_PROJECT": str(project.root), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=project.root, env={**os.environ, **more},
        check=False, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    book = nbformat.read(out, as_version=4)
    reader = pypdf.PdfReader(io.BytesIO(PdfExporter().from_notebook_node(book)[0]))
    attached = [data.decode() for files in reader.attachments.values() for data in files]
    assert attached
    return {"pdf": "\n".join([*(page.extract_text() for page in reader.pages), *attached]),
            "html": text_of(HtmlExporter().from_notebook_node(book)[0])}  # fmt: skip


def text_of(html: str) -> str:
    """All that a page shows, what it tells of its charts, and the data that it holds."""
    told = re.findall(r'aria-label="([^"]*)"', html)
    packed = re.findall(r"data:application/zip;base64,([^\"]+)", html)
    assert packed
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(packed[0]))) as archive:
        data = [archive.read(name).decode("utf-8-sig") for name in archive.namelist()]
    page = BeautifulSoup(html, "html.parser")
    for unseen in page(["script", "style"]):
        unseen.decompose()
    return "\n".join([page.get_text("\n"), *told, *data])


@pytest.fixture(scope="module")
def published(counted: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict]:
    """The pages of a report, with the threshold of pls.toml and with none."""
    folder = tmp_path_factory.mktemp("published")
    file = counted.root / "pls.toml"
    text = file.read_text(encoding="utf-8")
    found = {LEAST: pages(counted, folder / "hidden.ipynb")}
    file.write_text(text.replace(f"people = {LEAST}", "people = 1"), encoding="utf-8")
    found[1] = pages(counted, folder / "whole.ipynb")
    file.write_text(text, encoding="utf-8")
    return found


@pytest.mark.parametrize("kind", ["pdf", "html"])
def test_no_page_prints_a_hidden_count(published: dict[int, dict], counted: Project, kind: str):
    """The town's 17 people of February stand beside their label only where nothing is hidden."""
    values = whole(counted).xs(TOWNS[0], level="area").xs("mediation_people", level="measure")
    months = rf"(?<![\d.,]){values.iloc[0]:.0f}\D+?17\D"
    total = f"{values.sum():,.0f}"
    shown = {least: texts[kind] for least, texts in published.items()}
    assert "[c]" in shown[LEAST]
    assert "[c]" not in shown[1]
    assert re.search(months, shown[1])
    assert not re.search(months, shown[LEAST])
    assert total in shown[1]
    assert total not in shown[LEAST]
