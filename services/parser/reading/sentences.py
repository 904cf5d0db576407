"""Where a sentence ends: at 。 ! ? and, for units, at `;`, outside quotation marks and brackets (SPEC §2.3)."""

from __future__ import annotations

import functools
import re
from bisect import bisect_left

from services.parser.reading.memo import remembered

_CLOSES = dict(zip("“‘「『《〈(〔【[", "”’」』》〉)〕】]", strict=True))
_OPENS = {closing: opening for opening, closing in _CLOSES.items()}
_BRACKETS = re.escape("".join([*_CLOSES, *_OPENS]))
_BRACKET = re.compile(f"[{_BRACKETS}\n]")
_OPENING, _CLOSING = (re.compile("[" + re.escape("".join(marks)) + "]") for marks in (_CLOSES, _OPENS))
#: A pair wider than this is two unrelated marks (one of each was lost), and hides no sentence end.
_WIDEST_PAIR = 500


def pairs(text: str, start: int, end: int) -> dict[int, int]:
    """Opening mark -> its closing mark within `[start, end)`. Marks without a partner are not in it.

    A closing mark pairs with the nearest open mark of its kind and leaves those between unpaired, so one lost
    bracket (`《目录2020)》`) cannot hide the rest of a line. Pairs do not reach over a line end.
    """
    found: dict[int, int] = {}
    stack: list[tuple[str, int]] = []
    waiting: dict[str, int] = {}
    for token in _BRACKET.finditer(text, start, end):
        place = token.start()
        mark = text[place]
        if mark in _CLOSES:
            stack.append((mark, place))
            waiting[mark] = waiting.get(mark, 0) + 1
        elif mark == "\n":
            stack, waiting = [], {}
        elif waiting.get(_OPENS[mark]):
            opened = _pop(stack, waiting, _OPENS[mark])
            if place - opened <= _WIDEST_PAIR:
                found[opened] = place
    return found


def _pop(stack: list[tuple[str, int]], waiting: dict[str, int], opening: str) -> int:
    while True:
        mark, place = stack.pop()
        waiting[mark] -= 1
        if mark == opening:
            return place


def top_level(text: str, start: int, end: int, marks: str) -> list[int]:
    """Places of `marks` in `[start, end)` that stand outside quotation marks and brackets, ascending."""
    mark = _any_mark(marks)
    if not mark.search(text, start, end):
        return []
    places = [found.start() for found in mark.finditer(text, start, end)]
    if not (spans := hidden(text, start, end)):
        return places
    outside, begin = [], start
    for opened, closed in [*spans, (end, end)]:
        outside += places[bisect_left(places, begin) : bisect_left(places, opened)]
        begin = closed
    return outside


def first_top_level(text: str, start: int, end: int, marks: str) -> int | None:
    """The first of `top_level`; None where there is none."""
    found = _any_mark(marks).search(text, start, end)
    if found is None or not _OPENING.search(text, start, found.start()):
        return found.start() if found else None
    return next(iter(top_level(text, start, end, marks)), None)


def last_top_level(text: str, start: int, end: int, mark: str) -> int | None:
    """The last of `top_level`; None where there is none."""
    place = text.rfind(mark, start, end)
    if place < 0 or not _CLOSING.search(text, place, end):
        return place if place >= 0 else None
    return next(reversed(top_level(text, start, end, mark)), None)


@functools.cache
def _any_mark(marks: str) -> re.Pattern[str]:
    return re.compile("[" + re.escape(marks) + "]")


def hidden(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Outermost spans in quotation marks or brackets, ascending and disjoint."""
    if not _OPENING.search(text, start, end):
        return []
    spans: list[tuple[int, int]] = []
    for opened, closed in sorted(pairs(text, start, end).items()):
        if not spans or opened >= spans[-1][1]:
            spans.append((opened, closed + 1))
    return spans


#: What may still stand behind the sign that ends a sentence: a closing quotation mark or a doubled sign.
_TAIL = frozenset("。!?;”’」』")


def cut(text: str, start: int, end: int, marks: str = "。!?;") -> list[tuple[int, int]]:
    """Trimmed, non-empty pieces of `[start, end)`, each with the mark that ends it."""
    return [(begin + start, stop + start) for begin, stop in _cut(text[start:end], marks)]


@remembered(8_192)  # several steps cut each paragraph; about 6 MB
def _cut(text: str, marks: str) -> list[tuple[int, int]]:
    start, end = 0, len(text)
    pieces, begin = [], start
    for place in top_level(text, start, end, marks):
        if place < begin:
            continue
        stop = place + 1
        while stop < end and text[stop] in _TAIL:
            stop += 1
        if piece := trim(text, begin, stop):
            pieces.append(piece)
        begin = stop
    if begin < end and (piece := trim(text, begin, end)):
        pieces.append(piece)
    return pieces


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without white space at its ends; None if nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
