"""The gap between towns of two kinds, such as urban and rural, and its trend (as tables).

The policy says which kinds: its indicator that `adds: gap`. The gap of a service is the difference
of its two figures per village, or per 10,000 residents, and that difference in per cent of the
higher one. `trend` holds against each other the same days of two years, over the same towns.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from pls_analysis.analysis import Measure, area_tree, measure_specs
from pls_analysis.between_kinds import (
    PER,
    Comparison,
    Gap,
    Stretch,
    gap_between,
    gap_of,
    gaps_compared,
    only,
    residents_of,
    services_of,
    stretches,
    towns_of,
    year_before,
)
from pls_analysis.configs import unknown
from pls_analysis.messages import Messages
from pls_analysis.periods import Period
from pls_analysis.policies import catalogue, observed_until
from pls_analysis.policy.catalogue import Indicator
from pls_analysis.policy.evidence import cells_of
from pls_analysis.policy.figures import Figure
from pls_analysis.project import Project

_SAID = ("first", "second", "difference", "share", "behind", "ahead")
_HEAD = ("measure", "label_zh", "label_en", "unit", "per", "year", "start", "end", "over")
_GAP = (*_SAID, *(f"{name}_{side}" for side in ("first", "second")
                  for name in ("services", "units", "towns")), "left_out", "status")  # fmt: skip


def comparison_of(project: Project, as_of: dt.date, measures: Iterable[str]) -> Comparison:
    """Read what the project's towns filed of some measures up to a day.

    Raises ValueError for an unknown measure or one that does not add up, and ConfigError where the
    policy compares no kinds of towns or config/areas.csv has a faulty number of residents.
    """
    tree, specs = area_tree(project), measure_specs(project)
    gap = gap_of(catalogue(project))
    chosen: dict[str, Measure] = {}
    for name in measures:
        if name not in specs:
            raise ValueError(unknown("measure", name, specs))
        chosen[name] = specs[name]
    observed = observed_until(project, as_of, chosen, below=True)
    return Comparison(observed, gap, services_of(gap, chosen), residents_of(tree, project.home))


def levels(comparison: Comparison) -> pd.DataFrame:
    """Return the gap in each year, the running one to the last day on which anything filed ends.

    One row for each service, year and way of counting (PER): measure, label_zh, label_en, unit,
    per, year, start, end, over (the year is over); first, second (services per unit of either
    kind), difference, share (of the higher, in %), behind (as judged, in %), ahead (a kind or "");
    services_first, units_first, towns_first and the same of the second; left_out (town -> one of
    WHY), status (e, p). What cannot be said is NaN.
    """
    return pd.DataFrame([
        {**_head(service, per, stretch), **_row(gap_between(comparison, service, per, *days))}
        for service, stretch in stretches(comparison)
        for days in [stretch[1:3]]
        for per in PER
    ], columns=[*_HEAD, *_GAP])  # fmt: skip


def trend(comparison: Comparison) -> pd.DataFrame:
    """Return the gap in each year beside that of the same days of the year before.

    Columns of `levels`, over the towns that are whole in both; then start_before, end_before, and
    first, second, difference, share, behind and ahead with _before; change (of the share, in
    points), direction: narrower, wider, level, or "" where there is nothing to compare.
    """
    rows = []
    seen = {(service.id, stretch[0]) for service, stretch in stretches(comparison)}
    for service, stretch in stretches(comparison):
        year, start, end, _ = stretch
        if (service.id, year - 1) not in seen:
            continue
        first, last = year_before(start, end)
        for per in PER:
            now, before = gaps_compared(comparison, service, per, start, end)
            earlier = _row(before)
            rows.append({
                **_head(service, per, stretch), **_row(now),
                "start_before": first, "end_before": last,
                **{f"{name}_before": earlier[name] for name in _SAID},
                "change": _float(_less(now.share, before.share)),
                "direction": _direction(now.share, before.share),
            })  # fmt: skip
    columns = [*_HEAD, *_GAP, "start_before", "end_before", *(f"{name}_before" for name in _SAID)]
    return pd.DataFrame(rows, columns=[*columns, "change", "direction"])


def dumbbells(table: pd.DataFrame, per: str, say: Messages) -> pd.DataFrame:
    """Return the last row of each measure of `levels` or `trend` as a dumbbell chart takes it.

    Columns label, first, second, unit; measures of which a side has no figure are left out.
    """
    rows = table[(table["per"] == per) & table["first"].notna() & table["second"].notna()]
    rows = rows.sort_values("end", kind="stable").drop_duplicates("measure", keep="last")
    rows = rows.set_index("measure").reindex([one for one in table["measure"].unique()
                                              if one in set(rows["measure"])])  # fmt: skip
    return pd.DataFrame({
        "label": list(rows[f"label_{say.lang}"]),
        "first": list(rows["first"]),
        "second": list(rows["second"]),
        "unit": [say(f"equity.unit_{per}", unit=say.unit(unit)) for unit in rows["unit"]],
    })  # fmt: skip


def cells_behind(comparison: Comparison, row: Mapping[str, Any]) -> list[str]:
    """Return the cells that a row of `levels` or `trend` was added up from, of both kinds."""
    service = next(one for one in comparison.services if one.id == row["measure"])
    place = comparison.observed.place(service, comparison.observed.home)
    towns = only(place, (*row["towns_first"], *row["towns_second"]))
    figure = Figure(row["start"], row["end"], None)
    return cells_of(comparison.observed, service, towns, figure)[0]


def definitions(comparison: Comparison, say: Messages) -> list[str]:
    """Say how the gap is measured, what the residents are, and what cannot be compared."""
    first, second = kind_names(comparison, say)
    said = [say("equity.definition", first=first, second=second), say("equity.definition_trend")]
    known = [comparison.residents[town] for town in towns_of(comparison, comparison.observed.as_of)
             if town in comparison.residents]  # fmt: skip
    if rules := dict.fromkeys(one.source for one in known if one.status == "e"):
        total = sum(one.count for one in known)
        said.append(say("equity.definition_residents", rule="; ".join(rules), total=total))
    return [*said, say("equity.limits", second=second)]


def kind_names(comparison: Comparison, say: Messages) -> tuple[str, ...]:
    """Return what the two kinds are called in a language; one without a name there as it is."""
    return tuple(say.texts.get(f"kind.{kind}", kind) for kind in comparison.gap.kinds)


def sentence(comparison: Comparison, row: Mapping[str, Any], say: Messages) -> str:
    """Say the two figures of a row of `levels` or `trend`, how far they are apart, and the change.

    Without towns of a kind, or where neither did anything, that is said instead.
    """
    names = kind_names(comparison, say)
    estimated = "_estimated" if "e" in row["status"] else ""
    about = {
        "period": Period(row["start"], row["end"]), "label": row[f"label_{say.lang}"],
        "per": say(f"equity.per_{row['per']}{estimated}"),
    }  # fmt: skip
    sides = (row["first"], row["second"])
    if without := [name for name, one in zip(names, sides, strict=True) if math.isnan(one)]:
        return say("equity.sentence_none", **about, kinds=say("brief.list_stop").join(without))
    if not any(sides):
        return say("equity.sentence_zero", **about)
    first, second, difference = (
        say("common.quantity", value=say.number(one, 2, unlike=(0,)), unit=say.unit(row["unit"]))
        for one in (*sides, row["difference"])
    )
    share = say.percent(row["share"], unlike=(0, 100))
    change = change_text(comparison, row, say)
    return say(
        "equity.sentence", **about, kind=names[0], first=first, other=names[1], second=second,
        difference=difference, share=share,
        change=say("chart.semicolon") + change if change else "",
    )  # fmt: skip


def change_text(comparison: Comparison, row: Mapping[str, Any], say: Messages) -> str:
    """Say how the gap of a row of `trend` changed; "" where there is nothing to compare."""
    direction = row.get("direction", "")
    if not direction:
        return ""
    if direction == "level":
        said = say("equity.level")
    else:
        points = say("common.points", value=say.number(abs(row["change"]), unlike=(0,)))
        said = say(f"equity.{direction}", points=points)
    before = row["ahead_before"]
    if before and before != row["ahead"]:
        kind = dict(zip(comparison.gap.kinds, kind_names(comparison, say), strict=True))[before]
        said += say("equity.turned", kind=kind)
    return said


def left_out(comparison: Comparison, row: Mapping[str, Any], say: Messages) -> str:
    """Say which towns a row of `levels` or `trend` leaves out and why; "" where it has all."""
    names_by: dict[str, list[str]] = {}
    for town, why in row["left_out"].items():
        names_by.setdefault(why, []).append(comparison.observed.tree[town].name)
    if not names_by:
        return ""
    stop = say("brief.list_stop")
    reasons = [say(f"equity.why_{why}", n=len(towns), towns=stop.join(towns))
               for why, towns in names_by.items()]  # fmt: skip
    among = len(row["towns_first"]) + len(row["towns_second"])
    return say("equity.left_out", n=among, of=among + len(row["left_out"]),
               reasons=say("chart.semicolon").join(reasons))  # fmt: skip


def _head(service: Indicator, per: str, stretch: Stretch) -> dict[str, Any]:
    names = (service.id, service.name["zh"], service.name["en"], service.unit, per)
    return dict(zip(_HEAD, (*names, *stretch), strict=True))


def _row(gap: Gap) -> dict[str, Any]:
    said = {
        "first": _float(gap.first.value), "second": _float(gap.second.value),
        "difference": _float(gap.difference), "share": _float(gap.share),
        "behind": _float(gap.behind), "ahead": gap.ahead,
        "left_out": dict(gap.left_out), "status": gap.status,
    }  # fmt: skip
    for name, side in (("first", gap.first), ("second", gap.second)):
        said |= {f"services_{name}": float(side.services), f"units_{name}": float(side.units),
                 f"towns_{name}": side.towns}  # fmt: skip
    return said


def _less(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one - other


def _direction(now: Fraction | None, before: Fraction | None) -> str:
    change = _less(now, before)
    if change is None:
        return ""
    return "level" if change == 0 else "narrower" if change < 0 else "wider"


def _float(value: Fraction | None) -> float:
    return float("nan") if value is None else float(value)
