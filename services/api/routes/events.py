"""The log of what was told, for those who would rather ask than be called."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Query, Request, Response

from services.api.context import Here
from services.api.paging import Cursor, Limit, paged
from services.storage import outbox

router = APIRouter(tags=["events"])
#: What concerns everybody; pings and ends of subscriptions are their owner's.
Told = Literal[
    "document.published", "document.revised", "document.removed", "document.restored", "document.moved",
    "source.failing", "source.recovered", "source.blind", "source.noisy",
]  # fmt: skip


@router.get("/events", summary="Every event in order, without gaps")
def list_events(
    context: Here,
    request: Request,
    response: Response,
    after: Annotated[str | None, Query(max_length=64, description="Id of the last event you have.")] = None,
    type: Annotated[list[Told] | None, Query(description="May be given more than once.")] = None,
    document: Annotated[str | None, Query(max_length=64, description="Id of a document.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """What a webhook would bring, oldest first, the bytes the same; no event will ever appear before one answered.

    `next` is there on the last page too: ask with it again later for what came since.
    """
    types = tuple(sorted(type)) if type else get_args(Told)
    question = f"events {types} {document}"
    position = context.cursors.open(question, cursor)
    with context.database.read() as conn:
        last = outbox.place_of(conn, after) if position is None and after is not None else int(position or 0)
        found = outbox.events_after(conn, last, limit, types=types, key=document)
    following = context.cursors.seal(question, found[-1].seq if found else last)
    return paged(context, request, response, [json.loads(one.event.body) for one in found], following)
