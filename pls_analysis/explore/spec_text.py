"""Write a drafted form spec as YAML, with a comment wherever a person has to look."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from pls_analysis.configs import INVISIBLE
from pls_analysis.explore import naming
from pls_analysis.explore.measures import Group
from pls_analysis.ingest import values

CHECK = "please check"
LONGEST_LINE = 100


def flow(value: Any) -> str:
    """A value in YAML's flow style, on one line, quoted wherever that is needed."""
    said = yaml.safe_dump(
        [_clean(value)], default_flow_style=True, allow_unicode=True, width=10**9, sort_keys=False
    )
    return said.strip()[1:-1]


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return INVISIBLE.sub("", value)
    if isinstance(value, Mapping):
        return {_clean(key): _clean(one) for key, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list | tuple) else value


def comment(text: str) -> str:
    """A text as a comment: one line, whatever it was made of."""
    return "# " + INVISIBLE.sub("", " ".join(values.normalise(text).split()))


def entry(key: str, value: Any, note: str = "", indent: int = 0) -> Iterator[str]:
    """The lines of one key: `key: value  # please check: note`; the note above a long line."""
    blank = " " * indent
    line = f"{blank}{key}: {flow(value)}"
    if not note:
        yield line
        return
    said = comment(f"{CHECK}: {note}")
    if len(line) + len(said) + 2 <= LONGEST_LINE:
        yield f"{line}  {said}"
    else:
        yield from (blank + said, line)


def measure_lines(group: Group, at_end: bool) -> Iterator[str]:
    """One measure of a draft: its id, name, unit, aliases and parts.

    `at_end` says that the title names the end of a period (年末), not the period.
    """
    yield f"  {flow(group.id)}:"
    names = dict(group.known.name) if group.known else {"zh": group.name}
    yield from entry("name", names, indent=4)
    yield from entry("unit", group.unit, _unit_note(group), indent=4)
    basis = group.known.basis if group.known else None
    if basis is None and any(naming.STOCK.search(one) for one in group.path):
        yield from entry("basis", "stock", "a count at one time, by its name", indent=4)
    elif basis is None and at_end:
        note = "the title says 年末 or the like; flow where it counts what happened"
        yield from entry("basis", "stock", note, indent=4)
    elif basis is not None:
        yield from entry("basis", basis, indent=4)
    if group.whole is not None:
        yield from entry("labels", group.whole.written(), indent=4)
    if group.parts:
        yield "    breakdown:"
    for name, parts in group.parts.items():
        if name in group.overlaps:
            said = f"{CHECK}: these come to more than the whole; some may overlap"
            yield f"      {comment(said)}"
        for part, heading in parts.items():
            yield from entry(flow(part), heading.written(), indent=6)


def _unit_note(group: Group) -> str:
    if group.unit == naming.UNKNOWN_UNIT:
        return "nothing says the unit; figures are kept under this sign until you do"
    chosen = group.whole or next(iter(next(iter(group.parts.values())).values()))
    if not chosen.said and group.known is None:
        return "nothing says the unit; guessed from the name"
    others = {naming.store_unit(one) for one in chosen.said} - {group.unit}
    return f"some figures stand under {', '.join(sorted(others))}" if others else ""


def check_lines(groups: Iterable[Group]) -> Iterator[str]:
    """The checks that the figures of the file itself pass."""
    for group in groups:
        for name, is_equal in group.adds_up.items():
            check = {"whole": group.id, "parts": name}
            yield f"  - {flow(check | {'relation': 'equal'} if is_equal else check)}"


def file_pattern(name: str) -> str:
    """A pattern for files of this kind: the name with whatever counts or dates it left open."""
    stem = re.sub(r"[^A-Za-z\u3400-\u9fff]+", "*", name.rsplit(".", 1)[0]).strip("*")
    return f"*{stem}*" if stem else name
