"""One sentence against several adjacent ones that say together what it says alone (SPEC §11 step 7)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from services.parser.compare.matching.dice import Pairs, containment, pairs
from services.parser.compare.matching.view import Piece, View
from services.parser.lexicon import load
from services.parser.text.layers import key

_TIES = sorted(load("joints")["connectives"]["words"], key=len, reverse=True)
_TIE = re.compile(f"(?:{'|'.join(_TIES)}),?")
_CONTAINED = 0.90
#: How much of a part comes from the whole: it may repeat who acts, and on what.
_PART_CONTAINED = 0.50
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
        said = many.pairs(part) if not stretch else _untied_pairs(many, part)
        if len(said) >= _TELLING and containment(said, whole) >= _PART_CONTAINED:
            stretch.append(part)
        elif stretch:
            break
    if len(stretch) < 2:
        return []
    words = many.text(stretch[0]) + "".join(_untied(many.text(part)) for part in stretch[1:])
    together = pairs(key(words))
    smaller, larger = sorted((together, whole), key=len)
    alone = any(containment(whole, many.pairs(part)) >= _CONTAINED for part in stretch)
    return stretch if containment(smaller, larger) >= _CONTAINED and not alone else []


def _untied_pairs(many: View, part: Piece) -> Pairs:
    sentence = many.text(part)
    return pairs(key(_untied(sentence))) if _TIE.match(sentence) else many.pairs(part)


def _untied(sentence: str) -> str:
    """Without the word that ties it to the sentence before (同时…)."""
    tie = _TIE.match(sentence)
    return sentence[tie.end() :] if tie else sentence
