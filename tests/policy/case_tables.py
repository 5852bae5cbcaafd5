"""Read the specification of verdicts: figures or observations as written, and what they give."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from pls_analysis.areas import Area, AreaTree
from pls_analysis.observations import COLUMNS
from pls_analysis.periods import parse_period
from pls_analysis.policy.catalogue import Catalogue
from pls_analysis.policy.figures import Figure, exact
from pls_analysis.policy.loading import load_catalogue
from pls_analysis.policy.observed import year_of

FILE = Path(__file__).resolve().parents[1] / "cases" / "targets.yml"
SHARED = ("target", "indicator", "given", "rows", "area", "as_of", "strength", "judged_at",
          "town_view", "beside", "more")  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One line of the specification: what is given, and what is expected of the verdict."""

    name: str
    given: dict[str, Any]
    expected: dict[str, Any]


def read_cases(section: str) -> list[Case]:
    """Return the cases of a section; what a group says holds for each case of it."""
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    found = []
    for group in content[section]:
        for number, case in enumerate(group["cases"], 1):
            given = {key: group[key] for key in SHARED if key in group}
            for key in [one for one in SHARED if one in case]:
                given[key] = _merged(given.get(key), case[key])
            expected = {key: value for key, value in case.items() if key not in (*SHARED, "note")}
            name = f"{group['rule']} {group['says']} [{number}: {case.get('note', expected)}]"
            found.append(Case(name, given, expected))
    return found


def _merged(shared: Any, own: Any) -> Any:
    if isinstance(shared, dict) and isinstance(own, dict):
        return {**shared, **own}
    if isinstance(shared, list) and isinstance(own, list):
        return shared + own
    return own


# -- a policy of one target --------------------------------------------------------------------


def policy_of(given: dict[str, Any], folder: Path) -> Catalogue:
    """Return a policy whose one target is the one that a case is about."""
    defaults = {"name": NAMES, "adds": "stock", "numerator": "x", "rhythm": "quarter"}
    target = {"clause": "1", "task": 1, "name": NAMES, "target": given["target"], "indicator": "x"}
    if "monitored" not in given["target"]:
        target["judged_at"] = given.get("judged_at", ["district"])
    for key in ("strength", "town_view", "beside"):
        if key in given:
            target[key] = given[key]
    indicators = {"x": defaults | given.get("indicator", {})}
    indicators |= {name: defaults | one for name, one in given.get("more", {}).items()}
    file = folder / "policy.yml"
    policy = POLICY | {"indicators": indicators, "targets": {"x": target}}
    file.write_text(yaml.safe_dump(policy, allow_unicode=True), encoding="utf-8")
    return load_catalogue(file)


NAMES = {"zh": "甲", "en": "X"}
POLICY = {
    "policy": {
        "id": "invented", "name": NAMES, "published": dt.date(2021, 3, 3),
        "baseline": {"from": dt.date(2020, 11, 30), "at": dt.date(2020, 12, 31)},
        "horizon": dt.date(2022, 12, 31),
    },
    "judging": {
        "grace": {"month": 20, "quarter": 45, "half_year": 45, "year": 90},
        "flow_days": 90, "confidence_pct": 95,
    },
    "units": {
        "town": {"level": "town", "noun": NAMES},
        "village": {"level": "village", "noun": NAMES},
        "adviser": {
            "contracts": ["from", "until"], "ledger": "town", "noun": NAMES, "pairs": NAMES,
        },
        "tier": {"levels": ["district", "town", "village"], "noun": NAMES},
        "stage": {"breakdown": ["stage=first", "stage=second"], "noun": NAMES,
                  "names": {"first": NAMES, "second": NAMES}},
    },
    "tasks": {1: NAMES},
}  # fmt: skip


# -- figures -----------------------------------------------------------------------------------


def series_of(catalogue: Catalogue, given: dict[str, Any]) -> list[Figure]:
    """Return the figures that a case gives, by the days on which they end."""
    entry = catalogue.targets["x"]
    since = entry.target.measured.since if entry.target.measured.kind == "sum" else None
    return [_figure(entry.indicator, since, end, said) for end, said in given["given"].items()]


def _figure(indicator, since, end: dt.date, said: Any) -> Figure:
    told = said if isinstance(said, dict) else {"value": said}
    year, whole = year_of(indicator.year, end)
    accrues = told.get("flow", indicator.adds in ("sum", "gap"))
    numerator, denominator = (_exact(told.get(key)) for key in ("cases", "of"))
    value = _exact(told.get("value"))
    if numerator is not None and denominator:
        value = numerator * indicator.scale / denominator
    missing = tuple(told.get("missing", ()))
    return Figure(
        (since or told.get("start") or whole.start) if accrues else end,
        end,
        value,
        None if missing and indicator.adds == "ratio" else value,
        _exact(told.get("most")) if missing else value,
        numerator,
        denominator,
        year=year,
        over=end == whole.end,
        accrues=accrues,
        missing=missing,
        marks=frozenset(told.get("marks", "")),
    )


def _exact(number: float | None) -> Fraction | None:
    return None if number is None else exact(number)


# -- observations ------------------------------------------------------------------------------


def invented_tree() -> AreaTree:
    """Return a city of sixteen districts; the first has two urban towns and one rural one.

    Towns are t1, t2 (urban) and t3 (rural); their villages t1v1, t1v2, t2v1, t3v1, t3v2.
    """
    districts = [Area(f"d{n:02}", f"District {n}", "district", "c") for n in range(1, 17)]
    kinds = {"t1": "urban", "t2": "urban", "t3": "rural"}
    towns = [Area(code, code, "town", "d01", kind) for code, kind in kinds.items()]
    villages = [
        Area(code, code, "village", code[:2]) for code in ("t1v1", "t1v2", "t2v1", "t3v1", "t3v2")
    ]
    return AreaTree([Area("c", "City", "city", ""), *districts, *towns, *villages])


def observations_of(lines: list[str]) -> pd.DataFrame:
    """Return observations written as "measure[#part] area[/subject] when value [status]".

    `when` is a period (a flow), ..period (the running total to its end) or @day (a stock); a value
    "-" is none.
    """
    rows = [_row(line.split(), number) for number, line in enumerate(lines, 1)]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    for column in ("period_start", "period_end"):
        frame[column] = pd.to_datetime(frame[column])
    return frame.astype({"value": "float64"})


def _row(words: list[str], number: int) -> dict[str, Any]:
    what, where, when, value, *status = words
    measure, _, part = what.partition("#")
    area, _, subject = where.partition("/")
    basis = "stock" if when[0] == "@" else "cumulative" if when[:2] == ".." else "flow"
    if basis == "stock":
        start = end = dt.date.fromisoformat(when[1:])
    else:
        period = parse_period(when.removeprefix(".."))
        end = period.end
        start = period.start.replace(month=1, day=1) if basis == "cumulative" else period.start
    return {
        "measure": measure, "area": area, "subject": subject, "breakdown": part or "total",
        "period_start": start, "period_end": end, "basis": basis,
        "value": None if value == "-" else float(value), "unit": "", "form": "f",
        "status": status[0] if status else "", "submission": "s", "sheet": "S",
        "cell": f"B{number}", "raw": value,
    }  # fmt: skip
