"""Loading what validates a notebook, without the grammar that nobody asks for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat

RUN = """
import sys
from pls_analysis.batch.quick_start import GRAMMAR, load_validation
load_validation()
assert GRAMMAR not in sys.modules
import nbformat
assert GRAMMAR not in sys.modules and "jsonschema" in sys.modules
nbformat.validate(nbformat.v4.new_notebook())
wrong = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
wrong.cells[0].execution_count = "one"
try:
    nbformat.validate(wrong)
except nbformat.ValidationError:
    print("checked")
load_validation()
import rfc3987_syntax
"""


def test_notebooks_are_validated_without_it_and_it_can_be_loaded_later():
    made = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, check=True)
    assert made.stdout == "checked\n"


def test_no_schema_of_notebooks_asks_for_an_international_address():
    schemas = list(Path(nbformat.__file__).parent.rglob("*.schema.json"))
    assert len(schemas) >= 4
    for schema in schemas:
        assert '"iri' not in json.dumps(json.loads(schema.read_text(encoding="utf-8")))
