"""The log of what was told. Append inside the transaction of what it tells; services.bus carries it on.

Order: `seq` counts up, but on PostgreSQL a transaction may take a lower number and commit later. Who reads `seq > last`
would pass such a row for ever. So a writer announces, by a shared advisory lock held to the end of its transaction, the
number below which it will not write, and a reader stops at the lowest number announced. (On SQLite writers follow one
another and the number order is the commit order.)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select, text

from services.domain.errors import NotFound
from services.domain.event import Event
from services.storage.tables import outbox
from services.storage.upsert import insert_all_numbered

#: Upper 16 bits of our advisory locks; the lower 48 hold a number of the outbox.
_CLASS = 0x0DAF
_ANNOUNCE = text("select pg_advisory_xact_lock_shared((cast(:class as bigint) << 48) | last_value) from outbox_seq_seq")
_ANNOUNCED = text(
    "select min(((classid::bigint & 65535) << 32) | objid::bigint) from pg_locks"
    " where locktype = 'advisory' and objsubid = 1 and classid::bigint >> 16 = :class"
    " and database = (select oid from pg_database where datname = current_database())"
)


@dataclass(frozen=True, slots=True)
class Logged:
    """An event and its place in the log."""

    seq: int
    event: Event


def append(conn: Connection, event: Event) -> int | None:
    """Log `event`; answers its place, None, and nothing written, where its id is logged already.

    Nobody is told of it by this alone: see services.bus.
    """
    return append_all(conn, [event]).get(event.id)


def append_all(conn: Connection, events: Sequence[Event]) -> dict[str, int]:
    """The same for many; answers the places by the events' ids, without those that were logged already."""
    _announce(conn)
    rows = [{"id": one.id, "type": one.type, "key": one.key, "time": one.time, "body": one.body} for one in events]
    return insert_all_numbered(conn, outbox, rows, outbox.c.id, outbox.c.seq)


def get_event(conn: Connection, event_id: str) -> Event:
    row = conn.execute(select(outbox).where(outbox.c.id == event_id)).first()
    if row is None:
        raise NotFound(f"no event {event_id!r}")
    return _logged(row).event


def place_of(conn: Connection, event_id: str) -> int:
    """Where in the log an event stands. Raises NotFound."""
    seq = conn.execute(select(outbox.c.seq).where(outbox.c.id == event_id)).scalar()
    if seq is None:
        raise NotFound(f"no event {event_id!r}")
    return int(seq)


def events_after(
    conn: Connection, seq: int, limit: int, *, types: Collection[str] | None = None, key: str | None = None
) -> tuple[Logged, ...]:
    """What was logged after `seq`, in order and without gaps: no row will ever appear before one handed out here.

    On PostgreSQL not for transactions above READ COMMITTED, which look at one moment only.
    """
    query = select(outbox).where(outbox.c.seq > seq, outbox.c.seq <= _settled(conn)).order_by(outbox.c.seq).limit(limit)
    if types is not None:
        query = query.where(outbox.c.type.in_(types))
    if key is not None:
        query = query.where(outbox.c.key == key)
    return tuple(_logged(row) for row in conn.execute(query))


def events_before(conn: Connection, seq: int | None, limit: int, *, types: Collection[str]) -> tuple[Logged, ...]:
    """What was logged before `seq`, the newest first; None: before now."""
    query = select(outbox).where(outbox.c.type.in_(types)).order_by(outbox.c.seq.desc()).limit(limit)
    if seq is not None:
        query = query.where(outbox.c.seq < seq)
    return tuple(_logged(row) for row in conn.execute(query))


def _announce(conn: Connection) -> None:
    if conn.dialect.name == "postgresql":
        conn.execute(_ANNOUNCE, {"class": _CLASS})


def _settled(conn: Connection) -> int:
    """The highest number such that everything up to it is committed or never will be."""
    newest = int(conn.execute(select(func.max(outbox.c.seq))).scalar() or 0)
    if conn.dialect.name != "postgresql":
        return newest
    # after `newest` was seen, before the rows are read: whoever took a number up to it has announced it by now
    announced = conn.execute(_ANNOUNCED, {"class": _CLASS}).scalar()
    return newest if announced is None else min(newest, int(announced))


def _logged(row: Row[Any]) -> Logged:
    return Logged(row.seq, Event(row.id, row.type, row.key, row.time, row.body))
