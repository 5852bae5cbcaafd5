"""Record what a batch did in `reports/<period>/run.json`, and tell what is up to date."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from pls_analysis.batch.plan import Report
from pls_analysis.batch.settings import policy_of, shared_digest
from pls_analysis.project import Project
from pls_analysis.store import Store

FILE = "run.json"
DISTRIBUTION = "pls-analysis"
PACKAGE = Path(__file__).resolve().parents[1]
MESSAGES = PACKAGE / "data" / "messages"
"""Of these a report notes each that it says."""
BATCHES_KEPT = 200


class ManifestError(RuntimeError):
    """A `run.json` that cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one report of a period.

    `outcome` is "ok" (made), "failed" or "skipped" (made before, and still up to date).
    `outputs` maps a format to {"path", "sha256"}, paths relative to the period's folder; after
    a failure they are those of the version that still stands, if any. `inputs` is the hash of
    all that the outputs depend on. `duration_seconds` is what making it took, `steps` the part of
    each step that was finished; `tries` says how often it was begun. `cell` is the number of the
    notebook's cell that failed. `summary` is what the outputs say in short, see `publish.facts`.
    """

    report: str
    notebook: str
    title: str
    area: str
    name: str
    parameters: Mapping[str, str]
    outcome: str
    started: str
    finished: str
    duration_seconds: float
    inputs: str
    outputs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    error: str = ""
    cell: int | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
    steps: Mapping[str, float] = field(default_factory=dict)
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Batch:
    """One call of `pls run`: when, and how many reports were made, failed or were skipped.

    `left` were not reached, as the batch was stopped. `per_minute` counts what was run.
    """

    started: str
    finished: str
    duration_seconds: float
    notebooks: Sequence[str]
    ok: int
    failed: int
    skipped: int
    left: int = 0
    per_minute: float = 0.0


@dataclass(frozen=True, slots=True)
class Inputs:
    """What all reports of a batch depend on, as hashes; what each reads comes to it (`ledger`)."""

    package: str
    source: str
    project: str
    store: Store
    _notebooks: dict[Path, str] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project, store: Store) -> Inputs:
        """Take them from a project and its store. Raises StoreError where there is none."""
        return cls(
            package=_version(DISTRIBUTION),
            source=source_digest(),
            project=shared_digest(project, policy_of(project)),
            store=store,
        )

    def fixed(self, report: Report) -> str:
        """Hash what the outputs of a report depend on, but for what it has read."""
        if report.notebook not in self._notebooks:
            self._notebooks[report.notebook] = self._shared(report.notebook)
        said = json.dumps([self._notebooks[report.notebook], report.parameters], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    def _shared(self, notebook: Path) -> str:
        parts = {
            "notebook": hashlib.sha256(notebook.read_bytes()).hexdigest(),
            "package": [self.package, self.source],
            "libraries": library_versions(),
            "project": self.project,
            "synthetic": bool(self.store.manifest.get("synthetic", False)),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def source_digest() -> str:
    """Hash every file of the package but the messages: code, templates, styles and fonts."""
    files = (file for file in PACKAGE.rglob("*") if file.is_file() and file.parent != MESSAGES)
    return _digest_files(PACKAGE, sorted(f for f in files if "__pycache__" not in f.parts))


@cache
def library_versions() -> dict[str, str]:
    """Return the versions of the libraries that the package declares it needs."""
    needed = requires(DISTRIBUTION) or []
    names = (line.split(";")[0] for line in needed if "extra ==" not in line)
    bare = (name.strip().rstrip("0123456789.,<>=!~ ") for name in names)
    return {name: _version(name) for name in sorted(bare)}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _digest_files(root: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def file_digest(file: Path) -> str:
    """Return the sha256 of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def up_to_date(report: Report, entry: Entry | None, key: str) -> bool:
    """Tell whether every asked-for output lies there, unchanged, made from the same inputs."""
    if entry is None or entry.outcome == "failed" or entry.inputs != key:
        return False
    return all(
        kind in entry.outputs
        and file.is_file()
        and file_digest(file) == entry.outputs[kind]["sha256"]
        for kind, file in report.outputs.items()
    )


def with_earlier_formats(report: Report, entry: Entry | None) -> Report:
    """Add the formats made before, so that files of one report never tell of different data."""
    if entry is None:
        return report
    return replace(report, formats=tuple(dict.fromkeys([*report.formats, *entry.outputs])))


def read_run(folder: Path) -> dict[str, Any]:
    """Return what `run.json` of a period says, {} where there is none. Raises ManifestError."""
    file = folder / FILE
    if not file.is_file():
        return {}
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ManifestError(
            f"{file} is damaged ({error}); delete it and run again: all reports of that "
            "period are then made anew."
        ) from None


def read_entries(folder: Path) -> dict[str, Entry]:
    """Return the reports of a period by their id."""
    entries = map(entry_of, read_run(folder).get("reports", []))
    return {entry.report: entry for entry in entries}


def entry_of(said: Mapping[str, Any]) -> Entry:
    """An entry as `run.json` has it; what another version of the package added is left out."""
    known = {one.name for one in fields(Entry)}
    return Entry(**{key: value for key, value in said.items() if key in known})


def write_run(
    folder: Path, inputs: Inputs, entries: Iterable[Entry], batch: Batch | None = None
) -> None:
    """Write `run.json` anew, keeping what it says of reports that are not among `entries`.

    The file is replaced as a whole. `batch` is added to the batches, once it has ended.
    """
    before = read_run(folder)
    known = map(entry_of, before.get("reports", []))
    merged = {entry.report: entry for entry in (*known, *entries)}
    batches = [*before.get("batches", []), *([asdict(batch)] if batch else [])]
    content = {
        "period": folder.name,
        "package": {"version": inputs.package, "source": inputs.source},
        "data": inputs.store.manifest["version"],
        "synthetic": bool(inputs.store.manifest.get("synthetic", False)),
        "batches": batches[-BATCHES_KEPT:],
        "reports": [asdict(merged[name]) for name in sorted(merged)],
    }
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{FILE}.{os.getpid()}.part"
    part.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(folder / FILE)
