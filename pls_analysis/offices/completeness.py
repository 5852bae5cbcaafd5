"""Who has sent what: each form that an office owes for a period, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from pls_analysis.areas import Area, AreaTree
from pls_analysis.ingest.forms import Form
from pls_analysis.periods import Period
from pls_analysis.store import Store

DAYS_TO_FILE = 10
"""Days after the end of a period within which a form counts as on time, unless told otherwise."""
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


@dataclass(frozen=True, slots=True)
class Filing:
    """One form that an office owes for one period.

    `on_time` is None where nothing was received or the form states no date. `cells_filled` counts
    the figures received; `cells_expected` is the most that any office filled in that form and
    period (0 where none did).
    """

    form: str
    office: str
    name: str
    period: str
    received: bool
    on_time: bool | None
    declared: dt.date | None
    cells_filled: int
    cells_expected: int
    file: str


def completeness(
    store: Store,
    forms: Iterable[Form],
    tree: AreaTree,
    home: str,
    period: Period,
    days_to_file: int = DAYS_TO_FILE,
) -> list[Filing]:
    """List what every office owes for a period, in the order of forms, periods and offices.

    A form is owed by each area of its sender's level under home that exists at the time, for
    each of its own periods within `period` (a monthly form three times in a quarter). Forms
    that name no sender are owed by nobody. Raises StoreError where nothing was ingested yet.
    """
    submissions = store.submissions()
    figures = store.observations(columns=["submission", "value"]).dropna(subset=["value"])
    filled = figures["submission"].value_counts().to_dict()
    filings: list[Filing] = []
    owed: set[tuple[str, Period]] = set()
    for form in forms:
        for due in due_periods(form, period):
            if (form.id, due) in owed:
                continue  # another table of the same form, with a spec of its own
            owed.add((form.id, due))
            sent = _sent(submissions, form, due)
            offices = _senders(form, tree, home, due.end)
            filings += _filings(form, due, offices, sent, filled, days_to_file)
    return filings


def due_periods(form: Form, period: Period) -> list[Period]:
    """Return the periods of a form's rhythm that end within a period and that it serves.

    They are those of the form's statistical year: quarters may end on the 20th.
    """
    length = MONTHS[form.rhythm]
    found = [
        form.statistical_year.part(year, length, number)
        for year in range(period.start.year - 1, period.end.year + 2)
        for number in range(1, 12 // length + 1)
    ]
    return [one for one in found if period.start <= one.end <= period.end and form.serves(one)]


def _senders(form: Form, tree: AreaTree, home: str, day: dt.date) -> Sequence[Area]:
    if form.sender not in tree.levels:
        return ()
    scope = form.scope or home
    if tree[scope].level == form.sender:
        return (tree[scope],)
    return tree.descendants(scope, form.sender, at=day)


def _sent(submissions: pd.DataFrame, form: Form, due: Period) -> dict[str, dict]:
    """The newest submission of each office for a form and period."""
    mine = submissions[
        (submissions["form"] == form.id) & (submissions["period_end"] == pd.Timestamp(due.end))
    ]
    newest = mine.sort_values(["declared", "path"], na_position="first")
    return {row["office"]: row for row in newest.to_dict("records")}


def _filings(
    form: Form,
    due: Period,
    offices: Sequence[Area],
    sent: dict[str, dict],
    filled: dict[str, int],
    days_to_file: int,
) -> list[Filing]:
    most = max((filled.get(one["submission"], 0) for one in sent.values()), default=0)
    return [_filing(form, due, area, sent.get(area.code), filled, most, days_to_file)
            for area in offices]  # fmt: skip


def _filing(
    form: Form,
    due: Period,
    office: Area,
    sent: dict | None,
    filled: dict[str, int],
    most: int,
    days_to_file: int,
) -> Filing:
    declared = None
    if sent is not None and not pd.isna(sent["declared"]):
        declared = pd.Timestamp(sent["declared"]).date()
    return Filing(
        form=form.id,
        office=office.code,
        name=office.name,
        period=str(due),
        received=sent is not None,
        on_time=None if declared is None else declared <= due.end + dt.timedelta(days=days_to_file),
        declared=declared,
        cells_filled=0 if sent is None else filled.get(sent["submission"], 0),
        cells_expected=most,
        file="" if sent is None else sent["path"],
    )
