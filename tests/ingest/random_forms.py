"""Random office forms whose truth is known: the ways in which offices lay out the same table."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from pls_analysis.ingest.cells import Cell, Sheet, Span

TOWNS = [
    "柳荫街道",
    "塘桥镇",
    "宣桥镇",
    "康桥镇",
    "北塘镇",
    "南湖镇",
    "石桥镇",
    "新河镇",
    "城关镇",
    "西溪镇",
]
ITEMS = [
    "受理数",
    "办结数",
    "成功数",
    "涉案金额（万元）",
    "参与人次",
    "调解员数",
    "场次",
    "咨询（人次）",
    "新增",
]
GROUPS = ["本月", "本年累计", "上年同期", "去年末"]
AREAS = ("人民调解", "行政调解")
TITLES = ("柳荫区{}统计表", "{}情况表（2021年3月）", "2020年度{}月报", "附件1：{}汇总")
NOTES = ("注：数据截至月底。", "填报人：张三  审核人：李四", "制表：王五 2021年4月2日", "*不含外区")
MARKS = ("—", "…", "-")


@dataclass
class Form:
    """A sheet under construction and what a right reading of it gives."""

    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[Span] = field(default_factory=list)
    truth: dict[tuple[int, int], tuple[str, str, float | None]] = field(default_factory=dict)

    def put(self, row: int, col: int, value: object, to: tuple[int, int] | None = None) -> None:
        kind = "number" if isinstance(value, int | float) else "text"
        self.cells[row, col] = Cell(row, col, value, kind)  # type: ignore[arg-type]
        if to is not None and to != (row, col):
            self.merges.append(Span(row, col, *to))

    def sheet(self) -> Sheet:
        return Sheet("Sheet1", self.cells, tuple(self.merges))


def make(seed: int) -> Form:
    """One form; the same for the same seed."""
    rnd = random.Random(seed)
    form = Form()
    row, left = 1, rnd.choice([1, 1, 1, 2, 3])
    row = _frame(rnd, form, row, left)
    for table in range(rnd.choice([1, 1, 1, 2])):
        if table:
            row += rnd.randint(1, 3)
            form.put(row, left, "（二）续表")
            row += 1
        row = _table(rnd, form, row, left)
    if rnd.random() < 0.5:
        form.put(row, left, rnd.choice(NOTES))
    return form


def _frame(rnd: random.Random, form: Form, row: int, left: int) -> int:
    """Title, filing office, unit, blank rows."""
    if rnd.random() < 0.8:
        title = rnd.choice(TITLES).format(rnd.choice(["人民调解", "法律援助", "社区矫正"]))
        form.put(row, left, title, (row, left + rnd.randint(0, 7)))
        row += 1
    if rnd.random() < 0.5:
        form.put(row, left, "填报单位：" + rnd.choice(TOWNS))
        form.put(row, left + rnd.randint(2, 5), rnd.choice(["单位：件", "计量单位：万元"]))
        row += 1
    return row + (rnd.randint(1, 2) if rnd.random() < 0.3 else 0)


def _paths(rnd: random.Random) -> list[tuple[str, ...]]:
    levels = rnd.choice([1, 1, 2, 2, 3])
    items = rnd.sample(ITEMS, rnd.randint(2, 5))
    if levels == 1:
        return [(item,) for item in items]
    if levels == 2:
        groups = rnd.sample(GROUPS, rnd.randint(2, 3))
        return [(group, item) for group in groups for item in items[:3]]
    areas = rnd.sample(AREAS, rnd.randint(1, 2))
    return [(a, g, item) for a in areas for g in ("本期", "上期") for item in items[:2]]


def _table(rnd: random.Random, form: Form, top: int, left: int) -> int:
    paths = _paths(rnd)
    depth = max(map(len, paths))
    serial, merged = rnd.random() < 0.4, rnd.random() < 0.65
    key_col = left + serial
    first = key_col + 1
    _headings(form, top, left, paths, depth, serial, merged, rnd.choice(["街镇", "单位", "项目"]))
    row = top + depth
    if rnd.random() < 0.12:
        form.put(row, key_col, "甲")
        for number in range(1, len(paths) + 1):
            form.put(row, first + number - 1, number)
        row += 1
    towns = rnd.sample(TOWNS, rnd.randint(2, 10))
    values = {town: [_value(rnd) for _ in paths] for town in towns}
    total = rnd.choice([None, "top", "bottom"])
    labels = list(towns)
    if total:
        name = rnd.choice(["合计", "总计", "合  计", "全区合计"])
        values[name] = [
            sum(v for v in column if v is not None)
            for column in zip(*(values[town] for town in towns), strict=True)
        ]
        labels = [name, *labels] if total == "top" else [*labels, name]
    styles = [rnd.choice(["plain", "plain", "plain", "text", "comma", "wide"]) for _ in paths]
    for number, label in enumerate(labels, 1):
        if serial and "计" not in label:
            form.put(row, left, number)
        form.put(row, key_col, label)
        for col, (path, value, style) in enumerate(
            zip(paths, values[label], styles, strict=True), first
        ):
            form.put(row, col, rnd.choice(MARKS) if value is None else _spell(value, style))
            form.truth[row, col] = (label, "".join(path), value)
        row += 1
    return row


def _headings(
    form: Form,
    top: int,
    left: int,
    paths: list[tuple[str, ...]],
    depth: int,
    serial: bool,
    merged: bool,
    key: str,
) -> None:
    bottom = top + depth - 1
    for col, text in ([(left, "序号")] if serial else []) + [(left + serial, key)]:
        form.put(top, col, text, (bottom, col) if merged else None)
    first = left + serial + 1
    for level in range(depth):
        start = 0
        while start < len(paths):
            stop = start + 1
            while stop < len(paths) and paths[stop][: level + 1] == paths[start][: level + 1]:
                stop += 1
            is_leaf = level == depth - 1
            to = (top + level, first + stop - 1) if merged and not is_leaf else None
            form.put(top + level, first + start, paths[start][level], to)
            start = stop


def _value(rnd: random.Random) -> int | None:
    return None if rnd.random() < 0.06 else rnd.randint(3, 9999)


def _spell(value: int, style: str) -> object:
    if style == "text":
        return str(value)
    if style == "comma":
        return f"{value:,}"
    if style == "wide":
        return str(value).translate({ord(str(d)): 0xFF10 + d for d in range(10)})
    return value
