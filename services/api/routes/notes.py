"""What readers say about a change: a false alarm, something missed, a note. Kept as material for tests."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.callers import Reader, Subscriber
from services.api.context import Here
from services.api.paging import Cursor, Limit, paged
from services.api.parameters import NUMBER
from services.domain.caller import Caller
from services.storage import documents, notes
from services.storage.notes import Annotation, Verdict

router = APIRouter(tags=["annotations"])
_COUNT = 2**31 - 1


class NewAnnotation(BaseModel):
    """About one change of the version, or, without `change`, about the version: something was missed there."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    change: Annotated[int, Field(ge=0, le=_COUNT, description="Place of the change in the version."), NUMBER] | None = (
        None
    )
    note: Annotated[str, Field(max_length=2000)] = ""


@router.post("/documents/{document_id}/versions/{n}/annotations", status_code=201, summary="Say what you think of it")
def annotate(
    context: Here,
    caller: Subscriber,
    document_id: str,
    n: Annotated[int, Path(ge=1, le=_COUNT)],
    asked: NewAnnotation,
) -> dict[str, Any]:
    with context.database.write() as conn:
        made = notes.add_annotation(
            conn,
            document_id,
            n,
            ordinal=asked.change,
            owner=caller.owner,
            verdict=asked.verdict,
            note=asked.note,
            now=context.clock(),
        )
    return _shown(made, caller)


@router.get("/documents/{document_id}/annotations", summary="What was said about a document, oldest first")
def list_annotations(
    context: Here,
    caller: Reader,
    request: Request,
    response: Response,
    document_id: str,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    question = f"annotations {document_id}"
    position = int(context.cursors.open(question, cursor) or 0)
    with context.database.read() as conn:
        documents.get_document(conn, document_id)
        found = notes.list_annotations(conn, document=document_id, after=position, limit=limit + 1)
    following = context.cursors.seal(question, found[limit - 1].id) if len(found) > limit else None
    return paged(context, request, response, [_shown(one, caller) for one in found[:limit]], following)


def _shown(one: Annotation, caller: Caller) -> dict[str, Any]:
    """Who said it is nobody else's business; one's own are marked."""
    data = {key: value for key, value in asdict(one).items() if key not in ("owner", "ordinal", "n")}
    about = {"version": one.n, "change": one.ordinal, "created": one.created.isoformat()}
    return {**data, **about, "own": one.owner == caller.owner}
