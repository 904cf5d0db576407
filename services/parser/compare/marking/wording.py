"""What differs between two wordings of one piece: the smallest exact marks, whole words and whole numbers.

tokens (a number with its unit, a known word, a Latin word, else one character)
  ─► least difference ─► crumbs joined ─► deletions slid to where a reader would cut
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from services.parser.compare.marking.script import Span, differing, shared_ends
from services.parser.compare.marking.words import UNITS, WORDS
from services.parser.text.layers import key
from services.parser.text.numerals import ARABIC_DIGITS, CHINESE_DIGITS, number

#: Tokens inserted plus deleted at most; a piece further apart is marked whole.
FAR = 300

_HAN = re.compile(r"[\u3400-\u9fff]")
_CLAUSE = re.compile(r"[、;。](?!\d)|(?<!\d),|,(?!\d)")
_NUMERAL = re.compile(rf"(?P<number>{ARABIC_DIGITS}[万亿千百]*|{CHINESE_DIGITS})(?P<rest>.*)")
_BREAK = re.compile(r"[\s、,;:。()《》“”‘’〔〕]")


@dataclass(frozen=True, slots=True)
class Hunk:
    """`old[old_start:old_end]` stands where `new[new_start:new_end]` stands now; one side may be empty.

    `form`: both sides mean the same (equal KEY, or one number); only script, width, quotes, separators or numerals
    differ.
    """

    old_start: int
    old_end: int
    new_start: int
    new_end: int
    form: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """One side of a piece: the page's own characters, their MATCH layer, and where they stand in the document."""

    source: str
    matched: str
    start: int


def hunks(old: Wording, new: Wording, far: int = FAR) -> tuple[Hunk, ...]:
    """Differences in ascending order, in document offsets; outside of them both sources are equal."""
    if old.source == new.source:
        return ()
    same = key(old.matched) == key(new.matched)
    if same and len(old.matched) != len(new.matched):
        return (_trimmed(old, new),)
    meant = _meant(old, new, far)
    spans = sorted([*meant, *_formed(old, new, meant)], key=lambda span: (span[0], span[2]))
    found = tuple(_hunk(old, new, span) for span in spans)
    # Separators that changed places with words: no single run says the same, all of them together do.
    return (_trimmed(old, new),) if same and not all(hunk.form for hunk in found) else found


def _trimmed(old: Wording, new: Wording) -> Hunk:
    head, tail = shared_ends(old.source, new.source)
    ends = len(old.source) - tail, len(new.source) - tail
    return Hunk(old.start + head, old.start + ends[0], new.start + head, new.start + ends[1], form=True)


def _hunk(old: Wording, new: Wording, span: Span) -> Hunk:
    i, j, k, h = span
    before, after = old.matched[i:j], new.matched[k:h]
    same = key(before) == key(after) or _one_number(before, after)
    return Hunk(old.start + i, old.start + j, new.start + k, new.start + h, same)


def _one_number(before: str, after: str) -> bool:
    """三年 and 3年, 1.5万家 and 15000家: one number in other characters, with the same words behind it."""
    old, new = _NUMERAL.fullmatch(before), _NUMERAL.fullmatch(after)
    if old is None or new is None or old["rest"] != new["rest"]:
        return False
    value = number(old["number"])
    return value is not None and value == number(new["number"])


@cache
def _grammar() -> re.Pattern[str]:
    number = r"\d+(?:[.,]\d+)*"
    unit = "|".join(map(re.escape, sorted(UNITS, key=lambda unit: -len(unit))))
    han = r"[〇零一二三四五六七八九十百千两]+"
    # Most characters begin none of these: they are told apart before any word is tried.
    begins = "".join(map(re.escape, sorted({word[0] for word in WORDS})))
    return re.compile(
        rf"[^\d\-A-Za-z〇零一二三四五六七八九十百千两{begins}]"
        rf"|-?{number}(?:\s?[万亿千百]*)(?:—{number}[万亿千百]*)?[余多]?(?:\s?(?:{unit}|年|月|日|号))?"
        rf"|{han}[万亿]*[余多]?(?:{unit}|成|年|月)"
        rf"|[A-Za-z][A-Za-z0-9]*"
        rf"|{'|'.join(map(re.escape, sorted(WORDS, key=lambda word: -len(word))))}"
        r"|(?s:.)"
    )


def tokens(matched: str) -> list[str]:
    """`"".join(tokens(text)) == text`."""
    return [found.group() for found in _grammar().finditer(matched)]


def _meant(old: Wording, new: Wording, far: int) -> list[Span]:
    """Replaced runs of tokens as character spans."""
    if old.matched == new.matched:
        return []
    head, tail = _shared_clauses(old.matched, new.matched)
    a, b = (tokens(x.matched[head : len(x.matched) - tail]) for x in (old, new))
    spans = differing(a, b, far)
    if spans is None:
        spans = [(0, len(a), 0, len(b))]
    spans = _joined(a, _slid(a, b, spans))
    from_a, from_b = _starts(a), _starts(b)
    found: list[Span] = []
    for i, j, k, h in spans:
        before, after = _broken(a[i:j], b[k:h]), _broken(a[i:j][::-1], b[k:h][::-1], last=True)
        found.append(
            (head + from_a[i] + before, head + from_a[j] - after, head + from_b[k] + before, head + from_b[h] - after)
        )
    return found


def _broken(a: list[str], b: list[str], *, last: bool = False) -> int:
    """1 where the edit broke a word open and its first (or last) character stayed: 发展示范 → 发争取范."""
    if not a or not b or len(a) == len(b) == 1:
        return 0
    at = -1 if last else 0
    same = a[0][at] == b[0][at] and _HAN.match(a[0][at]) is not None
    return int(same and min(len(a[0]), len(b[0])) == 1)


def _shared_clauses(a: str, b: str) -> tuple[int, int]:
    """Whole clauses both begin and end with: cut at separators, so that no number or word is cut."""
    head, tail = shared_ends(a, b)
    cuts = [found.end() for found in _CLAUSE.finditer(a, 0, head)]
    rests = [len(a) - found.start() for found in _CLAUSE.finditer(a, len(a) - tail)]
    return max(cuts, default=0), rests[0] if rests else 0


def _starts(parts: list[str]) -> list[int]:
    starts = [0]
    for part in parts:
        starts.append(starts[-1] + len(part))
    return starts


def _joined(a: list[str], spans: list[Span]) -> list[Span]:
    """Replacements with one shared plain character between them are one: 智能工厂 → 数字车间 is not four edits."""
    found: list[Span] = []
    for span in spans:
        if found and span[0] - found[-1][1] == 1 and _crumb(a, found[-1], span):
            found[-1] = (found[-1][0], span[1], found[-1][2], span[3])
        else:
            found.append(span)
    return found


def _crumb(a: list[str], left: Span, right: Span) -> bool:
    between = a[left[1]]
    return len(between) == 1 and _HAN.match(between) is not None and all(map(_replaces, (left, right)))


def _replaces(span: Span) -> bool:
    return span[1] > span[0] and span[3] > span[2]


def _slid(a: list[str], b: list[str], spans: list[Span]) -> list[Span]:
    """Each insertion or deletion where a reader would cut: among the places that say the same, between separators."""
    found: list[Span] = []
    for place, (i, j, k, h) in enumerate(spans):
        if (j > i) == (h > k):
            found.append((i, j, k, h))
            continue
        back = i - (found[-1][1] if found else 0)
        ahead = (spans[place + 1][0] if place + 1 < len(spans) else len(a)) - j
        parts, start, end = (a, i, j) if j > i else (b, k, h)
        shifts = _slides(parts, start, end, back, ahead)
        best = max(shifts, key=lambda shift: (_cut(parts, start + shift, end + shift), -abs(shift)))
        found.append((i + best, j + best, k + best, h + best))
    return found


def _slides(parts: list[str], start: int, end: int, back: int, ahead: int) -> list[int]:
    """How far `parts[start:end]` can be slid within the equal run around it and still say the same."""
    shifts = [0]
    while shifts[-1] > -back and parts[start + shifts[-1] - 1] == parts[end + shifts[-1] - 1]:
        shifts.append(shifts[-1] - 1)
    shift = 0
    while shift < ahead and parts[start + shift] == parts[end + shift]:
        shift += 1
        shifts.append(shift)
    return shifts


def _cut(parts: list[str], start: int, end: int) -> int:
    """How natural it is to cut `parts[start:end]` out: after a separator and up to one (市公安局、), else either."""
    after = start == 0 or _BREAK.match(parts[start - 1]) is not None
    up_to = end == len(parts) or _BREAK.match(parts[end]) is not None
    closes = _BREAK.match(parts[end - 1]) is not None
    opens = _BREAK.match(parts[start]) is not None
    return 3 * (after and closes) + 2 * (opens and up_to) + (after or up_to)


def _formed(old: Wording, new: Wording, meant: list[Span]) -> Iterator[Span]:
    """Runs whose MATCH layer is equal and whose characters are not: another script, another width."""
    i = k = 0
    for a, b, c, d in [*meant, (len(old.matched), 0, len(new.matched), 0)]:
        x, y = old.source[i:a], new.source[k:c]
        if x != y:
            head, tail = shared_ends(x, y)
            yield i + head, a - tail, k + head, c - tail
        i, k = b, d
