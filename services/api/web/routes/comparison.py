"""Two versions of a document compared, at a permanent address; what readers say of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict

from services.api.routes.history import two_versions
from services.api.routes.notes import NewAnnotation, annotate
from services.api.web.answer import page, to
from services.api.web.asked import asked
from services.api.web.errors import PageRoute
from services.api.web.form import Posted, checked
from services.api.web.routes.home import Whole
from services.api.web.views.comparison import compared
from services.api.web.visit import Looker, Visitor, local
from services.domain.errors import InputError
from services.parser.compare.compare import compare
from services.storage import documents, notes, versions

router = APIRouter(route_class=PageRoute)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class Chosen(BaseModel):
    """Two versions picked from lists."""

    model_config = ConfigDict(extra="forbid")

    old: Annotated[int, Whole]
    new: Annotated[int, Whole]


class Manner(BaseModel):
    """How the texts are laid out."""

    model_config = ConfigDict(extra="forbid")

    view: Literal["beside", "inline"] = "beside"


@router.get("/pages/documents/{document_id}/compare")
def choose(visit: Looker, document_id: str, chosen: Annotated[Chosen, Depends(asked(Chosen))]) -> Response:
    if not (1 <= chosen.old < 2**31 and 1 <= chosen.new < 2**31):
        raise InputError("versions are numbered from 1 on")
    return to(visit, f"/pages/documents/{document_id}/compare/{chosen.old}..{chosen.new}")


@router.get("/pages/documents/{document_id}/compare/{a}..{b}")
def comparison(
    visit: Looker, document_id: str, a: Number, b: Number, manner: Annotated[Manner, Depends(asked(Manner))]
) -> Response:
    context = visit.context
    with context.database.read() as conn:
        record = documents.get_document(conn, document_id)
        (before, old), (after, new) = two_versions(conn, document_id, a, b)
        said = notes.list_annotations(conn, document=document_id, limit=250)
        numbers = [one.n for one in versions.mementos(conn, document_id)]
    found = compared(compare(old, new), old, new, after.changes if b == a + 1 else (), visit.words)
    mine: dict[int | None, list[Any]] = {}
    for one in said:
        if one.n == b and one.owner == visit.caller.owner:
            mine.setdefault(one.ordinal, []).append(one)
    return page(
        visit,
        "comparison.html",
        record=record,
        before=before,
        after=after,
        found=found,
        manner=manner.view,
        numbers=numbers,
        noted=mine,
        may_note=visit.caller.may("subscribe"),
        permanent=f"{context.address}/pages/documents/{document_id}/compare/{a}..{b}",
    )


@router.post("/pages/documents/{document_id}/versions/{n}/annotations")
def note(visit: Visitor, form: Posted, document_id: str, n: Number) -> Response:
    """A false alarm names its change; something missed is said of the version."""
    caller = visit.need("subscribe")
    change = form.one("change")
    if change is not None and not change.isdecimal():
        raise InputError("change: the number of a change of this version")
    asked_ = checked(
        NewAnnotation,
        {
            "verdict": form.one("verdict"),
            "change": int(change) if change is not None else None,
            "note": (form.one("note") or "")[:2000],
        },
    )
    annotate(visit.context, caller, document_id, n, asked_)
    return to(visit, local(form.one("back")) + "#noted")
