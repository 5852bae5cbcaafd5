"""The few sentences that a brief opens with, chosen among an area's verdicts by a stated rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from pls_analysis.messages import Messages
from pls_analysis.policy.assessment import Assessment
from pls_analysis.sentences import sentence
from pls_analysis.verdicts import NAMED, bound_of, unknown_of, worst

PACED = ("value", "sum", "share_of", "each")
"""Kinds of target whose figures go to a bound."""


def key_points(
    assessments: Sequence[Assessment],
    say: Messages,
    as_of: dt.date,
    owed: Callable[[Assessment], str] = lambda one: "",
) -> list[str]:
    """The worst verdict, the largest distance from a pace, and what is without data: three at most.

    The worst is the one that `verdicts.worst` finds. The distance is that of another target from
    what was asked of it by its day, in shares of the target, ahead or behind; of equals the first
    of the policy. `owed` says who owes the figures of a target. What is not public is the caller's
    to leave out.
    """
    told = [sentence(one, say, as_of, owed(one)) for one in leading(assessments)]
    return told + without_data(assessments, say)


def leading(assessments: Sequence[Assessment]) -> list[Assessment]:
    """The worst verdict, then of the others the one furthest from its pace, where there are any."""
    first = worst(assessments)
    paced = [one for one in assessments if one is not first and distance(one) is not None]
    furthest = max(paced, key=lambda one: abs(distance(one) or 0), default=None)
    return [one for one in (first, furthest) if one is not None]


def distance(one: Assessment) -> float | None:
    """How far a figure is ahead of its pace (behind: below 0) in shares of the target.

    None where there is no pace, as for changes and rates that have to be kept, or where some of
    the units that it counts are not known.
    """
    if one.status not in ("on_track", "off_track") or one.value is None or one.required is None:
        return None
    bound = bound_of(one)
    if one.entry.target.measured.kind not in PACED or unknown_of(one) or not bound:
        return None
    ahead = (one.value - one.required) / abs(bound)
    return -ahead if one.entry.target.direction == "down" else ahead


def without_data(assessments: Sequence[Assessment], say: Messages) -> list[str]:
    """Say how many of those judged have no verdict for want of data, and name the first."""
    judged = [one for one in assessments if one.status != "monitored"]
    lacking = [one.entry.name[say.lang] for one in judged if one.status == "no_data"]
    if not judged:
        return []
    if not lacking:
        return [say("verdict.none_lacking", n=len(judged))]
    names = say("brief.list_stop").join(lacking[:NAMED])
    more = say("brief.and_more_targets", n=len(lacking)) if len(lacking) > NAMED else ""
    return [say("verdict.lacking", n=len(lacking), names=names + more)]
