"""What decides, besides the files themselves, how they are read."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from pls_analysis.project import FILE, Project

ROOMS_OF_READING = ("ingest/**/*.py", "area*.py", "period*.py", "configs.py", "data/*.csv")


def fingerprint(project: Project) -> str:
    """A hash of everything besides the files that decides how they are read."""
    digest = hashlib.sha256()
    for name in ("pls-analysis", "openpyxl", "xlrd", "beautifulsoup4"):
        digest.update(f"{name} {version(name)};".encode())
    package = Path(__file__).resolve().parent.parent
    code = [file for room in ROOMS_OF_READING for file in package.glob(room)]
    config = [file for file in project.config.rglob("*") if file.is_file()]
    for file in (*sorted(code), *sorted(config)):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    digest.update("\0".join((project.home, *project.levels)).encode())
    return digest.hexdigest()


def seen(project: Project, file: Path) -> dict[str, str]:
    """What a process has to see as its caller does, by what to call it, to read the same."""
    return {
        f"the project's folder {project.root}": str((project.root / FILE).is_file()),
        f"the raw file {file}": str(file.is_file()),
        "pls-analysis, the libraries that read, and config/": fingerprint(project),
    }
