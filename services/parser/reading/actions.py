"""The actions of a promise: one for each clause that carries a verb (SPEC §4, §6)."""

from __future__ import annotations

import re

from services.domain.commitment import Action
from services.parser.lexicon import load
from services.parser.reading.clauses import Span
from services.parser.reading.modality import DEFAULT, alternatives, leading_verb, means_verb, ordered

_STRIVING = re.compile(
    alternatives(
        word for group in load("verbs")["group"] if group["strength"] == 3 for word in group["words"] if len(word) > 1
    )
)
_DIGIT = re.compile(r"[0-9]")


def actions(
    text: str, matched: str, pieces: tuple[Span, ...], predicates: tuple[int, ...], *, directive: bool, since: int = 0
) -> tuple[Action, ...]:
    """The actions of a unit with the clauses `pieces`, whose predicates begin at `predicates`.

    Clauses that end before `since` report and carry none. Spans and texts hold for `text`; verbs are simplified.
    """
    found: list[Action] = []
    for (start, end), begin in zip(pieces, predicates, strict=True):
        if end <= since:
            continue
        verb = leading_verb(matched, begin, end)
        if verb:
            found.append(Action(verb.word, ordered(verb.strength, directive=directive), start, end, text[start:end]))
    return tuple(found) or _means(text, matched, pieces, predicates, directive=directive)


def _means(
    text: str, matched: str, pieces: tuple[Span, ...], predicates: tuple[int, ...], *, directive: bool
) -> tuple[Action, ...]:
    """Where no clause acts, the first that names a means is what is promised: `突出重点事项攻坚。`"""
    for (start, end), begin in zip(pieces, predicates, strict=True):
        verb = means_verb(matched, begin, end)
        if verb:
            return (Action(verb.word, ordered(verb.strength, directive=directive), start, end, text[start:end]),)
    return ()


def goal_modality(matched: str, pieces: tuple[Span, ...]) -> int:
    """A goal is firm unless the clause that holds its number only strives for it (力争到2025年…达到30家)."""
    strives = any(_STRIVING.search(matched, start, end) and _DIGIT.search(matched, start, end) for start, end in pieces)
    return 3 if strives else DEFAULT
