"""The Parquet store of observations and issues.

A store is a folder that `pls ingest` alone writes. Its `manifest.json` names the files of the
current version and is replaced last, so a reader sees either the old version or the new one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pandas.util import hash_pandas_object

from pls_analysis.observations import COLUMNS, KEY, Issue
from pls_analysis.periods import Period
from pls_analysis.reads import Kept, note

_TYPES = {"period_start": pa.date32(), "period_end": pa.date32(), "value": pa.float64()}
SCHEMA = pa.schema([(name, _TYPES.get(name, pa.string())) for name in COLUMNS])
ORDER = ["area", "measure", "breakdown", "subject", "basis", "period_start", "period_end"]
SUBMISSIONS = pa.schema(
    [
        ("submission", pa.string()),
        ("path", pa.string()),
        ("sha256", pa.string()),
        ("form", pa.string()),
        ("office", pa.string()),
        ("period_start", pa.date32()),
        ("period_end", pa.date32()),
        ("declared", pa.date32()),
        ("supersedes", pa.string()),
        ("synthetic", pa.bool_()),
    ]
)
FILES = pa.schema(
    [
        ("path", pa.string()),
        ("sha256", pa.string()),
        ("outcome", pa.string()),
        ("synthetic", pa.bool_()),
        ("declared", pa.date32()),
        ("cells", pa.int64()),
        ("used", pa.int64()),
        ("logged", pa.int64()),
    ]
)
ISSUES = pa.schema(
    [
        (name, pa.string())
        for name in ("severity", "code", "message", "file", "sheet", "cell", "raw", "remedy")
    ]
)
GROUP = ["area", "measure", "period_start", "period_end"]
DIGESTS = pa.schema(
    [
        ("table", pa.string()),
        *((name, _TYPES.get(name, pa.string())) for name in GROUP),
        ("digest", pa.uint64()),
    ]
)
"""What the rows of a table say of an area, a measure and a period, as the sum of their hashes."""
FILED = ["form", "office", "declared", "supersedes"]
"""What the digest of an observation says of the submission that it comes from."""
ROWS_PER_GROUP = 20_000
"""Rows of a Parquet row group: small enough that one area reads little, large enough to pack."""
SOUGHT = ("area", "measure", "basis", "breakdown", "period_start", "period_end")
SMALL = ("issues", "submissions", "superseded")
_TABLES = Kept(2 * len(SMALL))
PARQUET = {"compression": "zstd", "write_statistics": list(SOUGHT)}
"""How tables are written: limits are kept of the columns that a reader asks by, so that the list of
row groups, which every reading begins with, stays short."""


class StoreError(RuntimeError):
    """The store is missing or not readable; the message says what to run."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A note of what was asked of a store, see `reads`: of a table, or "" for all of it.

    What lies wholly within the days from `start` to `end` ("" where there is no limit), of some
    measures and areas. () means all of them.
    """

    table: str
    measures: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    start: str = ""
    end: str = ""


def _note(
    table: str,
    measure: str | Iterable[str] | None = None,
    area: str | Iterable[str] | None = None,
    period: Period | None = None,
) -> None:
    days = () if period is None else (period.start.isoformat(), period.end.isoformat())
    note(Asked(table, _names(measure), _names(area), *days))


def _names(wanted: str | Iterable[str] | None) -> tuple[str, ...]:
    """Names as a note has them: () for all, and one that nothing is called for none."""
    if wanted is None:
        return ()
    return (wanted,) if isinstance(wanted, str) else tuple(sorted(set(wanted))) or ("",)


class Store:
    """Read the current version of a store of observations.

    `path` is the folder (data/processed). Raises StoreError where there is no version yet.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    @cached_property
    def manifest(self) -> dict:
        """What `manifest.json` says of the current version."""
        file = self.path / "manifest.json"
        if not file.is_file():
            raise StoreError(f"{self.path} holds no processed data yet: run `pls ingest` first.")
        return json.loads(file.read_text(encoding="utf-8"))

    def file(self, name: str) -> Path:
        """Path of one table of the current version: observations, issues, submissions, …"""
        return self.path / self.manifest["files"][name]

    def table(self, name: str) -> pd.DataFrame:
        """One whole table of the store as a data frame."""
        _note(name)
        return self.unnoted(name)

    def issues(self) -> pd.DataFrame:
        """Every issue of the current version, one row each (columns of `Issue`)."""
        return self.table("issues")

    def issues_of(
        self, area: str, period: Period, cells: Iterable[tuple[str, str, str]]
    ) -> pd.DataFrame:
        """Issues in what an area's own office filed, or at the cells of its own observations.

        Of submissions that end within a period. Columns of `Issue`, then of the submission; `cells`
        are submission, sheet and cell of each.
        """
        _note("issues", None, area, period)
        filed = self.unnoted("submissions")
        ends = filed["period_end"]
        filed = filed[(ends >= pd.Timestamp(period.start)) & (ends <= pd.Timestamp(period.end))]
        found = self.unnoted("issues").merge(filed, left_on="file", right_on="path")
        places = pd.MultiIndex.from_frame(found[["submission", "sheet", "cell"]])
        own = found["office"] == area
        return found[own | places.isin(list(cells))] if len(found) else found

    def submissions(self, office: str | None = None) -> pd.DataFrame:
        """What was filed, by an office or by all: one row for each form and period in a file."""
        _note("submissions", None, office)
        filed = self.unnoted("submissions")
        return filed if office is None else filed[filed["office"] == office]

    def filings(self) -> pd.DataFrame:
        """Submission, FILED: to look up the submissions that observations name.

        It notes nothing: whoever read the observations will read them anew where this changes.
        """
        return self.unnoted("submissions")[["submission", *FILED]]

    def files(self) -> pd.DataFrame:
        """Every raw file: read, duplicate or refused, and how many cells were used and logged."""
        return self.table("files")

    def superseded(
        self,
        measure: str | Iterable[str] | None = None,
        area: str | Iterable[str] | None = None,
        period: Period | None = None,
    ) -> pd.DataFrame:
        """Observations that a later declared version replaced, filtered as the standing ones."""
        measure, area = _listed(measure), _listed(area)
        _note("superseded", measure, area, period)
        return self.unnoted("superseded", measure, area, period)

    def observations(
        self,
        measure: str | Iterable[str] | None = None,
        area: str | Iterable[str] | None = None,
        period: Period | None = None,
        basis: str | None = None,
        breakdown: str | None = None,
        columns: list[str] | None = None,
    ) -> pd.DataFrame:
        """Standing observations, filtered while reading: rows × COLUMNS, RangeIndex.

        `period` keeps what lies wholly within its days. Only the row groups that can hold an
        asked-for area are read.
        """
        measure, area = _listed(measure), _listed(area)
        _note("observations", measure, area, period)
        filters = _filters(measure, area, period, basis, breakdown)
        table = pq.read_table(self.file("observations"), filters=filters, columns=columns)
        return _to_frame(table)

    def unnoted(
        self,
        table: str,
        measure: str | Iterable[str] | None = None,
        area: str | Iterable[str] | None = None,
        period: Period | None = None,
        columns: list[str] | None = None,
    ) -> pd.DataFrame:
        """A table filtered as `observations` are, to be kept for many readers.

        Nothing is noted of it: whoever gives out a part notes that. No thread is started. A small
        table that is asked for as a whole is kept: what a file holds is told by its name.
        """
        asked = (measure, area, period, columns)
        if table in SMALL and all(one is None for one in asked):
            kept = _TABLES.get(self.file(table), lambda: self._filtered(table, *asked))
            return kept.copy(deep=False)
        return self._filtered(table, *asked)

    def _filtered(
        self,
        table: str,
        measure: str | Iterable[str] | None,
        area: str | Iterable[str] | None,
        period: Period | None,
        columns: list[str] | None,
    ) -> pd.DataFrame:
        sought = [name for name in SOUGHT if columns is not None and name not in columns]
        read = None if columns is None else [*columns, *sought]
        with pq.ParquetFile(self.file(table), pre_buffer=False) as file:
            found = file.read([one for one in read or file.schema_arrow.names
                               if one in file.schema_arrow.names], use_threads=False)  # fmt: skip
        for name, wanted in (("measure", measure), ("area", area)):
            if wanted is not None:
                values = [wanted] if isinstance(wanted, str) else list(wanted)
                right = pc.is_in(found[name], value_set=pa.array(values, pa.string()))
                found = found.filter(right)
        if period is not None:
            found = found.filter(pc.and_(
                pc.greater_equal(found["period_start"], pa.scalar(period.start, pa.date32())),
                pc.less_equal(found["period_end"], pa.scalar(period.end, pa.date32())),
            ))  # fmt: skip
        return _to_frame(found if columns is None else found.select(columns))

    def digests(self) -> pa.Table:
        """DIGESTS, in the order of its columns: what a report's inputs are compared by."""
        return pq.read_table(self.file("digests"), read_dictionary=["table", "area", "measure"])


def _listed(wanted: str | Iterable[str] | None) -> str | list[str] | None:
    """Names that can be gone through twice."""
    return wanted if wanted is None or isinstance(wanted, str) else list(wanted)


def _filters(measure, area, period, basis, breakdown) -> pc.Expression | None:
    tests = []
    for name, wanted in (("measure", measure), ("area", area)):
        if wanted is not None:
            values = [wanted] if isinstance(wanted, str) else list(wanted)
            tests.append(pc.field(name).isin(pa.array(values, pa.string())))
    if basis is not None:
        tests.append(pc.field("basis") == basis)
    if breakdown is not None:
        tests.append(pc.field("breakdown") == breakdown)
    if period is not None:
        tests.append(pc.field("period_start") >= pa.scalar(period.start, pa.date32()))
        tests.append(pc.field("period_end") <= pa.scalar(period.end, pa.date32()))
    expression = None
    for test in tests:
        expression = test if expression is None else expression & test
    return expression


def _to_frame(table: pa.Table) -> pd.DataFrame:
    frame = table.to_pandas(date_as_object=False, use_threads=False)
    return frame.reset_index(drop=True)


def empty_observations() -> pd.DataFrame:
    """A frame of observations with no row."""
    return _to_frame(SCHEMA.empty_table())


def issues_frame(issues: Iterable[Issue]) -> pd.DataFrame:
    """Issues as a data frame, in the order given."""
    names = [field.name for field in fields(Issue)]
    return pd.DataFrame([asdict(issue) for issue in issues], columns=names)


def write_store(path: Path, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, object]) -> str:
    """Write a new version of a store and make it visible at once; returns its digest.

    `tables` holds observations, superseded, issues, submissions and files. What is written is
    named by content: a killed run leaves the old version whole, and the same content gives the
    same files.
    `facts` goes into the manifest beside the file names. Raises ValueError where two standing
    observations share a key.
    """
    observations = tables["observations"]
    repeated = observations.duplicated(KEY)
    if repeated.any():
        first = observations.loc[repeated.idxmax(), KEY].to_dict()
        raise ValueError(f"two standing observations share one key: {first}")
    path.mkdir(parents=True, exist_ok=True)
    ordered = observations.sort_values(ORDER, kind="stable", ignore_index=True)
    arrow = {
        "observations": _to_arrow(ordered, SCHEMA),
        "superseded": _to_arrow(tables["superseded"], SCHEMA),
        "issues": _to_arrow(tables["issues"], ISSUES),
        "submissions": _to_arrow(tables["submissions"], SUBMISSIONS),
        "files": _to_arrow(tables["files"], FILES),
        "digests": _to_arrow(digest_groups({**tables, "observations": ordered}), DIGESTS),
    }
    files = {name: _write_table(path, name, table) for name, table in arrow.items()}
    version = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:16]
    before = _files_of_last_version(path, files)
    manifest = {"version": version, "files": files, "before": before, **facts}
    _replace(path / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    _drop_old_files(path, {*files.values(), *before})
    return version


def _files_of_last_version(path: Path, files: Mapping[str, str]) -> list[str]:
    """The files of the version that is being replaced: a reader may still be at work on them."""
    manifest = path / "manifest.json"
    if not manifest.is_file():
        return []
    old = json.loads(manifest.read_text(encoding="utf-8"))
    if old["files"] == files:
        return old.get("before", [])
    return sorted(set(old["files"].values()) - set(files.values()))


def _to_arrow(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)


def _write_table(path: Path, name: str, table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    table = table.replace_schema_metadata(None)
    # Digests are always read as a whole.
    rows = ROWS_PER_GROUP if table.schema.names != DIGESTS.names else None
    pq.write_table(table, sink, row_group_size=rows, **PARQUET)
    content = sink.getvalue().to_pybytes()
    file = f"{name}-{hashlib.sha256(content).hexdigest()[:16]}.parquet"
    if not (path / file).is_file():
        _replace(path / file, content)
    return file


def _replace(file: Path, content: bytes) -> None:
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(file)


def _drop_old_files(path: Path, keep: set[str]) -> None:
    """Remove the files of versions before the last; one that is open stays until the next run."""
    for file in path.glob("*.parquet"):
        if file.name not in keep:
            with contextlib.suppress(OSError):
                file.unlink()


def digest_groups(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Hash what the tables say, by GROUP: what `Asked` may name, values and where they came from.

    An issue is told of the office that filed its file and of the areas whose figure stands in its
    cell, for the days on which what was filed ends; so is a submission, of its office.
    """
    filed = tables["submissions"]
    ends = {"period_start": filed["period_end"], "measure": ""}
    issues = _issues_by_area(tables["issues"], filed.assign(**ends), tables["observations"])
    parts = {
        "observations": _with_filing(tables["observations"], filed),
        "superseded": _with_filing(tables["superseded"], filed),
        "submissions": filed.assign(area=filed["office"], **ends),
        "issues": issues,
    }
    sums = [_summed(rows).assign(table=name) for name, rows in parts.items() if len(rows)]
    if not sums:
        return _to_frame(DIGESTS.empty_table())
    return pd.concat(sums).sort_values(["table", *GROUP], kind="stable", ignore_index=True)


def _with_filing(rows: pd.DataFrame, filed: pd.DataFrame) -> pd.DataFrame:
    """Observations, each with all that FILED says of its submission in one text."""
    said = ("|".join(map(str, one)) for one in filed[FILED].itertuples(index=False))
    known = dict(zip(filed["submission"], said, strict=True))
    return rows.assign(filed=pd.Series(map(known.get, rows["submission"]), rows.index, "str"))


def _issues_by_area(
    issues: pd.DataFrame, filed: pd.DataFrame, observations: pd.DataFrame
) -> pd.DataFrame:
    place = ["submission", "sheet", "cell"]
    found = issues.merge(filed, left_on="file", right_on="path")
    there = observations["submission"].isin(found["submission"].unique())
    there &= observations["cell"].isin(found["cell"].unique())
    figures = observations.loc[there, [*place, "area"]]
    both = pd.concat([found.assign(area=found["office"]), found.merge(figures, on=place)])
    return both.drop_duplicates()


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """The sum of the rows' hashes by GROUP. A hash covers the group too: figures may change places.

    Days are hashed as numbers, texts once for each that occurs.
    """
    days = rows.select_dtypes("datetime").columns
    said = rows.assign(**{day: rows[day].dt.as_unit("s").astype("int64") for day in days})
    hashes = hash_pandas_object(said, index=False)
    sums = hashes.groupby([rows[name] for name in GROUP], sort=False, dropna=False).sum()
    return sums.rename("digest").reset_index()
