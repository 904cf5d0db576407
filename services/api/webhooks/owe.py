"""Events to delivery rows: who wants it is owed it, at once or with the next digest; in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from services.api.webhooks.digest import MOST, digest_event, digest_id_of, next_digest
from services.api.webhooks.facts import facts_of
from services.api.webhooks.match import Facts, asks_content, wants
from services.bus.interface import Bus
from services.domain.errors import NotFound
from services.domain.event import Event
from services.domain.subscription import Subscription
from services.storage import deliveries, outbox, subscriptions

GROUP = "webhooks"


def owe_events(conn: Connection, bus: Bus, now: datetime, limit: int, lease: timedelta) -> int:
    """Turn events into delivery rows; answers how many events were taken."""
    claimed = bus.claim(conn, GROUP, now, limit, lease)
    asked = subscriptions.matched_subscriptions(conn) if claimed else ()
    content = any(asks_content(one.filter) for one in asked)
    owed: list[tuple[Subscription, str]] = []
    for one in claimed:
        facts = facts_of(conn, one.event, content=content)
        wanting = (each for each in _concerned(conn, asked, facts) if wants(each.filter, each.backfill, facts))
        owed += [(subscription, one.event.id) for subscription in wanting]
    _owe(conn, owed, now)
    bus.done_all(conn, GROUP, claimed, now)
    return len(claimed)


def owe_notice(conn: Connection, subscription: Subscription, event: Event, now: datetime) -> None:
    """Log an event that is for this subscription alone, due at once; the sender delivers it like any other."""
    outbox.append(conn, event)
    deliveries.add_delivery(conn, subscription.id, event.id, now)


def send_digests(conn: Connection, now: datetime, address: str) -> int:
    """Bundle what is held for every digest that is due; answers how many were made."""
    due = subscriptions.digests_due(conn, now)
    for subscription, moment in due:
        events = deliveries.held_events(conn, subscription.id, MOST)
        if events:
            id_ = digest_id_of(subscription, moment, events[0].id)
            deliveries.bundle(conn, subscription.id, events, id_)
            owe_notice(conn, subscription, digest_event(id_, subscription, events, moment, now, address), now)
        if len(events) < MOST:
            subscriptions.schedule_digest(conn, subscription.id, None)
    return len(due)


def let_go(conn: Connection, subscription: Subscription, now: datetime) -> None:
    """Nothing stands in the way any more of what was held: it is due, or waits for the digest."""
    subscriptions.schedule_digest(conn, subscription.id, None)
    if subscription.digest is None:
        deliveries.release_held(conn, subscription.id, now)
    else:
        subscriptions.schedule_digest(conn, subscription.id, next_digest(subscription.digest, now))


def _concerned(conn: Connection, asked: Sequence[Subscription], facts: Facts) -> Sequence[Subscription]:
    """What happens to a subscription concerns its owner only."""
    if not facts.type.startswith("subscription."):
        return asked
    try:
        owner = subscriptions.get_subscription(conn, facts.data["subscription"]).owner
    except NotFound:
        return ()
    return [one for one in asked if one.owner == owner]


def _owe(conn: Connection, owed: Sequence[tuple[Subscription, str]], now: datetime) -> None:
    """Each event to its subscription: at once, or where something stands in the way, later."""
    at_once = {one.id: one.status == "active" and one.digest is None for one, _ in owed}
    rows = [(one.id, event_id, now if at_once[one.id] else None) for one, event_id in owed]
    deliveries.add_deliveries(conn, rows, now)
    for one in {one.id: one for one, _ in owed}.values():
        if one.digest is not None:
            subscriptions.schedule_digest(conn, one.id, next_digest(one.digest, now))
