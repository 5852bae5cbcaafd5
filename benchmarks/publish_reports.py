"""Publishing executed notebooks, against nbconvert's own PDF (webpdf) and HTML (lab, code hidden).

Every way exports the same notebooks, in turn within each round: in a fresh process, start-up and
imports included, and again within one process that has exported each once before. Medians of wall
seconds, and the size of what was made. webpdf prints the lab page with a Chromium, which has to be
installed (tools/chromium.sh); nbconvert cannot be told where it is, so its start is patched.

    python benchmarks/publish_reports.py [EXECUTED_NOTEBOOK ...]

Without notebooks, a town's and the district's brief are executed on the sample first.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLD_ROUNDS, WARM_ROUNDS = 5, 9
WAYS = {"pls_pdf": "pdf", "webpdf": "pdf", "pls_html": "html", "html": "html", "pls_xlsx": "xlsx"}
"""nbconvert's names of the exporters, and what each makes."""
PAIRS = (("pls_pdf", "webpdf"), ("pls_html", "html"))
"""Ours against theirs."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PERIOD = "2022-06"
LIBRARIES = ("nbconvert", "typst", "playwright", "openpyxl")

Figures = Mapping[str, tuple[float, float, float]]
"""By way: cold seconds, warm seconds, kB."""


def main(given: list[str]) -> None:
    """Measure every notebook and print a table each, then the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        notebooks = [Path(name) for name in given] or executed(Path(folder))
        for notebook in notebooks:
            show(notebook.stem, measured(notebook, Path(folder)))
    browser = subprocess.run([chromium(), "--version"], capture_output=True, text=True, check=True)
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    print(f"{versions}, {browser.stdout.strip()}, Python {sys.version.split()[0]}")


def measured(notebook: Path, folder: Path) -> Figures:
    """Export a notebook in every way, in turn."""
    cold: dict[str, list[float]] = {way: [] for way in WAYS}
    warm: dict[str, list[float]] = {way: [] for way in WAYS}
    sizes: dict[str, float] = {}
    for _ in range(COLD_ROUNDS):
        for way in WAYS:
            target = folder / f"made.{way}"
            command = [sys.executable, __file__, "--once", way, str(notebook), str(target)]
            start = time.perf_counter()
            subprocess.run(command, check=True)
            cold[way].append(time.perf_counter() - start)
            sizes[way] = target.stat().st_size / 1000
    for round_ in range(WARM_ROUNDS + 1):
        for way in WAYS:
            start = time.perf_counter()
            export(way, notebook)
            if round_:
                warm[way].append(time.perf_counter() - start)
    return {
        way: (statistics.median(cold[way]), statistics.median(warm[way]), sizes[way])
        for way in WAYS
    }


def show(name: str, figures: Figures) -> None:
    print(f"{name:16} {'cold s':>8} {'warm s':>8} {'kB':>7}")
    for way, (cold, warm, size) in figures.items():
        print(f"  {way:14} {cold:8.2f} {warm:8.3f} {size:7.0f}")
    for ours, theirs in PAIRS:
        of = [mine / other for mine, other in zip(figures[ours], figures[theirs], strict=True)]
        print(f"  {ours} of {theirs}: cold {of[0]:.3f}, warm {of[1]:.3f}, size {of[2]:.2f}")


def export(way: str, notebook: Path) -> bytes:
    """Read a notebook and export it; theirs without code and prompts, as for a reader."""
    import nbformat
    from nbconvert.exporters import get_exporter
    from traitlets.config import Config

    config = Config()
    if not way.startswith("pls_"):
        for part in ("input", "input_prompt", "output_prompt"):
            config.TemplateExporter[f"exclude_{part}"] = True
    if way == "webpdf":
        config.WebPDFExporter.disable_sandbox = True
        start_installed_chromium()
    made, _ = get_exporter(way)(config=config).from_notebook_node(
        nbformat.read(notebook, as_version=4)
    )
    return made.encode("utf-8") if isinstance(made, str) else made


def start_installed_chromium() -> None:
    """Have playwright start the machine's Chromium, as webpdf itself has no option for it."""
    from playwright.async_api import BrowserType

    launch = BrowserType.launch
    if launch.__name__ == "launch_installed":
        return
    program = chromium()

    async def launch_installed(self, **asked):
        return await launch(self, executable_path=program, **asked)

    BrowserType.launch = launch_installed


def chromium() -> str:
    """The first browser that is installed. Raises SystemExit without one."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or sys.exit("webpdf needs a Chromium: sh tools/chromium.sh")


def executed(folder: Path) -> list[Path]:
    """Execute a town's brief and the district's on the sample, in a project of their own."""
    from papermill import execute_notebook

    from pls_analysis.analysis import area_tree
    from pls_analysis.batch.plan import areas_at
    from pls_analysis.ingest.pipeline import ingest
    from pls_analysis.periods import parse_period
    from pls_analysis.project import load_project
    from pls_analysis.sample import generate

    root = folder / "project"
    for part in ("config", "notebooks"):
        shutil.copytree(ROOT / part, root / part)
    shutil.copy(ROOT / "pls.toml", root)
    project = load_project(root)
    generate(project, project.raw)
    ingest(project)
    os.environ["PLS_PROJECT"] = str(root)
    town = areas_at(area_tree(project), project.home, "town", parse_period(PERIOD).end)[0].code
    made = []
    for name, area in (("town_brief", town), ("district_brief", project.home)):
        made.append(folder / f"{name}.ipynb")
        execute_notebook(
            str(root / "notebooks" / f"{name}.ipynb"), str(made[-1]), kernel_name="python3",
            parameters={"area": area, "period": PERIOD, "lang": "zh"}, progress_bar=False,
        )  # fmt: skip
    return made


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        _, _, way, source, target = sys.argv
        Path(target).write_bytes(export(way, Path(source)))
    else:
        main(sys.argv[1:])
