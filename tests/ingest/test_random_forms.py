"""Hundreds of random workbooks: every figure found with its paths and unit, none made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from random_forms import Page, Truth, make

from pls_analysis.ingest import values
from pls_analysis.ingest.layout import Record, Table, detect_all
from pls_analysis.ingest.totals import check_totals, find_suspects

BLOCK = 50


def judge(seed: int) -> Iterator[tuple[str, str]]:
    """What became of each figure of a workbook: right, logged or wrong, and what was read."""
    pages = make(seed)
    layouts = detect_all(page.sheet() for page in pages)
    for page, layout in zip(pages, layouts, strict=True):
        assert set(layout.roles) == set(layout.grid.boxes), "every cell has one role"
        found = {
            (record.box.row, record.box.col): (record, table)
            for table in layout.tables
            for record in table.records
        }
        yield from _judge_page(page, found, f"seed {seed} {page.name}")
    yield from _false_alarms([table for layout in layouts for table in layout.tables], seed)


def _judge_page(
    page: Page, found: dict[tuple[int, int], tuple[Record, Table]], place: str
) -> Iterator[tuple[str, str]]:
    for at, truth in page.truth.items():
        record, table = found.pop(at, (None, None))
        if record is None or table is None:
            yield "logged", f"{place} {at} was not found: {truth}"
        elif record.box.is_refused:
            yield "logged", f"{place} {at} was refused: {record.box.text}"
        else:
            said = _said(record, table)
            outcome = "right" if said == truth else "wrong"
            yield outcome, f"{place} {record.box.cell.address} is {said}, not {truth}"
    for at in found:
        yield "wrong", f"{place} {at} is no figure of the form"


def _said(record: Record, table: Table) -> Truth:
    keys, headings = (tuple(map(values.label, path)) for path in (record.keys, record.headings))
    unit = record.box.reading.unit or record.unit or table.unit
    return Truth(keys, headings, unit, record.box.reading.value)


def _false_alarms(tables: list[Table], seed: int) -> Iterator[tuple[str, str]]:
    continued = {id(table.before) for table in tables}
    for table in tables:
        if id(table) not in continued:
            for suspect in find_suspects(check_totals(*table.parts())):
                yield "alarm", f"seed {seed}: {suspect.record.box.cell.address} fails a sum"


@pytest.mark.parametrize("start", range(0, 400, BLOCK))
def test_truth_is_read_and_nothing_else(start: int) -> None:
    outcomes = [one for seed in range(start, start + BLOCK) for one in judge(seed)]
    counts = Counter(outcome for outcome, _ in outcomes)
    assert [text for outcome, text in outcomes if outcome in ("wrong", "alarm")] == []
    assert counts["right"] > 0.98 * counts.total()
