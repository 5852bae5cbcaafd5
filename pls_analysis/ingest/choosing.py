"""Which form spec a table is read by, told by its title, its sheet and its file."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence

from pls_analysis.configs import nearest
from pls_analysis.ingest import words
from pls_analysis.ingest.extraction import Context, Extraction
from pls_analysis.ingest.forms import Form
from pls_analysis.ingest.layout import Table
from pls_analysis.ingest.timing import as_title, names_of, periods_in, table_period
from pls_analysis.periods import CALENDAR


def choose_form(table: Table, sheet: str, context: Context, out: Extraction) -> Form | None:
    """The one form spec that fits a table; None where none or several do, which is logged."""
    fitting = [form for form in context.forms if fits(form, table, out.file, sheet)]
    if len({form.id for form in fitting}) == 1:
        fitting = _in_force(fitting, table, out.file, sheet)
    if len(fitting) == 1:
        return fitting[0]
    if not table.records:
        return None
    boxes = [record.box for record in table.records]
    said = "".join(table.titles[:1]) or "without a title"
    if fitting:
        names = ", ".join(form.source for form in fitting)
        message = f"The table {said} fits several form specs ({names})."
        out.log("error", "form_ambiguous", message, sheet, boxes, "Make their `match:` narrower.")
    else:
        near = nearest(said, (form.title for form in context.forms), cutoff=50)
        message = f"No form spec fits the table {said}" + (f" (nearest: {near})." if near else ".")
        remedy = "Add a spec to config/forms, or an alias to the title it matches."
        out.log("warning", "form_unknown", message, sheet, boxes, remedy)
    return None


def _in_force(versions: list[Form], table: Table, file: str, sheet: str) -> list[Form]:
    """The version of one form that serves the table's period; without a period the latest, which
    then says that the period is missing.
    """
    period = table_period(versions[0], table, file, sheet)
    if period is None:
        return versions[-1:]
    return [form for form in versions if form.serves(period)]


def said_by_name(path: str, forms: Sequence[Form]) -> object:
    """What the name of a file alone tells: which forms it may be, and for which period."""
    named = [form for form in forms if fnmatch.fnmatch(path, form.match.get("file", "*"))]
    told = tuple(form.source for form in named if "file" in form.match)
    if not any("file" in form.period_sources for form in named):
        return told, ()
    said = (periods_in(as_title(name), CALENDAR) for name in names_of(path))
    return told, next(filter(None, said), ())


def fits(form: Form, table: Table, file: str, sheet: str) -> bool:
    """Say whether a form's `match` holds for a table: its title, file and sheet."""
    match = form.match
    if "file" in match and not fnmatch.fnmatch(file, match["file"]):
        return False
    if "sheet" in match and not re.search(match["sheet"], sheet):
        return False
    said = words.squeeze("".join((*table.titles, *(box.text for box in table.facts))))
    titles = match.get("title", [])
    titles = [titles] if isinstance(titles, str) else titles
    return not titles or any(words.squeeze(title) in said for title in titles)
