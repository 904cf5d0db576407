"""A database that is closed while a thread of it still works: nothing stays open behind it."""

from __future__ import annotations

import pytest
from sqlalchemy import event, text

from services.storage.database import Database, create_engine_for


def test_a_connection_in_use_is_closed_with_its_last_use(database: Database) -> None:
    opened: list[object] = []
    closed: list[object] = []
    engine = create_engine_for(database.engine.url)
    event.listen(engine, "connect", lambda connection, _: opened.append(connection))
    event.listen(engine, "close", lambda connection, _: closed.append(connection))
    leaving = Database(engine)
    with leaving.read() as conn:
        leaving.close()
        assert conn.execute(text("select 1")).scalar() == 1
    assert len(opened) == 1
    assert closed == opened


@pytest.mark.parametrize("times", [1, 2])
def test_what_is_closed_can_be_opened_again(database: Database, times: int) -> None:
    again = Database(create_engine_for(database.engine.url))
    for _ in range(times):
        with again.read() as conn:
            assert conn.execute(text("select 1")).scalar() == 1
        again.close()
