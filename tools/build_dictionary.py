"""Write docs/data-dictionary.md from the form specs in config/forms (`make docs`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import yaml

from pls_analysis.ingest.forms import Form, Measure, load_forms

ROOT = Path(__file__).resolve().parent.parent
DICTIONARY = ROOT / "docs" / "data-dictionary.md"
HEAD = """# Data dictionary

Every figure that this project's forms deliver. `make docs` writes this page from `config/forms`:
change the specs, not the page. What each key of a spec means is in [form-spec](form-spec.md).
"""
BASES = {
    "flow": "in the period",
    "cumulative": "since the year began",
    "stock": "at the period's end",
}


def main() -> None:
    """Write the page."""
    DICTIONARY.write_text(page(ROOT / "config" / "forms"), encoding="utf-8", newline="\n")
    print(f"{DICTIONARY.relative_to(ROOT).as_posix()} is written")


def page(folder: Path) -> str:
    """The dictionary of a folder of form specs. Raises ConfigError where a spec is wrong."""
    forms = load_forms(folder)
    specs = {file.name: yaml.safe_load(file.read_bytes()) for file in folder.glob("*.yml")}
    parts = [HEAD]
    for _, versions in groupby(forms, key=lambda form: form.id):
        parts += _form(list(versions), specs)
    return "\n".join(parts)


def _form(versions: Sequence[Form], specs: Mapping[str, Mapping]) -> Iterator[str]:
    last = versions[-1]
    yield f"## {last.title}\n"
    yield f"`{last.id}`, filed every {last.rhythm.replace('_', ' ')}" + (
        f" by each {last.sender}.\n" if last.sender else ".\n"
    )
    before: set[str] = set()
    for form in versions:
        new = [f"`{name}`" for name in form.measures if before and name not in before]
        before |= form.measures.keys()
        added = f"; new in it: {', '.join(new)}" if new else ""
        yield f"- [{form.source}](../config/forms/{form.source}), {_span(form)}{added}"
    yield "\n| measure | name | unit | basis | parts |\n|---|---|---|---|---|"
    known = {name: one for form in versions for name, one in form.measures.items()}
    bases = [BASES[basis] for basis in specs[last.source].get("variants", {}) if basis in BASES]
    for one in known.values():
        yield _measure_row(one, bases)
    yield "\n| measure | headings |\n|---|---|"
    for name in known:
        yield f"| `{name}` | {_headings(name, versions, specs)} |"
    yield ""


def _span(form: Form) -> str:
    start, end = form.valid_from, form.valid_until
    if start is None and end is None:
        return "for all periods"
    return " ".join(
        filter(None, (start and f"from {start}", end and f"until {end}"))  # type: ignore[arg-type]
    )


def _measure_row(one: Measure, bases: Sequence[str]) -> str:
    basis = BASES[one.basis] if one.basis else "; ".join(bases) or BASES["flow"]
    parts = "<br>".join(f"`{part}` {_cell(names['zh'])}" for part, names in one.parts.items())
    marks = [*(["people"] if one.people else []), *([] if one.public else ["not public"])]
    noted = f" ({', '.join(marks)})" if marks else ""
    name = f"{_cell(one.name['zh'])}<br>{_cell(one.name['en'])}{noted}"
    return f"| `{one.id}` | {name} | {one.unit} | {basis} | {parts} |"


def _headings(name: str, versions: Sequence[Form], specs: Mapping[str, Mapping]) -> str:
    """The aliases of a measure, those of its parts left to the spec."""
    aliases: dict[str, None] = {}
    for form in versions:
        labels = specs[form.source]["measures"].get(name, {}).get("labels", [])
        aliases |= dict.fromkeys([labels] if isinstance(labels, str) else labels)
    return "、".join(_cell(alias) for alias in aliases)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*/", "…/")


if __name__ == "__main__":
    main()
