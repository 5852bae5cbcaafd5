"""The catalogue of a policy: its indicators, its targets, and how they are to be judged.

`loading` reads it from the YAML file that `pls.toml` names (config/policies/…); docs/policy-spec.md
describes the keys. Everything that a district or a policy decides stands there, not here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pls_analysis.periods import CALENDAR, StatisticalYear
from pls_analysis.policy.targets import Target

ADDS = ("sum", "stock", "ratio", "none", "date", "parts", "coverage", "contracts", "gap")
"""How an indicator adds up over areas and periods."""
RHYTHMS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
STRENGTHS = ("required", "aspired", "explored")
TOWN_VIEWS = ("judged", "share", "shown", "no")
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Worded:
    """A note that a text of a policy was read: where in the file it stands, and the language."""

    path: tuple[str | int, ...]
    lang: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A note that what a target asks for was read, see `reads`."""

    target: str


@dataclass(frozen=True, slots=True)
class Term:
    """A measure, or a part of its breakdown, that an indicator adds."""

    measure: str
    breakdown: str = TOTAL

    def __str__(self) -> str:
        return self.measure if self.breakdown == TOTAL else f"{self.measure}/{self.breakdown}"


@dataclass(frozen=True, slots=True)
class Indicator:
    """What a policy watches.

    `numerator` and `denominator` are measures, added where there are several; a `whole` is a
    denominator that is a number. `adds` is one of ADDS. `at` is the level of the areas whose
    figures are added ("" for the area's own), `parts` the level of those that file them, `kinds`
    the kinds of towns that count. `sample` is the measure of a survey's sample size; a change
    between fewer than `few_cases` cases says nothing. The algebra may call it by what it `reads`.
    Areas below home show the indicator `below` instead.
    """

    id: str
    name: Mapping[str, str]
    unit: str
    adds: str
    numerator: tuple[Term, ...]
    rhythm: str
    denominator: tuple[Term, ...] = ()
    whole: int | None = None
    year: StatisticalYear = CALENDAR
    at: str = ""
    parts: str = ""
    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    sample: str = ""
    few_cases: int = 0
    reads: str = ""
    below: str = ""
    note: Mapping[str, str] = field(default_factory=dict)
    public: bool = True

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures it is made of, each once."""
        names = [term.measure for term in (*self.numerator, *self.denominator)]
        return tuple(dict.fromkeys([*names, self.sample] if self.sample else names))

    @property
    def scale(self) -> int:
        """What a quotient is multiplied with: 100 for per cent, 1,000 for per mille."""
        return {"%": 100, "‰": 1000}.get(self.unit, 1)

    @property
    def months(self) -> int:
        """How many months pass from one figure to the next."""
        return RHYTHMS[self.rhythm]


@dataclass(frozen=True, slots=True)
class Unit:
    """What `each` judges one by one.

    Areas of a `level`; tiers, each of them all areas of one of the `levels`; the parts of a
    `breakdown`; or advisers, whose `contracts` are two measures (first and last day) in a ledger
    that the areas of the level `ledger` file every month. `noun` is what follows a number of them,
    `pairs` what follows a number of advisers each in one village, and `names` what the parts of a
    breakdown are called.
    """

    name: str
    level: str = ""
    levels: tuple[str, ...] = ()
    breakdown: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    ledger: str = ""
    noun: Mapping[str, str] = field(default_factory=dict)
    pairs: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A target of the policy: what it asks, where it says so, and how its words are read.

    `judged_at` has the levels of area that it is judged for; `town_view` is what a town's report
    shows of it. `beside` are other readings, printed with it and deciding nothing. `counted` is
    what follows a number of those that it judges one by one, `parts` what the parts that it judges
    apart are called.
    """

    id: str
    indicator: Indicator
    target: Target
    name: Mapping[str, str]
    clause: str
    task: int
    reading: Mapping[str, str] = field(default_factory=dict)
    strength: str = "required"
    judged_at: tuple[str, ...] = ()
    town_view: str = "no"
    forms: tuple[str, ...] = ()
    public: bool = True
    beside: tuple[tuple[Indicator, Target], ...] = ()
    counted: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that it and the readings beside it need."""
        indicators = [self.indicator, *(indicator for indicator, _ in self.beside)]
        return tuple(dict.fromkeys(name for one in indicators for name in one.measures))


@dataclass(frozen=True, slots=True)
class Judging:
    """What holds for all targets of a policy (rules S1, S2, S6 and S10).

    `baseline` is the day that targets start from, and the last on which the observation may end
    that is their baseline; `baseline_from` is the first. `horizon` is the last day of the plan.
    """

    published: dt.date
    baseline_from: dt.date
    baseline: dt.date
    horizon: dt.date
    grace: Mapping[str, int]
    flow_days: int = 90
    confidence_pct: float = 95

    @property
    def first_year(self) -> int:
        """The first year that is judged: the one in which the policy appeared."""
        return self.published.year

    @property
    def first_month(self) -> dt.date:
        """The first day of the first full month under the policy."""
        day = self.published
        if day.day == 1:
            return day
        return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Field:
    """A group of tasks that a policy puts together."""

    name: Mapping[str, str]
    tasks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A policy: its indicators and targets by id, in the order of the policy."""

    id: str
    name: Mapping[str, str]
    judging: Judging
    tasks: Mapping[int, Mapping[str, str]]
    fields: Mapping[int, Field]
    units: Mapping[str, Unit]
    indicators: Mapping[str, Indicator]
    targets: Mapping[str, Entry]

    @property
    def measures(self) -> dict[str, list[str]]:
        """The measures that indicators need, each with the ids of those indicators.

        Contracts of units come under "units".
        """
        needed: dict[str, list[str]] = {}
        for one in self.indicators.values():
            for name in one.measures:
                needed.setdefault(name, []).append(one.id)
        for unit in self.units.values():
            for name in unit.contracts:
                needed.setdefault(name, []).append(f"unit {unit.name}")
        return needed

    def missing_measures(self, known: Iterable[str]) -> list[str]:
        """Say which measures no form delivers, and who needs them."""
        known = set(known)
        return [
            f'no form delivers "{name}", which {", ".join(users)} needs'
            for name, users in self.measures.items()
            if name not in known
        ]
