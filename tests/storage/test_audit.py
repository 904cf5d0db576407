"""An intact database has no fault; each kind of damage is found and named, on both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, delete, update
from storage.samples import HOUR, NOW, answer, letter, lowered, page_id, revised, watch

from services.bus import database as bus
from services.storage import audit, documents, readings, snapshots, versions
from services.storage.database import Database
from services.storage.readings import Reading
from services.storage.tables import body, change, document, outbox, reading, snapshot, version

DOC = page_id(1)


def life(conn: Connection) -> None:
    """A letter in two versions, and an event for each."""
    watch(conn, [1])
    for n, said in enumerate(("A", "B"), 1):
        at = NOW + n * HOUR
        taken = snapshots.add_snapshot(conn, DOC, at, answer(said))
        versions.save_version(
            conn, DOC, letter(said), snapshot_id=taken, observed=at, recorded=at, reader="r", key_hash=said,
            edit="silent" if n > 1 else "first", changes=[lowered(), lowered(5, 4)] if n > 1 else (),
        )  # fmt: skip
        readings.save_reading(conn, Reading(taken, DOC, at, "r", "ok", None, n))
        bus.publish(conn, revised(DOC, documents.next_sequence(conn, DOC), at))


def faults(conn: Connection) -> dict[str, list[str]]:
    found = {name: list(check(conn)) for name, check in audit.CHECKS.items()}
    return {name: said for name, said in found.items() if said}


def flipped(conn: Connection) -> None:
    first = conn.execute(body.select().limit(1)).one()
    data = first.data[:-1] + bytes([first.data[-1] ^ 1])
    conn.execute(update(body).where(body.c.sha256 == first.sha256).values(data=data))


UNCHECKED = {
    "sqlite": ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON"),
    "postgresql": ("set session_replication_role = replica", "set session_replication_role = origin"),
}
DAMAGES: list[tuple[str, Callable[[Connection], object], str]] = [
    ("bodies", flipped, "cannot be unpacked"),
    ("bodies", lambda c: c.execute(update(body).values(length=7)), "said to be 7"),
    ("snapshots", lambda c: c.execute(update(snapshot).where(snapshot.c.id == 2).values(observed=NOW)), "seen before"),
    ("versions", lambda c: c.execute(delete(version).where(version.c.n == 1)), "1 versions, the last is number 2"),
    ("versions", lambda c: c.execute(update(document).values(current_n=9)), "shows version 9"),
    ("versions", lambda c: c.execute(delete(reading).where(reading.c.snapshot_id == 2)), "no reading of snapshot 2"),
    ("versions", lambda c: c.execute(delete(change).where(change.c.ordinal == 0)), "a change is missing"),
    ("events", lambda c: c.execute(delete(outbox).where(outbox.c.seq == 1)), "1 was to come"),
    ("events", lambda c: c.execute(update(document).values(last_event_sequence=5)), "5 events counted, 2 logged"),
    ("events", lambda c: c.execute(update(outbox).where(outbox.c.seq == 1).values(type="document.moved")), "tells of"),
    ("events", lambda c: c.execute(update(outbox).where(outbox.c.seq == 1).values(body=b"{")), "no JSON"),
    ("deliveries", lambda c: c.execute(delete(outbox).where(outbox.c.seq == 2)), "never logged"),
]


def test_an_intact_database_has_no_fault(database: Database) -> None:
    with database.write() as conn:
        life(conn)
    with database.read() as conn:
        assert faults(conn) == {}


@pytest.mark.parametrize(("check", "damage", "says"), DAMAGES, ids=[f"{check}: {says}" for check, _, says in DAMAGES])
def test_damage_is_named(database: Database, check: str, damage: Callable[[Connection], object], says: str) -> None:
    with database.write() as conn:
        life(conn)
    with database.engine.connect() as conn:
        off, on = UNCHECKED[conn.dialect.name]  # damage comes from outside: nothing keeps references then
        conn.rollback()
        conn.connection.cursor().execute(off)
        damage(conn)
        found = faults(conn)
        conn.rollback()
        conn.connection.cursor().execute(on)
    assert any(says in line for line in found[check]), found
