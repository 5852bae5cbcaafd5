"""The Parquet store of observations and issues.

A store is a folder that `pls ingest` alone writes (`store_versions`). Its `manifest.json` names the
files of the current version and is replaced last, so a reader sees either the old version or the
new one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pls_analysis.observations import COLUMNS, Issue
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
_OBSERVED = Kept(1)
"""The observations of the last store that was read as a whole, by its file."""
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
        asked-for area are read, and none where this process has read them all.
        """
        measure, area = _listed(measure), _listed(area)
        _note("observations", measure, area, period)
        wanted = _wanted(measure, area, period, basis, breakdown)
        file = self.file("observations")
        if file in _OBSERVED:
            return to_frame(_chosen(self._whole("observations"), wanted, columns))
        # Not read as codes: of those pyarrow does not look at the limits of row groups.
        return to_frame(pq.read_table(file, filters=wanted or None, columns=columns))

    def held(self) -> pd.DataFrame:
        """Area and measure of the standing observations, each pair once; nothing is noted."""
        pairs = ["area", "measure"]
        read = pq.read_table(self.file("observations"), columns=pairs, read_dictionary=pairs)
        return to_frame(read.unify_dictionaries().group_by(pairs).aggregate([]))

    def unnoted(
        self,
        table: str,
        measure: str | Iterable[str] | None = None,
        area: str | Iterable[str] | None = None,
        period: Period | None = None,
        columns: list[str] | None = None,
    ) -> pd.DataFrame:
        """A table filtered as `observations` are, to be kept for many readers.

        Nothing is noted of it: whoever gives out a part notes that. No thread is started. All
        observations are kept, and of smaller tables the frame that is asked for as a whole: what a
        file holds is told by its name.
        """
        wanted = _wanted(measure, area, period)
        if table not in SMALL or wanted or columns is not None:
            return to_frame(_chosen(self._whole(table), wanted, columns))
        kept = _TABLES.get(self.file(table), lambda: to_frame(self._whole(table)))
        return kept.copy(deep=False)

    def _whole(self, table: str) -> pa.Table:
        """All of a table, read without a thread; observations are kept."""
        file = self.file(table)
        read = partial(_read_whole, file, table)
        return _OBSERVED.get(file, read) if table == "observations" else read()

    def digests(self) -> pa.Table:
        """DIGESTS, in the order of its columns: what a report's inputs are compared by."""
        return pq.read_table(self.file("digests"), read_dictionary=["table", "area", "measure"])


def _listed(wanted: str | Iterable[str] | None) -> str | list[str] | None:
    """Names that can be gone through twice."""
    return wanted if wanted is None or isinstance(wanted, str) else list(wanted)


def _wanted(
    measure: str | Iterable[str] | None = None,
    area: str | Iterable[str] | None = None,
    period: Period | None = None,
    basis: str | None = None,
    breakdown: str | None = None,
) -> list[tuple[str, str, Any]]:
    """What rows are asked for, as pyarrow reads filters: column, test and value."""
    texts = {"area": area, "measure": measure, "basis": basis, "breakdown": breakdown}
    tests: list[tuple[str, str, Any]] = [
        (name, "in", pa.array([one] if isinstance(one, str) else list(one), pa.string()))
        for name, one in texts.items()
        if one is not None
    ]
    if period is not None:
        tests.append(("period_start", ">=", pa.scalar(period.start, pa.date32())))
        tests.append(("period_end", "<=", pa.scalar(period.end, pa.date32())))
    return tests


def _chosen(
    found: pa.Table, wanted: list[tuple[str, str, Any]], columns: list[str] | None
) -> pa.Table:
    """The rows of a table that are asked for, and the columns."""
    tests = {"in": pc.is_in, ">=": pc.greater_equal, "<=": pc.less_equal}
    for name, test, value in wanted:
        found = found.filter(tests[test](found[name], value))
    return found if columns is None else found.select(columns)


def _read_whole(file: Path, table: str) -> pa.Table:
    with pq.ParquetFile(file, pre_buffer=False, read_dictionary=_texts(table)) as opened:
        return opened.read(use_threads=False)


def _texts(table: str) -> list[str] | None:
    """The columns of a table that are read as each text once, and a number in its place.

    Observations are read so in a sixth of the time, and filtered before texts are written out.
    """
    if table not in ("observations", "superseded"):
        return None
    return [one.name for one in SCHEMA if one.type == pa.string()]


def to_frame(table: pa.Table) -> pd.DataFrame:
    """A table as a data frame with plain texts, made without a thread."""
    types = {one.name: one.type for one in table.schema}
    plain = {
        name: pa.string() if pa.types.is_dictionary(kind) else kind for name, kind in types.items()
    }
    frame = table.cast(pa.schema(plain)).to_pandas(date_as_object=False, use_threads=False)
    return frame.reset_index(drop=True)


def empty_observations() -> pd.DataFrame:
    """A frame of observations with no row."""
    return to_frame(SCHEMA.empty_table())


def issues_frame(issues: Iterable[Issue]) -> pd.DataFrame:
    """Issues as a data frame, in the order given."""
    names = [field.name for field in fields(Issue)]
    return pd.DataFrame([asdict(issue) for issue in issues], columns=names)
