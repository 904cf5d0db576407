"""Who is told what: make, try, look at, change and end subscriptions."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.api.addresses import receiver
from services.api.asked import AskedPreview, ChangedSubscription, NewSubscription, digest_of, filter_of
from services.api.callers import Subscriber
from services.api.context import Context, Here
from services.api.guard.answers import etag_of, matches
from services.api.paging import Cursor, Limit, paged
from services.api.problems import problem
from services.api.webhooks import notices, past
from services.api.webhooks.owe import let_go, owe_notice
from services.api.webhooks.sign import secret_text
from services.domain.errors import InputError
from services.domain.identity import digest_id
from services.domain.subscription import Subscription
from services.egress.registering import Registered
from services.storage import subscriptions

router = APIRouter(tags=["subscriptions"])
_SUBSCRIPTION = TypeAdapter(Subscription)
_IfMatch = Annotated[str | None, Header(description="The ETag you saw; 412 if it is another by now.")]


class TooManySubscriptions(InputError):
    """HTTP 422: the owner has as many as one owner may."""

    code = "too_many_subscriptions"


@router.post("/subscriptions", status_code=201, summary="Subscribe; the answer shows the secret this once")
def create(context: Here, caller: Subscriber, asked: NewSubscription, response: Response) -> dict[str, Any]:
    """A receiver that is not the operator's own stays `pending` until it answers a signed challenge, which goes out at
    once; what it is owed meanwhile is held for it.
    """
    registered = receiver(context, asked.url)
    now, secret = context.clock(), os.urandom(32)
    id_ = digest_id("sub", os.urandom(16).hex())
    awaited = digest_id("chl", os.urandom(16).hex()) if _challenged(context, registered) else None
    subscription = Subscription(
        id_,
        caller.owner,
        registered.url,
        filter_of(asked.filter),
        now,
        status="active" if awaited is None else "pending",
        note=asked.note,
        backfill=asked.backfill,
        digest=digest_of(asked.digest),
        per_minute=asked.per_minute,
    )
    with context.database.write() as conn:
        if subscriptions.count_subscriptions(conn, caller.owner) >= context.most_subscriptions:
            raise TooManySubscriptions(f"an owner may have {context.most_subscriptions} subscriptions: end one first")
        subscriptions.add_subscription(conn, subscription, context.box.seal(secret, id_), awaited)
        if awaited is not None:
            owe_notice(conn, subscription, notices.challenge(subscription, awaited, now, context.address), now)
    response.headers["location"] = f"{context.address}/subscriptions/{id_}"
    return {**_shown(subscription, context), "secret": secret_text(secret)}


@router.post("/subscriptions/preview", summary="What a filter would have sent over all that is stored")
def preview(context: Here, caller: Subscriber, asked: AskedPreview) -> dict[str, Any]:
    """Nothing is stored or sent. `by_month` counts by when the events were told, in UTC."""
    wanted = filter_of(asked.filter)
    return asdict(past.preview(context.database, wanted, asked.backfill, asked.since, asked.until, asked.first))


@router.get("/subscriptions", summary="All subscriptions")
def list_subscriptions(
    context: Here, caller: Subscriber, request: Request, response: Response, cursor: Cursor = None, limit: Limit = 50
) -> dict[str, Any]:
    question = f"subscriptions of {caller.owner}"
    position = context.cursors.open(question, cursor)
    with context.database.read() as conn:
        found = subscriptions.list_subscriptions(conn, owner=caller.owner, after=position, limit=limit + 1)
    following = context.cursors.seal(question, found[limit - 1].id) if len(found) > limit else None
    return paged(context, request, response, [_shown(one, context) for one in found[:limit]], following)


@router.get("/subscriptions/{subscription_id}", summary="One subscription")
def get_subscription(context: Here, caller: Subscriber, subscription_id: str) -> Response:
    with context.database.read() as conn:
        return _tagged(subscriptions.get_subscription(conn, subscription_id, owner=caller.owner), context)


@router.patch("/subscriptions/{subscription_id}", summary="Change what is told, or stop and take up again")
def change(
    context: Here, caller: Subscriber, subscription_id: str, asked: ChangedSubscription, if_match: _IfMatch = None
) -> Response:
    """What is left out stays; `digest` or `per_minute` null takes it away. An endpoint that never answered its
    challenge is challenged again.
    """
    now = context.clock()
    with context.database.write() as conn:
        before = subscriptions.get_subscription(conn, subscription_id, owner=caller.owner)
        if if_match is not None and not matches(if_match, etag_of(_body(before, context))):
            return problem(412, "precondition_failed", "this has changed since; get it again, then change it")
        after = _changed(before, asked)
        subscriptions.change_subscription(conn, after)
        if asked.status == "disabled":
            subscriptions.set_status(conn, after.id, "disabled")
        elif asked.status == "active" and before.status == "disabled":
            _take_up(conn, after, now, context.address)
        if after.digest != before.digest and before.status == "active":
            let_go(conn, after, now)
        return _tagged(subscriptions.get_subscription(conn, subscription_id), context)


@router.delete("/subscriptions/{subscription_id}", status_code=204, summary="End a subscription")
def delete_subscription(context: Here, caller: Subscriber, subscription_id: str) -> Response:
    with context.database.write() as conn:
        subscriptions.get_subscription(conn, subscription_id, owner=caller.owner)
        subscriptions.delete_subscription(conn, subscription_id)
    return Response(status_code=204)


def _challenged(context: Context, registered: Registered) -> bool:
    return context.challenge == "all" or (context.challenge == "public" and not registered.opened)


def _changed(before: Subscription, asked: ChangedSubscription) -> Subscription:
    given: dict[str, Any] = {
        name: getattr(asked, name) for name in ("note", "backfill") if getattr(asked, name) is not None
    }
    if asked.filter is not None:
        given["filter"] = filter_of(asked.filter)
    if "digest" in asked.model_fields_set:
        given["digest"] = digest_of(asked.digest)
    if "per_minute" in asked.model_fields_set:
        given["per_minute"] = asked.per_minute
    return replace(before, **given)


def _take_up(conn: Connection, subscription: Subscription, now: datetime, address: str) -> None:
    awaited = subscriptions.awaited_answer(conn, subscription.id)
    if awaited is None:
        subscriptions.set_status(conn, subscription.id, "active")
        return
    subscriptions.set_status(conn, subscription.id, "pending")
    owe_notice(conn, subscription, notices.challenge(subscription, awaited, now, address), now)


def _tagged(subscription: Subscription, context: Context) -> Response:
    body = _body(subscription, context)
    return Response(body, media_type="application/json", headers={"etag": etag_of(body)})


def _body(subscription: Subscription, context: Context) -> bytes:
    return bytes(JSONResponse(_shown(subscription, context)).body)


def _shown(subscription: Subscription, context: Context) -> dict[str, Any]:
    """Never the secret; not the owner either."""
    data: dict[str, Any] = _SUBSCRIPTION.dump_python(subscription, mode="json", exclude={"owner"})
    address = f"{context.address}/subscriptions/{subscription.id}"
    links = {"self": address, "attempts": f"{address}/attempts", "deliveries": f"{address}/deliveries"}
    return {**data, "links": links}
