"""Read CSV and its kin: UTF-8, UTF-16 or GB18030, whatever character cuts the fields."""

from __future__ import annotations

import csv
import io

from pls_analysis.ingest.cells import Address, Cell, Sheet
from pls_analysis.ingest.inspection import Inspection, Refused
from pls_analysis.ingest.limits import MOST_CELLS, too_many_cells


def read_sheets(inspection: Inspection, name: str) -> list[Sheet]:
    """Read a text table as one sheet, every cell a text. Raises Refused: damaged_csv."""
    lines = csv.reader(
        io.StringIO(inspection.content.decode(inspection.encoding), newline=""),
        delimiter=inspection.delimiter,
        strict=True,
    )
    cells: dict[Address, Cell] = {}
    try:
        for row, fields in enumerate(lines, 1):
            if len(cells) > MOST_CELLS:
                raise too_many_cells(f"Line {row}")
            for col, text in enumerate(fields, 1):
                if text.strip():
                    cells[row, col] = Cell(row, col, text, "text")
    except csv.Error as error:
        raise Refused(
            "damaged_csv",
            f"The text table breaks off at line {lines.line_num} ({error}): a quotation mark is "
            "not closed, or a field is too long.",
            "Send the table as .xlsx, or correct that line.",
        ) from error
    return [Sheet(name, cells)]
