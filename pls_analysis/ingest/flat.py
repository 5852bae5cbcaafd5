"""Flat tables: what each row's labels say, by the heading of their column.

In a flat table a row is area × period, or area × period × measure, and every label column has a
meaning of its own. Nothing is carried down from the row above: a blank label is a blank label.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pls_analysis.ingest import values
from pls_analysis.ingest.forms import Form
from pls_analysis.ingest.layout import Table
from pls_analysis.ingest.rows import Grid


@dataclass(frozen=True)
class FlatRows:
    """The label columns of a flat table: what they say, and those the spec and the table differ in.

    `columns` gives the columns by what they say, outermost first. `undeclared` are headings of
    columns without figures that the spec does not name, `absent` those it names in vain.
    """

    grid: Grid
    columns: Mapping[str, Sequence[int]]
    undeclared: tuple[str, ...]
    absent: tuple[str, ...]

    @property
    def labels(self) -> set[int]:
        """Every column that holds labels."""
        return {col for columns in self.columns.values() for col in columns}

    def said(self, row: int) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What a row's labels are about, and the labels: ("area", ("London", "Isleworth"))."""
        for says in self.columns:
            yield says, self.labels_of(says, row)

    def labels_of(self, says: str, row: int) -> tuple[str, ...]:
        """The labels of a row that say one thing, outermost first, blanks among them."""
        boxes = (self.grid.at(row, col) for col in self.columns.get(says, ()))
        return tuple("" if box is None else box.text for box in boxes)


def flat_rows(form: Form, table: Table, grid: Grid) -> FlatRows:
    """Hold the label columns of a table against what the form says of them."""
    heads = {col: values.label(path[-1]) for col, path in table.headings.items() if path}
    columns: dict[str, list[int]] = {}
    for col, head in heads.items():
        if head in form.row_labels:
            columns.setdefault(form.row_labels[head], []).append(col)
    with_figures = {record.box.col for record in table.records}
    known = {*form.row_labels, *form.attributes}
    undeclared = [
        head
        for col, head in heads.items()
        if col not in with_figures and not is_figure_heading(form, table.headings[col])
    ]
    return FlatRows(
        grid,
        columns,
        tuple(head for head in undeclared if head not in known),
        tuple(names[0] for names in form.row_heads if not {*names} & {*heads.values()}),
    )


def is_figure_heading(form: Form, path: Sequence[str]) -> bool:
    """Whether a form says that what stands under a heading is to be read, or known and not used."""
    labels = [values.label(part) for part in path]
    paths = [labels, *([label] for label in labels)]
    aliases = (form.labels, form.variants, form.ignored, form.year_before)
    return any(known.cut("".join(one))[0] or known.find(one) for known in aliases for one in paths)
