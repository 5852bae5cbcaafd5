"""What periods are called in each language: 2022年上半年, Q2 2022, end of June 2022."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pls_analysis.texts import month_name, numeral, texts_in

if TYPE_CHECKING:
    from pls_analysis.period_values import Period


def label_of(period: Period, lang: str) -> str:
    """Return a period in words. Raises ValueError for a language that is not spoken."""
    key = f"stock_{_stock(period)}" if period.basis == "stock" else _stretch(period)
    return texts_in(lang)[f"period.{key}"].format(**_values(period, lang))


def axis_label(period: Period, lang: str) -> str:
    """Name a month, quarter or half-year without its year; another period in full.

    Raises ValueError for a language that is not spoken.
    """
    if period.frequency == "M":
        return month_name(period.start.month, lang, short=True)
    if period.frequency not in ("Q", "H"):
        return label_of(period, lang)
    return texts_in(lang)[f"period.axis_{_part(period)}"].format(**_values(period, lang))


def _stock(period: Period) -> str:
    if (period.end + dt.timedelta(days=1)).day != 1:
        return "day"
    return "year" if period.end.month == 12 else "month"


def _stretch(period: Period) -> str:
    across = "_across" if period.start.year != period.end.year else ""
    if period.whole_months is None or period.start.day != 1:
        return f"days{across}"
    if across:
        return "months_across"
    if period.whole_months in (1, 12):
        return "month" if period.whole_months == 1 else "year"
    if period.basis == "flow" and period.frequency in ("Q", "H"):
        return _part(period)
    return "months"


def _part(period: Period) -> str:
    return "quarter" if period.frequency == "Q" else f"half_{period.number}"


def _values(period: Period, lang: str) -> dict[str, object]:
    start, end = period.start, period.end
    return {
        "day": start.day,
        "month": month_name(start.month, lang),
        "year": start.year,
        "last_day": end.day,
        "last_month": month_name(end.month, lang),
        "last_year": end.year,
        "number": numeral(period.number or 0, lang),
    }
