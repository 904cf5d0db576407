"""How far apart two documents are, and what still stands against what where that is too far for the nine steps.

The steps of SPEC §11 look at sentences against sentences, and typing looks into each pair. Both are bounded by what
differs, so a page of a megabyte with a few edits is compared as exactly as a letter. Where more than `MOST_PIECES` or
`MOST_CHARACTERS` differ the page was replaced, and only what stayed word for word, in order, is matched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import isqrt

from services.parser.compare.marking.script import Span, differing, increasing
from services.parser.compare.matching.view import View

#: What may differ on both sides together and still be compared piece by piece: about ten long annual reports.
MOST_PIECES = 6_000
MOST_CHARACTERS = 300_000
#: Stretches that stayed, the longest ones, in a coarse comparison; shorter ones between them go with what changed.
_STRETCHES = 200
#: Steps spent on what lies between the anchors.
_STEPS = 250_000


def too_far(old: View, new: View) -> list[Span] | None:
    """Runs of pieces `old.pieces[i:j]` where `new.pieces[k:h]` stands now, of which there is too much; else None."""
    if _within(len(old.pieces) + len(new.pieces), len(old.document.text) + len(new.document.text)):
        return None
    runs = list(_runs([old.text(piece) for piece in old.pieces], [new.text(piece) for piece in new.pieces]))
    pieces = sum(j - i + h - k for i, j, k, h in runs)
    characters = sum(_length(old, i, j) + _length(new, k, h) for i, j, k, h in runs)
    return None if _within(pieces, characters) else _joined(old, runs)


def _within(pieces: int, characters: int) -> bool:
    return pieces <= MOST_PIECES and characters <= MOST_CHARACTERS


def _length(view: View, start: int, end: int) -> int:
    return view.pieces[end - 1].end - view.pieces[start].start if start < end else 0


def _runs(a: Sequence[str], b: Sequence[str]) -> Iterator[Span]:
    """What differs between the pieces that occur once on both sides in one order."""
    counts = Counter(a), Counter(b)
    place = {words: j for j, words in enumerate(b) if counts[1][words] == 1}
    shared = [(i, place[words]) for i, words in enumerate(a) if counts[0][words] == 1 and words in place]
    anchors = [shared[at] for at in increasing([j for _, j in shared])]
    # Between two anchors lies little to look through, unless nearly everything is said more than once.
    far = isqrt(_STEPS // (len(anchors) + 1))
    i = k = 0
    for x, y in [*anchors, (len(a), len(b))]:
        found = differing(a[i:x], b[k:y], far)
        for run in [(0, x - i, 0, y - k)] if found is None else found:
            yield i + run[0], i + run[1], k + run[2], k + run[3]
        i, k = x + 1, y + 1


def _joined(old: View, runs: list[Span]) -> list[Span]:
    """The runs with all but the longest stretches between them taken in."""
    kept = set(sorted(range(1, len(runs)), key=lambda at: -_length(old, runs[at - 1][1], runs[at][0]))[:_STRETCHES])
    found = runs[:1]
    for at in range(1, len(runs)):
        if at in kept:
            found.append(runs[at])
        else:
            found[-1] = (found[-1][0], runs[at][1], found[-1][2], runs[at][3])
    return found
