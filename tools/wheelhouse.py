"""Gather in wheelhouse/ every wheel that an install without an index needs: `make wheelhouse`.

That is each package of requirements.lock that the system in question uses, checked by its hash,
and the project itself. INSTALL.txt beside them says how to install. Wheels for another system may
join those for this one; versions that are no longer in the lock are taken away.
"""

from __future__ import annotations

import argparse
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parent.parent
LOCK = "requirements.lock"
PROJECT = "pls-analysis"
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
NO_WHEEL = re.compile(r"No matching distribution found for (\S+)")
UNREACHABLE = re.compile(r"Retrying \(|ProxyError|ConnectionError|ReadTimeout")

SYSTEMS = {
    "win": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
    "macosx": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
    "manylinux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
}
"""What markers of the lock may ask of a system, by the first word of its wheels' platform."""
PLATFORM = re.compile(r"(win)_?(amd64|arm64|32)|(macosx)_\d+_\d+_(\w+)|(manylinux)_2_\d+_(\w+)")
OLD_NAMES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
MACHINES = {("win", "amd64"): "AMD64", ("win", "arm64"): "ARM64", ("win", "32"): "x86"}
NEWEST_PATCH = 99
"""Of "3.12" the newest release is meant: some packages ask for 3.11.5 and newer."""

INSTALL = """\
Public legal services analytics: install without a network / 离线安装

The folder wheelhouse holds the wheels, last gathered for {target}.
Copy it and the project's folder (pls.toml, config, notebooks) to the machine, open a terminal
in the folder that holds wheelhouse, and type:
把 wheelhouse 和项目文件夹复制到目标电脑，在 wheelhouse 所在的文件夹中逐条执行：

Linux, macOS:

  python3 -m venv .venv
  . .venv/bin/activate
  {install} --require-hashes -r wheelhouse/requirements.lock
  {install} pls-analysis
  pls --help

Windows:

  py -m venv .venv
  .venv\\Scripts\\activate
  {install} --require-hashes -r wheelhouse/requirements.lock
  {install} pls-analysis
  pls --help

The first install checks each wheel by its hash; where that is not wanted, the second does alone.
"No matching distribution": the machine has another system or Python than the wheels are for.
第一条 pip 命令逐个核对校验值。出现 No matching distribution，说明系统或 Python 版本与安装包不符。
"""


FROM_HERE = "python -m pip install --no-index --find-links wheelhouse"


class NotGathered(RuntimeError):
    """Why no wheelhouse could be made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """The system that wheels are for: pip's options for it, and what markers ask of it."""

    name: str
    options: tuple[str, ...]
    markers: Mapping[str, str]


def target(platform_name: str = "", python: str = "") -> Target:
    """Describe a system by the platform in its wheels' names and its Python; "" is this one's.

    Raises NotGathered for a platform of no known kind.
    """
    found = PLATFORM.fullmatch(platform_name)
    if platform_name and not found:
        raise NotGathered(
            f"PLATFORM={platform_name} is not known; name one such as win_amd64, "
            "macosx_11_0_arm64 or manylinux_2_28_x86_64"
        )
    if python and not re.fullmatch(r"3\.\d+(\.\d+)?", python):
        raise NotGathered(f"PYTHON_VERSION={python} is no version; name one such as 3.12")
    markers = {name: str(value) for name, value in default_environment().items()}
    full = python or platform.python_version()
    full = full if full.count(".") > 1 else f"{full}.{NEWEST_PATCH}"
    markers |= {"python_full_version": full, "python_version": ".".join(full.split(".")[:2])}
    options = ["--python-version", full, "--implementation", "cp"] if python or found else []
    if found:
        system, machine = (word for word in found.groups() if word)
        markers |= SYSTEMS[system]
        markers["platform_machine"] = MACHINES.get((system, machine), machine)
        options += [word for one in _compatible(platform_name) for word in ("--platform", one)]
    name = f"{platform_name or 'this system'}, Python {markers['python_version']}"
    return Target(name, tuple(options), markers)


def _compatible(platform_name: str) -> list[str]:
    """The platforms whose wheels a system takes. pip knows older macOS, but not older glibc."""
    found = re.fullmatch(r"manylinux_2_(\d+)_(\w+)", platform_name)
    if found is None:
        return [platform_name]
    names: list[str] = []
    for minor in range(int(found[1]), 4, -1):
        names.append(f"manylinux_2_{minor}_{found[2]}")
        if minor in OLD_NAMES:
            names.append(f"{OLD_NAMES[minor]}_{found[2]}")
    return names


def read_pins(lock: Path) -> dict[Requirement, str]:
    """Return each pinned requirement of a lock and its hashes, as options of pip."""
    blocks = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8"))
    pins = {block: block.splitlines()[0].rstrip(" \\") for block in blocks}
    return {
        Requirement(pin): " ".join(re.findall(r"--hash=\S+", block))
        for block, pin in pins.items()
        if "==" in pin and not pin.startswith("#")
    }


def lines_for(pins: Mapping[Requirement, str], wanted: Target) -> list[str]:
    """Return the lines of a requirements file for one system: markers are settled here, as pip
    would judge them by the machine it runs on."""
    return [
        f"{pin.name}{pin.specifier} {hashes}"
        for pin, hashes in pins.items()
        if pin.marker is None or pin.marker.evaluate(dict(wanted.markers))
    ]


def download(lines: Sequence[str], out: Path, options: Sequence[str]) -> list[str]:
    """Fetch the wheels of pinned requirements; return the pins that have none for the system.

    Raises NotGathered where no index is reached, or a hash differs.
    """
    missing: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / LOCK
        while left := [line for line in lines if line.split()[0] not in missing]:
            listed.write_text("\n".join(left), encoding="utf-8")
            done = _pip("download", "--no-deps", "--only-binary=:all:", "--require-hashes",
                        *options, "--dest", str(out), "--requirement", str(listed))  # fmt: skip
            if done.returncode == 0:
                break
            found = NO_WHEEL.search(done.stderr)
            if found is None or UNREACHABLE.search(done.stderr):
                raise NotGathered(_why(done))
            missing.append(found[1])
    return missing


def build_project(root: Path, out: Path) -> None:
    """Build the wheel of the project itself. Raises NotGathered."""
    done = _pip("wheel", "--no-deps", "--wheel-dir", str(out), str(root))
    if done.returncode != 0:
        raise NotGathered(_why(done))


def _pip(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PIP, *words], check=False, capture_output=True, encoding="utf-8")


def _why(done: subprocess.CompletedProcess[str]) -> str:
    if UNREACHABLE.search(done.stderr):
        return "could not fetch packages: is there a network, and does pip reach its package index?"
    return f"pip failed:\n{done.stderr.strip()}"


def remove_outdated(out: Path, pins: Mapping[Requirement, str]) -> None:
    """Take wheels away that no pin asks for, so that an install cannot choose them."""
    wanted = {f"{canonicalize_name(pin.name)}{pin.specifier}" for pin in pins}
    for wheel in out.glob("*.whl"):
        name, version, *_ = parse_wheel_filename(wheel.name)
        if name != PROJECT and f"{name}=={version}" not in wanted:
            wheel.unlink()


def gather(root: Path, out: Path, wanted: Target) -> list[str]:
    """Fill a wheelhouse for one system; return the pins that have no wheel for it."""
    pins = read_pins(root / LOCK)
    lines = lines_for(pins, wanted)
    print(f"Gathering {len(lines)} packages for {wanted.name} …", flush=True)
    out.mkdir(parents=True, exist_ok=True)
    missing = download(lines, out, wanted.options)
    remove_outdated(out, pins)
    build_project(root, out)
    shutil.copy(root / LOCK, out)
    (out / "INSTALL.txt").write_text(
        INSTALL.format(target=wanted.name, install=FROM_HERE), encoding="utf-8"
    )
    return missing


def main() -> None:
    """Gather, and say what there is and what is missing. Ends with 1 where a wheel is missing."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    words.add_argument("--platform", default="", help="win_amd64, manylinux_2_28_x86_64 …")
    words.add_argument("--python-version", default="", help="3.12; by default this Python's")
    words.add_argument("--out", type=Path, default=ROOT / "wheelhouse")
    asked = words.parse_args()
    try:
        wanted = target(asked.platform, asked.python_version)
        missing = gather(ROOT, asked.out, wanted)
    except NotGathered as error:
        sys.exit(f"make: {error}")
    wheels = list(asked.out.glob("*.whl"))
    size = sum(wheel.stat().st_size for wheel in wheels) / 1e6
    print(f"{len(wheels)} wheels, {size:.0f} MB, in {asked.out}; see INSTALL.txt there")
    if missing:
        sys.exit(
            f"make: no wheel for {wanted.name}: {', '.join(missing)}. A newer system or another "
            "Python may have one (PLATFORM=, PYTHON_VERSION=). Else, on a machine of that kind "
            "with a network, build each by `python -m pip wheel --no-deps NAME==VERSION`, put it "
            "into the wheelhouse, and install without --require-hashes"
        )


if __name__ == "__main__":
    main()
