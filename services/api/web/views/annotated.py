"""A document's text as it is shown: its lines, with what was read in them marked and explained. Pure.

blocks ─► lines;  commitments ─► notes (one card each);  targets, deadlines, actors ─► marks inside them
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal

from services.api.web.words import Words
from services.domain.commitment import Commitment, Deadline, Target
from services.domain.document import Block, Document, Section
from services.parser.text.privacy import mask_phones

What = Literal["target", "deadline", "actor", ""]
Span = tuple[int, int]
#: A page with more lines would be of no use to a person.
MOST_LINES = 4000


@dataclass(frozen=True, slots=True)
class Run:
    """Text that is all of one kind; `what` is empty for plain text."""

    text: str
    what: What = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What was understood of a commitment: pairs of a label and what is said, `what` naming the mark it explains."""

    id: str
    number: int
    title: str
    rows: tuple[tuple[What, str, str], ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Part:
    """Runs that belong together: to commitment `id`, or to none (empty). `card` comes with its last part."""

    id: str
    runs: tuple[Run, ...]
    card: Card | None = None
    first: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """`level` is 1 and more for a heading that is a line of its own; `section` where one begins here."""

    role: str
    parts: tuple[Part, ...]
    level: int = 0
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A section in the table of contents."""

    id: str
    heading: str
    promises: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Annotated:
    lines: tuple[Line, ...]
    contents: tuple[Entry, ...]
    #: Lines that are not shown.
    left_out: int


def annotated(document: Document, words: Words) -> Annotated:
    """Personal numbers are masked; nothing else of the text is changed."""
    text = mask_phones(document.source_text)
    targets = {target.id: target for target in document.targets}
    cards = {one.id: _card(one, at, targets, words) for at, one in enumerate(document.commitments, 1)}
    owners = _Spans([(one.start, one.end, one.id) for one in document.commitments])
    marks = _Spans(sorted({mark for kind in _marks(document) for mark in kind}))
    sections = {section.start: section for section in document.sections}
    last = {one.id: one.end for one in document.commitments}
    first = {one.id: one.start for one in document.commitments}
    lines = []
    for block in document.blocks[:MOST_LINES]:
        begins = sections.get(block.start)
        parts = tuple(_parts(text, block, owners, marks, cards, first, last, begins))
        level = min(begins.depth, 4) if begins and not begins.run_in else 0
        lines.append(Line(block.role, parts, level, begins.id if begins else None))
    return Annotated(tuple(lines), _contents(document), max(0, len(document.blocks) - MOST_LINES))


class _Spans:
    """Spans in order, looked up by the place they overlap."""

    def __init__(self, spans: Iterable[tuple[int, int, str]]) -> None:
        self._spans = sorted(spans)
        self._starts = [start for start, _, _ in self._spans]
        self._longest = max((end - start for start, end, _ in self._spans), default=0)

    def over(self, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Those that have a character of `start` to `end`."""
        low = bisect_left(self._starts, start - self._longest)
        for span in self._spans[low : bisect_right(self._starts, end - 1)]:
            if span[1] > start and span[0] < end:
                yield span


def _marks(document: Document) -> Iterator[Iterator[tuple[int, int, str]]]:
    yield ((one.start, one.end, "target") for one in document.targets)
    yield ((*one.verifiability.date, "deadline") for one in document.commitments if one.verifiability.date)
    yield ((*one.verifiability.actor, "actor") for one in document.commitments if one.verifiability.actor)
    yield ((one.start, one.end, "actor") for one in document.responsible_units)


def _parts(
    text: str,
    block: Block,
    owners: _Spans,
    marks: _Spans,
    cards: dict[str, Card],
    first: dict[str, int],
    last: dict[str, int],
    begins: Section | None,
) -> Iterator[Part]:
    mine = list(owners.over(block.start, block.end))
    inner = list(marks.over(block.start, block.end))
    edges = {block.start, block.end}
    for start, end, _ in (*mine, *inner):
        edges |= {max(start, block.start), min(end, block.end)}
    pieces = [(a, b, _at(mine, a), _mark_at(inner, a)) for a, b in pairwise(sorted(edges))]
    for owner, group in groupby(pieces, key=lambda piece: piece[2]):
        found = list(group)
        runs = tuple(Run(text[a:b], what) for a, b, _, what in found)
        ends_here = bool(owner) and found[-1][1] >= last[owner]
        yield Part(owner, runs, cards[owner] if ends_here else None, bool(owner) and found[0][0] <= first[owner])


def _at(spans: Sequence[tuple[int, int, str]], place: int) -> str:
    return next((name for start, end, name in reversed(spans) if start <= place < end), "")


def _mark_at(spans: Sequence[tuple[int, int, str]], place: int) -> What:
    """The shortest mark at that place: a deadline inside a target's words is still a deadline."""
    here = [(end - start, name) for start, end, name in spans if start <= place < end]
    return min(here)[1] if here else ""  # type: ignore[return-value]  # names are those of _marks


def _card(one: Commitment, number: int, targets: dict[str, Target], words: Words) -> Card:
    rows: list[tuple[What, str, str]] = []
    if one.actors:
        rows.append(
            ("actor", words("card.actor"), f"{'、'.join(one.actors)}（{words.of('actor_source', one.actor_source)}）")
        )
    rows += [
        ("target", words("card.target"), target_said(targets[id_], words)) for id_ in one.targets if id_ in targets
    ]
    if one.deadline:
        rows.append(("deadline", words("card.deadline"), deadline_said(one.deadline, words)))
    rows.append(("", words("card.firmness"), words.of("modality", str(one.modality))))
    rows.append(("", words("card.tier"), words.of("tier", one.tier)))
    missing = [
        words.of("evidence", name)
        for name in ("actor", "action", "quantity", "baseline", "date")
        if getattr(one.verifiability, name) is None
    ]
    rows.append(("", words("card.missing"), "、".join(missing) if missing else words("card.complete")))
    return Card(one.id, number, f"{words.of('commitment_type', one.type)} {number}", tuple(rows), one.rule)


def target_said(target: Target, words: Words) -> str:
    value = target.value if not isinstance(target.value, tuple) else "—".join(map(str, target.value))
    sign = {"=": "", "range": "", "multiple": "×"}.get(target.comparator, target.comparator)
    return mask_phones(f"{target.metric} {sign}{value}{target.unit}".strip())


def deadline_said(deadline: Deadline, words: Words) -> str:
    if deadline.duration_years:
        return f"{deadline.raw}（{deadline.duration_years} {words('card.years')}）"
    ends = f" → {deadline.end}" if deadline.end else ""
    return f"{deadline.raw}{ends}（{words.of('deadline_source', deadline.source)}）"


def _contents(document: Document) -> tuple[Entry, ...]:
    """The sections as a tree, each with the number of promises in it and below."""
    own: dict[str | None, int] = {}
    for one in document.commitments:
        own[one.section] = own.get(one.section, 0) + 1
    below: dict[str | None, list[Section]] = {}
    for section in document.sections:
        below.setdefault(section.parent, []).append(section)

    def entry(section: Section) -> Entry:
        inner = tuple(entry(one) for one in below.get(section.id, ()))
        heading = mask_phones(document.source_text[section.start : section.end].strip())
        return Entry(section.id, heading, own.get(section.id, 0) + sum(one.promises for one in inner), inner)

    return tuple(entry(one) for one in below.get(None, ()))
