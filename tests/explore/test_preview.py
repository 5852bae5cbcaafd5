"""The preview: each cell in the colour of its role, in a terminal, a notebook and a page."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from drawing import draw

import pls_analysis as pls
from pls_analysis.cli import main
from pls_analysis.explore import page, terminal
from pls_analysis.explore.preview import view_sheet
from pls_analysis.explore.roles import ROLES
from pls_analysis.ingest.layout import detect
from pls_analysis.text_tables import text_width

SHEET = """
| 柳荫区月报（2022年6月） | < | < | < | < |
| 填报单位：柳荫街道 | | | 单位：件 | |
| 项目 | 受理 | < | 办结 | 备注 |
| ^ | 合计 | 其中上门 | ^ | ^ |
| 邻里纠纷 | 12 | 3 | 10 | 见附件 |
| 婚姻家庭 | 30 | 约8 | 25 | |
| 合计 | 42 | 11 | 36 | |
| 注：不含线上受理 | | | | |
"""


def view(picture: str = SHEET, **options):
    return view_sheet(detect(draw(picture)), **options)


def by_address(sheet) -> dict[str, object]:
    return {cell.tip().split(" ")[0]: cell for cell in sheet.cells}


def test_every_filled_cell_is_shown_with_its_role():
    cells = by_address(view())
    roles = {address: cell.role for address, cell in cells.items()}
    assert roles["A1"] == "title"
    assert roles["B4"] == "header"
    assert roles["A5"] == "key"
    assert (roles["D5"], roles["D7"], roles["B5"]) == ("value", "total", "total")
    assert roles["E5"] == "attribute"
    assert roles["A8"] == "note"
    assert len(cells) == len(detect(draw(SHEET)).grid.boxes)


def test_a_cell_says_its_place_and_what_is_wrong_with_it():
    tip = by_address(view())["C6"].tip()
    assert tip.startswith("C6 · value · 婚姻家庭 × 受理/上门 · unit 件")
    assert "approximate" in tip


def test_a_sum_that_fails_is_marked():
    failing = """
    | 地区 | 受理 | 办结 | 成功 |
    | 柳荫街道 | 12 | 10 | 9 |
    | 塘桥镇 | 30 | 25 | 20 |
    | 宣桥镇 | 41 | 35 | 30 |
    | 合计 | 83 | 79 | 59 |
    """
    cells = by_address(view(failing))
    assert "its sums say 70" in cells["C5"].tip()
    assert [address for address, cell in cells.items() if cell.is_doubtful] == ["C5"]


def test_every_role_that_a_layout_gives_has_a_look_of_its_own():
    from typing import get_args

    from pls_analysis.ingest.layout import Role

    assert set(get_args(Role)) <= ROLES.keys()
    looks = list(ROLES.values())
    for name in ("letter", "day", "night"):
        assert len({getattr(look, name) for look in looks}) == len(looks)


# -- in a terminal -----------------------------------------------------------------------------


def test_columns_line_up_by_the_width_of_what_they_hold():
    lines = terminal.text((view(),), 0, 0, False).splitlines()
    rows = [line for line in lines if re.match(r" *\d+ \|", line)]
    ends = [text_width(re.split(r"V!? ", line)[0]) for line in rows if "V" in line]
    assert len(ends) == 2
    assert len(set(ends)) == 1
    assert "V!" in "".join(rows)


@pytest.mark.parametrize("width", [40, 60, 100])
def test_no_line_of_the_grid_is_wider_than_the_window(width: int):
    wide = "| 项目 |" + " 受理纠纷总数 |" * 9 + "\n| 甲类 |" + " 1234567 |" * 9
    text = terminal.text((view(wide),), 0, width, False)
    grid = [line for line in text.splitlines() if re.match(r" *\d+ ", line)]
    assert grid
    assert max(map(text_width, grid)) <= width
    assert ("needs a wider window" in text) is (width < 100)


def test_colour_is_only_an_addition():
    plain = terminal.text((view(),), 0, 0, False)
    painted = terminal.text((view(),), 0, 0, True)
    assert "\x1b" not in plain
    assert "\x1b[38;5;16;48;5;" in painted
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == "\n".join(
        line for line in painted_lines(plain, painted)
    )


def painted_lines(plain: str, painted: str) -> list[str]:
    """The lines of the plain text, with the blanks that colour keeps at the ends of lines."""
    bare = re.sub(r"\x1b\[[\d;]*m", "", painted).splitlines()
    assert [line.rstrip() for line in bare] == [line.rstrip() for line in plain.splitlines()]
    return bare


def test_a_workbook_cannot_command_the_terminal(tmp_path: Path):
    from openpyxl import Workbook

    path = tmp_path / "a.xlsx"
    book = Workbook()
    book.active.append(["项目", "_x001B_[2J受理"])
    book.active.append(["甲", 1])
    book.save(path)
    assert "\x1b" not in str(pls.preview(path))


def test_a_long_sheet_shows_its_first_rows_and_says_so(tmp_path: Path):
    tall = "| 年份 | 受理 |\n" + "\n".join(f"| {1950 + n}年 | {n * 7} |" for n in range(60))
    sheet = view(tall, rows=10)
    assert max(cell.row for cell in sheet.cells) == 10
    assert sheet.left_out() == "Shown: the first 10 of 61 rows."
    assert sheet.left_out() in terminal.text((sheet,), 0, 0, False)
    assert sheet.left_out() in page.page("a.xlsx", (sheet,), 0)


# -- as a page ---------------------------------------------------------------------------------


class Grid(HTMLParser):
    """Lays the cells of a page's first table out by row and column, spans and all."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[int, str]] = []
        self.taken: dict[tuple[int, int], str] = {}
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "tr":
            self.rows.append({})
        if tag in ("td", "th") and self.rows:
            self._place(dict(attrs))

    def _place(self, attrs: dict[str, str | None]) -> None:
        row, col = len(self.rows) - 1, 0
        while (row, col) in self.taken:
            col += 1
        for down in range(int(attrs.get("rowspan") or 1)):
            for right in range(int(attrs.get("colspan") or 1)):
                assert (row + down, col + right) not in self.taken
                self.taken[row + down, col + right] = attrs.get("class") or ""


def test_the_page_lays_out_merges_as_the_sheet_does():
    grid = Grid()
    sheet = view()
    grid.feed(page.page("a.xlsx", (sheet,), 0))
    assert {col for _, col in grid.taken} == set(range(sheet.last_col + 1))
    widths = [sum(r == row for r, _ in grid.taken) for row in range(len(grid.rows))]
    assert widths == [sheet.last_col + 1] * (sheet.last_row + 1)
    assert "title" in grid.taken[1, 5]
    assert "header" in grid.taken[4, 1]


def test_merges_that_overlap_lose_no_cell_and_break_no_row():
    from dataclasses import replace

    from pls_analysis.ingest.cells import Span

    sheet = replace(draw(SHEET), merges=(Span(1, 1, 8, 5), Span(3, 2, 6, 4)))
    seen = view_sheet(detect(sheet))
    grid = Grid()
    grid.feed(page.page("a.xlsx", (seen,), 0))
    assert sum(one == "td" for one in grid.tags) >= len(seen.cells)
    assert {col for _, col in grid.taken} == set(range(seen.last_col + 1))


def test_the_page_needs_no_network_and_runs_no_script(yearbook: Path):
    html = pls.preview(yearbook).html()
    grid = Grid()
    grid.feed(html)
    assert "script" not in grid.tags
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "2021&lt;b&gt;" in html
    assert not {"img", "link", "iframe"} & set(grid.tags)
    assert not [name for name, _ in grid.attributes if name.startswith("on") or name in ("src",)]
    assert "default-src 'none'" in html
    assert not re.search(r"https?://|url\(", html)


def test_tables_are_outlined_and_marks_can_be_seen(yearbook: Path):
    html = pls.preview(yearbook)._repr_html_()
    assert re.search(r'class="header [^"]*\bel\b[^"]*\bet\b', html)
    assert re.search(r'class="value num doubt hid', html)
    assert re.search(r"<s>97.25\D*</s>", html)
    assert '<th scope="row" class="hid" title="hidden">6</th>' in html
    for role in ("title", "header", "key", "total", "note"):
        assert f'data-r="{ROLES[role].letter}"' in html


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_and_says_what_a_cell_is(
    chromium: Path, yearbook: Path, tmp_path: Path, scheme: str
):
    from playwright.sync_api import sync_playwright

    file = tmp_path / "preview.html"
    file.write_text(pls.preview(yearbook).html(), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium))
        shown = browser.new_page(viewport={"width": 390, "height": 760}, color_scheme=scheme)
        complaints: list[str] = []
        shown.on("console", lambda message: complaints.append(message.text))
        shown.goto(file.as_uri())
        assert shown.evaluate("document.documentElement.scrollWidth") == 390
        shown.locator("td.doubt").first.focus()
        tip = "getComputedStyle(document.activeElement, '::after').content"
        assert "approximate" in shown.evaluate(tip)
        assert complaints == []
        browser.close()


# -- as a command ------------------------------------------------------------------------------


def run(*arguments: str | Path):
    return CliRunner().invoke(main, ["preview", *map(str, arguments)])


def test_the_command_shows_text_without_colour_to_a_pipe(yearbook: Path, nowhere: Path):
    done = run(yearbook)
    assert done.exit_code == 0, done.output
    assert "table 1  A3:E7" in done.output
    assert "\x1b" not in done.output


def test_the_command_writes_a_page(yearbook: Path, tmp_path: Path, nowhere: Path):
    done = run(yearbook, "--html", tmp_path / "out.html")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_command_lists_cells_as_json(yearbook: Path, nowhere: Path):
    cells = json.loads(run(yearbook, "--json").output)
    found = {cell["cell"]: cell for cell in cells}
    assert (found["B5"]["role"], found["B5"]["key"], found["B5"]["heading"]) == (
        "total", "洋泾街道", "受理/合计",
    )  # fmt: skip


def test_the_command_refuses_what_ingest_refuses_and_spares_the_workbook(
    yearbook: Path, tmp_path: Path, nowhere: Path
):
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04 cut short")
    before = yearbook.read_bytes()
    for arguments, said in (
        ([bad], "cut short"),
        ([tmp_path / "absent.xlsx"], "no file"),
        ([yearbook, "--sheet", "Sheet9"], 'unknown sheet "Sheet9"'),
        ([yearbook, "--html", yearbook], "does not end in .html"),
    ):
        done = run(*arguments)
        assert done.exit_code == 2, done.output
        assert said in done.output or said == "cut short"
    assert yearbook.read_bytes() == before
