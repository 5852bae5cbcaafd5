"""How several areas stand, read at once, against each area judged by itself."""

from __future__ import annotations

import datetime as dt

import pytest

from pls_analysis.policies import Standing, assessments
from pls_analysis.project import Project

DAY = dt.date(2022, 6, 30)
URBAN, RURAL = "310115004", "310115103"


@pytest.fixture(scope="module")
def standing(sample_project: Project) -> Standing:
    return Standing(sample_project, DAY)


@pytest.mark.parametrize("area", ["310115", URBAN, RURAL])
def test_areas_judged_together_stand_as_they_do_alone(standing: Standing, area: str):
    assert standing.of(area) == assessments(standing.project, DAY, area)


def test_a_few_targets_may_be_asked_for(standing: Standing):
    found = standing.of("310115", ["hotline_connection_rate", "lawyers"])
    assert [one.entry.id for one in found] == ["hotline_connection_rate", "lawyers"]


def test_figures_of_an_indicator_run_through_the_year(standing: Standing):
    found = standing.figures("mediation_success_rate", URBAN)
    ends = [one.end for one in found]
    assert ends == sorted(ends)
    assert ends[-1].year == 2022
    last = found[-1]
    assert last.numerator
    assert last.denominator
    assert last.start == dt.date(2022, 1, 1)
    assert last.value == last.numerator * 100 / last.denominator


def test_an_unknown_name_is_told(standing: Standing):
    with pytest.raises(ValueError, match="mediation_success_rate"):
        standing.figures("mediation_sucess_rate", URBAN)


def test_figures_of_a_coverage_are_shares_and_not_sums_of_days(standing: Standing):
    for area in ("310115", URBAN, RURAL):
        found = [one.value for one in standing.figures("adviser_coverage", area) if one.value]
        assert found
        assert all(0 <= value <= 100 for value in found)
