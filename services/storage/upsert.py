"""Inserts that step aside or overwrite: the one statement SQLAlchemy spells once per database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Insert, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from services.storage.many import execute_many


def insert_new(conn: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """False, and nothing written, where a row with the same primary or unique key exists. Plain values only."""
    statement = _new(conn.dialect.name, table)
    return conn.execute(statement, dict(values), execution_options={"preserve_rowcount": True}).rowcount == 1


def insert_all_new(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """As insert_new for each of `rows`, which all have the same keys; there is at least one."""
    execute_many(conn, _new_of(conn.dialect.name, table, tuple(rows[0])), rows)


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
    """Insert a row of all three; where `key` exists already, overwrite `values` and leave what was written `once`.
    Plain values only.
    """
    statement = _overwriting(conn.dialect.name, table, tuple(key), tuple(values))
    conn.execute(statement, {**key, **(once or {}), **values})


def insert_all_keyed(
    conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], key: Column[str]
) -> frozenset[str]:
    """As insert_new for each of `rows`; answers the new ones by key."""
    return frozenset(conn.execute(_keyed(conn.dialect.name, table, key), list(rows)).scalars())


def insert_all_numbered(
    conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], key: Column[str], number: Column[int]
) -> dict[str, int]:
    """As insert_new for each of `rows`; answers by key the numbers that the database gave to the new ones."""
    found = conn.execute(_numbered(conn.dialect.name, table, key, number), list(rows))
    return {row[0]: row[1] for row in found}


def insert_for(conn: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return _insert(conn.dialect.name, table)


def _insert(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


# Built once: building a statement costs more than running it.


@cache
def _new(dialect: str, table: Table) -> Insert:
    return _insert(dialect, table).on_conflict_do_nothing()


@cache
def _new_of(dialect: str, table: Table, names: tuple[str, ...]) -> Insert:
    return _insert(dialect, table).values({name: bindparam(name) for name in names}).on_conflict_do_nothing()


@cache
def _keyed(dialect: str, table: Table, key: Column[str]) -> ReturningInsert[Any]:
    return _insert(dialect, table).on_conflict_do_nothing().returning(key)


@cache
def _numbered(dialect: str, table: Table, key: Column[str], number: Column[int]) -> ReturningInsert[Any, Any]:
    return _insert(dialect, table).on_conflict_do_nothing().returning(key, number)


@cache
def _overwriting(dialect: str, table: Table, key: tuple[str, ...], values: tuple[str, ...]) -> Insert:
    statement = _insert(dialect, table)
    told = {name: statement.excluded[name] for name in values}
    return statement.on_conflict_do_update(index_elements=list(key), set_=told)
