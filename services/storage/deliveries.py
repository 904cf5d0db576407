"""What is owed to subscribers, and every attempt to pay it.

    add_delivery ─► claim_due ─► start_attempts, commit ─► requests ─► finish_attempts ─► delivered | failed | due again

An attempt's row is committed before its socket opens, so no request on the wire is without one. Who lost its lease can
neither start nor finish an attempt.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from services.domain.event import Event
from services.domain.subscription import Attempt, Delivery, DeliveryStatus
from services.storage.owed import Caps, choose, next_due
from services.storage.subscriptions import old_secrets_of, pace
from services.storage.tables import attempt, delivery, outbox, subscription
from services.storage.upsert import insert_all_new, insert_new

#: One process at a time counts what is under way (PostgreSQL advisory lock).
_TURN = text("select pg_advisory_xact_lock(230820)")
_EVENT = tuple(outbox.c[name].label(f"event_{name}") for name in ("id", "type", "key", "time", "body"))

Status = DeliveryStatus


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery handed out: `event.body` goes to `url`, signed with what each of `secrets` decrypts to."""

    delivery: Delivery
    url: str
    #: The newest first.
    secrets: tuple[bytes, ...]
    event: Event
    token: str


def add_delivery(conn: Connection, subscription_id: str, event_id: str, now: datetime) -> bool:
    """Owe the event to the subscription, due at once. False, and nothing written, where it is owed or paid already."""
    return _owe(conn, subscription_id, event_id, now, now)


def add_deliveries(conn: Connection, owed: Sequence[tuple[str, str, datetime | None]], now: datetime) -> None:
    """Owe so many: subscription, event and when it is due; None: nothing is sent before `release_held` or `bundle`.
    What is owed or paid already stays as it is.
    """
    if owed:
        insert_all_new(conn, delivery, [_owed_row(*one, now) for one in owed])


def release_held(conn: Connection, subscription_id: str, now: datetime) -> int:
    """What was held is due now; answers how much that was."""
    return conn.execute(update(delivery).where(_held_for(subscription_id)).values(next_attempt=now)).rowcount


def held_events(conn: Connection, subscription_id: str, limit: int) -> tuple[Event, ...]:
    """The first events held for the subscription, in the order they happened."""
    query = select(*_EVENT).join(delivery, delivery.c.event_id == outbox.c.id).where(_held_for(subscription_id))
    return tuple(_event(row) for row in conn.execute(query.order_by(outbox.c.seq).limit(limit)))


def bundle(conn: Connection, subscription_id: str, events: Sequence[Event], into: str) -> None:
    """The event `into` carries these from now on; it is owed instead of them."""
    held = and_(_held_for(subscription_id), delivery.c.event_id.in_([event.id for event in events]))
    conn.execute(update(delivery).where(held).values(status="bundled", bundle=into))


def resend(conn: Connection, delivery_ids: Sequence[int], due: datetime) -> int:
    """Owe these once more from `due` on, with a whole schedule of attempts; those under way are left alone."""
    idle = and_(delivery.c.id.in_(delivery_ids), delivery.c.token.is_(None))
    fresh = {"status": "pending", "next_attempt": due, "spent": delivery.c.attempts, "bundle": None}
    return conn.execute(update(delivery).where(idle).values(fresh)).rowcount


def owe_again(conn: Connection, subscription_id: str, event: Event, now: datetime) -> bool:
    """Owe the event whether it was owed before or not, due since it happened, so that what is sent again goes out in
    that order. False where a request for it is under way.
    """
    due = min(event.time, now)
    if _owe(conn, subscription_id, event.id, now, due):
        return True
    known = delivery_of(conn, subscription_id, event.id)
    return known is not None and resend(conn, [known.id], due) == 1


def claim_due(
    conn: Connection, now: datetime, limit: int, lease: timedelta, in_flight: int, caps: Caps | None = None
) -> list[Due]:
    """Up to `limit` deliveries that are due, the longest waiting subscriptions first, and of no subscription more than
    `in_flight` at a time over all processes, nor more of a host or owner than `caps` says: a slow or dead endpoint
    takes nobody else's place.
    """
    _take_turns(conn)
    chosen = choose(conn, now, limit, caps or Caps(in_flight), lease)
    if not chosen.ids:
        return []
    for id_, until in chosen.paced.items():
        pace(conn, id_, until)
    token = uuid4().hex
    conn.execute(_lease(), {"these": chosen.ids, "with": token, "until": now + lease})
    return _handed_out(conn, chosen.ids, token, now)


def next_delivery_due(conn: Connection, now: datetime, in_flight: int, caps: Caps | None = None) -> datetime | None:
    """The earliest moment at which `claim_due` may find something, perhaps past; None: nothing is owed.

    A subscription with `in_flight` deliveries under way counts from the end of their first lease.
    """
    return next_due(conn, now, caps or Caps(in_flight))


def start_attempts(conn: Connection, due: Sequence[Due], now: datetime) -> dict[int, int]:
    """Number and write the next attempt of each; answers delivery to attempt. What is missing lost its lease: send
    nothing.
    """
    if not due:
        return {}
    held = {"these": [one.delivery.id for one in due], "held": list({one.token for one in due})}
    numbers = conn.execute(_one_more(), held).all()
    if not numbers:
        return {}
    whose = {one.delivery.id: one.delivery.subscription for one in due}
    rows = [
        {
            "delivery_id": row.id,
            "number": row.attempts,
            "started": now,
            "headers": "{}",
            "subscription_id": whose[row.id],
        }
        for row in numbers
    ]
    made = conn.execute(_begun(), rows)
    return {row.delivery_id: row.id for row in made}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the receiver answered, and what becomes of the delivery: `pending` with the time of its next attempt, or
    `delivered` or `failed`.
    """

    delivery: int
    attempt: int
    token: str
    status: DeliveryStatus
    next_attempt: datetime | None
    answered: int | None = None
    error: str | None = None
    answer: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def finish_attempts(conn: Connection, outcomes: Sequence[Outcome], now: datetime) -> set[int]:
    """Record what came of each; answers the deliveries that are settled by it. Where the lease was lost the attempt is
    kept and the delivery is not touched, because another attempt decides about it.
    """
    if not outcomes:
        return set()
    conn.execute(_said(), [_answer_row(one, now) for one in outcomes])
    tokens = {one.delivery: one.token for one in outcomes}
    held = conn.execute(_held_by(), {"these": list(tokens)})
    settled = {row.id for row in held if row.token == tokens[row.id]}
    rows = [_settled_row(one) for one in outcomes if one.delivery in settled]
    if rows:
        conn.execute(_settle(), rows)
    return settled


def release_delivery(conn: Connection, delivery_id: int, token: str) -> bool:
    """Give a claimed delivery back unsent: due as before."""
    held = and_(delivery.c.id == delivery_id, delivery.c.token == token)
    return conn.execute(update(delivery).where(held).values(lease_until=None, token=None)).rowcount == 1


def release_all(conn: Connection) -> None:
    """End every lease. Only for a process that owns the database alone, before it starts."""
    conn.execute(update(delivery).where(delivery.c.token.is_not(None)).values(lease_until=None, token=None))


def failed_since(conn: Connection, subscription_id: str, since: datetime, until: datetime) -> tuple[int, ...]:
    """Deliveries given up whose event happened from `since` on, before `until`; oldest first."""
    given_up = delivery.c.subscription_id == subscription_id, delivery.c.status == "failed"
    query = select(delivery.c.id).join(outbox, outbox.c.id == delivery.c.event_id).order_by(outbox.c.seq)
    return tuple(conn.execute(query.where(*given_up, outbox.c.time >= since, outbox.c.time < until)).scalars())


def delivery_of(conn: Connection, subscription_id: str, event_id: str) -> Delivery | None:
    """What the event is or was owed as; None where it never was."""
    query = select(delivery).where(delivery.c.subscription_id == subscription_id, delivery.c.event_id == event_id)
    row = conn.execute(query).first()
    return None if row is None else _delivery(row)


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
    query = select(attempt).where(attempt.c.subscription_id == subscription_id)
    if after is not None:
        query = query.where(attempt.c.id < after)
    return tuple(_attempt(row) for row in conn.execute(query.order_by(attempt.c.id.desc()).limit(limit)))


def drop_attempts(conn: Connection, delivery_ids: Collection[str]) -> int:
    """All attempts of those deliveries; answers how many (retention.py says which may go)."""
    of_them = attempt.c.delivery_id.in_(delivery_ids)
    return conn.execute(delete(attempt).where(of_them)).rowcount if delivery_ids else 0


def _owe(conn: Connection, subscription_id: str, event_id: str, now: datetime, due: datetime | None) -> bool:
    return insert_new(conn, delivery, _owed_row(subscription_id, event_id, due, now))


def _owed_row(subscription_id: str, event_id: str, due: datetime | None, now: datetime) -> dict[str, Any]:
    return {
        "subscription_id": subscription_id,
        "event_id": event_id,
        "status": "pending",
        "attempts": 0,
        "spent": 0,
        "created": now,
        "next_attempt": due,
    }


def _held_for(subscription_id: str) -> ColumnElement[bool]:
    held = delivery.c.status == "pending", delivery.c.next_attempt.is_(None)
    return and_(delivery.c.subscription_id == subscription_id, *held)


def _take_turns(conn: Connection) -> None:
    """Counting what is under way and adding to it is one step, whatever other processes do (SQLite writes alone)."""
    if conn.dialect.name == "postgresql":
        conn.execute(_TURN)


def _answer_row(one: Outcome, now: datetime) -> dict[str, Any]:
    headers = json.dumps(dict(one.headers))
    said = {"finished": now, "status": one.answered, "error": one.error, "answer": one.answer, "headers": headers}
    return {"of": one.attempt, **said}


def _settled_row(one: Outcome) -> dict[str, Any]:
    return {
        "of": one.delivery,
        "status": one.status,
        "next_attempt": one.next_attempt if one.status == "pending" else None,
    }


# The statements of every round are built once: building one costs more than running it.


def _these() -> ColumnElement[bool]:
    return delivery.c.id.in_(bindparam("these", expanding=True))


@cache
def _lease() -> Update:
    return update(delivery).where(_these()).values(token=bindparam("with"), lease_until=bindparam("until"))


@cache
def _owed_now() -> Select[Any]:
    return (
        select(delivery, subscription.c.url, subscription.c.secret, *_EVENT[1:])
        .join(subscription, subscription.c.id == delivery.c.subscription_id)
        .join(outbox, outbox.c.id == delivery.c.event_id)
        .where(_these())
        .order_by(delivery.c.next_attempt, delivery.c.id)
    )


@cache
def _one_more() -> ReturningUpdate[Any]:
    held = and_(_these(), delivery.c.token.in_(bindparam("held", expanding=True)))
    counted = update(delivery).where(held).values(attempts=delivery.c.attempts + 1)
    return counted.returning(delivery.c.id, delivery.c.attempts)


@cache
def _begun() -> ReturningInsert[Any]:
    return insert(attempt).returning(attempt.c.delivery_id, attempt.c.id)


@cache
def _held_by() -> Select[Any]:
    return select(delivery.c.id, delivery.c.token).where(_these()).with_for_update(key_share=True)


@cache
def _said() -> Update:
    names = "finished", "status", "error", "answer", "headers"
    values = {name: bindparam(name, type_=attempt.c[name].type) for name in names}
    return update(attempt).where(attempt.c.id == bindparam("of")).values(values)


@cache
def _settle() -> Update:
    names = "status", "next_attempt"
    values = {name: bindparam(name, type_=delivery.c[name].type) for name in names}
    ended = {"lease_until": None, "token": None}
    return update(delivery).where(delivery.c.id == bindparam("of")).values({**values, **ended})


def _handed_out(conn: Connection, ids: list[int], token: str, now: datetime) -> list[Due]:
    rows = conn.execute(_owed_now(), {"these": ids}).all()
    old = old_secrets_of(conn, {row.subscription_id for row in rows}, now)
    return [
        Due(_delivery(row), row.url, (row.secret, *old.get(row.subscription_id, ())), _event(row), token)
        for row in rows
    ]


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
        spent=row.spent,
        bundle=row.bundle,
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
