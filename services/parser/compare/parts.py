"""One sentence against several adjacent ones that say together what it says alone (SPEC §11 step 7)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from services.parser.compare.dice import containment, pairs
from services.parser.compare.view import Piece, View
from services.parser.text.layers import key

_CONTAINED = 0.90
#: What one part may add to the whole it came from (同时…).
_PART_CONTAINED = 0.75
#: Fewer character pairs than this say nothing about containment.
_TELLING = 6


def adjacent(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Runs of pieces without another piece between them."""
    ordered = sorted(pieces, key=lambda piece: piece.index)
    runs = groupby(enumerate(ordered), key=lambda place: place[1].index - place[0])
    return [[piece for _, piece in run] for _, run in runs]


def parts_of(one: View, piece: Piece, many: View, run: list[Piece]) -> list[Piece]:
    """The stretch of `run` that says together what `piece` says alone; empty where there is none."""
    whole = one.pairs(piece)
    stretch: list[Piece] = []
    for part in run:
        said = many.pairs(part)
        if len(said) >= _TELLING and containment(said, whole) >= _PART_CONTAINED:
            stretch.append(part)
        elif stretch:
            break
    if len(stretch) < 2:
        return []
    together = pairs(key("".join(many.text(part) for part in stretch)))
    smaller, larger = sorted((together, whole), key=len)
    return stretch if containment(smaller, larger) >= _CONTAINED and len(smaller) >= _CONTAINED * len(larger) else []
