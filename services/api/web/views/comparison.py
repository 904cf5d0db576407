"""Two versions side by side or in one: every differing character marked, what moved linked, the same folded. Pure.

compare ─► entries (changes, suppressed) ─► marks on either text ─► rows ─► folds of what is the same
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from services.api.web.views.changes import ChangeView, change_view
from services.api.web.words import Words
from services.domain.change import Change, Comparison, Marks, Suppression
from services.domain.document import Document
from services.parser.compare.showing.rows import Line, rows
from services.parser.compare.showing.telling import change_data
from services.parser.text.privacy import mask_phones

Tag = Literal["", "del", "ins", "held"]
#: Unchanged lines shown on either side of a changed one.
_AROUND = 1
_ENDS = "。;；!！?？\n"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line. `change` is the number of the entry it belongs to, `anchor` its own name, `to` the anchor of
    where it moved to or came from."""

    text: str
    tag: Tag = ""
    change: int | None = None
    anchor: str | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the old text beside one of the new; None where only one side has it. `merged` is both in one."""

    old: tuple[Run, ...] | None
    new: tuple[Run, ...] | None
    merged: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows that are shown, or (`same`) that say the same on both sides and are folded away."""

    same: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One typed change. `ordinal` is its place in the version's own record, None where it has none there."""

    number: int
    view: ChangeView
    ordinal: int | None
    anchor: str | None
    quotes: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    changes: tuple[Told, ...]
    held: tuple[tuple[str, str, str, str], ...]
    folds: tuple[Fold, ...]


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    tag: Tag
    entry: int
    anchor: str | None
    to: str | None


def compared(
    comparison: Comparison, old: Document, new: Document, recorded: Sequence[Change], words: Words
) -> Compared:
    """`recorded` are the changes on record of the newer version, empty where the two do not follow each other."""
    texts = mask_phones(old.source_text), mask_phones(new.source_text)
    marks = _marks(comparison, texts, old=True), _marks(comparison, texts, old=False)
    told = tuple(_told(comparison.changes, texts, recorded, words))
    held = tuple(_held(one, words) for one in comparison.suppressed)
    return Compared(told, held, tuple(_folds(old, new, texts, marks)))


def _told(
    changes: Sequence[Change], texts: tuple[str, str], recorded: Sequence[Change], words: Words
) -> Iterator[Told]:
    known = {_same(change): at for at, change in reversed(list(enumerate(recorded)))}
    for number, change in enumerate(changes):
        anchor = f"new-{number}" if change.new_marks else f"old-{number}" if change.old_marks else None
        quotes = _quoted(texts[0], change.old_marks), _quoted(texts[1], change.new_marks)
        yield Told(number, change_view(change_data(change), words), known.get(_same(change)), anchor, quotes)


def _same(change: Change) -> tuple[object, ...]:
    return (change.type, change.path, change.before, change.after, change.old_marks, change.new_marks, change.detail)


def _quoted(text: str, marks: tuple[tuple[int, int], ...]) -> str:
    """The sentences the marks stand in, in the page's own characters."""
    if not marks:
        return ""
    start, end = marks[0][0], marks[-1][1]
    begin = max(text.rfind(sign, 0, start) for sign in _ENDS) + 1
    stops = [at for sign in _ENDS if (at := text.find(sign, max(end - 1, start))) >= 0]
    return text[begin : min(stops) + 1 if stops else len(text)].strip()


def _held(one: Suppression, words: Words) -> tuple[str, str, str, str]:
    sides = [mask_phones(quote.text) if quote else "" for quote in (one.old, one.new)]
    return words.of("type", one.type), one.rule, sides[0], sides[1]


def _marks(comparison: Comparison, texts: tuple[str, str], *, old: bool) -> list[_Mark]:
    found: list[_Mark] = []
    own, other = ("old", "new") if old else ("new", "old")
    text, there = texts if old else texts[::-1]
    entries: tuple[Change | Suppression, ...] = (*comparison.changes, *comparison.suppressed)
    for number, entry in enumerate(entries):
        spans, beside = (entry.old_marks, entry.new_marks) if old else (entry.new_marks, entry.old_marks)
        tag: Tag = "held" if isinstance(entry, Suppression) else "del" if old else "ins"
        places = _places(there, beside) if isinstance(entry, Change) and entry.type.endswith("_moved") else {}
        for at, (start, end) in enumerate(spans):
            to = places.get(text[start:end].strip())
            found.append(
                _Mark(
                    start,
                    end,
                    tag,
                    number,
                    _anchor(own, number, at),
                    None if to is None else _anchor(other, number, to),
                )
            )
    return sorted(found, key=lambda mark: (mark.start, mark.end))


def _places(text: str, marks: Marks) -> dict[str, int]:
    """The words of each mark, to its number."""
    return {words: at for at, (start, end) in enumerate(marks) if (words := text[start:end].strip())}


def _anchor(side: str, number: int, at: int) -> str:
    return f"{side}-{number}" + (f"-{at}" if at else "")


def _folds(
    old: Document, new: Document, texts: tuple[str, str], marks: tuple[list[_Mark], list[_Mark]]
) -> Iterator[Fold]:
    a, b = old.source_text, new.source_text
    every = list(rows(a, b))
    differs = [x is None or y is None or a[slice(*x)] != b[slice(*y)] for x, y in every]
    shown = [any(differs[max(0, at - _AROUND) : at + _AROUND + 1]) for at in range(len(every))]
    starts = tuple([mark.start for mark in side] for side in marks)
    for visible, group in groupby(zip(shown, every, strict=True), key=lambda spot: spot[0]):
        found = [_row(row, texts, marks, starts) for _, row in group]
        yield Fold(not visible, tuple(found))


def _row(
    row: tuple[Line | None, Line | None],
    texts: tuple[str, str],
    marks: tuple[list[_Mark], list[_Mark]],
    starts: tuple[list[int], ...],
) -> Row:
    old, new = (
        None if line is None else tuple(_runs(texts[side], line, marks[side], starts[side]))
        for side, line in enumerate(row)
    )
    return Row(old, new, _merged(old, new))


def _runs(text: str, line: Line, marks: list[_Mark], starts: list[int]) -> Iterator[Run]:
    """The line in pieces; an empty one for an empty line, so that it has its place."""
    position, end = line
    first = bisect_right(starts, position)
    while first and marks[first - 1].end > position:
        first -= 1
    for mark in marks[first:]:
        if mark.start >= end and mark.start != position:
            break
        start, stop = max(mark.start, position), min(mark.end, end)
        if stop < start:
            continue
        if start > position:
            yield Run(text[position:start])
        if stop > start:
            begins = start == mark.start or not text[mark.start : start].strip()  # a mark may begin with a line end
            yield Run(
                text[start:stop], mark.tag, mark.entry, mark.anchor if begins else None, mark.to if begins else None
            )
        position = stop
    if position < end or line[0] == line[1]:
        yield Run(text[position:end])


def _merged(old: tuple[Run, ...] | None, new: tuple[Run, ...] | None) -> tuple[tuple[Run, ...], ...]:
    """Both sides as one line, what was taken out before what was put in; as two lines where they do not agree."""
    if old is None or new is None:
        return tuple(side for side in (old, new) if side is not None)
    before, after = list(old), list(new)
    found: list[Run] = []
    while before or after:
        if before and before[0].tag:
            found.append(before.pop(0))
        elif after and after[0].tag:
            found.append(after.pop(0))
        elif before and after and _agree(before[0].text, after[0].text):
            length = min(len(before[0].text), len(after[0].text))
            found.append(Run(before[0].text[:length]))
            before, after = _rest(before, length), _rest(after, length)
        elif before and not before[0].text:
            before.pop(0)
        elif after and not after[0].text:
            after.pop(0)
        else:
            return (old, new)
    return (tuple(found),)


def _agree(a: str, b: str) -> bool:
    length = min(len(a), len(b))
    return length > 0 and a[:length] == b[:length]


def _rest(runs: list[Run], length: int) -> list[Run]:
    text = runs[0].text[length:]
    return [Run(text), *runs[1:]] if text else runs[1:]
