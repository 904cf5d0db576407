"""How the line does, in a few numbers, each from the front of an index: bounded however much is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, inspect, literal, select, text

from services.storage import visits
from services.storage.owed import Caps, next_due
from services.storage.schema import revision
from services.storage.source_health import health
from services.storage.tables import delivery, host, outbox, page, queue, source, subscription

#: Nothing is counted beyond this; more is as bad.
MOST = 100_000
#: A lease that ended so long ago and still stands: nobody took its work over.
STUCK_AFTER = timedelta(minutes=5)
_LOOKED_AT = 1_000
#: Only to ask what is owed, whatever is under way.
_ANY = Caps(1_000_000, 1_000_000, 1_000_000)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What one consumer group is owed. `oldest`: when the oldest of it happened; `dead`: put aside for a person."""

    owed: int
    oldest: datetime | None
    dead: int


@dataclass(frozen=True, slots=True)
class Vitals:
    """`now` is the database's own time; `revision` that of its tables, None for none. Counts end at MOST."""

    now: datetime
    revision: str | None
    backlogs: Mapping[str, Backlog]
    #: Deliveries owed, held ones not counted, and the earliest moment one of them is due, perhaps past.
    deliveries: int
    delivery_due: datetime | None
    #: The earliest moment a visit may start, perhaps past.
    visit_due: datetime | None
    #: By health.
    sources: Mapping[str, int]
    #: By status.
    subscriptions: Mapping[str, int]
    #: Leases nobody took over, of `queue` and `delivery`.
    stuck: Mapping[str, int]
    #: What the database takes on its disk, in bytes.
    size: int


def look(conn: Connection, groups: tuple[str, ...], now: datetime) -> Vitals:
    """`now`: the process's time, against which the leases are held."""
    return Vitals(
        now=_time(conn, now),
        revision=revision(conn),
        backlogs={group: _backlog(conn, group) for group in groups},
        deliveries=int(conn.execute(_deliveries()).scalar_one()),
        delivery_due=next_due(conn, now, _ANY),
        visit_due=visits.next_due(conn),
        sources=_sources(conn),
        subscriptions={row.status: row.n for row in conn.execute(_subscriptions())},
        stuck={
            "queue": sum(_stuck_of(conn, group, now) for group in groups),
            "delivery": int(conn.execute(_stuck_deliveries(), {"before": now - STUCK_AFTER}).scalar_one()),
        },
        size=_size(conn),
    )


def readable(conn: Connection) -> bool:
    """Whether the tables of another revision can be asked all the same: those of a newer one mostly can."""
    known = inspect(conn)
    return all(
        known.has_table(table.name)
        and {one.name for one in table.c} <= {one["name"] for one in known.get_columns(table.name)}
        for table in (queue, outbox, delivery, subscription, source, page, host)
    )


def unread(now: datetime, found: str | None) -> Vitals:
    """Of tables that cannot be asked: nothing but their revision."""
    return Vitals(now, found, {}, 0, None, None, {}, {}, {}, 0)


def _backlog(conn: Connection, group: str) -> Backlog:
    owed, dead = (int(conn.execute(_count(), {"of": group, "is_dead": dead}).scalar_one()) for dead in (False, True))
    return Backlog(owed, conn.execute(_oldest(), {"of": group}).scalar() if owed else None, dead)


def _stuck_of(conn: Connection, group: str, now: datetime) -> int:
    return int(conn.execute(_stuck_events(), {"of": group, "before": now - STUCK_AFTER}).scalar_one())


def _sources(conn: Connection) -> dict[str, int]:
    columns = source.c.status, source.c.last_visit, source.c.told_health
    return dict(Counter(health(*row) for row in conn.execute(select(*columns).where(source.c.status != "ended"))))


def _time(conn: Connection, now: datetime) -> datetime:
    if conn.dialect.name != "postgresql":
        return now  # the database is this process
    found: datetime = conn.execute(text("select clock_timestamp()")).scalar_one()
    return found.astimezone(UTC)


def _size(conn: Connection) -> int:
    if conn.dialect.name == "postgresql":
        return int(conn.execute(text("select pg_database_size(current_database())")).scalar_one())
    pages, each = (conn.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    return int(pages) * int(each)


# The statements are built once: building one costs more than running it.


@cache
def _count() -> Select[Any]:
    rows = select(literal(1)).where(queue.c.group == bindparam("of"), queue.c.dead == bindparam("is_dead"))
    return select(func.count()).select_from(rows.limit(MOST).subquery())


@cache
def _oldest() -> Select[Any]:
    owed = select(outbox.c.time).join(queue, queue.c.event_id == outbox.c.id)
    return owed.where(queue.c.group == bindparam("of"), queue.c.dead.is_(False)).order_by(queue.c.seq).limit(1)


@cache
def _deliveries() -> Select[Any]:
    rows = select(literal(1)).where(delivery.c.next_attempt.is_not(None)).limit(MOST)
    return select(func.count()).select_from(rows.subquery())


@cache
def _subscriptions() -> Select[Any]:
    return select(subscription.c.status, func.count().label("n")).group_by(subscription.c.status)


@cache
def _stuck_events() -> Select[Any]:
    """Among the first that are owed: what is handed out stands there."""
    first = select(queue.c.lease_until).where(queue.c.group == bindparam("of"), queue.c.dead.is_(False))
    leases = first.order_by(queue.c.seq).limit(_LOOKED_AT).subquery()
    return select(func.count()).where(leases.c.lease_until < bindparam("before"))


@cache
def _stuck_deliveries() -> Select[Any]:
    """Of endpoints that are sent to: what is owed to a disabled one waits for it."""
    rows = select(literal(1)).join(subscription, subscription.c.id == delivery.c.subscription_id)
    rows = rows.where(delivery.c.lease_until < bindparam("before"), subscription.c.status != "disabled")
    return select(func.count()).select_from(rows.limit(MOST).subquery())
