"""Charts that a page shows in its own words: as tables, squares or panels, each figure asked.

They are read on a telephone as on a desk, so that nothing is drawn twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from itertools import chain
from typing import Any

from matplotlib.colors import to_hex, to_rgb

from pls_analysis.blocks import asked
from pls_analysis.charts.bullets import MOST_SHARE
from pls_analysis.charts.heat import SHADES
from pls_analysis.charts.phrases import say
from pls_analysis.charts.statuses import LOOKS, counted
from pls_analysis.charts.theme import NAVY
from pls_analysis.messages import Messages

STEPS = 8
"""In how many shades figures are shown."""
BREAK = ' class="break"'
NIGHT = "#171d25"
"""The ground of a page in dark colours, as `report.css` has it."""


def as_table(chart: dict[str, Any]) -> str:
    """A chart's data as a figure that is a table; "" for a kind that is shown as a drawing."""
    made = _TABLES.get(chart.get("kind", ""))
    return made(chart) if made else ""


def sources_line(chart: Mapping[str, Any]) -> str:
    """A line that names what a chart shows and says, asked, where its figures are from."""
    say = Messages(chart.get("lang", "zh"))
    rows = [*chart.get("rows", ()), *chart.get("strips", ())]
    told = {row["label"]: row["source"] for row in rows if row.get("source")}
    if chart.get("about"):
        told |= dict(zip(chart["columns"], chart["about"], strict=True))
    if chart.get("source"):
        told[chart.get("caption") or say("annex.field_source")] = chart["source"]
    asked_for = " · ".join(asked(label, source) for label, source in told.items() if source)
    return f'<p class="pls-from">{say("page.sources")}{asked_for}</p>' if asked_for else ""


def _heat(data: dict[str, Any]) -> str:
    columns = data["columns"]
    heads = "".join(f'<th scope="col" class="plain">{escape(name)}</th>' for name in columns)
    rows = "".join(
        f"<tr{BREAK if at in data['breaks'] else ''}>"
        f'<th scope="row" '
        f'class="{"marked" if at in data["marked"] else "plain"}">{escape(label)}</th>'
        + "".join(_cell(data, column, at) for column in range(len(columns)))
        for at, label in enumerate(data["labels"])
    )
    entries = counted(chain.from_iterable(data["states"]), data["lang"])
    legend = "".join(
        f" <small>{_sign(state, data['lang'])}{escape(text)}</small>" for state, text in entries
    )
    table = _figure("heat", data["caption"], legend, f"<td></td>{heads}", rows)
    return table.replace("</figure>", sources_line(data) + "</figure>")


def _statuses(data: dict[str, Any]) -> str:
    """Every target as a square, task by task; who cannot see them is told what the chart tells."""
    lang = data["lang"]
    rows = "".join(
        f'<tr><th class="plain">{escape(task["task"])}<td>'
        + "".join(_sign(one["status"], lang) for one in task["targets"])
        for task in data["tasks"]
    )
    every = counted((one["status"] for task in data["tasks"] for one in task["targets"]), lang)
    legend = "".join(f" <small>{_sign(state, lang)}{escape(text)}</small>" for state, text in every)
    told = escape(data.get("alt", data["caption"]))
    return (
        f'<figure class="pls-chart pls-statuses" role="img" aria-label="{told}">'
        f"<table><caption><span>{escape(data['caption'])}{legend}</span></caption>{rows}</table>"
        "</figure>"
    )


def _bullets(data: dict[str, Any]) -> str:
    words = Messages(data["lang"])
    names = ("target", "", "now", "asked", "status")
    heads = "".join(
        f'<th scope="col">{words(f"brief.column_{name}")}</th>' if name else "<td></td>"
        for name in names
    )
    rows = "".join(_bullet(row, data["lang"]) for row in data["rows"])
    due = any(row["required"] is not None for row in data["rows"])
    partly = any(row.get("unknown") for row in data["rows"])
    ceiling = any(row["at_most"] for row in data["rows"])
    keys = "".join(
        f' <small><i class="key-{name}"></i>{say(data["lang"], f"key_{name}")}</small>'
        for name in (
            "value",
            *["required"] * due,
            "target",
            *["beyond"] * ceiling,
            *["unknown"] * partly,
        )
    )
    return _figure("bullets", data["caption"], keys, heads, rows)


def _bullet(row: dict[str, Any], lang: str) -> str:
    """One target: its bar from zero, cut where it is far beyond its target, as it is drawn."""
    whole = row["target"] or row["required"] or row["value"] or 1.0
    places = {
        name: f"{min((row[key] or 0) / whole, MOST_SHARE) / MOST_SHARE * 100:.1f}%"
        for name, key in (("v", "value"), ("r", "required"), ("t", "target"))
        if row[key] is not None
    }
    unknown = min(row.get("unknown", 0.0) / whole, MOST_SHARE) / MOST_SHARE * 100
    open_part = (
        f'<span class="unknown" style="left:{places["v"]};width:{unknown:.1f}%"></span>'
        if unknown and "v" in places
        else ""
    )
    style = ";".join(f"--{name}:{place}" for name, place in places.items())
    marks = " ".join(
        [row["status"], *["due"] * ("r" in places), *["ceiling"] * bool(row["at_most"])]
    )
    return (
        f'<tr><th scope="row" class="plain">{escape(row["label"])}</th>'
        f'<td class="bullet {marks}" style="{style}">{open_part}'
        f'<td class="right strong">{asked(row["value_text"], row.get("source", ""))}'
        f'<td class="right flat">{escape(row["target_text"])}'
        f'<td class="strong">{_sign(row["status"], lang)}{escape(row["word"])}'
    )


def _figure(kind: str, caption: str, legend: str, heads: str, rows: str) -> str:
    name = escape(caption)
    return (
        f'<figure class="pls-chart pls-{kind}"><div class="pls-table" tabindex="0" role="region" '
        f'aria-label="{name}"><table><caption><span>{name}{legend}</span></caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></figure>"
    )


def _sign(state: str, lang: str) -> str:
    return f'<i class="{state}">{say(lang, f"sign_{state}")}</i>'


def table_style() -> str:
    """The colours of the statuses and the shades of figures, as the charts have them."""
    looks = [
        f".pls-chart .{state}{{background-color:{to_hex(look.ground)};"
        f"color:{to_hex(look.ink)};--bar:{to_hex(look.bar)}}}"
        for state, look in LOOKS.items()
    ]
    shades = [
        f".pls-heat .q{step}{{background:{to_hex(SHADES(step / (STEPS - 1)))}}}"
        for step in range(STEPS)
    ]
    return "".join([*looks, *shades, f"@media screen and (prefers-color-scheme:dark){{{_dark()}}}"])


def _dark() -> str:
    """The grounds of cells at night: their colours, dimmed; letters have those of the page."""
    looks = [
        f".pls-heat td.{state}{{background-color:{_dimmed(look.bar, 0.3)};color:#e3e8ee}}"
        for state, look in LOOKS.items()
    ]
    shades = [
        f".pls-heat .q{step}{{background:{_dimmed(NAVY, step / STEPS)}}}" for step in range(STEPS)
    ]
    return ".pls-heat tbody td{color:#e3e8ee}" + "".join([*looks, *shades])


def _dimmed(color: str, share: float) -> str:
    """A colour mixed into the ground of a page at night."""
    pairs = zip(to_rgb(color), to_rgb(NIGHT), strict=True)
    red, green, blue = (own * share + ground * (1 - share) for own, ground in pairs)
    return to_hex((red, green, blue))


def _cell(data: dict[str, Any], column: int, row: int) -> str:
    value, text = data["values"][column][row], data["texts"][column][row]
    if data["states"]:
        state = data["states"][column][row]
        sign = say(data["lang"], f"sign_{state}")
        shown = sign if value is None else f"{sign} {text}"
        return f'<td class="{state}">{_told(shown, data, column, row)}'
    if value is None:
        return f'<td class="no_data">{escape(text)}'
    within = (
        chain.from_iterable(data["values"]) if data["scale"] == "all" else data["values"][column]
    )
    return f'<td class="q{_step(value, within)}">{_told(text, data, column, row)}'


def _told(text: str, data: dict[str, Any], column: int, row: int) -> str:
    """A cell's text that says, asked, where it is from; in fewer letters than `asked`."""
    source = data["sources"][column][row] if data.get("sources") else ""
    return f"<button>{escape(text)}<u>{escape(source)}</u></button>" if source else escape(text)


def _step(value: float, within: Iterable[float | None]) -> int:
    known: Sequence[float] = [one for one in within if one is not None]
    low, high = min(known), max(known)
    return round((value - low) / (high - low) * (STEPS - 1)) if high > low else 0


_TABLES: dict[str, Callable[[dict[str, Any]], str]] = {
    "bullets": _bullets, "heat_table": _heat, "status_strip": _statuses,
}  # fmt: skip
