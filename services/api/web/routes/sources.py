"""The columns that are watched: how that goes, one of them, and adding another after a first look."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Response

from services.api.routes.sources import (
    Changed,
    Column,
    NewSource,
    add_source,
    change_source,
    check_source,
    end_source,
    try_source,
)
from services.api.shown_sources import source_data
from services.api.web.answer import page, to
from services.api.web.errors import PageRoute
from services.api.web.form import Form, Posted, checked
from services.api.web.visit import Looker, Visitor
from services.domain.errors import Conflict, InputError, NotFound, Unavailable
from services.storage import outbox, overview, sources

router = APIRouter(route_class=PageRoute)
_TOLD = ("source.failing", "source.recovered", "source.blind", "source.noisy")
_VISITS = 12
_HOUR = 3600
_FIELDS = ("url", "id", "name", "agency", "region", "kind", "every")


@router.get("/pages/sources")
def listed(visit: Looker, after: str | None = None) -> Response:
    with visit.context.database.read() as conn:
        found = sources.list_watches(conn, after=after, limit=101)
    return page(
        visit,
        "sources.html",
        items=[source_data(one, visit.context.address) for one in found[:100]],
        next=found[99].source.id if len(found) > 100 else None,
    )


@router.get("/pages/sources/new")
def new(visit: Visitor) -> Response:
    visit.need("admin")
    return _asked(visit, {"url": ""})


@router.post("/pages/sources/trial")
async def trial(visit: Visitor, form: Posted) -> Response:
    """A first look: what would be watched, and what of it could be read."""
    caller = visit.need("admin")
    given = {"url": form.one("url") or ""}
    try:
        found = await try_source(visit.context, caller, checked(Column, given))
    except (InputError, Unavailable) as error:
        return _asked(visit, given, str(error), status=422)
    proposed = found["proposed"]
    return _asked(visit, {**given, **{name: proposed.get(name, "") for name in ("id", "agency", "kind")},
                          "every": proposed.get("every", "6h").removesuffix("h")}, found=found)  # fmt: skip


@router.post("/pages/sources")
async def add(visit: Visitor, form: Posted) -> Response:
    caller = visit.need("admin")
    given = {name: form.one(name) or "" for name in _FIELDS}
    try:
        answer = await add_source(visit.context, caller, checked(NewSource, _settings(form) | {"url": given["url"]}))
    except (InputError, Conflict, Unavailable) as error:
        return _asked(visit, given, str(error), status=422)
    body = json.loads(bytes(answer.body))
    if answer.status_code != 201:
        return _asked(visit, given, body["detail"], found=body["trial"], status=422)
    return to(visit, f"/pages/sources/{body['id']}")


@router.get("/pages/sources/{source_id}")
def one(visit: Looker, source_id: str) -> Response:
    with visit.context.database.read() as conn:
        watch = sources.get_watch(conn, source_id)
        if watch.status == "ended":
            raise NotFound(f"no source {source_id!r}")
        visits = overview.last_visits(conn, source_id, _VISITS)
        troubles = overview.troubles(conn, source_id)
        count = overview.count_documents(conn, source_id)
        told = outbox.events_after(conn, 0, 50, types=_TOLD, key=source_id)
    return page(
        visit,
        "source.html",
        one=source_data(watch, visit.context.address),
        visits=visits,
        troubles=troubles,
        count=count,
        told=[event.event for event in reversed(told)],
        own=visit.caller.may("admin") and watch.source.owner == visit.caller.owner,
    )


@router.post("/pages/sources/{source_id}/{action}")
def act(visit: Visitor, form: Posted, source_id: str, action: str) -> Response:
    caller = visit.need("admin")
    if action == "check":
        check_source(visit.context, caller, source_id)
    elif action in ("pause", "resume"):
        change_source(visit.context, caller, source_id, Changed(paused=action == "pause"))
    elif action == "end":
        end_source(visit.context, caller, source_id)
        return to(visit, "/pages/sources")
    else:
        raise NotFound("there is no such page")
    return to(visit, f"/pages/sources/{source_id}")


def _settings(form: Form) -> dict[str, Any]:
    """What was filled in; the rest is left to the first look."""
    given: dict[str, Any] = {name: form.one(name) for name in ("id", "name", "agency", "region", "kind", "body")}
    if every := form.one("every"):
        try:
            given["every_seconds"] = float(every) * _HOUR
        except ValueError:
            raise InputError(f"every: {every!r} is no number of hours") from None
    given["unread"] = form.ticked("unread")
    return {name: value for name, value in given.items() if value is not None}


def _asked(
    visit: Visitor, given: dict[str, str], problem: str | None = None, *, found: Any = None, status: int = 200
) -> Response:
    fields = dict.fromkeys(_FIELDS, "") | given
    return page(visit, "source_new.html", status, given=fields, problem=problem, trial=found)
