"""What may follow a verdict's sentence: plans exceeded, periods below, later figures, readings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pls_analysis.messages import Messages
from pls_analysis.periods import Period
from pls_analysis.policy.assessment import Assessment
from pls_analysis.policy.figures import later
from pls_analysis.policy.targets import Target
from pls_analysis.verdicts import as_day, part_name, points, word
from pls_analysis.wording import amount_text, counted, figure_text, places_for

DAY = dt.timedelta(days=1)


def remarks(one: Assessment, say: Messages) -> str:
    """Say what has to stand with a verdict, each in a clause of its own."""
    return "".join(_each(one, say))


def _each(one: Assessment, say: Messages) -> Iterator[str]:
    facts = one.facts
    if len(parts := facts.get("parts", {})) > 1:
        yield _parts(one, parts, say)
    if facts.get("over_planned") and one.value is not None:
        yield say("verdict.over_planned")
    if over := len(facts.get("over_planned_units", ())):
        yield say(
            "verdict.over_planned_units", n=say.count(over), unit=counted(one.entry, over, say)
        )
    if below := facts.get("below"):
        yield _below(one, [as_day(each["end"]) for each in below], say)
    dated = one.entry.target.measured.kind == "milestone"
    if (current := facts.get("current")) and current["value"] is not None and not dated:
        value = figure_text(current["value"], one.unit, say)
        yield say("verdict.current", day=as_day(current["end"]), value=value)
    if facts.get("beyond_plan"):
        yield say("verdict.beyond_plan")
    if one.status not in ("no_data", "too_few"):
        for number, beside in enumerate(one.beside):
            yield _reading(one, beside, number, say)


def _parts(one: Assessment, parts: Mapping[str, Mapping[str, Any]], say: Messages) -> str:
    """The other parts of a target whose parts are judged apart, each with its figure."""
    said = [
        say("verdict.other_part", part=part_name(one, part, say),
            value=say("verdict.nothing") if told["value"] is None
            else figure_text(told["value"], one.unit, say))
        for part, told in parts.items()
        if part != one.facts.get("part")
    ]  # fmt: skip
    return say("verdict.other_parts", parts=say("brief.list_stop").join(said))


def _below(one: Assessment, ends: Sequence[dt.date], say: Messages) -> str:
    """The periods whose own figures are not as asked, joined where they follow on each other."""
    months, spans = one.entry.indicator.months, []
    for end in ends:
        start = later(end, -months) + DAY
        if spans and spans[-1][1] + DAY == start:
            spans[-1][1] = end
        else:
            spans.append([start, end])
    periods = say("brief.list_stop").join(say.period(Period(*span)) for span in spans)
    rhythm = say(f"verdict.rhythm_{one.entry.indicator.rhythm}")
    return say("verdict.below", periods=periods, n=say.count(len(ends)), rhythm=rhythm)


def _reading(one: Assessment, beside: Mapping[str, Any], number: int, say: Messages) -> str:
    """Another reading of the target, and its verdict where that is another."""
    if beside["value"] is None:
        return ""
    indicator, target = one.entry.beside[number]
    value = figure_text(beside["value"], beside["unit"], say)
    differs = say("verdict.differs", status=_word(one, beside, say)) if beside["differs"] else ""
    if indicator.id != one.entry.indicator.id:
        key = "reading_sum" if target.measured.since is not None else "reading"
        return say(f"verdict.{key}", name=indicator.name[say.lang], value=value, differs=differs)
    if target.measured.since is not None:
        return say("verdict.since", day=target.measured.since, value=value, differs=differs)
    return _other_bound(beside, target, differs, say)


def _word(one: Assessment, beside: Mapping[str, Any], say: Messages) -> str:
    aspired = beside["status"] == "missed" and one.entry.strength == "aspired"
    return word("missed_aspired" if aspired else beside["status"], say)


def _other_bound(beside: Mapping[str, Any], target: Target, differs: str, say: Messages) -> str:
    """How far the same figure is from another bound."""
    limit = target.bound and (target.bound.lower or target.bound.upper)
    if not limit or not beside["gap"]:
        return ""
    unit = beside["unit"]
    gap = points(beside["gap"], unit, say, places_for([beside["gap"]], ""))
    amount = amount_text(limit, unit, say)
    return say("verdict.other_bound", amount=amount, gap=gap, differs=differs)
