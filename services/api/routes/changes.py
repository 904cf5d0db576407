"""What changed lately, over all documents: as JSON, as a table, and as a feed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.api.atom import MEDIA_TYPE as ATOM
from services.api.atom import feed
from services.api.bodies import names_meant
from services.api.context import Context, Here
from services.api.paging import paged
from services.api.parameters import Day
from services.api.sheet import MEDIA_TYPE, sheet
from services.api.shown_changes import CSV_HEADER, csv_row, recent_data
from services.domain.change import ChangeType, Direction, Severity
from services.domain.document import Kind
from services.storage import recent
from services.storage.recent import Asked, Position, RecentChange

router = APIRouter(tags=["changes"])
#: Days are days in China.
_ZONE = ZoneInfo("Asia/Shanghai")
_CHUNK = 250
_ENTRIES = 50


class Filters(BaseModel):
    """All that is asked must hold. A misspelt name is refused: ignored, it would answer more than was asked for."""

    model_config = ConfigDict(extra="forbid")

    document: str | None = Field(None, max_length=64, description="Id of a document.")
    source: str | None = Field(None, max_length=64, description="Id of a source.")
    agency: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        None, description="Who signed or published the document: full or short name."
    )
    kind: Kind | None = Field(None, description="Kind of the document.")
    type: list[ChangeType] = Field([], description="Type of the change. May be given more than once.")
    direction: list[Direction] = Field([], description="Which way a promise went. May be given more than once.")
    severity: Severity = Field("none", description="This serious or more.")
    since: Day | None = Field(None, description="Recorded on this day or after (China Standard Time).")
    until: Day | None = Field(None, description="Recorded on this day or before.")

    def question(self) -> str:
        """What a cursor belongs to."""
        kept = self.model_dump(mode="json", include=set(Filters.model_fields), exclude_defaults=True)
        return f"changes {sorted(kept.items())}"


class Listing(Filters):
    """A page of a list."""

    cursor: str | None = Field(None, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=250, description="How many items at the most.")


@router.get("/changes", summary="What changed lately, newest first")
def list_changes(
    context: Here, request: Request, response: Response, asked: Annotated[Listing, Query()]
) -> dict[str, Any]:
    """Changes of one version stand together, the most serious first."""
    found = _found(context, asked, _position(context.cursors.open(asked.question(), asked.cursor)), asked.limit + 1)
    more = _sealed(context, asked, found[asked.limit - 1]) if len(found) > asked.limit else None
    items = [recent_data(one, context.address) for one in found[: asked.limit]]
    return paged(context, request, response, items, more)


@router.get(
    "/changes.csv",
    summary="The same as a table, every row of the filter",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "RFC 4180, UTF-8."}},
)
def table_of_changes(context: Here, asked: Annotated[Filters, Query()]) -> StreamingResponse:
    """A cell that a spreadsheet would take for a formula begins with an apostrophe. Times are ISO 8601."""
    name = {"content-disposition": 'attachment; filename="changes.csv"'}
    return StreamingResponse(_table(context, asked), media_type=MEDIA_TYPE, headers=name)


@router.get(
    "/changes.atom",
    summary="The same as an Atom feed, new documents too",
    response_class=Response,
    responses={200: {"content": {"application/atom+xml": {"schema": {"type": "string"}}}, "description": "RFC 4287."}},
)
def feed_of_changes(context: Here, request: Request, asked: Annotated[Filters, Query()]) -> Response:
    """One entry a version, the newest fifty. A feed reader sends a token as the password of HTTP Basic."""
    with context.database.read() as conn:
        found = recent.find_versions(conn, question_of(context, asked), limit=_ENTRIES)
    query = f"?{request.url.query}" if request.url.query else ""
    return Response(feed(found, context.address, f"{context.address}/changes.atom{query}"), media_type=ATOM)


def _found(context: Context, asked: Filters, after: Position | None, limit: int) -> tuple[RecentChange, ...]:
    question = question_of(context, asked)
    with context.database.read() as conn:
        return recent.find_changes(conn, question, after=after, limit=limit)


def question_of(context: Context, asked: Filters) -> Asked:
    """The filter as storage asks it."""
    agencies = None
    if asked.agency is not None:
        with context.database.read() as conn:
            agencies = names_meant(asked.agency, lambda shorts: recent.agency_names(conn, shorts))
    return Asked(
        document=asked.document,
        source=asked.source,
        agencies=agencies,
        kind=asked.kind,
        types=tuple(asked.type),
        directions=tuple(asked.direction),
        severity=asked.severity,
        since=_midnight(asked.since),
        before=_midnight(asked.until, days=1),
    )


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    if day is None or day == date.max:
        return None
    return datetime.combine(day + timedelta(days), time(), _ZONE)


def _table(context: Context, asked: Filters) -> Iterator[bytes]:
    yield sheet([CSV_HEADER])
    after: Position | None = None
    while found := _found(context, asked, after, _CHUNK):
        yield sheet([csv_row(one, context.address) for one in found])
        after = found[-1].position


def _sealed(context: Context, asked: Filters, last: RecentChange) -> str:
    recorded, *rest = last.position
    return context.cursors.seal(asked.question(), [recorded.isoformat(), *rest])


def _position(opened: Any) -> Position | None:
    return (datetime.fromisoformat(opened[0]), *opened[1:]) if opened else None
