"""Zip packages of spreadsheets: sizes, names and DOCTYPEs are checked before anything is read."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from xml.parsers import expat

from pls_analysis.ingest.inspection import Refused
from pls_analysis.ingest.limits import ASK_SENDER, CLEAR

MOST_ENTRIES = 5_000
MOST_PART_BYTES = 256 * 1024**2
MOST_BYTES = 512 * 1024**2
MOST_RATIO = 300
LEAST_SUSPECT_BYTES = 1024**2
CHUNK = 1024**2
PROLOGUE_BYTES = 512
USUAL_PROLOGUE = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml [^>]*\?>)?\s*<[A-Za-z]")

SAVE_AGAIN = "Open it in Excel or WPS, save it as a new .xlsx, and send it again."


@contextmanager
def open_package(content: bytes) -> Iterator[Package]:
    """Open a zip package; whatever its damage makes a parser raise becomes a Refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield Package(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise truncated() from error
    except NotImplementedError as error:
        raise unknown_packing(error) from error
    except expat.ExpatError as error:
        raise damaged(f"its XML breaks off ({error})") from error
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise damaged(f"its parts contradict each other ({error!r:.100})") from error


def unknown_packing(error: NotImplementedError) -> Refused:
    """The refusal of a zip package that is whole, but of a method or version that Python lacks.

    Packers other than Excel and WPS make such (Deflate64, for one): sent again it is the same.
    """
    return Refused(
        "unknown_packing",
        f"The workbook was packed by a method that is not read ({error}).",
        SAVE_AGAIN,
    )


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


class Package:
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

    def names(self) -> Iterable[str]:
        """Names of all parts, in lower case."""
        return self._parts

    def chunks(self, name: str) -> Iterator[bytes]:
        archive = self._archive
        with archive.open(self._parts[name.lower()]) as part:
            while chunk := part.read(CHUNK):
                yield chunk

    def elements(self, name: str) -> list[tuple[str, dict[str, str]]]:
        """All elements of a small part: local name and attributes, in order."""
        found: list[tuple[str, dict[str, str]]] = []
        parser = parser_of(lambda tag, attrs: found.append((local(tag), attrs)))
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
        parser = parser_of(lambda tag, attrs: started.append(tag))
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


def parser_of(start: Callable[[str, dict[str, str]], object]) -> expat.XMLParserType:
    """An XML parser that refuses a DOCTYPE."""
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


def local(tag: str) -> str:
    """An XML name without its prefix."""
    return tag.rpartition(":")[2]
