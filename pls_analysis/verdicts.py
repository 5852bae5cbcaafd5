"""Verdicts as tables print them: words, figures, distances; and many of them counted.

A printed figure stands to its bound as the unrounded one does.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pls_analysis.messages import Messages
from pls_analysis.observations import RATES
from pls_analysis.policy.assessment import Assessment
from pls_analysis.wording import (
    figure_text,
    places_for,
    whole_required,
)

ORDER = (
    "missed", "off_track", "no_data", "too_few", "not_due", "on_track", "met", "monitored",
)  # fmt: skip
"""Statuses as reports list them: what needs attention first."""
TONES = {
    "met": "good", "on_track": "good", "off_track": "warn", "missed": "bad",
    "no_data": "flat", "too_few": "flat", "not_due": "flat", "monitored": "",
}  # fmt: skip


def tone(one: Assessment) -> str:
    """The tone in which a verdict is shown (blocks.TONES); an aspiration not reached only warns."""
    aspired = one.status == "missed" and one.entry.strength == "aspired"
    return "warn" if aspired else TONES[one.status]


def word(status: str, say: Messages) -> str:
    """A status in a word: 已达标, 未达标, 无数据."""
    return say(f"status.{status}")


def status_word(one: Assessment, say: Messages) -> str:
    """The verdict in a word; an aspiration not reached is no duty failed: 未达到预期."""
    if one.status == "missed" and one.facts.get("late"):
        return say("status.late")
    if one.status == "missed" and one.entry.strength == "aspired":
        return say("status.missed_aspired")
    return word(one.status, say)


# -- figures ---------------------------------------------------------------------------------------


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
        return places_for(figures, self.one.unit)

    @property
    def bound(self) -> float | None:
        """The end of the bound, where it is one of the figure itself and not of a difference."""
        bound = self.one.entry.target.bound
        end = None if bound is None else bound.lower or bound.upper
        if end is None or self.one.entry.target.measured.kind == "change":
            return None
        return 100.0 if self.is_complying else float(end.number)

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
        return "" if not self.one.gap else self.distance(self.one.gap)

    @property
    def short(self) -> str:
        """How far the value is from what the pace required of it."""
        assert self.one.value is not None
        assert self.one.required is not None
        return self.distance(abs(self.one.required - self.one.value))

    @property
    def counts(self) -> str:
        """Numerator and denominator, where it is a rate of known counts: （98/100）."""
        top, bottom = self.one.facts.get("numerator"), self.one.denominator
        if top is None or bottom is None or self.is_complying:
            return ""
        return self.say("verdict.counts", top=self.say.count(top), bottom=self.say.count(bottom))


def points(value: float, unit: str, say: Messages, places: int) -> str:
    """Write a difference of rates in points, of other figures with its unit."""
    if unit not in RATES:
        return figure_text(abs(value), unit, say, places)
    text = say.number(abs(value), max(places, places_for([value], unit)))
    return say("common.points" if unit == "%" else "common.per_mille_points", value=text)


def value_text(one: Assessment, say: Messages) -> str:
    """The figure as a table prints it; "—" where there is none."""
    kind = one.entry.target.measured.kind
    if kind == "milestone":
        done = one.facts.get("done")
        known = one.status in ("not_due", "missed")
        return say.date(as_day(done)) if done else say("verdict.not_done") if known else "—"
    if kind == "rank_in" and "best" in one.facts:
        return rank_text(one, say)
    if one.value is None or (one.status == "no_data" and "complying" in one.facts):
        return _known_of(one, say) if "complying" in one.facts else "—"
    sign = "+" if kind == "gain" and one.value > 0 else ""
    return sign + Told(one, say).value


def _known_of(one: Assessment, say: Messages) -> str:
    """What is known of units judged one by one, where some are not: 38/40."""
    facts = one.facts
    if not facts["known"]:
        return "—"
    return say("verdict.known_of", complying=say.count(facts["complying"]),
               known=say.count(facts["known"]), expected=say.count(facts["expected"]))  # fmt: skip


def required_text(one: Assessment, say: Messages) -> str:
    """What was required of the figure on its day; "—" where nothing was."""
    if one.required is None or one.entry.target.measured.kind == "rank_in":
        return "—"
    return Told(one, say).required


def gap_text(one: Assessment, say: Messages) -> str:
    """How far the figure is from the bound; "—" where it is not, or where there is none."""
    nothing = one.status in ("no_data", "monitored") or one.entry.target.measured.kind == "rank_in"
    return "—" if nothing or not one.gap else Told(one, say).gap


def rank_text(one: Assessment, say: Messages) -> str:
    best, worst = int(one.facts["best"]), int(one.facts["worst"])
    key = "verdict.rank" if best == worst else "verdict.ranks"
    values = {"best": best} if best == worst else {"best": best, "worst": worst}
    return say(key, **values)


def as_day(text: str | dt.date) -> dt.date:
    return text if isinstance(text, dt.date) else dt.date.fromisoformat(text[:10])


# -- many verdicts ---------------------------------------------------------------------------------


def tally(assessments: Iterable[Assessment], say: Messages) -> str:
    """Count verdicts by status; what is not known is counted as such, and there is no rate."""
    counts = Counter(one.status for one in assessments)
    parts = [
        say("verdict.tally_part", n=counts[status], status=word(status, say))
        for status in ORDER
        if counts[status]
    ]
    total = counts.total()
    return say("verdict.tally", n=total, parts=say("brief.list_stop").join(parts)) if total else ""


def worst(assessments: Sequence[Assessment]) -> Assessment | None:
    """The verdict that needs attention most: missed before off track, duties before aspirations.

    Among equals the one with the largest gap in shares of what was asked, then the policy's order.
    """
    found = [one for one in assessments if one.status in ("missed", "off_track")]
    return min(found, key=_urgency, default=None)


def _urgency(one: Assessment) -> tuple[int, bool, float]:
    wanted = abs(one.required or 0) or 1
    return ORDER.index(one.status), one.entry.strength != "required", -(one.gap or 0) / wanted
