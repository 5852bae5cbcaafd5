"""Hundreds of random forms: every figure found with its two paths, none made up."""

from __future__ import annotations

import pytest
from random_forms import make

from pls_analysis.ingest import values
from pls_analysis.ingest.layout import detect

BLOCK = 50


def squeezed(parts: tuple[str, ...]) -> str:
    return "".join(values.label(part) for part in parts)


@pytest.mark.parametrize("start", range(0, 400, BLOCK))
def test_truth_is_read_and_nothing_else(start: int) -> None:
    wrong: list[str] = []
    for seed in range(start, start + BLOCK):
        form = make(seed)
        layout = detect(form.sheet())
        found = {
            (record.box.row, record.box.col): record
            for table in layout.tables
            for record in table.records
        }
        for at, (label, path, value) in form.truth.items():
            record = found.pop(at, None)
            if record is None:
                wrong.append(f"seed {seed}: {at} was not found")
                continue
            said = (record.keys[-1], squeezed(record.headings), record.box.reading.value)
            expected = (values.normalise(label), squeezed((path,)), value)
            if (values.label(said[0]), *said[1:]) != (values.label(expected[0]), *expected[1:]):
                wrong.append(f"seed {seed}: {at} is {said}, not {expected}")
        wrong += [f"seed {seed}: {at} is no figure of the form" for at in found]
        assert set(layout.roles) == set(layout.grid.boxes)
    assert wrong == []
