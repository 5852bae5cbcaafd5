"""What a layout is made of: tables, their records and facts, and the role of each cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pls_analysis.ingest.cells import Address, Sheet
from pls_analysis.ingest.labels import OpenLabels
from pls_analysis.ingest.rows import Box, Grid

Role = Literal[
    "title", "fact", "unit", "header", "index", "section", "key", "serial", "attribute",
    "value", "note", "unplaced",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """One figure where it stands: its row labels, its headings and the unit nearest to it.

    The unit is that of its row, else of its column, else one that its headings or labels name.
    """

    box: Box
    keys: tuple[str, ...]
    headings: tuple[str, ...]
    unit: str | None
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A line about the form: what it says, and what stands in the cell at its right.

    `box` is None where the line stands on an earlier sheet, over the table's beginning.
    """

    text: str
    beside: str
    box: Box | None


@dataclass(frozen=True)
class Table:
    """One table of a sheet: the lines above it, what heads its columns, and its figures.

    `sides` are figures in columns that carry no figures as a rule (a telephone number, a count
    among remarks), each with the heading of its column. `headings` and `units` are by column; what
    a continuation (续表) does not repeat it has from the table `before` it, which it goes on with.
    """

    sheet: str
    titles: tuple[str, ...]
    facts: tuple[Fact, ...]
    unit: str | None
    key_heading: str
    records: tuple[Record, ...]
    sides: tuple[tuple[str, Box], ...]
    rows: tuple[int, int]
    columns: tuple[int, int]
    headings: Mapping[int, tuple[str, ...]]
    units: Mapping[int, str]
    open_labels: OpenLabels
    before: Table | None = field(default=None, repr=False)

    def parts(self) -> list[Table]:
        """The table's parts over pages and sheets, this one the last."""
        return [*(self.before.parts() if self.before else ()), self]


@dataclass(frozen=True)
class Layout:
    """What was found in one sheet: its tables, and one role for each non-empty cell."""

    sheet: Sheet
    grid: Grid
    tables: tuple[Table, ...]
    roles: Mapping[Address, Role] = field(default_factory=dict)
