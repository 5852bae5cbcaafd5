"""From a folder of raw workbooks to a store of observations: the one way in.

Only new and changed files are read; of the others the store keeps what they gave. The store is
replaced as a whole at the end, so a run that is stopped changes nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from pls_analysis.executors.guarded import processors
from pls_analysis.ingest import consistency, submissions
from pls_analysis.ingest.choosing import said_by_name
from pls_analysis.ingest.corrections import Correction, load_corrections
from pls_analysis.ingest.fingerprint import fingerprint as fingerprint_of
from pls_analysis.ingest.forms import Form
from pls_analysis.ingest.inspection import unreadable
from pls_analysis.ingest.reading import FileReading, refused
from pls_analysis.ingest.workers import PASSING, load_context, read_files
from pls_analysis.observations import COLUMNS, KEY, Issue
from pls_analysis.project import Project
from pls_analysis.store import (
    FILES,
    SUBMISSIONS,
    Store,
    empty_observations,
    issues_frame,
)
from pls_analysis.store_versions import write_store

IGNORED_NAMES = {"readme.md", "thumbs.db", "desktop.ini"}
CROSS_FILE_CODES = submissions.CODES | consistency.CODES


class IngestError(RuntimeError):
    """The run as a whole cannot go on; the message says why and what to do."""


@dataclass(frozen=True)
class Outcome:
    """What a run of ingest did. Counts of files, then of non-empty cells of files in the store."""

    read: int = 0
    unchanged: int = 0
    duplicate: int = 0
    superseded: int = 0
    refused: Sequence[str] = ()
    newly_refused: Sequence[str] = ()
    cells: int = 0
    cells_used: int = 0
    cells_logged: int = 0
    observations: int = 0
    issues: dict[str, int] = field(default_factory=dict)
    version: str = ""


@dataclass
class _Tables:
    """The tables of a store while they are put together."""

    rows: pd.DataFrame
    submissions: pd.DataFrame
    files: pd.DataFrame
    issues: list[Issue]


def ingest(
    project: Project,
    raw: Path | None = None,
    out: Path | None = None,
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    dask: str | None = None,
) -> Outcome:
    """Read every workbook below `raw` into the store `out`, on a Dask cluster by its address.

    `progress(done, total)` is called after each file read. Raises ConfigError where a spec, alias
    or correction is wrong, and IngestError where sample and real files lie together or a
    correction no longer fits; the store is then left as it was.
    """
    raw, out = raw or project.raw, out or project.processed
    forms = load_context(project).forms
    corrections = load_corrections(project.config / "corrections.yml")
    fingerprint = fingerprint_of(project)
    found = _list_files(raw)
    hashes, locked = _digests(found)
    copies = _copies(hashes, forms, {one.file for one in corrections})
    kept, before = _unchanged(
        out, fingerprint, {p: h for p, h in hashes.items() if p not in copies}
    )
    new = [(file, path) for file, path in found if path in hashes.keys() - copies.keys() - kept]
    readings = [*_read(project, new, jobs, progress, dask), *locked]
    hashes |= {reading.path: "" for reading in locked}
    _check_corrections(corrections, readings, hashes.keys(), copies)
    tables = _gather(before, kept, readings, hashes)
    _add_duplicates(tables, hashes, copies)
    _check_mixture(tables.files)
    return _store(project, out, tables, fingerprint, before, len(readings), len(kept))


def _list_files(raw: Path) -> list[tuple[Path, str]]:
    """Every file below the raw folder with its relative name, in order."""
    if not raw.is_dir():
        raise IngestError(f"{raw} is not a folder: put the offices' workbooks there.")
    files = (file for file in raw.rglob("*") if file.is_file())
    named = ((file, file.relative_to(raw).as_posix()) for file in files)
    return sorted(((file, path) for file, path in named if not _is_ignored(path)),
                  key=lambda item: item[1])  # fmt: skip


def _is_ignored(path: str) -> bool:
    """Hidden files, Excel's lock files and our own notes are not office reports."""
    parts = path.split("/")
    return parts[-1].lower() in IGNORED_NAMES or any(part.startswith((".", "~$")) for part in parts)


def _digests(
    files: Sequence[tuple[Path, str]],
) -> tuple[dict[str, str], list[FileReading]]:
    """The sha256 of each file, and a refusal of each that cannot be opened or named."""
    hashes: dict[str, str] = {}
    locked: list[FileReading] = []
    for file, path in files:
        try:
            path.encode()
            with file.open("rb") as stream:
                hashes[path] = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            locked.append(refused(path, *unreadable(error)))
        except UnicodeEncodeError:
            name = os.fsencode(path).decode("gb18030", "replace")
            locked.append(
                refused(
                    name,
                    "bad_name",
                    "The file's name is no valid text on this system: "
                    "an unpacker took its characters for others.",
                    "Rename the file, and ingest again.",
                )
            )
    return hashes, locked


def _copies(
    hashes: Mapping[str, str], forms: Sequence[Form], corrected: Collection[str]
) -> dict[str, str]:
    """Files that need no reading, each with the file whose content it repeats.

    The one that a correction names is the one that is read, else the first by name. Where a form
    is told or dated by file names, two names that say different things are no copies.
    """
    firsts: dict[tuple[str, object], str] = {}
    copies: dict[str, str] = {}
    for path in sorted(hashes, key=lambda path: (path not in corrected, path)):
        first = firsts.setdefault((hashes[path], said_by_name(path, forms)), path)
        if first != path:
            copies[path] = first
    return copies


def _unchanged(
    out: Path, fingerprint: str, hashes: Mapping[str, str]
) -> tuple[set[str], Store | None]:
    """Files whose reading the store still holds, and that store.

    A file that was refused for what may have been the machine's state is tried again.
    """
    if not (out / "manifest.json").is_file():
        return set(), None
    store = Store(out)
    if store.manifest.get("fingerprint") != fingerprint:
        return set(), store
    files, issues = store.files(), store.issues()
    passing = set(issues.loc[issues["code"].isin(PASSING), "file"])
    files = files[(files["outcome"] != "duplicate") & ~files["path"].isin(passing)]
    held = dict(zip(files["path"], files["sha256"], strict=True))
    return {path for path, digest in hashes.items() if held.get(path) == digest}, store


def _read(
    project: Project,
    files: Sequence[tuple[Path, str]],
    jobs: int | None,
    progress: Callable[[int, int], None] | None,
    dask: str | None,
) -> list[FileReading]:
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, len(files))

    workers = min(jobs or processors(), max(1, len(files)))
    return list(read_files(project, files, workers, count, dask=dask))


def _check_corrections(
    corrections: Iterable[Correction],
    readings: Sequence[FileReading],
    paths: Collection[str],
    copies: Mapping[str, str],
) -> None:
    """Fail where a declared correction was not applied, whatever the reason."""
    refused = {reading.path for reading in readings if reading.outcome == "refused"}
    wrong = [complaint for reading in readings for complaint in reading.wrong_corrections]
    for one in corrections:
        why = ""
        if one.file not in paths:
            why = "there is no such file"
        elif one.file in copies:
            why = f"the file is a copy of {copies[one.file]}; declare it for that one"
        elif one.file in refused:
            why = "the file was refused"
        if why:
            place = f"{one.file} {one.sheet} {one.cell}"
            wrong.append(f"config/corrections.yml: {place}: {why}")
    if wrong:
        raise IngestError(
            "Declared corrections no longer fit; look at the files and mend or delete them:\n"
            + "\n".join(wrong)
        )


def _check_mixture(files: pd.DataFrame) -> None:
    read = files[files["outcome"] == "read"]
    synthetic = read["synthetic"].astype(bool)
    if synthetic.any() and not synthetic.all():
        sample, real = read["path"][synthetic].iloc[0], read["path"][~synthetic].iloc[0]
        raise IngestError(
            f"Sample and real files lie together ({sample} is synthetic, {real} is not): "
            "run `pls sample --remove` first, then ingest again."
        )


# -- putting the tables together ---------------------------------------------------------------


def _gather(
    store: Store | None, kept: set[str], readings: Sequence[FileReading], hashes: dict[str, str]
) -> _Tables:
    rows, filed = _rows_of(readings, hashes)
    files = _files_of(readings, hashes)
    issues = [issue for reading in readings for issue in reading.issues]
    if store is None or not kept:
        return _Tables(rows, filed, files, issues)
    old_filed = store.submissions()
    old_filed = old_filed[old_filed["path"].isin(kept)]
    old_rows = pd.concat([store.observations(), store.superseded()], ignore_index=True)
    old_rows = old_rows[old_rows["submission"].isin(old_filed["submission"])]
    old_rows = old_rows.assign(status=old_rows["status"].where(old_rows["status"] != "r", ""))
    old_files = store.files()
    old_files = old_files[old_files["path"].isin(kept) & (old_files["outcome"] != "duplicate")]
    old_issues = store.issues()
    old_issues = old_issues[
        old_issues["file"].isin(kept) & ~old_issues["code"].isin(CROSS_FILE_CODES)
    ]
    issues += [Issue(**row) for row in old_issues.to_dict("records")]
    return _Tables(
        _concat([old_rows, rows]),
        _concat([old_filed, filed]),
        _concat([old_files, files]),
        issues,
    )


def _concat(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    full = [frame for frame in frames if len(frame)]
    return pd.concat(full, ignore_index=True) if full else frames[0]


def _rows_of(
    readings: Sequence[FileReading], hashes: dict[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Observations and submissions of newly read files."""
    rows: list[tuple] = []
    filed: dict[str, tuple] = {}
    for reading in readings:
        sha = hashes[reading.path]
        for one in reading.observed:
            submission = f"{sha[:12]}-{one.form}-{one.office}-{one.filed.end:%Y%m%d}"
            rows.append(
                (one.measure, one.area, one.subject, one.breakdown, one.period.start,
                 one.period.end, one.period.basis, one.value, one.unit, one.status, one.form,
                 submission, one.sheet, one.cell, one.raw)
            )  # fmt: skip
            if submission not in filed:
                filed[submission] = (
                    submission, reading.path, sha, one.form, one.office, one.filed.start,
                    one.filed.end, one.declared, "", reading.synthetic,
                )  # fmt: skip
    observations = pd.DataFrame(rows, columns=COLUMNS) if rows else empty_observations()
    submitted = pd.DataFrame(filed.values(), columns=SUBMISSIONS.names)
    return _with_dates(observations), _with_dates(submitted)


def _with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    dates = [name for name in ("period_start", "period_end", "declared") if name in frame]
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in dates})


def _files_of(readings: Sequence[FileReading], hashes: dict[str, str]) -> pd.DataFrame:
    rows = [
        (one.path, hashes[one.path], one.outcome, one.synthetic, one.declared, one.cells, one.used,
         one.logged)
        for one in readings
    ]  # fmt: skip
    return _with_dates(pd.DataFrame(rows, columns=FILES.names))


def _add_duplicates(tables: _Tables, hashes: Mapping[str, str], copies: Mapping[str, str]) -> None:
    for path, first in copies.items():
        message = f"Same content as {first}: not read again."
        tables.issues.append(Issue("info", "duplicate_file", message, path))
    rows = [(path, hashes[path], "duplicate", False, pd.NaT, 0, 0, 0) for path in copies]
    if rows:
        extra = _with_dates(pd.DataFrame(rows, columns=FILES.names))
        tables.files = _concat([tables.files, extra])


def _store(
    project: Project,
    out: Path,
    tables: _Tables,
    fingerprint: str,
    before: Store | None,
    read: int,
    unchanged: int,
) -> Outcome:
    forms = load_context(project).forms
    own_forms = {form.id for form in forms if form.area == "office"}
    settled = submissions.settle(tables.rows, tables.submissions, own_forms)
    checked = consistency.check(settled.standing, forms, tables.submissions)
    issues = [*tables.issues, *settled.issues, *checked.issues]
    frame = issues_frame(issues).sort_values(
        ["file", "sheet", "severity", "code", "cell", "message"], kind="stable"
    )
    files = tables.files.sort_values("path", ignore_index=True)
    filed = tables.submissions
    filed = filed.assign(
        supersedes=filed["submission"].map(lambda one: settled.supersedes.get(one, ""))
    )
    superseded = _concat([settled.superseded, checked.withheld])
    refused = files.loc[files["outcome"] == "refused", "path"].tolist()
    old = set(before.manifest.get("refused", [])) if before is not None else set()
    new_version = write_store(
        out,
        {
            "observations": checked.standing,
            "superseded": superseded.sort_values([*KEY, "submission", "sheet", "cell"]),
            "issues": frame,
            "submissions": filed.sort_values(["path", "submission"]),
            "files": files,
        },
        {
            "fingerprint": fingerprint,
            "synthetic": bool(files["synthetic"].any()),
            "refused": refused,
        },
    )
    return Outcome(
        read=read,
        unchanged=unchanged,
        duplicate=int((files["outcome"] == "duplicate").sum()),
        superseded=len(set(settled.supersedes.values())),
        refused=refused,
        newly_refused=[path for path in refused if path not in old],
        cells=int(files["cells"].sum()),
        cells_used=int(files["used"].sum()),
        cells_logged=int(files["logged"].sum()),
        observations=len(checked.standing),
        issues=frame["severity"].value_counts().to_dict(),
        version=new_version,
    )
