"""Verdicts as tables print them: words, figures, distances; and many of them counted.

A printed figure stands to its bound as the unrounded one does.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pls_analysis.disclosure.suppression import MARK
from pls_analysis.messages import Messages
from pls_analysis.observations import RATES
from pls_analysis.periods import Period, parse_period
from pls_analysis.policy.assessment import Assessment
from pls_analysis.policy.figures import later
from pls_analysis.policy.targets import By
from pls_analysis.wording import (
    bound_text,
    decimals_of,
    figure_text,
    places_for,
    when,
    whole_required,
)

NAMED = 3
"""How many missing periods are named before the others are counted."""

ORDER = (
    "missed", "off_track", "no_data", "too_few", "not_due", "on_track", "met", "monitored",
)  # fmt: skip
"""Statuses as reports list them: what needs attention first."""
TONES = {
    "met": "good", "on_track": "good", "off_track": "warn", "missed": "bad",
    "no_data": "flat", "too_few": "flat", "not_due": "flat", "monitored": "",
}  # fmt: skip


def is_hidden(one: Assessment) -> bool:
    """Whether a verdict's figures are left out of what is public, to protect people."""
    return bool(one.facts.get("hidden"))


def tone(one: Assessment) -> str:
    """The tone in which a verdict is shown (blocks.TONES); an aspiration not reached only warns."""
    aspired = one.status == "missed" and one.entry.strength == "aspired"
    return "warn" if aspired else TONES[one.status]


def word(status: str, say: Messages) -> str:
    """A status in a word: 已达标, 未达标, 无数据."""
    return say(f"status.{status}")


def status_word(one: Assessment, say: Messages) -> str:
    """The verdict in a word; an aspiration not reached is no duty failed: 未达到预期."""
    return say(f"status.{_kind_of(one)}")


def _kind_of(one: Assessment) -> str:
    """A verdict's status, told apart where one word for all would say too much."""
    if one.status == "missed":
        late, aspired = one.facts.get("late"), one.entry.strength == "aspired"
        return "late" if late else "missed_aspired" if aspired else "missed"
    if one.status == "no_data" and one.facts.get("why") in ("break", "no_baseline"):
        return "not_comparable"
    if one.status == "no_data" and (one.value is not None or one.facts.get("known")):
        return "incomplete"
    if one.status == "too_few" and one.entry.target.measured.kind == "rank_in":
        return "rank_open"
    return one.status


def named(one: Assessment, say: Messages) -> str:
    """A target's name, with the part that its verdict is about where parts are judged apart."""
    name = one.entry.name[say.lang]
    part = one.facts.get("part")
    return say("verdict.part", name=name, part=part_name(one, part, say)) if part else name


def part_name(one: Assessment, part: str, say: Messages) -> str:
    """What a part that is judged apart is called: 审判阶段, 街镇级."""
    if part in one.entry.parts:
        return one.entry.parts[part][say.lang]
    return say("verdict.tier", level=say(f"level.{part}"))


# -- figures ---------------------------------------------------------------------------------------


def bound_of(one: Assessment) -> float | None:
    """The end of a target's bound, where it is one of the figure itself: of each, all of them."""
    target = one.entry.target
    end = None if target.bound is None else target.bound.lower or target.bound.upper
    if end is None or target.measured.kind == "change":
        return None
    return 100.0 if "complying" in one.facts else float(end.number)


def unknown_of(one: Assessment) -> int:
    """How many of those judged one by one are not known."""
    return one.facts["expected"] - one.facts["known"] if "complying" in one.facts else 0


@dataclass(frozen=True)
class Told:
    """The figures of one assessment as texts that stand to each other as the figures do."""

    one: Assessment
    say: Messages

    @property
    def is_complying(self) -> bool:
        """Whether its value is the share of those judged one by one that comply."""
        return "complying" in self.one.facts

    @property
    def places(self) -> int:
        figures = (self.one.value, self.bound, None if self.is_count else self.one.required,
                   self.one.facts.get("before"))  # fmt: skip
        bound = self.one.entry.target.bound
        ends = [] if bound is None or self.is_complying else [bound.lower, bound.upper]
        # A figure that equals a bound of 1.25 % is written as the policy writes it.
        least = max((decimals_of(end) for end in ends if end is not None), default=0)
        return max(least, places_for(figures, self.one.unit))

    @property
    def bound(self) -> float | None:
        """The end of the bound, where it is one of the figure itself and not of a difference."""
        return bound_of(self.one)

    @property
    def is_early(self) -> bool:
        """Whether another figure comes before the day by which the target has to hold."""
        asked, end = self.one.entry.target.when, self.one.end
        months = self.one.entry.indicator.months
        return isinstance(asked, By) and end is not None and later(end, months) <= asked.date

    @property
    def is_open(self) -> bool:
        """Whether the number of the bound itself does not satisfy it."""
        bound = self.one.entry.target.bound
        return bound is not None and (bound.lower_open or bound.upper_open)

    @property
    def is_count(self) -> bool:
        """Whether the figure is a whole number of something."""
        value = self.one.value
        return self.one.unit not in RATES and (value is None or value == int(value))

    @property
    def upwards(self) -> bool:
        return self.one.entry.target.direction != "down"

    def figure(self, value: float) -> str:
        if self.one.entry.target.measured.kind == "gain" and self.one.unit in RATES:
            sign = "−" if value < 0 else ""
            return sign + points(value, self.one.unit, self.say, self.places)
        return figure_text(value, self.one.unit, self.say, self.places)

    @property
    def value(self) -> str:
        return "" if self.one.value is None else self.figure(self.one.value)

    @property
    def required(self) -> str:
        required = self.one.required
        if required is None:
            return ""
        if self.is_count:
            whole = whole_required(required, self.upwards)
            return figure_text(whole, self.one.unit, self.say, 0)
        return self.figure(required)

    def distance(self, value: float) -> str:
        """A distance to what was asked: counts as they are, rates in points; never 0 if it is."""
        if self.is_count:
            return figure_text(whole_required(value, True), self.one.unit, self.say, 0)
        return points(value, self.one.unit, self.say, self.places)

    @property
    def gap(self) -> str:
        """How far it is from the bound; of units one by one not while some are not known."""
        known = self.is_comparable and not self.unknown
        return self.distance(self.one.gap) if self.one.gap and known else ""

    @property
    def unknown(self) -> int:
        """How many of those judged one by one are not known."""
        return unknown_of(self.one)

    @property
    def is_comparable(self) -> bool:
        """Whether there is what a change is measured from; other figures need nothing else."""
        return self.one.entry.target.measured.kind != "change" or "before" in self.one.facts

    @property
    def short(self) -> str:
        """How far the value is from what the pace required of it."""
        assert self.one.value is not None
        assert self.one.required is not None
        return self.distance(abs(self.one.required - self.one.value))

    @property
    def share_of_known(self) -> dict[str, str]:
        """Of units one by one the share of those known that comply, with its counts."""
        say = self.say
        known, complying, expected = (
            self.one.facts[key] for key in ("known", "complying", "expected")
        )
        said = [f"{say.count(complying)}/{say.count(known)}"]
        if self.unknown:
            said.append(
                say("verdict.parts_in", parts_in=say.count(known), expected=say.count(expected))
            )
        inner = say("verdict.comma").join(said)
        value = figure_text(100 * complying / known, "%", say)
        return {"value": value, "counts": say("verdict.brackets", text=inner)}

    @property
    def counts(self) -> str:
        """A rate's counts, and which parts of a figure are in: （98/100，已报34/36）."""
        if self.is_complying:
            return ""
        said = [text for text in (self.quotient, self._parts_in) if text]
        inner = self.say("verdict.comma").join(said)
        return self.say("verdict.brackets", text=inner) if inner else ""

    @property
    def quotient(self) -> str:
        """Numerator and denominator, where they are known: 98/100."""
        top, bottom = self.one.facts.get("numerator"), self.one.denominator
        if top is None or not bottom:
            return ""
        return f"{self.say.count(top)}/{self.say.count(bottom)}"

    @property
    def _parts_in(self) -> str:
        facts = self.one.facts
        if facts.get("parts_expected", 1) > 1 and "parts_in" in facts:
            parts, expected = (self.say.count(facts[f"parts_{key}"]) for key in ("in", "expected"))
            return self.say("verdict.parts_in", parts_in=parts, expected=expected)
        if self.one.value is not None and (gaps := gaps_of(self.one)):
            return self.say("verdict.without", periods=periods_text(gaps, self.say))
        return ""


def points(value: float, unit: str, say: Messages, places: int) -> str:
    """Write a difference of rates in points, of other figures with its unit."""
    if unit not in RATES:
        return figure_text(abs(value), unit, say, places)
    text = say.number(abs(value), max(places, places_for([value], unit)))
    return say("common.points" if unit == "%" else "common.per_mille_points", value=text)


def value_text(one: Assessment, say: Messages) -> str:
    """The figure as a table prints it; "—" where there is none."""
    kind = one.entry.target.measured.kind
    if is_hidden(one):
        return MARK
    if kind == "milestone":
        done = one.facts.get("done")
        known = one.end is not None and one.status != "no_data"
        return say.date(as_day(done)) if done else say("verdict.not_done") if known else "—"
    if kind == "rank_in" and "best" in one.facts:
        return rank_text(one, say)
    told = Told(one, say)
    if told.is_complying and (one.value is None or told.unknown):
        return _known_of(one, say)
    if one.status == "too_few" and (counts := told.quotient):
        return counts
    sign = "+" if kind == "gain" and (one.value or 0) > 0 else ""
    return "—" if one.value is None else sign + told.value


def _known_of(one: Assessment, say: Messages) -> str:
    """What is known of units judged one by one, where some are not: 38/40."""
    facts = one.facts
    if not facts["known"]:
        return "—"
    return say("verdict.known_of", complying=say.count(facts["complying"]),
               known=say.count(facts["known"]), expected=say.count(facts["expected"]))  # fmt: skip


def required_text(one: Assessment, say: Messages) -> str:
    """What was required of the figure on its day; "—" where nothing was."""
    target, told = one.entry.target, Told(one, say)
    match target.measured.kind:
        case "milestone" if isinstance(target.when, By) and one.status != "monitored":
            return say.date(target.when.date)
        case "rank_in" if one.status != "monitored":
            return bound_aim(one, say)
        case "gain" if not told.bound:
            return "—"
    return "—" if one.required is None or not told.is_comparable else told.required


def required(one: Assessment) -> float | None:
    """What was required of the figure on its day; of a count the whole number that fulfils it."""
    is_count = one.unit not in RATES and one.value == int(one.value or 0)
    if one.required is None or not is_count:
        return one.required
    return whole_required(one.required, one.entry.target.direction != "down")


def gap_text(one: Assessment, say: Messages) -> str:
    """How far the figure is from the bound; "—" where it is not, or where there is none."""
    if is_hidden(one):
        return MARK
    nothing = one.status in ("no_data", "monitored", "too_few") or (
        one.entry.target.measured.kind == "rank_in"
    )
    return "—" if nothing else Told(one, say).gap or "—"


def rank_text(one: Assessment, say: Messages) -> str:
    best, worst = int(one.facts["best"]), int(one.facts["worst"])
    key = "verdict.rank" if best == worst else "verdict.ranks"
    values = {"best": best} if best == worst else {"best": best, "worst": worst}
    return say(key, **values)


def bound_aim(one: Assessment, say: Messages) -> str:
    """The target as a noun: 2022年底8,000人, 前3位."""
    bound = one.entry.target.bound
    if one.entry.target.measured.kind == "rank_in" and bound is not None and bound.upper:
        return say("verdict.aim_rank", k=say.count(bound.upper.number))
    limit = bound_text(one.entry, say, bare=True)
    return say("verdict.aim", when=when(one.entry.target, say), limit=limit)


# -- days and periods ------------------------------------------------------------------------------


def as_day(text: str | dt.date) -> dt.date:
    """Read a day, as facts hold it."""
    return text if isinstance(text, dt.date) else dt.date.fromisoformat(text[:10])


def gaps_of(one: Assessment) -> list[Period]:
    """The periods that are missing of a figure that only the area's own office files."""
    split = [text.partition(" ") for text in one.facts.get("missing", ())]
    own = dict.fromkeys(span for area, _, span in split if area == one.area and span)
    return [_period(text) for text in own] if one.end else []


def _period(text: str) -> Period:
    """Read a period, or a day as the period of that day."""
    if len(text) == len("2022-06-30"):
        return Period(as_day(text), as_day(text))
    return parse_period(text)


def periods_text(periods: Sequence[Period], say: Messages) -> str:
    """Name the first few of some periods, and say how many there are."""
    named = say("brief.list_stop").join(say.period(one) for one in periods[:NAMED])
    return named + (say("brief.and_more", n=len(periods)) if len(periods) > NAMED else "")


# -- many verdicts ---------------------------------------------------------------------------------


def tally(assessments: Iterable[Assessment], say: Messages) -> str:
    """Count verdicts by their words; what is not known is counted as such, and there is no rate."""
    counts = Counter((ORDER.index(one.status), _kind_of(one)) for one in assessments)
    parts = [
        say("verdict.tally_part", n=counts[key], status=word(key[1], say)) for key in sorted(counts)
    ]
    total = counts.total()
    return say("verdict.tally", n=total, parts=say("brief.list_stop").join(parts)) if total else ""


def worst(assessments: Sequence[Assessment]) -> Assessment | None:
    """The verdict that needs attention most: missed before off track, duties before aspirations.

    Among equals the one that falls furthest short in shares of its target: of the pace before its
    day, of the bound after it. Then the policy's order.
    """
    found = [one for one in assessments if one.status in ("missed", "off_track")]
    return min(found, key=urgency, default=None)


def urgency(one: Assessment) -> tuple[int, bool, float]:
    """How verdicts are ordered where the worst comes first."""
    return ORDER.index(one.status), one.entry.strength != "required", -_shortfall(one)


def _shortfall(one: Assessment) -> float:
    """How far a figure falls short, in shares of what is asked in the end."""
    wanted = abs(bound_of(one) or one.required or 0) or 1
    if one.status == "off_track" and one.value is not None and one.required is not None:
        return abs(one.required - one.value) / wanted
    return (one.gap or 0) / wanted
