"""Figures of a brief beside those of a year before, and the page parts that say them.

Counts are summed from the start of the year over the same months of both years; stocks, rates and
yearly figures are held against the same period of the year before. A month that is missing in
either year is left out of both and said so: a comparison never rests on unlike months.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pls_analysis import blocks, charts, sources
from pls_analysis.analysis import per_year, year_parts
from pls_analysis.blocks import Block
from pls_analysis.briefs import Brief
from pls_analysis.charts.layout import NARROW_EM, width_em
from pls_analysis.charts.phrases import change, decimals, number
from pls_analysis.disclosure.suppression import MARK
from pls_analysis.messages import GROWTH_BASE_MIN, count_change, count_step, rate_step
from pls_analysis.observations import RATES
from pls_analysis.periods import Period

COLUMNS_YEAR_ON_YEAR = (
    ("unit", "text", 0.8), ("now", "number", 1),
    ("year", "number", 1.3), ("before", "number", 1), ("change", "number", 1.5),
    ("median", "number", 1.1),
)  # fmt: skip
RECENT = 12
BARS = 15
"""Parts of a measure that still make one chart of bars."""
ROOM = 108
"""How many letters a table is wide."""


@dataclass(frozen=True, slots=True)
class Change:
    """One measure now and a year before.

    Of the `due` periods that make up `period`, `present` are in this year, and `compared` in both
    years; parts of a year that are published together are not due one by one. `value` and `before`
    are the sums over those `compared` alone, None where there are none. `now` is the figure of the
    last period alone; `total` what the year has brought so far, a lower bound where periods are
    missing; it `opens_late` where the year's first parts are published together and not in it.
    `joined` names areas that became part of this one since the year before: a break, and
    no change is computed over it. Of `hidden` (now, total, before) are those that are not
    published, to protect people: they are None, and nothing is computed from them.
    """

    measure: str
    name: str
    unit: str
    period: Period
    now: float | None
    total: float | None
    value: float | None
    before: float | None
    present: int
    compared: int
    due: int
    joined: tuple[str, ...] = ()
    opens_late: bool = False
    hidden: frozenset[str] = frozenset()

    @property
    def is_rate(self) -> bool:
        return self.unit in RATES

    @property
    def whole(self) -> bool:
        """Whether every period due is in, in both years."""
        return self.compared == self.due

    @property
    def growth(self) -> float | None:
        """Relative change where both years are whole and the base is large enough, else None."""
        if self.is_rate or self.joined or not self.whole:
            return None
        if self.value is None or self.before is None:
            return None
        return (self.value - self.before) / self.before if self.before >= GROWTH_BASE_MIN else None


def compare(brief: Brief) -> list[Change]:
    """Each measure of a brief beside the year before, in the brief's order."""
    return [_compare(brief, measure) for measure in brief.measures]


def _compare(brief: Brief, measure: str, breakdown: str = "total") -> Change:
    own = brief.series(measure, breakdown)[brief.area.name]
    withheld = brief.withheld(measure, breakdown)
    unit = brief.specs[measure].unit
    last = own.index[-1]
    basis = brief.basis(measure)
    sums = brief.specs[measure].adds_up and unit not in RATES
    adds_up = basis == "flow" and sums and per_year(own.index) > 1
    year = own[own.index.year == last.year] if adds_up else own.iloc[-1:]
    steps = per_year(own.index)
    published = _published_alone(brief, measure, year)
    this_year = published if len(published) else year.iloc[-1:]
    opens_late = adds_up and this_year.index[0] != year.index[0]
    earlier = this_year.index - steps
    before = own.reindex(earlier)
    before.index = this_year.index
    gone, gone_before = withheld.reindex(this_year.index), withheld.reindex(earlier).fillna(False)
    hidden = {"now": withheld.iloc[-1], "total": gone.any(), "before": gone_before.any()}
    there = this_year.notna() | gone
    both = there & (before.notna() | gone_before.to_numpy())
    start = this_year.index[0].start_time.date()
    if basis == "cumulative" or (len(this_year) > 1 and not opens_late):
        span = Period(start.replace(month=1), last.end_time.date(), "cumulative")
    else:
        span = Period(start, last.end_time.date())
    return Change(
        measure, brief.name(measure), unit, span,
        now=_figure(own.iloc[-1]),
        total=None if hidden["total"] else _figure(this_year.sum(min_count=1)),
        value=None if hidden["total"] else _figure(this_year[both].sum(min_count=1)),
        before=None if hidden["before"] else _figure(before[both].sum(min_count=1)),
        present=int(there.sum()),
        compared=int(both.sum()),
        due=len(published),
        joined=tuple(one.name for one in brief.joined(span.year_before().start, span.end)),
        opens_late=opens_late,
        hidden=frozenset(name for name, one in hidden.items() if one),
    )  # fmt: skip


def _published_alone(brief: Brief, measure: str, year: pd.Series) -> pd.Series:
    """A year's periods without those that have no figure because they are published as one."""
    together = year_parts(year.index).isin(brief.together(measure))
    return year[~together | year.notna().to_numpy()]


def _figure(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def key_points(brief: Brief, found: Sequence[Change]) -> Block:
    """Up to three sentences: the leading measure, the largest reliable change, the gaps."""
    items: dict[str, str] = {}
    spoken = [one for one in found if one.total is not None]
    largest = largest_change(spoken[1:])
    for one in filter(None, [*spoken[:1], largest]):
        items[sentence(brief, one)] = sources.of_measure(brief, one.measure)
    items[gaps(brief, found)] = ""
    return blocks.points(brief.say("brief.key_points"), list(items), list(items.values()))


def largest_change(found: Sequence[Change]) -> Change | None:
    """The largest of the changes that are reliable: both years whole, the base large enough."""
    grown = [one for one in found if one.growth is not None]
    return max(grown, key=lambda one: abs(one.growth or 0), default=None)


def sentence(brief: Brief, one: Change) -> str:
    """Say one measure and its change (sentences T1 and T2 of the brief)."""
    if one.joined:
        unit = one.unit if one.is_rate else brief.say.unit(one.unit)
        return brief.say(
            "sentences.joined", period=one.period, area=brief.area.name, measure=one.name,
            figure=number(one.total, decimals([one.total], one.unit)), unit=unit,
            joined=brief.say("brief.list_stop").join(one.joined),
        )  # fmt: skip
    if one.is_rate:
        now = brief.say.number(one.now or 0, decimals([], one.unit)) + one.unit
        step = rate_step(brief.say, one.now or 0, one.before, one.unit)
        return brief.say(
            "sentences.rate_plain", period=one.period, area=brief.area.name, measure=one.name,
            rate=now, change=step,
        )  # fmt: skip
    quantity = brief.say.quantity(one.total or 0, one.unit)
    said = {"period": one.period, "area": brief.area.name, "measure": one.name}
    if "before" in one.hidden:
        return brief.say("sentences.hidden_before", **said, quantity=quantity)
    if one.whole or (one.compared == 0 and one.present == one.due):
        return count_change(
            brief.say, **said, unit=one.unit, value=one.total or 0, before=one.before
        )
    filed = {"quantity": quantity, "present": one.present, "due": one.due}
    if one.compared == 0 or one.value is None:
        return brief.say("sentences.partial", **said, **filed)
    step = count_step(brief.say, one.unit, one.value, one.before)
    if one.present == one.due:
        return brief.say(
            "sentences.partial_before", **said, quantity=quantity, compared=one.compared,
            missing=one.due - one.compared, change=step,
        )  # fmt: skip
    return brief.say(
        "sentences.partial_compared", **said, **filed, compared=one.compared, change=step
    )


def gaps(brief: Brief, found: Sequence[Change]) -> str:
    """Say which measures lack figures: all of them, the last period's, or some of the year's."""
    kinds = {
        "sentences.hidden": [one for one in found if one.hidden & {"now", "total"}],
        "sentences.no_data": [
            one for one in found if one.total is None and one.due and "total" not in one.hidden
        ],
        "sentences.late": [
            one
            for one in found
            if one.total is not None and one.now is None and "now" not in one.hidden
        ],
        "sentences.gaps": [one for one in found if one.now is not None and one.present < one.due],
        "sentences.gaps_before": [
            one for one in found if one.present == one.due and 0 < one.compared < one.due
        ],
    }
    said = [
        brief.say(key, day=brief.period.end,
                  measures=brief.say("brief.list_stop").join(one.name for one in those))
        for key, those in kinds.items()
        if those
    ]  # fmt: skip
    return "".join(said) or brief.say("sentences.no_gaps", n=len(found))


def strip(brief: Brief, found: Sequence[Change], most: int = 5) -> Block:
    """The first measures as a row of figures with their change and a sparkline."""
    return blocks.strip(strip_items(brief, found[:most]))


def strip_items(brief: Brief, found: Sequence[Change]) -> list[dict[str, Any]]:
    """What `blocks.strip` takes, a measure each."""
    items = []
    for one in found:
        step = _step(brief, one)
        items.append(
            {
                "label": _titled(brief, one),
                "value": _shown(one, "total", decimals([one.total], one.unit)),
                "unit": brief.say.unit(one.unit) + _of_due(one.present, one),
                "delta": step or brief.say("brief.not_compared"),
                "versus": brief.say("brief.versus") if step else "",
                "tone": "flat",
                "spark": brief.series(one.measure)[brief.area.name].tolist(),
                "source": sources.of_measure(brief, one.measure),
            }
        )
    return items


def _step(brief: Brief, one: Change) -> str:
    if one.joined:
        return ""
    unit = one.unit if one.is_rate else brief.say.unit(one.unit)
    return change(one.value, one.before, unit, brief.lang)


def year_on_year(brief: Brief, found: Sequence[Change]) -> Block:
    """A table: the last period, the year so far, the year before, the change, the peers' median."""
    adds_up = any(one.due > 1 for one in found)
    shown = [column for column in COLUMNS_YEAR_ON_YEAR if adds_up or column[0] != "year"]
    letters = _letters(brief)
    names = sum(width for *_, width in shown) * letters / (ROOM - letters)
    columns = [{"label": brief.say("brief.column_measure"), "width": round(names, 2)}]
    columns += [
        {"label": brief.say(f"brief.column_{name}"), "kind": kind, "width": width}
        for name, kind, width in shown
    ]
    rows = []
    for one in found:
        places = decimals([one.now, one.total, one.before], one.unit)
        total = _shown(one, "total", places) + _of_due(one.present, one)
        before = _shown(one, "before", places) + _of_due(one.compared, one)
        now = [_shown(one, "now", places), *([total] if adds_up else [])]
        rows.append(
            [_titled(brief, one), brief.say.unit(one.unit), *now, before,
             brief.say("brief.break") if one.joined else _step(brief, one) or "—",
             _median(brief, one)]
        )  # fmt: skip
    return blocks.table(columns, rows, brief.caption("changes", period=found[0].period))


def _shown(one: Change, name: str, places: int) -> str:
    """One of a change's figures as it is printed: what is hidden as MARK."""
    return MARK if name in one.hidden else number(getattr(one, name), places)


def _titled(brief: Brief, one: Change) -> str:
    """A measure's name, with the months its total holds where the year's first are not in it."""
    if not one.opens_late or one.total is None:
        return one.name
    first, last = one.period.start.month, one.period.end.month
    span = f"{first}" if first == last else f"{first}–{last}"
    return brief.say("brief.opens_late", name=one.name, span=span)


def _of_due(count: int, one: Change) -> str:
    """How many of the periods due a sum holds, where it does not hold all: " (5/6)"."""
    return "" if count in (0, one.due) else f" ({count}/{one.due})"


def _median(brief: Brief, one: Change) -> str:
    """The median of the peers in the last period, with how many of them filed it."""
    row = brief.series(one.measure).iloc[-1].drop(brief.area.name).dropna()
    if row.empty:
        return "—"
    middle = float(row.median())
    return number(middle, decimals([middle], one.unit))


def recent(brief: Brief) -> Block:
    """The last periods of every measure that keeps the brief's rhythm, newest last.

    Twelve, or fewer where the figures are too long for so many columns.
    """
    tables = {measure: brief.series(measure)[brief.area.name] for measure in brief.measures}
    index = max((table.index for table in tables.values()), key=len)[-RECENT:]
    rows = {}
    for measure, table in tables.items():
        if table.index.freqstr == index.freqstr:  # pyright: ignore[reportAttributeAccessIssue]
            values = [_figure(value) for value in table.reindex(index)]
            places = decimals(values, brief.specs[measure].unit)
            hidden = brief.withheld(measure).reindex(index).fillna(False)
            rows[measure] = [
                MARK if gone else number(value, places)
                for value, gone in zip(values, hidden, strict=True)
            ]
    longest = max(len(text) for row in [map(_short, index), *rows.values()] for text in row)
    letters = _letters(brief)
    fitting = min(RECENT, (ROOM - letters) // (longest + 2))
    names = round(fitting * letters / (ROOM - letters), 2)
    columns = [{"label": brief.say("brief.column_measure"), "width": names}]
    columns += [{"label": _short(one), "kind": "number"} for one in index[-fitting:]]
    body = [[brief.name(measure), *row[-fitting:]] for measure, row in rows.items()]
    return blocks.table(columns, body, brief.caption("recent", n=len(index[-fitting:])))


def _letters(brief: Brief) -> int:
    """How many letters the longest name of a measure takes, a Chinese one counting two."""
    return max(16, *(math.ceil(width_em(name) / NARROW_EM) + 4 for name in brief.names.values()))


def _short(period: pd.Period) -> str:
    text = str(period)
    return text[2:] if len(text) > 4 else text


def by_kind(brief: Brief, measure: str) -> charts.Chart | None:
    """A measure's parts this year and the year before, as bars from zero.

    None without parts, or with more than one chart shows. The parts are those of the breakdown
    with the most of them; a part missing in a month is summed over the months that both years have.
    """
    own = brief.observations
    own = own[(own["area"] == brief.area.code) & (own["measure"] == measure)]
    dimensions = own.loc[own["breakdown"] != "total", "breakdown"].drop_duplicates()
    if dimensions.empty or brief.basis(measure) != "flow":
        return None
    widest = dimensions.str.split("=").str[0].value_counts().index[0]
    found = {
        part: _compare(brief, measure, part)
        for part in brief.specs[measure].parts
        if part.startswith(f"{widest}=") and part in set(dimensions)
    }
    if not 0 < len(found) <= BARS:
        return None
    whole = next(iter(found.values()))
    before = whole.period.year_before()
    frame = pd.DataFrame(
        [(one.before, one.value) for one in found.values()],
        index=[
            brief.specs[measure].parts[part][brief.lang] + (MARK if one.hidden else "")
            for part, one in found.items()
        ],
        columns=[before.label(brief.lang), whole.period.label(brief.lang)],
    )
    fewest = min(one.compared for one in found.values())
    key = "parts" if fewest == whole.due else "parts_partial"
    said = {} if fewest == whole.due else {"compared": fewest, "due": whole.due}
    caption = brief.caption(key, measure=brief.name(measure), period=whole.period, **said)
    unit = brief.say.unit(brief.specs[measure].unit)
    source = sources.of_measure(brief, measure)
    return charts.bars_year_on_year(
        frame, caption=caption, unit=unit, source=source, lang=brief.lang
    )
