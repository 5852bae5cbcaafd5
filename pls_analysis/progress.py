"""How an area stands on its policy's targets, and the page parts that say it.

What is judged and what is only shown comes from the policy file; nothing here decides anything.
Targets that the policy keeps from the public are left out: these parts stand in public reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from pls_analysis import blocks, changes, charts, sentences, sources, verdicts, wording
from pls_analysis.analysis import calendar_period
from pls_analysis.areas import Area
from pls_analysis.blocks import Block
from pls_analysis.briefs import Brief
from pls_analysis.changes import Change
from pls_analysis.charts.phrases import change, decimals, number
from pls_analysis.disclosure.suppression import HIDDEN, MARK
from pls_analysis.policies import FREQUENCIES, known_part
from pls_analysis.policy.assessment import Assessment

CELLS_ATTACHED = 12
"""How many cells, and sheets, attached data names of one figure; `trace` has them all."""
HIDDEN_STATE = "hidden"
"""What charts call a figure that is kept back to protect people."""
NAMED = 6
"""How many villages are named before the others are counted."""


def key_points(brief: Brief, found: Sequence[Change]) -> Block:
    """Three sentences: the worst verdict, the largest reliable change, the gaps in the data."""
    items: dict[str, str] = {}
    if (first := verdicts.worst(judged(brief))) is not None:
        items[said(brief, first)] = sources.of_target(brief, first)
    if largest := changes.largest_change(found):
        items[changes.sentence(brief, largest)] = sources.of_measure(brief, largest.measure)
    items[changes.gaps(brief, found)] = ""
    return blocks.points(brief.say("brief.key_points"), list(items), list(items.values()))


def said(brief: Brief, one: Assessment) -> str:
    """One verdict in a sentence."""
    return sentences.sentence(one, brief.say, brief.period.end, owed_by(brief, one))


def owed_by(brief: Brief, one: Assessment) -> str:
    """Who owes the figures of a target: the senders of its forms, with the forms' titles."""
    forms = [brief.forms[name] for name in one.entry.forms if name in brief.forms]
    return brief.say("brief.list_stop").join(
        brief.say("brief.sender", level=brief.say(f"level.{form.sender}"), form=form.title)
        for form in forms
        if form.sender
    )


def strip(brief: Brief, found: Sequence[Change], most: int = 4) -> Block:
    """The first measures, then the indicators among the rates, with change and sparkline."""
    items = changes.strip_items(brief, found[:most])
    return blocks.strip([*items, *(_rate_item(brief, name) for name in _indicators(brief))])


def _rate_item(brief: Brief, name: str) -> dict[str, Any]:
    """A rate of the year so far beside that of the same days of the year before."""
    unit, figures = unit_of(brief, name), brief.standing.figures(name, brief.area.code)
    by_end = {one.end: one for one in figures}
    now = by_end.get(brief.period.end)
    before = by_end.get(brief.period.year_before().end)
    hidden = now is not None and HIDDEN in now.missing
    value = known_part(now) if now else None
    step = change(value, known_part(before) if before else None, unit, brief.lang)
    return {
        "label": _name(brief, name),
        "value": MARK if hidden else number(value, decimals([value], unit)),
        "unit": brief.say.unit(unit),
        "delta": step or brief.say("brief.not_compared"),
        "versus": brief.say("brief.versus") if step else "",
        "tone": "flat",
        "spark": brief.standing_series(name)[brief.area.name].tolist(),
        "source": sources.of_indicator(brief, name),
    }


def public(assessments: Iterable[Assessment]) -> list[Assessment]:
    """Leave out what the policy keeps from the public."""
    return [one for one in assessments if one.entry.public]


def judged(brief: Brief) -> list[Assessment]:
    """The targets that the brief's area is judged on, in the order of the policy."""
    return [one for one in public(brief.assessments) if brief.area.level in one.entry.judged_at]


def contributed(brief: Brief) -> list[Assessment]:
    """Targets of the whole to which the area contributes: its figure beside its share of them."""
    return [one for one in public(brief.assessments) if one.facts.get("share") is not None]


def bullets(brief: Brief, assessments: Sequence[Assessment], caption: str) -> charts.Chart | Block:
    """Draw targets as bars from zero, each with its pace and its bound."""
    if not assessments:
        return brief.no_figures
    rows = [
        {
            "label": one.entry.name[brief.lang],
            "value": one.value,
            "required": verdicts.required(one),
            "target": _bound(one),
            "unit": brief.say.unit(one.unit),
            "status": one.status,
            "value_text": verdicts.value_text(one, brief.say),
            "target_text": _bound_text(brief, one),
            "word": verdicts.status_word(one, brief.say),
            "at_most": one.entry.target.direction == "down",
            "strength": one.entry.strength,
            "source": sources.of_target(brief, one),
            "unknown": _unknown(one),
        }
        for one in assessments
    ]
    return charts.bullets(pd.DataFrame(rows), caption=caption, lang=brief.lang)


def _unknown(one: Assessment) -> float:
    """What a share of those judged one by one may gain from those not known, in per cent."""
    left = verdicts.unknown_of(one)
    return 100 * left / one.facts["expected"] if left else 0.0


def _bound(one: Assessment) -> float | None:
    """What a target asks for in the end: the bound, all of those that are judged one by one."""
    measured, bound = one.entry.target.measured, one.entry.target.bound
    if (share := one.facts.get("share")) is not None:
        return share
    if measured.kind == "each" and one.unit == "%":
        return 100.0
    amount = None if bound is None else bound.lower or bound.upper
    return None if amount is None else float(amount.number)


def _bound_text(brief: Brief, one: Assessment) -> str:
    if (share := one.facts.get("share")) is not None:
        return wording.figure_text(share, one.unit, brief.say, 0)
    if one.entry.target.measured.kind == "each" and one.unit == "%":
        return "100%"
    return wording.bound_text(one.entry, brief.say, bare=True)


def table(brief: Brief, assessments: Sequence[Assessment], caption: str) -> Block:
    """List targets with their figure, what is asked, and the verdict; a cell gives its source."""
    columns = [
        {"label": brief.say("brief.column_target"), "width": 3.2},
        {"label": brief.say("brief.column_asked"), "width": 2.6},
        {"label": brief.say("brief.column_now"), "kind": "number", "width": 2.0},
        {"label": brief.say("brief.column_gap"), "kind": "number", "width": 1.3},
        {"label": brief.say("brief.column_status"), "kind": "strong", "width": 1.6},
    ]
    rows = [
        [
            one.entry.name[brief.lang],
            wording.target_text(one.entry, brief.say),
            {"text": verdicts.value_text(one, brief.say), "source": sources.of_target(brief, one)},
            verdicts.gap_text(one, brief.say),
            {"text": verdicts.status_word(one, brief.say), "tone": verdicts.tone(one)},
        ]
        for one in assessments
    ]
    return blocks.table(columns, rows, caption)


# -- beside the peers ----------------------------------------------------------------------------


def trends(brief: Brief) -> dict[str, pd.DataFrame]:
    """The brief's measures, then the targets among its rates, as tables to draw, by name."""
    targets = [name for name in brief.report.rates if name not in _indicators(brief)]
    return brief.all_series | {
        _name(brief, name): brief.standing_series(name) for name in targets[:1]
    }


def units(brief: Brief) -> dict[str, str]:
    """The units of `trends`, by name."""
    rates = {
        _name(brief, name): brief.say.unit(unit_of(brief, name)) for name in brief.report.rates
    }
    return brief.units | rates


def peers(brief: Brief) -> charts.Chart | Block:
    """Draw the rates that `pls.toml` lists, the area among its peers."""
    rows = []
    for name in brief.report.rates:
        unit = brief.say.unit(unit_of(brief, name))
        for area in (brief.area, *brief.peers):
            value, status = _latest(brief, name, area)
            label = _name(brief, name)
            row = {"label": label, "area": area.code, "value": value, "unit": unit}
            rows.append({**row, "status": status})
        rows[-1 - len(brief.peers)]["source"] = _source_of(brief, name)
    if not rows:
        return brief.no_figures
    caption = brief.caption("peers", n=len(brief.peers), kind=brief.peer_kind, area=brief.area.name)
    return charts.dot_strips(
        pd.DataFrame(rows), brief.area.code, own_name=brief.area.name, caption=caption,
        lang=brief.lang,
    )  # fmt: skip


def _latest(brief: Brief, name: str, area: Area) -> tuple[float | None, str]:
    """The last figure, not older than a rhythm before the brief's end; why it is not shown."""
    found = brief.standing.figures(name, area.code)
    if not found:
        return None, ""
    freq = FREQUENCIES[brief.standing.indicator(name).months]
    behind = calendar_period(brief.period.end, freq) - 1
    last = found[-1]
    if calendar_period(last.end, freq) < behind:
        return None, ""
    return known_part(last), HIDDEN_STATE if HIDDEN in last.missing else ""


def _indicators(brief: Brief) -> list[str]:
    """The rates that are indicators alone, and not how many comply with a target."""
    return [name for name in brief.report.rates if name not in brief.standing.policy.targets]


def unit_of(brief: Brief, name: str) -> str:
    """The unit in which a target or an indicator is drawn."""
    policy = brief.standing.policy
    entry = policy.targets.get(name)
    return (
        "%"
        if entry and entry.target.measured.kind == "each"
        else brief.standing.indicator(name).unit
    )


def _name(brief: Brief, name: str) -> str:
    policy = brief.standing.policy
    entry = policy.targets.get(name)
    return (entry.name if entry else policy.indicators[name].name)[brief.lang]


def trend_sources(brief: Brief) -> dict[str, str]:
    """Where the present figures of `trends` are from, by name."""
    targets = [name for name in brief.report.rates if name not in _indicators(brief)]
    return sources.by_measure(brief) | {
        _name(brief, name): _source_of(brief, name) for name in targets[:1]
    }


def _source_of(brief: Brief, name: str) -> str:
    """The source of a rate's figure, be it a target's or an indicator's."""
    if name in brief.standing.policy.targets:
        return sources.of_target(brief, brief.standing.of(brief.area.code, [name])[0])
    return sources.of_indicator(brief, name)


# -- what to watch, what is meant ----------------------------------------------------------------


def failing(brief: Brief) -> list[tuple[str, str, str]]:
    """Who does not comply, target by target: (period, what and which villages, source).

    Advisers and other people are counted, never named.
    """
    rows = []
    for one in judged(brief):
        units = one.facts.get("failing", ())
        if not units or one.end is None:
            continue
        places = dict.fromkeys(unit.split()[0] for unit in units)
        named = [brief.tree[code].name for code in places if code in brief.tree]
        key = "brief.failing" if named else "brief.failing_count"
        said = {"target": one.entry.name[brief.lang], "n": len(units)}
        if named:
            shown = brief.say("brief.list_stop").join(named[:NAMED])
            more = brief.say("brief.and_more", n=len(named)) if len(named) > NAMED else ""
            said["names"] = shown + more
        where = sources.cells(brief, one.evidence)
        rows.append((sources.span_text(brief, one), brief.say(key, **said), where))
    return rows


def definitions(
    brief: Brief, assessments: Iterable[Assessment], ambiguous: bool = False
) -> list[tuple[str, str]]:
    """How the figures of targets are defined and the policy's words read: name and text.

    `ambiguous` keeps those figures that are defined in several ways in the field.
    """
    return [
        (one.entry.name[brief.lang], said)
        for one in assessments
        if not ambiguous or one.entry.indicator.note
        if (said := wording.definition(one.entry, brief.say))
    ]


# -- what is attached ------------------------------------------------------------------------------


def attachment(brief: Brief, assessments: Iterable[Assessment]) -> Block:
    """Targets with their verdicts and sources as CSV, to be attached to the report.

    Of a figure that many sheets make up, the first are named and all are counted.
    """
    rows = [
        {
            "target": one.entry.id, "name": one.entry.name[brief.lang], "clause": one.entry.clause,
            "asked": wording.target_text(one.entry, brief.say), "algebra": str(one.entry.target),
            "status": one.status, "value": one.value, "required": one.required, "gap": one.gap,
            "unit": one.unit, "denominator": one.denominator, "start": one.start, "end": one.end,
            "source": sources.cells(brief, one.evidence, CELLS_ATTACHED),
        }
        for one in assessments
    ]  # fmt: skip
    csv = pd.DataFrame(rows).to_csv(index=False, lineterminator="\n", float_format="%.10g")
    name = f"{brief.area.code}-{brief.period}-targets.csv"
    return blocks.attachment(csv, name, brief.caption("attached_targets"))
