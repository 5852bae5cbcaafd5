"""Find which rows and columns are sums of others, and report each sum that does not hold.

Which line is the total of which is inferred from the figures, judged on a whole line at once: a
line is the sum of a run of its neighbours where most of its figures are. So subtotals without the
word 小计 and doubly grouped totals are understood, and one wrong digit does not hide the relation
but stands out from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pls_analysis.ingest import values, words
from pls_analysis.ingest.continuations import column_labels, row_labels
from pls_analysis.ingest.layout import Record, Table
from pls_analysis.observations import RATES

Axis = Literal["row", "column"]
Lines = Mapping[int, Mapping[int, Record]]
"""Records by line, then by position within the line."""
Figures = Mapping[int, Mapping[int, float]]
"""The figures of such lines alone."""
Placed = tuple[Record, int, int]
"""A record with the number of its row and of its column."""
Labels = list[tuple[str, ...]]

SHARE_OF_FIGURES = 0.6
SHARE_WITH_TOTAL_WORD = 0.3
MOST_LINES = 600
MOST_LINES_UNNAMED = 120
LEAST_SUM_UNNAMED = 50
ROUNDING_PER_PART = 0.06
"""What rounding to one decimal can take from each part of a sum, and a little over."""
LINES_APART = 2_000_000
"""Between the numbers of lines of two parts: more than a sheet has."""


@dataclass(frozen=True, slots=True)
class SumCheck:
    """One sum: the figure that should be the sum, its parts, and how well it holds.

    `axis` says along what the parts lie: "row" for parts side by side, "column" for parts below
    or above. `gap` is whole − parts.
    """

    axis: Axis
    whole: Record
    parts: tuple[Record, ...]
    outcome: Literal["exact", "rounding", "mismatch"]
    gap: float

    @property
    def expected(self) -> float:
        """What the parts add up to."""
        return _tidy(sum(_value(part) for part in self.parts))


@dataclass(frozen=True, slots=True)
class Suspect:
    """A figure that failed sums point at, and the value that would mend them."""

    record: Record
    proposed: float
    checks: tuple[SumCheck, ...]


def check_totals(*parts: Table) -> list[SumCheck]:
    """Check every sum that can be inferred in a table, along its rows and its columns.

    A table that goes on over pages or sheets is given by all its parts (`table.parts()`).
    """
    return [check for placed in _joined(parts) for check in _check_whole(placed, parts[-1].unit)]


def _check_whole(placed: Sequence[Placed], unit: str | None) -> list[SumCheck]:
    by_row: dict[int, dict[int, Record]] = {}
    by_col: dict[int, dict[int, Record]] = {}
    for record, row, col in placed:
        if _is_additive(record, unit):
            by_row.setdefault(row, {})[col] = record
            by_col.setdefault(col, {})[row] = record
    row_totals = {row for row, line in by_row.items() if _is_total(_any(line).keys)}
    col_totals = {col for col, line in by_col.items() if _is_total(_any(line).headings)}
    unread = {(row, col) for record, row, col in placed if _is_unread(record)}
    across = {(col, row) for row, col in unread}
    return [
        *_checks("column", by_row, row_totals, unit, unread),
        *_checks("row", by_col, col_totals, unit, across),
    ]


def _joined(tables: Sequence[Table]) -> list[list[Placed]]:
    """Place the figures of a table's parts as in one table: by number of row and of column.

    Parts with the same headings share their columns, parts with the same row labels their rows.
    One that shares neither, or both, starts anew.
    """
    if len(tables) == 1:
        return [[(record, record.box.row, record.box.col) for record in tables[0].records]]
    wholes: list[list[Placed]] = []
    rows: list[Labels] = []
    columns: list[Labels] = []
    for table in tables:
        labels, heads = row_labels(table), column_labels(table)
        if (labels in rows) == (heads in columns):
            wholes.append([])
            rows, columns = [], []
        row_at = _numbers(sorted({one.box.row for one in table.records}), labels, rows)
        col_at = _numbers(sorted({one.box.col for one in table.records}), heads, columns)
        wholes[-1] += [(one, row_at[one.box.row], col_at[one.box.col]) for one in table.records]
    return wholes


def _numbers(lines: Sequence[int], labels: Labels, known: list[Labels]) -> dict[int, int]:
    """The numbers of a part's lines in the whole; `known` is amended by labels not met before."""
    if labels not in known:
        known.append(labels)
    start = known.index(labels) * LINES_APART
    return {line: start + place for place, line in enumerate(lines)}


def find_suspects(checks: Iterable[SumCheck]) -> list[Suspect]:
    """Name the figures that explain failed sums.

    Where a row sum and a column sum fail by the same amount, the figure they share is named alone.
    Otherwise the total is named, and the part, if one, that a single wrong digit would explain.
    """
    failed = [check for check in checks if check.outcome == "mismatch"]
    shared: list[Suspect] = []
    explained: set[int] = set()
    for first in failed:
        for second in failed:
            if first.axis == "column" and second.axis == "row":
                suspect = _common(first, second)
                if suspect is not None:
                    shared.append(suspect)
                    explained.update((id(first), id(second)))
    alone = [check for check in failed if id(check) not in explained]
    return [*shared, *(Suspect(*_most_likely(check), (check,)) for check in alone)]


def _common(first: SumCheck, second: SumCheck) -> Suspect | None:
    members = {id(record): sign for record, sign in _members(first)}
    for record, sign in _members(second):
        other = members.get(id(record))
        if other is not None and abs(first.gap * other - second.gap * sign) < 1e-6:
            return Suspect(record, _tidy(_value(record) - first.gap * other), (first, second))
    return None


def _members(check: SumCheck) -> list[tuple[Record, int]]:
    """Each figure of a sum with the sign by which it enters whole − parts."""
    return [(check.whole, 1), *((part, -1) for part in check.parts)]


def _most_likely(check: SumCheck) -> tuple[Record, float]:
    proposals = [
        (record, _tidy(_value(record) - check.gap * sign)) for record, sign in _members(check)
    ]
    for record, proposed in proposals:
        if _one_slip(_value(record), proposed):
            return record, proposed
    return proposals[0]


def _one_slip(value: float, other: float) -> bool:
    """Whether one digit typed wrong, lost or doubled turns one figure into the other."""
    a, b = _plain(value), _plain(other)
    if other < 0 or a == b:
        return False
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    short, long = sorted((a, b), key=len)
    return len(long) - len(short) == 1 and any(
        long[:i] + long[i + 1 :] == short for i in range(len(long))
    )


def _checks(
    axis: Axis, lines: Lines, totals: set[int], unit: str | None, unread: set[tuple[int, int]]
) -> list[SumCheck]:
    """Check the sums along one axis; a sum with a part that could not be read says nothing."""
    order = sorted(lines)
    checks = []
    for whole, parts in sum_tree(order, lines, totals).items():
        for position, record in lines[whole].items():
            found = [lines[part][position] for part in parts if position in lines[part]]
            if found and not any((part, position) in unread for part in parts):
                checks.append(_check(axis, record, found, unit))
    return checks


def _check(axis: Axis, whole: Record, parts: Sequence[Record], unit: str | None) -> SumCheck:
    gap = _tidy(_value(whole) - sum(_value(part) for part in parts))
    if abs(gap) <= 1e-9 * abs(_value(whole)) + 1e-9:
        outcome = "exact"
    elif abs(gap) <= _rounding([whole, *parts], unit):
        outcome = "rounding"
    else:
        outcome = "mismatch"
    return SumCheck(axis, whole, tuple(parts), outcome, gap)


def sum_tree(order: Sequence[int], lines: Lines, totals: set[int]) -> dict[int, list[int]]:
    """Which lines are the sum of a run of lines before or after them: total -> its parts.

    Tried downwards and upwards; the reading that explains more lines is taken. Long tables are
    searched only below lines that call themselves totals.
    """
    if len(order) > MOST_LINES:
        return {}
    figures = {
        line: {position: _value(record) for position, record in records.items()}
        for line, records in lines.items()
    }
    trees = [_sum_tree(sequence, figures, totals) for sequence in (order[::-1], order)]
    return max(trees, key=lambda tree: sum(map(len, tree.values())))


def _sum_tree(order: Sequence[int], figures: Figures, totals: set[int]) -> dict[int, list[int]]:
    stack: list[int] = []
    tree: dict[int, list[int]] = {}
    only_adds = all(value >= 0 for line in figures.values() for value in line.values())
    for line in order:
        if len(order) <= MOST_LINES_UNNAMED or line in totals:
            run = [figures[one] for one in reversed(stack)]
            count = _best_run(figures[line], run, line in totals, only_adds)
            if count:
                tree[line] = [stack.pop() for _ in range(count)]
        stack.append(line)
    return tree


def _best_run(
    wanted: Mapping[int, float], run: Sequence[Mapping[int, float]], named: bool, only_adds: bool
) -> int:
    """How many of the lines next to a line add up to it; 0 where no run does.

    Where no figure is negative, the search ends as soon as too many sums have passed their totals.
    """
    share_needed = SHARE_WITH_TOTAL_WORD if named else SHARE_OF_FIGURES
    may_fail = (1 - share_needed) * len(wanted) if only_adds else len(wanted)
    ceilings = {
        position: value + 1e-9 * value + ROUNDING_PER_PART * (len(run) + 1)
        for position, value in wanted.items()
    }
    sums = dict.fromkeys(wanted, 0.0)
    passed: set[int] = set()
    best, best_share = 0, 0.0
    for count, line in enumerate(run, 1):
        for position, value in line.items():
            if position in sums:
                sums[position] += value
                if sums[position] > ceilings[position]:
                    passed.add(position)
        if len(passed) > may_fail:
            break
        if count < 2:
            continue
        said = [position for position in wanted if wanted[position] or sums[position]]
        held = [position for position in said if _nearly(sums[position], wanted[position], count)]
        if not said or not _convincing(wanted, said, held, named, count):
            continue
        if named or _are_sums(held, run[:count], least=min(2, len(said))):
            share = len(held) / len(said)
            if share >= best_share:
                best, best_share = count, share
    return best


def _are_sums(held: Sequence[int], parts: Sequence[Mapping[int, float]], least: int) -> bool:
    """Whether enough of the sums have two parts: a figure beside zeros is the same, no sum."""
    made = (sum(1 for part in parts if part.get(position)) > 1 for position in held)
    return sum(made) >= least


def _nearly(found: float, wanted: float, count: int) -> bool:
    """Equal, or as near as two decimals rounded in every part allow."""
    gap = abs(found - wanted)
    if gap <= 1e-9 * abs(wanted) + 1e-9:
        return True
    if gap >= ROUNDING_PER_PART * (count + 1):
        return False
    decimals = max(_decimals(found), _decimals(wanted))
    return decimals > 0 and gap <= 0.5 * 10**-decimals * (count + 1)


def _convincing(
    wanted: Mapping[int, float],
    said: Sequence[int],
    held: Sequence[int],
    named: bool,
    count: int,
) -> bool:
    share = (SHARE_WITH_TOTAL_WORD if named else SHARE_OF_FIGURES) if len(said) > 2 else 1
    if len(held) < share * len(said):
        return False
    if named:
        return bool(held)
    if len(held) < 2 and (len(said) > 1 or count < 3 or abs(wanted[held[0]]) < 100):
        return False
    return sum(abs(wanted[position]) for position in held) >= LEAST_SUM_UNNAMED


def _rounding(records: Sequence[Record], table_unit: str | None) -> float:
    """How far rounding alone can carry a sum of these figures from its total.

    Counts of people and cases are never rounded; whole numbers of 万 or hectares are.
    """
    decimals = max(_decimals(_value(record)) for record in records)
    unit = next((record.unit for record in records if record.unit), table_unit) or ""
    if decimals == 0 and not unit.startswith(("万", "亿", "公顷", "平方", "吨")):
        return 0.0
    return 0.5 * 10**-decimals * len(records) + 1e-9


def _is_additive(record: Record, table_unit: str | None) -> bool:
    reading = record.box.reading
    if reading.kind != "number" or reading.unit in RATES:
        return False
    labels = map(values.label, (*record.headings, record.keys[-1]))
    said = "".join((*labels, record.unit or ""))
    return not words.NOT_ADDITIVE.search(said) and table_unit not in RATES


def _is_unread(record: Record) -> bool:
    return record.box.reading.kind not in ("number", "missing")


def _is_total(path: Sequence[str]) -> bool:
    return bool(path) and bool(words.TOTAL.match(words.squeeze(path[-1])))


def _any(line: Mapping[int, Record]) -> Record:
    return next(iter(line.values()))


def _value(record: Record) -> float:
    value = record.box.reading.value
    return 0.0 if value is None else value


def _tidy(value: float) -> float:
    """Drop the dust of binary fractions: sums of published decimals have few places."""
    return round(value, 6)


def _decimals(value: float) -> int:
    exponent = Decimal(repr(round(value, 6))).normalize().as_tuple().exponent
    return max(0, -int(exponent))


def _plain(value: float) -> str:
    return f"{Decimal(repr(value)).normalize():f}"
