"""Decide which reports carry which fault, so that no two faults hide each other."""

from __future__ import annotations

import copy
import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from numpy.random import RandomState

from pls_analysis.areas import AmbiguousArea, AreaTree, UnknownArea
from pls_analysis.periods import Period
from pls_analysis.sample.draws import random
from pls_analysis.sample.faults import CELL_FAULTS, plant
from pls_analysis.sample.reports import Report, plain
from pls_analysis.sample.settings import Settings

Place = tuple[str, Period]
"""An area's code and a period."""


@dataclass
class Plan:
    """What the planned faults add to the reports: files besides them, and files left out.

    `extra` are further reports to write, `copies` bytes to repeat under another name, `read_as`
    the path that ingest will name for a report whose content stands in two files.
    """

    extra: list[tuple[str, Report]] = field(default_factory=list)
    copies: dict[str, str] = field(default_factory=dict)
    missing: set[Place] = field(default_factory=set)
    read_as: dict[str, str] = field(default_factory=dict)
    whole: list[tuple[str, Report]] = field(default_factory=list)


def plan_faults(
    settings: Settings, reports: Mapping[Place, Report], areas: AreaTree, home: str, seed: int
) -> Plan:
    """Plant the faults of the settings into the reports, each in an office-month of its own."""
    return _Planner(settings, reports, areas, home, seed).run()


class _Planner:
    """Places that are still free while faults are planted. Lives only inside `plan_faults`."""

    def __init__(
        self,
        settings: Settings,
        reports: Mapping[Place, Report],
        areas: AreaTree,
        home: str,
        seed: int,
    ) -> None:
        self.settings, self.reports, self.areas, self.home = settings, reports, areas, home
        self.seed, self.plan = seed, Plan()
        self.taken: set[Place] = set()

    def run(self) -> Plan:
        # Faults of whole reports first: they need their neighbours in time clean.
        kinds = sorted(self.settings.faults, key=lambda kind: kind in CELL_FAULTS)
        for kind in kinds:
            share = self.settings.faults[kind]
            count = max(1, round(share * len(self.reports))) if share > 0 else 0
            draw = random(self.seed, "fault", kind)
            self._plant_kind(kind, count, draw)
        return self.plan

    def _plant_kind(self, kind: str, count: int, draw: RandomState) -> None:
        order = sorted(self.reports, key=lambda place: (place[0], place[1].start))
        for index in draw.permutation(len(order)):
            if count <= 0:
                return
            place = order[index]
            if self._is_free(kind, place) and self._plant(kind, self.reports[place], draw, count):
                self.taken.update(self._neighbours(kind, place))
                count -= 1

    def _plant(self, kind: str, report: Report, draw: RandomState, number: int) -> bool:
        if kind in CELL_FAULTS:
            # Spread evenly rather than by chance: a small sample then has both.
            share = self.settings.corrected
            mend = math.ceil(number * share) > math.ceil((number - 1) * share)
            if kind == "unit_wrong" and not report.style.unit_column:
                mend = False
            return plant(kind, report, draw, mend) is not None
        done: bool = getattr(self, f"_{kind}")(report)
        if done:
            self.plan.whole.append((kind, report))
        return done

    # -- which office-months a fault needs for itself -----------------------------------------

    def _neighbours(self, kind: str, place: Place) -> Iterable[Place]:
        code, when = place
        around = (0,)
        if kind not in CELL_FAULTS:
            around = (-1, 0, 1)
        elif CELL_FAULTS[kind].checked:
            around = (-1, 0)
        return [(code, when.shift(step)) for step in around]

    def _is_free(self, kind: str, place: Place) -> bool:
        if any(near in self.taken for near in self._neighbours(kind, place)):
            return False
        code, when = place
        if kind == "late_report":
            return when == max((one for _, one in self.reports), key=lambda one: one.end)
        if kind == "cumulative_as_month" or (kind in CELL_FAULTS and CELL_FAULTS[kind].checked):
            # Only a running total of the period before shows that these are wrong.
            before = when.shift(-1)
            return before.end.year == when.end.year and (code, before) in self.reports
        return True

    # -- faults of whole reports: each says whether it could be planted -----------------------

    def _office_alias(self, report: Report) -> bool:
        for alias in report.filer.aliases:
            office = f"{alias}{self.settings.office}"
            if self._resolves(office, report.period.end) == report.filer.code:
                report.office = office
                return True
        return False

    def _office_typo(self, report: Report) -> bool:
        name = report.filer.name
        office = f"{name[1]}{name[0]}{name[2:]}{self.settings.office}"
        if self._resolves(office, report.period.end) is not None:
            return False
        report.office = office
        for entry in report.entries():
            entry.fault, entry.expected = "office_typo", "logged"
        return True

    def _resolves(self, office: str, at: dt.date) -> str | None:
        try:
            return self.areas.resolve(office, within=self.home, at=at).code
        except (UnknownArea, AmbiguousArea):
            return None

    def _cumulative_as_month(self, report: Report) -> bool:
        for line in report.lines:
            flow, total = line.entries.get("flow"), line.entries.get("cumulative")
            if flow is None or total is None or flow.fault or total.written is None:
                continue
            flow.fault, flow.written = "cumulative_as_month", total.written
            # A rate of the year may equal the month's by chance; nobody can tell it is right.
            if flow.unit == "%" or (flow.value != total.value and not math.isnan(flow.value)):
                flow.expected = "logged"
        return True

    def _misspelt(self, report: Report) -> bool:
        """Two characters of the name of a row's area are swapped."""
        named = [(table, member) for table in report.tables for member in table.members
                 if "key" in member.said and not member.own]  # fmt: skip
        if not named:
            return False
        table, member = named[random(self.seed, "misspelt", report.path).randint(len(named))]
        name = member.said["key"]
        wrong = f"{name[1]}{name[0]}{name[2:]}"
        try:
            self.areas.resolve(wrong, within=report.filer.code, at=report.period.end)
        except (UnknownArea, AmbiguousArea):
            member.said["key"] = wrong
        else:
            return False
        for line in table.lines:
            entry = line.entries.get(member.key)
            if entry is not None:
                entry.fault, entry.expected = "misspelt", "logged"
        return True

    def _late_report(self, report: Report) -> bool:
        return self._missing_report(report)

    def _missing_report(self, report: Report) -> bool:
        self.plan.missing.add((report.filer.code, report.period))
        return True

    def _revision(self, report: Report) -> bool:
        flash = copy.deepcopy(report)
        flash.path = _beside(report.path, "（快报）")
        flash.remark = "（快报）"
        flash.declared = report.period.end - dt.timedelta(days=2)
        listed = next((one for table in flash.tables if table.members for one in table.lines
                       if one.row.total and not one.row.words), None)  # fmt: skip
        for line in flash.lines:
            if not line.entries or line.fault:
                continue
            if line is listed:
                for entry in line.entries.values():
                    if not math.isnan(entry.value) and not entry.fault:
                        entry.value = float(int(entry.value * 0.9))
                        entry.written = plain(entry.value)
            flow, total = line.entries.get("flow"), line.entries.get("cumulative")
            if flow is None or flow.basis != "flow" or math.isnan(flow.value) or flow.unit == "%":
                continue
            early = round(flow.value * 0.9, 2) if flow.value % 1 else float(int(flow.value * 0.9))
            if total is not None:
                total.value = round(total.value - flow.value + early, 2)
                total.written = plain(total.value)
            flow.value, flow.written = early, plain(early)
        report.remark = "（第二次报送）"
        report.declared = max(report.declared, report.period.end + dt.timedelta(days=3))
        for final, first in zip(report.entries(), flash.entries(), strict=True):
            if final.value != first.value and not math.isnan(final.value) and not final.fault:
                final.status, final.fault = "r", "revision"
        self.plan.extra.append(("revision", flash))
        return True

    def _two_versions(self, report: Report) -> bool:
        other = copy.deepcopy(report)
        # Sorts after the first, so that the first is the one that ingest names.
        other.path = _beside(report.path, "（2）")
        pairs = zip(report.entries(), other.entries(), strict=True)
        for mine, theirs in pairs:
            whole = mine.basis != "cumulative" and mine.unit == "人" and mine.value > 10
            if whole and not mine.fault:
                theirs.written = plain(mine.value + 3)
                mine.fault, mine.expected = "two_versions", "logged"
                self.plan.extra.append(("two_versions", other))
                return True
        return False

    def _duplicate_file(self, report: Report) -> bool:
        path = _beside(report.path, "(1)")
        self.plan.copies[report.path] = path
        self.plan.read_as[report.path] = min(report.path, path)
        return True


def _beside(path: str, addition: str) -> str:
    """A file name beside another: 月报.xlsx, 月报(1).xlsx."""
    pure = PurePosixPath(path)
    return str(pure.with_name(f"{pure.stem}{addition}{pure.suffix}"))


def known_kinds() -> Sequence[str]:
    """Every kind of fault that a form of `config/sample` can name."""
    whole = ("office_alias", "office_typo", "cumulative_as_month", "missing_report", "late_report",
             "revision", "two_versions", "duplicate_file", "misspelt")  # fmt: skip
    return (*CELL_FAULTS, *whole)
