"""What each report of a period read, in `reports/<period>/reads.json`: every note once.

Most reports of a notebook read much the same. So a note has a number, those that most reports
share first, and a report has runs of such numbers: [0, 180, 183, 2] are 0 to 179, 183 and 184.
Beside them stands what each note said when the file was written, and in which state of the project:
in the same state nothing need be looked up.
"""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from pls_analysis.batch.freshness import LANES, Note
from pls_analysis.reads import as_json, day_of

FILE = "reads.json"
NONE = np.zeros((0, LANES), dtype=np.uint64)


class Readings:
    """The notes of the reports of a period, by the reports' ids."""

    def __init__(
        self,
        notes: Iterable[Note] = (),
        runs: Mapping[str, list[int]] = {},
        state: str = "",
        digests: np.ndarray = NONE,
    ) -> None:
        self.notes = list(notes)
        self.runs = dict(runs)
        self.state, self.digests = state, digests
        self.changed = False
        self._numbers: dict[str, int] = {}

    @classmethod
    def read(cls, folder: Path) -> Readings:
        """Read what a period's folder has; where that is missing or damaged, nothing is known."""
        try:
            said = json.loads((folder / FILE).read_text(encoding="utf-8"), object_hook=day_of)
            known = np.frombuffer(base64.b64decode(said["digests"]), "<u8").reshape(-1, LANES)
            state = said["state"] if len(known) == len(said["notes"]) else ""
            return cls(said["notes"], said["reports"], state, known)
        except (OSError, ValueError, KeyError, TypeError):
            return cls()

    def add(self, report: str, notes: Iterable[Note]) -> None:
        """Keep what a report read, in place of what it read before."""
        if len(self._numbers) < len(self.notes):
            self._numbers = {as_json(one): place for place, one in enumerate(self.notes)}
        numbers = []
        for one in notes:
            number = self._numbers.setdefault(as_json(one), len(self.notes))
            if number == len(self.notes):
                self.notes.append(one)
            numbers.append(number)
        self.runs[report] = runs_of(sorted(set(numbers)))
        self.changed = True

    def drop(self, report: str) -> None:
        """Forget what a report read: it is made anew."""
        self.changed |= self.runs.pop(report, None) is not None

    def sums(self, reports: Sequence[str], digests: np.ndarray) -> np.ndarray:
        """Add up the digests of what each report read: reports × LANES, whatever the order."""
        flat = np.array([n for one in reports for n in self.runs[one]], dtype=np.int64)
        starts, counts = flat[0::2], flat[1::2]
        before = np.cumsum(counts) - counts
        numbers = np.repeat(starts - before, counts) + np.arange(int(counts.sum()))
        total = np.zeros((len(numbers) + 1, digests.shape[1]), dtype=np.uint64)
        np.cumsum(digests[numbers], axis=0, out=total[1:])
        runs = np.cumsum([0, *(len(self.runs[one]) // 2 for one in reports)])
        ends = np.concatenate([[0], np.cumsum(counts)])[runs]
        return np.diff(total[ends], axis=0)

    def write(self, folder: Path, state: str, digests: np.ndarray) -> None:
        """Replace the file as a whole; notes that no report has any more are left out.

        `digests` are those of all notes in a state of the project; "" where that is not known.
        """
        numbers = {report: numbers_of(runs) for report, runs in self.runs.items()}
        used = Counter(number for one in numbers.values() for number in one)
        order = sorted(used, key=lambda number: (-used[number], as_json(self.notes[number])))
        place = {number: at for at, number in enumerate(order)}
        reports = {
            report: runs_of(sorted(place[number] for number in numbers[report]))
            for report in sorted(numbers)
        }
        notes = ",\n".join(as_json(self.notes[number]) for number in order)
        lines = ",\n".join(f"{as_json(report)}:{as_json(runs)}" for report, runs in reports.items())
        known = base64.b64encode(digests[order].astype("<u8").tobytes()).decode()
        found = f'"state":"{state}","digests":"{known}"'
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{FILE}.{os.getpid()}.part"
        text = f'{{{found},"notes":[\n{notes}\n],"reports":{{\n{lines}\n}}}}\n'
        part.write_text(text, encoding="utf-8")
        part.replace(folder / FILE)


def runs_of(numbers: Sequence[int]) -> list[int]:
    """Write rising numbers as runs: where each begins, and how many it has."""
    runs: list[int] = []
    for number in numbers:
        if runs and runs[-2] + runs[-1] == number:
            runs[-1] += 1
        else:
            runs += [number, 1]
    return runs


def numbers_of(runs: Sequence[int]) -> list[int]:
    """The numbers that runs stand for."""
    pairs = zip(runs[0::2], runs[1::2], strict=True)
    return [number for first, count in pairs for number in range(first, first + count)]
