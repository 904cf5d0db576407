"""The short way: two documents laid out alike, in which a few pieces say something else in their own place.

Nearly every edit of a published page is of this kind. The nine steps of SPEC §11 come to the same answer; they look for
it everywhere, this looks where it is. What is not certain here is left to them.
"""

from __future__ import annotations

from services.parser.compare.matching.dice import dice
from services.parser.compare.matching.view import Piece, View

#: Piece against piece, and the sections they lie in, old id to new.
Parallel = tuple[tuple[tuple[Piece, Piece], ...], dict[str, str]]

#: With more differing pieces than this, what moved among them is worth looking for.
_FEW = 32
#: What a sentence must keep to be itself for certain; twice the part of SPEC §11 step 5 that is open to rivals.
_SAME = 0.60


def parallel(old: View, new: View) -> Parallel | None:
    """Every piece with its partner, where the layouts agree and no differing piece could have come from elsewhere."""
    if len(old.pieces) != len(new.pieces):
        return None
    sections = _sections(old, new)
    if sections is None:
        return None
    couples = tuple(zip(old.pieces, new.pieces, strict=True))
    if any(mine.kind != theirs.kind or mine.label != theirs.label for mine, theirs in couples):
        return None
    if any(sections.get(mine.section or "") != (theirs.section or None) for mine, theirs in couples):
        return None
    differing = [couple for couple in couples if old.text(couple[0]) != new.text(couple[1])]
    return (couples, sections) if _in_place(old, new, differing) else None


def _sections(old: View, new: View) -> dict[str, str] | None:
    """Old id to new, where both trees are the same; the words of a heading may differ."""
    mine, theirs = old.document.sections, new.document.sections
    if len(mine) != len(theirs):
        return None
    found: dict[str, str] = {}
    for a, b in zip(mine, theirs, strict=True):
        parent = found.get(a.parent) if a.parent is not None else None
        if a.number != b.number or a.form != b.form or parent != b.parent:
            return None
        found[a.id] = b.id
    return found


def _in_place(old: View, new: View, differing: list[tuple[Piece, Piece]]) -> bool:
    """Each differing sentence or heading is still itself, and none says what another one said."""
    if len(differing) > _FEW:
        return False
    said = {old.key(mine) for mine, theirs in differing if old.key(mine) != new.key(theirs)}
    if any(new.key(theirs) in said and old.key(mine) != new.key(theirs) for mine, theirs in differing):
        return False
    return all(
        dice(old.pairs(mine), new.pairs(theirs)) >= _SAME
        for mine, theirs in differing
        if mine.kind in ("commitment", "unit", "heading")
    )
