"""What an analyst types: data frames of the project's store, nothing hidden.

Each function finds the project as the commands do (PLS_PROJECT, else upwards from the working
directory) and reads the standing version of its store.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pls_analysis.areas import Area, AreaTree, load_areas
from pls_analysis.configs import unknown
from pls_analysis.flows import DERIVED, derived_flows
from pls_analysis.ingest.forms import Form, Measure, load_forms
from pls_analysis.observations import COLUMNS, RATES
from pls_analysis.periods import Period, parse_period
from pls_analysis.project import Project, find_project
from pls_analysis.store import Store
from pls_analysis.trace import Origin, origin

if TYPE_CHECKING:
    from pls_analysis.figure_traces import FigureTrace

Areas = str | int | Area | Iterable[str | int | Area] | None
Span = str | int | Period | None
Stamp = tuple[tuple[str, int, int], ...]
BASES = ("flow", "stock", "cumulative")
"""Bases in the order in which one is taken where a measure has several: the month first."""


@lru_cache(maxsize=4)
def _tree(root: Path, levels: tuple[str, ...], stamp: Stamp) -> AreaTree:
    return load_areas(find_project(root))


@lru_cache(maxsize=4)
def _forms(folder: Path, levels: tuple[str, ...], stamp: Stamp) -> tuple[Form, ...]:
    return tuple(load_forms(folder, levels))


def _stamp(folder: Path) -> Stamp:
    """When the files of a folder last changed, so that an edit is seen without a restart."""
    return tuple(sorted(
        (one.name, one.stat().st_mtime_ns, one.stat().st_size)
        for one in os.scandir(folder)
        if one.is_file()
    )) if folder.is_dir() else ()  # fmt: skip


def state_of(project: Project) -> tuple[Hashable, ...]:
    """All that figures and verdicts of a project depend on: what a process keeps is kept by it.

    That is the version of its store, its home, the thresholds, and the files that it is made of.
    """
    manifest = Store(project.processed).manifest
    policy = project.policy
    return (
        project.root, project.processed, manifest.get("version"), project.home, project.levels,
        tuple(sorted(project.thresholds.items())),
        _stamp(project.config), _stamp(project.config / "forms"),
        policy, policy.stat().st_mtime_ns if policy and policy.is_file() else 0,
    )  # fmt: skip


def area_tree(project: Project) -> AreaTree:
    """The project's area tree, read once while its files do not change."""
    return _tree(project.root, project.levels, _stamp(project.config))


def named_tree(project: Project, lang: str) -> AreaTree:
    """The project's area tree with its names as an edition in a language prints them."""
    tree = area_tree(project)
    return _english(tree, project.home) if lang == "en" else tree


@lru_cache(maxsize=4)
def _english(tree: AreaTree, home: str) -> AreaTree:
    return tree.in_english(home)


def form_specs(project: Project) -> tuple[Form, ...]:
    """The project's form specs, read once while their files do not change."""
    folder = project.config / "forms"
    return _forms(folder, project.levels, _stamp(folder))


def measure_specs(project: Project) -> dict[str, Measure]:
    """Every measure that the project's forms deliver, by id, with the parts of all its forms.

    Of what they say otherwise, a later spec has the last word.
    """
    folder = project.config / "forms"
    return dict(_measures(folder, project.levels, _stamp(folder)))


@lru_cache(maxsize=4)
def _measures(folder: Path, levels: tuple[str, ...], stamp: Stamp) -> Mapping[str, Measure]:
    found: dict[str, Measure] = {}
    for form in _forms(folder, levels, stamp):
        for name, measure in form.measures.items():
            known = found[name].parts if name in found else {}
            found[name] = replace(measure, parts={**known, **measure.parts})
    return found


def areas(name: str | None = None) -> pd.DataFrame:
    """The areas under home and home itself: code, name, level, parent, kind; official order.

    `name` keeps those whose name contains it.
    """
    project = find_project()
    tree = area_tree(project)
    found = [tree[project.home], *tree.descendants(project.home)]
    rows = [(one.code, one.name, one.level, one.parent, one.kind) for one in found]
    frame = pd.DataFrame(rows, columns=["code", "name", "level", "parent", "kind"])
    return frame if name is None else _containing(frame, name)


def measures(name: str | None = None) -> pd.DataFrame:
    """The measures that the forms deliver: measure, name, name_en, unit, form.

    `name` keeps those whose id or name contains it.
    """
    rows: dict[str, tuple[str, ...]] = {}
    for form in form_specs(find_project()):
        for one in form.measures.values():
            rows[one.id] = (one.id, one.name["zh"], one.name["en"], one.unit, form.id)
    columns = ["measure", "name", "name_en", "unit", "form"]
    frame = pd.DataFrame(list(rows.values()), columns=columns)
    return frame if name is None else _containing(frame, name)


def _containing(frame: pd.DataFrame, text: str) -> pd.DataFrame:
    found = frame.apply(lambda column: column.str.contains(text, case=False, regex=False))
    return frame[found.any(axis=1)].reset_index(drop=True)


def observations(
    measure: str,
    area: Areas = None,
    period: Span = None,
    basis: str | None = None,
    breakdown: str | None = "total",
) -> pd.DataFrame:
    """Standing observations of one measure, tidy: the store's columns and `area_name`.

    `area` is a code, a confirmed name or several; `period` keeps what lies within it; `breakdown`
    is "total", a part ("kind=family") or None for all. Missing figures are rows whose value is
    NaN and whose status says why. `basis="derived"` gives the flows between running totals; each
    names the cells of both. Raises ValueError naming the nearest known measure or area, or where
    a rate or another figure that does not add up is asked to be taken apart.
    """
    if basis == DERIVED:
        return _derived(measure, area, period, breakdown)
    project = find_project()
    _check_measure(project, measure)
    tree = area_tree(project)
    frame = Store(project.processed).observations(
        measure=measure,
        area=resolve_areas(tree, project.home, area),
        period=None if period is None else parse_period(period),
        basis=basis,
        breakdown=breakdown,
    )
    names = {code: tree[code].name for code in frame["area"].unique() if code in tree}
    frame = frame.assign(area_name=frame["area"].map(names).fillna(frame["area"]))
    order = {code: place for place, code in enumerate(tree.order(frame["area"].unique()))}
    frame = frame.sort_values(
        ["area", "breakdown", "basis", "period_end"],
        key=lambda column: column.map(order) if column.name == "area" else column,
        kind="stable",
    )
    return frame[[*COLUMNS, "area_name"]].reset_index(drop=True)


def _derived(measure: str, area: Areas, period: Span, breakdown: str | None) -> pd.DataFrame:
    """Flows that lie within a period, from the running totals up to its end."""
    span = None if period is None else parse_period(period)
    before = None if span is None else Period(dt.date(1900, 1, 1), span.end)
    totals = observations(measure, area, before, "cumulative", breakdown)
    spec = measure_specs(find_project())[measure]
    if spec.unit in RATES or not spec.adds_up:
        raise ValueError(f"{measure} does not add up over periods: it has no derived flows")
    flows = derived_flows(totals, may_fall=spec.least is not None and spec.least < 0)
    if span is not None:
        flows = flows[flows["period_start"] >= pd.Timestamp(span.start)]
    return flows.reset_index(drop=True)


def _check_measure(project: Project, measure: str) -> None:
    known = measure_specs(project)
    if measure not in known:
        raise ValueError(unknown("measure", measure, known))


def resolve_areas(tree: AreaTree, home: str, area: Areas) -> list[str] | None:
    """Codes of the areas meant by a code, a name, an Area or several of them; None for all."""
    if area is None:
        return None
    several = [area] if isinstance(area, str | int | Area) else list(area)
    return [resolve_area(tree, home, one).code for one in several]


def resolve_area(tree: AreaTree, home: str, area: str | int | Area) -> Area:
    """The area meant by a code (a number too) or a confirmed name. Raises UnknownArea."""
    if isinstance(area, Area):
        return area
    text = str(area).strip()
    return tree[text] if text in tree else tree.resolve(text, within=home)


def series(
    measure: str,
    area: Areas = None,
    period: Span = None,
    basis: str | None = None,
    breakdown: str = "total",
) -> pd.DataFrame:
    """One measure or indicator as a table to plot: PeriodIndex × area name, float64, gaps as NaN.

    Where a measure is filed on several bases the month's own figure is taken, then the stock, then
    the running total; `basis` asks for another, "derived" for flows between running totals (one of
    two months, as of January and February together, is no month's own: a gap). Periods that are
    none of the calendar's (quarters from the 21st) stand under the calendar period in which they
    end.

    What no area asked for files as a measure may be an indicator: it is given by the policy's own
    figures, each of its own period: sums over the areas below, quotients of sums. Where a part is
    missing it is NaN.
    """
    project, frame = find_project(), None
    specs = measure_specs(project)
    if measure in specs or project.policy is None:
        frame = observations(measure, area, period, basis, breakdown)
    if project.policy is not None and (frame is None or frame.empty):
        from pls_analysis.policies import catalogue, figure_table  # which imports this module

        known = catalogue(project).indicators
        if measure in known and basis is None and breakdown == "total":
            span = None if period is None else parse_period(period)
            return figure_table(project, measure, area, span)
        if frame is None and measure in known:
            raise ValueError(f"{measure} is an indicator: it has no basis and no breakdown")
        if frame is None:
            raise ValueError(unknown("measure or indicator", measure, [*specs, *known]))
    assert frame is not None
    return series_of(frame)


def series_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Observations of one measure and breakdown, with `area_name`, as periods × area names."""
    if frame.empty:
        return pd.DataFrame(index=pd.PeriodIndex([], freq="M"), dtype="float64")
    chosen = next(one for one in (*BASES, DERIVED) if one in set(frame["basis"]))
    frame = frame[(frame["basis"] == chosen) & (frame["subject"] == "")]
    if chosen != "cumulative":  # a measure filed by month and by year is shown by month
        frame = frame[(_days(frame) - _days(frame).mode().iloc[0]).abs() <= 3]
    index = _period_index(frame, chosen)
    names = unique_names(frame)
    table = frame.assign(period=index, column=names).pivot(
        index="period", columns="column", values="value"
    )
    table = table[list(dict.fromkeys(names))].sort_index()
    full = pd.period_range(table.index[0], table.index[-1], freq=index.freq)
    return table.reindex(full).rename_axis(index="period", columns=None)


def _period_index(frame: pd.DataFrame, basis: str) -> pd.PeriodIndex:
    days = _days(frame).mode().iloc[0]
    if basis == "cumulative":
        ends = frame["period_end"].drop_duplicates().sort_values()
        days = ends.diff().dt.days.mode().iloc[0] if len(ends) > 1 else days
    freq = "M" if days <= 31 else "Q" if days <= 92 else "2Q" if days <= 184 else "Y"
    periods = {end: calendar_period(end, freq) for end in frame["period_end"].unique()}
    return pd.PeriodIndex([periods[end] for end in frame["period_end"]], freq=freq)


def _days(frame: pd.DataFrame) -> pd.Series:
    return (frame["period_end"] - frame["period_start"]).dt.days


@lru_cache(maxsize=1 << 12)
def calendar_period(day: dt.date, freq: Any) -> pd.Period:
    """The month, quarter, half-year ("2Q") or year that a day lies in.

    pandas counts a half-year as two quarters from any quarter on; ours begin in January and July.
    """
    period = pd.Period(day, freq=freq)
    if period.freq.n == 1:
        return period
    return pd.Period(pd.Timestamp(day.year, 1 if day.month <= 6 else 7, 1), freq=freq)


def per_year(index: pd.PeriodIndex) -> int:
    """How many periods of an index make a year: 12, 4, 2 (half-years) or 1."""
    return {"M": 12, "Q": 4, "2": 2}.get(index.freqstr[:1], 1)


def year_parts(index: pd.PeriodIndex) -> pd.Index:
    """Which part of its year each period is: 1 to 12 for months, 1 to 4 for quarters."""
    return (index.month - 1) // (12 // per_year(index)) + 1


def unique_names(frame: pd.DataFrame) -> list[str]:
    """Area names; where two areas share one, the code is added."""
    pairs = frame[["area", "area_name"]].drop_duplicates()
    shared = set(pairs.loc[pairs["area_name"].duplicated(keep=False), "area_name"])
    return [
        f"{name} {code}" if name in shared else name
        for code, name in zip(frame["area"], frame["area_name"], strict=True)
    ]


def overdue(project: Project, period: Period) -> pd.DataFrame:
    """The forms that were due within a period and that the store has nothing of.

    Columns: form, period (its own), office (code) and name; in the order of forms and offices.
    """
    from pls_analysis.offices.completeness import completeness

    filings = completeness(
        Store(project.processed), form_specs(project), area_tree(project), project.home, period
    )
    rows = [(one.form, one.period, one.office, one.name) for one in filings if not one.received]
    return pd.DataFrame(rows, columns=["form", "period", "office", "name"])


def issues() -> pd.DataFrame:
    """Every issue of the last ingest: severity, code, message, file, sheet, cell, raw, remedy."""
    return Store(find_project().processed).issues()


def ingest(jobs: int | None = None):
    """Read the raw folder into the store, as `pls ingest` does; returns what it did."""
    from pls_analysis.ingest.pipeline import ingest as read_raw

    return read_raw(find_project(), jobs=jobs)


def trace(row: Mapping[str, Any]) -> Origin | FigureTrace:
    """Where a figure comes from: file, sheet, cell, and the rows of its sheet around it.

    `row` is a row of `observations(…)`, or one of `assess(…)`, whose figure is followed down to
    all of its cells. Raises TraceError where the raw file has gone or changed.
    """
    if "evidence" in row:
        from pls_analysis.figure_traces import trace_figure  # it needs the policy

        return trace_figure(find_project(), row)
    return origin(find_project(), row)
