"""Chart: a small value that shows itself in a notebook and can be drawn again from its data."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pls_analysis.charts.glyphs import check_glyphs
from pls_analysis.charts.theme import PAPER_CM, themed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MIME = "application/vnd.pls.chart+json"
Band = tuple[float, float]
"""From which height to which a chart can be stretched, in points from its top."""
Drawn = tuple[list["Axes"], list[Band]]
Drawing = Callable[[dict[str, Any], float, float], Drawn]
BESIDE = {"alt", "bands"}
"""What a chart's bundle holds beside the data it is drawn from."""
KINDS = {
    "bars_year_on_year": "bars",
    "bullets": "bullets",
    "dot_strips": "dots",
    "dumbbell": "dumbbell",
    "heat_table": "heat",
    "panel": "lines",
    "rank_intervals": "intervals",
    "small_multiples": "lines",
    "sparkline": "lines",
    "status_strip": "status_strip",
    "tile_map": "tiles",
    "trend": "lines",
}
"""The kinds of chart, and the module that draws each: loaded when it is first drawn."""
DRAWINGS: dict[str, Drawing] = {}
"""How each kind of chart is drawn: from its data, a width in cm and a stretch of its height."""


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A drawn figure with the plain data it shows and a text for readers who cannot see it.

    `axes` are matplotlib's, free to be annotated before the chart is shown; `data` is JSON-able,
    holds `kind` and is what `redraw` takes. `bands` are where a page may make it higher or lower
    as it was drawn: none for a kind that has to be drawn anew.
    """

    axes: list[Axes]
    data: dict[str, Any]
    alt: str
    bands: list[Band] = field(default_factory=list)

    @property
    def figure(self) -> Figure:
        """The matplotlib figure that holds the axes."""
        from matplotlib.figure import SubFigure

        figure = self.axes[0].figure
        while isinstance(figure, SubFigure):
            figure = figure.figure
        if figure is None:
            raise ValueError("The axes of this chart were removed from their figure.")
        return figure

    def svg(self) -> str:
        """The figure as SVG: text kept as text, and the same bytes for the same figure.

        Raises MissingGlyph for what was written on the axes and no font can draw.
        """
        from matplotlib.text import Text

        check_glyphs([text.get_text() for text in self.figure.findobj(Text)])
        with themed():
            buffer = io.StringIO()
            metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
            self.figure.savefig(buffer, format="svg", metadata=metadata)
        return buffer.getvalue()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        from matplotlib import pyplot

        bundle = {
            "text/plain": self.alt,
            MIME: {**self.data, "alt": self.alt, **self._stretching()},
            "image/svg+xml": self.svg(),
        }
        pyplot.close(self.figure)
        return bundle

    def _stretching(self) -> dict[str, Any]:
        bands = [[round(end, 3) for end in band] for band in self.bands]
        return {"bands": bands} if bands else {}


def draw(data: dict[str, Any], alt: str, width_cm: float = PAPER_CM, stretch: float = 1.0) -> Chart:
    """Draw `data` of a known kind. Raises MissingGlyph before anything is drawn."""
    check_glyphs(data)
    import_module(f"pls_analysis.charts.{KINDS[data['kind']]}")
    with themed():
        axes, bands = DRAWINGS[data["kind"]](data, width_cm, stretch)
    return Chart(axes, data, alt, bands)


def redraw(chart: dict[str, Any], width_cm: float, stretch: float = 1.0) -> Chart:
    """Draw a chart again at another width from its `application/vnd.pls.chart+json`.

    `stretch` makes the whole figure that much taller or flatter; type keeps its size.
    Raises ValueError for a kind that this version cannot draw.
    """
    if chart.get("kind") not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise ValueError(f"Unknown kind of chart {chart.get('kind')!r}: known are {known}.")
    data = {key: value for key, value in chart.items() if key not in BESIDE}
    return draw(data, chart.get("alt", ""), width_cm, stretch)
