"""What differs and is no change: the page's furniture, and another form of the same words (SPEC §12 rows 3 and 4)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from services.domain.change import Marks, Suppression, SuppressionType
from services.domain.document import Document
from services.parser.compare.marking.pair import Pair, held, hull, merged
from services.parser.compare.marking.script import Span, differing, shared_ends
from services.parser.compare.matching.view import Piece, View
from services.parser.text.layers import key, match

FORMAT = "SPEC §12.3"
BOILERPLATE = "SPEC §12.4"

_ROLE = "boilerplate"


def furniture_places(document: Document) -> list[tuple[int, int]]:
    """Where the page's furniture stands, in order."""
    lines = {(line.start, line.end) for line in document.metadata.boilerplate}
    lines |= {(block.start, block.end) for block in document.blocks if block.role == _ROLE}
    return sorted(lines)


def body(document: Document) -> str:
    """KEY of the text without furniture: what the version is known by (SPEC §11)."""
    return _key(_bare(document, 0, len(document.text)))


@lru_cache(maxsize=4)
def _key(bare: str) -> str:
    """The last few are kept: a version is looked up by its key and then stored with it."""
    return key(match(bare))


def same_body(old: Document, new: Document) -> bool:
    """Whether the bodies have one KEY, or the whole texts do and only what is taken for furniture differs."""
    bare = (_bare(x, 0, len(x.text)) for x in (old, new))
    return _same_key(*bare) or _same_key(old.text, new.text)


def _same_key(old: str, new: str) -> bool:
    """Where no line was broken or joined, the first line that differs decides."""
    before, after = old.split("\n"), new.split("\n")
    if len(before) == len(after):
        return all(x == y or key(match(x)) == key(match(y)) for x, y in zip(before, after, strict=True))
    head, tail = shared_ends(before, after)
    # One line of what both share stays on either side: whether a sign counts depends on what stands beside it.
    start, rest = max(head - 1, 0), max(tail - 1, 0)
    x, y = ("\n".join(lines[start : len(lines) - rest]) for lines in (before, after))
    return key(match(x)) == key(match(y))


def _bare(document: Document, start: int, end: int) -> str:
    """`text[start:end]` without furniture."""
    parts: list[str] = []
    for a, b in furniture_places(document):
        parts.append(document.text[start : max(min(a, end), start)])
        start = max(start, min(b, end))
    return "".join([*parts, document.text[start:end]])


def reformed(pair: Pair) -> tuple[Suppression, ...]:
    """The hunks of a pair that are another form of the same words, as one suppression."""
    mine = [hunk for hunk in pair.hunks if hunk.form]
    return (held(pair, "format_only", FORMAT, mine),) if mine else ()


def redecorated(pair: Pair) -> Suppression:
    """A furniture line that says something else now."""
    return held(pair, "boilerplate_only", BOILERPLATE, pair.hunks)


def decoration(view: View, piece: Piece, *, old: bool) -> Suppression:
    """A furniture line only one side has."""
    marks = ((piece.start, piece.end),)
    quote = hull(view.document, marks)
    return Suppression(
        "boilerplate_only", BOILERPLATE, quote if old else None, None if old else quote,
        old_marks=marks if old else (), new_marks=() if old else marks,
    )  # fmt: skip


def joined(old: Document, new: Document, held_back: Iterable[Suppression]) -> Iterator[Suppression]:
    """Suppressions of one kind as one: a page in another script is one entry of the ledger, not a thousand."""
    group: list[Suppression] = []
    for one in sorted(held_back, key=lambda x: (x.type, x.rule, (x.new_marks or x.old_marks or ((0, 0),))[0])):
        if group and (one.type, one.rule) != (group[-1].type, group[-1].rule):
            yield _joined(old, new, group)
            group = []
        group.append(one)
    if group:
        yield _joined(old, new, group)


def _joined(old: Document, new: Document, group: Sequence[Suppression]) -> Suppression:
    if len(group) == 1:
        return group[0]
    before = merged(mark for one in group for mark in one.old_marks)
    after = merged(mark for one in group for mark in one.new_marks)
    return replace(group[0], old=hull(old, before), new=hull(new, after), path=(), old_marks=before, new_marks=after)


def outside(places: Iterable[tuple[int, int]], taken: Marks) -> Marks:
    """`places` without what lies in `taken`, which is in order and without overlap."""
    marks: list[tuple[int, int]] = []
    for start, end in sorted(places):
        at = bisect_left(taken, start, key=lambda mark: mark[1])
        while at < len(taken) and taken[at][0] < end:
            a, b = taken[at]
            if b > start:
                marks.append((start, a))
                start = b
            at += 1
        marks.append((start, end))
    return tuple((a, b) for a, b in marks if a < b)


def unmeant(old: Document, new: Document) -> Iterator[Suppression]:
    """The differences between texts whose bodies have one KEY: furniture lines, and other forms of the rest."""
    mine, theirs = furniture_places(old), furniture_places(new)
    before, after = ([x.source_text[a:b] for a, b in places] for x, places in ((old, mine), (new, theirs)))
    runs = differing(before, after)
    for i, j, k, h in runs if runs is not None else [(0, len(mine), 0, len(theirs))]:
        yield _unmeant(old, new, "boilerplate_only", BOILERPLATE, (merged(mine[i:j]), merged(theirs[k:h])))
    lines = _lines(old, mine), _lines(new, theirs)
    found = [span for run in _line_runs(old, new, *lines) for span in run]
    if found:
        marks = merged((a, b) for a, b, _, _ in found), merged((c, d) for _, _, c, d in found)
        yield _unmeant(old, new, "format_only", FORMAT, marks)


Line = tuple[int, int]


def _line_runs(old: Document, new: Document, mine: list[Line], theirs: list[Line]) -> Iterator[list[Span]]:
    """Lines that differ, trimmed to what does where they stand against each other one to one."""
    runs = differing([old.source_text[a:b] for a, b in mine], [new.source_text[a:b] for a, b in theirs])
    for i, j, k, h in runs if runs is not None else [(0, len(mine), 0, len(theirs))]:
        if j - i == h - k:
            yield [_trimmed(old, new, *pair) for pair in zip(mine[i:j], theirs[k:h], strict=True)]
        else:
            yield [
                (
                    mine[i][0] if i < j else 0,
                    mine[j - 1][1] if i < j else 0,
                    theirs[k][0] if k < h else 0,
                    theirs[h - 1][1] if k < h else 0,
                )
            ]


def _lines(document: Document, furniture: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where the body's lines stand; what shares a line with furniture is a line of its own."""
    found: list[tuple[int, int]] = []
    position = 0
    for start, end in [*furniture, (len(document.text), len(document.text))]:
        for line in document.source_text[position:start].split("\n"):
            if line:
                found.append((position, position + len(line)))
            position += len(line) + 1
        position = end
    return found


def _trimmed(old: Document, new: Document, before: Line, after: Line) -> Span:
    x, y = old.source_text[slice(*before)], new.source_text[slice(*after)]
    head, tail = shared_ends(x, y)
    return before[0] + head, before[1] - tail, after[0] + head, after[1] - tail


def _unmeant(old: Document, new: Document, kind: SuppressionType, rule: str, marks: tuple[Marks, Marks]) -> Suppression:
    return Suppression(kind, rule, hull(old, marks[0]), hull(new, marks[1]), old_marks=marks[0], new_marks=marks[1])
