"""The command on the policy: assess."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from pls_analysis.cli.output import counted, example, json_option, parsed, show
from pls_analysis.periods import parse_day
from pls_analysis.project import find_project

COLUMNS = ("target", "name", "status", "value", "required", "gap", "unit", "end")
DECIMALS = 4


@click.command(
    epilog=example(
        "pls assess --as-of 2022-06-30",
        "pls assess --area 440103 --as-of 2022-06 --json",
        "pls assess --indicator lawyers",
    )
)
@click.option("--as-of", callback=parsed(parse_day),
              help="A day, or a period; by default the last day that was filed.")  # fmt: skip
@click.option("--area", help="An area's code or confirmed name; by default home.")
@click.option("--indicator", help="Only this indicator or target.")
@json_option
def assess(as_of: dt.date | None, area: str | None, indicator: str | None, as_json: bool) -> None:
    """Judge every target of the policy for an area, with the figures and cells behind it."""
    from pls_analysis.policies import assessments

    project = find_project()
    try:
        found = assessments(project, as_of, area, indicator)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--indicator") from None
    if as_json:
        show([one.as_row() for one in found], as_json)
        return
    rows = [one.as_row() | {"name": one.entry.name[project.lang]} for one in found]
    show([{key: _short(row[key]) for key in COLUMNS} for row in rows], as_json, COLUMNS,
         "no target is this area's")  # fmt: skip
    counts: dict[str, int] = {}
    for one in found:
        counts[one.status] = counts.get(one.status, 0) + 1
    said = ", ".join(f"{number} {status}" for status, number in counts.items())
    click.echo(f"{counted(len(found), 'target')}: {said}" if found else "")


def _short(value: Any) -> Any:
    """Return a number with no more decimals than a line has room for."""
    if not isinstance(value, float):
        return value
    rounded = round(value, DECIMALS)
    return int(rounded) if rounded == int(rounded) else rounded


COMMANDS = (assess,)
