"""A commitment gathered with what its document says elsewhere: headings, targets, quotations. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from services.domain.change import Quote
from services.domain.commitment import Commitment, Target, Verifiability
from services.domain.document import Document

_EVIDENCE = tuple(field.name for field in fields(Verifiability))


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment with all that its document says about it."""

    commitment: Commitment
    targets: tuple[Target, ...]
    #: Section headings, outermost first.
    path: tuple[str, ...]
    #: In the page's own characters.
    quote: str
    #: Field of `Verifiability` to the words that fulfil it.
    evidence: dict[str, Quote | None]


def promises_of(structure: Document) -> Iterator[Promise]:
    """One for each commitment, in the order of the text.

    Takes time linear in the document: a page of ten megabytes has many thousands of them.
    """
    paths, targets = _paths(structure), _targets(structure)
    for one in structure.commitments:
        evidence = {name: _quoted(structure, getattr(one.verifiability, name)) for name in _EVIDENCE}
        quote = structure.source_text[one.start : one.end]
        yield Promise(one, targets.get(one.id, ()), paths.get(one.section, ()), quote, evidence)


def _paths(structure: Document) -> dict[str | None, tuple[str, ...]]:
    """Id of a section to the headings down to it; a section comes after the one it is part of."""
    paths: dict[str | None, tuple[str, ...]] = {}
    for section in structure.sections:
        heading = structure.source_text[section.start : section.end].strip()
        paths[section.id] = (*paths.get(section.parent, ()), heading)
    return paths


def _targets(structure: Document) -> dict[str, tuple[Target, ...]]:
    """Id of a commitment to its targets."""
    grouped: dict[str, list[Target]] = {}
    for target in structure.targets:
        grouped.setdefault(target.commitment, []).append(target)
    return {of: tuple(targets) for of, targets in grouped.items()}


def _quoted(structure: Document, span: tuple[int, int] | None) -> Quote | None:
    return Quote(*span, structure.source_text[slice(*span)]) if span else None
