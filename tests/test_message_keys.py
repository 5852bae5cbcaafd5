"""The message catalogues and the code agree: no key is missing, none is left over.

Keys are read from the code itself: whole ones, and those put together from a beginning and a name
(`f"status.{name}"`), whose name must then stand somewhere in the code, a notebook or a
configuration.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
import pytest

from pls_analysis.texts import texts_in

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "pls_analysis"
PHRASES = "pls_analysis.charts.phrases"
"""Its `say` takes keys of the section `chart` without that word, after the language."""
CHINESE = re.compile("[\u3000-\u9fff\uff00-\uffef\U00020000-\U0003ffff]")
PARSERS = (
    *(
        "area_names.py",
        "period_titles.py",
        "cli/output.py",
        "ingest/",
        "sample/",
        "english_names.py",
    ),
    *(f"explore/{name}.py" for name in ("axes", "drawing", "naming", "rhythms", "tidy")),
    "explore/spec_text.py",
    *(f"publish/{name}.py" for name in ("entries", "sheets")),
)
"""What reads or invents Chinese workbooks, names, figures and command lines has its own words."""


@dataclass(frozen=True)
class Source:
    """A piece of Python with its place; `phrases` says whether its `say` is that of the charts."""

    name: str
    nodes: tuple[ast.AST, ...]
    phrases: bool


def source_of(name: str, code: str) -> Source:
    nodes = tuple(ast.walk(ast.parse(code)))
    imported = any(
        isinstance(node, ast.ImportFrom)
        and node.module == PHRASES
        and any(alias.name == "say" for alias in node.names)
        for node in nodes
    )
    return Source(name, nodes, imported or name == "charts/phrases.py")


@cache
def sources() -> tuple[Source, ...]:
    found = [
        source_of(path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    ]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
        found.append(source_of(path.name, code))
    return tuple(found)


def template_keys() -> set[str]:
    templates = sorted((PACKAGE / "publish" / "templates").rglob("*.j2"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in templates)
    return set(re.findall(r'say\(\s*"([^"]+)"', text))


@cache
def words() -> frozenset[str]:
    """Every word that stands in the code, a notebook or a configuration."""
    files = [*PACKAGE.rglob("*.py"), *(ROOT / "notebooks").glob("*.ipynb")]
    for folder in (ROOT / "config", *(ROOT / "examples").glob("*/config")):
        files += [path for path in folder.rglob("*") if path.suffix in {".yml", ".csv"}]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return frozenset(re.findall(r"[^\W_]+(?:\([^\W_]+\))?", text.replace("_", " ")))


def pattern_of(node: ast.JoinedStr) -> str:
    """A text put together, as a regular expression with a group for each name in it."""
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else "(.*)"
        for part in node.values
    )


def spoken(node: ast.AST, phrases: bool) -> Iterator[ast.expr]:
    """The key, or both keys, that a call says; nothing where the node says none."""
    if not isinstance(node, ast.Call):
        return
    called = node.func
    name = getattr(called, "attr", None) or getattr(called, "id", "")
    of_messages = isinstance(called, ast.Call) and getattr(called.func, "id", "") == "Messages"
    if name != "say" and not of_messages:
        return
    at = 1 if phrases and isinstance(called, ast.Name) else 0
    keys = list(node.args[at : at + 1])
    while keys:
        key = keys.pop()
        if isinstance(key, ast.IfExp):
            keys += [key.body, key.orelse]
        else:
            yield key


def said() -> Iterator[tuple[str, str, bool]]:
    """Place, key and whether it is put together (then a pattern), of everything that is said."""
    for source in sources():
        for node in source.nodes:
            for key in spoken(node, source.phrases):
                plain = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                prefix = "chart." if source.phrases and plain else ""
                if isinstance(key, ast.Constant):
                    yield source.name, prefix + str(key.value), False
                elif isinstance(key, ast.JoinedStr):
                    yield source.name, re.escape(prefix) + pattern_of(key), True


@cache
def mentioned() -> tuple[frozenset[str], frozenset[str]]:
    """Keys and patterns of keys that stand anywhere in the code, said or handed on."""
    keys, patterns = template_keys(), set()
    for _, key, together in said():
        (patterns if together else keys).add(key)
    for source in sources():
        for node in source.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                keys |= {node.value, f"chart.{node.value}"} if source.phrases else {node.value}
            elif isinstance(node, ast.JoinedStr) and re.match(r"[a-z]+\\\.", pattern_of(node)):
                patterns.add(pattern_of(node))
    return frozenset(keys), frozenset(patterns)


def is_used(key: str) -> bool:
    """Whether the code has a key, or puts it together from names that there are."""
    keys, patterns = mentioned()
    if key in keys:
        return True
    found = (re.fullmatch(pattern, key) for pattern in patterns)
    return any(
        set(filter(None, re.split("_", "_".join(match.groups())))) <= words()
        for match in found
        if match
    )


def test_every_key_that_is_said_is_there():
    texts = texts_in("zh")
    missing = [
        f"{place}: {key}"
        for place, key, together in said()
        if not (any(re.fullmatch(key, one) for one in texts) if together else key in texts)
    ]
    missing += [f"a template: {key}" for key in template_keys() if key not in texts]
    assert missing == []


def test_every_key_is_used():
    assert [key for key in texts_in("zh") if not is_used(key)] == []


@pytest.mark.parametrize(
    ("key", "used"),
    [
        ("index.search", True),
        ("chart.axis", True),
        ("status.met", True),
        ("status.splendid", False),
        ("index.serch", False),
        ("unit.件", True),
        ("unit.furlong", False),
    ],
)
def test_what_counts_as_used(key: str, used: bool):
    assert is_used(key) is used


def chinese_texts(source: Source) -> Iterator[str]:
    """Texts with Chinese in them that are no docstrings."""
    notes = {
        id(node.value)
        for node in source.nodes
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in source.nodes:
        if not isinstance(node, ast.Constant) or id(node) in notes:
            continue
        if isinstance(node.value, str) and CHINESE.search(node.value):
            yield f"line {node.lineno}: {node.value}"


@pytest.mark.parametrize(
    "source", [one for one in sources() if one.name.endswith(".py")], ids=lambda one: one.name
)
def test_chinese_stands_in_the_catalogue_alone(source: Source):
    found = list(chinese_texts(source))
    if source.name.startswith(PARSERS):
        assert all(CHINESE.search(text) for text in found)
        return
    assert found == []


def test_every_parser_needs_its_leave():
    with_chinese = [one.name for one in sources() if any(chinese_texts(one))]
    assert [name for name in PARSERS if not any(one.startswith(name) for one in with_chinese)] == []


def test_templates_hold_no_words_of_a_language():
    templates = [
        path
        for path in (PACKAGE / "publish" / "templates").rglob("*")
        if path.suffix in {".j2", ".js", ".css", ".typ"}
    ]
    for path in templates:
        text = path.read_text(encoding="utf-8")
        shown = re.sub(r"^//.*$|/\*.*?\*/|\{#.*?#\}|[\u3000·]", "", text, flags=re.M | re.S)
        assert not CHINESE.search(shown), path.name
        if path.suffix == ".j2":
            bare = re.sub(r"<style.*?</style>|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", "", shown, flags=re.S)
            assert not re.search(r"[A-Za-z]{2,}", bare), path.name
