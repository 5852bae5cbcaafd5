"""Run the committed notebooks on the fixed sample and keep their outputs (`make notebooks`).

The names of notebooks to refresh may be given; without any, all are.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from projects import ROOT, fixed_sample


def refresh(path: Path) -> None:
    """Run one notebook in place. Raises CellExecutionError; the file then stays as it was."""
    book = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(book, kernel_name="python3", record_timing=False, resources=where).execute()
    # What differs from machine to machine would show as a change in every commit.
    book.metadata.language_info.pop("version", None)
    nbformat.write(book, path)


def main(names: list[str]) -> None:
    """Make the fixed sample in a temporary project and run the notebooks there."""
    folder = ROOT / "notebooks"
    paths = [folder / f"{name}.ipynb" for name in names] or sorted(folder.glob("*.ipynb"))
    with tempfile.TemporaryDirectory() as temporary:
        project, _ = fixed_sample(Path(temporary) / "project")
        os.environ["PLS_PROJECT"] = str(project.root)
        for path in paths:
            refresh(path)
            print(f"{path.relative_to(ROOT).as_posix()} shows the sample")


if __name__ == "__main__":
    main(sys.argv[1:])
