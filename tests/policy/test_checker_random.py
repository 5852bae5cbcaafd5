"""Every target judged twice on invented figures: small worlds full of gaps, marks and bounds."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator

import pandas as pd
import pytest
from checker import Checker
from checker_rows import CITY, HOME, Places, Rows, month_end
from checker_targets import Target, read_targets
from policy_rows import FILE
from test_checker import agrees, told

from pls_analysis.areas import Area, AreaTree
from pls_analysis.observations import COLUMNS
from pls_analysis.policy.assessment import assess
from pls_analysis.policy.catalogue import Catalogue

TARGETS = read_targets(FILE.parent)
TOWNS = {"310115004": "街道", "310115005": "街道", "310115103": "镇"}
VILLAGES = {town: [f"{town}{number:03}" for number in (1, 2)] for town in TOWNS}
FIRST, LAST = dt.date(2020, 1, 1), dt.date(2022, 12, 31)
Line = dict[str, str]


def tree() -> AreaTree:
    """A city of sixteen districts; the home district has three towns of two villages."""
    areas = [Area("310000", "City", "city", "")]
    areas += [Area(code, code, "district", "310000") for code in CITY]
    areas += [Area(code, code, "town", HOME, kind) for code, kind in TOWNS.items()]
    areas += [Area(one, one, "village", town) for town, some in VILLAGES.items() for one in some]
    return AreaTree(areas)


# -- invented figures --------------------------------------------------------------------------


class World:
    """Figures of every indicator; `draw` decides what is filed, and how near to the bound."""

    def __init__(self, seed: int):
        self.draw = random.Random(seed)
        self.lines: list[Line] = []
        self.gaps = self.draw.choice([0.0, 0.01, 0.05])
        self.flaws = self.draw.choice([0.0, 0.02])
        self.made: set[tuple[str, str]] = set()
        for target in TARGETS:
            self.fill(target)
        self.ledgers()

    def file(
        self, term: str, area: str, start: dt.date, end: dt.date, basis: str, value: float,
        subject: str = "",
    ) -> None:  # fmt: skip
        """File a figure, or leave it out, blank, or marked."""
        chance = self.draw.random()
        if chance < self.gaps:
            return
        status = ""
        if chance < self.gaps + self.flaws:
            status = self.draw.choice(
                ["x", "p"] if basis == "cumulative" else ["x", "z", "k", "p", "b"]
            )
        text = "" if status in ("x", "z", "k") else f"{value}"
        self.note(term, area, start, end, basis, text, subject, status)

    def note(
        self, term: str, area: str, start: dt.date, end: dt.date, basis: str, value: str,
        subject: str = "", status: str = "",
    ) -> None:  # fmt: skip
        measure, _, part = term.partition("/")
        self.lines.append({
            "measure": measure, "area": area, "subject": subject, "breakdown": part or "total",
            "period_start": f"{start}", "period_end": f"{end}", "basis": basis, "value": value,
            "status": status, "expected": "used", "fault": "", "raw": "",
        })  # fmt: skip

    def fill(self, target: Target) -> None:
        terms = [(term, 0) for term in target.terms] + [(term, 1) for term in target.below]
        if target.terms[0].startswith("adviser") or target.terms[0].startswith("service_list"):
            return
        for term, side in terms:
            for place in self.places_of(target, term):
                if not term.isdigit() and (term, place) not in self.made:
                    self.made.add((term, place))
                    self.series(target, term, place, side)

    def places_of(self, target: Target, term: str) -> list[str]:
        villages = [one for some in VILLAGES.values() for one in some]
        if target.kind in ("rank_in", "share_of"):
            return CITY
        if target.id in ("barrier_free_rate", "station_coverage"):
            return [HOME, *TOWNS, *villages]
        return {"town": list(TOWNS), "village": villages, "": [HOME]}[target.at]

    def series(self, target: Target, term: str, place: str, side: int) -> None:
        months = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}[target.rhythm]
        stock = target.adds in ("stock", "survey", "score", "date", "coverage") or (
            target.adds == "ratio" and months == 6
        )
        names = [term]
        if target.what.startswith("stage"):
            names = [f"{term}/stage={one}" for one in ("investigation", "prosecution", "trial")]
        if target.what.startswith("component"):
            names = [f"{term}/component={one}" for one in ("organisation", "work")]
        if target.adds == "parts":
            names = [f"{term}={one}" for one in "abcdef"]
        to_20th = target.line["form"].startswith("mediation_q")
        cumulative = not stock and not to_20th and self.draw.random() < 0.5
        for name in names:
            running = 0.0
            for start, end in periods(months, to_20th):
                value = self.value(target, side, place)
                if target.adds == "date":
                    value = self.draw.choice([0, 20201231, 20210630, 20211231, 20220331, 20221231])
                    if not value:
                        self.note(term, place, start, end, "stock", "", status="z")
                        continue
                if stock:
                    self.file(name, place, start, end, "stock", value)
                    continue
                running = value + (running if start.month > 1 and start.day == 1 else 0)
                if cumulative:
                    self.file(
                        name, place, start.replace(month=1, day=1), end, "cumulative", running
                    )
                if not cumulative or self.draw.random() < 0.7:
                    self.file(name, place, start, end, "flow", value)

    def value(self, target: Target, side: int, place: str) -> float:
        """A value around what the target asks for, as often as not just on it."""
        draw, limit = self.draw, float(target.limit)
        if target.adds in ("survey", "score"):
            return draw.randint(900, 1100) if side else draw.randint(940, 960) / 10
        if target.adds == "ratio":
            if target.scale == 1000:
                return draw.choice([400, 1700, 3000]) if side else draw.choice([0, 0, 1, 2])
            return draw.choice([100, 100, 200]) if side else draw.choice([94, 98, 99, 100, 100])
        if target.adds == "parts":
            return draw.choice([0, 0, 1, 2])
        if target.kind in ("value", "gain", "share_of", "change") and limit > 10:
            return round(limit * draw.choice([0.9, 0.95, 0.98, 1, 1, 1.02]), 2)
        if target.kind == "sum" and limit:
            months = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}[target.rhythm]
            years = 3 if "since" in target.what else 1
            return round(limit / years * months / 12 * draw.choice([0.9, 1, 1, 1.1]))
        return draw.choice([0, 1, 1, 2, 3, 10, 12])

    # -- the ledgers of advisers

    def ledgers(self) -> None:
        advisers = ["A1", "A2", "A3"]
        for villages in VILLAGES.values():
            filed = [month for month in periods(1, False) if self.draw.random() >= self.gaps]
            for village in villages:
                for adviser in self.draw.sample(advisers, self.draw.choice([1, 1, 1, 2])):
                    starts = self.draw.choice(["20200101", "20200101", "20210415", "20210601"])
                    ends = self.draw.choice(["20221231", "20221231", "20211231", "20220620"])
                    for month in filed:
                        self.line(month, village, adviser, starts, ends)

    def line(self, month: tuple[dt.date, dt.date], village: str, adviser: str, *contract: str):
        start, end = month
        last = dt.datetime.strptime(contract[1], "%Y%m%d").date()
        if end > month_end(last) or end < dt.datetime.strptime(contract[0], "%Y%m%d").date():
            return
        for name, day in zip(("start", "end"), contract, strict=True):
            if self.draw.random() >= self.gaps / 4:
                self.note(f"adviser_contract_{name}", village, start, end, "stock", day, adviser)
        draw = self.draw.choice
        self.file("adviser_visits", village, start, end, "flow", draw([0, 1, 1, 1, 2]), adviser)
        self.file("adviser_hours", village, start, end, "flow", draw([2.9, 3, 6, 6, 7]), adviser)
        services = draw([100, 140, 140, 200])
        self.file("adviser_services", village, start, end, "flow", services, adviser)
        for part in ("mode=fixed_time", "mode=online"):
            self.file(f"adviser_services/{part}", village, start, end, "flow", 1, adviser)


def periods(months: int, to_20th: bool) -> Iterator[tuple[dt.date, dt.date]]:
    """The periods of so many months of the calendar, or from the 21st to the 20th."""
    start = FIRST
    while start <= LAST:
        end = start
        for _ in range(months - 1):
            end = month_end(end) + dt.timedelta(days=1)
        end = month_end(end)
        if to_20th:
            before = start - dt.timedelta(days=1)
            yield before.replace(day=21), end.replace(day=20)
        else:
            yield start, end
        start = end + dt.timedelta(days=1)


def observations(lines: list[Line]) -> pd.DataFrame:
    """The same figures as the store would give them; each place's month is a file of its own."""
    frame = pd.DataFrame(lines).rename(columns={"raw": "cell"})
    frame["submission"] = frame["area"].str[:9] + frame["period_end"]
    frame = frame.assign(unit="", form="f", sheet="S", raw="")[list(COLUMNS)]
    for name in ("period_start", "period_end"):
        frame[name] = pd.to_datetime(frame[name])
    return frame.assign(value=pd.to_numeric(frame["value"]))


# -- both readings -----------------------------------------------------------------------------

DAYS = ["2020-12-31", "2021-03-31", "2021-06-30", "2021-12-31", "2022-02-14", "2022-06-30",
        "2022-12-31", "2023-01-20", "2023-03-31"]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_two_readings_agree_on_any_figures(catalogue: Catalogue, seed: int):
    world, areas = World(seed), tree()
    rows = Rows()
    for line in world.lines:
        rows.add(line)
    checker = Checker(rows, Places(dict(TOWNS), defaultdict(list, VILLAGES)))
    frame = observations(world.lines)
    wrong = []
    for day in map(dt.date.fromisoformat, world.draw.sample(DAYS, 3)):
        for area in (HOME, world.draw.choice(list(TOWNS))):
            judged = {one.entry.id: one for one in assess(catalogue, frame, areas, HOME, day, area)}
            both = [(one, checker.verdict(one, area, day), judged.get(one.id)) for one in TARGETS]
            wrong += [f"{area} {day} {told(*three)}" for three in both if not agrees(*three[1:])]
    assert wrong == []
