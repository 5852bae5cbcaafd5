"""What a reader of an HTML page may come to see, and what of it is set in bold."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

BOLD_TAGS = frozenset(
    {"b", "strong", "em", "th", "caption", "figcaption", "summary", *(f"h{n}" for n in "123456")}
)
BOLD_CLASSES = frozenset({"about", "d", "marked", "org", "pls-mark", "strong", "v"})
"""What `blocks.css` and the pages' own style sheets set in bold."""
PLAIN_CLASSES, SOURCE = frozenset({"plain"}), "u"
"""What is set in regular type though its element is not; where a figure's source stands."""
BOLD = "700"
SHOWN = frozenset({"alt", "placeholder", "title"})
"""Attributes that a browser shows; those of data- hold what a page's script writes."""
UNSEEN = frozenset({"script", "style"})
ENDED = {"td": {"td", "th"}, "th": {"td", "th"}, "tr": {"td", "th", "tr"}}
"""Elements without an end tag of their own, which another one's start ends."""
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})


@dataclass(frozen=True, slots=True)
class Visible:
    """The characters of a page: all that are shown, and those that are shown in bold."""

    text: str
    bold: str


def visible(html: str) -> Visible:
    """Read what `html` shows: its texts, and what fields and charts say when they are asked."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Visible("".join(reader.text), "".join(reader.bold))


@dataclass
class _Reader(HTMLParser):
    text: list[str] = field(default_factory=list)
    bold: list[str] = field(default_factory=list)
    open: list[tuple[str, bool]] = field(default_factory=list)
    """The elements that are open, each with whether its text is bold."""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.text += [text for name, text in given.items() if name in SHOWN or "data-" in name]
        if tag in VOID:
            return
        while self.open and self.open[-1][0] in ENDED.get(tag, ()):
            self.open.pop()
        within = bool(self.open) and self.open[-1][1]
        self.open.append((tag, _is_bold(tag, given, within)))

    def handle_endtag(self, tag: str) -> None:
        if any(tag == name for name, _ in self.open):
            while self.open.pop()[0] != tag:
                continue

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        return  # an empty element of a drawing

    def handle_data(self, data: str) -> None:
        tag, bold = self.open[-1] if self.open else ("", False)
        if tag not in UNSEEN:
            self.text.append(data)
            if bold:
                self.bold.append(data)


def _is_bold(tag: str, given: dict[str, str], within: bool) -> bool:
    """Whether an element's own text is bold, `within` one that is or is not."""
    classes = set(given.get("class", "").split())
    if "font-weight" in given:
        return given["font-weight"] == BOLD
    if tag == SOURCE or not PLAIN_CLASSES.isdisjoint(classes):
        return False
    return within or tag in BOLD_TAGS or not BOLD_CLASSES.isdisjoint(classes)
