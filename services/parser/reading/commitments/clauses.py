"""Units to clauses: the pieces verbs, subjects and diffs are read from (SPEC §2.3).

A clause ends at `,`, `;`, `:` or `。` outside brackets and quotation marks; `8,600` and `、` never cut. An unmatched
closing mark is ignored and depth starts anew on every line, so one damaged bracket spoils one line at most.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

_MARK = re.compile(r"[,;:。!\n“”‘’《》〈〉()〔〕]")
_OPENING = frozenset("“‘《〈(〔")
_CLOSING = frozenset("”’》〉)〕")
_CUTTING = frozenset(",;:。!\n")

Span = tuple[int, int]


def clauses(matched: str, start: int, end: int) -> tuple[Span, ...]:
    """The clauses of `matched[start:end]` without the mark that ends them, in order; empty pieces are left out."""
    found: list[Span] = []
    depth, begin = 0, start
    for mark in _MARK.finditer(matched, start, end):
        sign, at = mark.group(), mark.start()
        if sign in _OPENING:
            depth += 1
        elif sign in _CLOSING:
            depth = max(0, depth - 1)
        elif sign == "\n" or (depth == 0 and sign in _CUTTING and not _within_a_number(matched, at)):
            depth = 0
            found.append((begin, at))
            begin = at + 1
    found.append((begin, end))
    return tuple(span for span in (trimmed(matched, *piece) for piece in found) if span[0] < span[1])


def _within_a_number(matched: str, at: int) -> bool:
    return matched[at] in ",:" and matched[at - 1 : at].isdigit() and matched[at + 1 : at + 2].isdigit()


def trimmed(matched: str, start: int, end: int) -> Span:
    """The span without white space at its ends."""
    while start < end and matched[start].isspace():
        start += 1
    while start < end and matched[end - 1].isspace():
        end -= 1
    return start, end


def covered(matched: str, start: int, end: int, opening: str = "“《(", closing: str = "”》)") -> tuple[Span, ...]:
    """The outermost bracketed stretches of the span: what stands in them is a name or an aside."""
    found: list[Span] = []
    depth, begin = 0, start
    for mark in _MARK.finditer(matched, start, end):
        if mark.group() in opening:
            begin = mark.start() if depth == 0 else begin
            depth += 1
        elif depth and mark.group() in closing:
            depth -= 1
            if depth == 0:
                found.append((begin, mark.end()))
    return tuple(found)


def inside(spans: Sequence[Span], at: int) -> bool:
    """Whether position `at` lies in one of `spans`, which are sorted and disjoint."""
    number = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return number >= 0 and at < spans[number][1]
