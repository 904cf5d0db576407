"""What we tell about a subscription itself: the test, the challenge, the warnings and the end. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from services.domain.event import Event, EventType, envelope
from services.domain.identity import digest_id
from services.domain.subscription import Subscription

#: Why a subscription was disabled: it said 410, only failed for days, or never answered its challenge.
Reason = Literal["gone", "failing", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class Notice:
    """The subscription it is about; `url` is its receiver's, `note` its owner's."""

    subscription: str
    url: str
    note: str
    links: dict[str, str]


@dataclass(frozen=True, slots=True)
class Ping(Notice):
    test: bool


@dataclass(frozen=True, slots=True)
class Challenge(Notice):
    """To be answered with 2xx and `challenge`, as text or as `{"challenge": …}`."""

    challenge: str


@dataclass(frozen=True, slots=True)
class Failing(Notice):
    """It has failed for `percent` of what an endpoint may; `ends` is when it may be disabled."""

    percent: int
    failures: int
    failing_since: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Disabled(Notice):
    reason: Reason


def ping(subscription: Subscription, now: datetime, address: str) -> Event:
    """A test delivery: a real, flagged event that goes the way of all others."""
    return _event("ping", subscription, now, Ping(*_about(subscription, address), test=True))


def challenge(subscription: Subscription, value: str, now: datetime, address: str) -> Event:
    return _event(
        "subscription.challenge", subscription, now, Challenge(*_about(subscription, address), challenge=value)
    )


def failing(
    subscription: Subscription,
    percent: int,
    since: datetime,
    failures: int,
    ends: datetime,
    now: datetime,
    address: str,
) -> Event:
    told = Failing(*_about(subscription, address), percent, failures, since, ends)
    return _event("subscription.failing", subscription, now, told)


def disabled(subscription: Subscription, reason: Reason, now: datetime, address: str) -> Event:
    return _event("subscription.disabled", subscription, now, Disabled(*_about(subscription, address), reason))


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


def _about(subscription: Subscription, address: str) -> tuple[str, str, str, dict[str, str]]:
    at = f"{address}/subscriptions/{subscription.id}"
    return subscription.id, subscription.url, subscription.note, {"subscription": at, "attempts": f"{at}/attempts"}


def _event(type_: EventType, subscription: Subscription, now: datetime, notice: Notice) -> Event:
    id_ = digest_id("evt", type_, subscription.id, now.isoformat())
    data: dict[str, Any] = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(notice).items()
    }
    return envelope(id_, type_, source="urn:dafu", subject=subscription.id, time=now, sequence=0, data=data)
