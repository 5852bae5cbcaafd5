"""Lay a report out as most offices do: a line for each item, its figures beside it."""

from __future__ import annotations

from pls_analysis.sample.pages import BLANK, Page, foot_page, head_page
from pls_analysis.sample.reports import Line, Report, Table

WIDTHS = {"serial": 6, "key": 30, "gap": 3, "unit": 10}


def draw_items(page: Page, report: Report, table: Table, number: int) -> None:
    """Draw a table of items on a page and note in it where each figure stands."""
    _Drawing(page, report, table, number).draw()


class _Drawing:
    """A page while a table is drawn on it. Lives only inside `draw_items`."""

    def __init__(self, page: Page, report: Report, table: Table, number: int) -> None:
        self.page, self.report, self.table, self.style = page, report, table, report.style
        self.words = {**self.style.headings[number], "serial": "序号"}
        names = ["serial"] if self.style.serial else []
        names += ["key", *(["gap"] if self.style.gap else [])]
        names += [*(["unit"] if self.style.unit_column else []), *table.settings.columns]
        self.figures = table.settings.columns
        first = 1 + self.style.left
        self.columns = {name: first + place for place, name in enumerate(names)}
        self.first, self.last = first, first + len(names) - 1

    def draw(self) -> None:
        self.row = head_page(self.page, self.report, self.table, self.first, self.last)
        self._head()
        for line in self.table.lines:
            self._line(line)
        self._formulas()
        foot_page(self.page, self.report, self.table, self.row, self.first, self.last)
        self.page.widths = {col: WIDTHS.get(name, 13) for name, col in self.columns.items()}

    def _head(self) -> None:
        group = self.words.get("group") if self.style.two_levels else None
        low = self.row + int(group is not None)
        for name, col in self.columns.items():
            if name == "gap":
                continue
            figures = name in self.figures
            self.page.put(low if figures else self.row, col, self.words[name], "head")
            if not figures:
                self.page.merge(self.row, col, col, low)
        if group is not None:
            first, last = self.columns[self.figures[0]], self.columns[self.figures[-1]]
            self.page.put(self.row, first, group, "head")
            self.page.merge(self.row, first, last)
        self.row = low + 1
        if self.style.index_row:
            self.page.put(self.row, self.columns["key"], "甲", "head")
            if self.style.unit_column:
                self.page.put(self.row, self.columns["unit"], "乙", "head")
            for number, name in enumerate(self.figures, 1):
                self.page.put(self.row, self.columns[name], number, "head")
            self.row += 1
        self.serial, self.above = 0, 0

    def _line(self, line: Line) -> None:
        page = self.page
        if line.row.section:
            page.put(self.row, self.first, line.label, "text")
            page.merge(self.row, self.first, self.last)
            self.row += 1
            return
        self.serial += 1
        if self.style.serial:
            page.put(self.row, self.columns["serial"], self.serial, "head")
        indent = line.row.indent if self.style.nesting == "alignment" else 0
        page.put(self.row, self.columns["key"], self._label(line), "cell", indent=indent)
        if self.style.unit_column:
            line.unit_cell = page.put(self.row, self.columns["unit"], line.unit, "head")
        for column, entry in line.entries.items():
            entry.cell = page.put(
                self.row, self.columns[column], entry.written, "figure",
                number_format=entry.number_format,
            )  # fmt: skip
        for column, written in line.beside.items():
            change = column in ("yoy", "change", "cumulative_yoy")
            look = "0.0" if change else "General"
            page.put(self.row, self.columns[column], written, "figure", number_format=look)
        if self.style.hidden and line.row.indent and line.row.part != "total":
            page.hidden_rows.add(self.row)
        self.above = line.row.indent
        self.row += 1

    def _label(self, line: Line) -> str:
        text, indent = line.label, line.row.indent
        if self.style.spaced and not indent and len(text) <= 6:
            text = " ".join(text)
        if not self.style.unit_column and line.unit:
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
        for line in self.table.lines:
            parts = [
                other
                for other in self.table.lines
                if other.row.measure == line.row.measure and other.row.part != "total"
            ]
            if line.row.part != "total" or not parts or not line.row.measure:
                continue
            for basis, entry in line.entries.items():
                cells = [part.entries[basis].cell for part in parts]
                uncached = entry.fault == "formula_without_value"
                clean = not entry.fault and not any(part.entries[basis].fault for part in parts)
                if uncached or (clean and self.style.formulas):
                    self.page.rewrite(entry.cell, f"=SUM({cells[0]}:{cells[-1]})")
                if clean and self.style.formulas:
                    entry.cached = self.page.cached[entry.cell] = entry.value
