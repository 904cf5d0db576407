"""Documents and their versions as the API shows them. Pure."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from services.domain.document import Attachment, Document
from services.parser.compare.showing.telling import agency_of, change_data, title_of
from services.parser.text.privacy import mask_json
from services.storage.documents import DocumentRecord
from services.storage.versions import VersionRecord


def record_data(record: DocumentRecord, address: str) -> dict[str, Any]:
    """The document as it is described now."""
    data = {key: _plain(value) for key, value in asdict(record).items()}
    return {**data, "links": _links(record, address)}


def described(record: DocumentRecord, version: VersionRecord, structure: Document, address: str) -> dict[str, Any]:
    """The document as `version` describes it: nothing in it changes when later versions come."""
    meta = structure.metadata
    number = meta.suggestion.number if meta.suggestion else None
    return {
        "id": record.id,
        "source": record.source,
        "url": record.url,
        "title": title_of(structure),
        "kind": meta.kind,
        "agency": agency_of(structure),
        "agency_short": meta.agency.short if meta.agency else None,
        "doc_number": meta.doc_number.normalised if meta.doc_number else None,
        "suggestion_number": number.normalised if number else None,
        "published_at": meta.published_at,
        "date": meta.date.iso if meta.date else None,
        "backfill": record.backfill,
        "current_n": version.n,
        "first_seen": _plain(record.first_seen),
        "links": _links(record, address),
    }


def version_data(row: VersionRecord) -> dict[str, Any]:
    data = {key: _plain(value) for key, value in asdict(row).items() if key != "changes"}
    return {**data, "changes": [change_data(change) for change in row.changes]}


def structure_data(document: Document) -> dict[str, Any]:
    """Personal telephone numbers masked, linked files without their text (`attachments_data` has it)."""
    bare = tuple(replace(file, text=None) for file in document.attachments)
    masked: dict[str, Any] = mask_json(asdict(replace(document, attachments=bare)))
    return masked


def attachments_data(document: Document, *, texts: bool = False) -> list[dict[str, Any]]:
    """The files the document links to. `status`: kept; unreadable: kept, without text; missing: it did not come.

    `reason` says why in one word; beside a text, what the text lacks.
    """
    return [_attachment(file, texts=texts) for file in document.attachments]


def _attachment(file: Attachment, *, texts: bool) -> dict[str, Any]:
    status = "missing" if file.sha256 is None else "unreadable" if file.text is None else "kept"
    length = None if file.text is None else len(file.text)
    shown: dict[str, Any] = mask_json(
        {
            "url": file.url,
            "name": file.name,
            "media": file.media,
            "sha256": file.sha256,
            "status": status,
            "reason": file.unreadable,
            "text_length": length,
            **({"text": file.text} if texts else {}),
        }
    )
    return shown


def _links(record: DocumentRecord, address: str) -> dict[str, str]:
    return {name: f"{address}/documents/{record.id}/{name}" for name in ("history", "attachments")}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
