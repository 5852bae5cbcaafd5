"""What reading one file gives: observations, issues, and what became of each cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pls_analysis.areas import AreaTree
from pls_analysis.ingest.cells import Address
from pls_analysis.ingest.forms import Form
from pls_analysis.ingest.rows import Box
from pls_analysis.observations import Issue
from pls_analysis.periods import Period


class Observed(NamedTuple):
    """One observation as read; `office`, `filed` (a period) and `declared` are its submission's."""

    measure: str
    area: str
    subject: str
    breakdown: str
    period: Period
    value: float
    unit: str
    status: str
    form: str
    sheet: str
    cell: str
    raw: str
    office: str
    filed: Period
    declared: dt.date | None = None


@dataclass
class Extraction:
    """What one file gave: observations, issues, and which cells each sheet used or logged."""

    file: str
    observed: list[Observed] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    used: set[tuple[str, Address]] = field(default_factory=set)
    logged: set[tuple[str, Address]] = field(default_factory=set)

    def log(
        self,
        severity: str,
        code: str,
        message: str,
        sheet: str,
        boxes: Sequence[Box] = (),
        remedy: str = "",
        place: Box | None = None,
    ) -> None:
        """Record an issue; the boxes it names are accounted for as logged.

        `place` is the cell to show where the trouble lies elsewhere than in the boxes.
        """
        for box in boxes:
            self.logged.add((sheet, (box.row, box.col)))
        shown = place or (boxes[0] if boxes else None)
        cell = shown.cell.address if shown is not None else ""
        raw = shown.cell.raw if shown is not None else ""
        if len(boxes) > 1:
            last = boxes[-1].cell.address
            message += f" Not used: {boxes[0].cell.address}:{last}, {len(boxes)} in all."
        self.issues.append(Issue(severity, code, message, self.file, sheet, cell, raw, remedy))


@dataclass(frozen=True)
class Context:
    """What a sheet is read against: the specs, the area tree, and the project's home."""

    forms: tuple[Form, ...]
    areas: AreaTree
    home: str
