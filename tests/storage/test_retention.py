"""What retention takes, what it never takes, and that every version is still proved afterwards."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import Connection, func, select, update
from storage.samples import DAY, HOUR, NOW, answer, letter, lowered, page_id, revised, watch

from services.bus import database as bus
from services.domain.change import Suppression
from services.domain.subscription import Filter, Subscription
from services.storage import audit, deliveries, documents, pages, readings, snapshots, subscriptions, versions
from services.storage.database import Database
from services.storage.deliveries import Outcome
from services.storage.readings import Reading
from services.storage.retention import Gone, Keep, may_go, prune
from services.storage.tables import attempt, body, delivery, suppression

DOC = page_id(1)
HELD = Suppression("boilerplate_only", "SPEC §12", None, None)
ALL = Keep(30 * DAY, 30 * DAY, 30 * DAY)


def seen(conn: Connection, text: str, at: int, *, version: int | None = None, new: bool = False) -> int:
    """A snapshot on day `at`, read as `version`, made a version of its own where `new`."""
    moment = NOW + at * DAY
    taken = snapshots.add_snapshot(conn, DOC, moment, answer(text))
    pages.set_latest(conn, DOC, taken)
    if new:
        assert version is not None
        versions.save_version(
            conn, DOC, letter(text), snapshot_id=taken, observed=moment, recorded=moment, reader="r", key_hash=text,
            edit="silent" if version > 1 else "first", changes=[lowered()] if version > 1 else (),
        )  # fmt: skip
    verdict = "ok" if version else "blocked"
    held = (HELD,) if version else ()
    readings.save_reading(conn, Reading(taken, DOC, moment, "r", verdict, None, version), held)
    return taken


@pytest.fixture
def lived(database: Database) -> Database:
    with database.write() as conn:
        watch(conn, [1])
        seen(conn, "first", 0, version=1, new=True)
        seen(conn, "first, counter 2", 1, version=1)
        seen(conn, "please verify", 2)
        seen(conn, "second", 3, version=2, new=True)
        seen(conn, "please verify", 4)
        seen(conn, "second, counter 9", 95, version=2)
        seen(conn, "second, newest", 96, version=2)
        for _ in range(2):
            bus.publish(conn, revised(DOC, documents.next_sequence(conn, DOC), NOW))
        subscriptions.add_subscription(conn, Subscription("a", "o", "https://a.example.org/", Filter(), NOW), b"s")
        for n, status in ((1, "delivered"), (2, "pending")):
            deliveries.add_delivery(conn, "a", revised(DOC, n).id, NOW)
            attempted(conn, status)
    return database


def attempted(conn: Connection, status: str) -> None:
    (due,) = deliveries.claim_due(conn, NOW, 1, HOUR, 1)
    made = deliveries.start_attempts(conn, [due], NOW)
    later = NOW + DAY if status == "pending" else None
    outcome = Outcome(due.delivery.id, made[due.delivery.id], due.token, status, later, 200)  # type: ignore[arg-type]
    deliveries.finish_attempts(conn, [outcome], NOW)


def kept(conn: Connection) -> set[str]:
    return {row.sha256[:4] for row in conn.execute(select(body).where(func.length(body.c.data) > 0))}


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:4]


def test_only_what_nothing_rests_on_goes(lived: Database) -> None:
    now = NOW + 100 * DAY
    with lived.read() as conn:
        would = may_go(conn, ALL, now)
    with lived.write() as conn:
        gone = prune(conn, ALL, now)
        assert gone == would
        assert (gone.bodies, gone.attempts, gone.suppressions) == (2, 1, 1)
        assert gone.bytes > 0
        assert kept(conn) == {sha(one) for one in ("first", "second", "second, counter 9", "second, newest")}
        assert prune(conn, ALL, now) == Gone()
        assert [found for check in audit.CHECKS.values() for found in check(conn)] == []
        assert len(conn.execute(select(delivery)).all()) == 2
        assert len(conn.execute(select(attempt)).all()) == 1
        assert len(conn.execute(select(suppression)).all()) == 4
        assert snapshots.get_snapshot(conn, 1).body == b"first"
        with pytest.raises(snapshots.Pruned, match="snapshot 2"):
            snapshots.get_snapshot(conn, 2)


def test_nothing_goes_without_being_told_to(lived: Database) -> None:
    with lived.write() as conn:
        assert may_go(conn, Keep(), NOW + 1_000 * DAY) == Gone()
        assert prune(conn, Keep(), NOW + 1_000 * DAY) == Gone()
        assert prune(conn, ALL, NOW + 20 * DAY) == Gone()


def test_bytes_that_come_again_are_kept_again(lived: Database) -> None:
    with lived.write() as conn:
        prune(conn, ALL, NOW + 100 * DAY)
        taken = snapshots.add_snapshot(conn, DOC, NOW + 101 * DAY, answer("please verify"))
        assert snapshots.get_snapshot(conn, taken).body == b"please verify"
        assert prune(conn, ALL, NOW + 300 * DAY).bodies == 1  # counter 9; this one is not read yet


def test_an_empty_body_that_a_version_rests_on_is_a_fault(lived: Database) -> None:
    with lived.write() as conn:
        conn.execute(update(body).values(data=b""))
        assert any("is empty" in one for one in audit.bodies(conn))
