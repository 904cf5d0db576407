"""What is owed to subscribers, and every attempt to pay it.

    add_delivery ─► claim_due ─► start_attempt, commit ─► request ─► finish_attempt ─► delivered | failed | due again

An attempt's row is committed before its socket opens, so no request on the wire is without one. Who lost its lease can
neither start nor finish an attempt.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from services.domain.event import Event
from services.domain.subscription import Attempt, Delivery
from services.storage.tables import attempt, delivery, outbox, subscription
from services.storage.types import UtcTime
from services.storage.upsert import insert_new

_NOW = bindparam("now", type_=UtcTime)

Status = Literal["pending", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery handed out: `event.body` goes to `url`, signed with what `secret` decrypts to."""

    delivery: Delivery
    url: str
    secret: bytes
    event: Event
    token: str


def add_delivery(conn: Connection, subscription_id: str, event_id: str, now: datetime) -> bool:
    """Owe the event to the subscription, due at once. False, and nothing written, where it is owed or paid already."""
    values = {
        "subscription_id": subscription_id,
        "event_id": event_id,
        "status": "pending",
        "attempts": 0,
        "created": now,
        "next_attempt": now,
    }
    return insert_new(conn, delivery, values)


def claim_due(conn: Connection, now: datetime, limit: int, lease: timedelta, in_flight: int) -> list[Due]:
    """Up to `limit` deliveries that are due, the longest waiting subscriptions first, and of no subscription more than
    `in_flight` at a time over all processes: a slow or dead endpoint takes nobody else's place.
    """
    token, taken = uuid4().hex, list[int]()
    for row in conn.execute(_waiting(), {"now": now, "in_flight": in_flight, "limit": limit}).all():
        free = min(in_flight - row.busy, limit - len(taken))
        taken += conn.execute(_next_of(row.id, free), {"now": now}).scalars()
    if not taken:
        return []
    leased = {"token": token, "lease_until": now + lease}
    conn.execute(update(delivery).where(delivery.c.id.in_(taken)).values(leased))
    return _handed_out(conn, taken, token)


def next_delivery_due(conn: Connection, now: datetime, in_flight: int) -> datetime | None:
    """The earliest moment at which `claim_due` may find something, perhaps past; None: nothing is owed.

    A subscription with `in_flight` deliveries under way counts from the end of their first lease.
    """
    moments = []
    for row in conn.execute(_moments(), {"now": now}):
        moments += [row.lease_end] if row.busy >= in_flight else [row.due, row.lease_end]
    return min((moment for moment in moments if moment is not None), default=None)


def start_attempt(conn: Connection, delivery_id: int, token: str, now: datetime) -> int | None:
    """Number and write the next attempt; answers its id. None when `token` no longer holds the lease: send nothing."""
    held = and_(delivery.c.id == delivery_id, delivery.c.token == token)
    counted = update(delivery).where(held).values(attempts=delivery.c.attempts + 1)
    number = conn.execute(counted.returning(delivery.c.attempts)).scalar()
    if number is None:
        return None
    values = {"delivery_id": delivery_id, "number": number, "started": now, "headers": "{}"}
    return int(conn.execute(insert(attempt).values(values).returning(attempt.c.id)).scalar_one())


def finish_attempt(
    conn: Connection,
    attempt_id: int,
    token: str,
    now: datetime,
    *,
    outcome: Status,
    next_attempt: datetime | None,
    status: int | None = None,
    error: str | None = None,
    answer: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> bool:
    """What the receiver answered, and what becomes of the delivery: `pending` with the time of its next attempt, or
    `delivered` or `failed`. False when `token` no longer holds the lease: the attempt is kept, the delivery is not
    touched, because another attempt decides about it.
    """
    said = {"finished": now, "status": status, "error": error, "answer": answer, "headers": json.dumps(headers or {})}
    of = update(attempt).where(attempt.c.id == attempt_id).values(said).returning(attempt.c.delivery_id)
    held = and_(delivery.c.id == conn.execute(of).scalar(), delivery.c.token == token)
    due = next_attempt if outcome == "pending" else None
    values = {"status": outcome, "next_attempt": due, "lease_until": None, "token": None}
    return conn.execute(update(delivery).where(held).values(values)).rowcount == 1


def release_delivery(conn: Connection, delivery_id: int, token: str) -> bool:
    """Give a claimed delivery back unsent: due as before."""
    held = and_(delivery.c.id == delivery_id, delivery.c.token == token)
    return conn.execute(update(delivery).where(held).values(lease_until=None, token=None)).rowcount == 1


def release_all(conn: Connection) -> None:
    """End every lease. Only for a process that owns the database alone, before it starts."""
    conn.execute(update(delivery).where(delivery.c.token.is_not(None)).values(lease_until=None, token=None))


def list_deliveries(
    conn: Connection,
    subscription_id: str,
    *,
    status: Status | None = None,
    after: int | None = None,
    limit: int = 50,
) -> tuple[Delivery, ...]:
    """The newest first; `after` is the id of the last one seen."""
    query = select(delivery).where(delivery.c.subscription_id == subscription_id)
    if status is not None:
        query = query.where(delivery.c.status == status)
    if after is not None:
        query = query.where(delivery.c.id < after)
    return tuple(_delivery(row) for row in conn.execute(query.order_by(delivery.c.id.desc()).limit(limit)))


def attempts(
    conn: Connection, subscription_id: str, *, after: int | None = None, limit: int = 50
) -> tuple[Attempt, ...]:
    """The newest first; `after` is the id of the last one seen."""
    query = select(attempt).join(delivery, delivery.c.id == attempt.c.delivery_id)
    query = query.where(delivery.c.subscription_id == subscription_id)
    if after is not None:
        query = query.where(attempt.c.id < after)
    return tuple(_attempt(row) for row in conn.execute(query.order_by(attempt.c.id.desc()).limit(limit)))


def _own() -> ColumnElement[bool]:
    return delivery.c.subscription_id == subscription.c.id


def _unleased() -> ColumnElement[bool]:
    return or_(delivery.c.lease_until.is_(None), delivery.c.lease_until <= _NOW)


def _busy() -> Any:
    return select(func.count()).where(_own(), delivery.c.lease_until > _NOW).correlate(subscription).scalar_subquery()


def _due() -> Any:
    """When the subscription's first delivery is due; `next_attempt` is set exactly while one is pending."""
    pending = select(delivery.c.next_attempt).where(_own(), delivery.c.next_attempt.is_not(None), _unleased())
    return pending.order_by(delivery.c.next_attempt).limit(1).correlate(subscription).scalar_subquery()


def _lease_end() -> Any:
    leased = select(delivery.c.lease_until).where(_own(), delivery.c.lease_until > _NOW)
    return leased.order_by(delivery.c.lease_until).limit(1).correlate(subscription).scalar_subquery()


# The statements of every poll are built once: building one costs more than running it.


@cache
def _moments() -> Select[Any]:
    columns = _busy().label("busy"), _due().label("due"), _lease_end().label("lease_end")
    return select(*columns).where(subscription.c.status == "active")


@cache
def _waiting() -> Select[Any]:
    busy, due = _busy(), _due()
    return (
        select(subscription.c.id, busy.label("busy"))
        .where(subscription.c.status == "active", due <= _NOW, busy < bindparam("in_flight", type_=Integer))
        .order_by(due, subscription.c.id)
        .limit(bindparam("limit"))
        # the row stands for the count of what is under way: two processes must not both see a free place
        .with_for_update(of=subscription, skip_locked=True, key_share=True)
    )


def _next_of(subscription_id: str, free: int) -> Select[Any]:
    due = and_(delivery.c.subscription_id == subscription_id, delivery.c.next_attempt <= _NOW, _unleased())
    query = select(delivery.c.id).where(due).order_by(delivery.c.next_attempt, delivery.c.id).limit(free)
    return query.with_for_update(skip_locked=True)


def _handed_out(conn: Connection, ids: list[int], token: str) -> list[Due]:
    event = [outbox.c[name].label(f"event_{name}") for name in ("type", "key", "time", "body")]
    query = (
        select(delivery, subscription.c.url, subscription.c.secret, *event)
        .join(subscription, subscription.c.id == delivery.c.subscription_id)
        .join(outbox, outbox.c.id == delivery.c.event_id)
        .where(delivery.c.id.in_(ids))
        .order_by(delivery.c.next_attempt, delivery.c.id)
    )
    return [Due(_delivery(row), row.url, row.secret, _event(row), token) for row in conn.execute(query)]


def _event(row: Row[Any]) -> Event:
    return Event(row.event_id, row.event_type, row.event_key, row.event_time, row.event_body)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        subscription=row.subscription_id,
        event=row.event_id,
        status=row.status,
        attempts=row.attempts,
        created=row.created,
        next_attempt=row.next_attempt,
    )


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(
        id=row.id,
        delivery=row.delivery_id,
        number=row.number,
        started=row.started,
        finished=row.finished,
        status=row.status,
        error=row.error,
        answer=row.answer,
        headers=json.loads(row.headers),
    )
