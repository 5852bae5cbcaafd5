"""Write a report to a file of its kind, the same bytes each time."""

from __future__ import annotations

import copy
import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from pls_analysis.sample.grids import draw_list, draw_wide
from pls_analysis.sample.items import draw_items
from pls_analysis.sample.pages import Page, Put
from pls_analysis.sample.reports import Report

PROPERTY = "pls-synthetic"
EPOCH = (2022, 1, 1, 0, 0, 0)
THIN = Side(style="thin")
BORDER = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
FORMULA = re.compile(rb'<c r="([A-Z]+\d+)"([^>]*)><f>([^<]*)</f><v ?/?>(?:</v>)?</c>')
LAYOUTS = {"items": draw_items, "wide": draw_wide, "list": draw_list}


def write_report(report: Report, out: Path, seed: int) -> None:
    """Write a report to `out / report.path` and note in it where each figure stands."""
    pages = []
    for number, table in enumerate(report.tables):
        page = Page(table.sheet, report.style.font)
        LAYOUTS[table.settings.layout](page, report, table, number)
        pages.append(page)
    if report.style.notes_sheet and report.notes_sheet:
        notes = Page("填表说明", report.style.font)
        for row, text in enumerate(report.notes_sheet, 1):
            notes.put(row, 1, text, "")
        pages.append(notes)
    file = out / report.path
    file.parent.mkdir(parents=True, exist_ok=True)
    WRITERS[file.suffix[1:]](pages, file, seed)


# -- .xlsx ---------------------------------------------------------------------------------------


def write_xlsx(pages: Sequence[Page], file: Path, seed: int) -> None:
    """Write pages as a workbook."""
    book = Workbook()
    for number, page in enumerate(pages):
        sheet = book.active if number == 0 else book.create_sheet(page.name)
        assert isinstance(sheet, Worksheet)
        sheet.title = page.name
        _fill(sheet, page)
    write_workbook(book, file, seed, pages[0].cached)


def _fill(sheet: Worksheet, page: Page) -> None:
    known: dict[tuple[str, str, int], Cell] = {}
    for (row, col), put in page.cells.items():
        cell = cast(Cell, sheet.cell(row, col))
        cell.value = put.value  # type: ignore[assignment]
        if not put.look:
            continue
        look = (put.look, put.number_format, put.indent)
        if look in known:
            # Equal looks share their style: to make it anew for each cell takes most of the time.
            cell._style = copy.copy(known[look]._style)  # type: ignore[attr-defined]
        else:
            known[look] = cell
            _dress(cell, put, page.font)
    for row, col, last_row, last_col in page.merges:
        # To frame each cell of a long merge, as merge_cells does, takes longer than all the rest.
        sheet.merged_cells.add(
            CellRange(min_col=col, min_row=row, max_col=last_col, max_row=last_row)
        )
    for row in page.hidden_rows:
        sheet.row_dimensions[row].hidden = True
    for col, width in page.widths.items():
        sheet.column_dimensions[get_column_letter(col)].width = width


def _dress(cell: Cell, put: Put, font: str) -> None:
    size, bold = (16, True) if put.look == "title" else (11, put.look == "head")
    cell.font = Font(name=font, size=size, bold=bold)
    if put.look in ("title", "head", "figure"):
        side = "right" if put.look == "figure" else "center"
        cell.alignment = Alignment(horizontal=side, vertical="center", wrap_text=True)
    if put.look in ("head", "figure", "cell"):
        cell.border = BORDER
    if put.number_format:
        cell.number_format = put.number_format
    if put.indent:
        cell.alignment = Alignment(indent=put.indent)


def write_workbook(
    book: Workbook, file: Path, seed: int, cached: Mapping[str, float] | None = None
) -> None:
    """Save a workbook marked as synthetic, with fixed dates; `cached` are results of formulas."""
    book.custom_doc_props.append(  # type: ignore[attr-defined]
        StringProperty(name=PROPERTY, value=str(seed))
    )
    book.properties.creator = "pls sample"
    book.properties.created = book.properties.modified = dt.datetime(*EPOCH)
    file.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    ExcelWriter(book, _FixedZip(buffer, cached or {})).save()
    file.write_bytes(buffer.getvalue())


class _FixedZip(ZipFile):
    """An archive whose members all carry one date, with formulas' results put in."""

    def __init__(self, target: io.BytesIO, cached: Mapping[str, float]) -> None:
        super().__init__(target, "w", ZIP_DEFLATED)
        self._cached = cached

    def write(self, filename, arcname=None, *args, **kwargs) -> None:  # type: ignore[override]
        self.writestr(arcname or str(filename), Path(filename).read_bytes())

    def writestr(self, zinfo_or_arcname, data, *args, **kwargs) -> None:  # type: ignore[override]
        name = getattr(zinfo_or_arcname, "filename", zinfo_or_arcname)
        info = ZipInfo(str(name).lstrip("/"), EPOCH)
        info.compress_type = ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        data = data if isinstance(data, bytes) else data.encode("utf-8")
        if self._cached and info.filename == "xl/worksheets/sheet1.xml":
            data = FORMULA.sub(self._with_result, data)
        super().writestr(info, data)

    def _with_result(self, found: re.Match[bytes]) -> bytes:
        value = self._cached.get(found[1].decode())
        if value is None:
            return found[0]
        return b'<c r="%s"%s><f>%s</f><v>%s</v></c>' % (
            found[1], found[2], found[3], f"{value:.16g}".encode(),
        )  # fmt: skip


# -- the other kinds -----------------------------------------------------------------------------


def write_xls(pages: Sequence[Page], file: Path, seed: int) -> None:
    """Write pages as a workbook of Excel 97."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    looks: dict[tuple[str, str], object] = {}
    for page in pages:
        sheet = book.add_sheet(page.name)
        merged = {(row, col): (last, right) for row, col, last, right in page.merges}
        for (row, col), put in page.cells.items():
            form = put.number_format or "General"
            if (put.look, form) not in looks:
                bold = "on" if put.look in ("title", "head") else "off"
                looks[put.look, form] = xlwt.easyxf(
                    f"font: name {page.font}, bold {bold}", num_format_str=form
                )
            last, right = merged.get((row, col), (row, col))
            sheet.write_merge(row - 1, last - 1, col - 1, right - 1, put.value,
                              looks[put.look, form])  # fmt: skip
        for col, width in page.widths.items():
            sheet.col(col - 1).width = int(width * 256)
    book.save(str(file))


def write_csv(pages: Sequence[Page], file: Path, seed: int) -> None:
    """Write the first page as a table of text in the coding that Excel uses in China."""
    cells = pages[0].cells
    width = max(col for _, col in cells)
    with file.open("w", encoding="gb18030", newline="") as target:
        writer = csv.writer(target)
        for row in range(1, max(row for row, _ in cells) + 1):
            line = [cells.get((row, col), Put("", "")).value for col in range(1, width + 1)]
            writer.writerow("" if value is None else value for value in line)


def write_ods(pages: Sequence[Page], file: Path, seed: int) -> None:
    """Write pages as an OpenDocument spreadsheet: values and merges, no styles."""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    tables = "".join(map(_ods_table, pages))
    parts = {
        "mimetype": kind,
        "content.xml": f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces} '
        f'office:version="1.2"><office:body><office:spreadsheet>{tables}</office:spreadsheet>'
        "</office:body></office:document-content>",
        "META-INF/manifest.xml": '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
        f'manifest:version="1.2"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="{kind}"/><manifest:file-entry manifest:full-path="content.xml" '
        'manifest:media-type="text/xml"/></manifest:manifest>',
    }
    with ZipFile(file, "w") as archive:
        for name, text in parts.items():
            info = ZipInfo(name, EPOCH)
            info.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
            archive.writestr(info, text)


def _ods_table(page: Page) -> str:
    merged = {(row, col): (last, right) for row, col, last, right in page.merges}
    covered = {
        (row, col)
        for top, left, last, right in page.merges
        for row in range(top, last + 1)
        for col in range(left, right + 1)
    } - merged.keys()
    rows = []
    for row in range(1, max(row for row, _ in page.cells) + 1):
        cells = []
        for col in range(1, max(col for _, col in page.cells) + 1):
            span = merged.get((row, col), (row, col))
            cells.append(_ods_cell(page.cells.get((row, col)), (row, col) in covered,
                                   span[0] - row + 1, span[1] - col + 1))  # fmt: skip
        rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return f"<table:table table:name={quoteattr(page.name)}>{''.join(rows)}</table:table>"


def _ods_cell(put: Put | None, covered: bool, down: int, right: int) -> str:
    if covered:
        return "<table:covered-table-cell/>"
    said = ""
    if down > 1 or right > 1:
        said = f' table:number-rows-spanned="{down}" table:number-columns-spanned="{right}"'
    if put is None or put.value is None:
        return f"<table:table-cell{said}/>"
    if isinstance(put.value, int | float):
        said += f' office:value-type="float" office:value="{put.value}"'
    else:
        said += ' office:value-type="string"'
    return f"<table:table-cell{said}><text:p>{escape(str(put.value))}</text:p></table:table-cell>"


WRITERS: Mapping[str, Callable[[Sequence[Page], Path, int], None]] = {
    "xlsx": write_xlsx,
    "xls": write_xls,
    "csv": write_csv,
    "ods": write_ods,
}
