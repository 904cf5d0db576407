"""A database that goes away while an event is read: what could not be said of it is said when the database is back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text

from services.bus import database as bus
from services.bus.interface import BACKOFF
from services.domain.errors import Unavailable
from services.domain.event import envelope
from services.domain.identity import event_id
from services.parser.handle import Parser
from services.storage.database import Database

NOW = datetime(2023, 4, 1, tzinfo=UTC)


class Leaving(Database):
    """Answers one write, then none until it is `back`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database.engine)
        self.back = False
        self._writes = 0

    @contextmanager
    def read(self) -> Iterator[Connection]:
        self._ask()
        with super().read() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self._writes += 1
        if self._writes > 1:
            self._ask()
        with super().write() as conn:
            yield conn

    def _ask(self) -> None:
        if not self.back:
            raise Unavailable("the database does not answer")


def test_nothing_waits_for_its_lease_once_the_database_is_back(database: Database) -> None:
    for n in range(3):
        key, data = f"doc_{n}", {"snapshot": 404}
        id_ = event_id("snapshot.taken", key, 1)
        told = envelope(id_, "snapshot.taken", source="urn:dafu", subject=key, time=NOW, sequence=1, data=data)
        with database.write() as conn:
            bus.publish(conn, told)
    leaving = Leaving(database)
    parser = Parser(leaving, bus, lambda: NOW, "http://127.0.0.1")
    with pytest.raises(Unavailable):
        parser.drain()
    leaving.back = True
    assert parser.drain() == 2  # the first one failed, for whatever reason, and has its wait; all three were held
    with database.read() as conn:
        rows = conn.execute(text("select failures, lease_until, error from queue order by seq")).all()
        assert bus.next_due(conn, "parser") == NOW + BACKOFF[0]
    assert [(row.failures, row.lease_until) for row in rows] == [(1, None)] * 3
    assert "does not answer" in rows[0].error
