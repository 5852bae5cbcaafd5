"""What the gate says of a file: let in, with what it found, or refused, with what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from pls_analysis.ingest.cells import Address, Span

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


@dataclass(frozen=True, slots=True)
class Flatness:
    """A large, densely filled sheet without error values: a flat export.

    `changes` gives for a row the columns whose cells have another style from there on; before the
    first change it is style 0.
    """

    changes: Mapping[int, Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What a worksheet's XML says beyond the values of its cells.

    `uncached` holds the formula cells whose result the file does not keep; `struck` those
    whose inline text is crossed out in a part; `flat` is set for a sheet that is large and flat.
    """

    state: str = "visible"
    merges: tuple[Span, ...] = ()
    hidden_rows: frozenset[int] = field(default_factory=frozenset)
    hidden_cols: frozenset[int] = field(default_factory=frozenset)
    formulas: frozenset[Address] = field(default_factory=frozenset)
    uncached: frozenset[Address] = field(default_factory=frozenset)
    commented: frozenset[Address] = field(default_factory=frozenset)
    struck: frozenset[Address] = field(default_factory=frozenset)
    flat: Flatness | None = None


@dataclass(frozen=True, slots=True)
class Inspection:
    """A file let in: its kind by its bytes, the bytes themselves, and what is odd about it.

    `content` is what the readers read, so that nothing else than what was checked is parsed; it is
    decrypted where the file was locked with Excel's built-in password. `sheets` (xlsx only) has
    the facts of each worksheet by its name, in the order of the workbook;
    `struck_text` says that parts of its texts are crossed out. `encoding` and `delimiter` are those
    of text files.
    """

    kind: FileKind
    content: bytes = field(repr=False)
    notes: tuple[Note, ...] = ()
    sheets: Mapping[str, SheetFacts] = field(default_factory=dict, repr=False)
    encoding: str = ""
    delimiter: str = ""
    struck_text: bool = False
