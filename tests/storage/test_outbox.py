"""The log of events: once per id, in order, and without a row that a reader passes for ever."""

from __future__ import annotations

import random
import threading

import pytest
from sqlalchemy import func, select
from storage.samples import DAY, NOW, event, revised

from services.domain.errors import NotFound
from services.storage.database import Database
from services.storage.outbox import append, events_after, get_event
from services.storage.tables import outbox


def test_an_event_comes_back_byte_for_byte(database: Database) -> None:
    told = revised("doc_a", 1, NOW + DAY)
    with database.write() as conn:
        assert append(conn, told) is not None
    with database.read() as conn:
        assert get_event(conn, told.id) == told
        with pytest.raises(NotFound, match="evt_x"):
            get_event(conn, "evt_x")


def test_the_same_fact_is_logged_once(database: Database) -> None:
    with database.write() as conn:
        assert append(conn, revised("doc_a", 1)) is not None
        assert append(conn, revised("doc_a", 1)) is None
    with database.write() as conn:
        assert append(conn, revised("doc_a", 1)) is None
        assert len(events_after(conn, 0, 10)) == 1


def test_an_event_of_a_transaction_that_failed_never_was(database: Database) -> None:
    def crash() -> None:
        with database.write() as conn:
            append(conn, revised("doc_a", 1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        crash()
    with database.read() as conn:
        assert events_after(conn, 0, 10) == ()


def test_the_log_is_read_from_a_place_by_type_and_key(database: Database) -> None:
    with database.write() as conn:
        for n in range(3):
            append(conn, revised("doc_a", n))
            append(conn, event("source.failing", "cq", n))
    with database.read() as conn:
        whole = events_after(conn, 0, 10)
        assert [logged.event.key for logged in whole] == ["doc_a", "cq"] * 3
        assert events_after(conn, whole[1].seq, 2) == whole[2:4]
        assert events_after(conn, 0, 10, types=["source.failing"]) == whole[1::2]
        assert events_after(conn, 0, 10, key="doc_a") == whole[::2]


@pytest.mark.postgres
def test_a_reader_stops_before_a_number_that_is_still_to_come(postgres: Database) -> None:
    """The trap itself: the lower number commits later. A reader on `id > last` alone would have passed it."""
    early, late = revised("doc_slow", 1), revised("doc_quick", 1)
    with postgres.engine.connect() as slow, postgres.engine.connect() as quick:
        start = slow.execute(select(func.max(outbox.c.seq))).scalar() or 0
        first, second = append(slow, early), append(quick, late)
        quick.commit()
        assert (first or 0) < (second or 0)
        with postgres.read() as reader:
            assert reader.execute(select(outbox.c.seq).where(outbox.c.id == late.id)).scalar() == second
            assert events_after(reader, start, 10) == ()
        slow.commit()
        with postgres.read() as reader:
            assert [logged.event for logged in events_after(reader, start, 10)] == [early, late]


@pytest.mark.postgres
def test_a_writer_that_gives_up_holds_nobody_back(postgres: Database) -> None:
    with postgres.engine.connect() as failing:
        append(failing, revised("doc_failing", 1))
        with postgres.write() as conn:
            append(conn, revised("doc_other", 1))
        with postgres.read() as reader:
            assert "doc_other" not in {logged.event.key for logged in events_after(reader, 0, 1000)}
        failing.rollback()
    with postgres.read() as reader:
        assert {logged.event.key for logged in events_after(reader, 0, 1000)} >= {"doc_other"}


def test_a_reader_that_follows_many_writers_misses_nothing(database: Database) -> None:
    """Eight writers whose transactions overlap, some given up, and a reader that never goes back."""
    barrier = threading.Barrier(8)
    written: list[str] = []

    def write(writer: int) -> None:
        dice = random.Random(writer)
        for n in range(30):
            told = [revised(f"doc_{writer}", 10 * n + k) for k in range(dice.randint(1, 3))]
            with database.engine.connect() as conn:
                transaction = conn.begin()
                for one in told:
                    append(conn, one)
                if database.engine.dialect.name == "postgresql" and n % 10 == 0:
                    barrier.wait(timeout=60)  # all eight hold numbers at the same time
                if dice.random() < 0.2:
                    transaction.rollback()
                else:
                    transaction.commit()
                    written.extend(one.id for one in told)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    seen, last, working = list[str](), 0, True
    while working:
        working = any(thread.is_alive() for thread in threads)
        with database.read() as conn:
            page = events_after(conn, last, 7)
        seen += [logged.event.id for logged in page]
        last = page[-1].seq if page else last
        working = working or bool(page)
    assert len(seen) == len(set(seen))
    assert set(seen) == set(written)
