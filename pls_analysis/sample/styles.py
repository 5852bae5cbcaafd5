"""How an office fills in its form: habits of layout that it keeps from month to month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pls_analysis.periods import Period
from pls_analysis.sample.model import Town, random
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
FILES = (
    "{name}{year}年{month}月公共法律服务月报.xlsx",
    "{name}司法所月报{year}{month:02d}.xlsx",
    "月报-{year}.{month}-{name}.xlsx",
    "{name}.xlsx",
)
NUMERALS = "〇一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Style:
    """One office's habits. `nesting` says how parts are shown below their whole.

    `wordings` are the words it uses for each line of the form, `people` who sign and their phone.
    """

    titles: tuple[str, ...]
    title: str
    period: int
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
    headings: Mapping[str, str] = field(default_factory=dict)
    wordings: Mapping[Row, str] = field(default_factory=dict)
    local_row: Row | None = None

    def period_text(self, month: Period) -> str:
        """The month as this office writes it in its title."""
        year, number = month.start.year, month.start.month
        digits = "".join(NUMERALS[int(digit)] for digit in str(year))
        tens = NUMERALS[number] if number <= 10 else f"十{NUMERALS[number - 10]}"
        return (
            f"{year}年{number}月",
            f"{year}年{number}月份",
            f"{year}年{number:02d}月",
            f"{digits}年{tens}月",
            f"{year}年1—{number}月" if number > 1 else f"{year}年1月",
        )[self.period]

    def file_name(self, town: Town, month: Period) -> str:
        """The name of the office's file for a month, in the folder of the month."""
        year, number = month.start.year, month.start.month
        return f"{month}/" + self.file.format(name=town.name, year=year, month=number)


def draw_style(settings: Settings, town: Town, seed: int) -> Style:
    """Draw the habits of a town's office; the same for the same seed."""
    draw = random(seed, town.code, "style")

    def pick(choices: Sequence[T], first: float = 0.0) -> T:
        """One of the choices; with the chance `first` the first of them."""
        return choices[0] if draw.rand() < first else choices[draw.randint(len(choices))]

    def chance(share: float) -> bool:
        return bool(draw.rand() < share)

    titles = TITLES[draw.randint(len(TITLES))]
    return Style(
        titles=titles,
        title=pick(settings.titles),
        period=pick(range(5), 0.4),
        file=pick(FILES, 0.3),
        sheet=pick(("月报", "Sheet1", "{year}年{month}月", "{month}月")),
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
            f"{pick(settings.surnames)}某",
            f"{pick(settings.surnames)}某",
            f"{pick(settings.surnames)}某",
            settings.phone.format(draw.randint(10000)),
        ),
        headings={
            name: words if isinstance(words, str) else pick(words, 0.5)
            for name, words in settings.headings.items()
        },
        wordings={row: pick(row.wordings, 0.55) for row in settings.rows if row.wordings},
        local_row=pick(settings.local_rows) if settings.local_rows and chance(0.12) else None,
    )
