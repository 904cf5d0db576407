"""Typing: what each difference means, in the order of SPEC §12; the first explanation that accounts for it consumes it.

pieces on both sides ─► pair (words that differ) ─► detectors, one after the other ─► what is left is a new wording
sections             ─► renumbered, retitled, moved, added, removed
pieces on one side   ─► withdrawn, added, removed; or part of a section that is
pieces elsewhere     ─► moved, with whatever else was found in them
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from services.domain.change import Change, Marks, Suppression
from services.parser.compare.judging import severity
from services.parser.compare.kinds import outline, rest
from services.parser.compare.kinds.actors import subjects, unit_lists
from services.parser.compare.kinds.coarse import coarse
from services.parser.compare.kinds.deadlines import announced, deadlines
from services.parser.compare.kinds.figures import figures
from services.parser.compare.kinds.found import Detector, Found, Open, run, without
from services.parser.compare.kinds.furniture import decoration, outside, redecorated, reformed
from services.parser.compare.kinds.lone import lone
from services.parser.compare.kinds.metadata import metadata
from services.parser.compare.kinds.modality import modality
from services.parser.compare.kinds.qualities import recurrences, references
from services.parser.compare.kinds.targets import baselines, scopes, targets
from services.parser.compare.marking.pair import Frame, Pair, Verdict, hull, merged, pair, told
from services.parser.compare.marking.wording import Hunk
from services.parser.compare.matching.view import Piece, View

#: Kind of a matched piece -> its detectors, in the order of SPEC §12. The last one takes what is left.
DETECTORS: dict[str, Sequence[Detector]] = {
    "commitment": (
        targets, scopes, baselines, deadlines, subjects, modality, recurrences, references, figures, announced,
        rest.reworded,
    ),
    "unit": (metadata, announced, figures, references, rest.retold),
    "line": (metadata, announced, figures, references, rest.retold),
    "list": (unit_lists, rest.retold),
    "heading": (announced, outline.retitled),
}  # fmt: skip

_SPLIT = 7
_CROSSED = 8


@dataclass(slots=True)
class _Ledger:
    """What has been found so far in one comparison."""

    changes: list[Change] = field(default_factory=list)
    held: list[Suppression] = field(default_factory=list)
    renumbered: list[outline.Renumbered] = field(default_factory=list)
    moved: list[Pair] = field(default_factory=list)


def typed(frame: Frame) -> tuple[list[Change], list[Suppression]]:
    """Changes and suppressions of the whole comparison, in no particular order; coarse where too much differs."""
    if frame.alignment.runs:
        return coarse(frame)
    ledger = _Ledger()
    for found in frame.differing:
        _matched(ledger, pair(frame, found))
    _moved(ledger, frame)
    for view, pieces, old in ((frame.old, frame.alignment.gone, True), (frame.new, frame.alignment.come, False)):
        _one_sided(ledger, view, pieces, old=old)
    return ledger.changes, ledger.held


def _matched(ledger: _Ledger, pair: Pair) -> None:
    if pair.kind == "furniture":
        if pair.hunks:
            ledger.held.append(redecorated(pair))
        return
    if pair.match.step == _CROSSED and not pair.meant and not pair.match.moved and not rest.now_past(pair):
        # The same words in the same place, read otherwise for what stands around them: no news.
        ledger.held += reformed(pair)
        return
    if pair.match.step == _CROSSED:
        ledger.changes += rest.crossed(pair, _entire(pair) if pair.match.moved else pair.hunks).changes
        return
    if pair.match.moved:
        ledger.moved.append(pair)
    ledger.held += reformed(pair)
    left = pair.meant
    if pair.kind == "heading":
        renumbered, left = outline.numbers(pair, left)
        if renumbered:
            ledger.renumbered.append(renumbered)
    if left:
        found = _explained(pair, left)
        ledger.changes += found.changes
        ledger.held += found.held


def _entire(pair: Pair) -> tuple[Hunk, ...]:
    return (Hunk(pair.old_start, pair.old_end, pair.new_start, pair.new_end, form=False),)


def _explained(pair: Pair, left: Open) -> Found:
    if pair.match.step != _SPLIT:
        return run(DETECTORS[pair.kind], pair, left)
    # What joins or parts the sentences is the split itself, whatever a detector would make of it.
    joints = rest.joints(pair, left)
    if pair.kind != "commitment":
        found = run(DETECTORS[pair.kind][:-1], pair, without(left, joints))
        end = rest.retold(pair, tuple(sorted((*found.left, *joints), key=lambda hunk: hunk.old_start)))
        return Found(end.left, found.changes + end.changes, found.held + end.held)
    found, whole = run(DETECTORS[pair.kind], pair, without(left, joints)), rest.regrouped(pair, joints)
    return Found(found.left, found.changes + whole.changes, found.held)


def _moved(ledger: _Ledger, frame: Frame) -> None:
    """Sections that stand elsewhere account for all in them that nothing else explains; other pieces for themselves."""
    # What other entries account for in a moved piece stays as it is: entries made here lie in pieces of their own.
    taken = _taken(ledger)
    headings = {found.match.news[0].of: found for found in ledger.moved if found.kind == "heading"}
    inside: dict[str, list[Pair]] = {id_: [found] for id_, found in headings.items() if id_}
    alone: list[Pair] = []
    for found in ledger.moved:
        if found.kind == "furniture":
            continue
        if found.kind != "heading":
            owner = next((x.id for x in frame.new.ancestors(found.match.news[0].section) if x.id in headings), None)
            inside.get(owner or "", alone).append(found)
    groups: dict[str, list[Pair]] = defaultdict(list)
    for id_ in inside:
        groups[_outer(frame, id_, headings)] += inside[id_]
    numbers: dict[str | None, list[outline.Renumbered]] = defaultdict(list)
    for one in ledger.renumbered:
        numbers[one.parent].append(one)
    for id_, group in groups.items():
        marks = _remaining(taken, group, numbers.pop(frame.new.sections[id_].parent, []))
        ledger.changes.append(outline.moved(frame, headings[id_], marks))
    ledger.changes += outline.renumbered(numbers.values())
    for found in alone:
        ledger.changes.append(_elsewhere(found, _remaining(taken, [found], ())))


def _outer(frame: Frame, id_: str, headings: dict[str | None, Pair]) -> str:
    """The outermost moved section above."""
    return [x.id for x in frame.new.ancestors(id_) if x.id in headings][-1]


def _taken(ledger: _Ledger) -> tuple[Marks, Marks]:
    """All marks of either side so far, in order."""
    entries: tuple[Change | Suppression, ...] = (*ledger.changes, *ledger.held)
    return merged(mark for x in entries for mark in x.old_marks), merged(mark for x in entries for mark in x.new_marks)


def _remaining(
    taken: tuple[Marks, Marks], group: Sequence[Pair], numbers: Sequence[outline.Renumbered]
) -> tuple[Marks, Marks]:
    """The places of a group of pieces on both sides, without what other entries already account for."""
    before = [(found.old_start, found.old_end) for found in group]
    after = [(found.new_start, found.new_end) for found in group]
    hunks = [hunk for one in numbers for hunk in one.mine if not any(one.pair is found for found in group)]
    before += [(hunk.old_start, hunk.old_end) for hunk in hunks]
    after += [(hunk.new_start, hunk.new_end) for hunk in hunks]
    return outside(before, taken[0]), outside(after, taken[1])


def _elsewhere(found: Pair, marks: tuple[Marks, Marks]) -> Change:
    """A sentence or line that stands in another section (ids of both), or elsewhere in its own."""
    sections = found.match.olds[0].section, found.match.news[0].section
    same = found.frame.alignment.sections.get(sections[0] or "") == sections[1]
    detail = "within_section" if same else None
    if found.kind == "commitment":
        level = severity.FIXED["commitment_moved"]
        verdict = Verdict("commitment_moved", "SPEC §12.20", level, "neutral", *sections, detail)
    else:
        level = severity.FIXED["narrative_changed"]
        verdict = Verdict("narrative_changed", "SPEC §12.24", level, "neutral", *sections, "moved")
    change = told(found, verdict, ())
    old, new = found.frame.old.document, found.frame.new.document
    quotes = hull(old, ((found.old_start, found.old_end),)), hull(new, ((found.new_start, found.new_end),))
    return replace(change, old=quotes[0], new=quotes[1], old_marks=marks[0], new_marks=marks[1])


def _one_sided(ledger: _Ledger, view: View, pieces: Sequence[Piece], *, old: bool) -> None:
    changes, left = outline.lone(view, pieces, old=old)
    ledger.changes += changes
    for piece in left:
        if piece.kind == "furniture":
            ledger.held.append(decoration(view, piece, old=old))
        else:
            ledger.changes += lone(view, piece, old=old)
