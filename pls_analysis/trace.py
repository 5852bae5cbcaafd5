"""From a printed figure down to the cell it came from, and what stands around that cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from pls_analysis.ingest.cells import Sheet
from pls_analysis.ingest.values import plain
from pls_analysis.periods import Period
from pls_analysis.project import Project, RawFile
from pls_analysis.reads import note
from pls_analysis.store import Store
from pls_analysis.text_tables import text_table

STEP_COLUMNS = (
    "measure", "area", "subject", "breakdown", "period", "basis", "value", "unit", "status",
    "form", "submission", "file", "sheet", "cell", "raw",
)  # fmt: skip
COLUMNS_SHOWN_MAX = 12
TEXT_COLUMNS_MAX = 18


class TraceError(LookupError):
    """A figure or cell that is not there; the message says where it was looked for."""


def trace(
    project: Project,
    measure: str,
    area: str,
    period: Period,
    breakdown: str | None = "total",
) -> list[dict[str, Any]]:
    """Return the cells that a figure comes from: STEP_COLUMNS of each, as plain values.

    These are the observations of exactly the period; else the months that make it up, as briefs
    add them; else a running total, else what lies within it. `area` is a code; `file` is relative
    to the raw folder. Raises TraceError where there is no such figure, StoreError where nothing
    was ingested yet.
    """
    store = Store(project.processed)
    found = store.observations(measure, area, period, breakdown=breakdown)
    exact = found[
        (found["period_start"] == pd.Timestamp(period.start))
        & (found["period_end"] == pd.Timestamp(period.end))
    ]
    own, parts = exact[exact["basis"] != "cumulative"], found[found["basis"] == "flow"]
    spans = parts[["period_start", "period_end"]].drop_duplicates()
    covered = (spans["period_end"] - spans["period_start"]).dt.days.sum() + len(spans)
    choices = [own, parts if covered == period.days else exact, exact, found]
    rows = next((rows for rows in choices if len(rows)), found)
    if rows.empty:
        raise TraceError(
            f"no figure of {measure} for {area} and {period} is in the store"
            + _nearest_periods(store, measure, area)
        )
    paths = _paths(store)
    return [_step(row, paths) for row in rows.to_dict("records")]


def trace_row(project: Project, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the step of one observation, given as a row of a frame of observations."""
    return trace_rows(project, [row])[0]


def trace_rows(project: Project, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the steps of observations, given as rows of a frame of observations."""
    paths = _paths(Store(project.processed))
    return [_step(dict(row), paths) for row in rows]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A cell among the rows above and below it: text by row, then by column.

    `header` names the columns, `rows` begin with the row number; the cell itself stands between
    brackets. Its `str` is a table to print.
    """

    file: str
    sheet: str
    cell: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def place(self) -> str:
        """File, sheet and cell."""
        return "  ".join((self.file, self.sheet, self.cell))

    def __str__(self) -> str:
        return text_table(self.rows, self.header, widest=TEXT_COLUMNS_MAX)

    def _repr_html_(self) -> str:
        cells = "".join(
            "<tr>" + "".join(f"<td>{_marked(text)}</td>" for text in row) + "</tr>"
            for row in self.rows
        )
        heads = "".join(f"<th>{escape(text)}</th>" for text in self.header)
        return (
            f"<p><code>{escape(self.place)}</code></p>"
            f"<table><thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table>"
        )


@dataclass(frozen=True, slots=True)
class Origin:
    """A figure, the cell it came from, and what stands around that cell.

    It shows itself: as text where it is printed, as a small table in a notebook. `step` has
    STEP_COLUMNS. A flow derived from two running totals has the cell of the earlier one in `less`.
    """

    step: Mapping[str, Any]
    around: Surroundings
    area_name: str = ""
    less: Surroundings | None = None

    def __str__(self) -> str:
        lines = [self._figure(), f"  {self.around.place}  {self.step['raw']!r}"]
        lines += [f"    {line}" for line in str(self.around).splitlines()]
        if self.less is not None:
            lines.append(f"  less  {self.less.place}")
            lines += [f"    {line}" for line in str(self.less).splitlines()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        shown = f"<p>{escape(self._figure())}</p>{self.around._repr_html_()}"
        return shown if self.less is None else f"{shown}<p>less</p>{self.less._repr_html_()}"

    def _figure(self) -> str:
        step = self.step
        where = f"{self.area_name} ({step['area']})" if self.area_name else step["area"]
        said = filter(None, (step["subject"], step["breakdown"], step["basis"], step["status"]))
        value = "—" if step["value"] is None else f"{plain(step['value'])} {step['unit']}"
        return f"{step['measure']}, {where}, {step['period']}, {' '.join(said)}: {value}"


def origin(project: Project, row: Mapping[str, Any], area_name: str = "") -> Origin:
    """Return where an observation comes from, given as a row of a frame or as a step of a trace.

    Raises TraceError where the raw file has gone or changed.
    """
    step = dict(row) if "file" in row else trace_row(project, row)
    around = surroundings(project, step["file"], step["sheet"], step["cell"])
    less = None
    if row.get("less_cell"):
        file = _paths(Store(project.processed)).get(row["less_submission"], "")
        less = surroundings(project, file, row["less_sheet"], row["less_cell"])
    return Origin(step, around, area_name or str(row.get("area_name", "")), less)


def surroundings(project: Project, file: str, sheet: str, cell: str) -> Surroundings:
    """Read the raw workbook again and return the cell's row with the ones above and below.

    Of a range, which is what a count of rows comes from, the first cell is shown. Raises TraceError
    where the file or sheet is no longer there or can no longer be read.
    """
    from openpyxl.utils import coordinate_to_tuple, get_column_letter  # loads slowly, as in `cells`

    row, column = coordinate_to_tuple(cell.partition(":")[0])
    note(RawFile(file))
    found = _sheet(project.raw / file, sheet)
    rows = range(max(1, row - 1), row + 2)
    columns = _columns_around(found, rows, column)
    return Surroundings(
        file,
        sheet,
        cell,
        ("", *(get_column_letter(one) for one in columns)),
        tuple(
            (str(at), *(_shown(found, at, one, (row, column)) for one in columns)) for at in rows
        ),
    )


def _marked(text: str) -> str:
    """The text of a cell as HTML; the one that was asked for stands between brackets."""
    asked = text.startswith("[") and text.endswith("]")
    return f"<mark>{escape(text[1:-1])}</mark>" if asked else escape(text)


def _step(row: Mapping[str, Any], paths: Mapping[str, str]) -> dict[str, Any]:
    values = {str(key): value for key, value in row.items()}
    start, end = (pd.Timestamp(values[name]).date() for name in ("period_start", "period_end"))
    values["period"] = str(Period(start, end))
    values["value"] = None if pd.isna(values["value"]) else float(values["value"])
    values["file"] = paths.get(values["submission"], "")
    return {name: values[name] for name in STEP_COLUMNS}


def _paths(store: Store) -> dict[str, str]:
    filed = store.submissions()
    return dict(zip(filed["submission"], filed["path"], strict=True))


def _nearest_periods(store: Store, measure: str, area: str) -> str:
    """Say which periods there are figures of, so that the next try succeeds."""
    held = store.observations(measure, area, columns=["period_start", "period_end"])
    if held.empty:
        return f"; it holds none of {measure} for {area} at all"
    pairs = held.drop_duplicates().sort_values(["period_end", "period_start"])
    spans = zip(pairs["period_start"], pairs["period_end"], strict=True)
    periods = [str(Period(start.date(), end.date())) for start, end in spans]
    last = f" to {periods[-1]}" if len(periods) > 1 else ""
    return f"; it holds {periods[0]}{last}"


def _sheet(path: Path, name: str) -> Sheet:
    # The parsers of all kinds of workbooks; most callers only ask for the address.
    from pls_analysis.ingest.gate import Refused, inspect
    from pls_analysis.ingest.readers import read_workbook

    if not path.is_file():
        raise TraceError(f"{path.name} is no longer in {path.parent}; ingest again")
    try:
        sheets = read_workbook(path, inspect(path))
    except Refused as refusal:
        raise TraceError(f"{path.name} can no longer be read: {refusal}") from None
    for sheet in sheets:
        if sheet.name == name:
            return sheet
    raise TraceError(f'{path.name} has no sheet "{name}" any more; ingest again')


def _columns_around(sheet: Sheet, rows: range, column: int) -> list[int]:
    """The filled columns of some rows: the first ones, which say what a row is, and the nearest."""
    filled = sorted({at for row, at in sheet.cells if row in rows} | {column})
    if len(filled) <= COLUMNS_SHOWN_MAX:
        return filled
    nearest = sorted(filled, key=lambda at: abs(at - column))[: COLUMNS_SHOWN_MAX - 2]
    return sorted({*filled[:2], *nearest})


def _shown(sheet: Sheet, row: int, column: int, asked: tuple[int, int]) -> str:
    cell = sheet.cells.get((row, column))
    text = cell.raw if cell is not None else ""
    return f"[{text}]" if (row, column) == asked else text
