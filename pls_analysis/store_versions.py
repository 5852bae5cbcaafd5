"""Write a new version of a store: files named by content, digests of what they say, the manifest.

`manifest.json` is replaced last, so that a reader sees either the old version or the new one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pandas.util import hash_pandas_object

from pls_analysis.observations import KEY
from pls_analysis.store import (
    DIGESTS,
    FILED,
    FILES,
    GROUP,
    ISSUES,
    ORDER,
    PARQUET,
    ROWS_PER_GROUP,
    SCHEMA,
    SUBMISSIONS,
    to_frame,
)


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
        return to_frame(DIGESTS.empty_table())
    return pd.concat(sums).sort_values(["table", *GROUP], kind="stable", ignore_index=True)


def _with_filing(rows: pd.DataFrame, filed: pd.DataFrame) -> pd.DataFrame:
    """Observations, each with all that is known of its submission in one text, in place of its id.

    The id names the file's content: a file that was only saved anew changes no figure.
    """
    known_of = [*FILED, "period_start", "period_end"]
    said = ("|".join(map(str, one)) for one in filed[known_of].itertuples(index=False))
    known = dict(zip(filed["submission"], said, strict=True))
    texts = pd.Series(map(known.get, rows["submission"]), rows.index, "str")
    return rows.assign(submission=texts)


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
