"""What a report read, as it stands now: a digest for each note, whatever kind it is of.

`KINDS` is the list of all kinds of notes. A report with a note of another kind is made anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pls_analysis import confidential
from pls_analysis.batch.manifest import MESSAGES, file_digest, library_versions, source_digest
from pls_analysis.batch.settings import (
    as_json,
    policy_of,
    raw_digest,
    sections_of,
    text_at,
    what_is_asked,
)
from pls_analysis.batch.store_digests import StoreDigests
from pls_analysis.confidential import Hidden
from pls_analysis.policy.catalogue import Judged, Worded
from pls_analysis.project import FILE, Project, RawFile, Section
from pls_analysis.reads import ALL
from pls_analysis.store import Asked, Store
from pls_analysis.texts import Said, texts_in

LANES = 2
"""How many numbers of 64 bits make the digest of a note."""
Note = list[Any]
"""A note as JSON has it: its kind and the values of its fields."""


@dataclass(frozen=True)
class Now:
    """A project and its store as they are: what notes are compared with."""

    project: Project
    store: Store

    @cached_property
    def state(self) -> str:
        """Hash all that notes may be about: where it is the same, so is what each of them says.

        But for raw files, of which there are thousands.
        """
        project = self.project
        files = {project.root / FILE, *project.config.rglob("*"), *MESSAGES.iterdir()}
        files |= {project.policy} if project.policy is not None else set()
        said = [source_digest(), library_versions(), self.store.manifest]
        said += [[str(file), file_digest(file)] for file in sorted(files) if file.is_file()]
        return hashlib.sha256(as_json(said).encode()).hexdigest()

    @cached_property
    def digests(self) -> StoreDigests:
        return StoreDigests(self.store)

    @cached_property
    def policy(self) -> Mapping[str, Any]:
        return policy_of(self.project)

    @cached_property
    def sections(self) -> Mapping[str, Any]:
        return sections_of(self.project)


Looking = Callable[[Now, Sequence[Any]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of note: its class, and what stands there now of several such notes."""

    note: Callable[..., Any]
    look: Looking


def each(look: Callable[[Now, Any], Any]) -> Looking:
    """Look at notes one by one."""
    return lambda now, notes: [look(now, one) for one in notes]


def _said(_: Now, one: Said) -> Any:
    texts = texts_in(one.lang)
    return dict(texts) if one.key == ALL else texts.get(one.key)


def _section(now: Now, one: Section) -> Any:
    return now.sections if one.report == ALL else now.sections.get(one.report)


KINDS: Mapping[str, Kind] = {
    "Asked": Kind(Asked, lambda now, notes: now.digests.of(notes)),
    "Said": Kind(Said, each(_said)),
    "Worded": Kind(Worded, each(lambda now, one: text_at(now.policy, one.path, one.lang))),
    "Judged": Kind(Judged, each(lambda now, one: what_is_asked(now.policy, one.target))),
    "Section": Kind(Section, each(_section)),
    "Hidden": Kind(Hidden, lambda now, notes: confidential.digests_of(now.project, notes)),
    "RawFile": Kind(RawFile, each(lambda now, one: raw_digest(now.project, one.path))),
}
"""Every kind of note, by the name that `reads.as_line` gives it. What is new needs a line here."""


def digests_of(now: Now, notes: Sequence[Note]) -> tuple[np.ndarray, np.ndarray]:
    """Hash each note with what stands there now: notes × LANES; and which are of a known kind."""
    found = np.zeros((len(notes), LANES), dtype=np.uint64)
    known = np.zeros(len(notes), dtype=bool)
    places: dict[str, list[int]] = {}
    for place, one in enumerate(notes):
        places.setdefault(one[0], []).append(place)
    for name, there in places.items():
        if name not in KINDS:
            continue
        kind = KINDS[name]
        read = [kind.note(*_fields(notes[place])) for place in there]
        for place, one, said in zip(there, read, kind.look(now, read), strict=True):
            text = said if isinstance(said, str) else as_json(said)
            digest = hashlib.blake2b(f"{one!r}\0{text}".encode(), digest_size=8 * LANES).digest()
            found[place] = np.frombuffer(digest, dtype="<u8")
            known[place] = True
    return found, known


def _fields(note: Note) -> list[Any]:
    """The values of a note's fields, as it had them: lists were tuples."""
    return [tuple(one) if isinstance(one, list) else one for one in note[1:]]
