"""Random workbooks whose truth is known: the ways in which offices lay out the same tables."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import pairwise

from pls_analysis.ingest.cells import Cell, Sheet, Span

TOWNS = ["柳荫街道", "塘桥镇", "宣桥镇", "康桥镇", "北塘镇", "南湖镇", "石桥镇", "新河镇",
         "城关镇", "西溪镇", "东岭乡", "大湾镇"]  # fmt: skip
ITEMS = {
    "受理数": "件", "办结数": "件", "成功数": "件", "涉案金额": "万元", "参与人员": "人次",
    "调解员数": "人", "活动场数": "场次", "咨询量": "人次", "新增户数": "户", "办公面积": "平方米",
    "成功率": "%",
}  # fmt: skip
ENGLISH = {
    "受理数": "Accepted", "办结数": "Closed", "成功数": "Settled", "涉案金额": "Amount",
    "参与人员": "Persons", "调解员数": "Mediators", "活动场数": "Events", "咨询量": "Enquiries",
    "新增户数": "Households", "办公面积": "Floor Area", "成功率": "Success Rate",
    "柳荫街道": "Liuyin", "塘桥镇": "Tangqiao", "宣桥镇": "Xuanqiao", "康桥镇": "Kangqiao",
    "北塘镇": "Beitang", "南湖镇": "Nanhu", "石桥镇": "Shiqiao", "新河镇": "Xinhe",
    "城关镇": "Chengguan", "西溪镇": "Xixi", "东岭乡": "Dongling", "大湾镇": "Dawan",
    "本月": "This Month", "本年累计": "This Year", "上年同期": "Last Year",
}  # fmt: skip
FIELDS = ("人民调解", "行政调解", "司法调解")
SPANS = ("本月", "本年累计", "上年同期")
KINDS = ("居民", "村民", "单位间")
PARTS = ("邻里纠纷", "婚姻家庭", "劳动争议", "损害赔偿")
ZONES = ("东片", "西片", "北片")
TOTALS = ("合计", "总计", "合  计", "全区合计", "全市", "Total")
TITLES = ("柳荫区{}统计表", "{}情况表（2021年3月）", "2020年度{}月报", "附件1：{}汇总")
NOTES = ("注：数据截至月底。", "填报人：张三  审核人：李四", "制表：王五 2021年4月2日", "*不含外区")
MISSING = ("—", "…", "-")
FOOTNOTES = ("①", "*", "1)", "[注]", "（注2）", "[1]")


@dataclass(frozen=True)
class Line:
    """A row or a column of figures: the path to it, its unit, and how it comes about.

    `whole` are the lines it is the sum of; `part_of` the line of which it is some part, which
    `leads` says is the first of them.
    """

    path: tuple[str, ...]
    unit: str | None = None
    whole: tuple[int, ...] = ()
    part_of: int | None = None
    leads: bool = False


@dataclass(frozen=True)
class Truth:
    """What a right reading of a cell gives; labels without blanks, marks, units and English."""

    keys: tuple[str, ...]
    headings: tuple[str, ...]
    unit: str | None
    value: float | None


@dataclass
class Page:
    """A sheet under construction and the truth of its figures."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[Span] = field(default_factory=list)
    truth: dict[tuple[int, int], Truth] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_cols: frozenset[int] = frozenset()

    def put(self, row: int, col: int, value: object, to: tuple[int, int] | None = None) -> None:
        """Write a cell, merged as far as `to` where that is given."""
        kind = "number" if isinstance(value, int | float) else "text"
        self.cells[row, col] = Cell(row, col, value, kind)  # type: ignore[arg-type]
        if to is not None and to != (row, col):
            self.merges.append(Span(row, col, *to))

    def sheet(self) -> Sheet:
        """The page as it is read from a file."""
        return Sheet(self.name, self.cells, tuple(self.merges), self.hidden_rows, self.hidden_cols)


@dataclass(frozen=True)
class Matrix:
    """A table without a layout: rows × columns and its figures."""

    kind: str
    rows: list[Line]
    columns: list[Line]
    figures: list[list[float | None]]

    def only(self, rows: list[int], columns: list[int]) -> Matrix:
        """Some rows and columns of it."""
        return Matrix(
            self.kind,
            [self.rows[row] for row in rows],
            [self.columns[col] for col in columns],
            [[self.figures[row][col] for col in columns] for row in rows],
        )


@dataclass(frozen=True)
class Style:
    """How one table is written down."""

    merged: bool
    serial: bool
    key: str
    unit: str
    unit_name: str
    english: str
    spread: bool
    marks: bool
    gap: str
    index: bool
    repeat: bool
    cells: tuple[str, ...]


def make(seed: int) -> list[Page]:
    """The pages of one workbook; the same for the same seed."""
    rnd = random.Random(seed)
    pages = [Page("Sheet1")]
    arrange = rnd.choice([_alone, _alone, _alone, _below, _beside, _grid, _next_sheet,
                          _next_sheet, _to_the_right, _by_year])  # fmt: skip
    arrange(rnd, pages)
    for page in pages:
        if rnd.random() < 0.15:
            rows, cols = {row for row, _ in page.cells}, {col for _, col in page.cells}
            page.hidden_rows = frozenset(rnd.sample(sorted(rows), 1))
            page.hidden_cols = frozenset(rnd.sample(sorted(cols), 1))
    return pages


# -- tables without a layout -----------------------------------------------------------------------


def _matrix(rnd: random.Random, least_rows: int = 2) -> Matrix:
    kind = rnd.choice(["areas", "areas", "areas", "measures", "measures", "years"])
    if kind == "areas":
        rows, columns = _area_rows(rnd, least_rows), _measure_columns(rnd)
    elif kind == "measures":
        rows, columns = _measure_rows(rnd, least_rows), _other_columns(rnd)
    else:
        first = rnd.randint(2005, 2015)
        form = rnd.choice(["{}", "{}年"])
        years = range(first, first + max(least_rows, rnd.randint(2, 7)))
        rows, columns = [Line((form.format(year),)) for year in years], _measure_columns(rnd)
    return Matrix(kind, rows, columns, _figures(rnd, rows, columns))


def _area_rows(rnd: random.Random, least: int) -> list[Line]:
    towns = rnd.sample(TOWNS, max(least, rnd.randint(2, 9)))
    zones = rnd.sample(ZONES, 2) if len(towns) > 3 and rnd.random() < 0.3 else []
    if not zones:
        return _with_totals(rnd, [Line((town,)) for town in towns])
    rows: list[Line] = []
    half = len(towns) // 2
    subtotal = rnd.random() < 0.5
    for zone, members in zip(zones, (towns[:half], towns[half:]), strict=True):
        start = len(rows)
        rows += [Line((zone, town)) for town in members]
        if subtotal and len(members) > 1:
            rows.append(Line((zone, "小计"), whole=tuple(range(start, start + len(members)))))
    return rows


def _with_totals(rnd: random.Random, rows: list[Line]) -> list[Line]:
    where = rnd.choice(["none", "first", "last", "both"])
    count = len(rows)
    if where in ("first", "both"):
        rows = [Line((rnd.choice(TOTALS),), whole=tuple(range(1, count + 1))), *rows]
    if where in ("last", "both"):
        start = len(rows) - count
        name = rnd.choice([one for one in TOTALS if (one,) != rows[0].path])
        rows = [*rows, Line((name,), whole=tuple(range(start, start + count)))]
    return rows


def _measure_columns(rnd: random.Random) -> list[Line]:
    levels = rnd.choice([1, 1, 2, 2, 3, 4])
    items = rnd.sample(list(ITEMS), rnd.randint(2, 5))
    if levels == 1:
        columns = [Line((item,), ITEMS[item]) for item in items]
        if rnd.random() < 0.25:
            columns.insert(1, Line((items[0], "邻里纠纷"), ITEMS[items[0]], part_of=0))
        return columns
    if levels == 2 and rnd.random() < 0.3:
        columns = []
        for item in items[:2]:
            unit, start = ITEMS[item], len(columns)
            columns.append(Line((item, "小计"), unit, whole=(start + 1, start + 2)))
            columns += [Line((item, kind), unit) for kind in KINDS[:2]]
        return columns
    if levels == 2:
        groups = rnd.sample(SPANS, rnd.randint(2, 3))
        return [Line((group, item), ITEMS[item]) for group in groups for item in items[:3]]
    fields, spans = rnd.sample(FIELDS, rnd.randint(1, 2)), SPANS[:2]
    if levels == 3:
        return [Line((a, b, i), ITEMS[i]) for a in fields for b in spans for i in items[:2]]
    return [Line((a, b, i, kind), ITEMS[i]) for a in fields for b in spans for i in items[:1]
            for kind in KINDS[:2]]  # fmt: skip


def _measure_rows(rnd: random.Random, least: int) -> list[Line]:
    rows: list[Line] = []
    for item in rnd.sample(list(ITEMS), max(least, rnd.randint(2, 6))):
        start = len(rows)
        rows.append(Line((item,), ITEMS[item]))
        if ITEMS[item] != "%" and rnd.random() < 0.4:
            parts = rnd.sample(PARTS, rnd.randint(1, 3))
            rows += [
                Line((item, part), ITEMS[item], part_of=start, leads=part == parts[0])
                for part in parts
            ]
    return rows


def _other_columns(rnd: random.Random) -> list[Line]:
    choice = rnd.choice(["areas", "years", "spans", "years under areas", "areas under years"])
    first = rnd.randint(2005, 2018)
    years = [rnd.choice(["{}", "{}年"]).format(first)]
    years += [years[0].replace(str(first), str(first + more)) for more in (1, 2)]
    towns = rnd.sample(TOWNS, rnd.randint(2, 4))
    if choice == "areas":
        return _with_totals(rnd, [Line((town,)) for town in towns])
    if choice == "years":
        return [Line((year,)) for year in years]
    if choice == "spans":
        return [Line((span,)) for span in SPANS]
    if choice == "years under areas":
        return [Line((town, year)) for town in towns[:3] for year in years[:2]]
    return [Line((year, town)) for year in years[:2] for town in towns[:3]]


def _figures(rnd: random.Random, rows: list[Line], columns: list[Line]) -> list[list[float | None]]:
    found: dict[tuple[int, int], float | None] = {}

    def figure(row: int, col: int) -> float | None:
        if (row, col) not in found:
            found[row, col] = made(row, col)
        return found[row, col]

    def made(row: int, col: int) -> float | None:
        if rows[row].whole:
            return sum(figure(one, col) or 0 for one in rows[row].whole)
        if columns[col].whole:
            return sum(figure(row, one) or 0 for one in columns[col].whole)
        if rows[row].part_of is not None:
            return (figure(rows[row].part_of, col) or 0) * rnd.randint(100, 600) // 1009
        if columns[col].part_of is not None:
            return (figure(row, columns[col].part_of) or 0) * rnd.randint(100, 600) // 1009
        return None if rnd.random() < 0.05 else rnd.randint(3, 9999)

    return [[figure(row, col) for col in range(len(columns))] for row in range(len(rows))]


# -- how a table is written ------------------------------------------------------------------------


def _style(rnd: random.Random, table: Matrix) -> Style:
    units = {line.unit for line in (*table.columns, *table.rows)} - {None}
    by_column = any(line.unit for line in table.columns)
    ways = ["none", "bracket", "line", "slash", "comma"]
    ways += ["bracket_row", "unit_row", "bare_row"] if by_column else ["unit_column"] * 3
    ways += ["title", "meta", "beside"] * 3 if len(units) == 1 else []
    ragged = len({len(line.path) for line in table.columns}) > 1
    known = all(len(line.path) == 1 and line.path[0] in ENGLISH for line in table.columns)
    bilingual = ["line", "rows"] if known else ["line"]
    bilingual += ["column"] if table.kind == "areas" and len(table.rows[0].path) == 1 else []
    unit = rnd.choice(ways)
    keys = {
        "areas": ["街镇", "单位名称", "地区"],
        "measures": ["指标", "项目"],
        "years": ["年份", ""],
    }
    return Style(
        merged=ragged or rnd.random() < 0.65,
        serial=table.kind == "areas" and len(table.rows[0].path) == 1 and rnd.random() < 0.3,
        key=rnd.choice(keys[table.kind]),
        unit=unit,
        unit_name=rnd.choice(["单位", "计量单位"]),
        english=rnd.choice(bilingual) if rnd.random() < 0.2 else "",
        spread=rnd.random() < 0.15,
        marks=rnd.random() < 0.15,
        gap=rnd.choice(["key", "all", "groups", "heading", "rows"]) if rnd.random() < 0.25 else "",
        index=unit not in ("unit_row", "bare_row", "bracket_row") and rnd.random() < 0.1,
        repeat=rnd.random() < 0.1,
        cells=tuple(rnd.choice(["plain", "plain", "plain", "text", "comma", "wide"])
                    for _ in table.columns),
    )  # fmt: skip


class Writer:
    """One table while it is written down on a page."""

    def __init__(self, rnd: random.Random, page: Page, table: Matrix, style: Style) -> None:
        self.rnd, self.page, self.table, self.style = rnd, page, table, style
        self.row_depth = max(len(line.path) for line in table.rows) if table.kind == "areas" else 1
        self.depth = max(len(line.path) for line in table.columns)

    def write(self, top: int, left: int, headings: bool = True) -> tuple[int, int]:
        """Write the table; returns the first free row and column."""
        style = self.style
        self.key_col = left + style.serial
        self.unit_col = self.key_col + self.row_depth if style.unit == "unit_column" else None
        first = self.key_col + self.row_depth + (self.unit_col is not None)
        first += style.english == "column"
        first += style.gap in ("key", "all")
        self.columns = self._columns(first)
        self.left = left
        row = top
        if headings:
            row = self._headings(row)
            row += style.gap == "heading"
        half = len(self.table.rows) // 2
        group = ""
        for number in range(len(self.table.rows)):
            if number == half and style.repeat and headings and half > 1:
                row = self._headings(row)
            if number == half and style.gap == "rows":
                row += 1
            group = self._row(row, number, group)
            row += 1
        self._merge_groups(row)
        return row, self.columns[-1] + 1

    def _columns(self, first: int) -> list[int]:
        columns, lines = [first], self.table.columns
        for before, line in pairwise(lines):
            new_group = self.depth > 1 and before.path[0] != line.path[0]
            wide = self.style.gap == "all" or (self.style.gap == "groups" and new_group)
            columns.append(columns[-1] + 1 + wide)
        return columns

    def _named(self, label: str, line: Line | None = None) -> str:
        """A label as it is written: spread, with its unit, a mark and English."""
        text, unit, way = label, line.unit if line else None, self.style.unit
        if self.style.spread and 1 < len(text) < 5 and text.isalpha() and not text.isascii():
            text = self.rnd.choice([" ", "　", "\u00a0"]).join(text)
        if self.style.marks and self.rnd.random() < 0.3 and not label[-1].isdigit():
            text += self.rnd.choice(FOOTNOTES)
        if unit and way == "bracket":
            text += self.rnd.choice([f"（{unit}）", f"({unit})", f" ({unit})"])
        elif unit and way == "line":
            text += f"\n（{unit}）"
        elif unit and way in ("slash", "comma"):
            text += {"slash": "/", "comma": "，"}[way] + unit
        if self.style.english == "line" and label in ENGLISH:
            text += f"\n{ENGLISH[label]}"
        return text

    # -- headings --

    def _headings(self, top: int) -> int:
        style, lines = self.style, self.table.columns
        bottom = top + self.depth - 1
        for position in range(self.row_depth):
            text = style.key if position == self.row_depth - 1 else "片区"
            if text:
                self._corner(top, self.key_col + position, text, bottom)
        if style.serial:
            self._corner(top, self.left, "序号", bottom)
        if self.unit_col is not None:
            self._corner(top, self.unit_col, style.unit_name, bottom)
        for level in range(self.depth):
            start = 0
            while start < len(lines):
                stop = start + 1
                while stop < len(lines) and self._same(start, stop, level):
                    stop += 1
                self._heading(top, level, start, stop)
                start = stop
        row = bottom + 1
        if style.english == "rows":
            row = self._english_row(row)
        if style.unit in ("bracket_row", "unit_row", "bare_row"):
            row = self._unit_row(row)
        if style.index:
            row = self._index_row(row)
        return row

    def _corner(self, top: int, col: int, text: str, bottom: int) -> None:
        self.page.put(top, col, text, (bottom, col) if self.style.merged else None)

    def _same(self, start: int, stop: int, level: int) -> bool:
        one, other = (self.table.columns[at].path[: level + 1] for at in (start, stop))
        return one == other and len(one) == level + 1

    def _heading(self, top: int, level: int, start: int, stop: int) -> None:
        line, row = self.table.columns[start], top + level
        if len(line.path) <= level:
            return
        col, label = self.columns[start], line.path[level]
        leaf = level == len(line.path) - 1
        if leaf and line.part_of is not None:
            self.page.put(top, col, f"其中：{self._named(label, line)}")
            return
        own = line if leaf else None
        text: object = self._named(label, own)
        if label.isdigit() and text == label:
            text = int(label)
        to = None
        if self.style.merged:
            last = top + self.depth - 1 if leaf else row
            to = (last, self.columns[stop - 1] if not leaf else col)
        self.page.put(row, col, text, to)

    def _english_row(self, row: int) -> int:
        self.page.put(row, self.key_col, "Item")
        for col, line in zip(self.columns, self.table.columns, strict=True):
            if line.path[-1] in ENGLISH:
                self.page.put(row, col, ENGLISH[line.path[-1]])
        return row + 1

    def _unit_row(self, row: int) -> int:
        if self.style.unit == "unit_row":
            self.page.put(row, self.key_col, self.style.unit_name)
        for col, line in zip(self.columns, self.table.columns, strict=True):
            if line.unit:
                text = f"（{line.unit}）" if self.style.unit == "bracket_row" else line.unit
                self.page.put(row, col, text)
        return row + 1

    def _index_row(self, row: int) -> int:
        self.page.put(row, self.key_col + self.row_depth - 1, "甲")
        for number, col in enumerate(self.columns, 1):
            self.page.put(row, col, number)
        return row + 1

    # -- rows --

    def _row(self, row: int, number: int, group: str) -> str:
        style, line = self.style, self.table.rows[number]
        own_col = self.key_col + self.row_depth - 1
        if self.row_depth == 2 and line.path[0] != group:
            group = line.path[0]
            self.page.put(row, self.key_col, group)
        if style.serial and not line.whole:
            self.page.put(row, self.left, number + 1)
        self.page.put(row, own_col, self._label(line, number))
        if self.unit_col is not None and line.unit:
            self.page.put(row, self.unit_col, line.unit)
        if style.english == "column" and line.path[-1] in ENGLISH:
            self.page.put(row, own_col + 1, ENGLISH[line.path[-1]])
        for at, col in enumerate(self.columns):
            value = self.table.figures[number][at]
            written = self.rnd.choice(MISSING) if value is None else _spell(value, style.cells[at])
            if style.marks and value is not None and self.rnd.random() < 0.03:
                written = f"{value}{self.rnd.choice(FOOTNOTES[:2])}"
            self.page.put(row, col, written)
            self.page.truth[row, col] = Truth(
                tuple("".join(part.split()) for part in line.path),
                tuple("".join(part.split()) for part in self.table.columns[at].path),
                self._unit(line, self.table.columns[at]),
                value,
            )
        return group

    def _label(self, line: Line, number: int) -> object:
        label = line.path[-1]
        if self.table.kind == "years" and label.isdigit():
            return int(label)
        text = self._named(label, line)
        if line.part_of is None:
            return text
        sign = "　" if self.style.repeat else "  "
        lead = "其中：" if line.leads else ""
        if self.style.serial or not lead:
            return sign + text
        return sign + lead + text

    def _unit(self, row: Line, column: Line) -> str | None:
        return None if self.style.unit == "none" else row.unit or column.unit

    def _merge_groups(self, end: int) -> None:
        if self.row_depth < 2 or not self.style.merged or self.style.repeat or self.style.gap:
            return
        starts = sorted(row for row, col in self.page.cells
                        if col == self.key_col and row < end
                        and self.page.cells[row, col].value in ZONES)  # fmt: skip
        starts = [row for row in starts if row >= end - len(self.table.rows)]
        for row, after in zip(starts, [*starts[1:], end], strict=True):
            if after - row > 1:
                self.page.merges.append(Span(row, self.key_col, after - 1, self.key_col))


def _spell(value: float, style: str) -> object:
    if style == "text":
        return str(value)
    if style == "comma":
        return f"{value:,}"
    if style == "wide":
        return str(value).translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)})
    return value


# -- arrangements ----------------------------------------------------------------------------------


def _place(rnd: random.Random, page: Page, top: int, left: int, table: Matrix, style: Style,
           title: str | None = None) -> tuple[int, int]:  # fmt: skip
    """Title, facts and unit, then the table; returns the first free row and column."""
    row, unit = top, next((one.unit for one in (*table.rows, *table.columns) if one.unit), None)
    if title is None:
        title = rnd.choice(TITLES).format(rnd.choice(FIELDS)) if rnd.random() < 0.8 else ""
    if style.unit == "title":
        title = f"{(title or '各镇情况').split('（')[0]}（{unit}）"
    if title:
        wide = rnd.randint(0, 3)
        page.put(row, left, title, (row, left + wide) if wide else None)
        if style.unit == "beside":
            page.put(row, left + wide + 1, f"单位：{unit}")
        row += 1
    elif style.unit == "beside":
        page.put(row, left + 1, f"（单位：{unit}）")
        row += 1
    if style.unit == "meta":
        if rnd.random() < 0.5:
            page.put(row, left, "填报单位：" + rnd.choice(TOWNS))
        page.put(
            row, left + rnd.randint(1, 3), rnd.choice(["单位：{}", "计量单位：{}"]).format(unit)
        )
        row += 1
    row += rnd.randint(1, 2) if row > top and rnd.random() < 0.2 else 0
    return Writer(rnd, page, table, style).write(row, left)


def _alone(rnd: random.Random, pages: list[Page]) -> None:
    table = _matrix(rnd)
    top, left = rnd.choice([1, 1, 2, 4]), rnd.choice([1, 1, 1, 2, 3])
    end, _ = _place(rnd, pages[0], top, left, table, _style(rnd, table))
    _note(rnd, pages[0], end, left)


def _note(rnd: random.Random, page: Page, row: int, left: int) -> None:
    if rnd.random() < 0.5:
        page.put(row, left, rnd.choice(NOTES))


def _below(rnd: random.Random, pages: list[Page]) -> None:
    row, left = 1, rnd.choice([1, 1, 2])
    for number in range(rnd.randint(2, 3)):
        table = _matrix(rnd)
        title = f"表{number + 1} {rnd.choice(FIELDS)}情况" if rnd.random() < 0.6 else ""
        row, _ = _place(rnd, pages[0], row, left, table, _style(rnd, table), title)
        row += rnd.randint(1, 3)
    _note(rnd, pages[0], row, left)


def _beside(rnd: random.Random, pages: list[Page], top: int = 1) -> int:
    """Two or three tables side by side, all under titles or none; returns the first free row."""
    col, ends, titled = 1, [], rnd.random() < 0.5
    for number in range(rnd.choice([2, 2, 3])):
        table = _matrix(rnd, least_rows=3)
        style = _plain_beside(rnd, table)
        title = f"表{number + 1} {rnd.choice(FIELDS)}情况" if titled else ""
        end, after = _place_beside(rnd, pages[0], top, col, table, style, title)
        ends.append(end)
        col = after + 1
    return max(ends)


def _plain_beside(rnd: random.Random, table: Matrix) -> Style:
    """A style without lines above the table, which would stand over its neighbours too."""
    style = _style(rnd, table)
    while style.unit in ("title", "meta", "beside") or style.gap in ("heading", "rows"):
        style = _style(rnd, table)
    return style


def _place_beside(rnd: random.Random, page: Page, top: int, left: int, table: Matrix, style: Style,
                  title: str) -> tuple[int, int]:  # fmt: skip
    writer = Writer(rnd, page, table, style)
    if title:
        page.put(top, left, title)
        top += 1
    return writer.write(top, left)


def _grid(rnd: random.Random, pages: list[Page]) -> None:
    row = _beside(rnd, pages)
    _beside(rnd, pages, row + rnd.randint(1, 2))


def _next_sheet(rnd: random.Random, pages: list[Page]) -> None:
    """One table over two or three sheets, below or (once) on the same one."""
    table = _matrix(rnd, least_rows=4)
    style = _style(rnd, table)
    count = len(table.rows)
    cut = rnd.randint(2, count - 2)
    columns = list(range(len(table.columns)))
    first, rest = table.only([*range(cut)], columns), table.only([*range(cut, count)], columns)
    end, _ = _place(rnd, pages[0], 1, 1, first, style)
    same_sheet = rnd.random() < 0.25
    page = pages[0] if same_sheet else Page("Sheet2")
    row = end + rnd.randint(0, 2) if same_sheet else 1
    mark = rnd.choice(["续表", "（续）", "续表1", "(续表)", "续"])
    page.put(row, 1 if rnd.random() < 0.6 else 3, mark)
    row += 1 + (rnd.random() < 0.2)
    repeated = rnd.random() < 0.6 or _needs_heading(rest, style)
    Writer(rnd, page, rest, style).write(row, 1, headings=repeated)
    if not same_sheet:
        pages.append(page)


def _needs_heading(rest: Matrix, style: Style) -> bool:
    return style.english == "column" and all(line.whole for line in rest.rows)


def _to_the_right(rnd: random.Random, pages: list[Page]) -> None:
    """The same rows again with more columns: at the right, or on the next sheet."""
    table = _matrix(rnd, least_rows=3)
    tops = list(dict.fromkeys(line.path[0] for line in table.columns))
    if len(tops) < 2:
        return _alone(rnd, pages)
    cut = next(at for at, line in enumerate(table.columns) if line.path[0] == tops[1])
    if table.columns[cut].part_of is not None or len(table.columns) - cut < 1:
        return _alone(rnd, pages)
    rows = list(range(len(table.rows)))
    first, rest = (
        table.only(rows, [*part]) for part in (range(cut), range(cut, len(table.columns)))
    )
    style = _plain_beside(rnd, table)
    _, after = _place_beside(rnd, pages[0], 1, 1, first, style, f"{rnd.choice(FIELDS)}情况表")
    if rnd.random() < 0.5:
        _place_beside(rnd, pages[0], 1, after + 1, rest, style, "续表")
        return None
    pages.append(Page("Sheet2"))
    _place_beside(rnd, pages[1], 1, 1, rest, style, "续表")
    return None


def _by_year(rnd: random.Random, pages: list[Page]) -> None:
    """The same table for each year on a sheet of its own."""
    table = _matrix(rnd)
    while table.kind != "areas":
        table = _matrix(rnd)
    style = _style(rnd, table)
    pages.clear()
    for year in (2019, 2020):
        again = Matrix(table.kind, table.rows, table.columns,
                       _figures(rnd, table.rows, table.columns))  # fmt: skip
        pages.append(Page(f"{year}"))
        _place(rnd, pages[-1], 1, 1, again, style)
