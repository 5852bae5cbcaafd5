"""Readers of each kind of file; all give the same sheets of cells."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from openpyxl.utils.exceptions import InvalidFileException
from xlrd.biffh import XLRDError
from xlrd.compdoc import CompDocError

from pls_analysis.ingest.cells import Sheet
from pls_analysis.ingest.inspection import FileKind, Inspection, Refused
from pls_analysis.ingest.packages import SAVE_AGAIN
from pls_analysis.ingest.readers import delimited, html, ods, xls, xlsx

READERS: Mapping[FileKind, Callable[[Inspection, str], list[Sheet]]] = {
    "xlsx": xlsx.read_sheets,
    "xls": xls.read_sheets,
    "ods": ods.read_sheets,
    "html": html.read_sheets,
    "csv": delimited.read_sheets,
}

PARSER_ERRORS = (
    ArithmeticError, AssertionError, AttributeError, CompDocError, EOFError, InvalidFileException,
    LookupError, NotImplementedError, OSError, RecursionError, SyntaxError, TypeError, ValueError,
    XLRDError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What openpyxl, xlrd and ElementTree (its ParseError is a SyntaxError) raise on broken files."""


def read_workbook(path: Path, inspection: Inspection) -> list[Sheet]:
    """Read the sheets that hold any cell, in order; the gate must have let the file in.

    Chart sheets and empty sheets are left out; hidden sheets are kept and say so. Cells without
    content, or with blanks only, do not appear. A file without sheets (CSV, HTML) gives one, named
    after the file. Raises Refused: damaged, damaged_csv, no_cells.
    """
    try:
        sheets = READERS[inspection.kind](inspection, Path(path).stem)
    except PARSER_ERRORS as error:
        why = f"{type(error).__name__}: {error}"[:200]
        raise Refused("damaged", f"The file is damaged: its parts contradict each other ({why}).",
                      SAVE_AGAIN) from error  # fmt: skip
    sheets = [sheet for sheet in sheets if sheet.cells]
    if not sheets:
        raise Refused("no_cells", "The file holds no cell with content on any sheet.",
                      "Ask the office whether it sent the right file.")  # fmt: skip
    return sheets
