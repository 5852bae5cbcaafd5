"""Tables that go on below, at the right or on the next sheet: 续表, （续）, continued."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pls_analysis.ingest import values, words
from pls_analysis.ingest.tables import Fact, Table

PART = re.compile(r"[(][一二三四五六七八九十][)]$")
"""牲畜饲养情况（二) goes on with （一) where rows or columns are the same."""


def carry_over(table: Table, earlier: Sequence[Table]) -> Table:
    """Give a continuation what its beginning says once: title, facts, unit.

    A table that only says 续表 goes on with one of the same headings or the same row labels, else
    with the last one before it. One with a title of its own goes on with a table of that title;
    one printed at the right of another under the same title and headings, with that.
    """
    continued = {id(one.before) for one in earlier}
    open_ends = [one for one in reversed(earlier) if id(one) not in continued]
    said = [*table.titles, *(fact.text for fact in table.facts), table.sheet]
    marked = any(map(words.CONTINUED.search, said))
    own = set(filter(None, map(_base, table.titles)))
    if own and (marked or any(map(_is_numbered, table.titles))):
        open_ends = [one for one in open_ends if own & set(map(_base, one.titles))]
    elif not marked:
        beside = next((one for one in open_ends[:1] if _is_beside(one, table)), None)
        return replace(table, before=beside)
    runs_on = (one for one in open_ends if any(_runs_on(part, table) for part in one.parts()))
    before = next(runs_on, None) or next((one for one in open_ends if marked), None)
    if before is None:
        return table
    return replace(
        table,
        titles=table.titles if own else (*filter(_base, before.titles), *table.titles),
        facts=(*table.facts, *_from(before, table.sheet)),
        unit=table.unit or before.unit,
        before=before,
    )


def _is_numbered(title: str) -> bool:
    return bool(PART.search(values.normalise(title)))


def _base(title: str) -> str:
    """A title without numbering, mark and blanks; nothing is left of 3-6 续表1 or （二）续表."""
    rest = PART.sub("", re.sub(r"\s+", "", words.CONTINUED.sub("", values.normalise(title))))
    return values.label(rest) if re.search(r"[^\W\d_]", rest) else ""


def _from(before: Table, sheet: str) -> Iterable[Fact]:
    facts = (fact for fact in before.facts if not words.CONTINUED.search(fact.text))
    return facts if before.sheet == sheet else (replace(fact, box=None) for fact in facts)


def _runs_on(before: Table, table: Table) -> bool:
    """Whether a table has the columns of another and other rows, or its rows and other columns."""
    same_columns = column_labels(before) == column_labels(table)
    return same_columns != (row_labels(before) == row_labels(table))


def _is_beside(before: Table, table: Table) -> bool:
    """Whether a table is the right half of one that is printed in two."""
    level = before.sheet == table.sheet and before.rows[0] <= table.rows[1]
    level = level and table.rows[0] <= before.rows[1] and before.columns[1] < table.columns[0]
    return level and before.titles == table.titles and _runs_on(before, table)


def column_labels(table: Table) -> list[tuple[str, ...]]:
    """The heading paths of a table's columns of figures, in order, as headings are compared."""
    paths = {record.box.col: record.headings for record in table.records}
    return [tuple(map(values.label, paths[col])) for col in sorted(paths)]


def row_labels(table: Table) -> list[tuple[str, ...]]:
    """The label paths of a table's rows, in order, as labels are compared."""
    rows = {record.box.row: record.keys for record in table.records}
    return [tuple(map(values.label, rows[row])) for row in sorted(rows)]
