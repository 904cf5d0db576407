"""Both texts line against line: equal lines, replaced ones beside the likest, the rest alone."""

from __future__ import annotations

from collections.abc import Iterator

from services.parser.compare.marking.script import differing
from services.parser.compare.matching.dice import Pairs, dice, pairs
from services.parser.text.layers import key, match

#: `text[start:end]` of one side, without the line end.
Line = tuple[int, int]
#: A line of the old text and the line of the new one it stands against; None where only one side has it.
Row = tuple[Line | None, Line | None]

_ALIKE = 0.30
#: Beyond this many pairs of lines they are set against each other in order.
_MOST = 10_000


def rows(old: str, new: str) -> Iterator[Row]:
    """Every line of both texts exactly once, on both sides in order."""
    mine, theirs = _lines(old), _lines(new)
    said = [old[a:b] for a, b in mine], [new[a:b] for a, b in theirs]
    runs = differing(*said)
    i = j = 0
    for i1, i2, j1, j2 in [*(runs if runs is not None else [(0, len(mine), 0, len(theirs))]), (len(mine),) * 4]:
        while i < i1:
            yield mine[i], theirs[j]
            i, j = i + 1, j + 1
        if (i1, i2) != (len(mine), len(mine)) or j1 < j2:
            yield from _against(old, new, mine[i1:i2], theirs[j1:j2])
            i, j = i2, j2


def _lines(text: str) -> list[Line]:
    found: list[Line] = []
    start = 0
    for line in text.split("\n"):
        found.append((start, start + len(line)))
        start += len(line) + 1
    return found


def _against(old: str, new: str, mine: list[Line], theirs: list[Line]) -> Iterator[Row]:
    """The likest pairs that do not cross; a line without one stands alone, the old one first."""
    if len(mine) * len(theirs) > _MOST:
        couples = [(at, at) for at in range(min(len(mine), len(theirs)))]
    else:
        sides = [_pairs(old, line) for line in mine], [_pairs(new, line) for line in theirs]
        couples = _likest(*sides)
    i = j = 0
    for a, b in [*couples, (len(mine), len(theirs))]:
        yield from ((line, None) for line in mine[i:a])
        yield from ((None, line) for line in theirs[j:b])
        if a < len(mine) and b < len(theirs):
            yield mine[a], theirs[b]
        i, j = a + 1, b + 1


def _pairs(text: str, line: Line) -> Pairs:
    return pairs(key(match(text[slice(*line)])))


def _likest(mine: list[Pairs], theirs: list[Pairs]) -> list[tuple[int, int]]:
    """Pairs in order of both sides with the greatest total likeness."""
    best = [[0.0] * (len(theirs) + 1) for _ in range(len(mine) + 1)]
    alike = [[dice(a, b) for b in theirs] for a in mine]
    for i in range(len(mine) - 1, -1, -1):
        for j in range(len(theirs) - 1, -1, -1):
            taken = alike[i][j] + best[i + 1][j + 1] if alike[i][j] >= _ALIKE else 0.0
            best[i][j] = max(taken, best[i + 1][j], best[i][j + 1])
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(mine) and j < len(theirs):
        if alike[i][j] >= _ALIKE and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found
