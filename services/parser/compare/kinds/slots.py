"""Which number (figure, title) of a sentence became which: by what it measures, else by the place it stands in."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import TypeVar

from services.domain.commitment import Target
from services.domain.document import Reference
from services.domain.figure import Figure
from services.parser.compare.marking.pair import Pair, Stretch
from services.parser.compare.marking.wording import Hunk

Spanned = TypeVar("Spanned", Target, Figure, Reference)
Couples = tuple[list[tuple[Spanned, Spanned]], list[Spanned], list[Spanned]]


def couples(
    pair: Pair, olds: Sequence[Spanned], news: Sequence[Spanned], measure: Callable[[Spanned], Hashable]
) -> Couples[Spanned]:
    """Pairs in the order of `olds`, then what has no partner on either side.

    Equal measure and overlapping place first, then equal measure, then overlapping place.
    """
    found: dict[int, int] = {}
    free = dict(enumerate(news))
    images = [pair.image(old.start, old.end) for old in olds]
    mine, theirs = [measure(old) for old in olds], [measure(new) for new in news]
    for same_measure, same_place in ((True, True), (True, False), (False, True)):
        for i, image in enumerate(images):
            if i in found:
                continue
            for j, new in free.items():
                measured = mine[i] == theirs[j] or not same_measure
                if measured and (_overlap(image, (new.start, new.end)) or not same_place):
                    found[i] = j
                    break
            if i in found:
                del free[found[i]]
    twins = [(olds[i], news[j]) for i, j in sorted(found.items())]
    return twins, [old for i, old in enumerate(olds) if i not in found], list(free.values())


def _overlap(a: Stretch, b: Stretch) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def shared(hunk: Hunk, places: Sequence[Stretch], pair: Pair, *, old: bool) -> list[tuple[Stretch, Hunk]]:
    """`hunk` divided among the `places` it touches on one side: two numbers cut out in one go get a part each.

    Cuts fall behind each number and the separator after it. Text on the other side goes to the first place.
    """
    start, end = (hunk.old_start, hunk.old_end) if old else (hunk.new_start, hunk.new_end)
    inside = sorted({place for place in places if place[0] < end and start < place[1]})
    matched = (pair.frame.old if old else pair.frame.new).matched
    parts: list[tuple[Stretch, Hunk]] = []
    for number, place in enumerate(inside):
        stop = end if number == len(inside) - 1 else min(end, place[1] + (matched[place[1] : place[1] + 1] in "、,;和"))
        parts.append((place, _part(hunk, start, stop, old=old, first=number == 0)))
        start = stop
    return parts


def _part(hunk: Hunk, start: int, end: int, *, old: bool, first: bool) -> Hunk:
    part = replace(hunk, old_start=start, old_end=end) if old else replace(hunk, new_start=start, new_end=end)
    if first:
        return part
    return replace(part, new_start=hunk.new_end) if old else replace(part, old_start=hunk.old_end)
