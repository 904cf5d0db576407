"""A document laid out for comparison: the pieces that tile its text, and what the reader found in each."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, TypeVar

from services.domain.commitment import Commitment, Target
from services.domain.document import Document, Reference, ResponsibleUnits, Section
from services.domain.figure import Figure
from services.parser.compare.matching.dice import Pairs, pairs
from services.parser.text.layers import key, match

PieceKind = Literal["commitment", "unit", "list", "heading", "line", "furniture"]
Placed = TypeVar("Placed", Target, Figure, Reference)

_FURNITURE = "boilerplate"


@dataclass(frozen=True, slots=True)
class Piece:
    """`text[start:end]`. `of` is the id of the commitment, section or list it is; `label` the unit's or line's role."""

    index: int
    kind: PieceKind
    start: int
    end: int
    section: str | None
    label: str
    of: str | None


@dataclass(frozen=True, eq=False)
class View:
    """Pieces and look-ups of one document; everything is computed once, on first use. Compared by identity."""

    document: Document

    @cached_property
    def matched(self) -> str:
        """The text in its MATCH layer, where all rules run."""
        return match(self.document.text)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """In text order, without overlap. Between them lies white space only."""
        return tuple(Piece(i, *spot) for i, spot in enumerate(_tiles(self.document)))

    @cached_property
    def sections(self) -> dict[str, Section]:
        return {section.id: section for section in self.document.sections}

    @cached_property
    def commitments(self) -> dict[str, Commitment]:
        return {commitment.id: commitment for commitment in self.document.commitments}

    @cached_property
    def lists(self) -> dict[str, ResponsibleUnits]:
        return {units.id: units for units in self.document.responsible_units}

    @cached_property
    def targets(self) -> dict[str, tuple[Target, ...]]:
        """Targets of each commitment, in text order."""
        found: dict[str, list[Target]] = defaultdict(list)
        for target in sorted(self.document.targets, key=lambda target: (target.start, target.end)):
            found[target.commitment].append(target)
        return {commitment: tuple(targets) for commitment, targets in found.items()}

    @cached_property
    def promised(self) -> dict[str | None, tuple[str, ...]]:
        """Ids of the commitments of each section, in text order."""
        return _grouped((x.section, x.id) for x in self.document.commitments)

    @cached_property
    def answered(self) -> dict[str | None, tuple[str, ...]]:
        """Ids of the commitments each 责任单位 list answers for."""
        return _grouped((x.units_ref, x.id) for x in self.document.commitments if x.units_ref)

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each section stands among its siblings, from 1."""
        return {x.id: place for siblings in self.children.values() for place, x in enumerate(siblings, 1)}

    @cached_property
    def children(self) -> dict[str | None, list[Section]]:
        found: dict[str | None, list[Section]] = defaultdict(list)
        for section in self.document.sections:
            found[section.parent].append(section)
        return found

    @cached_property
    def by_section(self) -> dict[str | None, list[Piece]]:
        """Sentences and lists of each section, without those of its children."""
        found: dict[str | None, list[Piece]] = defaultdict(list)
        for piece in self.pieces:
            if piece.kind in ("commitment", "unit", "list"):
                found[piece.section].append(piece)
        return found

    @cached_property
    def _keys(self) -> dict[int, str]:
        return {}

    @cached_property
    def _pairs(self) -> dict[int, Pairs]:
        return {}

    def text(self, piece: Piece) -> str:
        """The piece in its MATCH layer."""
        return self.matched[piece.start : piece.end]

    def key(self, piece: Piece) -> str:
        found = self._keys.get(piece.index)
        if found is None:
            found = self._keys[piece.index] = key(self.text(piece))
        return found

    def pairs(self, piece: Piece) -> Pairs:
        found = self._pairs.get(piece.index)
        if found is None:
            found = self._pairs[piece.index] = pairs(self.key(piece))
        return found

    def figures(self, start: int, end: int) -> tuple[Figure, ...]:
        return _between(self._figures, start, end)

    def references(self, start: int, end: int) -> tuple[Reference, ...]:
        return _between(self._references, start, end)

    def ancestors(self, section: str | None) -> Iterator[Section]:
        """The section itself, then outwards."""
        seen: set[str] = set()
        while section is not None and section in self.sections and section not in seen:
            seen.add(section)
            yield self.sections[section]
            section = self.sections[section].parent

    @cached_property
    def _paths(self) -> dict[str | None, tuple[str, ...]]:
        return {None: ()}

    def path(self, section: str | None) -> tuple[str, ...]:
        """Headings in the page's own characters, outermost first."""
        found = self._paths.get(section)
        if found is None:
            headings = [self.document.source_text[x.start : x.end].strip() for x in self.ancestors(section)]
            found = self._paths[section] = tuple(reversed(headings))
        return found

    def annex(self, section: str | None) -> str | None:
        """Id of the annexed plan a section lies in; None outside of any."""
        return next((found.id for found in self.ancestors(section) if found.form == "annex_title"), None)

    @cached_property
    def _figures(self) -> tuple[list[int], list[Figure]]:
        return _ordered(self.document.figures)

    @cached_property
    def _references(self) -> tuple[list[int], list[Reference]]:
        return _ordered(self.document.references)


class _Identity:
    """A document as a key: the object, not its value, for hashing the value would read all of it."""

    __slots__ = ("document",)

    def __init__(self, document: Document) -> None:
        self.document = document

    def __hash__(self) -> int:
        return id(self.document)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.document is other.document


def view(document: Document) -> View:
    """The view of a document; the last few are kept, so that one version against several is laid out once."""
    return _view(_Identity(document))


@lru_cache(maxsize=4)
def _view(same: _Identity) -> View:
    return View(same.document)


def _grouped(items: Iterable[tuple[str | None, str]]) -> dict[str | None, tuple[str, ...]]:
    found: dict[str | None, list[str]] = defaultdict(list)
    for owner, id_ in items:
        found[owner].append(id_)
    return {owner: tuple(ids) for owner, ids in found.items()}


def forget() -> None:
    """Drop the views kept, so that the next comparison is measured from the start."""
    _view.cache_clear()


def _ordered(items: Iterable[Placed]) -> tuple[list[int], list[Placed]]:
    placed = sorted(items, key=lambda item: (item.start, item.end))
    return [item.start for item in placed], placed


def _between(ordered: tuple[list[int], list[Placed]], start: int, end: int) -> tuple[Placed, ...]:
    starts, items = ordered
    return tuple(items[bisect_left(starts, start) : bisect_left(starts, end)])


Spot = tuple[PieceKind, int, int, str | None, str, str | None]


def _tiles(document: Document) -> Iterator[Spot]:
    """The spots of headings, units and furniture, and what is left of the lines between them."""
    position, text = 0, document.text
    lines: list[tuple[int, int, str, str | None]] = [
        (block.start, block.end, block.role, block.section) for block in document.blocks
    ]
    at = 0
    for spot in sorted(_spots(document), key=lambda spot: (spot[1], -spot[2])):
        kind, start, end, section, label, of = spot
        start = max(start, position)
        if start >= end:
            continue
        if not (start == position or text[position:start].isspace()):
            while at < len(lines) and lines[at][1] <= position:
                at += 1
            yield from _rest(text, lines, at, position, start)
        yield kind, start, end, section, label, of
        position = end
    yield from _rest(text, lines, at, position, len(text))


def _spots(document: Document) -> Iterator[Spot]:
    for units in document.responsible_units:
        yield "list", units.start, units.end, units.section, "units", units.id
    for unit in document.units:
        if unit.commitment is not None:
            yield "commitment", unit.start, unit.end, unit.section, unit.label, unit.commitment
        else:
            yield "unit", unit.start, unit.end, unit.section, unit.label, None
    for section in document.sections:
        if section.form != "next_step":
            yield "heading", section.start, section.end, section.parent, section.form, section.id
    for line in document.metadata.boilerplate:
        yield "furniture", line.start, line.end, None, _FURNITURE, None


def _rest(text: str, lines: list[tuple[int, int, str, str | None]], at: int, start: int, end: int) -> Iterator[Spot]:
    """What of `text[start:end]` no heading, unit or furniture claims, line by line and without outer white space."""
    while start < end:
        while at < len(lines) and lines[at][1] <= start:
            at += 1
        line = lines[at] if at < len(lines) and lines[at][0] < end else None
        stop = min(end, line[1]) if line is not None and line[0] <= start else min(end, line[0] if line else end)
        fragment = text[start:stop]
        if fragment.strip():
            head = start + len(fragment) - len(fragment.lstrip())
            role, section = (line[2], line[3]) if line is not None and line[0] <= start else ("body", None)
            kind: PieceKind = "furniture" if role == _FURNITURE else "line"
            yield kind, head, head + len(fragment.strip()), section, role, None
        start = stop
