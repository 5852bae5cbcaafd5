"""What reports say, in Chinese or English: texts by key, numbers, dates, and whole sentences."""

from __future__ import annotations

import datetime as dt
import math
import re
import string
from collections.abc import Iterable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from pls_analysis.configs import unknown
from pls_analysis.periods import Period
from pls_analysis.texts import month_name, numeral, placeholders, texts_in

Number = int | float | Decimal

# A growth rate on fewer than this many cases would mislead (from 1 to 4: +300 %).
GROWTH_BASE_MIN = 10
_MOST_DECIMALS = 4
_SPEC = re.compile(r"([a-z_]+?)(\d)?")


class UnknownMessage(LookupError):
    """The catalogue has no text under a key, or a text needs other values than it was given."""


class Messages(string.Formatter):
    """The texts of one language; `messages("key", name=value)` fills one in.

    A text may say how a value is written: {n:count}, {x:number2}, {x:percent1}, {x:per_mille2},
    {x:points1}, {x:big}, {day:date}, {period:period}; the digit is the number of decimals.
    Raises ValueError for a language that is not spoken.
    """

    def __init__(self, lang: str = "zh") -> None:
        self.lang = lang
        self.texts = texts_in(lang)

    def __call__(self, key: str, /, **values: Any) -> str:
        """Return the text under a key, filled in. Raises UnknownMessage naming what is amiss."""
        try:
            text = self.texts[key]
        except KeyError:
            raise UnknownMessage(unknown("message", key, self.texts)) from None
        wanted = placeholders(text)
        for name in sorted(wanted - values.keys()):
            raise UnknownMessage(f'message "{key}" ({self.lang}) needs a value for "{name}"')
        for name in sorted(values.keys() - wanted):
            raise UnknownMessage(
                f'message "{key}" ({self.lang}): ' + unknown("value", name, wanted)
            )
        return self.vformat(text, (), values)

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write one value as the text asks for it."""
        if not format_spec:
            return str(value)
        match = _SPEC.fullmatch(format_spec)
        name = match[1] if match else format_spec
        writers = {
            "count": self.count,
            "number": self.number,
            "percent": self.percent,
            "per_mille": self.per_mille,
            "points": self.points,
            "big": self.big,
            "date": self.date,
            "period": self.period,
        }
        if match is None or name not in writers:
            raise UnknownMessage(unknown("way to write a value", format_spec, writers))
        arguments = [value] if match[2] is None else [value, int(match[2])]
        return writers[name](*arguments)

    def number(self, value: Number, decimals: int = 1, unlike: Iterable[Number] = ()) -> str:
        """Write a number with fixed decimals, half rounded up; see `rounded` for `unlike`."""
        return self._grouped(rounded(value, decimals, unlike))

    def count(self, value: Number) -> str:
        """Write a whole number as such, another one with the decimals it has, two at most."""
        shown = rounded(value, 2)
        return self._grouped(shown.quantize(Decimal(1)) if shown % 1 == 0 else shown.normalize())

    def big(self, value: Number, decimals: int = 2) -> str:
        """Write 10,000 and more in 万 in Chinese; English writes the whole number."""
        if self.lang == "zh" and abs(value) >= 10_000:
            return self(
                "common.ten_thousands", value=self.number(_decimal(value) / 10_000, decimals)
            )
        return self.count(value)

    def percent(self, value: Number, decimals: int = 1, unlike: Iterable[Number] = ()) -> str:
        """Write a percentage, given as 98.5."""
        return self.number(value, decimals, unlike) + "%"

    def per_mille(self, value: Number, decimals: int = 2, unlike: Iterable[Number] = ()) -> str:
        """Write a rate per thousand, given as 0.6."""
        return self.number(value, decimals, unlike) + "‰"

    def points(self, value: Number, decimals: int = 1) -> str:
        """Write a difference of two percentages, without its sign: 1.2个百分点, 1.2 pp."""
        return self("common.points", value=self.number(abs(value), decimals))

    def rate(
        self, numerator: Number, denominator: Number, unit: str = "%", decimals: int = 1
    ) -> str:
        """Write a rate from its counts; only all of them is 100.0%, and only none 0.0%."""
        scale = 100 if unit == "%" else 1000
        value = _rate(numerator, denominator, scale)
        return self.number(value, decimals, unlike=(0, scale)) + unit

    def date(self, day: dt.date) -> str:
        """Write a day in full."""
        month = month_name(day.month, self.lang)
        return self("common.date", year=day.year, month=month, day=day.day)

    def period(self, period: Period) -> str:
        """Write a period in words."""
        return period.label(self.lang)

    def unit(self, unit: str, value: Number = 2) -> str:
        """Return a unit as the language writes it after `value`; unknown ones stay as they are."""
        one, _, more = self.texts.get(f"unit.{unit}", unit).partition("|")
        return one if abs(value) == 1 else more or one

    def quantity(self, value: Number, unit: str) -> str:
        """Write a count with its unit: 12件, 12 cases."""
        return self("common.quantity", value=self.count(value), unit=self.unit(unit, value))

    def numeral(self, value: int) -> str:
        """Write a number from 0 to 99 as headings count: 十二, 12."""
        return numeral(value, self.lang)

    def _grouped(self, value: Decimal) -> str:
        return f"{value:,f}".replace("-", "−")


def rounded(value: Number, decimals: int, unlike: Iterable[Number] = ()) -> Decimal:
    """Round half up, as people do; keep more decimals where the result would mislead.

    A value that is not one of `unlike` must not look like one: 99.96 beside a bound of 100
    stays 99.96. After four decimals it is cut instead of rounded. Raises ValueError for what
    is no number.
    """
    exact = _decimal(value)
    others = [_decimal(other) for other in unlike if _decimal(other) != exact]
    for places in range(decimals, max(decimals, _MOST_DECIMALS) + 1):
        shown = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if shown not in others:
            return shown + 0  # no "-0.0"
    return exact.quantize(Decimal(1).scaleb(-_MOST_DECIMALS), ROUND_DOWN) + 0


def count_change(
    messages: Messages,
    *,
    area: str,
    measure: str,
    unit: str,
    period: Period,
    value: Number,
    before: Number | None,
) -> str:
    """Say a count and its change on the same period of the year before (sentence T1).

    Below a base of 10 the difference is said and no rate, on a base of 0 neither; `before` is
    None where there is no figure. Raises ValueError for a negative base.
    """
    return messages(
        "sentences.count",
        area=area,
        measure=measure,
        period=period,
        quantity=messages.quantity(value, unit),
        change=count_step(messages, unit, value, before),
    )


def count_step(messages: Messages, unit: str, value: Number, before: Number | None) -> str:
    """Say the change of a count alone: 同比增长7.9%. Raises ValueError for a negative base."""
    if before is None:
        return messages("sentences.no_base")
    if before < 0:
        raise ValueError(f"a count of {before} is no base for a change")
    if before == 0:
        return messages("sentences.base_zero")
    difference = _decimal(value) - _decimal(before)
    if before < GROWTH_BASE_MIN:
        if difference == 0:
            return messages("sentences.small_base_same")
        key = "sentences.small_base_more" if difference > 0 else "sentences.small_base_fewer"
        return messages(key, quantity=messages.quantity(abs(difference), unit))
    growth = rounded(difference / _decimal(before) * 100, 1)
    if growth == 0:
        return messages("sentences.level")
    key = "sentences.grew" if growth > 0 else "sentences.fell"
    return messages(key, growth=abs(growth))


def rate_change(
    messages: Messages,
    *,
    measure: str,
    numerator: Number,
    denominator: Number,
    before: tuple[Number, Number] | None,
    unit: str = "%",
    decimals: int = 1,
) -> str:
    """Say a rate with its counts and its change in points (sentence T2).

    `before` holds numerator and denominator of the same period of the year before, or None.
    `unit` is "%" or "‰". Raises ValueError where the denominator is 0: there is no rate then.
    """
    return messages(
        "sentences.rate",
        measure=measure,
        rate=messages.rate(numerator, denominator, unit, decimals),
        numerator=messages.count(numerator),
        denominator=messages.count(denominator),
        change=_rate_change(messages, (numerator, denominator), before, unit, decimals),
    )


def _rate_change(
    messages: Messages,
    now: tuple[Number, Number],
    before: tuple[Number, Number] | None,
    unit: str,
    decimals: int,
) -> str:
    scale = 100 if unit == "%" else 1000
    base = None if before is None or before[1] == 0 else _rate(*before, scale)
    return rate_step(messages, _rate(*now, scale), base, unit, decimals)


def rate_step(
    messages: Messages, rate: Number, before: Number | None, unit: str = "%", decimals: int = 1
) -> str:
    """Say the change of a rate in points: 较上年同期提高0.6个百分点."""
    if before is None:
        return messages("sentences.no_base")
    difference = rounded(_decimal(rate) - _decimal(before), decimals)
    if difference == 0:
        return messages("sentences.level")
    key = "sentences.rate_rose" if difference > 0 else "sentences.rate_fell"
    points = "common.points" if unit == "%" else "common.per_mille_points"
    return messages(key, points=messages(points, value=messages.number(abs(difference), decimals)))


def _rate(numerator: Number, denominator: Number, scale: int) -> Decimal:
    if denominator == 0:
        raise ValueError("there is no rate: the denominator is 0")
    return _decimal(numerator) / _decimal(denominator) * scale


def _decimal(value: Number) -> Decimal:
    if isinstance(value, Decimal):
        number = value
    else:
        # repr, so that 0.285 is what it says and not 0.284999…
        number = Decimal(repr(float(value)) if not isinstance(value, int) else value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is no number that can be written")
    return number
