"""Dates promised: earlier, later, added, removed (SPEC §12 row 14).

A date is changed once, wherever it is written; whom it reaches (the segments after a `;`, the targets, a whole plan)
stands in `affected`. The date of a plan is written in its preamble, that of a year's work in a heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.domain.change import Change, Direction
from services.domain.commitment import Deadline
from services.parser.compare.judging import severity
from services.parser.compare.kinds.found import Found, Open, without
from services.parser.compare.marking.pair import Frame, Pair, Stretch, Verdict, told, touches
from services.parser.compare.marking.wording import Hunk
from services.parser.compare.marking.words import without_firmness
from services.parser.compare.matching.view import View
from services.parser.text.numerals import ARABIC_DIGITS, CHINESE_DIGITS, number

_RULE = "SPEC §12.14"


#: A time with its end, as it stands behind 在 or at the beginning of a clause.
_TERM = re.compile(
    rf"(?P<number>{ARABIC_DIGITS}|{CHINESE_DIGITS})(?P<unit>个?(?:工作日|自然日|小时|日|天|周|星期|月|学期))之?内"
)


@dataclass(frozen=True, slots=True)
class _Term:
    """A deadline where it is written."""

    place: Stretch
    deadline: Deadline


def deadlines(pair: Pair, left: Open) -> Found:
    """Expressions of time in a commitment that the hunks touch."""
    olds, news = _terms(pair, old=True), _terms(pair, old=False)
    found = Found(left)
    for before, after in _couples(pair, olds, news):
        places = [before.place] if before else [], [after.place] if after else []
        touched = [hunk for hunk in pair.meant if touches(hunk, old=places[0], new=places[1])]
        mine = [hunk for hunk in touched if hunk in found.left]
        if touched:
            changes = _moved(pair, before, after, _whole(pair, mine))
            found = Found(without(found.left, mine) if changes else found.left, found.changes + changes)
    for hunk in found.left:
        change = _within(pair, hunk)
        if change:
            found = Found(without(found.left, [hunk]), (*found.changes, change))
    return found


def _whole(pair: Pair, mine: Sequence[Hunk]) -> Sequence[Hunk]:
    """年内 → 明年底前 is one date for another: what both share in the midst of it goes with it."""
    first, last = mine[:1], mine[-1:]
    if len(mine) < 2 or [x for x in pair.hunks if first[0].old_start <= x.old_start <= last[0].old_start] != list(mine):
        return mine
    return [replace(first[0], old_end=last[0].old_end, new_end=last[0].new_end)]


def _within(pair: Pair, hunk: Hunk) -> Change | None:
    """30个工作日内 → 60个工作日内: a time counted from something that is no date."""
    sides = pair.frame.old.matched, pair.frame.new.matched
    old = _TERM.match(sides[0], hunk.old_start, hunk.old_end + 2)
    new = _TERM.match(sides[1], hunk.new_start, hunk.new_end + 2)
    detail = _longer(old, new)
    if old is None or new is None or detail is None:
        return None
    level = severity.FIXED["deadline_moved"]
    verdict = Verdict("deadline_moved", _RULE, level, detail[1], old.group(), new.group(), detail[0])
    return told(pair, verdict, [hunk])


def _longer(old: re.Match[str] | None, new: re.Match[str] | None) -> tuple[str, Direction] | None:
    """Which of two times counted in the same unit is the longer one."""
    if old is None or new is None or old["unit"] != new["unit"]:
        return None
    before, after = number(old["number"]), number(new["number"])
    if before is None or after is None or before == after:
        return None
    return ("later", "softened") if after > before else ("earlier", "strengthened")


def announced(pair: Pair, left: Open) -> Found:
    """A plan's period or a heading's year, written outside of the commitments it holds for: one change for them all."""
    annex = pair.frame.new.annex(pair.match.news[0].of or pair.match.news[0].section)
    for (plan, (before, after)), ids in pair.frame.shifts.items():
        places = [_spot(pair, before, old=True)], [_spot(pair, after, old=False)]
        if plan != annex or places == ([None], [None]):
            continue
        old, new = ([place for place in side if place] for side in places)
        mine = [hunk for hunk in left if touches(hunk, old=old, new=new)]
        if mine:
            change = _announced(pair, before, after, mine, ids)
            return Found(without(left, mine), (change,))
    return Found(left)


def _announced(pair: Pair, before: str | None, after: str | None, mine: Sequence[Hunk], ids: list[str]) -> Change:
    old, new = _of(pair.frame.old, before), _of(pair.frame.new, after)
    detail, direction = _judged(old, new)
    verdict = Verdict("deadline_moved", _RULE, severity.FIXED["deadline_moved"], direction, before, after, detail)
    tiers = [pair.frame.new.commitments[id_].tier for id_ in ids]
    change = told(pair, verdict, mine)
    return replace(change, affected=tuple(ids), tier=min(tiers, default=None), deadline=new.end if new else None)


def _of(view: View, raw: str | None) -> Deadline | None:
    held = (x.deadline for items in (view.document.commitments, view.document.targets) for x in items)
    return next((deadline for deadline in held if deadline and deadline.raw == raw), None)


def _spot(pair: Pair, raw: str | None, *, old: bool) -> Stretch | None:
    text, start = (pair.old_text, pair.old_start) if old else (pair.new_text, pair.new_start)
    at = text.find(raw) if raw else -1
    return (start + at, start + at + len(raw)) if raw and at >= 0 else None


def _terms(pair: Pair, *, old: bool) -> list[_Term]:
    """Deadlines written in this piece, each place once."""
    found: dict[Stretch, _Term] = {}
    for deadline in _deadlines(pair, old=old):
        spot = _spot(pair, without_firmness(deadline.raw), old=old)
        if spot and not any(place[0] <= spot[0] and spot[1] <= place[1] for place in found):
            found[spot] = _Term(spot, deadline)
    return [found[place] for place in sorted(found)]


def _deadlines(pair: Pair, *, old: bool) -> Iterator[Deadline]:
    view = pair.frame.old if old else pair.frame.new
    for promise in pair.promises(old=old):
        held = [promise.deadline, *(target.deadline for target in view.targets.get(promise.id, ()))]
        yield from (deadline for deadline in held if deadline is not None)


def _couples(pair: Pair, olds: list[_Term], news: list[_Term]) -> Iterator[tuple[_Term | None, _Term | None]]:
    """By place; one left over on each side is one date written elsewhere."""
    free = list(news)
    alone: list[_Term] = []
    for old in olds:
        start, end = pair.image(*old.place)
        partner = next((new for new in free if new.place[0] < end and start < new.place[1]), None)
        if partner is None:
            alone.append(old)
        else:
            free.remove(partner)
            yield old, partner
    if len(alone) == len(free) == 1:
        yield alone[0], free[0]
        return
    yield from ((old, None) for old in alone)
    yield from ((None, new) for new in free)


def _moved(pair: Pair, before: _Term | None, after: _Term | None, mine: Sequence[Hunk]) -> tuple[Change, ...]:
    old, new = before and before.deadline, after and after.deadline
    if old and new and _same_day(old, new):
        return ()
    # Without a date of its own a commitment falls back on the plan's, and that may be the same day.
    detail, direction = _judged(old or _fallback(pair, old=True), new or _fallback(pair, old=False))
    if old is None or new is None:
        detail = detail if detail in ("earlier", "later") else ("added" if old is None else "removed")
    raws = old.raw if old else None, new.raw if new else None
    was, is_ = (without_firmness(raw) if raw else None for raw in raws)
    verdict = Verdict("deadline_moved", _RULE, severity.FIXED["deadline_moved"], direction, was, is_, detail)
    change = told(pair, verdict, mine)
    ids = _reached(pair.frame, pair, raws)
    ends = new and (new.end or new.raw)
    return (replace(change, affected=tuple(ids), deadline=ends or change.deadline),)


def _same_day(old: Deadline, new: Deadline) -> bool:
    """2025年底前, 2025年12月底前: another wording."""
    if without_firmness(old.raw) == without_firmness(new.raw):
        return True
    return old.end is not None and (old.start, old.end) == (new.start, new.end)


def _fallback(pair: Pair, *, old: bool) -> Deadline | None:
    spots = (
        deadline
        for deadline in _deadlines(pair, old=old)
        if _spot(pair, without_firmness(deadline.raw), old=old) is None
    )
    return next(spots, None)


def _reached(frame: Frame, pair: Pair, raws: tuple[str | None, str | None]) -> list[str]:
    plan = frame.new.annex(pair.match.news[0].section)
    own = [promise.id for promise in pair.promises(old=False)]
    return own + [id_ for id_ in frame.shifts.get((plan, raws), ()) if id_ not in own]


def _judged(old: Deadline | None, new: Deadline | None) -> tuple[str | None, Direction]:
    """A later date, a longer time or none at all is a softer promise."""
    if old is None or new is None:
        return ("added", "strengthened") if old is None else ("removed", "softened")
    for before, after in ((old.end, new.end), (old.duration_years, new.duration_years), (old.start, new.start)):
        if before is not None and after is not None and before != after:
            later = str(after) > str(before) if isinstance(after, str) else after > int(before)
            return ("later", "softened") if later else ("earlier", "strengthened")
    if counted := _longer(_TERM.match(old.raw), _TERM.match(new.raw)):
        return counted
    return None, "neutral" if old.end == new.end and old.end else "unclear"
