"""Write the sheets of the Excel annex as a workbook: looks, print set-up, always the same bytes."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.xml.functions import tostring

from pls_analysis.charts.theme import BAND, GAP, GRID, INK, MUTED, NAVY, OCHRE, RED, TEAL
from pls_analysis.messages import Messages
from pls_analysis.publish.entries import GENERAL, Entry, is_formula, safe_text, words
from pls_analysis.publish.page import Page
from pls_analysis.publish.sheets import Sheet, sheets_of
from pls_analysis.text_tables import text_width

TYPEFACE = "Microsoft YaHei"
"""The sans-serif type that readers' machines have: a workbook cannot carry the house's own."""
TONES = {"good": TEAL, "warn": OCHRE, "bad": RED, "flat": MUTED}
NARROWEST, WIDEST, WIDEST_NOTE = 8, 44, 90
"""Widths of columns in letters, a Chinese one counting two; a longer text is wrapped."""
PORTRAIT = 96
"""Letters that fit an upright A4 page."""
MANY_COLUMNS = 6
"""From so many columns on the first stays in view."""
MOST_FORMATS = 180
"""Number formats that a workbook may have; Excel gives up at about two hundred."""
A4 = 9
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first day that a zip file can name."""


def workbook(page: Page) -> bytes:
    """The annex of a page as .xlsx: contents, tables, charts' data, attached data, notes."""
    return _Writer(page).bytes()


class _Writer:
    """A workbook in the making, with its styles made once each."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.say = Messages(page.lang)
        self.sheets = sheets_of(page)
        self.book = Workbook(write_only=True)
        self.styles: dict[tuple[Any, ...], Any] = {}

    def bytes(self) -> bytes:
        self._contents()
        for sheet in self.sheets:
            self._sheet(sheet)
        self._about()
        made = io.BytesIO()
        self.book.save(made)
        return self._settled(made)

    def _sheet(self, sheet: Sheet) -> None:
        made = self._added(sheet.name)
        widths = _widths(sheet)
        head = [[words("← " + self.say("annex.contents"))], [words(sheet.title)],
                [words(self.page.running)]]  # fmt: skip
        looks = ["link", "title", "about"]
        if mark := self.page.masthead.get("mark", ""):
            head.append([words(mark)])
            looks.append("mark")
        at = len(head) + 1
        self._set_up(made, widths, at, len(sheet.rows))
        made.freeze_panes = f"{'B' if len(widths) > MANY_COLUMNS else 'A'}{at + 1}"
        if sheet.kind == "data":
            made.auto_filter.ref = f"A{at}:{get_column_letter(len(widths))}{at + len(sheet.rows)}"
        for look, row in zip(looks, head, strict=True):
            self._row(made, row, look)
        self._link(made, 1, self.say("annex.contents"))
        self._row(made, [words(head) for head in sheet.columns], "head")
        for number, row in enumerate(sheet.rows):
            look = "marked" if number in sheet.marked else ("even", "odd")[number % 2]
            self._row(made, row, look)

    def _contents(self) -> None:
        """The first sheet: what the report is, and a link to every other sheet."""
        page, say = self.page, self.say
        about = page.masthead
        made = self._added(say("annex.contents"))
        head = [(about.get("org", ""), "org"), (page.title, "name"), (page.running, "about"),
                (self._dated(), "about"), (about.get("mark", ""), "mark")]  # fmt: skip
        head = [(text, look) for text, look in head if text]
        names = [sheet.name for sheet in self.sheets]
        widths = [max(map(text_width, names)) + 4, 46, 8]
        self._set_up(made, widths, len(head) + 1, len(names))
        made.freeze_panes = f"A{len(head) + 2}"
        for text, look in head:
            self._row(made, [words(text)], look)
        heads = ("annex.sheet", "annex.holds", "annex.rows")
        self._row(made, [words(say(key)) for key in heads], "head")
        for number, sheet in enumerate(self.sheets):
            count = Entry(len(sheet.rows), str(len(sheet.rows)), "#,##0")
            row = [words(sheet.name), words(sheet.title), count]
            self._row(made, row, ("even", "odd")[number % 2], linked=True)
            self._link(made, len(head) + 2 + number, sheet.name)

    def _dated(self) -> str:
        about = self.page.masthead
        return " · ".join(filter(None, (about.get(key, "") for key in ("date", "issue", "office"))))

    def _added(self, name: str) -> Any:
        return self.book.create_sheet(name)

    def _set_up(self, made: Any, widths: Sequence[float], head: int, rows: int) -> None:
        """Widths, and how the sheet prints: A4, fitted to the width, its head on every page."""
        for at, width in enumerate(widths, 1):
            made.column_dimensions[get_column_letter(at)].width = width
        made.sheet_view.showGridLines = False
        wide = sum(widths) > PORTRAIT
        made.page_setup.orientation = "landscape" if wide else "portrait"
        made.page_setup.paperSize = A4
        made.page_setup.fitToHeight = 0
        made.sheet_properties.pageSetUpPr.fitToPage = True
        made.print_options.horizontalCentered = True
        made.print_title_rows = f"{head}:{head}"
        first = 2 if head > 1 and made.title != self.say("annex.contents") else 1
        made.print_area = f"A{first}:{get_column_letter(len(widths))}{head + rows}"
        made.page_margins.left = made.page_margins.right = 0.5
        made.oddHeader.left.text = _printed_text(self.page.title)
        made.oddHeader.right.text = _printed_text(self.page.masthead.get("mark", ""))
        made.oddFooter.left.text = _printed_text(self.page.running)
        made.oddFooter.right.text = self.say("annex.page_of", page="&P", pages="&N")

    def _row(self, made: Any, row: Sequence[Entry], look: str, linked: bool = False) -> None:
        roles = ["jump" if linked else "", *[""] * len(row)]
        made.append([self._cell(made, *pair, look) for pair in zip(row, roles, strict=False)])

    def _cell(self, made: Any, entry: Entry, role: str, look: str) -> Any:
        if entry.is_text:
            cell = WriteOnlyCell(made, safe_text(str(entry.value)))
            # Never what openpyxl makes of it: "=…" is a formula to it, and "#N/A" an error.
            cell.data_type = "s"
            shape, quoted = GENERAL, is_formula(str(entry.value))
        elif entry.format != GENERAL and not self._has_room(entry.format):
            return self._cell(made, words(entry.text, entry.tone), role, look)
        else:
            cell = WriteOnlyCell(made, entry.value)  # pyright: ignore[reportArgumentType]
            shape, quoted = entry.format, False
        cell._style = self._style(made, look, role, shape, entry.tone, entry.is_text, quoted)
        return cell

    def _has_room(self, shape: str) -> bool:
        known = self.book._number_formats  # pyright: ignore[reportAttributeAccessIssue]
        return shape in known or len(known) < MOST_FORMATS

    def _style(self, made: Any, *key: Any) -> Any:
        if key not in self.styles:
            self.styles[key] = _styled(made, *key)
        return self.styles[key]

    def _link(self, made: Any, row: int, name: str) -> None:
        """Link the first cell of a row to another sheet of the workbook."""
        place = f"{quote_sheetname(name)}!A1"
        made._hyperlinks.append(Hyperlink(ref=f"A{row}", location=place, display=name))

    def _about(self) -> None:
        """The workbook's own description: the day of the report, never that of the clock."""
        about, properties = self.page.masthead, self.book.properties
        properties.title = safe_text(" · ".join(filter(None, (self.page.title, self.page.running))))
        properties.creator = safe_text(about.get("org", "")) or None
        properties.description = about.get("mark", "") or None
        properties.language = self.page.lang
        properties.created = self._day()

    def _day(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.page.timestamp, dt.UTC).replace(tzinfo=None)

    def _settled(self, made: io.BytesIO) -> bytes:
        """The same files in a zip that holds no time but the report's."""
        self.book.properties.modified = self._day()
        day = max(self._day().timetuple()[:6], EARLIEST)
        settled = io.BytesIO()
        with zipfile.ZipFile(made) as source, zipfile.ZipFile(settled, "w") as target:
            for name in source.namelist():
                data = source.read(name)
                if name == "docProps/core.xml":
                    data = tostring(self.book.properties.to_tree())
                elif name.startswith("xl/worksheets/sheet"):
                    data = data.replace(b"</headerFooter>", CODES_ARE_TEXTS)
                file = zipfile.ZipInfo(name, day)
                file.compress_type, file.create_system = zipfile.ZIP_DEFLATED, 0
                target.writestr(file, data)
        return settled.getvalue()


CODES_ARE_TEXTS = (
    b'</headerFooter><ignoredErrors><ignoredError sqref="A1:XFD1048576" '
    b'numberStoredAsText="1"/></ignoredErrors>'
)
"""No green corners on the codes of areas: Excel takes them for numbers stored by mistake."""


def _styled(
    made: Any, look: str, role: str, shape: str, tone: str, is_text: bool, quoted: bool
) -> Any:
    """The style of a cell: made on a cell of its own, and shared by all that look alike."""
    cell = WriteOnlyCell(made, "")
    colour, size, bold, fill = LOOKS[look]
    if tone in TONES:
        colour, bold = TONES[tone], tone != "flat"
    cell.font = Font(
        name=TYPEFACE, size=size, bold=bold, color=_argb(NAVY if role == "jump" else colour),
        underline="single" if role == "jump" or look == "link" else None,
    )  # fmt: skip
    in_table = look in IN_TABLE
    cell.alignment = Alignment(
        horizontal="left" if is_text else "right",
        vertical="center" if look == "head" else "top" if in_table else "center",
        wrap_text=in_table and is_text,
    )
    if fill:
        cell.fill = PatternFill("solid", fgColor=_argb(fill))
    if in_table:
        edge = Side(style="thin", color=_argb(GRID))
        cell.border = Border(bottom=edge, top=edge, left=edge, right=edge)
    cell.number_format = shape
    cell.quotePrefix = quoted
    return cell._style


LOOKS = {
    "link": (NAVY, 9, False, ""), "org": (RED, 14, True, ""), "name": (RED, 20, True, ""),
    "title": (NAVY, 14, True, ""), "about": (MUTED, 10, False, ""), "mark": (RED, 10, True, ""),
    "head": ("#ffffff", 10, True, NAVY), "odd": (INK, 10, False, GAP), "even": (INK, 10, False, ""),
    "marked": (INK, 10, True, BAND),
}  # fmt: skip
"""Colour, size, weight and ground of each kind of row."""
IN_TABLE = frozenset({"head", "odd", "even", "marked"})


def _argb(colour: str) -> str:
    return "FF" + colour.removeprefix("#").upper()


def _printed_text(text: str) -> str:
    """A text as a header or footer takes it: "&" begins a code there."""
    return safe_text(text).replace("&", "&&")[:120]


def _widths(sheet: Sheet) -> list[float]:
    """As wide as the longest text of a column, within bounds; a heading may be wrapped in two."""
    widest = WIDEST_NOTE if sheet.kind == "notes" else WIDEST
    widths = []
    for at, head in enumerate(sheet.columns):
        needed = max((_letters(row[at].text) for row in sheet.rows), default=0)
        heading = text_width(head) / (2 if text_width(head) > 2 * NARROWEST else 1)
        widths.append(min(max(needed, heading, NARROWEST) + 2, widest))
    return widths


def _letters(text: str) -> int:
    return max(map(text_width, text.split("\n")))
