"""Where a sentence ends: at 。 ! ? and, for units, at `;`, outside quotation marks and brackets (SPEC §2.3)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

_CLOSES = dict(zip("“‘「『《〈(〔【[", "”’」』》〉)〕】]", strict=True))
_OPENS = {closing: opening for opening, closing in _CLOSES.items()}
_BRACKETS = re.escape("".join([*_CLOSES, *_OPENS]))
_BRACKET = re.compile(f"[{_BRACKETS}\n]")
_OPENING = re.compile("[" + re.escape("".join(_CLOSES)) + "]")
#: A pair wider than this is two unrelated marks (one of each was lost), and hides no sentence end.
_WIDEST_PAIR = 500


def pairs(text: str, start: int, end: int) -> dict[int, int]:
    """Opening mark -> its closing mark within `[start, end)`. Marks without a partner are not in it.

    A closing mark pairs with the nearest open mark of its kind and leaves those between unpaired, so one lost
    bracket (`《目录2020)》`) cannot hide the rest of a line. Pairs do not reach over a line end.
    """
    found: dict[int, int] = {}
    stack: list[tuple[str, int]] = []
    waiting = dict.fromkeys(_CLOSES, 0)
    for token in _BRACKET.finditer(text, start, end):
        mark, place = token[0], token.start()
        if mark in _CLOSES:
            stack.append((mark, place))
            waiting[mark] += 1
        elif mark == "\n":
            stack, waiting = [], dict.fromkeys(_CLOSES, 0)
        elif waiting[_OPENS[mark]]:
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


def top_level(text: str, start: int, end: int, marks: str) -> Iterator[int]:
    """Places of `marks` in `[start, end)` that stand outside quotation marks and brackets, ascending."""
    pattern = _any_mark(marks)
    if not pattern.search(text, start, end):
        return
    place = start
    for opened, closed in [*hidden(text, start, end), (end, end)]:
        for found in pattern.finditer(text, place, opened):
            yield found.start()
        place = closed


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
_TAIL = re.compile("[。!?;”’」』]*")


def cut(text: str, start: int, end: int, marks: str = "。!?;") -> list[tuple[int, int]]:
    """Trimmed, non-empty pieces of `[start, end)`, each with the mark that ends it."""
    pieces, begin = [], start
    for place in top_level(text, start, end, marks):
        if place < begin:
            continue
        tail = _TAIL.match(text, place + 1, end)
        stop = tail.end() if tail else place + 1
        pieces.append((begin, stop))
        begin = stop
    pieces.append((begin, end))
    return [trimmed for piece in pieces if (trimmed := trim(text, *piece))]


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without white space at its ends; None if nothing is left."""
    if start < end and not text[start].isspace() and not text[end - 1].isspace():
        return start, end
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    return (start + left, start + right) if right > left else None
