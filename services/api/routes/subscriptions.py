"""Who is told what: make, look at, test and end subscriptions."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, with_config

from services.api.callers import Subscriber
from services.api.context import Context, Here
from services.api.webhooks import notices
from services.api.webhooks.owe import owe_notice
from services.api.webhooks.sign import secret_text
from services.domain.errors import InputError
from services.domain.identity import digest_id
from services.domain.subscription import Attempt, Filter, Subscription
from services.egress.addresses import judge_url
from services.egress.answer import Refusal
from services.storage import deliveries, subscriptions

router = APIRouter(tags=["subscriptions"])
_ATTEMPT = TypeAdapter(Attempt)
_SUBSCRIPTION = TypeAdapter(Subscription)


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class AskedFilter(Filter):
    """A filter as it comes in: a misspelt field is refused, not ignored."""


class NewSubscription(BaseModel):
    """Where to tell, and what. An empty filter means: severity medium and above, tiers A and B, all documents."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=2048, examples=["https://example.org/dafu"])]
    filter: AskedFilter = AskedFilter()
    note: Annotated[str, Field(max_length=500)] = ""
    #: Also tell what was found on a source's first visit.
    backfill: bool = False


class BadAddress(InputError):
    """HTTP 422 with the refusal's own code."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"this address cannot be told anything ({refusal.code}); give a public http or https address")
        self.code = refusal.code


@router.post("/subscriptions", status_code=201, summary="Subscribe; the answer shows the secret this once")
def create(context: Here, caller: Subscriber, asked: NewSubscription, response: Response) -> dict[str, Any]:
    url = judge_url(asked.url, ports=context.policy.ports, allow=context.policy.allow)
    if isinstance(url, Refusal):
        raise BadAddress(url)
    now, secret = context.clock(), os.urandom(32)
    id_ = digest_id("sub", os.urandom(16).hex())
    subscription = Subscription(id_, caller.owner, url, asked.filter, now, note=asked.note, backfill=asked.backfill)
    with context.database.write() as conn:
        subscriptions.add_subscription(conn, subscription, context.box.seal(secret, id_))
    response.headers["location"] = f"{context.address}/subscriptions/{id_}"
    return {**_shown(subscription, context), "secret": secret_text(secret)}


@router.get("/subscriptions", summary="All subscriptions")
def list_subscriptions(
    context: Here,
    caller: Subscriber,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=250)] = 50,
) -> dict[str, Any]:
    position = context.cursors.open("subscriptions", cursor)
    with context.database.read() as conn:
        found = subscriptions.list_subscriptions(conn, owner=caller.owner, after=position, limit=limit + 1)
    more = context.cursors.seal("subscriptions", found[limit - 1].id) if len(found) > limit else None
    return {"items": [_shown(one, context) for one in found[:limit]], "next": more}


@router.get("/subscriptions/{subscription_id}", summary="One subscription")
def get_subscription(context: Here, caller: Subscriber, subscription_id: str) -> dict[str, Any]:
    with context.database.read() as conn:
        return _shown(subscriptions.get_subscription(conn, subscription_id, owner=caller.owner), context)


@router.delete("/subscriptions/{subscription_id}", status_code=204, summary="End a subscription")
def delete_subscription(context: Here, caller: Subscriber, subscription_id: str) -> Response:
    with context.database.write() as conn:
        subscriptions.get_subscription(conn, subscription_id, owner=caller.owner)
        subscriptions.delete_subscription(conn, subscription_id)
    return Response(status_code=204)


@router.post("/subscriptions/{subscription_id}/test", status_code=202, summary="Send a real, flagged ping")
def test_subscription(context: Here, caller: Subscriber, subscription_id: str) -> dict[str, Any]:
    with context.database.write() as conn:
        subscription = subscriptions.get_subscription(conn, subscription_id, owner=caller.owner)
        now = context.clock()
        event = notices.ping(subscription, now, context.address)
        owe_notice(conn, subscription, event, now)
    return {"event": event.id, "links": {"attempts": f"{context.address}/subscriptions/{subscription_id}/attempts"}}


@router.get("/subscriptions/{subscription_id}/attempts", summary="Every request made, newest first")
def list_attempts(
    context: Here,
    caller: Subscriber,
    subscription_id: str,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=250)] = 50,
) -> dict[str, Any]:
    question = f"attempts {subscription_id}"
    position = context.cursors.open(question, cursor)
    with context.database.read() as conn:
        subscriptions.get_subscription(conn, subscription_id, owner=caller.owner)
        found = deliveries.attempts(conn, subscription_id, after=position, limit=limit + 1)
    more = context.cursors.seal(question, found[limit - 1].id) if len(found) > limit else None
    return {"items": [_ATTEMPT.dump_python(one, mode="json") for one in found[:limit]], "next": more}


def _shown(subscription: Subscription, context: Context) -> dict[str, Any]:
    """Never the secret; not the owner either."""
    data: dict[str, Any] = _SUBSCRIPTION.dump_python(subscription, mode="json", exclude={"owner"})
    address = f"{context.address}/subscriptions/{subscription.id}"
    return {**data, "links": {"self": address, "attempts": f"{address}/attempts"}}
