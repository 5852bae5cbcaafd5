"""What readers of a brief should know beside its figures: what is missing, doubtful, or meant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import pandas as pd

from pls_analysis import blocks
from pls_analysis.blocks import Block
from pls_analysis.briefs import YEARS_SHOWN, Brief
from pls_analysis.disclosure.suppression import MARK
from pls_analysis.periods import Period
from pls_analysis.store import Store
from pls_analysis.wording import figure_text, places_for

WATCHED = 6
SEVERITIES = ("error", "warning")
REVISIONS_TOLD = 3
SAME_FIGURE = ["area", "measure", "breakdown", "subject", "basis", "period_start", "period_end"]
"""What two versions of one figure have in common."""


def watch(brief: Brief, first: Sequence[Sequence[str]] = (), most: int = WATCHED) -> Block:
    """What readers of the figures should know of the last year: missing returns and figures,
    failed checks, unused cells; before them the rows `first`: period, matter, source. No more than
    `most` are listed, and all are counted.
    """
    found = pd.concat([_missing_returns(brief), _missing_figures(brief), _issues_of(brief)])
    rows = [list(row) for row in first[:most]]
    rows += [
        [Period(row.period_start.date(), row.period_end.date()).label(brief.lang),
         brief.say(f"issue.{row.code}"), f"{brief.forms[row.form].title} {row.cell}".strip()]
        for row in found.head(most - len(rows)).itertuples()
    ]  # fmt: skip
    shown, count = len(rows), len(found) + len(first)
    if not rows:
        rows = [["—", brief.say("brief.nothing_to_watch"), "—"]]
    columns = [
        {"label": brief.say("brief.column_period"), "width": 1},
        {"label": brief.say("brief.column_matter"), "width": 3},
        {"label": brief.say("brief.column_source"), "width": 2},
    ]
    return blocks.table(columns, rows, brief.caption("watch", n=count, shown=shown))


def _last_year(brief: Brief, frame: pd.DataFrame) -> pd.DataFrame:
    start = pd.Timestamp(brief.period.year_before().end)
    ends = frame["period_end"]
    return frame[(ends > start) & (ends <= pd.Timestamp(brief.period.end))]


def _missing_returns(brief: Brief) -> pd.DataFrame:
    """Periods of the last year for which the area's office filed nothing on a form of its own."""
    filed = Store(brief.project.processed).submissions(brief.area.code)
    rows = []
    for form in filed["form"].unique():
        if brief.forms[form].sender != brief.area.level:
            continue
        due = _last_year(brief, brief.observations[brief.observations["form"] == form])
        due = due[due["basis"] == "flow"][["period_start", "period_end"]].drop_duplicates()
        late = due[~due["period_end"].isin(filed.loc[filed["form"] == form, "period_end"])]
        rows.append(late.assign(form=form, code="report_missing", cell=""))
    return pd.concat(rows) if rows else pd.DataFrame()


def _missing_figures(brief: Brief) -> pd.DataFrame:
    """Figures of the last year that the office itself marked as not available."""
    own = brief.observations
    own = own[(own["area"] == brief.area.code) & (own["status"] == "x")]
    return _last_year(brief, own).assign(code="figure_missing")


def _issues_of(brief: Brief) -> pd.DataFrame:
    """Errors and warnings of the last year in the area's own reports or at its own figures."""
    own = brief.observations[brief.observations["area"] == brief.area.code]
    cells = set(zip(own["submission"], own["sheet"], own["cell"], strict=True))
    after = brief.period.year_before().end + dt.timedelta(days=1)
    store = Store(brief.project.processed)
    found = store.issues_of(brief.area.code, Period(after, brief.period.end), cells)
    found = found[found["severity"].isin(SEVERITIES)]
    order = {"severity": True, "period_end": False}
    return found.sort_values(list(order), ascending=list(order.values()), kind="stable")


def notes(
    brief: Brief,
    definitions: Iterable[tuple[str, str]] = (),
    measures: Sequence[str] | None = None,
) -> Block:
    """Definitions, periods, revisions and sources: office, form and cell of what is printed.

    `definitions` (name and text) are of what the brief prints beside its measures; `measures` those
    whose sources are told, by default the brief's.
    """
    own, shown = brief.observations, brief.measures if measures is None else measures
    own = own[(own["area"] == brief.area.code) & own["measure"].isin(shown)]
    items = [
        (brief.say("notes.figures_head"), brief.say("notes.figures")),
        (brief.say("notes.revisions_head"), _revisions(brief, own)),
    ]
    if brief.withholds(shown):
        said = brief.say("notes.hidden", mark=MARK, least=f"{brief.project.least_people:g}")
        items.append((brief.say("notes.hidden_head"), said))
    if not own.empty:
        items.append((brief.say("notes.sources_head"), _sources(brief, own)))
    if brief.peers:
        said = brief.say("notes.peers", peers=brief.peer_name)
        items.insert(1, (brief.say("notes.peers_head"), said))
    joined = brief.joined(dt.date(brief.period.end.year - YEARS_SHOWN, 1, 1), brief.period.end)
    if joined:
        said = [brief.say("notes.joined", area=one.name, day=one.valid_until) for one in joined]
        items.insert(2, (brief.say("notes.joined_head"), "".join(said)))
    return blocks.notes([*items[:1], *definitions, *items[1:]])


def _revisions(brief: Brief, own: pd.DataFrame) -> str:
    """How many figures were revised, and the latest of those shown: from what to what."""
    number = int((own["status"] == "r").sum())
    if not number:
        return brief.say("notes.no_revisions")
    told = brief.say("notes.revisions", n=number)
    for row in revised_figures(brief, own).tail(REVISIONS_TOLD).itertuples():
        places = places_for([row.value_before, row.value], row.unit)
        told += brief.say(
            "notes.revision",
            period=Period(row.period_start.date(), row.period_end.date()).label(brief.lang),
            measure=brief.name(row.measure),
            old=figure_text(row.value_before, row.unit, brief.say, places),
            new=figure_text(row.value, row.unit, brief.say, places),
        )
    return told


def revised_figures(brief: Brief, own: pd.DataFrame) -> pd.DataFrame:
    """Those of `own` whose submission put another figure in the place of an earlier one.

    Totals of the last two years, oldest first, with the earlier figure as value_before.
    """
    store = Store(brief.project.processed)
    filed = store.filings()[["submission", "supersedes"]]
    since = pd.Timestamp(brief.period.year_before().year_before().end)
    kept = (own["breakdown"] == "total") & (own["basis"] != "cumulative")
    own = own[kept & (own["period_end"] > since)].merge(filed.drop_duplicates(), on="submission")
    until = Period(dt.date(1900, 1, 1), brief.period.end)
    before = store.superseded(own["measure"].unique(), brief.area.code, until)
    before = before[[*SAME_FIGURE, "submission", "value"]]
    found = own.merge(
        before,
        left_on=[*SAME_FIGURE, "supersedes"],
        right_on=[*SAME_FIGURE, "submission"],
        suffixes=("", "_before"),
    ).dropna(subset=["value", "value_before"])
    found = found[found["value"] != found["value_before"]]
    return found.sort_values(["period_end", "measure"], kind="stable")


def _sources(brief: Brief, own: pd.DataFrame) -> str:
    """The cells of the last figure of each measure: form, period, measure and cell."""
    last = own[(own["breakdown"] == "total") & (own["basis"] != "cumulative")]
    last = last.sort_values("period_end").drop_duplicates(["measure"], keep="last")
    said = []
    for (form, start, end), rows in last.groupby(["form", "period_start", "period_end"]):
        cells = brief.say("brief.list_stop").join(
            f"{brief.name(row.measure)} {row.cell}" for row in rows.itertuples()
        )
        period = Period(start.date(), end.date()).label(brief.lang)
        said.append(
            brief.say("notes.source", form=brief.forms[form].title, period=period, cells=cells)
        )
    return "".join(said)
