"""Many rows by one statement are what SQLAlchemy would have written, value by value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, select, update

from services.storage.database import Database
from services.storage.many import execute_many
from services.storage.tables import body, token

_NEW = insert(token).values({column.name: bindparam(column.name) for column in token.c})
_NAMED = update(token).where(token.c.id == bindparam("of")).values(name=bindparam("to"), expires=bindparam("until"))
_BODY = insert(body).values({column.name: bindparam(column.name) for column in body.c})
_CHINA = timezone(timedelta(hours=8))


def row(n: int, **more: object) -> dict[str, object]:
    made = datetime(2024, 1, 1, 8, tzinfo=_CHINA)
    plain = {
        "id": f"t{n}",
        "digest": f"d{n}",
        "owner": "o",
        "name": "名\x00称\ud800",
        "scopes": "read",
        "created": made,
    }
    return {**plain, "expires": None, "revoked": None, **more}


def test_values_are_made_storable_as_in_any_statement(database: Database) -> None:
    with database.write() as conn:
        conn.execute(insert(token), [row(0)])
        execute_many(conn, _NEW, [row(1), row(2, expires=datetime(2025, 1, 1, tzinfo=UTC))])
        execute_many(conn, _NAMED, [{"of": "t2", "to": "别名", "until": None}])
        execute_many(conn, _BODY, [{"sha256": "00", "data": b"\x00\xff", "length": 2}])
    with database.read() as conn:
        one, same, named = conn.execute(select(token).order_by(token.c.id)).all()
        stored = conn.execute(select(body.c.data)).scalar_one()
    assert one[2:] == same[2:]
    assert (named.name, named.expires, named.created) == ("别名", None, datetime(2024, 1, 1, tzinfo=UTC))
    assert bytes(stored) == b"\x00\xff"


def test_no_rows_are_nothing_to_do(database: Database) -> None:
    with database.write() as conn:
        execute_many(conn, _NEW, [])
        assert conn.execute(select(token)).all() == []


def test_a_row_without_a_value_is_refused(database: Database) -> None:
    with database.write() as conn, pytest.raises(KeyError):
        execute_many(conn, _NEW, [{"id": "t1"}])


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with database.write() as conn, pytest.raises(ValueError, match="without a zone"):
        execute_many(conn, _NEW, [row(1, created=datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None))])
