"""The visual lines of a printed page to paragraphs.

A PDF knows where lines stand, not where paragraphs end. What a reader goes by: a paragraph's last line is short, a
heading or numbered item begins anew, and a line that is full goes on in the next one. A last line that happens to be
full cannot be told from the middle of a paragraph: then two paragraphs are read as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

#: What a full line may lack of the width, in wide signs: an indent of two, and a sign that did not fit any more.
_LACKING = 3
#: One that ends with a sentence is full only where not one more sign would have fitted.
_LACKING_AT_AN_END = 1
#: Narrower text (a column of a table, a cover) is left as it stands.
_NARROWEST = 16
_PAGE_NUMBER = re.compile(r"[\s\-—–−·.]*(?:第?\s*\d{1,4}\s*页?|\d{1,4}\s*/\s*\d{1,4})[\s\-—–−·.]*")
#: What a paragraph begins with.
_BEGINS = re.compile(
    r"\s*(?:[一二三四五六七八九十百]+\s*、|[(（][一二三四五六七八九十百]+[)）]|\d{1,3}\s*[.．、](?!\d)|[(（]\d{1,3}[)）]"
    r"|第[一二三四五六七八九十百]+[章节条编]|[①-⑳]|附件|附表|附录)"
)
_ENDS = ("。", "！", "？", "：", ":", "!", "?", "；", ";")


def paragraphs(pages: Sequence[Sequence[str]]) -> list[str]:
    """The lines of each page as paragraphs; page numbers at a page's edge are left out."""
    lines = [line for page in pages for line in _without_number(page)]
    width = _width(lines)
    return list(_joined(lines, width)) if width >= _NARROWEST else lines


def is_page_number(line: str) -> bool:
    return _PAGE_NUMBER.fullmatch(line) is not None


def _without_number(page: Iterable[str]) -> list[str]:
    lines = [line.strip() for line in page if line.strip()]
    if lines and is_page_number(lines[-1]):
        lines.pop()
    if lines and is_page_number(lines[0]):
        lines.pop(0)
    return lines


def _width(lines: Sequence[str]) -> float:
    """How long a full line is: what one line in ten reaches."""
    lengths = sorted((_measure(line) for line in lines), reverse=True)
    return lengths[len(lengths) // 10] if lengths else 0


def _measure(line: str) -> float:
    """Half-width signs take half the room."""
    wide = sum(ord(sign) > 0x2E7F or sign in "“”‘’—…·" for sign in line)
    return wide + (len(line) - wide) / 2


def _joined(lines: Iterable[str], width: float) -> Iterator[str]:
    paragraph, goes_on = "", False
    for line in lines:
        if goes_on and not _BEGINS.match(line):
            paragraph += (" " if _needs_space(paragraph, line) else "") + line
        else:
            if paragraph:
                yield paragraph
            paragraph = line
        goes_on = _measure(line) >= width - (_LACKING_AT_AN_END if line.endswith(_ENDS) else _LACKING)
    if paragraph:
        yield paragraph


def _needs_space(before: str, after: str) -> bool:
    return before[-1:].isascii() and before[-1:].isalpha() and after[:1].isascii() and after[:1].isalpha()
