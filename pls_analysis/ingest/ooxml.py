"""Check an .xlsx package before any spreadsheet library opens it, and note what its sheets say.

One expat pass over each worksheet finds what the value reader does not give: formulas without a
result, merges, hidden rows and columns. The same pass refuses what would hang or kill a reader.
"""

from __future__ import annotations

from collections.abc import Iterator

from openpyxl.utils import column_index_from_string, range_boundaries

from pls_analysis.ingest.cells import Address, Span
from pls_analysis.ingest.inspection import (
    MACROS,
    Flatness,
    Inspection,
    Note,
    Refused,
    SheetFacts,
)
from pls_analysis.ingest.limits import (
    LAST_COL,
    LAST_ROW,
    MOST_CELLS,
    MOST_MERGES,
    MOST_STYLED_CELLS,
    check_merges,
    outside,
    spread_out,
    too_many_cells,
)
from pls_analysis.ingest.packages import Package, damaged, local, open_package, parser_of

MOST_ROW_CELLS = 50_000_000
LEAST_LARGE = 100_000
"""Cells with content from which on another reader than openpyxl is worth its checks."""
LEAST_FILLED = 0.5
"""The share of filled cells of a flat sheet: calamine makes room for the blank ones too."""
STRICT = "http://purl.oclc.org/ooxml/"


def inspect_package(content: bytes) -> Inspection:
    """Check an .xlsx package and note the facts of each worksheet by name, in order.

    Raises Refused where the package is damaged, is no workbook, or is built to do harm.
    """
    with open_package(content) as package:
        sheets = _inspect_sheets(package)
        struck = _has_struck_text(package)
        return Inspection("xlsx", content, tuple(_notes(package)), sheets, struck_text=struck)


def _has_struck_text(package: Package) -> bool:
    """Whether the part of shared texts names crossed-out ones; looked at as bytes, to be fast."""
    for name in package.names():
        if name.endswith("sharedstrings.xml"):
            end = b""
            for chunk in package.chunks(name):
                if b"strike" in end + chunk:
                    return True
                end = chunk[-6:]
    return False


def _notes(package: Package) -> Iterator[Note]:
    if any(name.rsplit("/", 1)[-1] == "vbaproject.bin" for name in package.names()):
        yield MACROS
    if any(name.startswith("xl/externallinks/externallink") for name in package.names()):
        yield Note(
            "external_links",
            "Formulas take figures from other workbooks; those that the file keeps were read.",
            "If one looks old, ask the office to update the links and to save the file again.",
            "info",
        )


# -- the workbook and its sheets ----------------------------------------------------------------


def _inspect_sheets(package: Package) -> dict[str, SheetFacts]:
    roots = [target for kind, target in package.relations("").values() if kind == "officeDocument"]
    book = roots[0] if roots else "xl/workbook.xml"
    if book not in package:
        raise damaged("it has no list of sheets")
    elements = package.elements(book)
    if any(value.startswith(STRICT) for value in elements[0][1].values()):
        raise Refused("strict_ooxml", "The workbook is a Strict Open XML file, which is not read.",
                      "Save it as “Excel Workbook (*.xlsx)” and send it again.")  # fmt: skip
    relations = package.relations(book)
    facts: dict[str, SheetFacts] = {}
    filled = 0
    for tag, attrs in elements:
        if tag != "sheet":
            continue
        name = attrs["name"]
        if name in facts:
            raise damaged(f"it has two sheets called {name}")
        link = next((value for key, value in attrs.items() if local(key) == "id"), "")
        kind, part = relations.get(link, ("", ""))
        if kind == "worksheet":
            if part not in package:
                raise damaged(f"the sheet {name} is missing from it")
            scan = _SheetScan(name, filled)
            facts[name] = _inspect_sheet(package, part, attrs.get("state", "visible"), scan)
            filled = scan.filled
    return facts


def _inspect_sheet(package: Package, part: str, state: str, scan: _SheetScan) -> SheetFacts:
    scan.run(package.chunks(part))
    check_merges(scan.name, scan.merges, scan.last_row, scan.last_col)
    comments = [
        attrs.get("ref", "")
        for kind, target in package.relations(part).values()
        if kind == "comments" and target in package
        for tag, attrs in package.elements(target)
        if tag == "comment"
    ]
    return SheetFacts(
        state,
        tuple(scan.merges),
        frozenset(scan.hidden_rows),
        frozenset(scan.hidden_cols),
        frozenset(scan.formulas),
        frozenset(scan.uncached),
        frozenset(map(_address, comments)),
        frozenset(scan.struck),
        scan.flatness(),
    )


class _SheetScan:
    """One pass over the XML of a worksheet; `filled` counts cells with content of the workbook."""

    def __init__(self, name: str, filled: int) -> None:
        self.name, self.filled = name, filled
        self.merges: list[Span] = []
        self.hidden_rows: set[int] = set()
        self.hidden_cols: set[int] = set()
        self.formulas: set[Address] = set()
        self.uncached: set[Address] = set()
        self.struck: set[Address] = set()
        self.last_row = self.last_col = 0
        self._before = filled
        self._is_lossy = False
        self._styles: dict[int, str] = {}
        self._changes: dict[int, list[tuple[int, int]]] = {}
        self._row = self._col = self._cells = self._row_cells = 0
        self._type = ""
        self._columns: dict[str, int] = {}
        self._pending = False
        self._parser = parser_of(self._start)
        self._handlers = {
            "c": self._cell, "v": self._value, "row": self._start_row, "f": self._formula,
            "is": self._count, "strike": self._strike,
            "mergeCell": self._merge, "col": self._column,
        }  # fmt: skip

    def run(self, chunks: Iterator[bytes]) -> None:
        for chunk in chunks:
            self._parser.Parse(chunk, False)
        self._parser.Parse(b"", True)
        self._end_row()

    def _start(self, tag: str, attrs: dict[str, str]) -> None:
        handler = self._handlers.get(tag if ":" not in tag else local(tag))
        if handler is not None:
            handler(attrs)

    def _start_row(self, attrs: dict[str, str]) -> None:
        self._end_row()
        row = int(attrs["r"]) if "r" in attrs else self._row + 1
        if row <= self._row:
            raise damaged(f"row {row} comes after row {self._row}")
        if row > LAST_ROW:
            raise outside(f"row {row}")
        self._row, self._col = row, 0
        if attrs.get("hidden") in ("1", "true"):
            self.hidden_rows.add(row)

    def _end_row(self) -> None:
        if self._col:
            self.last_row = self._row
            self.last_col = max(self.last_col, self._col)
            self._row_cells += self._col
            if self._row_cells > MOST_ROW_CELLS:
                raise spread_out(f"Sheet {self.name}")

    def _cell(self, attrs: dict[str, str]) -> None:
        name = attrs.get("r")
        if name is None:
            col = self._col + 1
        else:
            letters = name.rstrip("0123456789")
            col = self._columns.get(letters) or self._column_of(letters, name)
            if name[len(letters) :] != str(self._row):
                raise damaged(f"cell {name} stands in row {self._row}")
        if col <= self._col:
            raise damaged(f"the cells of row {self._row} are not in order")
        if col > LAST_COL:
            raise outside(f"column {col} in row {self._row}")
        self._col = col
        self._type = attrs.get("t", "n")
        style = attrs.get("s", "0")
        if self._styles.get(col, "0") != style:
            self._styles[col] = style
            self._changes.setdefault(self._row, []).append((col, int(style)))
        if self._pending:
            self._stop_waiting()
        self._cells += 1
        if self._cells > MOST_STYLED_CELLS:
            raise spread_out(f"Sheet {self.name}")

    def _column_of(self, letters: str, name: str) -> int:
        if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
            raise outside(f"a cell named {name[:20]}")
        col = column_index_from_string(letters)
        self._columns[letters] = col
        return col

    def _formula(self, attrs: dict[str, str]) -> None:
        address = (self._row, self._col)
        self.formulas.add(address)
        self.uncached.add(address)
        self._pending = True

    def _count(self, attrs: dict[str, str]) -> None:
        self.filled += 1
        if self.filled > MOST_CELLS:
            raise too_many_cells(f"Sheet {self.name}")

    def _value(self, attrs: dict[str, str]) -> None:
        self._count(attrs)
        if self._type in ("e", "d"):
            self._is_lossy = True
        if not self._pending:
            return
        if self._type == "str":  # an empty text is a result too
            self._found("an empty text")
        else:
            self._parser.CharacterDataHandler = self._found

    def _found(self, text: str) -> None:
        if text.strip():
            self.uncached.discard((self._row, self._col))
            self._stop_waiting()

    def _stop_waiting(self) -> None:
        self._pending = False
        self._parser.CharacterDataHandler = None

    def _strike(self, attrs: dict[str, str]) -> None:
        """Crossed-out text stands in the sheet itself only as a part of an inline text."""
        if attrs.get("val", "1") in ("1", "true"):
            self.struck.add((self._row, self._col))

    def flatness(self) -> Flatness | None:
        """How styles change down the columns of a sheet that is large and densely filled."""
        filled = self.filled - self._before
        is_dense = self.last_row * self.last_col * LEAST_FILLED <= filled
        if filled < LEAST_LARGE or self._is_lossy or not is_dense:
            return None
        return Flatness(self._changes)

    def _merge(self, attrs: dict[str, str]) -> None:
        if len(self.merges) > MOST_MERGES:
            return
        first_col, first_row, last_col, last_row = _bounds(attrs.get("ref", ""))
        self.merges.append(Span(first_row, first_col, last_row, last_col))

    def _column(self, attrs: dict[str, str]) -> None:
        if attrs.get("hidden") in ("1", "true"):
            last = min(int(attrs["max"]), LAST_COL)
            self.hidden_cols.update(range(int(attrs["min"]), last + 1))


def _bounds(ref: str) -> tuple[int, int, int, int]:
    try:
        first_col, first_row, last_col, last_row = range_boundaries(ref)
    except (ValueError, TypeError) as error:
        raise damaged(f"it merges a range called {ref[:30] or 'nothing'}") from error
    first_col, first_row = first_col or 1, first_row or 1  # A:C names whole columns
    last_col, last_row = last_col or LAST_COL, last_row or LAST_ROW
    if last_row > LAST_ROW or last_col > LAST_COL:
        raise outside(f"a merge over {ref}")
    return first_col, first_row, last_col, last_row


def _address(ref: str) -> Address:
    first_col, first_row, _, _ = _bounds(ref)
    return first_row, first_col
