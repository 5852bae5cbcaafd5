"""A notebook's context: whose brief it is, its figures beside its peers', and its page parts.

`parameters` is the first thing a notebook calls. What it gives reads the store once and offers the
same measures, window and words to every part of the page, so that a figure cannot differ between
two of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from IPython.display import Markdown

from pls_analysis import blocks
from pls_analysis.analysis import (
    BASES,
    Form,
    Measure,
    area_tree,
    calendar_period,
    form_specs,
    measure_specs,
    named_tree,
    per_year,
    resolve_area,
    series_of,
)
from pls_analysis.areas import Area, AreaTree
from pls_analysis.blocks import Block
from pls_analysis.confidential import PublicStanding, public_standing
from pls_analysis.configs import unknown
from pls_analysis.disclosure.suppression import HIDDEN
from pls_analysis.messages import Messages
from pls_analysis.observations import COLUMNS
from pls_analysis.periods import Period, parse_period
from pls_analysis.policy.assessment import Assessment
from pls_analysis.project import LANGUAGES, Project, Report, find_project
from pls_analysis.store import Store

YEARS_SHOWN = 15


def parameters(
    area: str | int, period: str | int | Period, lang: str = "zh", report: str = ""
) -> Brief:
    """The context of a notebook run for one area and one period, in one language.

    `area` is a code (a number too, as papermill passes it) or a confirmed name; `period` reads
    2022-06, 2022-Q2, 2022-H1 or 2022. `report` is the report of pls.toml whose measures are
    meant; without one all public measures are. Raises ValueError for an unknown area, period,
    language or report and for an area without a single observation, saying what is right.
    """
    if lang not in LANGUAGES:
        raise ValueError(unknown("language", str(lang), LANGUAGES))
    project = find_project()
    tree = area_tree(project)
    if report and report not in project.reports:
        raise ValueError(unknown("report", report, project.reports))
    found = resolve_area(tree, project.home, area)
    chosen = project.reports[report] if report else Report("", found.level)
    named = named_tree(project, lang)
    return Brief(project, named, named[found.code], parse_period(period), lang, chosen)


@dataclass(frozen=True)
class Brief:
    """One area's brief for one period: its data and the parts of its page."""

    project: Project
    tree: AreaTree
    area: Area
    period: Period
    lang: str
    report: Report

    def __post_init__(self) -> None:
        if not self.measures:
            known = Store(self.project.processed).observations(columns=["area"])["area"].unique()
            names = [self.tree[code].name for code in known if code in self.tree]
            raise ValueError(
                f"The store holds no observation of {self.area.name} ({self.area.code}) until "
                f"{self.period}; it has figures of {', '.join(names[:5])} … ({len(names)} areas)."
            )

    # -- data ---------------------------------------------------------------------------------

    @cached_property
    def say(self) -> Messages:
        """The texts of the brief's language."""
        return Messages(self.lang)

    @cached_property
    def peers(self) -> tuple[Area, ...]:
        """The areas to compare with: same parent, level and kind, itself not among them."""
        around = self.tree.peers(self.area.code, at=self.period.end)
        return tuple(one for one in around if one.code != self.area.code)

    def joined(self, since: dt.date, until: dt.date) -> list[Area]:
        """Areas that became part of this one between two days: its figures jump there.

        An area that only took another's place and name (a county made a district) is no break.
        """
        return [
            one
            for one in self.tree
            if one.successor == self.area.code
            and one.valid_until is not None
            and since <= one.valid_until < until
            and one.valid_until + dt.timedelta(days=1) != self.area.valid_from
        ]

    @cached_property
    def observations(self) -> pd.DataFrame:
        """Observations of the area and its peers until the period's end: COLUMNS, area_name.

        As the public may see them: of small counts of people no value and the status c.
        """
        chosen = list(self.report.measures) or None
        codes = [self.area.code, *(one.code for one in self.peers)]
        frame = Store(self.project.processed).observations(
            measure=chosen, area=codes, period=Period(dt.date(1900, 1, 1), self.period.end)
        )
        frame = self.standing.published(frame, chosen, codes)
        names = {code: self.tree[code].name for code in codes}
        return frame.assign(area_name=frame["area"].map(names))

    @cached_property
    def measures(self) -> list[str]:
        """The public measures chosen in pls.toml, in that order, that the area has figures of.

        Figures count that lie within two years of the period's end: what was filed until lately
        and is missing now is shown as missing; a table of long ago is not.
        """
        since = pd.Timestamp(self.period.year_before().year_before().end)
        own = self.observations
        own = own[(own["area"] == self.area.code) & (own["breakdown"] == "total")]
        there = {
            measure
            for measure in own.loc[own["period_end"] > since, "measure"].unique()
            if measure in self.specs and self.specs[measure].public
        }
        chosen = self.report.measures or sorted(there)
        return [
            name
            for name in chosen
            if name in there or (self._is_indicator(name) and self._has_figures(name, since))
        ]

    def _has_figures(self, name: str, since: pd.Timestamp) -> bool:
        found = self.standing.figures(name, self.area.code)
        return any(one.end > since.date() for one in found)

    def _is_indicator(self, name: str) -> bool:
        """Whether a measure of that name is not filed for the area, and the policy makes one."""
        if self.project.policy is None or name in self._filed:
            return False
        return name in self.standing.policy.indicators

    @cached_property
    def _filed(self) -> frozenset[str]:
        """The measures of which there are observations of the area itself."""
        own = self.observations
        return frozenset(own.loc[own["area"] == self.area.code, "measure"].unique())

    def _rows(self, measure: str, breakdown: str | None = None) -> pd.DataFrame:
        """Observations of a measure, of one part where it is given."""
        rows = self._by_measure.get(measure, self.observations.iloc[:0])
        return rows if breakdown is None else rows[rows["breakdown"] == breakdown]

    @cached_property
    def _by_measure(self) -> dict[str, pd.DataFrame]:
        return dict(list(self.observations.groupby("measure", observed=True)))

    @cached_property
    def specs(self) -> dict[str, Measure]:
        """The measures by id, as the form specs describe them, and the chosen indicators."""
        specs = measure_specs(self.project)
        indicators = {
            name: self.standing.indicator(name)
            for name in self.report.measures
            if self._is_indicator(name)
        }
        return specs | {
            name: Measure(name, one.name, one.unit, adds_up=one.adds == "sum", public=one.public)
            for name, one in indicators.items()
        }

    @cached_property
    def forms(self) -> dict[str, Form]:
        """The form specs by id; of several versions the last."""
        return {form.id: form for form in form_specs(self.project)}

    @cached_property
    def standing(self) -> PublicStanding:
        """How areas stand on the policy's targets at the end of the brief's period, in public."""
        return public_standing(self.project, self.period.end)

    @cached_property
    def assessments(self) -> list[Assessment]:
        """The targets that concern the area, judged; some are not for the public."""
        return self.standing.of(self.area.code)

    @cached_property
    def form_of(self) -> dict[str, str]:
        """The title of the form of each submission, by its id."""
        filed = Store(self.project.processed).filings()
        forms = filed.set_index("submission")["form"]
        return {name: self.forms[form].title for name, form in forms.items()}

    @cached_property
    def office_of(self) -> dict[str, str]:
        """The code of the office that filed each submission, by its id."""
        filed = Store(self.project.processed).filings()
        return dict(zip(filed["submission"], filed["office"], strict=True))

    def basis(self, measure: str) -> str:
        """The basis on which a measure is shown: flow before stock before running total."""
        if self._is_indicator(measure):
            return "flow" if self.standing.indicator(measure).adds == "sum" else "stock"
        there = set(self._rows(measure)["basis"].unique())
        return next(one for one in BASES if one in there)

    def together(self, measure: str) -> set[int]:
        """The parts of a year whose figures of a measure are published as one."""
        forms = (form for form in form_specs(self.project) if measure in form.measures)
        return {part for form in forms for part in form.together}

    def name(self, measure: str) -> str:
        """A measure's name in the brief's language."""
        return self.specs[measure].name[self.lang]

    @property
    def names(self) -> dict[str, str]:
        """Names of the brief's measures by id."""
        return {measure: self.name(measure) for measure in self.measures}

    @property
    def units(self) -> dict[str, str]:
        """Units of the brief's measures by name, as the language writes them."""
        return {
            self.name(measure): self.say.unit(self.specs[measure].unit) for measure in self.measures
        }

    def series(self, measure: str, breakdown: str = "total") -> pd.DataFrame:
        """One measure over the window: PeriodIndex × area name, the area's own column first.

        The window is the last two years by month, quarter or half-year, or 15 years, up to the
        brief's period, whole: a month that was not filed is a gap and not a jump.
        """
        if self._is_indicator(measure):
            return self.standing_series(measure)
        if (measure, breakdown) not in self._tables:
            table = series_of(self._rows(measure, breakdown))
            self._tables[measure, breakdown] = self._window(table)
        return self._tables[measure, breakdown].copy(deep=False)

    @cached_property
    def _tables(self) -> dict[tuple[str, str], pd.DataFrame]:
        return {}

    def withheld(self, measure: str, breakdown: str = "total") -> pd.Series:
        """Of which periods of `series` the area's figure is hidden: bool by period."""
        index, own = self.series(measure, breakdown).index, self.area.code
        if self._is_indicator(measure):
            ends = self.standing.withheld(measure, own)
            hidden = {calendar_period(end, index.freq) for end in ends}
        else:
            rows = self._rows(measure, breakdown)
            rows = rows[
                (rows["area"] == own) & (rows["basis"] == self.basis(measure))
                & (rows["status"] == HIDDEN)
            ]  # fmt: skip
            hidden = {calendar_period(end, index.freq) for end in rows["period_end"]}
        return pd.Series([one in hidden for one in index], index=index, dtype=bool)

    def withholds(self, measures: Sequence[str]) -> bool:
        """Whether figures of some measures, or a verdict, are left out to protect people."""
        shown = self.observations["measure"].isin(measures)
        return bool((self.observations.loc[shown, "status"] == HIDDEN).any()) or (
            self.project.policy is not None
            and any(one.facts.get("hidden") for one in self.assessments)
        )

    def standing_series(self, name: str, alone: bool = False) -> pd.DataFrame:
        """A target's or indicator's figures of the area and its peers, or `alone`, by period."""
        others = () if alone else self.peers
        areas = {one.code: one.name for one in (self.area, *others)}
        return self._window(self.standing.series(name, areas))

    def _window(self, table: pd.DataFrame) -> pd.DataFrame:
        """Cut a table of series to what the brief shows, the area's own column first."""
        if self.area.name not in table:
            table[self.area.name] = float("nan")
        others = [one for one in table.columns if one != self.area.name]
        freq = table.index.freq
        last = calendar_period(self.period.end, freq)
        last = last if last.end_time.date() <= self.period.end else last - 1
        steps = YEARS_SHOWN if per_year(table.index) == 1 else 2 * per_year(table.index)
        first = last - steps + 1
        first = first if table.empty else max(first, table.index[0])
        window = pd.period_range(first, last, freq=freq)
        return table.reindex(window)[[self.area.name, *others]]

    @property
    def all_series(self) -> dict[str, pd.DataFrame]:
        """`series` of each of the brief's measures, by its name."""
        return {self.name(measure): self.series(measure) for measure in self.measures}

    # -- page parts ---------------------------------------------------------------------------

    @cached_property
    def peer_name(self) -> str:
        """What the peers are called under a chart: 11个街道中位数."""
        return self.say("brief.peers", n=len(self.peers), kind=self.peer_kind)

    @property
    def peer_kind(self) -> str:
        """What kind of areas the peers are, and the area itself: 街道."""
        own = self.project.own_levels.get(self.area.level)
        level = own.get(self.lang, self.area.level) if own else self.say(f"level.{self.area.level}")
        return (self.area.kind or level) if self.lang == "zh" else level

    @cached_property
    def masthead(self) -> Block:
        """The head of the page, from pls.toml: never a document number, never a seal."""
        head = self.project.masthead_in(self.lang)
        number = self.period.number  # only the calendar's periods are numbered
        manifest = Store(self.project.processed).manifest
        return blocks.masthead(
            head.get("title", self.project.name),
            org=head.get("org", ""),
            area=self.area.code,
            area_name=self.area.name,
            period=str(self.period),
            period_label=self.period.label(self.lang),
            issue=self.project.issue(self.period.end.year, number, self.lang) if number else "",
            office=head.get("office", ""),
            date=self.say("brief.data_until", day=self.period.end),
            as_of=self.period.end.isoformat(),
            lang=self.lang,
            synthetic=bool(manifest.get("synthetic")),
            pages=self.report.pages,
        )

    def heading(self, key: str) -> Markdown:
        """A numbered section heading of the page."""
        return Markdown(f"## {self.say(f'brief.heading_{key}')}")

    @property
    def no_figures(self) -> Block:
        """What stands where a part of the page has nothing to show."""
        return blocks.notes([("", self.say("brief.no_figures"))])

    def caption(self, key: str, **values: object) -> str:
        """A caption in the brief's language, filled in."""
        return self.say(f"brief.caption_{key}", **values)

    @property
    def imprint(self) -> Block:
        """The closing lines, from pls.toml."""
        head = self.project.masthead_in(self.lang)
        lines: Sequence[str] = head.get("imprint", ())
        contact = head.get("contact")
        said = [self.say("brief.contact", contact=contact)] if contact else []
        return blocks.imprint([*lines, *said])

    @property
    def attachment(self) -> Block:
        """The figures of the page with form, sheet and cell, to be attached to the brief.

        Those of the area itself, on the basis and over the window that is shown, with their parts.
        """
        own = self.observations[self.observations["area"] == self.area.code]
        shown = [own[self._is_shown(own, measure)] for measure in self.measures]
        columns = [name for name in COLUMNS if name not in ("subject", "submission")]
        csv = pd.concat(shown)[columns].to_csv(
            index=False, lineterminator="\n", date_format="%Y-%m-%d", float_format="%.10g"
        )
        return blocks.attachment(csv, f"{self.area.code}-{self.period}.csv", self.area.name)

    def _is_shown(self, rows: pd.DataFrame, measure: str) -> pd.Series:
        since = self.series(measure).index[0].start_time
        return (
            (rows["measure"] == measure)
            & (rows["basis"] == self.basis(measure))
            & (rows["period_end"] >= since)
        )
