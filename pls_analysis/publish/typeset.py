"""Typst at work on a folder with a template and its page.json: set a page, or measure it."""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import typst

from pls_analysis.charts.glyphs import FONTS, MissingGlyph

TEMPLATE = Path(__file__).parent / "templates" / "pls_pdf" / "brief.typ"
STANDARDS: dict[str, Any] = {"pdf_standards": ["a-3a", "ua-1"]}
UNDRAWABLE = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)


def write_page(folder: Path, content: dict[str, Any]) -> None:
    """Write what the template reads, and the template beside it."""
    shutil.copy(TEMPLATE, folder / TEMPLATE.name)
    text = json.dumps(content, ensure_ascii=False)
    (folder / "page.json").write_text(text, encoding="utf-8")


def typeset(folder: Path, timestamp: int, density: float) -> tuple[bytes, int]:
    """Set the page in `folder`; return the PDF and its number of pages.

    Raises MissingGlyph where a character has no glyph, RuntimeError with Typst's own words for
    any other error and for every warning.
    """
    try:
        data, warnings = typst.compile_with_warnings(
            str(folder / TEMPLATE.name), timestamp=timestamp, **STANDARDS,
            **_alone(folder, {"density": str(density)}),
        )  # fmt: skip
    except typst.TypstError as error:
        raise _explained(error) from error
    if warnings:
        told = "; ".join(str(warning) for warning in warnings)
        raise RuntimeError(f"The brief was not set cleanly: {told}")
    made = bytes(data or b"")
    return made, len(re.findall(rb"/Type ?/Page\b", made))


def begins(folder: Path, density: float) -> list[dict[str, Any]]:
    """Where each part and each row of a part begins, all on one long page: part, row, y in points.

    Raises as `typeset` does.
    """
    inputs = {"density": str(density), "measuring": "yes"}
    try:
        found = typst.query(
            str(folder / TEMPLATE.name), "<begin>", field="value", **_alone(folder, inputs)
        )
    except typst.TypstError as error:
        raise _explained(error) from error
    return json.loads(found)


@cache
def fonts() -> typst.Fonts:
    """The package's own fonts, read once: reading them takes ten times as long as measuring."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )


def _alone(folder: Path, inputs: dict[str, str]) -> dict[str, Any]:
    """Arguments for Typst: the package's own fonts and nothing from the machine."""
    return {
        "root": str(folder),
        "font_paths": fonts(),
        "ignore_system_fonts": True,
        "sys_inputs": inputs,
    }


def _explained(error: typst.TypstError) -> Exception:
    text = str(error)
    if found := UNDRAWABLE.search(text):
        return MissingGlyph(found[1])
    return RuntimeError(f"The brief could not be set: {text}")
