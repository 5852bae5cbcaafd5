"""The algebra of targets: what is measured, the bound on it, and when it has to hold.

    value(lawyers) at_least(8000) by(2022-12-31)
    each(adviser * village, adviser_visits) at_least(1) every(month)
    sum(legal_checkups, year) monitored

`parse(str(target)) == target`. Values are immutable; nothing here reads a figure.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NoReturn

SINGLE = ("value", "ratio", "milestone")
"""Kinds that say nothing but what is measured."""
WITHIN = ("share_of", "rank_in")
"""Kinds that set an area's figure against the others of a larger one."""
KINDS = (*SINGLE, *WITHIN, "sum", "gain", "change", "each")
SPANS = ("month", "quarter", "half_year", "year", "period")
"""What `every` may name; a period is whatever the figures are filed for."""
UNITS = ("%", "‰", "pp")
_DIFFERENCES = ("gain", "change")
_WORDS = {
    "at_least": ("lower", False), "more_than": ("lower", True), "above": ("lower", True),
    "at_most": ("upper", False), "less_than": ("upper", True), "below": ("upper", True),
}  # fmt: skip


class TargetError(ValueError):
    """A text that is no target; the message says what is wrong, and where in the text."""

    def __init__(self, text: str, at: int, wrong: str) -> None:
        self.text, self.at, self.wrong = text, at, wrong
        super().__init__(text, at, wrong)

    def __str__(self) -> str:
        return f'{self.wrong}, at column {self.at + 1} of "{self.text}"'


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as a policy states it, with "%", "‰" or "pp" (points) where it has one."""

    number: Decimal
    unit: str = ""

    def __str__(self) -> str:
        return _written(self.number) + (f" {self.unit}" if self.unit else "")


@dataclass(frozen=True, slots=True)
class Measured:
    """What is measured: a kind, and the indicator it is `of`.

    `within` is the level of the larger area (share_of, rank_in); `span` the stretch that is added
    up or compared (sum, change); `since` the first day of a sum or the day of a baseline (gain);
    `units` whom it is judged for one by one (each). At the `floor` or `ceiling` a change that
    cannot go on is no failure.
    """

    kind: str
    of: str
    within: str = ""
    span: str = ""
    since: dt.date | None = None
    units: tuple[str, ...] = ()
    floor: Amount | None = None
    ceiling: Amount | None = None

    def __str__(self) -> str:
        match self.kind:
            case "share_of" | "rank_in":
                inner = [self.within, self.of]
            case "each":
                inner = [" * ".join(self.units), self.of]
            case "sum" if self.since is not None:
                inner = [self.of, f"since {self.since}"]
            case "gain":
                inner = [self.of, f"{self.since}"]
            case "sum" | "change":
                inner = [self.of, self.span]
            case _:
                inner = [self.of]
        limits = [("floor", self.floor), ("ceiling", self.ceiling)]
        inner += [f"{word} {amount}" for word, amount in limits if amount is not None]
        return f"{self.kind}({', '.join(inner)})"


@dataclass(frozen=True, slots=True)
class Bound:
    """The values that satisfy a target: from `lower` to `upper`, an open end not included.

    Without ends it is what a milestone asks for: to be done. `planned` is the upper number of a
    planned scale ("1 to 2"): more fulfils the target as well.
    """

    lower: Amount | None = None
    upper: Amount | None = None
    lower_open: bool = False
    upper_open: bool = False
    planned: Decimal | None = None

    @property
    def unit(self) -> str:
        """The unit of its ends: "%", "‰", "pp" or "" for the indicator's own."""
        end = self.lower or self.upper
        return end.unit if end else ""

    def written(self, kind: str) -> str:
        """Return the bound as the algebra writes it for a kind of measure."""
        difference = kind in _DIFFERENCES
        words = []
        if self.lower is not None:
            word = ("above" if difference else "more_than") if self.lower_open else "at_least"
            planned = "" if self.planned is None else f", planned {_written(self.planned)}"
            words.append(f"{word}({self.lower}{planned})")
        if self.upper is not None:
            word = ("below" if difference else "less_than") if self.upper_open else "at_most"
            words.append(f"{word}({self.upper})")
        return " ".join(words) or "done"


@dataclass(frozen=True, slots=True)
class By:
    """By a day: it has to hold then."""

    date: dt.date

    def __str__(self) -> str:
        return f"by({self.date})"


@dataclass(frozen=True, slots=True)
class Every:
    """In every month, year, …"""

    span: str

    def __str__(self) -> str:
        return f"every({self.span})"


@dataclass(frozen=True, slots=True)
class Target:
    """What a policy asks for. Without `bound` and `when` it is only monitored."""

    measured: Measured
    bound: Bound | None = None
    when: By | Every | None = None

    def __str__(self) -> str:
        if self.bound is None:
            return f"{self.measured} monitored"
        return f"{self.measured} {self.bound.written(self.measured.kind)} {self.when}"

    @property
    def direction(self) -> Literal["up", "down", "within"] | None:
        """Which way is better, as the bound says: up, down, within two ends; None without ends."""
        if self.bound is None or (self.bound.lower is None and self.bound.upper is None):
            return None
        if self.bound.lower is not None and self.bound.upper is not None:
            return "within"
        return "up" if self.bound.lower is not None else "down"


def parse(text: str) -> Target:
    """Read a target. Raises TargetError saying what is wrong, and where."""
    return _Reader(text).target()


def _written(number: Decimal) -> str:
    return f"{number.normalize():f}"


_TOKEN = re.compile(
    r"\s*(?:(?P<date>\d{4}-\d\d-\d\d)|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[^\W\d]\w*)|(?P<sign>[(),*%‰]))"
)


class _Reader:
    """Reads one text from left to right, one token at a time."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._split()
        self.place = 0

    def target(self) -> Target:
        measured = self.measured()
        if self.next_is("monitored"):
            self.end()
            return Target(measured)
        at = self.at()
        bound = self.bound(measured)
        when = self.when()
        self.end()
        if (measured.kind == "milestone") is not (bound == Bound()):
            self.fail(at, "only a milestone is done, and nothing else can be asked of it")
        return Target(measured, bound, when)

    def measured(self) -> Measured:
        kind = self.word("a kind of measure", KINDS)
        self.sign("(")
        measured = self.inside(kind)
        self.sign(")")
        return measured

    def inside(self, kind: str) -> Measured:
        if kind in WITHIN:
            within = self.word("the level of the larger area")
            self.sign(",")
            return Measured(kind, self.word("an indicator"), within=within)
        if kind == "each":
            units = [self.word("a unit")]
            while self.next_is("*"):
                units.append(self.word("a unit"))
            self.sign(",")
            return Measured(kind, self.word("an indicator"), units=tuple(units))
        of = self.word("an indicator")
        if kind in SINGLE:
            return Measured(kind, of)
        self.sign(",")
        if kind == "sum":
            if self.next_is("since"):
                return Measured(kind, of, since=self.date())
            return Measured(kind, of, span=self.word("a span or since", SPANS[:-1]))
        since = self.date() if kind == "gain" else None
        span = self.word("a span", SPANS[:-1]) if kind == "change" else ""
        limits = self.limits()
        floor, ceiling = limits.get("floor"), limits.get("ceiling")
        return Measured(kind, of, span=span, since=since, floor=floor, ceiling=ceiling)

    def limits(self) -> dict[str, Amount]:
        found: dict[str, Amount] = {}
        while self.next_is(","):
            at = self.at()
            word = self.word("floor or ceiling", ("floor", "ceiling"))
            if word in found:
                self.fail(at, f"a second {word}")
            found[word] = self.amount()
        return found

    def bound(self, measured: Measured) -> Bound:
        if self.next_is("done"):
            return Bound()
        ends: dict[str, object] = {}
        while not ends or self.ahead() in _WORDS:
            at = self.at()
            side, is_open = _WORDS[self.word("a bound", (*_WORDS, "done", "monitored"))]
            if side in ends:
                self.fail(at, f"a second {side} end")
            self.sign("(")
            ends |= {side: self.amount(), f"{side}_open": is_open}
            if self.next_is(","):
                at = self.at()
                self.word("planned", ("planned",))
                if side == "upper":
                    self.fail(at, "a planned number stands with a lower end")
                ends["planned"] = self.number()
            self.sign(")")
        bound = Bound(**ends)  # type: ignore[arg-type]
        self.check(bound, at)
        return bound

    def check(self, bound: Bound, at: int) -> None:
        low, high = bound.lower, bound.upper
        if low is not None and high is not None:
            if low.unit != high.unit:
                self.fail(at, f'the ends have different units, "{low.unit}" and "{high.unit}"')
            closed = not (bound.lower_open or bound.upper_open)
            if low.number > high.number or (low.number == high.number and not closed):
                self.fail(at, f"no number lies between {low} and {high}")
        if low is not None and bound.planned is not None and bound.planned < low.number:
            self.fail(at, f"the planned number is below {low}")

    def when(self) -> By | Every:
        word = self.word("by or every", ("by", "every"))
        self.sign("(")
        when = By(self.date()) if word == "by" else Every(self.word("a span", SPANS))
        self.sign(")")
        return when

    # -- single tokens

    def amount(self) -> Amount:
        number = self.number()
        if self.ahead() in UNITS:
            self.place += 1
            return Amount(number, self.tokens[self.place - 1][1])
        return Amount(number)

    def number(self) -> Decimal:
        return Decimal(self.take("number", "a number"))

    def date(self) -> dt.date:
        at = self.at()
        text = self.take("date", "a day such as 2022-12-31")
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            self.fail(at, f"there is no day {text}")

    def word(self, what: str, known: Iterable[str] = ()) -> str:
        at = self.at()
        text = self.take("name", what)
        known = tuple(known)
        if (known and text not in known) or text == "monitored":
            near = difflib.get_close_matches(text, known, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"known are: {', '.join(known)}"
            self.fail(at, f'"{text}" is not {what} ({hint})')
        return text

    def sign(self, sign: str) -> None:
        if not self.next_is(sign):
            self.fail(self.at(), f'"{sign}" is missing')

    def next_is(self, text: str) -> bool:
        """Take the next token if it reads so."""
        if self.ahead() != text:
            return False
        self.place += 1
        return True

    def ahead(self) -> str:
        return self.tokens[self.place][1]

    def at(self) -> int:
        return self.tokens[self.place][2]

    def take(self, kind: str, what: str) -> str:
        found, text, at = self.tokens[self.place]
        if found != kind:
            said = f'"{text}"' if text else "the end"
            self.fail(at, f"{what} is missing before {said}")
        self.place += 1
        return text

    def end(self) -> None:
        if self.ahead():
            self.fail(self.at(), f'"{self.ahead()}" is one word too many')

    def fail(self, at: int, wrong: str) -> NoReturn:
        raise TargetError(self.text, at, wrong)

    def _split(self) -> list[tuple[str, str, int]]:
        """Split the text into (kind, token, place), the last of them the empty end."""
        found: list[tuple[str, str, int]] = []
        place = 0
        while match := _TOKEN.match(self.text, place):
            kind = match.lastgroup or ""
            found.append((kind, match[kind], match.start(kind)))
            place = match.end()
        if rest := self.text[place:].strip():
            place = self.text.index(rest, place)
            raise TargetError(self.text, place, f'"{rest[0]}" is no part of a target')
        return [*found, ("end", "", len(self.text))]
