"""Write the sheets of the Excel annex as a workbook: looks, print set-up, always the same bytes."""

from __future__ import annotations

import datetime as dt
import io
import math
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
from pls_analysis.publish.entries import GENERAL, Entry, figure, is_signed, safe_text, words
from pls_analysis.publish.page import Page
from pls_analysis.publish.sheets import Sheet, sheets_of
from pls_analysis.text_tables import text_width

TYPEFACE = "Microsoft YaHei"
"""The sans-serif type that readers' machines have: a workbook cannot carry the house's own."""
TONES = {"good": TEAL, "warn": OCHRE, "bad": RED, "flat": MUTED, "jump": NAVY}
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
        made = _Lines(self, sheet.name, _widths(sheet))
        contents = self.say("annex.contents")
        head = [("← " + contents, "link"), (sheet.title, "title"), (self.page.running, "about"),
                (self.page.masthead.get("mark", ""), "mark")]  # fmt: skip
        at = made.head(head, sheet)
        self._set_up(made.sheet, made.widths, at, len(sheet.rows), first=2)
        if len(made.widths) > MANY_COLUMNS:
            made.sheet.freeze_panes = f"B{at + 1}"
        if sheet.kind == "data":
            last = f"{get_column_letter(len(made.widths))}{at + len(sheet.rows)}"
            made.sheet.auto_filter.ref = f"A{at}:{last}"
        made.table(sheet)
        made.link(1, contents)

    def _contents(self) -> None:
        """The first sheet: what the report is, and a link to every other sheet."""
        page, say, about = self.page, self.say, self.page.masthead
        rows = tuple(
            (words(one.name, "jump"), words(one.title), figure(len(one.rows), "", 0))
            for one in self.sheets
        )
        heads = tuple(say(f"annex.{key}") for key in ("sheet", "holds", "rows"))
        sheet = Sheet(say("annex.contents"), page.title, "contents", heads, rows)
        made = _Lines(self, sheet.name, _widths(sheet))
        head = [(about.get("org", ""), "org"), (page.title, "name"), (page.running, "about"),
                (self._dated(), "about"), (about.get("mark", ""), "mark")]  # fmt: skip
        at = made.head(head, sheet)
        self._set_up(made.sheet, made.widths, at, len(rows), first=1)
        made.table(sheet)
        for number, one in enumerate(self.sheets, at + 1):
            made.link(number, one.name)

    def _dated(self) -> str:
        about = self.page.masthead
        return " · ".join(filter(None, (about.get(key, "") for key in ("date", "issue", "office"))))

    def _set_up(self, made: Any, widths: Sequence[float], head: int, rows: int, first: int) -> None:
        """How the sheet prints, from row `first` on: on A4, fitted to its width, headed on each."""
        made.sheet_view.showGridLines = False
        wide = sum(widths) > PORTRAIT
        made.page_setup.orientation = "landscape" if wide else "portrait"
        made.page_setup.paperSize = A4
        made.page_setup.fitToHeight = 0
        made.sheet_properties.pageSetUpPr.fitToPage = True
        made.print_options.horizontalCentered = True
        made.print_title_rows = f"{head}:{head}"
        made.print_area = f"A{first}:{get_column_letter(len(widths))}{head + rows}"
        made.page_margins.left = made.page_margins.right = 0.5
        made.oddHeader.left.text = _printed_text(self.page.title)
        made.oddHeader.right.text = _printed_text(self.page.masthead.get("mark", ""))
        made.oddFooter.left.text = _printed_text(self.page.running)
        made.oddFooter.right.text = self.say("annex.page_of", page="&P", pages="&N")

    def cell(self, made: Any, entry: Entry, look: str, right: bool = False) -> Any:
        """One entry as a cell in the look of its row; text at the right where its column is."""
        value: Any = entry.value
        shape, is_text = entry.format, entry.is_text
        if not is_text and not self._has_room(shape):
            value, shape, is_text = entry.text, GENERAL, True
        quoted = is_text and is_signed(value)
        cell = WriteOnlyCell(made, safe_text(value) if is_text else value)
        if is_text:
            # Never what openpyxl makes of it: "=…" is a formula to it, and "#N/A" an error.
            cell.data_type = "s"
        key = (look, entry.tone, shape, is_text, right or not is_text, quoted)
        if key not in self.styles:
            self.styles[key] = _styled(made, *key)
        cell._style = self.styles[key]
        return cell

    def _has_room(self, shape: str) -> bool:
        known = self.book._number_formats  # pyright: ignore[reportAttributeAccessIssue]
        return shape in known or len(known) < MOST_FORMATS

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


class _Lines:
    """The rows of one sheet, written from the top."""

    def __init__(self, writer: _Writer, name: str, widths: Sequence[float]) -> None:
        self.writer, self.widths, self.count = writer, widths, 0
        self.sheet: Any = writer.book.create_sheet(name)
        for at, width in enumerate(widths, 1):
            self.sheet.column_dimensions[get_column_letter(at)].width = width

    def head(self, lines: Sequence[tuple[str, str]], sheet: Sheet) -> int:
        """Note what stands above a table; return the number of the row of its headings.

        Nothing is written yet: the sheet is to be set up before its first row.
        """
        self.lines = [line for line in lines if line[0]]
        self.right = [
            bool(sheet.rows) and not all(row[at].is_text for row in sheet.rows)
            for at in range(len(sheet.columns))
        ]
        at = len(self.lines) + 1
        self.sheet.freeze_panes = f"A{at + 1}"
        return at

    def table(self, sheet: Sheet) -> None:
        """Write what stands above, the headings, and the rows in turn on white and on grey."""
        for text, look in self.lines:
            size = LOOKS[look][1]
            lines = _lines_of(text, sum(self.widths) * 10 / size) if look in WRAPPED else 1
            self.add([words(text)], look, HEIGHTS[look] * lines)
            if look in WRAPPED and len(self.widths) > 1:
                last = get_column_letter(len(self.widths))
                self.sheet.merged_cells.add(f"A{self.count}:{last}{self.count}")
        heads = [words(head) for head in sheet.columns]
        self.add(heads, "head", self._height(heads) + 4)
        for number, row in enumerate(sheet.rows):
            look = "marked" if number in sheet.marked else ("even", "odd")[number % 2]
            self.add(row, look, self._height(row))

    def add(self, row: Sequence[Entry], look: str, height: float) -> None:
        self.count += 1
        self.sheet.row_dimensions[self.count].height = height
        right = self.right if look in IN_TABLE else [False] * len(row)
        self.sheet.append([
            self.writer.cell(self.sheet, entry, look, at_right)
            for entry, at_right in zip(row, right, strict=False)
        ])  # fmt: skip

    def _height(self, row: Sequence[Entry]) -> float:
        """Points for the longest of the texts, wrapped: not every program works that out."""
        lines = max(
            (_lines_of(entry.text, width) for entry, width in zip(row, self.widths, strict=True)),
            default=1,
        )
        return min(LINE_PT * lines + 3, HIGHEST_PT)

    def link(self, row: int, name: str) -> None:
        """Link the first cell of a written row to another sheet of the workbook."""
        place = f"{quote_sheetname(name)}!A1"
        self.sheet._hyperlinks.append(Hyperlink(ref=f"A{row}", location=place, display=name))


def _lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column, a little room left at its end."""
    return sum(max(1, math.ceil(text_width(line) / (width - 3))) for line in text.split("\n"))


def _styled(
    made: Any, look: str, tone: str, shape: str, is_text: bool, right: bool, quoted: bool
) -> Any:
    """The style of a cell: made on a cell of its own, and shared by all that look alike."""
    cell = WriteOnlyCell(made, "")
    colour, size, bold, fill = LOOKS[look]
    if tone in TONES:
        colour, bold = TONES[tone], bold or tone not in {"flat", "jump"}
    linked = tone == "jump" or look == "link"
    cell.font = Font(
        name=TYPEFACE, size=size, bold=bold, color=_argb(colour),
        underline="single" if linked else None,
    )  # fmt: skip
    in_table = look in IN_TABLE
    cell.alignment = Alignment(
        horizontal="right" if right else "left",
        vertical="top" if in_table and look != "head" else "center",
        wrap_text=is_text and (in_table or look in WRAPPED),
        indent=1 if in_table else 0,
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
    "link": (NAVY, 9, False, ""),
    "org": (RED, 14, True, ""),
    "name": (RED, 20, True, ""),
    "title": (NAVY, 14, True, ""),
    "about": (MUTED, 10, False, ""),
    "mark": (RED, 10, True, ""),
    "head": ("#ffffff", 10, True, NAVY),
    "odd": (INK, 10, False, GAP),
    "even": (INK, 10, False, ""),
    "marked": (INK, 10, True, BAND),
}
"""Colour, size, weight and ground of each kind of row."""
IN_TABLE = frozenset({"head", "odd", "even", "marked"})
WRAPPED = frozenset({"name", "title"})
"""Rows above a table whose text goes on over its whole width, on a line of its own if need be."""
HEIGHTS = {"link": 16.0, "org": 24.0, "name": 34.0, "title": 24.0, "about": 16.0, "mark": 18.0}
"""Points of the rows above a table."""
LINE_PT, HIGHEST_PT = 15.0, 400.0
"""Points of a line of text in a table; Excel has no row higher than 409."""


def _argb(colour: str) -> str:
    return "FF" + colour.removeprefix("#").upper()


def _printed_text(text: str) -> str:
    """A text as a header or footer takes it: "&" begins a code there."""
    return safe_text(text).replace("&", "&&")[:120]


def _widths(sheet: Sheet) -> list[float]:
    """As wide as the longest text of a column, within bounds; a long heading takes three lines."""
    widest = WIDEST_NOTE if sheet.kind == "notes" else WIDEST
    widths = []
    for at, head in enumerate(sheet.columns):
        needed = max((_letters(row[at].text) for row in sheet.rows), default=0)
        heading = min(text_width(head), max(NARROWEST, text_width(head) / 3))
        widths.append(min(max(needed, heading, NARROWEST) + 4, widest))
    return widths


def _letters(text: str) -> int:
    return max(map(text_width, text.split("\n")))
