"""The whole policy on a page: verdicts counted, task by task, over time, and what to watch."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from pls_analysis import blocks, charts, headlines, sources, verdicts
from pls_analysis.analysis import overdue
from pls_analysis.blocks import Block
from pls_analysis.briefs import Brief
from pls_analysis.periods import parse_period
from pls_analysis.policy.assessment import Assessment
from pls_analysis.policy.catalogue import TOTAL
from pls_analysis.progress import NAMED, judged, owed_by, public, said, unit_of

DRAWN = frozenset({"value", "ratio", "sum", "gain", "share_of", "each"})
"""Kinds of target whose figures go from zero to a bound."""


def tally_points(brief: Brief) -> Block:
    """The verdicts counted, then the worst, the furthest from its pace, and what has no data."""
    found = judged(brief)
    told = headlines.key_points(found, brief.say, brief.period.end, lambda one: owed_by(brief, one))
    items = [verdicts.tally(found, brief.say), *told]
    told_from = [sources.of_target(brief, one) for one in headlines.leading(found)]
    return blocks.points(brief.say("brief.key_points"), items, ["", *told_from])


def strip_of_statuses(brief: Brief) -> charts.Chart:
    """Draw every target as a square in the colour of its status, task by task."""
    policy = brief.standing.policy
    rows = [
        {
            "task": brief.say(
                "brief.task", n=one.entry.task, name=policy.tasks[one.entry.task][brief.lang]
            ),
            "target": one.entry.name[brief.lang],
            "status": one.status,
            "strength": one.entry.strength,
        }
        for one in public(brief.assessments)
    ]
    caption = brief.caption("statuses", n=len(rows))
    return charts.status_strip(pd.DataFrame(rows), caption=caption, lang=brief.lang)


def by_field(brief: Brief) -> dict[str, list[Assessment]]:
    """The targets with a figure to reach, by the policy's groups of tasks.

    Parts of a figure that has a target of its own are left to the list of all targets.
    """
    found = [one for one in judged(brief) if one.entry.target.measured.kind in DRAWN]
    wholes = {
        term.measure
        for one in found
        for term in one.entry.indicator.numerator
        if term.breakdown == TOTAL
    }
    found = [one for one in found if not _is_part(one, wholes)]
    return _nonempty({
        field.name[brief.lang]: [one for one in found if one.entry.task in field.tasks]
        for field in brief.standing.policy.fields.values()
    })  # fmt: skip


def _is_part(one: Assessment, wholes: set[str]) -> bool:
    terms = one.entry.indicator.numerator
    return all(term.breakdown != TOTAL and term.measure in wholes for term in terms)


def by_task(brief: Brief) -> dict[str, list[Assessment]]:
    """All targets, judged and monitored, by task."""
    found = public(brief.assessments)
    return _nonempty({
        brief.say("brief.task", n=number, name=name[brief.lang]): [
            one for one in found if one.entry.task == number
        ]
        for number, name in brief.standing.policy.tasks.items()
    })  # fmt: skip


def _nonempty(groups: dict[str, list[Assessment]]) -> dict[str, list[Assessment]]:
    return {name: found for name, found in groups.items() if found}


def trajectories(brief: Brief, assessments: Iterable[Assessment]) -> dict[str, pd.DataFrame]:
    """The figures of targets over the last two years, as tables to draw, by name."""
    tables = {
        one.entry.name[brief.lang]: brief.standing_series(one.entry.id, alone=True)
        for one in assessments
        if one.entry.target.measured.kind in DRAWN
    }
    return {name: table for name, table in tables.items() if table.notna().to_numpy().any()}


def units_of(brief: Brief, assessments: Iterable[Assessment]) -> dict[str, str]:
    """The units of `trajectories`, by name."""
    return {
        one.entry.name[brief.lang]: brief.say.unit(unit_of(brief, one.entry.id))
        for one in assessments
    }


def trajectory_sources(brief: Brief, assessments: Iterable[Assessment]) -> dict[str, str]:
    """Where the present figures of `trajectories` are from, by name."""
    return {one.entry.name[brief.lang]: sources.of_target(brief, one) for one in assessments}


def needing_attention(brief: Brief) -> list[Assessment]:
    """What is missed or off its pace, the worst first."""
    found = [one for one in judged(brief) if one.status in ("missed", "off_track")]
    return sorted(found, key=verdicts.urgency)


def off(brief: Brief) -> list[tuple[str, str, str]]:
    """What is missed or off its pace, the worst first, then overdue returns.

    Rows of period, matter and source, as `notices.watch` takes them.
    """
    rows = [
        (sources.span_text(brief, one), said(brief, one), sources.cells(brief, one.evidence, 2))
        for one in needing_attention(brief)
    ]
    return [*rows, *_overdue(brief)]


def _overdue(brief: Brief) -> list[tuple[str, str, str]]:
    """Forms that were due in the brief's period and that nobody, or not everybody, filed."""
    owed = overdue(brief.project, brief.period)
    rows = []
    for (form, period), offices in owed.groupby(["form", "period"], sort=False)["office"]:
        named = [brief.tree[code].name for code in offices.head(NAMED)]
        names = brief.say("brief.list_stop").join(named)
        more = brief.say("brief.and_more", n=len(offices)) if len(offices) > NAMED else ""
        title = brief.forms[form].title
        said_ = brief.say("brief.overdue", form=title, names=names + more)
        rows.append((parse_period(period).label(brief.lang), said_, brief.say("brief.not_filed")))
    return rows
