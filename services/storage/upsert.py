"""Inserts that step aside or overwrite: the one statement SQLAlchemy spells once per database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(conn: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """False, and nothing written, where a row with the same primary or unique key exists."""
    return count_inserted(conn, insert_for(conn, table).values(values).on_conflict_do_nothing()) == 1


def count_inserted(conn: Connection, statement: Insert) -> int:
    """Execute an INSERT; answers how many rows it made, which SQLAlchemy keeps for an INSERT only when asked to."""
    return conn.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def insert_or_update(
    conn: Connection,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    once: Mapping[str, Any] | None = None,
) -> None:
    """Insert a row of all three; where `key` exists already, overwrite `values` and leave what was written `once`."""
    row = insert_for(conn, table).values({**key, **(once or {}), **values})
    conn.execute(row.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def insert_numbered(conn: Connection, table: Table, values: Mapping[str, Any], number: Column[int]) -> int | None:
    """As insert_new; answers the number the database gave the new row, None where there is one already."""
    row = insert_for(conn, table).values(values).on_conflict_do_nothing()
    found: int | None = conn.execute(row.returning(number)).scalar()
    return found


def insert_for(conn: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if conn.dialect.name == "postgresql" else sqlite.insert(table)
