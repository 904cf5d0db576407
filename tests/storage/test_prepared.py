"""PostgreSQL plans a statement once for a connection: what is asked again and again is not parsed again."""

from __future__ import annotations

from contextlib import suppress

import pytest
from sqlalchemy import text
from storage.samples import page_id, watch

from services.storage import versions
from services.storage.database import Database

pytestmark = pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
_PREPARED = text("select count(*) from pg_prepared_statements where statement like '%FROM version%'")


def test_a_connection_keeps_what_it_prepared_from_one_read_to_the_next(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
    for _ in range(10):
        with database.read() as conn:
            assert versions.remembered(conn, page_id(1), "r") is None
    with database.read() as conn:
        assert conn.execute(_PREPARED).scalar_one() > 0


def test_a_read_that_fails_leaves_nothing_open(database: Database) -> None:
    for _ in range(3):
        with suppress(ZeroDivisionError), database.read() as conn:
            versions.remembered(conn, page_id(1), "r")
            raise ZeroDivisionError
    with database.read() as conn:
        mine = "select count(*) from pg_stat_activity where state like 'idle in%' and datname = current_database()"
        assert conn.execute(text(mine)).scalar_one() == 0
