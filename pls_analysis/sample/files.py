"""Keep account of the files of a sample, so that exactly these can be removed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

from pls_analysis.sample.pages import MARK
from pls_analysis.sample.workbooks import PROPERTY

MANIFEST = ".sample.json"


class SampleError(RuntimeError):
    """The sample cannot be written there; the message says why and what to do."""


@dataclass(frozen=True)
class Removal:
    """Files of the sample that were deleted, and those left because they have been changed."""

    removed: tuple[str, ...]
    kept: tuple[str, ...]


def check_clear(out: Path, paths: Iterable[str]) -> None:
    """Raise SampleError where a file that the sample would write exists already."""
    taken = [path for path in paths if (out / path).exists()]
    if taken:
        raise SampleError(
            f"{out} holds files that are not the sample's, among them {taken[0]}: "
            "write the sample to an empty folder with --out."
        )


def write_manifest(out: Path, seed: int, paths: Iterable[str]) -> None:
    """Add files to the list of what the sample wrote, each with its hash once it exists."""
    out.mkdir(parents=True, exist_ok=True)
    known = _read_manifest(out)
    for path in paths:
        known[path] = _digest(out / path) if (out / path).is_file() else ""
    text = json.dumps({"seed": seed, "files": dict(sorted(known.items()))}, ensure_ascii=False,
                      indent=0)  # fmt: skip
    (out / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def _read_manifest(out: Path) -> dict[str, str]:
    file = out / MANIFEST
    if not file.is_file():
        return {}
    return json.loads(file.read_text(encoding="utf-8"))["files"]


def remove(out: Path) -> Removal:
    """Delete exactly what the sample wrote below a folder, and folders that are then empty.

    A file that has changed since and no longer says that it is synthetic is somebody's own: it is
    kept and named.
    """
    removed, kept = [], []
    for path, digest in _read_manifest(out).items():
        file = out / path
        if not file.is_file() or not file.resolve().is_relative_to(out.resolve()):
            continue
        if (digest and _digest(file) == digest) or is_synthetic(file):
            file.unlink()
            removed.append(path)
        else:
            kept.append(path)
    for folder in sorted({parent for path in removed for parent in PurePosixPath(path).parents},
                         key=lambda one: -len(one.parts)):  # fmt: skip
        place = out / folder
        if folder.parts and place.is_dir() and not any(place.iterdir()):
            place.rmdir()
    (out / MANIFEST).unlink(missing_ok=True)
    return Removal(tuple(removed), tuple(kept))


def is_synthetic(file: Path) -> bool:
    """Whether a file says that it is of the sample: in a property, or in a cell."""
    try:
        with ZipFile(file) as archive:
            names = archive.namelist()
            if "docProps/custom.xml" in names:
                return PROPERTY.encode() in archive.read("docProps/custom.xml")
            return "content.xml" in names and MARK.encode() in archive.read("content.xml")
    except BadZipFile:
        content = file.read_bytes()
        return any(MARK.encode(coding) in content for coding in ("utf-16-le", "gb18030", "utf-8"))


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
