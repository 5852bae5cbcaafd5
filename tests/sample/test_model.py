"""Invented figures: of the right size, with the right dips, and the same for the same seed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from pls_analysis.areas import load_areas
from pls_analysis.periods import Period, parse_period
from pls_analysis.project import Project
from pls_analysis.sample.generation import find_offices
from pls_analysis.sample.model import Office, per_cent, periods, simulate
from pls_analysis.sample.settings import Settings, load_settings

ACCEPTED = ("mediation_accepted", "total")


@pytest.fixture
def settings(invented: Project) -> Settings:
    return load_settings(invented.config / "sample" / "town_monthly.yml")


@pytest.fixture
def towns(invented: Project, settings: Settings) -> list[Office]:
    return find_offices(invented, settings, load_areas(invented))


def span(first: str, last: str) -> list[Period]:
    return periods(parse_period(first), parse_period(last))


def month(year: int, number: int) -> Period:
    return parse_period(f"{year}-{number:02}")


def in_all(counted, towns: list[Office], when: Period, key=ACCEPTED) -> float:
    return sum(counted[town.code, when].flow[key] for town in towns)


def test_a_committee_has_about_35_cases_a_year(settings, towns):
    counted = simulate(settings, towns, span("2020-01", "2021-12"), 7)
    cases = sum(
        counted[town.code, month(year, 12)].cumulative[ACCEPTED]
        for town in towns
        for year in (2020, 2021)
    )
    assert 31 < cases / 2 / sum(town.units for town in towns) < 40


def test_towns_differ_in_activity(settings, towns):
    counted = simulate(settings, towns, span("2021-12", "2021-12"), 7)
    rates = [
        counted[town.code, month(2021, 12)].cumulative[ACCEPTED] / town.units for town in towns
    ]
    assert max(rates) > 1.5 * min(rates)


@pytest.mark.parametrize(
    ("low", "usual", "share"),
    [("2020-02", "2021-02", 0.6), ("2022-04", "2021-04", 0.4), ("2022-05", "2021-05", 0.4)],
)
def test_counters_were_quiet_in_the_dips(settings, towns, low, usual, share):
    counted = simulate(settings, towns, span("2020-01", "2022-06"), 7)
    assert in_all(counted, towns, parse_period(low)) < share * in_all(
        counted, towns, parse_period(usual)
    )


def test_remote_work_rose_in_the_dips(settings, towns):
    counted = simulate(settings, towns, span("2021-04", "2022-04"), 7)
    online = ("online_consultations", "total")
    before, after = (
        in_all(counted, towns, parse_period(m), online) for m in ("2021-04", "2022-04")
    )
    assert after > 1.3 * before


def test_parts_add_up_and_no_part_exceeds_its_whole(settings, towns):
    counted = simulate(settings, towns, span("2020-01", "2020-06"), 7)
    for figures in (one for both in counted.values() for one in (both.flow, both.cumulative)):
        for measure in ("mediation_accepted", "mediation_agreements", "publicity_events"):
            parts = [value for (name, part), value in figures.items()
                     if name == measure and part != "total"]  # fmt: skip
            assert sum(parts) == figures[measure, "total"]
        assert (
            figures["mediation_succeeded", "total"]
            <= figures["mediation_closed", "total"]
            <= figures[ACCEPTED]
        )
        assert 80 <= figures["mediation_success_rate", "total"] <= 100


def test_running_totals_add_up_within_the_year(settings, towns):
    counted = simulate(settings, towns, span("2020-11", "2021-03"), 7)
    code = towns[0].code
    for before, after in pairwise(span("2021-01", "2021-03")):
        now, past = counted[code, after], counted[code, before]
        assert now.cumulative[ACCEPTED] == past.cumulative[ACCEPTED] + now.flow[ACCEPTED]
    january = counted[code, month(2021, 1)]
    assert january.cumulative == january.flow


def test_an_item_counts_from_the_month_it_was_added(settings, towns):
    counted = simulate(settings, towns, span("2021-06", "2021-08"), 7)
    key, code = ("mediation_confirmed", "total"), towns[0].code
    assert key not in counted[code, month(2021, 6)].cumulative
    july, august = counted[code, month(2021, 7)], counted[code, month(2021, 8)]
    assert august.cumulative[key] == july.flow[key] + august.flow[key]


def test_a_longer_range_changes_no_month(settings, towns):
    short = simulate(settings, towns, span("2020-03", "2020-04"), 7)
    long = simulate(settings, towns, span("2020-01", "2020-12"), 7)
    assert all(long[place] == counted for place, counted in short.items())


def test_towns_without_villages_do_nothing_in_the_countryside(settings, towns):
    counted = simulate(settings, towns, span("2021-01", "2021-12"), 7)
    key = ("publicity_events", "place=countryside")
    year = {town.villages > 0: 0.0 for town in towns}
    for town in towns:
        year[town.villages > 0] += counted[town.code, month(2021, 12)].cumulative[key]
    assert year[False] == 0 < year[True]


def test_another_seed_gives_other_figures(settings, towns):
    one, other = (simulate(settings, towns, span("2021-01", "2021-01"), seed) for seed in (1, 2))
    assert one != other


def test_without_skew_towns_are_equally_busy(settings, towns):
    flat = replace(settings, skew=0.0, noise=0.0)
    counted = simulate(flat, towns, span("2021-01", "2021-12"), 7)
    rates = [counted[t.code, month(2021, 12)].cumulative[ACCEPTED] / t.units for t in towns]
    assert max(rates) < 1.35 * min(rates)


@pytest.mark.parametrize(
    ("part", "whole", "rate"),
    [(0, 0, 0.0), (1, 3, 33.33), (2, 3, 66.67), (1, 1, 100.0), (1, 800, 0.13)],
)
def test_rates_are_rounded_half_up(part, whole, rate):
    assert per_cent(part, whole) == rate
