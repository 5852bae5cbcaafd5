"""Write docs/data-dictionary.md from config/forms and the policy of pls.toml (`make docs`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import yaml

from pls_analysis.ingest.forms import Form, Measure, load_forms
from pls_analysis.periods import CALENDAR
from pls_analysis.policy.catalogue import Catalogue, Entry, Indicator
from pls_analysis.policy.loading import load_catalogue
from pls_analysis.project import load_project

ROOT = Path(__file__).resolve().parent.parent
DICTIONARY = ROOT / "docs" / "data-dictionary.md"
HEAD = """# Data dictionary

Every figure that this project's forms deliver, and what the policy makes of them. `make docs`
writes this page from `config`: change the specs and the policy file, not the page. What each key of
a spec means is in [form-spec](form-spec.md), of a policy file in [policy-spec](policy-spec.md).
"""
CONTENTS = """- [Targets](#targets) by task: what is asked, how it is read, who is judged
- [Indicators](#indicators): what the targets watch, and how each adds up
- [Measures without an indicator](#measures-without-an-indicator)
- [Forms](#forms) and their measures
"""
TARGETS = """## Targets

{name}<br>{english}, of {published}: {count} targets, from [{file}](../config/policies/{file}).
The asking is in the [algebra](policy-spec.md#the-algebra).
"""
TARGET_HEAD = "| target | clause | asks | read as | judged | forms |\n|---|---|---|---|---|---|"
INDICATORS = """## Indicators

| indicator | name | numerator | denominator | unit | adds up |
|---|---|---|---|---|---|"""
UNUSED = """## Measures without an indicator

Filed and shown, but no target of the policy watches them.

| measure | name | form |
|---|---|---|"""
ADDS = {
    "sum": "sum",
    "stock": "as it stands at the end",
    "ratio": "quotient of sums",
    "none": "as filed, never added",
    "date": "the day it was done",
    "parts": "how many parts occur in the year",
    "coverage": "share of the areas with one or more",
    "contracts": "share of the areas with an adviser under contract at the month's end",
    "gap": "gap between the kinds, per area",
}
PLURALS = {"town": "towns", "village": "villages", "district": "districts", "city": "cities"}
BASES = {
    "flow": "in the period",
    "cumulative": "since the year began",
    "stock": "at the period's end",
}


def main() -> None:
    """Write the page."""
    policy = load_project(ROOT).policy
    written = page(ROOT / "config" / "forms", policy)
    DICTIONARY.write_text(written, encoding="utf-8", newline="\n")
    print(f"{DICTIONARY.relative_to(ROOT).as_posix()} is written")


def page(folder: Path, policy: Path | None = None) -> str:
    """The dictionary of a folder of form specs and, where there is one, of the policy they feed.

    Raises ConfigError where a spec or the policy is wrong.
    """
    forms = load_forms(folder)
    specs = {file.name: yaml.safe_load(file.read_bytes()) for file in folder.glob("*.yml")}
    parts = [HEAD]
    if policy is not None:
        catalogue = load_catalogue(policy)
        parts += [CONTENTS, *_targets(catalogue, policy, {form.id for form in forms})]
        parts += [*_indicators(catalogue), *_unused(catalogue, forms), "## Forms\n"]
    for _, versions in groupby(forms, key=lambda form: form.id):
        parts += _form(list(versions), specs)
    return "\n".join(parts)


# -- what the policy asks for ------------------------------------------------------------------


def _targets(policy: Catalogue, file: Path, forms: Collection[str]) -> Iterator[str]:
    entries = list(policy.targets.values())
    yield TARGETS.format(
        name=policy.name["zh"], english=policy.name["en"], count=len(entries), file=file.name,
        published=policy.judging.published,
    )  # fmt: skip
    for number, task in policy.tasks.items():
        rows = [_target_row(one, forms) for one in entries if one.task == number]
        if rows:
            fields = [one.name for one in policy.fields.values() if number in one.tasks]
            under = "".join(f" ({name['zh']}; {name['en']})" for name in fields)
            yield f"### {number} {task['zh']}\n\n{task['en']}{under}\n\n{TARGET_HEAD}"
            yield from rows
            yield ""


def _target_row(one: Entry, forms: Collection[str]) -> str:
    strength = "" if one.strength == "required" else f"<br>{one.strength}"
    beside = "".join(f"<br>beside: `{target}`" for _, target in one.beside)
    fed = ", ".join(f"[{name}](#{name})" if name in forms else name for name in one.forms)
    cells = [
        _named(one.id, one.name, one.public),
        one.clause,
        f"`{one.target}`{strength}{beside}",
        "<br>".join(_cell(text) for text in one.reading.values()),
        _judged(one),
        fed,
    ]
    return _row(cells)


def _judged(one: Entry) -> str:
    """Who is judged, and what a town is told that is not."""
    judged = ", ".join(one.judged_at) or "monitored"
    shown = {"share": "towns: their share", "shown": "towns: shown"}.get(one.town_view, "")
    return f"{judged}<br>{shown}" if shown else judged


def _indicators(policy: Catalogue) -> Iterator[str]:
    yield INDICATORS
    for one in policy.indicators.values():
        below = "<br>".join(f"`{term}`" for term in one.denominator) or str(one.whole or "")
        note = "".join(f"<br>{_cell(text)}" for text in one.note.values())
        cells = [
            f"`{one.id}`",
            f"{_names(one.name, one.public)}{note}",
            "<br>".join(f"`{term}`" for term in one.numerator),
            below,
            one.unit,
            _adds_up(one),
        ]
        yield _row(cells)
    yield ""


def _adds_up(one: Indicator) -> str:
    """How an indicator adds up over areas and periods, and how often it comes."""
    said = [ADDS[one.adds]]
    if one.at or one.levels:
        said.append("over " + " and ".join(PLURALS[level] for level in one.levels or (one.at,)))
    if one.kinds:
        said.append(f"only {'、'.join(one.kinds)}")
    if one.parts and one.parts != one.at:
        said.append(f"filed by {PLURALS[one.parts]}")
    if one.year != CALENDAR:
        said.append(f"year {one.year.name}")
    if one.sample:
        said.append(f"sample size `{one.sample}`")
    if one.below:
        said.append(f"in towns `{one.below}`")
    return "; ".join([*said, f"every {one.rhythm.replace('_', ' ')}"])


def _unused(policy: Catalogue, forms: Iterable[Form]) -> Iterator[str]:
    yield UNUSED
    used, told = set(policy.measures), set[str]()
    for form in forms:
        for one in form.measures.values():
            if one.id not in used | told:
                yield _row([f"`{one.id}`", _names(one.name), f"[{form.id}](#{form.id})"])
                told.add(one.id)
    yield ""


# -- what the forms deliver --------------------------------------------------------------------


def _form(versions: Sequence[Form], specs: Mapping[str, Mapping]) -> Iterator[str]:
    last = versions[-1]
    yield f'<a id="{last.id}"></a>\n\n### {last.title}\n'
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
    name = _names(one.name, one.public, *(["people"] if one.people else []))
    return _row([f"`{one.id}`", name, one.unit, basis, parts])


def _headings(name: str, versions: Sequence[Form], specs: Mapping[str, Mapping]) -> str:
    """The aliases of a measure, those of its parts left to the spec."""
    aliases: dict[str, None] = {}
    for form in versions:
        labels = specs[form.source]["measures"].get(name, {}).get("labels", [])
        aliases |= dict.fromkeys([labels] if isinstance(labels, str) else labels)
    return "、".join(_cell(alias) for alias in aliases)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _named(name: str, names: Mapping[str, str], public: bool) -> str:
    return f"`{name}`<br>{_names(names, public)}"


def _names(names: Mapping[str, str], public: bool = True, *marks: str) -> str:
    """Both names, and in brackets what a reader of public output should know."""
    noted = [*marks, *([] if public else ["not public"])]
    said = f" ({', '.join(noted)})" if noted else ""
    return f"{_cell(names['zh'])}<br>{_cell(names['en'])}{said}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*/", "…/")


if __name__ == "__main__":
    main()
