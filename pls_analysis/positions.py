"""An area's place among its like in a larger one, such as a district's in its city (as tables).

Which indicators: those of the policy whose target is a rank (`rank_in`) or a share (`share_of`).
Ranks are those of the verdicts (rule S6): surveys are compared in pairs with their sampling error,
ties share the better rank, and where one of the areas is missing there are no ranks.
"""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction
from statistics import NormalDist
from typing import Any

import pandas as pd

from pls_analysis.messages import Messages
from pls_analysis.policies import catalogue, observed_until
from pls_analysis.policy.catalogue import Catalogue, Entry, Indicator
from pls_analysis.policy.figures import Figure
from pls_analysis.policy.neighbours import ranks, sample_sizes, shares_of
from pls_analysis.policy.observed import Observed
from pls_analysis.policy.pace import Question, latest
from pls_analysis.policy.ranks import Sampled, standing
from pls_analysis.project import Project

AMONG = ("rank_in", "share_of")
"""Targets that hold an area against its like."""
COLUMNS = (
    "target", "label_zh", "label_en", "kind", "unit", "end", "area", "name", "own", "filed",
    "value", "sample", "low", "high", "rank", "best", "worst", "among", "why",
)  # fmt: skip
SHARES = (
    "target", "indicator", "label_zh", "label_en", "beside", "end", "share", "own", "whole", "why",
)  # fmt: skip


def entries_among(policy: Catalogue) -> list[Entry]:
    """Return the targets of a policy that hold an area against its like, in its order."""
    return [one for one in policy.targets.values() if one.target.measured.kind in AMONG]


def observed_among(project: Project, as_of: dt.date) -> Observed:
    """Read what the targets of `entries_among` need, of every area, up to a day."""
    needed = {name for entry in entries_among(catalogue(project)) for name in entry.measures}
    return observed_until(project, as_of, needed)


def places(policy: Catalogue, observed: Observed) -> pd.DataFrame:
    """Return where home and its like stand in each target, at the figure that is judged.

    One row for each target and area, in official order: target, label_zh, label_en, kind (survey,
    score or share), unit, end, area, name, own, filed (with its sample size, for a survey); value,
    sample; low and high, between which it lies at the policy's confidence (surveys only); rank,
    best and worst possible rank, among how many; why: "" or why there are no ranks
    (no_sample_size, parts_missing, nothing_counted). What is not known is NaN. Where no figure can
    be judged (too old), the last one is shown.
    """
    rows = [row for entry in entries_among(policy) for row in _rows(policy, observed, entry)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def shares_over_time(policy: Catalogue, observed: Observed) -> pd.DataFrame:
    """Return home's share of the whole at each day, by each definition that the policy names.

    One row for each day and indicator, that of the target and those beside it: target, indicator,
    label_zh, label_en, beside (decides nothing), end, share (%), own, whole, why ("" or
    parts_missing: then there is no share).
    """
    rows = []
    for entry in entries_among(policy):
        for n, (indicator, target) in enumerate([(entry.indicator, entry.target), *entry.beside]):
            if target.measured.kind != "share_of":
                continue
            rows += [
                (entry.id, indicator.id, indicator.name["zh"], indicator.name["en"], n > 0,
                 one.end, *map(_float, (one.value, one.numerator, one.denominator)),
                 one.facts.get("why", ""))
                for one in shares_of(observed, indicator, observed.home, target.measured.within)
            ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(SHARES))


def interval(value: Fraction, sample: Fraction, confidence_pct: float) -> tuple[float, float]:
    """Return between which percentages a share of a sample lies (Wilson's interval).

    It never leaves 0 to 100, and 100 % of a sample is not 100 % for certain.
    """
    z = NormalDist().inv_cdf(0.5 + confidence_pct / 200)
    share, size = float(value) / 100, float(sample)
    middle = share + z * z / (2 * size)
    spread = z * math.sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    ends = ((middle + sign * spread) / (1 + z * z / size) * 100 for sign in (-1, 1))
    low, high = (min(max(end, 0.0), 100.0) for end in ends)
    return low, high


def definitions(policy: Catalogue, say: Messages) -> list[str]:
    """Say how ranks and intervals come about, for the kinds of targets that the policy has."""
    kinds = {_kind(entry) for entry in entries_among(policy)}
    confidence = say.count(policy.judging.confidence_pct)
    said = []
    if "survey" in kinds:
        said.append(say("standing.survey", confidence=confidence))
    said += [say(f"standing.{kind}") for kind in ("score", "share") if kind in kinds]
    return [*said, say("standing.missing")] if said else []


def missing_areas(rows: pd.DataFrame) -> list[str]:
    """Return the names of the areas that lack a figure or its sample size, in official order."""
    return list(dict.fromkeys(rows.loc[~rows["filed"].astype(bool), "name"]))


def _kind(entry: Entry) -> str:
    if entry.target.measured.kind == "share_of":
        return "share"
    return "survey" if entry.indicator.sample else "score"


def _rows(policy: Catalogue, observed: Observed, entry: Entry) -> list[tuple[Any, ...]]:
    figure = _judged(policy, observed, entry)
    if figure is None:
        return []
    tree, indicator, kind, end = observed.tree, entry.indicator, _kind(entry), figure.end
    within = next(
        one for one in tree.path(observed.home) if one.level == entry.target.measured.within
    )
    like = tree.descendants(within.code, tree[observed.home].level, end)
    values = {area.code: _value(observed, indicator, area.code, end) for area in like}
    sizes = sample_sizes(observed, indicator, values, end)
    whole = figure.value is not None
    total = figure.denominator if kind == "share" and whole else None
    confidence = policy.judging.confidence_pct
    sampled: dict[str, Sampled] = {
        code: (value, sizes[code]) for code, value in values.items() if value is not None
    }
    why = figure.facts.get("why") or ("" if whole else "nothing_counted")
    unit = "%" if kind == "share" else indicator.unit
    head = (entry.id, indicator.name["zh"], indicator.name["en"], kind, unit, end)
    rows = []
    for area in like:
        value, size = values[area.code], sizes[area.code]
        filed = value is not None and (kind != "survey" or size is not None)
        if kind == "share":
            value = value * 100 / total if value is not None and total else None
        low_high = (math.nan, math.nan)
        if value is not None and size is not None:
            low_high = interval(value, size, confidence)
        ranked = (math.nan,) * 3
        if whole:
            place = standing(area.code, sampled, confidence if kind == "survey" else None)
            ranked = (place.rank, place.best, place.worst)
        rows.append((
            *head, area.code, area.name, area.code == observed.home, filed, _float(value),
            _float(size), *low_high, *ranked, len(like), why,
        ))  # fmt: skip
    return rows


def _judged(policy: Catalogue, observed: Observed, entry: Entry) -> Figure | None:
    """Return the figure of home that its verdict rests on, or the last one where it rests on none.

    Its value is None where an area or a sample size is missing.
    """
    measured, home, judging = entry.target.measured, observed.home, policy.judging
    if measured.kind == "share_of":
        series = shares_of(observed, entry.indicator, home, measured.within)
    else:
        confidence = judging.confidence_pct
        series = ranks(observed, entry.indicator, home, measured.within, confidence)
    question = Question(entry.target, entry.indicator, observed.as_of, judging)
    return latest(question, series)[0] or (series[-1] if series else None)


def _value(observed: Observed, indicator: Indicator, area: str, end: dt.date) -> Fraction | None:
    """Return an area's figure on a day, or None where it or a part of it is missing."""
    for one in observed.figures(indicator, area):
        if one.end == end:
            return None if one.missing else one.value
    return None


def _float(value: Fraction | None) -> float:
    return math.nan if value is None else float(value)
