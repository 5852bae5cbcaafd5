"""What tools write from the project's own files is what is committed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from projects import ROOT

from pls_analysis.ingest.forms import load_forms


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_data_dictionary_is_up_to_date():
    page = tool("build_dictionary").page(ROOT / "config" / "forms")
    written = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert written == page, "run `make docs`"


FOLDERS = [ROOT / "config" / "forms", *sorted((ROOT / "examples").glob("*/config/forms"))]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.parent.name)
def test_the_dictionary_of_any_project_names_every_measure_once_per_form(folder: Path):
    page = tool("build_dictionary").page(folder)
    for form in load_forms(folder):
        for measure in form.measures.values():
            assert f"| `{measure.id}` | {measure.name['zh']}<br>{measure.name['en']}" in page
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {3, 6}


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=str)
def test_every_notebook_has_a_small_picture_and_a_word_in_the_readme(notebook: Path):
    readme = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    picture = ROOT / "docs" / "img" / f"{notebook.stem}.png"
    assert f"## `{notebook.stem}`" in readme
    assert f"../docs/img/{notebook.stem}.png" in readme
    assert picture.stat().st_size <= 150_000
