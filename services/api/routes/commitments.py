"""What is promised: commitments over all documents, one by one or as a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from services.api.calendar import MEDIA_TYPE as CALENDAR
from services.api.calendar import calendar
from services.api.context import Context, Here
from services.api.parameters import Day
from services.api.sheet import MEDIA_TYPE, sheet
from services.api.shown import CSV_HEADER, commitment_data, csv_row, history_data, names, stands_in
from services.domain.commitment import CommitmentType, Tier
from services.domain.document import Kind
from services.domain.errors import NotFound
from services.parser.reading.bodies import keys_asked
from services.parser.text.layers import match
from services.storage import commitments
from services.storage.commitments import Asked, CommitmentRecord, Position
from services.storage.documents import Status
from services.storage.promises import Promise, promises_of
from services.storage.versions import VersionRecord, get_version, history

router = APIRouter(tags=["commitments"])
#: Rows of the table read in one go: a caller who takes them slowly holds no transaction open.
_CHUNK = 250
#: A calendar with more would be of no use to anybody.
_EVENTS = 2000
#: Days are days in China.
_ZONE = ZoneInfo("Asia/Shanghai")
_ID = re.compile(r"(doc_[a-z2-7]{1,60})\.([A-Za-z0-9_-]{1,64})")
_Name = Annotated[str, Field(min_length=1, max_length=100)]


class Filters(BaseModel):
    """All that is asked must hold. A misspelt name is refused: ignored, it would answer more than was asked for."""

    model_config = ConfigDict(extra="forbid")

    actor: _Name | None = Field(
        None,
        description="Who acts. A full name (重庆市科学技术局) means the body of that place, also where a document from "
        "there writes 市科技局; a short name means that of any place.",
    )
    agency: _Name | None = Field(None, description="Who signed or published; named as `actor` is.")
    document: str | None = Field(None, max_length=100, description="Id of the document.")
    kind: Kind | None = Field(None, description="Kind of the document.")
    status: Status | None = Field(
        None, description="Of the document: the promises of a removed page stand as they were last read."
    )
    type: list[CommitmentType] = Field([], description="May be given more than once.")
    tier: list[Tier] = Field(
        [], description="A firm; B tenseless measure; C umbrella or general approach. May be given more than once."
    )
    modality: list[Annotated[int, Field(ge=1, le=5)]] = Field(
        [],
        description="How firmly: 5 guarantee, 4 action, 3 effort, 2 support, 1 explore. May be given more than once.",
    )
    topic: str | None = Field(None, max_length=100, description="The topic a list of measures names for it.")
    deadline_before: Day | None = Field(None, description="Due on this day or before.", examples=["2025-12-31"])
    deadline_after: Day | None = Field(None, description="Due on this day or after.", examples=["2025-01-01"])
    has_target: bool | None = Field(None, description="Whether a number is promised.")
    text: str | None = Field(
        None,
        max_length=200,
        description="Words of any length, in either script, that all occur in the commitment's text.",
    )

    def question(self) -> str:
        """What a cursor belongs to."""
        kept = self.model_dump(mode="json", include=set(Filters.model_fields), exclude_defaults=True)
        return f"commitments by place {sorted(kept.items())}"


class Listing(Filters):
    """A page of a list."""

    cursor: str | None = Field(None, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=250, description="How many items at the most.")


@router.get("/commitments", summary="Find commitments that stand, of the documents found last first")
def list_commitments(context: Here, asked: Annotated[Listing, Query()]) -> dict[str, Any]:
    """Withdrawn commitments are not listed; each still answers at its own address."""
    after = _position(context.cursors.open(asked.question(), asked.cursor))
    found = _found(context, asked, after, asked.limit + 1)
    more = _sealed(context, asked, found[asked.limit - 1]) if len(found) > asked.limit else None
    return {"items": [commitment_data(one, context.address) for one in found[: asked.limit]], "next": more}


@router.get(
    "/commitments.csv",
    summary="The same as a table, every row of the filter",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "RFC 4180, UTF-8."}},
)
def table_of_commitments(context: Here, asked: Annotated[Filters, Query()]) -> StreamingResponse:
    """A cell that a spreadsheet would take for a formula begins with an apostrophe. Dates are ISO 8601."""
    name = {"content-disposition": 'attachment; filename="commitments.csv"'}
    return StreamingResponse(_table(context, asked), media_type=MEDIA_TYPE, headers=name)


@router.get(
    "/commitments.ics",
    summary="The deadlines as a calendar to subscribe to",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}, "description": "RFC 5545."}},
)
def calendar_of_commitments(context: Here, asked: Annotated[Filters, Query()]) -> Response:
    """One whole-day event for each commitment that stands and is due today or later, or from `deadline_after` on."""
    asked = asked.model_copy(
        update={"deadline_after": asked.deadline_after or context.clock().astimezone(_ZONE).date()}
    )
    found: list[CommitmentRecord] = []
    while len(found) < _EVENTS and (more := _found(context, asked, found[-1].position if found else None, _CHUNK)):
        found.extend(more)
    return Response(calendar(found[:_EVENTS], context.address, context.clock()), media_type=CALENDAR)


@router.get(
    "/commitments/{commitment_id}",
    summary="One commitment with its history, standing or withdrawn",
    responses={404: {"description": "No such commitment.", "content": {"application/problem+json": {}}}},
)
def get_commitment(
    context: Here, commitment_id: Annotated[str, Path(description="Id of the document, a dot, id within it.")]
) -> dict[str, Any]:
    """`history` holds the versions it stood in, each with its wording, targets and deadline there, and those with a
    change that names it, oldest first."""
    parts = _ID.fullmatch(commitment_id)
    if parts is None:
        raise NotFound(f"no commitment {commitment_id!r}")
    with context.database.read() as conn:
        record = commitments.get_commitment(conn, parts[1], parts[2])
        versions = [row for rows in _histories(conn, parts[1]) for row in rows]
        worded = list(_wordings(conn, record, versions))
    return {**commitment_data(record, context.address), "history": history_data(record, worded)}


def _found(context: Context, asked: Filters, after: Position | None, limit: int) -> tuple[CommitmentRecord, ...]:
    with context.database.read() as conn:
        return commitments.find_commitments(conn, question_of(asked), after=after, limit=limit)


def question_of(asked: Filters) -> Asked:
    return Asked(
        actors=keys_asked(asked.actor) if asked.actor else None,
        agencies=keys_asked(asked.agency) if asked.agency else None,
        document=asked.document,
        kind=asked.kind,
        status=asked.status,
        types=tuple(asked.type) or None,
        tiers=tuple(asked.tier) or None,
        modalities=tuple(asked.modality) or None,
        topic=match(asked.topic) if asked.topic is not None else None,
        deadline_from=asked.deadline_after.isoformat() if asked.deadline_after else None,
        deadline_to=asked.deadline_before.isoformat() if asked.deadline_before else None,
        has_target=asked.has_target,
        words=match(asked.text or "").split(),
    )


def _table(context: Context, asked: Filters) -> Iterator[bytes]:
    yield sheet([CSV_HEADER])
    after: Position | None = None
    while found := _found(context, asked, after, _CHUNK):
        yield sheet([csv_row(one, context.address) for one in found])
        after = found[-1].position


def _histories(conn: Connection, document_id: str) -> Iterator[tuple[VersionRecord, ...]]:
    n = 0
    while rows := history(conn, document_id, after=n):
        yield rows
        n = rows[-1].n


def _wordings(
    conn: Connection, record: CommitmentRecord, versions: Sequence[VersionRecord]
) -> Iterator[tuple[VersionRecord, Promise | None]]:
    """Each version with what it promised there; only versions that can have reworded it are looked into."""
    worded: Promise | None = None
    for row in versions:
        if not stands_in(record, row.n):
            worded = None
        elif worded is None or names(row, record):
            _, structure = get_version(conn, record.document, row.n)
            worded = next((each for each in promises_of(structure) if each.commitment.id == record.id), None)
        yield row, worded


def _sealed(context: Context, asked: Filters, last: CommitmentRecord) -> str:
    return context.cursors.seal(asked.question(), last.position)


def _position(opened: Any) -> Position | None:
    return int(opened) if opened else None
