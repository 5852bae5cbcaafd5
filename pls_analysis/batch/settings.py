"""What a project decides, taken apart: what all reports depend on, and what only who reads it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pls_analysis.configs import read_toml, read_yaml
from pls_analysis.policy.targets import TargetError, parse
from pls_analysis.project import FILE, LANGUAGES, Project
from pls_analysis.reads import ALL

NOT_READ = ("corrections.yml", "sample")
"""What in config/ only ingest and the sample read."""


def shared_digest(project: Project, policy: Mapping[str, Any]) -> str:
    """Hash what every report depends on: pls.toml and config/, but for what is noted singly."""
    own = [project.config / name for name in NOT_READ]
    digest = hashlib.sha256()
    for file in sorted(file for file in project.config.rglob("*") if file.is_file()):
        if file != project.policy and not any(file == one or one in file.parents for one in own):
            digest.update(file.relative_to(project.root).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    tables = {key: said for key, said in read_toml(project.root / FILE).items() if key != "reports"}
    digest.update(as_json([tables, who_is_judged(policy)]).encode())
    return digest.hexdigest()


def policy_of(project: Project) -> Mapping[str, Any]:
    """What the policy file says, as it stands there; nothing where there is none."""
    file = project.policy
    if file is None or not file.is_file():
        return {}
    return _policy(file, file.stat().st_mtime_ns, file.stat().st_size)


@lru_cache(maxsize=1)
def _policy(file: Path, changed: int, size: int) -> Mapping[str, Any]:
    said = read_yaml(file)
    return said if isinstance(said, dict) else {}


def sections_of(project: Project) -> Mapping[str, Any]:
    """What pls.toml says of reports, by notebook."""
    return read_toml(project.root / FILE).get("reports", {})


def who_is_judged(policy: Mapping[str, Any]) -> Any:
    """A policy without its texts, and of each target without what only its verdict depends on."""
    said = dict(without_texts(policy))
    targets = said.get("targets")
    if isinstance(targets, dict):
        said["targets"] = {name: _without_verdict(entry) for name, entry in targets.items()}
    return said


def what_is_asked(policy: Mapping[str, Any], target: str) -> Any:
    """What a target asks, and where the policy says so, without its texts."""
    targets = policy.get("targets", {})
    return without_texts(targets if target == ALL else targets.get(target))


def text_at(policy: Mapping[str, Any], path: Sequence[str | int], lang: str) -> Any:
    """A text of the policy; all of them where `lang` is ALL, None where there is none."""
    said: Any = policy
    for key in path:
        said = said.get(key) if isinstance(said, dict) else None
    return said if lang == ALL or not isinstance(said, dict) else said.get(lang)


def without_texts(said: Any) -> Any:
    """A value of the policy; of texts by language only that there are some."""
    if isinstance(said, dict):
        if said and set(said) <= set(LANGUAGES):
            return sorted(said)
        return {key: without_texts(one) for key, one in said.items()}
    return [without_texts(one) for one in said] if isinstance(said, list) else said


def _without_verdict(entry: Any) -> Any:
    """A target without its clause and its bound: what is measured, and whether it is judged."""
    if not isinstance(entry, dict):
        return entry
    try:
        target = parse(str(entry.get("target")))
    except TargetError:
        return entry
    kept = {key: said for key, said in entry.items() if key != "clause"}
    when = type(target.when).__name__
    return kept | {"target": [repr(target.measured), target.bound is None, when]}


def as_json(said: Any) -> str:
    """Plain values as one text, the same whatever the order of keys."""
    return json.dumps(_sortable(said), ensure_ascii=False, sort_keys=True, default=str)


def _sortable(said: Any) -> Any:
    """Keys as texts: tasks are numbered."""
    if isinstance(said, Mapping):
        return {str(key): _sortable(one) for key, one in said.items()}
    return [_sortable(one) for one in said] if isinstance(said, list | tuple) else said


def raw_digest(project: Project, path: str) -> str:
    """The hash of a raw file; "" where there is none."""
    file = project.raw / Path(path)
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
