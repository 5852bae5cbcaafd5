"""The brief's area among its like in a larger one: ranks with their sampling error, and shares."""

from __future__ import annotations

import pandas as pd

from pls_analysis import blocks, charts, positions, progress, sources
from pls_analysis.analysis import calendar_period
from pls_analysis.blocks import Block
from pls_analysis.briefs import Brief
from pls_analysis.policies import FREQUENCIES
from pls_analysis.policy.assessment import Assessment


def places(brief: Brief) -> pd.DataFrame:
    """Every area's figure and possible ranks in each target that compares them."""
    observed = positions.observed_among(brief.project, brief.period.end)
    return _public(brief, positions.places(brief.standing.policy, observed))


def shares(brief: Brief) -> pd.DataFrame:
    """The area's share of the whole day by day, by each definition."""
    observed = positions.observed_among(brief.project, brief.period.end)
    return _public(brief, positions.shares_over_time(brief.standing.policy, observed))


def _public(brief: Brief, found: pd.DataFrame) -> pd.DataFrame:
    """Leave out targets that rest on hidden counts of people, wherever these are."""
    standing = brief.standing
    hidden = [
        name
        for name in found["target"].unique()
        if standing.rests_on_hidden(standing.policy.targets[name].measures)
    ]
    found = found[~found["target"].isin(hidden)].reset_index(drop=True)
    if "area" in found:
        found["name"] = [brief.tree[code].name for code in found["area"]]
    return found


def points(brief: Brief, surveys: bool = True) -> Block:
    """One sentence for each target that compares areas, `surveys` among them or not."""
    found = [one for one in compared(brief) if surveys or not one.entry.indicator.sample]
    if not found:
        return brief.no_figures
    said = [progress.said(brief, one) for one in found]
    title = brief.say("brief.key_points" if surveys else "brief.heading_position")
    return blocks.points(title, said, [sources.of_target(brief, one) for one in found])


def compared(brief: Brief) -> list[Assessment]:
    """The targets of the area that hold it against its like, judged."""
    found = progress.judged(brief)
    return [one for one in found if one.entry.target.measured.kind in positions.AMONG]


def measures(brief: Brief) -> list[str]:
    """The measures that the comparison is made of."""
    return [name for one in compared(brief) for name in one.entry.measures]


def attachment(brief: Brief, found: pd.DataFrame) -> Block:
    """Attach every area's figure with its interval and ranks, as CSV."""
    csv = found.to_csv(index=False, lineterminator="\n", float_format="%.10g")
    name = f"{brief.area.code}-{brief.period}-city.csv"
    return blocks.attachment(csv, name, brief.caption("attached_places"))


def intervals(
    brief: Brief, found: pd.DataFrame, kind: str = "survey"
) -> list[charts.Chart | Block]:
    """Draw the areas' figures with their intervals and ranks, a chart for each target of a kind."""
    made: list[charts.Chart | Block] = []
    for _, rows in found[(found["kind"] == kind) & found["value"].notna()].groupby(
        "target", sort=False
    ):
        first = rows.iloc[0]
        caption = brief.caption("intervals", name=first[f"label_{brief.lang}"], day=first["end"])
        drawn = rows.rename(columns={"name": "label"})
        unit = brief.say.unit(first["unit"])
        made.append(
            charts.rank_intervals(
                drawn,
                unit=unit,
                caption=caption,
                source=_source(brief, first["target"]),
                lang=brief.lang,
            )
        )
    return made or [brief.no_figures]


def _source(brief: Brief, *targets: str) -> str:
    """The source of the figures of some targets, those of one source once."""
    told = [sources.of_target(brief, one) for one in brief.standing.of(brief.area.code, targets)]
    return "\n".join(dict.fromkeys(line for text in told for line in text.split("\n")))


def own_places(brief: Brief, found: pd.DataFrame) -> charts.Chart | Block:
    """Draw the area's own figures in the surveys with their intervals and possible ranks."""
    rows = found[found["own"] & (found["kind"] == "survey") & found["value"].notna()]
    if rows.empty:
        return brief.no_figures
    drawn = rows.rename(columns={f"label_{brief.lang}": "label"})
    caption = brief.caption("own_places", area=brief.area.name, day=rows["end"].iloc[-1])
    told = _source(brief, *rows["target"])
    return charts.rank_intervals(drawn, caption=caption, source=told, lang=brief.lang)


def shares_chart(brief: Brief, found: pd.DataFrame) -> charts.Chart | Block:
    """Draw the area's share of the whole over time, a panel for each definition."""
    if found["share"].isna().all():
        return brief.no_figures
    label = f"label_{brief.lang}"
    freq = FREQUENCIES[6]
    panels = {
        name: rows.set_index(
            pd.PeriodIndex([calendar_period(end, freq) for end in rows["end"]], freq=freq)
        )[["share"]].rename(columns={"share": brief.area.name})
        for name, rows in found.groupby(label, sort=False)
    }
    told = {
        name: _source(brief, rows["target"].iloc[0])
        for name, rows in found.groupby(label, sort=False)
    }
    caption = brief.caption("shares", area=brief.area.name)
    return charts.small_multiples(
        panels, brief.area.name, units="%", columns=2, caption=caption, sources=told,
        lang=brief.lang,
    )  # fmt: skip


def table(brief: Brief, found: pd.DataFrame, kind: str = "share") -> Block:
    """List the areas' figures in a target of a kind, in the official order."""
    rows = found[found["kind"] == kind]
    if rows.empty:
        return brief.no_figures
    first = rows.iloc[0]
    unit = brief.say.unit(first["unit"])
    columns = [
        {"label": brief.say("brief.column_area"), "width": 2},
        {"label": unit or brief.say("brief.column_now"), "kind": "bar", "width": 3},
    ]
    most = rows["value"].max()
    body = [
        [row.name_, {"text": brief.say.number(row.value) if pd.notna(row.value) else "—",
                     "share": row.value / most if pd.notna(row.value) else None}]
        for row in rows.rename(columns={"name": "name_"}).itertuples()
    ]  # fmt: skip
    marked = [at for at, own in enumerate(rows["own"]) if own]
    caption = brief.caption("table_among", name=first[f"label_{brief.lang}"], day=first["end"])
    return blocks.table(columns, body, caption, marked)
