"""Another author's tidy tables of the Rural Statistical Yearbook, beside what the package reads.

The author took the same workbooks and wrote one row a figure: province, year, variable, value and
unit. What he wrote for a year is looked for in every copy of the yearbook tables that print it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pls_analysis.ingest import units, values, words
from pls_analysis.ingest.figures import last_digit
from pls_analysis.ingest.gate import inspect
from pls_analysis.ingest.layout import Layout, detect
from pls_analysis.ingest.readers import read_workbook

FIRST_YEAR = 2018
"""Nothing of the years before is among the raw files."""
BACKUP_OF = "2019-2020"

MEASURES = {  # the author's variable: heading in the yearbook, measure of the example, breakdown
    "nyhf_hj": ("农用化肥施用量", "fertiliser_use", "total"),
    "nyhf_df": ("氮肥", "fertiliser_use", "kind=nitrogen"),
    "nyhf_lf": ("磷肥", "fertiliser_use", "kind=phosphate"),
    "nyhf_jf": ("钾肥", "fertiliser_use", "kind=potash"),
    "nyhf_fhf": ("复合肥", "fertiliser_use", "kind=compound"),
    "nyjx_zdl": ("农业机械总动力", "machinery_power", "total"),
    "nyjx_dztlj": ("大中型拖拉机", "large_tractors", "total"),
    "nyjx_dztlj_pt": ("大中型拖拉机配套农具", "large_tractor_implements", "total"),
    "nyjx_xtlj": ("小型拖拉机", "small_tractors", "total"),
    "nyjx_nysb": ("农用水泵", "pumps", "total"),
    "nyjx_lhshj": ("谷物联合收割机", "combine_harvesters", "total"),
    "nyjx_jdtlj": ("机动脱粒机", "threshers", "total"),
    "nyjx_jsgg": ("节水灌溉类机械", "water_saving_sets", "total"),
    "nyjx_jgmj": ("机耕面积", "ploughed_area", "total"),
    "nyjx_jbmj": ("机播面积", "sown_area", "total"),
    "nyjx_jsmj": ("机收面积", "harvested_area", "total"),
    "nybm_bmsy": ("农用塑料薄膜使用量", "film_use", "total"),
    "nybm_dmsy": ("地膜使用量", "mulch_use", "total"),
    "nybm_dmfg": ("地膜覆盖面积", "mulched_area", "total"),
    "cyny_cysy": ("农用柴油使用量", "diesel_use", "total"),
    "cyny_nysy": ("农药使用量", "pesticide_use", "total"),
}
FOLDERS = {"nyhf": "02-fertilizer", "nyjx": "01-machine", "nybm": "03-plastic",
           "cyny": "04-pesticide"}  # fmt: skip
NO_LONGER_PRINTED = {"nyjx_pgcyj", "nyjx_pgddj", "nyjx_xtlj_pt"}
"""Variables that the author has until 2018, from a yearbook that is not among the raw files."""


class Tidy(NamedTuple):
    """One row of the author's tables; `unit` is "" where he wrote none."""

    file: str
    variable: str
    province: str
    year: int
    value: float
    unit: str


class Printed(NamedTuple):
    """One figure as the detector read it: whose it is by its own row and headings."""

    file: str
    cell: str
    province: str
    heading: str
    year: str
    value: float | None
    unit: str
    raw: str


def layouts(file: Path) -> Iterator[Layout]:
    for sheet in read_workbook(file, inspect(file)):
        yield detect(sheet)


def tidy_values(folder: Path) -> list[Tidy]:
    """Every figure that the author wrote for the years and variables of the raw files."""
    found: list[Tidy] = []
    for file in sorted(folder.rglob("*.xlsx")):
        (layout,) = layouts(file)
        header, *rows = layout.grid.rows.values()
        names = {box.col: box.text for box in header}
        for row in rows:
            said = {names[box.col]: box.cell.raw for box in row}
            variable = said["variables"].removeprefix("v7_sctj_")
            if int(said["year"]) < FIRST_YEAR or variable in NO_LONGER_PRINTED:
                continue
            if "value" in said:
                found.append(
                    Tidy(file.relative_to(folder).as_posix(), variable, said["province"],
                         int(said["year"]), float(said["value"]), said.get("units", ""))
                )  # fmt: skip
    return found


def copies(folder: Path) -> dict[tuple[str, str], list[Path]]:
    """The raw files by table and copy: the parts -01, -02 … of one printing are one copy."""
    found: dict[tuple[str, str], list[Path]] = {}
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        name = re.sub(r"-0\d(?=\.)", "", file.name)
        found.setdefault((file.parent.name, name), []).append(file)
    return found


def years_of(copy: str) -> set[int]:
    """The two years that a copy prints, by its name: raw-2018-2019.xls."""
    said = re.search(r"(20\d\d)-(20\d\d)", BACKUP_OF if copy.startswith("backup") else copy)
    assert said is not None, copy
    return {int(said[1]), int(said[2])}


def printed_values(files: list[Path]) -> list[Printed]:
    """Every figure of some raw files as the detector gives it, without any form spec."""
    found: list[Printed] = []
    for file in files:
        for layout in layouts(file):
            for table in layout.tables:
                for record in table.records:
                    heading, unit = values.split_label(record.headings[0])
                    found.append(
                        Printed(file.name, record.box.cell.address,
                                words.squeeze("".join(record.keys)), heading,
                                words.squeeze(record.headings[-1]), record.box.reading.value,
                                unit or table.unit or "", record.box.cell.raw)
                    )  # fmt: skip
    return found


def agrees(one: Printed, wanted: Tidy) -> bool:
    """Whether a figure is the author's, in his unit where he wrote one."""
    value = _in_unit_of(one, wanted)
    return value is not None and abs(value - wanted.value) <= 1e-9 * abs(wanted.value)


def fewer_digits(one: Printed, wanted: Tidy) -> bool:
    """Whether a figure is the author's rounded to the digits printed: 4.8 万吨 for his 47651 吨."""
    value = _in_unit_of(one, wanted)
    return value is not None and abs(value - wanted.value) <= last_digit(value, one.raw) / 2


def _in_unit_of(one: Printed, wanted: Tidy) -> float | None:
    if one.value is None:
        return None
    return units.convert(one.value, one.unit, wanted.unit or one.unit)
