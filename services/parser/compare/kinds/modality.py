"""How firmly it is promised (SPEC §12 row 16): clauses that stayed, with a verb of another level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.domain.change import Change, ChangeType, Direction
from services.domain.commitment import Action, Commitment
from services.parser.compare.judging import severity
from services.parser.compare.kinds.found import Found, Open, without
from services.parser.compare.marking.pair import Pair, Stretch, Verdict, told, touches, words
from services.parser.compare.marking.wording import Hunk
from services.parser.compare.marking.words import firmness, strength
from services.parser.compare.matching.view import View

_RULE = "SPEC §12.16"
_SOFTER: tuple[ChangeType, Direction] = ("modality_softened", "softened")
#: A clause without a verb of its own promises like an act (SPEC §6) until 力争 is put before what it reaches.
_BARE = 4
_FIRMER: tuple[ChangeType, Direction] = ("modality_strengthened", "strengthened")


def modality(pair: Pair, left: Open) -> Found:
    """One change a clause whose verb the hunks touch; else one for a sentence whose level moved without a verb."""
    olds, news = list(pair.promises(old=True)), list(pair.promises(old=False))
    if not olds or not news:
        return Found(left)
    found = Found(left)
    for old, new, lead in _clauses(pair, olds, news):
        mine = [
            hunk
            for hunk in found.left
            if touches(hunk, old=[_head(pair.frame.old, old)], new=[_head(pair.frame.new, new)])
        ]
        if mine and old.strength != new.strength:
            change = _change(pair, old.strength, new.strength, mine, lead=lead)
            found = Found(without(found.left, mine), (*found.changes, change))
    for hunk in found.left:
        before, after = _levels(pair, hunk)
        if before and after and before != after:
            change = _change(pair, before, after, [hunk], lead=False)
            found = Found(without(found.left, [hunk]), (*found.changes, change))
    return found if found.changes else _sentence(pair, olds[0], news[0], found.left)


def _levels(pair: Pair, hunk: Hunk) -> tuple[int | None, int | None]:
    """Of a word put in, taken out or replaced that is a verb by itself, where one side has no clause for it."""
    old, new = words(pair, hunk)
    if not old or not new:
        return firmness(old) if old else _BARE, firmness(new) if new else _BARE
    clauses = _heads(pair, old=True), _heads(pair, old=False)
    return (strength(old), strength(new)) if touches(hunk, old=clauses[0], new=clauses[1]) else (None, None)


def _heads(pair: Pair, *, old: bool) -> list[Stretch]:
    view = pair.frame.old if old else pair.frame.new
    return [_head(view, action) for promise in pair.promises(old=old) for action in promise.actions]


def _clauses(
    pair: Pair, olds: Sequence[Commitment], news: Sequence[Commitment]
) -> Iterator[tuple[Action, Action, bool]]:
    """Clauses on both sides of the same place, and whether they lead their sentence."""
    theirs = [action for promise in news for action in promise.actions]
    for promise in olds:
        for number, action in enumerate(promise.actions):
            start, end = pair.image(action.start, action.end)
            shared = [(min(end, x.end) - max(start, x.start), x) for x in theirs]
            size, partner = max(shared, key=lambda found: found[0], default=(0, None))
            if partner is not None and size > 0:
                yield action, partner, number == 0


def _head(view: View, action: Action) -> Stretch:
    """From the clause's beginning to the end of its verb."""
    at = view.matched.find(action.verb, action.start, action.end)
    return action.start, at + len(action.verb) if at >= 0 else action.end


def _sentence(pair: Pair, old: Commitment, new: Commitment, left: Open) -> Found:
    """A goal without a verb is held by the words around its number alone (力争到2025年…)."""
    if old.modality == new.modality or (old.actions and new.actions):
        return Found(left)
    mine = [hunk for hunk in left if not any(map(str.isdigit, "".join(words(pair, hunk))))][:1]
    if not mine:
        return Found(left)
    return Found(without(left, mine), (_change(pair, old.modality, new.modality, mine, lead=True),))


def _change(pair: Pair, before: int, after: int, mine: Sequence[Hunk], *, lead: bool) -> Change:
    kind, direction = _SOFTER if after < before else _FIRMER
    level = severity.modality(before, after, lead=lead)
    verdict = Verdict(kind, _RULE, level, direction, before, after, "lead" if lead else None)
    return told(pair, verdict, mine)
