"""Where a sentence ends: at 。 ! ? and, for units, at `;`, outside quotation marks and brackets (SPEC §2.3)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

_CLOSES = {
    "“": "”",
    "‘": "’",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "(": ")",
    "〔": "〕",
    "【": "】",
    "[": "]",
}
_OPENS = {closing: opening for opening, closing in _CLOSES.items()}
_TOKEN = re.compile("[" + re.escape("".join([*_CLOSES, *_OPENS])) + "。;!?:,\n]")
#: A pair wider than this is two unrelated marks (one of each was lost), and hides no sentence end.
_WIDEST_PAIR = 500


def pairs(text: str, start: int, end: int) -> dict[int, int]:
    """Opening mark -> its closing mark within `[start, end)`. Marks without a partner are not in it.

    A closing mark pairs with the nearest open mark of its kind and leaves those between unpaired, so one lost
    bracket (`《目录2022—2025)》`) cannot hide the rest of a line. Pairs do not reach over a line end.
    """
    found: dict[int, int] = {}
    stack: list[tuple[str, int]] = []
    waiting: Counter[str] = Counter()
    for token in _TOKEN.finditer(text, start, end):
        mark, place = token[0], token.start()
        if mark == "\n":
            stack, waiting = [], Counter()
        elif mark in _CLOSES:
            stack.append((mark, place))
            waiting[mark] += 1
        elif mark in _OPENS and waiting[_OPENS[mark]]:
            opened = _pop(stack, waiting, _OPENS[mark])
            if place - opened <= _WIDEST_PAIR:
                found[opened] = place
    return found


def _pop(stack: list[tuple[str, int]], waiting: Counter[str], opening: str) -> int:
    while True:
        mark, place = stack.pop()
        waiting[mark] -= 1
        if mark == opening:
            return place


def top_level(text: str, start: int, end: int, marks: str) -> Iterator[int]:
    """Places of `marks` in `[start, end)` that stand outside quotation marks and brackets, ascending."""
    closing = pairs(text, start, end)
    hidden_until = start
    for token in _TOKEN.finditer(text, start, end):
        place = token.start()
        if place < hidden_until:
            continue
        if place in closing:
            hidden_until = closing[place] + 1
        elif token[0] in marks:
            yield place


def hidden(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Outermost spans in quotation marks or brackets, ascending and disjoint."""
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
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    return (start + left, start + right) if right > left else None
