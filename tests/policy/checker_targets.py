"""A target as the checker understands it, the figures it is judged by, and small rules."""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from checker_rows import months_later

POLICY = dt.date(2021, 3, 3)
BASELINE = dt.date(2020, 12, 31)
BASELINE_FROM = dt.date(2020, 11, 30)
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
GRACE = {"month": 20, "quarter": 45, "half_year": 45, "year": 90}
ALGEBRA = re.compile(
    r"(?P<kind>\w+)\((?P<what>[^)]*)\) (?:monitored|(?P<bound>\w+)(?:\((?P<limit>[^)]*)\))? "
    r"(?P<when>by|every)\((?P<day>[^)]*)\))"
)


@dataclass(frozen=True)
class Verdict:
    status: str
    value: Fraction | None = None
    required: Fraction | None = None
    gap: Fraction | None = None
    denominator: Fraction | None = None


@dataclass(frozen=True)
class Figure:
    """A figure that ends on a day. `most`: what it can be at most where parts are missing."""

    end: dt.date
    value: Fraction | None
    whole: bool = True
    most: Fraction | None = None
    cases: Fraction | None = None
    of: Fraction | None = None
    year: tuple[dt.date, dt.date] = (dt.date.min, dt.date.max)
    yearly: bool = False  # grows through the year
    broken: bool = False

    @property
    def over(self) -> bool:
        return self.end == self.year[1]


@dataclass(frozen=True)
class Target:
    """A line of targets.csv with its line of definitions.csv, taken apart."""

    id: str
    line: dict[str, str]
    adds: str
    terms: tuple[str, ...]
    below: tuple[str, ...]  # the denominator
    at: str
    rhythm: str
    rule: str
    kind: str
    what: str
    bound: str
    limit: Fraction
    when: str
    day: dt.date | None

    @property
    def scale(self) -> int:
        return {"%": 100, "‰": 1000, "个百分点": 100}.get(self.line["unit"], 1)


def read_target(line: dict[str, str], made: dict[str, str]) -> Target:
    found = ALGEBRA.fullmatch(line["algebra"])
    assert found, line["algebra"]
    limit = re.match(r"[\d.]+", found["limit"] or "")
    by = found["when"] == "by"
    return Target(
        line["id"], line, made["adds"], tuple(made["numerator"].split()),
        tuple(made["denominator"].split()), made["at"], made["rhythm"], made["rule"],
        found["kind"], found["what"], found["bound"] or "",
        Fraction(limit[0]) if limit else Fraction(0), found["when"] or "",
        dt.date.fromisoformat(found["day"]) if by else None,
    )  # fmt: skip


def read_targets(folder: Path) -> list[Target]:
    """The targets of targets.csv, in its order, with what definitions.csv says of each."""
    with (folder / "definitions.csv").open(encoding="utf-8", newline="") as file:
        made = {line["target"]: line for line in csv.DictReader(file)}
    with (folder / "targets.csv").open(encoding="utf-8", newline="") as file:
        return [read_target(line, made[line["id"]]) for line in csv.DictReader(file)]


def rule_of(target: Target) -> str:
    mediation = target.line["form"].startswith("mediation_quarterly") and target.at == ""
    return "dec21" if mediation or target.rule == "dec21" else ""


def fits(target: Target, value: Fraction) -> bool:
    limit = target.limit
    return {
        "at_least": value >= limit, "more_than": value > limit, "at_most": value <= limit,
        "above": value > limit, "below": value < limit,
    }[target.bound]  # fmt: skip


def gap(target: Target, value: Fraction | None) -> Fraction | None:
    if value is None:
        return None
    away = value - target.limit if target.bound in ("at_most", "below") else target.limit - value
    return max(Fraction(0), away)


def days(start: dt.date, at: dt.date, end: dt.date) -> Fraction:
    return Fraction((at - start).days, (end - start).days)


def is_baseline(one: Figure) -> bool:
    return BASELINE_FROM <= one.end <= BASELINE and one.whole and one.value is not None


def out_of_date(target: Target, one: Figure, as_of: dt.date) -> bool:
    """Whether a later figure was due: with days of grace, or before the day that has passed."""
    due = months_later(one.end, MONTHS[target.rhythm])
    if target.day is not None and as_of > target.day:
        return due <= target.day
    return as_of > due + dt.timedelta(days=GRACE[target.rhythm])


def few(target: Target, one: Figure) -> bool:
    """Whether one case alone breaks the bound (S7); one of 100 % has no smallest number."""
    if target.adds != "ratio" or target.kind not in ("ratio", "each") or one.of is None:
        return False
    allowed = target.limit / target.scale
    room = allowed if target.bound == "at_most" else 1 - allowed
    return room > 0 and one.of * room < 1


def few_cases(one: Figure) -> bool:
    """Whether a trend of so few cases says nothing (S3)."""
    return one.cases is not None and one.cases < 5
