"""A page that was replaced: what can be said where too much differs to look at it sentence by sentence.

At most four changes, each with detail `coarse`: promises withdrawn and added, figures and the rest told anew. `before`
and `after` count the sentences. Every differing character lies in one of them, with what stood between it and the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from services.domain.change import Change, ChangeType, Direction, Marks, Quote, Severity, Suppression, rank
from services.parser.compare.judging import severity
from services.parser.compare.kinds.furniture import FORMAT
from services.parser.compare.marking.pair import Frame, hull, merged, quote
from services.parser.compare.marking.script import Span, shared_ends
from services.parser.compare.matching.view import Piece, View

#: A first impression of what changed, and the units named to filters.
_QUOTED = 200
_NAMED = 200


@dataclass(slots=True)
class _Side:
    """Runs of one side: those in which promises were taken out or put in, and the others."""

    promised: list[tuple[int, int]] = field(default_factory=list)
    plain: list[tuple[int, int]] = field(default_factory=list)
    promises: list[Piece] = field(default_factory=list)
    sentences: int = 0


def coarse(frame: Frame) -> tuple[list[Change], list[Suppression]]:
    """Changes that account for the runs, and a suppression for another form of what stayed."""
    old, new = _Side(), _Side()
    said = _said(frame.old, frame.alignment.gone), _said(frame.new, frame.alignment.come)
    for run in frame.alignment.runs:
        before, after = _trimmed(frame, run)
        _enter(old, frame.old, frame.old.pieces[run[0] : run[1]], before, said[1])
        _enter(new, frame.new, frame.new.pieces[run[2] : run[3]], after, said[0])
    changes = [*_promises(frame.old, old, old_side=True), *_promises(frame.new, new, old_side=False)]
    if old.plain or new.plain:
        changes.append(_rest(frame, old, new))
    return changes, list(_reformed(frame))


def _said(view: View, pieces: Sequence[Piece]) -> set[str]:
    return {view.text(piece) for piece in pieces}


def _enter(side: _Side, view: View, pieces: Sequence[Piece], place: tuple[int, int], elsewhere: set[str]) -> None:
    """What the other side says as well, in another order, was neither withdrawn nor added."""
    promises = [piece for piece in pieces if piece.kind == "commitment" and view.text(piece) not in elsewhere]
    side.promises += promises
    if place[0] < place[1]:
        (side.promised if promises else side.plain).append(place)
    side.sentences += len(pieces)


def _trimmed(frame: Frame, run: Span) -> tuple[tuple[int, int], tuple[int, int]]:
    """The places of a run on both sides without the characters it begins and ends with on both."""
    (a, b), (c, d) = _place(frame.old, run[0], run[1]), _place(frame.new, run[2], run[3])
    head, tail = shared_ends(frame.old.document.source_text[a:b], frame.new.document.source_text[c:d])
    return (a + head, b - tail), (c + head, d - tail)


def _place(view: View, start: int, end: int) -> tuple[int, int]:
    return (view.pieces[start].start, view.pieces[end - 1].end) if start < end else (0, 0)


def _promises(view: View, side: _Side, *, old_side: bool) -> Iterator[Change]:
    if not side.promises:
        return
    held = [view.commitments[piece.of or ""] for piece in side.promises]
    targets = any(view.targets.get(promise.id) for promise in held)
    tier = min(promise.tier for promise in held)
    kind: ChangeType = "commitment_withdrawn" if old_side else "commitment_added"
    rule = "SPEC §12.9 coarse" if old_side else "SPEC §12.8 coarse"
    level = max(
        (
            severity.commitment_withdrawn(x.tier, has_target=bool(view.targets.get(x.id)))
            if old_side
            else severity.commitment_added(x.tier)
            for x in held
        ),
        key=rank,
    )
    change = _change(kind, level, "softened" if old_side else "strengthened", rule)
    marks, said = merged(side.promised), _glimpse(view, side.promises[0].start, side.promises[0].end)
    names = [name for name, _ in Counter(name for x in held for name in x.actors).most_common(_NAMED)]
    change = replace(change, tier=tier, has_target=targets, actors=tuple(names))
    if old_side:
        yield replace(change, before=len(held), old=said, old_marks=marks)
    else:
        yield replace(change, after=len(held), new=said, new_marks=marks)


def _rest(frame: Frame, old: _Side, new: _Side) -> Change:
    """Medium: that a page was replaced is news, whatever it said."""
    change = _change("narrative_changed", "medium", "neutral", "SPEC §12.24 coarse")
    before, after = merged(old.plain), merged(new.plain)
    return replace(
        change, before=old.sentences, after=new.sentences, old_marks=before, new_marks=after,
        old=_glimpse(frame.old, *before[0]) if before else None, new=_glimpse(frame.new, *after[0]) if after else None,
    )  # fmt: skip


def _change(kind: ChangeType, level: Severity, direction: Direction, rule: str) -> Change:
    return Change(kind, level, direction, "coarse", (), None, None, None, None, rule)


def _glimpse(view: View, start: int, end: int) -> Quote:
    return quote(view.document, start, min(end, start + _QUOTED))


def _reformed(frame: Frame) -> Iterator[Suppression]:
    """What stayed word for word, in other characters."""
    before: list[tuple[int, int]] = []
    after: list[tuple[int, int]] = []
    for found in frame.alignment.matches:
        mine, theirs = found.olds[0], found.news[0]
        a = frame.old.document.source_text[mine.start : mine.end]
        b = frame.new.document.source_text[theirs.start : theirs.end]
        if a != b:
            head, tail = shared_ends(a, b)
            before.append((mine.start + head, mine.end - tail))
            after.append((theirs.start + head, theirs.end - tail))
    if before or after:
        marks: tuple[Marks, Marks] = merged(before), merged(after)
        quotes = hull(frame.old.document, marks[0]), hull(frame.new.document, marks[1])
        yield Suppression("format_only", FORMAT, *quotes, old_marks=marks[0], new_marks=marks[1])
