"""Documents: to be searched and listed, one by one, and the archive copy of what its page held."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from services.api.routes.documents import list_documents
from services.api.shown_documents import attachments_data, described
from services.api.web.answer import environment, page, query
from services.api.web.archive import HEADERS, harmless
from services.api.web.asked import asked
from services.api.web.errors import PageRoute
from services.api.web.views.annotated import annotated
from services.api.web.visit import Looker
from services.domain.document import Kind
from services.domain.errors import NotFound
from services.storage import documents, outbox, overview, snapshots, sources, versions

router = APIRouter(route_class=PageRoute)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
_PAGE = 50
_TOLD = ("document.published", "document.removed", "document.restored", "document.moved")
_VERSIONS = 100


class Search(BaseModel):
    """What the list of documents is asked for."""

    model_config = ConfigDict(extra="forbid")

    q: str | None = Field(None, max_length=200)
    agency: str | None = Field(None, max_length=100)
    kind: Kind | None = None
    source: str | None = Field(None, max_length=64)
    cursor: str | None = None

    def kept(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True, exclude={"cursor"})


@router.get("/pages/documents")
def search(visit: Looker, look: Annotated[Search, Depends(asked(Search))]) -> Response:
    context = visit.context
    found = list_documents(context, **look.kept(), after=look.cursor, limit=_PAGE)
    ids = [item["id"] for item in found["items"]]
    with context.database.read() as conn:
        promised, counted = overview.standing(conn, ids), overview.version_counts(conn, ids)
        last = overview.last_changes(conn, ids)
        watches = sources.list_watches(conn, limit=250)
    return page(
        visit,
        "documents.html",
        look=look,
        items=found["items"],
        next=found["next"],
        promised=promised,
        counted=counted,
        last=last,
        sources=[(one.source.id, one.source.name) for one in watches],
        kept=look.kept(),
        due_query=query({name: look.kept().get(name) for name in ("agency", "kind")}),
        feed_query=query({name: value for name, value in look.kept().items() if name != "q"}),
    )


@router.get("/pages/documents/{document_id}")
def document(visit: Looker, document_id: str) -> Response:
    return _document(visit, document_id, None)


@router.get("/pages/documents/{document_id}/versions/{n}")
def document_version(visit: Looker, document_id: str, n: Number) -> Response:
    return _document(visit, document_id, n)


def _document(visit: Looker, document_id: str, n: int | None) -> Response:
    context = visit.context
    with context.database.read() as conn:
        record = documents.get_document(conn, document_id)
        row, structure = versions.get_version(conn, document_id, n or record.current_n)
        history = versions.history(conn, document_id, after=max(0, _last(conn, document_id) - _VERSIONS), limit=None)
        presence = documents.get_presence(conn, document_id)
        told = outbox.events_after(conn, 0, 50, types=_TOLD, key=document_id)
        source = sources.get_source(conn, record.source)
    about = described(record, row, structure, context.address)
    return page(
        visit,
        "document.html",
        record=record,
        about={**about, "title": about["title"] or record.title},
        row=row,
        meta=structure.metadata,
        quality=structure.quality,
        text=annotated(structure, visit.words),
        structure=structure,
        attachments=attachments_data(structure),
        history=list(reversed(history)),
        presence=presence,
        told=[one.event for one in told],
        source=source,
        current=row.n == record.current_n,
    )


@router.get("/pages/documents/{document_id}/versions/{n}/archive")
def archive(visit: Looker, document_id: str, n: Number) -> Response:
    with visit.context.database.read() as conn:
        record = documents.get_document(conn, document_id)
        row, _ = versions.get_version(conn, document_id, n)
        snapshot = snapshots.get_snapshot(conn, row.snapshot)
    copy = harmless(snapshot.body, snapshot.headers.get("content-type"))
    return page(visit, "archive.html", record=record, row=row, snapshot=snapshot, readable=copy is not None)


@router.get("/pages/documents/{document_id}/versions/{n}/copy")
def copy(visit: Looker, document_id: str, n: Number) -> Response:
    """The copy itself, for the frame of the page above; it says what it is also where it stands alone."""
    with visit.context.database.read() as conn:
        row, _ = versions.get_version(conn, document_id, n)
        snapshot = snapshots.get_snapshot(conn, row.snapshot)
    found = harmless(snapshot.body, snapshot.headers.get("content-type"))
    if found is None:
        raise NotFound("this snapshot cannot be shown as a page")
    text = environment().get_template("copy.html").render(w=visit.words, row=row, snapshot=snapshot, copy=found)
    return HTMLResponse(text.encode("utf-8", "replace"), headers=HEADERS)


def _last(conn: Connection, document_id: str) -> int:
    return max((one.n for one in versions.mementos(conn, document_id)), default=0)
