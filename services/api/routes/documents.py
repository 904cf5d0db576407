"""What was read: documents, and every version as it stood."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Path, Query, Response

from services.api import memento
from services.api.bodies import names_meant
from services.api.context import Here
from services.api.shown_documents import attachments_data, described, record_data, structure_data, version_data
from services.api.webhooks.match import folded
from services.domain.document import Kind
from services.parser.text.layers import match
from services.storage import documents, readings, recent, versions

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
    agency: Annotated[str | None, Query(max_length=100, description="Full or short name of the agency.")] = None,
    kind: Kind | None = None,
    source: Annotated[str | None, Query(description="Id of the source.")] = None,
    q: Annotated[
        str | None, Query(max_length=200, description="Words that all occur in title, agency, numbers or text.")
    ] = None,
    after: Annotated[str | None, Query(alias="cursor", description="`next` of the page before.")] = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Simplified and traditional, half and full width are one, in `q` and in the text; a word may be one character.
    Signs alone are in no text, an empty `q` asks nothing.
    """
    asked = {"url": url, "doc_number": doc_number, "suggestion": suggestion, "kind": kind, "source_id": source}
    given = {**asked, "agency": agency, "q": q}
    question = f"documents {sorted((key, value) for key, value in given.items() if value is not None)}"
    position = context.cursors.open(question, after)
    words = tuple(word for word in match(q or "").split() if folded(word))
    if q and not q.isspace() and not words:
        return {"items": [], "next": None}
    with context.database.read() as conn:
        agencies = None
        if agency is not None:
            agencies = {agency, *names_meant(agency, lambda shorts: recent.agency_names(conn, shorts))}
        found = documents.find_documents(conn, **asked, agencies=agencies, words=words, after=position, limit=limit + 1)
    more = context.cursors.seal(question, found[limit - 1].id) if len(found) > limit else None
    return {"items": [record_data(record, context.address) for record in found[:limit]], "next": more}


@router.head("/documents/{document_id}", include_in_schema=False)
@router.get("/documents/{document_id}", summary="One document, as it is now or was at Accept-Datetime (RFC 7089)")
def get_document(
    context: Here,
    document_id: str,
    response: Response,
    accept_datetime: Annotated[str | None, Header(description="What the page said then.")] = None,
) -> dict[str, Any]:
    try:
        moment = memento.accepted(accept_datetime)
    except ValueError as error:
        raise HTTPException(400, str(error)) from None
    with context.database.read() as conn:
        record = documents.get_document(conn, document_id)
        n = record.current_n
        if moment is not None:  # before the first version the first one answers
            n = readings.version_at(conn, document_id, moment) or 1
        row, structure = versions.get_version(conn, document_id, n)
        mementos = versions.mementos(conn, document_id)
    response.headers.update(memento.headers_of(record, n, mementos, context.address))
    response.headers["Vary"] = "accept-datetime"
    response.headers["Content-Location"] = memento.memento_url(record, n, context.address)
    now = moment is None or n == record.current_n
    about = record_data(record, context.address) if now else described(record, row, structure, context.address)
    return {**about, "attachments": attachments_data(structure), "structure": structure_data(structure)}


@router.get("/documents/{document_id}/attachments", summary="The files it links to, with their text")
def list_attachments(
    context: Here,
    document_id: str,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="As that version had them.")] = None,
) -> dict[str, Any]:
    with context.database.read() as conn:
        record = documents.get_document(conn, document_id)
        row, structure = versions.get_version(conn, document_id, version or record.current_n)
    return {"document": document_id, "version": row.n, "items": attachments_data(structure, texts=True)}


@router.head("/documents/{document_id}/versions/{n}", include_in_schema=False)
@router.get("/documents/{document_id}/versions/{n}", summary="One version as it stood")
def get_version(context: Here, document_id: str, n: Number, response: Response) -> dict[str, Any]:
    with context.database.read() as conn:
        record = documents.get_document(conn, document_id)
        row, structure = versions.get_version(conn, document_id, n)
        mementos = versions.mementos(conn, document_id)
    response.headers.update(memento.headers_of(record, n, mementos, context.address))
    about = record_data(record, context.address)
    return {"document": about, **version_data(row), "structure": structure_data(structure)}
