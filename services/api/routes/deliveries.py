"""What was sent, whether it arrived, and sending it again; the secret it is signed with."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.api.asked import Period, Rotation
from services.api.atom import MEDIA_TYPE as ATOM
from services.api.atom import told_feed
from services.api.callers import Subscriber
from services.api.context import Context, Here
from services.api.paging import Cursor, Limit, paged
from services.api.webhooks import notices, past
from services.api.webhooks.owe import owe_notice
from services.api.webhooks.sign import secret_text
from services.domain.errors import InputError, NotFound
from services.domain.subscription import Attempt, Delivery, DeliveryStatus, Subscription
from services.storage import deliveries, subscriptions

router = APIRouter(prefix="/subscriptions/{subscription_id}", tags=["deliveries"])
_ATTEMPT = TypeAdapter(Attempt)
_DELIVERY = TypeAdapter(Delivery)
#: Entries of a feed.
_ENTRIES = 50
#: Secrets that sign at a time, the newest included.
LIVE_SECRETS = 3


class NotActive(InputError):
    """HTTP 422: nothing is sent to a pending or disabled subscription."""

    code = "not_active"


class TooManySecrets(InputError):
    """HTTP 422: as many secrets sign as may."""

    code = "too_many_secrets"


@router.post("/test", status_code=202, summary="Send a real, flagged ping; its challenge once more while pending")
def test_subscription(context: Here, caller: Subscriber, subscription_id: str) -> dict[str, Any]:
    now = context.clock()
    with context.database.write() as conn:
        subscription = subscriptions.get_subscription(conn, subscription_id, owner=caller.owner)
        event_id = _challenge_again(conn, subscription, context)
        if event_id is None:
            event = notices.ping(subscription, now, context.address)
            owe_notice(conn, subscription, event, now)
            event_id = event.id
    return _sent(context, subscription_id, event_id)


@router.get("/attempts", summary="Every request made, newest first")
def list_attempts(
    context: Here,
    caller: Subscriber,
    subscription_id: str,
    request: Request,
    response: Response,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    question = f"attempts {subscription_id}"
    position = context.cursors.open(question, cursor)
    with context.database.read() as conn:
        subscriptions.get_subscription(conn, subscription_id, owner=caller.owner)
        found = deliveries.attempts(conn, subscription_id, after=position, limit=limit + 1)
    following = context.cursors.seal(question, found[limit - 1].id) if len(found) > limit else None
    items = [_ATTEMPT.dump_python(one, mode="json") for one in found[:limit]]
    return paged(context, request, response, items, following)


@router.get("/deliveries", summary="Every event owed, and what became of it, newest first")
def list_deliveries(
    context: Here,
    caller: Subscriber,
    subscription_id: str,
    request: Request,
    response: Response,
    status: Annotated[DeliveryStatus | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    question = f"deliveries {subscription_id} {status}"
    position = context.cursors.open(question, cursor)
    with context.database.read() as conn:
        subscriptions.get_subscription(conn, subscription_id, owner=caller.owner)
        found = deliveries.list_deliveries(conn, subscription_id, status=status, after=position, limit=limit + 1)
    following = context.cursors.seal(question, found[limit - 1].id) if len(found) > limit else None
    items = [_DELIVERY.dump_python(one, mode="json") for one in found[:limit]]
    return paged(context, request, response, items, following)


@router.get(
    "/feed.atom",
    summary="What the filter lets through as an Atom feed, the newest first",
    response_class=Response,
    responses={200: {"content": {"application/atom+xml": {"schema": {"type": "string"}}}, "description": "RFC 4287."}},
)
def feed(context: Here, caller: Subscriber, subscription_id: str) -> Response:
    """Whether it was delivered or not: a saved filter to read. A feed reader sends the token as the password of HTTP
    Basic.
    """
    with context.database.read() as conn:
        subscription = subscriptions.get_subscription(conn, subscription_id, owner=caller.owner)
        found = past.newest(conn, subscription, _ENTRIES)
    own = f"{context.address}/subscriptions/{subscription_id}/feed.atom"
    return Response(told_feed(found, own, subscription.note or subscription_id), media_type=ATOM)


@router.post("/deliveries/{event_id}/resend", status_code=202, summary="Send one event again: same id, same bytes")
def resend(context: Here, caller: Subscriber, subscription_id: str, event_id: str) -> dict[str, Any]:
    with context.database.write() as conn:
        _active(conn, subscription_id, caller.owner)
        known = deliveries.delivery_of(conn, subscription_id, event_id)
        if known is None:
            raise NotFound(f"subscription {subscription_id!r} was never owed an event {event_id!r}")
        deliveries.resend(conn, [known.id], context.clock())
    return _sent(context, subscription_id, event_id)


@router.post("/recover", summary="Send again all that failed for good since a moment")
def recover(context: Here, caller: Subscriber, subscription_id: str, asked: Period) -> dict[str, Any]:
    now = context.clock()
    with context.database.write() as conn:
        _active(conn, subscription_id, caller.owner)
        failed = deliveries.failed_since(conn, subscription_id, asked.since, asked.until or now)
        if not asked.dry_run:
            deliveries.resend(conn, failed, now)
    return {"count": len(failed), "dry_run": asked.dry_run}


@router.post("/replay", summary="Send again everything the filter lets through since a moment, delivered or not")
def replay(context: Here, caller: Subscriber, subscription_id: str, asked: Period) -> dict[str, Any]:
    """Also what was told before the subscription was made. The receiver tells repeats by their ids."""
    now = context.clock()
    with context.database.read() as conn:
        subscription = _active(conn, subscription_id, caller.owner)
    until = asked.until or now
    count = past.replay(context.database, subscription, asked.since, until, now, dry_run=asked.dry_run)
    return {"count": count, "dry_run": asked.dry_run}


@router.post("/secret/rotate", summary="A new secret, shown this once; the old one signs beside it for a while")
def rotate(context: Here, caller: Subscriber, subscription_id: str, asked: Rotation) -> dict[str, Any]:
    now, secret = context.clock(), os.urandom(32)
    ends = now + timedelta(hours=asked.overlap_hours)
    with context.database.write() as conn:
        subscriptions.get_subscription(conn, subscription_id, owner=caller.owner)
        old = subscriptions.old_secrets(conn, subscription_id, now)
        if asked.overlap_hours and len(old) + 2 > LIVE_SECRETS:
            first = min(one.ends for one in old).isoformat()
            raise TooManySecrets(f"{LIVE_SECRETS} secrets sign already; the first of them ends {first}: rotate then")
        subscriptions.rotate_secret(conn, subscription_id, context.box.seal(secret, subscription_id), ends, now)
        old = subscriptions.old_secrets(conn, subscription_id, now)
    return {"secret": secret_text(secret), "old_secrets": [{"ends": one.ends.isoformat()} for one in old]}


def _active(conn: Connection, subscription_id: str, owner: str) -> Subscription:
    subscription = subscriptions.get_subscription(conn, subscription_id, owner=owner)
    if subscription.status != "active":
        raise NotActive(f"subscription {subscription_id} is {subscription.status}: nothing is sent to it")
    return subscription


def _challenge_again(conn: Connection, subscription: Subscription, context: Context) -> str | None:
    """The id of the challenge that was sent again, or for the first time; None where there is none to answer."""
    if subscription.status == "disabled":
        raise NotActive(f"subscription {subscription.id} is disabled: nothing is sent to it")
    awaited = subscriptions.awaited_answer(conn, subscription.id) if subscription.status == "pending" else None
    if awaited is None:
        return None
    now = context.clock()
    event = notices.challenge(subscription, awaited, now, context.address)
    owe_notice(conn, subscription, event, now)
    return event.id


def _sent(context: Context, subscription_id: str, event_id: str) -> dict[str, Any]:
    return {"event": event_id, "links": {"attempts": f"{context.address}/subscriptions/{subscription_id}/attempts"}}
