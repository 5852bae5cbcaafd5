"""What was found in a workbook, cell by cell, before any form spec: a value that shows itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from pls_analysis.explore import page, terminal
from pls_analysis.explore.opening import explored, layouts, named
from pls_analysis.explore.roles import MARKS, CellView, SheetView, TableView
from pls_analysis.explore.tidy import figure, joined, titled, unit_of
from pls_analysis.ingest import values, words
from pls_analysis.ingest.cells import Address
from pls_analysis.ingest.layout import Layout, Record, Table
from pls_analysis.ingest.measuring import REFUSALS
from pls_analysis.ingest.rows import Box
from pls_analysis.ingest.totals import Suspect, check_totals, find_suspects

ROWS = 200
COLUMNS_MAX = 80
SHEETS_MAX = 20


@dataclass(frozen=True, repr=False)
class Preview:
    """The sheets of one workbook with the role of every cell; `more` sheets are not shown.

    It shows itself as a coloured table in a notebook, and as text where it is printed.
    """

    file: str
    sheets: tuple[SheetView, ...]
    more: int = 0

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return page.fragment(self.file, self.sheets, self.more)

    def text(self, width: int = 0, colour: bool = False) -> str:
        """The sheets as lines of text, within `width` columns unless it is 0."""
        return terminal.text(self.sheets, self.more, width, colour)

    def html(self, fonts: str = "") -> str:
        """One self-contained page: no script, no network, every text escaped.

        `fonts` are `@font-face` rules to embed.
        """
        return page.page(self.file, self.sheets, self.more, fonts)

    def cells(self) -> list[dict[str, Any]]:
        """Every filled cell as plain values: sheet, cell, role, text, table, key, heading, …"""
        return [
            {"sheet": sheet.name, "cell": f"{get_column_letter(cell.col)}{cell.row}"} | asdict(cell)
            for sheet in self.sheets
            for cell in sheet.cells
        ]


def preview(path: str | Path, sheet: str | None = None, rows: int = ROWS) -> Preview:
    """Show what is found in a workbook: each cell in the colour of its role, tables outlined.

    `sheet` names one sheet; of each, the first `rows` rows are shown. No project and no form spec
    is needed. Raises Refused, with the words of `pls ingest`, for a file that must not be read.
    """
    found, more = explored(_views, path, sheet, rows)
    return Preview(Path(path).name, found, more)


def _views(path: Path, sheet: str | None, rows: int) -> tuple[tuple[SheetView, ...], int]:
    found = named(layouts(path), sheet)
    views = tuple(view_sheet(layout, rows) for layout in found[:SHEETS_MAX])
    return views, max(0, len(found) - SHEETS_MAX)


def view_sheet(layout: Layout, rows: int = ROWS) -> SheetView:
    """What one sheet shows, within its first `rows` rows and COLUMNS_MAX columns."""
    boxes, sheet = layout.grid.boxes, layout.sheet
    last_row = max((box.last_row for box in boxes.values()), default=0)
    last_col = max((box.last_col for box in boxes.values()), default=0)
    known = dict(_known(layout))
    cells = [
        _cell(layout, at, box, known.get(at, {}))
        for at, box in sorted(boxes.items())
        if at[0] <= rows and at[1] <= COLUMNS_MAX
    ]
    return SheetView(
        values.normalise(sheet.name), sheet.state, tuple(cells), tuple(_tables(layout)),
        last_row, last_col, min(rows, last_row), min(COLUMNS_MAX, last_col),
        tuple(sorted(row for row in sheet.hidden_rows if row <= rows)),
        tuple(sorted(col for col in sheet.hidden_cols if col <= COLUMNS_MAX)),
    )  # fmt: skip


def _tables(layout: Layout) -> Iterator[TableView]:
    for number, table in enumerate(layout.tables, 1):
        yield TableView(number, titled(table), table.rows, table.columns, len(table.records))


def _known(layout: Layout) -> Iterator[tuple[Address, Mapping[str, Any]]]:
    """What the tables say of their figures: paths, unit, whether a total, what is wrong."""
    for number, table in enumerate(layout.tables, 1):
        checks = check_totals(table)
        wholes = {id(check.whole) for check in checks}
        suspects = {id(one.record): one for one in find_suspects(checks)}
        for record in table.records:
            is_total = id(record) in wholes or _names_total(record)
            suspect = suspects.get(id(record))
            yield (
                (record.box.row, record.box.col),
                {
                    "role": "total" if is_total else "value",
                    "table": number,
                    "key": joined([record.section or "", *record.keys]),
                    "heading": joined(record.headings),
                    "unit": unit_of(record, table.unit) or "",
                    "marks": [*_refusals(record, table), *_doubts(suspect)],
                },
            )


def _names_total(record: Record) -> bool:
    ends = (path[-1] for path in (record.keys, record.headings) if path)
    return any(words.TOTAL.match(words.squeeze(end)) for end in ends)


def _refusals(record: Record, table: Table) -> Iterator[str]:
    _, why = figure(record)
    if record.box.reading.kind != "missing":
        yield from (f"not used: it {reason}" for reason in why)


def _doubts(suspect: Suspect | None) -> Iterator[str]:
    if suspect is not None:
        yield f"its sums say {values.plain(suspect.proposed)}"


def _cell(layout: Layout, at: Address, box: Box, known: Mapping[str, Any]) -> CellView:
    row, col = at
    cell, sheet = box.cell, layout.sheet
    marks = list(known.get("marks", ()))
    if not known and box.is_refused:
        marks.append(f"it {REFUSALS.get(box.reading.reason, 'is no figure')}")
    said = {
        "struck": cell.struck,
        "hidden": row in sheet.hidden_rows or col in sheet.hidden_cols,
        "comment": cell.commented,
    }
    marks += [MARKS[name] for name, is_so in said.items() if is_so]
    return CellView(
        row, col, box.last_row, box.last_col, known.get("role", layout.roles[at]),
        box.text or ("(no result)" if box.reading.kind == "uncached" else ""),
        box.reading.kind, values.normalise(cell.number_format), known.get("table", 0),
        known.get("key", ""), known.get("heading", ""), known.get("unit", ""), tuple(marks),
    )  # fmt: skip
