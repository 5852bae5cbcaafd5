"""Try the recipe of docs/scheduling.md on the real jupyter-scheduler, which is no dependency.

It is installed in a temporary environment beside the versions of requirements.lock, and its server
runs jobs on a copy of the project's configuration and store. Needs a network, and takes minutes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
PORT, TOKEN = 18765, "try"
NOTEBOOK = "notebooks/district_trends.ipynb"
QUOTED = {"area": "'310115005'", "period": "'2022-06'", "lang": "'en'"}
RAW = {"area": "310115005", "period": "2022-06", "lang": "en"}
SECONDS = 300


def make_environment(folder: Path) -> Path:
    """Install the lock, this project and the scheduler; return the folder of its commands."""
    uv = (Path(sys.executable).with_name("uv"), "--quiet")
    lock = ROOT / "requirements.lock"
    subprocess.run([*uv, "venv", "--python", sys.executable, folder], check=True)
    pip = [*uv, "pip", "install", "--python", folder / "bin" / "python"]
    subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)
    subprocess.run([*pip, "--no-deps", "-e", ROOT], check=True)
    # A version that would have to change is an error: the scheduler must fit what is locked.
    pins = folder / "pins.txt"
    said = [line.split("\\")[0] for line in lock.read_text(encoding="utf-8").splitlines()]
    pins.write_text("\n".join(line for line in said if "==" in line), encoding="utf-8")
    subprocess.run([*pip, "-c", pins, "jupyter-scheduler"], check=True)
    return folder / "bin"


def copy_project(folder: Path) -> None:
    """Copy what the notebooks need: configuration, notebooks and the store."""
    for name in ("config", "notebooks", "data/processed"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "pls.toml", folder)


@contextmanager
def server(bin_: Path, project: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Run JupyterLab in the project's folder."""
    words = [bin_ / "jupyter", "lab", "--no-browser", "--allow-root", f"--port={PORT}",
             f"--IdentityProvider.token={TOKEN}"]  # fmt: skip
    log = (project.parent / "server.log").open("wb")
    with log, subprocess.Popen(words, cwd=project, env=environment, stdout=log, stderr=log) as lab:
        try:
            wait_for(lambda: call("runtime_environments"), "the server")
            yield
        finally:
            lab.terminate()


def call(path: str, **said) -> dict:
    """Ask the scheduler's REST interface; None while there is no answer."""
    data = json.dumps(said).encode() if said else None
    headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
    try:
        with urlopen(Request(f"http://127.0.0.1:{PORT}/scheduler/{path}", data, headers)) as answer:
            return json.loads(answer.read() or b"{}")
    except ConnectionError:
        return {}
    except OSError as error:
        if isinstance(getattr(error, "reason", None), ConnectionError):
            return {}
        raise


def wait_for(look, what: str):
    """Ask again until there is an answer."""
    for _ in range(SECONDS):
        if found := look():
            return found
        time.sleep(1)
    sys.exit(f"waited {SECONDS} seconds for {what}")


def job(parameters: Mapping[str, str]) -> dict:
    """Run a job to its end."""
    (environment,) = call("runtime_environments")
    made = call(
        "jobs",
        name="try",
        input_uri=NOTEBOOK,
        runtime_environment_name=environment["name"],
        parameters=dict(parameters),
        output_formats=["ipynb"],
    )

    def ended() -> dict | None:
        told = call(f"jobs/{made['job_id']}")
        return told if told["status"] in {"COMPLETED", "FAILED"} else None

    return wait_for(ended, "a job")


def expect(what: str, found: bool) -> None:
    """Say that something was seen, or end."""
    print(f"{'seen' if found else 'NOT SEEN'}: {what}", flush=True)
    if not found:
        sys.exit(1)


def try_recipe(bin_: Path, project: Path) -> None:
    """Run the recipe, and what it warns of."""
    own = {
        name: str(project.parent / name.lower())
        for name in ("JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR")
    }
    clean = {name: value for name, value in os.environ.items() if name != "PLS_PROJECT"} | own
    with server(bin_, project, clean):
        told = job(QUOTED)
        expect("without PLS_PROJECT the job fails", told["status"] == "FAILED")
        expect("and says what is missing", "there is no pls.toml" in told["status_message"])
    clean["PLS_PROJECT"] = str(project)
    with server(bin_, project, clean):
        told = job(RAW)
        expect("unquoted parameters fail", "SyntaxError" in (told["status_message"] or ""))
        told = job(QUOTED)
        expect("quoted parameters work", told["status"] == "COMPLETED")
        call(f"jobs/{told['job_id']}/download_files")
        done = wait_for(lambda: sorted(project.glob("jobs/*/district_trends-*.ipynb")), "a file")
        expect("the download lies in jobs/", len(done) == 1)
    subprocess.run(
        [bin_ / "jupyter", "nbconvert", "--to", "pls_pdf", done[0]], env=clean, check=True
    )
    expect("the brief is made", done[0].with_suffix(".pdf").read_bytes().startswith(b"%PDF"))


def main() -> None:
    """Install, run and report; ends with 1 where the recipe no longer holds."""
    with tempfile.TemporaryDirectory(prefix="pls-try-") as folder:
        bin_ = make_environment(Path(folder) / "environment")
        project = Path(folder) / "project"
        copy_project(project)
        try_recipe(bin_, project)


if __name__ == "__main__":
    main()
