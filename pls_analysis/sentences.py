"""Verdicts in sentences: one for each, made of the figures and of nothing else (T3 to T11).

No causes, no advice, no score. What is not known is said to be missing, and by whom it is owed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pls_analysis.messages import Messages
from pls_analysis.observations import RATES
from pls_analysis.periods import Period, parse_period
from pls_analysis.policy.assessment import Assessment
from pls_analysis.policy.targets import By
from pls_analysis.verdicts import Told, as_day, points, rank_text, word
from pls_analysis.wording import (
    amount_text,
    bound_text,
    counted,
    figure_text,
    places_for,
    unit_of,
    when,
)

DIFFERENCES = frozenset({"change", "gain"})
NAMED = 3
"""How many missing periods are named before the others are counted."""


def sentence(one: Assessment, say: Messages, as_of: dt.date, office: str = "") -> str:
    """Say a verdict in a sentence (T3 to T9 and T11 of the briefs).

    `office` is who owes the figure where there is none.
    """
    told, kind = Told(one, say), one.entry.target.measured.kind
    name = one.entry.name[say.lang]
    if one.status == "monitored":
        said = _monitored(told, name, as_of)
    elif kind == "milestone":
        said = _milestone(told, name, as_of, office)
    elif one.facts.get("why") == "break":
        said = say("verdict.break", name=name)
    elif told.is_complying:
        said = _complying(told, name)
    elif one.status == "no_data":
        said = _no_data(told, name, as_of, office)
    elif kind == "rank_in":
        said = _ranked(told, name)
    elif one.status == "too_few":
        said = _too_few(told, name)
    elif kind in DIFFERENCES:
        said = _difference(told, name)
    elif kind == "sum":
        said = _sum(told, name)
    else:
        said = _level(told, name)
    return said + _further(told)


def _span(one: Assessment) -> Period:
    assert one.end is not None
    return Period(one.start or one.end, one.end)


def _head(one: Assessment, say: Messages) -> str:
    """How a sentence begins: over a period, or as of a day."""
    if one.start == one.end:
        return say("verdict.at", day=one.end)
    return say("verdict.over", period=_span(one))


def _monitored(told: Told, name: str, as_of: dt.date) -> str:
    one, say = told.one, told.say
    if one.value is None or one.end is None:
        return say("verdict.nothing_yet", name=name, day=as_of)
    values = {"head": _head(one, say), "value": told.value, "counts": told.counts}
    said = say("verdict.monitored", name=name, **values)
    if (share := one.facts.get("share")) is not None:
        said += say("verdict.share", share=figure_text(share, one.unit, say, 0))
    return said


def _milestone(told: Told, name: str, as_of: dt.date, office: str) -> str:
    one, say, asked = told.one, told.say, told.one.entry.target.when
    assert isinstance(asked, By)
    if done := one.facts.get("done"):
        key = "verdict.done_late" if one.facts.get("late") else "verdict.done"
        return say(key, name=name, day=as_day(done), due=asked.date)
    if one.status == "no_data":
        return _no_data(told, name, as_of, office)
    key = "verdict.undone" if one.status == "missed" else "verdict.undone_yet"
    return say(key, name=name, day=one.end or as_of, due=asked.date)


def _no_data(told: Told, name: str, as_of: dt.date, office: str) -> str:
    """T7, and what is known where parts are missing or a figure is too old."""
    one, say = told.one, told.say
    owed = say("verdict.owed", office=office) if office else ""
    why = one.facts.get("why")
    if why == "no_sample_size":
        return say("verdict.no_sample_size", name=name)
    if one.facts.get("parts_expected", 1) > 1 and one.value is not None and one.end is not None:
        return say(
            "verdict.partial", name=name, period=_span(one), value=told.value,
            parts_in=one.facts["parts_in"], expected=one.facts["parts_expected"],
        )  # fmt: skip
    if one.value is None and (gaps := _gaps(one)):
        stop = say("brief.list_stop")
        periods = stop.join(say.period(gap) for gap in gaps[:NAMED])
        more = say("brief.and_more", n=len(gaps)) if len(gaps) > NAMED else ""
        return say("verdict.gaps", name=name, period=_span(one), periods=periods + more, owed=owed)
    if (expected := one.facts.get("parts_expected", 1)) > 1 and (there := one.facts["parts_in"]):
        return say("verdict.parts_missing", name=name, day=one.end or as_of, parts_in=there,
                   expected=expected)  # fmt: skip
    if why == "too_old":
        return say("verdict.too_old", name=name, day=as_of, owed=owed)
    if why == "closing_figure_missing":
        asked = one.entry.target.when
        day = asked.date if isinstance(asked, By) else as_of
        return say("verdict.closing_missing", name=name, day=day, owed=owed)
    return say("verdict.no_data", name=name, day=as_of, owed=owed)


def _gaps(one: Assessment) -> list[Period]:
    """The periods that are missing of a figure that only the area's own office files."""
    split = [text.partition(" ") for text in one.facts.get("missing", ())]
    own = dict.fromkeys(span for area, _, span in split if area == one.area and span)
    return [_period(text) for text in own] if one.end else []


def _period(text: str) -> Period:
    """Read a period, or a day as the period of that day."""
    if len(text) == len("2022-06-30"):
        return Period(as_day(text), as_day(text))
    return parse_period(text)


def _complying(told: Told, name: str) -> str:
    """T9: who is expected, known and complying; what is not filed is not counted as 0."""
    one, say, facts = told.one, told.say, told.one.facts
    assert one.end is not None
    values = {key: int(facts[key]) for key in ("expected", "known", "complying")}
    nouns = {f"unit_{key}": counted(one.entry, number, say) for key, number in values.items()}
    span = _span(one) if one.start != one.end else None
    head = (say("verdict.at", day=one.end) if span is None else
            say("verdict.over", period=span))  # fmt: skip
    if not values["expected"]:
        return say("verdict.nobody", head=head, name=name)
    if not values["known"]:
        return say("verdict.nobody_filed", head=head, name=name, expected=values["expected"],
                   unit=nouns["unit_expected"])  # fmt: skip
    share = say.rate(values["complying"], values["known"])
    said = say("verdict.complying", head=head, name=name, share=share, **values, **nouns)
    if unknown := values["expected"] - values["known"]:
        return said + say("verdict.unknown", n=unknown, unit=counted(one.entry, unknown, say))
    return said + say("verdict.stop")


def _ranked(told: Told, name: str) -> str:
    """T11 where sampling leaves the rank open, else the rank."""
    one, say, facts = told.one, told.say, told.one.facts
    assert one.end is not None
    values = {"name": name, "day": one.end, "rank": rank_text(one, say)}
    itself = facts.get("itself")
    rate = figure_text(itself, one.entry.indicator.unit, say) if itself is not None else ""
    if one.status == "too_few":
        return say("verdict.rank_open", **values, n=say.count(one.denominator or 0), rate=rate)
    aim = {"aim": bound_aim(one, say)}
    key = {"met": "rank_met", "missed": "rank_missed"}.get(one.status, "rank_yet")
    if one.status == "missed" and one.entry.strength == "aspired":
        key = "rank_missed_aspired"
    return say(f"verdict.{key}", **values, **aim, rate=rate)


def _too_few(told: Told, name: str) -> str:
    """T8: only the counts, no verdict, no rank."""
    one, say = told.one, told.say
    least = one.facts.get("smallest_denominator")
    if one.denominator == 0:
        return say("verdict.none_at_all", period=_span(one), name=name)
    cases = say.count(one.facts.get("numerator") or 0)
    if least is None or one.denominator is None:
        few = one.entry.indicator.few_cases
        return say("verdict.few_cases", period=_span(one), name=name, n=cases, few=few)
    return say(
        "verdict.too_few", period=_span(one), name=name, n=say.count(one.denominator),
        cases=cases, least=say.count(least),
    )  # fmt: skip


def _difference(told: Told, name: str) -> str:
    """T6: against the year before; a gain against the baseline."""
    one, say = told.one, told.say
    before, now = one.facts.get("before"), one.value
    if before is None or now is None or one.status == "not_due":
        return _not_yet(told, name)
    if one.entry.target.measured.kind == "gain":
        level = one.facts.get("itself", now)
        places = places_for([level, before], one.unit)
        text, base = (figure_text(each, one.unit, say, places) for each in (level, before))
        key = "rose" if level > before else "fell"
        by = points(level - before, one.unit, say, places)
        rate = "_rate" if one.unit in RATES else ""
        step = say(f"verdict.{key}{rate}", by=by) if level != before else say("verdict.same")
        values = {"value": text, "counts": told.counts, "base": base, "step": step}
        return say("verdict.gain", head=_head(one, say), name=name, **values) + _settled(one, say)
    key = "equal" if now == before else "above" if now > before else "below"
    values = {
        "name": name,
        "value": told.value,
        "counts": told.counts,
        "before": told.figure(before),
    }
    running = one.status in ("on_track", "off_track")
    said = say(f"verdict.year_{key}", head=_head(one, say), **values)
    return said + (say("verdict.year_running") if running else _settled(one, say))


def _sum(told: Told, name: str) -> str:
    """T4: how much of the target is done, and how that stands to the time gone by."""
    one, say = told.one, told.say
    goal, value = told.bound, one.value
    if value is None or not goal or one.required is None or not told.upwards:
        return _level(told, name)
    done = 100 * value / goal
    values = {"name": name, "period": _span(one), "value": told.value,
              "done": say.percent(done, 1, unlike=(100,))}  # fmt: skip
    closed = one.status in ("met", "missed") and one.required == goal
    if closed or one.status == "not_due":
        return say("verdict.sum", **values) + _settled(one, say)
    pace = done - 100 * one.required / goal
    places = places_for([pace], "%") if abs(pace) >= 0.05 else 2
    key = "even" if round(pace, places) == 0 else "ahead" if pace > 0 else "behind"
    gone = {} if key == "even" else {"points": points(pace, "%", say, places)}
    return say("verdict.sum_pace", **values, pace=say(f"verdict.{key}", **gone))


def _level(told: Told, name: str) -> str:
    """T3 and T5: a stock or a rate beside its target and the pace."""
    one, say = told.one, told.say
    if one.value is None or one.end is None:
        return _not_yet(told, name)
    over = one.start != one.end
    values = {"head": _head(one, say), "name": name, "value": told.value, "counts": told.counts}
    if one.status == "on_track" and not over:
        required = told.required
        return say("verdict.on_pace", **values, required=required, gap=told.gap) if told.gap else (
            say("verdict.met", **values, aim=bound_aim(one, say))
        )  # fmt: skip
    if one.status == "off_track" and not over:
        less = "fewer" if told.upwards else "more"
        key = f"verdict.off_pace_{less}" + ("_rate" if one.unit in RATES else "")
        return say(key, **values, short=told.short, gap=told.gap)
    if one.status in ("on_track", "off_track"):
        aim = bound_text(one.entry, say)
        return say(f"verdict.running_{one.status}", **values, aim=aim)
    if one.status == "not_due":
        return _not_yet(told, name)
    asked = one.entry.target.when
    early = one.status == "met" and isinstance(asked, By) and one.end < asked.date
    key = "met_early" if early else one.status
    if one.status == "missed" and one.entry.strength == "aspired":
        key = "missed_aspired"
    gap = {"gap": told.gap} if one.status == "missed" else {}
    return say(f"verdict.{key}", **values, aim=bound_aim(one, say), **gap)


def _not_yet(told: Told, name: str) -> str:
    """What there is where it is too early to judge, and why it is."""
    one, say = told.one, told.say
    why = say(f"verdict.why_{one.facts.get('why', 'early')}")
    if one.value is None or one.end is None:
        return say("verdict.not_due_yet", name=name, why=why)
    gap = say("verdict.still", gap=told.gap) if told.gap and one.unit == unit_of(one.entry) else ""
    return say("verdict.not_due", name=name, day=one.end, value=told.value, counts=told.counts,
               gap=gap, why=why)  # fmt: skip


def _settled(one: Assessment, say: Messages) -> str:
    """The end of a sentence that has said the figure: whether it is what was asked."""
    late = one.status == "missed" and one.entry.strength == "aspired"
    return say(f"verdict.settled_{'missed_aspired' if late else one.status}")


def _further(told: Told) -> str:
    """What may follow: a plan exceeded or over, periods below, the present, other readings."""
    one, say, said = told.one, told.say, []
    if one.facts.get("over_planned") and one.value is not None:
        said.append(say("verdict.over_planned"))
    if one.facts.get("beyond_plan"):
        said.append(say("verdict.beyond_plan"))
    if below := one.facts.get("below"):
        said.append(say("verdict.periods_below", n=len(below)))
    if (current := one.facts.get("current")) and current["value"] is not None:
        value = figure_text(current["value"], one.unit, say)
        said.append(say("verdict.current", day=as_day(current["end"]), value=value))
    if one.status not in ("no_data", "too_few"):
        said += [_reading(one, each, number, say) for number, each in enumerate(one.beside)]
    return "".join(said)


def _reading(one: Assessment, beside: Mapping[str, Any], number: int, say: Messages) -> str:
    """Another reading of the target, and whether its verdict differs."""
    if beside["value"] is None:
        return ""
    indicator, target = one.entry.beside[number]
    value = figure_text(beside["value"], beside["unit"], say)
    differs = (
        say("verdict.differs", status=word(beside["status"], say)) if beside["differs"] else ""
    )
    if indicator.id == one.entry.indicator.id:
        if target.measured.since is not None:
            return say("verdict.since", day=target.measured.since, value=value, differs=differs)
        limit = target.bound and (target.bound.lower or target.bound.upper)
        if limit and beside["gap"]:
            gap = points(beside["gap"], beside["unit"], say, places_for([beside["gap"]], ""))
            amount = amount_text(limit, beside["unit"], say)
            return say("verdict.other_bound", amount=amount, gap=gap, differs=differs)
    return say("verdict.reading", name=indicator.name[say.lang], value=value, differs=differs)


def bound_aim(one: Assessment, say: Messages) -> str:
    """The target as a noun: 2022年底8,000人."""
    if "complying" in one.facts or one.entry.target.measured.kind == "rank_in":
        return say("verdict.aim_rank", k=_k(one)) if one.entry.target.bound else ""
    asked = when(one.entry.target, say)
    return say("verdict.aim", when=asked, limit=bound_text(one.entry, say, bare=True))


def _k(one: Assessment) -> int:
    bound = one.entry.target.bound
    assert bound is not None
    return int(bound.upper.number) if bound.upper is not None else 0
