"""Check an .xlsx package before its sheets are read: what it is, and which sheets it lists."""

from __future__ import annotations

from collections.abc import Iterator

from pls_analysis.ingest.inspection import MACROS, Inspection, Note, Refused, SheetPart
from pls_analysis.ingest.packages import Package, damaged, local, open_package

STRICT = "http://purl.oclc.org/ooxml/"


def inspect_package(content: bytes) -> Inspection:
    """Check an .xlsx package and list its worksheets, in order.

    Raises Refused where the package is damaged, is no workbook, or is built to do harm. What a
    sheet itself may hold is checked while it is read.
    """
    with open_package(content) as package:
        package.check_prologues()
        return Inspection("xlsx", content, tuple(_notes(package)), tuple(_sheets(package)))


def book_part(package: Package) -> str:
    """The name of the part that lists the sheets. Raises Refused: damaged."""
    roots = [target for kind, target in package.relations("").values() if kind == "officeDocument"]
    book = roots[0] if roots else "xl/workbook.xml"
    if book not in package:
        raise damaged("it has no list of sheets")
    return book


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


def _sheets(package: Package) -> Iterator[SheetPart]:
    book = book_part(package)
    elements = package.elements(book)
    if any(value.startswith(STRICT) for value in elements[0][1].values()):
        raise Refused("strict_ooxml", "The workbook is a Strict Open XML file, which is not read.",
                      "Save it as “Excel Workbook (*.xlsx)” and send it again.")  # fmt: skip
    relations = package.relations(book)
    names: set[str] = set()
    for tag, attrs in elements:
        if tag != "sheet":
            continue
        name = attrs["name"]
        if name in names:
            raise damaged(f"it has two sheets called {name}")
        names.add(name)
        link = next((value for key, value in attrs.items() if local(key) == "id"), "")
        kind, part = relations.get(link, ("", ""))
        if kind == "worksheet":
            if part not in package:
                raise damaged(f"the sheet {name} is missing from it")
            yield SheetPart(name, part, attrs.get("state", "visible"))
