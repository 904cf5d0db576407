"""The units of a document: every sentence of body text, with a provisional label (SPEC §2.3, §2.4).

`units`, `preamble` and `lead_in` are final; `commitment` and `narrative` say only what the section's mode allows,
and are refined by whoever understands the sentence.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from services.domain.document import Mode, Section, Unit, UnitLabel
from services.parser.lexicon import load
from services.parser.reading.patterns import any_of
from services.parser.reading.sentences import cut, last_top_level, top_level
from services.parser.reading.structure.responsible import UnitList

_WORDS = load("headings")["pure_lead_in"]
_LIST, _FRAMING = any_of(_WORDS["list"]), any_of(_WORDS["framing"])
#: What every announcement of a list ends in, so near to its end: few sentences do.
_MAY_ANNOUNCE = re.compile("[以如]下|下列|方面|大类|领域|层面|点|具体|主要")
_ANNOUNCED_IN = 36
_WILL = re.compile("今后|(?:我|本|市|省|县|区|州)[^,。;:]{0,12}(?:将|拟|计划|准备|打算)|^(?:将|拟|计划|准备|打算)")
_PROMISING = {"future", "goal", "general", "ongoing"}
#: A longer sentence has something of its own to say.
_LONGEST_LEAD_IN = 120
#: A line up to this length that ends without a sign is a line of its own, not a cut one.
_SHORT_LINE = 25
_UNFINISHED = tuple("。;!?:”)》」』")


def units_of(
    text: str,
    sections: Sequence[Section],
    loose: Sequence[tuple[int, int]],
    preambles: Sequence[tuple[int, int]],
    lists: Sequence[tuple[UnitList, str | None]],
    mode_at: Callable[[Section, int], Mode],
    loose_label: Callable[[int, int], UnitLabel],
) -> tuple[Unit, ...]:
    """All units in text order: they partition the sections' bodies, the `loose` text outside sections and the lists.

    `mode_at` tells the mode of a section's own text, `preambles` are the spans whose sentences are background,
    `loose_label` labels sentences outside sections.
    """
    units = [Unit(each.start, each.end, section, "units") for each, section in lists]
    background = sorted(preambles)
    for section in sections:
        for start, end in sentences(text, section.body):
            label: UnitLabel = "commitment" if mode_at(section, start) in _PROMISING else "narrative"
            units.append(Unit(start, end, section.id, _label(text, start, end, background, label)))
    for start, end in sentences(text, loose):
        units.append(Unit(start, end, None, _label(text, start, end, background, loose_label(start, end))))
    return tuple(sorted(units, key=lambda unit: unit.start))


def sentences(text: str, body: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The sentences of some body spans; one that breaks off at a line end goes on in the next span (SPEC §17)."""
    for start, end in _joined(text, body):
        yield from cut(text, start, end)


def _joined(text: str, body: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    open_span: tuple[int, int] | None = None
    for start, end in body:
        if open_span and text[open_span[1] : start].strip() == "" and _breaks_off(text, *open_span):
            open_span = (open_span[0], end)
            continue
        if open_span:
            yield open_span
        open_span = (start, end)
    if open_span:
        yield open_span


def _breaks_off(text: str, start: int, end: int) -> bool:
    line = text[max(start, text.rfind("\n", start, end) + 1) : end]
    return len(line) > _SHORT_LINE and not line.endswith(_UNFINISHED)


def _label(text: str, start: int, end: int, background: Sequence[tuple[int, int]], otherwise: UnitLabel) -> UnitLabel:
    if background:
        place = bisect_right(background, (start, sys.maxsize)) - 1
        if place >= 0 and end <= background[place][1]:
            return "preamble"
    return "lead_in" if is_lead_in(text, start, end) else otherwise


def is_lead_in(text: str, start: int, end: int) -> bool:
    """The sentence only announces a list: its last clause does, and the clauses before are framing (SPEC §4, D6)."""
    if end - start > _LONGEST_LEAD_IN or not _MAY_ANNOUNCE.search(text, max(start, end - _ANNOUNCED_IN), end):
        return False
    if not _names_list(text, start, end):
        return False
    bounds = [start, *(place + 1 for place in top_level(text, start, end, ","))]
    return all(_FRAMING.match(_clause(text, *clause)) for clause in pairwise(bounds))


def announces(text: str, start: int, end: int) -> bool:
    """The sentence says that what follows is going to be done: it ends in a
    colon, or its last clause announces a list, and it says 将 or 拟 of the writer."""
    if not _WILL.search(text, start, end):
        return False
    return text[end - 1] == ":" or _names_list(text, start, end)


def _names_list(text: str, start: int, end: int) -> bool:
    comma = last_top_level(text, start, end, ",")
    return _LIST.search(_clause(text, start if comma is None else comma + 1, end)) is not None


def _clause(text: str, start: int, end: int) -> str:
    return text[start:end].strip(" ,。:;!")
