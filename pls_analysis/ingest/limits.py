"""How much of a table is read: what no office form needs would only fill memory and time."""

from __future__ import annotations

from collections.abc import Sequence

from pls_analysis.ingest.cells import Span
from pls_analysis.ingest.inspection import Refused

MOST_CELLS = 2_000_000
"""Cells with content in one file: what a reader gets through within its time and memory."""
MOST_STYLED_CELLS = 5_000_000
"""Cells of one sheet with and without content: fills and borders of whole columns are common."""
MOST_MERGES = 20_000
MOST_MERGED_CELLS = 5_000_000
LAST_ROW, LAST_COL = 1_048_576, 16_384

CLEAR = "Delete the unused rows, columns and formats below and beside the table, and save again."
SPLIT = "Send the part that is needed, or split it into several files, e.g. one for each year."
ASK_SENDER = "Do not open it; ask the office for the file again."


def too_many_cells(where: str) -> Refused:
    """The refusal of a file with more figures than any form; `where` says how far it was read."""
    return Refused("too_big", f"{where} goes beyond {MOST_CELLS:,} cells with content, which is "
                   "the most that is read of one file.", SPLIT)  # fmt: skip


def spread_out(where: str) -> Refused:
    """The refusal of a sheet whose formats reach over more cells than a form has."""
    return Refused("too_big", f"{where} spreads its formats over more than "
                   f"{MOST_STYLED_CELLS:,} cells.", CLEAR)  # fmt: skip


def outside(what: str) -> Refused:
    """The refusal of a place that no spreadsheet has."""
    return Refused(
        "outside_grid",
        f"The workbook has {what}, outside the {LAST_ROW:,} rows and {LAST_COL:,} columns there "
        "are.",
        ASK_SENDER,
    )


def check_merges(sheet: str, merges: Sequence[Span], last_row: int, last_col: int) -> None:
    """Refuse a sheet that merges more than a form does, within its last row and column in use.

    Raises Refused: too_many_merges.
    """
    area = sum(
        max(0, min(merge.last_row, last_row) - merge.first_row + 1)
        * max(0, min(merge.last_col, last_col) - merge.first_col + 1)
        for merge in merges
    )
    if len(merges) > MOST_MERGES or area > MOST_MERGED_CELLS:
        said = f"more than {MOST_MERGES:,}" if len(merges) > MOST_MERGES else f"{len(merges):,}"
        raise Refused(
            "too_many_merges",
            f"Sheet {sheet} merges {said} ranges over {area:,} cells; no form does.",
            "Undo the merges outside the table and save it again.",
        )
