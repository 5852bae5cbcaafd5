"""Verdicts in sentences: one for each, made of the figures and of nothing else (T3 to T11).

No causes, no advice, no score. What is not known is said to be missing, and by whom it is owed.
What is not public is the caller's to leave out (`Entry.public`).
"""

from __future__ import annotations

import datetime as dt

from pls_analysis.messages import Messages
from pls_analysis.observations import RATES
from pls_analysis.periods import Period
from pls_analysis.policy.assessment import Assessment
from pls_analysis.policy.targets import By
from pls_analysis.remarks import remarks
from pls_analysis.verdicts import (
    Told,
    as_day,
    bound_aim,
    gaps_of,
    is_hidden,
    named,
    periods_text,
    points,
    rank_text,
    status_word,
)
from pls_analysis.wording import (
    bound_text,
    counted,
    day_text,
    figure_text,
    places_for,
    unit_of,
)

DIFFERENCES = frozenset({"change", "gain"})


def sentence(one: Assessment, say: Messages, as_of: dt.date, office: str = "") -> str:
    """Say a verdict in a sentence (T3 to T9 and T11 of the briefs), with what has to follow it.

    `office` is who owes the figure where there is none.
    """
    told, kind, name = Told(one, say), one.entry.target.measured.kind, named(one, say)
    if is_hidden(one):
        return say("verdict.hidden", head=_head(one, say), name=name, status=status_word(one, say))
    if one.status == "monitored":
        said = _monitored(told, name, as_of, office)
    elif kind == "milestone":
        said = _milestone(told, name, as_of, office)
    elif one.facts.get("why") == "break":
        said = say("verdict.break", name=name)
    elif told.is_complying:
        said = _complying(told, name, office)
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
    return said + remarks(one, say)


def _span(one: Assessment) -> Period:
    assert one.end is not None
    return Period(one.start or one.end, one.end)


def _head(one: Assessment, say: Messages) -> str:
    """How a sentence begins: over a period, or as of a day."""
    if one.start == one.end:
        return say("verdict.at", day=one.end)
    return say("verdict.over", period=_span(one))


def _owed(office: str, say: Messages) -> str:
    return say("verdict.owed", office=office) if office else ""


def _with_figure(told: Told, name: str) -> dict[str, str]:
    """What every sentence about a figure begins with."""
    head = _head(told.one, told.say)
    return {"head": head, "name": name, "value": told.value, "counts": told.counts}


# -- what is not judged ----------------------------------------------------------------------------


def _monitored(told: Told, name: str, as_of: dt.date, office: str) -> str:
    one, say = told.one, told.say
    if one.entry.target.measured.kind == "milestone" and one.end is not None:
        if done := one.facts.get("done"):
            return say("verdict.done_some_day", name=name, day=as_day(done))
        return say("verdict.undone_monitored", name=name, day=as_of)
    if one.value is None or one.end is None:
        return say("verdict.nothing_yet", name=name, day=as_of, owed=_owed(office, say))
    values = _with_figure(told, name) | (told.share_of_known if told.is_complying else {})
    said = say("verdict.monitored", **values)
    if (share := one.facts.get("share")) is not None:
        said += say("verdict.share", share=figure_text(share, one.unit, say, 0))
    return said


def _no_data(told: Told, name: str, as_of: dt.date, office: str) -> str:
    """T7, and what is known where parts are missing or a figure is too old."""
    one, say, owed = told.one, told.say, _owed(office, told.say)
    why, there = one.facts.get("why"), one.facts.get("parts_in", 0)
    if why == "no_sample_size":
        return say("verdict.no_sample_size", name=name, day=one.end or as_of)
    if why == "no_baseline" and one.value is not None:
        return say("verdict.no_baseline", **_with_figure(told, name))
    if one.facts.get("parts_expected", 1) > 1 and there:
        parts = {"parts_in": say.count(there), "expected": say.count(one.facts["parts_expected"])}
        if one.value is None:
            day = one.end or as_of
            return say("verdict.parts_missing", name=name, day=day, **parts, owed=owed)
        return say("verdict.partial", **_with_figure(told, name))
    if gaps := gaps_of(one):
        periods = periods_text(gaps, say)
        return say("verdict.gaps", name=name, head=_head(one, say), periods=periods, owed=owed)
    if why == "too_old":
        return say("verdict.too_old", name=name, day=as_of, owed=owed)
    asked = one.entry.target.when
    if why == "closing_figure_missing" and isinstance(asked, By):
        return say("verdict.closing_missing", name=name, day=asked.date, owed=owed)
    if one.value is not None and one.facts.get("missing"):
        return say("verdict.partial", **_with_figure(told, name))
    if one.entry.target.measured.kind == "each":
        return say("verdict.no_data_each", name=name, day=as_of, owed=owed)
    return say("verdict.no_data", name=name, day=as_of, owed=owed)


def _too_few(told: Told, name: str) -> str:
    """T8: only the counts, no verdict, no rank."""
    one, say = told.one, told.say
    least, few = one.facts.get("smallest_denominator"), one.entry.indicator.few_cases
    cases = say.count(one.facts.get("numerator") or 0)
    if one.denominator == 0:
        return say("verdict.none_at_all", head=_head(one, say), name=name)
    if least is None or one.denominator is None:
        return say("verdict.few_cases", head=_head(one, say), name=name, n=cases, few=few)
    return say(
        "verdict.too_few", head=_head(one, say), name=name, n=say.count(one.denominator),
        cases=cases, least=say.count(least),
    )  # fmt: skip


def _not_yet(told: Told, name: str) -> str:
    """What there is where it is too early to judge, and why it is."""
    one, say = told.one, told.say
    why = _why(one, say)
    if one.value is None or one.end is None:
        return say("verdict.not_due_yet", name=name, why=why)
    gap = say("verdict.still", gap=told.gap) if told.gap and one.unit == unit_of(one.entry) else ""
    return say("verdict.not_due", **_with_figure(told, name), gap=gap, why=why)


def _why(one: Assessment, say: Messages) -> str:
    """Why it is too early to judge."""
    why, asked = one.facts.get("why", "early"), one.entry.target.when
    if why == "before_first_year" and isinstance(asked, By):
        return say("verdict.why_other_year", year=asked.date.year)
    return say(f"verdict.why_{why}")


# -- milestones, units one by one, ranks -----------------------------------------------------------


def _milestone(told: Told, name: str, as_of: dt.date, office: str) -> str:
    one, say, asked = told.one, told.say, told.one.entry.target.when
    assert isinstance(asked, By)
    if done := one.facts.get("done"):
        key = "verdict.done_late" if one.facts.get("late") else "verdict.done"
        return say(key, name=name, day=as_day(done), due=asked.date)
    if one.status == "no_data":
        key = "closing_missing" if one.facts.get("why") == "closing_figure_missing" else "not_told"
        day = asked.date if key == "closing_missing" else as_of
        return say(f"verdict.{key}", name=name, day=day, owed=_owed(office, say))
    key = _missed(one, "undone") if one.status == "missed" else "undone_yet"
    return say(f"verdict.{key}", name=name, day=one.end or as_of, due=asked.date)


def _missed(one: Assessment, key: str = "missed") -> str:
    """The message for what is missed: an aspiration not reached is no duty failed."""
    return f"{key}_aspired" if one.entry.strength == "aspired" else key


def _complying(told: Told, name: str, office: str) -> str:
    """T9: who is expected, known and complying; what is not filed is not counted as 0."""
    one, say, facts = told.one, told.say, told.one.facts
    owed = _owed(office, say)
    if not facts["expected"]:
        return say("verdict.nobody", head=_head(one, say), name=name, owed=owed)
    if not facts["known"]:
        unit = counted(one.entry, facts["expected"], say)
        return say("verdict.nobody_filed", head=_head(one, say), name=name, unit=unit,
                   expected=say.count(facts["expected"]), owed=owed)  # fmt: skip
    said = _who_complies(told, name)
    if one.status in ("on_track", "off_track"):
        return said + _on_its_way(told)
    if one.status == "not_due":
        return said + say("verdict.and_why", why=_why(one, say))
    return said + _settled(told)


def _who_complies(told: Told, name: str) -> str:
    one, say, facts = told.one, told.say, told.one.facts
    numbers = {key: say.count(facts[key]) for key in ("expected", "known", "complying")}
    unit = counted(one.entry, facts["expected"], say)
    # A Chinese noun is said once; after that its classifier, which is what it begins with.
    again = unit[:1] if say.lang == "zh" else ""
    share = figure_text(100 * facts["complying"] / facts["known"], "%", say)
    said = say("verdict.complying", head=_head(one, say), name=name, **numbers, unit=unit,
               again=again, share=share)  # fmt: skip
    if told.unknown:
        said += say("verdict.unknown", n=say.count(told.unknown), again=again)
    return said


def _ranked(told: Told, name: str) -> str:
    """T11 where sampling leaves the rank open, else the rank."""
    one, say, facts = told.one, told.say, told.one.facts
    if one.end is None or "best" not in facts:
        return _not_yet(told, name)
    values = {"name": name, "day": one.end, "rank": rank_text(one, say)}
    itself, unit = facts.get("itself"), one.entry.indicator.unit
    values["rate"] = "" if itself is None else figure_text(itself, unit, say)
    values["survey"] = (
        say("verdict.survey", n=say.count(one.denominator or 0))
        if one.entry.indicator.sample
        else ""
    )
    if one.status == "too_few":
        return say("verdict.rank_open", **values)
    key = {"met": "rank_met", "missed": _missed(one, "rank_missed")}.get(one.status, "rank_yet")
    return say(f"verdict.{key}", **values, aim=bound_aim(one, say))


# -- figures that are held against something -------------------------------------------------------


def _difference(told: Told, name: str) -> str:
    """T6: against the year before; a gain against the baseline."""
    one, say = told.one, told.say
    before, now = one.facts.get("before"), one.value
    if before is None or now is None or one.status == "not_due":
        return _not_yet(told, name)
    if one.entry.target.measured.kind == "gain":
        return _gain(told, name, before) + _settled(told)
    running = one.status in ("on_track", "off_track")
    key = "equal" if now == before else "above" if now > before else "below"
    then = say("verdict.same_period" if running else "verdict.last_year")
    said = say(f"verdict.year_{key}", **_with_figure(told, name), then=then,
               before=told.figure(before))  # fmt: skip
    if key == "equal" and one.status in ("met", "on_track"):
        said += say("verdict.at_limit")
    return said + (say("verdict.year_running") if running else _settled(told))


def _gain(told: Told, name: str, before: float) -> str:
    one, say = told.one, told.say
    level = one.facts.get("itself", one.value)
    places = places_for([level, before], one.unit)
    values = {"value": figure_text(level, one.unit, say, places), "counts": told.counts}
    since = one.entry.target.measured.since
    base = say("verdict.base", day=day_text(since, say) if since else "",
               value=figure_text(before, one.unit, say, places))  # fmt: skip
    values |= {"head": _head(one, say), "name": name, "base": base}
    if level == before:
        return say("verdict.gain_none", **values)
    key = ("rose" if level > before else "fell") + ("_rate" if one.unit in RATES else "")
    step = say(f"verdict.{key}", by=points(level - before, one.unit, say, places))
    return say("verdict.gain", **values, step=step)


def _sum(told: Told, name: str) -> str:
    """T4: how much of the target is done, and how that stands to the time gone by."""
    one, say = told.one, told.say
    goal, value = told.bound, one.value
    if value is None or not goal or one.required is None or not told.upwards:
        return _level(told, name)
    done = figure_text(100 * value / goal, "%", say)
    values = {"name": name, "period": _span(one), "value": told.value, "counts": told.counts}
    if one.status in ("met", "missed"):
        return say("verdict.sum", **values, done=done) + _settled(told, told.gap)
    if one.status == "not_due":
        return say("verdict.sum", **values, done=done) + say("verdict.and_why", why=_why(one, say))
    pace = 100 * (value - one.required) / goal
    key = "even" if not pace else "ahead" if pace > 0 else "behind"
    gone = {} if key == "even" else {"points": points(pace, "%", say, 1)}
    return say("verdict.sum_pace", **values, done=done, pace=say(f"verdict.{key}", **gone))


def _level(told: Told, name: str) -> str:
    """T3 and T5: a stock or a rate beside its target and the pace."""
    one, say, asked = told.one, told.say, told.one.entry.target.when
    if one.value is None or one.end is None or one.status == "not_due":
        return _not_yet(told, name)
    values = _with_figure(told, name)
    if one.status in ("on_track", "off_track"):
        if isinstance(asked, By) or one.entry.target.measured.kind == "sum":
            return say("verdict.figure", **values) + _on_its_way(told)
        aim = bound_text(one.entry, say)
        return say(f"verdict.running_{one.status}", **values, aim=aim)
    values["aim"] = bound_aim(one, say)
    most = "" if told.upwards else "_most"
    if one.status == "met":
        return say("verdict.met_early" if told.is_early else f"verdict.met{most}", **values)
    gap = say(f"verdict.by_gap{most}", gap=told.gap) if told.gap else ""
    key = _missed(one) if most == "" or one.entry.strength == "aspired" else "missed_most"
    return say(f"verdict.{key}", **values, gap=gap)


def _on_its_way(told: Told) -> str:
    """How a figure stands to the pace, and how far it is from the target."""
    one, say = told.one, told.say
    said = ""
    if one.status == "on_track":
        said = say("verdict.on_pace", required=told.required)
    elif one.value != one.required:
        less = "fewer" if told.upwards else "more"
        rate = "_rate" if one.unit in RATES else ""
        said = say(f"verdict.off_pace_{less}{rate}", short=told.short)
    if told.gap:
        said += say("verdict.still", gap=told.gap)
    elif one.gap == 0 and one.value == told.bound and told.is_open:
        said += say("verdict.not_yet", limit=bound_text(one.entry, say))
    elif one.start != one.end and one.gap == 0:
        said += say("verdict.year_decides")
    return said + say("verdict.stop")


def _settled(told: Told, gap: str = "") -> str:
    """The end of a sentence that has said the figure: whether it is what was asked."""
    one, say = told.one, told.say
    key = _missed(one) if one.status == "missed" else one.status
    if key in ("met", "missed") and told.is_complying:
        key += "_each"
    if key == "met" and told.is_early:
        key = "met_early"
    by = {"gap": say("verdict.by_gap", gap=gap) if gap else ""}
    return say(f"verdict.settled_{key}", **(by if key in ("missed", "missed_aspired") else {}))
