"""Pieces that only one side has: commitments, reported facts, lists, lines (SPEC §12 rows 8, 9, 15, 23, 24)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.domain.change import Change, ChangeType, Direction, Marks
from services.parser.compare.judging import severity
from services.parser.compare.kinds.metadata import gone_or_come, written_in
from services.parser.compare.marking.pair import Verdict, quote, whole
from services.parser.compare.matching.view import Piece, View


def lone(view: View, piece: Piece, *, old: bool) -> Iterator[Change]:
    """Every change needed to account for the piece; furniture has none."""
    if piece.kind == "commitment":
        yield _promise(view, piece, old=old)
    elif piece.kind == "unit":
        yield _sentence(view, piece, old=old)
    elif piece.kind == "list":
        yield _list(view, piece, old=old)
    elif piece.kind == "line":
        yield from _line(view, piece, old=old)


def _promise(view: View, piece: Piece, *, old: bool) -> Change:
    commitment = view.commitments[piece.of or ""]
    targets = view.targets.get(commitment.id, ())
    said = view.document.source_text[piece.start : piece.end]
    if old:
        level = severity.commitment_withdrawn(commitment.tier, has_target=bool(targets))
        verdict = Verdict("commitment_withdrawn", "SPEC §12.9", level, "softened", said)
    else:
        level = severity.commitment_added(commitment.tier)
        verdict = Verdict("commitment_added", "SPEC §12.8", level, "strengthened", None, said)
    metrics = "、".join(dict.fromkeys(target.metric for target in targets))
    return whole(view, piece, verdict, old=old, metric=metrics or None)


def _sentence(view: View, piece: Piece, *, old: bool) -> Change:
    """A reported fact is known by its figures, any other sentence by its words."""
    figures = view.figures(piece.start, piece.end)
    if not figures:
        return _told(view, piece, old=old)
    kind: ChangeType = "figure_removed" if old else "figure_added"
    first = figures[0]
    amount = first.value if len(figures) == 1 else view.document.source_text[piece.start : piece.end]
    before, after = (amount, None) if old else (None, amount)
    verdict = Verdict(kind, "SPEC §12.23", severity.FIXED[kind], "neutral", before, after)
    metrics = "、".join(dict.fromkeys(figure.metric for figure in figures))
    return replace(whole(view, piece, verdict, old=old), figure=first.id, metric=metrics)


def _told(view: View, piece: Piece, *, old: bool) -> Change:
    said = view.document.source_text[piece.start : piece.end]
    before, after, detail = (said, None, "removed") if old else (None, said, "added")
    level = severity.FIXED["narrative_changed"]
    verdict = Verdict("narrative_changed", "SPEC §12.24", level, "neutral", before, after, detail)
    return whole(view, piece, verdict, old=old)


def _list(view: View, piece: Piece, *, old: bool) -> Change:
    """A whole 责任单位 list put in or taken out below a section that stayed."""
    units = view.lists[piece.of or ""].units
    kind: ChangeType = "actor_removed" if old else "actor_added"
    direction: Direction = "softened" if old else "strengthened"
    before, after = (units, None) if old else (None, units)
    verdict = Verdict(kind, "SPEC §12.15", severity.FIXED[kind], direction, before, after)
    bound = view.promised.get(piece.section, ())
    tiers = [view.commitments[id_].tier for id_ in bound]
    return replace(whole(view, piece, verdict, old=old), affected=bound, actors=units, tier=min(tiers, default=None))


def _line(view: View, piece: Piece, *, old: bool) -> Iterator[Change]:
    """The fields written in it, the first of which accounts for the words around them."""
    fields = list(written_in(view, piece.start, piece.end))
    if not fields:
        yield _told(view, piece, old=old)
        return
    free = {entry.place for _, entry in fields if entry.place}
    for number, (field, entry) in enumerate(fields):
        change = whole(view, piece, gone_or_come(field, entry, old=old), old=old)
        said = quote(view.document, *entry.place) if entry.place else None
        marks: Marks = (entry.place,) if entry.place in free and entry.place else ()
        free.discard(entry.place)
        if number == 0:
            marks = _outside(piece, sorted(filter(None, free)))
        yield replace(
            change, field=field.partition(".")[0], old=said if old else None, new=None if old else said,
            old_marks=marks if old else (), new_marks=() if old else marks,
        )  # fmt: skip


def _outside(piece: Piece, places: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The piece without `places`, which do not overlap."""
    marks: list[tuple[int, int]] = []
    position = piece.start
    for start, end in places:
        marks.append((position, start))
        position = end
    return tuple((a, b) for a, b in [*marks, (position, piece.end)] if a < b)
