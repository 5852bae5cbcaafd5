"""Read what people write (csv, toml, yaml) strictly: all that is wrong at once, file and line."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import tomllib
from collections.abc import Collection, Hashable, Iterable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import fuzz, process

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

Source = Path | Traversable

# Characters that no editor shows, yet make two equal-looking names differ.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SPREADSHEET_NUMBER = re.compile(r"\d+(?:\.\d+)?E\+\d+|\d+\.0+", re.IGNORECASE)


class ConfigError(ValueError):
    """Configuration that cannot be used; `problems` lists every fault found, one line each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[tuple[str, ...]]]:
        return type(self), (self.problems,)


class Problems:
    """Collect the faults of one file, so that a person can mend them in one go."""

    def __init__(self, source: Source) -> None:
        self.file = _shown(source)
        self.found: list[str] = []

    def add(self, text: str, line: int | None = None) -> None:
        """Note one fault, with its line number where there is one."""
        where = self.file if line is None else f"{self.file}, line {line}"
        self.found.append(f"{where}: {text}")

    def raise_if_any(self) -> None:
        """Raise ConfigError when a fault was noted."""
        if self.found:
            raise ConfigError(self.found)


def nearest(word: str, choices: Iterable[str], cutoff: float = 60) -> str | None:
    """Return the choice that looks most like `word`, or None when none comes near."""
    found = process.extractOne(word, list(choices), scorer=fuzz.ratio, score_cutoff=cutoff)
    return found[0] if found else None


def unknown(kind: str, word: str, choices: Iterable[str]) -> str:
    """Word the complaint about an unknown name: the nearest one, else all there are."""
    choices = list(choices)
    match = nearest(word, choices)
    hint = f'did you mean "{match}"?' if match else f"known are: {', '.join(choices)}"
    return f'unknown {kind} "{word}" ({hint})'


def read_text(source: Source) -> str:
    """Return the text of a UTF-8 file, without a byte order mark.

    Raises ConfigError when the file is missing or is not UTF-8.
    """
    try:
        return source.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError([f"{_shown(source)}: there is no such file"]) from None
    except UnicodeDecodeError as error:
        raise ConfigError(
            [
                f"{_shown(source)}: not UTF-8 text (byte {error.start}); "
                'save it as "CSV UTF-8" or with the encoding UTF-8'
            ]
        ) from None


def read_toml(source: Source) -> dict[str, Any]:
    """Return the tables of a toml file. Raises ConfigError naming the line of a syntax error."""
    try:
        return tomllib.loads(read_text(source))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{_shown(source)}: not valid TOML: {error}"]) from None


class _StrictLoader(_Loader):  # type: ignore[misc]
    """YAML in which a key may stand only once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[Hashable, int] = {}
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f'"{key}" stands on line {seen[key]} already', key_node.start_mark
                )
            seen[key] = line
        return super().construct_mapping(node, deep=deep)


def read_yaml(source: Source) -> Any:
    """Return what a yaml file holds (dicts, lists, scalars).

    Raises ConfigError with the line of a syntax error, of a key that stands twice and of
    invisible characters.
    """
    text = read_text(source)
    problems = Problems(source)
    for number, line in enumerate(text.splitlines(), start=1):
        if found := INVISIBLE.search(line):
            problems.add(f"invisible character U+{ord(found[0]):04X}; delete it", number)
    problems.raise_if_any()
    try:
        return yaml.load(text, Loader=_StrictLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problems.add(f"not valid YAML: {error.problem}", line)
    problems.raise_if_any()


def yaml_lines(source: Source) -> dict[tuple[Hashable, ...], int]:
    """Return the line on which each key or item of a yaml file stands, by its path from the top.

    The path of `b` in {a: [{b: 1}]} is ("a", 0, "b"). The file has to be one that read_yaml reads.
    """
    lines: dict[tuple[Hashable, ...], int] = {}
    root = yaml.compose(read_text(source), Loader=_Loader)
    waiting: list[tuple[tuple[Hashable, ...], Any]] = [((), root)] if root is not None else []
    while waiting:
        path, node = waiting.pop()
        lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                name = yaml.safe_load(key.value) if key.tag.endswith(":int") else key.value
                lines[*path, name] = key.start_mark.line + 1
                waiting.append(((*path, name), value))
        elif isinstance(node, yaml.SequenceNode):
            waiting += [((*path, place), item) for place, item in enumerate(node.value)]
    return lines


Row = tuple[int, dict[str, str]]


def read_rows(
    source: Source,
    problems: Problems,
    required: Collection[str],
    optional: Collection[str] = (),
    *,
    extra: bool = False,
) -> list[Row]:
    """Return the rows of a csv file, each as (line, {column: text without outer blanks}).

    Columns that are neither required nor optional are a fault unless `extra`. Faults go to
    `problems`; rows with too many or too few fields are left out. Optional columns that the
    file lacks read "".
    """
    try:
        reader = csv.reader(io.StringIO(read_text(source)), strict=True)
        header = [name.strip() for name in next(reader, [])]
        if not _header_fits(header, problems, required, optional, extra):
            return []
        absent = {name: "" for name in optional if name not in header}
        rows: list[Row] = []
        for fields in reader:
            if not any(fields):
                continue
            line = reader.line_num
            if len(fields) != len(header):
                problems.add(f"{len(fields)} fields, the header has {len(header)}", line)
                continue
            row = dict(zip(header, map(str.strip, fields), strict=True)) | absent
            rows.append((line, row))
    except csv.Error as error:
        problems.add(f"not valid CSV: {error}")
        return []
    except ConfigError as error:
        problems.found.extend(error.problems)
        return []
    _note_invisible(rows, problems)
    return rows


def read_date(text: str, column: str, line: int, problems: Problems) -> dt.date | None:
    """Read an ISO date; "" is None. A wrong one is noted."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        problems.add(f'{column} "{text}" is no date; write it as 2021-03-05', line)
        return None


def check_code(code: str, line: int, problems: Problems) -> bool:
    """Note a code that is empty or that a spreadsheet has turned into a rounded number."""
    if not code:
        problems.add("the code is missing", line)
    elif _SPREADSHEET_NUMBER.fullmatch(code):
        problems.add(
            f'code "{code}" was rounded by a spreadsheet; format the column as text '
            "and enter the code again",
            line,
        )
    else:
        return True
    return False


def _header_fits(
    header: list[str],
    problems: Problems,
    required: Collection[str],
    optional: Collection[str],
    extra: bool,
) -> bool:
    missing = [name for name in required if name not in header]
    repeated = sorted({name for name in header if header.count(name) > 1})
    known = [*required, *optional]
    strange = [name for name in header if name not in known]
    if missing:
        problems.add(f"missing column {', '.join(missing)}", 1)
    if repeated:
        problems.add(f"column {', '.join(repeated)} stands more than once", 1)
    if not extra:
        for name in strange:
            problems.add(unknown("column", name, known), 1)
    return not missing and not repeated and (extra or not strange)


def _note_invisible(rows: Iterable[Row], problems: Problems) -> None:
    for line, row in rows:
        for column, text in row.items():
            # isascii first: nearly all cells of codes and dates end there.
            if not text.isascii() and (found := INVISIBLE.search(text)):
                problems.add(f"invisible character U+{ord(found[0]):04X} in {column}", line)


def _shown(source: Source) -> str:
    """Name a file as a person knows it: its folder and its name."""
    return "/".join(Path(str(source)).parts[-2:])
