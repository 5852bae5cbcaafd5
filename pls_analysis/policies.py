"""The project's policy as an analyst asks for it: its indicators, and its targets judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from pathlib import Path

import pandas as pd

from pls_analysis.analysis import (
    Areas,
    area_tree,
    calendar_period,
    resolve_area,
    resolve_areas,
    state_of,
    unique_names,
)
from pls_analysis.areas import Area, AreaTree
from pls_analysis.configs import ConfigError, unknown
from pls_analysis.periods import CALENDAR, Period, StatisticalYear, parse_day
from pls_analysis.policy.assessment import Assessment, Assessor
from pls_analysis.policy.assessment import assess as judge_targets
from pls_analysis.policy.catalogue import Catalogue, Entry, Indicator
from pls_analysis.policy.figures import Figure
from pls_analysis.policy.judging import own_periods
from pls_analysis.policy.loading import load_catalogue
from pls_analysis.policy.observed import NEEDED, Observed, year_of
from pls_analysis.policy.targets import Measured, Target
from pls_analysis.project import Project, find_project
from pls_analysis.reads import Kept
from pls_analysis.store import Store
from pls_analysis.trace import TraceError

FREQUENCIES = {1: "M", 3: "Q", 6: "2Q", 12: "Y"}
"""What pandas calls a period of so many months."""
_OBSERVED = Kept(4)
Day = str | dt.date | Period | None


@lru_cache(maxsize=4)
def _catalogue(file: Path, levels: tuple[str, ...], changed: float) -> Catalogue:
    return load_catalogue(file, levels)


def catalogue(project: Project) -> Catalogue:
    """The project's policy, read once while its file does not change.

    Raises ConfigError where `pls.toml` names none, or with everything that is wrong in it.
    """
    if project.policy is None:
        raise ConfigError(
            ['pls.toml: no policy is set; add policy = "config/policies/….yml" to [project]']
        )
    changed = project.policy.stat().st_mtime if project.policy.is_file() else 0.0
    return _catalogue(project.policy, project.levels, changed)


def indicators(name: str | None = None) -> pd.DataFrame:
    """The indicators of the policy, one row each, with the measures and targets of each.

    Columns: indicator, name, name_en, unit, adds, rhythm, measures, targets. `name` keeps those
    whose id or name contains it.
    """
    policy = catalogue(find_project())
    targets: dict[str, list[str]] = {}
    for entry in policy.targets.values():
        targets.setdefault(entry.indicator.id, []).append(str(entry.target))
    rows = [
        (one.id, one.name["zh"], one.name["en"], one.unit, one.adds, one.rhythm,
         ", ".join(one.measures), "; ".join(targets.get(one.id, ())))
        for one in policy.indicators.values()
    ]  # fmt: skip
    columns = ["indicator", "name", "name_en", "unit", "adds", "rhythm", "measures", "targets"]
    frame = pd.DataFrame(rows, columns=columns)
    if name is None:
        return frame
    named = frame[["indicator", "name", "name_en"]]
    found = named.apply(lambda column: column.str.contains(name, case=False, regex=False))
    return frame[found.any(axis=1)].reset_index(drop=True)


def assess(
    as_of: Day = None, area: str | int | Area | None = None, indicator: str | None = None
) -> pd.DataFrame:
    """Every target judged for an area as of a day, one row each, with the evidence.

    `as_of` is a day or a period, whose end is meant; by default the last day on which anything
    filed ends. `area` is home unless another is named; `indicator` keeps one indicator or target.
    Columns: name, indicator, area, status, value, required, gap, unit, denominator, target,
    clause, evidence (cells), then algebra, task, strength, start, end, public, facts, beside.
    """
    found = assessments(find_project(), as_of, area, indicator)
    return pd.DataFrame([{"name": one.entry.name["zh"], **one.as_row()} for one in found])


def assessments(
    project: Project,
    as_of: Day = None,
    area: str | int | Area | None = None,
    indicator: str | None = None,
) -> list[Assessment]:
    """Return the targets of an area judged, as values. Raises ValueError for unknown names."""
    policy, tree, store = catalogue(project), area_tree(project), Store(project.processed)
    where = tree[project.home] if area is None else resolve_area(tree, project.home, area)
    entries = _chosen(policy, indicator)
    frame = _observations(store, policy, tree, where.code, project.home, entries)
    day = _day(as_of, store)
    return judge_targets(policy, frame, tree, project.home, day, where.code, entries)


def observed_until(
    project: Project, day: dt.date, measures: Iterable[str] | None = None, below: bool = False
) -> Observed:
    """The observations up to a day of some measures, by default those of the policy; kept.

    Of all areas, or only of those `below` home. They note by themselves what is asked of them.
    """
    needed = sorted(catalogue(project).measures if measures is None else measures)

    def read() -> Observed:
        tree = area_tree(project)
        areas = [one.code for one in tree.descendants(project.home)] if below else None
        store = Store(project.processed)
        frame = store.unnoted("observations", needed, areas, columns=NEEDED)
        return Observed(frame, tree, project.home, day)

    return _OBSERVED.get((state_of(project), day, tuple(needed), below), read)


@dataclass(frozen=True)
class Standing:
    """How the areas of a project stand on its policy's targets on a day.

    Reads the store once, for all areas that are asked for: what reports of several areas share.
    What it has judged is kept, and what was read for it noted again whenever it is given out.
    """

    project: Project
    as_of: dt.date
    _kept: Kept = field(default_factory=Kept, repr=False, compare=False)

    @cached_property
    def policy(self) -> Catalogue:
        return catalogue(self.project)

    @cached_property
    def _observed(self) -> Observed:
        return observed_until(self.project, self.as_of)

    @cached_property
    def _home(self) -> Assessor:
        return Assessor(self.policy, self._observed, self.project.home)

    def _at(self, area: str) -> Assessor:
        return self._home if area == self.project.home else self._home.elsewhere(area)

    def of(self, area: str, targets: Iterable[str] | None = None) -> list[Assessment]:
        """The targets that concern an area judged, in the order of the policy; by default all."""
        chosen = self.policy.targets if targets is None else targets
        return [one for name in chosen for one in self._judged(name, area)]

    def _judged(self, name: str, area: str) -> list[Assessment]:
        """A target judged for an area; none where it does not concern it."""
        entries = [self.policy.targets[name]]
        return self._kept.get(("of", name, area), lambda: self._at(area).assess_all(entries))

    def figures(self, name: str, area: str) -> list[Figure]:
        """The figures of a target or an indicator for an area, in the order of their days.

        Of a target that judges units one by one the shares that comply, of a share of the whole
        the shares. Raises ValueError for an unknown name.
        """
        return self._kept.get(("figures", name, area), lambda: self._figures_of(name, area))

    def _figures_of(self, name: str, area: str) -> list[Figure]:
        entry = self.policy.targets.get(name)
        if entry is not None and self._has_own_figures(entry):
            return self._at(area).trajectory(entry)
        indicator = self.indicator(name)
        return self._at(area).series(indicator, Target(Measured("value", indicator.id)))

    def _has_own_figures(self, entry: Entry) -> bool:
        """Whether a target's figures are not its indicator's: a share, or how many comply."""
        if entry.target.measured.kind == "share_of":
            return True
        units = [self.policy.units[name] for name in entry.target.measured.units]
        return bool(units) and all(unit.level or unit.contracts for unit in units)

    def series(self, name: str, areas: Mapping[str, str]) -> pd.DataFrame:
        """A target's or indicator's figures, period by period: PeriodIndex × area names.

        `areas` are names by code. A sum or rate is that of each period alone; of units judged one
        by one it is how many per cent of those known comply.
        """
        indicator = self.indicator(name)
        freq = FREQUENCIES[indicator.months]
        columns = {
            column: self._kept.get(("series", name, code), partial(self._own, name, code))
            for code, column in areas.items()
        }
        ends = [end for column in columns.values() for end in column.dropna().index]
        index = (
            pd.period_range(min(ends), max(ends), freq=freq)
            if ends
            else pd.PeriodIndex([], freq=freq)
        )
        table = {name: column.reindex(index) for name, column in columns.items()}
        return pd.DataFrame(table, index=index).rename_axis(index="period", columns=None)

    def _own(self, name: str, area: str) -> pd.Series:
        """The figures of an area, each of its period alone."""
        indicator = self.indicator(name)
        freq = FREQUENCIES[indicator.months]
        found = own_periods(self.figures(name, area), indicator, indicator.months)
        values = {calendar_period(one.end, freq): known_part(one) for one in found}
        return pd.Series(values, dtype="float64")

    def look_up(self, name: str, area: str) -> Assessment:
        """The figure of an indicator for an area and the year so far, with its evidence."""
        indicator = self.indicator(name)
        _, year = year_of(indicator.year, self.as_of)
        return self._kept.get(
            ("look_up", indicator.id, area), lambda: self._at(area).look_up(indicator, year.start)
        )

    def indicator(self, name: str) -> Indicator:
        """The indicator of a target or of that name. Raises ValueError for an unknown one."""
        policy = self.policy
        if name in policy.targets:
            return policy.targets[name].indicator
        if name in policy.indicators:
            return policy.indicators[name]
        raise ValueError(unknown("indicator", name, [*policy.indicators, *policy.targets]))


def known_part(figure: Figure) -> float | None:
    """A figure as it is drawn: of units judged one by one, those that comply of those known.

    A sum of which a part is missing is not drawn: it would look like a fall.
    """
    if (complying := figure.facts.get("complying")) is not None:
        known = figure.facts["known"]
        return 100.0 * complying / known if known else None
    return None if figure.value is None or figure.missing else float(figure.value)


def figure_over(
    project: Project, indicator: str, area: str | int | Area, period: Period
) -> Assessment:
    """Return the figure of an indicator (or of what a target is about) for an area over a period.

    It is the sum, quotient or stock of exactly the period; of an indicator that is judged one by
    one or among others, what its target prints at the period's end. Raises ValueError for unknown
    names, TraceError where nothing of the period is filed.
    """
    policy, tree, store = catalogue(project), area_tree(project), Store(project.processed)
    where = resolve_area(tree, project.home, area)
    entries = _chosen(policy, indicator)
    found = entries[0].indicator if entries else policy.indicators[indicator]
    if found.below and where.parent == project.home:
        found, entries = policy.indicators[found.below], []
    span = _own_period(found.year, period)
    if entries and entries[0].target.measured.kind in ("each", "share_of", "rank_in"):
        printed = assessments(project, span.end, where, entries[0].id)
    else:
        entry = Entry(found.id, found, Target(Measured("value", found.id)), found.name, "", 0)
        frame = _observations(store, policy, tree, where.code, project.home, [entry])
        observed = Observed(frame, tree, project.home, span.end)
        printed = [Assessor(policy, observed, where.code).look_up(found, span.start)]
    for one in printed:
        if one.end is not None and one.end >= span.start and one.evidence:
            return one
    raise TraceError(_nothing_of(found, where, span, store))


def _own_period(rule: StatisticalYear, period: Period) -> Period:
    """Return a month, quarter, half-year or year of the calendar as an indicator counts it."""
    if period.frequency is None or period.number is None or rule == CALENDAR:
        return period
    return rule.part(period.start.year, len(period.months()), period.number)


def _nothing_of(indicator: Indicator, area: Area, period: Period, store: Store) -> str:
    """Say what there is of an indicator where a period has none."""
    ends = store.observations(indicator.measures, columns=["period_end"])["period_end"].dropna()
    filed = f"nothing is filed of {', '.join(indicator.measures)}"
    if len(ends):
        filed = f"what is filed of it ends on {ends.min():%Y-%m-%d} to {ends.max():%Y-%m-%d}"
    year = Period(year_of(indicator.year, period.end)[1].start, period.end)
    return (
        f"no figure of {indicator.id} for {area.name} ({area.code}) and {period} is in the store; "
        f"{filed}. It comes every {indicator.rhythm.replace('_', ' ')}; for the year so far "
        f"ask for --period {year.start}..{year.end}"
    )


def figure_table(
    project: Project, indicator: str, area: Areas = None, period: Period | None = None
) -> pd.DataFrame:
    """Return an indicator's figures, period by period: PeriodIndex × area name, float64.

    They are those of `Standing.series`. Areas are home, and those right below it that have any.
    """
    tree, home = area_tree(project), project.home
    codes = resolve_areas(tree, home, area)
    asked = codes or [home, *(one.code for one in tree.descendants(home) if one.parent == home)]
    names = unique_names(
        pd.DataFrame({"area": asked, "area_name": [tree[code].name for code in asked]})
    )
    columns = dict(zip(asked, names, strict=True))
    table = Standing(project, dt.date.today()).series(indicator, columns)
    if period is not None:
        index = table.index
        table = table[(index.start_time >= pd.Timestamp(period.start))
                      & (index.end_time.normalize() <= pd.Timestamp(period.end))]  # fmt: skip
    if codes is None:
        table = table.loc[:, table.notna().any() | (table.columns == columns[home])]
    return table


def _chosen(policy: Catalogue, indicator: str | None) -> list[Entry]:
    if indicator is None:
        return list(policy.targets.values())
    found = [one for one in policy.targets.values() if indicator in (one.id, one.indicator.id)]
    if not found and indicator not in policy.indicators:
        raise ValueError(unknown("indicator", indicator, [*policy.indicators, *policy.targets]))
    return found


def _observations(
    store: Store,
    policy: Catalogue,
    tree: AreaTree,
    area: str,
    home: str,
    entries: Iterable[Entry],
) -> pd.DataFrame:
    """Read what the targets need: of an area below home only its own, but all of the ledgers."""
    needed = {name for entry in entries for name in entry.measures}
    for entry in entries:
        if entry.indicator.below:
            needed |= set(policy.indicators[entry.indicator.below].measures)
    contracts = {name for unit in policy.units.values() for name in unit.contracts}
    ledgers = {
        name
        for entry in entries
        if any(policy.units[unit].contracts for unit in entry.target.measured.units)
        for name in entry.measures
    }
    listed = any(entry.indicator.parts != entry.indicator.at for entry in entries)
    everywhere = ledgers | contracts if ledgers or listed or contracts & needed else set()
    if area == home:
        return store.observations(needed | everywhere, columns=NEEDED)
    own = [area, *(one.code for one in tree.descendants(area))]
    frames = [store.observations(needed - everywhere, own, columns=NEEDED)]
    if everywhere:
        frames.append(store.observations(everywhere, columns=NEEDED))
    return pd.concat(frames, ignore_index=True)


def _day(as_of: Day, store: Store) -> dt.date:
    """Return the day meant: a day, the end of a period, or the last that anything filed ends on."""
    if isinstance(as_of, Period):
        return as_of.end
    if isinstance(as_of, dt.date):
        return as_of
    if as_of is not None:
        return parse_day(as_of)
    ends = store.submissions()["period_end"].dropna()
    return dt.date.today() if ends.empty else min(ends.max().date(), dt.date.today())
