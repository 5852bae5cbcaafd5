"""Rows of an index: the reports of a period by area, each with what its reports say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import quote

from pypinyin import Style, lazy_pinyin

from pls_analysis.areas import AreaTree
from pls_analysis.blocks import spark_svg
from pls_analysis.charts.phrases import number
from pls_analysis.charts.statuses import LOOKS
from pls_analysis.messages import Messages
from pls_analysis.project import Project
from pls_analysis.texts import LANGUAGES

PUBLIC_FORMATS = ("html", "pdf", "xlsx")
"""What readers may open, in the order of links; an executed notebook is internal."""
WANTING = ("missed", "off_track")
"""Statuses by which a column of verdicts is sorted: what needs a look first."""


FOLDERS = re.compile(r"(?:\b[A-Za-z]:[\\/]|(?<![\w.:/])/)(?:[^\s/\\:'\"]+[\\/])+")
LONGEST_ERROR = 200


class Made(Protocol):
    """What an index needs to know of a report; `batch.manifest.Entry` has it."""

    @property
    def notebook(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def area(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def error(self) -> str: ...
    @property
    def finished(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, str]: ...
    @property
    def outputs(self) -> Mapping[str, Mapping[str, str]]: ...
    @property
    def summary(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Link:
    """One way to read a report: what it says and where it is."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A report in one language; `lang` is "" for the page's own.

    `title` is "" where the first link bears it.
    """

    title: str
    lang: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One notebook's report of an area in all its languages and formats.

    `note` says what is amiss and `error` why, or "".
    """

    editions: tuple[Edition, ...]
    note: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """How many targets of an area have a status: its key, sign and word."""

    key: str
    sign: str
    word: str
    count: int


@dataclass(frozen=True, slots=True)
class Figure:
    """An area's leading figure as its report prints it, with its course as SVG.

    `order` and `step` are the figure and its change as numbers to sort by, None where a text
    holds none.
    """

    label: str
    value: str
    delta: str
    versus: str
    tone: str
    spark: str
    order: float | None
    step: float | None


@dataclass(frozen=True)
class Row:
    """One area with all its reports of a period."""

    area: str
    name: str
    lines: tuple[Line, ...]
    own_name: str = ""
    """What it is called at home, where the page is in another language."""
    statuses: tuple[Status, ...] = ()
    figure: Figure | None = None

    @cached_property
    def pinyin(self) -> str:
        """The name in Latin letters, without tones and blanks."""
        return "".join(lazy_pinyin(self.name)).lower()

    @cached_property
    def sought(self) -> str:
        """The texts that a search looks into: names, code, pinyin and its initials."""
        own = self.own_name or self.name
        initials = "".join(lazy_pinyin(own, style=Style.FIRST_LETTER)).lower()
        words = (self.name, own, self.area, "".join(lazy_pinyin(own)), initials)
        return " ".join(dict.fromkeys(map(_squeezed, words)))

    @property
    def address(self) -> str:
        """Where the area's name leads: to the first report that there is, or ""."""
        return next(
            (
                link.address
                for line in self.lines
                for edition in line.editions
                for link in edition.links
            ),
            "",
        )

    @property
    def targets(self) -> int:
        """How many targets its reports judge or watch."""
        return sum(status.count for status in self.statuses)

    @property
    def wanting(self) -> int | None:
        """How many targets are missed or off track; None where none is judged."""
        if not self.statuses:
            return None
        return sum(status.count for status in self.statuses if status.key in WANTING)

    @property
    def failures(self) -> int:
        """How many of its reports could not be made."""
        return sum(bool(line.note) for line in self.lines)


@dataclass(frozen=True)
class Section:
    """Areas that are listed together: the project's own, or those of a level."""

    name: str
    title: str
    rows: tuple[Row, ...]
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def sortable(self) -> bool:
        """Whether there is anything to sort."""
        return len(self.rows) > 1


def sections(
    made: Sequence[Made], project: Project, tree: AreaTree, lang: str = ""
) -> list[Section]:
    """Group reports by area in official order: home first, then level by level.

    Texts are in `lang`, by default the project's language, also where only another one's report
    has them; names in another language are those of the tree.
    """
    lang = lang or project.lang
    by_area: dict[str, list[Made]] = {}
    for report in made:
        by_area.setdefault(report.area, []).append(report)
    groups: dict[str, list[str]] = {}
    for code in tree.order(by_area):
        level = tree[code].level if code in tree else ""
        groups.setdefault("home" if code == project.home else level, []).append(code)
    order = ["home", *tree.levels, ""]
    rows = {
        group: [_row(by_area[code], project, tree, lang) for code in codes]
        for group, codes in groups.items()
    }
    return [
        _section(group, rows[group], project, lang) for group in sorted(groups, key=order.index)
    ]


def _section(group: str, rows: list[Row], project: Project, lang: str) -> Section:
    say = Messages(lang)
    if group == "home":
        title = rows[0].name
    elif names := project.own_levels.get(group):
        title = names.get(lang, group)
    else:
        title = say(f"level.{group}") if group else say("index.elsewhere")
    figures = [row.figure for row in rows if row.figure]
    columns = {
        "figure": _shared((figure.label for figure in figures), say("index.figure")),
        "change": _shared((figure.versus for figure in figures), say("index.change")),
    }
    return Section(group or "elsewhere", title[:1].upper() + title[1:], tuple(rows), columns)


def _shared(texts: Iterable[str], otherwise: str) -> str:
    """The text that all share and that heads their column, or another one."""
    found = set(texts)
    return found.pop() if len(found) == 1 and "" not in found else otherwise


def _row(reports: Sequence[Made], project: Project, tree: AreaTree, lang: str) -> Row:
    say, area = Messages(lang), reports[0].area
    foreign = lang != project.lang and area in tree
    listed = [*project.reports, *sorted({report.notebook for report in reports})]
    languages = [lang, *(one for one in LANGUAGES if one != lang)]
    ordered = sorted(
        reports,
        key=lambda one: (
            listed.index(one.notebook),
            languages.index(one.parameters["lang"]),
        ),
    )
    notebooks: dict[str, list[Made]] = {}
    for report in ordered:
        notebooks.setdefault(report.notebook, []).append(report)
    return Row(
        area=area,
        name=tree[area].name if foreign else reports[0].name,
        own_name=reports[0].name,
        lines=tuple(_line(same, lang) for same in notebooks.values()),
        statuses=_statuses(_first(ordered, "statuses"), say),
        figure=_figure(_first(ordered, "figure"), say),
    )


def _first(reports: Iterable[Made], fact: str) -> Mapping[str, Any]:
    """The fact of the first report that has it."""
    return next((one.summary[fact] for one in reports if fact in one.summary), {})


def _line(reports: Sequence[Made], lang: str) -> Line:
    """One notebook's reports, the page's own language first."""
    say, title = Messages(lang), reports[0].title
    notes = dict.fromkeys(
        say("index.earlier" if report.outputs else "index.failed")
        for report in reports
        if report.outcome == "failed"
    )
    editions = [
        _edition(report, title if not at else "", lang) for at, report in enumerate(reports)
    ]
    shown = tuple(one for one in editions if one.title or one.links)
    error = next((why(one.error) for one in reports if one.outcome == "failed"), "")
    return Line(shown, say("index.list").join(notes), error)


def why(error: str) -> str:
    """An error in one line for readers: without the folders of the machine that it arose on."""
    line = FOLDERS.sub("", " ".join(error.split()))
    return line if len(line) <= LONGEST_ERROR else line[: LONGEST_ERROR - 1] + "…"


def _edition(report: Made, title: str, lang: str) -> Edition:
    """A report's page goes by its title, the next one by its language; other files by format."""
    say = Messages(report.parameters["lang"])
    named = title or say("index.language")
    kinds = [kind for kind in PUBLIC_FORMATS if kind in report.outputs]
    return Edition(
        "" if "html" in kinds or not (kinds or title) else named,
        say("page.html_lang") if say.lang != lang else "",
        tuple(
            Link(named if kind == "html" else kind.upper(), quote(report.outputs[kind]["path"]))
            for kind in kinds
        ),
    )


def _statuses(counts: Mapping[str, int], say: Messages) -> tuple[Status, ...]:
    return tuple(
        Status(key, say(f"chart.sign_{key}"), say(f"status.{key}"), counts[key])
        for key in LOOKS
        if counts.get(key)
    )


def _figure(found: Mapping[str, Any], say: Messages) -> Figure | None:
    if not found:
        return None
    unit = found["unit"]
    label = say("chart.in_unit", text=found["label"], unit=unit) if unit else found["label"]
    step = 0.0 if found["delta"] == say("chart.level") else as_number(found["delta"])
    return Figure(
        label=label,
        value=found["value"],
        delta=found["delta"],
        versus=found["versus"],
        tone=found["tone"] or "flat",
        spark=spark_svg(found["spark"], _course(found["spark"], say)),
        order=as_number(found["value"]),
        step=-step if step and found["delta"].startswith("▼") else step,
    )


def _course(values: Sequence[float | None], say: Messages) -> str:
    """A sparkline in words."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    places = 0 if all(value.is_integer() for value in map(float, known)) else 1
    low, high = number(min(known), places), number(max(known), places)
    return say("index.course", n=len(values), low=low, high=high)


def as_number(text: str) -> float | None:
    """The number that a printed figure starts with, after its arrow; None where there is none."""
    found = re.match(r"[▲▼]?([−-]?[\d,]+(?:\.\d+)?)", text)
    return float(found[1].replace(",", "").replace("−", "-")) if found else None


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text).lower()
