"""What is read from a notebook: its outputs, never its code, and an analyst's own things too."""

from __future__ import annotations

import base64
import re

import matplotlib as mpl
import nbformat
import pandas as pd
import pytest
from demo import brief, executed
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from pls_analysis.publish.page import FailedNotebook, plain_text, read_page, section_number
from pls_analysis.publish.svg import clean_svg
from pls_analysis.publish.tables import tables_of


def shown(**data: str) -> nbformat.NotebookNode:
    """A notebook with one output: `text_html="…"` stands for text/html."""
    bundle = {name.replace("_", "/", 1): value for name, value in data.items()}
    cell = new_code_cell("code()", outputs=[new_output("execute_result", data=bundle)])
    return new_notebook(cells=[cell])


def texts(notebook: nbformat.NotebookNode) -> list[str]:
    return [
        plain_text(token) for part in read_page(notebook).parts for token in part.get("tokens", [])
    ]


def test_a_brief_is_read_whole():
    page = read_page(brief())
    kinds = [part["kind"] for part in page.parts]
    assert kinds[:2] == ["masthead", "points"]
    assert kinds.count("figure") == 3
    assert kinds[-1] == "imprint"
    assert page.title == "公共法律服务监测简报"
    assert page.running == "柳荫街道 · 2022年1—6月"
    assert [text for _, text in page.contents][:2] == ["一、基本情况", "二、目标对照"]
    assert [file["name"] for file in page.attachments] == ["data.csv"]
    assert page.timestamp == 1656547200  # 2022-06-30T00:00:00Z


@pytest.mark.parametrize(
    ("number", "zh"), [(1, "一、"), (9, "九、"), (10, "十、"), (11, "十一、"), (20, "二十、")]
)
def test_section_numbers(number: int, zh: str):
    assert section_number(number, "zh") == zh
    assert section_number(number, "en") == f"{number}. "


def test_headings_that_have_numbers_keep_them():
    notebook = brief()
    notebook.cells = [
        notebook.cells[1],
        new_markdown_cell("## 三、业务走势\n\n走势。\n\n## 说明\n\n口径。"),
    ]
    assert texts(notebook)[::2] == ["三、业务走势", "一、说明"]


def test_a_title_cell_gives_way_to_the_masthead_but_heads_a_page_without_one():
    notebook = brief()
    notebook.cells.insert(0, new_markdown_cell("# 街镇简报"))
    assert "街镇简报" not in texts(notebook)
    alone = new_notebook(cells=[new_markdown_cell("# 街镇简报\n\n正文")])
    assert read_page(alone).title == "街镇简报"
    assert texts(alone) == ["街镇简报", "正文"]


def test_a_failed_notebook_is_not_published():
    error = new_output("error", ename="KeyError", evalue="'area'", traceback=[])
    failed = new_notebook(cells=[new_code_cell("1"), new_code_cell("f()", outputs=[error])])
    with pytest.raises(FailedNotebook, match=r"Cell 2 ended in an error \(KeyError: 'area'\)"):
        read_page(failed)
    failed.cells[1].metadata["tags"] = ["raises-exception"]
    assert read_page(failed).parts == ()


@pytest.mark.parametrize("tag", ["remove-cell", "remove_cell", "remove-output"])
def test_tagged_outputs_are_left_out(tag: str):
    notebook = shown(text_plain="42")
    notebook.cells[0].metadata["tags"] = [tag]
    assert read_page(notebook).parts == ()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<Axes: xlabel='x'>", False),
        ("[<matplotlib.lines.Line2D at 0x7f>]", False),
        ("<Figure size 640x480 with 1 Axes>", False),
        ("None", False),
        ("3 < 4", True),
        ("合计 42", True),
    ],
)
def test_the_noise_of_objects_is_left_out(text: str, kept: bool):
    assert bool(read_page(shown(text_plain=text)).parts) is kept


def test_printed_text_is_kept_and_warnings_are_not():
    outputs = [
        new_output("stream", name="stdout", text="合计 42\n"),
        new_output("stream", name="stderr", text="UserWarning: /some/path\n"),
    ]
    page = read_page(new_notebook(cells=[new_code_cell("f()", outputs=outputs)]))
    assert page.parts == ({"kind": "output", "text": "合计 42"},)


def test_a_data_frame_becomes_a_table():
    frame = pd.DataFrame({"街道": ["柳荫", "城关"], "件": [12, 1034.5]})
    (made,) = tables_of(frame.to_html())
    assert [column["label"] for column in made["columns"]] == ["街道", "件"]
    assert [column["align"] for column in made["columns"]] == ["left", "right"]
    assert [[cell["text"] for cell in row] for row in made["rows"]] == [
        ["柳荫", "12.0"],
        ["城关", "1034.5"],
    ]


def test_a_frame_with_levels_keeps_every_row_whole():
    index = pd.MultiIndex.from_tuples(
        [("柳荫", "一季度"), ("柳荫", "二季度")], names=["街道", "期"]
    )
    columns = pd.MultiIndex.from_tuples([("调解", "受理"), ("调解", "成功")])
    (made,) = tables_of(pd.DataFrame([[1, 2], [3, 4]], index=index, columns=columns).to_html())
    assert [cell["text"] for cell in made["rows"][1]] == ["柳荫", "二季度", "3", "4"]
    assert [column["label"] for column in made["columns"]][2:] == ["调解 · 受理", "调解 · 成功"]


def test_a_styled_frame_is_read_by_its_text():
    frame = pd.DataFrame({"率": [0.985]}, index=["柳荫"])
    (made,) = tables_of(frame.style.format("{:.1%}").set_caption("成功率").to_html())
    assert made["caption"] == "成功率"
    assert made["rows"][0][-1]["text"] == "98.5%"


def test_an_attached_picture_becomes_a_picture_with_its_own_words():
    cell = new_markdown_cell("前\n\n![示意图](attachment:map.png)\n\n后")
    cell["attachments"] = {"map.png": {"image/png": base64.b64encode(b"png").decode()}}
    kinds = [
        (part["kind"], part.get("alt")) for part in read_page(new_notebook(cells=[cell])).parts
    ]
    assert kinds == [("prose", None), ("picture", "示意图"), ("prose", None)]


def test_an_analysts_own_figure_is_published():
    figure = Figure()
    figure.subplots().plot([1, 3, 2])
    with mpl.rc_context({"svg.fonttype": "none"}):
        page = read_page(executed(figure_svg(figure)))
    assert [part["kind"] for part in page.parts] == ["figure"]
    assert page.parts[0]["alt"] == "图 1"


def figure_svg(figure: Figure):
    """A figure as `%config InlineBackend.figure_formats = ['svg']` displays it."""
    import io

    class Shown:
        def _repr_svg_(self) -> str:
            buffer = io.StringIO()
            figure.savefig(buffer, format="svg")
            return buffer.getvalue()

    return Shown()


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2">{}</svg>'


@pytest.mark.parametrize(
    ("inside", "gone"),
    [
        ("<script>alert(1)</script>", "script"),
        ('<g onload="alert(1)"><path d="M0 0"/></g>', "onload"),
        ('<image href="https://example.org/x.png"/>', "example"),
        ("<foreignObject><b>x</b></foreignObject>", "foreignObject"),
        ("<style>@import url(https://example.org/x.css)</style>", "example"),
        ('<rect style="fill: url(https://example.org/x)"/>', "example"),
        ('<a href="javascript:alert(1)"><text>x</text></a>', "javascript"),
    ],
)
def test_an_svg_loses_what_could_act_or_reach_out(inside: str, gone: str):
    assert gone in SVG.format(inside)
    assert gone not in clean_svg(SVG.format(inside), "f1-")


def test_ids_of_two_svgs_do_not_meet():
    inside = '<defs><symbol id="a"/><symbol id="c"/></defs><use href="#a"/><g id="b"/>'
    cleaned = clean_svg(SVG.format(inside), "f1-", "说明")
    assert re.findall('id="(.*?)"', cleaned) == ["f1-0"], "only what somebody refers to has an id"
    assert 'href="#f1-0"' in cleaned
    assert 'role="img" aria-label="说明"' in cleaned


def test_what_is_no_svg_is_named():
    with pytest.raises(ValueError, match="SVG cannot be read"):
        clean_svg("<svg", "f1-")
