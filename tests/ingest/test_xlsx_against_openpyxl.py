"""Our pass over an .xlsx gives what openpyxl gives, cell by cell: value, format, strike, merges."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import warnings
from pathlib import Path
from typing import Any

import broken_files as broken
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from pls_analysis.ingest.cells import Sheet, integral
from pls_analysis.ingest.gate import inspect
from pls_analysis.ingest.readers import read_workbook
from pls_analysis.project import Project

KINDS = {"n": "number", "s": "text", "d": "date", "b": "boolean", "e": "error"}
FORMATS = ["General", "0.0%", '0.0"‰"', '0!.0,"万"', "yyyy-mm-dd", 'yyyy"年"m"月"', "[h]:mm", "@"]
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="_", exclude_categories=("Cc", "Cs", "Co")),
    max_size=12,
)
VALUES = st.one_of(
    st.integers(-(10**9), 10**9),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: round(number, 4)),
    st.booleans(),
    st.dates(dt.date(1950, 1, 1), dt.date(2090, 1, 1)),
    TEXTS.filter(lambda text: not text.startswith("=")),
)


def ours(file: Path) -> dict[str, Sheet]:
    return {sheet.name: sheet for sheet in read_workbook(file, inspect(file))}


def theirs(content: bytes, name: str) -> dict[tuple[int, int], tuple[Any, ...]]:
    """The cells of a sheet as openpyxl reads them: value, kind, number format, strike."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        # Whole, it cannot open some real files at all: they name pictures they do not hold.
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet: Any = book[name]
        sheet.reset_dimensions()
        for cell in itertools.chain.from_iterable(sheet.iter_rows()):
            value = cell.value
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            if isinstance(value, dt.datetime) and value.time() == dt.time():
                value = value.date()
            kind = KINDS[cell.data_type]
            value = integral(value) if kind == "number" else value
            found[cell.row, cell.column] = (
                value, kind, cell.number_format, bool(cell.font.strike)
            )  # fmt: skip
    return found


def assert_same(file: Path) -> int:
    """Hold every sheet of a file against openpyxl; returns how many cells there were."""
    content = inspect(file).content
    count = 0
    for name, sheet in ours(file).items():
        found = {
            at: (cell.value, cell.kind, cell.number_format, cell.struck)
            for at, cell in sheet.cells.items()
            if cell.kind != "uncached"  # for openpyxl such a cell is empty
        }
        assert found == theirs(content, name), f"{file.name} {name}"
        count += len(found)
    return count


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(
        st.lists(
            st.tuples(VALUES, st.sampled_from(FORMATS), st.booleans()), min_size=1, max_size=5
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_workbook_that_openpyxl_writes(
    rows: list[list[tuple[Any, str, bool]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["G9"] = "end"
    for number, row in enumerate(rows, 1):
        for col, (value, code, struck) in enumerate(row, 1):
            cell = sheet.cell(number, col, value)
            cell.number_format = code
            cell.font = Font(strike=struck)
    file = tmp_path_factory.mktemp("any") / "a.xlsx"
    book.save(file)
    assert assert_same(file) >= 1


STORED: dict[str, tuple[bytes, bytes]] = {
    "numbers and texts": (b'<c r="A9"><v>5</v></c><c r="B9" t="str"><v>x</v></c>', b"0"),
    "percent": (b'<c r="A9" s="1"><v>0.985</v></c><c r="B9" s="1"><v>0.5</v></c>', b"10"),
    "a date": (b'<c r="A9" s="1"><v>44713</v></c><c r="B9"><v>44713</v></c>', b"14"),
    "a moment": (b'<c r="A9" s="1"><v>44713.5</v></c>', b"22"),
    "a part of a second": (b'<c r="A9" s="1"><v>44713.123456789</v></c>', b"22"),
    "a small count shown as date": (b'<c r="A9" s="1"><v>60</v></c>', b"14"),
    "no date under a date format": (b'<c r="A9" s="1"><v>99999999</v></c>', b"14"),
    "a duration": (b'<c r="A9" s="1"><v>5.5</v></c>', b"46"),
    "sixteen digits": (b'<c r="A9"><v>1234567890123456</v></c>', b"0"),
    "an exponent": (b'<c r="A9"><v>1.5E-3</v></c><c r="B9"><v>2e3</v></c>', b"0"),
    "an error value": (b'<c r="A9" t="e"><v>#N/A</v></c>', b"0"),
    "a date as text": (b'<c r="A9" t="d"><v>2022-06-01</v></c>', b"0"),
    "a formula without result": (b'<c r="A9"><f>B2*2</f></c>', b"0"),
    "an empty result": (b'<c r="A9" t="str"><f>""</f><v></v></c>', b"0"),
    "true": (b'<c r="A9" t="b"><v>1</v></c>', b"0"),
    "inline": (b'<c r="A9" t="inlineStr"><is><t>in</t></is></c>', b"0"),
    "inline in runs": (
        b'<c r="A9" t="inlineStr"><is><r><t>a</t></r><r><rPr/><t xml:space="preserve"> b</t></r>'
        b'<rPh sb="0" eb="1"><t>aid</t></rPh></is></c>',
        b"0",
    ),
}


@pytest.mark.parametrize(("row", "style"), STORED.values(), ids=list(STORED))
def test_every_way_to_store_a_cell(row: bytes, style: bytes, tmp_path: Path) -> None:
    def restyle(xml: bytes) -> bytes:
        format_of_its_own = b'<xf numFmtId="%s" fontId="0" fillId="0" borderId="0"/>' % style
        return xml.replace(b"</cellXfs>", format_of_its_own + b"</cellXfs>")

    content = broken.with_rows(b'<row r="9">' + row + b'<c r="C9"><v>1</v></c></row>')
    file = tmp_path / "a.xlsx"
    file.write_bytes(broken.rezip({broken.STYLES: restyle}, content=content))
    assert assert_same(file) >= 1


def test_the_sample(sample_project: Project) -> None:
    files = sorted(sample_project.raw.rglob("*.xlsx"))[::12]
    assert sum(map(assert_same, files)) > 1000


def test_real_workbooks(real: Path) -> None:
    files = [file for file in sorted(real.rglob("*.xlsx")) if file.stat().st_size < 200_000]
    assert sum(map(assert_same, files)) > 10_000
