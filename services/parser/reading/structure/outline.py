"""The parts a document's body consists of, and the markers in them, before sections are built."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from services.domain.document import Kind
from services.parser.reading.anatomy.layout import Row
from services.parser.reading.structure.headings import RUN_IN, UN_NUMBERED, run_in_end, tense
from services.parser.reading.structure.markers import ARTICLE, RANK, Marker, glued, inline, numbered

_SPEECH = re.compile(r"\s*各位(?:代表|委员)")
_ENDS = tuple("。;:,.!?、”)》…—")
#: Share of the paragraphs of a section, from the first one on, that must open with a heading (SPEC §2.1 runin_plain).
_RUN_IN_SHARE = 0.6


class Part(NamedTuple):
    """`text[start:end]`: body text of one row, an annex title, a responsible-unit list, or the name of who answers."""

    row: Row
    start: int
    end: int
    what: Literal["body", "annex", "list", "turn"] = "body"
    #: A list that stands behind the text of its row.
    tail: bool = False


class Flow:
    """All markers in document order, by part."""

    def __init__(self, by_part: Sequence[tuple[Marker, ...]], parts: Sequence[Part]) -> None:
        self._by_part, self._parts = by_part, parts
        self._all = [marker for markers in by_part for marker in markers]
        self._starts = [marker.start for marker in self._all]
        self._until: list[int] = []
        for markers in by_part:
            self._until.append((self._until[-1] if self._until else 0) + len(markers))

    def of_part(self, index: int) -> tuple[Marker, ...]:
        return self._by_part[index]

    def after(self, marker: Marker, count: int) -> list[Marker]:
        """At most `count` markers behind `marker`."""
        begin = bisect_right(self._starts, marker.start)
        return self._all[begin : begin + count]

    def after_part(self, index: int, count: int) -> list[Marker]:
        begin = self._until[index] if index >= 0 else 0
        return self._all[begin : begin + count]

    def followed(self, marker: Marker, index: int) -> bool:
        """Whether sections inside this one, or a paragraph without a marker, come next."""
        following = self.after(marker, 1)
        if following and following[0].row == marker.row:
            return following[0].form == "next_step" or RANK[following[0].form] > RANK[marker.form]
        for later in range(index + 1, len(self._parts)):
            if self._parts[later].what == "list":
                continue
            markers = self._by_part[later]
            if not markers or markers[0].inline:
                text = self._parts[later].row.text
                return self._parts[later].what == "body" and not ARTICLE.match(text)
            return RANK[markers[0].form] > RANK[marker.form]
        return False


def flow_of(text: str, parts: Sequence[Part], kind: Kind) -> Flow:
    """The markers of all parts; `text` is the MATCH layer."""
    markers = [_markers(part) for part in parts]
    _un_numbered_lines(text, parts, markers)
    if kind in ("policy_notice", "work_summary"):
        _run_in_headings(text, parts, markers)
    return Flow([tuple(found) for found in markers], parts)


def _markers(part: Part) -> list[Marker]:
    if part.what == "annex":
        return [Marker("annex_title", part.row.number, part.start, part.end)]
    if part.what in ("list", "turn"):
        return []
    first = numbered(part.row, part.start) if part.start == part.row.start else None
    begin = first.after if first else part.start
    inside = inline(part.row, begin, part.end)
    if run := glued(part.row, part.start, part.end):
        head = [] if first is None or first.start == run[0].start else [first]
        return sorted([*head, *run, *inside], key=lambda marker: marker.start)
    return [*([first] if first else []), *inside]


def _un_numbered_lines(text: str, parts: Sequence[Part], markers: list[list[Marker]]) -> None:
    """Short lines without a final sign that head what follows them (SPEC §2.1 unnumbered_line)."""
    for index, part in enumerate(parts[:-1]):
        if part.what != "body" or (markers[index] and markers[index][0].form != "next_step"):
            continue
        line = text[part.start : part.end].strip()
        if not line or len(line) > UN_NUMBERED or line.endswith(_ENDS) or any(sign in line for sign in "。;"):
            continue
        if index and _is_cut(text, parts[index - 1], markers[index - 1]):
            continue
        following = markers[index + 1][0] if markers[index + 1] else None
        heads_list = following is not None and following.number == 1 and not following.inline
        if tense(line) is not None or (heads_list and "," not in line):
            start = part.start + text[part.start : part.end].index(line)
            markers[index] = [Marker("unnumbered_line", part.row.number, start, start + len(line))]


def _is_cut(text: str, part: Part, markers: Sequence[Marker]) -> bool:
    """The row breaks off in the middle of a sentence: the next row only continues it (SPEC §17)."""
    line = text[part.start : part.end].rstrip()
    return part.what == "body" and not markers and len(line) > UN_NUMBERED and not line.endswith(_ENDS)


def _run_in_headings(text: str, parts: Sequence[Part], markers: list[list[Marker]]) -> None:
    """Paragraphs below a 一、 or (一) whose children carry no number, opening with a short sentence of their own."""
    for block in _blocks(text, parts, markers):
        ends = {index: run_in_end(text, parts[index].start, parts[index].end) for index in block}
        first = next((place for place, index in enumerate(block) if ends[index]), len(block))
        headed = [index for index in block[first:] if ends[index]]
        if len(headed) < 2 or len(headed) < _RUN_IN_SHARE * len(block[first:]):
            continue
        for index in block[first:]:
            part = parts[index]
            if end := run_in_end(text, part.start, part.end, RUN_IN):
                heading = Marker("runin_plain", part.row.number, part.start, end)
                markers[index] = [heading, *(marker for marker in markers[index] if marker.start >= end)]


def _blocks(text: str, parts: Sequence[Part], markers: Sequence[Sequence[Marker]]) -> Iterator[list[int]]:
    """Runs of unmarked paragraphs directly below a 一、 or (一) that has no numbered sections inside."""
    block: list[int] = []
    head: Marker | None = None
    for index, part in enumerate(parts):
        first = markers[index][0] if markers[index] and not markers[index][0].inline else None
        if part.what == "list":
            continue
        speech = first is None and _SPEECH.match(text, part.start, part.end)
        if first is None and not speech and part.what == "body":
            block.append(index)
            continue
        if block and head and (speech or first is None or RANK[first.form] <= RANK[head.form]):
            yield block
        block, head = [], (first if first and first.form in ("cn_dun", "cn_paren") else None)
    if block and head:
        yield block
