"""A sentence by itself: what its own words say, whatever document it stands in.

Remembered, for a page read again after an edit is new in a few of its sentences only. All answers are made of a window
of the text, the sentence and what its patterns look at beside it, so what was remembered and what would be read cannot
differ. Places are places in the window.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

from services.domain.commitment import Action
from services.parser.reading.commitments import actors, attributes, deadlines, promises
from services.parser.reading.commitments.actions import actions, goal_modality
from services.parser.reading.commitments.actors import Heads
from services.parser.reading.commitments.clauses import Span, clauses
from services.parser.reading.commitments.promises import Place, Standing
from services.parser.reading.memo import Remembering, remembered

#: So much of what stands before and behind a sentence its patterns may look at.
_BEFORE, _BEHIND = 12, 4
#: Sentences remembered, and how long their windows are at most: those of the last hundred long replies, 20 MB.
_MOST = 8_192
_LONGEST = 400


def sentence_at(matched: str, start: int, end: int) -> Sentence:
    """The sentence `matched[start:end]`."""
    begin = max(0, start - _BEFORE)
    window = matched[begin : end + _BEHIND]
    return _read(window, start - begin, end - begin)


class Sentence(Remembering):
    """`text[start:end]`; what is asked for is found out once."""

    def __init__(self, text: str, start: int, end: int) -> None:
        super().__init__()
        self.text, self.start, self.end = text, start, end

    @cached_property
    def cue_alone(self) -> bool:
        return promises.CUE_ALONE.fullmatch(self.text, self.start, self.end) is not None

    @cached_property
    def pieces(self) -> tuple[Span, ...]:
        return clauses(self.text, self.start, self.end)

    @cached_property
    def heads(self) -> Heads:
        return actors.heads_of(self.text, self.pieces)

    @cached_property
    def lists_conditions(self) -> bool:
        return promises.lists_conditions(self.text, self.start, self.end)

    @cached_property
    def reports(self) -> bool:
        """Whether it tells what was done, for all that a section of running measures says."""
        return promises.reports(self.text, self.start, self.end, ongoing=True)

    @cached_property
    def counts_on(self) -> bool:
        return promises.carries_report_on(self.text, self.start, self.end)

    @cached_property
    def carries_on(self) -> bool:
        return actors.carries_on(self.text, self.start)

    @cached_property
    def partners(self) -> tuple[str, ...]:
        return actors.partners_at(self.text, self.start, self.end)

    @cached_property
    def goal_modality(self) -> int:
        return goal_modality(self.text, self.pieces)

    @cached_property
    def recurrence(self) -> tuple[str, ...]:
        return attributes.recurrence(self.text, self.start, self.end)

    @cached_property
    def indefinite(self) -> tuple[str, ...]:
        return attributes.indefinite(self.text, self.start, self.end)

    @cached_property
    def condition(self) -> str | None:
        return attributes.condition(self.text, self.start, self.end)

    def looks_back(self, year: int | None) -> bool:
        return self.once(("back", year), lambda: promises.looks_back(self.text, self.start, self.end, year))

    def standing(self, place: Place) -> Standing | None:
        subject = self.heads.subject
        return self.once(place, lambda: promises.standing(self.text, self.start, self.end, self.pieces, subject, place))

    def due(self, since: int, today: date | None) -> deadlines.Due | None:
        start = max(self.start, since)
        return self.once((start, today), lambda: deadlines.explicit_due(self.text, start, self.end, today))

    def opening(self, since: int) -> tuple[tuple[Span, ...], Heads]:
        """The clauses that end behind `since`, and how they open."""
        return self.once(("opening", since), lambda: self._opening(since)) if since else (self.pieces, self.heads)

    def _opening(self, since: int) -> tuple[tuple[Span, ...], Heads]:
        pieces = tuple(piece for piece in self.pieces if piece[1] > since)
        return pieces, actors.heads_of(self.text, pieces)

    def actions(self, heard: int, since: int) -> tuple[Action, ...]:
        """What is done in the clauses of `opening(heard)` that end behind `since`."""
        return self.once(("actions", heard, since), lambda: self._actions(heard, since))

    def _actions(self, heard: int, since: int) -> tuple[Action, ...]:
        pieces, heads = self.opening(heard)
        directive = heads.subject is not None and heads.subject.directive
        return actions(self.text, pieces, heads.predicates, directive=directive, since=since)


@remembered(_MOST, _LONGEST)
def _read(window: str, start: int, end: int) -> Sentence:
    return Sentence(window, start, end)
