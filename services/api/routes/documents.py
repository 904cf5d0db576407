"""What was read: documents, their history, and every version as it stood."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from services.api.context import Here
from services.domain.document import Document, Kind
from services.parser.compare.telling import change_data
from services.parser.text.privacy import mask_json
from services.storage import documents, versions
from services.storage.documents import DocumentRecord
from services.storage.versions import VersionRecord

router = APIRouter(tags=["documents"])
Limit = Annotated[int, Query(ge=1, le=250, description="How many items at the most.")]


#: What a database can count to.
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/documents", summary="Find documents")
def list_documents(
    context: Here,
    url: Annotated[str | None, Query(description="The page's address.")] = None,
    doc_number: Annotated[str | None, Query(description="文号, such as 渝府办发〔2021〕80号.")] = None,
    suggestion: Annotated[str | None, Query(description="Number of the suggestion or proposal answered.")] = None,
    agency: Annotated[str | None, Query(description="Full or short name of the agency.")] = None,
    kind: Kind | None = None,
    source: Annotated[str | None, Query(description="Id of the source.")] = None,
    q: Annotated[str | None, Query(description="Words that all occur in title, agency or numbers.")] = None,
    after: Annotated[str | None, Query(alias="cursor", description="`next` of the page before.")] = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    asked = {"url": url, "doc_number": doc_number, "suggestion": suggestion, "agency": agency, "kind": kind}
    asked |= {"source_id": source, "q": q}
    question = f"documents {sorted((key, value) for key, value in asked.items() if value is not None)}"
    position = context.cursors.open(question, after)
    with context.database.read() as conn:
        found = documents.find_documents(conn, **asked, after=position, limit=limit + 1)
    more = context.cursors.seal(question, found[limit - 1].id) if len(found) > limit else None
    return {"items": [_record(record, context.address) for record in found[:limit]], "next": more}


@router.get("/documents/{document_id}", summary="One document, as its newest version says it")
def get_document(context: Here, document_id: str) -> dict[str, Any]:
    with context.database.read() as conn:
        record = documents.get_document(conn, document_id)
        _, structure = versions.get_version(conn, document_id, record.current_n)
    return {**_record(record, context.address), "structure": _structure(structure)}


@router.get("/documents/{document_id}/history", summary="Every version, oldest first, with what changed")
def get_history(context: Here, document_id: str) -> dict[str, Any]:
    with context.database.read() as conn:
        record = documents.get_document(conn, document_id)
        rows = versions.history(conn, document_id)
    return {"document": _record(record, context.address), "versions": [_version(row) for row in rows]}


@router.get("/documents/{document_id}/versions/{n}", summary="One version as it stood")
def get_version(context: Here, document_id: str, n: Number) -> dict[str, Any]:
    with context.database.read() as conn:
        record = documents.get_document(conn, document_id)
        row, structure = versions.get_version(conn, document_id, n)
    return {"document": _record(record, context.address), **_version(row), "structure": _structure(structure)}


def _record(record: DocumentRecord, address: str) -> dict[str, Any]:
    data = {key: _plain(value) for key, value in asdict(record).items()}
    return {**data, "links": {"history": f"{address}/documents/{record.id}/history"}}


def _version(row: VersionRecord) -> dict[str, Any]:
    data = {key: _plain(value) for key, value in asdict(row).items() if key != "changes"}
    return {**data, "changes": [change_data(change) for change in row.changes]}


def _structure(document: Document) -> dict[str, Any]:
    masked: dict[str, Any] = mask_json(asdict(document))
    return masked


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
