"""Sections: renumbered, retitled, moved, added, removed; annexed plans likewise (SPEC §12 rows 6 and 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from services.domain.change import Change, ChangeType, Marks
from services.domain.document import Section
from services.parser.compare.judging import severity
from services.parser.compare.kinds.found import Found, Open, without
from services.parser.compare.marking.pair import Frame, Pair, Verdict, new_marks, old_marks, quote, told, touches, whole
from services.parser.compare.matching.view import Piece, View

_RULE = "SPEC §12.7"


@dataclass(frozen=True, slots=True)
class Renumbered:
    """The heading of a section whose number changed, with the hunks in its number."""

    pair: Pair
    mine: Open
    parent: str | None


def numbers(pair: Pair, left: Open) -> tuple[Renumbered | None, Open]:
    """Hunks in the heading's own number, apart from the rest."""
    old, new = _sections(pair)
    if (old.number or "") == (new.number or ""):
        return None, left
    before = [(old.start, old.start + len(old.number))] if old.number else []
    after = [(new.start, new.start + len(new.number))] if new.number else []
    mine = tuple(hunk for hunk in left if touches(hunk, old=before, new=after))
    return (Renumbered(pair, mine, new.parent), without(left, mine)) if mine else (None, left)


def renumbered(groups: Iterable[Sequence[Renumbered]]) -> Iterator[Change]:
    """One change for all that was renumbered below one parent: a group each."""
    for group in groups:
        before, after = zip(*((_number(x.pair, old=True), _number(x.pair, old=False)) for x in group), strict=True)
        verdict = Verdict("section_renumbered", _RULE, severity.FIXED["section_renumbered"], "neutral", before, after)
        change = told(group[0].pair, verdict, group[0].mine)
        mine = [hunk for one in group for hunk in one.mine]
        yield replace(
            change, section=_sections(group[0].pair)[1].id, old_marks=old_marks(mine), new_marks=new_marks(mine)
        )


def _number(pair: Pair, *, old: bool) -> str:
    return _sections(pair)[0 if old else 1].number or ""


def _sections(pair: Pair) -> tuple[Section, Section]:
    return pair.frame.old.sections[pair.match.olds[0].of or ""], pair.frame.new.sections[pair.match.news[0].of or ""]


def retitled(pair: Pair, left: Open) -> Found:
    old, new = _sections(pair)
    verdict = Verdict(
        "section_retitled", _RULE, severity.FIXED["section_retitled"], "neutral", old.heading, new.heading
    )
    change = told(pair, verdict, left)
    return Found((), (replace(change, section=new.id, path=pair.frame.new.path(new.id)),))


def moved(frame: Frame, pair: Pair, marks: tuple[Marks, Marks]) -> Change:
    """A section that stands elsewhere: below another parent (ids), or in another place among its siblings (from 1)."""
    old, new = _sections(pair)
    if frame.alignment.sections.get(old.parent or "") == new.parent:
        before: str | int | None = frame.old.places[old.id]
        after: str | int | None = frame.new.places[new.id]
    else:
        before, after = old.parent, new.parent
    verdict = Verdict("section_moved", _RULE, severity.FIXED["section_moved"], "neutral", before, after)
    change = told(pair, verdict, ())
    document = frame.old.document, frame.new.document
    quotes = quote(document[0], old.start, old.end), quote(document[1], new.start, new.end)
    return replace(
        change, section=new.id, path=frame.new.path(new.id), old=quotes[0], new=quotes[1],
        old_marks=marks[0], new_marks=marks[1], context_before=document[0].source_text[old.start : old.extent_end],
        context_after=document[1].source_text[new.start : new.extent_end],
    )  # fmt: skip


def lone(view: View, pieces: Sequence[Piece], *, old: bool) -> tuple[list[Change], list[Piece]]:
    """Changes for sections only one side has, the outermost for all below it, and the pieces nobody has accounted for.

    The section accounts for its headings, lists and sentences that promise nothing; its commitments for themselves.
    """
    headings: dict[str, Piece] = {piece.of: piece for piece in pieces if piece.kind == "heading" and piece.of}
    claimed: dict[str, list[Piece]] = defaultdict(list)
    promises: dict[str, list[str]] = defaultdict(list)
    left: list[Piece] = []
    for piece in pieces:
        owner = _outermost(view, piece.of if piece.kind == "heading" else piece.section, headings)
        if owner is None or piece.kind == "commitment":
            left.append(piece)
        else:
            claimed[owner].append(piece)
        if owner is not None and piece.kind == "commitment" and piece.of:
            promises[owner].append(piece.of)
    changes = [_lone(view, headings[owner], group, promises[owner], old=old) for owner, group in claimed.items()]
    return changes, left


def _outermost(view: View, section: str | None, headings: dict[str, Piece]) -> str | None:
    """The outermost section above whose own heading is among the pieces; every section between must be, too."""
    owner = None
    for found in view.ancestors(section):
        if found.form == "next_step" and owner is None:
            continue
        if found.id not in headings:
            break
        owner = found.id
    return owner


def _lone(view: View, heading: Piece, group: Sequence[Piece], promises: Sequence[str], *, old: bool) -> Change:
    section = view.sections[heading.of or ""]
    kind = _kind(section, old=old)
    title = view.document.source_text[section.start : section.end]
    said = (title, None) if old else (None, title)
    rule = "SPEC §12.6" if section.form == "annex_title" else _RULE
    change = whole(view, heading, Verdict(kind, rule, severity.FIXED[kind], "neutral", *said), old=old)
    marks = tuple((piece.start, piece.end) for piece in group)
    return replace(
        change,
        section=section.id,
        affected=tuple(promises),
        old_marks=marks if old else (),
        new_marks=() if old else marks,
    )


def _kind(section: Section, *, old: bool) -> ChangeType:
    if section.form == "annex_title":
        return "attachment_removed" if old else "attachment_added"
    return "section_removed" if old else "section_added"
