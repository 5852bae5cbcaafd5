"""Every target's verdict once more: independently of the package, from the truth, line by line.

The figures come from `checker_figures` and `checker_ledgers`; which measures an indicator divides,
from tests/data/policy/definitions.csv; the rules (S1 to S12) are those of docs/policy-spec.md.
Nothing here comes from the package: it is a second reading of the same rules.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import replace
from fractions import Fraction

from checker_figures import Figures
from checker_ledgers import Ledgers
from checker_rows import CITY, HOME, Places, Rows, known, months_later
from checker_targets import (
    BASELINE,
    POLICY,
    Figure,
    Target,
    Verdict,
    days,
    few,
    few_cases,
    fits,
    gap,
    is_baseline,
    out_of_date,
)

PARTS = {
    "stage": ["stage=investigation", "stage=prosecution", "stage=trial"],
    "component": ["component=organisation", "component=work"],
}
WORST = ["missed", "no_data", "off_track", "too_few", "not_due", "on_track", "met"]


class Checker:
    def __init__(self, rows: Rows, places: Places):
        self.rows, self.places = rows, places
        self.ledgers = Ledgers(rows, places)
        self.figures = Figures(rows, places, self.ledgers)

    # -- who is told what (S12) ----------------------------------------------------------------

    def verdict(self, target: Target, area: str, as_of: dt.date) -> Verdict | None:
        """The verdict on a target, or None where it does not concern the area."""
        line = target.line
        if area != HOME:
            if line["town_view"] == "no" or (
                target.rule == "rural" and self.places.kinds[area] != "镇"
            ):
                return None
            if target.terms == ("full_time_mediators",) and not target.at:
                target = replace(target, at="village", rhythm="half_year")
        judged = area == HOME or line["town_view"] == "judged"
        if not target.bound or not judged:
            return Verdict("monitored", *self.shown(target, area, as_of))
        found = self.judge(target, area, as_of)
        if line["strength"] == "explored" and found.status != "met":
            return replace(found, status="monitored")
        return found

    def shown(
        self, target: Target, area: str, as_of: dt.date
    ) -> tuple[Fraction | None, None, None, Fraction | None]:
        ends = self.figures.ends(target, area, as_of)
        if not ends:
            return None, None, None, None
        one = self.figures.figure(target, area, ends[-1])
        return one.value, None, None, one.of

    def judge(self, target: Target, area: str, as_of: dt.date) -> Verdict:
        if target.kind == "milestone":
            return self.milestone(target, area, as_of)
        if target.line["algebra"].endswith("every(month)"):
            return self.ledgers.monthly(target, area, as_of)
        if target.kind == "each" and target.what.startswith(("stage", "component", "tier")):
            return self.apart(target, area, as_of)
        ends = self.figures.ends(target, area, as_of)
        if target.kind == "each" and len(self.figures.areas(target, area)) > 1:
            figures = [self.figures.each_area(target, area, end) for end in ends]
            shares = replace(target, kind="share", bound="at_least", limit=Fraction(100))
            return self.by_day(shares, figures, as_of)
        figures = [self.figures.figure(target, area, end) for end in ends]
        return self.judge_figures(target, figures, as_of)

    def judge_figures(self, target: Target, figures: list[Figure], as_of: dt.date) -> Verdict:
        if target.kind == "rank_in":
            return self.rank(target, figures, as_of)
        if target.kind == "change":
            return self.change(target, figures, as_of)
        if target.when == "every":
            return self.every_year(target, figures, as_of)
        return self.by_day(target, figures, as_of)

    # -- by a day (S1, S2, S5) -----------------------------------------------------------------

    def by_day(self, target: Target, figures: list[Figure], as_of: dt.date) -> Verdict:
        assert target.day
        baseline = next((one for one in reversed(figures) if is_baseline(one)), None)
        after = as_of > target.day
        if after:
            figures = [one for one in figures if one.end <= target.day]
        limit = target.limit
        if not figures or out_of_date(target, figures[-1], as_of):
            return Verdict("no_data", required=limit)
        one = figures[-1]
        value = one.value
        if target.kind == "gain":
            if baseline is None or baseline.value is None:
                return Verdict("no_data" if after else "not_due", value, limit, None, one.of)
            if any(old.broken for old in figures if baseline.end < old.end):
                return Verdict("no_data", value, limit, None, one.of)
            value = None if value is None else value - baseline.value
        found = Verdict("no_data", value, limit, gap(target, value), one.of)
        if "ceiling 100" in target.what and one.value == 100 and one.whole:
            return replace(found, status="on_track" if one.yearly and not one.over else "met")
        if one.whole and few(target, one):
            return replace(found, status="too_few")
        if after:
            return self.told(target, one, found, limit, "met", "missed")
        if (
            target.kind == "sum"
            and one.year[1].year != target.day.year
            and "since" not in target.what
        ):
            return replace(found, status="not_due")
        if target.kind == "sum" and "since" not in target.what and one.over:
            return self.told(target, one, found, limit, "met", "missed")
        running = one.yearly and not one.over and target.adds == "ratio"
        known_to_be = value is not None and (one.whole or target.adds != "ratio")
        if known_to_be and not running and value is not None and fits(target, value):
            return replace(found, status="met")
        path = self.path(target, one, baseline)
        if path is None:
            return replace(found, status="not_due")
        found = replace(found, required=path)
        if (
            target.kind == "sum"
            and "since" not in target.what
            and (one.end - one.year[0]).days < 89
        ):
            return replace(found, status="not_due")
        reached = (
            baseline is not None and baseline.value is not None and fits(target, baseline.value)
        )
        strict = reached and target.kind not in ("gain", "sum")
        return self.told(target, one, found, path, "on_track", "off_track", closed=not strict)

    def path(self, target: Target, one: Figure, baseline: Figure | None) -> Fraction | None:
        """What the straight line asks for on the day of a figure (S2)."""
        assert target.day
        limit = target.limit
        if target.kind == "sum":
            since = re.search(r"since ([\d-]+)", target.what)
            start = dt.date.fromisoformat(since[1]) if since else one.year[0]
            end = target.day if since else one.year[1]
            return limit * ((one.end - start).days + 1) / ((end - start).days + 1)
        if target.kind == "gain":
            if target.bound == "above":
                return limit
            return limit * days(BASELINE, one.end, target.day)
        if baseline is None or baseline.value is None:
            return None
        if fits(target, baseline.value):
            return limit
        return baseline.value + (limit - baseline.value) * days(BASELINE, one.end, target.day)

    def told(
        self, target: Target, one: Figure, found: Verdict, bar: Fraction, good: str, bad: str,
        closed: bool = False,
    ) -> Verdict:  # fmt: skip
        if found.value is None:
            return replace(found, status="no_data")
        return replace(found, status=self.proved(target, one, found.value, bar, good, bad, closed))

    def proved(
        self, target: Target, one: Figure, value: Fraction, bar: Fraction, good: str, bad: str,
        closed: bool = False,
    ) -> str:  # fmt: skip
        """The verdict that a figure proves, even where parts of it are missing (S2, S11).

        On the way to a bound the line itself is enough (`closed`), at the bound it may not be.
        """
        if target.bound == "at_most":
            reached = value <= bar
        else:
            strict = target.bound in ("more_than", "above") and not closed
            reached = value > bar if strict else value >= bar
        if one.whole:
            return good if reached else bad
        if target.adds == "ratio":
            return "no_data"
        if reached:
            return good
        return bad if one.most is not None and one.most < bar else "no_data"

    # -- every year ----------------------------------------------------------------------------

    def every_year(self, target: Target, figures: list[Figure], as_of: dt.date) -> Verdict:
        limit = target.limit
        if not figures or out_of_date(target, figures[-1], as_of):
            return Verdict("no_data", required=limit)
        one = figures[-1]
        found = Verdict("no_data", one.value, limit, gap(target, one.value), one.of)
        if one.year[1] < POLICY:
            return replace(found, status="not_due")
        if one.whole and few(target, one):
            return replace(found, status="too_few")
        if one.over:
            return self.told(target, one, found, limit, "met", "missed")
        if target.kind != "sum" or one.value is None:
            return self.told(target, one, found, limit, "on_track", "off_track")
        if one.value >= limit:
            return replace(found, status="met")
        covered, whole = ((end - one.year[0]).days + 1 for end in (one.end, one.year[1]))
        found = replace(found, required=limit * covered / whole)
        if covered < 90:
            return replace(found, status="not_due")
        return self.told(target, one, found, limit * covered / whole, "on_track", "off_track")

    # -- trends (S3) ---------------------------------------------------------------------------

    def change(self, target: Target, figures: list[Figure], as_of: dt.date) -> Verdict:
        if not figures or out_of_date(target, figures[-1], as_of):
            return Verdict("no_data")
        one = figures[-1]
        found = Verdict("no_data", one.value, None, None, one.of)
        before = next((old for old in figures if old.end == months_later(one.end, -12)), None)
        if before is None or one.year[1] < POLICY:
            return replace(found, status="not_due")
        if any(old.broken for old in figures if before.end < old.end <= one.end):
            return found
        now, then = one.value, before.value
        if now is None or then is None or not one.whole or not before.whole:
            return found
        better = now > then if target.bound == "above" else now < then
        behind = then - now if target.bound == "above" else now - then
        found = replace(found, required=then, gap=max(Fraction(0), behind))
        if "floor 0" in target.what and now == 0:
            better, found = True, replace(found, gap=Fraction(0))
        elif target.id == "lawyer_complaint_rate" and few_cases(one) and few_cases(before):
            return replace(found, status="too_few")
        good, bad = ("met", "missed") if one.over else ("on_track", "off_track")
        return replace(found, status=good if better else bad)

    # -- ranks (S6) ----------------------------------------------------------------------------

    def rank(self, target: Target, figures: list[Figure], as_of: dt.date) -> Verdict:
        """1 and the districts strictly better; of surveys the best and the worst that may be."""
        limit = target.limit
        if target.day is not None and as_of > target.day:
            figures = [one for one in figures if one.end <= target.day]
        if not figures or out_of_date(target, figures[-1], as_of):
            return Verdict("no_data", None, limit)
        one = figures[-1]
        early = one.year[1] < POLICY
        values = self.figures.of_districts(target.terms[0], one.end)
        if len(values) < len(CITY):
            return Verdict("not_due" if early else "no_data", None, limit)
        own = values[HOME]
        best = worst = 1 + sum(value > own for value in values.values())
        rank, sample = Fraction(best), None
        if target.below:
            samples = self.figures.of_districts(target.below[0], one.end)
            if len(samples) < len(CITY) or not all(samples.values()):
                return Verdict("not_due" if early else "no_data", None, limit)
            sample = samples[HOME]
            best, worst = possible_ranks(values, samples)
        found = Verdict("too_few", rank, limit, max(Fraction(0), rank - limit), sample)
        if early:
            return replace(found, status="not_due")
        if best <= limit < worst:
            return found
        status = "met" if worst <= limit else "missed"
        if target.when == "every":
            if not one.over:
                status = "on_track" if status == "met" else "off_track"
        elif status == "missed" and as_of <= (target.day or as_of):
            status = "not_due"
        return replace(found, status=status)

    # -- milestones ----------------------------------------------------------------------------

    def milestone(self, target: Target, area: str, as_of: dt.date) -> Verdict:
        assert target.day
        rows = sorted(
            (row for row in self.rows.of(target.terms[0], area) if row.end <= as_of and known(row)),
            key=lambda row: row.end,
        )
        for row in rows:
            if row.value is not None:
                done = dt.datetime.strptime(str(int(row.value)), "%Y%m%d").date()
                if done <= as_of:
                    return Verdict("met" if done <= target.day else "missed")
        if not rows:
            return Verdict("no_data")
        if out_of_date(target, Figure(rows[-1].end, None), as_of):
            return Verdict("no_data")
        return Verdict("missed" if as_of > target.day else "not_due")

    # -- parts judged apart --------------------------------------------------------------------

    def apart(self, target: Target, area: str, as_of: dt.date) -> Verdict:
        """Each tier, stage or component by itself; the worst decides."""
        unit = target.what.split(",")[0]
        if unit == "tier":
            towns = self.places.under(area)
            villages = [one for town in towns for one in self.places.villages[town]]
            tiers = [[HOME], towns, villages] if area == HOME else [towns, villages]
            found = [self.alone(target, tier, "", as_of) for tier in tiers]
        else:
            found = [self.alone(target, [area], part, as_of) for part in PARTS[unit]]
        return min(found, key=lambda one: WORST.index(one.status))

    def alone(self, target: Target, areas: list[str], part: str, as_of: dt.date) -> Verdict:
        ends = self.figures.ends_of([*target.terms, *target.below], areas, as_of, part)
        figures = [self.figures.quotient(target, areas, end, part) for end in ends]
        return self.by_day(target, figures, as_of)


def possible_ranks(values: dict[str, Fraction], samples: dict[str, Fraction]) -> tuple[int, int]:
    """The best and the worst rank of the district: compared in pairs at 95 %."""
    best = worst = 1
    for area in CITY:
        if area == HOME:
            continue
        p, q = float(values[HOME]) / 100, float(values[area]) / 100
        error = math.sqrt(p * (1 - p) / samples[HOME] + q * (1 - q) / samples[area])
        best += q - p > 1.959963984540054 * error
        worst += not p - q > 1.959963984540054 * error
    return best, worst
