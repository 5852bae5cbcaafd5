"""Draw a report as a workbook, in the way its office lays it out, the same bytes each time."""

from __future__ import annotations

import copy
import datetime as dt
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from pls_analysis.sample.reports import Line, Report

MARK = "合成数据·仅供演示"
"""The line that every workbook of the sample carries in a cell of its own."""
PROPERTY = "pls-synthetic"
EPOCH = (2022, 1, 1, 0, 0, 0)
BLANK = "\u3000"
THIN = Side(style="thin")
BORDER = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
FORMULA = re.compile(rb'<c r="([A-Z]+\d+)"([^>]*)><f>([^<]*)</f><v ?/?>(?:</v>)?</c>')
WIDTHS = {"serial": 6, "key": 30, "gap": 3, "unit": 10}


def write_report(report: Report, out: Path, seed: int) -> None:
    """Write a report to `out / report.path` and note in it where each figure stands."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = report.sheet
    _Drawing(sheet, report).draw()
    if report.style.notes_sheet:
        notes = book.create_sheet("填表说明")
        notes["A1"] = "填表说明"
        notes["A2"] = "1. 本表由街镇司法所按月填报，次月5日前报送。"
        notes["A3"] = "2. 调解成功率＝调解成功数÷受理纠纷数×100%。"
    cached = {entry.cell: entry.cached for entry in report.entries() if entry.cached is not None}
    write_workbook(book, out / report.path, seed, cached)


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


class _Drawing:
    """A sheet while a report is drawn on it. Lives only inside `write_report`."""

    def __init__(self, sheet: Worksheet, report: Report) -> None:
        self.sheet, self.report, self.style = sheet, report, report.style
        names = ["serial"] if self.style.serial else []
        names += ["key", *(["gap"] if self.style.gap else [])]
        names += [*(["unit"] if self.style.unit_column else []), "flow", "cumulative", "yoy"]
        first = 1 + self.style.left
        self.columns = {name: first + place for place, name in enumerate(names)}
        self.first, self.last = first, first + len(names) - 1
        self.row = 1 + self.style.top
        self._formats: dict[tuple, Cell] = {}

    def draw(self) -> None:
        self._title()
        self._head()
        for line in self.report.lines:
            self._line(line)
        self._formulas()
        self._footer()
        for name, col in self.columns.items():
            self.sheet.column_dimensions[get_column_letter(col)].width = WIDTHS.get(name, 13)

    # -- cells --------------------------------------------------------------------------------

    def _put(self, row: int, col: int, value: object, look: str = "text", **extra: object) -> Cell:
        """Write a value in one of the sheet's looks; equal looks share their style."""
        cell = cast(Cell, self.sheet.cell(row, col))
        cell.value = value  # type: ignore[assignment]
        known = self._formats.get((look, *extra.values()))
        if known is None:
            self._formats[(look, *extra.values())] = cell
            size, bold = (16, True) if look == "title" else (11, look == "head")
            cell.font = Font(name=self.style.font, size=size, bold=bold)
            if look in ("title", "head", "figure"):
                side = "right" if look == "figure" else "center"
                cell.alignment = Alignment(horizontal=side, vertical="center", wrap_text=True)
            if look in ("head", "figure", "cell"):
                cell.border = BORDER
            if extra.get("number_format"):
                cell.number_format = str(extra["number_format"])
            if extra.get("indent"):
                cell.alignment = Alignment(indent=int(str(extra["indent"])))
        else:
            cell._style = copy.copy(known._style)  # type: ignore[attr-defined]
        return cell

    def _merge(self, row: int, first: int, last: int, last_row: int | None = None) -> None:
        if last > first or (last_row or row) > row:
            self.sheet.merge_cells(
                start_row=row, start_column=first, end_row=last_row or row, end_column=last
            )

    # -- parts of the form --------------------------------------------------------------------

    def _title(self) -> None:
        said = {
            "office": self.report.office,
            "title": self.style.title + self.report.remark,
            "period": self.style.period_text(self.report.month),
        }
        for number, pattern in enumerate(self.style.titles):
            look = "title" if number == 0 else "text"
            self._put(self.row, self.first, pattern.format(**said), look)
            if number == 0 or self.style.top:
                self._merge(self.row, self.first, self.last)
            self.row += 1
        if self.style.form_number:
            self._put(self.row, self.last - 1, "表　　号：公服月01表")
            self._put(self.row + 1, self.last - 1, "制定机关：区司法局")
            self.row += 2
        if self.style.office_beside:
            self._put(self.row, self.first, "填报单位：")
            self._put(self.row, self.first + 1, self.report.office)
        else:
            self._put(self.row, self.first, f"填报单位：{self.report.office}")
        self.row += 1

    def _head(self) -> None:
        words = {**self.style.headings, "serial": "序号"}
        low = self.row + int(self.style.two_levels)
        for name, col in self.columns.items():
            if name == "gap":
                continue
            figures = name in ("flow", "cumulative", "yoy")
            self._put(low if figures else self.row, col, words[name], "head")
            if not figures:
                self._merge(self.row, col, col, low)
        if self.style.two_levels:
            self._put(self.row, self.columns["flow"], words["group"], "head")
            self._merge(self.row, self.columns["flow"], self.columns["yoy"])
        self.row = low + 1
        if self.style.index_row:
            self._put(self.row, self.columns["key"], "甲", "head")
            if self.style.unit_column:
                self._put(self.row, self.columns["unit"], "乙", "head")
            for number, name in enumerate(("flow", "cumulative", "yoy"), 1):
                self._put(self.row, self.columns[name], number, "head")
            self.row += 1
        self.serial, self.above = 0, 0

    def _line(self, line: Line) -> None:
        if line.row.section:
            self._put(self.row, self.first, line.label, "text")
            self._merge(self.row, self.first, self.last)
            self.row += 1
            return
        self.serial += 1
        if self.style.serial:
            self._put(self.row, self.columns["serial"], self.serial, "head")
        indent = line.row.indent if self.style.nesting == "alignment" else 0
        self._put(self.row, self.columns["key"], self._label(line), "cell", indent=indent)
        if self.style.unit_column:
            line.unit_cell = self._put(self.row, self.columns["unit"], line.unit, "head").coordinate
        for basis, entry in line.entries.items():
            cell = self._put(
                self.row, self.columns[basis], entry.written, "figure",
                number_format=entry.number_format,
            )  # fmt: skip
            entry.cell = cell.coordinate
        self._put(self.row, self.columns["yoy"], line.yoy, "figure", number_format="0.0")
        if self.style.hidden and line.row.indent and line.row.part != "total":
            self.sheet.row_dimensions[self.row].hidden = True
        self.above = line.row.indent
        self.row += 1

    def _label(self, line: Line) -> str:
        text, indent = line.label, line.row.indent
        if self.style.spaced and not indent and len(text) <= 6:
            text = " ".join(text)
        if not self.style.unit_column:
            text = f"{text}（{line.unit}）"
        if self.style.nesting == "alignment" or not indent:
            return text
        if self.style.nesting == "indent":
            return BLANK * 2 * indent + text
        if indent == 1 and self.above == 0:
            return f"{BLANK}其中：{text}"
        return BLANK * (3 + indent) + text

    def _formulas(self) -> None:
        """Let totals be formulas over their parts, with the result stored: some offices do."""
        for line in self.report.lines:
            parts = [
                other
                for other in self.report.lines
                if other.row.measure == line.row.measure and other.row.part != "total"
            ]
            if line.row.part != "total" or not parts or not line.row.measure:
                continue
            for basis, entry in line.entries.items():
                cells = [part.entries[basis].cell for part in parts]
                uncached = entry.fault == "formula_without_value"
                clean = not entry.fault and not any(part.entries[basis].fault for part in parts)
                if uncached or (clean and self.style.formulas):
                    self.sheet[entry.cell] = f"=SUM({cells[0]}:{cells[-1]})"
                if clean and self.style.formulas:
                    entry.cached = entry.value

    def _footer(self) -> None:
        report = self.report
        date = f"{report.declared.year}年{report.declared.month}月{report.declared.day}日"
        labels = ("单位负责人", "统计负责人", "填表人", "联系电话", "报出日期")
        said = [
            f"{label}：{text}"
            for label, text in zip(labels, (*self.style.people, date), strict=True)
        ]
        if self.style.footer == "cells":
            cols = [self.first + min(place, self.last - self.first) for place in range(5)]
            if len(set(cols)) == 5:
                for col, text in zip(cols, said, strict=True):
                    self._put(self.row, col, text)
                said = []
        groups = [said[:3], said[3:]] if self.style.footer == "lines" else [said]
        for group in filter(None, groups):
            self._put(self.row, self.first, (BLANK * 2).join(group))
            self.row += 1
        self._put(self.row + 1, self.first, MARK)
