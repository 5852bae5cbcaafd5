"""What commands print: lists for people or as JSON, and how far long work has come."""

from __future__ import annotations

import datetime as dt
import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any

import click
from tqdm import tqdm

from pls_analysis.text_tables import text_table

json_option = click.option("as_json", "--json", is_flag=True, help="Print JSON instead of text.")


def example(*lines: str) -> str:
    """Return the end of a command's help: examples, one a line, kept as they are."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def comma_list(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Split a comma-separated option; the full-width comma counts too."""
    parts = (value or "").replace("，", ",").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def show(
    rows: Sequence[Mapping[str, Any]], as_json: bool, columns: Sequence[str] = (), empty: str = ""
) -> None:
    """Print rows as a JSON array, or the given columns as a table; `empty` where there is none."""
    if as_json:
        click.echo(json.dumps([_plain(row) for row in rows], ensure_ascii=False, indent=1))
    elif rows:
        names = columns or list(rows[0])
        click.echo(text_table([[_shown(row[name]) for name in names] for row in rows], names))
    else:
        click.echo(empty)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Make a row JSON-able: dates as text, what is missing as null."""
    return {key: _value(value) for key, value in row.items()}


def _value(value: Any) -> Any:
    if isinstance(value, dt.date):
        return None if value != value else value.isoformat()
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return _value(value)


class Progress:
    """How far long work has come: a bar on a terminal, plain lines elsewhere, both on stderr.

    Call it with (done, total, note); use it as a context. Notes are printed as lines; without
    notes, plain output gets a line at each tenth. Plain lines begin with the time, as a log's do;
    the bar says rate and time left.
    """

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.terminal = sys.stderr.isatty()
        self._bar: tqdm | None = None
        self._tenths = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Say that `done` of `total` are done."""
        if self.terminal:
            self._draw(done, total, note)
        elif note:
            self._log(f"[{done}/{total}] {note}")
        elif total and (tenths := done * 10 // total) > self._tenths:
            self._tenths = tenths
            self._log(f"{done} of {total} {self.unit}s")

    def _log(self, text: str) -> None:
        click.echo(f"{dt.datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {text}", err=True)

    def _draw(self, done: int, total: int, note: str) -> None:
        if self._bar is None:
            # What was done before it first called took no time: the rate is that of the rest.
            self._bar = tqdm(
                total=total, initial=done - 1, unit=self.unit, file=sys.stderr, leave=False
            )
        if note:
            self._bar.write(note, file=sys.stderr)
        self._bar.update(done - self._bar.n)


def counted(number: int, one: str, more: str = "") -> str:
    """Return a number with its noun: 1 file, 2 files."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def parsed(parse: Callable[[str], Any]) -> Callable[..., Any]:
    """Make an option's callback of a function that raises ValueError for a wrong text."""

    def callback(ctx: click.Context, param: click.Parameter, value: str | None) -> Any:
        if value is None:
            return None
        try:
            return parse(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None

    return callback


def lines(texts: Iterable[str]) -> None:
    """Print lines."""
    for text in texts:
        click.echo(text)
