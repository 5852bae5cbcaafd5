"""How the texts of a page's drawings are set, said once as classes in place of at every text."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterator
from itertools import count, product

TEXT = re.compile(r'<text( [^>]*?)((?: (?:fill|font-size|font-weight|text-anchor)="[^"]*")+)>')
ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


def share_lettering(page: str) -> tuple[str, str]:
    """Replace how each text of the drawings is set by a class; return the page and a style sheet.

    What is used most has the shortest name. Drawings must have no classes of their own.
    """
    looks = Counter(text[2] for text in TEXT.finditer(page))
    names = dict(zip((look for look, _ in looks.most_common()), _names(), strict=False))
    page = TEXT.sub(lambda text: f'<text{text[1]} class="{names[text[2]]}">', page)
    return page, "".join(f"svg .{name}{{{_rule(look)}}}" for look, name in names.items())


def _names() -> Iterator[str]:
    for length in count(1):
        for letters in product(string.ascii_lowercase, repeat=length):
            yield "".join(letters)


def _rule(look: str) -> str:
    return ";".join(
        f"{name}:{value}{'px' if name == 'font-size' else ''}"
        for name, value in ATTRIBUTE.findall(look)
    )
