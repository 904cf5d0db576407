"""The bus on the database alone: a row in `queue` is an event owed, a row in `inbox` an effect that happened.

Implements services.bus.interface, but for waiting (engine.py). What Redis Streams carry is claimed here too: `offer` by
a relay, `claim_offered` by who was told. SQLite: the write lock makes a claim exclusive; PostgreSQL: FOR UPDATE SKIP
LOCKED, whose second look at a row that changed meanwhile leaves out what another consumer just took.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Insert,
    Select,
    Update,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningDelete

from services.bus.interface import BACKOFF, HANDOUTS, TRIES, Claimed, DeadLetter, Offered
from services.bus.routes import ROUTES, types_of
from services.domain.errors import NotFound
from services.domain.event import Event
from services.storage import outbox as log
from services.storage.database import ring_after_commit
from services.storage.tables import inbox, outbox, queue
from services.storage.types import EPOCH, UtcTime
from services.storage.upsert import count_inserted, insert_all_keyed

#: A row never handed out.
_FRESH = {
    "available_at": EPOCH,
    "lease_until": None,
    "token": None,
    "tries": 0,
    "failures": 0,
    "error": None,
    "dead": False,
}


def publish(conn: Connection, event: Event) -> bool:
    return publish_all(conn, [event]) == 1


def publish_all(conn: Connection, events: Sequence[Event]) -> int:
    if not events:
        return 0
    seqs = log.append_all(conn, events)
    owed = [
        {"group": group, "event_id": event.id, "seq": seqs[event.id], "key": event.key, **_FRESH}
        for event in events
        if event.id in seqs
        for group in ROUTES[event.type]
    ]
    if owed:
        conn.execute(_owed_row(), owed)
        ring_after_commit(conn)
    return len(seqs)


def claim(conn: Connection, group: str, now: datetime, limit: int, lease: timedelta) -> list[Claimed]:
    return _handed_out(conn, group, _ready(conn, group, now, limit), now, lease)


def offer(conn: Connection, group: str, now: datetime, limit: int, lease: timedelta) -> list[Offered]:
    """What `claim` would hand out, kept from everybody but `claim_offered` until `now + lease`: nobody holds it yet."""
    ids = _ready(conn, group, now, limit)
    if not ids:
        return []
    conn.execute(_kept_back(), {"of": group, "events": ids, "until": now + lease})
    rows = conn.execute(_told(), {"events": ids})
    return [Offered(row.seq, Event(row.id, row.type, row.key, row.time, row.body)) for row in rows]


def withdraw(conn: Connection, group: str, event_ids: Collection[str]) -> None:
    """End the offers of these: they may be claimed or offered at once."""
    offered = and_(_these(group, event_ids), queue.c.token.is_(None))
    conn.execute(update(queue).where(offered).values(lease_until=None))


def claim_offered(
    conn: Connection, group: str, event_ids: Collection[str], now: datetime, lease: timedelta
) -> list[Claimed]:
    """As `claim`, of these only: offered to anybody, or with a lease that ran out. The rest is somebody else's, waits
    for its turn, or is done: who was told of it forgets it, because what is still owed is offered again.
    """
    asked = {"group": group, "now": now, "ids": list(event_ids)}
    return _handed_out(conn, group, list(conn.execute(_offered(), asked).scalars()), now, lease)


def owed_groups(conn: Connection) -> frozenset[str]:
    """The groups that anything is owed to or dead for, beside those of the routes."""
    routed = {group for groups in ROUTES.values() for group in groups}
    return frozenset(routed.union(conn.execute(select(queue.c.group).distinct()).scalars()))


def _handed_out(conn: Connection, group: str, ids: list[str], now: datetime, lease: timedelta) -> list[Claimed]:
    if not ids:
        return []
    token = uuid4().hex
    conn.execute(_taken(), {"of": group, "events": ids, "held": token, "until": now + lease})
    rows = conn.execute(_taken_told(), {"of": group, "events": ids})
    return [Claimed(Event(row.id, row.type, row.key, row.time, row.body), token, row.tries) for row in rows]


def done(conn: Connection, group: str, event_id: str, token: str, now: datetime) -> bool:
    return bool(_done(conn, group, [event_id], token, now))


def done_all(conn: Connection, group: str, claimed: Sequence[Claimed], now: datetime) -> frozenset[str]:
    held = defaultdict[str, list[str]](list)
    for one in claimed:
        held[one.token].append(one.event.id)
    return frozenset().union(*(_done(conn, group, ids, token, now) for token, ids in held.items()))


def _done(conn: Connection, group: str, event_ids: Sequence[str], token: str, now: datetime) -> Collection[str]:
    ours = conn.execute(_taken_off(), {"of": group, "events": event_ids, "held": token}).scalars().all()
    rows = [{"group": group, "event_id": id_, "at": now} for id_ in ours]
    return insert_all_keyed(conn, inbox, rows, inbox.c.event_id) if rows else ()


def failed(conn: Connection, group: str, event_id: str, token: str, error: str, now: datetime) -> bool:
    held = _held(group, event_id, token)
    failures = conn.execute(select(queue.c.failures).where(held).with_for_update()).scalar()
    if failures is None:
        return False
    outcome = {"failures": failures + 1, "error": error, "token": None, "lease_until": None}
    if failures + 1 >= TRIES:
        outcome["dead"] = True
    else:
        outcome["available_at"] = now + BACKOFF[failures]
    return conn.execute(update(queue).where(held).values(outcome)).rowcount == 1


def release(conn: Connection, group: str, event_id: str, token: str) -> bool:
    unused = {"token": None, "lease_until": None, "tries": queue.c.tries - 1}
    ring_after_commit(conn)
    return conn.execute(update(queue).where(_held(group, event_id, token)).values(unused)).rowcount == 1


def due_groups(conn: Connection, now: datetime) -> list[str]:
    """The groups for which `claim` may find something now."""
    return sorted(conn.execute(_due_groups(), {"now": now}).scalars())


def next_due(conn: Connection, group: str) -> datetime | None:
    due: datetime | None = conn.execute(_next_due(), {"group": group}).scalar()
    return due


def release_all(conn: Connection) -> None:
    conn.execute(update(queue).where(queue.c.lease_until.is_not(None)).values(token=None, lease_until=None))


def dead_letters(
    conn: Connection, group: str | None = None, *, after: tuple[str, int] = ("", 0), limit: int = 250
) -> list[DeadLetter]:
    of, seq = after
    beyond = or_(queue.c.group > of, and_(queue.c.group == of, queue.c.seq > seq))
    query = select(queue).where(_dead(group), beyond).order_by(queue.c.group, queue.c.seq).limit(limit)
    return [DeadLetter(row.group, row.seq, row.event_id, row.key, row.tries, row.error) for row in conn.execute(query)]


def revive(conn: Connection, group: str | None = None, event_id: str | None = None) -> int:
    ring_after_commit(conn)
    return conn.execute(update(queue).where(_dead(group, event_id)).values(_FRESH)).rowcount


def replay(conn: Connection, group: str, since: datetime, types: Collection[str] | None = None) -> int:
    wanted = types_of(group) if types is None else types
    if not wanted:
        raise NotFound(f"no events are routed to the group {group!r}: name the types to replay")
    meant = and_(outbox.c.time >= since, outbox.c.type.in_(wanted))
    ids = select(outbox.c.id).where(meant)
    revived = update(queue).where(queue.c.group == group, queue.c.dead, queue.c.event_id.in_(ids)).values(_FRESH)
    count = conn.execute(revived).rowcount
    count += _owe_again(conn, group, meant)
    conn.execute(delete(inbox).where(inbox.c.group == group, inbox.c.event_id.in_(ids)))
    ring_after_commit(conn)
    return count


def _owe_again(conn: Connection, group: str, meant: ColumnElement[bool]) -> int:
    owed = select(queue.c.event_id).where(queue.c.group == group)
    fresh = [literal(value, queue.c[name].type) for name, value in _FRESH.items()]
    rows = select(literal(group), outbox.c.id, outbox.c.seq, outbox.c.key, *fresh)
    rows = rows.where(meant, outbox.c.id.not_in(owed))
    return count_inserted(conn, insert(queue).from_select(["group", "event_id", "seq", "key", *_FRESH], rows))


def _ready(conn: Connection, group: str, now: datetime, limit: int) -> list[str]:
    """What may be claimed, by id; what was handed out again and again and never came back, not even as failed, is put
    aside instead.
    """
    rows = conn.execute(_claimable(), {"group": group, "now": now, "limit": limit}).all()
    spent = [row.event_id for row in rows if row.tries >= HANDOUTS]
    if not spent:
        return [row.event_id for row in rows]
    error = f"handed out {HANDOUTS} times without an answer"
    dead = {"dead": True, "error": error, "token": None, "lease_until": None}
    conn.execute(update(queue).where(_these(group, spent)).values(dead))
    return _ready(conn, group, now, limit)


class InDatabase:
    """What every engine leaves to the database as it is."""

    publish = staticmethod(publish)
    publish_all = staticmethod(publish_all)
    release = staticmethod(release)
    next_due = staticmethod(next_due)
    release_all = staticmethod(release_all)
    dead_letters = staticmethod(dead_letters)
    revive = staticmethod(revive)
    replay = staticmethod(replay)


# The statements of every poll are built once: building one costs more than running it.


@cache
def _claimable() -> Select[Any]:
    ready = and_(_first_of_its_key(), queue.c.available_at <= bindparam("now"), _free())
    query = select(queue.c.event_id, queue.c.tries).where(ready).order_by(queue.c.seq).limit(bindparam("limit"))
    return query.with_for_update(skip_locked=True)


@cache
def _owed_row() -> Insert:
    return insert(queue)


_IDS: BindParameter[str] = bindparam("events", expanding=True)


@cache
def _kept_back() -> Update:
    return update(queue).where(_bound()).values(token=null(), lease_until=bindparam("until"))


@cache
def _told() -> Select[Any]:
    return select(outbox).where(outbox.c.id.in_(_IDS)).order_by(outbox.c.seq)


@cache
def _taken() -> Update:
    taken = {"token": bindparam("held"), "lease_until": bindparam("until"), "tries": queue.c.tries + 1}
    return update(queue).where(_bound()).values(taken)


@cache
def _taken_told() -> Select[Any]:
    owed = select(outbox, queue.c.tries).join(queue, queue.c.event_id == outbox.c.id)
    return owed.where(_bound()).order_by(outbox.c.seq)


@cache
def _taken_off() -> ReturningDelete[Any]:
    return delete(queue).where(_bound(), queue.c.token == bindparam("held")).returning(queue.c.event_id)


@cache
def _offered() -> Select[Any]:
    ours = or_(queue.c.token.is_(None), queue.c.lease_until <= bindparam("now"))
    these = queue.c.event_id.in_(bindparam("ids", expanding=True))
    ready = and_(_first_of_its_key(), queue.c.available_at <= bindparam("now"), ours, these)
    return select(queue.c.event_id).where(ready).order_by(queue.c.seq).with_for_update(skip_locked=True)


@cache
def _due_groups() -> Select[Any]:
    ready = and_(queue.c.available_at <= bindparam("now"), _free(), _nothing_ahead())
    return select(queue.c.group).where(ready).distinct()


@cache
def _next_due() -> Select[Any]:
    leased = func.coalesce(queue.c.lease_until, literal(EPOCH, UtcTime))
    moment = case((leased > queue.c.available_at, leased), else_=queue.c.available_at)
    return select(func.min(moment)).where(_first_of_its_key())


def _free() -> ColumnElement[bool]:
    return or_(queue.c.lease_until.is_(None), queue.c.lease_until <= bindparam("now"))


def _first_of_its_key() -> ColumnElement[bool]:
    return and_(queue.c.group == bindparam("group"), _nothing_ahead())


def _nothing_ahead() -> ColumnElement[bool]:
    """It is not dead, and the first of its key that is not."""
    earlier = queue.alias("earlier")
    same_key = and_(earlier.c.group == queue.c.group, earlier.c.key == queue.c.key, earlier.c.dead.is_(False))
    ahead = select(earlier.c.seq).where(same_key, earlier.c.seq < queue.c.seq).exists()
    return and_(queue.c.dead.is_(False), ~ahead)


def _dead(group: str | None, event_id: str | None = None) -> ColumnElement[bool]:
    named = [queue.c.group == group] if group is not None else []
    return and_(queue.c.dead, *named, *([queue.c.event_id == event_id] if event_id is not None else []))


def _bound() -> ColumnElement[bool]:
    """As `_these`, of the group and the events that are given when the statement is run."""
    return and_(queue.c.group == bindparam("of"), queue.c.event_id.in_(_IDS))


def _these(group: str, ids: Collection[str]) -> ColumnElement[bool]:
    return and_(queue.c.group == group, queue.c.event_id.in_(ids))


def _held(group: str, event_id: str, token: str) -> ColumnElement[bool]:
    return and_(queue.c.group == group, queue.c.event_id == event_id, queue.c.token == token)
