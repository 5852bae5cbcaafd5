"""How an office fills in its form: habits of layout that it keeps from month to month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pls_analysis.periods import CALENDAR, Period
from pls_analysis.sample.draws import random
from pls_analysis.sample.model import Office
from pls_analysis.sample.settings import Row, Settings

T = TypeVar("T")

TITLES = (
    ("{office}{title}（{period}）",),
    ("{office}{period}{title}",),
    ("{period}{office}{title}",),
    ("{office}{title}", "（{period}）"),
    ("{title}", "报告期：{period}"),
)
"""Lines above the table; the last is of offices that leave their name out of the title."""
FONTS = ("宋体", "仿宋", "微软雅黑", "Arial")
PERIODS = {
    1: ("{year}年{month}月", "{year}年{month}月份", "{year}年{month:02d}月",
        "{digits}年{numeral}月", "{year}年{so_far}"),
    3: ("{year}年第{quarter}季度", "{year}年{quarter}季度", "{year}年第{number}季度"),
    6: ("{year}年{half}半年",),
    12: ("{year}年度", "{year}年"),
}  # fmt: skip
"""How a period is written in a title, by its months."""
DATES = ("{0:%Y-%m-%d}", "{0.year}.{0.month}.{0.day}", "{0.year}年{0.month}月{0.day}日",
         "{0.year}/{0.month}/{0.day}")  # fmt: skip
NUMERALS = "〇一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Style:
    """One office's habits. `nesting` says how parts are shown below their whole.

    `date` is how it writes a day, `merged` whether it writes a town once for all its rows, `zeros`
    whether it fills in what was not done, `short` whether it leaves the kind of a village out.
    `headings` are the words over each of its tables, `wordings` those for each line of the form,
    `people` who sign and their phone.
    """

    titles: tuple[str, ...]
    title: str
    period: str
    file: str
    sheet: str
    font: str
    top: int
    left: int
    serial: bool
    gap: bool
    unit_column: bool
    two_levels: bool
    index_row: bool
    form_number: bool
    office_beside: bool
    nesting: str
    sections: bool
    spaced: bool
    hidden: bool
    formulas: bool
    notes_sheet: bool
    footer: str
    nothing: str
    grouped: bool
    people: tuple[str, str, str, str]
    date: str = ""
    merged: bool = False
    zeros: bool = False
    short: bool = False
    headings: Sequence[Mapping[str, str]] = ()
    wordings: Mapping[Row, str] = field(default_factory=dict)
    local_row: Row | None = None

    def fill(self, pattern: str, period: Period, **more: str) -> str:
        """Fill a period, and what else is given, into a pattern of this office."""
        year, number = period.end.year, period.end.month
        tens = NUMERALS[number] if number <= 10 else f"十{NUMERALS[number - 10]}"
        quarter = (number + 2) // 3
        said = {
            "year": year, "month": number, "number": quarter, "quarter": NUMERALS[quarter],
            "digits": "".join(NUMERALS[int(digit)] for digit in str(year)), "numeral": tens,
            "so_far": f"1—{number}月" if number > 1 else "1月",
            "half": "上" if number < 7 else "下",
        }  # fmt: skip
        return pattern.format(**said, **more)

    def file_name(self, office: Office, period: Period, file_type: str) -> str:
        """The name of the office's file for a period, in a folder of the calendar's period."""
        length = round((period.end - period.start).days / 30.4)
        folder = CALENDAR.part(period.end.year, length, (period.end.month - 1) // length + 1)
        return f"{folder}/" + self.fill(self.file, period, name=office.name) + f".{file_type}"


def draw_style(settings: Settings, office: Office, seed: int) -> Style:
    """Draw the habits of an office, the same for the same seed; its form may prescribe some."""
    draw = random(seed, office.key, "style")

    def pick(choices: Sequence[T], first: float = 0.0) -> T:
        """One of the choices; with the chance `first` the first of them."""
        return choices[0] if draw.rand() < first else choices[draw.randint(len(choices))]

    def chance(share: float) -> bool:
        return bool(draw.rand() < share)

    local_rows = settings.tables[0].local_rows
    titles = TITLES[draw.randint(len(TITLES))]
    style = Style(
        titles=titles,
        title=pick(settings.titles),
        period=pick(PERIODS[settings.length], 0.4),
        file=pick(settings.files, 0.3),
        sheet=pick(settings.sheets),
        font=pick(FONTS, 0.4),
        top=int(chance(0.2)),
        left=int(chance(0.2)),
        serial=chance(0.4),
        gap=chance(0.15),
        unit_column=chance(0.75),
        two_levels=chance(0.3),
        index_row=chance(0.25),
        form_number=chance(0.25),
        office_beside=chance(0.3),
        nesting=pick(("indent", "of_which", "of_which", "alignment")),
        sections=chance(0.5),
        spaced=chance(0.2),
        hidden=chance(0.12),
        formulas=chance(0.3),
        notes_sheet=chance(0.15),
        footer=pick(("line", "cells", "lines")),
        nothing=pick(("0", "—", "")),
        grouped=chance(0.3),
        people=(
            f"{pick(settings.names.surnames)}某",
            f"{pick(settings.names.surnames)}某",
            f"{pick(settings.names.surnames)}某",
            settings.phone.format(draw.randint(10000)),
        ),
        headings=[
            {
                name: words if isinstance(words, str) else pick(words, 0.5)
                for name, words in table.headings.items()
            }
            for table in settings.tables
        ],
        wordings={row: pick(row.wordings, 0.55) for row in settings.rows if row.wordings},
        local_row=pick(local_rows) if local_rows and chance(0.12) else None,
    )
    # Drawn last, so that an office's other habits are as they were before it filed lists.
    habits: dict[str, Any] = {
        "date": pick(DATES),
        "merged": chance(0.5),
        "zeros": chance(0.08),
        "short": chance(0.35),
    }
    return replace(style, **{**habits, **settings.style})
