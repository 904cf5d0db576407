"""The account of a comparison: every differing character lies in the marks of exactly one change or suppression.

Taking all marks out of both texts leaves the same characters on both sides. Where that is not yet so, what is left over
is white space between pieces (reflow), or a difference no rule saw; both are entered here, so nothing is ever lost.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from services.domain.change import Change, Comparison, Marks, Suppression
from services.domain.document import Document
from services.parser.compare.judging import severity
from services.parser.compare.kinds.furniture import FORMAT, outside
from services.parser.compare.marking.pair import hull, merged
from services.parser.compare.marking.script import Edit, script

Entry = Change | Suppression


@dataclass(frozen=True, slots=True)
class _Remainder:
    """A text without its marks, and where its characters stand in the whole."""

    text: str
    starts: tuple[int, ...]
    shifts: tuple[int, ...]

    def places(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """`text[start:end]` as spans of the whole."""
        while start < end:
            segment = bisect_right(self.starts, start) - 1
            stop = min(end, self.starts[segment + 1]) if segment + 1 < len(self.starts) else end
            yield start + self.shifts[segment], stop + self.shifts[segment]
            start = stop


def balance(old: Document, new: Document, entries: Sequence[Entry]) -> list[Entry]:
    """`entries`, and what is missing from the account."""
    entries = _apart(entries)
    before = _remainder(old.source_text, (mark for entry in entries for mark in entry.old_marks))
    after = _remainder(new.source_text, (mark for entry in entries for mark in entry.new_marks))
    if before.text == after.text:
        return list(entries)
    answer, blank = list(entries), []
    edges = _Edges(answer)
    for edit in _differences(before.text, after.text):
        marks = tuple(before.places(edit.old_start, edit.old_end)), tuple(after.places(edit.new_start, edit.new_end))
        words = before.text[edit.old_start : edit.old_end] + edit.text
        if words.strip():
            answer.append(_missed(old, new, marks))
        elif not edges.absorb(marks):
            blank.append(marks)
    return [*answer, *_reflow(old, new, blank)]


def _apart(entries: Sequence[Entry]) -> list[Entry]:
    """Where two entries claim a character, the first keeps it."""
    olds, news = _disjoint([x.old_marks for x in entries]), _disjoint([x.new_marks for x in entries])
    if olds is None and news is None:
        return list(entries)
    return [
        replace(x, old_marks=olds[at] if olds else x.old_marks, new_marks=news[at] if news else x.new_marks)
        for at, x in enumerate(entries)
    ]


def _disjoint(marks: Sequence[Marks]) -> list[Marks] | None:
    """Each without what one before it has; None where none has."""
    ordered = sorted(mark for spans in marks for mark in spans)
    if all(a[1] <= b[0] for a, b in pairwise(ordered)):
        return None
    taken: Marks = ()
    found: list[Marks] = []
    for spans in marks:
        found.append(outside(spans, taken))
        taken = merged((*taken, *found[-1]))
    return found


class _Edges:
    """Where the marks of the entries begin and end, so that white space beside a change can go with it."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries
        self.places: dict[tuple[bool, int], int] = {}
        for number, entry in enumerate(entries):
            self._note(number, entry)

    def _note(self, number: int, entry: Entry) -> None:
        for old, marks in ((True, entry.old_marks), (False, entry.new_marks)):
            for mark in marks:
                for edge in mark:
                    self.places[old, edge] = number

    def absorb(self, marks: tuple[Marks, Marks]) -> bool:
        """The line end of a sentence cut out is no reflow: it goes with the sentence."""
        for old, mark in [(True, mark) for mark in marks[0]] + [(False, mark) for mark in marks[1]]:
            number = self.places.get((old, mark[0]), self.places.get((old, mark[1])))
            if number is None:
                return False
            entry = self.entries[number]
            side = merged((*(entry.old_marks if old else entry.new_marks), mark))
            entry = replace(entry, old_marks=side) if old else replace(entry, new_marks=side)
            self.entries[number] = entry
            self._note(number, entry)
        return True


def _differences(a: str, b: str) -> list[Edit] | tuple[Edit, ...]:
    """White space that only one side has; where that does not explain it all, the edit script."""
    found: list[Edit] = []
    i = j = 0
    while i < len(a) or j < len(b):
        if same := _agreeing(a, i, b, j):
            i, j = i + same, j + same
        elif i < len(a) and a[i].isspace():
            found.append(Edit(i, i + 1, j, j, ""))
            i += 1
        elif j < len(b) and b[j].isspace():
            found.append(Edit(i, i, j, j + 1, b[j]))
            j += 1
        else:
            return script(a, b)
    return found


def _agreeing(a: str, i: int, b: str, j: int) -> int:
    """How many characters from `a[i]` and `b[j]` on are the same, by slices: they compare at the speed of C."""
    same, step = 0, 1024
    while step and i + same < len(a) and j + same < len(b):
        if a[i + same : i + same + step] == b[j + same : j + same + step]:
            same += step
        else:
            step //= 2
    return min(same, len(a) - i, len(b) - j)


def edits(old: Document, new: Document, comparison: Comparison) -> tuple[Edit, ...]:
    """The comparison as an edit script between the source texts: `apply` on the old one gives the new one."""
    entries: tuple[Entry, ...] = (*comparison.changes, *comparison.suppressed)
    cut = merged(mark for entry in entries for mark in entry.old_marks)
    put = merged(mark for entry in entries for mark in entry.new_marks)
    return tuple(_zipped(new.source_text, cut, put))


def _zipped(text: str, cut: Marks, put: Marks) -> Iterator[Edit]:
    """Both lists of marks walked together: what stands between two of them is the same on both sides."""
    i = j = 0
    old = new = 0
    while i < len(cut) or j < len(put):
        gap_old = cut[i][0] - old if i < len(cut) else None
        gap_new = put[j][0] - new if j < len(put) else None
        gap = min(gap for gap in (gap_old, gap_new) if gap is not None)
        old, new = old + gap, new + gap
        end_old = cut[i][1] if gap_old == gap else old
        end_new = put[j][1] if gap_new == gap else new
        yield Edit(old, end_old, new, end_new, text[new:end_new])
        i, j = i + (gap_old == gap), j + (gap_new == gap)
        old, new = end_old, end_new


def _remainder(text: str, marks: Iterable[tuple[int, int]]) -> _Remainder:
    parts: list[str] = []
    starts: list[int] = []
    shifts: list[int] = []
    position = length = 0
    for start, end in [*merged(marks), (len(text), len(text))]:
        if start > position:
            parts.append(text[position:start])
            starts.append(length)
            shifts.append(position - length)
            length += start - position
        position = end
    return _Remainder("".join(parts), tuple(starts), tuple(shifts))


def _reflow(old: Document, new: Document, blank: list[tuple[Marks, Marks]]) -> Iterator[Suppression]:
    if blank:
        before = merged(mark for marks in blank for mark in marks[0])
        after = merged(mark for marks in blank for mark in marks[1])
        quotes = hull(old, before), hull(new, after)
        yield Suppression("format_only", f"{FORMAT} reflow", *quotes, old_marks=before, new_marks=after)


def _missed(old: Document, new: Document, marks: tuple[Marks, Marks]) -> Change:
    before, after = hull(old, marks[0]), hull(new, marks[1])
    level = severity.FIXED["narrative_changed"]
    return Change(
        "narrative_changed", level, "neutral", None, (), before.text if before else None, after.text if after else None,
        before, after, "SPEC §12.24 remainder",
        old_marks=marks[0], new_marks=marks[1],
    )  # fmt: skip
