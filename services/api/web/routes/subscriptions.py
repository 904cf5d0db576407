"""Alerts: who is told what. Set up after a preview, tried, looked at, sent again, stopped and ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from services.api.asked import AskedPreview, ChangedSubscription, NewSubscription, Period, Rotation
from services.api.routes import deliveries as sending
from services.api.routes import subscriptions as api
from services.api.web.answer import page, to
from services.api.web.errors import PageRoute
from services.api.web.form import Posted, checked
from services.api.web.views import subscribing
from services.api.web.views.sentences import sentence
from services.api.web.visit import Visit, Visitor
from services.domain.change import CHANGE_TYPES
from services.domain.errors import Conflict, InputError, NotFound
from services.storage import deliveries, outbox, subscriptions

router = APIRouter(route_class=PageRoute)
_YEAR = timedelta(days=365)
_SHOWN = 40
_FIRST = 10


@router.get("/pages/subscriptions")
def listed(visit: Visitor) -> Response:
    caller = visit.need("subscribe")
    with visit.context.database.read() as conn:
        found = subscriptions.list_subscriptions(conn, owner=caller.owner, limit=visit.context.most_subscriptions)
    items = [(one, subscribing.told(one.filter, visit.words)) for one in found]
    return page(visit, "subscriptions.html", items=items)


@router.get("/pages/subscriptions/new")
def new(visit: Visitor) -> Response:
    visit.need("subscribe")
    query = visit.request.query_params
    return _form(visit, subscribing.prefilled({name: query.getlist(name) for name in query}))


@router.post("/pages/subscriptions")
def made(visit: Visitor, form: Posted) -> Response:
    """The button that was pressed says whether to try the filter on the past or to subscribe."""
    caller, fields, asked = visit.need("subscribe"), subscribing.written(form), subscribing.asked_of(form)
    try:
        if form.one("do") != "create":
            return _form(visit, fields, found=_preview(visit, asked))
        wanted = checked(NewSubscription, {**asked, "url": form.one("url") or ""})
        created = api.create(visit.context, caller, wanted, Response())
    except (InputError, Conflict) as error:
        return _form(visit, fields, problem=str(error), status=422)
    return page(visit, "secret.html", 201, id=created["id"], secret=created["secret"], status_word=created["status"])


@router.get("/pages/subscriptions/{subscription_id}")
def one(visit: Visitor, subscription_id: str) -> Response:
    caller = visit.need("subscribe")
    with visit.context.database.read() as conn:
        found = subscriptions.get_subscription(conn, subscription_id, owner=caller.owner)
        owed = deliveries.list_deliveries(conn, subscription_id, limit=_SHOWN)
        tries = deliveries.attempts(conn, subscription_id, limit=_SHOWN)
        events = {one.event: _event(conn, one.event) for one in owed}
        secrets = subscriptions.old_secrets(conn, subscription_id, visit.context.clock())
    of = {one.id: one for one in owed}
    return page(
        visit,
        "subscription.html",
        one=found,
        told=subscribing.told(found.filter, visit.words),
        owed=[(one, events[one.event]) for one in owed],
        tries=[(one, of.get(one.delivery)) for one in tries],
        old_secrets=secrets,
    )


@router.post("/pages/subscriptions/{subscription_id}/{action}")
def act(visit: Visitor, form: Posted, subscription_id: str, action: str) -> Response:
    context, caller = visit.context, visit.need("subscribe")
    match action:
        case "test":
            sending.test_subscription(context, caller, subscription_id)
        case "pause" | "resume":
            status = "disabled" if action == "pause" else "active"
            api.change(context, caller, subscription_id, checked(ChangedSubscription, {"status": status}))
        case "recover":
            since = context.clock() - timedelta(days=30)
            sending.recover(context, caller, subscription_id, Period(since=since))
        case "resend":
            sending.resend(context, caller, subscription_id, form.one("event") or "")
        case "rotate":
            rotated = sending.rotate(context, caller, subscription_id, Rotation())
            return page(visit, "secret.html", id=subscription_id, secret=rotated["secret"], status_word="active")
        case "end":
            api.delete_subscription(context, caller, subscription_id)
            return to(visit, "/pages/subscriptions")
        case _:
            raise NotFound("there is no such page")
    return to(visit, f"/pages/subscriptions/{subscription_id}")


def _preview(visit: Visit, asked: dict[str, Any]) -> dict[str, Any]:
    """What the filter would have sent in the last year."""
    body = {"filter": asked["filter"], "backfill": asked["backfill"], "first": _FIRST}
    body["since"] = visit.context.clock() - _YEAR
    found = api.preview(visit.context, visit.caller, checked(AskedPreview, body))
    found["first"] = [_alert(event, visit) for event in found["first"]]
    return found


def _alert(event: dict[str, Any], visit: Visit) -> dict[str, Any]:
    data = event["data"]
    document = data.get("document", {})
    return {
        "type": visit.words.of("event", event["type"]),
        "time": event["time"],
        "id": document.get("id"),
        "title": document.get("title") or document.get("url") or "",
        "sentences": [sentence(change, visit.words) for change in data.get("changes", [])[:3]],
    }


def _form(
    visit: Visit, fields: dict[str, Any], *, problem: str | None = None, found: Any = None, status: int = 200
) -> Response:
    return page(
        visit, "subscription_new.html", status, given=fields, problem=problem, preview=found, change_types=CHANGE_TYPES
    )


def _event(conn: Connection, event_id: str) -> dict[str, Any]:
    event = outbox.get_event(conn, event_id)
    document = event.data.get("document") or {}
    return {"type": event.type, "time": event.time, "title": document.get("title") or document.get("url") or ""}
