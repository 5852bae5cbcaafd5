"""Charts that a page shows as tables: read on a telephone, sorted, copied, each figure asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import chain
from typing import Any

from matplotlib.colors import to_hex

from pls_analysis.blocks import asked
from pls_analysis.charts.bullets import MOST_SHARE
from pls_analysis.charts.heat import SHADES
from pls_analysis.charts.phrases import say
from pls_analysis.charts.statuses import LOOKS, counted
from pls_analysis.messages import Messages

STEPS = 8
"""In how many shades figures are shown."""


def as_table(chart: dict[str, Any]) -> str:
    """A chart's data as a figure that is a table; "" for a kind that is shown as a drawing."""
    made = _TABLES.get(chart.get("kind", ""))
    return made(chart) if made else ""


def _heat(data: dict[str, Any]) -> str:
    columns = data["columns"]
    heads = "".join(f'<th scope="col" class="plain">{escape(name)}</th>' for name in columns)
    rows = "".join(
        f'<tr class="{"break" if at in data["breaks"] else ""}"><th scope="row" '
        f'class="{"marked" if at in data["marked"] else "plain"}">{escape(label)}</th>'
        + "".join(_cell(data, column, at) for column in range(len(columns)))
        for at, label in enumerate(data["labels"])
    )
    entries = counted(chain.from_iterable(data["states"]), data["lang"])
    legend = "".join(
        f" <small>{_sign(state, data['lang'])}{escape(text)}</small>" for state, text in entries
    )
    return _figure("heat", data["caption"], legend, f"<td></td>{heads}", rows)


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
        f'<figure class="pls-{kind}"><div class="pls-table" tabindex="0" role="region" '
        f'aria-label="{name}"><table><caption><span>{name}{legend}</span></caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></figure>"
    )


def _sign(state: str, lang: str) -> str:
    return f'<i class="{state}">{say(lang, f"sign_{state}")}</i>'


def table_style() -> str:
    """The colours of the statuses and the shades of figures, as the charts have them."""
    looks = [
        f":is(.pls-heat,.pls-bullets) .{state}{{background-color:{to_hex(look.ground)};"
        f"color:{to_hex(look.ink)};--bar:{to_hex(look.bar)}}}"
        for state, look in LOOKS.items()
    ]
    shades = [
        f".pls-heat .q{step}{{background:{to_hex(SHADES(step / (STEPS - 1)))}}}"
        for step in range(STEPS)
    ]
    return "".join([*looks, *shades])


def _cell(data: dict[str, Any], column: int, row: int) -> str:
    value, text = data["values"][column][row], data["texts"][column][row]
    if data["states"]:
        state = data["states"][column][row]
        sign = say(data["lang"], f"sign_{state}")
        return f'<td class="{state}">{sign if value is None else f"{sign} {escape(text)}"}'
    if value is None:
        return f'<td class="no_data">{escape(text)}'
    within = (
        chain.from_iterable(data["values"]) if data["scale"] == "all" else data["values"][column]
    )
    return f'<td class="q{_step(value, within)}">{escape(text)}'


def _step(value: float, within: Iterable[float | None]) -> int:
    known: Sequence[float] = [one for one in within if one is not None]
    low, high = min(known), max(known)
    return round((value - low) / (high - low) * (STEPS - 1)) if high > low else 0


_TABLES: dict[str, Callable[[dict[str, Any]], str]] = {"bullets": _bullets, "heat_table": _heat}
