"""Reports and files on a Dask cluster: a real scheduler, two workers, one of them killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from stores import EXPORTERS

from pls_analysis.areas import AreaTree
from pls_analysis.batch import jobs
from pls_analysis.batch.manifest import Entry
from pls_analysis.batch.plan import Plan, plan_reports
from pls_analysis.batch.run import Limits, run_batch
from pls_analysis.executors.guarded import ExecutorError
from pls_analysis.ingest.pipeline import ingest
from pls_analysis.project import Project
from pls_analysis.store import Store

pytest.importorskip("distributed", reason="needs the extra dask")

FAST = Limits(seconds=120)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A scheduler and two workers: one with a nanny, and one without, which may be killed."""
    folder = tmp_path_factory.mktemp("cluster")
    said = folder / "scheduler.json"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    started: list[subprocess.Popen] = []

    def start(kind: str, *options: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard",
             "--scheduler-file", str(said), *options],
            env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        started.append(process)
        return process

    try:
        start("scheduler", "--host", "127.0.0.1", "--port", "0")
        worker = ("--nthreads", "1", "--local-directory", str(folder))
        start("worker", *worker, "--nanny")
        victim = start("worker", *worker, "--no-nanny")
        wait_for(said.is_file)
        address = json.loads(said.read_text(encoding="utf-8"))["address"]
        wait_for(lambda: workers_of(address) == 2)
        yield SimpleNamespace(address=address, victim=victim)
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(60)


def wait_for(true, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def workers_of(address: str) -> int:
    from distributed import Client

    with Client(address, timeout=60, set_as_default=False) as client:
        return len(client.nthreads())


def planned(project: Project, tree: AreaTree, langs=("zh", "en")) -> Plan:
    areas = ["310115004", "310115005", "310115007"]
    return plan_reports(project, tree, ["ok"], period="2022-06", areas=areas, langs=langs)


def made(project: Project, plan: Plan, **asked) -> list[Entry]:
    return run_batch(project, plan, FAST, force=True, exporters=EXPORTERS, **asked)


def test_files_are_read_there_as_here(sample_project: Project, cluster, tmp_path: Path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for file in sorted(sample_project.raw.rglob("*.xlsx"))[:3]:
        (raw / file.name).write_bytes(file.read_bytes())
    (raw / "broken.xlsx").write_bytes(b"")
    here = ingest(sample_project, raw, tmp_path / "here", jobs=1)
    there = ingest(sample_project, raw, tmp_path / "there", dask=cluster.address)
    assert here.observations
    assert here.refused == ["broken.xlsx"]
    assert there == here
    stores = [Store(tmp_path / name).manifest for name in ("here", "there")]
    assert stores[0] == stores[1]


def test_a_killed_worker_costs_no_report(project: Project, tree: AreaTree, store: Store, cluster):
    """Both workers are at a report when one is killed; files are those that are made here."""
    plan = planned(project, tree)
    assert len(plan.reports) == 6
    here = made(project, plan)

    def kill(done: int, total: int, entry: Entry) -> None:
        if cluster.victim.poll() is None:
            # The one that has ended lies there still, and two that have begun.
            wait_for(lambda: len(list(project.reports_dir.glob(".work-*/*/try-*"))) >= 3)
            os.kill(cluster.victim.pid, signal.SIGKILL)
            cluster.victim.wait(60)

    there = made(project, plan, dask=cluster.address, progress=kill)
    assert cluster.victim.poll() is not None
    assert [one.outcome for one in here + there] == ["ok"] * 12
    assert [one.outputs for one in there] == [one.outputs for one in here]
    assert [one.tries for one in here] == [1] * 6
    assert sorted(one.tries for one in there) == [1] * 5 + [2]
    assert not list(project.reports_dir.glob(".work-*"))
    assert "begun 2 times" in (plan.folder / "run.log").read_text(encoding="utf-8")


def test_a_worker_that_sees_other_things_is_refused(
    project: Project, tree: AreaTree, store: Store, cluster, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(jobs, "library_versions", lambda: {"pandas": "0.1"})
    plan = planned(project, tree, langs=("zh",))
    with pytest.raises(ExecutorError, match=r"tcp://\S+: it does not see the same .*pandas 0\.1"):
        made(project, plan, dask=cluster.address)
    assert not list(project.reports_dir.glob(".work-*"))


def test_what_is_to_be_seen(project: Project, store: Store):
    seen = jobs.seen(project.root)
    assert store.manifest["version"] in seen.values()
    elsewhere = replace(project, root=project.root / "elsewhere").root
    assert jobs.seen(elsewhere)[f"the project's folder {elsewhere}"] == "False"


def test_no_scheduler(project: Project, tree: AreaTree, store: Store):
    clock = time.monotonic()
    with pytest.raises(ExecutorError, match=r"no Dask scheduler at tcp://127\.0\.0\.1:9 "):
        made(project, planned(project, tree), dask="tcp://127.0.0.1:9")
    assert time.monotonic() - clock < 30


def test_dask_is_not_installed(
    project: Project, tree: AreaTree, store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ExecutorError, match=r"pip install 'pls-analysis\[dask\]'"):
        made(project, planned(project, tree), dask="tcp://127.0.0.1:9")
