"""Many events in one message, at a time of day the reader chose. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

from services.domain.event import HARD_LIMIT, Event, envelope
from services.domain.identity import digest_id
from services.domain.subscription import Digest, Subscription, Weekday

#: Events of one digest; what is more waits for a second one, which goes out right after.
MOST = 500
_WEEKDAYS: tuple[str, ...] = get_args(Weekday)
#: Left for the envelope around the events.
_ROOM = HARD_LIMIT - 8 * 1024


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a digest says: `events_full` of the `events` stand there whole, the rest as identity and time only."""

    subscription: str
    due: str
    events: tuple[dict[str, Any], ...]
    events_total: int
    events_full: int
    links: dict[str, str]


def next_digest(digest: Digest, now: datetime) -> datetime:
    """The first moment after `now` at which a digest goes out.

    A time of day that a change of clocks leaves out comes as much later as was left out; one that comes twice counts
    the first time.
    """
    zone = ZoneInfo(digest.zone)
    local = now.astimezone(zone)
    if digest.every == "hour":
        return (
            now + timedelta(hours=1) - timedelta(minutes=now.minute, seconds=now.second, microseconds=now.microsecond)
        )
    days = 0 if digest.every == "day" else (_WEEKDAYS.index(digest.weekday) - local.weekday()) % 7
    step = 1 if digest.every == "day" else 7
    while True:
        moment = datetime.combine(local.date() + timedelta(days=days), time.fromisoformat(digest.at), zone)
        if moment.timestamp() > now.timestamp():
            return moment.astimezone(now.tzinfo)
        days += step


def digest_id_of(subscription: Subscription, due: datetime, first: str) -> str:
    return digest_id("evt", "digest", subscription.id, due.isoformat(), first)


def digest_event(
    id_: str, subscription: Subscription, events: Sequence[Event], due: datetime, now: datetime, address: str
) -> Event:
    """The events whole while there is room, then only their identity; `full` says how many are whole."""
    items: list[dict[str, Any]] = []
    full, room = 0, _ROOM
    for event in events:
        whole: dict[str, Any] = json.loads(event.body)
        if full == len(items) and len(event.body) < room - 300 * (len(events) - len(items)):
            items.append(whole)
            full += 1
            room -= len(event.body) + 1
        else:
            items.append({name: whole[name] for name in ("id", "type", "subject", "time", "sequence")})
    links = {"deliveries": f"{address}/subscriptions/{subscription.id}/deliveries"}
    data = asdict(Bundle(subscription.id, due.isoformat(), tuple(items), len(items), full, links))
    return envelope(id_, "digest", source="urn:dafu", subject=subscription.id, time=now, sequence=0, data=data)
