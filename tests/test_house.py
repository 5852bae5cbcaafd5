"""The rules of the house: what holds for every module, notebook, lock, document and command."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import yaml
from click import Option
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "pls_analysis"
MODULES = sorted(PACKAGE.rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "README.zh.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *(ROOT / folder / "README.md" for folder in ("data/raw", "data/processed", "reports")),
    *sorted((ROOT / "examples").glob("*/README.md")),
    *sorted((ROOT / "notebooks").glob("*.md")),
]
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]

LAYERS = (
    {"configs", "executors", "reads", "text_tables"},
    {"texts"},
    {"periods"},
    {"project"},
    {"areas"},
    {"messages"},
    {"observations"},
    {"store"},
    {"ingest", "policy", "sample"},
    {"explore", "offices", "trace", "disclosure"},
    {"analysis"},
    {"charts", "blocks"},
    {"briefs"},
    {"publish"},
    {"batch"},
    {"cli"},
    {"__main__", "__init__"},
)
"""Rooms from the ground up. A room imports from lower layers; those side by side know nothing of
each other, but for the two that make a page."""
TOGETHER = {"charts", "blocks"}
WAY_IN = {"explore", "ingest", "offices", "sample", "trace"}
WAY_OUT = {"policy", "disclosure", "charts", "blocks", "briefs", "publish", "batch"}
"""What reads the store never imports what fills it."""
ROOMS_OF_FILES = {
    "area_names": "areas",
    "english_names": "areas",
    "between_kinds": "analysis",
    "changes": "briefs",
    "confidential": "analysis",
    "equity": "analysis",
    "figure_traces": "analysis",
    "flows": "analysis",
    "headlines": "analysis",
    "notices": "briefs",
    "policies": "analysis",
    "progress": "briefs",
    "ranking": "briefs",
    "remarks": "analysis",
    "scorecard": "briefs",
    "sentences": "analysis",
    "sources": "briefs",
    "towns": "briefs",
    "verdicts": "analysis",
    "warming": "briefs",
    "wording": "analysis",
    "store_versions": "store",
    "period_labels": "periods",
    "period_values": "periods",
    "period_titles": "periods",
    "positions": "analysis",
}
HEIGHT = {room: height for height, layer in enumerate(LAYERS) for room in layer}

NAMES_OF_THE_FIRST_DISTRICT = re.compile("浦东|Pudong|310115", re.IGNORECASE)
REGISTRY_HOSTS = re.compile(
    r"\b(?:pypi|pythonhosted|npmjs|anaconda|crates|tuna\.tsinghua\.edu|aliyun)\.(?:org|com|io|cn)\b"
)
MACHINE_PATHS = re.compile(r"/(?:work|root|home|Users)/\w|/tmp/\w|[A-Z]:\\\\?Users")
LOCAL_LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)[^)]*\)|(?:src|href)=\"([^\"#]+)\"")
EXTERNAL = ("http://", "https://", "mailto:")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def tracked() -> list[Path]:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("needs git and a checkout to know which files are the project's")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, encoding="utf-8"
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def project_table() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


# -- modules ---------------------------------------------------------------------------------


def test_modules_are_under_400_lines():
    lengths = {
        relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES
    }
    assert {name: lines for name, lines in lengths.items() if lines >= 400} == {}


def room_of(module: str) -> str:
    """The room of a dotted module name below the package: its first part, or the named room."""
    first = module.split(".")[0]
    return ROOMS_OF_FILES.get(first, first)


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def imports_of(path: Path) -> Iterator[str]:
    """Modules of the package that a file imports, wherever in it, as names below the package."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{relative(path)}: imports are absolute"
            names = [node.module or ""]
            if node.module == "pls_analysis":
                names = [f"pls_analysis.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        yield from (name.split(".", 1)[1] for name in names if name.startswith("pls_analysis."))


def forbidden(room: str, other: str) -> bool:
    if room == other or {room, other} <= TOGETHER:
        return False
    if room in WAY_OUT and other in WAY_IN:
        return True
    return HEIGHT[other] >= HEIGHT[room]


def test_every_module_belongs_to_a_room():
    rooms = {room_of(module_of(path)) for path in MODULES}
    assert rooms <= HEIGHT.keys(), "give the new room its place in LAYERS"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_imports_go_down(path: Path):
    room = room_of(module_of(path))
    wrong = [name for name in imports_of(path) if forbidden(room, room_of(name))]
    assert wrong == [], f"{room} may not import these"


@pytest.mark.parametrize(
    ("room", "other", "wrong"),
    [
        ("ingest", "policy", True),
        ("policy", "ingest", True),
        ("publish", "ingest", True),
        ("areas", "observations", True),
        ("publish", "charts", False),
        ("charts", "blocks", False),
        ("cli", "ingest", False),
        ("offices", "ingest", False),
    ],
)
def test_the_table_of_layers_says_what_the_design_says(room: str, other: str, wrong: bool):
    assert forbidden(room, other) is wrong


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_package_knows_no_district(path: Path):
    found = NAMES_OF_THE_FIRST_DISTRICT.findall(path.read_text(encoding="utf-8"))
    assert found == [], "what a district decides stands in its pls.toml and config/"


def calls_without_encoding(tree: ast.Module) -> Iterator[int]:
    """Lines that open a text file without naming its encoding."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
        methods = {"open", "read_text", "write_text", "fdopen", "TextIOWrapper"}
        if name not in (methods if isinstance(node.func, ast.Attribute) else {"open"}):
            continue
        if any(word.arg in {"encoding", None} for word in node.keywords):
            continue
        if not _opens_bytes(node, name) and not _opens_something_else(node):
            yield node.lineno


def _opens_bytes(node: ast.Call, name: str) -> bool:
    constants = [one.value for one in (*node.args, *(word.value for word in node.keywords))
                 if isinstance(one, ast.Constant)]  # fmt: skip
    return name in {"open", "fdopen"} and any("b" in c for c in constants if isinstance(c, str))


def _opens_something_else(node: ast.Call) -> bool:
    """`ZipFile.open` and the like give bytes; a path's and the builtin give text."""
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    return isinstance(owner, ast.Name) and owner.id in {"archive", "package", "webbrowser"}


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_text_files_are_opened_with_their_encoding_named(path: Path):
    assert list(calls_without_encoding(tree_of(path))) == []


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ("open(path)", True),
        ("open(path, 'w')", True),
        ("path.read_text()", True),
        ("path.write_text(text)", True),
        ("open(path, 'rb')", False),
        ("path.open(mode='rb')", False),
        ("path.read_text(encoding='utf-8')", False),
        ("archive.open(name)", False),
    ],
)
def test_a_missing_encoding_is_seen(code: str, caught: bool):
    assert bool(list(calls_without_encoding(ast.parse(code)))) is caught


# -- what is installed -----------------------------------------------------------------------


def requirements(lock: str) -> dict[str, str]:
    """Package to exact version of a lock file."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pins}


def dependencies(*extras: str) -> list[Requirement]:
    table = project_table()
    listed = list(table["dependencies"])
    for extra in extras:
        listed += table["optional-dependencies"][extra]
    return [Requirement(text) for text in listed]


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", ()), ("requirements-dev.lock", ("dev", "dask"))]
)
def test_lock_covers_pyproject(lock: str, extras: tuple[str, ...]):
    pins = requirements(lock)
    wrong = [
        str(wanted)
        for wanted in dependencies(*extras)
        if not wanted.specifier.contains(pins.get(canonicalize_name(wanted.name), "0a0.dev0"))
    ]
    assert wrong == [], "run `make lock`"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_its_hashes(lock: str):
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8"))
    pins = [block for block in blocks if "==" in block.splitlines()[0]]
    assert len(pins) > 50
    assert [block.splitlines()[0] for block in pins if "--hash=sha256:" not in block] == []


def test_both_locks_choose_the_same_versions():
    runtime, dev = requirements("requirements.lock"), requirements("requirements-dev.lock")
    assert runtime.items() <= dev.items()


def test_environment_agrees_with_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    listed = [one for one in environment["dependencies"] if isinstance(one, str)]
    packages = {Requirement(text).name: text for text in listed}
    python = Requirement(packages.pop("python"))
    assert str(python.specifier) == project_table()["requires-python"]
    assert packages.pop("pip") == "pip", "pip installs the rest"
    assert packages.keys() == {
        *("jupyterlab", "pandas", "matplotlib", "seaborn", "papermill", "openpyxl", "nbval")
    }
    ours = {one.name: str(one) for one in dependencies()}
    assert {name: str(Requirement(text)) for name, text in packages.items()} == {
        name: ours[name] for name in packages
    }
    assert [one for one in environment["dependencies"] if isinstance(one, dict)] == [
        {"pip": ["-e ."]}
    ]
    assert environment["channels"][0] == "conda-forge"


def test_no_file_names_a_registry_or_a_machine():
    hits = [
        f"{relative(path)}: {found.group()}"
        for path, text in texts()
        if path != Path(__file__)
        for found in [REGISTRY_HOSTS.search(text) or MACHINE_PATHS.search(text)]
        if found
    ]
    assert hits == []


# -- documents -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_links_resolve(path: Path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [first or second for first, second in LOCAL_LINK.findall(text)]
    broken = [
        link
        for link in links
        if not link.startswith(EXTERNAL) and not (path.parent / link).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("path", READMES, ids=relative)
def test_readme_shows_both_commands(path: Path):
    blocks = re.findall(r"```\w*\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    assert "make briefs" in lines
    assert "make test" in lines


def test_make_targets_are_described():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE).group(1).split())
    assert set(re.findall(r"^([a-z-]+):.*## \S", text, re.MULTILINE)) == targets
    assert {"briefs", "test", "test-browser", "lint", "types", "check", "lab"} <= targets


@pytest.mark.parametrize("path", READMES, ids=relative)
def test_make_targets_in_readme_exist(path: Path):
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    named = set(
        re.findall(r"(?:^|`)make ([a-z-]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert named <= targets


def test_every_key_of_a_form_spec_is_documented():
    from pls_analysis.ingest import forms

    text = (ROOT / "docs" / "form-spec.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`([a-z_]+)[`:]", text))
    assert (forms.KEYS | forms.MEASURE_KEYS) - documented == set()


def test_every_key_of_a_policy_file_is_documented():
    from pls_analysis.policy import loading

    text = (ROOT / "docs" / "policy-spec.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`([a-z_]+)[`:]", text))
    keys = {*loading.SECTIONS, *loading.POLICY_KEYS, *loading.BASELINE_KEYS}
    keys |= {*loading.JUDGING_KEYS, *loading.UNIT_KEYS, *loading.INDICATOR_KEYS}
    assert (keys | {*loading.TARGET_KEYS}) - documented == set()


# -- commands --------------------------------------------------------------------------------


def command_names() -> list[str]:
    cli = pytest.importorskip("pls_analysis.cli", reason="the commands are not there yet")
    return sorted(cli.main.commands)


def test_readme_lists_the_commands_that_there_are():
    names = set(command_names())
    for path in READMES:
        table = re.findall(r"^\| `pls (\w[\w-]*)", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(table) == names, relative(path)


def test_every_command_has_help_with_an_example():
    cli = pytest.importorskip("pls_analysis.cli", reason="the commands are not there yet")
    for name in command_names():
        command = cli.main.commands[name]
        written = "\n".join(filter(None, (command.help, command.epilog)))
        assert f"pls {name}" in written, f"`pls {name} --help` has no example"
        options = [one for one in command.params if isinstance(one, Option)]
        silent = [one.name for one in options if not one.help]
        assert silent == [], f"options of `pls {name}` without help"


# -- notebooks -------------------------------------------------------------------------------


def code_cells(path: Path) -> list:
    return [one for one in nbformat.read(path, as_version=4).cells if one.cell_type == "code"]


def notebook_faults(path: Path) -> Iterator[str]:
    """What a committed notebook may not be, with the place."""
    book = nbformat.read(path, as_version=4)
    if book.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "the kernelspec is not python3"
    cells = code_cells(path)
    if len(cells) > 12:
        yield f"{len(cells)} code cells; 12 at most"
    if [one for one in cells if "parameters" in one.metadata.get("tags", [])] != cells[:1]:
        yield "the first code cell, and only that, is tagged parameters"
    if not any(one.outputs for one in cells):
        yield "carries no outputs (make notebooks)"
    for number, one in enumerate(cells, 1):
        yield from (f"code cell {number}: {fault}" for fault in cell_faults(one, number == 1))


def cell_faults(cell, first: bool) -> Iterator[str]:
    if cell.execution_count is None:
        yield "was not run (make notebooks)"
    if any(output.output_type == "error" for output in cell.outputs):
        yield "ends in an error"
    if len(cell.source.splitlines()) > 10:
        yield "more than 10 lines"
    if not first and NAMES_OF_THE_FIRST_DISTRICT.search(cell.source):
        yield "names a district"
    tree = ast.parse(cell.source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda | ast.Try):
            yield f"holds {type(node).__name__}: that belongs into the package"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_path(node.value):
            yield f"holds the path {node.value!r}"


def is_path(text: str) -> bool:
    return bool(re.search(r"^(?:\.{0,2}/|[A-Za-z]:\\|~)|\w/\w.*\.\w+$", text))


def test_committed_notebooks_are_thin_and_carry_their_outputs():
    faults = [f"{path.name}: {fault}" for path in NOTEBOOKS for fault in notebook_faults(path)]
    assert faults == []


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("def f():\n    return 1", "FunctionDef"),
        ("try:\n    1\nfinally:\n    2", "Try"),
        ("frame = read('data/raw/a.xlsx')", "path"),
        ("frame = read('../a')", "path"),
        ("area = '310115'", "names a district"),
        ("\n".join(f"a{n} = {n}" for n in range(11)), "more than 10 lines"),
        ("x = 1", "was not run"),
    ],
)
def test_a_fault_of_a_notebook_is_seen(tmp_path: Path, source: str, word: str):
    cells = [nbformat.v4.new_code_cell("x = 1"), nbformat.v4.new_code_cell(source)]
    book = nbformat.v4.new_notebook(cells=cells)
    nbformat.write(book, tmp_path / "bad.ipynb")
    faults = "\n".join(notebook_faults(tmp_path / "bad.ipynb"))
    assert f"code cell 2: {word}" in faults or word in faults
    assert "kernelspec" in faults
    assert "no outputs" in faults
