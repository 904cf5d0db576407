"""What stands around a number: its clause, the verb that governs it, the noun phrase behind it.

A `Passage` is one unit of the document (SPEC §2.3) with its numbers; clauses are cut at `,` `:` `;` `。` except
between two digits. `、` never cuts.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from services.parser.lexicon import load
from services.parser.reading.numbers.quantity import Quantity
from services.parser.reading.patterns import alternatives
from services.parser.reading.structure.markers import ARTICLE

VERBS = load("quantity_verbs")
#: Nothing farther away than this says anything about a number; it bounds the work on a line without end.
REACH = 160
#: A unit with more numbers than this is a dump, not a sentence; those behind are labelled, not read.
_MOST = 400
_CUT = re.compile(r"(?<![0-9])[,:]|[,:](?![0-9])|[;。!?\n]")
_GROUPS = (
    *(VERBS["promise"][group] for group in ("stock", "flow", "light", "neutral")),
    VERBS["quality"]["verbs"],
    VERBS["threshold"]["words"],
)
#: Verbs that say something about a number, longest first; 新设 of 创新设计 is none.
_GOVERNING = re.compile("(?<![创更革](?=新))" + alternatives({word for verbs in _GROUPS for word in verbs}))
#: The noun phrase behind a number ends at a sign, or before a coordinated number.
_PHRASE_END = re.compile(r"[,。;:、!?\n()(]|(?:和|及|与|以及)(?=[^,。;、]{0,3}[0-9])")


@dataclass(frozen=True, slots=True)
class Passage:
    matched: str
    start: int
    end: int
    quantities: tuple[Quantity, ...]
    cuts: tuple[int, ...] = field(default=())

    def clause(self, position: int) -> tuple[int, int]:
        """The clause that holds `position`, without its closing sign."""
        index = bisect_right(self.cuts, position - 1)
        return self.cuts[index - 1] + 1 if index else self.start, self.cuts[index] if index < len(
            self.cuts
        ) else self.end

    def left(self, quantity: Quantity) -> str:
        """The clause up to the number, as far as it matters."""
        return self.matched[max(self.clause(quantity.start)[0], quantity.start - REACH) : quantity.start].rstrip(" ")

    def right(self, quantity: Quantity) -> str:
        """The clause behind the number, as far as it matters."""
        return self.matched[quantity.end : min(self.clause(quantity.start)[1], quantity.end + REACH)]

    def verb(self, quantity: Quantity, *, clause: bool) -> str | None:
        """The last verb before the number that takes one: in its clause, or in the whole unit."""
        verbs = _verbs(self.matched, self.start, self.end)
        index = bisect_right(verbs, quantity.start, key=lambda verb: verb[0]) - 1
        least = self.clause(quantity.start)[0] if clause else self.start
        return verbs[index][1] if index >= 0 and verbs[index][0] > least else None

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


def passages(matched: str, spans: Sequence[tuple[int, int]], quantities: tuple[Quantity, ...]) -> list[Passage]:
    """One passage per span, with the numbers that lie in it; `spans` and `quantities` in order."""
    starts = [quantity.start for quantity in quantities]
    result = []
    for start, end in spans:
        article = ARTICLE.match(matched, start, end)  # 第四条 is no part of what is measured
        start = article.end() if article else start
        inside = quantities[bisect_left(starts, start) : bisect_left(starts, end)]
        inside = inside[:_MOST]
        result.append(Passage(matched, start, end, inside, cuts_of(matched, start, end) if inside else ()))
    return result


def cuts_of(matched: str, start: int, end: int) -> tuple[int, ...]:
    """Where clauses end in `matched[start:end]`."""
    return tuple([cut.start() for cut in _CUT.finditer(matched, start, end)])


@lru_cache(maxsize=256)
def _verbs(matched: str, start: int, end: int) -> tuple[tuple[int, str], ...]:
    """The verbs in `matched[start:end]` that take a number, with where they end: one scan for a whole unit."""
    return tuple([(verb.end(), verb[0]) for verb in _GOVERNING.finditer(matched, start, end)])


def in_brackets(text: str) -> bool:
    """Whether the end of `text` stands inside a bracket opened in it."""
    return text.rfind("(") > text.rfind(")")
