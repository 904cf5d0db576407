"""The actions of a promise: one for each clause that carries a verb (SPEC §4, §6)."""

from __future__ import annotations

import re
from collections.abc import Callable

from services.domain.commitment import Action
from services.parser.lexicon import load
from services.parser.reading.commitments.clauses import Span
from services.parser.reading.commitments.modality import DEFAULT, Verb, leading_verb, means_verb, ordered
from services.parser.reading.patterns import alternatives

_STRIVING = re.compile(
    alternatives(
        word for group in load("verbs")["group"] if group["strength"] == 3 for word in group["words"] if len(word) > 1
    )
)
_DIGIT = re.compile(r"[0-9]")


def actions(
    matched: str, pieces: tuple[Span, ...], predicates: tuple[int, ...], *, directive: bool, since: int = 0
) -> tuple[Action, ...]:
    """The actions of a unit with the clauses `pieces`, whose predicates begin at `predicates`.

    Clauses that end before `since` report and carry none. Where no clause acts, the first that names a means is what
    is promised (突出重点事项攻坚).
    """
    promised = [(piece, begin) for piece, begin in zip(pieces, predicates, strict=True) if piece[1] > since]
    found = _read(leading_verb, matched, promised, directive)
    return tuple(found or _read(means_verb, matched, promised, directive)[:1])


def _read(
    verb_of: Callable[[str, int, int], Verb | None], matched: str, promised: list[tuple[Span, int]], directive: bool
) -> list[Action]:
    found: list[Action] = []
    for (start, end), begin in promised:
        verb = verb_of(matched, begin, end)
        if verb:
            found.append(Action(verb.word, ordered(verb.strength, directive=directive), start, end, matched[start:end]))
    return found


def goal_modality(matched: str, pieces: tuple[Span, ...]) -> int:
    """A goal is firm unless it only strives for its number (力争到2025年…达到30家)."""
    for start, end in pieces:
        strives = _STRIVING.search(matched, start, end)
        if strives and _DIGIT.search(matched, strives.end(), end):
            return 3
    return DEFAULT
