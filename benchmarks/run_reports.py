"""A month of reports: seconds, CPU and memory of `pls run`, beside papermill and nbconvert.

    python benchmarks/run_reports.py [PART ...] [--towns N] [--rounds N] [--runs N,N,N]

Every part is a claim, measured as whole processes, start-up included, in turn within each round;
medians are printed. Parts, all of them by default:

executed  the towns' briefs, executed only: papermill's command in a loop, papermill in a pool of
          two processes, `pls run`, and the notebook's own lines in two processes without a kernel;
          the last two for half of the towns as well: what differs is theirs without any start-up
whole     execute, HTML and PDF of each: papermill, `nbconvert --to html` and `--to webpdf` in a
          loop (needs a Chromium, tools/chromium.sh), against `pls run`
again     `pls run` where nothing changed, and after one workbook changed: what ran, and how long
nbval     every committed notebook under nbval: ordinary and forked kernels, one process and two
growth    a small notebook for so many simulated towns: seconds and memory for each stay flat
dask      the same small reports over one and two Dask workers: what a job costs more
same      outputs of forked and ordinary kernels, cell by cell

The sample is that of this checkout (`make briefs`), or is made where there is none. Close other
programs first: figures of a busy machine are worth nothing.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
PERIOD = "2022-06"
NOTEBOOK = "town_brief"
LIBRARIES = ("papermill", "nbclient", "nbconvert", "ipykernel", "matplotlib", "pandas", "typst")
PLS = [sys.executable, "-m", "pls_analysis"]
SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True)
class Cost:
    """What a command took: wall seconds, and CPU seconds of the machine meanwhile."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Setting:
    """The project to measure on, the towns, and how often."""

    root: Path
    areas: list[str]
    rounds: int
    runs: list[int]

    @property
    def notebook(self) -> Path:
        return self.root / "notebooks" / f"{NOTEBOOK}.ipynb"


def main() -> None:
    """Measure the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[*PARTS, []])
    parser.add_argument("--towns", type=int, default=36)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--runs", default="36,360,3600")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = sample_project(Path(folder))
        os.environ["PLS_PROJECT"] = str(root)
        # As on a desk: compiled code is kept, else each process compiles all that it imports.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        runs = [int(number) for number in asked.runs.split(",")]
        setting = Setting(root, town_codes()[: asked.towns], asked.rounds, runs)
        for name in asked.parts or PARTS:
            # A report that was made before is made in all its formats again.
            shutil.rmtree(root / "reports", ignore_errors=True)
            print(f"== {name}", flush=True)
            PARTS[name](setting)
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    print(f"{versions}, Python {sys.version.split()[0]}, {os.cpu_count()} cores")


def sample_project(folder: Path) -> Path:
    """A project of its own with the sample, ingested."""
    root = folder / "project"
    for part in ("config", "notebooks"):
        shutil.copytree(ROOT / part, root / part)
    shutil.copy(ROOT / "pls.toml", root)
    if (ROOT / "data" / "processed" / "manifest.json").is_file():
        shutil.copytree(ROOT / "data", root / "data")
    else:
        os.environ["PLS_PROJECT"] = str(root)
        run([*PLS, "sample"])
    run([*PLS, "ingest"], allowed=(0, 1), PLS_PROJECT=str(root))
    return root


def town_codes() -> list[str]:
    listed = subprocess.run(
        [*PLS, "list", "areas", "--level", "town", "--json"], capture_output=True, check=True
    )
    return [one["code"] for one in json.loads(listed.stdout)]


def run(command: Sequence[str], allowed: Sequence[int] = (0,), **env: str) -> Cost:
    """Run a command to its end; return its cost. Raises SystemExit with what it said."""
    start, before = time.perf_counter(), psutil.cpu_times()
    with tempfile.TemporaryFile() as said:
        words, environment = [str(word) for word in command], {**os.environ, **env}
        ended = subprocess.run(words, check=False, stdout=said, stderr=said, env=environment)
        if ended.returncode not in allowed:
            said.seek(0)
            sys.exit(f"{command}: {said.read()[-3000:].decode('utf-8', 'replace')}")
    # Of a process whose child has children of its own the system tells less.
    after = psutil.cpu_times()
    busy = after.user + after.system - before.user - before.system
    return Cost(time.perf_counter() - start, busy)


def in_turn(ways: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, Cost]:
    """The median cost of each way, measured one after the other in every round."""
    found: dict[str, list[Cost]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(way())
    return {
        name: Cost(
            statistics.median(one.wall for one in costs), statistics.median(c.cpu for c in costs)
        )
        for name, costs in found.items()
    }


def show(costs: Mapping[str, Cost], ours: str, number: int) -> None:
    """A line for each way, with its wall time as a multiple of ours."""
    print(f"{'':46} {'wall s':>8} {'CPU s':>8} {'s each':>8}  of ours")
    for name, cost in costs.items():
        share = cost.wall / costs[ours].wall
        print(f"{name:46} {cost.wall:8.2f} {cost.cpu:8.2f} {cost.wall / number:8.3f}  {share:.2f}")


# -- executed ----------------------------------------------------------------------------------


def measure_executed(setting: Setting) -> None:
    half = replace(setting, areas=setting.areas[::2])
    ways = {
        "papermill command, one after another": lambda: papermill_loop(setting),
        "papermill in a pool of two processes": lambda: helper("pool", setting),
        "pls run": lambda: pls_run(setting, "ipynb"),
        "plain calls in two processes": lambda: helper("plain", setting),
        "pls run, half of the towns": lambda: pls_run(half, "ipynb"),
        "plain calls, half of the towns": lambda: helper("plain", half),
    }
    show(in_turn(ways, setting.rounds), "pls run", len(setting.areas))


def pls_run(setting: Setting, formats: str, *more: str) -> Cost:
    areas = ",".join(setting.areas)
    command = ["run", NOTEBOOK, "--period", PERIOD, "--areas", areas, "--format", formats]
    return run([*PLS, *command, "--jobs", "2", "--force", *more])


def papermill_command(setting: Setting, area: str, target: Path) -> list[str]:
    named = ["-p", "area", area, "-p", "period", PERIOD, "-p", "lang", "zh"]
    return [sys.executable, "-m", "papermill", "--no-progress-bar", "-k", "python3",
            str(setting.notebook), str(target), *named]  # fmt: skip


def papermill_loop(setting: Setting) -> Cost:
    with tempfile.TemporaryDirectory() as made:
        costs = [
            run(papermill_command(setting, area, Path(made) / f"{area}.ipynb"))
            for area in setting.areas
        ]
    return together(costs)


def together(costs: Sequence[Cost]) -> Cost:
    return Cost(sum(one.wall for one in costs), sum(one.cpu for one in costs))


def helper(way: str, setting: Setting) -> Cost:
    """Run one of the ways below in a process of its own."""
    with tempfile.TemporaryDirectory() as made:
        words = [sys.executable, __file__, "--way", way, str(setting.notebook), made]
        return run([*words, *setting.areas])


def by_papermill(job: tuple[str, str, str]) -> None:
    from papermill import execute_notebook

    notebook, folder, area = job
    execute_notebook(
        notebook, str(Path(folder) / f"{area}.ipynb"), progress_bar=False, kernel_name="python3",
        parameters={"area": area, "period": PERIOD, "lang": "zh"},
    )  # fmt: skip


def by_plain_calls(job: tuple[str, str, str]) -> None:
    """The notebook's lines in this process: what is shown is made into its bundle, and kept."""
    import nbformat
    from IPython.core.formatters import DisplayFormatter

    notebook, folder, area = job
    shown: list[object] = []
    formatter = DisplayFormatter()

    def display(*things: object) -> None:
        shown.extend(formatter.format(thing)[0] for thing in things)

    names = {"display": display}
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, notebook, "exec"), names)
            if "parameters" in cell.metadata.get("tags", []):
                names |= {"area": area, "period": PERIOD, "lang": "zh"}
            if isinstance(last, ast.Expr):
                display(eval(compile(ast.Expression(last.value), notebook, "eval"), names))
    (Path(folder) / f"{area}.json").write_text(json.dumps(shown), encoding="utf-8")


WAYS = {"pool": by_papermill, "plain": by_plain_calls}


def be_helper(way: str, notebook: str, folder: str, areas: list[str]) -> None:
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(WAYS[way], [(notebook, folder, area) for area in areas]))


# -- whole -------------------------------------------------------------------------------------


def measure_whole(setting: Setting) -> None:
    ways = {
        "papermill, nbconvert html, nbconvert webpdf": lambda: nbconvert_loop(setting),
        "pls run": lambda: pls_run(setting, "html,pdf"),
    }
    show(in_turn(ways, min(setting.rounds, 2)), "pls run", len(setting.areas))


def nbconvert_loop(setting: Setting) -> Cost:
    publish = [sys.executable, str(Path(__file__).with_name("publish_reports.py")), "--once"]
    costs = []
    with tempfile.TemporaryDirectory() as made:
        for area in setting.areas:
            executed = Path(made) / f"{area}.ipynb"
            costs.append(run(papermill_command(setting, area, executed)))
            for way in ("html", "webpdf"):
                costs.append(run([*publish, way, str(executed), f"{executed}.{way}"]))
    return together(costs)


# -- again -------------------------------------------------------------------------------------


def measure_again(setting: Setting) -> None:
    everything = [*PLS, "run", "all", "--period", PERIOD]
    print(f"{'first run of all reports':46} {run(everything).wall:8.2f} s wall")
    start_up = in_turn({"start": lambda: run([*PLS, "run", "--help"])}, 5)["start"]
    again = in_turn({"again": lambda: run(everything)}, 5)["again"]
    print(f"{'nothing changed':46} {again.wall:8.2f} s wall, of which start-up {start_up.wall:.2f}")
    changed = change_one_workbook(setting.root)
    print(f"{'ingest of ' + changed:46} {run([*PLS, 'ingest'], allowed=(0, 1)).wall:8.2f} s wall")
    cost = run(everything)
    ran = [one["report"] for one in read_run(setting.root)["reports"] if one["outcome"] == "ok"]
    print(f"{'after it: ' + str(len(ran)) + ' reports':46} {cost.wall:8.2f} s wall")
    print("  " + ", ".join(sorted(ran)))


def read_run(root: Path) -> dict:
    return json.loads((root / "reports" / PERIOD / "run.json").read_text(encoding="utf-8"))


def change_one_workbook(root: Path) -> str:
    """Add one to a figure of one town's last monthly return; return the file's name."""
    from openpyxl import load_workbook

    from pls_analysis.store import Store

    store = Store(root / "data" / "processed")
    rows = store.observations("mediation_accepted", breakdown="total", basis="flow")
    paths = store.submissions().drop_duplicates("submission").set_index("submission")["path"]
    rows = rows[(rows["period_end"] == rows["period_end"].max()) & rows["value"].notna()]
    for row in rows.itertuples():
        file = root / "data" / "raw" / paths[row.submission]
        if file.suffix != ".xlsx":
            continue
        book = load_workbook(file)
        cell = book[row.sheet][row.cell]
        if isinstance(cell.value, int):
            cell.value += 1
            book.save(file)
            return file.name
    sys.exit("no town filed its last month as .xlsx")


# -- nbval -------------------------------------------------------------------------------------


def measure_nbval(setting: Setting) -> None:
    files = sorted(str(file) for file in (setting.root / "notebooks").glob("*.ipynb"))
    # Cells are named by their file only within the root; without that, xdist mixes them up.
    base = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval",
            "--rootdir", str(setting.root),
            "--nbval-sanitize-with", str(ROOT / "tests" / "nbval.cfg"), *files]  # fmt: skip
    kernels = {"ordinary": [], "forked": ["--nbval-kernel-name", "pls-fork"]}
    spread = {"one process": [], "two": ["-n", "2", "--dist", "loadscope"]}
    ways = {
        f"nbval, {kernel} kernels, {name}": lambda a=chosen, b=over: run([*base, *a, *b])
        for kernel, chosen in kernels.items()
        for name, over in spread.items()
    }
    show(in_turn(ways, setting.rounds), "nbval, forked kernels, one process", len(files))


# -- growth and dask ---------------------------------------------------------------------------


SMALL = """\
area = "990000001"
period = "2022-06"
lang = "zh"
---
from pls_analysis import charts, observations, parameters
brief = parameters(area, period, lang)
brief.masthead
---
found = observations("mediation_accepted", area=area)
found.groupby("period_start")["value"].sum().tail()
"""


def simulated_project(folder: Path, towns: int) -> Path:
    """A project of so many towns, each with 30 months of one measure, and a small notebook."""
    import nbformat
    import pandas as pd

    from pls_analysis.observations import COLUMNS
    from pls_analysis.project import load_project
    from pls_analysis.store import FILES, ISSUES, SUBMISSIONS, empty_observations
    from pls_analysis.store_versions import write_store

    root = folder / f"towns-{towns}"
    (root / "notebooks").mkdir(parents=True)
    shutil.copytree(ROOT / "config" / "forms", root / "config" / "forms")
    codes = [f"{990000000 + number}" for number in range(1, towns + 1)]
    home = 'home = "990000"\nname = "Simulated"\nlang = "zh"\n'
    reports = '[masthead]\norg = "甲"\ntitle = "乙"\n[reports.small]\nlevel = "town"\n'
    (root / "pls.toml").write_text(f"[project]\n{home}{reports}", encoding="utf-8")
    listed = "".join(f"{code},第{code[3:]}镇,town,990000,镇\n" for code in codes)
    (root / "config" / "areas.csv").write_text(
        f"code,name,level,parent,kind\n990000,模拟区,district,310000,\n{listed}", encoding="utf-8"
    )
    first, *cells = [nbformat.v4.new_code_cell(cell.strip()) for cell in SMALL.split("---\n")]
    first.metadata["tags"] = ["parameters"]
    book = nbformat.v4.new_notebook(cells=[first, *cells])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    nbformat.write(book, root / "notebooks" / "small.ipynb")
    months = pd.period_range("2020-01", "2022-06", freq="M")
    frame = pd.DataFrame(
        [(code, month) for code in codes for month in months], columns=["area", "month"]
    )
    frame = frame.assign(
        measure="mediation_accepted", breakdown="total", subject="", basis="flow", unit="件",
        period_start=[month.start_time for month in frame["month"]],
        period_end=[month.end_time.normalize() for month in frame["month"]],
        value=[float(at % 97) for at in range(len(frame))], status="", form="town_monthly",
        submission=frame["area"], sheet="月报", cell="C5", raw="1",
    )  # fmt: skip
    blank = {name: schema.empty_table().to_pandas() for name, schema in
             (("issues", ISSUES), ("submissions", SUBMISSIONS), ("files", FILES))}  # fmt: skip
    tables = {"observations": frame[list(COLUMNS)], "superseded": empty_observations(), **blank}
    write_store(load_project(root).processed, tables, {"synthetic": True})
    return root


def measure_growth(setting: Setting) -> None:
    print(f"{'runs':>6} {'wall s':>8} {'s each':>8} {'CPU s each':>10} {'most MB at once':>16}")
    for number in setting.runs:
        with tempfile.TemporaryDirectory() as folder:
            root = simulated_project(Path(folder), number)
            with watched() as most:
                cost = small_run(root)
            each, cpu = cost.wall / number, cost.cpu / number
            print(f"{number:6} {cost.wall:8.1f} {each:8.3f} {cpu:10.3f} {most[0] / 1e6:16.0f}")


def small_run(root: Path, *more: str) -> Cost:
    command = ["run", "small", "--period", PERIOD, "--format", "ipynb", "--force", *more]
    return run([*PLS, *command], PLS_PROJECT=str(root))


@contextmanager
def watched() -> Iterator[list[int]]:
    """The most memory (PSS) that this process's children and theirs took at once, in bytes."""
    most, ended = [0], threading.Event()

    def look() -> None:
        while not ended.wait(SECONDS_BETWEEN_LOOKS):
            most[0] = max(most[0], sum(map(memory, psutil.Process().children(recursive=True))))

    def memory(process: psutil.Process) -> int:
        try:
            return process.memory_full_info().pss
        except psutil.Error:
            return 0

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield most
    finally:
        ended.set()
        watcher.join()


def measure_dask(setting: Setting) -> None:
    number = 72
    with tempfile.TemporaryDirectory() as folder:
        root = simulated_project(Path(folder), number)
        costs = {"two local processes": small_run(root, "--jobs", "2")}
        costs["one local process"] = small_run(root, "--jobs", "1")
        for workers in (1, 2):
            with dask_workers(workers, root) as address:
                costs[f"Dask, workers: {workers}"] = small_run(root, "--dask", address)
        show(costs, "two local processes", number)


@contextmanager
def dask_workers(number: int, root: Path) -> Iterator[str]:
    """A scheduler and so many workers of one thread, each a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    env = {**os.environ, "PLS_PROJECT": str(root)}
    words = [["scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]]
    words += [["worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]] * number
    started = [subprocess.Popen([*dask, *one], env=env, **quiet) for one in words]
    try:
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


# -- same --------------------------------------------------------------------------------------


def measure_same(setting: Setting) -> None:
    from papermill import execute_notebook

    with tempfile.TemporaryDirectory() as folder:
        for file in sorted((setting.root / "notebooks").glob("*.ipynb")):
            made = [
                execute_notebook(
                    str(file), f"{folder}/{kernel}-{file.name}", kernel_name=kernel,
                    progress_bar=False, cwd=str(file.parent),
                )
                for kernel in ("python3", "pls-fork")
            ]  # fmt: skip
            pairs = list(zip(*(map(comparable, book.cells) for book in made), strict=True))
            alike = sum(one == other for one, other in pairs)
            print(f"{file.name:32} {alike} of {len(pairs)} cells the same")


def comparable(cell: Mapping) -> str:
    """A cell's outputs as text, without what differs from run to run."""
    text = json.dumps([cell.get("outputs"), cell.get("execution_count")], sort_keys=True)
    return re.sub(r"0x[0-9a-f]{6,}|T_[0-9a-f]{5}|ipykernel_\d+|[0-9a-f-]{36}", "", text)


PARTS: dict[str, Callable[[Setting], None]] = {
    "executed": measure_executed,
    "whole": measure_whole,
    "again": measure_again,
    "nbval": measure_nbval,
    "growth": measure_growth,
    "dask": measure_dask,
    "same": measure_same,
}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        be_helper(sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5:])
    else:
        main()
