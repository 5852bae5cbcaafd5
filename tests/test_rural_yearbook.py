"""The rural yearbook against another author's tidy tables of the same workbooks.

Two readings are held against his: what the detector gives without any form spec, copy by copy, and
what the example project observes. Each of his figures that is not found has its reason below.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from projects import ROOT
from rural_tables import (
    FOLDERS,
    MEASURES,
    Printed,
    Tidy,
    agrees,
    copies,
    fewer_digits,
    printed_values,
    tidy_values,
    years_of,
)

from pls_analysis.ingest.pipeline import Outcome, ingest
from pls_analysis.ingest.workers import load_context
from pls_analysis.observations import KEY
from pls_analysis.project import load_project
from pls_analysis.store import Store

BOOK_BEFORE = {
    ("nyjx_jsgg", "上海", 0.8), ("nybm_bmsy", "全国", 2464795), ("nybm_bmsy", "海南", 23539),
    ("nybm_dmsy", "全国", 1403991), ("nybm_dmsy", "海南", 9159),
}  # fmt: skip
"""Figures of 2018 that the author has from the yearbook before, which is not among the raw files.
The book of 2018–2019 prints others in their places, and he has those too."""


@pytest.fixture(scope="module")
def raw(real: Path) -> Path:
    folder = real / "rural-yearbook" / "raw" / "part03-agri-produce"
    if not folder.is_dir():
        pytest.skip(f"no real workbooks in {folder}")
    return folder


@pytest.fixture(scope="module")
def tidy(raw: Path) -> list[Tidy]:
    return tidy_values(raw.parent.parent / "tidy")


@pytest.fixture(scope="module")
def rural(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Outcome]:
    root = tmp_path_factory.mktemp("rural") / "project"
    shutil.copytree(ROOT / "examples" / "rural-yearbook", root)
    project = load_project(root)
    shutil.copytree(raw, project.raw, dirs_exist_ok=True)
    return Store(project.processed), ingest(project, jobs=2)


# -- without form specs ---------------------------------------------------------------------------


def pairs(raw: Path, tidy: list[Tidy]) -> Iterator[tuple[Tidy, list[Printed]]]:
    """Each figure of the author with what every copy that prints its year has for its row."""
    for (folder, copy), files in copies(raw).items():
        printed: dict[tuple[str, str], list[Printed]] = {}
        for one in printed_values(files):
            printed.setdefault((one.province, one.heading), []).append(one)
        for wanted in tidy:
            mine = FOLDERS[wanted.variable.partition("_")[0]] == folder
            if mine and wanted.year in years_of(copy):
                heading = MEASURES[wanted.variable][0]
                yield wanted, printed.get((wanted.province, heading), [])


def verdict(wanted: Tidy, row: list[Printed]) -> str:
    """How a figure of the author is found on its province's row below its own heading and year."""
    here = [one for one in row if one.year == f"{wanted.year}年"]
    if any(agrees(one, wanted) for one in here):
        return "found"
    if any(fewer_digits(one, wanted) for one in here):
        return "found in fewer digits"
    if any(one.value == wanted.value for one in here):
        return "found in another unit"
    if any(one.value is None and one.raw == "..." for one in here):
        return "below the smallest unit"
    if not here and any(agrees(one, wanted) for one in row):
        return "found below a damaged year"
    book_before = (wanted.variable, wanted.province, wanted.value) in BOOK_BEFORE
    return "printed in the book before" if book_before else "wrong"


def test_the_detector_finds_what_the_author_wrote_on_its_provinces_row(
    raw: Path, tidy: list[Tidy]
) -> None:
    said = Counter(verdict(wanted, row) for wanted, row in pairs(raw, tidy))
    assert said["wrong"] == 0
    assert said == {
        "found": 18_772,
        "found in fewer digits": 127,  # 农膜 and 农药 of 2021, in 万吨 in the book of 2022
        "below the smallest unit": 1,  # 485 吨 of 西藏 is ... 万吨 there
        "found in another unit": 30,  # 机动脱粒机 of 2018: 万部 in the book, 万台 as he wrote it
        "found below a damaged year": 32,  # one copy prints 202.年
        "printed in the book before": 5,
    }
    assert 1 - said["printed in the book before"] / said.total() >= 0.9997


# -- through form specs ---------------------------------------------------------------------------


def test_the_example_reads_every_vintage(rural: tuple[Store, Outcome]) -> None:
    store, outcome = rural
    assert (outcome.read, outcome.refused) == (45, [])
    assert outcome.cells_used + outcome.cells_logged == outcome.cells
    assert outcome.cells_logged < 0.004 * outcome.cells
    issues = store.issues()
    assert not (issues["severity"] == "error").any()
    assert issues[issues["code"] == "measure_unknown"]["cell"].tolist() == ["D3"]  # 202.年


Key = tuple[str, str, str, int]
"""Measure, breakdown, area and year."""


def observed(rows: pd.DataFrame) -> Iterator[tuple[Key, Printed]]:
    for row in rows.to_dict("records"):
        key = (row["measure"], row["breakdown"], row["area"], row["period_end"].year)
        value = None if row["status"] == "k" else row["value"]
        yield key, Printed("", row["cell"], row["area"], row["measure"], f"{key[3]}年", value,
                           row["unit"], row["raw"])  # fmt: skip


def keys_of(store: Store, tidy: list[Tidy]) -> dict[Tidy, Key]:
    """Where each figure of the author belongs among the observations."""
    areas = load_context(load_project(store.path.parent.parent)).areas
    names = {wanted.province for wanted in tidy} - {"全国"}
    codes = {name: areas.resolve(name, within="100000").code for name in names}
    codes["全国"] = "100000"
    return {
        wanted: (*MEASURES[wanted.variable][1:], codes[wanted.province], wanted.year)
        for wanted in tidy
    }


def held_against(wanted: Tidy, one: Printed) -> str:
    """As `verdict`, for a figure that was converted into the store's unit."""
    said = verdict(wanted, [one])
    same_digits = said == "wrong" and one.value is not None and float(one.raw) == wanted.value
    return "found in another unit" if same_digits else said


def test_the_example_observes_what_the_author_wrote_for_every_province_and_year(
    rural: tuple[Store, Outcome], tidy: list[Tidy]
) -> None:
    store, _ = rural
    standing = dict(observed(store.observations()))
    keys = keys_of(store, tidy)
    said = Counter(
        held_against(wanted, standing[key]) if key in standing else verdict(wanted, [])
        for wanted, key in keys.items()
    )
    assert said == {"found": 5_847, "found in another unit": 30, "printed in the book before": 5}
    assert (said["found"] + said["found in another unit"]) / said.total() >= 0.999


def test_no_copy_gives_a_figure_that_the_author_has_not_in_the_same_place(
    rural: tuple[Store, Outcome], tidy: list[Tidy]
) -> None:
    """The other way round, over what stands and what is superseded: none under a wrong province."""
    store, _ = rural
    author: dict[Key, list[Tidy]] = {}
    for wanted, key in keys_of(store, tidy).items():
        author.setdefault(key, []).append(wanted)
    strangers = Counter()
    for key, one in observed(pd.concat([store.observations(), store.superseded()])):
        said = {held_against(wanted, one) for wanted in author.get(key, ())}
        if not any(one_said.startswith("found") for one_said in said):
            strangers[one.raw] += 1
    assert strangers == {"…": 6, "...": 5}, (
        "marks for less than the smallest unit, which he left out"
    )


def test_copies_of_a_table_give_each_figure_once(rural: tuple[Store, Outcome]) -> None:
    """What several files print stands once; the others are kept as superseded, none withheld."""
    store, outcome = rural
    kept = store.superseded()
    assert not store.observations().duplicated(KEY).any()
    assert len(kept) + outcome.observations > 3 * outcome.observations
    codes = set(store.issues()["code"])
    assert not codes & {"version_unclear", "revised"}


def test_the_figure_in_full_stands_where_a_later_book_prints_fewer_digits(
    rural: tuple[Store, Outcome],
) -> None:
    store, _ = rural
    film = store.observations(measure="film_use", area="220000", breakdown="total")
    film = film.set_index(film["period_end"].dt.year)
    assert film.loc[[2020, 2021, 2022], ["value", "raw"]].to_numpy().tolist() == [
        [51_364, "51364"], [47_651, "47651"], [46_000, "4.6"]
    ]  # fmt: skip
    assert set(film["status"]) == {""}
