"""A heat table as a table of the page: read on a telephone, sorted and copied like any other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import chain
from typing import Any

from matplotlib.colors import to_hex

from pls_analysis.charts.heat import SHADES
from pls_analysis.charts.phrases import say
from pls_analysis.charts.statuses import LOOKS, counted

STEPS = 8
"""In how many shades figures are shown."""


def heat_html(data: dict[str, Any]) -> str:
    """The data of a `heat_table` chart as a figure with its legend and a table."""
    columns = data["columns"]
    heads = "".join(f'<th scope="col" class="plain">{escape(name)}</th>' for name in columns)
    rows = "".join(
        f'<tr class="{"break" if at in data["breaks"] else ""}"><th scope="row" '
        f'class="{"marked" if at in data["marked"] else "plain"}">{escape(label)}</th>'
        + "".join(_cell(data, column, at) for column in range(len(columns)))
        + "</tr>"
        for at, label in enumerate(data["labels"])
    )
    caption = escape(data["caption"])
    return (
        f'<figure class="pls-heat"><div class="pls-table" tabindex="0" role="region" '
        f'aria-label="{caption}"><table><caption>{caption}{_legend(data)}</caption>'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></div></figure>"
    )


def heat_style() -> str:
    """The grounds and letters of the cells: those of the statuses, and the shades of figures."""
    looks = [
        f".pls-heat .{state}{{background:{to_hex(look.ground)};color:{to_hex(look.ink)}}}"
        for state, look in LOOKS.items()
    ]
    shades = [
        f".pls-heat .q{step}{{background:{to_hex(SHADES(step / (STEPS - 1)))}}}"
        for step in range(STEPS)
    ]
    return "".join([*looks, *shades])


def _legend(data: dict[str, Any]) -> str:
    entries = counted(chain.from_iterable(data["states"]), data["lang"])
    return "".join(
        f' <span><i class="{state}">{say(data["lang"], f"sign_{state}")}</i>{escape(text)}</span>'
        for state, text in entries
    )


def _cell(data: dict[str, Any], column: int, row: int) -> str:
    value, text = data["values"][column][row], data["texts"][column][row]
    if data["states"]:
        state = data["states"][column][row]
        sign = say(data["lang"], f"sign_{state}")
        return f'<td class="{state}">{sign if value is None else f"{sign} {escape(text)}"}</td>'
    if value is None:
        return f'<td class="no_data">{escape(text)}</td>'
    within = (
        chain.from_iterable(data["values"]) if data["scale"] == "all" else data["values"][column]
    )
    return f'<td class="q{_step(value, within)}">{escape(text)}</td>'


def _step(value: float, within: Iterable[float | None]) -> int:
    known: Sequence[float] = [one for one in within if one is not None]
    low, high = min(known), max(known)
    return round((value - low) / (high - low) * (STEPS - 1)) if high > low else 0
