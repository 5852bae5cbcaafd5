"""The areas below one side by side on the targets that each of them is judged on.

In the official order, never by rank; what is not known stays open, what is too few is not shaded.
"""

from __future__ import annotations

import pandas as pd

from pls_analysis import blocks, charts, equity, sources, verdicts
from pls_analysis.areas import Area
from pls_analysis.blocks import Block
from pls_analysis.briefs import Brief
from pls_analysis.periods import Period
from pls_analysis.policy.assessment import Assessment

COLUMNS = ["area", "name", "target", "status", "value", "text", "tone", "source"]


def below(brief: Brief, level: str = "town") -> list[Area]:
    """The areas of a level below the brief's own, as they were at the end of its period."""
    return list(brief.tree.descendants(brief.area.code, level, at=brief.period.end))


def judged(brief: Brief, level: str = "town") -> pd.DataFrame:
    """Each area below judged on each public target of its level: COLUMNS, one row each."""
    targets = [
        one.id
        for one in brief.standing.policy.targets.values()
        if level in one.judged_at and one.public
    ]
    rows = [
        (area.code, area.name, one.entry.id, one.status, _known(one),
         verdicts.value_text(one, brief.say), verdicts.tone(one), sources.of_cells(brief, one))
        for area in below(brief, level)
        for one in brief.standing.of(area.code, targets)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _known(one: Assessment) -> float | None:
    """A figure as it is shaded: not at all where nothing is known or one case would decide."""
    return None if one.status in ("no_data", "too_few") else one.value


def heat(brief: Brief, found: pd.DataFrame) -> charts.Chart:
    """Draw the areas and their targets as a table shaded by verdict."""
    targets = brief.standing.policy.targets
    names = {name: targets[name].name[brief.lang] for name in found["target"].unique()}
    found = found.assign(target=found["target"].map(names))
    wide = {
        column: found.pivot(index="name", columns="target", values=column).reindex(
            index=found["name"].unique(), columns=found["target"].unique()
        )
        for column in ("value", "text", "status", "source")
    }
    about = {names[target]: _about(brief, target) for target in names}
    caption = brief.caption("towns")
    return charts.heat_table(
        wide["value"].astype("float64"), wide["text"], states=wide["status"],
        breaks=_breaks(brief, found), sources=wide["source"], about=about, caption=caption,
        lang=brief.lang,
    )  # fmt: skip


def _about(brief: Brief, target: str) -> str:
    """Offices, forms, period and definition of a target's figures of all the areas."""
    judged = [brief.standing.of(area.code, [target]) for area in below(brief)]
    found = [one for made in judged for one in made]
    return sources.of_all(brief, found) if found else ""


def _breaks(brief: Brief, found: pd.DataFrame) -> list[int]:
    """The rows at which another kind of area begins, in the official order."""
    kinds = [brief.tree[code].kind for code in found["area"].unique()]
    return [at for at in range(1, len(kinds)) if kinds[at] != kinds[at - 1]]


def pictures(brief: Brief, found: pd.DataFrame) -> list[charts.Chart | Block]:
    """Draw the map of the report's target, where it names one, and the table of all."""
    if found.empty:
        return [brief.no_figures]
    target = brief.report.map
    return [*([_map_of(brief, found, target)] if target else []), heat(brief, found)]


def _map_of(brief: Brief, found: pd.DataFrame, target: str) -> charts.Chart:
    """Draw one target's figures on the tile map of the areas."""
    entry = brief.standing.policy.targets[target]
    values = found[found["target"] == target].set_index("area")["value"].astype("float64")
    caption = brief.caption("map", target=entry.name[brief.lang])
    tiles = charts.load_tiles(brief.project)
    if brief.lang == "en":
        tiles["short"] = _first_words([brief.tree[code].name for code in tiles["code"]])
    return charts.tile_map(
        values, tiles, caption=caption, source=_about(brief, target), lang=brief.lang
    )


def _first_words(names: list[str]) -> list[str]:
    """Names as short as a tile needs them: the first word, where it tells them apart."""
    firsts = [name.partition(" ")[0] for name in names]
    return [
        first if firsts.count(first) == 1 else name
        for first, name in zip(firsts, names, strict=True)
    ]


# -- kinds of towns --------------------------------------------------------------------------------


def _services(brief: Brief) -> list[str]:
    """The services that are compared: none of which a town's count of people is hidden."""
    return [one for one in brief.report.services if not brief.standing.rests_on_hidden([one])]


def gaps(brief: Brief) -> charts.Chart | Block:
    """Draw the two kinds of towns side by side: services per village, and per resident."""
    if not _services(brief):
        return brief.no_figures
    compared = equity.comparison_of(brief.project, brief.period.end, _services(brief))
    found, names = equity.levels(compared), equity.kind_names(compared, brief.say)
    rows = pd.concat(equity.dumbbells(found, per, brief.say) for per in equity.PER)
    if rows.empty:
        return brief.no_figures
    last = found.sort_values("end", kind="stable").drop_duplicates("measure", keep="last")
    told = {
        row[f"label_{brief.lang}"]: sources.of_places(
            brief, equity.cells_behind(compared, row), Period(row["start"], row["end"])
        )
        for row in last.to_dict("records")
    }
    rows["source"] = rows["label"].map(told)
    caption = brief.caption("gap")
    return charts.dumbbell(rows, (names[0], names[1]), caption=caption, lang=brief.lang)


def gap_points(brief: Brief) -> Block:
    """Say the gap and its trend: per village of each service, per resident of the first."""
    if not _services(brief):
        return brief.no_figures
    compared = equity.comparison_of(brief.project, brief.period.end, _services(brief))
    found = equity.trend(compared)
    village, residents = (found[found["per"] == per] for per in equity.PER)
    rows = pd.concat([
        village.drop_duplicates("measure", keep="last"), residents[
            residents["measure"] == _services(brief)[0]
        ].tail(1),
    ])  # fmt: skip
    items = [equity.sentence(compared, row, brief.say) for row in rows.to_dict("records")]
    return blocks.points(brief.say("brief.gap"), items)


def gap_definitions(brief: Brief) -> list[tuple[str, str]]:
    """How the gap is measured, for the notes."""
    if not _services(brief):
        return []
    compared = equity.comparison_of(brief.project, brief.period.end, _services(brief))
    said = equity.definitions(compared, brief.say)
    return [(brief.say("brief.gap"), "".join(said))]
