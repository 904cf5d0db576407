"""Section markers: where a section may begin, before anyone asks which sections are open (SPEC §2.1, §17)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from services.domain.document import Form
from services.parser.lexicon import load
from services.parser.reading.anatomy.layout import Row
from services.parser.reading.patterns import any_word
from services.parser.reading.sentences import hidden
from services.parser.text.numerals import number

#: Outer to inner. A marker closes every open section of equal or inner rank.
RANK: dict[Form, float] = {
    "annex_title": 0, "cn_dun": 2, "next_step": 3, "unnumbered_line": 3,
    "cn_paren": 4, "arabic_dot": 5, "runin_plain": 5, "yishi": 6,
}  # fmt: skip

_CUES: list[str] = load("headings")["next_step"]["cues"]
_NUMERALS = "一二三四五六七八九十"
_NUMERAL = f"[{_NUMERALS}]{{1,3}}"
_AT_ROW_START: tuple[tuple[Form, re.Pattern[str]], ...] = (
    ("cn_dun", re.compile(rf"({_NUMERAL})\s?(?:、|[.](?!\d))")),
    ("cn_paren", re.compile(rf"\(?\s?({_NUMERAL})\s?\)[、.]?")),
    ("arabic_dot", re.compile(r"([0-9]{1,2})\s?(?:[.](?!\d)|[.](?=(?:19|20)\d\d ?年)|、)")),
    ("yishi", re.compile(rf"({_NUMERAL})是(?!否)")),
)
#: The first character of any of these: most rows begin with none.
_FIRST = frozenset(["(", *"0123456789", *_NUMERALS, *(cue[0] for cue in _CUES)])
#: What any marker inside a paragraph holds: most paragraphs hold neither.
_MAY_HOLD = re.compile(any_word([*(f"{numeral}是" for numeral in _NUMERALS), *_CUES]))
_YISHI = re.compile(rf"(?<=[。:,;!?)”])\s*({_NUMERAL}是)(?!否)")
_NEXT_STEP = re.compile(any_word(_CUES))
#: With what the second of such a sequence is written: without it there is none to look for.
_GLUED: tuple[tuple[Form, str, re.Pattern[str]], ...] = (
    ("cn_dun", "二、", re.compile(rf"(?:(?<=[。;:!?])|^)\s*(({_NUMERAL})、)(?!{_NUMERAL}[、产])")),
    ("cn_paren", "(二)", re.compile(rf"(?:(?<=[。;:!?])|^)\s*(\(({_NUMERAL})\))")),
)
#: Inside a glued 一、 it may also stand right behind the heading, which lost its line: 二、主要做法(一)….
_GLUED_INSIDE = re.compile(rf"(?<=[。;:!?\u4e00-\u9fff])\s*(\(({_NUMERAL})\))")
#: A cue counts where a sentence begins.
_SENTENCE_ENDS = tuple("。;!?:)”")


#: An article or chapter of rules (第三条, 第二章): closes what stands open, and is no section of its own.
ARTICLE = re.compile(r"\s*第\s?[一二三四五六七八九十百零〇\d]{1,6}\s?[章节条](?!例|款)")


class Marker(NamedTuple):
    """`start` to `after` is the marker as written; `label` is None where the form has none."""

    form: Form
    row: int
    start: int
    after: int
    label: str | None = None
    number: int | None = None
    #: Stands inside a paragraph, not at its beginning.
    inline: bool = False


def _written(value: int) -> Iterator[str]:
    """How sections write a number below 100."""
    tens, ones = divmod(value, 10)
    yield from (f"{value}", f"{value:02}")
    yield f"{_NUMERALS[tens - 1] if tens > 1 else ''}{'十' if tens else ''}{_NUMERALS[ones - 1] if ones else ''}"


_VALUES = {numeral: value for value in range(1, 100) for numeral in _written(value)}


def numbered(row: Row, start: int | None = None) -> Marker | None:
    """The numbered marker or cue that `row` (its text from offset `start` on) begins with."""
    begin = 0 if start is None else start - row.start
    while begin < len(row.text) and row.text[begin].isspace():
        begin += 1
    if row.text[begin : begin + 1] not in _FIRST:
        return None
    for form, pattern in _AT_ROW_START:
        if found := pattern.match(row.text, begin):
            place = row.start + begin
            return Marker(form, row.number, place, row.start + found.end(), found[0].strip(), _value(found[1]))
    if found := _NEXT_STEP.match(row.text, begin):
        return Marker("next_step", row.number, row.start + begin, row.start + found.end())
    return None


def inline(row: Row, start: int, end: int) -> Iterator[Marker]:
    """一是 and next-step cues inside a paragraph, outside quotation marks and brackets, in order."""
    text, begin, stop = row.text, start - row.start, end - row.start
    if not _MAY_HOLD.search(text, begin, stop):
        return
    places: list[tuple[int, Form, str]] = [
        (found.start(1), "yishi", found[1]) for found in _YISHI.finditer(text, begin, stop)
    ]
    places += [
        (found.start(), "next_step", found[0])
        for found in _NEXT_STEP.finditer(text, begin, stop)
        if found.start() > begin and text[max(begin, found.start() - 9) : found.start()].rstrip()[-1:] in _SENTENCE_ENDS
    ]
    for place, form, label in _outside(places, hidden(text, begin, stop)) if places else ():
        where = row.start + place
        if form == "yishi":
            yield Marker("yishi", row.number, where, where + len(label), label, _value(label[:-1]), inline=True)
        else:
            yield Marker("next_step", row.number, where, where + len(label), inline=True)


def glued(row: Row, start: int, end: int) -> list[Marker]:
    """一、 or (一) inside one paragraph, where extraction glued a whole text together: a full sequence from 一 on, each
    where a sentence begins; empty where there is no such sequence of two or more."""
    for form, second, pattern in _GLUED:
        if second in row.text and (found := _sequence(row, start, end, form, pattern)):
            inside = _GLUED_INSIDE if form == "cn_dun" and "(二)" in row.text else None
            return [*found, *(_inside(row, found, end, inside) if inside else ())]
    return []


def _sequence(row: Row, start: int, end: int, form: Form, pattern: re.Pattern[str]) -> list[Marker]:
    found = [
        Marker(form, row.number, row.start + hit.start(1), row.start + hit.end(1), hit[1], _value(hit[2]), inline=True)
        for hit in pattern.finditer(row.text, start - row.start, end - row.start)
    ]
    return found if len(found) > 1 and [each.number for each in found] == list(range(1, len(found) + 1)) else []


def _inside(row: Row, outer: list[Marker], end: int, pattern: re.Pattern[str]) -> Iterator[Marker]:
    for marker, following in zip(outer, [*outer[1:], None], strict=True):
        yield from _sequence(row, marker.after, following.start if following else end, "cn_paren", pattern)


def _outside(places: list[tuple[int, Form, str]], covered: list[tuple[int, int]]) -> Iterator[tuple[int, Form, str]]:
    spans = iter(covered)
    span = next(spans, None)
    for place in sorted(places):
        while span and span[1] <= place[0]:
            span = next(spans, None)
        if not span or place[0] < span[0]:
            yield place


def _value(numeral: str) -> int | None:
    if numeral in _VALUES:
        return _VALUES[numeral]
    value = number(numeral)
    return value if isinstance(value, int) else None
