"""Strict reading of csv and yaml, whatever the file is for."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from pls_analysis.configs import (
    ConfigError,
    Problems,
    nearest,
    read_rows,
    read_yaml,
    unknown,
    yaml_lines,
)

DATA = Path(__file__).parent / "data" / "configs"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("key_twice.yml", 'line 4: not valid YAML: "mediation_accepted" stands on line 2 already'),
        ("hidden_character.yml", "line 1: invisible character U+200B; delete it"),
        ("not_yaml.yml", "line 2: not valid YAML: did not find expected ',' or ']'"),
    ],
)
def test_broken_yaml(name: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_yaml(DATA / name)
    assert caught.value.problems == (f"configs/{name}, {problem}",)


def test_yaml_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("measure: 件\n", encoding="utf-8-sig")
    assert read_yaml(tmp_path / "a.yml") == {"measure": "件"}


def test_lines_of_yaml_are_found_by_path(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("a:\n  - {b: 1}\n  - c:\n      3: x\n", encoding="utf-8")
    assert yaml_lines(tmp_path / "a.yml") == {
        (): 1, ("a",): 1, ("a", 0): 2, ("a", 0, "b"): 2, ("a", 1): 3, ("a", 1, "c"): 3,
        ("a", 1, "c", 3): 4,
    }  # fmt: skip


def test_rows_keep_their_lines_and_lose_blanks(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('code,name\n1," a "\n\n2,"b\nc"\n3,d\n', encoding="utf-8-sig")
    problems = Problems(path)
    rows = read_rows(path, problems, ["code", "name"], ["note"])
    assert rows == [
        (2, {"code": "1", "name": "a", "note": ""}),
        (5, {"code": "2", "name": "b\nc", "note": ""}),
        (6, {"code": "3", "name": "d", "note": ""}),
    ]
    problems.raise_if_any()


def test_header_faults_come_together(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,nmae,code\n1,2,3\n", encoding="utf-8")
    problems = Problems(path)
    assert read_rows(path, problems, ["code", "name"]) == []
    where = f"{tmp_path.name}/a.csv, line 1: "
    assert problems.found == [
        where + "missing column name",
        where + "column code stands more than once",
        where + 'unknown column "nmae" (did you mean "name"?)',
    ]


def test_empty_csv(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("", encoding="utf-8")
    problems = Problems(path)
    assert read_rows(path, problems, ["code"]) == []
    assert problems.found == [f"{tmp_path.name}/a.csv, line 1: missing column code"]


def test_unknown_lists_all_when_nothing_is_near() -> None:
    assert unknown("level", "xyz", ["town", "city"]) == (
        'unknown level "xyz" (known are: town, city)'
    )
    assert nearest("distric", ["town", "district"]) == "district"
    assert nearest("xyz", ["town"]) is None


def test_error_crosses_processes() -> None:
    error = pickle.loads(pickle.dumps(ConfigError(["a", "b"])))
    assert error.problems == ("a", "b")
    assert str(error) == "a\nb"
