"""Data attached to a report: as CSV that no program evaluates, packed for an HTML page."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from pls_analysis.publish.entries import PLAIN_NUMBER, is_formula


def safe_csv(text: str) -> str:
    """CSV text in which what begins like a formula has an apostrophe in front, as in the workbook.

    A spreadsheet that opens the file then shows the text. Numbers, also negative ones, dashes for
    missing figures and text without such a cell stay as they are, byte by byte.
    """
    rows = list(csv.reader(io.StringIO(text, newline="")))
    safe = [[_safe(field) for field in row] for row in rows]
    if safe == rows:
        return text
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(safe)
    return written.getvalue()


def _safe(field: str) -> str:
    return "'" + field if is_formula(field) and not PLAIN_NUMBER.fullmatch(field) else field


def zipped(attachments: Iterable[Mapping[str, Any]], timestamp: int) -> bytes:
    """The attached CSVs as one archive: a tenth of their size, the same bytes each time."""
    day = dt.datetime.fromtimestamp(timestamp, dt.UTC)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in attachments:
            about = zipfile.ZipInfo(file["name"], (day.year, day.month, day.day, 0, 0, 0))
            about.compress_type = zipfile.ZIP_DEFLATED
            about.create_system = 0  # the same archive on every system
            # Excel needs the mark to read UTF-8.
            archive.writestr(about, ("\ufeff" + file["csv"]).encode("utf-8"))
    return packed.getvalue()
