"""A matched piece with its differences, and how a Change is made from some of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import isqrt

from services.domain.change import (
    Change,
    ChangeType,
    Direction,
    Marks,
    Quote,
    Said,
    Severity,
    Suppression,
    SuppressionType,
)
from services.domain.commitment import Commitment, Deadline
from services.domain.document import Document
from services.parser.compare.marking.wording import FAR, Hunk, Wording, hunks
from services.parser.compare.matching.alignment import Alignment, Match
from services.parser.compare.matching.view import Piece, View

#: Half-open, in document offsets.
Stretch = tuple[int, int]
#: A deadline's wording before and after; None where there was none.
Shift = tuple[str | None, str | None]

#: Steps spent on the wordings of all pairs together, and what each may be apart whatever their number.
_STEPS = 3_000_000
_NEAR = 40


@dataclass(frozen=True)
class Frame:
    """Both documents and what became of what; look-ups over the whole comparison."""

    alignment: Alignment

    @property
    def old(self) -> View:
        return self.alignment.old

    @property
    def new(self) -> View:
        return self.alignment.new

    @cached_property
    def differing(self) -> tuple[Match, ...]:
        """Matches that moved, became something else, or of which one character is another one now."""
        old, new = self.old.document.source_text, self.new.document.source_text
        return tuple(
            x
            for x in self.alignment.matches
            if x.moved
            or x.olds[0].kind != x.news[0].kind
            or old[x.olds[0].start : x.olds[-1].end] != new[x.news[0].start : x.news[-1].end]
        )

    @cached_property
    def far(self) -> int:
        """How many words of a pair may differ before it is marked whole: fewer where hundreds of pairs differ."""
        return max(_NEAR, min(FAR, isqrt(_STEPS // max(len(self.differing), 1))))

    @cached_property
    def promises(self) -> tuple[tuple[Commitment, Commitment], ...]:
        """Commitments on both sides of each match."""
        return tuple(
            (self.old.commitments[mine.of], self.new.commitments[theirs.of])
            for found in self.alignment.matches
            for mine in found.olds
            for theirs in found.news
            if mine.kind == theirs.kind == "commitment" and mine.of and theirs.of
        )

    @cached_property
    def handed(self) -> dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]]:
        """(Actors before and after) -> the commitments of the new document to which that happened."""
        found: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = defaultdict(list)
        for mine, theirs in self.promises:
            if mine.actors != theirs.actors:
                found[mine.actors, theirs.actors].append(theirs.id)
        return found

    @cached_property
    def shifts(self) -> dict[tuple[str | None, Shift], list[str]]:
        """(plan, deadline before and after) -> the commitments of the new document to which that happened elsewhere.

        A date written in the sentence itself reaches no other.
        """
        found: dict[tuple[str | None, Shift], list[str]] = defaultdict(list)
        for mine, theirs in self.promises:
            before, after = _terms(self.old, mine), _terms(self.new, theirs)
            if before == after:
                continue
            plan = self.new.annex(theirs.section)
            for old, new in zip(before, after, strict=False):
                if all(side is None or side.source == "explicit" for side in (old, new)):
                    continue
                raws = old.raw if old else None, new.raw if new else None
                if raws[0] != raws[1] and found[plan, raws][-1:] != [theirs.id]:
                    found[plan, raws].append(theirs.id)
        return found


def _terms(view: View, commitment: Commitment) -> list[Deadline | None]:
    return [commitment.deadline, *(target.deadline for target in view.targets.get(commitment.id, ()))]


@dataclass(frozen=True, slots=True)
class Pair:
    """`match` with the hunks between its two wordings, in document offsets."""

    frame: Frame
    match: Match
    hunks: tuple[Hunk, ...]
    old_start: int
    old_end: int
    new_start: int
    new_end: int

    @property
    def kind(self) -> str:
        return self.match.news[0].kind

    @property
    def meant(self) -> tuple[Hunk, ...]:
        """Differences that may mean something."""
        return tuple(hunk for hunk in self.hunks if not hunk.form)

    @property
    def old_text(self) -> str:
        """MATCH layer."""
        return self.frame.old.matched[self.old_start : self.old_end]

    @property
    def new_text(self) -> str:
        return self.frame.new.matched[self.new_start : self.new_end]

    def promises(self, *, old: bool) -> Iterator[Commitment]:
        view, pieces = (self.frame.old, self.match.olds) if old else (self.frame.new, self.match.news)
        return (view.commitments[piece.of] for piece in pieces if piece.kind == "commitment" and piece.of)

    def image(self, start: int, end: int) -> Stretch:
        """Where `old[start:end]` went in the new text; what was replaced goes to the whole of what replaced it."""
        return self._image(start, closing=False), self._image(end, closing=True)

    def _image(self, offset: int, *, closing: bool) -> int:
        moved = self.new_start - self.old_start
        for hunk in self.hunks:
            if hunk.old_start < offset < hunk.old_end:
                return hunk.new_end if closing else hunk.new_start
            if hunk.old_end > offset or (closing and hunk.old_start == hunk.old_end == offset):
                break
            moved = hunk.new_end - hunk.old_end
        return offset + moved


def pair(frame: Frame, match: Match) -> Pair:
    old_start, old_end = match.olds[0].start, match.olds[-1].end
    new_start, new_end = match.news[0].start, match.news[-1].end
    found = hunks(_wording(frame.old, old_start, old_end), _wording(frame.new, new_start, new_end), frame.far)
    return Pair(frame, match, found, old_start, old_end, new_start, new_end)


def _wording(view: View, start: int, end: int) -> Wording:
    return Wording(view.document.source_text[start:end], view.matched[start:end], start)


def words(pair: Pair, hunk: Hunk) -> tuple[str, str]:
    """What the hunk says on both sides, in the MATCH layer."""
    old, new = pair.frame.old.matched, pair.frame.new.matched
    return old[hunk.old_start : hunk.old_end], new[hunk.new_start : hunk.new_end]


def touches(hunk: Hunk, *, old: Iterable[Stretch] = (), new: Iterable[Stretch] = ()) -> bool:
    """Whether the hunk changes something inside of a stretch of either side."""
    return any(_within(hunk.old_start, hunk.old_end, *stretch) for stretch in old) or any(
        _within(hunk.new_start, hunk.new_end, *stretch) for stretch in new
    )


def _within(start: int, end: int, left: int, right: int) -> bool:
    return left < end and start < right if start < end else left < start < right


def widened(pair: Pair, hunk: Hunk, *, old: Iterable[Stretch], new: Iterable[Stretch]) -> Hunk:
    """The hunk grown over the names it cuts; what it grows over is equal on both sides and touched by no other hunk."""
    spots = [(hunk.old_start - a, b - hunk.old_end) for a, b in old if _within(hunk.old_start, hunk.old_end, a, b)]
    spots += [(hunk.new_start - a, b - hunk.new_end) for a, b in new if _within(hunk.new_start, hunk.new_end, a, b)]
    left, right = max((x for x, _ in spots), default=0), max((y for _, y in spots), default=0)
    others = [x for x in pair.hunks if x != hunk]
    left = min([left, *(hunk.old_start - x.old_end for x in others if x.old_end <= hunk.old_start)])
    right = min([right, *(x.old_start - hunk.old_end for x in others if x.old_start >= hunk.old_end)])
    left, right = max(left, 0), max(right, 0)
    return replace(
        hunk, old_start=hunk.old_start - left, old_end=hunk.old_end + right,
        new_start=hunk.new_start - left, new_end=hunk.new_end + right,
    )  # fmt: skip


def merged(marks: Iterable[tuple[int, int]]) -> Marks:
    """Marks in order, those that touch as one."""
    ordered = sorted(mark for mark in marks if mark[0] < mark[1])
    found: list[tuple[int, int]] = ordered[:1]
    for (_, _), (start, end) in pairwise(ordered):
        if start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def old_marks(found: Iterable[Hunk]) -> Marks:
    return merged((hunk.old_start, hunk.old_end) for hunk in found)


def new_marks(found: Iterable[Hunk]) -> Marks:
    return merged((hunk.new_start, hunk.new_end) for hunk in found)


def quote(document: Document, start: int, end: int) -> Quote:
    return Quote(start, end, document.source_text[start:end])


def hull(document: Document, marks: Marks) -> Quote | None:
    return quote(document, marks[0][0], marks[-1][1]) if marks else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a detector decides: the type with how serious it is, which way it points, and what was and is said."""

    type: ChangeType
    rule: str
    severity: Severity
    direction: Direction
    before: Said = None
    after: Said = None
    detail: str | None = None


def told(found: Pair, verdict: Verdict, mine: Sequence[Hunk]) -> Change:
    """A Change inside a matched piece that accounts for the hunks `mine`, with everything a reader wants around it."""
    old, new = found.frame.old.document, found.frame.new.document
    before, after = old_marks(mine), new_marks(mine)
    theirs = found.match.news[0]
    change = Change(
        verdict.type, verdict.severity, verdict.direction, verdict.detail, found.frame.new.path(theirs.section),
        verdict.before, verdict.after, hull(old, before), hull(new, after), verdict.rule,
        section=theirs.section, context_before=old.source_text[found.old_start : found.old_end],
        context_after=new.source_text[found.new_start : found.new_end], old_marks=before, new_marks=after,
    )  # fmt: skip
    return promised(change, found.frame.new, theirs)


def whole(view: View, piece: Piece, verdict: Verdict, *, old: bool, metric: str | None = None) -> Change:
    """A Change that accounts for a whole piece: gone from the old document, or come into the new one."""
    said, marks = quote(view.document, piece.start, piece.end), ((piece.start, piece.end),)
    promise = view.commitments.get(piece.of or "") if piece.kind == "commitment" else None
    # Built in one go: a document replaced as a whole has thousands of these.
    return Change(
        verdict.type, verdict.severity, verdict.direction, verdict.detail, view.path(piece.section),
        verdict.before, verdict.after, said if old else None, None if old else said, verdict.rule,
        section=piece.section, metric=metric,
        commitment=promise.id if promise else None, tier=promise.tier if promise else None,
        actors=promise.actors if promise else (), deadline=_due(promise),
        has_target=promise is not None and bool(view.targets.get(promise.id)),
        context_before=said.text if old else None, context_after=None if old else said.text,
        old_marks=marks if old else (), new_marks=() if old else marks,
    )  # fmt: skip


def _due(promise: Commitment | None) -> str | None:
    deadline = promise.deadline if promise else None
    return (deadline.end or deadline.raw) if deadline else None


def promised(change: Change, view: View, piece: Piece) -> Change:
    """`change` with what is known of the commitment `piece` stands for, if it is one."""
    commitment = view.commitments.get(piece.of or "") if piece.kind == "commitment" else None
    if commitment is None:
        return change
    return replace(
        change, commitment=commitment.id, tier=commitment.tier, actors=commitment.actors, deadline=_due(commitment),
        has_target=bool(view.targets.get(commitment.id)),
    )  # fmt: skip


def held(found: Pair, type_: SuppressionType, rule: str, mine: Sequence[Hunk]) -> Suppression:
    """A Suppression inside a matched piece that accounts for the hunks `mine`."""
    old, new = found.frame.old.document, found.frame.new.document
    before, after = old_marks(mine), new_marks(mine)
    path = found.frame.new.path(found.match.news[0].section)
    return Suppression(type_, rule, hull(old, before), hull(new, after), path=path, old_marks=before, new_marks=after)
