"""What is known of a period's reports: what became of each, what it read, and whether that stands.

As reports end they are noted in a journal, a line each; at the end of a batch `reads.json` and
`run.json` are written anew and the journal goes. So what a killed batch has finished counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from pls_analysis.batch.freshness import KINDS, LANES, Note, Now, digests_of
from pls_analysis.batch.manifest import Batch, Entry, Inputs, entry_of, read_entries, write_run
from pls_analysis.batch.plan import Report
from pls_analysis.batch.readings import Readings, numbers_of
from pls_analysis.project import Project, RawFile
from pls_analysis.reads import as_json, as_line, day_of
from pls_analysis.store import Asked, Store

JOURNAL = "run.journal"
LOOKED_UP = KINDS.keys() - {RawFile.__name__}
"""Notes of which it is kept what they said: all but those that `Now.state` does not tell of."""
UNKNOWN = np.zeros(LANES, dtype=np.uint64)


class Ledger:
    """The record of a period's reports while a batch runs; only the batch itself writes it."""

    def __init__(self, folder: Path, project: Project, inputs: Inputs) -> None:
        self.folder, self.inputs = folder, inputs
        self.now = Now(project, inputs.store)
        self.entries = read_entries(folder)
        self.readings = Readings.read(folder)
        self._digests: dict[str, np.ndarray | None] = {}
        if self.readings.state == self.now.state:
            said = zip(self.readings.notes, self.readings.digests, strict=True)
            self._digests = {as_json(one): digest for one, digest in said if one[0] in LOOKED_UP}
        self._new: dict[str, list[Note]] = {}
        self._journal = Readings()
        if (folder / JOURNAL).is_file():
            self._recover()
            self._write()

    def keys(self, reports: Sequence[Report]) -> dict[str, str]:
        """What the outputs of reports have to be made from to be up to date, by their ids.

        That is the hash of what all reports depend on and of what each has read, as it stands now.
        "" where it is not known what one has read.
        """
        by_id = {one.id: one for one in reports}
        known = [one for one in by_id if one in self.readings.runs]
        digests, strange = self._digests_of(self.readings.notes)
        sums = self.readings.sums(known, digests)
        strange = self.readings.sums(known, strange.astype(np.uint64)[:, None])
        keys = dict.fromkeys(by_id, "")
        for name, said, unknown in zip(known, sums, strange[:, 0], strict=True):
            if not unknown:
                keys[name] = self._key(by_id[name], said)
        return keys

    def key_after(self, report: Report, reads: Path) -> str:
        """What a report was made from, by the file of what it read as it was made."""
        notes = notes_in(reads)
        digests, strange = self._digests_of(notes or ())
        if notes is None or strange.any():
            return ""
        self._new[report.id] = notes
        return self._key(report, np.add.reduce(digests, axis=0, dtype=np.uint64))

    def record(self, entry: Entry) -> None:
        """Note in the journal what became of a report that has just ended."""
        self.entries[entry.report] = entry
        notes = self._new.pop(entry.report, None)
        if notes is not None:
            self.readings.add(entry.report, notes)
        elif entry.outcome == "ok":
            self.readings.drop(entry.report)
        self.folder.mkdir(parents=True, exist_ok=True)
        known, runs = len(self._journal.notes), None
        if notes is not None:
            self._journal.add(entry.report, notes)
            runs = self._journal.runs[entry.report]
        said = {"entry": asdict(entry), "notes": self._journal.notes[known:], "runs": runs}
        with (self.folder / JOURNAL).open("ab", buffering=0) as stream:
            stream.write(as_json(said).encode("utf-8") + b"\n")

    def close(self, entries: Iterable[Entry], batch: Batch) -> None:
        """Write `run.json`, and `reads.json` where a report was made, and drop the journal."""
        self.entries |= {entry.report: entry for entry in entries}
        self._write(batch)

    def _write(self, batch: Batch | None = None) -> None:
        is_old = bool(self.readings.notes) and self.readings.state != self.now.state
        if self.readings.changed or is_old:
            digests, strange = self._digests_of(self.readings.notes)
            # What has changed since the start may have been looked at before or after.
            same = Now(self.now.project, Store(self.now.store.path)).state == self.now.state
            is_known = same and not strange.any()
            self.readings.write(self.folder, self.now.state if is_known else "", digests)
        write_run(self.folder, self.inputs, self.entries.values(), batch)
        (self.folder / JOURNAL).unlink(missing_ok=True)

    def _recover(self) -> None:
        """Take over what a batch that was killed has noted; a line cut short is as none."""
        notes: list[Note] = []
        for line in (self.folder / JOURNAL).read_bytes().split(b"\n")[:-1]:
            said = json.loads(line, object_hook=day_of)
            notes += said["notes"]
            entry = entry_of(said["entry"])
            self.entries[entry.report] = entry
            if said["runs"] is not None:
                read = [notes[number] for number in numbers_of(said["runs"])]
                self.readings.add(entry.report, read)
            elif entry.outcome == "ok":
                self.readings.drop(entry.report)

    def _key(self, report: Report, digests: np.ndarray) -> str:
        fixed = self.inputs.fixed(report)
        return hashlib.sha256(fixed.encode() + digests.astype("<u8").tobytes()).hexdigest()

    def _digests_of(self, notes: Sequence[Note]) -> tuple[np.ndarray, np.ndarray]:
        """What each note says now: notes × LANES; and which are of a kind that is not known."""
        lines = [as_json(one) for one in notes]
        new = {
            line: one for line, one in zip(lines, notes, strict=True) if line not in self._digests
        }
        if new:
            found, known = digests_of(self.now, list(new.values()))
            for line, digest, is_known in zip(new, found, known, strict=True):
                self._digests[line] = digest if is_known else None
        digests = [self._digests[line] for line in lines]
        strange = np.array([one is None for one in digests], dtype=bool)
        known = [UNKNOWN if one is None else one for one in digests]
        return np.array(known, dtype=np.uint64).reshape(-1, LANES), strange


def notes_in(reads: Path) -> list[Note] | None:
    """The notes of one run, each once; None where the file is missing or damaged.

    A notebook that has asked the store for nothing may have read it by other means: all of it.
    """
    try:
        lines = dict.fromkeys(reads.read_text(encoding="utf-8").splitlines())
        notes: list[Note] = [json.loads(line, object_hook=day_of) for line in lines]
    except (OSError, ValueError):
        return None
    if not all(isinstance(one, list) and one for one in notes):
        return None
    if not any(one[0] == Asked.__name__ for one in notes):
        notes.append(json.loads(as_line(Asked(""))))
    return notes
