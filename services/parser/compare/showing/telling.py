"""A change as the subscriber reads it: the `data` of an event. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from services.domain.change import Change
from services.domain.document import Document
from services.domain.event import SIZE_LIMIT
from services.parser.text.privacy import mask_json


@dataclass(frozen=True, slots=True)
class Subject:
    """The document an event is about, and where it stands."""

    id: str
    url: str
    source: str
    backfill: bool
    #: Public address of this service, without a slash at its end.
    address: str


@dataclass(frozen=True, slots=True)
class Observed:
    """The two observations a fact lies between; `after` is None for a first sight."""

    after: datetime | None
    before: datetime


def event_data(
    subject: Subject,
    document: Document | None,
    observed: Observed,
    changes: Sequence[Change] = (),
    *,
    version: int | None = None,
    edit: str | None = None,
) -> dict[str, Any]:
    """`data` of a document event. Above the size limit it carries the first changes, their number and the link."""
    data: dict[str, Any] = {
        "document": document_data(subject, document),
        "version": version,
        "edit": edit,
        "backfill": subject.backfill,
        "observed": {
            "after": observed.after.isoformat() if observed.after else None,
            "before": observed.before.isoformat(),
        },
        "changes": [],
        "changes_total": len(changes),
        "links": {
            "document": f"{subject.address}/documents/{subject.id}",
            "history": f"{subject.address}/documents/{subject.id}/history",
        },
    }
    room = SIZE_LIMIT - _size(data)
    for change in changes:
        told = change_data(change)
        room -= _size(told) + 1
        if room < 0:
            break
        data["changes"].append(told)
    return data


def document_data(subject: Subject, document: Document | None) -> dict[str, Any]:
    """What identifies the document, enough for a filter and for a person."""
    data: dict[str, Any] = {"id": subject.id, "url": subject.url, "source": subject.source}
    if document is None:
        return data
    meta = document.metadata
    return {
        **data,
        "kind": meta.kind,
        "title": title_of(document),
        "agency": agency_of(document),
        "date": meta.date.iso if meta.date else None,
        "published_at": meta.published_at,
        "doc_number": meta.doc_number.normalised if meta.doc_number else None,
        "suggestion_number": meta.suggestion.number.normalised if meta.suggestion and meta.suggestion.number else None,
        "actors": sorted({actor for commitment in document.commitments for actor in commitment.actors})[:40],
        "commitments": len(document.commitments),
        "targets": len(document.targets),
    }


def title_of(document: Document) -> str | None:
    """The document's own title, else the title of the suggestion it answers."""
    meta = document.metadata
    if meta.title and meta.title.normalised:
        return meta.title.normalised
    return meta.suggestion.title.normalised if meta.suggestion and meta.suggestion.title else None


def agency_of(document: Document) -> str | None:
    meta = document.metadata
    return (meta.agency.normalised if meta.agency else None) or meta.publisher


def change_data(change: Change) -> dict[str, Any]:
    """A change as JSON, what it does not say left out, personal numbers masked."""
    kept = {key: value for key, value in asdict(change).items() if value not in (None, (), "")}
    masked: dict[str, Any] = mask_json(kept)
    return masked


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
