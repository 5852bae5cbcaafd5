"""The observation and the issue: the two things that every raw cell becomes.

Terms follow SDMX: an observation is one figure of one measure for one area and one period.
"""

from __future__ import annotations

from dataclasses import dataclass

COLUMNS = [
    "measure", "area", "subject", "breakdown", "period_start", "period_end", "basis", "value",
    "unit", "status", "form", "submission", "sheet", "cell", "raw",
]  # fmt: skip
"""What a tidy table of observations says of each, in this order; `store` has their types."""
KEY = ["measure", "area", "subject", "breakdown", "period_start", "period_end", "basis"]
"""What tells two observations apart: one of them stands."""
RATES = ("%", "‰")
"""Units of figures that are never added up and change in points."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Something a person should know: an unused cell, a failed check, a refused file.

    `severity` is "error" (a file or figure is lost until somebody acts), "warning" (used or not
    used, but doubtful) or "info" (known and accounted for). `cell` is an A1 address or "".
    """

    severity: str
    code: str
    message: str
    file: str
    sheet: str = ""
    cell: str = ""
    raw: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        place = " ".join(part for part in (self.file, self.sheet, self.cell) if part)
        return f"{place}: {self.message}" + (f" {self.remedy}" if self.remedy else "")
