"""Check an .xlsx package before any spreadsheet library opens it, and note what its sheets say.

One expat pass over each worksheet finds what the value reader does not give: formulas without a
result, merges, hidden rows and columns. The same pass refuses what would hang or kill a reader.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat

from openpyxl.utils import column_index_from_string, range_boundaries

from pls_analysis.ingest.cells import Address, Span
from pls_analysis.ingest.inspection import Refused, SheetFacts

MOST_ENTRIES = 5_000
MOST_PART_BYTES = 256 * 1024**2
MOST_BYTES = 512 * 1024**2
MOST_RATIO = 300
LEAST_SUSPECT_BYTES = 1024**2
MOST_CELLS = 5_000_000
MOST_ROW_CELLS = 50_000_000
MOST_MERGES = 20_000
MOST_MERGED_CELLS = 5_000_000
LAST_ROW, LAST_COL = 1_048_576, 16_384
CHUNK = 1024**2
PROLOGUE_BYTES = 512
USUAL_PROLOGUE = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml [^>]*\?>)?\s*<[A-Za-z]")

SAVE_AGAIN = "Open it in Excel or WPS, save it as a new .xlsx, and send it again."
CLEAR = "Delete the unused rows, columns and formats below and beside the table, and save again."
ASK_SENDER = "Do not open it; ask the office for the file again."
STRICT = "http://purl.oclc.org/ooxml/"


def inspect_package(content: bytes) -> dict[str, SheetFacts]:
    """Check an .xlsx package and return the facts of each worksheet by name, in order.

    Raises Refused where the package is damaged, is no workbook, or is built to do harm.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            package = _Package(archive)
            package.check_prologues()
            return _inspect_sheets(package)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise truncated() from error
    except expat.ExpatError as error:
        raise damaged(f"its XML breaks off ({error})") from error


def truncated() -> Refused:
    """The refusal of a zip package that was cut off or damaged on its way."""
    return Refused(
        "truncated_zip",
        "The workbook is incomplete: the file was cut off or damaged on its way.",
        "Ask the office to send it again.",
    )


def locked() -> Refused:
    """The refusal of a file that only its sender can open."""
    return Refused(
        "password",
        "The file is locked with a password.",
        "Ask the office for a copy without a password.",
    )


def damaged(why: str) -> Refused:
    """The refusal of a workbook whose parts contradict each other."""
    return Refused("damaged", f"The workbook is damaged: {why}.", SAVE_AGAIN)


class _Package:
    """The parts of a zip package, by their names without regard to case."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts: dict[str, zipfile.ZipInfo] = {}
        _check_sizes(archive.infolist())
        for info in archive.infolist():
            name = info.filename.replace("\\", "/").lstrip("/").lower()
            if name in self._parts:
                raise Refused(
                    "duplicate_part",
                    f"The workbook holds the part {info.filename} twice, with two contents.",
                    ASK_SENDER,
                )
            if info.flag_bits & 1:
                raise locked()
            self._parts[name] = info

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def chunks(self, name: str) -> Iterator[bytes]:
        archive = self._archive
        with archive.open(self._parts[name.lower()]) as part:
            while chunk := part.read(CHUNK):
                yield chunk

    def elements(self, name: str) -> list[tuple[str, dict[str, str]]]:
        """All elements of a small part: local name and attributes, in order."""
        found: list[tuple[str, dict[str, str]]] = []
        parser = _parser(lambda tag, attrs: found.append((_local(tag), attrs)))
        for chunk in self.chunks(name):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
        return found

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Relations of a part: id -> (kind, target part)."""
        folder, file = posixpath.split(name)
        rels = posixpath.join(folder, "_rels", f"{file}.rels")
        if rels not in self:
            return {}
        found = {}
        for tag, attrs in self.elements(rels):
            if tag == "Relationship" and attrs.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attrs.get("Target", "")))
                kind = attrs.get("Type", "").rsplit("/", 1)[-1]
                found[attrs.get("Id", "")] = (kind, target.lstrip("/"))
        return found

    def check_prologues(self) -> None:
        """Refuse any part that declares a DOCTYPE: no spreadsheet program writes one."""
        for name in self._parts:
            if name.endswith((".xml", ".rels", ".vml")) and not name.startswith("customxml/"):
                self._check_prologue(name)

    def _check_prologue(self, name: str) -> None:
        archive = self._archive
        with archive.open(self._parts[name]) as part:
            if USUAL_PROLOGUE.match(part.read(PROLOGUE_BYTES)):
                return
        started: list[str] = []
        parser = _parser(lambda tag, attrs: started.append(tag))
        for chunk in self.chunks(name):
            parser.Parse(chunk, False)
            if started:
                return


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_ENTRIES:
        raise Refused("zip_bomb", f"The workbook holds {len(parts):,} parts; a real one has some "
                      "dozens.", ASK_SENDER)  # fmt: skip
    for part in parts:
        ratio = part.file_size / max(1, part.compress_size)
        swollen = part.file_size > LEAST_SUSPECT_BYTES and ratio > MOST_RATIO
        if swollen or part.file_size > MOST_PART_BYTES:
            raise Refused(
                "zip_bomb",
                f"Part {part.filename} unpacks from {part.compress_size:,} to "
                f"{part.file_size:,} bytes, more than any office form needs.",
                CLEAR,
            )
    if sum(part.file_size for part in parts) > MOST_BYTES:
        raise Refused("zip_bomb", f"The workbook unpacks to more than {MOST_BYTES:,} bytes.",
                      CLEAR)  # fmt: skip


def _parser(start: Callable[[str, dict[str, str]], object]) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise Refused(
        "doctype",
        "The workbook's XML declares a DOCTYPE, which Excel never writes and attackers do.",
        ASK_SENDER,
    )


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


# -- the workbook and its sheets ----------------------------------------------------------------


def _inspect_sheets(package: _Package) -> dict[str, SheetFacts]:
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
    for tag, attrs in elements:
        if tag != "sheet":
            continue
        link = next((value for key, value in attrs.items() if _local(key) == "id"), "")
        kind, part = relations.get(link, ("", ""))
        if kind == "worksheet":
            if part not in package:
                raise damaged(f"the sheet {attrs.get('name', '')} is missing from it")
            facts[attrs["name"]] = _inspect_sheet(package, part, attrs.get("state", "visible"))
    return facts


def _inspect_sheet(package: _Package, part: str, state: str) -> SheetFacts:
    scan = _SheetScan()
    scan.run(package.chunks(part))
    _check_merges(scan)
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
    )


def _check_merges(scan: _SheetScan) -> None:
    area = sum(
        max(0, min(merge.last_row, scan.last_row) - merge.first_row + 1)
        * max(0, min(merge.last_col, scan.last_col) - merge.first_col + 1)
        for merge in scan.merges
    )
    if len(scan.merges) > MOST_MERGES or area > MOST_MERGED_CELLS:
        raise Refused(
            "too_many_merges",
            f"A sheet merges {len(scan.merges):,} ranges over {area:,} cells; no form does.",
            "Undo the merges outside the table and save it again.",
        )


class _SheetScan:
    """One pass over the XML of a worksheet."""

    def __init__(self) -> None:
        self.merges: list[Span] = []
        self.hidden_rows: set[int] = set()
        self.hidden_cols: set[int] = set()
        self.formulas: set[Address] = set()
        self.uncached: set[Address] = set()
        self.last_row = self.last_col = 0
        self._row = self._col = self._cells = self._row_cells = 0
        self._type = ""
        self._columns: dict[str, int] = {}
        self._pending = False
        self._parser = _parser(self._start)
        self._handlers = {
            "c": self._cell, "v": self._value, "row": self._start_row, "f": self._formula,
            "mergeCell": self._merge, "col": self._column,
        }  # fmt: skip

    def run(self, chunks: Iterator[bytes]) -> None:
        for chunk in chunks:
            self._parser.Parse(chunk, False)
        self._parser.Parse(b"", True)
        self._end_row()

    def _start(self, tag: str, attrs: dict[str, str]) -> None:
        handler = self._handlers.get(tag if ":" not in tag else _local(tag))
        if handler is not None:
            handler(attrs)

    def _start_row(self, attrs: dict[str, str]) -> None:
        self._end_row()
        row = int(attrs["r"]) if "r" in attrs else self._row + 1
        if row <= self._row:
            raise damaged(f"row {row} comes after row {self._row}")
        if row > LAST_ROW:
            raise _outside(f"row {row}")
        self._row, self._col = row, 0
        if attrs.get("hidden") in ("1", "true"):
            self.hidden_rows.add(row)

    def _end_row(self) -> None:
        if self._col:
            self.last_row = self._row
            self.last_col = max(self.last_col, self._col)
            self._row_cells += self._col
            if self._row_cells > MOST_ROW_CELLS:
                raise _too_big(self._row_cells)

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
            raise _outside(f"column {col} in row {self._row}")
        self._col = col
        self._type = attrs.get("t", "n")
        if self._pending:
            self._stop_waiting()
        self._cells += 1
        if self._cells > MOST_CELLS:
            raise _too_big(self._cells)

    def _column_of(self, letters: str, name: str) -> int:
        if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
            raise _outside(f"a cell named {name[:20]}")
        col = column_index_from_string(letters)
        self._columns[letters] = col
        return col

    def _formula(self, attrs: dict[str, str]) -> None:
        address = (self._row, self._col)
        self.formulas.add(address)
        self.uncached.add(address)
        self._pending = True

    def _value(self, attrs: dict[str, str]) -> None:
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
        raise _outside(f"a merge over {ref}")
    return first_col, first_row, last_col, last_row


def _address(ref: str) -> Address:
    first_col, first_row, _, _ = _bounds(ref)
    return first_row, first_col


def _outside(what: str) -> Refused:
    return Refused(
        "outside_grid",
        f"The workbook has {what}, outside the {LAST_ROW:,} rows and {LAST_COL:,} columns there "
        "are.",
        ASK_SENDER,
    )


def _too_big(cells: int) -> Refused:
    return Refused(
        "too_big",
        f"A sheet spreads over more than {cells - 1:,} cells, too many for a form.",
        CLEAR,
    )
