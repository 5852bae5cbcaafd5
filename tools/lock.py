"""Choose the version of every dependency anew: requirements.lock, and requirements-dev.lock.

Both hold for every system and Python that the project runs on, with hashes, and name no index.
The second is the first, what the tests need, and Dask.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = [
    *(Path(sys.executable).with_name("uv"), "pip", "compile", "pyproject.toml", "--quiet"),
    *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"),
    *("--custom-compile-command", "make lock"),
]


def main() -> None:
    """Write both locks. Raises CalledProcessError when uv finds no set that fits."""
    for lock, extra in {
        "requirements.lock": ["--upgrade"],
        "requirements-dev.lock": [
            "--upgrade",
            "--extra",
            "dev",
            "--extra",
            "dask",
            "--constraint",
            "requirements.lock",
        ],
    }.items():
        subprocess.run([*COMPILE, *extra, "--output-file", lock], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
