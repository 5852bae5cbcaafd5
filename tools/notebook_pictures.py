"""Take a picture of each committed notebook for notebooks/README.md (`make pictures`).

A report is shown as it is published, another notebook as JupyterLab shows it, without the code.
Needs Chromium.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path

from nbconvert import HTMLExporter
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from pls_analysis.project import load_project
from pls_analysis.publish.html import HtmlExporter

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "img"
FONTS = ROOT / "pls_analysis" / "publish" / "fonts"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 860, 1080
COLOURS = 96
MOST_BYTES = 150_000
STYLE = """
@font-face{{font-family:"Noto Sans SC";src:url("{fonts}/NotoSansSC-Regular.ttf")}}
@font-face{{font-family:"Noto Sans SC";font-weight:700;src:url("{fonts}/NotoSansSC-Bold.ttf")}}
@font-face{{font-family:"Noto Serif SC";font-weight:900;src:url("{fonts}/NotoSerifSC-Black.ttf")}}
body,.jp-RenderedHTMLCommon,pre{{font-family:"Noto Sans SC",sans-serif!important}}
.jp-OutputPrompt,.jp-InputPrompt,.jp-Cell-inputWrapper:has(.jp-CodeMirrorEditor){{display:none}}
.pls-preview .sheet{{max-height:none}}
"""


def main() -> None:
    """Write docs/img/<notebook>.png for each notebook; exit with a message where one is too big."""
    browser_file = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=browser_file)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
            picture = PICTURES / f"{notebook.stem}.png"
            take(page, notebook, Path(folder) / "page.html", picture)
            size = picture.stat().st_size
            print(f"{picture.relative_to(ROOT).as_posix()}: {size:,} bytes")
            if size > MOST_BYTES:
                sys.exit(f"more than {MOST_BYTES:,} bytes")
        browser.close()


def take(page: Page, notebook: Path, html: Path, picture: Path) -> None:
    """Show one notebook's outputs and save what the window shows."""
    is_report = notebook.stem in load_project(ROOT).reports
    plain = HTMLExporter(exclude_input=True, exclude_output_prompt=True)
    exporter = HtmlExporter() if is_report else plain
    html.write_text(exporter.from_filename(str(notebook))[0], encoding="utf-8")
    page.route("http*://**", lambda route: route.abort())
    page.goto(html.as_uri())
    if not is_report:  # a report brings its own fonts, and allows no others
        page.add_style_tag(content=STYLE.format(fonts=FONTS.as_uri()))
    page.evaluate("document.fonts.ready")
    with Image.open(io.BytesIO(page.screenshot())) as shown:
        shown.convert("RGB").quantize(COLOURS).save(picture, optimize=True)


if __name__ == "__main__":
    main()
