"""The specification of verdicts, tests/cases/targets.yml: rules on both sides of a boundary."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest
from case_tables import (
    FILE,
    Case,
    invented_tree,
    observations_of,
    policy_of,
    read_cases,
    series_of,
)

from pls_analysis.policy.assessment import Assessment, assess
from pls_analysis.policy.complying import all_of
from pls_analysis.policy.figures import STATUSES
from pls_analysis.policy.judging import judge, softened
from pls_analysis.policy.pace import Question

FIGURES, OBSERVED = read_cases("figures"), read_cases("observed")


@pytest.mark.parametrize("case", FIGURES, ids=lambda case: case.name)
def test_a_verdict_on_figures(case: Case, tmp_path: Path):
    catalogue = policy_of(case.given, tmp_path)
    entry = catalogue.targets["x"]
    target = entry.target
    if target.measured.kind == "each":
        target = all_of(target)
    question = Question(target, entry.indicator, case.given["as_of"], catalogue.judging)
    verdict = softened(judge(question, series_of(catalogue, case.given)), entry.strength)
    value = verdict.figure.value if verdict.figure else None
    got = {**verdict.facts, "status": verdict.status, "value": value, "gap": verdict.gap,
           "required": verdict.required, "end": verdict.figure and verdict.figure.end,
           "months_below": [one["end"] for one in verdict.facts.get("below", [])]}  # fmt: skip
    _compare(case.expected, got)


@pytest.mark.parametrize("case", OBSERVED, ids=lambda case: case.name)
def test_a_verdict_on_observations(case: Case, tmp_path: Path):
    found = _assessed(case, tmp_path)
    if case.expected == {"omitted": True}:
        assert found == []
        return
    [one] = found
    row = one.as_row()
    told = {f"beside_{key}": value for beside in one.beside for key, value in beside.items()}
    current = {"current_value": one.facts.get("current", {}).get("value")}
    _compare(case.expected, {**one.facts, **row, **told, **current,
                             "differs": told.get("beside_differs")})  # fmt: skip


def _assessed(case: Case, folder: Path) -> list[Assessment]:
    given = case.given
    return assess(
        policy_of(given, folder), observations_of(given["rows"]), invented_tree(), "d01",
        given["as_of"], given.get("area", "d01"),
    )  # fmt: skip


def _compare(expected: dict[str, Any], got: dict[str, Any]) -> None:
    for key, wanted in expected.items():
        said = got.get(key)
        if isinstance(wanted, float) and said is not None:
            assert math.isclose(float(said), wanted, abs_tol=5e-4), f"{key}: {said} in {got}"
        else:
            assert said == wanted or str(said) == str(wanted), f"{key}: {said} in {got}"


def test_every_rule_and_every_status_has_cases():
    text = FILE.read_text(encoding="utf-8")
    rules = set(re.findall(r"rule: (S\d+)", text))
    assert rules >= {f"S{number}" for number in range(1, 13)}
    told = {case.expected.get("status") for case in (*FIGURES, *OBSERVED)}
    assert told - {None} == set(STATUSES)
