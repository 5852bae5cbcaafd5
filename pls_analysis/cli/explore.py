"""Commands for any workbook, without a form spec: preview, draft-form."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

from pls_analysis.cli.output import counted, example, json_option, show

FILE = click.Path(path_type=Path, dir_okay=False)
SHEET = click.option("--sheet", help="Only the sheet of this name.")


@click.command(
    epilog=example("pls preview report.xls", "pls preview report.xls --html report.html")
)
@click.argument("file", type=FILE)
@SHEET
@click.option("--rows", type=click.IntRange(min=1), default=200, show_default=True,
              help="Rows of each sheet to show, from the top.")  # fmt: skip
@click.option("--html", type=FILE, help="Write one HTML page instead, such as preview.html.")
@json_option
def preview(file: Path, sheet: str | None, rows: int, html: Path | None, as_json: bool) -> None:
    """Show what is found in any workbook FILE: tables, and the role of each cell.

    No project and no form spec is needed. A letter before each text says its role; ! marks a
    figure that would not be used, or with which no sum agrees.
    """
    from pls_analysis.explore.preview import preview as look

    if html is not None and html.suffix.lower() not in (".html", ".htm"):
        raise click.BadParameter(f"{html.name} does not end in .html", param_hint="--html")
    found = look(file, sheet, rows)
    if html is not None:
        from pls_analysis.publish.webfonts import fonts_for

        html.write_text(found.html(fonts_for(found.html())), encoding="utf-8")
        click.echo(f"the preview is in {html}")
    elif as_json:
        show(found.cells(), as_json)
    else:
        terminal = sys.stdout.isatty()
        width = shutil.get_terminal_size().columns if terminal else 0
        click.echo(found.text(width, terminal and not os.environ.get("NO_COLOR")))


@click.command(
    "draft-form",
    epilog=example("pls draft-form report.xls", "pls draft-form report.xls --form births"),
)
@click.argument("file", type=FILE)
@SHEET
@click.option("--table", type=click.IntRange(min=1),
              help="The table of that number in pls preview; by default the largest.")  # fmt: skip
@click.option("--form", help="The form's id, such as town_monthly; by default made of its title.")
@click.option("--out", type=click.Path(path_type=Path),
              help="A folder or a .yml file; by default config/forms of the project.")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite a spec of that name.")
def draft_form(
    file: Path,
    sheet: str | None,
    table: int | None,
    form: str | None,
    out: Path | None,
    force: bool,
) -> None:
    """Draft a form spec from a table of any workbook FILE, for a person to finish.

    It is held against the file at once: what it does not read is said in its head. Each guess in
    it is marked "please check".
    """
    from pls_analysis.explore.drafting import draft_form as write

    draft = write(file, sheet, table, form, out, force)
    on, number = draft.tables[0]
    others = f" and {counted(len(draft.tables) - 1, 'other')}" if len(draft.tables) > 1 else ""
    click.echo(f"{draft.path}: table {number} of sheet {on}{others}, {draft.title}")
    marked = draft.text.count("please check:")
    click.echo(
        f"it reads {draft.read:,} of {draft.figures:,} figures; "
        f"{counted(marked, 'place')} to check, each marked in the file"
    )


COMMANDS = (preview, draft_form)
