"""An answer about what was known waits for writes under way: one that commits later never changes it."""

from __future__ import annotations

import threading
import time
from datetime import datetime

from sqlalchemy import Connection
from storage.samples import NOW, answer, letter, page_id, watch

from services.domain.clock import system_clock
from services.storage import readings, snapshots, versions
from services.storage.database import Database
from services.storage.readings import Reading
from services.storage.versions import VersionRecord

Answer = tuple[tuple[VersionRecord, ...], ...]


def write_version(conn: Connection, document: str, text: str) -> datetime:
    """As the parser does: the clock is read inside the transaction."""
    recorded = system_clock()
    snapshot = snapshots.add_snapshot(conn, document, NOW, answer(text))
    n = versions.save_version(
        conn, document, letter(text), snapshot_id=snapshot, observed=NOW, recorded=recorded, reader="r",
        key_hash=text, edit="silent",
    )  # fmt: skip
    readings.save_reading(conn, Reading(snapshot, document, recorded, "r", "ok", None, n))
    return recorded


def known(database: Database, documents: list[str], at: datetime) -> Answer:
    with database.read() as conn:
        return tuple(versions.history(conn, document, known_at=at) for document in documents)


def test_an_answer_waits_for_the_write_that_belongs_into_it(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
    written, commit = threading.Event(), threading.Event()

    def slow() -> None:
        with database.write() as conn:
            write_version(conn, page_id(1), "slow")
            written.set()
            commit.wait(20)

    answers: list[Answer] = []

    def ask() -> None:
        now = system_clock()
        database.settle()
        answers.append(known(database, [page_id(1)], now))

    writer, reader = threading.Thread(target=slow), threading.Thread(target=ask)
    writer.start()
    assert written.wait(20)
    reader.start()
    reader.join(0.2)
    assert reader.is_alive()
    commit.set()
    reader.join(20)
    writer.join(20)
    assert [len(history) for history in answers[0]] == [1]


def test_a_write_that_began_later_is_not_waited_for(database: Database) -> None:
    database.settle()
    with database.read() as conn:
        assert versions.history(conn, page_id(1), known_at=NOW) == ()


def test_answers_given_between_interleaved_writes_stand(database: Database) -> None:
    documents = [page_id(n) for n in range(1, 5)]
    with database.write() as conn:
        watch(conn, range(1, 5))
    done = threading.Event()

    def edit(document: str) -> None:
        for n in range(3):
            with database.write() as conn:
                write_version(conn, document, f"{document} {n}")
                time.sleep(0.01)  # others commit meanwhile

    told: dict[datetime, Answer] = {}

    def ask() -> None:
        while not done.is_set():
            now = system_clock()
            database.settle()
            told[now] = known(database, documents, now)
            time.sleep(0.003)

    writers = [threading.Thread(target=edit, args=(document,)) for document in documents]
    reader = threading.Thread(target=ask)
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join(60)
    done.set()
    reader.join(60)
    assert told
    assert {now: known(database, documents, now) for now in told} == told
    assert [len(history) for history in known(database, documents, system_clock())] == [3, 3, 3, 3]
