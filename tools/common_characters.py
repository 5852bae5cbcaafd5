"""Say which characters nearly every Chinese brief shows, by weight of type.

    python tools/common_characters.py reports/2022-06/town_brief/*.zh.html

reads the fonts that these files embed and writes pls_analysis/data/common_characters.yml.
"""

from __future__ import annotations

import base64
import io
import re
import sys
from collections import Counter
from pathlib import Path

import yaml
from fontTools.ttLib import TTFont

from pls_analysis.charts.glyphs import SANS
from pls_analysis.publish.webfonts import TEXT_FACES

OUT = Path(__file__).parents[1] / "pls_analysis" / "data" / "common_characters.yml"
SHARE = 0.9
HEAD = "# Of Chinese briefs nearly every one shows these, by weight: tools/common_characters.py.\n"
RULE = re.compile(rf'"{SANS}";font-weight:(\d+);[^}}]*base64,([^)]*)\)')


def shown(html: str) -> set[tuple[int, str]]:
    """Weight and character of all that the fonts of a page can draw."""
    found = set()
    for weight, data in RULE.findall(html):
        with TTFont(io.BytesIO(base64.b64decode(data))) as font:
            found |= {(int(weight), chr(code)) for code in font.getBestCmap() or {}}
    return found


def main() -> None:
    """Read the files named, and write what they share."""
    files = [Path(name) for name in sys.argv[1:]]
    if not files:
        sys.exit(__doc__)
    counts = Counter(one for file in files for one in shown(file.read_text(encoding="utf-8")))
    often = [one for one, count in counts.items() if count >= SHARE * len(files)]
    told = {
        weight: "".join(sorted(char for at, char in often if at == weight and char.isprintable()))
        for _, weight in TEXT_FACES
    }
    text = yaml.safe_dump(told, allow_unicode=True, width=100)
    OUT.write_text(HEAD + text, encoding="utf-8")
    print({weight: len(characters) for weight, characters in told.items()})


if __name__ == "__main__":
    main()
