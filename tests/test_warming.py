"""A process is made ready for reports: with one thread, and what is ready is not made again."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pls_analysis import confidential, policies
from pls_analysis.briefs import parameters
from pls_analysis.policy.assessment import Assessor
from pls_analysis.project import Project
from pls_analysis.warming import warm

DAY = dt.date(2022, 3, 31)
COUNT = """
import os
from pls_analysis.warming import warm
warm()
print(len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted by Linux")
def test_a_process_that_is_ready_has_one_thread(inside_sample: Project):
    quiet = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
    done = subprocess.run(
        [sys.executable, "-c", COUNT], env={**os.environ, **quiet, "PLS_WARM_PERIOD": "2022-03"},
        capture_output=True, text=True, check=True, cwd=Path.home(),
    )  # fmt: skip
    assert done.stdout.split() == ["1"]


def test_what_is_ready_is_not_worked_out_again(
    inside_sample: Project, monkeypatch: pytest.MonkeyPatch
):
    warm("2022-03", [inside_sample.home])

    def again(*_: object) -> None:
        raise AssertionError("it was there already")

    monkeypatch.setattr(policies, "Observed", again)
    monkeypatch.setattr(confidential, "hidden_cells", again)
    monkeypatch.setattr(Assessor, "assess", again)
    brief = parameters(inside_sample.home, "2022-03", report="district_brief")
    assert brief.standing is confidential.public_standing(inside_sample, DAY)
    assert len(brief.assessments) > 50


def test_what_a_town_is_drawn_beside_is_ready(
    inside_sample: Project, monkeypatch: pytest.MonkeyPatch
):
    warm("2022-03")
    brief = parameters("310115005", "2022-03", report="town_brief")
    indicators = {*brief.standing.policy.indicators, *brief.standing.policy.targets}
    shown = [one for one in brief.measures if one in indicators]
    assert shown
    assert brief.peers

    def again(*_: object) -> None:
        raise AssertionError("it was there already")

    monkeypatch.setattr(policies.Standing, "_own", again)
    for name in shown:
        assert brief.series(name).shape[1] == 1 + len(brief.peers)


def test_by_default_one_area_below_home_is_judged(
    inside_sample: Project, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(confidential, "_STANDINGS", confidential.Kept(1))
    monkeypatch.setenv("PLS_WARM_PERIOD", "2022-03")
    judged = []
    monkeypatch.setattr(
        Assessor, "assess_all", lambda self, entries: judged.append(self.area) or list(entries)[:0]
    )
    warm()
    assert {area[:6] for area in judged} == {inside_sample.home}
    assert len(set(judged)) == 1
