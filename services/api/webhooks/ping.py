"""A test delivery: a real, flagged event that goes the way of all others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from services.domain.event import Event, envelope
from services.domain.identity import digest_id
from services.domain.subscription import Subscription
from services.storage import deliveries, outbox


def send_ping(conn: Connection, subscription: Subscription, now: datetime, address: str) -> Event:
    """Owe `subscription` a ping; the sender delivers it like any event."""
    id_ = digest_id("evt", "ping", subscription.id, now.isoformat())
    data = {
        "test": True,
        "subscription": subscription.id,
        "links": {"subscription": f"{address}/subscriptions/{subscription.id}"},
    }
    event = envelope(id_, "ping", source="urn:dafu", subject=subscription.id, time=now, sequence=0, data=data)
    outbox.append(conn, event)
    deliveries.add_delivery(conn, subscription.id, event.id, now)
    return event
