"""The PDF brief: two full pages, searchable, tagged, its data within, the same bytes each time."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import nbformat
import pandas as pd
import pikepdf
import pypdf
import pytest
import typst
from demo import AREA, WORDS, brief, executed
from matplotlib.figure import Figure
from nbconvert.exporters import get_exporter
from policy_charts import ORDINARY

from pls_analysis import blocks
from pls_analysis.charts import MissingGlyph
from pls_analysis.messages import Messages
from pls_analysis.publish import typeset
from pls_analysis.publish.pdf import PdfExporter

LANGS = ["zh", "en"]


def export(notebook: nbformat.NotebookNode) -> bytes:
    return PdfExporter().from_notebook_node(notebook)[0]


@pytest.fixture(scope="module", params=LANGS)
def report(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    return request.param, export(brief(request.param))


def texts(data: bytes) -> list[str]:
    """The text of each page without blanks, which Typst sets between Chinese and Latin."""
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return ["".join(page.extract_text().split()) for page in pages]


def packed(text: str) -> str:
    return "".join(text.split())


def test_nbconvert_knows_the_exporter_by_its_name():
    assert get_exporter("pls_pdf") is PdfExporter


def test_two_pages_of_a4(report: tuple[str, bytes]):
    reader = pypdf.PdfReader(io.BytesIO(report[1]))
    assert len(reader.pages) == 2
    for page in reader.pages:
        size = float(page.mediabox.width), float(page.mediabox.height)
        assert size == pytest.approx((595.3, 841.9), abs=0.1)


def test_everything_is_said_and_can_be_searched(report: tuple[str, bytes]):
    lang, data = report
    words, pages = WORDS[lang], texts(data)
    whole = "".join(pages)
    for text in (words["title"], words["org"], words["trend"], words["bars"], *words["sections"]):
        assert packed(text) in whole, "text of charts is text too"
    for row in words["target_rows"]:
        assert packed(row[0]) in whole
    assert "secret_code" not in whole
    assert packed(words["title"]) in pages[1], "the running head names the brief"
    assert packed(AREA[lang]) in pages[1]
    assert [f"—{number}—" in page for number, page in enumerate(pages, 1)] == [True, True]


def test_synthetic_data_is_marked_on_every_page(report: tuple[str, bytes]):
    lang, data = report
    assert all(packed(Messages(lang)("page.mark")) in page for page in texts(data))
    real = export(brief(lang, synthetic=False))
    assert not any(packed(Messages(lang)("page.mark")) in page for page in texts(real))


def test_fonts_are_embedded_subsets_of_the_package_own(report: tuple[str, bytes]):
    names = set()
    for page in pypdf.PdfReader(io.BytesIO(report[1])).pages:
        for font in page["/Resources"]["/Font"].values():  # pyright: ignore[reportIndexIssue]
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            names.add(str(inner["/BaseFont"]))
    assert all(name[7] == "+" for name in names), "a subset's name begins with six letters and +"
    assert {name[8:].partition("SC")[0] for name in names} == {"NotoSans", "NotoSerif"}


def test_tagged_for_archives_and_readers(report: tuple[str, bytes]):
    lang, data = report
    with pikepdf.open(io.BytesIO(data)) as opened:
        assert str(opened.Root.Lang) == {"zh": "zh-CN", "en": "en-GB"}[lang]
        assert opened.Root.MarkInfo.Marked
        with opened.open_metadata() as meta:
            assert meta["pdfaid:part"] == "3"
            assert meta["pdfuaid:part"] == "1"
            assert meta["dc:title"] == WORDS[lang]["title"]
        tags, alts = set(), []
        for thing in opened.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/StructElem":
                tags.add(str(thing.S))
                if "/Alt" in thing:
                    alts.append(str(thing.Alt))
    assert {"/H1", "/H2", "/P", "/Figure", "/Table", "/TH", "/TD", "/L"} <= tags
    assert len([alt for alt in alts if len(alt) > 40]) == 3


def test_the_reports_data_is_within(report: tuple[str, bytes]):
    attached = pypdf.PdfReader(io.BytesIO(report[1])).attachments
    assert list(attached) == ["data.csv"]
    frame = pd.read_csv(io.BytesIO(attached["data.csv"][0]), index_col=0)
    assert frame.shape == (24, 12)


def test_same_bytes_each_time_and_in_another_process(tmp_path: Path, report: tuple[str, bytes]):
    lang, data = report
    notebook = tmp_path / "out.ipynb"
    nbformat.write(brief(lang), notebook)
    command = [sys.executable, "-m", "nbconvert", "--to", "pls_pdf", "--log-level", "ERROR"]
    subprocess.run([*command, notebook.name], cwd=tmp_path, check=True)
    assert notebook.with_suffix(".pdf").read_bytes() == data
    made = pypdf.PdfReader(notebook.with_suffix(".pdf")).metadata or {}
    assert str(made["/CreationDate"]).startswith("D:20220630")


def test_the_pages_are_full(report: tuple[str, bytes]):
    """No page ends more than a few centimetres above its foot."""
    for page in pypdf.PdfReader(io.BytesIO(report[1])).pages:
        lowest: list[float] = []
        page.extract_text(
            visitor_text=lambda text, cm, tm, font, size, low=lowest: low.append(tm[5] or cm[5])
            if text.strip() else None
        )  # fmt: skip
        body = [y for y in lowest if y > 60]
        assert min(body) < 54 + 90


def test_the_fonts_are_read_once_for_all_exports_of_a_process(monkeypatch: pytest.MonkeyPatch):
    read = []
    fonts = typst.Fonts
    monkeypatch.setattr(typst, "Fonts", lambda **given: read.append(given) or fonts(**given))
    typeset.fonts.cache_clear()
    notebook = executed(blocks.masthead("简报", pages=1), "一段文字。")
    assert export(notebook) == export(notebook)
    assert len(read) == 1, "to measure and to set, for each report"


CHARTS_AS_DRAWN = """
import sys
import nbformat
from pls_analysis.publish.pdf import PdfExporter
data, _ = PdfExporter().from_notebook_node(nbformat.read(sys.argv[1], as_version=4))
print(len(data) > 10_000, {"matplotlib", "pandas", "numpy", "seaborn"} & set(sys.modules))
"""


def test_charts_that_are_taken_as_drawn_need_no_drawing_library(tmp_path: Path):
    notebook = executed(
        blocks.masthead("简报", pages=1),
        ORDINARY["bullets"](),
        blocks.table(["名", "数"], [["调解", str(number)] for number in range(30)]),
        ORDINARY["dot_strips"](),
    )
    nbformat.write(notebook, tmp_path / "out.ipynb")
    command = [sys.executable, "-c", CHARTS_AS_DRAWN, str(tmp_path / "out.ipynb")]
    made = subprocess.run(command, capture_output=True, text=True, check=True)
    assert made.stdout == "True set()\n"


@pytest.mark.parametrize(
    "notebook",
    [
        pytest.param(executed("𠮷田"), id="prose"),
        pytest.param(executed(blocks.table(["a"], [["𠮷田"]])), id="table"),
        pytest.param(executed(blocks.masthead("𠮷田简报")), id="masthead"),
    ],
)
def test_a_character_without_glyph_stops_the_brief(notebook: nbformat.NotebookNode):
    with pytest.raises(MissingGlyph, match=r"“𠮷” \(U\+20BB7\)"):
        export(notebook)


MARKUP = '#panic("x") $x$ *b* _i_ `c` @ref <label> \\ ~ [x] // c /* d */ = h - l + e 1. --- \'"'


def test_text_of_a_workbook_is_never_markup():
    notebook = executed(
        blocks.masthead(MARKUP, org=MARKUP, area_name=MARKUP),
        blocks.points(MARKUP, [(MARKUP, MARKUP)]),
        blocks.strip([{"label": MARKUP, "value": "1", "unit": "件"}]),
        blocks.table([MARKUP, "b"], [[MARKUP, "1"]], MARKUP),
        blocks.notes([(MARKUP, MARKUP)]),
        blocks.imprint([MARKUP]),
    )
    whole = "".join(texts(export(notebook)))
    assert whole.count('#panic("x")') >= 10
    assert "/*d*/" in whole


def test_markdown_of_an_analyst():
    notebook = executed(
        "# 探索\n\n段落有**粗体**、*强调*、`代码`、~~删除~~和"
        "[链接](https://example.org)。  \n换行\n\n"
        "1. 一\n2. 二\n   - 内层\n\n> 引用\n\n```\nprint(1)\n```\n\n---\n\n"
        "| 街道 | 件 |\n|---|--:|\n| 柳荫 | 12 |\n\n![图](https://example.org/a.png) <br> <b>粗</b>"
    )
    whole = "".join(texts(export(notebook)))
    for text in ("探索", "粗体", "链接", "内层", "引用", "print(1)", "柳荫", "12"):
        assert text in whole


def test_an_analysts_own_figure_and_frame():
    figure = Figure(figsize=(4, 3))
    figure.subplots().plot([1, 3, 2])
    svg, png = io.StringIO(), io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        figure.savefig(svg, format="svg")
    figure.savefig(png, format="png")

    class Shown:
        def __init__(self, **forms: str) -> None:
            self.forms = {name.replace("_", "/"): value for name, value in forms.items()}

        def _repr_mimebundle_(self, include=None, exclude=None):
            return self.forms

    frame = pd.DataFrame({"街道": ["柳荫"], "件": [12]})
    data = export(executed(
        Shown(**{"image_svg+xml": svg.getvalue()}),
        Shown(image_png=base64.b64encode(png.getvalue()).decode()),
        frame,
    ))  # fmt: skip
    reader = pypdf.PdfReader(io.BytesIO(data))
    assert sum(len(page.images) for page in reader.pages) == 1
    assert "柳荫" in texts(data)[0]
    assert "3.0" in texts(data)[0], "the ticks of a figure whose text is text"


def test_a_brief_that_is_too_long_is_made_whole_and_says_so(caplog: pytest.LogCaptureFixture):
    rows = [[f"第{number}行", str(number)] for number in range(150)]
    notebook = executed(blocks.masthead("简报", pages=2), blocks.table(["名", "数"], rows))
    exporter = PdfExporter()
    exporter.log.propagate = True
    data, _ = exporter.from_notebook_node(notebook)
    pages = texts(data)
    assert len(pages) > 2
    assert all("名数" in page for page in pages), "a long table says its heads on each page"
    assert "第149行" in pages[-1]
    assert "more than the 2 it may have" in caplog.text


def test_a_warning_of_the_typesetter_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    broken = tmp_path / "brief.typ"
    source = typeset.TEMPLATE.read_text(encoding="utf-8")
    broken.write_text(source.replace('"Noto Serif SC"', '"No Such Font"'), encoding="utf-8")
    monkeypatch.setattr(typeset, "TEMPLATE", broken)
    with pytest.raises(RuntimeError, match=r"(?i)no such font"):
        export(brief())
