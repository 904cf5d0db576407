"""Which deliveries may be sent now: due, and within what their endpoint, its host and its owner may have under way.

Only reads. What is looked at grows with what is owed, not with how many subscriptions or settled deliveries there are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, or_, select

from services.storage.tables import delivery, subscription
from services.storage.types import UtcTime

_NOW = bindparam("now", type_=UtcTime)
#: An endpoint with a rate may have this much of it at once.
_BURST = timedelta(seconds=1)
#: An endpoint whose request has been under way for longer is slow.
_QUICK = timedelta(seconds=1)
_SENT_TO = ("active", "pending")


@dataclass(frozen=True, slots=True)
class Caps:
    """Requests under way at a time, over all processes. An endpoint has one place only while it fails or is slow."""

    endpoint: int
    host: int = 1_000
    owner: int = 1_000


@dataclass(slots=True)
class Chosen:
    """Deliveries to be claimed, and for endpoints with a rate the moment until which that uses it up."""

    ids: list[int] = field(default_factory=list)
    paced: dict[str, datetime] = field(default_factory=dict)


def choose(conn: Connection, now: datetime, limit: int, caps: Caps, lease: timedelta) -> Chosen:
    """Up to `limit`, those of the longest waiting subscriptions first."""
    chosen = Chosen()
    waiting = conn.execute(_waiting(), {"now": now}).all()
    busy = _under_way(conn, now, slow=now + lease - _QUICK) if waiting else Counter()
    for row in waiting:
        free = min(_room(busy, row, caps), limit - len(chosen.ids))
        if row.per_minute:
            free = min(free, _paced_room(row, now))
        if free <= 0:
            continue
        ids = list(conn.execute(_next(), {"now": now, "of": row.id, "limit": free}).scalars())
        busy.update({key: len(ids) for key in _keys(row)})
        chosen.ids += ids
        if row.per_minute:
            chosen.paced[row.id] = max(row.paced_until or now, now) + len(ids) * _interval(row)
    return chosen


def next_due(conn: Connection, now: datetime, caps: Caps) -> datetime | None:
    """The earliest moment at which `choose` may find something, perhaps past; None: nothing is owed.

    What is full counts from the end of the first lease.
    """
    lease_end = conn.execute(_lease_end(), {"now": now}).scalar()
    moments: list[datetime] = [lease_end] if lease_end else []
    owing = conn.execute(_owing(), {"now": now}).all()
    busy = _under_way(conn, now) if lease_end else Counter()
    for row in owing:
        if _room(busy, row, caps) > 0:
            moments.append(max(row.due, (row.paced_until or row.due) - _BURST))
    return min(moments, default=None)


def _under_way(conn: Connection, now: datetime, slow: datetime | None = None) -> Counter[tuple[str, str]]:
    """How many requests each endpoint, host and owner has under way; `slow` endpoints, with a lease from before it."""
    busy: Counter[tuple[str, str]] = Counter()
    for row in conn.execute(_leased(), {"now": now}):
        for key in _keys(row):
            busy[key] += row.n
        busy["slow", row.id] = int(slow is not None and row.oldest < slow)
    return busy


def _keys(row: Row[Any]) -> tuple[tuple[str, str], ...]:
    return ("endpoint", row.id), ("host", row.host), ("owner", row.owner)


def _room(busy: Counter[tuple[str, str]], row: Row[Any], caps: Caps) -> int:
    own = 1 if row.failures or busy["slow", row.id] else caps.endpoint
    return min(most - busy[key] for key, most in zip(_keys(row), (own, caps.host, caps.owner), strict=True))


def _interval(row: Row[Any]) -> timedelta:
    return timedelta(minutes=1) / int(row.per_minute)


def _paced_room(row: Row[Any], now: datetime) -> int:
    """Requests the rate leaves: it may be used up to a burst ahead of the clock, one request at least."""
    ahead = max(row.paced_until or now, now) - now
    return int((max(_BURST, _interval(row)) - ahead) / _interval(row))


def _unleased() -> ColumnElement[bool]:
    return or_(delivery.c.lease_until.is_(None), delivery.c.lease_until <= _NOW)


# The statements of every poll are built once: building one costs more than running it.


@cache
def _lease_end() -> Select[Any]:
    return select(func.min(delivery.c.lease_until)).where(delivery.c.lease_until > _NOW)


@cache
def _leased() -> Select[Any]:
    columns = subscription.c.id, subscription.c.host, subscription.c.owner
    counted = func.count().label("n"), func.min(delivery.c.lease_until).label("oldest")
    query = select(*columns, *counted).join(delivery, delivery.c.subscription_id == subscription.c.id)
    return query.where(delivery.c.lease_until > _NOW).group_by(*columns)


@cache
def _owing() -> Select[Any]:
    """Every subscription that is owed something, with the moment its first unleased delivery is due.

    The recursion steps from one subscription to the next in the index of what is owed, over all deliveries between.
    """
    is_owed = delivery.c.next_attempt.is_not(None)
    first = select(func.min(delivery.c.subscription_id).label("id")).where(is_owed)
    owed = first.cte("owed", recursive=True)
    following = select(func.min(delivery.c.subscription_id)).where(is_owed, delivery.c.subscription_id > owed.c.id)
    owed = owed.union_all(select(following.correlate(owed).scalar_subquery()).where(owed.c.id.is_not(None)))
    unleased = select(delivery.c.next_attempt).where(is_owed, _unleased(), delivery.c.subscription_id == owed.c.id)
    due = unleased.order_by(delivery.c.next_attempt).limit(1).correlate(owed).scalar_subquery()
    owing = select(owed.c.id, due.label("due")).where(owed.c.id.is_not(None)).cte("owing")
    own = subscription.c["id", "host", "owner", "failures", "per_minute", "paced_until"]
    query = select(*own, owing.c.due).join(owing, owing.c.id == subscription.c.id)
    return query.where(subscription.c.status.in_(_SENT_TO), owing.c.due.is_not(None))


@cache
def _waiting() -> Select[Any]:
    owing = _owing().subquery()
    return select(owing).where(owing.c.due <= _NOW).order_by(owing.c.due, owing.c.id)


@cache
def _next() -> Select[Any]:
    due = delivery.c.subscription_id == bindparam("of"), delivery.c.next_attempt <= _NOW, _unleased()
    query = select(delivery.c.id).where(*due).order_by(delivery.c.next_attempt, delivery.c.id)
    return query.limit(bindparam("limit")).with_for_update(skip_locked=True)
