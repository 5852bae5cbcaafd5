"""The data of a chart as a table of the Excel annex, a function for each kind of chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pls_analysis.charts.dots import NOT_DRAWN
from pls_analysis.charts.phrases import decimals, period_text
from pls_analysis.charts.statuses import status_word
from pls_analysis.messages import Messages
from pls_analysis.publish.entries import Entry, figure, figures, printed, words

TONES = {
    "met": "good", "on_track": "good", "off_track": "warn", "missed": "bad",
    "missed_aspired": "bad",
}  # fmt: skip
"""Statuses whose word is coloured; every other one is grey."""


@dataclass(frozen=True, slots=True)
class Table:
    """Headings, and rows of as many entries; `marked` are the numbers of rows to set off."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]
    marked: frozenset[int] = frozenset()


def chart_table(chart: Mapping[str, Any], lang: str) -> Table:
    """The figures that a chart shows, in the words of the language.

    A kind that this version does not know gives the lists of its data as they stand.
    """
    say = Messages(lang)
    return _TABLES.get(chart.get("kind", ""), _any)(chart, say)


def _line(line: Mapping[str, Any], say: Messages, title: bool) -> Table:
    """A line with its peers: a row for each period."""
    unit = line["unit"]
    shown = [("value", line["name"] or say("annex.value"))]
    if line.get("median"):
        shown += [
            ("median", line["peer_name"]), ("low", say("annex.quarter_low")),
            ("high", say("annex.quarter_high")),
        ]  # fmt: skip
    columns = [figures(line[key], unit) for key, _ in shown if line.get(key)]
    names = [name for key, name in shown if line.get(key)]
    periods = [words(period_text(one, say.lang)) for one in line["periods"]]
    lead = [words(line["title"])] if title else []
    return Table(
        (*([say("brief.column_measure")] if title else []), say("brief.column_period"), *names,
         say("brief.column_unit")),
        tuple((*lead, *row, words(unit)) for row in zip(periods, *columns, strict=True)),
    )  # fmt: skip


def _trend(chart: Mapping[str, Any], say: Messages) -> Table:
    return _line(chart, say, title=False)


def _multiples(chart: Mapping[str, Any], say: Messages) -> Table:
    """All panels one below the other; peers' columns stay blank for a panel without them."""
    made = [_line(panel, say, title=True) for panel in chart["panels"]]
    peers = next((panel["peer_name"] for panel in chart["panels"] if panel.get("median")), "")
    widest = max(made, key=lambda one: len(one.columns)).columns
    rows = [
        (*row[:-1], *[words("")] * (len(widest) - len(row)), row[-1])
        for one in made
        for row in one.rows
    ]
    same = {panel["peer_name"] for panel in chart["panels"] if panel.get("median")} <= {peers}
    return Table(
        widest if same else tuple(say("annex.median") if one == peers else one for one in widest),
        tuple(rows),
    )


def _bars(chart: Mapping[str, Any], say: Messages) -> Table:
    unit, rows = chart["unit"], chart["rows"]
    pairs = [(figures([row["before"], row["now"]], unit), printed(row["change"])) for row in rows]
    return Table(
        (say("annex.part"), *chart["series"], say("brief.column_change"),
         say("brief.column_unit")),
        tuple(
            (words(row["label"]), *values, change, words(unit))
            for row, (values, change) in zip(rows, pairs, strict=True)
        ),
    )  # fmt: skip


def _bullets(chart: Mapping[str, Any], say: Messages) -> Table:
    sourced = any(row.get("source") for row in chart["rows"])

    def cells(row: Mapping[str, Any]) -> tuple[Entry, ...]:
        value, *bounds = _beside([row["value"], row["required"], row["target"]], row["unit"])
        if row["value"] is None and row["value_text"]:
            value = words(row["value_text"])
        return (
            words(row["label"]), value, *bounds, words(row["unit"]), words(row["target_text"]),
            words(row["word"], TONES.get(row["status"], "flat")),
            *([words(row.get("source", ""))] if sourced else []),
        )  # fmt: skip

    return Table(
        (say("brief.column_target"), say("brief.column_now"), say("annex.required"),
         say("annex.bound"), say("brief.column_unit"), say("brief.column_asked"),
         say("brief.column_status"), *([say("annex.field_source")] if sourced else [])),
        tuple(map(cells, chart["rows"])),
    )  # fmt: skip


def _beside(values: Sequence[float | None], unit: str) -> list[Entry]:
    """Figures of one unit that stand beside each other, each with the decimals it needs."""
    return [figure(value, unit, decimals([value], unit)) for value in values]


def _strips(chart: Mapping[str, Any], say: Messages) -> Table:
    """Every dot a row: the area's own, the peers' median, then its peers without names."""
    rows: list[tuple[Entry, ...]] = []
    marked = set()
    for strip in chart["strips"]:
        marked.add(len(rows))
        unit, label = strip["unit"], words(strip["label"])
        named = [
            (chart["own"], strip["own"]),
            (say("annex.median_of", n=strip["n"]), strip["median"]),
            *[(say("annex.peer"), value) for value in strip["values"]],
        ]
        values = figures([value for _, value in named], unit)
        if strip["own"] is None and strip["own_state"]:
            values[0] = words(status_word(strip["own_state"], say.lang))
        rows += [
            (label, words(name), value, words(unit))
            for (name, _), value in zip(named, values, strict=True)
        ]
        rows += [
            (label, words(status_word(state, say.lang)), figure(strip[state], "", 0),
             words(say("annex.unit_areas")))
            for state in NOT_DRAWN
            if strip.get(state)
        ]  # fmt: skip
    heads = ("brief.column_measure", "brief.column_area", "annex.value", "brief.column_unit")
    return Table(tuple(map(say, heads)), tuple(rows), frozenset(marked))


def _statuses(chart: Mapping[str, Any], say: Messages) -> Table:
    heads = ("annex.task", "brief.column_target", "brief.column_status")
    return Table(
        tuple(map(say, heads)),
        tuple(
            (words(task["task"]), words(target["target"]), _status(target["status"], say))
            for task in chart["tasks"]
            for target in task["targets"]
        ),
    )


def _status(status: str, say: Messages) -> Entry:
    return words(status_word(status, say.lang), TONES.get(status, "flat"))


def _heat(chart: Mapping[str, Any], say: Messages) -> Table:
    """The table as drawn; where it shows statuses, each has a column behind its figures."""
    heads = [say("brief.column_area")]
    columns: list[list[Entry]] = [[words(label) for label in chart["labels"]]]
    states: list[Any] = chart["states"] or [None] * len(chart["columns"])
    shown = zip(chart["columns"], chart["values"], chart["texts"], states, strict=True)
    for name, values, texts, column in shown:
        heads.append(name)
        columns.append([_shown(*pair) for pair in zip(values, texts, strict=True)])
        if column:
            heads.append(say("annex.status_of", name=name))
            columns.append([_status(one, say) for one in column])
    rows = tuple(zip(*columns, strict=True))
    return Table(tuple(heads), rows, frozenset(chart["marked"]))


def _shown(value: float | None, text: str) -> Entry:
    """A figure in full where its text prints it, else what is printed."""
    entry = printed(text)
    if value is None or entry.is_text:
        return entry
    unit = "%" if entry.format.endswith("%") else ""
    places = len(entry.format.partition(".")[2].rstrip('%"'))
    full = figure(value, unit, places)
    return Entry(full.value, text, entry.format) if full.text == text else entry


def _dumbbell(chart: Mapping[str, Any], say: Messages) -> Table:
    noted = any(row["note"] for row in chart["rows"])
    return Table(
        (say("brief.column_measure"), *chart["names"], say("brief.column_unit"),
         *([say("annex.note")] if noted else [])),
        tuple(
            (words(row["label"]), *_pair(row), words(row["unit"]),
             *([words(row["note"])] if noted else []))
            for row in chart["rows"]
        ),
    )  # fmt: skip


def _pair(row: Mapping[str, Any]) -> list[Entry]:
    whole = all(float(row[key] or 0).is_integer() for key in ("first", "second"))
    if row["unit"] in {"%", "‰"}:
        return figures([row["first"], row["second"]], row["unit"])
    return [figure(row[key], "", 0 if whole else 2) for key in ("first", "second")]


def _intervals(chart: Mapping[str, Any], say: Messages) -> Table:
    """Figures with what they may be at least and at most, and the ranks that follow."""
    keys = ("value", "low", "high", "best", "worst")
    unit = chart["unit"]
    columns = [figures([row[key] for row in chart["rows"]], unit) for key in keys[:3]]
    columns += [figures([row[key] for row in chart["rows"]], "") for key in keys[3:]]
    heads = ("brief.column_area", *(f"annex.field_{key}" for key in keys))
    own = [at for at, row in enumerate(chart["rows"]) if row["own"]]
    return Table(
        (*map(say, heads), say("brief.column_unit")),
        tuple(
            (words(row["label"]), *cells, words(unit))
            for row, *cells in zip(chart["rows"], *columns, strict=True)
        ),
        frozenset(own if len(own) < len(chart["rows"]) else ()),
    )


def _tiles(chart: Mapping[str, Any], say: Messages) -> Table:
    heads = ("brief.column_area", "annex.field_area", "annex.value", "brief.column_unit")
    return Table(
        tuple(map(say, heads)),
        tuple(
            (words(tile["short"]), words(tile["code"]),
             figure(tile["value"], chart["unit"], decimals([tile["value"]], chart["unit"]))
             if chart["unit"] == "%" else _shown(tile["value"], tile["text"]),
             words(chart["unit"]))
            for tile in chart["tiles"]
        ),
        frozenset(at for at, tile in enumerate(chart["tiles"]) if tile["own"]),
    )  # fmt: skip


def _any(chart: Mapping[str, Any], say: Messages) -> Table:
    """A kind of another version: its first list of rows, or its lists side by side."""
    lists = {key: value for key, value in chart.items() if isinstance(value, list) and value}
    for found in lists.values():
        if all(isinstance(one, Mapping) for one in found):
            heads = list(dict.fromkeys(key for one in found for key in one))
            return Table(
                tuple(heads), tuple(tuple(_raw(one.get(key)) for key in heads) for one in found)
            )
    flat = {key: found for key, found in lists.items() if not any(map(_is_nested, found))}
    longest = max(map(len, flat.values()), default=0)
    flat = {key: found for key, found in flat.items() if len(found) == longest}
    columns = [[_raw(one) for one in found] for found in flat.values()]
    return Table(tuple(flat), tuple(zip(*columns, strict=True)))


def _is_nested(value: object) -> bool:
    return isinstance(value, list | Mapping)


def _raw(value: object) -> Entry:
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        return words("".join(_flat(value)))
    return _beside([value], "")[0]


def _flat(value: object) -> Iterable[str]:
    if isinstance(value, list):
        return [", ".join(map(str, value))]
    return [str(value)]


_TABLES: dict[str, Callable[[Mapping[str, Any], Messages], Table]] = {
    "trend": _trend,
    "sparkline": _trend,
    "small_multiples": _multiples,
    "bars_year_on_year": _bars,
    "bullets": _bullets,
    "dot_strips": _strips,
    "status_strip": _statuses,
    "heat_table": _heat,
    "dumbbell": _dumbbell,
    "rank_intervals": _intervals,
    "tile_map": _tiles,
}
"""By kind of chart. `tests` hold it against every kind that can be drawn."""
