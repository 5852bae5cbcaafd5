"""What must not change a reading: where a table stands, and blank rows and columns in it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_forms import make

from pls_analysis.ingest.cells import Sheet, Span
from pls_analysis.ingest.layout import detect_all

Said = dict[tuple[str, int, int], tuple[object, ...]]


def read(sheets: list[Sheet]) -> Said:
    """What each figure is said to be, by sheet, row and column."""
    return {
        (layout.sheet.name, record.box.row, record.box.col): (
            record.keys,
            record.headings,
            record.unit or table.unit,
            record.section,
        )
        for layout in detect_all(sheets)
        for table in layout.tables
        for record in table.records
    }


def moved(sheet: Sheet, rows: int, cols: int, from_row: int = 1, from_col: int = 1) -> Sheet:
    """A sheet whose cells from a row and a column on stand further down and to the right."""

    def row_of(row: int) -> int:
        return row + rows * (row >= from_row)

    def col_of(col: int) -> int:
        return col + cols * (col >= from_col)

    cells = {
        (row_of(row), col_of(col)): replace(cell, row=row_of(row), col=col_of(col))
        for (row, col), cell in sheet.cells.items()
    }
    merges = tuple(
        Span(row_of(one.first_row), col_of(one.first_col), row_of(one.last_row),
             col_of(one.last_col))
        for one in sheet.merges
    )  # fmt: skip
    return replace(sheet, cells=cells, merges=merges)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 100_000), st.integers(0, 40), st.integers(0, 12))
def test_where_a_table_stands_changes_nothing(seed: int, rows: int, cols: int) -> None:
    sheets = [page.sheet() for page in make(seed)]
    expected = {
        (name, row + rows, col + cols): said for (name, row, col), said in read(sheets).items()
    }
    assert read([moved(sheet, rows, cols) for sheet in sheets]) == expected


@st.composite
def sheets_of_one_table(draw: st.DrawFn) -> tuple[Sheet, list[tuple[int, int]]]:
    """A sheet that holds one table and nothing beside it, and where its figures stand."""
    page = make(draw(st.integers(0, 100_000)))[0]
    (layout,) = detect_all([page.sheet()])
    assume(len(layout.tables) == 1)
    return page.sheet(), sorted(page.truth)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(sheets_of_one_table(), st.data())
def test_a_blank_row_among_the_figures_changes_nothing(
    drawn: tuple[Sheet, list[tuple[int, int]]], data: st.DataObject
) -> None:
    sheet, figures = drawn
    at = data.draw(st.sampled_from(sorted({row for row, _ in figures})))
    expected = {
        (name, row + (row >= at), col): said for (name, row, col), said in read([sheet]).items()
    }
    assert read([moved(sheet, 1, 0, from_row=at)]) == expected


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(sheets_of_one_table(), st.data())
def test_a_blank_column_before_figures_changes_nothing(
    drawn: tuple[Sheet, list[tuple[int, int]]], data: st.DataObject
) -> None:
    sheet, figures = drawn
    at = data.draw(st.sampled_from(sorted({col for _, col in figures})))
    expected = {
        (name, row, col + (col >= at)): said for (name, row, col), said in read([sheet]).items()
    }
    assert read([moved(sheet, 0, 1, from_col=at)]) == expected
