"""OpenDocument spreadsheets, written as their XML: no library of the tests writes them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office", "table": "table", "text": "text", "style": "style", "draw": "drawing",
    }.items()
)  # fmt: skip
CALCEXT = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
STYLES = (
    '<style:style style:name="struck" style:family="table-cell"><style:text-properties '
    'style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="child" style:family="table-cell" style:parent-style-name="struck"/>'
    '<style:style style:name="plain" style:family="table-cell"><style:text-properties '
    'style:text-line-through-style="none"/></style:style>'
    '<style:style style:name="hidden" style:family="table"><style:table-properties '
    'table:display="false"/></style:style>'
)


class Xml(str):
    """A cell, row or column given as its XML."""


Given = str | float | None


def cell(value: Given, shown: str = "", kind: str = "float", **attributes: str) -> Xml:
    """A cell; attributes are those of the table namespace, `_` for `-`."""
    extra = "".join(
        f" table:{key.replace('_', '-')}={quoteattr(said)}" for key, said in attributes.items()
    )
    if value is None:
        return Xml(f"<table:table-cell{extra}/>")
    if isinstance(value, str):
        lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
        return Xml(
            f'<table:table-cell office:value-type="string"{extra}>{lines}</table:table-cell>'
        )
    shown = escape(shown or f"{value:g}")
    return Xml(
        f'<table:table-cell office:value-type="{kind}" office:value="{value!r}"{extra}>'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


def row(cells: Iterable[Given], attributes: str = "") -> Xml:
    xml = "".join(one if isinstance(one, Xml) else cell(one) for one in cells)
    return Xml(f"<table:table-row{attributes}>{xml}</table:table-row>")


def table(rows: Iterable[Iterable[Given] | Xml], name: str = "月报", style: str = "") -> str:
    xml = "".join(one if isinstance(one, Xml) else row(one) for one in rows)
    return f'<table:table table:name="{name}" table:style-name="{style}">{xml}</table:table>'


def as_ods(*tables: str, prologue: str = "", manifest: str = "", mimetype: str = MIMETYPE) -> bytes:
    stream = io.BytesIO()
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("mimetype", mimetype)
        target.writestr(
            "META-INF/manifest.xml",
            f'{head}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
            f'manifest:1.0">{manifest}</manifest:manifest>',
        )
        target.writestr(
            "content.xml",
            f"{head}{prologue}<office:document-content {NAMES} {CALCEXT}>"
            f"<office:automatic-styles>{STYLES}</office:automatic-styles><office:body>"
            f"<office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body>"
            "</office:document-content>",
        )
    return stream.getvalue()
