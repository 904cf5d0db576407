"""Who waits for whom on PostgreSQL: a transaction that is slow, or two at once, must not bring the others to a stop."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text
from storage.samples import HOUR, NOW, answer, letter, page_id, revised, watch

from services.domain.pacing import Pace
from services.domain.subscription import Filter, Subscription
from services.storage import deliveries, hosts, outbox, pages, snapshots, sources, subscriptions, versions
from services.storage.database import Database

PAGES = range(1, 21)


def read_first(conn: Connection) -> None:
    """A page is read for the first time: new rows that name its source, its host and its page."""
    taken = snapshots.add_snapshot(conn, page_id(1), NOW, answer("一"))
    versions.save_version(conn, page_id(1), letter("一"), snapshot_id=taken, observed=NOW, recorded=NOW, reader="1",
                          key_hash="1", edit="first")  # fmt: skip
    pages.discover(conn, "cq", [pages.Listed("https://jjxxw.example.gov.cn/new.html")], NOW, backfill=False)
    deliveries.add_delivery(conn, "sub_a", revised("doc_a", 1).id, NOW)


@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize(
    "lock",
    [
        lambda conn: sources.get_noise(conn, "cq"),
        lambda conn: pages.hold_pages(conn, {page_id(1)}, wait=True),
        lambda conn: hosts.take_host(conn, "jjxxw.example.gov.cn", "t", NOW, HOUR, Pace()),
        lambda conn: subscriptions.rotate_secret(conn, "sub_a", b"new", NOW + HOUR, NOW),
    ],
    ids=["noise of a source", "a page", "a host", "a secret"],
)
def test_new_rows_that_name_a_row_do_not_keep_it_from_being_held(
    database: Database, lock: Callable[[Connection], object]
) -> None:
    with database.write() as conn:
        watch(conn, [1])
        outbox.append(conn, revised("doc_a", 1))
        wanted = Subscription("sub_a", "local", "https://e.cn/hook", Filter(), NOW)
        subscriptions.add_subscription(conn, wanted, b"secret")
    with database.write() as reading:
        read_first(reading)
        with database.write() as other:
            other.execute(text("set local lock_timeout = '2s'"))
            lock(other)


def test_pages_claimed_and_marked_at_once_are_locked_in_one_order(database: Database) -> None:
    """Twenty pages leased by one transaction and marked as edited by another, again and again, in any order."""
    with database.write() as conn:
        ids = watch(conn, PAGES)
    failed: list[Exception] = []

    def again(act: Callable[[Connection, list[str]], object], seed: int) -> None:
        drawn = random.Random(seed)
        for _ in range(15):
            try:
                with database.write() as conn:
                    act(conn, drawn.sample(ids, len(ids)))
            except Exception as error:
                failed.append(error)
                return

    acts: list[Callable[[Connection, list[str]], object]] = [
        lambda conn, these: pages.lease_pages(conn, [(id_, "t", NOW + HOUR) for id_ in these]),
        lambda conn, these: pages.note_changes(conn, dict.fromkeys(these, NOW)),
    ]
    threads = [threading.Thread(target=again, args=(act, seed)) for seed in range(2) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
