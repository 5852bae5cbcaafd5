"""How several areas stand, read at once, against each area judged by itself."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from pls_analysis import confidential
from pls_analysis.analysis import area_tree
from pls_analysis.confidential import Hidden, PublicStanding, digests_of
from pls_analysis.disclosure.relations import CELL
from pls_analysis.policies import Standing, assessments
from pls_analysis.project import Project
from pls_analysis.reads import Kept, recording
from pls_analysis.store import Asked

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


# -- what is read for it ---------------------------------------------------------------------------


def noted(read) -> list[Asked | Hidden]:
    with recording() as found:
        read()
    return sorted((one for one in found if isinstance(one, Asked | Hidden)), key=repr)


@pytest.fixture(scope="module")
def public(sample_project: Project) -> PublicStanding:
    return PublicStanding(sample_project, DAY)


def test_of_an_area_only_its_own_figures_are_noted(public: PublicStanding):
    own = {URBAN, *(one.code for one in area_tree(public.project).descendants(URBAN))}
    found = noted(lambda: public.of(URBAN))
    everywhere = {name for one in found if not one.areas for name in one.measures}
    assert everywhere == {"adviser_contract_start", "adviser_contract_end", "adviser_hours"}
    assert own >= {area for one in found for area in one.areas}
    assert {"mediation_accepted", "adviser_visits"} <= {n for one in found for n in one.measures}


@pytest.mark.parametrize("name", ["mediation_success_rate", "adviser_visits", "adviser_hours"])
def test_what_is_kept_is_noted_again(public: PublicStanding, name: str):
    first = noted(lambda: public.figures(name, RURAL))
    assert first
    assert noted(lambda: public.figures(name, RURAL)) == first
    other = noted(lambda: PublicStanding(public.project, DAY).figures(name, RURAL))
    assert other == first, "also by another standing, which shares what was read"


def test_a_line_of_a_list_depends_on_all_that_stands_in_it(public: PublicStanding):
    found = noted(lambda: public.figures("adviser_services", RURAL))
    listed = {name for one in found if isinstance(one, Asked) for name in one.measures}
    assert {"adviser_services", "adviser_visits"} <= listed, "else a line without a figure is new"


def test_the_value_of_a_note_is_which_cells_are_hidden(
    sample_project: Project, monkeypatch: pytest.MonkeyPatch
):
    cells = pd.DataFrame(
        [("mediation_people", area, "total", pd.Timestamp(DAY), pd.Timestamp(DAY), "flow")
         for area in (URBAN, RURAL)], columns=CELL,
    )  # fmt: skip
    notes = [Hidden(DAY, ("mediation_people",), areas) for areas in ((), (URBAN,), (RURAL,))]

    def values(hidden: pd.DataFrame) -> list[str]:
        monkeypatch.setattr(confidential, "hidden_until", lambda *_: hidden)
        monkeypatch.setattr(confidential, "_HASHES", Kept(1))
        return digests_of(sample_project, notes)

    both, one = values(cells), values(cells[:1])
    assert [now == before for now, before in zip(one, both, strict=True)] == [False, True, False]
