"""An owner's tokens: made here with no more than one has oneself, and revoked."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Response

from services.api.callers import new_token
from services.api.web.answer import page, to
from services.api.web.errors import PageRoute
from services.api.web.form import Posted
from services.api.web.visit import Visitor
from services.domain.caller import SCOPES
from services.domain.errors import Forbidden, InputError
from services.storage import tokens

router = APIRouter(route_class=PageRoute)
_DAYS = (7, 30, 90, 365)


@router.get("/pages/tokens")
def listed(visit: Visitor) -> Response:
    return _page(visit)


@router.post("/pages/tokens")
def made(visit: Visitor, form: Posted) -> Response:
    """The token is shown this once; one that the form sets an end to ends then."""
    caller = visit.need("subscribe")
    scope = form.one("scope") or "read"
    if scope not in SCOPES:
        raise InputError(f"no scope {scope!r}; there are {', '.join(SCOPES)}")
    if not caller.may(scope):
        raise Forbidden(f"this token has no scope {scope!r} to give")
    days = form.one("days") or ""
    if days and days not in map(str, _DAYS):
        raise InputError(f"days: one of {', '.join(map(str, _DAYS))}")
    now = visit.context.clock()
    ends = now + timedelta(days=int(days)) if days else None
    name = (form.one("name") or "")[:100]
    _, text = new_token(visit.context.database, caller.owner, name, (scope,), now, ends)
    return _page(visit, text, 201)


@router.post("/pages/tokens/{token_id}/revoke")
def revoked(visit: Visitor, form: Posted, token_id: str) -> Response:
    caller = visit.need("subscribe")
    with visit.context.database.write() as conn:
        tokens.revoke_token(conn, token_id, visit.context.clock(), owner=caller.owner)
    return to(visit, "/pages/tokens")


def _page(visit: Visitor, text: str | None = None, status: int = 200) -> Response:
    caller = visit.need("subscribe")
    with visit.context.database.read() as conn:
        found = tokens.list_tokens(conn, owner=caller.owner)
    now = visit.context.clock()
    return page(
        visit,
        "tokens.html",
        status,
        items=[(one, one.valid(now)) for one in reversed(found)],
        text=text,
        scope_words=[(scope, visit.words(f"tokens.{scope}")) for scope in SCOPES if caller.may(scope)],
        day_words=[(str(days), visit.words("tokens.days", n=days)) for days in _DAYS],
    )
