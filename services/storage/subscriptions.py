"""Who asked to be told what. Secrets come encrypted and leave encrypted; nothing here can read them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, func, literal, select, update

from services.domain.errors import Conflict, NotFound
from services.domain.identity import digest_id
from services.domain.subscription import Filter, Subscription
from services.storage.codec import decode, encode
from services.storage.tables import subscription
from services.storage.types import UtcTime
from services.storage.upsert import insert_new


@dataclass(frozen=True, slots=True)
class Streak:
    """Failed attempts since the last one that succeeded: when the first of them was made, and how many."""

    since: datetime | None
    attempts: int


def add_subscription(conn: Connection, value: Subscription, secret: bytes) -> None:
    """Raises Conflict, naming it, where the owner has a subscription with this URL and an equal filter (the order in
    which a filter lists its values does not matter).
    """
    identity = digest_id("sub", value.owner, value.url, encode(_sorted(value.filter)).decode())
    values = {
        "id": value.id,
        "identity": identity,
        "owner": value.owner,
        "url": value.url,
        "secret": secret,
        "filter": encode(value.filter).decode(),
        "status": value.status,
        "note": value.note,
        "backfill": value.backfill,
        "created": value.created,
        "failures": 0,
    }
    if not insert_new(conn, subscription, values):
        same = select(subscription.c.id).where(subscription.c.identity == identity)
        existing = conn.execute(same).scalar() or value.id
        raise Conflict(f"subscription {existing} sends the same to {value.url} already", existing)


def get_subscription(conn: Connection, id_: str, *, owner: str | None = None) -> Subscription:
    """Raises NotFound, also where it is not `owner`'s."""
    row = conn.execute(select(subscription).where(subscription.c.id == id_)).first()
    if row is None or (owner is not None and row.owner != owner):
        raise NotFound(f"no subscription {id_!r}")
    return _subscription(row)


def list_subscriptions(
    conn: Connection, *, owner: str | None = None, after: str | None = None, limit: int = 50
) -> tuple[Subscription, ...]:
    """By id."""
    query = select(subscription).order_by(subscription.c.id).limit(limit)
    if owner is not None:
        query = query.where(subscription.c.owner == owner)
    if after is not None:
        query = query.where(subscription.c.id > after)
    return tuple(_subscription(row) for row in conn.execute(query))


def active_subscriptions(conn: Connection) -> tuple[Subscription, ...]:
    """All an event has to be matched with, by id."""
    query = select(subscription).where(subscription.c.status == "active").order_by(subscription.c.id)
    return tuple(_subscription(row) for row in conn.execute(query))


def set_status(conn: Connection, id_: str, status: Literal["active", "disabled"]) -> bool:
    """False where it has that status already, or is unknown. While disabled its deliveries wait."""
    row = (subscription.c.id == id_) & (subscription.c.status != status)
    return conn.execute(update(subscription).where(row).values(status=status)).rowcount == 1


def record_success(conn: Connection, id_: str) -> None:
    """An attempt succeeded: the streak of failures, if there was one, is over."""
    failing = (subscription.c.id == id_) & (subscription.c.failures > 0)
    conn.execute(update(subscription).where(failing).values(failures=0, failing_since=None))


def record_failure(conn: Connection, id_: str, at: datetime) -> Streak:
    """An attempt failed; answers the streak it ends."""
    since = func.coalesce(subscription.c.failing_since, literal(at, UtcTime))
    one_up = update(subscription).where(subscription.c.id == id_)
    one_up = one_up.values(failures=subscription.c.failures + 1, failing_since=since)
    row = conn.execute(one_up.returning(subscription.c.failing_since, subscription.c.failures)).first()
    return Streak(row.failing_since, row.failures) if row else Streak(None, 0)


def delete_subscription(conn: Connection, id_: str) -> None:
    """With its deliveries and attempts. Raises NotFound."""
    if conn.execute(delete(subscription).where(subscription.c.id == id_)).rowcount == 0:
        raise NotFound(f"no subscription {id_!r}")


def _sorted(value: Filter) -> Filter:
    asked = {field.name: getattr(value, field.name) for field in fields(value)}
    lists: dict[str, Any] = {name: tuple(sorted(set(what))) for name, what in asked.items() if isinstance(what, tuple)}
    return replace(value, **lists)


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        owner=row.owner,
        url=row.url,
        filter=decode(Filter, row.filter),
        created=row.created,
        status=row.status,
        note=row.note,
        backfill=row.backfill,
    )
