"""Events and effects without pages: what the trials of the bus alone are made of.

An effect is a row in a table without any key, in the transaction of `done`: one that happened twice is there twice.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Event as Flag

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from services.bus.interface import Bus, Claimed, Engine
from services.domain.errors import DafuError
from services.domain.event import Event, envelope
from services.domain.identity import event_id
from services.storage.database import Database, Rollback

GROUP = "webhooks"
LEASE = timedelta(seconds=30)
_MADE = "create table if not exists trial_effect (at_group text, event text, event_key text, n integer)"
_NOTED = text("insert into trial_effect values (:at_group, :event, :event_key, :n)")


def prepare(database: Database) -> None:
    with database.write() as conn:
        conn.execute(text(_MADE))


def told(key: str, n: int, at: datetime | None = None, **more: object) -> Event:
    id_ = event_id("document.revised", key, n)
    data = {"n": n, **more}
    when = at or datetime.now(UTC)
    return envelope(id_, "document.revised", source="urn:dafu", subject=key, time=when, sequence=n, data=data)


def note(conn: Connection, claimed: Claimed, group: str = GROUP) -> None:
    event = claimed.event
    conn.execute(_NOTED, {"at_group": group, "event": event.id, "event_key": event.key, "n": int(event.data["n"])})


def perform(database: Database, bus: Bus, claimed: Claimed, now: datetime, group: str = GROUP) -> bool:
    """The effect and the end of its event in one transaction; False: somebody else's by now, nothing written."""
    finished = False
    with database.write() as conn:
        note(conn, claimed, group)
        finished = bus.done(conn, group, claimed.event.id, claimed.token, now)
        if not finished:
            raise Rollback
    return finished


def step(
    database: Database,
    bus: Bus,
    now: datetime,
    *,
    limit: int = 20,
    lease: timedelta = LEASE,
    group: str = GROUP,
    poison: Callable[[Event], bool] = lambda _: False,
    left: list[Claimed] | None = None,
) -> int:
    """Claim and perform what `wait` brought; answers how many were claimed. `left`: what an error left in our hands,
    which is given back first.
    """
    left = [] if left is None else left
    with database.write() as conn:
        for one in left:
            bus.release(conn, group, one.event.id, one.token)
        held = bus.claim(conn, group, now, limit, lease)
    left[:] = held
    for one in held:
        if poison(one.event):
            with database.write() as conn:
                bus.failed(conn, group, one.event.id, one.token, "poison", now)
        else:
            perform(database, bus, one, now, group)
        left.remove(one)
    return len(held)


def work(database: Database, bus: Engine, clock: Callable[[], datetime], stop: Flag, lease: timedelta = LEASE) -> None:
    """A consumer as in earnest: waits, claims, performs; what fails is asked again in a moment."""
    busy, left = 0, list[Claimed]()
    while not stop.is_set():
        bus.wait(GROUP, 20, 0 if busy else 0.25)
        busy = 0
        try:
            busy = step(database, bus, clock(), lease=lease, left=left)
        except (DBAPIError, DafuError):
            stop.wait(0.25)


def effects(database: Database, group: str = GROUP) -> Counter[str]:
    with database.read() as conn:
        rows = conn.execute(text("select event from trial_effect where at_group = :of"), {"of": group})
        return Counter(rows.scalars())


def numbers(database: Database, group: str = GROUP) -> dict[str, list[int]]:
    """Key to the numbers of its events in the order of their effects (SQLite and PostgreSQL keep a heap in order here:
    rows are only ever added, each by a transaction that began after the one before it of its key had ended).
    """
    found: dict[str, list[int]] = {}
    with database.read() as conn:
        order = "rowid" if conn.dialect.name == "sqlite" else "ctid"
        query = text(f"select event_key, n from trial_effect where at_group = :of order by {order}")  # noqa: S608
        for key, n in conn.execute(query, {"of": group}):
            found.setdefault(key, []).append(n)
    return found


def until(true: Callable[[], bool], patience: float) -> float:
    """Seconds until it is so; raises AssertionError when patience ends."""
    began = time.monotonic()
    while time.monotonic() - began < patience:
        with suppress(DBAPIError):
            if true():
                return time.monotonic() - began
        time.sleep(0.05)
    raise AssertionError(f"not within {patience} s")


def publish_all(database: Database, bus: Bus, events: Sequence[Event], at_once: int = 100) -> None:
    for start in range(0, len(events), at_once):
        with database.write() as conn:
            for event in events[start : start + at_once]:
                bus.publish(conn, event)
