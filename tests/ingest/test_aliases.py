"""Aliases of headings: whole paths, endings, and the ends of single labels."""

from __future__ import annotations

import pytest

from pls_analysis.ingest.aliases import read_aliases

ALIASES = read_aliases(
    [
        ("本月", "flow"),
        ("*累计", "cumulative"),
        ("*_当期/全国/月", "flow"),
        ("*季度累计", "quarter"),
        ("*/男", "male"),
        ("{year}年平均人口", "average"),
    ]
)
CUTS = [
    ("本月", "flow", ""),
    ("受理数累计", "cumulative", "受理数"),
    ("受理数季度累计", "quarter", "受理数"),  # the longest end wins
    ("累计", None, "累计"),  # nothing is left for a measure
    ("累计受理数", None, "累计受理数"),
    ("原油产量_当期全国月", "flow", "原油产量"),
    ("2020年平均人口", "average", ""),
    ("受理数", None, "受理数"),
]


@pytest.mark.parametrize(("label", "meaning", "rest"), CUTS)
def test_the_end_of_a_label(label: str, meaning: str | None, rest: str) -> None:
    assert ALIASES.cut(label) == (meaning, rest)


FINDS = [
    (("本月",), "flow"),
    (("人口", "男"), "male"),
    (("男",), "male"),
    (("受理数累计",), None),
    (("受理", "本月"), None),
]


@pytest.mark.parametrize(("path", "meaning"), FINDS)
def test_a_whole_path_or_its_ending(path: tuple[str, ...], meaning: str | None) -> None:
    assert ALIASES.find(path) == meaning
