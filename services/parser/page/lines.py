"""From an element's HTML to its lines, the way a reader sees them.

    serialised HTML ─► inline tags out, joined without a space ─► cut at block tags ─► paragraphs and table rows

The HTML must come from a parsed tree (every tag closed, `<` and `>` escaped in text and attributes) that holds no
script or style. Nothing here recurses: depth costs no stack.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from services.parser.page.tables import Entry, Table

#: Elements that begin a new line. All others are inline, as browsers treat names they do not know.
BLOCKS = (
    "p|div|br|table|caption|thead|tbody|tfoot|tr|td|th|ul|ol|li|dl|dt|dd|h1|h2|h3|h4|h5|h6|section|article|header|"
    "footer|main|aside|nav|form|fieldset|legend|blockquote|center|address|figure|figcaption|pre|hr|details|summary|"
    "menu|dir|body|html|ucapcontent"
)
#: The commonest inline elements come first: what is one of them need not be compared with every block.
_COMMON = "span|a|strong|font|b|o:p|img|em|u|i"
_INLINE = re.compile(rf"<!--.*?-->|<(?:/?(?:{_COMMON})(?=[ >/])|(?!/?(?:{BLOCKS})[ >/]))[^>]*>", re.DOTALL)
_BLOCK = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")
_CUT = re.compile(r"</?[a-z0-9]+[^>]*>")
#: White space that HTML collapses. U+3000 and U+00A0 are characters of the page and stay.
_SPACE = r"[ \t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]"
_BREAK = re.compile(rf" ?[\t-\r\x1c-\x1f\x85\u2028\u2029]{_SPACE}*")
_SPACES = re.compile(r" {2,}")
#: What `trimmed` takes off both ends: white space of any kind and characters without width.
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_ENDS = frozenset(_INVISIBLE)
_TRIMMED = _INVISIBLE + "".join(filter(str.isspace, map(chr, range(0x3001))))
#: Tables nested deeper are read as blocks.
_DEEPEST_TABLES = 12


class Row(NamedTuple):
    """One line in the page's own characters, trimmed, never empty. Tabs stand only between the cells of a row."""

    source: str
    table_row: bool


def read_rows(html: str) -> list[Row]:
    """The lines of `html` in reading order."""
    marked = _INLINE.sub("", html)
    if "<table" in marked or "<pre" in marked:
        return [Row(entry.text, entry.is_row) for entry in _Reader().read(_BLOCK.split(marked))]
    return [Row(line, False) for part in _CUT.split(marked) if part != "\n" and (line := clean(part))]


class _Reader:
    """Walks the pieces once; `sink` is where finished lines go: the page, or the cell being read."""

    def __init__(self) -> None:
        self._page: list[Entry] = []
        self._sink = self._page
        self._tables: list[Table] = []
        self._pre = 0
        self._too_deep = 0

    def read(self, pieces: list[str]) -> list[Entry]:
        """`pieces`: text, then by turns the slash and the name of a tag and the text behind it."""
        self._text(pieces[0])
        for slash, name, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
            if name in _STRUCTURE:
                self._structure(name, closing=bool(slash))
            if text and text != "\n":
                self._text(text)
        while self._tables:
            self._close_table()
        return self._page

    def _structure(self, name: str, *, closing: bool) -> None:
        if name == "pre":
            self._pre += -1 if closing else 1
        elif name == "table":
            self._table(closing=closing)
        elif self._tables and not self._too_deep:
            table = self._tables[-1]
            if name == "tr" and not closing:
                table.rows.append([])
            elif name in ("td", "th"):
                self._sink = table.sink if closing else table.open_cell()

    def _table(self, *, closing: bool) -> None:
        if self._too_deep or (not closing and len(self._tables) == _DEEPEST_TABLES):
            self._too_deep += -1 if closing else 1
        elif not closing:
            self._tables.append(Table(self._sink))
        elif self._tables:
            self._close_table()

    def _close_table(self) -> None:
        table = self._tables.pop()
        self._sink = table.sink
        table.sink.extend(table.entries(join))

    def _text(self, text: str) -> None:
        for part in text.split("\n") if self._pre else (text,):
            if line := clean(part):
                self._sink.append(Entry(line))


_STRUCTURE = frozenset(("table", "tr", "td", "th", "pre"))


def clean(text: str) -> str:
    """Text of a paragraph as shown: entities resolved, white space collapsed, ends trimmed."""
    if "&" in text:
        text = text.replace("&nbsp;", "\u00a0").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    text = text.strip()
    if not text:
        return text
    if text[0] in _ENDS or text[-1] in _ENDS:
        text = text.strip(_TRIMMED)
    if "  " in text:
        text = _SPACES.sub(" ", text)
    if not text.isprintable():  # U+3000 counts as unprintable too: this only saves the search where nothing is
        text = _BREAK.sub(_seam, text)
    return text


def _seam(found: re.Match[str]) -> str:
    """A line break in the source is no space beside a wide character (CSS Text 3, segment break transformation)."""
    text = found.string
    before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
    return "" if wide(before) or wide(after) else " "


def wide(character: str) -> bool:
    """Whether `character` is one of those CJK text sets without spaces: Han, kana, full-width signs, “ ” — …"""
    return character >= "\u2e80" or character in "“”‘’—…·"


def join(parts: list[str]) -> str:
    """Paragraphs of one table cell as one string; a space only where neither side is a wide character."""
    joined = parts[0] if parts else ""
    for part in parts[1:]:
        joined += part if wide(joined[-1]) or wide(part[0]) else f" {part}"
    return joined
