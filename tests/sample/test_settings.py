"""What is wrong in config/sample is said in words, and what it prints, the form specs know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from projects import ROOT

from pls_analysis.configs import ConfigError
from pls_analysis.ingest import values
from pls_analysis.ingest.forms import Form, load_forms
from pls_analysis.periods import parse_period
from pls_analysis.project import Project
from pls_analysis.sample import generate
from pls_analysis.sample.settings import load_settings


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ConfigError, match="there is no such file"):
        load_settings(tmp_path / "town_monthly.yml")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sesaon": [1] * 12}, 'unknown key "sesaon" (did you mean "season"?)'),
        ({"rows": None}, "`rows:` is missing"),
        ({"season": [1, 2]}, "needs 12 numbers, one for each month, not 2"),
        ({"figures": {"a": {"share": 1}}}, "a needs one of per_unit"),
        ({"figures": {"a": {"of": "b", "share": 1}}}, "b, which must stand above it"),
        ({"figures": {"a": {"per_unit": 1, "grwoth": 2}}}, 'unknown key "grwoth"'),
        ({"rows": [{"measure": "strange", "unit": "件", "wordings": ["x"]}]},
         'unknown measure "strange"'),
        ({"rows": [{"measure": "mediation_accepted", "unit": "件"}]}, "`wordings:` is missing"),
        ({"dips": [{"from": "2020-13", "until": "2020-02", "factor": 1}]},
         '"2020-13" is no period'),
        ({"headings": {"key": "项目"}}, "headings: `flow:` is missing"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_said_in_words(tmp_path: Path, change: dict, words: str):
    given = yaml.safe_load(
        (ROOT / "config" / "sample" / "town_monthly.yml").read_text(encoding="utf-8")
    )
    file = tmp_path / "town_monthly.yml"
    file.write_text(yaml.safe_dump(given | change, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(words)):
        load_settings(file)


def test_an_unknown_fault_is_named(invented: Project):
    file = invented.config / "sample" / "town_monthly.yml"
    text = file.read_text(encoding="utf-8").replace("  damaged:", "  damagd:")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match='unknown fault "damagd"'):
        generate(invented, start="2022-01", until="2022-01")


# -- the printed form and the form specs -------------------------------------------------------


@pytest.fixture(scope="module")
def forms() -> list[Form]:
    return [one for one in load_forms(ROOT / "config" / "forms") if one.id == "town_monthly"]


@pytest.mark.parametrize("month", ["2020-01", "2021-06", "2021-07", "2022-06"])
def test_every_line_of_the_form_is_known_to_one_spec(forms: list[Form], month: str):
    settings, when = (
        load_settings(ROOT / "config" / "sample" / "town_monthly.yml"),
        parse_period(month),
    )
    (form,) = [one for one in forms if one.serves(when)]
    printed = set()
    parent = ""
    for row in settings.rows:
        if row.section or not row.stands_in(when):
            continue
        parent = row.wordings[0] if row.indent == 0 else parent
        for wording in row.wordings:
            path = [wording] if row.indent == 0 else [parent, wording]
            found = form.labels.find([values.label(one) for one in path])
            assert found is not None, path
            assert (found.measure, found.breakdown) == (row.measure, row.part)
        assert form.measures[row.measure].unit == row.unit
        printed.add(row.measure)
    assert printed == set(form.measures)


def test_the_form_changed_in_mid_year(forms: list[Form]):
    before, after = forms
    assert set(after.measures) - set(before.measures) == {"mediation_confirmed"}
    assert before.labels.find(["企业法治体检"])
    assert not after.labels.find(["企业法治体检"])


def test_every_heading_is_known(forms: list[Form]):
    headings = load_settings(ROOT / "config" / "sample" / "town_monthly.yml").tables[0].headings
    for form in forms:
        for basis in ("flow", "cumulative"):
            for word in headings[basis]:
                assert form.variants.find([values.label(word)]) == basis
        for word in headings["yoy"]:
            assert form.ignored.find([headings["group"], values.label(word)]) is not None
        assert {values.label(word) for word in headings["key"]} <= form.keys
