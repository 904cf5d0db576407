"""What stands around a number: its clause, the verb that governs it, the noun phrase behind it.

A `Passage` is one unit of the document (SPEC §2.3) with its numbers; clauses are cut at `,` `:` `;` `。` except
between two digits. `、` never cuts.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from services.parser.lexicon import load
from services.parser.reading.memo import LONGEST, Remembering, remembered
from services.parser.reading.numbers.quantities import find_numbers, line_at, numbers_of
from services.parser.reading.numbers.quantity import Quantity
from services.parser.reading.patterns import alternatives
from services.parser.reading.structure.markers import ARTICLE

VERBS = load("quantity_verbs")
#: Nothing farther away than this says anything about a number; it bounds the work on a line without end.
REACH = 160
#: A unit with more numbers than this is a dump, not a sentence; those behind are labelled, not read.
_MOST = 400
_CUT = re.compile(r"[,:;。!?\n](?:(?<![,:])|(?<![0-9].)|(?![0-9]))")
_GROUPS = (
    *(VERBS["promise"][group] for group in ("stock", "flow", "light", "neutral")),
    VERBS["quality"]["verbs"],
    VERBS["threshold"]["words"],
)
#: Verbs that say something about a number, longest first; 新设 of 创新设计 is none.
_GOVERNING = re.compile(alternatives({word for verbs in _GROUPS for word in verbs}, {"新": "创更革"}))
#: The noun phrase behind a number ends at a sign, or before a coordinated number.
_PHRASE_END = re.compile(r"[,。;:、!?\n()(]|(?:和|及|与|以及)(?=[^,。;、]{0,3}[0-9])")


class Passage(Remembering):
    """`matched[start:end]` with its numbers: in the text, or in the frame of its line, where it is remembered."""

    __slots__ = ("_clause", "_cuts", "end", "matched", "quantities", "start")

    def __init__(self, matched: str, start: int, end: int, quantities: tuple[Quantity, ...]) -> None:
        super().__init__()
        self.matched, self.start, self.end, self.quantities = matched, start, end, quantities
        self._cuts: tuple[int, ...] | None = None
        self._clause = (-1, (0, 0))

    @property
    def cuts(self) -> tuple[int, ...]:
        """Where clauses end."""
        if self._cuts is None:
            self._cuts = tuple([cut.start() for cut in _CUT.finditer(self.matched, self.start, self.end)])
        return self._cuts

    def clause(self, position: int) -> tuple[int, int]:
        """The clause that holds `position`, without its closing sign."""
        asked, found = self._clause  # several questions about each number begin with its clause
        if asked != position:
            cuts = self.cuts
            index = bisect_right(cuts, position - 1)
            found = cuts[index - 1] + 1 if index else self.start, cuts[index] if index < len(cuts) else self.end
            self._clause = position, found
        return found

    def left(self, quantity: Quantity) -> str:
        """The clause up to the number, as far as it matters."""
        return self.matched[max(self.clause(quantity.start)[0], quantity.start - REACH) : quantity.start].rstrip(" ")

    def right(self, quantity: Quantity) -> str:
        """The clause behind the number, as far as it matters."""
        return self.matched[quantity.end : min(self.clause(quantity.start)[1], quantity.end + REACH)]

    def verb(self, quantity: Quantity, *, clause: bool) -> str | None:
        """The last verb before the number that takes one: in its clause, or in the whole unit."""
        verbs = self.once("verbs", self._verbs)
        index = bisect_right(verbs, quantity.start, key=lambda verb: verb[0]) - 1
        least = self.clause(quantity.start)[0] if clause else self.start
        return verbs[index][1] if index >= 0 and verbs[index][0] > least else None

    def _verbs(self) -> tuple[tuple[int, str], ...]:
        """The verbs that take a number, with where they end: one scan for a whole unit."""
        found = _GOVERNING.finditer(self.matched, self.start, self.end)
        return tuple([(verb.end(), verb[0]) for verb in found])

    def ahead(self, quantity: Quantity) -> str:
        """The unit up to the number, as far as it matters."""
        return self.matched[max(self.start, quantity.start - REACH) : quantity.start]

    def phrase(self, quantity: Quantity) -> str:
        """The noun phrase directly behind the number; empty where a sign follows."""
        index = bisect_right(self.quantities, quantity.start, key=lambda other: other.start)
        limit = min(self.clause(quantity.start)[1], quantity.end + REACH)
        while index < len(self.quantities) and self.quantities[index].chinese:
            index += 1
        following = self.quantities[index].start if index < len(self.quantities) else limit
        right = self.matched[quantity.end : min(limit, following)]
        end = _PHRASE_END.search(right)
        if end:
            return right[: end.start()]
        return right.rstrip("和及与 ") if following < limit else right

    def previous_clause(self, quantity: Quantity) -> str:
        """The clause before the number's own, "" where there is none in the passage."""
        start = self.clause(quantity.start)[0]
        return self.matched[max(self.clause(start - 1)[0], start - REACH) : start - 1] if start > self.start else ""

    def before(self, index: int) -> str:
        """From the clause's start, or the number before it in the clause, up to number `index`."""
        quantity = self.quantities[index]
        start = self.clause(quantity.start)[0]
        if index and self.quantities[index - 1].end > start:
            start = self.quantities[index - 1].end
        return self.matched[max(start, quantity.start - REACH) : quantity.start].rstrip(" ")


def passages(matched: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[Passage, int]]:
    """One passage per span, with the numbers that lie in it, and the shift from its places to those in the text."""
    quantities: tuple[Quantity, ...] = ()
    starts: list[int] | None = None
    line, frame, at = "", "", 0
    for start, end in spans:
        if not at <= start <= end <= at + len(line) or not frame:
            at = matched.rfind("\n", 0, start) + 1
            line, frame = line_at(matched, at)
        if end <= at + len(line) and len(frame) <= LONGEST:
            yield _in_line(frame, start - at + 1, end - at + 1), at - 1
        else:
            if starts is None:
                quantities = find_numbers(matched).quantities
                starts = [quantity.start for quantity in quantities]
            start = _begin(matched, start, end)
            yield Passage(matched, start, end, _inside(quantities, starts, start, end)), 0


@remembered(16_384)  # about 20 MB of them
def _in_line(frame: str, start: int, end: int) -> Passage:
    quantities = numbers_of(frame).quantities
    start = _begin(frame, start, end)
    return Passage(frame, start, end, _inside(quantities, [quantity.start for quantity in quantities], start, end))


def _begin(matched: str, start: int, end: int) -> int:
    """第四条 is no part of what is measured."""
    article = ARTICLE.match(matched, start, end)
    return article.end() if article else start


def _inside(quantities: tuple[Quantity, ...], starts: list[int], start: int, end: int) -> tuple[Quantity, ...]:
    return quantities[bisect_left(starts, start) : bisect_left(starts, end)][:_MOST]


def in_brackets(text: str) -> bool:
    """Whether the end of `text` stands inside a bracket opened in it."""
    return text.rfind("(") > text.rfind(")")
