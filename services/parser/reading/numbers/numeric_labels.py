"""Every number that is neither figure nor target, with the reason (SCHEMA.md, SPEC §8, §9)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping

from services.domain.document import Block, Document
from services.domain.figure import NumericLabel
from services.parser.reading.numbers.number_names import name_at
from services.parser.reading.numbers.quantities import Numbers, numbers_beside
from services.parser.reading.patterns import at_digits
from services.parser.text.numerals import ARABIC_DIGITS

_RUN = re.compile(ARABIC_DIGITS)
_CONTEXT = 8
#: A number that no sentence holds, by its unit: 等3名代表 in a salutation, 2年 in a heading.
_BY_CLASS = {"duration": "duration", "age": "age"}
_BY_ROLE = {"table_row": "table_cell", "contact": "contact", "attachment": "file_name", "boilerplate": "boilerplate"}
_YEAR = re.compile("(?:19|20)[0-9]{2}")


def find_labels(
    document: Document,
    matched: str,
    judged: Mapping[tuple[int, int], str],
    taken: Iterable[tuple[int, int]],
) -> tuple[NumericLabel, ...]:
    """One label per digit run outside `taken`. `judged` holds the reasons found on the way, by place."""
    judged_at = {place: reason for span, reason in judged.items() for place in range(*span)}
    spans = sorted(taken)
    starts = [start for start, _ in spans]
    labels = []
    line_end = 0
    for run in at_digits(_RUN, matched):
        index = bisect_right(starts, run.start()) - 1
        if index >= 0 and run.start() < spans[index][1]:
            continue
        if run.start() >= line_end:
            numbers, shift = numbers_beside(matched, run.start())
            line_end = (matched.find("\n", run.start()) + 1) or len(matched)
        reason = _reason(document, matched, numbers, shift, judged_at, run)
        raw, context = document.text[run.start() : run.end()], _context(document.text, run)
        labels.append(NumericLabel(run.start(), run.end(), raw, context, reason))
    return tuple(labels)


def _reason(
    document: Document, matched: str, numbers: Numbers, shift: int, judged: Mapping[int, str], run: re.Match[str]
) -> str:
    """`shift`: from places in `numbers` to those in the text."""
    role = _role(document.blocks, run.start())
    if role in _BY_ROLE:
        return _BY_ROLE[role]
    place = run.start() - shift
    name = name_at(numbers.names, place)
    if name is not None:
        return _in_title(matched, run) if name.reason == "title" else name.reason
    if run.start() in judged:
        return judged[run.start()]
    index = bisect_right(numbers.quantities, place, key=lambda quantity: quantity.start) - 1
    if index >= 0 and place < numbers.quantities[index].end and numbers.quantities[index].cls != "bare":
        return _BY_CLASS.get(numbers.quantities[index].cls, "label_count")
    if _YEAR.fullmatch(run[0]):
        return "event_or_list_year"
    return "version" if run[0].endswith(".0") else "product_or_technology"


def _in_title(matched: str, run: re.Match[str]) -> str:
    """A number in 《》: a year or period of the cited document, else part of its name."""
    return (
        "date_or_period" if _YEAR.fullmatch(run[0]) or matched[run.end() : run.end() + 1] in ("年", "月") else "title"
    )


def _role(blocks: tuple[Block, ...], position: int) -> str | None:
    index = bisect_right(blocks, position, key=lambda block: block.start) - 1
    return blocks[index].role if index >= 0 and position < blocks[index].end else None


def _context(text: str, run: re.Match[str]) -> str:
    return text[max(run.start() - _CONTEXT, 0) : run.end() + _CONTEXT].replace("\n", "/")
