"""What one snapshot means, given what was known before. Pure.

snapshot ─► page ─► Document or not ─┬─ unreadable: no version, no news       Unreadable
                                     ├─ not there                             Missing
                                     ├─ the first version                     First
                                     ├─ says what the current version says    Same
                                     └─ says something else                   Revised
"""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.change import Comparison, Suppression
from services.domain.document import Document, Quality
from services.domain.snapshot import Snapshot
from services.domain.source import Source
from services.parser.compare.compare import body_key, carry_ids, compare
from services.parser.compare.declared import Edit, edit_of
from services.parser.page.extract import read_page
from services.parser.presence import Absence
from services.parser.reading.read import read


@dataclass(frozen=True, slots=True)
class Unreadable:
    quality: Quality


@dataclass(frozen=True, slots=True)
class Missing:
    kind: Absence
    quality: Quality


@dataclass(frozen=True, slots=True)
class First:
    document: Document


@dataclass(frozen=True, slots=True)
class Same:
    """`document` carries the current version's ids."""

    document: Document
    suppressed: tuple[Suppression, ...]


@dataclass(frozen=True, slots=True)
class Revised:
    document: Document
    comparison: Comparison
    edit: Edit


Finding = Unreadable | Missing | First | Same | Revised

_GONE = frozenset({404, 410})


def judge(snapshot: Snapshot, source: Source, current: Document | None) -> Finding:
    """What `snapshot` means next to `current`, which was read by this version of the reader."""
    if snapshot.status in _GONE:
        return Missing("gone", Quality("absent", "gone", f"HTTP {snapshot.status}"))
    document = read_snapshot(snapshot, source)
    quality = document.quality
    if quality.verdict == "absent":
        return Missing("empty" if quality.reason == "empty" else "gone", quality)
    if quality.verdict != "ok":
        return Unreadable(quality)
    return First(document) if current is None else _compared(current, document)


def read_snapshot(snapshot: Snapshot, source: Source) -> Document:
    """The structured document in a stored visit; its `quality` says when there is none."""
    page = read_page(
        snapshot.body,
        url=snapshot.url,
        content_type=snapshot.headers.get("content-type"),
        status=snapshot.status,
        selector=source.body,
        min_length=source.min_length,
        must_contain=source.must_contain,
    )
    return read(page)


def key_of(document: Document) -> str:
    """The version's identity (SPEC §11)."""
    return body_key(document)


def _compared(current: Document, document: Document) -> Finding:
    comparison = compare(current, document)
    document = carry_ids(current, document)
    if not comparison.changes:
        return Same(document, comparison.suppressed)
    return Revised(document, comparison, edit_of(current, document))
