"""How far a heading reaches, and what it says about time (SPEC §2.2, §3, §17)."""

from __future__ import annotations

import functools
import re

from services.domain.document import Mode, SectionKind
from services.parser.lexicon import load
from services.parser.reading.memo import remembered
from services.parser.reading.patterns import any_of, any_word
from services.parser.reading.sentences import first_top_level, hidden, top_level, trim
from services.parser.reading.structure.markers import Marker
from services.parser.text.spacing import without_date_spaces

_WORDS = load("headings")
_PAST, _FUTURE, _GOAL = (any_of(_WORDS[name]["patterns"]) for name in ("past", "future", "goal"))
_GENERAL, _MIXED = any_of(_WORDS["general"]["patterns"]), any_of(_WORDS["mixed"]["patterns"])
_PROMISE = any_of(_WORDS["promise_in_heading"]["patterns"])
_MEASURE = re.compile(any_word(_WORDS["measure"]["verbs"]))
_NARRATION = any_of(_WORDS["opening_of_narration"]["patterns"])
_KINDS: tuple[tuple[SectionKind, re.Pattern[str]], ...] = tuple(
    (kind, any_of(_WORDS["kind"][kind])) for kind in ("topic", "overview", "next_steps", "safeguards")
)
_OF_TENSE: dict[Mode | None, SectionKind] = {"goal": "goals", "past": "achievements", "future": "tasks"}
#: 关于X问题 names what is answered, whatever words X holds.
_TOPIC = re.compile(r"关于[^。]{2,40}(?:问题|建议|意见|方面|情况|提案)。?$")
_MARK = re.compile(r"^(?:第?[一二三四五六七八九十]{1,3}[、是]|\([一二三四五六七八九十]{1,3}\)|\d{1,2}[.、])\s*")
_FINAL = "。:;,. "

#: Longest run-in heading, and longest heading that fills its line.
RUN_IN, WHOLE_LINE, UN_NUMBERED = 45, 60, 25
#: Longest run-in heading that speaks of time (下一步工作打算。); longer ones name a topic.
_LONGEST_TIME = 10

#: 高位统筹 压实责任成立…: two phrases of four characters, the text run on behind them.
_COUPLET = re.compile(
    f" *[\u4e00-\u9fff]{{4}} +(?!{any_word(load('headings')['couplet']['not_second'])})[\u4e00-\u9fff]{{4}}"
    "(?=[\u4e00-\u9fff“《][^。]{0,200}[,。])"
)
#: A heading as most letters have it, with the text run on behind it: 一、基本情况截至2023年底….
_RUN_ON = re.compile(f"(?>{any_word(load('headings')['run_on']['headings'])})" + "(?=[(\u4e00-\u9fff0-9“《])")


def heading_end(text: str, marker: Marker, end: int, followed: bool) -> int:
    """Where the heading of `marker` ends; `marker.after` when only the marker is heading.

    `[marker.start, end)` is what the marker governs in its paragraph, `followed` says that text or sections follow
    below. A first sentence that would take a promise out of the text (SPEC §17) is no heading.
    """
    if marker.inline and marker.form == "cn_dun" and (known := _RUN_ON.match(text, marker.after)):
        return min(known.end(), end)
    alone = Marker(marker.form, 0, 0, marker.after - marker.start, inline=marker.inline)
    return marker.start + _heading_end(text[marker.start : end], alone, followed)


@remembered(2_048)
def _heading_end(text: str, marker: Marker, followed: bool) -> int:
    end = len(text)
    couplet = _COUPLET.match(text, marker.after, end) if marker.form in ("cn_dun", "cn_paren") else None
    if couplet:
        return couplet.end()
    sentence = first_top_level(text, marker.after, end, "。!?")
    if (colon := _labelled(text, marker, end)) is not None:
        return colon
    stop = end if sentence is None else sentence + 1
    more = trim(text, stop, end) is not None
    longest = RUN_IN if more or not followed else WHOLE_LINE
    if stop - marker.start > longest or not _is_heading(text, marker, stop, whole=sentence is None):
        return marker.after
    if more:
        return stop
    if marker.form == "yishi" or (not followed and (sentence is not None or marker.form != "cn_dun")):
        return marker.after
    return trimmed[1] if (trimmed := trim(text, marker.start, stop)) else marker.after


def _labelled(text: str, marker: Marker, end: int) -> int | None:
    """Where a heading before a colon ends that says what time the text behind it speaks of (一、基本情况:全区现有…)."""
    colon = first_top_level(text, marker.after, min(end, marker.after + UN_NUMBERED), "。!?;:,、")
    if colon is None or text[colon] != ":" or marker.form == "yishi" or trim(text, colon + 1, end) is None:
        return None
    return colon + 1 if tense(text[marker.start : colon + 1], True) is not None else None


def _is_heading(text: str, marker: Marker, stop: int, whole: bool) -> bool:
    written = text[marker.after : stop].rstrip()
    if written.endswith((";", ",")) or (written.endswith(":") and len(written) > UN_NUMBERED):
        return False
    if any(place < stop - 1 for place in top_level(text, marker.after, stop, ";:")):
        return False
    if (whole and marker.form == "cn_dun") or _TOPIC.match(text[marker.after : stop].strip()):
        return True
    return not _PROMISE.search(unquoted(text, marker.after, stop))


def unquoted(text: str, start: int, end: int) -> str:
    """`text[start:end]` without what stands in quotation marks and brackets."""
    pieces, place = [], start
    for opened, closed in hidden(text, start, end):
        pieces.append(text[place:opened])
        place = closed
    return "".join([*pieces, text[place:end]])


def run_in_end(text: str, start: int, end: int, longest: int = UN_NUMBERED) -> int | None:
    """Where an un-numbered run-in heading that opens `[start, end)` ends: a short first sentence without a comma,
    more text behind it (SPEC §2.1 runin_plain); None if there is none."""
    stop = first_top_level(text, start, min(end, start + longest + 1), "。!?;:,")
    if stop is None or text[stop] != "。" or not trim(text, stop + 1, end):
        return None
    heading = text[start:stop]
    if _NARRATION.search(heading) or _PROMISE.search(unquoted(text, start, stop)):
        return None
    return stop + 1


@functools.lru_cache(maxsize=1024)
def core(heading: str) -> str:
    """A heading without its marker and final sign."""
    spaced = without_date_spaces(heading, 0, len(heading))
    bare = (spaced[0] if spaced else heading).strip()
    mark = _MARK.match(bare)
    return (bare[mark.end() :] if mark else bare).rstrip(_FINAL).strip()


@functools.lru_cache(maxsize=1024)  # three steps of a document ask it of every heading
def tense(heading: str, run_in: bool = False) -> Mode | None:
    """What a heading's own words say about the time of its section (SPEC §3.1, §17); None if nothing.

    A run-in heading that is long or opens with a verb names a measure (加强组织领导), whatever noun it ends in; before
    a colon it may be longer.
    """
    words = core(heading)
    longest = UN_NUMBERED if heading.rstrip().endswith(":") else _LONGEST_TIME
    if run_in and (len(words) > longest or _MEASURE.match(words)):
        return None
    for mode, pattern in (("mixed", _MIXED), ("past", _PAST), ("general", _GENERAL), ("goal", _GOAL)):
        if pattern.search(words):
            return mode  # type: ignore[return-value]
    return "future" if _FUTURE.search(words) else None


@functools.lru_cache(maxsize=1024)
def kind_of_section(heading: str, mode: Mode | None) -> SectionKind:
    """What a section with this heading is for; `mode` is what the heading's words say (`tense`)."""
    words = core(heading)
    for kind, pattern in _KINDS:
        if mode is not None and pattern.search(words):
            return kind
    return _OF_TENSE.get(mode, "topic")
