"""The database's clock: right whatever this machine's wall clock says, and counting on while the database is away."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from services.domain.clock import system_clock
from services.storage import clock as module
from services.storage.clock import DatabaseClock, clock_of
from services.storage.database import Database

NEAR = timedelta(seconds=5)


def test_sqlite_goes_by_the_machine_it_is_on(database: Database) -> None:
    ours = clock_of(database)
    assert (ours is system_clock) == (database.engine.dialect.name == "sqlite")
    assert abs(ours() - datetime.now(UTC)) < NEAR


@pytest.mark.postgres
def test_it_is_the_servers_time_not_this_machines(postgres: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's wall clock is a year wrong; what counts elapsed time is not asked what time it is."""
    monkeypatch.setattr(time, "time", lambda: 0.0)
    clock = DatabaseClock(postgres)
    with postgres.read() as conn:
        before = conn.execute(text("select clock_timestamp()")).scalar_one()
        ours = clock()
        after = conn.execute(text("select clock_timestamp()")).scalar_one()
    assert before - timedelta(milliseconds=250) <= ours <= after + timedelta(milliseconds=250)


@pytest.mark.postgres
def test_it_is_asked_again_now_and_then(postgres: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = DatabaseClock(postgres)
    monkeypatch.setattr(module, "_NOW", text("select 1000.0::float8"))
    assert clock().year > 2000
    monkeypatch.setattr(module, "FRESH", -1.0)
    assert clock().year == 1970


@pytest.mark.postgres
def test_it_counts_on_while_the_database_is_away(postgres: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = DatabaseClock(postgres)
    monkeypatch.setattr(module, "FRESH", -1.0)

    def away() -> None:
        raise OperationalError("select", None, Exception("gone"))

    monkeypatch.setattr(clock, "_ask", away)
    first = clock()
    assert abs(first - datetime.now(UTC)) < NEAR
    assert clock() >= first
