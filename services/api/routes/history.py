"""What was said when, and what was known when: history, comparisons, what was held back, and the TimeMap."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from sqlalchemy import Connection

from services.api import memento
from services.api.context import Here
from services.api.parameters import Moment
from services.api.shown_documents import described, record_data, version_data
from services.domain.document import Document
from services.domain.errors import InputError, NotFound
from services.parser.compare.compare import compare
from services.parser.compare.showing.telling import change_data
from services.parser.page.extract import read_page
from services.parser.reading.read import read
from services.parser.text.privacy import mask_json
from services.storage import documents, readings, snapshots, sources, versions
from services.storage.readings import Suppressed
from services.storage.versions import VersionRecord

router = APIRouter(tags=["documents"])
Limit = Annotated[int, Query(ge=1, le=250, description="How many items at the most.")]
#: What a database can count to.
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
_ZONE = "ISO 8601 with a zone; a plus sign in an address is written %2B."


@router.get("/documents/{document_id}/history", summary="Every version, oldest first, with what changed")
def get_history(
    context: Here,
    document_id: str,
    as_of: Annotated[Moment | None, Query(description=f"Only what the page said at this moment. {_ZONE}")] = None,
    known_at: Annotated[
        Moment | None,
        Query(description=f"Only what was on record at this moment; for a past one the answer never changes. {_ZONE}"),
    ] = None,
) -> dict[str, Any]:
    as_of, known_at = _aware("as_of", as_of), _aware("known_at", known_at)
    if known_at is not None:
        if known_at > context.clock():
            raise InputError("known_at: lies in the future, nobody knows yet; leave it out for all that is on record")
        context.database.settle()
    with context.database.read() as conn:
        record = documents.get_document(conn, document_id)
        found = versions.history(conn, document_id, known_at=known_at, limit=None)
        if known_at is None:
            about = record_data(record, context.address)
        elif not found:
            raise NotFound(f"document {document_id!r} was not known at {known_at.isoformat()}")
        else:
            _, structure = versions.get_version(conn, document_id, found[-1].n)
            about = described(record, found[-1], structure, context.address)
        if as_of is not None:
            n = readings.version_at(conn, document_id, as_of, known_at)
            found = tuple(version for version in found if version.n == n)
    return {"document": about, "versions": [version_data(version) for version in found]}


@router.get("/documents/{document_id}/versions/{a}..{b}/changes", summary="Any two versions compared")
def get_changes(context: Here, document_id: str, a: Number, b: Number) -> dict[str, Any]:
    """Like is compared with like: versions read by different readers are read again by today's."""
    with context.database.read() as conn:
        old, new = two_versions(conn, document_id, a, b)
    comparison = compare(old[1], new[1])
    return {
        "document": document_id,
        "from": version_data(old[0]),
        "to": version_data(new[0]),
        "changes": [change_data(change) for change in comparison.changes],
        "suppressed": [mask_json(asdict(held)) for held in comparison.suppressed],
    }


@router.get("/documents/{document_id}/suppressed", summary="Differences held back, each with its rule and observation")
def list_suppressed(
    context: Here,
    document_id: str,
    after: Annotated[str | None, Query(alias="cursor", description="`next` of the page before.")] = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    question = f"suppressed {document_id}"
    position = context.cursors.open(question, after)
    with context.database.read() as conn:
        documents.get_document(conn, document_id)
        start = tuple(position) if position else (0, -1)
        found = readings.suppressed(conn, document_id, after=start, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    more = context.cursors.seal(question, (last.snapshot, last.ordinal)) if last else None
    return {"items": [_held(one) for one in found[:limit]], "next": more}


@router.get(
    "/documents/{document_id}/timemap",
    summary="Every version with its datetime (RFC 7089)",
    response_class=Response,
    responses={
        200: {"content": {"application/link-format": {"schema": {"type": "string"}}}, "description": "RFC 7089."}
    },
)
def get_timemap(
    context: Here,
    document_id: str,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Number of the last version of the part before.")] = 0,
) -> Response:
    with context.database.read() as conn:
        record = documents.get_document(conn, document_id)
        found = versions.mementos(conn, document_id)
    listed = memento.timemap(record, found, context.address, after=after)
    return Response(listed, media_type="application/link-format")


def _aware(name: str, moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise InputError(f"{name}: a time needs its zone, such as 2023-04-01T09:00:00%2B08:00")
    return moment.astimezone(UTC) if moment else None


def two_versions(
    conn: Connection, document_id: str, a: int, b: int
) -> tuple[tuple[VersionRecord, Document], tuple[VersionRecord, Document]]:
    """Both as one reader reads them: today's, where two did."""
    old, new = versions.get_version(conn, document_id, a), versions.get_version(conn, document_id, b)
    if old[0].reader == new[0].reader:
        return old, new
    return (old[0], _read_again(conn, *old)), (new[0], _read_again(conn, *new))


def _read_again(conn: Connection, record: VersionRecord, stored: Document) -> Document:
    snapshot = snapshots.get_snapshot(conn, record.snapshot)
    source = sources.get_source(conn, documents.get_document(conn, record.document).source)
    page = read_page(
        snapshot.body,
        url=snapshot.url,
        content_type=snapshot.headers.get("content-type"),
        status=snapshot.status,
        selector=source.body,
        min_length=source.min_length,
        must_contain=source.must_contain,
    )
    in_pieces = page.next_pages or "text" in (stored.metadata.sources or {})
    if page.quality.verdict != "ok" or in_pieces:  # what several pages or a file say stays as it was read
        return stored
    return replace(read(page), attachments=stored.attachments)


def _held(one: Suppressed) -> dict[str, Any]:
    where = {"snapshot": one.snapshot, "version": one.version}
    when = {"observed": one.observed.isoformat(), "recorded": one.recorded.isoformat()}
    return {**where, **when, **mask_json(asdict(one.suppression))}
