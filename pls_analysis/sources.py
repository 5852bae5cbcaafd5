"""Where a printed figure comes from, in words: office, form, cells, period and definition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pls_analysis import wording
from pls_analysis.briefs import Brief
from pls_analysis.disclosure.suppression import HIDDEN
from pls_analysis.periods import Period
from pls_analysis.policy.assessment import Assessment

CELLS_NAMED = 3
"""How many cells, sheets or offices are named before the others are counted."""


def of_target(brief: Brief, one: Assessment) -> str:
    """The source of a target's figure, a line for each thing known of it."""
    submissions = dict.fromkeys(place.partition(" ")[0] for place in one.evidence)
    return _lines(
        brief,
        office=_offices(brief, submissions),
        cells=cells(brief, one.evidence),
        period=span_text(brief, one),
        definition=wording.definition(one.entry, brief.say),
    )


def of_measure(brief: Brief, measure: str) -> str:
    """The source of the last figure of one of the brief's measures; "" where it has none."""
    own = brief.observations
    own = own[
        (own["area"] == brief.area.code)
        & (own["measure"] == measure)
        & (own["breakdown"] == "total")
        & (own["value"].notna() | (own["status"] == HIDDEN))
    ]
    if own.empty:
        return of_indicator(brief, measure)
    last = own[own["basis"] == brief.basis(measure)].sort_values("period_end").iloc[-1]
    return _lines(
        brief,
        office=_offices(brief, [last["submission"]]),
        cells=cells(brief, [f"{last['submission']} {last['sheet']}!{last['cell']}"]),
        period=Period(last["period_start"].date(), last["period_end"].date()).label(brief.lang),
    )


def by_measure(brief: Brief) -> dict[str, str]:
    """The sources of the last figures of the brief's measures, by their names."""
    return {brief.name(measure): of_measure(brief, measure) for measure in brief.measures}


def of_places(brief: Brief, evidence: Sequence[str], period: Period) -> str:
    """The source of a figure added up from some cells over a period."""
    submissions = dict.fromkeys(place.partition(" ")[0] for place in evidence)
    return _lines(
        brief,
        office=_offices(brief, submissions),
        cells=cells(brief, evidence),
        period=brief.say.period(period),
    )


def of_cells(brief: Brief, one: Assessment) -> str:
    """Form and cells of a figure, in one line, for where the rest is said once for many."""
    return cells(brief, one.evidence, 1)


def of_all(brief: Brief, found: Sequence[Assessment]) -> str:
    """The source of one target's figures of many areas together."""
    latest = max(found, key=lambda one: one.end or dt.date.min)
    every = [place for one in found for place in one.evidence]
    return of_target(brief, replace(latest, evidence=tuple(every)))


def of_indicator(brief: Brief, name: str) -> str:
    """The source of an indicator's figure for the year so far; "" where the policy has none."""
    if brief.project.policy is None or name not in brief.standing.policy.indicators:
        return ""
    return of_target(brief, brief.standing.look_up(name, brief.area.code))


def span_text(brief: Brief, one: Assessment) -> str:
    """The days that a figure stands for, in words; "" where there is none."""
    if one.end is None:
        return ""
    if one.start is None or one.start == one.end:
        return brief.say.date(one.end)
    return brief.say.period(Period(one.start, one.end))


def cells(brief: Brief, evidence: Iterable[str], most: int | None = CELLS_NAMED) -> str:
    """Form, sheet and cells of evidence ("submission sheet!cell"), the first few of many."""
    places: dict[tuple[str, str], list[str]] = {}
    for place in evidence:
        submission, _, rest = place.partition(" ")
        sheet, _, cell = rest.rpartition("!")
        known = places.setdefault((brief.form_of.get(submission, ""), sheet), [])
        if cell not in known:  # the same cell of every month's report
            known.append(cell)
    stop = brief.say("brief.list_stop")
    told = [
        brief.say("brief.source", form=form, sheet=sheet, cells=stop.join(found[:most]))
        + (
            brief.say("brief.and_more_places", n=len(found))
            if len(found) > len(found[:most])
            else ""
        )
        for (form, sheet), found in places.items()
    ]
    more = brief.say("brief.source_more", n=len(told)) if len(told) > len(told[:most]) else ""
    return stop.join(told[:most]) + more


def _offices(brief: Brief, submissions: Iterable[str]) -> str:
    """The offices that filed submissions, in the official order, the first few of many."""
    filed = {brief.office_of[name] for name in submissions if name in brief.office_of}
    names = [brief.tree[code].name for code in brief.tree.order(filed)]
    more = brief.say("brief.and_more", n=len(names)) if len(names) > CELLS_NAMED else ""
    return brief.say("brief.list_stop").join(names[:CELLS_NAMED]) + more


def _lines(brief: Brief, **said: str) -> str:
    return "\n".join(brief.say(f"source.{key}", text=text) for key, text in said.items() if text)
