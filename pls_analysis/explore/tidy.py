"""Every table of a workbook as one tidy frame, one row a figure, without any form spec."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pls_analysis.explore.opening import explored, layouts
from pls_analysis.ingest import units, values, words
from pls_analysis.ingest.layout import Layout, Record, Table
from pls_analysis.ingest.measuring import REFUSALS
from pls_analysis.ingest.timing import as_title, periods_in, says_only_period
from pls_analysis.observations import RATES
from pls_analysis.periods import CALENDAR, Period

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("sheet", "table", "title", "period", "key", "heading", "value", "unit", "note", "cell",
           "raw")  # fmt: skip
MISSING = {"x": "not available", "z": "not applicable", "k": "less than half the last digit"}
NO_FIGURE = {
    "uncached": "is a formula whose result the file does not hold",
    "error": "is an error of the spreadsheet",
    "picture": "is a picture",
    "struck": "is crossed out",
}
COMPARED = re.compile(
    r"((19|20)\d\d年|本[月年期]|累计|当[月期]|较)*"
    r"(同比|环比|增[长减幅速]|±|[+]、-|比(上年|去年|上月|上季|(19|20)\d\d年)"
    r"|(上年|去年|上月|上季|前年)(同[期月]|数|末|累计|本月|预算数?|决算数?)?$|排名|位次)"
)
"""Columns that restate or compare figures of another form or time."""
RATE = re.compile("率|比[例重]|占比|密度|指数|%|‰|同比|环比|增长|增[幅速减]")
"""A label with one of these does not count what the unit of the whole table counts."""


def tables(path: str | Path) -> pd.DataFrame:
    """Every table found in a workbook, one row a figure: COLUMNS, `value` as float64.

    `table` counts the tables of a sheet from 1. `key` and `heading` are the paths of the row's
    and the column's labels, joined by slashes as in a form spec. `period` is what the title, key
    or heading names ("2022-06"), else "". `value` stands in `unit`; where a cell holds no figure
    that is safe to use it is NaN and `note` says why; `raw` is what the cell holds. No project is
    needed. Raises Refused, with the words of `pls ingest`, for a file that must not be read.
    """
    import pandas as pd  # which the worker, who reads the file, needs none of

    frame = pd.DataFrame(explored(_rows, path), columns=list(COLUMNS))
    return frame.astype({"table": "int64", "value": "float64"})


def _rows(path: Path) -> list[tuple]:
    return [
        row
        for layout in layouts(path)
        for number, table in enumerate(layout.tables, 1)
        for row in _table_rows(layout, number, table)
    ]


def _table_rows(layout: Layout, number: int, table: Table) -> Iterator[tuple]:
    title = titled(table)
    whole = period_said([*table.titles, *(box.text for box in table.facts)], alone=False)
    for record in table.records:
        cell = record.box.cell
        value, note = figure(record)
        period = period_said([*record.headings[::-1], *record.keys[::-1]]) or whole
        yield (
            layout.sheet.name, number, title, "" if period is None else str(period),
            joined([record.section or "", *record.keys]), joined(record.headings), value,
            unit_of(record, table.unit) or "", "; ".join([*note, *marks(layout, record)]),
            cell.address, cell.raw,
        )  # fmt: skip


def joined(path: Sequence[str]) -> str:
    """A path of labels as a form spec writes it: 受理纠纷数/邻里纠纷."""
    return "/".join(filter(None, map(readable, path)))


def readable(text: str) -> str:
    """A label as it is matched; one without Chinese characters keeps its blanks."""
    if words.CJK.search(text):
        return values.label(text)
    return " ".join(values.normalise(text).split())


def titled(table: Table) -> str:
    """The lines above a table as one; without the English ones where there are Chinese ones."""
    native = [title for title in table.titles if words.CJK.search(title)]
    return " ".join(" ".join(native or table.titles).split())


def period_said(texts: Sequence[str], alone: bool = True) -> Period | None:
    """The period that the first text to name one names last; `alone` takes pure periods only."""
    for text in texts:
        if alone and not says_only_period(values.label(text)):
            continue
        if found := periods_in(as_title(text) if alone else text, CALENDAR):
            return found[-1]
    return None


def figure(record: Record) -> tuple[float, list[str]]:
    """The figure of a record, and why there is none or none that is safe to use."""
    reading = record.box.reading
    if reading.kind == "missing":
        return float("nan"), [MISSING[reading.status]]
    if reading.kind == "number" and reading.value is not None:
        stated = stated_unit(record)
        if reading.scale == 1 or stated is None or units.split(stated)[0] == 1:
            return reading.value, []
        return float("nan"), [REFUSALS["two_scales"]]
    why = NO_FIGURE.get(reading.kind) or NO_FIGURE.get(reading.reason)
    return float("nan"), [why or REFUSALS.get(reading.reason, "is no figure")]


def marks(layout: Layout, record: Record) -> Iterator[str]:
    """What a reader of the sheet may not see: that a figure is hidden."""
    cell, sheet = record.box.cell, layout.sheet
    if cell.row in sheet.hidden_rows or cell.col in sheet.hidden_cols or sheet.state != "visible":
        yield "hidden"


def stated_unit(record: Record) -> str | None:
    """The unit that a record's row, column or labels state, the nearest first."""
    labels = (*record.headings[::-1], *record.keys[::-1])
    split = [values.split_label(label) for label in labels]
    headed = next((unit for _, unit in split if unit and units.is_unit(unit)), None)
    if headed is None:  # a heading that is nothing but a unit: 高层建筑 | 幢
        ends = [values.label(path[-1]) for path in (record.headings, record.keys) if path]
        headed = next((end for end in ends if units.is_unit(end)), None)
    if any(COMPARED.match(values.label(label)) for label in record.headings):
        return headed if headed in RATES else None  # the row's unit is that of the figure compared
    return record.unit or headed


def unit_of(record: Record, table_unit: str | None) -> str | None:
    """The unit in which `figure` is given, from what stands nearest; None where nothing says it."""
    own, stated = record.box.reading.unit, stated_unit(record)
    if own and (own in RATES or stated is None or units.convert(1, own, stated) is not None):
        return own
    if stated is None and table_unit and table_unit not in RATES:
        is_rate = bool(RATE.search("".join((*record.headings, *record.keys[-1:]))))
        fitting = [unit for unit in table_unit.split("、") if (unit in RATES) == is_rate]
        return fitting[0] if len(fitting) == 1 else None  # 人、‰ names one of each
    return stated or table_unit
