"""What the gate says of a file: let in, with what it found, or refused, with what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

FileKind = Literal["xlsx", "xls", "ods", "html", "csv"]


class Refused(Exception):
    """A file that cannot be read: why, in one sentence for a person, and what to do about it."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(code, message, remedy)
        self.code, self.message, self.remedy = code, message, remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"


class Note(NamedTuple):
    """Something odd about a file that is read all the same."""

    code: str
    message: str
    remedy: str
    severity: str = "warning"


MACROS = Note(
    "macros",
    "The workbook holds macros: they were not run; its figures are those the file keeps.",
    "Nothing to do, where nobody relies on a macro to fill the table.",
    "info",
)


def unreadable(error: OSError) -> tuple[str, str, str]:
    """Code, message and remedy for a file that the system does not let us read."""
    return (
        "unreadable",
        f"The file cannot be opened: {error.strerror or error}.",
        "Close it where it is open, or ask for the right to read it, and ingest again.",
    )


class SheetPart(NamedTuple):
    """A worksheet of an .xlsx: its name, the part of the package that holds it, its visibility."""

    name: str
    part: str
    state: str = "visible"


@dataclass(frozen=True, slots=True)
class Inspection:
    """A file let in: its kind by its bytes, the bytes themselves, and what is odd about it.

    `content` is what the readers read, so that nothing else than what was checked is parsed; it is
    decrypted where the file was locked with Excel's built-in password. `sheets` (xlsx only) lists
    the worksheets in order. `encoding` and `delimiter` are those of text files.
    """

    kind: FileKind
    content: bytes = field(repr=False)
    notes: tuple[Note, ...] = ()
    sheets: tuple[SheetPart, ...] = ()
    encoding: str = ""
    delimiter: str = ""
