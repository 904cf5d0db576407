"""What became of what: pieces of both documents matched, and those only one of them has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.parser.compare.marking.script import Span, increasing
from services.parser.compare.matching.sections import Matched
from services.parser.compare.matching.view import Piece, View


class Match(NamedTuple):
    """`olds` became `news`: one piece each, or several adjacent ones on one side. `step` is that of SPEC §11.

    `moved`: the piece stands in another section, or out of the order of its neighbours.
    """

    olds: tuple[Piece, ...]
    news: tuple[Piece, ...]
    step: int
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Alignment:
    """All pieces of both sides are in exactly one of `matches` (in the order of the old text), `gone` or `come`.

    `runs`: too much differs to look at it piece by piece. Then only what stayed word for word is matched, and these are
    the runs of pieces `old.pieces[i:j]` where `new.pieces[k:h]` stands now.
    """

    old: View
    new: View
    sections: Matched
    matches: tuple[Match, ...]
    gone: tuple[Piece, ...]
    come: tuple[Piece, ...]
    runs: tuple[Span, ...] = ()


def coarse(old: View, new: View, runs: Sequence[Span]) -> Alignment:
    """Only what stands outside of the runs is matched, and the sections whose headings do."""
    matches: list[Match] = []
    gone: list[Piece] = []
    come: list[Piece] = []
    i = k = 0
    for x, j, y, h in [*runs, (len(old.pieces), len(old.pieces), len(new.pieces), len(new.pieces))]:
        matches += (Match((a,), (b,), 1) for a, b in zip(old.pieces[i:x], new.pieces[k:y], strict=True))
        gone += old.pieces[x:j]
        come += new.pieces[y:h]
        i, k = j, h
    headings = ((found.olds[0], found.news[0]) for found in matches)
    sections = {a.of: b.of for a, b in headings if a.of and b.of and a.kind == b.kind == "heading"}
    return Alignment(old, new, sections, tuple(matches), tuple(gone), tuple(come), tuple(runs))


def in_order(matches: list[Match]) -> list[Match]:
    """What stands in the same order on both sides, the most there is: headings, lists and lines first, then sentences.

    So a sentence that passes a heading has moved, and not the heading.
    """
    fixed = [found for found in matches if found.olds[0].kind not in ("commitment", "unit")]
    anchors = [fixed[place] for place in increasing([found.news[0].index for found in fixed])]
    held = {id(found) for found in anchors}
    ahead = [found.news[0].index for found in anchors]
    kept: list[Match] = []
    passed = 0
    for found in matches:
        if id(found) in held:
            passed += 1
            kept.append(found)
        elif found.olds[0].kind in ("commitment", "unit"):
            after = ahead[passed - 1] if passed else -1
            before = ahead[passed] if passed < len(ahead) else found.news[0].index + 1
            if after < found.news[0].index < before:
                kept.append(found)
    return [kept[place] for place in increasing([found.news[0].index for found in kept])]
