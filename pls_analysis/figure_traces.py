"""From a figure of the policy down to its cells: how it is made, of what, and what is missing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

import pandas as pd
from openpyxl.utils import coordinate_to_tuple, get_column_letter

from pls_analysis.analysis import area_tree
from pls_analysis.areas import AreaTree
from pls_analysis.ingest.cells import integral
from pls_analysis.ingest.values import plain
from pls_analysis.periods import Period
from pls_analysis.policies import catalogue, figure_over
from pls_analysis.policy.catalogue import TOTAL, Indicator, Term
from pls_analysis.project import Project
from pls_analysis.store import Store
from pls_analysis.text_tables import text_table
from pls_analysis.trace import STEP_COLUMNS, Surroundings, TraceError, surroundings, trace_rows

FIGURE_COLUMNS = ("indicator", "figure", "role", "sign", *STEP_COLUMNS)
"""What a step of an indicator's trace says: the printed figure, what the cell is in it, the cell.

The role is numerator, denominator or sample. The sign is 1, or -1 of a running total that is taken
off from a later one: what lies between them is a month that is missing. A part that was not filed
is a step that is `missing`: it has an area and a period, and no cell.
"""
ROLES = ("numerator", "denominator", "sample", "missing")
STEPS_SHOWN_MAX = 24
MISSING_SHOWN_MAX = 6
DECIMALS = 4
_ADDRESS = re.compile(r"(?P<submission>\S+) (?P<sheet>.*)!(?P<cells>[^!]+)")


@dataclass(frozen=True, slots=True, repr=False)
class FigureTrace:
    """A figure, how it is made, and the cells it is made of. It shows itself, long ones in short.

    `row` is what `assess` says of it; `steps` have FIGURE_COLUMNS, all of them; `around` is what
    stands around the first cell.
    """

    row: Mapping[str, Any]
    indicator: Indicator
    steps: tuple[Mapping[str, Any], ...]
    tree: AreaTree
    lang: str
    around: Surroundings | None = None

    def __str__(self) -> str:
        lines = [*self._said(), text_table(self._table(), self._header())]
        if self.around is not None:
            lines += [f"{self.around.place}  {self._cells[0]['raw']!r}"]
            lines += [f"  {line}" for line in str(self.around).splitlines()]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(line.strip())}</p>" for line in self._said())
        heads = "".join(f"<th>{escape(name)}</th>" for name in self._header())
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(_text(one))}</td>" for one in row) + "</tr>"
            for row in self._table()
        )
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        return said + table + ("" if self.around is None else self.around._repr_html_())

    @property
    def _cells(self) -> list[Mapping[str, Any]]:
        return [step for step in self.steps if step["role"] != "missing"]

    def _name(self, code: str) -> str:
        return self.tree[code].name if code in self.tree else code

    # -- how it is made

    def _said(self) -> Iterator[str]:
        row, unit = self.row, self.row["unit"]
        value = "—" if row["value"] is None else f"{_number(row['value'])} {unit}".strip()
        when = _period(row["start"], row["end"])
        name = self.indicator.name[self.lang]
        yield (
            f"{name} ({self.indicator.id}), {self._name(row['area'])} ({row['area']}), {when}: "
            f"{value}" + ("" if row["status"] == "monitored" else f", {row['status']}")
        )
        if note := self.indicator.note.get(self.lang):
            yield f"  {note}"
        yield from self._quotient()
        for (role, measure), steps in groupby(self._cells, key=lambda one: (one["role"], _of(one))):
            said = role if self.indicator.denominator else "of"
            yield f"  {said} {self._counted(measure, list(steps))}"
        yield from self._not_known()

    def _quotient(self) -> Iterator[str]:
        facts, below = self.row["facts"], self.row["denominator"]
        if "complying" in facts:
            yield (
                f"  {facts['complying']} of {facts['expected']} comply, {facts['known']} are known"
                + ("; these are the cells of those that do not" if facts.get("failing") else "")
            )
        elif facts.get("numerator") is not None and below:
            scale = f" × {self.indicator.scale}" if self.row["unit"] in ("%", "‰") else ""
            both = ", over those of which both are known" if facts.get("missing") else ""
            yield f"  = {_number(facts['numerator'])} ÷ {_number(below)}{scale}{both}"

    def _counted(self, measure: str, steps: list[Mapping[str, Any]]) -> str:
        """Say how many cells a term has, and their sum where they are summed."""
        files = len({one["file"] for one in steps})
        cells = f"{len(steps):,} cell{'s' * (len(steps) > 1)} of {files:,} file{'s' * (files > 1)}"
        if self.indicator.adds not in ("sum", "stock", "ratio"):
            return f"{measure}: {cells}"
        return f"{measure}: {_number(_sum(steps))} {steps[0]['unit']} in {cells}"

    def _not_known(self) -> Iterator[str]:
        absent = [one for one in self.steps if one["role"] == "missing"]
        if absent:
            said = [f"{self._name(one['area'])} {one['period']}" for one in absent]
            more = f" and {len(said) - MISSING_SHOWN_MAX:,} more"
            more = more if len(said) > MISSING_SHOWN_MAX else ""
            yield f"  missing ({len(said):,}): {', '.join(said[:MISSING_SHOWN_MAX])}{more}"

    # -- the cells

    @property
    def _short(self) -> bool:
        return len(self._cells) > STEPS_SHOWN_MAX

    def _header(self) -> tuple[str, ...]:
        first = ("cells", "sum") if self._short else ("area", "value")
        return ("period", "measure", *first, "file", "sheet", "cell", "raw")

    def _table(self) -> list[tuple[Any, ...]]:
        """Return a row for each cell, or for the cells of each measure and period, the first."""
        if not self._short:
            return [
                (one["period"], _of(one), self._name(one["area"]), _signed(one), *_place(one))
                for one in self._cells
            ]
        found = []
        for (period, measure), group in groupby(
            sorted(self._cells, key=_period_and_measure), key=_period_and_measure
        ):
            steps = list(group)
            total = _whole(_sum(steps))
            found.append((period[2], measure, len(steps), total, *_place(steps[0])))
        rest = len(found) - STEPS_SHOWN_MAX
        if rest > 0:
            found = [*found[:STEPS_SHOWN_MAX], (f"and {rest} more", *[None] * 7)]
        return found


def trace_indicator(project: Project, indicator: str, area: str, period: Period) -> FigureTrace:
    """Return how an indicator's figure for an area and a period is made, down to the cells.

    Raises ValueError for unknown names, TraceError where there is no such figure.
    """
    return trace_figure(project, figure_over(project, indicator, area, period).as_row())


def trace_figure(project: Project, row: Mapping[str, Any]) -> FigureTrace:
    """Return how the figure of a row of `assess` is made, down to the cells that it names.

    Raises TraceError where it has no cells, or where they no longer stand in the store.
    """
    said = {str(key): _missing_as_none(value) for key, value in row.items()}
    policy, tree = catalogue(project), area_tree(project)
    indicator = policy.indicators[said["indicator"]]
    if indicator.below and tree[said["area"]].parent == project.home:
        indicator = policy.indicators[indicator.below]
    if not said["evidence"]:
        raise TraceError(
            f"no cell stands behind {said['target']} for {said['area']}: {said['status']}"
        )
    found = _observations(Store(project.processed), indicator, said["evidence"])
    said_of_all = {"indicator": indicator.id, "figure": said["value"]}
    less = _cells_named(said["facts"].get("less", ()))
    steps = [
        said_of_all
        | {"role": _role(one, indicator), "sign": -1 if _cell_of(one) in less else 1}
        | one
        for one in trace_rows(project, found.to_dict("records"))
    ]
    order = {code: place for place, code in enumerate(tree.order({one["area"] for one in steps}))}
    steps.sort(key=lambda one: (ROLES.index(one["role"]), _of(one), order[one["area"]]))
    steps += _absent(said, indicator, steps)
    first = steps[0]
    around = surroundings(project, first["file"], first["sheet"], first["cell"])
    return FigureTrace(said, indicator, tuple(steps), tree, project.lang, around)


def _observations(store: Store, indicator: Indicator, evidence: Iterable[str]) -> pd.DataFrame:
    """Return the observations that stand in cells, in the order of their periods."""
    cells = _cells_named(evidence)
    frame = store.observations(indicator.measures)
    keys = pd.MultiIndex.from_frame(frame[["submission", "sheet", "cell"]])
    frame = frame[keys.isin(list(cells))]
    exact = _belongs(frame, (*indicator.numerator, *indicator.denominator))
    exact |= frame["measure"] == indicator.sample
    frame = frame[exact] if exact.any() else frame
    if frame.empty:
        raise TraceError(f"the cells behind {indicator.id} are no longer in the store: assess anew")
    return frame.sort_values(["period_end", "period_start"], kind="stable")


def _cells_named(evidence: Iterable[str]) -> set[tuple[str, str, str]]:
    """Return the cells that addresses name: submission, sheet and cell of each."""
    return {
        (match["submission"], match["sheet"], cell)
        for one in evidence
        if (match := _ADDRESS.fullmatch(one))
        for cell in _cells_of(match["cells"])
    }


def _cell_of(step: Mapping[str, Any]) -> tuple[str, str, str]:
    return step["submission"], step["sheet"], step["cell"]


def _cells_of(run: str) -> Iterator[str]:
    """Return the cells of a run down a column, and the run itself: a count of rows has one."""
    yield run
    first, _, last = run.partition(":")
    if last:
        (top, column), (bottom, other) = coordinate_to_tuple(first), coordinate_to_tuple(last)
        if column == other:
            yield from (f"{get_column_letter(column)}{row}" for row in range(top, bottom + 1))


def _belongs(frame: pd.DataFrame, terms: Iterable[Term]) -> pd.Series:
    right = pd.Series(False, index=frame.index)
    for term in terms:
        parts = frame["breakdown"].str.startswith(f"{term.breakdown}=")
        parts |= frame["breakdown"] == term.breakdown
        right |= (frame["measure"] == term.measure) & parts
    return right


def _role(row: Mapping[str, Any], indicator: Indicator) -> str:
    """Return what an observation is in a figure, by its part first: 20 of the 22 may be named."""
    of = (row["measure"], row["breakdown"])
    exact = [(one.measure, one.breakdown) for one in indicator.numerator]
    below = [(one.measure, one.breakdown) for one in indicator.denominator]
    if of in exact or of in below:
        return "numerator" if of in exact else "denominator"
    if row["measure"] in {name for name, _ in exact}:
        return "numerator"
    return "denominator" if row["measure"] in {name for name, _ in below} else "sample"


def _absent(
    row: Mapping[str, Any], indicator: Indicator, steps: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return a step for each part that is not in; one whose cell is blank has that cell already."""
    blank = {(one["area"], one["period"]) for one in steps if one["value"] is None}
    found = []
    for name in row["facts"].get("missing", ()):
        area, *subject, period = name.split()
        if (area, period) not in blank:
            found.append(
                dict.fromkeys(FIGURE_COLUMNS, "")
                | {"indicator": indicator.id, "figure": row["value"], "role": "missing", "sign": 1}
                | {"area": area, "subject": " ".join(subject), "period": period, "value": None}
            )
    return found


def _missing_as_none(value: Any) -> Any:
    """Return None for what a data frame holds in place of it."""
    return None if value is pd.NaT or (isinstance(value, float) and math.isnan(value)) else value


def _of(step: Mapping[str, Any]) -> str:
    part = step["breakdown"]
    return step["measure"] if part == TOTAL else f"{step['measure']}/{part}"


def _period_and_measure(step: Mapping[str, Any]) -> tuple[tuple[str, int, str], str]:
    period = step["period"]
    return (period[:4], len(period), period), _of(step)


def _sum(steps: Iterable[Mapping[str, Any]]) -> float:
    """Add up what is known, less what is taken off."""
    return math.fsum(one["sign"] * one["value"] for one in steps if one["value"] is not None)


def _signed(step: Mapping[str, Any]) -> float | int | None:
    return None if step["value"] is None else _whole(step["sign"] * step["value"])


def _place(step: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(step[name] for name in ("file", "sheet", "cell", "raw"))


def _period(start: Any, end: Any) -> str:
    if start is None or start == end:
        return str(end)
    return str(Period(start, end))


def _number(value: float) -> str:
    whole, _, rest = plain(round(float(value), DECIMALS)).partition(".")
    return f"{int(whole):,}" + (f".{rest}" if rest else "") if whole.lstrip("-") else whole


def _whole(value: float | None) -> float | int | None:
    """Return a whole number as one: a store keeps every figure as a float."""
    return None if value is None else integral(round(value, DECIMALS))


def _text(value: Any) -> str:
    return "" if value is None else str(value)
