"""Every target judged twice: by the package from what it read, and straight from the truth."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from fractions import Fraction

import pytest
from checker import Checker
from checker_rows import HOME, read_places, read_truth
from checker_targets import Target, Verdict, read_targets
from policy_rows import FILE
from projects import ROOT

from pls_analysis.policies import assessments
from pls_analysis.policy.assessment import Assessment
from pls_analysis.policy.figures import STATUSES
from pls_analysis.project import Project
from pls_analysis.sample import SampleTruth
from pls_analysis.sample.truth import write_truth

TOWNS = ["310115004", "310115103", "310115144", "310115015", "310115145"]
"""A subdistrict; a rural town; two whose ledger of June is late; one that missed a month."""
DAYS = ["2021-06-30", "2021-12-31", "2022-03-31", "2022-06-30", "2023-01-31"]
TARGETS = read_targets(FILE.parent)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def checker(
    whole_sample: tuple[Project, SampleTruth], tmp_path_factory: pytest.TempPathFactory
) -> Checker:
    file, _ = write_truth(whole_sample[1], tmp_path_factory.mktemp("truth") / "truth.csv")
    places = read_places(ROOT / "config" / "areas.csv", ROOT / "config" / "villages.csv")
    return Checker(read_truth(file), places)


def agrees(mine: Verdict | None, theirs: Assessment | None) -> bool:
    """Whether two say the same: status, value, required, gap and denominator."""
    if mine is None or theirs is None:
        return mine is None and theirs is None
    names = ("value", "required", "gap", "denominator")
    both = [(getattr(mine, name), getattr(theirs, name)) for name in names]
    return mine.status == theirs.status and all(same_number(*two) for two in both)


def same_number(mine: Fraction | None, theirs: Fraction | float | None) -> bool:
    if mine is None or theirs is None:
        return mine is None and theirs is None
    return abs(float(mine) - float(theirs)) <= 1e-9 * max(1.0, abs(float(mine)))


def told(target: Target, mine: Verdict | None, theirs: Assessment | None) -> str:
    names = ("status", "value", "required", "gap", "denominator")
    right, read = (
        [str(getattr(one, name)) for name in names] if one else ["not told"]
        for one in (mine, theirs)
    )
    return f"{target.id}: from the truth {right}, by the package {read}"


@pytest.mark.parametrize("area", [HOME, *TOWNS])
@pytest.mark.parametrize("day", DAYS)
def test_verdicts_are_those_of_the_truth(
    whole_sample: tuple[Project, SampleTruth], checker: Checker, area: str, day: str
):
    as_of = dt.date.fromisoformat(day)
    judged = {one.entry.id: one for one in assessments(whole_sample[0], as_of, area)}
    assert judged
    pairs = [
        (target, checker.verdict(target, area, as_of), judged.get(target.id)) for target in TARGETS
    ]
    assert [told(*three) for three in pairs if not agrees(*three[1:])] == []


def test_every_status_is_reached_from_the_truth(checker: Checker):
    found = Counter(
        verdict.status
        for day in DAYS
        for target in TARGETS
        if (verdict := checker.verdict(target, HOME, dt.date.fromisoformat(day))) is not None
    )
    assert set(found) == set(STATUSES)
    assert sum(found.values()) == len(DAYS) * len(TARGETS)
