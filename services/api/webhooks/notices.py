"""What we tell about a subscription itself: the test, the challenge, the warnings and the end. Pure."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from services.domain.event import Event, EventType, envelope
from services.domain.identity import digest_id
from services.domain.subscription import Subscription

#: Why a subscription was disabled: it said 410, only failed for days, or never answered its challenge.
Reason = Literal["gone", "failing", "unconfirmed"]


def ping(subscription: Subscription, now: datetime, address: str) -> Event:
    """A test delivery: a real, flagged event that goes the way of all others."""
    return _event("ping", subscription, now, address, {"test": True})


def challenge(subscription: Subscription, value: str, now: datetime, address: str) -> Event:
    """To be answered with 2xx and `value`, as text or as `{"challenge": value}`."""
    return _event("subscription.challenge", subscription, now, address, {"challenge": value})


def failing(
    subscription: Subscription,
    percent: int,
    since: datetime,
    failures: int,
    ends: datetime,
    now: datetime,
    address: str,
) -> Event:
    """It has failed for `percent` of what an endpoint may; `ends` is when it may be disabled."""
    told = {"percent": percent, "failures": failures, "failing_since": since.isoformat(), "ends": ends.isoformat()}
    return _event("subscription.failing", subscription, now, address, told)


def disabled(subscription: Subscription, reason: Reason, now: datetime, address: str) -> Event:
    return _event("subscription.disabled", subscription, now, address, {"reason": reason})


def answers(body: bytes, value: str) -> bool:
    """Whether a receiver's answer is `value`, as text or under the name `challenge` of a JSON object.

    A receiver that sends back whatever it gets does not pass: there the value lies deeper.
    """
    text = body.decode("utf-8", "replace").strip()
    if text == value:
        return True
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("challenge") == value


def _event(type_: EventType, subscription: Subscription, now: datetime, address: str, told: dict[str, Any]) -> Event:
    id_ = digest_id("evt", type_, subscription.id, now.isoformat())
    at = f"{address}/subscriptions/{subscription.id}"
    about = {"subscription": subscription.id, "url": subscription.url, "note": subscription.note}
    data = {**about, **told, "links": {"subscription": at, "attempts": f"{at}/attempts"}}
    return envelope(id_, type_, source="urn:dafu", subject=subscription.id, time=now, sequence=0, data=data)
