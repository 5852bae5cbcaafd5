"""What an index says of a report, read from what its executed notebook shows.

Nothing is worked out anew: the statuses are those of the first figure that judges targets, and the
leading figure, its change and its course are printed in the report itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from nbformat import NotebookNode

from pls_analysis.charts.phrases import decimals, number, period_text
from pls_analysis.messages import Messages
from pls_analysis.publish.page import read_page

FIGURE_KEYS = ("label", "value", "unit", "delta", "versus", "tone", "spark")


def read_facts(notebook: NotebookNode) -> dict[str, Any]:
    """Return the facts of an executed notebook, JSON-able; what it does not show has no key.

    `statuses` counts the targets by status. `figure` has the texts label, value, unit, delta,
    versus and tone, and `spark`, the figures of the periods up to now (None for a gap). Raises
    FailedNotebook where a cell ended in an error.
    """
    parts = read_page(notebook).parts
    statuses = next((found for part in parts if (found := Counter(_statuses(part)))), None)
    figure = next((found for part in parts if (found := _figure(part))), None)
    facts = {"statuses": statuses and dict(statuses), "figure": figure}
    return {name: fact for name, fact in facts.items() if fact}


def _statuses(part: Mapping[str, Any]) -> Iterator[str]:
    """The status of each target that a chart judges."""
    drawn = part.get("chart", {})
    if drawn.get("kind") == "bullets":
        yield from (row["status"] for row in drawn["rows"])
    elif drawn.get("kind") == "status_strip":
        yield from (target["status"] for task in drawn["tasks"] for target in task["targets"])


def _figure(part: Mapping[str, Any]) -> dict[str, Any] | None:
    """The first figure of a strip, or of a row of small charts."""
    if part["kind"] == "strip":
        item = part["items"][0]
        return {key: item[key] for key in FIGURE_KEYS} | {"spark": _short(item["spark"])}
    drawn = part.get("chart", {})
    if drawn.get("kind") != "small_multiples":
        return None
    panel, lang = drawn["panels"][0], drawn["lang"]
    value = panel["value"][panel["periods"].index(panel["current"])]
    label = Messages(lang)(
        "index.figure_of", name=panel["title"], period=period_text(panel["current"], lang)
    )
    shown = number(value, decimals([value], panel["unit"]))
    said = (label, shown, panel["unit"], panel["change"], "", "flat", _short(panel["value"]))
    return dict(zip(FIGURE_KEYS, said, strict=True))


def _short(values: list[float | None]) -> list[float | None]:
    """Figures of a sparkline, as exactly as it can show them."""
    return [None if value is None else float(f"{value:.5g}") for value in values]
