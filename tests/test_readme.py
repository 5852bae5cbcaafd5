"""What the READMEs tell people to type works as written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from projects import ROOT

from pls_analysis.project import Project

READMES = [ROOT / "README.md", ROOT / "README.zh.md"]
WRITING = {"draft-form", "ingest", "preview", "run", "sample"}
"""Commands that write, or read a workbook of one's own: other tests run them."""


def lines_of(path: Path) -> list[str]:
    """Every `pls` line in a document's code blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("pls ")]


LINES = sorted({line for path in READMES for line in lines_of(path)})


def test_both_readmes_show_the_same_lines():
    english, chinese = (lines_of(path) for path in READMES)
    assert english == chinese
    assert len(english) > 5


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_the_readme_is_understood(line: str):
    cli = pytest.importorskip("pls_analysis.cli", reason="the commands are not there yet")
    _, name, *words = shlex.split(line)
    context = cli.main.commands[name].make_context(name, words)
    assert context.info_name == name


@pytest.mark.parametrize("line", [line for line in LINES if line.split()[1] not in WRITING])
def test_a_line_of_the_readme_that_only_reads_works(line: str, inside_sample: Project):
    cli = pytest.importorskip("pls_analysis.cli", reason="the commands are not there yet")
    from click.testing import CliRunner

    asked = line.replace("2022-06", "2022-03")  # the small sample ends in March
    done = CliRunner().invoke(cli.main, shlex.split(asked)[1:], catch_exceptions=False)
    assert done.exit_code == 0, done.output
