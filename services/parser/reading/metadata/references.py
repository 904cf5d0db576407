"""Titles in 《》: what is cited, annexed, answered or produced (SPEC §10)."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from services.domain.document import Document, Metadata, Reference, Section, Unit, Value
from services.parser.text.layers import key
from services.parser.text.script import to_simplified

Role = Literal["subject", "annex", "policy", "output"]

_TITLE = re.compile(
    r"《(?P<title>[^《》\n]{0,300}(?:《[^《》\n]{0,200}》[^《》\n]{0,200}){0,9})》"
    r"(?P<number>\s?\([^()\n]{0,30}?[^()\s\d\n]{1,16}[〔\[【]\d{4}[〕\]】]第?\d{1,5}号[^()\n]{0,6}\))?"
)
_NUMBER = re.compile(r"[^()\s\d,、;:]{1,16}[〔\[【](\d{4})[〕\]】]第?\d{1,5}号")
_OUTPUT = re.compile(r"(?:报告|目录(?:\d{4}—\d{4}\)?)?|白皮书|蓝皮书|汇编|案例集|指数)(?:\([^()]*\))?\)?$")


def references_of(
    matched: str, document: Document, metadata: Metadata, sections: Sequence[Section], units: Sequence[Unit]
) -> tuple[Reference, ...]:
    """Every title in 《》 with its role; `matched` is the MATCH layer of `document`.

    A document number in brackets belongs to the title directly before it, the last of a run.
    """
    annexes = {key(matched[s.start : s.end]) for s in sections if s.form == "annex_title"}
    subject = metadata.suggestion.title if metadata.suggestion else None
    narrated = _Spans([(unit.start, unit.end, "") for unit in units if unit.label in ("narrative", "fact")])
    found = []
    for match in _TITLE.finditer(matched):
        start, end = match.start(), match.end("title") + 1
        number = _NUMBER.search(match["number"]) if match["number"] else None
        role: Role = "policy"
        if subject and _is_subject(subject, match["title"], start):
            role = "subject"
        elif key(match["title"]) in annexes:
            role = "annex"
        elif _OUTPUT.search(match["title"]) and narrated.holder(start) is not None:
            role = "output"
        title = to_simplified(document.text[start + 1 : end - 1])
        number_read = normal_number(number[0]) if number else None
        found.append(Reference(start, end, document.text[start:end], title, role, number_read))
    return tuple(found)


def _is_subject(subject: Value, title: str, start: int) -> bool:
    """What is answered: where it was read, and wherever it is named again (in the letter's own title, in a card)."""
    if subject.start is not None and subject.end is not None and subject.start <= start < subject.end:
        return True
    return bool(subject.normalised) and key(title) == key(subject.normalised or "")


def normal_number(number: str) -> str:
    """A document number with 〔〕 around its year and without blanks and 第."""
    bare = re.sub(r"\s", "", number)
    return re.sub(r"[〔\[【(](\d{4})[〕\]】)]第?", r"〔\1〕", bare)


def linked(document: Document) -> Document:
    """The document with each reference pointing at the commitment it stands in."""
    spans = _Spans([(each.start, each.end, each.id) for each in document.commitments])
    return replace(
        document,
        references=tuple(replace(each, commitment=spans.holder(each.start)) for each in document.references),
    )


class _Spans:
    """Disjoint named spans, looked up by place."""

    def __init__(self, spans: Sequence[tuple[int, int, str]]) -> None:
        self._spans = sorted(spans)

    def holder(self, place: int) -> str | None:
        index = bisect_right(self._spans, (place, sys.maxsize, "")) - 1
        return self._spans[index][2] if index >= 0 and place < self._spans[index][1] else None
