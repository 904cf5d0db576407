"""What consumers put aside after failing again and again, and owing it once more. The operator sees all of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.callers import Admin
from services.api.context import Here
from services.api.paging import Cursor, Limit, paged
from services.bus import database as bus
from services.domain.errors import NotFound

router = APIRouter(prefix="/dead-letters", tags=["dead letters"])
_LONGEST = 64


class Redriven(BaseModel):
    """What is owed once more; what is left out does not matter: `{}` is everything that is dead."""

    model_config = ConfigDict(extra="forbid")

    event: Annotated[str, Field(max_length=_LONGEST, description="Id of one event.")] | None = None
    group: Annotated[str, Field(max_length=_LONGEST, description="A consumer group.")] | None = None


@router.get("", summary="Events that were put aside, by group and place in the log")
def list_dead_letters(
    context: Here,
    caller: Admin,
    request: Request,
    response: Response,
    group: Annotated[
        str | None, Query(max_length=_LONGEST, description="Only this consumer group's: parser, webhooks.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """They stop nobody, not even later events of their key. `error` is the last one."""
    question = f"dead {group}"
    of, seq = context.cursors.open(question, cursor) or ("", 0)
    with context.database.read() as conn:
        found = bus.dead_letters(conn, group, after=(of, seq), limit=limit + 1)
    items, more = found[:limit], len(found) > limit
    following = context.cursors.seal(question, [items[-1].group, items[-1].seq]) if more else None
    return paged(context, request, response, [asdict(one) for one in items], following)


@router.post("/redrive", summary="Owe what was put aside once more: one event, a group's, or all")
def redrive(context: Here, caller: Admin, asked: Redriven) -> dict[str, Any]:
    """They are handed out at once, with all their tries again. An event named that is not dead is 404."""
    with context.database.write() as conn:
        count = bus.revive(conn, asked.group, asked.event)
    if asked.event is not None and not count:
        raise NotFound(f"no dead event {asked.event!r}: GET /dead-letters lists those there are")
    return {"count": count}
