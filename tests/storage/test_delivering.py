"""What is owed to subscribers: due when, to whom, by which process, with a row for every attempt."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from storage.samples import DAY, HOUR, MINUTE, NOW, SECOND, revised

from services.domain.subscription import Filter, Subscription
from services.storage import deliveries, subscriptions
from services.storage.database import Database
from services.storage.deliveries import Due, Outcome
from services.storage.outbox import append
from services.storage.tables import attempt, delivery

LEASE = MINUTE
CAP = 2


def owe(conn: Connection, events: int, to: Sequence[str] = ("a",), at: datetime = NOW) -> None:
    """Subscriptions `to`, and that many events owed to each."""
    for id_ in to:
        value = Subscription(id_, "local", f"https://{id_}.example.org/hook", Filter(), NOW)
        subscriptions.add_subscription(conn, value, id_.encode())
    for n in range(events):
        told = revised("doc_a", n)
        append(conn, told)
        for id_ in to:
            assert deliveries.add_delivery(conn, id_, told.id, at)


def owe_one(conn: Connection, to: str, at: datetime) -> None:
    """Another subscription that is owed an event logged before."""
    value = Subscription(to, "local", f"https://{to}.example.org/hook", Filter(), NOW)
    subscriptions.add_subscription(conn, value, to.encode())
    assert deliveries.add_delivery(conn, to, revised("doc_a", 0).id, at)


def claim(conn: Connection, at: datetime, limit: int = 100, cap: int = CAP) -> list[Due]:
    return deliveries.claim_due(conn, at, limit, LEASE, cap)


def start(conn: Connection, due: Due, at: datetime) -> int:
    return deliveries.start_attempts(conn, [due], at)[due.delivery.id]


def finish(
    conn: Connection,
    attempt_id: int,
    due: Due,
    at: datetime,
    outcome: deliveries.Status,
    next_attempt: datetime | None,
    **said: Any,
) -> bool:
    said["answered"] = said.pop("status", None)
    came = Outcome(due.delivery.id, attempt_id, due.token, outcome, next_attempt, **said)
    return deliveries.finish_attempts(conn, [came], at) == {due.delivery.id}


def succeed(conn: Connection, due: Due, at: datetime) -> bool:
    started = start(conn, due, at)
    return finish(conn, started, due, at, outcome="delivered", next_attempt=None, status=204)


def test_a_delivery_brings_all_that_sending_needs(database: Database) -> None:
    with database.write() as conn:
        owe(conn, 1)
        (due,) = claim(conn, NOW)
        assert (due.url, due.secrets, due.event) == ("https://a.example.org/hook", (b"a",), revised("doc_a", 0))
        assert (due.delivery.subscription, due.delivery.status, due.delivery.attempts) == ("a", "pending", 0)


def test_an_event_is_owed_to_a_subscription_once(database: Database) -> None:
    with database.write() as conn:
        owe(conn, 1)
        assert not deliveries.add_delivery(conn, "a", revised("doc_a", 0).id, NOW + HOUR)
        (due,) = claim(conn, NOW)
        assert succeed(conn, due, NOW)
        assert not deliveries.add_delivery(conn, "a", revised("doc_a", 0).id, NOW + HOUR)
        assert claim(conn, NOW + DAY) == []


def test_every_attempt_has_its_row_before_it_is_made(database: Database) -> None:
    with database.write() as conn:
        owe(conn, 1)
        (due,) = claim(conn, NOW)
        started = start(conn, due, NOW + SECOND)
    with database.read() as conn:  # committed: now the socket may open
        (row,) = deliveries.attempts(conn, "a")
        assert (row.id, row.number, row.started, row.finished) == (started, 1, NOW + SECOND, None)
    with database.write() as conn:
        assert finish(
            conn,
            started,
            due,
            NOW + 2 * SECOND,
            outcome="pending",
            next_attempt=NOW + 7 * SECOND,
            status=503,
            error="busy",
            answer="请稍候\x00",
            headers={"retry-after": "5"},
        )
        (row,) = deliveries.attempts(conn, "a")
        assert (row.finished, row.status, row.error) == (NOW + 2 * SECOND, 503, "busy")
        assert (row.answer, row.headers) == ("请稍候\ufffd", {"retry-after": "5"})
        (owed,) = deliveries.list_deliveries(conn, "a")
        assert (owed.status, owed.attempts, owed.next_attempt) == ("pending", 1, NOW + 7 * SECOND)


def test_the_next_attempt_comes_when_it_is_due_and_is_numbered(database: Database) -> None:
    with database.write() as conn:
        owe(conn, 1)
        (due,) = claim(conn, NOW)
        again = {"outcome": "pending", "next_attempt": NOW + HOUR, "error": "timeout"}
        assert finish(conn, start(conn, due, NOW), due, NOW, **again)  # type: ignore[arg-type]
        assert deliveries.next_delivery_due(conn, NOW, CAP) == NOW + HOUR
        assert claim(conn, NOW + HOUR - SECOND) == []
        (due,) = claim(conn, NOW + HOUR)
        assert succeed(conn, due, NOW + HOUR)
        assert [row.number for row in deliveries.attempts(conn, "a")] == [2, 1]
        assert deliveries.next_delivery_due(conn, NOW + HOUR, CAP) is None


@pytest.mark.parametrize("outcome", ["delivered", "failed"])
def test_what_is_settled_is_never_sent_again(database: Database, outcome: deliveries.Status) -> None:
    with database.write() as conn:
        owe(conn, 1)
        (due,) = claim(conn, NOW)
        started = start(conn, due, NOW)
        assert finish(conn, started, due, NOW, outcome=outcome, next_attempt=NOW + HOUR)
        assert claim(conn, NOW + DAY) == []
        assert deliveries.next_delivery_due(conn, NOW, CAP) is None
        assert [one.status for one in deliveries.list_deliveries(conn, "a")] == [outcome]
        assert deliveries.start_attempts(conn, [due], NOW) == {}


def test_who_lost_the_lease_neither_starts_nor_decides(database: Database) -> None:
    with database.write() as conn:
        owe(conn, 1)
        (stalled,) = claim(conn, NOW)
        begun = start(conn, stalled, NOW)
        assert claim(conn, NOW + LEASE - SECOND) == []
        (heir,) = claim(conn, NOW + LEASE)
        assert (heir.delivery.id, heir.delivery.attempts) == (stalled.delivery.id, 1)
        assert deliveries.start_attempts(conn, [stalled], NOW + LEASE) == {}
        late = NOW + LEASE + SECOND
        assert not finish(conn, begun, stalled, late, outcome="failed", next_attempt=None)
        assert succeed(conn, heir, late)
        (owed,) = deliveries.list_deliveries(conn, "a")
        assert (owed.status, owed.attempts) == ("delivered", 2)
        # what went over the wire stays on record all the same
        assert [row.finished for row in deliveries.attempts(conn, "a")] == [late, late]


def test_a_dead_endpoint_takes_its_own_places_only(database: Database) -> None:
    with database.write() as conn:
        owe(conn, 20, to=["dead", "healthy"])
        held = claim(conn, NOW)
        assert sorted(due.delivery.subscription for due in held) == ["dead"] * CAP + ["healthy"] * CAP
        for due in held:
            if due.delivery.subscription == "healthy":
                assert succeed(conn, due, NOW)
        assert [due.delivery.subscription for due in claim(conn, NOW)] == ["healthy"] * CAP


def test_full_endpoints_do_not_use_up_the_limit(database: Database) -> None:
    with database.write() as conn:
        owe(conn, 5, to=["dead"], at=NOW - HOUR)
        assert len(claim(conn, NOW)) == CAP
        owe_one(conn, "healthy", NOW)
        assert [due.delivery.subscription for due in claim(conn, NOW, limit=1)] == ["healthy"]


def test_a_cap_that_was_lowered_meanwhile_hands_out_nothing(database: Database) -> None:
    with database.write() as conn:
        owe(conn, 5)
        assert len(claim(conn, NOW, cap=3)) == 3
        assert claim(conn, NOW, cap=1) == []


def test_a_full_endpoint_is_not_due_before_its_first_lease_ends(database: Database) -> None:
    """Otherwise the sender would wake up for it again and again."""
    with database.write() as conn:
        owe(conn, 3)
        assert deliveries.next_delivery_due(conn, NOW, CAP) == NOW
        first, _ = claim(conn, NOW)
        assert deliveries.next_delivery_due(conn, NOW, CAP) == NOW + LEASE
        assert succeed(conn, first, NOW)
        assert deliveries.next_delivery_due(conn, NOW, CAP) == NOW


def test_a_limit_is_kept_and_the_longest_waiting_go_first(database: Database) -> None:
    with database.write() as conn:
        owe(conn, 2, to=["late"], at=NOW + MINUTE)
        owe_one(conn, "early", NOW)
        held = claim(conn, NOW + HOUR, limit=2)
        assert [due.delivery.subscription for due in held] == ["early", "late"]
        assert len(claim(conn, NOW + HOUR, limit=5)) == 1


def test_what_a_disabled_subscription_is_owed_waits(database: Database) -> None:
    with database.write() as conn:
        owe(conn, 1)
        subscriptions.set_status(conn, "a", "disabled")
        assert claim(conn, NOW) == []
        assert deliveries.next_delivery_due(conn, NOW, CAP) is None
        subscriptions.set_status(conn, "a", "active")
        assert len(claim(conn, NOW + DAY)) == 1


def test_a_delivery_given_back_is_due_as_before(database: Database) -> None:
    with database.write() as conn:
        owe(conn, 1)
        (due,) = claim(conn, NOW)
        assert deliveries.release_delivery(conn, due.delivery.id, due.token)
        assert not deliveries.release_delivery(conn, due.delivery.id, due.token)
        assert deliveries.next_delivery_due(conn, NOW, CAP) == NOW
        (again,) = claim(conn, NOW)
        assert again.delivery.attempts == 0


def test_an_embedded_process_takes_back_what_a_killed_one_held(database: Database) -> None:
    with database.write() as conn:
        owe(conn, 2)
        held = claim(conn, NOW)
        deliveries.release_all(conn)
        assert [due.delivery.id for due in claim(conn, NOW)] == [due.delivery.id for due in held]


def test_a_deleted_subscription_takes_its_deliveries_along(database: Database) -> None:
    with database.write() as conn:
        owe(conn, 2, to=["a", "b"])
        held = claim(conn, NOW)
        started = [start(conn, due, NOW) for due in held]
        subscriptions.delete_subscription(conn, "a")
        counts = [conn.execute(select(func.count()).select_from(table)).scalar() for table in (delivery, attempt)]
        assert counts == [2, 2]
        gone = [due.delivery.subscription == "a" for due in held]
        finished = [
            finish(conn, one, due, NOW, outcome="delivered", next_attempt=None)
            for one, due in zip(started, held, strict=True)
        ]
        assert finished == [not was for was in gone]


def test_deliveries_and_attempts_page_from_the_newest(database: Database) -> None:
    with database.write() as conn:
        owe(conn, 4, to=["a", "b"])
        for due in claim(conn, NOW, cap=4):
            start(conn, due, NOW)
        whole = deliveries.attempts(conn, "a")
        assert len(whole) == 4
        assert [row.id for row in whole] == sorted((row.id for row in whole), reverse=True)
        assert deliveries.attempts(conn, "a", after=whole[1].id, limit=5) == whole[2:]
        owed = deliveries.list_deliveries(conn, "a")
        assert deliveries.list_deliveries(conn, "a", after=owed[0].id, limit=2) == owed[1:3]
        assert deliveries.list_deliveries(conn, "a", status="failed") == ()


def test_many_senders_share_the_work_and_keep_the_cap(database: Database) -> None:
    with database.write() as conn:
        owe(conn, 10, to=["a", "b", "c"])
    sent: list[int] = []
    busiest: list[int] = []

    def send() -> None:
        misses = 0
        while misses < 5:
            with database.write() as conn:
                held = claim(conn, NOW, limit=2)
            with database.read() as conn:
                under_way = select(func.count()).where(delivery.c.subscription_id == "a", delivery.c.lease_until > NOW)
                busiest.append(int(conn.execute(under_way).scalar_one()))
            for due in held:
                with database.write() as conn:
                    assert succeed(conn, due, NOW)
                sent.append(due.delivery.id)
            misses = 0 if held else misses + 1

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == len(set(sent)) == 30
    assert max(busiest) <= CAP


def test_a_filter_is_not_mixed_up_between_subscriptions(database: Database) -> None:
    value = Subscription("x", "local", "https://x.example.org/", Filter(kinds=("policy_notice",)), NOW)
    with database.write() as conn:
        subscriptions.add_subscription(conn, value, b"")
        subscriptions.add_subscription(conn, replace(value, id="y", filter=Filter()), b"")
        kept = subscriptions.active_subscriptions(conn)
    assert [one.filter.kinds for one in kept] == [("policy_notice",), ()]
